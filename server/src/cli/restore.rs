//! `sluice restore`

use std::path::PathBuf;

use clap::Args;
use platform::failure::Failure;
use platform::files::Files;
use serde_json::json;

use super::backup::files_beside;
use crate::house::{House, migrations, usable};
use crate::say::Outcome;

/// Put a backup back where nothing is yet
#[derive(Args)]
#[command(
    long_about = "Puts a backup that `sluice backup` wrote back: one of SQLite into an empty folder, one of PostgreSQL into an empty \
        database, with the files beside it. It is checked first, and nothing is ever overwritten.\n\n\
        A backup of an older Sluice is brought up to date when it is opened the next time. To move a workspace from one \
        database to the other there is `sluice workspace export`.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/restored restore /backup/north-2026-11-30.db && sluice --data /srv/restored verify\n  \
        sluice --data /srv/restored --database postgres://sluice@db/restored restore /backup/north-2026-11-30.dump"
)]
pub(crate) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Restore {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        house.must_operate()?;
        usable(house.folder())?;
        let location = house.location();
        location.restore(&self.file, &migrations())?;
        let beside = files_beside(&self.file);
        let files = match beside.is_dir() {
            true => Files::new(house.folder()).copy_from(&beside)?,
            false => 0,
        };
        let app = house.open_begun()?;
        let people = app.db.read_blocking(people::count)?;
        let value = json!({ "file": self.file, "people": people, "files": files });
        house.mouth.result(&value, |_| {
            format!(
                "{location}: {people} people and {files} files are back. `sluice verify` proves it."
            )
        })?;
        Ok(Outcome::Done)
    }
}
