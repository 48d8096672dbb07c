//! Moves by hand: recycled until a day or a condition, the lens under which they count, and the reasons that a
//! definition lists, on both databases.

use crate::house::{LEADS, adopt, both, bring, nothing_differs, registry};
use funnel::{Stage, Truth};
use funnels::answer::{Answer, answer};
use funnels::hand::{self, Move, Waking};
use funnels::lens::{self, From};
use funnels::{refold, why};
use moment::{Moment, Span};
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use team::User;

const RULES: &str = r#"
name = "Rules"
[criteria]
need = { ask = "What does it cost you today?", expires = "90d" }
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'criterion.need'
[exits.disqualified]
enter   = { when = 'company.competitor', reason = "competitor" }
reasons = ["a student", "not our region"]
"#;
const FREE: &str = r#"
name = "Free"
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'did("demo.held")'
"#;
const WHO: &str = "mql_id:m1";

fn begun(world: &World) {
    adopt(world, RULES, From::Usual);
    bring(world, "leads.csv", "id,first,origin\nm1,2018-01-10,social\n", LEADS);
}

fn moved(world: &World, lens: Option<&'static str>, step: Move) -> Result<(), Failure> {
    world.clock.advance(Span::minutes(1));
    let now = world.now();
    world.db.write_blocking(move |tx| hand::move_to(tx, &User::operator(), WHO, lens, &step, now))
}

fn recycled(world: &World, wake: Waking) -> Result<(), Failure> {
    moved(world, None, Move { wake, ..Move::to(Stage::Recycled, "No budget this year") })
}

fn seen(world: &World, lens: Option<&'static str>) -> why::WhyView {
    let now = world.now();
    world.db.read_blocking(move |tx| why::why(tx, &User::operator(), WHO, lens, now)).unwrap()
}

/// The day so many days from now, as a form sends it, and when it begins.
fn day(world: &World, days: i64) -> (String, Moment) {
    let at = world.now() + Span::days(days);
    let text = format!("{:.10}", at.to_string());
    let begins = format!("{text}T00:00:00Z").parse().unwrap();
    (text, begins)
}

fn needs_it(world: &World) {
    world.clock.advance(Span::minutes(1));
    let now = world.now();
    let said = Answer { criterion: "need".into(), yes: Some(true), ..Answer::default() };
    let write =
        move |tx: &mut platform::db::Tx| answer(tx, &User::operator(), WHO, None, &said, now);
    world.db.write_blocking(write).unwrap();
}

