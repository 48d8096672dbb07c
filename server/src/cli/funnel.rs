//! `sluice funnel`

use clap::Args;
use funnel::Stage;
use platform::failure::Failure;
use serde_json::{Map, Value, json};

use super::reading;
use crate::house::{House, asking};
use crate::say::{Outcome, table};

/// Show how many people stand where
#[derive(Args)]
#[command(
    long_about = "Shows how many people stand at each stage under the definition in force, and how they came there.",
    after_long_help = "Examples:\n  \
        sluice funnel\n  \
        sluice --data /srv/north funnel --json | jq .stages.prospect\n  \
        sluice funnel --days 90                only the moves of those who came in since then"
)]
pub(crate) struct Funnel {
    /// Show the moves of those who came in during so many days, instead of everybody's
    #[arg(long, value_name = "COUNT")]
    days: Option<i64>,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

impl Funnel {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let (now, days) = (app.clock.now(), self.days);
        let funnel = app.db.read_blocking(move |tx| {
            let lens = self.lens.as_deref();
            funnels::funnel::funnel(tx, asking, lens, days, now)
        })?;
        let shown: Vec<(Stage, u64)> =
            funnel.tally.iter().copied().filter(|(stage, _)| *stage != Stage::None).collect();
        let stages: Map<String, Value> =
            shown.iter().map(|(stage, count)| (stage.as_str().to_owned(), json!(count))).collect();
        house.mouth.result(&json!({ "stages": stages }), |ink| {
            let row =
                |(stage, count): &(Stage, u64)| vec![stage.as_str().to_owned(), count.to_string()];
            let stages = table(&shown.iter().map(row).collect::<Vec<_>>());
            let moves: Vec<Vec<String>> = funnel
                .moves
                .iter()
                .map(|moved| {
                    let from = if moved.from == Stage::None {
                        moved.via.as_str()
                    } else {
                        moved.from.as_str()
                    };
                    vec![
                        from.to_owned(),
                        format!("-> {}", moved.to.as_str()),
                        moved.count.to_string(),
                    ]
                })
                .collect();
            let title = format!(
                "{}, version {}: {}",
                funnel.lens, funnel.version.version, funnel.version.name
            );
            format!("{}\n{stages}\n{}\n{}", ink.strong(title), ink.strong("Moves"), table(&moves))
        })?;
        Ok(Outcome::Done)
    }
}
