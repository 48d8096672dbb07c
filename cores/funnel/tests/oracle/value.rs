//! What is seen of an activity or written in a condition, and how the one compares with the other.

use funnel::Truth;
use funnel::condition::{Activities, Condition, Literal, Op, Term, TextTest};
use funnel::history::{Activity, Agent, Value};
use moment::Moment;
use std::cmp::Ordering;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    Unknown,
    Bool(bool),
    Number(f64, f64),
    Text(String),
    List(Vec<String>),
    Length(i64),
    Time(Moment),
}

pub(super) fn takes(activities: &Activities, activity: &Activity) -> bool {
    let kind = activity.kind.as_str();
    let named = activities.kinds.iter().any(|pattern| {
        pattern == "*"
            || pattern == kind
            || pattern.ends_with(".*") && kind.starts_with(pattern.trim_end_matches('*'))
    });
    let text = activities.filter.as_ref().map_or_else(String::new, |filter| filter.to_string());
    let counts = activity.agent == Agent::Human || text.contains("agent");
    named && counts && activities.filter.as_ref().is_none_or(|f| filter(f, activity) == Truth::True)
}

fn filter(condition: &Condition, activity: &Activity) -> Truth {
    let value = |term: &Term| field(term, activity);
    match condition {
        Condition::Constant(value) => Truth::from(*value),
        Condition::All(parts) => {
            parts.iter().map(|part| filter(part, activity)).fold(Truth::True, Truth::and)
        }
        Condition::Any(parts) => {
            parts.iter().map(|part| filter(part, activity)).fold(Truth::False, Truth::or)
        }
        Condition::Not(part) => !filter(part, activity),
        Condition::Compare { left, op, right } => compare(&value(left), *op, &value(right)),
        Condition::OneOf { term, list } => one_of(&value(term), list),
        Condition::Holds { term, item } => holds_item(&value(term), item),
        Condition::Text { term, test, with } => text_test(&value(term), *test, with),
        Condition::Is(term) => truth_of(&value(term)),
        Condition::Known(term) => Truth::from(value(term) != Seen::Unknown),
        Condition::Did { .. }
        | Condition::TwoWay { .. }
        | Condition::Decided(_)
        | Condition::Somebody(_) => {
            unreachable!("not in a filter")
        }
    }
}

fn field(term: &Term, activity: &Activity) -> Seen {
    let text = |text: Option<&str>| text.map_or(Seen::Unknown, |text| Seen::Text(text.to_owned()));
    match term {
        Term::Literal(literal) => written(literal),
        Term::Field(name) => match name.as_str() {
            "direction" => text(activity.direction.map(|d| d.as_str())),
            "channel" => text(activity.channel.map(|c| c.as_str())),
            "agent" => text(Some(activity.agent.as_str())),
            "campaign" => text(activity.campaign.as_deref()),
            "kind" => text(Some(activity.kind.as_str())),
            name => match property(activity, name) {
                Some(value) => seen(value),
                None if name == "bulk" => Seen::Bool(false),
                None => Seen::Unknown,
            },
        },
        _ => unreachable!("not in a filter"),
    }
}

pub(super) fn property<'a>(activity: &'a Activity, name: &str) -> Option<&'a Value> {
    activity.properties.iter().find(|(key, _)| **key == *name).map(|(_, value)| value)
}

pub(super) fn written(literal: &Literal) -> Seen {
    match literal {
        Literal::Bool(value) => Seen::Bool(*value),
        Literal::Number(number) => Seen::Number(*number, *number),
        Literal::Text(text) => Seen::Text(text.clone()),
        Literal::Length(length) => Seen::Length(length.span().0),
        Literal::Date(day) => Seen::Time(*day),
    }
}

pub(super) fn seen(value: &Value) -> Seen {
    match value {
        Value::Null => Seen::Unknown,
        Value::Bool(value) => Seen::Bool(*value),
        Value::Number(number) => Seen::Number(*number, *number),
        Value::Text(text) => Seen::Text(text.to_string()),
        Value::List(items) => Seen::List(items.iter().map(ToString::to_string).collect()),
        Value::Time(moment) => Seen::Time(*moment),
    }
}

pub(super) fn truth_of(seen: &Seen) -> Truth {
    match seen {
        Seen::Bool(value) => Truth::from(*value),
        _ => Truth::Unknown,
    }
}

pub(super) fn one_of(seen: &Seen, list: &[Literal]) -> Truth {
    list.iter().map(|item| compare(seen, Op::Equal, &written(item))).fold(Truth::False, Truth::or)
}

pub(super) fn holds_item(seen: &Seen, item: &str) -> Truth {
    match seen {
        Seen::List(items) => Truth::from(items.iter().any(|held| held == item)),
        Seen::Text(text) => Truth::from(text == item),
        _ => Truth::Unknown,
    }
}

pub(super) fn text_test(seen: &Seen, test: TextTest, with: &str) -> Truth {
    let Seen::Text(text) = seen else { return Truth::Unknown };
    Truth::from(match test {
        TextTest::Starts => text.starts_with(with),
        TextTest::Contains => text.contains(with),
        TextTest::Matches => regex::Regex::new(with).is_ok_and(|with| with.is_match(text)),
    })
}

/// A day or a moment written as a text.
fn read(text: &str) -> Option<Moment> {
    let day = format!("{text}T00:00:00Z");
    if text.len() == 10 { day.parse().ok() } else { text.parse().ok() }
}

pub(super) fn compare(left: &Seen, op: Op, right: &Seen) -> Truth {
    let (a, b) = match (left, right) {
        (Seen::Number(a, b), Seen::Number(c, d)) => ((*a, *b), (*c, *d)),
        (Seen::Length(a), Seen::Length(b)) => return Truth::from(op.holds(a.cmp(b))),
        (Seen::Bool(a), Seen::Bool(b)) => return Truth::from(op.holds(a.cmp(b))),
        (Seen::Text(a), Seen::Text(b)) if matches!(op, Op::Equal | Op::Unequal) => {
            return Truth::from(op.holds(a.cmp(b)));
        }
        (Seen::Time(a), Seen::Time(b)) => return Truth::from(op.holds(a.cmp(b))),
        (Seen::Time(a), Seen::Text(b)) => {
            return read(b).map_or(Truth::Unknown, |b| Truth::from(op.holds(a.cmp(&b))));
        }
        (Seen::Text(a), Seen::Time(b)) => {
            return read(a).map_or(Truth::Unknown, |a| Truth::from(op.holds(a.cmp(b))));
        }
        _ => return Truth::Unknown,
    };
    // Every pair of a number of one range with a number of the other: the corners, and whether they
    // can be equal, tell them all.
    let mut answers: Vec<bool> = Vec::new();
    for x in [a.0, a.1] {
        for y in [b.0, b.1] {
            answers.push(op.holds(x.partial_cmp(&y).unwrap_or(Ordering::Equal)));
        }
    }
    if a.0 <= b.1 && b.0 <= a.1 && !(a.0.total_cmp(&a.1).is_eq() && b.0.total_cmp(&b.1).is_eq()) {
        match op {
            Op::Equal | Op::Unequal => answers.extend([true, false]),
            _ => {}
        }
    }
    if answers.iter().all(|&answer| answer) {
        Truth::True
    } else if answers.iter().all(|&answer| !answer) {
        Truth::False
    } else {
        Truth::Unknown
    }
}
