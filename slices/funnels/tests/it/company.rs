//! What a company's people do together, on both databases.

use std::collections::BTreeSet;

use funnel::condition::Condition;
use funnel::history::{Activity, Entry, Fact, Observation, What};
use funnel::{Folder, Stage};
use funnels::backtest::{self, Question};
use funnels::lens::{self, From};
use funnels::segment::Segment;
use funnels::{refold, why};
use journal::{Batch, NewEntry, Repeats, SubjectId};
use moment::{Moment, Span};
use people::person::{self, Record};
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::harness::World;
use platform::jobs;
use team::User;

use crate::house::{DEALS, LEADS, adopt, both, bring, nothing_differs, registry};

const RULE: &str = r#"
name = "Market"
[scores.intent]
of = "company"
half_life = "10d"
points = [ { on = "page.viewed", add = 10 }, { on = "demo.requested", add = 25 } ]
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'score.intent >= 20'
leave = { when = 'score.intent < 15', to = "lead", reason = "cooled" }
[stages.opportunity]
enter = 'did("deal.opened")'
[exits.disqualified]
enter = 'person.custom.origin == "student"'
wake  = 'person.custom.origin != "student"'
"#;
const QUIET: &str = r#"
name = "Forms"
[stages.lead]
enter = 'did("form.submitted")'
"#;
const STAFF: &str = "name = \"Staff\"\n[key]\nmql_id = \"id\"\n[company]\ndomain = \"site\"\n";

/// Two people work at a.example, one at b.example, and one nowhere.
fn staff(world: &World) {
    let leads =
        "id,first,origin\nm0,2018-01-10,x\nm1,2018-01-10,x\nm2,2018-01-10,x\nm3,2018-01-10,x\n";
    bring(world, "leads.csv", leads, LEADS);
    works(world, "id,site\nm0,a.example\nm1,a.example\nm2,b.example\n");
}

fn works(world: &World, file: &str) {
    bring(world, "staff.csv", file, STAFF);
}

fn at(world: &World, whose: SubjectId, what: What, occurred_at: Moment) {
    let now = world.now();
    world.db.write_blocking(move |tx| note(tx, whose, what, occurred_at, now)).unwrap();
}

fn note(
    tx: &mut Tx,
    subject: SubjectId,
    what: What,
    occurred_at: Moment,
    now: Moment,
) -> Result<(), platform::Failure> {
    let id = tx.ids(1)?;
    let entry = Entry { id, occurred_at, recorded_at: now, what };
    let new = NewEntry { subject, entry, is_dated: true, source: None, actor: None };
    let new_subjects = BTreeSet::new();
    journal::record(tx, Batch { now, entries: vec![new], new_subjects, repeats: Repeats::Keep })?;
    Ok(())
}

fn does(world: &World, who: &'static str, kind: &str) {
    let what = What::Activity(Activity::usual(kind));
    at(world, person(world, who), what, world.now());
}

fn person(world: &World, who: &'static str) -> SubjectId {
    world.db.read_blocking(move |tx| people::find::find(tx, &User::operator(), who)).unwrap()
}

fn record(world: &World, who: &'static str) -> Record {
    let now = world.now();
    let record = move |tx: &mut Tx| person::record(tx, &User::operator(), who, None, now);
    world.db.read_blocking(record).unwrap()
}

fn stage(world: &World, who: &'static str) -> Stage {
    record(world, who).standing.unwrap().stage
}

fn stages(world: &World) -> [Stage; 4] {
    ["mql_id:m0", "mql_id:m1", "mql_id:m2", "mql_id:m3"].map(|who| stage(world, who))
}

/// How somebody came to stand where they do, the newest first.
fn moves(world: &World, who: &'static str) -> Vec<why::MoveView> {
    let now = world.now();
    let why = move |tx: &mut Tx| why::why(tx, &User::operator(), who, None, now);
    world.db.read_blocking(why).unwrap().moves
}

