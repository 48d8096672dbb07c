//! Opening a database: connections, threads, migrations.
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::migrate::{self, Migrations, Upgrade};
use super::pool::{self, Pool};
use super::queue::Queue;
use super::shared::{IdBlock, Shared};
use super::tx::Engine;
use super::{Db, FILE, Inner, Location, Tx, postgres, sqlite};
use crate::Failure;
use crate::clock::{Clock, SystemClock};
use crate::dice::{Dice, SystemDice};
use crate::public_id::PublicIds;

/// Threads that run closures which read.
const READ_THREADS: usize = 4;
/// Connections for reading: one for each thread, and some for those who read on their own thread.
const READERS_MAX: usize = 8;
/// Connections of a PostgreSQL database that write at once.
const WRITERS_MAX: usize = 8;
/// Connections that one process opens to a PostgreSQL server at most: those, and the one over which ids come.
pub const CONNECTIONS_MAX: usize = READERS_MAX + WRITERS_MAX + 1;

/// How to open a database; the default is what a server wants.
#[derive(Clone)]
pub struct Options {
    /// What to do with a database that is older than the program.
    pub upgrade: Upgrade,
    /// Whether `Ok` means on disk. Off only where the data may be lost with the machine: in tests.
    pub durable: bool,
    /// When a migration ran.
    pub clock: Arc<dyn Clock>,
    /// Where the workspace's secret for public ids comes from, once.
    pub dice: Arc<dyn Dice>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            upgrade: Upgrade::Run,
            durable: true,
            clock: Arc::new(SystemClock),
            dice: Arc::new(SystemDice::default()),
        }
    }
}

impl Db {
    /// As [`Db::open`], said in detail.
    ///
    /// # Errors
    /// As [`Db::open`]; and with [`Upgrade::Refuse`], `Refused` with `older_database` if steps are pending.
    pub fn open_with(
        location: &Location,
        slices: &[Migrations],
        options: Options,
    ) -> Result<Db, Failure> {
        // On a thread of its own: connecting to PostgreSQL may not happen on one that drives futures.
        std::thread::scope(|scope| {
            let opening = scope.spawn(|| match location {
                Location::Folder(folder) => open_sqlite(folder, location, slices, &options),
                Location::Postgres(address) => open_postgres(address, location, slices, &options),
            });
            opening.join().unwrap_or_else(|_| Err(Failure::broken("opening the database panicked")))
        })
    }
}

fn open_sqlite(
    folder: &Path,
    location: &Location,
    slices: &[Migrations],
    options: &Options,
) -> Result<Db, Failure> {
    // What is in it concerns nobody else on this machine.
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| {
        Failure::Broken(
            anyhow::Error::from(error).context(format!("cannot make {}", folder.display())),
        )
    })?;
    let file = folder.join(FILE);
    let shared = Arc::new(Shared::default());
    let role = sqlite::Role::Writer { durable: options.durable };
    let session = sqlite::Session::open(&file, role)?;
    let mut writer = Tx::new(Engine::Sqlite(Box::new(session)), Arc::clone(&shared));
    prepare(&mut writer, &shared, slices, options)?;

    let (writes, reads) = queues(&shared);
    let for_readers = Arc::clone(&shared);
    let open = Box::new(move || {
        let session = sqlite::Session::open(&file, sqlite::Role::Reader)?;
        Ok(Tx::new(Engine::Sqlite(Box::new(session)), Arc::clone(&for_readers)))
    });
    let readers = Arc::new(Pool::new(READERS_MAX, open));
    let mut threads = read_threads(&readers, &reads)?;
    let queue = Arc::clone(&writes);
    threads.push(thread("db-write", move || sqlite::write_loop(writer, &queue))?);
    let (readers, location) = (Some(readers), location.clone());
    Ok(Db(Arc::new(Inner {
        location,
        shared,
        writes,
        reads,
        readers,
        writers: None,
        threads,
        relay: Mutex::default(),
    })))
}

fn open_postgres(
    address: &str,
    location: &Location,
    slices: &[Migrations],
    options: &Options,
) -> Result<Db, Failure> {
    let mut server = postgres::parse(address)?;
    if !options.durable {
        server.config.options("-c synchronous_commit=off");
    }
    let ids = Some(Mutex::new((postgres::Session::new(server.clone()), IdBlock::default())));
    let shared = Arc::new(Shared { ids, ..Shared::default() });
    let connect = {
        let shared = Arc::clone(&shared);
        move || {
            let session = postgres::Session::new(server.clone());
            Tx::new(Engine::Postgres(Box::new(session)), Arc::clone(&shared))
        }
    };
    prepare(&mut connect(), &shared, slices, options)?;

    let (writes, reads) = queues(&shared);
    let open = connect.clone();
    let readers = Arc::new(Pool::new(READERS_MAX, Box::new(move || Ok(open()))));
    let writers = Arc::new(Pool::new(WRITERS_MAX, Box::new(move || Ok(connect()))));
    let mut threads = read_threads(&readers, &reads)?;
    for _ in 0..WRITERS_MAX {
        let (pool, queue) = (Arc::clone(&writers), Arc::clone(&writes));
        threads.push(thread("db-write", move || pool::write_loop(&pool, &queue))?);
    }
    let (readers, writers, location) = (Some(readers), Some(writers), location.clone());
    Ok(Db(Arc::new(Inner {
        location,
        shared,
        writes,
        reads,
        readers,
        writers,
        threads,
        relay: Mutex::default(),
    })))
}

/// The lines of closures that write and of those that read.
fn queues(shared: &Shared) -> (Arc<Queue>, Arc<Queue>) {
    let line = |waits| Arc::new(Queue::new(waits));
    (line(&shared.figures.write_waits), line(&shared.figures.read_waits))
}

/// Brings the tables up to date and learns the workspace's secret for public ids.
fn prepare(
    tx: &mut Tx,
    shared: &Shared,
    slices: &[Migrations],
    options: &Options,
) -> Result<(), Failure> {
    migrate::run(tx, slices, options)?;
    tx.begin_read()?;
    let known = PublicIds::find(tx);
    tx.end_read();
    let public_ids = match known? {
        Some(known) => known,
        None => pool::write_one(tx, |tx| PublicIds::make(tx, options.dice.as_ref()))?,
    };
    // Nobody else can have set it: the database is not open yet.
    let _first = shared.public_ids.set(public_ids);
    Ok(())
}

fn read_threads(readers: &Arc<Pool>, reads: &Arc<Queue>) -> Result<Vec<JoinHandle<()>>, Failure> {
    let one = |_| {
        let (pool, queue) = (Arc::clone(readers), Arc::clone(reads));
        thread("db-read", move || pool::read_loop(&pool, &queue))
    };
    (0..READ_THREADS).map(one).collect()
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Failure> {
    Ok(std::thread::Builder::new().name(name.into()).spawn(work)?)
}
