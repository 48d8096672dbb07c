//! `sluice verify`

use clap::Args;
use platform::failure::Failure;

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
        Exit code 3 if there is a difference."
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
                text.push_str(&format!(
                    "{} under {}: {} is stored as {} and folds to {}\n",
                    difference.of,
                    difference.lens,
                    difference.what,
                    difference.stored,
                    difference.folded
                ));
            }
            let of = format!(
                "{} people with {} entries under {} lenses",
                found.people, found.entries, found.lenses
            );
            let verdict = match found.differences {
                0 => ink.good("no difference"),
                1 => ink.bad("1 difference"),
                count => ink.bad(format!("{count} differences")),
            };
            format!("{text}{of}: {verdict}.")
        })?;
        Ok(if found.differences == 0 { Outcome::Done } else { Outcome::Differences })
    }
}