/// What is told of the company of m0, and by whom, once everything that is stored was found to be so.
fn stored(world: &World) -> String {
    let verified = funnels::verify::verify(&world.app, |_, _| {}).unwrap();
    assert_eq!(verified.differences, 0, "{:#?}", verified.told);
    let facts = record(world, "mql_id:m0").company_facts;
    let intent = facts.iter().find(|fact| fact.key == "score.intent");
    intent.map_or_else(String::new, |fact| format!("{} {}", fact.value, fact.source))
}

use Stage::{Disqualified as D, Lead as L, Opportunity as O, Prospect as P};

#[test]
fn what_colleagues_do_moves_everybody_at_the_company_and_fades() {
    both(|world| {
        adopt(world, RULE, From::Usual);
        staff(world);
        does(world, "mql_id:m0", "page.viewed");
        assert_eq!(stages(world), [L, L, L, L], "10 points are too few");
        assert_eq!(stored(world), "0 folded by Shared, version 2");
        does(world, "mql_id:m1", "page.viewed");
        assert_eq!(stages(world), [P, P, L, L], "the second view is a colleague's");
        assert_eq!(stored(world), "20 folded by Shared, version 2");

        let now = world.now();
        let step = moves(world, "mql_id:m0")[0].clone();
        assert_eq!((step.at, step.because[0].condition.as_str()), (now, "score.intent >= 20"));
        assert_eq!(step.because[0].rests_on[0].what, "score.intent");

        // 20 points are 15 after 4.15 days.
        let next = refold::next_wake(&world.app).unwrap().unwrap();
        assert!(next - now < Span::days(5), "somebody is to be woken: {next}");
        world.clock.advance(Span::days(5));
        refold::wake_due(&world.app).unwrap();
        assert_eq!(stages(world), [L, L, L, L], "it faded, and nobody did anything");
        nothing_differs(world);
        does(world, "mql_id:m1", "demo.requested");
        assert_eq!(stages(world), [P, P, L, L]);
        nothing_differs(world);
    });
}

/// The intent in the head of a company, in its row of the list, and the stage that stands beside it.
fn head(world: &World, who: &User, which: &'static str) -> (Option<f64>, Option<f64>, Stage) {
    let (who, now) = (who.clone(), world.now());
    let read = move |tx: &mut Tx| {
        let record = people::company::company(tx, &who, which, None, now)?;
        let rows = people::companies::of(tx, &who, record.lens.id, &[record.company.id])?;
        let rounded = |intent: Option<f64>| intent.map(|intent| (intent * 100.0).round() / 100.0);
        Ok((rounded(record.intent), rounded(rows[0].intent), record.stage))
    };
    world.db.read_blocking(read).unwrap()
}

#[test]
fn the_head_of_a_company_says_its_intent_as_it_was_last_told() {
    both(|world| {
        adopt(world, RULE, From::Usual);
        staff(world);
        let operator = User::operator();
        assert_eq!(
            head(world, &operator, "a.example"),
            (Some(0.0), Some(0.0), L),
            "nobody did anything"
        );
        does(world, "mql_id:m0", "page.viewed");
        does(world, "mql_id:m1", "page.viewed");
        assert_eq!(head(world, &operator, "a.example"), (Some(20.0), Some(20.0), P));
        assert_eq!(
            head(world, &operator, "b.example"),
            (Some(0.0), Some(0.0), L),
            "it is another's"
        );
        // A score that crosses no number of the definition is told of nobody, and is as it was.
        world.clock.advance(Span::days(1));
        refold::wake_due(&world.app).unwrap();
        assert_eq!(head(world, &operator, "a.example").0, Some(20.0));
        world.clock.advance(Span::days(4));
        refold::wake_due(&world.app).unwrap();
        let (intent, listed, stage) = head(world, &operator, "a.example");
        assert_eq!((intent, listed), (Some(15.0), Some(15.0)), "as it was when it fell below");
        assert_eq!(stage, L, "what it fell below moved everybody there");
        // Of those whom one sees the people make where it stands; the score is the company's.
        let part = crate::sight::somebody(7, "");
        let seven = |tx: &mut Tx| Ok(tx.public_ids().encode(team::USER, 7));
        let seven = world.db.read_blocking(seven).unwrap();
        let facts = vec![Fact::certain(people::OWNER, seven)];
        let what = What::Facts(Observation { source: "hand".into(), facts });
        at(world, person(world, "mql_id:m1"), what, world.now());
        assert_eq!(head(world, &part, "a.example"), (intent, listed, L));
        nothing_differs(world);
    });
}

