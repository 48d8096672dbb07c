//! The text form. What is printed parses to the same tree, and a formatted text prints to itself.

use std::fmt::{self, Display, Formatter, Write};

use super::{Activities, Condition, Length, Literal, Term, Window};

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Constant(value) => write!(f, "{value}"),
            Condition::Any(parts) => joined(f, parts, " || ", |_| false),
            Condition::All(parts) => {
                joined(f, parts, " && ", |part| matches!(part, Condition::Any(_)))
            }
            Condition::Not(part) => {
                let bare = !matches!(
                    **part,
                    Condition::Any(_)
                        | Condition::All(_)
                        | Condition::Compare { .. }
                        | Condition::OneOf { .. }
                        | Condition::Holds { .. }
                );
                if bare { write!(f, "!{part}") } else { write!(f, "!({part})") }
            }
            Condition::Compare { left, op, right } => write!(f, "{left} {} {right}", op.as_str()),
            Condition::OneOf { term, list } => {
                write!(f, "{term} in [")?;
                commas(f, list)?;
                f.write_char(']')
            }
            Condition::Holds { term, item } => {
                quoted(f, item)?;
                write!(f, " in {term}")
            }
            Condition::Text { term, test, with } => {
                write!(f, "{term}.{}(", test.as_str())?;
                quoted(f, with)?;
                f.write_char(')')
            }
            Condition::Is(term) => term.fmt(f),
            Condition::Did { activities, window } => call(f, "did", activities, *window),
            Condition::TwoWay { window: None } => f.write_str("two_way()"),
            Condition::TwoWay { window: Some(window) } => write!(f, "two_way({window})"),
            Condition::Known(term) => write!(f, "known({term})"),
            // Of a term by itself it would be asked whether that is known.
            Condition::Decided(part) => match **part {
                Condition::Is(_) | Condition::Constant(_) => write!(f, "known(({part}))"),
                _ => write!(f, "known({part})"),
            },
            Condition::Somebody(part) => write!(f, "somebody({part})"),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Term::Literal(literal) => literal.fmt(f),
            Term::Fact(name) | Term::Field(name) => f.write_str(name),
            Term::Score(score) => write!(f, "score.{}", score.as_str()),
            Term::Criterion(name) => write!(f, "criterion.{name}"),
            Term::Stage => f.write_str("stage"),
            Term::People => f.write_str("people"),
            Term::Kind => f.write_str("kind"),
            Term::Temperature => f.write_str("temperature"),
            Term::Met(names) => {
                f.write_str("met(")?;
                for (i, name) in names.iter().enumerate() {
                    write!(f, "{}criterion.{name}", if i == 0 { "" } else { ", " })?;
                }
                f.write_char(')')
            }
            Term::Count { activities, window } => call(f, "count", activities, *window),
            Term::Since(activities) => call(f, "since", activities, None),
            Term::Dwell => f.write_str("dwell()"),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(value) => write!(f, "{value}"),
            Literal::Number(number) => write!(f, "{number}"),
            Literal::Text(text) => quoted(f, text),
            Literal::Length(length) => length.fmt(f),
            Literal::Date(day) => write!(f, "date(\"{:.10}\")", day.to_string()),
        }
    }
}

impl Display for Length {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.unit.as_str(), self.count)
    }
}

impl Display for Window {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Window::Last(length) => length.fmt(f),
            Window::Dwell => f.write_str("dwell()"),
        }
    }
}

fn call(
    f: &mut Formatter<'_>,
    name: &str,
    activities: &Activities,
    window: Option<Window>,
) -> fmt::Result {
    write!(f, "{name}(")?;
    match activities.kinds.as_slice() {
        [kind] => quoted(f, kind)?,
        kinds => {
            f.write_char('[')?;
            for (i, kind) in kinds.iter().enumerate() {
                f.write_str(if i == 0 { "" } else { ", " })?;
                quoted(f, kind)?;
            }
            f.write_char(']')?;
        }
    }
    if let Some(window) = window {
        write!(f, ", {window}")?;
    }
    if let Some(filter) = &activities.filter {
        write!(f, ", {filter}")?;
    }
    f.write_char(')')
}

fn joined(
    f: &mut Formatter<'_>,
    parts: &[Condition],
    between: &str,
    wraps: impl Fn(&Condition) -> bool,
) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        if wraps(part) { write!(f, "({part})")? } else { part.fmt(f)? }
    }
    Ok(())
}

fn commas(f: &mut Formatter<'_>, list: &[Literal]) -> fmt::Result {
    for (i, literal) in list.iter().enumerate() {
        write!(f, "{}{literal}", if i == 0 { "" } else { ", " })?;
    }
    Ok(())
}

/// A text in double quotes, as a condition holds it.
pub(super) fn quote(text: &str) -> String {
    Literal::Text(text.to_owned()).to_string()
}

/// A text in double quotes, with what would end or change it escaped.
fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
