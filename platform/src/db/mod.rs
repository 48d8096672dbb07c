//! The database: SQLite in one file, or PostgreSQL, behind the same verbs.
//!
//! A closure is handed a [`Tx`] and runs in a transaction of its own. `write` answers `Ok` once what was written is on
//! disk; an `Err`, or a panic, undoes that closure and no other. `read` sees one snapshot from begin to end.
//!
//! On SQLite one thread writes; closures that wait are committed as one group, each behind its own savepoint. On
//! PostgreSQL a few threads write, each on its own connection; [`Tx::lock`] makes them wait for each other where it
//! matters. Closures are synchronous and may take long without holding up the web's threads.
mod arg;
mod aside;
mod backup;
mod check;
mod error;
mod figures;
mod made;
mod migrate;
mod open;
mod passing;
mod pool;
mod postgres;
mod queue;
mod row;
mod scrub;
mod shared;
mod sql;
mod sqlite;
mod tx;

use std::any::Any;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

pub use arg::Arg;
pub use backup::Backup;
#[cfg(feature = "harness")]
pub(crate) use backup::newest_program;
pub use check::{Soundness, last_migrated_at};
pub use error::{StatementError, Trouble, trouble_of};
pub use made::{MADE_ARGS_MAX, Made};
pub use migrate::{Migrations, Step, Upgrade, taken_steps};
pub use open::{CONNECTIONS_MAX, Options};
pub use passing::Passing;
pub use row::Row;
pub use shared::ID_BLOCK;
pub use sql::{BUILT_TEXTS_MAX, Dialect, Pair, Sql, split, sql};
pub use tx::{LIST_CHUNK_MAX, Tx};

use aside::Left;
use pool::Pool;
pub(crate) use queue::words_of as panic_words;
use queue::{Queue, Task, guarded};
use shared::Shared;

use crate::Failure;
use crate::live::Hub;
use crate::public_id::PublicIds;

/// The platform's own tables; every database has them first.
pub const MIGRATIONS: Migrations = Migrations {
    slice: "platform",
    files: &[
        ("0001_platform", include_str!("../../migrations/0001_platform.sql")),
        ("0002_job_dead", include_str!("../../migrations/0002_job_dead.sql")),
        ("0003_once", include_str!("../../migrations/0003_once.sql")),
    ],
};

const RESERVE_IDS: Sql =
    sql("update id_block set next_id = next_id + $1 where space = 'all' returning next_id");

const NEXT_ID: Sql = sql("select next_id from id_block where space = 'all'");
const BEGIN_IDS_AT: Sql =
    sql("update id_block set next_id = $1 where space = 'all' and next_id < $1");

/// From which id on none has been reserved.
///
/// # Errors
/// As [`Tx::row`].
pub fn next_id(tx: &mut Tx) -> Result<i64, Failure> {
    Ok(tx.row(NEXT_ID, crate::args![])?.map_or(1, |row| row.int(0)))
}

/// Sees to it that ids are at least that, from when the database is opened the next time on.
///
/// # Errors
/// As [`Tx::row`].
pub fn begin_ids_at(tx: &mut Tx, id: i64) -> Result<(), Failure> {
    tx.execute(BEGIN_IDS_AT, crate::args![id]).map(drop)
}

/// What the database layer itself runs.
pub const STATEMENTS: &[Sql] = &[
    RESERVE_IDS,
    NEXT_ID,
    BEGIN_IDS_AT,
    migrate::HAS_TABLE,
    migrate::APPLIED,
    migrate::NOTE,
    check::SOUND,
    backup::TABLES,
    check::LAST_MIGRATED,
    check::SERVER_FACTS,
];

/// Where the data lies.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder, made if there is none; the database is its file `sluice.db`.
    Folder(PathBuf),
    /// A PostgreSQL server: `postgres://user:password@host/name`, or `host=… dbname=…`.
    Postgres(String),
}

impl Location {
    /// Whether something has been written there before; of a server that is not known before it is asked.
    pub fn is_begun(&self) -> bool {
        match self {
            Location::Folder(folder) => folder.join(FILE).exists(),
            Location::Postgres(_) => true,
        }
    }