#[test]
fn who_changes_employer_takes_nothing_along_but_counts_for_the_other() {
    both(|world| {
        adopt(world, RULE, From::Usual);
        staff(world);
        does(world, "mql_id:m0", "demo.requested");
        assert_eq!(stages(world), [P, P, L, L]);
        world.clock.advance(Span::hours(1));
        works(world, "id,site\nm0,b.example\n");
        assert_eq!(stages(world)[1..], [P, L, L], "what was done for a.example stays with it");
        let told: Vec<Stage> = moves(world, "mql_id:m0").iter().map(|step| step.to).collect();
        assert_eq!(told, [L, P, L], "what had moved them there did; nobody asked at b.example");
        nothing_differs(world);
        world.clock.advance(Span::hours(1));
        does(world, "mql_id:m0", "demo.requested");
        assert_eq!(stages(world), [P, P, P, L], "now it counts for b.example");
        nothing_differs(world);
        // It turns out that m1 had been at b.example all along, and asked for a demo there.
        does(world, "mql_id:m1", "page.viewed");
        let b = record(world, "mql_id:m2").company.unwrap().id;
        let public = world
            .db
            .read_blocking(move |tx| Ok(tx.public_ids().encode(people::COMPANY, b)))
            .unwrap();
        let facts = vec![Fact::certain(people::WORKS_AT, public)];
        let what = What::Facts(Observation { source: "call".into(), facts });
        at(world, person(world, "mql_id:m1"), what, world.now() - Span::minutes(30));
        nothing_differs(world);
        assert_eq!(stage(world, "mql_id:m1"), P);
    });
}

const LARGE: &str = r#"
name = "Large"
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'company.employees >= 100'
leave = { when = 'company.employees < 100', to = "lead", reason = "small" }
"#;
const SIZES: &str = "name = \"Sizes\"\n[key]\nmql_id = \"id\"\n[company]\ndomain = \"site\"\n[facts]\n\"company.employees\" = { column = \"n\", type = \"number\" }\n";

#[test]
fn the_facts_of_a_former_employer_move_whom_they_moved() {
    both(|world| {
        adopt(world, LARGE, From::Usual);
        staff(world);
        bring(world, "sizes.csv", "id,site,n\nm0,a.example,500\nm2,b.example,20\n", SIZES);
        assert_eq!(stages(world), [P, P, L, L]);
        let (began, left) = (world.now(), record(world, "mql_id:m1").company.unwrap().id);
        world.clock.advance(Span::days(1));
        works(world, "id,site\nm0,b.example\n");
        let known = |who| {
            let why = moves(world, who).remove(0);
            (why.to, why.because[0].condition.clone(), why.because[0].rests_on[0].source.clone())
        };
        let (to, condition, source) = known("mql_id:m0");
        assert_eq!((to, condition.as_str()), (L, "company.employees < 100"));
        assert_eq!(source.as_deref(), Some("import"), "what b.example said");
        nothing_differs(world);
        // Nowhere, of which nobody knows how large it is: what is unknown moves nobody.
        world.clock.advance(Span::days(1));
        let nowhere = vec![Fact::certain(people::WORKS_AT, funnel::history::Value::Null)];
        let what = What::Facts(Observation { source: "call".into(), facts: nowhere });
        at(world, person(world, "mql_id:m1"), what, world.now());
        assert_eq!(stages(world), [L, P, L, L]);
        nothing_differs(world);
        // We learn late, and knew it all the while, that a.example was small before anybody left.
        world.clock.advance(Span::days(1));
        let facts = vec![Fact::certain("company.employees", 30)];
        let what = What::Facts(Observation { source: "register".into(), facts });
        let now = world.now();
        let since = began + Span::hours(1);
        let entry = Entry { id: 7, occurred_at: since, recorded_at: since, what };
        let late = move |tx: &mut Tx| {
            let new = NewEntry { subject: left, entry, is_dated: true, source: None, actor: None };
            let (entries, new_subjects) = (vec![new], BTreeSet::new());
            journal::record(tx, Batch { now, entries, new_subjects, repeats: Repeats::Keep })
        };
        world.db.write_blocking(late).unwrap();
        let told: Vec<Stage> = moves(world, "mql_id:m1").iter().map(|step| step.to).collect();
        assert_eq!(told, [L, P, L], "whoever left was small too by then");
        nothing_differs(world);
    });
}

