//! Who is handed to sales, in what time they are taken on, and what comes back, on both databases.

use crate::house::{LEADS, adopt, both, bring, nothing_differs};
use funnel::Stage;
use funnels::answer::{Answer, answer};
use funnels::handoff::{self, HandoffsView, Outcome, Pick, Since};
use funnels::lens::{self, From};
use funnels::{hand, kept};
use moment::Span;
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use team::User;

const FOUR_HOURS: &str = r#"
name = "Four hours"
[criteria]
need = { ask = "What does it cost you today?", expires = "900d" }
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'criterion.need'
sla   = { accept = "4h" }
"#;
const ONE_HOUR: &str = r#"
name = "One hour"
[criteria]
need = { ask = "What does it cost you today?", expires = "900d" }
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'criterion.need'
sla   = { accept = "1h" }
"#;
const NO_TIME: &str = "name = \"No time\"\n[stages.lead]\nenter = 'did(\"form.submitted\")'\n";

fn begun(world: &World) {
    adopt(world, FOUR_HOURS, From::Usual);
    let row = |n: usize| format!("m{n},2018-01-1{n},social\n");
    bring(
        world,
        "leads.csv",
        &format!("id,first,origin\n{}", (1..8).map(row).collect::<String>()),
        LEADS,
    );
}

/// Somebody says that they need it, which makes them a prospect.
fn needs(world: &World, who: &'static str) {
    world.clock.advance(Span::minutes(1));
    let now = world.now();
    let said = Answer { criterion: "need".into(), yes: Some(true), ..Answer::default() };
    world
        .db
        .write_blocking(move |tx| answer(tx, &User::operator(), who, None, &said, now))
        .unwrap();
}

