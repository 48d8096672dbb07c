//! Where a company stands: as far as the furthest of its people, and as it brings itself.

/// SQL that says it, by how many of its people stand at each stage of the way up and by itself.
macro_rules! furthest {
    ($leads:literal, $prospects:literal, $opportunities:literal, $customers:literal, $own:literal) => {
        concat!(
            "case when ",
            $customers,
            " > 0 or ",
            $own,
            " = 4 then 4 when ",
            $opportunities,
            " > 0 or ",
            $own,
            " = 3 then 3 when ",
            $prospects,
            " > 0 or ",
            $own,
            " = 2 then 2 when ",
            $leads,
            " > 0 or ",
            $own,
            " = 1 then 1 else 0 end"
        )
    };
}
pub(super) use furthest;
