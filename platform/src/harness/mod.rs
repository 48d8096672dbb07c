//! The harness: a small world for a test, on SQLite and on PostgreSQL, with a fixed clock and seeded dice.
//!
//! PostgreSQL is the server that the environment variable `SLUICE_TEST_POSTGRES` names (its user may create
//! databases), else one of our own, started from Debian's programs when a test first needs it, shared by all test
//! processes, and stopped when none has used it for a while.
pub(crate) mod cluster;
mod conformance;

use std::sync::Arc;

use moment::Moment;
use tempfile::TempDir;

use crate::clock::{Clock, FixedClock};
use crate::db::{Db, Dialect, Location, Migrations, Options};
use crate::dice::{Dice, SeededDice};
use crate::files::Files;
use crate::jobs::{self, Registry};
use crate::{App, Slice};

pub use conformance::{equal_schemas, every_statement_prepares};

/// What time it is in a test: 2026-06-30T12:00:00Z.
pub const NOON: Moment = Moment::from_seconds(1_782_820_800);

/// With which seed a test's dice begin.
pub const SEED: u64 = 7;

/// Where a test happens: an empty database with the tables of its slices, gone when this is dropped.
pub struct World {
    /// The program, for verbs.
    pub app: App,
    /// Its database.
    pub db: Db,
    /// Its clock, to be set and advanced.
    pub clock: Arc<FixedClock>,
    /// Its dice.
    pub dice: Arc<SeededDice>,
    /// On which database this is.
    pub dialect: Dialect,
    /// Where its data lies, to open it once more.
    pub location: Location,
    slices: Vec<Migrations>,
    // Dropped last, after the connections.
    _database: Option<cluster::Database>,
    folder: TempDir,
}

/// Runs a test on SQLite, then on PostgreSQL, each in a world of its own.
pub fn both(slices: &[Slice], test: impl Fn(&World)) {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        // Shown only if the test fails.
        println!("on {dialect:?}");
        test(&world(dialect, slices));
    }
}

/// A world on one of the databases.
///
/// # Panics
/// If it cannot be made, with what to install or mend.
pub fn world(dialect: Dialect, slices: &[Slice]) -> World {
    let slices: Vec<Migrations> = slices.iter().map(|slice| slice.migrations).collect();
    let folder = must(tempfile::tempdir(), "a folder for a test");
    let (location, database) = match dialect {
        Dialect::Sqlite => (Location::Folder(folder.path().to_owned()), None),
        Dialect::Postgres => {
            let database = cluster::Database::with_tables(&slices);
            (Location::Postgres(database.address()), Some(database))
        }
    };
    let db = must(Db::open_with(&location, &slices, options()), "a database for a test");
    let clock = Arc::new(FixedClock::at(NOON));
    let dice = Arc::new(SeededDice::new(SEED));
    let files = Files::new(folder.path());
    let app = App::new(
        db.clone(),
        Arc::clone(&clock) as Arc<dyn Clock>,
        Arc::clone(&dice) as Arc<dyn Dice>,
        files,
    );
    World { app, db, clock, dice, dialect, location, slices, _database: database, folder }
}

impl World {
    /// Opens the same database once more, as another process would.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub fn reopened(&self) -> Db {
        must(Db::open_with(&self.location, &self.slices, options()), "the test's database again")
    }

    /// A folder of this test.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The fixed clock's time.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Runs every job that is due.
    ///
    /// # Panics
    /// If one fails, or one is left that waits for another time.
    pub fn drain(&self, registry: &Registry) {
        must(jobs::run_due(&self.app, registry), "running the jobs");
        let left = must(self.db.read_blocking(jobs::list_unwell), "looking for jobs");
        assert!(left.is_empty(), "jobs were left open or died: {left:#?}");
    }
}

/// A test's data may be lost with the machine, and its public ids are the same each time.
fn options() -> Options {
    Options {
        durable: false,
        clock: Arc::new(FixedClock::at(NOON)),
        dice: Arc::new(SeededDice::new(SEED)),
        ..Options::default()
    }
}

fn must<T, E: std::fmt::Display>(result: Result<T, E>, what: &str) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}