fn answered(
    world: &World,
    who: &'static str,
    lens: Option<&'static str>,
    (accepted, reason): (bool, &'static str),
) -> Result<(), Failure> {
    let now = world.now();
    world.db.write_blocking(move |tx| {
        hand::hand_over(tx, &User::operator(), who, lens, (accepted, reason), now)
    })
}

fn seen(world: &World, lens: Option<&'static str>, since: Since) -> HandoffsView {
    let now = world.now();
    let found = world
        .db
        .read_blocking(move |tx| handoff::handoffs(tx, &User::operator(), lens, &since, now))
        .unwrap();
    for line in found.versions.iter().chain(&found.sources).chain([&found.total]) {
        let c = line.counts;
        assert_eq!(c.handed_over, c.accepted + c.rejected + c.waiting + c.moved_on, "{line:?}");
    }
    for lines in [&found.versions, &found.sources] {
        let sum: u64 = lines.iter().map(|line| line.counts.handed_over).sum();
        assert_eq!(sum, found.total.counts.handed_over);
    }
    found
}

fn refusal(result: Result<(), Failure>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn whoever_climbs_to_a_stage_with_a_time_waits_until_sales_answers() {
    both(|world| {
        begun(world);
        assert_eq!(seen(world, None, Since::Always).waits, 0, "a lead is handed to nobody");
        for who in ["mql_id:m1", "mql_id:m2", "mql_id:m3", "mql_id:m4"] {
            needs(world, who);
        }
        let found = seen(world, None, Since::Always);
        assert_eq!((found.waits, found.overdue, found.asks), (4, 0, true));
        assert_eq!(found.waiting[0].left_s, Some(4 * 3600 - 3 * 60), "the oldest first");
        answered(world, "mql_id:m1", None, (true, "")).unwrap();
        answered(world, "mql_id:m2", None, (false, "A student")).unwrap();
        world.clock.advance(Span::hours(5));
        assert_eq!(seen(world, None, Since::Always).overdue, 2);
        answered(world, "mql_id:m3", None, (false, "a student")).unwrap();
        needs(world, "mql_id:m5");
        let found = seen(world, None, Since::Always);
        let c = found.total.counts;
        assert_eq!((c.handed_over, c.accepted, c.rejected, c.waiting), (5, 1, 2, 2));
        assert_eq!((c.overdue, c.late, c.moved_on), (1, 1, 0), "a late answer is shown as late");
        assert_eq!((found.total.reasons.len(), found.total.reasons[0].count), (1, 2));
        assert!((found.total.rejection_rate.unwrap() - 2.0 / 3.0).abs() < 1e-12);
        let interval = found.total.rejection_interval.unwrap();
        assert!(interval.low < 2.0 / 3.0 && interval.high > 2.0 / 3.0);
        assert_eq!((found.sources[0].name.as_str(), found.versions[0].version), ("forms", Some(2)));
        nothing_differs(world);
    });
}

#[test]
fn the_people_behind_a_number_are_named() {
    both(|world| {
        begun(world);
        needs(world, "mql_id:m1");
        needs(world, "mql_id:m2");
        answered(world, "mql_id:m2", None, (false, "No budget")).unwrap();
        let now = world.now();
        let listed = |outcome, version, via: Option<&str>| {
            let pick = Pick { outcome, version, via: via.map(str::to_owned), campaign: None };
            world
                .db
                .read_blocking(move |tx| {
                    let asked = (&Since::Always, &pick);
                    handoff::picked(tx, &User::operator(), None, asked, now)
                })
                .unwrap()
        };
        let found = listed(Outcome::Rejected, Some(2), Some("forms"));
        assert_eq!((found.len(), found[0].reason.as_deref()), (1, Some("No budget")));
        assert_eq!(listed(Outcome::Waiting, None, None).len(), 1);
        assert_eq!(listed(Outcome::Rejected, Some(9), None).len(), 0);
        assert_eq!(listed(Outcome::Rejected, None, Some("chat")).len(), 0);
    });
}

#[test]
fn whoever_leaves_without_an_answer_has_moved_on_and_may_be_handed_over_again() {
    both(|world| {
        begun(world);
        needs(world, "mql_id:m1");
        let moved = |to, reason: &'static str| {
            world.clock.advance(Span::minutes(1));
            let now = world.now();
            world
                .db
                .write_blocking(move |tx| {
                    let step = hand::Move::to(to, reason);
                    hand::move_to(tx, &User::operator(), "mql_id:m1", None, &step, now)
                })
                .unwrap();
        };
        moved(Stage::Disqualified, "a test");
        let c = seen(world, None, Since::Always).total.counts;
        assert_eq!((c.handed_over, c.moved_on, c.waiting), (1, 1, 0));
        assert!(refusal(answered(world, "mql_id:m1", None, (true, ""))).contains("nobody now"));
        moved(Stage::Prospect, "no test after all");
        let c = seen(world, None, Since::Always).total.counts;
        assert_eq!((c.handed_over, c.moved_on, c.waiting), (2, 1, 1));
        nothing_differs(world);
    });
}

#[test]
fn the_newest_answer_holds_and_the_first_says_whether_it_was_in_time() {
    both(|world| {
        begun(world);
        needs(world, "mql_id:m1");
        assert!(refusal(answered(world, "mql_id:m1", None, (false, " "))).contains("Say why"));
        answered(world, "mql_id:m1", None, (false, "A student")).unwrap();
        world.clock.advance(Span::hours(9));
        answered(world, "mql_id:m1", None, (true, "She is the owner")).unwrap();
        let found = seen(world, None, Since::Always);
        let c = found.total.counts;
        assert_eq!((c.accepted, c.rejected, c.late), (1, 0, 0));
        assert!(found.total.reasons.is_empty());
        nothing_differs(world);
    });
}

#[test]
fn a_handoff_is_held_against_the_version_and_the_lens_that_made_it() {
    both(|world| {
        begun(world);
        needs(world, "mql_id:m1");
        world.clock.advance(Span::hours(2));
        adopt(world, ONE_HOUR, From::Usual);
        needs(world, "mql_id:m2");
        world.clock.advance(Span::minutes(90));
        let found = seen(world, None, Since::Always);
        let late: Vec<_> =
            found.versions.iter().map(|line| (line.version, line.counts.overdue)).collect();
        assert_eq!(late, [(Some(3), 1), (Some(2), 0)], "each by its own time");
        let now = world.now();
        let adopted = world.db.write_blocking(move |tx| {
            lens::adopt(tx, &User::operator(), Some("Sales"), FOUR_HOURS, From::Usual, now)
        });
        let job = adopted.unwrap().job.unwrap();
        jobs::run_now(&world.app, &crate::house::registry(), job).unwrap();
        assert_eq!(seen(world, Some("Sales"), Since::Always).waits, 2, "history told anew");
        answered(world, "mql_id:m1", Some("Sales"), (false, "Too small")).unwrap();
        assert_eq!(seen(world, Some("Sales"), Since::Always).total.counts.rejected, 1);
        assert_eq!(seen(world, None, Since::Always).total.counts.rejected, 0);
        nothing_differs(world);
    });
}

#[test]
fn a_window_counts_those_handed_over_in_it_and_always_shows_who_waits() {
    both(|world| {
        begun(world);
        needs(world, "mql_id:m1");
        world.clock.advance(Span::days(40));
        needs(world, "mql_id:m2");
        let found = seen(world, None, Since::Days(30));
        assert_eq!((found.total.counts.handed_over, found.waits), (1, 2));
        let now = world.now();
        let odd = world.db.read_blocking(move |tx| {
            handoff::handoffs(tx, &User::operator(), None, &Since::Date("soon".into()), now)
        });
        assert!(odd.unwrap_err().to_string().contains("write it like 2026-07-01"));
    });
}

#[test]
fn without_a_time_in_the_definition_nobody_is_handed_over() {
    both(|world| {
        adopt(world, NO_TIME, From::Usual);
        bring(world, "leads.csv", "id,first,origin\nm1,2018-01-10,social\n", LEADS);
        let found = seen(world, None, Since::Always);
        assert_eq!((found.asks, found.waits, found.versions.len()), (false, 0, 0));
        assert!(refusal(answered(world, "mql_id:m1", None, (true, ""))).contains("sla"));
    });
}

#[test]
fn a_workspace_from_before_derives_what_is_kept_by_now_once() {
    both(|world| {
        begun(world);
        let now = world.now();
        let kept = || world.db.read_blocking(kept::is_all_kept).unwrap();
        assert!(!kept());
        let keep = || world.db.write_blocking(move |tx| kept::keep(tx, now)).unwrap();
        let job = keep().expect("there are people");
        assert!(kept() && keep().is_none());
        jobs::run_now(&world.app, &crate::house::registry(), job).unwrap();
        nothing_differs(world);
    });
}
