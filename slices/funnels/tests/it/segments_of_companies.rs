//! A condition about companies finds which the evaluator finds, and which an oracle finds that keeps nothing: for whoever
//! sees everybody, and for somebody who sees a part, as that part makes it; on both databases.

use std::collections::BTreeSet;

use funnel::condition::{Condition, Of, Op, Score, Term};
use funnel::history::{Entry, Fact, History, Observation, Value, What};
use funnel::of_company::{Company, judge};
use funnel::{Definition, InForce, Stage, Truth};
use funnels::lens::{self, From};
use funnels::segment::Segment;
use journal::{Batch, NewEntry, Repeats, SubjectId};
use moment::{Moment, Span};
use people::companies;
use platform::db::Dialect;
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use proptest::prelude::*;
use team::{Sight, User};

use crate::house::{adopt, both, nothing_differs, registry};
use crate::oracle;
use crate::random;
use crate::random_formulas::{self, Formula};
use crate::segments::{self, Case, Crowd, STRESS, TEXTS, crowd, did, entries, of};
use crate::sight::somebody;

const KEYS: [&str; 7] = [
    "company.industry",
    "company.country",
    "company.employees",
    "company.budget",
    "company.technologies",
    "company.competitor",
    "company.nowhere",
];

fn atom() -> impl Strategy<Value = String> {
    let op = || of(&["==", "!=", "<", "<=", ">", ">="]);
    let is = || of(&["==", "!="]);
    let number = || of(&["0", "1", "2", "12", "45", "81", "300", "9000"]);
    let length = || of(&["days(3)", "days(10)", "hours(30)", "days(40)"]);
    let stage = || of(&["none", "lead", "prospect", "opportunity", "customer", "recycled"]);
    prop_oneof![
        2 => (of(&KEYS), is(), of(&TEXTS)).prop_map(|(key, op, text)| format!("{key} {op} {text:?}")),
        2 => (of(&KEYS), op(), number()).prop_map(|(key, op, number)| format!("{key} {op} {number}")),
        1 => (of(&KEYS), op(), of(&KEYS)).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (of(&KEYS), of(&TEXTS), of(&TEXTS)).prop_map(|(key, a, b)| format!("{key} in [{a:?}, {b:?}]")),
        1 => (of(&["telematics", "food"]), of(&KEYS)).prop_map(|(item, key)| format!("{item:?} in {key}")),
        1 => of(&KEYS).prop_map(|key| format!("known({key})")),
        1 => Just("company.competitor".to_owned()),
        2 => (op(), number()).prop_map(|(op, n)| format!("score.intent {op} {n}")),
        1 => Just("known(score.intent)".to_owned()),
        2 => (op(), of(&["0", "1", "2", "3", "0.5"])).prop_map(|(op, n)| format!("people {op} {n}")),
        2 => (is(), stage()).prop_map(|(op, stage)| format!("stage {op} {stage:?}")),
        1 => (stage(), stage()).prop_map(|(a, b)| format!("stage in [{a:?}, {b:?}]")),
        2 => did("did"),
        2 => (did("count"), op(), of(&["0", "1", "2", "0.5"])).prop_map(|(count, op, n)| format!("{count} {op} {n}")),
        2 => (did("since"), op(), length()).prop_map(|(since, op, length)| format!("{since} {op} {length}")),
        6 => segments::condition().prop_map(|part| format!("somebody({part})")),
    ]
}

/// The labels of formulas of companies, whatever these ask.
const OF_COMPANIES: [&str; 2] = ["cx", "cy"];

/// A condition in which formulas have their places.
fn condition() -> impl Strategy<Value = String> {
    compound(prop_oneof![12 => atom(), 1 => random_formulas::place(&OF_COMPANIES)].boxed())
}

/// What formulas may ask: two of companies, in which nothing is named, and those of which conditions about people are made.
fn formulas() -> impl Strategy<Value = Vec<Formula>> {
    let of_companies = prop::collection::vec(compound(atom().boxed()), OF_COMPANIES.len());
    (of_companies, segments::formulas()).prop_map(|(of_companies, others)| {
        let of_companies = of_companies.into_iter().zip(OF_COMPANIES);
        let of_companies = of_companies.filter(|(asks, _)| !asks.contains('§'));
        let of_companies =
            of_companies.map(|(asks, label)| Formula { of: Of::Companies, label, asks });
        of_companies.chain(others).collect()
    })
}

