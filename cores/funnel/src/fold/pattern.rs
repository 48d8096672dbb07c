//! Which activities a condition means: kinds, agent and filter, matched once for each activity.

use super::value::{Seen, Tester, Written};
use crate::condition::{Activities, Condition, Literal, Op, Term, kinds};
use crate::history::{Activity, Agent};
use crate::truth::Truth;

/// Activities that conditions ask for, ready to match.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) activities: Activities,
    filter: Option<Filter>,
    humans_only: bool,
    /// Whether the filter asks for more than every activity says of itself.
    pub(super) asks_more: bool,
}

#[derive(Clone, Debug)]
enum Filter {
    Constant(Truth),
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Compare(Operand, Op, Operand),
    OneOf(Operand, Vec<Written>),
    Holds(Operand, Box<str>),
    Text(Operand, Tester),
    Is(Operand),
    Known(Operand),
}

#[derive(Clone, Debug)]
enum Operand {
    Written(Written),
    Kind,
    Channel,
    Direction,
    Agent,
    Campaign,
    Property(Box<str>),
}

impl Pattern {
    pub(super) fn new(activities: &Activities) -> Pattern {
        let (mut asks_agent, mut asks_more) = (false, false);
        if let Some(filter) = &activities.filter {
            filter.terms(&mut |term| {
                let Term::Field(name) = term else { return };
                asks_agent |= name == "agent";
                asks_more |= !matches!(name.as_str(), "kind" | "channel" | "direction" | "agent");
            });
        }
        Pattern {
            activities: activities.clone(),
            filter: activities.filter.as_deref().map(Filter::new),
            humans_only: !asks_agent,
            asks_more,
        }
    }

    /// Whether activities of this kind can match.
    pub(super) fn takes_kind(&self, kind: &str) -> bool {
        self.activities.kinds.iter().any(|pattern| kinds::matches(pattern, kind))
    }

    /// Whether an activity of a kind that it takes matches.
    pub(super) fn takes(&self, activity: &Activity) -> bool {
        if self.humans_only && activity.agent != Agent::Human {
            return false;
        }
        self.filter.as_ref().is_none_or(|filter| filter.judge(activity).is_true())
    }
}

impl Filter {
    fn new(condition: &Condition) -> Filter {
        let all = |parts: &[Condition]| parts.iter().map(Filter::new).collect();
        match condition {
            Condition::Constant(value) => Filter::Constant(Truth::from(*value)),
            Condition::All(parts) => Filter::All(all(parts)),
            Condition::Any(parts) => Filter::Any(all(parts)),
            Condition::Not(part) => Filter::Not(Box::new(Filter::new(part))),
            Condition::Compare { left, op, right } => {
                Filter::Compare(Operand::new(left), *op, Operand::new(right))
            }
            Condition::OneOf { term, list } => {
                Filter::OneOf(Operand::new(term), list.iter().map(Written::from).collect())
            }
            Condition::Holds { term, item } => {
                Filter::Holds(Operand::new(term), item.as_str().into())
            }
            Condition::Text { term, test, with } => {
                Filter::Text(Operand::new(term), Tester::new(*test, with))
            }
            Condition::Is(term) => Filter::Is(Operand::new(term)),
            Condition::Known(term) => Filter::Known(Operand::new(term)),
            // No filter parses to these.
            Condition::Did { .. }
            | Condition::TwoWay { .. }
            | Condition::Decided(_)
            | Condition::Somebody(_) => Filter::Constant(Truth::Unknown),
        }
    }

    fn judge(&self, activity: &Activity) -> Truth {
        match self {
            Filter::Constant(truth) => *truth,
            Filter::All(parts) => {
                parts.iter().fold(Truth::True, |all, part| all.and(part.judge(activity)))
            }
            Filter::Any(parts) => {
                parts.iter().fold(Truth::False, |any, part| any.or(part.judge(activity)))
            }
            Filter::Not(part) => !part.judge(activity),
            Filter::Compare(left, op, right) => {
                left.seen(activity).compare(*op, right.seen(activity))
            }
            Filter::OneOf(operand, list) => operand.seen(activity).one_of(list),
            Filter::Holds(operand, item) => operand.seen(activity).holds(item),
            Filter::Text(operand, tester) => tester.test(operand.seen(activity)),
            Filter::Is(operand) => operand.seen(activity).truth(),
            Filter::Known(operand) => Truth::from(!matches!(operand.seen(activity), Seen::Unknown)),
        }
    }
}

impl Operand {
    fn new(term: &Term) -> Operand {
        match term {
            Term::Literal(literal) => Operand::Written(Written::from(literal)),
            Term::Field(name) => match name.as_str() {
                "kind" => Operand::Kind,
                "channel" => Operand::Channel,
                "direction" => Operand::Direction,
                "agent" => Operand::Agent,
                "campaign" => Operand::Campaign,
                name => Operand::Property(name.into()),
            },
            // No filter parses to these.
            _ => Operand::Written(Written::from(&Literal::Bool(false))),
        }
    }

    fn seen<'a>(&'a self, activity: &'a Activity) -> Seen<'a> {
        let text = |text: Option<&'a str>| text.map_or(Seen::Unknown, Seen::Text);
        match self {
            Operand::Written(written) => written.seen(),
            Operand::Kind => Seen::Text(activity.kind.as_str()),
            Operand::Channel => text(activity.channel.map(|channel| channel.as_str())),
            Operand::Direction => text(activity.direction.map(|direction| direction.as_str())),
            Operand::Agent => Seen::Text(activity.agent.as_str()),
            Operand::Campaign => text(activity.campaign.as_deref()),
            Operand::Property(name) => {
                let found = activity.properties.iter().find(|(key, _)| key == name);
                match found {
                    Some((_, value)) => Seen::of(value),
                    // What does not say that it went to many went to one.
                    None if &**name == "bulk" => Seen::Truth(Truth::False),
                    None => Seen::Unknown,
                }
            }
        }
    }
}
