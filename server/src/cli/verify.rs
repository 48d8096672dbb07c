//! `sluice verify`

use clap::Args;
use funnels::verify::Difference;
use platform::failure::Failure;
use platform::page::words::counted;

use crate::house::House;
use crate::say::Outcome;

/// Fold everybody again, and compare with what is stored
#[derive(Args)]
#[command(
    long_about = "Folds the whole history of everybody again under every definition and compares what comes of it, \
        standings, transitions with their receipts, and counts, with what is stored. They must be the same, for live \
        operation and replay are the same function. Works beside a running server, on one snapshot.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/north verify\n  \
        sluice verify --json | jq .differences\n\n\
        Exit code 3 if there is a difference; 1, with `being_stood_anew`, while a job stands everybody anew: \
        verify after it."
)]
pub(crate) struct Verify {}

impl Verify {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open_begun()?;
        let progress = house.mouth.progress("verifying");
        let found =
            funnels::verify::verify(&app, move |done, total| progress.set(done, Some(total)))?;
        house.mouth.result(&found, |ink| {
            let mut text = String::new();
            for difference in &found.told {
                text.push_str(&told(difference));
            }
            if found.differences > found.told.len() as u64 {
                text.push_str(&format!(
                    "… and {} more\n",
                    found.differences - found.told.len() as u64
                ));
            }
            let of = format!(
                "{} with {} under {}",
                some(found.people, "person", "people"),
                some(found.entries, "entry", "entries"),
                some(u64::try_from(found.lenses).unwrap_or(u64::MAX), "lens", "lenses")
            );
            let verdict = match found.differences {
                0 => ink.good("no difference"),
                count => ink.bad(some(count, "difference", "differences")),
            };
            format!("{text}{of}: {verdict}.")
        })?;
        Ok(if found.differences == 0 { Outcome::Done } else { Outcome::Differences })
    }
}

/// A difference in words: of whom or what, under which lens, what is stored, and what the fold says.
fn told(difference: &Difference) -> String {
    let Difference { of, lens, what, stored, folded } = difference;
    let under = if lens.is_empty() { String::new() } else { format!(" under {lens}") };
    format!("{of}{under}, {what}: stored is {stored}; the fold says {folded}\n")
}

fn some(count: u64, one: &str, many: &str) -> String {
    counted(i64::try_from(count).unwrap_or(i64::MAX), one, many)
}