fn compound(atom: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    atom.prop_recursive(3, 10, 3, |inner| {
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

/// A company as it is known to a user.
struct Known {
    id: SubjectId,
    own: History,
    stage: Stage,
    intent: Option<f64>,
    people: Vec<History>,
}

impl Known {
    fn read(world: &World, who: &User, id: SubjectId) -> Known {
        let (who, now) = (who.clone(), world.now());
        let read = move |tx: &mut platform::db::Tx| {
            let lens = people::main_lens(tx)?.id;
            let there = people::people_at(tx, &[id])?;
            let there = people::sight::seen(tx, &who, &there)?;
            let stages = people::stand::stages(tx, lens, &there)?;
            let climbed = stages.values().copied().filter(|stage| !stage.is_exit());
            let own = journal::histories(tx, &[id])?.pop().map(|(_, own)| own).unwrap_or_default();
            let source = tx.part::<people::LensSource>();
            let alone = source.0.company(tx, lens, id, &own, now)?.stage;
            let people: Result<Vec<History>, Failure> =
                there.iter().map(|person| funnels::history_of(tx, *person)).collect();
            let shown = companies::places_of(tx, &who, lens, &[id])?.remove(&id);
            let stage = climbed.fold(alone, Stage::max);
            if let Some(shown) = shown {
                assert_eq!((shown.stage, shown.people), (stage, Some(there.len() as u64)));
            }
            let kept = companies::places_of(tx, &User::operator(), lens, &[id])?.remove(&id);
            let intent = kept.and_then(|kept| kept.intent);
            Ok(Known { id, own: History::new(own), stage, intent, people: people? })
        };
        world.db.read_blocking(read).unwrap()
    }

    fn judge(&self, definition: &Definition, condition: &Condition, now: Moment) -> Truth {
        let people: Vec<&History> = self.people.iter().collect();
        let Known { own, stage, intent, .. } = self;
        let company = Company { own, stage: *stage, intent: *intent, people: &people };
        let (from, lens) = (Moment::START, Some(lens::MAIN));
        judge(condition, &company, &[InForce { from, version: 1, definition, lens }], now)
    }

    /// The same, with nothing kept and nothing shared.
    fn told(&self, definition: &Definition, condition: &Condition, now: Moment) -> Truth {
        let told = |history: &History, condition: &Condition| {
            let condition = std::slice::from_ref(condition);
            let (told, _) = oracle::tell((definition, lens::MAIN), history, now, now, condition);
            told.asked[0]
        };
        let all = |parts: &[Condition]| -> Vec<Truth> {
            parts.iter().map(|part| self.told(definition, part, now)).collect()
        };
        let number = |found: f64, op: Op, other: &Term| {
            let Term::Literal(funnel::condition::Literal::Number(other)) = other else { panic!() };
            Truth::from(op.holds(found.total_cmp(other)))
        };
        let is = |text: &funnel::condition::Literal| {
            *text == funnel::condition::Literal::Text(self.stage.as_str().to_owned())
        };
        match condition {
            Condition::All(parts) => all(parts).into_iter().fold(Truth::True, Truth::and),
            Condition::Any(parts) => all(parts).into_iter().fold(Truth::False, Truth::or),
            Condition::Not(part) => !self.told(definition, part, now),
            Condition::Decided(part) => {
                Truth::from(self.told(definition, part, now) != Truth::Unknown)
            }
            Condition::Somebody(part) => {
                self.people.iter().map(|person| told(person, part)).fold(Truth::False, Truth::or)
            }
            Condition::Known(Term::Score(Score::Intent)) => Truth::from(self.intent.is_some()),
            Condition::Compare { left: Term::Score(Score::Intent), op, right } => {
                self.intent.map_or(Truth::Unknown, |intent| number(intent, *op, right))
            }
            Condition::Compare { left: Term::People, op, right } => {
                number(self.people.len() as f64, *op, right)
            }
            Condition::Compare { left: Term::Stage, op, right: Term::Literal(text) } => {
                Truth::from(is(text) == (*op == Op::Equal))
            }
            Condition::OneOf { term: Term::Stage, list } => Truth::from(list.iter().any(is)),
            leaf => told(&self.own, leaf),
        }
    }
}

struct Asked<'a> {
    world: &'a World,
    definition: &'a Definition,
    companies: Vec<SubjectId>,
    users: Vec<User>,
    cases: Vec<Case>,
}

impl Asked<'_> {
    fn record(&self, mut new: Vec<NewEntry>, new_subjects: BTreeSet<SubjectId>) {
        let now = self.world.now();
        new.iter_mut().for_each(|new| new.entry.recorded_at = new.entry.recorded_at.min(now));
        let batch = Batch { now, entries: new, new_subjects, repeats: Repeats::Keep };
        self.world.db.write_blocking(move |tx| journal::record(tx, batch.clone())).unwrap();
    }

    fn prepare(&self, parity: usize) {
        for (_, case) in self.cases.iter().enumerate().filter(|(place, _)| place % 2 == parity) {
            let (segment, now) = (case.segment.clone(), self.world.now());
            let prepare =
                move |tx: &mut platform::db::Tx| segment.prepare(tx, &User::operator(), now);
            if let Some(job) = self.world.db.write_blocking(prepare).unwrap() {
                jobs::run_now(&self.world.app, &registry(), job).unwrap();
            }
        }
    }

    fn agree(&self, with_oracle: bool) {
        funnels::refold::wake_due(&self.world.app).unwrap();
        nothing_differs(self.world);
        let now = self.world.now();
        for who in &self.users {
            let known: Vec<Known> =
                self.companies.iter().map(|id| Known::read(self.world, who, *id)).collect();
            let is_seen = |known: &Known| who.sight == Sight::Everybody || !known.people.is_empty();
            for (place, Case { text, segment, plain }) in self.cases.iter().enumerate() {
                let (asked, whom, ids) = (segment.clone(), who.clone(), self.companies.clone());
                let found = self.world.db.read_blocking(move |tx| {
                    let found = asked.people(tx, &whom, now, (0, 1_000))?.unwrap();
                    let mut among = asked.among(tx, &whom, now, &ids)?.unwrap();
                    among.sort_unstable();
                    assert_eq!(among, found, "{}", asked.condition());
                    Ok((found, asked.count(tx, &whom, now)?.unwrap()))
                });
                let (found, count) = match found {
                    // Since when we know that they work there is not at hand.
                    Err(Failure::Refused { words, .. })
                        if text.contains("dwell()")
                            && words.contains("companies did such things") =>
                    {
                        continue;
                    }
                    found => found.unwrap(),
                };
                assert_eq!(u64::try_from(found.len()).unwrap(), count, "{text}");
                for known in &known {
                    let truth = known.judge(self.definition, plain, now);
                    // It takes its time: it is asked of some.
                    if with_oracle && place % 4 == 0 {
                        let told = known.told(self.definition, plain, now);
                        assert_eq!(truth, told, "evaluator and oracle: {plain}");
                    }
                    let is_found = found.contains(&known.id);
                    assert_eq!(
                        is_found,
                        truth == Truth::True && is_seen(known),
                        "SQL and evaluator: {truth:?} {text}, {plain}, seen by {:?}, at {:?} with {} people, {:#?}",
                        who.sight,
                        known.stage,
                        known.people.len(),
                        known.own,
                    );
                }
            }
        }
    }
}

/// The conditions that can be asked of every company; the others are refused with their place.
fn cases(world: &World, texts: Vec<String>, formulas: Vec<Formula>) -> Vec<Case> {
    let read = move |tx: &mut platform::db::Tx| {
        let lens = lens::main(tx)?;
        let mut cases = Vec::new();
        for text in texts {
            let (text, plain) = random_formulas::write(&text, &formulas);
            let segment = Segment::read_of(&lens, Of::Companies, &text);
            let checked = segment.and_then(|segment| {
                people::condition::Asked::check(&segment, tx, &User::operator())?;
                Ok(segment)
            });
            match checked {
                Ok(segment) => {
                    let plain = Segment::read_of(&lens, Of::Companies, &plain)?.condition().clone();
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

fn says(place: i64, at: Moment, key: &str, value: Value) -> Entry {
    let facts = vec![Fact::certain(key, value)];
    let what = What::Facts(Observation { source: "random".into(), facts });
    Entry { id: place, occurred_at: at, recorded_at: at, what }
}

fn agree(crowd: &Crowd, texts: &[String], formulas: &[Formula], first: i64, days: i64) {
    let definition = Definition::parse(STRESS).unwrap();
    both(|world| {
        world.clock.set(random::moment(first) + Span::minutes(1));
        adopt(world, STRESS, From::Start);
        let formulas = random_formulas::make(world, formulas);
        let cases = cases(world, texts.to_vec(), formulas);
        let (count, companies) = (crowd.people.len(), crowd.companies.len());
        let made = world.db.write_blocking(move |tx| {
            let people: Vec<SubjectId> = journal::new_people(tx, count)?.collect();
            let companies: Vec<SubjectId> = journal::new_companies(tx, companies)?.collect();
            Ok((people, companies))
        });
        let (people, companies) = made.unwrap();
        let ids = world.db.public_ids();
        let users = vec![User::operator(), somebody(5, "")];
        let asked =
            Asked { world, definition: &definition, companies: companies.clone(), users, cases };
        asked.prepare(0);
        let (mut now, mut later) = (Vec::new(), Vec::new());
        for (id, history) in companies.iter().zip(&crowd.companies) {
            let half = history.entries.len().div_ceil(2);
            now.extend(entries(*id, &history.entries[..half]));
            later.extend(entries(*id, &history.entries[half..]));
        }
        for (at, (id, (history, works))) in people.iter().zip(&crowd.people).enumerate() {
            let half = history.entries.len().div_ceil(2);
            now.extend(entries(*id, &history.entries[..half]));
            later.extend(entries(*id, &history.entries[half..]));
            for (place, (company, step)) in (900..).zip(works) {
                let company = companies.get(*company);
                let value =
                    company.map_or(Value::Null, |id| Value::from(ids.encode(people::COMPANY, *id)));
                let entry = says(place, random::moment(*step), people::WORKS_AT, value);
                if step % 2 == 0 { &mut now } else { &mut later }.extend(entries(*id, &[entry]));
            }
            let owner = Value::from(ids.encode(team::USER, 5 + (at as i64) % 2));
            let entry = says(950, random::moment(0), people::OWNER, owner);
            if at % 3 == 0 { &mut later } else { &mut now }.extend(entries(*id, &[entry]));
        }
        let new = people.iter().chain(&companies).copied().collect();
        asked.record(now, new);
        asked.prepare(1);
        asked.agree(false);
        asked.record(later, BTreeSet::new());
        asked.agree(world.db.dialect() == Dialect::Sqlite);
        world.clock.advance(Span::days(days));
        asked.agree(false);
    });
}

proptest! {
    #![proptest_config(random::config(2))]

    #[test]
    fn statement_evaluator_and_oracle_agree_of_companies(
        crowd in crowd(),
        texts in prop::collection::vec(condition(), 24),
        formulas in formulas(),
        (first, days) in (0..random::STEPS, 0_i64..40),
    ) {
        agree(&crowd, &texts, &formulas, first, days);
    }
}

#[test]
fn what_makes_no_sense_for_a_company_is_refused_in_words() {
    both(|world| {
        let lens = world.db.read_blocking(lens::main).unwrap();
        for (text, words) in [
            ("person.title == \"CEO\"", "write somebody("),
            ("score.fit >= 60", "score.fit is asked of people"),
            ("kind == \"MQL\"", "kind is asked of people"),
            ("two_way()", "two_way() is asked of people"),
            ("did(\"email.replied\", dwell())", "dwell() is asked of people"),
            ("somebody(somebody(person.title == \"CEO\"))", "asked of companies, not of people"),
            ("somebody(people > 3)", "\"people\" is not known"),
            ("peopel > 3", "did you mean people"),
        ] {
            let refused = Segment::read_of(&lens, Of::Companies, text).unwrap_err().to_string();
            assert!(refused.contains(words), "{text}: {refused}");
        }
        let refused = Segment::read(&lens, "somebody(person.email != \"\")").unwrap_err();
        assert!(refused.to_string().contains("asked of companies"), "{refused}");
    });
}

#[test]
fn who_is_not_told_where_people_work_asks_for_nothing_that_tells_it() {
    both(|world| {
        let lens = world.db.read_blocking(lens::main).unwrap();
        let who = somebody(5, "person.works_at=hidden");
        for text in ["people > 3", "stage == \"lead\"", "somebody(known(person.email))"] {
            let (segment, who) =
                (Segment::read_of(&lens, Of::Companies, text).unwrap(), who.clone());
            let now = world.now();
            let refused = world.db.write_blocking(move |tx| segment.prepare(tx, &who, now));
            assert!(matches!(refused, Err(Failure::Refused { .. })), "{text}: {refused:?}");
        }
    });
}
