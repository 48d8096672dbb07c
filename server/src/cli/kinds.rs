//! `sluice kinds`: who stands where as which kind, and what was paid for them.

use clap::Args;
use funnels::kinds::{KindLine, KindsView, Paid, kinds};
use people::pages::money::money;
use platform::failure::Failure;

use super::reading;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Show how many are which kind at each stage, and what was paid for them
#[derive(Args)]
#[command(
    long_about = "Shows how many people stand at each stage as which kind of the definition, and what was paid to lead feeds for \
        them: the `cost_minor` and `currency` of their `feed.purchased` activities, by currency. A purchase that names no \
        price is counted by itself: what it cost is not known.",
    after_long_help = "Examples:\n  \
        sluice kinds\n  \
        sluice kinds --lens Sales --json | jq '.lines[] | {stage, kind, people, paid}'"
)]
pub(crate) struct Kinds {
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

impl Kinds {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let found = app.db.read_blocking(move |tx| kinds(tx, asking, self.lens.as_deref()))?;
        house.mouth.result(&found, |ink| shown(&found, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(found: &KindsView, ink: Ink) -> String {
    let heads = ["Stage", "Kind", "People", "Bought", "Paid", "For each bought"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(found.lines.iter().map(|line| {
        row(line.stage.to_string(), line.kind.clone().unwrap_or_else(|| "-".to_owned()), line)
    }));
    rows.push(row("all".to_owned(), String::new(), &found.total));
    format!("{}\n{}", ink.strong(format!("Kinds under {}", found.lens)), table(&rows))
}

fn row(stage: String, kind: String, line: &KindLine) -> Vec<String> {
    let said = |of: fn(&Paid) -> i64| {
        let amounts: Vec<String> =
            line.paid.iter().map(|paid| money(of(paid), &paid.currency)).collect();
        amounts.join(" + ")
    };
    let mut total = said(|paid| paid.total_minor);
    if line.unpriced > 0 {
        let more = if total.is_empty() { "" } else { " + " };
        total.push_str(&format!("{more}{} without a price", line.unpriced));
    }
    let each = said(|paid| paid.each_minor);
    vec![stage, kind, line.people.to_string(), line.bought.to_string(), total, each]
}
