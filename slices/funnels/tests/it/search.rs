//! What is found by what was typed, on both databases: nothing may be found that is called otherwise now.

use people::search::{self, Search, SearchView, search};
use people::upsert::{Told, upsert};
use platform::harness::World;
use platform::{jobs, settings};
use serde_json::{Value, json};
use team::User;

use crate::house::{both, registry};

fn person(email: &str, name: &str, company: &str) -> Value {
    json!({ "email": email, "name": name, "company": { "name": company } })
}

fn tell(world: &World, people: Vec<Value>) {
    let now = world.now();
    let told = world.db.write_blocking(move |tx| upsert(tx, &User::operator(), &people, now));
    assert!(told.unwrap().iter().all(|told| !matches!(told, Told::Rejected(_))));
    world.clock.advance(moment::Span::minutes(1));
}

fn found(world: &World, text: &str) -> SearchView {
    let ask = Search { text: text.to_owned(), people: 10, companies: 10, texts: 10 };
    world.db.read_blocking(move |tx| search(tx, &User::operator(), &ask)).unwrap()
}

/// The names of whoever is found, people first, companies in brackets.
fn names(world: &World, text: &str) -> String {
    let found = found(world, text);
    let people = found.people.iter().map(|hit| hit.person.name.clone());
    let companies = found.companies.iter().map(|company| format!("[{}]", company.name));
    people.chain(companies).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_name_is_found_by_the_beginnings_of_its_words_in_any_order_and_with_a_slip() {
    both(|world| {
        tell(
            world,
            vec![
                person("jurgen@north.example", "Jürgen Müller-Lüdenscheidt", "Nordlicht Spedition"),
                person("ann@south.example", "Ann Lind", "South & Sons"),
                person("anna@south.example", "Anna Lindqvist", "South & Sons"),
            ],
        );
        for (typed, expected) in [
            ("jürgen", "Jürgen Müller-Lüdenscheidt"),
            ("MUL", "Jürgen Müller-Lüdenscheidt"),
            ("ludens jur", "Jürgen Müller-Lüdenscheidt"),
            ("ann", "Ann Lind, Anna Lindqvist"),
            ("lind ann", "Ann Lind, Anna Lindqvist"),
            ("ann south", "Ann Lind, Anna Lindqvist"),
            ("nordlicht jurgen", "Jürgen Müller-Lüdenscheidt"),
            ("spedition", "[Nordlicht Spedition]"),
            ("ann@sou", "Ann Lind"),
            ("muler", "Jürgen Müller-Lüdenscheidt"),
            ("anna lindqvits", "Anna Lindqvist"),
            ("spedtion", "[Nordlicht Spedition]"),
            ("ann nobody", ""),
            ("", ""),
            ("%", ""),
        ] {
            assert_eq!(names(world, typed), expected, "{typed}");
        }
        assert_eq!(found(world, "muler").instead.as_deref(), Some("muller"));
        assert_eq!(found(world, "muller").instead, None);
    });
}

#[test]
fn whoever_is_called_otherwise_is_found_so_and_only_so() {
    both(|world| {
        tell(world, vec![person("ann@south.example", "Ann Lindqvist", "South")]);
        tell(world, vec![person("ann@south.example", "Ann Okafor", "South")]);
        assert_eq!(names(world, "okafor"), "Ann Okafor");
        assert_eq!(names(world, "lindqvist"), "");
        assert_eq!(names(world, "lindqvits"), "", "the old name is in no word any more");
        let ann = found(world, "ann").people[0].person.id;
        world.db.write_blocking(move |tx| search::forget(tx, ann)).unwrap();
        assert_eq!(names(world, "okafor"), "");
    });
}

#[test]
fn what_was_written_is_found_by_its_words_the_newest_first() {
    both(|world| {
        let mut ann = person("ann@south.example", "Ann Lind", "South");
        let received = json!({ "text": "Is there a Rückfracht from Malmö?" });
        ann["activities"] = json!([{ "kind": "email.received", "properties": received }]);
        tell(world, vec![ann.clone()]);
        let replied = json!({ "text": "No ruckfracht, then; the budget is spent." });
        ann["activities"] = json!([{ "kind": "email.replied", "properties": replied }]);
        tell(world, vec![ann]);
        let kinds = |typed: &str| -> Vec<String> {
            found(world, typed).texts.into_iter().map(|hit| hit.kind).collect()
        };
        assert_eq!(kinds("rückfracht"), ["email.replied", "email.received"]);
        assert_eq!(kinds("budg ruckf"), ["email.replied"]);
        let hit = found(world, "malmo").texts.remove(0);
        assert_eq!((hit.name.as_str(), hit.excerpt.hit.as_str()), ("Ann Lind", "Malmö"));
    });
}

#[test]
fn a_workspace_from_before_is_made_findable_by_a_job() {
    both(|world| {
        let mut ann = person("ann@south.example", "Ann Lind", "South");
        let properties = json!({ "subject": "Kühlkette" });
        ann["activities"] = json!([{ "kind": "email.received", "properties": properties }]);
        tell(world, vec![ann]);
        let now = world.now();
        let forgotten = world.db.write_blocking(move |tx| {
            assert!(!search::is_built(tx)?);
            for id in people::ids_after(tx, 0, 10)? {
                search::forget(tx, id)?;
            }
            search::build(tx, now)
        });
        assert_eq!(names(world, "ann"), "");
        let job = forgotten.unwrap().unwrap();
        jobs::run_now(&world.app, &registry(), job).unwrap();
        assert_eq!(names(world, "ann"), "Ann Lind");
        assert_eq!(found(world, "kuhlkette").texts.len(), 1);
        assert!(world.db.read_blocking(search::is_built).unwrap());
        // Twice is as once.
        world.db.write_blocking(|tx| settings::remove(tx, "people.search")).unwrap();
        let job = world.db.write_blocking(move |tx| search::build(tx, now)).unwrap().unwrap();
        jobs::run_now(&world.app, &registry(), job).unwrap();
        assert_eq!(found(world, "kuhlkette").texts.len(), 1);
    });
}
