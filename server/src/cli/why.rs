//! `sluice why WHO`

use clap::Args;
use funnel::explain::Explained;
use funnel::receipt::Part;
use funnel::{Stage, Truth};
use funnels::why::{BecauseView, HandView, MoveView, WhyView, seen_in_words};
use platform::failure::Failure;

use super::{dispute, reading};
use crate::house::{House, asking};
use crate::say::{Ink, Outcome};

/// Say why a person stands where they stand
#[derive(Args)]
#[command(
    long_about = "Says why a person stands where they stand: every move with its receipt, which is the rule, the version \
        of the definition, each condition with its value, and the facts and activities that it rests on; then what \
        the next stage asks for.",
    after_long_help = "Examples:\n  \
        sluice why ann@north.example\n  \
        sluice why mql_id:0f3a --json\n  \
        sluice why per_2k9g7m3p4q8rt\n  \
        sluice why \"Ann North\""
)]
pub(crate) struct Why {
    /// An e-mail address, a telephone, an id from outside, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

impl Why {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let why = app.db.read_blocking(move |tx| {
            funnels::why::why(tx, asking, &self.who, self.lens.as_deref(), now)
        })?;
        house.mouth.result(&why, |ink| shown(&why, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(why: &WhyView, ink: Ink) -> String {
    let mut text = format!("{}: {}", ink.strong(&why.name), stage(why.stage));
    for label in
        why.kind.iter().cloned().chain(why.temperature.map(|t| format!("{t:?}").to_lowercase()))
    {
        text.push_str(&format!(", {label}"));
    }
    text.push_str(&format!("\n{}\n", ink.quiet(&why.lens)));
    for criterion in &why.criteria {
        let ask = match (&criterion.ask, criterion.truth) {
            (Some(ask), Truth::Unknown) => format!("  {}", ink.quiet(ask)),
            _ => String::new(),
        };
        text.push_str(&format!("  {} {}{ask}\n", mark(criterion.truth, ink), criterion.name));
    }
    for moved in &why.moves {
        receipt(&mut text, moved, ink);
    }
    if let Some(next) = &why.next {
        text.push_str(&format!("\n{}\n", ink.strong(format!("{} asks for", stage(next.stage)))));
        for part in &next.parts {
            explained(&mut text, part, 1, ink);
        }
    }
    text
}

fn receipt(text: &mut String, moved: &MoveView, ink: Ink) {
    let reason = moved.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let title = format!("{} to {}{reason}", stage(moved.from), stage(moved.to));
    let when = format!("{}, by {}, version {}", moved.at, moved.rule, moved.version);
    text.push_str(&format!("\n{}  {}\n", ink.strong(title), ink.quiet(when)));
    for because in &moved.because {
        judged(text, because, ink);
    }
    if let Some(said) = &moved.by_hand {
        by_hand(text, said);
    }
    for one in &moved.disputes {
        dispute::shown(text, one, ink);
    }
}

fn by_hand(text: &mut String, said: &HandView) {
    let day = |at: moment::Moment| at.to_string();
    let lens = said.lens.as_deref().map_or("every lens".to_owned(), |lens| format!("{lens} alone"));
    let mut lines = vec![format!("counts under {lens}")];
    lines.extend(said.wake_on.map(|at| format!("wakes on {}", day(at))));
    lines.extend(
        said.wake_english.as_ref().map(|english| format!("wakes when this holds: {english}")),
    );
    lines.extend(said.promise.as_ref().map(|promise| match said.promise_by {
        Some(by) => format!("promised: {promise}, by {}", day(by)),
        None => format!("promised: {promise}"),
    }));
    for line in lines {
        text.push_str(&format!("  {line}\n"));
    }
}

fn judged(text: &mut String, because: &BecauseView, ink: Ink) {
    let seen = because
        .seen
        .as_deref()
        .map(|seen| format!(" = {}", seen_in_words(seen)))
        .unwrap_or_default();
    let indent = if because.part == Part::Under { "    " } else { "  " };
    text.push_str(&format!("{indent}{} {}{seen}\n", mark(because.truth, ink), because.english));
    for rest in &because.rests_on {
        let source = rest.source.as_ref().map(|source| format!(", {source}")).unwrap_or_default();
        text.push_str(&format!(
            "      {}\n",
            ink.quiet(format_args!("{}{source}, {}", rest.what, rest.at))
        ));
    }
}

pub(super) fn explained(text: &mut String, part: &Explained, depth: usize, ink: Ink) {
    let seen =
        part.seen.as_deref().map(|seen| format!(" = {}", seen_in_words(seen))).unwrap_or_default();
    let indent = "  ".repeat(depth);
    text.push_str(&format!("{indent}{} {}{seen}\n", mark(part.truth, ink), part.english));
    for inner in &part.parts {
        explained(text, inner, depth + 1, ink);
    }
}

/// As in the browser: a shape before a colour.
pub(super) fn mark(truth: Truth, ink: Ink) -> String {
    match truth {
        Truth::True => ink.good("yes    "),
        Truth::False => ink.bad("no     "),
        Truth::Unknown => ink.odd("unknown"),
    }
}

pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::None => "nobody yet",
        other => other.as_str(),
    }
}