#[test]
fn an_adoption_tells_the_past_of_companies_too() {
    both(|world| {
        adopt(world, QUIET, From::Usual);
        staff(world);
        does(world, "mql_id:m0", "demo.requested");
        world.clock.advance(Span::days(1));
        does(world, "mql_id:m2", "page.viewed");
        assert_eq!(stored(world), "");
        adopt(world, RULE, From::Start);
        assert_eq!(stages(world), [P, P, L, L]);
        assert_eq!(stored(world), "25 folded by Shared, version 3");
        adopt(world, RULE.replace("add = 25", "add = 19").leak(), From::Start);
        assert_eq!(stages(world), [L, L, L, L], "the same deeds are worth less");
        assert_eq!(stored(world), "19 folded by Shared, version 4");
        adopt(
            world,
            "name = \"Double\"\n[scores.intent]\nof = \"company\"\npoints = [ { on = \"page.viewed\", add = 20 } ]\n[stages.prospect]\nenter = 'score.intent >= 20'\n",
            From::Start,
        );
        assert_eq!(stages(world), [Stage::None, Stage::None, P, Stage::None]);
        assert_eq!(stored(world), "0 folded by Shared, version 5");
        adopt(world, QUIET, From::Start);
        assert_eq!((stages(world), stored(world)), ([L, L, L, L], String::new()));
        assert_eq!(refold::next_wake(&world.app).unwrap(), None, "nobody is waited for");
    });
}

#[test]
fn what_comes_late_moves_nobody_before_it_came() {
    both(|world| {
        adopt(world, RULE, From::Usual);
        staff(world);
        let did = world.now();
        world.clock.advance(Span::days(2));
        let what = || What::Activity(Activity::usual("demo.requested"));
        at(world, person(world, "mql_id:m0"), what(), did);
        let now = world.now();
        let found = record(world, "mql_id:m1").standing.unwrap();
        assert_eq!((found.stage, found.entered_at), (P, Some(now)));
        nothing_differs(world);
        // An import may say that we knew it all the while.
        let leads = "id,first,origin\nm1,2018-01-11,x\n";
        let known = LEADS.replace("form.submitted", "demo.requested").leak();
        bring(world, "demos.csv", leads, known);
        nothing_differs(world);
    });
}

#[test]
fn a_company_stands_by_its_own_deals_where_its_people_do_not() {
    both(|world| {
        adopt(world, RULE, From::Usual);
        let leads = "id,first,origin\nm0,2018-01-10,student\nm1,2018-01-10,student\n";
        bring(world, "leads.csv", leads, LEADS);
        works(world, "id,site\nm0,a.example\nm1,b.example\n");
        let company = record(world, "mql_id:m0").company.unwrap().id;
        at(world, company, What::Activity(Activity::usual("demo.requested")), world.now());
        assert_eq!(record(world, "mql_id:m0").company_stage, Stage::None, "no deal yet");
        at(world, company, What::Activity(Activity::usual("deal.opened")), world.now());
        let found = record(world, "mql_id:m0");
        assert_eq!((found.standing.unwrap().stage, found.company_stage), (D, O));
        assert_eq!(record(world, "mql_id:m1").company_stage, Stage::None);
        assert_eq!(stored(world), "25 folded by Shared, version 2", "its own deeds count");
    });
}

