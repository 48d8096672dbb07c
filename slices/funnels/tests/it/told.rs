//! What programs tell of people, once and again: what is one stays one, what are two stay two, and of a company that one does
//! not see nothing is said.

use funnels::lens::From;
use people::CompanyRow;
use people::upsert::{Told, record_activities, update_company, upsert_companies};
use platform::db::Tx;
use platform::failure::Failure;
use platform::harness::World;
use serde_json::{Value as Json, json};
use team::User;

use crate::house::{adopt, both, bring};
use crate::sight::{RULES, somebody, tell};

fn wrong(told: Told) -> (String, String) {
    let Told::Rejected(mut fields) = told else { panic!("{told:?}") };
    let field = fields.remove(0);
    (field.name, field.words)
}

/// The company with this domain or name, as a user sees it.
fn company(world: &World, who: &User, which: &'static str) -> Result<CompanyRow, Failure> {
    let (who, now) = (who.clone(), world.now());
    let read = move |tx: &mut Tx| people::company::company(tx, &who, which, None, now);
    Ok(world.db.read_blocking(read)?.company)
}

fn tell_company(world: &World, company: Json) -> Told {
    let now = world.now();
    let told = move |tx: &mut Tx| {
        upsert_companies(tx, &User::operator(), std::slice::from_ref(&company), now)
    };
    world.db.write_blocking(told).unwrap().remove(0)
}

#[test]
fn an_activity_is_told_twice_and_is_one_by_its_id() {
    both(|world| {
        adopt(world, RULES, From::Start);
        let who = User::operator();
        let form = |at: Option<&str>| {
            let mut form = json!({ "kind": "form.submitted", "id": "f-1" });
            if let Some(at) = at {
                form["at"] = at.into();
            }
            form
        };
        let ann = |form: Json| json!({ "email": "ann@north.example", "activities": [form] });
        assert!(matches!(tell(world, &who, ann(form(None))), Told::Created(_)));
        // Without a time, when it is told; so that it is told at another each time.
        for at in [None, Some("2026-01-02T03:04:05Z"), Some("2026-01-03T03:04:05Z")] {
            world.clock.advance(moment::Span::minutes(1));
            assert!(matches!(tell(world, &who, ann(form(at))), Told::Unchanged(_)), "{at:?}");
        }
        let mut theirs = form(None);
        theirs["person"] = "ann@north.example".into();
        let (batch, now) = ([theirs.clone(), theirs], world.now());
        let told = world
            .db
            .write_blocking(move |tx| record_activities(tx, &User::operator(), &batch, now));
        assert!(told.unwrap().iter().all(|told| matches!(told, Told::Unchanged(_))));
        // Another's of the same id is theirs, and another kind is something else.
        let ben = json!({ "email": "ben@north.example", "activities": [form(None)] });
        assert!(matches!(tell(world, &who, ben), Told::Created(_)));
        let mut other = form(None);
        other["kind"] = "demo.held".into();
        assert!(matches!(tell(world, &who, ann(other)), Told::Updated(_)));
    });
}

#[test]
fn what_cannot_be_kept_as_it_is_told_is_refused_at_its_place() {
    both(|world| {
        adopt(world, RULES, From::Start);
        let who = User::operator();
        tell(world, &who, json!({ "email": "victimnul@v.example", "name": "Real" }));
        for (person, place, words) in [
            (json!({ "email": "victim\u{0}nul@v.example" }), "/email", "NUL"),
            (
                json!({ "email": "a@v.example", "facts": { "person.custom.a": ["b", "c\u{0}"] } }),
                "/facts/person.custom.a/1",
                "NUL",
            ),
            (
                json!({ "email": "a@v.example", "facts": { "person.custom.big": 12_345_678_901_234_567_890_u64 } }),
                "/facts/person.custom.big",
                "as text",
            ),
            (
                json!({ "email": "a@v.example", "facts": { "person.custom.big": -9_007_199_254_740_993_i64 } }),
                "/facts/person.custom.big",
                "as text",
            ),
            (
                json!({ "email": "a@v.example", "activities": [{ "kind": "a.b", "at": "1900-01-01T00:00:00Z" }] }),
                "/activities/0/at",
                "before 1980",
            ),
        ] {
            let (at, said) = wrong(tell(world, &who, person.clone()));
            assert_eq!(at, place, "{person}");
            assert!(said.contains(words), "{said}");
        }
        let (at, _) = wrong(tell_company(world, json!({ "name": "Nor\u{0}th" })));
        assert_eq!(at, "/name");
        let most = json!({ "email": "b@v.example", "facts": { "person.custom.big": 9_007_199_254_740_992_u64 } });
        assert!(matches!(tell(world, &who, most), Told::Created(_)));
    });
}

