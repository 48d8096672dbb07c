//! Migrations: the tables of the slices, step by step, each step once.
use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::open::Options;
use super::{Dialect, MIGRATIONS, Pair, Sql, Tx, split, sql};
use crate::{Failure, args};

/// The steps of a slice, in their order: `("0001_activity", include_str!("…"))`.
///
/// A step is portable SQL, any number of statements. `{without_rowid}` behind a table's bracket clusters it by its
/// primary key on SQLite, `{blob}` is the type of bytes, and `{bytewise}` behind a `text` column makes PostgreSQL sort
/// it by its bytes as SQLite does, whatever the server's language. A step that was released is never edited: the
/// next one mends it.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// The slice that owns the tables.
    pub slice: &'static str,
    /// Names and texts of the steps.
    pub files: &'static [(&'static str, &'static str)],
}

/// What to do with a database that is older than the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// Bring it up to date.
    Run,
    /// Leave it as it is and refuse to open it.
    Refuse,
}

/// One step, and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The slice whose step it is.
    pub slice: String,
    /// Its name.
    pub name: String,
    /// Whether it has been applied.
    pub applied: bool,
}

pub(crate) const HAS_TABLE: Sql = split(
    "migration.has_table",
    Pair {
        sqlite: "select count(*) from sqlite_master where type = 'table' and name = 'migration'",
        postgres: "select count(*) from information_schema.tables
            where table_schema = current_schema() and table_name = 'migration'",
    },
);
pub(crate) const APPLIED: Sql = sql("select slice, name, hash from migration");
pub(crate) const NOTE: Sql =
    sql("insert into migration (slice, name, hash, applied_at) values ($1, $2, $3, $4)");

const TABLE: &str = "create table if not exists migration (
    slice text not null, name text not null, hash text not null, applied_at bigint not null,
    primary key (slice, name))";

/// Only one process at a time brings a PostgreSQL database up to date; the number is ours alone.
const ALONE: &str = "select pg_advisory_lock(5872104466)";
const DONE: &str = "select pg_advisory_unlock(5872104466)";

/// Brings the database up to date, a transaction for each step, so that a step that fails leaves those before it.
pub(crate) fn run(tx: &mut Tx, slices: &[Migrations], options: &Options) -> Result<(), Failure> {
    let steps = steps_of(slices);
    tx.begin_read()?;
    let applied = applied(tx);
    tx.end_read();
    let Some(first) = first_pending(&steps, &applied?)? else { return Ok(()) };
    if options.upgrade == Upgrade::Refuse {
        let words = format!(
            "This database is older than this Sluice: it lacks {}. Run `sluice migrate`.",
            first.path()
        );
        return Err(Failure::refused("older_database", words));
    }
    if tx.dialect() == Dialect::Postgres {
        tx.batch(ALONE)?;
    }
    let result = run_pending(tx, &steps, options);
    if tx.dialect() == Dialect::Postgres {
        tx.batch(DONE)?;
    }
    result
}

fn run_pending(tx: &mut Tx, steps: &[Planned], options: &Options) -> Result<(), Failure> {
    loop {
        tx.begin_write()?;
        // Read again inside: another process may have done it meanwhile.
        let result = run_next(tx, steps, options);
        match result {
            Ok(true) => tx.commit().inspect_err(|_| tx.rollback())?,
            Ok(false) => {
                tx.rollback();
                return Ok(());
            }
            Err(failure) => {
                tx.rollback();
                return Err(failure);
            }
        }
    }
}

fn run_next(tx: &mut Tx, steps: &[Planned], options: &Options) -> Result<bool, Failure> {
    tx.batch(TABLE)?;
    let Some(step) = first_pending(steps, &applied(tx)?)? else { return Ok(false) };
    tx.batch(&step.text_for(tx.dialect())).map_err(|failure| {
        Failure::Broken(anyhow::Error::from(failure).context(format!("migration {}", step.path())))
    })?;
    tx.execute(NOTE, args![step.slice, step.name, step.hash.as_str(), options.clock.now()])?;
    tracing::info!(step = step.path(), "migrated");
    Ok(true)
}

/// Every step of these slices and the platform, and whether the database has it.
///
/// # Errors
/// As [`Tx::row`].
pub(crate) fn steps(tx: &mut Tx, slices: &[Migrations]) -> Result<Vec<Step>, Failure> {
    let applied = applied(tx)?;
    let step = |step: &Planned| Step {
        slice: step.slice.to_owned(),
        name: step.name.to_owned(),
        applied: applied.contains_key(&step.key()),
    };
    Ok(steps_of(slices).iter().map(step).collect())
}

