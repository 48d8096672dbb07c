//! Conditions about companies, judged: over a company's own history, where it stands, and who works there.
//!
//! **Promise:** what is judged of one company is what [`crate::sql`] finds of all. It is the evaluator of people's
//! conditions that judges: where a company stands, how many work there, its score and each `somebody(…)` become facts of
//! its history, and those that are unknown are left out.

use moment::Moment;

use crate::condition::{Condition, Score, Term};
use crate::fold::{Folder, InForce};
use crate::history::{Entry, Fact, History, Observation, What};
use crate::standing::Stage;
use crate::truth::Truth;

/// What is known of a company.
#[derive(Clone, Copy, Debug)]
pub struct Company<'a> {
    /// What is recorded of it.
    pub own: &'a History,
    /// Where it stands: the furthest of its people, or as its own deals bring it.
    pub stage: Stage,
    /// Its score of intent, as it was last told.
    pub intent: Option<f64>,
    /// The whole histories of those who work there; of those whom whoever asks sees.
    pub people: &'a [&'a History],
}

/// What a condition says of a company, under the definition in force.
pub fn judge(
    condition: &Condition,
    company: &Company<'_>,
    in_force: &[InForce<'_>],
    now: Moment,
) -> Truth {
    let mut facts = vec![Fact::certain(STAGE, company.stage.as_str())];
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "so many work nowhere")]
    facts.push(Fact::certain(PEOPLE, company.people.len() as f64));
    facts.extend(company.intent.map(|intent| Fact::certain(INTENT, intent)));
    let mut plain = Plain { company, in_force, now, facts, asked: 0 };
    let condition = plain.of(condition);
    let mut entries = company.own.entries.clone();
    let observation = Observation { source: "where it stands".into(), facts: plain.facts };
    let what = What::Facts(observation);
    entries.push(Entry { id: i64::MAX, occurred_at: now, recorded_at: now, what });
    asked(&condition, &History::new(entries), in_force, now)
}

const STAGE: &str = "company.standing.stage";
const PEOPLE: &str = "company.standing.people";
const INTENT: &str = "company.standing.intent";

fn asked(condition: &Condition, history: &History, in_force: &[InForce<'_>], now: Moment) -> Truth {
    let mut folder = Folder::asking(in_force, std::slice::from_ref(condition));
    folder.explain(history, now).first().map_or(Truth::Unknown, |part| part.truth)
}

/// Makes conditions about a company such as are asked of a history, and the facts that they then ask for.
struct Plain<'a> {
    company: &'a Company<'a>,
    in_force: &'a [InForce<'a>],
    now: Moment,
    facts: Vec<Fact>,
    /// How often it was asked of somebody.
    asked: usize,
}

impl Plain<'_> {
    fn of(&mut self, condition: &Condition) -> Condition {
        let term = |term: &Term| match term {
            Term::Stage => Term::Fact(STAGE.to_owned()),
            Term::People => Term::Fact(PEOPLE.to_owned()),
            Term::Score(Score::Intent) => Term::Fact(INTENT.to_owned()),
            other => other.clone(),
        };
        match condition {
            Condition::All(parts) => Condition::All(self.each(parts)),
            Condition::Any(parts) => Condition::Any(self.each(parts)),
            Condition::Not(part) => Condition::Not(Box::new(self.of(part))),
            Condition::Decided(part) => Condition::Decided(Box::new(self.of(part))),
            Condition::Somebody(part) => {
                self.asked += 1;
                let key = format!("company.standing.somebody_{}", self.asked);
                match self.somebody(part) {
                    Truth::Unknown => {}
                    truth => self.facts.push(Fact::certain(&key, truth.is_true())),
                }
                Condition::Is(Term::Fact(key))
            }
            Condition::Compare { left, op, right } => {
                Condition::Compare { left: term(left), op: *op, right: term(right) }
            }
            Condition::OneOf { term: of, list } => {
                Condition::OneOf { term: term(of), list: list.clone() }
            }
            Condition::Holds { term: of, item } => {
                Condition::Holds { term: term(of), item: item.clone() }
            }
            Condition::Text { term: of, test, with } => {
                Condition::Text { term: term(of), test: *test, with: with.clone() }
            }
            Condition::Is(of) => Condition::Is(term(of)),
            Condition::Known(of) => Condition::Known(term(of)),
            Condition::Constant(_) | Condition::Did { .. } | Condition::TwoWay { .. } => {
                condition.clone()
            }
        }
    }

    fn each(&mut self, parts: &[Condition]) -> Vec<Condition> {
        parts.iter().map(|part| self.of(part)).collect()
    }

    /// True if it is of somebody, unknown if it may be, false if it is of nobody.
    fn somebody(&self, part: &Condition) -> Truth {
        let each = self.company.people.iter();
        let each = each.map(|person| asked(part, person, self.in_force, self.now));
        each.fold(Truth::False, Truth::or)
    }
}
