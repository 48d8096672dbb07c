//! The job that takes removed notes away for good, with what hung on them.

use platform::app::App;
use platform::jobs::{self, Again, Job, Run};
use serde_json::{Value, json};

use crate::remove::KEPT_FOR;
use crate::{file, store};

/// The job's name.
pub const DROP_REMOVED: &str = "notes.drop-removed";

/// Takes away what was removed a day ago. May run twice.
pub struct DropRemoved;

impl Job for DropRemoved {
    fn name(&self) -> &'static str {
        DROP_REMOVED
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let now = app.clock.now();
        let mut gone = 0;
        loop {
            run.checkpoint()?;
            let ticket = run.ticket();
            let count = app.db.write_blocking(move |tx| {
                let ids = store::removed(tx, now - KEPT_FOR)?;
                let files = file::drop_of_notes(tx, &ids)?;
                store::drop_notes(tx, &ids)?;
                if !files.is_empty() {
                    let files = json!({ "files": files });
                    jobs::enqueue(tx, people::erase::DROP_FILES, None, &files, now)?;
                }
                ticket.save_progress(tx, &json!({ "notes": ids.len() }))?;
                Ok(ids.len())
            })?;
            gone += count;
            if count == 0 {
                return Ok(json!({ "notes": gone }));
            }
        }
    }
}
