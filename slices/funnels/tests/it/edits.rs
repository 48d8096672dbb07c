//! Facts by hand, taken back, and ruled between sources, on both databases; what is derived stays as a replay has it.

use people::edit::{Edited, assign, edit, undo};
use people::said::{State, said};
use people::upsert::upsert;
use platform::failure::Failure;
use platform::harness::World;
use serde_json::json;
use team::User;

use crate::house::{both, nothing_differs};

const ANN: &str = "ann@north.example";

fn tell(world: &World, title: &str) {
    let now = world.now();
    let person = json!({ "email": ANN, "name": "Ann Lind", "title": title });
    world.db.write_blocking(move |tx| upsert(tx, &User::operator(), &[person], now)).unwrap();
    world.clock.advance(moment::Span::minutes(1));
}

fn set(world: &World, key: &'static str, value: &'static str) -> Result<Edited, Failure> {
    let now = world.now();
    let done = world.db.write_blocking(move |tx| edit(tx, &User::operator(), ANN, key, value, now));
    world.clock.advance(moment::Span::minutes(1));
    done
}

fn back(world: &World, done: Edited) -> Result<Edited, Failure> {
    let now = world.now();
    let text = done.to_text();
    let done = world.db.write_blocking(move |tx| undo(tx, &User::operator(), ANN, &text, now));
    world.clock.advance(moment::Span::minutes(1));
    done
}

/// The title as the row has it, and as the history of the fact says.
fn title(world: &World) -> (Option<String>, Option<String>) {
    let now = world.now();
    world
        .db
        .read_blocking(move |tx| {
            let who = User::operator();
            let record = people::person::record(tx, &who, ANN, None, now)?;
            let said = said(tx, &who, ANN, "person.title", now)?;
            Ok((
                record.person.title,
                said.held.map(|held| format!("{} {}", held.source, held.value)),
            ))
        })
        .unwrap()
}

fn held(row: &str, said: &str) -> (Option<String>, Option<String>) {
    (Some(row.to_owned()), Some(said.to_owned()))
}

#[test]
fn an_edit_holds_until_it_is_taken_back_and_its_source_is_heard_again() {
    both(|world| {
        tell(world, "COO");
        let done = set(world, "person.title", "CEO").unwrap();
        assert_eq!(title(world), held("CEO", "edit CEO"));
        let undone = back(world, done).unwrap();
        assert_eq!(title(world), held("COO", "api COO"));
        // To undo the undoing is to do it again.
        let again = back(world, undone).unwrap();
        assert_eq!(title(world), held("CEO", "edit CEO"));
        set(world, "person.title", "Chair").unwrap();
        let late = back(world, again).unwrap_err();
        assert!(matches!(late, Failure::Refused { code: "changed_since", .. }), "{late}");
        let first = set(world, "person.nickname", "Annie").unwrap();
        back(world, first).unwrap();
        set(world, "person.title", "").unwrap();
        assert_eq!(title(world).0, None);
        nothing_differs(world);
    });
}

#[test]
fn what_is_no_value_of_a_fact_is_refused_and_an_address_is_one_persons() {
    both(|world| {
        tell(world, "COO");
        let now = world.now();
        let ben = json!({ "email": "ben@north.example", "name": "Ben" });
        world.db.write_blocking(move |tx| upsert(tx, &User::operator(), &[ben], now)).unwrap();
        let taken = set(world, "person.email", "BEN@north.example").unwrap_err();
        assert!(matches!(taken, Failure::Refused { code: "key_taken", .. }), "{taken}");
        for (key, value) in [
            ("person.email", "nonsense"),
            ("person.owner", "usr_1"),
            ("person.works_at", "cmp_1"),
            ("person.id.crm", "7"),
            ("company.name", "North"),
            ("person.", "x"),
            ("person.Title", "x"),
        ] {
            let refused = set(world, key, value).unwrap_err();
            assert!(matches!(refused, Failure::Invalid(_)), "{key}: {refused}");
        }
        set(world, "person.email", "Ann.Lind@north.example").unwrap();
        let found = world.db.read_blocking(|tx| {
            people::find::find(tx, &User::operator(), "ann.lind@north.example")
        });
        assert!(found.is_ok());
    });
}

#[test]
fn a_more_trusted_source_goes_before_what_comes_later() {
    both(|world| {
        tell(world, "COO");
        let order = ["edit".to_owned(), "api".to_owned()];
        world.db.write_blocking(move |tx| journal::rank_sources(tx, &order)).unwrap();
        let done = set(world, "person.title", "CEO").unwrap();
        tell(world, "Clerk");
        assert_eq!(title(world), held("CEO", "edit CEO"));
        let now = world.now();
        let view =
            move |tx: &mut platform::Tx| said(tx, &User::operator(), ANN, "person.title", now);
        let view = world.db.read_blocking(view).unwrap();
        let others: Vec<_> =
            view.others.iter().map(|other| (other.value.as_str(), other.state)).collect();
        assert_eq!(others, [("Clerk", State::Outranked)]);
        // The same again is no news.
        let count = world.db.read_blocking(journal::count).unwrap();
        tell(world, "Clerk");
        assert_eq!(world.db.read_blocking(journal::count).unwrap(), count);
        // Taken back, the edit stands in nobody's way.
        back(world, done).unwrap();
        assert_eq!(title(world), held("COO", "api COO"));
        tell(world, "Head of Sales");
        assert_eq!(title(world), held("Head of Sales", "api Head of Sales"));
        nothing_differs(world);
    });
}

#[test]
fn a_person_is_assigned_to_a_user_and_to_nobody() {
    both(|world| {
        tell(world, "COO");
        let now = world.now();
        let (owner, nobody) = world
            .db
            .write_blocking(move |tx| {
                let who = User::operator();
                let mara = team::colleague::colleague(tx, &who, "Mara", "mara@x.example", now)?;
                let (person, _) = assign(tx, &who, ANN, Some("MARA@x.example"), now)?;
                let owner = people::person::row(tx, &who, person)?.owner;
                assert_eq!(owner, Some(mara.0));
                let missing = assign(tx, &who, ANN, Some("zoe@x.example"), now);
                assert!(matches!(missing, Err(Failure::Missing { .. })));
                assign(tx, &who, ANN, None, now)?;
                Ok((owner, people::person::row(tx, &who, person)?.owner))
            })
            .unwrap();
        assert!(owner.is_some() && nobody.is_none());
    });
}
