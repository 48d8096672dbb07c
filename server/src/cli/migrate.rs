//! `sluice migrate`

use clap::Args;
use platform::failure::Failure;
use serde_json::json;

use crate::house::{self, House};
use crate::say::{Outcome, table};

/// Bring the database up to date
#[derive(Args)]
#[command(
    long_about = "Brings the database up to date with this program and says which steps that took. `sluice serve` and \
        every other command do the same when they start; this is for whoever wants to do it apart, e.g. before \
        several servers start on one PostgreSQL.\n\n\
        A step runs whole or not at all. Take a backup first: a step is not undone.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/north backup before.db && sluice --data /srv/north migrate\n  \
        sluice migrate --check        only say what is pending; exit code 3 if anything is"
)]
pub(crate) struct Migrate {
    /// Change nothing, only say what is pending
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let migrations = house::migrations();
        let before = house.steps()?;
        let after = if self.check {
            before.clone()
        } else {
            house.open()?.db.steps_blocking(&migrations)?
        };
        let is_pending = after.iter().any(|step| !step.applied);
        let steps: Vec<_> = after
            .iter()
            .map(|step| {
                let was = before
                    .iter()
                    .any(|b| b.applied && b.slice == step.slice && b.name == step.name);
                let state = match (was, step.applied) {
                    (true, _) => "there already",
                    (false, true) => "done now",
                    (false, false) => "pending",
                };
                (format!("{}/{}", step.slice, step.name), state)
            })
            .collect();
        let value = json!({
            "up_to_date": !is_pending,
            "steps": steps.iter().map(|(step, state)| json!({ "step": step, "state": state })).collect::<Vec<_>>(),
        });
        house.mouth.result(&value, |ink| {
            let rows: Vec<_> =
                steps.iter().map(|(step, state)| vec![step.clone(), (*state).to_owned()]).collect();
            let verdict = if is_pending {
                ink.odd("Not up to date: run `sluice migrate`.")
            } else {
                ink.good("Up to date.")
            };
            format!("{}{verdict}", table(&rows))
        })?;
        Ok(if is_pending { Outcome::Differences } else { Outcome::Done })
    }
}
