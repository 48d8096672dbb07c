//! Activities and histories as they would be.

use std::rc::Rc;

use moment::Moment;

use super::step::Step;
use crate::condition::{Activities, Condition, Literal, Op, Term, TextTest, kinds};
use crate::fold::matches;
use crate::history::{
    Activity, Channel, Direction, Entry, Fact, History, KNOWN_KINDS, Observation, Value, What,
};

/// The history with these steps taken, all at one moment.
pub(super) fn history(history: &History, steps: &[Rc<Step>], at: Moment) -> History {
    let mut entries = history.entries.clone();
    let mut next = entries.iter().map(|entry| entry.id).max().unwrap_or(0);
    let mut push = |what: What| {
        next += 1;
        entries.push(Entry { id: next, occurred_at: at, recorded_at: at, what });
    };
    for step in steps {
        match &**step {
            Step::Answer { criterion, yes, .. } => {
                push(What::Activity(Activity::answer(criterion, *yes)));
            }
            Step::Learn { key, value, .. } => push(What::Facts(Observation {
                source: "supposed".into(),
                facts: vec![Fact::certain(key, value.clone())],
            })),
            Step::Happen { activity, times, .. } => {
                (0..*times).for_each(|_| push(What::Activity(activity.clone())));
            }
        }
    }
    History::new(entries)
}

/// For each kind asked for an activity that would do, if one can be made up.
pub(super) fn examples(asked: &Activities) -> Vec<Activity> {
    const ANY: [&str; 4] = ["form.submitted", "email.replied", "meeting.booked", "email.sent"];
    let mut found: Vec<Activity> = Vec::new();
    for pattern in &asked.kinds {
        let known = KNOWN_KINDS.iter().map(|known| known.kind);
        let mut candidates: Vec<String> = match pattern.strip_suffix('*') {
            None => vec![pattern.clone()],
            Some("") => ANY.map(str::to_owned).to_vec(),
            Some(start) => {
                let known = known.filter(|kind| kinds::matches(pattern, kind)).map(str::to_owned);
                known.take(2).chain([format!("{start}used")]).collect()
            }
        };
        candidates.retain(|kind| kind != "fact.observed" && kind != "stage.moved");
        let made = candidates.iter().map(|kind| {
            let mut made = Activity::usual(kind);
            if let Some(filter) = &asked.filter {
                suit(&mut made, filter);
            }
            made
        });
        found.extend(made.into_iter().find(|made| matches(asked, made)));
    }
    found.dedup();
    found
}

/// Gives an activity what a filter asks of it, as far as that is plain.
fn suit(activity: &mut Activity, filter: &Condition) {
    match filter {
        Condition::All(parts) => parts.iter().for_each(|part| suit(activity, part)),
        Condition::Any(parts) => {
            if let Some(first) = parts.first() {
                suit(activity, first);
            }
        }
        Condition::Compare { left: Term::Field(name), op, right: Term::Literal(literal) } => {
            let more = f64::from(u8::from(*op == Op::More));
            match literal {
                Literal::Text(text) if *op == Op::Equal => {
                    set(activity, name, text.as_str().into())
                }
                Literal::Bool(value) if *op == Op::Equal => set(activity, name, (*value).into()),
                Literal::Number(n) if matches!(op, Op::Equal | Op::AtLeast | Op::More) => {
                    set(activity, name, Value::Number(n + more));
                }
                _ => {}
            }
        }
        Condition::OneOf { term: Term::Field(name), list } => {
            if let Some(Literal::Text(text)) = list.first() {
                set(activity, name, text.as_str().into());
            }
        }
        Condition::Text { term: Term::Field(name), test, with } if *test != TextTest::Matches => {
            set(activity, name, with.as_str().into());
        }
        Condition::Is(Term::Field(name)) => set(activity, name, true.into()),
        Condition::Known(Term::Field(name)) => set(activity, name, "known".into()),
        _ => {}
    }
}

fn set(activity: &mut Activity, name: &str, value: Value) {
    let word = match &value {
        Value::Text(text) => text.clone(),
        _ => "".into(),
    };
    match name {
        // Who speaks and by which way is the kind's to say, unless it says nothing.
        "direction" => activity.direction = activity.direction.or(Direction::parse(&word)),
        "channel" => activity.channel = activity.channel.or(Channel::parse(&word)),
        "agent" | "kind" => {}
        "campaign" => activity.campaign = Some(word),
        name => activity.properties.push((name.into(), value)),
    }
}
