//! Lists of companies and changes of many, on both databases.

use std::sync::Arc;

use moment::Span;
use people::bulk::{self, Chosen, Counts, Deed, Matching};
use people::edit::{assign, edit};
use people::fields::{self, Draft, Kind};
use people::lists::ListRow;
use people::upsert::{upsert, upsert_companies};
use people::{CompanyId, Of, lists, main_lens};
use platform::db::Tx;
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use serde_json::{Value, json};
use team::roster::{self, UserChange};
use team::sight::Limits;
use team::{CustomRole, FieldRights, Right, Rights, Role, Sees, Sight, User, UserId};

use crate::house::{both, nothing_differs, registry};

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

/// What becomes of a change to whichever companies meet a condition, of those whom the user sees.
fn changed_where(world: &World, who: &User, condition: &str, deed: Deed) -> Counts {
    // What is told later is told after what was there.
    world.clock.advance(Span::minutes(1));
    let (who, now, condition) = (who.clone(), world.now(), condition.to_owned());
    let started = world.db.write_blocking(move |tx| {
        let lens = main_lens(tx)?.id;
        let (stages, condition) = (Vec::new(), Some(condition));
        let matching = Matching { of: Of::Companies, lens, stages, condition, list: None };
        bulk::start(tx, &who, &Chosen::Matching(matching), &deed, now)
    });
    let started = started.unwrap();
    for job in started.jobs() {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
    let load = move |tx: &mut Tx| bulk::load(tx, &User::operator(), started.change);
    let row = world.db.read_blocking(load).unwrap();
    assert!(row.finished_at.is_some() && row.counts.done() == row.counts.whole, "{row:?}");
    row.counts
}

#[test]
fn whichever_companies_meet_a_condition_are_changed_once_and_the_counts_add_up() {
    both(|world| {
        firms(world);
        let who = User::operator();
        let rail = industry(json!("rail"));
        let cole = "somebody(person.email == \"cole@south.example\")";
        assert_eq!(changed_where(world, &who, cole, rail.clone()), counts(1, 1, 0));
        // What it changes is what it asks for: which they are was settled before.
        let unknown = "!known(company.industry)";
        assert_eq!(changed_where(world, &who, unknown, rail.clone()), counts(1, 1, 0));
        assert_eq!(changed_where(world, &who, unknown, rail.clone()), counts(0, 0, 0));
        let all = "company.industry == \"rail\" && people >= 1";
        assert_eq!(changed_where(world, &who, all, rail), counts(2, 0, 2));
        let list = made(world, Of::Companies, "Guests");
        assert_eq!(
            changed_where(world, &who, "people >= 2", Deed::PutIn { list }),
            counts(1, 1, 0)
        );
        // Whoever sees Ann alone finds one person at North, and South not at all.
        let now = world.now();
        let part = world.db.write_blocking(move |tx| {
            let operator = User::operator();
            let mara = team::colleague::colleague(tx, &operator, "Mara", "mara@x.example", now)?;
            let own = UserChange { sees: Some(Sees::Own), ..UserChange::default() };
            roster::change_user(tx, &operator, "mara@x.example", own, now)?;
            assign(tx, &operator, "ann@north.example", Some("mara@x.example"), now)?;
            Ok(roster::user(tx, mara.0)?.unwrap())
        });
        let part = part.unwrap();
        let put_in = || Deed::PutIn { list };
        assert_eq!(changed_where(world, &part, "people >= 2", put_in()), counts(0, 0, 0));
        assert_eq!(changed_where(world, &part, "people >= 1", put_in()), counts(1, 0, 1));
        assert_eq!(changed_where(world, &part, cole, put_in()), counts(0, 0, 0));
        assert_eq!(changed_where(world, &who, "people >= 1", put_in()), counts(2, 1, 1));
        let asked =
            team::audit::Asked { what: Some("companies.changed".into()), ..Default::default() };
        let logged = move |tx: &mut Tx| team::audit::list(tx, &User::operator(), &asked, None, 20);
        assert_eq!(world.db.read_blocking(logged).unwrap().rows[0].detail["companies"], 2);
        nothing_differs(world);
    });
}

/// How many meet a condition, of people or of companies.
pub fn met(world: &World, of: Of, condition: &str) -> Result<u64, Failure> {
    let (now, condition) = (world.now(), condition.to_owned());
    let read = move |tx: &mut Tx| {
        let lens = main_lens(tx)?.id;
        let asked = people::condition::read_of(tx, of, lens, &condition)?;
        asked.prepare(tx, &User::operator(), now).map(|job| (asked, job))
    };
    let (asked, job) = world.db.write_blocking(read)?;
    if let Some(job) = job {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
    world.db.read_blocking(move |tx| {
        let set = asked.set(tx, &User::operator(), now)?.unwrap();
        let mut found = 0;
        tx.each_made(&set, |_| {
            found += 1;
            Ok(())
        })?;
        Ok(found)
    })
}

pub fn formula(world: &World, of: Of, label: &str, formula: &str) -> Result<(), Failure> {
    let now = world.now();
    let of_company = of == Of::Companies;
    let (label, formula) = (label.to_owned(), formula.to_owned());
    let draft = Draft { label, formula, of_company, ..Draft::default() };
    world.db.write_blocking(move |tx| {
        let lens = main_lens(tx)?.id;
        fields::make(tx, &User::operator(), lens, Kind::Formula, &draft, now).map(drop)
    })
}

#[test]
fn a_formula_of_companies_is_asked_wherever_its_condition_could_be() {
    both(|world| {
        let [north, _] = firms(world);
        let who = User::operator();
        changed(world, &who, &[north], industry(json!("rail"))).unwrap();
        formula(world, Of::Companies, "Rail", "company.industry == \"rail\"").unwrap();
        let led = "somebody(person.email == \"ann@north.example\")";
        formula(world, Of::Companies, "Led", led).unwrap();
        for (of, condition, count) in [
            (Of::Companies, "company.custom.rail", 1),
            (Of::Companies, "company.custom.rail != true", 0),
            (Of::Companies, "company.custom.led && people == 2", 1),
            (Of::Companies, "company.custom.led == false", 1),
            (Of::Companies, "somebody(company.custom.rail && known(person.email))", 1),
            // Whoever works there has the facts of the company in their history, and so the formula.
            (Of::People, "company.custom.rail", 2),
            (Of::People, "known(company.custom.rail) && known(person.email)", 2),
        ] {
            assert_eq!(met(world, of, condition).unwrap(), count, "{condition}");
        }
        for (of, condition) in
            [(Of::People, "company.custom.led"), (Of::Companies, "somebody(company.custom.led)")]
        {
            let refused = met(world, of, condition).unwrap_err().problem().0;
            assert_eq!(refused.code, "condition", "{condition}");
            assert!(refused.detail.contains("people can't be asked it"), "{}", refused.detail);
        }

        // A formula asks about no other, whichever was there first.
        formula(world, Of::Companies, "First", "company.custom.second").unwrap();
        let second = formula(world, Of::Companies, "Second", "company.custom.rail");
        assert!(matches!(second, Err(Failure::Invalid(_))), "{second:?}");
        let second = formula(world, Of::Companies, "Second", "company.employees > 5");
        let Err(Failure::Invalid(wrong)) = second else { panic!("{second:?}") };
        assert!(wrong[0].words.contains("the formula First asks about"), "{wrong:?}");
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
