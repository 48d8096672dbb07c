//! What a formula says of somebody is the same wherever it is shown: in files and on records; and to whom something is
//! kept that it asks it says nothing.

use std::sync::Arc;

use funnels::export::Export;
use funnels::lens::From;
use people::Of;
use people::export::{Format, Layout};
use people::person::HeldFact;
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use serde_json::json;
use team::{CustomRole, Right, Rights, Role, Sight, User};

use crate::company_lists::formula;
use crate::export::{all, written_by};
use crate::house::{adopt, both, registry};
use crate::sight::{RULES, read, somebody, tell};

const FACTS: [&str; 5] = [
    "company.employees",
    "person.custom.boss",
    "person.custom.plan",
    "company.custom.large",
    "company.custom.led",
];

fn export(of: Of, format: Format, facts: &[&str]) -> Export {
    let facts = facts.iter().map(|fact| (*fact).to_owned()).collect();
    Export { of, layout: Layout::new(format, facts).unwrap(), ..all(format) }
}

/// What stands in the last columns of a file, by the first letter of the name.
fn cells(world: &World, who: &User, asked: Export) -> Vec<Vec<String>> {
    let last = asked.layout.facts.len();
    let (_, csv) = written_by(world, who, asked).unwrap();
    csv.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let initial = cells[1][..1].to_owned();
            let facts = cells[cells.len() - last..].iter().map(|cell| (*cell).to_owned());
            std::iter::once(initial).chain(facts).collect()
        })
        .collect()
}

/// Who sees everybody, may take people out, and from whom some facts are kept.
fn veiled(fields: &str) -> User {
    let rights = Rights::of(&[Right::ReadPeople, Right::EditPeople, Right::ExportPeople]);
    let Role::Custom(role) = somebody(5, fields).role else { unreachable!("it is") };
    let role = CustomRole { rights, ..CustomRole::clone(&role) };
    User { role: Role::Custom(Arc::new(role)), sight: Sight::Everybody, ..somebody(5, fields) }
}

/// Three people, of whom one works nowhere, and formulas about them and where they work.
fn filled(world: &World) {
    adopt(world, RULES, From::Start);
    let who = User::operator();
    for (email, title, company) in [
        (
            "ann@north.example",
            Some("CEO"),
            json!({ "domain": "north.example",
            "facts": { "company.employees": 120 } }),
        ),
        (
            "ben@south.example",
            Some("Clerk"),
            json!({ "domain": "south.example",
            "facts": { "company.employees": 12 } }),
        ),
        ("cal@post.example", None, json!(null)),
    ] {
        let facts = json!({ "person.custom.plan": "pro" });
        tell(
            world,
            &who,
            json!({ "email": email, "name": email, "title": title, "company": company, "facts": facts }),
        );
    }
    formula(world, Of::People, "Boss", "person.title == \"CEO\"").unwrap();
    formula(world, Of::Companies, "Large", "company.employees > 50").unwrap();
    formula(world, Of::Companies, "Led", "somebody(person.title == \"CEO\")").unwrap();
}

fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

#[test]
fn a_file_has_what_the_company_is_told_and_what_formulas_say() {
    both(|world| {
        filled(world);
        let now = world.now();
        // What a formula asks for is not ready: the file does not begin rather than leave it out.
        let asked = export(Of::People, Format::Csv, &FACTS);
        let early = world.db.read_blocking(move |tx| {
            let begin = |_: &mut Vec<u8>, _| panic!("it began");
            asked.write(tx, &User::operator(), now, &mut Vec::new(), begin)
        });
        assert!(matches!(early, Err(Failure::Busy { .. })), "{early:?}");

        let people = cells(world, &User::operator(), export(Of::People, Format::Csv, &FACTS));
        let expected = rows(&[
            &["a", "120", "yes", "pro", "yes", "yes"],
            &["b", "12", "no", "pro", "no", "no"],
            &["c", "", "", "pro", "", ""],
        ]);
        assert_eq!(people, expected);
        let (_, json) =
            written_by(world, &User::operator(), export(Of::People, Format::JsonLines, &FACTS))
                .unwrap();
        let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&first["company.employees"], &first["person.custom.boss"]),
            (&json!(120), &json!(true))
        );
        assert!(json.lines().nth(2).unwrap().contains("\"person.custom.boss\":null"), "{json}");

        let asked = export(
            Of::Companies,
            Format::Csv,
            &["company.custom.large", "company.custom.led", "person.custom.boss"],
        );
        let companies = cells(world, &User::operator(), asked);
        // A formula of people says nothing of a company.
        assert_eq!(companies, rows(&[&["n", "yes", "yes", ""], &["s", "no", "no", ""]]));
    });
}

