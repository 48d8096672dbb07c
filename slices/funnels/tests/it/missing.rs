//! What people on a page lack for a stage, on both databases.

use std::collections::HashMap;

use crate::house::{adopt, both, bring, nothing_differs};
use funnel::Stage;
use funnels::why_not::why_not;
use people::PERSON;
use people::missing::{MissingView, Toward};
use platform::failure::Failure;
use platform::harness::World;
use team::User;

const RULES: &str = r#"
name = "Rules"
[criteria]
budget = { ask = "Is there money?" }
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'criterion.budget && did("email.replied")'
[stages.opportunity]
enter = 'company.segment == "never" && did("demo.held")'
[stages.customer]
enter = 'did("deal.won")'
"#;
const LEADS: &str = r#"
name = "Leads"
[key]
email = "email"
[facts]
"person.name" = { column = "name" }
"company.segment" = { column = "segment" }
[company]
name = "company"
[[activities]]
kind = "form.submitted"
at = { column = "first", format = "%Y-%m-%d" }
recorded = "occurred"
"#;
const FILE: &str = "email,name,company,segment,first
ann@north.example,Ann,North,big,2026-01-05
ben@north.example,Ben,North,big,2026-01-06
cid@south.example,Cid,South,,2026-01-07
";

fn asked(world: &World, toward: Toward) -> HashMap<String, MissingView> {
    let now = world.now();
    world
        .db
        .read_blocking(move |tx| {
            let lens = people::main_lens(tx)?.id;
            let ids = people::ids_after(tx, 0, 50)?;
            let who = User::operator();
            let found = funnels::missing::missing(tx, &who, lens, &ids, toward, now)?;
            let mut named = HashMap::new();
            for (id, view) in found {
                named.insert(people::person::row(tx, &who, id)?.name, view);
            }
            Ok(named)
        })
        .unwrap()
}

#[test]
fn the_list_says_the_shortest_way_that_why_not_names() {
    both(|world| {
        adopt(world, RULES, funnels::lens::From::Start);
        bring(world, "leads.csv", FILE, LEADS);
        nothing_differs(world);
        let next = asked(world, Toward::Next);
        assert_eq!(next.len(), 3);
        let ann = &next["Ann"];
        assert_eq!((ann.stage, ann.is_there), (Some(Stage::Prospect), false));
        assert_eq!(ann.words(), "yes to budget; replied to an e-mail");

        let now = world.now();
        let ways = world
            .db
            .read_blocking(move |tx| {
                let id = people::ids_after(tx, 0, 1)?.remove(0);
                let who = tx.public_ids().encode(PERSON, id);
                why_not(tx, &User::operator(), &who, None, None, now)
            })
            .unwrap()
            .ways;
        assert_eq!(ann.cost, Some(ways[0].cost));

        let there = &asked(world, Toward::Stage(Stage::Lead))["Ben"];
        assert_eq!((there.is_there, there.words().as_str()), (true, "nothing"));
        let known = asked(world, Toward::Stage(Stage::Opportunity));
        assert_eq!(known["Ann"].words(), "nothing new alone would do", "the segment is another");
    });
}

#[test]
fn a_lens_that_there_is_not_is_refused() {
    both(|world| {
        let now = world.now();
        let found = world.db.read_blocking(move |tx| {
            let lens = people::main_lens(tx)?.id;
            funnels::missing::missing(tx, &User::operator(), lens + 77, &[], Toward::Next, now)
        });
        assert!(matches!(found, Err(Failure::Missing { .. })), "{:?}", found.map(|it| it.len()));
    });
}