#[test]
fn very_many_colleagues_are_folded_a_chunk_at_a_time() {
    both(|world| {
        adopt(world, RULE, From::Usual);
        let rows = |row: fn(usize) -> String| (0..260).map(row).collect::<String>();
        let leads = format!("id,first,origin\n{}", rows(|n| format!("m{n},2018-01-10,x\n")));
        bring(world, "leads.csv", &leads, LEADS);
        works(world, &format!("id,site\n{}", rows(|n| format!("m{n},a.example\n"))));
        does(world, "mql_id:m7", "demo.requested");
        assert_eq!((stage(world, "mql_id:m7"), stage(world, "mql_id:m0")), (P, L));
        assert!(refold::wake_due(&world.app).unwrap() >= 259);
        assert_eq!((stage(world, "mql_id:m0"), stage(world, "mql_id:m259")), (P, P));
        nothing_differs(world);
    });
}

#[test]
fn a_company_with_very_many_deeds_is_counted_once_a_minute() {
    both(|world| {
        let rule = RULE.replace("add = 10 }", "add = 0.001 }").leak();
        adopt(world, rule, From::Usual);
        staff(world);
        let views =
            LEADS.replace("form.submitted", "page.viewed").replace("%Y-%m-%d", "%Y-%m-%d %H:%M:%S");
        let row = |n: usize| {
            format!("m1,2018-01-1{} {:02}:{:02}:{:02},x\n", n % 9, n / 3_600, n / 60 % 60, n % 60)
        };
        let file = format!("id,first,origin\n{}", (0..10_200).map(row).collect::<String>());
        bring(world, "views.csv", &file, views.leak());
        nothing_differs(world);
        does(world, "mql_id:m0", "demo.requested");
        assert_eq!(stages(world), [L, L, L, L], "it was counted a moment ago");
        world.clock.advance(Span::minutes(2));
        refold::wake_due(&world.app).unwrap();
        assert_eq!(stages(world), [P, P, L, L]);
        nothing_differs(world);
    });
}

#[test]
fn a_segment_asks_for_the_score_as_it_was_told() {
    both(|world| {
        adopt(world, RULE, From::Usual);
        staff(world);
        does(world, "mql_id:m0", "demo.requested");
        let staff =
            ["mql_id:m0", "mql_id:m1", "mql_id:m2", "mql_id:m3"].map(|who| person(world, who));
        let asks: [(&str, &[usize]); 6] = [
            ("score.intent >= 20", &[0, 1]),
            ("score.intent < 20", &[2]),
            ("!(score.intent >= 20)", &[2]),
            ("known(score.intent)", &[0, 1, 2]),
            ("!known(score.intent)", &[3]),
            ("score.intent == 0 || score.intent == 25", &[0, 1, 2]),
        ];
        for (text, wanted) in asks {
            let now = world.now();
            let found = world.db.read_blocking(move |tx| {
                let segment = Segment::read(&lens::main(tx)?, text)?;
                segment.people(tx, &User::operator(), now, (0, 10))
            });
            let wanted: Vec<SubjectId> = wanted.iter().map(|place| staff[*place]).collect();
            assert_eq!(found.unwrap().unwrap(), wanted, "{text}");
            let judged = world.db.read_blocking(move |tx| {
                let lens = lens::main(tx)?;
                let condition = Condition::parse(text).unwrap();
                let mut folder = Folder::asking(&lens.in_force(), &[condition]);
                let mut found = Vec::new();
                for person in staff {
                    let history = funnels::history_of(tx, person)?;
                    if folder.explain(&history, now)[0].truth.is_true() {
                        found.push(person);
                    }
                }
                Ok(found)
            });
            assert_eq!(judged.unwrap(), wanted, "{text}");
        }
    });
}

