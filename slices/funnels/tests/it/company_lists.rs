//! Lists of companies and changes of many, on both databases.

use std::sync::Arc;

use people::bulk::{self, Chosen, Counts, Deed};
use people::edit::edit;
use people::fields::{self, Draft, Kind};
use people::lists::ListRow;
use people::upsert::{upsert, upsert_companies};
use people::{CompanyId, Of, lists, main_lens};
use platform::failure::Failure;
use platform::harness::World;
use serde_json::{Value, json};
use team::sight::Limits;
use team::{CustomRole, FieldRights, Right, Rights, Role, Sees, Sight, User, UserId};

use crate::house::{both, nothing_differs};

/// North, where Ann and Bo work, and South, where Cole does; Ann is looked after by user 5, the others by user 6.
fn firms(world: &World) -> [CompanyId; 2] {
    let now = world.now();
    for (email, site, owner) in [
        ("ann@north.example", "north.example", 5),
        ("bo@north.example", "north.example", 6),
        ("cole@south.example", "south.example", 6),
    ] {
        let who = caller(owner);
        let person = json!({ "email": email, "company": { "domain": site } });
        world.db.write_blocking(move |tx| upsert(tx, &who, &[person], now)).unwrap();
    }
    world
        .db
        .read_blocking(|tx| {
            let who = User::operator();
            let find = |tx: &mut platform::db::Tx, site| people::companies::find(tx, &who, site);
            Ok([find(tx, "north.example")?, find(tx, "south.example")?])
        })
        .unwrap()
}

/// Whoever sees the people of one user alone.
fn caller(id: i64) -> User {
    let role = CustomRole {
        id: 1,
        name: "Caller".to_owned(),
        rights: Rights::of(&[Right::ReadPeople, Right::EditPeople]),
        sees: Sees::Own,
        fields: Arc::new(FieldRights::parse("company.industry=read").unwrap()),
    };
    let limits = Limits { sees: Sees::Own, owners: vec![id], territories: Vec::new() };
    let sight = Sight::Limited(Arc::new(limits));
    User { id: UserId(id), role: Role::Custom(Arc::new(role)), sight, ..User::operator() }
}

fn changed(
    world: &World,
    who: &User,
    companies: &[CompanyId],
    deed: Deed,
) -> Result<Counts, Failure> {
    let (who, now) = (who.clone(), world.now());
    let chosen = Chosen::Companies(companies.to_vec());
    world.db.write_blocking(move |tx| {
        let started = bulk::start(tx, &who, &chosen, &deed, now)?;
        Ok(bulk::load(tx, &User::operator(), started.change)?.counts)
    })
}

fn made(world: &World, of: Of, name: &'static str) -> i64 {
    let now = world.now();
    world.db.write_blocking(move |tx| lists::make(tx, &User::operator(), of, name, now)).unwrap()
}

fn row(world: &World, list: i64) -> ListRow {
    world.db.read_blocking(move |tx| lists::load(tx, &User::operator(), list)).unwrap()
}

fn counts(whole: u64, changed: u64, unchanged: u64) -> Counts {
    Counts { whole, changed, unchanged, rejected: 0 }
}

fn industry(value: Value) -> Deed {
    Deed::Fact { key: "company.industry".into(), value }
}

#[test]
fn companies_are_told_facts_and_put_into_lists_many_at_once() {
    both(|world| {
        let [north, south] = firms(world);
        let who = User::operator();
        let rail = industry(json!("rail"));
        assert_eq!(changed(world, &who, &[north, south], rail.clone()).unwrap(), counts(2, 2, 0));
        assert_eq!(changed(world, &who, &[north, south], rail).unwrap(), counts(2, 0, 2));
        let now = world.now();
        let held = world
            .db
            .read_blocking(move |tx| {
                people::companies::one(tx, &User::operator(), "north.example", now)
            })
            .unwrap();
        assert_eq!(held.company.industry.as_deref(), Some("rail"));

        let list = made(world, Of::Companies, "Guests");
        let put_in = Deed::PutIn { list };
        assert_eq!(changed(world, &who, &[north], put_in.clone()).unwrap(), counts(1, 1, 0));
        assert_eq!(changed(world, &who, &[north, south], put_in).unwrap(), counts(2, 1, 1));
        assert_eq!((row(world, list).of, row(world, list).members), (Of::Companies, 2));
        let out = Deed::TakeOut { list };
        assert_eq!(changed(world, &who, &[south], out).unwrap(), counts(1, 1, 0));
        assert_eq!(row(world, list).members, 1);
        nothing_differs(world);
    });
}