#[test]
fn a_row_of_an_early_time_is_refused() {
    const MAPPING: &str = r#"
name = "Visits"
[key]
email = "email"
[[activities]]
kind = "page.viewed"
at = { column = "when", format = "%Y-%m-%d" }
"#;
    both(|world| {
        adopt(world, RULES, From::Start);
        let csv = "email,when\na@x.example,1900-01-01\nb@x.example,2025-05-05\n";
        let counts = bring(world, "visits.csv", csv, MAPPING);
        assert_eq!((counts.rows, counts.created, counts.rejected), (2, 1, 1));
    });
}

#[test]
fn two_companies_of_one_name_are_two_where_their_domains_say_so() {
    const MAPPING: &str = r#"
name = "Firms"
[key]
email = "email"
[company]
domain = "domain"
name = "company"
[facts]
"company.employees" = { column = "staff", type = "number" }
"#;
    both(|world| {
        adopt(world, RULES, From::Start);
        let csv = "email,company,domain,staff\n\
            anna@acme-de.example,Acme GmbH,acme-de.example,12\n\
            bob@acme-us.example,Acme GmbH,acme-us.example,9000\n";
        bring(world, "firms.csv", csv, MAPPING);
        let who = User::operator();
        let [de, us] =
            ["acme-de.example", "acme-us.example"].map(|it| company(world, &who, it).unwrap());
        assert_ne!(de.id, us.id);
        assert_eq!((de.employees, us.employees), (Some(12), Some(9_000)));

        // The same by calls; both may be told of again, by domain and by name at once.
        for (domain, is_new) in
            [("same-a.example", true), ("same-b.example", true), ("same-a.example", false)]
        {
            let told = tell_company(world, json!({ "name": "Acme Same", "domain": domain }));
            assert_eq!(matches!(told, Told::Created(_)), is_new, "{told:?}");
            assert!(!matches!(told, Told::Conflict(..)), "{told:?}");
        }
        // A name that has no domain yet is the one that the next news gives it, and by the name alone the first is meant.
        assert!(matches!(tell_company(world, json!({ "name": "Lone" })), Told::Created(_)));
        assert!(matches!(
            tell_company(world, json!({ "name": "Lone", "domain": "lone.example" })),
            Told::Updated(_)
        ));
        assert!(matches!(
            tell_company(world, json!({ "name": "Lone", "domain": "alone.example" })),
            Told::Created(_)
        ));
        let (lone, now) = (company(world, &who, "alone.example").unwrap().id, world.now());
        let renamed = move |tx: &mut Tx| {
            update_company(tx, &User::operator(), lone, &json!({ "name": "Acme Same" }), now)
        };
        assert!(matches!(world.db.write_blocking(renamed).unwrap(), Told::Updated(_)));
    });
}

#[test]
fn of_a_company_that_one_does_not_see_one_says_only_that_somebody_works_there() {
    both(|world| {
        adopt(world, RULES, From::Start);
        let (ann, ben) = (somebody(5, ""), somebody(6, ""));
        let works = |email: &str, facts: Json| json!({ "email": email, "company": { "domain": "north.example", "name": "North", "facts": facts } });
        tell(world, &ben, works("quetzal@north.example", json!({ "company.employees": 1_950 })));
        assert!(company(world, &ann, "north.example").is_err());

        let (at, said) =
            wrong(tell(world, &ann, works("z@z.example", json!({ "company.employees": 3 }))));
        assert_eq!(at, "/company/facts/company.employees");
        assert!(said.contains("you see nobody who works there"), "{said}");
        assert!(company(world, &ann, "north.example").is_err());

        // Another domain is another company, though it is called alike.
        let evil = json!({ "email": "e@evil.example", "company": { "domain": "evil.example", "name": "North" } });
        assert!(matches!(tell(world, &ann, evil), Told::Created(_)));
        assert!(company(world, &ann, "north.example").is_err());

        // By another name it is called as before.
        let other = json!({ "email": "y@north.example", "company": { "domain": "north.example", "name": "Nord" } });
        assert!(matches!(tell(world, &ann, other), Told::Created(_)));
        let seen = company(world, &ann, "north.example").unwrap();
        assert_eq!((seen.name.as_str(), seen.employees), ("North", Some(1_950)));
        assert!(matches!(
            tell(world, &ann, works("y@north.example", json!({ "company.employees": 3 }))),
            Told::Updated(_)
        ));
    });
}
