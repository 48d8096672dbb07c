//! A segment counts whom the evaluator finds, and whom a fold that keeps nothing finds: on random histories, under
//! random conditions, as people and companies change and as time goes by, on both databases.

use std::collections::BTreeSet;

use funnel::condition::Condition;
use funnel::history::{Entry, Fact, History, Observation, Value, What};
use funnel::{Definition, Folder, InForce, Truth};
use funnels::lens::{self, From};
use funnels::segment::Segment;
use journal::{Batch, NewEntry, Repeats, SubjectId};
use moment::{Moment, Span};
use platform::Failure;
use platform::db::Dialect;
use platform::harness::World;
use platform::jobs;
use proptest::prelude::*;
use team::User;

use crate::house::{adopt, both, nothing_differs, registry};
use crate::oracle;
use crate::random;
use crate::random_formulas::{self, Formula};

/// What the core's own property judges by.
pub const STRESS: &str = include_str!("../../../../cores/funnel/tests/random/stress.toml");
pub const TEXTS: [&str; 7] = ["a@x.example", "food", "DE", "owner", "many", "2025-09-01", "x"];
const KEYS: [&str; 13] = [
    "person.email",
    "person.phone",
    "person.seniority",
    "person.custom.renews",
    "person.nowhere",
    "company.industry",
    "company.country",
    "company.employees",
    "company.budget",
    "company.technologies",
    "company.competitor",
    "score.intent",
    "score.likelihood",
];
const KINDS: [&str; 12] = [
    r#""page.viewed""#,
    r#""email.*""#,
    r#""email.sent""#,
    r#""email.replied""#,
    r#""*""#,
    r#""form.submitted""#,
    r#""asset.downloaded""#,
    r#""call.*""#,
    r#""deal.won""#,
    r#""never.seen""#,
    r#"["email.sent", "email.*"]"#,
    r#"["page.viewed", "demo.held", "trial.started"]"#,
];
const WINDOWS: [&str; 7] =
    ["", "", ", days(3)", ", days(20)", ", hours(30)", ", days(400)", ", dwell()"];
const FILTERS: [&str; 16] = [
    "",
    "",
    "",
    "",
    r#", says == "interested""#,
    r#", says != "not-now""#,
    r#", path.startsWith("/product")"#,
    r#", path.contains("pri")"#,
    ", bulk",
    ", !bulk",
    r#", direction == "inbound""#,
    r#", agent in ["machine", "unsure"]"#,
    r#", agent == "human" && known(asset)"#,
    r#", !(asset == "e-book") || channel == "web""#,
    r#", kind.startsWith("email.") && !known(campaign)"#,
    r#", about in ["demo", "price"] || asks == "sales""#,
];

pub fn of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

pub fn did(function: &'static str) -> impl Strategy<Value = String> {
    (of(&KINDS), of(&WINDOWS), of(&FILTERS)).prop_map(move |(kinds, window, filter)| {
        let window = if function == "since" { "" } else { window };
        format!("{function}({kinds}{window}{filter})")
    })
}