#[test]
fn a_draft_is_tried_over_what_companies_did() {
    const STAFF: usize = 14;
    both(|world| {
        adopt(world, RULE, From::Usual);
        let rows = |row: fn(usize) -> String| (0..STAFF).map(row).collect::<String>();
        let leads = rows(|n| format!("m{n},2018-01-10,x\n"));
        bring(world, "leads.csv", &format!("id,first,origin\n{leads}"), LEADS);
        works(world, &format!("id,site\n{}", rows(|n| format!("m{n},{}.example\n", n % 2))));
        does(world, "mql_id:m0", "demo.requested");
        does(world, "mql_id:m1", "page.viewed");
        world.clock.advance(Span::days(70));
        let deals = rows(|n| format!("m{n},2026-08-20 10:11:12,pet\n"));
        bring(world, "deals.csv", &format!("id,won,segment\n{deals}"), DEALS);
        let tried = |draft: &'static str| {
            let now = world.now();
            let question = Question::default();
            let started = world.db.write_blocking(move |tx| {
                backtest::start(tx, &User::operator(), draft, None, question, now)
            })?;
            jobs::run_now(&world.app, &registry(), started.job)?;
            let id = started.backtest;
            let load = move |tx: &mut Tx| backtest::load(tx, &User::operator(), id);
            world.db.read_blocking(load)?.view()
        };
        let called = |draft: &'static str| tried(draft).unwrap().report.stages[&P].called;
        let wins = "[stages.customer]\nenter = 'did(\"deal.won\")'\n[exits";
        let draft = |from: &str, to: &str| -> &'static str {
            RULE.replace("[exits", wins).replace(from, to).leak()
        };
        assert_eq!(called(draft("", "")), 7, "those whose company asked for a demo");
        assert_eq!(called(draft("add = 10", "add = 20")), 14, "those whose company did anything");
        assert_eq!(called(draft("add = 25", "add = 19")), 0, "fewer points");
        let other = tried(draft("page.viewed", "page.*")).unwrap_err().to_string();
        assert!(other.contains("under a lens of its own"), "{other}");
    });
}

/// Numbers that look like chance and are the same each time (D. Knuth's linear congruence).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[test]
fn whatever_happens_in_whatever_order_live_is_replay() {
    const WHO: [&str; 4] = ["mql_id:m0", "mql_id:m1", "mql_id:m2", "mql_id:m3"];
    both(|world| {
        adopt(world, RULE, From::Usual);
        staff(world);
        let at_company = |who| record(world, who).company.unwrap().id;
        let companies = [at_company("mql_id:m0"), at_company("mql_id:m2")];
        let mut chance = Chance(7);
        for step in 0..90 {
            world.clock.advance(Span::hours(i64::try_from(chance.below(20)).unwrap()));
            if chance.below(3) > 0 {
                refold::wake_due(&world.app).unwrap();
            }
            let who = person(world, WHO[usize::try_from(chance.below(4)).unwrap()]);
            let company = companies[usize::try_from(chance.below(2)).unwrap()];
            let happened = world.now() - Span::hours(i64::try_from(chance.below(3) * 30).unwrap());
            let activity = |kind: &str| What::Activity(Activity::usual(kind));
            match chance.below(8) {
                0 => {
                    let encode =
                        move |tx: &mut Tx| Ok(tx.public_ids().encode(people::COMPANY, company));
                    let facts = vec![Fact::certain(
                        people::WORKS_AT,
                        world.db.read_blocking(encode).unwrap(),
                    )];
                    let what = What::Facts(Observation { source: "call".into(), facts });
                    at(world, who, what, happened);
                }
                1 => at(world, company, activity("page.viewed"), happened),
                2 => at(world, who, activity("demo.requested"), happened),
                _ => at(world, who, activity("page.viewed"), happened),
            }
            if step % 15 == 14 {
                nothing_differs(world);
            }
        }
        adopt(
            world,
            "name = \"Forms\"\n[stages.lead]\nenter = 'did(\"form.submitted\")'\n",
            From::Usual,
        );
        nothing_differs(world);
    });
}

#[test]
fn verify_tells_what_is_stored_of_a_company_and_is_not_so() {
    const SCORES: Sql = sql("delete from company_score");
    const DEEDS: Sql = sql("delete from company_deed");
    both(|world| {
        adopt(world, RULE, From::Usual);
        staff(world);
        does(world, "mql_id:m0", "demo.requested");
        for statement in [SCORES, DEEDS] {
            world.db.write_blocking(move |tx| tx.execute(statement, args![])).unwrap();
            let verified = funnels::verify::verify(&world.app, |_, _| {}).unwrap();
            let told: Vec<&str> = verified.told.iter().map(|told| told.what).collect();
            assert!(told.contains(&"counts") && told.len() > 1, "{:#?}", verified.told);
        }
        adopt(world, RULE.replace("25", "26").leak(), From::Start);
        nothing_differs(world);
    });
}
