//! Names of companies, and the form of them by which two are seen to be the same.

use crate::text::fold;

/// The form by which names of companies are matched: small letters without accents, no punctuation,
/// no legal form, no article. It is never shown. Empty only if the name holds no letter or digit.
///
/// ```
/// use identity::company::matching;
/// assert_eq!(matching("Nordkost GmbH & Co. KG"), "nordkost");
/// assert_eq!(matching("Kärnan Bageri AB"), matching("KARNAN BAGERI"));
/// ```
pub fn matching(name: &str) -> String {
    let mut bare = String::with_capacity(name.len());
    for c in fold(name).chars() {
        match c {
            '&' | '+' => bare.push_str(" and "),
            // "S.p.A." is one word, and so is "McDonald's".
            '.' | '\'' | '’' => {}
            c if c.is_alphanumeric() => bare.push(c),
            _ => bare.push(' '),
        }
    }
    let mut words: Vec<&str> = bare.split_whitespace().collect();
    while let Some(form) = LEGAL_FORMS.iter().find(|form| ends_with(&words, form)) {
        words.truncate(words.len() - form.split(' ').count());
    }
    while words.len() > 1 && words.first().is_some_and(|word| LEADING.contains(word)) {
        words.remove(0);
    }
    words.join(" ")
}

/// Whether the name ends with the legal form, and something stands before it.
fn ends_with(words: &[&str], form: &str) -> bool {
    let size = form.split(' ').count();
    let Some((before, tail)) =
        words.len().checked_sub(size).and_then(|at| words.split_at_checked(at))
    else {
        return false;
    };
    !before.is_empty() && form.split(' ').eq(tail.iter().copied())
}

/// What may stand before a name and is no part of it.
const LEADING: [&str; 6] = ["the", "ооо", "зао", "оао", "пао", "firma"];

/// Legal forms as they look without dots and accents; the longer ones first.
const LEGAL_FORMS: [&str; 75] = [
    "ug haftungsbeschrankt",
    "sa de cv",
    "s de rl",
    "private limited",
    "sp z oo",
    "spolka z oo",
    "co ltd",
    "pte ltd",
    "pty ltd",
    "pvt ltd",
    "sdn bhd",
    "gmbh",
    "mbh",
    "ggmbh",
    "kgaa",
    "kg",
    "ohg",
    "ug",
    "ag",
    "ev",
    "eg",
    "gbr",
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "company",
    "co",
    "llc",
    "llp",
    "lp",
    "ltd",
    "limited",
    "plc",
    "pty",
    "pvt",
    "pte",
    "spa",
    "srl",
    "srls",
    "sapa",
    "sa",
    "sas",
    "sasu",
    "sarl",
    "eurl",
    "sci",
    "scop",
    "sl",
    "slu",
    "sau",
    "ltda",
    "eireli",
    "bv",
    "nv",
    "vof",
    "bvba",
    "ab",
    "as",
    "asa",
    "aps",
    "oy",
    "oyj",
    "se",
    "spzoo",
    "zoo",
    "sro",
    "doo",
    "dd",
    "kft",
    "zrt",
    "nyrt",
    "ooo",
    "kk",
    "and",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn legal_forms_accents_and_case_do_not_count() {
        for (name, expected) in [
            ("Nordkost GmbH", "nordkost"),
            ("Nordkost GmbH & Co. KG", "nordkost"),
            ("NORDKOST Gmbh & Co KGaA", "nordkost"),
            ("North, Inc.", "north"),
            ("North Ltd", "north"),
            ("The North Company", "north"),
            ("Fratelli Rossi S.p.A.", "fratelli rossi"),
            ("Kärnan Bageri AB", "karnan bageri"),
            ("Łódź Logistics Sp. z o.o.", "lodz logistics"),
            ("Straßenbau & Söhne", "strassenbau and sohne"),
            ("Straßenbau + Söhne", "strassenbau and sohne"),
            ("McDonald's", "mcdonalds"),
            ("3M", "3m"),
            ("AG", "ag"),
            ("Co. Inc.", "co"),
            ("The", "the"),
            ("株式会社トヨタ", "株式会社トヨタ"),
            ("ООО Ромашка", "ромашка"),
            ("…", ""),
        ] {
            assert_eq!(matching(name), expected, "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn the_form_is_a_fixed_point(
            name in "\\PC{0,20}|(The |Firma ){0,2}[A-ZÄÖß]{1,4}( (GmbH|& Co\\.|KG|Inc\\.|AG|Ltd|the)){0,3}",
        ) {
            prop_assert_eq!(matching(&matching(&name)), matching(&name));
        }
    }
}
