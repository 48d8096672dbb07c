//! `sluice backup`

use std::path::{Path, PathBuf};

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
        Files that were uploaded and are still needed are copied into a folder beside it, FILE.files, if there are any; \
        keep the two together. `sluice restore` puts them back.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/north backup /backup/north-$(date +%F).db\n  \
        sluice --data restored restore /backup/north-2026-11-30.db && sluice --data restored verify"
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
        // Before and after: what the backup names is in one of the two.
        let folder = files_beside(&self.file);
        let is_new = !self.file.exists();
        let before = if is_new { app.files.copy_to(&folder)? } else { 0 };
        let backup = app.db.backup_to(&self.file)?;
        let files = before + app.files.copy_to(&folder)?;
        app.db.write_blocking(move |tx| settings::save(tx, LAST_BACKUP, &now.to_string()))?;
        let value = json!({ "file": backup.path, "bytes": backup.bytes, "files": files });
        house.mouth.result(&value, |_| {
            let beside = match files {
                0 => String::new(),
                _ => format!("; {files} files in {}", folder.display()),
            };
            let bytes = backup.bytes as f64 / 1e6;
            format!("{}: {bytes:.1} MB, as of {now}{beside}", backup.path.display())
        })?;
        Ok(Outcome::Done)
    }
}

/// The folder of a backup's files.
pub(super) fn files_beside(file: &Path) -> PathBuf {
    let mut folder = file.as_os_str().to_owned();
    folder.push(".files");
    PathBuf::from(folder)
}
