//! The English form: what a condition asks, in the words of people.

use super::{Activities, Condition, Literal, Op, Score, Term, TextTest, Unit, Window};

/// A condition in English, still in parts, so that a page can draw them.
#[derive(Clone, Debug, PartialEq)]
pub enum English {
    /// One thing asked: `replied to an e-mail in the last 30 days`.
    Phrase(String),
    /// All of these.
    All(Vec<English>),
    /// One of these at least.
    Any(Vec<English>),
    /// Not this.
    Not(Box<English>),
}

impl Condition {
    /// The condition in English, in parts.
    pub fn in_english(&self) -> English {
        match self {
            Condition::All(parts) => English::All(parts.iter().map(Self::in_english).collect()),
            Condition::Any(parts) => English::Any(parts.iter().map(Self::in_english).collect()),
            Condition::Not(part) => match &**part {
                Condition::Did { activities, window } => {
                    English::Phrase(not_did(activities, *window))
                }
                Condition::Known(term) => English::Phrase(format!("{} is not known", noun(term))),
                Condition::Decided(part) => decided("it is not known whether", part),
                Condition::Is(term) => English::Phrase(is(term, false)),
                other => English::Not(Box::new(other.in_english())),
            },
            Condition::Constant(true) => English::Phrase("always".to_owned()),
            Condition::Constant(false) => English::Phrase("never".to_owned()),
            Condition::Compare { left, op, right } => English::Phrase(compare(left, *op, right)),
            Condition::OneOf { term, list } => {
                let list: Vec<String> = list.iter().map(literal).collect();
                English::Phrase(format!("{} is {}", noun(term), listed(&list)))
            }
            Condition::Holds { term, item } => {
                English::Phrase(format!("{} include {item}", noun(term)))
            }
            Condition::Text { term, test, with } => {
                English::Phrase(format!("{} {} {with}", noun(term), tests(*test)))
            }
            Condition::Is(term) => English::Phrase(is(term, true)),
            Condition::Did { activities, window } => English::Phrase(did(activities, *window)),
            Condition::TwoWay { window } => {
                English::Phrase(format!("both sides have spoken{}", within(*window)))
            }
            Condition::Known(term) => English::Phrase(format!("{} is known", noun(term))),
            Condition::Decided(part) => decided("it is known whether", part),
            Condition::Somebody(part) => {
                English::Phrase(format!("somebody there meets ({})", part.in_english()))
            }
        }
    }
}

impl std::fmt::Display for English {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let join = |f: &mut std::fmt::Formatter<'_>, parts: &[English], word: &str| {
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    English::All(_) | English::Any(_) => write!(f, "({part})")?,
                    _ => part.fmt(f)?,
                }
            }
            Ok(())
        };
        match self {
            English::Phrase(phrase) => f.write_str(phrase),
            English::All(parts) => join(f, parts, "and"),
            English::Any(parts) => join(f, parts, "or"),
            English::Not(part) => match &**part {
                English::Phrase(phrase) => write!(f, "not: {phrase}"),
                part => write!(f, "not ({part})"),
            },
        }
    }
}

fn decided(says: &str, part: &Condition) -> English {
    English::Phrase(match part.in_english() {
        English::Phrase(phrase) => format!("{says} {phrase}"),
        parts => format!("{says} ({parts})"),
    })
}

/// What the well-known kinds say of whoever did them.
const DEEDS: &[(&str, &str)] = &[
    ("*", "did anything"),
    ("page.viewed", "viewed a page"),
    ("form.submitted", "submitted a form"),
    ("asset.downloaded", "downloaded something"),
    ("newsletter.subscribed", "subscribed to the newsletter"),
    ("webinar.registered", "registered for a webinar"),
    ("webinar.attended", "attended a webinar"),
    ("webinar.*", "registered for or attended a webinar"),
    ("chat.started", "started a chat"),
    ("chat.answered", "was answered in a chat"),
    ("cart.abandoned", "abandoned a cart"),
    ("referral.received", "was referred to us"),
    ("feed.purchased", "was bought from a lead feed"),
    ("survey.answered", "answered a survey"),
    ("email.sent", "was sent an e-mail"),
    ("email.delivered", "had an e-mail delivered"),
    ("email.opened", "opened an e-mail"),
    ("email.clicked", "clicked in an e-mail"),
    ("email.replied", "replied to an e-mail"),
    ("email.received", "wrote an e-mail"),
    ("email.bounced", "had an e-mail bounce"),
    ("email.complained", "complained about an e-mail"),
    ("email.unsubscribed", "unsubscribed"),
    ("call.made", "was called"),
    ("call.received", "called"),
    ("call.connected", "spoke on the phone"),
    ("meeting.booked", "booked a meeting"),
    ("meeting.held", "met us"),
    ("demo.requested", "asked for a demo"),
    ("demo.held", "saw a demo"),
    ("trial.started", "started a trial"),
    ("proposal.sent", "was sent a proposal"),
    ("proposal.viewed", "viewed a proposal"),
    ("deal.opened", "had a deal opened"),
    ("deal.moved", "had a deal moved"),
    ("deal.won", "bought: a deal was won"),
    ("deal.lost", "did not buy: a deal was lost"),
    ("handoff.accepted", "was accepted by sales"),
    ("handoff.rejected", "was rejected by sales"),
    ("product.*", "used the product"),
    ("form.*", "dealt with a form"),
    ("email.*", "exchanged e-mail"),
    ("call.*", "had a call"),
];

fn deed(kind: &str) -> String {
    DEEDS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or_else(|| format!("did {kind}"), |(_, deed)| (*deed).to_owned())
}