fn atom() -> impl Strategy<Value = String> {
    let op = || of(&["==", "!=", "<", "<=", ">", ">="]);
    let is = || of(&["==", "!="]);
    let number = || of(&["0", "0.1", "0.62", "1", "2", "12", "12.5", "45", "81", "300", "9000"]);
    let length = || of(&["days(3)", "days(10)", "hours(30)", "days(40)", "minutes(1)"]);
    let kind = || of(&["none", "old hand", "keen"]);
    let stage = || of(&["none", "lead", "prospect", "opportunity", "customer", "recycled"]);
    prop_oneof![
        3 => (of(&KEYS), is(), of(&TEXTS)).prop_map(|(key, op, text)| format!("{key} {op} {text:?}")),
        3 => (of(&KEYS), op(), number()).prop_map(|(key, op, number)| format!("{key} {op} {number}")),
        1 => (number(), op(), of(&KEYS)).prop_map(|(number, op, key)| format!("{number} {op} {key}")),
        2 => (of(&KEYS), op(), of(&KEYS)).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (op(), of(&["2025-08-15", "2025-09-01"])).prop_map(|(op, day)| {
            format!("person.custom.renews {op} date({day:?})")
        }),
        2 => (of(&KEYS), of(&TEXTS), of(&TEXTS)).prop_map(|(key, a, b)| format!("{key} in [{a:?}, {b:?}]")),
        1 => (of(&KEYS), number(), number()).prop_map(|(key, a, b)| format!("{key} in [{a}, {b}]")),
        2 => (of(&["telematics", "route-planning", "food", "tele"]), of(&KEYS))
            .prop_map(|(item, key)| format!("{item:?} in {key}")),
        2 => (of(&KEYS), of(&["startsWith", "contains"]), of(&["", "f", "oo", "many", "a@"]))
            .prop_map(|(key, test, with)| format!("{key}.{test}({with:?})")),
        2 => of(&KEYS).prop_map(|key| format!("known({key})")),
        2 => of(&["company.competitor", "person.email", "criterion.fresh", "criterion.rich", "criterion.busy"])
            .prop_map(str::to_owned),
        1 => of(&["criterion.stale", "criterion.rich", "score.fit", "score.engagement", "criterion.fresh"])
            .prop_map(|term| format!("known({term})")),
        2 => (op(), of(&["0", "5.7", "20.3", "-1", "33.33"])).prop_map(|(op, n)| format!("score.engagement {op} {n}")),
        1 => (op(), of(&["0", "30", "50", "-20"])).prop_map(|(op, n)| format!("score.fit {op} {n}")),
        1 => (op(), of(&["0", "1", "2", "3"])).prop_map(|(op, n)| {
            format!("met(criterion.fresh, criterion.stale, criterion.busy) {op} {n}")
        }),
        2 => (is(), stage()).prop_map(|(op, stage)| format!("stage {op} {stage:?}")),
        1 => (stage(), stage()).prop_map(|(a, b)| format!("stage in [{a:?}, {b:?}]")),
        1 => (is(), kind()).prop_map(|(op, kind)| format!("kind {op} {kind:?}")),
        1 => (is(), of(&["hot", "warm", "cold", "none"])).prop_map(|(op, t)| format!("temperature {op} {t:?}")),
        1 => (op(), length()).prop_map(|(op, length)| format!("dwell() {op} {length}")),
        4 => did("did"),
        3 => (did("count"), op(), of(&["0", "1", "2", "4", "0.5"])).prop_map(|(count, op, n)| format!("{count} {op} {n}")),
        3 => (did("since"), op(), length()).prop_map(|(since, op, length)| format!("{since} {op} {length}")),
        1 => (did("count"), op(), did("count")).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (did("since"), op(), did("since")).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => of(&["two_way()", "two_way(days(9))", "two_way(days(90))"]).prop_map(str::to_owned),
    ]
}

/// A condition about people, in which formulas of both have their places.
pub fn condition() -> impl Strategy<Value = String> {
    compound(
        prop_oneof![12 => atom(), 1 => random_formulas::place(&random_formulas::OF_BOTH)].boxed(),
    )
}

/// What formulas may ask, the half of them of people.
pub fn formulas() -> impl Strategy<Value = Vec<Formula>> {
    random_formulas::of_both(compound(atom().boxed()))
}

fn compound(atom: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    atom.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" && "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" || "))),
            inner.clone().prop_map(|part| format!("!({part})")),
            inner.prop_map(|part| format!("known(({part}))")),
        ]
    })
}

/// Whom there is: histories of people, some of whom work at one of the companies, or at none, from some step on.
#[derive(Clone, Debug)]
pub struct Crowd {
    pub people: Vec<(History, Vec<(usize, i64)>)>,
    pub companies: Vec<History>,
}

pub fn crowd() -> impl Strategy<Value = Crowd> {
    let works = prop::collection::vec((0_usize..3, 0..random::STEPS), 0..4);
    (
        prop::collection::vec((random::histories(), works), 12),
        prop::collection::vec(random::histories(), 2),
    )
        .prop_map(|(people, companies)| Crowd { people, companies })
}

pub fn entries(subject: SubjectId, history: &[Entry]) -> impl Iterator<Item = NewEntry> {
    history.iter().map(move |entry| NewEntry {
        subject,
        entry: entry.clone(),
        is_dated: true,
        source: None,
        actor: None,
    })
}

/// What is asked of the database, and the same in words that name no formula, for whoever judges beside it.
pub struct Case {
    pub text: String,
    pub segment: Segment,
    pub plain: Condition,
}

/// The lens, whom there is by their ids, and what is asked.
struct Asked<'a> {
    world: &'a World,
    definition: &'a Definition,
    people: Vec<SubjectId>,
    cases: Vec<Case>,
}

