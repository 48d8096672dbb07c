//! Whoever sees a part of the people finds no other, wherever they look; and what is hidden is told nowhere.

use std::sync::Arc;

use funnel::{Stage, Truth};
use funnels::segment::Segment;
use people::list::{List, Sort};
use people::upsert::{Told, upsert};
use platform::db::Tx;
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use serde_json::{Value, json};
use team::sight::Limits;
use team::{CustomRole, FieldRights, Right, Rights, Role, Sees, Sight, User, UserId};

use crate::house::{adopt, both, registry};

pub const RULES: &str = r#"
name = "Rules"
[stages.lead]
enter = 'known(person.email)'
[stages.prospect]
enter = 'person.custom.salary > 1000'
[stages.opportunity]
enter = 'did("demo.held")'
sla = { accept = "4h" }
[stages.customer]
enter = 'did("deal.won")'
"#;

/// Somebody who may read and edit, and sees their own people; some fields are hidden.
pub fn somebody(id: i64, fields: &str) -> User {
    let role = CustomRole {
        id: 1,
        name: "Caller".to_owned(),
        rights: Rights::of(&[Right::ReadPeople, Right::EditPeople, Right::ImportPeople]),
        sees: Sees::Own,
        fields: Arc::new(FieldRights::parse(fields).unwrap()),
    };
    let limits = Limits { sees: Sees::Own, owners: vec![id], territories: Vec::new() };
    User {
        id: UserId(id),
        role: Role::Custom(Arc::new(role)),
        sight: Sight::Limited(Arc::new(limits)),
        ..User::operator()
    }
}

pub fn tell(world: &World, who: &User, person: Value) -> Told {
    let (who, now) = (who.clone(), world.now());
    let told =
        world.db.write_blocking(move |tx| upsert(tx, &who, std::slice::from_ref(&person), now));
    told.unwrap().remove(0)
}

pub fn read<T: Send + 'static>(
    world: &World,
    who: &User,
    work: impl Fn(&mut Tx, &User) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let who = who.clone();
    world.db.read_blocking(move |tx| work(tx, &who))
}

fn list(
    search: Option<&str>,
    sort: Sort,
) -> impl Fn(&mut Tx, &User) -> Result<Vec<String>, Failure> {
    let search = search.map(str::to_owned);
    move |tx, who| {
        let ask = List {
            lens: people::main_lens(tx)?.id,
            stages: Vec::new(),
            sort: sort.clone(),
            descending: false,
            after: None,
            search: search.clone(),
            limit: 1,
        };
        let mut names = Vec::new();
        let mut ask = ask;
        loop {
            let view = people::list::list(tx, who, &ask, moment::Moment::START)?;
            names.extend(view.rows.into_iter().map(|row| row.person.name));
            ask.after = view.next;
            if ask.after.is_none() {
                return Ok(names);
            }
        }
    }
}

