//! `sluice backup`

use std::path::PathBuf;

use clap::Args;
use platform::failure::Failure;
use platform::settings;
use serde_json::json;

use crate::house::House;
use crate::say::Outcome;

/// The setting that holds when the last backup was made; `sluice doctor` reads it.
pub(crate) const LAST_BACKUP: &str = "backup.last_at";

/// Write a backup while everything goes on
#[derive(Args)]
#[command(
    long_about = "Writes the database as it is at one moment to a file, while the server goes on working. Of SQLite it \
        is a database file, checked before it gets its name; of PostgreSQL an archive of pg_dump. An existing file is \
        never overwritten, and one that could not be finished is not left behind.\n\n\
        To restore: stop the server, then copy a SQLite backup to sluice.db in an empty folder, or run pg_restore \
        into an empty database. The files that were imported lie beside the database, in the folder `files`; copy \
        that folder, too.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/north backup /backup/north-$(date +%F).db\n  \
        mkdir -m 700 restored && cp north.db restored/sluice.db && sluice --data restored doctor"
)]
pub(crate) struct Backup {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open_begun()?;
        let now = app.clock.now();
        let backup = app.db.backup_to(&self.file)?;
        app.db.write_blocking(move |tx| settings::save(tx, LAST_BACKUP, &now.to_string()))?;
        let value = json!({ "file": backup.path, "bytes": backup.bytes });
        house.mouth.result(&value, |_| {
            format!("{}: {:.1} MB, as of {now}", backup.path.display(), backup.bytes as f64 / 1e6)
        })?;
        Ok(Outcome::Done)
    }
}
