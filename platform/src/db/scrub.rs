//! Scrubbing: what was deleted leaves no trace in the database's files.
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Db, FILE, Location, postgres};
use crate::Failure;

/// How long a scrub waits for others who write.
const WAIT: Duration = Duration::from_secs(60);

impl Db {
    /// Writes the database anew without what was deleted, and empties its log. Takes as long as the database is large,
    /// and on SQLite others wait to write meanwhile. On PostgreSQL dead rows are given up; its own log and archives of
    /// it are the server's.
    ///
    /// Blocks; not for threads that drive futures.
    ///
    /// # Errors
    /// `Broken` if it cannot be written, or somebody reads the SQLite file for too long.
    pub fn scrub_blocking(&self) -> Result<(), Failure> {
        match self.location() {
            Location::Folder(folder) => {
                let scrub = || -> rusqlite::Result<()> {
                    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
                    let file = Connection::open_with_flags(folder.join(FILE), flags)?;
                    file.busy_timeout(WAIT)?;
                    file.execute_batch("vacuum; pragma wal_checkpoint(truncate);")
                };
                scrub().map_err(|error| {
                    Failure::Broken(anyhow::Error::from(error).context("scrubbing the database"))
                })
            }
            Location::Postgres(address) => {
                let mut session = postgres::Session::new(postgres::parse(address)?);
                session.batch("vacuum").map_err(Failure::from)
            }
        }
    }
}
