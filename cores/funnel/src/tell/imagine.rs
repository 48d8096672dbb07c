//! The history that answers make: all of it at one moment.

use super::question::{Becomes, Question};
use crate::definition::examples::NOW;
use crate::history::{Activity, Entry, Fact, History, Observation, Value, What};

/// The moment at which everything imagined happens, and is judged. Any would do: at age nothing no
/// window, age or decay tells one moment from another.
pub(super) const AT: moment::Moment = NOW;

/// The history of a contact with an e-mail address of whom this is known; an answer for each
/// question, by its place.
pub(super) fn history(answers: [u8; 8]) -> History {
    let mut facts = vec![Fact::certain("person.email", "somebody@firm.example")];
    let mut did = Vec::new();
    let answers = Question::ALL.iter().zip(answers);
    let becomes = answers
        .filter_map(|(question, place)| Some(question.answers().get(usize::from(place))?.becomes));
    for becomes in becomes.flatten() {
        match entry(becomes) {
            What::Facts(observation) => facts.extend(observation.facts),
            activity @ What::Activity(_) => did.push(activity),
        }
    }
    let entries = (0..).zip(std::iter::once(observed(facts)).chain(did));
    History::new(
        entries.map(|(id, what)| Entry { id, occurred_at: AT, recorded_at: AT, what }).collect(),
    )
}

/// What one part of an answer becomes.
pub(super) fn entry(becomes: &Becomes) -> What {
    match becomes {
        Becomes::Is(key, text) => observed(vec![Fact::certain(key, *text)]),
        Becomes::Counts(key, number) => observed(vec![Fact::certain(key, *number)]),
        Becomes::Holds(key, list) => {
            let list = list.iter().map(|item| (*item).into()).collect();
            observed(vec![Fact::certain(key, Value::List(list))])
        }
        Becomes::Did(kind, carries) => {
            let mut did = Activity::usual(kind);
            did.properties.extend(carries.map(|(key, value)| (key.into(), Value::from(value))));
            What::Activity(did)
        }
        Becomes::Answers(criterion, yes) => What::Activity(Activity::answer(criterion, *yes)),
    }
}

fn observed(facts: Vec<Fact>) -> What {
    What::Facts(Observation { source: "imagined".into(), facts })
}