fn refused(result: Result<(), Failure>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn whoever_is_recycled_until_a_day_is_woken_exactly_then_by_the_timer() {
    both(|world| {
        begun(world);
        let (on, begins) = day(world, 40);
        let (by, _) = day(world, 30);
        let wake =
            Waking { on, promise: "A new offer".into(), promise_by: by, ..Waking::default() };
        recycled(world, wake).unwrap();
        let found = seen(world, None);
        let said = found.moves[0].by_hand.clone().unwrap();
        assert_eq!((found.stage, said.wake_on), (Stage::Recycled, Some(begins)));
        assert_eq!(said.promise.as_deref(), Some("A new offer"));
        assert_eq!(said.reason.as_deref(), Some("No budget this year"));
        assert_eq!(refold::next_wake(&world.app).unwrap(), Some(begins));
        nothing_differs(world);
        world.clock.set(begins - Span(1));
        assert_eq!(refold::wake_due(&world.app).unwrap(), 0);
        world.clock.set(begins);
        assert_eq!(refold::wake_due(&world.app).unwrap(), 1);
        let found = seen(world, None);
        assert_eq!((found.stage, found.moves[0].at), (Stage::Lead, begins));
        assert!(found.moves[0].rule.starts_with("woken"));
        assert_eq!(found.moves[0].reason.as_deref(), Some("the day came"));
        assert_eq!(found.moves[0].because[0].truth, Truth::True);
        nothing_differs(world);
    });
}

#[test]
fn whoever_waits_for_a_condition_wakes_once_it_holds_and_may_be_put_off() {
    both(|world| {
        begun(world);
        let when = |when: &str| Waking { when: when.into(), ..Waking::default() };
        recycled(world, when("did(\"deal.lost\")")).unwrap();
        recycled(world, when(" criterion.need&&dwell()>hours( 1 )")).unwrap();
        let found = seen(world, None);
        assert_eq!(found.moves.len(), 2, "to be put off is no move");
        let said = found.moves[0].by_hand.clone().unwrap();
        assert_eq!(said.wake_when.as_deref(), Some("criterion.need && dwell() > hours(1)"));
        assert!(said.wake_english.is_some_and(|english| english.contains("need")));
        needs_it(world);
        assert_eq!(seen(world, None).stage, Stage::Recycled);
        nothing_differs(world);
        world.clock.advance(Span::hours(2));
        refold::wake_due(&world.app).unwrap();
        let found = seen(world, None);
        assert_eq!(
            (found.stage, found.moves[0].reason.as_deref()),
            (Stage::Prospect, Some("what they waited for holds"))
        );
        nothing_differs(world);
    });
}

#[test]
fn what_nobody_can_wake_by_is_refused_with_what_would_mend_it() {
    both(|world| {
        begun(world);
        let (past, _) = day(world, -3);
        let cases = [
            (Waking { on: "next spring".into(), ..Waking::default() }, "write it like 2027-03-01"),
            (Waking { on: past, ..Waking::default() }, "still to come"),
            (Waking { when: "criterion.ned".into(), ..Waking::default() }, "did you mean need?"),
            (
                Waking { when: "did(\"form.submitted\")".into(), ..Waking::default() },
                "holds already",
            ),
            (
                Waking { promise_by: "2030-01-01".into(), ..Waking::default() },
                "Say what was promised",
            ),
            (Waking { promise: "x".repeat(501), ..Waking::default() }, "500 fit"),
        ];
        for (wake, words) in cases {
            let found = refused(recycled(world, wake.clone()));
            assert!(found.contains(words), "{wake:?}: {found}");
        }
        let wake = Waking { promise: "An offer".into(), ..Waking::default() };
        let found = refused(moved(world, None, Move { wake, ..Move::to(Stage::Prospect, "met") }));
        assert!(found.contains("Only whoever is recycled wakes"), "{found}");
        assert_eq!(seen(world, None).stage, Stage::Lead);
    });
}

#[test]
fn a_move_by_hand_counts_under_its_own_lens_unless_it_is_meant_for_all() {
    both(|world| {
        begun(world);
        let now = world.now();
        let adopted = world.db.write_blocking(move |tx| {
            lens::adopt(tx, &User::operator(), Some("Sales"), FREE, From::Usual, now)
        });
        jobs::run_now(&world.app, &registry(), adopted.unwrap().job.unwrap()).unwrap();
        let stages = || (seen(world, None).stage, seen(world, Some("Sales")).stage);
        moved(world, Some("Sales"), Move::to(Stage::Prospect, "met at a fair")).unwrap();
        assert_eq!(stages(), (Stage::Lead, Stage::Prospect));
        let said = seen(world, Some("Sales")).moves[0].by_hand.clone().unwrap();
        assert_eq!(said.lens.as_deref(), Some("Sales"));
        nothing_differs(world);
        let all = Move { everywhere: true, ..Move::to(Stage::Recycled, "on leave") };
        moved(world, None, all).unwrap();
        assert_eq!(stages(), (Stage::Recycled, Stage::Recycled));
        assert_eq!(seen(world, None).moves[0].by_hand.clone().unwrap().lens, None);
        nothing_differs(world);
    });
}

#[test]
fn whom_a_hand_disqualifies_goes_for_a_reason_of_the_definitions_list() {
    both(|world| {
        begun(world);
        let out = |reason: &str| moved(world, None, Move::to(Stage::Disqualified, reason));
        assert!(refused(out("")).contains("needs a reason"));
        let words = refused(out("I do not like them"));
        assert!(words.contains("a student; not our region; competitor"), "{words}");
        out("A Student").unwrap();
        let found = seen(world, None);
        assert_eq!(
            (found.stage, found.moves[0].reason.as_deref()),
            (Stage::Disqualified, Some("a student"))
        );
        nothing_differs(world);
    });
}
