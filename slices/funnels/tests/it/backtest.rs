//! A draft over the whole past, on both databases, held against a plain computation over the same two files.

use std::collections::{HashMap, HashSet};

use crate::house::{DEALS, LEADS, adopt, both, bring, registry};
use funnel::Stage;
use funnels::backtest::{self, BacktestRow, Outcome, Question, State};
use moment::Span;
use platform::harness::World;
use platform::jobs;
use serde_json::json;
use team::User;

const FORMS_AND_DEALS: &str = r#"
name = "Forms and deals"
[stages.lead]
enter = 'did("form.submitted")'
[stages.customer]
enter = 'did("deal.won")'
"#;
const KNOWN_ORIGIN: &str = r#"
name = "Known origin"
[stages.lead]
enter = 'did("form.submitted")'
owner = "marketing"
[stages.prospect]
enter = 'did("form.submitted", origin != "unknown")'
owner = "sales"
[stages.customer]
enter = 'did("deal.won")'
"#;

fn leads() -> String {
    let origins = ["", "unknown", "social", "paid_search", "email"];
    let row = |n: usize| format!("m{n},2018-0{}-1{},{}\n", 1 + n % 9, n % 9, origins[n % 5]);
    format!("id,first,origin\n{}", (0..2_500).map(row).collect::<String>())
}

fn deals() -> String {
    // Some were won before the form came in.
    let row = |n: usize| format!("m{},2018-0{}-20 10:11:12,pet\n", n * 7, 1 + n % 9);
    format!("id,won,segment\n{}", (0..350).map(row).collect::<String>())
}

fn test(world: &World, text: &'static str, question: Question) -> BacktestRow {
    let now = world.now();
    let started = world
        .db
        .write_blocking(move |tx| backtest::start(tx, &User::operator(), text, None, question, now))
        .unwrap();
    jobs::run_now(&world.app, &registry(), started.job).unwrap();
    let id = started.backtest;
    world.db.read_blocking(move |tx| backtest::load(tx, &User::operator(), id)).unwrap()
}