#[test]
fn a_formula_says_nothing_to_whom_what_it_asks_is_kept_from() {
    both(|world| {
        filled(world);
        cells(world, &User::operator(), export(Of::People, Format::Csv, &FACTS));
        let now = world.now();
        for (fields, kept) in [
            ("person.title=hidden", "person.custom.boss"),
            ("person.custom.boss=hidden", "person.custom.boss"),
            ("company.employees=hidden", "company.custom.large"),
            ("person.works_at=hidden", "company.custom.led"),
        ] {
            let who = veiled(fields);
            let refused = written_by(world, &who, export(Of::People, Format::Csv, &[kept]));
            let Err(Failure::Invalid(wrong)) = refused else { panic!("{fields}: {refused:?}") };
            assert_eq!(wrong[0].name, "facts", "{fields}");
            let keys = read(world, &who, move |tx, who| {
                let mut ids = people::ids_after(tx, 0, 10)?;
                ids.truncate(1);
                let id = tx.public_ids().encode(people::PERSON, ids[0]);
                let record = people::person::record(tx, who, &id, None, now)?;
                let company = people::company::company(tx, who, "north.example", None, now)?;
                let facts =
                    record.facts.into_iter().chain(record.company_facts).chain(company.facts);
                Ok(facts.filter(|fact| fact.is_formula).map(|fact| fact.key).collect::<Vec<_>>())
            });
            let keys = keys.unwrap();
            assert!(!keys.iter().any(|key| key == kept), "{fields}: {keys:?}");
            assert!(!keys.is_empty(), "{fields}: others are told");
        }
    });
}

fn verdict(facts: &[HeldFact], key: &str) -> Option<(String, String)> {
    let fact = facts.iter().find(|fact| fact.key == key)?;
    Some((fact.value.clone(), fact.source.clone()))
}

#[test]
fn a_record_says_what_formulas_say_of_it() {
    both(|world| {
        adopt(world, RULES, From::Start);
        // What was told under its name before it was one is told no more.
        let facts = json!({ "person.custom.boss": "told once" });
        tell(
            world,
            &User::operator(),
            json!({ "email": "ann@north.example", "title": "CEO", "facts": facts,
            "company": { "domain": "north.example" } }),
        );
        tell(world, &User::operator(), json!({ "email": "cal@post.example" }));
        formula(world, Of::People, "Boss", "person.title == \"CEO\"").unwrap();
        formula(world, Of::Companies, "Led", "somebody(person.title == \"CEO\")").unwrap();
        formula(world, Of::Companies, "Large", "company.employees > 50").unwrap();
        let now = world.now();
        let record = |who: &'static str| {
            read(world, &User::operator(), move |tx, user| {
                people::person::record(tx, user, who, None, now)
            })
            .unwrap()
        };
        let said = |value: &str| Some((value.to_owned(), "formula".to_owned()));
        assert_eq!(
            verdict(&record("ann@north.example").facts, "person.custom.boss"),
            said("Unknown"),
            "it is not ready"
        );
        let asked = export(
            Of::People,
            Format::Csv,
            &["person.custom.boss", "company.custom.led", "company.custom.large"],
        );
        let jobs =
            world.db.write_blocking(move |tx| asked.prepare(tx, &User::operator(), now)).unwrap();
        for job in jobs {
            jobs::run_now(&world.app, &registry(), job).unwrap();
        }
        let ann = record("ann@north.example");
        assert_eq!(verdict(&ann.facts, "person.custom.boss"), said("Yes"));
        assert_eq!(ann.facts.iter().filter(|fact| fact.key == "person.custom.boss").count(), 1);
        assert_eq!(verdict(&ann.company_facts, "company.custom.led"), said("Yes"));
        assert_eq!(verdict(&ann.company_facts, "company.custom.large"), said("Unknown"));
        let cal = record("cal@post.example");
        assert_eq!(verdict(&cal.facts, "person.custom.boss"), said("Unknown"));
        assert!(cal.company_facts.is_empty(), "they work nowhere");
        for facts in [
            read(world, &User::operator(), move |tx, who| {
                Ok(people::company::company(tx, who, "north.example", None, now)?.facts)
            }),
            read(world, &User::operator(), move |tx, who| {
                Ok(people::companies::one(tx, who, "north.example", now)?.facts)
            }),
        ] {
            let facts = facts.unwrap();
            assert_eq!(verdict(&facts, "company.custom.led"), said("Yes"));
            assert_eq!(verdict(&facts, "company.custom.large"), said("Unknown"));
        }
    });
}
