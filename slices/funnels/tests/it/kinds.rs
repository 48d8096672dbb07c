//! Who is which kind, and what was paid for them, on both databases.

use crate::house::{adopt, both, bring, nothing_differs};
use funnel::Stage;
use funnels::kinds::{KindLine, KindsView, kinds};
use funnels::lens::From;
use platform::harness::World;
use team::User;

const DEFINITION: &str = r#"
name = "Kinds"
[stages.lead]
enter = 'did("feed.purchased") || did("form.submitted")'
[stages.customer]
enter = 'did("deal.won")'
[kinds]
MSRL = 'stage == "lead" && did("feed.purchased")'
"#;
const FEED: &str = r#"
name = "Feed"
[key]
email = "email"
[[activities]]
kind = "feed.purchased"
at = { column = "on", format = "%Y-%m-%d" }
recorded = "occurred"
amount = { column = "cost", currency = "currency" }
"#;
/// A file of addresses and days on which they did something.
macro_rules! days_of {
    ($kind:literal) => {
        concat!(
            "name = \"Days\"\n[key]\nemail = \"email\"\n[[activities]]\nkind = \"",
            $kind,
            "\"\nat = { column = \"on\", format = \"%Y-%m-%d\" }\nrecorded = \"occurred\"\n"
        )
    };
}

fn seen(world: &World) -> KindsView {
    let found = world.db.read_blocking(|tx| kinds(tx, &User::operator(), None)).unwrap();
    let all = |of: fn(&KindLine) -> u64| found.lines.iter().map(of).sum::<u64>();
    assert_eq!(found.total.people, all(|line| line.people));
    assert_eq!(found.total.bought, all(|line| line.bought));
    assert_eq!(found.total.unpriced, all(|line| line.unpriced));
    let minor = |line: &KindLine| line.paid.iter().map(|paid| paid.total_minor).sum::<i64>();
    assert_eq!(minor(&found.total), found.lines.iter().map(minor).sum::<i64>());
    found
}

fn line<'a>(found: &'a KindsView, stage: Stage, kind: Option<&str>) -> &'a KindLine {
    let is_meant = |line: &&KindLine| line.stage == stage && line.kind.as_deref() == kind;
    found.lines.iter().find(is_meant).unwrap()
}

#[test]
fn what_a_kind_costs_is_what_its_people_were_bought_for() {
    both(|world| {
        adopt(world, DEFINITION, From::Usual);
        let feed = "email,on,cost,currency
a@x.example,2018-01-01,40.50,EUR
b@x.example,2018-01-01,20,EUR
b@x.example,2018-01-02,1200,JPY
c@x.example,2018-01-03,,
d@x.example,2018-01-03,30,EUR
";
        bring(world, "feed.csv", feed, FEED);
        bring(world, "forms.csv", "email,on\ne@x.example,2018-01-05\n", days_of!("form.submitted"));
        bring(world, "won.csv", "email,on\nd@x.example,2018-02-01\n", days_of!("deal.won"));
        let found = seen(world);
        let bought = line(&found, Stage::Lead, Some("MSRL"));
        assert_eq!((bought.people, bought.bought, bought.unpriced), (3, 3, 1));
        let paid: Vec<_> = bought
            .paid
            .iter()
            .map(|paid| (paid.currency.as_str(), paid.total_minor, paid.each_minor, paid.people))
            .collect();
        assert_eq!(paid, [("EUR", 6_050, 3_025, 2), ("JPY", 1_200, 1_200, 1)]);
        assert_eq!(line(&found, Stage::Lead, None).bought, 0, "a form is free");
        assert_eq!(line(&found, Stage::Customer, None).paid[0].total_minor, 3_000);
        nothing_differs(world);

        // Bought once more, and the sum grows with the history.
        bring(world, "more.csv", "email,on,cost,currency\na@x.example,2018-03-01,1,EUR\n", FEED);
        let found = seen(world);
        assert_eq!(line(&found, Stage::Lead, Some("MSRL")).paid[0].total_minor, 6_150);
        nothing_differs(world);
    });
}