/// Rows of a file, its head left out.
fn rows(file: &str) -> Vec<Vec<String>> {
    file.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn the_figures_are_those_of_a_plain_computation_over_the_two_files() {
    both(|world| {
        adopt(world, FORMS_AND_DEALS, funnels::lens::From::Usual);
        bring(world, "leads.csv", &leads(), LEADS);
        bring(world, "deals.csv", &deals(), DEALS);
        let won: HashMap<String, String> =
            rows(&deals()).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
        let came: Vec<Vec<String>> = rows(&leads());
        // A call is foresight if the form came before the deal was won.
        let in_time =
            |row: &&Vec<String>| won.get(&row[0]).is_none_or(|won| format!("{} 00", row[1]) < *won);
        let known: HashSet<&str> = came
            .iter()
            .filter(|row| !row[2].is_empty() && row[2] != "unknown")
            .filter(in_time)
            .map(|row| row[0].as_str())
            .collect();
        let called = u64::try_from(known.len()).unwrap();
        let hits = known.iter().filter(|id| won.contains_key(**id)).count();

        let view = test(world, KNOWN_ORIGIN, Question::default()).view().unwrap();
        let prospect = view.report.stages[&Stage::Prospect];
        assert_eq!((prospect.called, prospect.won), (called, u64::try_from(hits).unwrap()));
        assert!(
            prospect.too_late == 0 && called < 1_500,
            "won before the form: a customer, no prospect"
        );
        assert_eq!(view.report.won, u64::try_from(won.len()).unwrap());
        let share = |part: u64, whole: usize| part as f64 / whole as f64;
        assert!((prospect.precision.unwrap() - share(prospect.won, known.len())).abs() < 1e-12);
        assert!((prospect.recall.unwrap() - share(prospect.won, won.len())).abs() < 1e-12);
        let interval = prospect.precision_interval.unwrap();
        assert!(
            interval.low < prospect.precision.unwrap()
                && prospect.precision.unwrap() < interval.high
        );

        assert_eq!(view.report.differ, called, "nobody is a prospect under what is in force");
        assert_eq!(view.report.moved[&Stage::Prospect].only_draft, called);
        assert_eq!(
            view.report.stages[&Stage::Lead].called,
            view.report.in_force[&Stage::Lead].called
        );
        assert_eq!(view.differences.len(), 100);
        let one = &view.differences[0];
        let call = one.draft.as_ref().unwrap();
        assert_eq!((call.receipt.to, &one.in_force.is_none()), (Stage::Prospect, &true));
        assert!(call.receipt.because[0].english.contains("origin"), "{:?}", call.receipt.because);
        assert!(view.report.load["sales"].mean > 0.0);
        for one in &view.differences {
            let because = one.because.as_deref().unwrap_or_default();
            assert!(because.contains("origin"), "what only the draft asks for: {one:?}");
        }
        let became = |wanted: &dyn Fn(&Outcome) -> bool| {
            view.differences.iter().filter(|one| wanted(&one.outcome)).count()
        };
        let won = became(&|outcome| matches!(outcome, Outcome::Won { .. }));
        let none = became(&|outcome| *outcome == Outcome::NoDeal);
        assert!(won > 0 && won + none == 100, "{won} won, {none} had no deal");
    });
}

/// As what is in force, and one thing more is asked of a prospect.
const ALSO_SAID: &str = r#"
name = "Known origin, and more"
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'did("form.submitted", origin != "unknown") && known(person.title)'
[stages.customer]
enter = 'did("deal.won")'
"#;
/// As what is in force, and less is asked of a prospect.
const ANY_FORM: &str = r#"
name = "Any form"
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'did("form.submitted")'
[stages.customer]
enter = 'did("deal.won")'
"#;

#[test]
fn who_differs_is_told_the_part_of_the_condition_that_makes_it_so() {
    both(|world| {
        adopt(world, KNOWN_ORIGIN, funnels::lens::From::Usual);
        bring(world, "leads.csv", &leads(), LEADS);
        bring(world, "deals.csv", &deals(), DEALS);
        for (draft, expected) in
            [(ALSO_SAID, "the draft asks: title is known"), (ANY_FORM, "submitted a form")]
        {
            let view = test(world, draft, Question::default()).view().unwrap();
            assert!(!view.differences.is_empty());
            for one in &view.differences {
                assert_eq!(one.because.as_deref(), Some(expected), "{one:?}");
            }
        }
    });
}

#[test]
fn a_win_counts_within_the_days_that_were_asked_for() {
    both(|world| {
        adopt(world, FORMS_AND_DEALS, funnels::lens::From::Usual);
        bring(world, "leads.csv", &leads(), LEADS);
        bring(world, "deals.csv", &deals(), DEALS);
        let within = |days| Question { within: Some(Span::days(days)), until: None };
        let won = |question| {
            test(world, KNOWN_ORIGIN, question).view().unwrap().report.stages[&Stage::Prospect].won
        };
        let (soon, later, ever) = (won(within(30)), won(within(120)), won(Question::default()));
        assert!(0 < soon && soon < later && later <= ever, "{soon} {later} {ever}");
    });
}

#[test]
fn a_thin_history_is_refused_with_its_reason_and_a_draft_with_a_mistake_at_once() {
    both(|world| {
        bring(world, "leads.csv", &leads(), LEADS);
        let row = test(world, KNOWN_ORIGIN, Question::default());
        let refused = row.view().unwrap_err().to_string();
        assert!(refused.contains("nobody's deal is recorded as won"), "{refused}");
        let now = world.now();
        let wrong = world.db.write_blocking(move |tx| {
            backtest::start(tx, &User::operator(), "name = 1", None, Question::default(), now)
        });
        assert!(wrong.is_err());
    });
}

#[test]
fn a_backtest_that_is_given_up_says_so_and_takes_nobodys_turn() {
    both(|world| {
        bring(world, "leads.csv", &leads(), LEADS);
        let now = world.now();
        let started = world
            .db
            .write_blocking(move |tx| {
                let question = Question::default();
                backtest::start(tx, &User::operator(), KNOWN_ORIGIN, None, question, now)
            })
            .unwrap();
        let id = started.backtest;
        let given_up = world
            .db
            .write_blocking(move |tx| backtest::cancel(tx, &User::operator(), id, now))
            .unwrap();
        assert!(given_up);
        let row =
            world.db.read_blocking(move |tx| backtest::load(tx, &User::operator(), id)).unwrap();
        assert_eq!((row.state(), &row.refusal), (State::Cancelled, &None));
        assert!(row.view().unwrap_err().to_string().contains("was cancelled"));
        // Whoever had it in hand comes to its end all the same, and says nothing any more.
        let again = world.db.write_blocking(move |tx| {
            let payload = json!({ "backtest": id });
            platform::jobs::enqueue(tx, "funnels.backtest", None, &payload, now)
        });
        jobs::run_now(&world.app, &registry(), again.unwrap()).unwrap();
        let still = world.db.read_blocking(move |tx| backtest::load(tx, &User::operator(), id));
        assert_eq!(still.unwrap(), row);
    });
}

#[test]
fn two_stored_backtests_are_compared() {
    both(|world| {
        adopt(world, FORMS_AND_DEALS, funnels::lens::From::Usual);
        bring(world, "leads.csv", &leads(), LEADS);
        bring(world, "deals.csv", &deals(), DEALS);
        let first = test(world, KNOWN_ORIGIN, Question::default());
        let second = test(world, FORMS_AND_DEALS, Question::default());
        let (a, b) = (first.id, second.id);
        let found = world
            .db
            .read_blocking(move |tx| backtest::compare(tx, &User::operator(), a, b))
            .unwrap();
        assert_eq!((&found.first.definition, found.difference.is_alike), (&first.name, true));
        let lead = found.difference.stages[&Stage::Lead];
        let called = |side: &funnels::backtest::SideView| side.report.stages[&Stage::Lead].called;
        assert_eq!(
            lead.called.unsigned_abs(),
            called(&found.first).abs_diff(called(&found.second))
        );
        assert!(!found.difference.stages.contains_key(&Stage::Prospect), "one of them knows none");
        let gone = world
            .db
            .read_blocking(move |tx| backtest::compare(tx, &User::operator(), a, b + 1_000));
        assert!(gone.is_err());
    });
}