    /// How what is said to the database is kept from others on the way.
    ///
    /// # Errors
    /// `Invalid` for an address that cannot be read.
    pub fn way(&self) -> Result<Way, Failure> {
        let Location::Postgres(text) = self else { return Ok(Way::Here) };
        let address = postgres::parse(text)?;
        Ok(match address.mode {
            postgres::Mode::Disable if !postgres::is_far(&address.config) => Way::Here,
            postgres::Mode::Disable => Way::Open,
            postgres::Mode::Prefer | postgres::Mode::Require => Way::Unverified,
            postgres::Mode::VerifyCa | postgres::Mode::VerifyFull => Way::Verified,
        })
    }
}

/// The way to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It does not leave this machine.
    Here,
    /// Over a network, in the open.
    Open,
    /// Encrypted if the server is able to, and it may be anybody.
    Unverified,
    /// Encrypted, with a server that has shown who it is.
    Verified,
}

/// For people and logs: the folder, or the server's host and database without user and password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Folder(folder) => write!(f, "{}", folder.display()),
            Location::Postgres(address) => f.write_str(&postgres::without_secrets(address)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// The database's file in its folder.
const FILE: &str = "sluice.db";

/// A database. Cheap to clone; closed when the last clone is dropped, after what waits has been done.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

pub(crate) struct Inner {
    location: Location,
    shared: Arc<Shared>,
    writes: Arc<Queue>,
    reads: Arc<Queue>,
    readers: Option<Arc<Pool>>,
    /// PostgreSQL only: SQLite's one writer belongs to its thread.
    writers: Option<Arc<Pool>>,
    threads: Vec<JoinHandle<()>>,
    /// Hears of other processes, once it was asked to.
    relay: Mutex<Option<JoinHandle<()>>>,
}

impl Db {
    /// Opens the database at that location with the tables of these slices, in the order in which they build on each
    /// other. Brings an older database up to date; runs safely in several processes at once.
    ///
    /// # Errors
    /// `Refused` with `newer_database` if a newer program wrote it, or `changed_migration` if a step it knows reads
    /// differently now; `Broken` if it cannot be opened.
    pub fn open(location: &Location, slices: &[Migrations]) -> Result<Db, Failure> {
        Db::open_with(location, slices, Options::default())
    }

    /// Where the data lies.
    pub fn location(&self) -> &Location {
        &self.0.location
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self.0.location {
            Location::Folder(_) => Dialect::Sqlite,
            Location::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a closure that may write. `Ok` means that it is on disk.
    ///
    /// # Errors
    /// What the closure gives; `Busy` if too many wait; `Broken` if it panicked or could not be committed.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
    {
        let left = Left::default();
        let done = answer(&self.0.writes, left.by(work)).await;
        if done.is_err() {
            left.write(&self.0.writes).await;
        }
        done
    }

    /// As [`Db::write`], for threads that may wait.
    ///
    /// # Errors
    /// As [`Db::write`]; and `Broken` inside a closure that writes.
    pub fn write_blocking<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
    {
        if tx::is_writing() {
            // It would wait for itself.
            return Err(Failure::broken("a closure that writes may not begin another write"));
        }
        let left = Left::default();
        let done = self.write_here(left.by(work));
        if done.is_err() {
            left.write_blocking(|work| self.write_here(work));
        }
        done
    }

    fn write_here<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
    {
        match &self.0.writers {
            // A connection may not be used on a thread that drives futures.
            Some(writers) if Handle::try_current().is_err() => {
                let asked = Instant::now();
                writers.with(|tx| {
                    self.0.shared.figures.write_waits.note_since(asked);
                    pool::write_one(tx, work)
                })?
            }
            _ => answer_blocking(&self.0.writes, work),
        }
    }

    /// Runs a closure that only reads, on one snapshot.
    ///
    /// # Errors
    /// As [`Db::write`]; a statement that writes is `Broken`.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
    {
        answer(&self.0.reads, work).await
    }

    /// As [`Db::read`], for threads that may wait.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
    {
        match &self.0.readers {
            Some(readers)
                if self.dialect() == Dialect::Sqlite || Handle::try_current().is_err() =>
            {
                let asked = Instant::now();
                readers.with(|tx| {
                    self.0.shared.figures.read_waits.note_since(asked);
                    tx.begin_read()?;
                    let result = guarded(tx, work);
                    tx.end_read();
                    result
                })?
            }
            _ => answer_blocking(&self.0.reads, work),
        }
    }

    /// Ids outside of a transaction; see [`Tx::ids`].
    pub fn ids(&self) -> Ids<'_> {
        Ids(self)
    }

    /// How ids look outside.
    pub fn public_ids(&self) -> PublicIds {
        self.0.shared.public_ids()
    }

    /// Adds a part that closures find by its type with [`Tx::part`].
    pub fn put_part<T: Any + Send + Sync>(&self, part: Arc<T>) {
        self.0.shared.parts.put(part);
    }

    /// A part by its type.
    ///
    /// # Panics
    /// If there is none.
    pub fn part<T: Any + Send + Sync>(&self) -> Arc<T> {
        self.0.shared.parts.load()
    }

    /// A part by its type, if there is one.
    pub fn find_part<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.0.shared.parts.find()
    }

    /// Whoever has a page open: says to them what was committed.
    pub fn live(&self) -> Arc<Hub> {
        Arc::clone(&self.0.shared.live)
    }

    /// Tells other processes on the same database what is committed here, and hears what is committed there, until
    /// the database is closed. On SQLite one process serves; that a command beside it
    /// has written is seen within a second while anybody listens. `process` is a name that no other has.
    ///
    /// # Errors
    /// `Broken` if the address can't be read, or no thread can be begun.
    pub fn go_live(&self, process: &str) -> Result<(), Failure> {
        let thread = std::thread::Builder::new().name("db-live".into());
        let relay = match &self.0.location {
            Location::Postgres(address) => {
                let address = postgres::parse(address)?;
                let (outgoing, incoming) = self.0.shared.live.relayed();
                let process = process.to_owned();
                thread.spawn(move || postgres::relay(&address, &process, &outgoing, &incoming))?
            }
            Location::Folder(_) => {
                let (begun, incoming) = self.0.shared.live.watched();
                let writes = Arc::clone(&self.0.writes);
                thread.spawn(move || sqlite::look_beside(&writes, &begun, &incoming))?
            }
        };
        let mut there = self.0.relay.lock().unwrap_or_else(PoisonError::into_inner);
        *there = Some(relay);
        Ok(())
    }

    /// Waits until a job has been enqueued in this process.
    pub(crate) async fn job_enqueued(&self) {
        self.0.shared.wake.notified().await;
    }
}

/// The ids of a database: one space for everything that has one.
#[derive(Clone, Copy)]
pub struct Ids<'a>(&'a Db);