#[test]
fn what_can_not_be_done_to_companies_is_refused_before_anything_is_done() {
    both(|world| {
        let [north, _] = firms(world);
        let of_people = made(world, Of::People, "Fair");
        let of_companies = made(world, Of::Companies, "Guests");
        let who = User::operator();
        let key = |key: &str| Deed::Fact { key: key.to_owned(), value: json!("x") };
        for deed in [
            Deed::Owner { user: None },
            Deed::Recycle { reason: "cooled".into() },
            key("person.title"),
            key("company.name"),
            key("company.domain"),
            key("company.score.intent"),
        ] {
            let refused = changed(world, &who, &[north], deed.clone());
            assert!(matches!(refused, Err(Failure::Invalid(_))), "{deed:?} {refused:?}");
        }
        let refused = changed(world, &who, &[north], Deed::PutIn { list: of_people });
        assert!(
            matches!(refused, Err(Failure::Refused { code: "list_of_others", .. })),
            "{refused:?}"
        );
        let refused = changed(world, &who, &[], Deed::PutIn { list: of_companies });
        assert!(matches!(refused, Err(Failure::Refused { code: "nobody", .. })), "{refused:?}");
        let now = world.now();
        let put_in = world.db.write_blocking(move |tx| {
            let people = people::ids_after(tx, 0, 10)?;
            lists::put_in(tx, &User::operator(), of_companies, &people, now)
        });
        assert!(
            matches!(put_in, Err(Failure::Refused { code: "list_of_others", .. })),
            "{put_in:?}"
        );
    });
}

#[test]
fn whoever_sees_a_part_changes_the_companies_of_that_part_alone() {
    both(|world| {
        let [north, south] = firms(world);
        let list = made(world, Of::Companies, "Guests");
        let who = caller(5);
        let put_in = Deed::PutIn { list };
        assert_eq!(changed(world, &who, &[north, south], put_in).unwrap(), counts(1, 1, 0));
        assert_eq!(row(world, list).members, 1);
        let refused = changed(world, &who, &[north], industry(json!("rail")));
        assert!(matches!(refused, Err(Failure::Invalid(_))), "{refused:?}");
    });
}

#[test]
fn a_custom_field_takes_what_its_type_takes_wherever_a_fact_is_told() {
    both(|world| {
        let [north, _] = firms(world);
        let now = world.now();
        world
            .db
            .write_blocking(move |tx| {
                let (who, lens) = (User::operator(), main_lens(tx)?.id);
                let choices = vec!["Pro".to_owned(), "Basic".to_owned()];
                let of_company = Draft { of_company: true, ..Draft::default() };
                let plan =
                    Draft { label: "Plan".into(), choices: choices.clone(), ..of_company.clone() };
                fields::make(tx, &who, lens, Kind::Choice, &plan, now)?;
                let seats = Draft { label: "Seats".into(), ..of_company };
                fields::make(tx, &who, lens, Kind::Number, &seats, now)?;
                let plan = Draft { label: "Plan".into(), choices, ..Draft::default() };
                fields::make(tx, &who, lens, Kind::Choice, &plan, now)?;
                let formula = Draft {
                    label: "Known".into(),
                    formula: "known(person.email)".into(),
                    ..Draft::default()
                };
                fields::make(tx, &who, lens, Kind::Formula, &formula, now)
            })
            .unwrap();
        let hand = |which: &'static str, key: &'static str, value: &'static str| {
            world.db.write_blocking(move |tx| {
                edit(tx, &User::operator(), which, key, value, now).map(drop)
            })
        };
        for (which, key, value, is_taken) in [
            ("ann@north.example", "person.custom.plan", "pro", true),
            ("ann@north.example", "person.custom.plan", "gold", false),
            ("ann@north.example", "person.custom.plan", "", true),
            ("ann@north.example", "person.custom.known", "true", false),
            ("ann@north.example", "person.custom.known", "", false),
            ("north.example", "company.custom.plan", "basic", true),
            ("north.example", "company.custom.plan", "gold", false),
            ("north.example", "company.custom.seats", "1250", true),
            ("north.example", "company.custom.seats", "many", false),
        ] {
            let told = hand(which, key, value);
            assert_eq!(told.is_ok(), is_taken, "{key} {value} {told:?}");
        }
        let who = User::operator();
        let seats = |value: Value| Deed::Fact { key: "company.custom.seats".into(), value };
        assert_eq!(changed(world, &who, &[north], seats(json!("40"))).unwrap(), counts(1, 1, 0));
        assert_eq!(changed(world, &who, &[north], seats(json!(40))).unwrap(), counts(1, 0, 1));
        assert!(matches!(
            changed(world, &who, &[north], seats(json!("many"))),
            Err(Failure::Invalid(_))
        ));
        let news = json!({ "domain": "north.example", "facts": { "company.custom.plan": "gold" } });
        let told = world
            .db
            .write_blocking(move |tx| upsert_companies(tx, &User::operator(), &[news], now))
            .unwrap();
        assert!(matches!(told.as_slice(), [people::upsert::Told::Rejected(_)]), "{told:?}");
        let held = world
            .db
            .read_blocking(move |tx| {
                people::companies::one(tx, &User::operator(), "north.example", now)
            })
            .unwrap();
        let value = |key: &str| {
            let fact = held.facts.iter().find(|fact| fact.key == key);
            fact.map(|fact| fact.value.clone()).unwrap_or_default()
        };
        assert_eq!(value("company.custom.plan"), "Basic");
        assert_eq!(value("company.custom.seats"), "40");
    });
}