impl Asked<'_> {
    fn record(&self, mut new: Vec<NewEntry>, new_subjects: BTreeSet<SubjectId>) {
        let now = self.world.now();
        // Much is known ahead of when it happens, nothing ahead of when it is recorded.
        new.iter_mut().for_each(|new| new.entry.recorded_at = new.entry.recorded_at.min(now));
        self.world
            .db
            .write_blocking(move |tx| {
                let batch = Batch { now, entries: new, new_subjects, repeats: Repeats::Keep };
                journal::record(tx, batch)
            })
            .unwrap();
    }

    fn prepare(&self, segments: impl Iterator<Item = Segment>) {
        for segment in segments {
            let now = self.world.now();
            let job = self
                .world
                .db
                .write_blocking(move |tx| segment.prepare(tx, &User::operator(), now))
                .unwrap();
            if let Some(job) = job {
                jobs::run_now(&self.world.app, &registry(), job).unwrap();
            }
        }
    }

    fn standing(&self, person: SubjectId) -> String {
        let stands = self.world.db.read_blocking(move |tx| {
            let lens = people::main_lens(tx)?.id;
            people::stand::standings(tx, lens, &[person])
        });
        format!("{stands:?}")
    }

    /// Everybody, as each segment, the evaluator and the oracle have it.
    fn agree(&self, with_oracle: bool) {
        funnels::refold::wake_due(&self.world.app).unwrap();
        nothing_differs(self.world);
        let now = self.world.now();
        let people = self.people.clone();
        let histories: Vec<History> = self
            .world
            .db
            .read_blocking(move |tx| {
                people.iter().map(|person| funnels::history_of(tx, *person)).collect()
            })
            .unwrap();
        let conditions: Vec<Condition> = self.cases.iter().map(|case| case.plain.clone()).collect();
        let (from, lens) = (Moment::START, Some(funnels::lens::MAIN));
        let version = InForce { from, version: 1, definition: self.definition, lens };
        let mut folder = Folder::asking(&[version], &conditions);
        let judged: Vec<Vec<Truth>> = histories
            .iter()
            .map(|history| {
                let judged: Vec<Truth> =
                    folder.explain(history, now).iter().map(|part| part.truth).collect();
                // It takes its time, and on either database it is told the same.
                if with_oracle {
                    let (told, _) = oracle::tell(
                        (self.definition, funnels::lens::MAIN),
                        history,
                        now,
                        now,
                        &conditions,
                    );
                    let both = judged.iter().zip(&told.asked);
                    for (Case { plain, .. }, (judged, told)) in self.cases.iter().zip(both) {
                        assert_eq!(judged, told, "evaluator and oracle: {plain}\n{history:#?}");
                    }
                }
                judged
            })
            .collect();
        for (place, Case { text, segment, plain }) in self.cases.iter().enumerate() {
            let (segment, people) = (segment.clone(), self.people.clone());
            let found = self.world.db.read_blocking(move |tx| {
                let who = User::operator();
                let found = segment.people(tx, &who, now, (0, 1_000))?.unwrap();
                // Looked up one by one they are the same.
                let mut among = segment.among(tx, &who, now, &people)?.unwrap();
                among.sort_unstable();
                assert_eq!(among, found, "{}", segment.condition());
                Ok((found, segment.count(tx, &who, now)?.unwrap()))
            });
            let (found, count) = match found {
                // Since when we know that they work there is not at hand.
                Err(Failure::Refused { words, .. })
                    if text.contains("dwell()") && words.contains("companies did such things") =>
                {
                    continue;
                }
                found => found.unwrap(),
            };
            assert!(found.is_sorted() && u64::try_from(found.len()).unwrap() == count, "{text}");
            for ((person, history), judged) in self.people.iter().zip(&histories).zip(&judged) {
                let (is_found, truth) = (found.contains(person), judged[place]);
                assert_eq!(
                    is_found,
                    truth == Truth::True,
                    "SQL and evaluator of {person} at {now}: {truth:?} {text}, {plain}\n{}\n{history:#?}",
                    self.standing(*person),
                );
            }
        }
    }
}