impl Ids<'_> {
    /// Reserves that many ids that follow each other and gives the first; blocks until that is on disk.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn take(&self, count: u32) -> Result<i64, Failure> {
        self.0.write_blocking(move |tx| tx.ids(count))
    }
}

async fn answer<T, F>(queue: &Queue, work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    queue.push(Task::new(work, move |result| {
        // Nobody waits any more if the request was given up; what was written stays written.
        let _unheard = reply.send(result);
    }));
    answer.await.unwrap_or_else(|_| Err(queue::stopped()))
}

fn answer_blocking<T, F>(queue: &Queue, work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
{
    let (reply, answer) = std::sync::mpsc::sync_channel(1);
    queue.push(Task::new(work, move |result| {
        let _unheard = reply.send(result);
    }));
    answer.recv().unwrap_or_else(|_| Err(queue::stopped()))
}

/// Does what still waits, then closes every connection, away from threads that drive futures.
impl Drop for Inner {
    fn drop(&mut self) {
        self.writes.close();
        self.reads.close();
        let own = std::thread::current().id();
        for thread in self.threads.drain(..) {
            if thread.thread().id() != own {
                let _panicked = thread.join();
            }
        }
        self.shared.live.close();
        let relay = self.relay.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(relay) = relay.filter(|relay| relay.thread().id() != own) {
            let _panicked = relay.join();
        }
        let pools = (self.readers.take(), self.writers.take());
        let shared = std::mem::take(&mut self.shared);
        let closing = std::thread::Builder::new()
            .name("db-close".into())
            .spawn(move || drop((pools, shared)));
        if let Ok(closing) = closing {
            let _panicked = closing.join();
        }
    }
}