pub fn meeting(
    world: &World,
    who: &User,
    condition: &'static str,
) -> Result<(u64, usize), Failure> {
    let now = world.now();
    let segment = read(world, &User::operator(), move |tx, who| {
        Segment::read(&funnels::lens::of(tx, who, None)?, condition)
    })?;
    let (asked, asker) = (segment.clone(), who.clone());
    if let Some(job) = world.db.write_blocking(move |tx| asked.prepare(tx, &asker, now))? {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
    read(world, who, move |tx, who| {
        let people = segment.people(tx, who, now, (0, 100))?.unwrap();
        Ok((segment.count(tx, who, now)?.unwrap(), people.len()))
    })
}

fn is_missing<T: std::fmt::Debug>(result: Result<T, Failure>) {
    assert!(matches!(result, Err(Failure::Missing { .. })), "{result:?}");
}

#[test]
fn other_peoples_people_are_not_there() {
    both(|world| {
        adopt(world, RULES, funnels::lens::From::Start);
        let (ann, ben) = (somebody(5, ""), somebody(6, ""));
        for (who, name, email) in [
            (&ann, "Canary Anders", "canary.a@north.example"),
            (&ann, "Zoe Anders", "zoe@north.example"),
            (&ben, "Canary Bright", "canary.b@north.example"),
        ] {
            let person = json!({ "email": email, "name": name, "company": { "domain": "north.example" },
                "activities": [{ "kind": "demo.held" }] });
            assert!(matches!(tell(world, who, person), Told::Created(_)));
        }
        tell(
            world,
            &User::operator(),
            json!({ "email": "canary.c@north.example", "name": "Canary Cole" }),
        );
        for sort in [Sort::Name, Sort::Fit, Sort::Engagement, Sort::Touched] {
            for (who, count) in [(&ann, 2), (&ben, 1), (&User::operator(), 4)] {
                assert_eq!(
                    read(world, who, list(None, sort.clone())).unwrap().len(),
                    count,
                    "{sort:?}"
                );
            }
        }
        assert_eq!(read(world, &ann, list(Some("canary"), Sort::Name)).unwrap(), ["Canary Anders"]);
        assert_eq!(
            read(world, &ann, list(Some("canary.a@"), Sort::Name)).unwrap(),
            ["Canary Anders"]
        );
        assert!(read(world, &ben, list(Some("anders"), Sort::Name)).unwrap().is_empty());
        assert_eq!(meeting(world, &ann, "known(person.email)").unwrap(), (2, 2));
        assert_eq!(meeting(world, &ben, r#"!(person.name == "Zoe Anders")"#).unwrap(), (1, 1));
        assert_eq!(meeting(world, &ann, "true").unwrap(), (2, 2));
        assert_eq!(meeting(world, &User::operator(), "known(person.email)").unwrap(), (4, 4));

        let now = world.now();
        for name in ["canary.a@north.example", "Canary Anders"] {
            let seen =
                move |tx: &mut Tx, who: &User| people::person::record(tx, who, name, None, now);
            assert_eq!(read(world, &ann, seen).unwrap().colleagues.len(), 1, "of two she sees one");
            is_missing(read(world, &ben, seen));
            is_missing(read(world, &ben, move |tx, who| {
                funnels::why::why(tx, who, name, None, now)
            }));
        }
        let tally = |tx: &mut Tx, who: &User| {
            let lens = people::main_lens(tx)?.id;
            people::stand::tally_for(tx, who, lens)
        };
        let opportunities = |who: &User| {
            let tally = read(world, who, tally).unwrap();
            tally.into_iter().find(|(stage, _)| *stage == Stage::Opportunity).unwrap().1
        };
        assert_eq!([&ann, &ben, &User::operator()].map(opportunities), [2, 1, 3]);
        let (kept, counted) = read(world, &ann, |tx, _| {
            let lens = people::main_lens(tx)?.id;
            people::owned::kept_and_counted(tx, lens)
        })
        .unwrap();
        assert!(!kept.is_empty() && kept == counted, "{kept:?}, and counted {counted:?}");
        let flow = move |tx: &mut Tx, who: &User| {
            let moves = funnels::funnel::funnel(tx, who, None, None, now)?.moves;
            Ok(moves.iter().filter(|one| one.from == Stage::None).map(|one| one.count).sum::<u64>())
        };
        let came = |who: &User| read(world, who, flow).unwrap();
        assert_eq!([&ann, &ben, &User::operator()].map(came), [2, 1, 4]);
        let waits = |who: &User| {
            let found = read(world, who, move |tx, who| {
                funnels::handoff::handoffs(tx, who, None, &funnels::handoff::Since::Always, now)
            });
            let found = found.unwrap();
            (found.waits, found.total.counts.handed_over, found.waiting.len())
        };
        assert_eq!([&ann, &ben].map(waits), [(2, 2, 2), (1, 1, 1)]);

        // Whoever has an address already is somebody else's, and stays as they are.
        let taken = json!({ "email": "canary.a@north.example", "name": "Mine now" });
        assert!(matches!(tell(world, &ben, taken), Told::Conflict(..)));
        assert!(
            read(world, &ann, list(None, Sort::Name))
                .unwrap()
                .contains(&"Canary Anders".to_owned())
        );
        let started = read(world, &ben, funnels::backtest::list);
        assert!(matches!(started, Err(Failure::Refused { code: "sees_some", .. })), "{started:?}");
    });
}

#[test]
fn what_is_hidden_is_told_nowhere_and_not_asked_for() {
    both(|world| {
        adopt(world, RULES, funnels::lens::From::Start);
        let ann = somebody(5, "");
        let fields =
            "person.custom.salary=hidden person.phone=hidden person.email=hidden person.title=read";
        let veiled = somebody(5, fields);
        let person = json!({ "email": "canary@north.example", "phone": "+49 30 1234567", "title": "COO",
            "facts": { "person.custom.salary": 77_123 } });
        tell(world, &ann, person);
        let now = world.now();
        let record = |who: &User, name: &'static str| {
            read(world, who, move |tx, who| people::person::record(tx, who, name, None, now))
        };
        assert_eq!(record(&ann, "canary@north.example").unwrap().facts.len(), 4);
        is_missing(record(&veiled, "canary@north.example"));
        is_missing(record(&veiled, "email:canary@north.example"));
        assert!(read(world, &veiled, list(Some("canary"), Sort::Touched)).unwrap().is_empty());
        let names = read(world, &veiled, list(None, Sort::Touched)).unwrap();
        assert_eq!(names, [people::sight::NAME_HIDDEN]);
        let id = read(world, &veiled, |tx, _| {
            let id = people::ids_after(tx, 0, 1)?[0];
            Ok(tx.public_ids().encode(people::PERSON, id))
        });
        let id = id.unwrap();
        let told = read(world, &veiled, move |tx, who| {
            let record = people::person::record(tx, who, &id, None, now)?;
            let why = funnels::why::why(tx, who, &id, None, now)?;
            let why_not = funnels::why_not::why_not(tx, who, &id, None, None, now)?;
            Ok((format!("{record:?} {why:?} {why_not:?}"), why))
        });
        let (told, why) = told.unwrap();
        for canary in ["77123", "canary", "1234567"] {
            assert!(!told.contains(canary), "{canary} is told: {told}");
        }
        let salary = why.moves[0].because.iter().find(|one| one.condition.contains("salary"));
        let salary = salary.unwrap();
        assert_eq!((salary.seen.as_deref(), salary.rests_on.len()), (Some("hidden"), 0));
        let asked = meeting(world, &veiled, "person.custom.salary > 70000");
        assert!(matches!(&asked, Err(Failure::Refused { code: "condition", .. })), "{asked:?}");
        let write = json!({ "ids": { "crm": "1" }, "title": "CEO" });
        let Told::Rejected(wrong) = tell(world, &veiled, write) else {
            panic!("a title was written")
        };
        assert_eq!(wrong[0].name, "/title");
        assert!(wrong[0].words.contains("person.title is not yours to write"), "{wrong:?}");
    });
}

/// What the audit log has of addresses that were met: how many each time.
fn met(world: &World) -> Vec<i64> {
    let asked = team::audit::Asked {
        what: Some("address.taken".to_owned()),
        ..team::audit::Asked::default()
    };
    let found = read(world, &User::operator(), move |tx, who| {
        Ok(team::audit::list(tx, who, &asked, None, 100)?.rows)
    });
    let rows = found.unwrap();
    rows.iter().rev().map(|row| row.detail["addresses"].as_i64().unwrap()).collect()
}

#[test]
fn whoever_meets_addresses_of_others_is_counted_and_has_to_pause() {
    both(|world| {
        adopt(world, RULES, funnels::lens::From::Start);
        let (ann, ben) = (somebody(5, ""), somebody(6, ""));
        tell(world, &ann, json!({ "email": "ann@north.example" }));
        tell(world, &ben, json!({ "email": "quetzal@south.example" }));
        let guess = || tell(world, &ann, json!({ "email": "quetzal@south.example" }));
        assert!(matches!(guess(), Told::Conflict("key_taken", it) if !it.words.contains("south")));
        // An edit is undone as a whole, and is counted all the same.
        let edit = |who: &User, key: &'static str, value: &'static str| {
            let (who, now) = (who.clone(), world.now());
            let edit = move |tx: &mut Tx| {
                people::edit::edit(tx, &who, "ann@north.example", key, value, now)
            };
            world.db.write_blocking(edit)
        };
        let refused = edit(&ann, "person.email", "quetzal@south.example").unwrap_err();
        assert!(matches!(refused, Failure::Refused { code: "key_taken", .. }), "{refused}");
        assert_eq!(met(world), [1, 1]);
        // Whoever sees them has met nobody.
        edit(&User::operator(), "person.email", "quetzal@south.example").unwrap_err();
        edit(&ann, "person.email", "ann@east.example").unwrap();
        assert_eq!(met(world), [1, 1]);
        while met(world).len() < 60 {
            guess();
        }
        let again = json!({ "email": "new@north.example" });
        let (who, now) = (ann.clone(), world.now());
        let paused = move |tx: &mut Tx| upsert(tx, &who, std::slice::from_ref(&again), now);
        let paused = world.db.write_blocking(paused).unwrap_err();
        assert!(matches!(paused, Failure::TooMany { retry_after_s: 1..=600 }), "{paused}");
        assert!(matches!(edit(&ann, "person.phone", "+493012345"), Err(Failure::TooMany { .. })));
        edit(&ann, "person.title", "COO").expect("what says nothing of others goes on");
        tell(world, &ben, json!({ "email": "new@south.example" }));
        world.clock.advance(moment::Span::minutes(10));
        assert!(matches!(guess(), Told::Conflict(..)), "and after a pause one may be wrong again");
    });
}

/// A prospect earns more than a thousand and has seen the product.
const EARNS: &str = r#"
name = "Earns"
[stages.lead]
enter = 'known(person.email)'
[stages.prospect]
enter = 'person.custom.salary > 1000 && did("demo.held")'
"#;

#[test]
fn whether_a_comparison_with_what_is_hidden_holds_is_hidden_as_well() {
    both(|world| {
        adopt(world, EARNS, funnels::lens::From::Start);
        let (ann, veiled) = (somebody(5, ""), somebody(5, "person.custom.salary=hidden"));
        let people = ["low@north.example", "high@north.example", "none@north.example"];
        for (email, salary) in people.into_iter().zip([json!(10), json!(5_000), Value::Null]) {
            tell(
                world,
                &ann,
                json!({ "email": email, "facts": { "person.custom.salary": salary } }),
            );
        }
        let now = world.now();
        let told = |who: &User, email: &'static str| {
            let found = read(world, who, move |tx, who| {
                let stage = Some(Stage::Prospect);
                let found = funnels::why_not::why_not(tx, who, email, None, stage, now)?;
                let next = funnels::why::why(tx, who, email, None, now)?.next;
                let id = people::find::find(tx, who, email)?;
                let lens = people::main_lens(tx)?.id;
                let toward = people::missing::Toward::Next;
                let lacks = funnels::missing::missing(tx, who, lens, &[id], toward, now)?;
                let told = json!([
                    found.enter,
                    found.ways,
                    found.against,
                    found.ask,
                    found.is_kept,
                    next,
                    lacks[&id]
                ]);
                Ok((found, told, lacks[&id].words()))
            });
            found.unwrap()
        };
        let [low, high, none] = people.map(|email| told(&veiled, email));
        assert_eq!((&low.1, &high.1), (&high.1, &none.1), "they are told apart");
        assert!(low.0.is_kept && low.0.ways.is_empty() && low.2 == "hidden from you", "{low:?}");
        let enter = low.0.enter.unwrap();
        assert_eq!((enter.truth, enter.parts[0].truth), (Truth::False, Truth::Unknown));
        assert_eq!(enter.parts[0].seen.as_deref(), Some("hidden"));
        let [low, high, none] = people.map(|email| told(&ann, email));
        assert!(low.1 != high.1 && high.1 != none.1 && !high.0.is_kept, "who is told all is");
        assert_eq!(high.0.enter.unwrap().parts[0].truth, Truth::True);
        // A receipt says that the rule held, and of what is hidden nothing.
        let demo = json!([{ "kind": "demo.held" }]);
        tell(world, &ann, json!({ "email": "high@north.example", "activities": demo }));
        let why = read(world, &veiled, move |tx, who| {
            funnels::why::why(tx, who, "high@north.example", None, now)
        });
        let moved = &why.unwrap().moves[0];
        assert_eq!((moved.rule.as_str(), moved.because.len()), ("enter prospect", 2));
        let truths: Vec<Truth> = moved.because.iter().map(|one| one.truth).collect();
        assert_eq!(truths, [Truth::Unknown, Truth::True]);
    });
}