/// The conditions that can be asked of everybody; the others must be refused with their place.
fn cases(world: &World, texts: Vec<String>, formulas: Vec<Formula>) -> Vec<Case> {
    let read = move |tx: &mut platform::db::Tx| {
        let lens = lens::main(tx)?;
        let mut cases = Vec::new();
        for text in texts {
            let (text, plain) = random_formulas::write(&text, &formulas);
            let segment = match Segment::read(&lens, &text) {
                Ok(segment) => segment,
                Err(Failure::Refused { code: "condition", words }) => {
                    assert!(words.contains("line 1, column"), "{words}");
                    continue;
                }
                Err(other) => return Err(other),
            };
            match people::condition::Asked::check(&segment, tx, &User::operator()) {
                Ok(()) => {
                    let plain = Segment::read(&lens, &plain)?.condition().clone();
                    cases.push(Case { text, segment, plain });
                }
                Err(Failure::Refused { code: "condition", .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(cases)
    };
    world.db.read_blocking(read).unwrap()
}

proptest! {
    #![proptest_config(random::config(6))]

    #[test]
    fn segment_evaluator_and_oracle_agree(
        crowd in crowd(),
        texts in prop::collection::vec(condition(), 96),
        formulas in formulas(),
        (first, days) in (0..random::STEPS, 0_i64..40),
    ) {
        let definition = Definition::parse(STRESS).unwrap();
        both(|world| {
            let start = random::moment(first) + Span::minutes(1);
            world.clock.set(start);
            adopt(world, STRESS, From::Start);
            let formulas = random_formulas::make(world, &formulas);
            let cases = cases(world, texts.clone(), formulas);
            let (count, companies) = (crowd.people.len(), crowd.companies.len());
            let (people, companies, public) = world.db.write_blocking(move |tx| {
                let people: Vec<SubjectId> = journal::new_people(tx, count)?.collect();
                let companies: Vec<SubjectId> = journal::new_companies(tx, companies)?.collect();
                let ids = tx.public_ids();
                let public: Vec<String> = companies.iter().map(|id| ids.encode(people::COMPANY, *id)).collect();
                Ok((people, companies, public))
            }).unwrap();
            let asked = Asked { world, definition: &definition, people, cases };
            let halves = |parity: usize| asked.cases.iter().enumerate()
                .filter(move |(place, _)| place % 2 == parity).map(|(_, case)| case.segment.clone());
            // Some words are ready before anything is recorded, the others are made of what is.
            asked.prepare(halves(0));
            let of_companies = companies.iter().zip(&crowd.companies);
            let of_companies = of_companies.flat_map(|(id, history)| entries(*id, &history.entries));
            asked.record(of_companies.collect(), companies.iter().copied().collect());
            let (mut now, mut later) = (Vec::new(), Vec::new());
            for (id, (history, works)) in asked.people.iter().zip(&crowd.people) {
                let half = history.entries.len().div_ceil(2);
                now.extend(entries(*id, &history.entries[..half]));
                later.extend(entries(*id, &history.entries[half..]));
                for (place, (company, step)) in (900..).zip(works) {
                    let value = public.get(*company).map_or(Value::Null, |id| Value::from(id.as_str()));
                    let facts = vec![Fact::certain(people::WORKS_AT, value)];
                    let what = What::Facts(Observation { source: "random".into(), facts });
                    let at = random::moment(*step);
                    let entry = Entry { id: place, occurred_at: at, recorded_at: at, what };
                    if step % 2 == 0 { &mut now } else { &mut later }.extend(entries(*id, &[entry]));
                }
            }
            asked.record(now, asked.people.iter().copied().collect());
            asked.prepare(halves(1));
            asked.agree(false);
            asked.record(later, BTreeSet::new());
            asked.agree(world.db.dialect() == Dialect::Sqlite);
            world.clock.advance(Span::days(days));
            asked.agree(false);
        });
    }
}

#[test]
fn a_segment_says_nothing_until_its_words_are_ready() {
    both(|world| {
        let lens = world.db.read_blocking(lens::main).unwrap();
        let segment = Segment::read(&lens, r#"known(person.email) && did("page.viewed")"#).unwrap();
        let now = world.now();
        let count = |segment: Segment| {
            world.db.read_blocking(move |tx| segment.count(tx, &User::operator(), now)).unwrap()
        };
        assert_eq!(count(segment.clone()), None);
        let asked = segment.clone();
        let job = world
            .db
            .write_blocking(move |tx| asked.prepare(tx, &User::operator(), now))
            .unwrap()
            .unwrap();
        assert_eq!(count(segment.clone()), None);
        jobs::run_now(&world.app, &registry(), job).unwrap();
        assert_eq!(count(segment), Some(0));
        let refused = Segment::read(&lens, "person.emial ==").unwrap_err();
        assert!(refused.to_string().contains("line 1"), "{refused}");
    });
}
