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

/// What a fact is called, where somebody gave it a name: `person.custom.plan` may be "Plan".
pub type Called<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Condition {
    /// The condition in English, in parts.
    pub fn in_english(&self) -> English {
        self.in_english_with(&|_| None)
    }

    /// The same, with facts as they are called here; one that has no name goes by its key.
    pub fn in_english_with(&self, called: Called<'_>) -> English {
        Speech { called }.says(self)
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

/// How conditions are said: with the names that facts have here.
#[derive(Clone, Copy)]
struct Speech<'a> {
    called: Called<'a>,
}

impl Speech<'_> {
    fn says(&self, condition: &Condition) -> English {
        match condition {
            Condition::All(parts) => {
                English::All(parts.iter().map(|part| self.says(part)).collect())
            }
            Condition::Any(parts) => {
                English::Any(parts.iter().map(|part| self.says(part)).collect())
            }
            Condition::Not(part) => match &**part {
                Condition::Did { activities, window } => {
                    English::Phrase(self.not_did(activities, *window))
                }
                Condition::Known(term) => {
                    English::Phrase(format!("{} is not known", self.noun(term)))
                }
                Condition::Decided(part) => self.decided("it is not known whether", part),
                Condition::Is(term) => English::Phrase(self.is(term, false)),
                other => English::Not(Box::new(self.says(other))),
            },
            Condition::Constant(true) => English::Phrase("always".to_owned()),
            Condition::Constant(false) => English::Phrase("never".to_owned()),
            Condition::Compare { left, op, right } => {
                English::Phrase(self.compare(left, *op, right))
            }
            Condition::OneOf { term, list } => {
                let list: Vec<String> = list.iter().map(literal).collect();
                English::Phrase(format!("{} is {}", self.noun(term), listed(&list)))
            }
            Condition::Holds { term, item } => {
                English::Phrase(format!("{} include {item}", self.noun(term)))
            }
            Condition::Text { term, test, with } => {
                English::Phrase(format!("{} {} {with}", self.noun(term), tests(*test)))
            }
            Condition::Is(term) => English::Phrase(self.is(term, true)),
            Condition::Did { activities, window } => English::Phrase(self.did(activities, *window)),
            Condition::TwoWay { window } => {
                English::Phrase(format!("both sides have spoken{}", within(*window)))
            }
            Condition::Known(term) => English::Phrase(format!("{} is known", self.noun(term))),
            Condition::Decided(part) => self.decided("it is known whether", part),
            Condition::Somebody(part) => {
                English::Phrase(format!("somebody there meets ({})", self.says(part)))
            }
        }
    }

    fn decided(&self, says: &str, part: &Condition) -> English {
        English::Phrase(match self.says(part) {
            English::Phrase(phrase) => format!("{says} {phrase}"),
            parts => format!("{says} ({parts})"),
        })
    }

    fn did(&self, activities: &Activities, window: Option<Window>) -> String {
        format!("{}{}", self.deeds(activities), within(window))
    }

    /// That none of it happened: "not replied to an e-mail", "did nothing".
    fn not_did(&self, activities: &Activities, window: Option<Window>) -> String {
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
        format!("{}{}", self.filtered(deeds, activities), within(window))
    }

    fn deeds(&self, activities: &Activities) -> String {
        let deeds: Vec<String> = activities.kinds.iter().map(|kind| deed(kind)).collect();
        self.filtered(listed(&deeds), activities)
    }

    /// With what is asked of each of them.
    fn filtered(&self, deeds: String, activities: &Activities) -> String {
        match &activities.filter {
            Some(filter) => format!("{deeds} ({})", self.says(filter)),
            None => deeds,
        }
    }

    /// What a term is called: `company.employees` is "company employees".
    fn noun(&self, term: &Term) -> String {
        match term {
            Term::Literal(value) => literal(value),
            Term::Fact(name) => (self.called)(name).unwrap_or_else(|| {
                name.trim_start_matches("person.").replace("custom.", "").replace(['.', '_'], " ")
            }),
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
                format!("how often they {}{}", self.deeds(activities), within(*window))
            }
            Term::Since(activities) => format!("time since they {}", self.deeds(activities)),
            Term::Dwell => "time in the stage".to_owned(),
        }
    }

    fn is(&self, term: &Term, yes: bool) -> String {
        match (term, yes) {
            (Term::Criterion(_), true) => format!("{}: yes", self.noun(term)),
            (Term::Criterion(_), false) => format!("{}: no", self.noun(term)),
            (_, true) => format!("{} is true", self.noun(term)),
            (_, false) => format!("{} is not true", self.noun(term)),
        }
    }

    fn compare(&self, left: &Term, op: Op, right: &Term) -> String {
        if let (Term::Met(names), Term::Literal(Literal::Number(number))) = (left, right) {
            let names = names.join(", ").replace('_', " ");
            let of = names.split(", ").count();
            return format!("{} {number} of {of} hold ({names})", amount(op));
        }
        if let (Term::Count { activities, window }, Term::Literal(Literal::Number(number))) =
            (left, right)
        {
            let times = if number.to_bits() == 1.0_f64.to_bits() { "time" } else { "times" };
            return format!(
                "{}{} {} {number} {times}",
                self.deeds(activities),
                within(*window),
                amount(op)
            );
        }
        if let (Term::Since(activities), Term::Literal(Literal::Length(length))) = (left, right) {
            let ago = span(length.count, length.unit);
            let amount = if op == Op::Less { "less than" } else { amount(op) };
            return format!("last {} {amount} {ago} ago", self.deeds(activities));
        }
        format!("{} is {}{}", self.noun(left), words(op), self.noun(right))
    }
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

fn tests(test: TextTest) -> &'static str {
    match test {
        TextTest::Starts => "starts with",
        TextTest::Contains => "contains",
        TextTest::Matches => "matches",
    }
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
