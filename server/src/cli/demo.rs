//! `sluice demo`

use clap::Args;
use platform::failure::Failure;

use super::job;
use crate::demo;
use crate::house::{House, asking};
use crate::say::Outcome;

/// Fill an empty workspace with a believable story
#[derive(Args)]
#[command(
    long_about = "Fills an empty workspace with a story of two years: companies and their people, what they did, what \
        was said, who bought. It is invented; the same seed tells the same story. A demo that was interrupted goes on \
        where it was.",
    after_long_help = "Examples:\n  \
        sluice --data demo-data demo && sluice --data demo-data serve\n  \
        sluice --data big demo --people 1000000 --seed 7"
)]
pub(crate) struct Tell {
    /// How many people the story has
    #[arg(long, value_name = "COUNT", default_value_t = demo::PEOPLE_USUAL)]
    people: usize,
    /// Which story is told
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

impl Tell {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open()?;
        let asking = asking(&app);
        let now = app.clock.now();
        let Tell { people, seed } = self;
        let job = app.db.write_blocking(move |tx| demo::start(tx, asking, people, seed, now))?;
        let told = {
            let progress = house.mouth.progress("telling");
            job::run(&app, &house.jobs(), job, &progress, ("done", "total"))?
        };
        house.mouth.result(&told, |_| {
            let count = |name: &str| told.get(name).map(ToString::to_string).unwrap_or_default();
            format!(
                "{} people of {} companies, {} entries in their histories. See them with `sluice serve`.",
                count("people"),
                count("companies"),
                count("entries")
            )
        })?;
        Ok(Outcome::Done)
    }
}