impl super::Db {
    /// Every step of these slices and of the platform, and whether this database has it.
    ///
    /// # Errors
    /// As [`Db::read`](super::Db::read).
    pub fn steps_blocking(&self, slices: &[Migrations]) -> Result<Vec<Step>, Failure> {
        let slices = slices.to_vec();
        self.read_blocking(move |tx| steps(tx, &slices))
    }
}

/// Sees that this program knows every step of a database.
///
/// # Errors
/// `Refused` with `newer_database`, `changed_migration`, or with `no_backup` if it is no database of this program.
pub(crate) fn must_be_known(tx: &mut Tx, slices: &[Migrations]) -> Result<(), Failure> {
    let applied = applied(tx)?;
    if applied.is_empty() {
        return Err(Failure::refused("no_backup", "This is no database of Sluice."));
    }
    first_pending(&steps_of(slices), &applied).map(drop)
}

/// The steps that this database has taken, slice and name, in order.
///
/// # Errors
/// As [`Tx::row`].
pub fn taken_steps(tx: &mut Tx) -> Result<Vec<(String, String)>, Failure> {
    let mut steps: Vec<_> = applied(tx)?.into_keys().collect();
    steps.sort();
    Ok(steps)
}

struct Planned {
    slice: &'static str,
    name: &'static str,
    text: &'static str,
    hash: String,
}

type Applied = HashMap<(String, String), String>;

impl Planned {
    fn path(&self) -> String {
        format!("{}/{}", self.slice, self.name)
    }

    fn key(&self) -> (String, String) {
        (self.slice.to_owned(), self.name.to_owned())
    }

    fn text_for(&self, dialect: Dialect) -> String {
        let (clustered, blob, bytewise) = match dialect {
            Dialect::Sqlite => ("without rowid", "blob", ""),
            Dialect::Postgres => ("", "bytea", "collate \"C\""),
        };
        self.text
            .replace("{without_rowid}", clustered)
            .replace("{blob}", blob)
            .replace("{bytewise}", bytewise)
    }
}

fn steps_of(slices: &[Migrations]) -> Vec<Planned> {
    let others = slices.iter().filter(|slice| slice.slice != MIGRATIONS.slice);
    let mut steps = Vec::new();
    for slice in std::iter::once(&MIGRATIONS).chain(others) {
        for (name, text) in slice.files {
            let digest = Sha256::digest(text.as_bytes());
            let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            steps.push(Planned { slice: slice.slice, name, text, hash });
        }
    }
    steps
}

fn applied(tx: &mut Tx) -> Result<Applied, Failure> {
    let mut applied = Applied::new();
    if tx.row(HAS_TABLE, args![])?.is_some_and(|row| row.int(0) > 0) {
        tx.each(APPLIED, args![], |row| {
            applied
                .insert((row.text(0).to_owned(), row.text(1).to_owned()), row.text(2).to_owned());
            Ok(())
        })?;
    }
    Ok(applied)
}

/// The first step that the database lacks.
///
/// # Errors
/// `Refused` if the database has a step that this program does not know, or knows differently.
fn first_pending<'a>(
    steps: &'a [Planned],
    applied: &Applied,
) -> Result<Option<&'a Planned>, Failure> {
    let known: HashMap<_, _> = steps.iter().map(|step| (step.key(), &step.hash)).collect();
    let mut strange: Vec<_> =
        applied.iter().filter(|(key, hash)| known.get(key) != Some(hash)).collect();
    strange.sort();
    if let Some((key, _)) = strange.first() {
        let path = format!("{}/{}", key.0, key.1);
        return Err(if known.contains_key(key) {
            Failure::refused(
                "changed_migration",
                format!(
                    "This database was made with another text of migration {path}. Start the Sluice \
                     that wrote it, or restore a backup into an empty folder."
                ),
            )
        } else {
            Failure::refused(
                "newer_database",
                format!(
                    "This database was written by a newer Sluice: it has migration {path}, which this \
                     one does not know. Start that version, or restore a backup from before the upgrade."
                ),
            )
        });
    }
    Ok(steps.iter().find(|step| !applied.contains_key(&step.key())))
}
