//! What people say and decide on a record, on both databases.

use crate::house::{LEADS, adopt, both, bring, nothing_differs};
use funnel::{Stage, Truth};
use funnels::answer::{Answer, answer};
use funnels::lens::From;
use funnels::{dispute, hand, why};
use moment::Span;
use platform::failure::Failure;
use platform::harness::World;
use team::{Role, User, UserId};

const RULE: &str = r#"
name = "Need and a talk"
[criteria]
need = { ask = "What does it cost you today?", aka = ["pain"], expires = "90d" }
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'criterion.need'
[stages.opportunity]
gate = 'two_way()'
enter = 'did("demo.held")'
"#;
const WHO: &str = "mql_id:m1";

fn begun(world: &World) {
    adopt(world, RULE, From::Usual);
    bring(world, "leads.csv", "id,first,origin\nm1,2018-01-10,social\n", LEADS);
}

fn say(world: &World, criterion: &'static str, yes: Option<bool>) -> Result<Stage, Failure> {
    world.clock.advance(Span::minutes(1));
    let now = world.now();
    world.db.write_blocking(move |tx| {
        let said = Answer {
            criterion: criterion.into(),
            yes,
            note: "by phone".into(),
            from: "call".into(),
        };
        answer(tx, &User::operator(), WHO, None, &said, now).map(|found| found.after)
    })
}

fn moved(world: &World, to: Stage, reason: &'static str) -> Result<(), Failure> {
    world.clock.advance(Span::minutes(1));
    let now = world.now();
    world.db.write_blocking(move |tx| {
        hand::move_to(tx, &User::operator(), WHO, None, &hand::Move::to(to, reason), now)
    })
}

fn stands(world: &World) -> why::WhyView {
    let now = world.now();
    world.db.read_blocking(move |tx| why::why(tx, &User::operator(), WHO, None, now)).unwrap()
}

fn refusal(result: Result<impl Sized, Failure>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn an_answer_counts_at_once_and_until_it_runs_out() {
    both(|world| {
        begun(world);
        assert_eq!(stands(world).stage, Stage::Lead);
        assert_eq!(say(world, "pain", Some(true)).unwrap(), Stage::Prospect);
        let why = stands(world);
        assert_eq!((why.stage, why.criteria[0].truth), (Stage::Prospect, Truth::True));
        assert!(
            why.moves[0].because[0].rests_on.iter().any(|rest| rest.what == "criterion.answered")
        );
        nothing_differs(world);
        assert_eq!(say(world, "need", None).unwrap(), Stage::Prospect, "unknown is not no");
        assert_eq!(stands(world).criteria[0].truth, Truth::Unknown);
        say(world, "need", Some(true)).unwrap();
        world.clock.advance(Span::days(91));
        assert_eq!(stands(world).criteria[0].truth, Truth::Unknown, "it ran out");
        nothing_differs(world);
    });
}

#[test]
fn what_cannot_be_answered_is_refused_in_words() {
    both(|world| {
        begun(world);
        assert!(refusal(say(world, "budget", Some(true))).contains("it asks for need"));
        let now = world.now();
        let nobody = User {
            id: UserId(9),
            name: "N".into(),
            email: String::new(),
            role: Role::Member,
            ..User::operator()
        };
        assert!(nobody.can(team::Right::EditPeople));
        let late = world.db.write_blocking(move |tx| {
            let said =
                Answer { criterion: "need".into(), from: "a dream".into(), ..Answer::default() };
            answer(tx, &nobody, WHO, None, &said, now)
        });
        assert!(refusal(late).contains("not from a dream"));
    });
}

#[test]
fn a_move_by_hand_needs_a_reason_and_obeys_the_gate() {
    both(|world| {
        begun(world);
        assert!(refusal(moved(world, Stage::Prospect, "  ")).contains("needs a reason"));
        assert!(refusal(moved(world, Stage::Lead, "so it is")).contains("lead already"));
        let gate = refusal(moved(world, Stage::Opportunity, "I know them"));
        assert!(gate.contains("both sides have spoken"), "{gate}");
        moved(world, Stage::Prospect, "met at a fair").unwrap();
        let why = stands(world);
        assert_eq!((why.stage, why.moves[0].rule.as_str()), (Stage::Prospect, "moved by hand"));
        assert_eq!(why.moves[0].reason.as_deref(), Some("met at a fair"));
        moved(world, Stage::Recycled, "call again in spring").unwrap();
        assert_eq!(stands(world).stage, Stage::Recycled);
        nothing_differs(world);
    });
}

#[test]
fn a_move_can_be_disputed_and_the_dispute_settled() {
    both(|world| {
        begun(world);
        say(world, "need", Some(true)).unwrap();
        let step = stands(world).moves[0].clone();
        let now = world.now();
        let raise = |at, to, words: &'static str| {
            world.db.write_blocking(move |tx| {
                dispute::raise(tx, &User::operator(), WHO, None, (at, to), words, now)
            })
        };
        assert!(refusal(raise(step.at, step.to, " ")).contains("Say what is wrong"));
        assert!(raise(step.at, Stage::Customer, "never").is_err(), "there is no such move");
        let id = raise(step.at, step.to, "They said no such thing").unwrap();
        let found = stands(world).moves[0].disputes[0].clone();
        assert_eq!((found.words.as_str(), found.resolved), ("They said no such thing", None));
        let settle = || {
            world.db.write_blocking(move |tx| {
                dispute::resolve(tx, &User::operator(), id, "The recording says so", now)
            })
        };
        settle().unwrap();
        assert!(settle().is_err(), "settled once");
        assert_eq!(stands(world).stage, Stage::Prospect, "a dispute moves nobody");
        assert!(stands(world).moves[0].disputes[0].resolved.is_some());
        nothing_differs(world);
    });
}