fn did(activities: &Activities, window: Option<Window>) -> String {
    format!("{}{}", deeds(activities), within(window))
}

/// That none of it happened: "not replied to an e-mail", "did nothing".
fn not_did(activities: &Activities, window: Option<Window>) -> String {
    let deeds: Vec<String> = activities.kinds.iter().map(|kind| deed(kind)).collect();
    // What is explained is denied in its explanation: "bought: a deal was won", "no deal was won".
    let explained = |one: &str| one.split_once(": a ").map(|(_, words)| format!("no {words}"));
    let deeds = match deeds.as_slice() {
        [one] if one == "did anything" => "did nothing".to_owned(),
        [one] => explained(one).unwrap_or_else(|| match one.strip_prefix("did ") {
            Some(kind) => format!("did no {kind}"),
            None => format!("not {one}"),
        }),
        several if several.iter().any(|one| one.starts_with("did ") || one.contains(": ")) => {
            format!("none of these: {}", listed(several))
        }
        others => format!("not {}", listed(others)),
    };
    format!("{}{}", filtered(deeds, activities), within(window))
}

fn deeds(activities: &Activities) -> String {
    let deeds: Vec<String> = activities.kinds.iter().map(|kind| deed(kind)).collect();
    filtered(listed(&deeds), activities)
}

/// With what is asked of each of them.
fn filtered(deeds: String, activities: &Activities) -> String {
    match &activities.filter {
        Some(filter) => format!("{deeds} ({})", filter.in_english()),
        None => deeds,
    }
}

fn within(window: Option<Window>) -> String {
    match window {
        None => String::new(),
        Some(Window::Last(length)) => format!(" in the last {}", span(length.count, length.unit)),
        Some(Window::Dwell) => " since the stage was entered".to_owned(),
    }
}

fn span(count: u32, unit: Unit) -> String {
    let unit = unit.as_str();
    if count == 1 { format!("1 {}", unit.trim_end_matches('s')) } else { format!("{count} {unit}") }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Bool(true) => "yes".to_owned(),
        Literal::Bool(false) => "no".to_owned(),
        Literal::Number(number) => number.to_string(),
        Literal::Text(text) => text.clone(),
        Literal::Length(length) => span(length.count, length.unit),
        Literal::Date(day) => format!("{:.10}", day.to_string()),
    }
}

fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What a term is called: `company.employees` is "company employees".
fn noun(term: &Term) -> String {
    match term {
        Term::Literal(value) => literal(value),
        Term::Fact(name) => {
            name.trim_start_matches("person.").replace("custom.", "").replace(['.', '_'], " ")
        }
        Term::Field(name) => name.replace(['.', '_'], " "),
        Term::Score(Score::Likelihood) => "likelihood to buy".to_owned(),
        Term::Score(score) => score.as_str().to_owned(),
        Term::Criterion(name) => name.replace('_', " "),
        Term::Stage => "stage".to_owned(),
        Term::People => "people who work there".to_owned(),
        Term::Kind => "kind".to_owned(),
        Term::Temperature => "temperature".to_owned(),
        Term::Met(names) => format!("how many of {} hold", names.join(", ").replace('_', " ")),
        Term::Count { activities, window } => {
            format!("how often they {}{}", deeds(activities), within(*window))
        }
        Term::Since(activities) => format!("time since they {}", deeds(activities)),
        Term::Dwell => "time in the stage".to_owned(),
    }
}

fn is(term: &Term, yes: bool) -> String {
    match (term, yes) {
        (Term::Criterion(_), true) => format!("{}: yes", noun(term)),
        (Term::Criterion(_), false) => format!("{}: no", noun(term)),
        (_, true) => format!("{} is true", noun(term)),
        (_, false) => format!("{} is not true", noun(term)),
    }
}

fn tests(test: TextTest) -> &'static str {
    match test {
        TextTest::Starts => "starts with",
        TextTest::Contains => "contains",
        TextTest::Matches => "matches",
    }
}

fn compare(left: &Term, op: Op, right: &Term) -> String {
    if let (Term::Met(names), Term::Literal(Literal::Number(number))) = (left, right) {
        let names = names.join(", ").replace('_', " ");
        let of = names.split(", ").count();
        return format!("{} {number} of {of} hold ({names})", amount(op));
    }
    if let (Term::Count { activities, window }, Term::Literal(Literal::Number(number))) =
        (left, right)
    {
        let times = if number.to_bits() == 1.0_f64.to_bits() { "time" } else { "times" };
        return format!("{}{} {} {number} {times}", deeds(activities), within(*window), amount(op));
    }
    if let (Term::Since(activities), Term::Literal(Literal::Length(length))) = (left, right) {
        let ago = span(length.count, length.unit);
        let amount = if op == Op::Less { "less than" } else { amount(op) };
        return format!("last {} {amount} {ago} ago", deeds(activities));
    }
    format!("{} is {}{}", noun(left), words(op), noun(right))
}

/// Before a count.
fn amount(op: Op) -> &'static str {
    match op {
        Op::Equal => "exactly",
        Op::Unequal => "other than",
        Op::Less => "fewer than",
        Op::AtMost => "at most",
        Op::More => "more than",
        Op::AtLeast => "at least",
    }
}

/// Before a value.
fn words(op: Op) -> &'static str {
    match op {
        Op::Equal => "",
        Op::Unequal => "not ",
        Op::Less => "below ",
        Op::AtMost => "at most ",
        Op::More => "above ",
        Op::AtLeast => "at least ",
    }
}
