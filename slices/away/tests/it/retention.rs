//! Rules of retention: reported first, spared if heard of, erased by themselves.

use away::retention::{self, Draft, RunRow};
use moment::Span;
use platform::failure::Failure;
use platform::harness::World;
use platform::{Tx, jobs};
use team::User;

use crate::house::{both, bring, nothing_differs, registry};

const FILE: &str = "email,name,basis,first\n\
    old@north.example,Olga Old,,2024-01-02\n\
    older@north.example,Otto Older,opt-in,2023-05-06\n\
    new@north.example,Nele New,unsubscribed,2026-06-01\n";

fn draft() -> Draft {
    Draft {
        name: "Cold".to_owned(),
        quiet_months: 24,
        erases: true,
        notice_days: 30,
        ..Draft::default()
    }
}

fn made(world: &World, draft: Draft) -> Result<retention::RuleRow, Failure> {
    let now = world.now();
    world.db.write_blocking(move |tx| retention::make(tx, &User::operator(), &draft, now))
}

fn ran(world: &World) -> RunRow {
    let now = world.now();
    let job = world.db.write_blocking(move |tx| retention::wake(tx, now)).unwrap().unwrap();
    jobs::run_now(&world.app, &registry(), job).unwrap();
    world.drain(&registry());
    let rules = world.db.read_blocking(|tx| retention::rules(tx, &User::operator())).unwrap();
    rules[0].runs[0].clone()
}

fn people(world: &World) -> u64 {
    world.db.read_blocking(people::count).unwrap()
}

#[test]
fn who_is_not_heard_of_is_reported_and_then_erased() {
    both(|world| {
        bring(world, FILE);
        let now = world.now();
        let preview = move |tx: &mut Tx| retention::preview(tx, &User::operator(), &draft(), now);
        let would = world.db.read_blocking(preview).unwrap();
        assert_eq!((would.people, would.of, would.some.len()), (2, 3, 2));
        assert_eq!(would.first_erased_at, Some(now + Span::days(30)));
        made(world, draft()).unwrap();
        let run = ran(world);
        assert_eq!((run.met, run.noticed, run.erased), (2, 2, 0));
        // It is no more than a day later, and nothing is due.
        let at = world.clock.advance(Span::hours(23));
        assert_eq!(world.db.write_blocking(move |tx| retention::wake(tx, at)).unwrap(), None);
        let reported = |tx: &mut Tx| retention::reported(tx, &User::operator(), "cold", 10);
        assert_eq!(world.db.read_blocking(reported).unwrap().len(), 2);
        // One of them is heard of meanwhile.
        world.clock.advance(Span::days(2));
        bring(world, "email,name,basis,first\nold@north.example,Olga Old,,2026-07-01\n");
        let run = ran(world);
        assert_eq!((run.met, run.noticed, run.lifted, run.erased), (1, 0, 1, 0));
        world.clock.advance(Span::days(30));
        let run = ran(world);
        assert_eq!((run.met, run.erased, run.left_due), (1, 1, 0));
        assert_eq!(people(world), 2);
        let gone = |tx: &mut Tx| people::find::find(tx, &User::operator(), "older@north.example");
        assert!(world.db.read_blocking(gone).is_err());
        assert_eq!(bring(world, FILE).rejected, 1, "who was erased does not come back unnoticed");
        nothing_differs(world);
    });
}

#[test]
fn a_rule_asks_for_stage_and_condition_and_may_only_report() {
    both(|world| {
        bring(world, FILE);
        let condition = "person.basis.marketing == \"consent\"".to_owned();
        let only = Draft { condition, erases: false, notice_days: 0, ..draft() };
        let asked = only.clone();
        let now = world.now();
        let job = world
            .db
            .write_blocking(move |tx| retention::prepare(tx, &User::operator(), &asked, now))
            .unwrap();
        jobs::run_now(&world.app, &registry(), job.unwrap()).unwrap();
        made(world, only).unwrap();
        let run = ran(world);
        assert_eq!((run.met, run.noticed), (1, 1));
        world.clock.advance(Span::days(400));
        let run = ran(world);
        assert_eq!((run.erased, people(world)), (0, 3), "{run:?}");
    });
}

#[test]
fn what_no_rule_can_be_is_refused() {
    both(|world| {
        for (odd, field) in [
            (Draft { name: " ".into(), ..draft() }, "name"),
            (Draft { quiet_months: 0, ..draft() }, "quiet_months"),
            (Draft { notice_days: 0, ..draft() }, "notice_days"),
            (Draft { condition: "person.title ==".into(), ..draft() }, "condition"),
        ] {
            let refused = made(world, odd).unwrap_err();
            let Failure::Invalid(fields) = &refused else { panic!("{field}: {refused}") };
            assert_eq!(fields[0].name, field);
        }
        made(world, draft()).unwrap();
        let again = made(world, Draft { name: "COLD".into(), ..draft() }).unwrap_err();
        assert!(matches!(again, Failure::Refused { code: "rule_exists", .. }), "{again}");
        let now = world.now();
        let member = User { role: team::Role::Manager, ..User::operator() };
        let refused =
            world.db.write_blocking(move |tx| retention::make(tx, &member, &draft(), now));
        assert!(matches!(refused, Err(Failure::Forbidden)));
        let remove = move |tx: &mut Tx| retention::remove(tx, &User::operator(), "cold", now);
        world.db.write_blocking(remove).unwrap();
        assert!(world.db.write_blocking(remove).is_err());
        world.drain(&registry());
    });
}
