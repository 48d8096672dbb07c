//! Looking at a database without changing it: whether it is sound, and which steps it has.
use std::collections::BTreeMap;
use std::sync::Arc;

use moment::Moment;

use super::migrate::{self, Migrations, Step};
use super::shared::Shared;
use super::tx::Engine;
use super::{Db, FILE, Location, Pair, Sql, Tx, postgres, split, sql, sqlite};
use crate::{Failure, args};

/// Problems that are told at most.
const PROBLEMS_MAX: usize = 20;

/// SQLite reads every page and index; PostgreSQL is asked whether it checks pages itself as it reads them.
pub(crate) const SOUND: Sql = split(
    "db.sound",
    Pair {
        sqlite: "pragma integrity_check(20)",
        postgres: "select case current_setting('data_checksums') when 'on' then 'ok' else 'unchecked' end",
    },
);

pub(crate) const LAST_MIGRATED: Sql = sql("select max(applied_at) from migration");

/// Name and value of what an operator must know of the server; of a file, of the library that reads it.
pub(crate) const SERVER_FACTS: Sql = split(
    "db.server_facts",
    Pair {
        sqlite: "select 'version', sqlite_version() union all
            select 'journal_mode', journal_mode from pragma_journal_mode",
        postgres: "select name, setting from pg_settings where name in ('server_version_num', 'server_encoding',
                'max_connections', 'superuser_reserved_connections', 'fsync', 'full_page_writes', 'synchronous_commit')
            union all select 'connections', count(*)::text from pg_stat_activity where backend_type = 'client backend'
            union all select 'encrypted', case when ssl then version else 'no' end from pg_stat_ssl
                where pid = pg_backend_pid()",
    },
);

/// When the database was last brought up to date; a clock that is behind this is wrong.
///
/// # Errors
/// As [`Tx::row`].
pub fn last_migrated_at(tx: &mut Tx) -> Result<Option<Moment>, Failure> {
    Ok(tx.row(LAST_MIGRATED, args![])?.and_then(|row| row.moment_opt(0)))
}

/// What a look at the pages of a database found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Soundness {
    /// Every page was read and is as it should be, or the server checks each as it reads it.
    Sound,
    /// The server was set up without checksums, and nobody can tell.
    Unchecked,
    /// What is wrong, in the words of the database.
    Damaged(Vec<String>),
}

impl Db {
    /// What the server says of itself, by name: its version and its settings.
    ///
    /// # Errors
    /// As [`Db::read_blocking`].
    pub fn server_facts_blocking(&self) -> Result<BTreeMap<String, String>, Failure> {
        let rows = self.read_blocking(|tx| tx.rows(SERVER_FACTS, args![]))?;
        Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect())
    }

    /// Whether the pages of the database are sound. Reads the whole file of an SQLite database.
    ///
    /// # Errors
    /// As [`Db::read_blocking`].
    pub fn soundness_blocking(&self) -> Result<Soundness, Failure> {
        let rows = self.read_blocking(|tx| tx.rows(SOUND, args![]))?;
        let words: Vec<String> =
            rows.iter().map(|row| row.text(0).to_owned()).take(PROBLEMS_MAX).collect();
        Ok(match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["ok"] => Soundness::Sound,
            ["unchecked"] => Soundness::Unchecked,
            _ => Soundness::Damaged(words),
        })
    }
}

impl Location {
    /// Every step of these slices and of the platform, and whether the database there has it; also of one that is
    /// older than the program and stays so.
    ///
    /// # Errors
    /// `Broken` if it cannot be reached.
    pub fn steps(&self, slices: &[Migrations]) -> Result<Vec<Step>, Failure> {
        // On a thread of its own: connecting to PostgreSQL may not happen on one that drives futures.
        std::thread::scope(|scope| {
            let looking = scope.spawn(|| {
                let mut tx = Tx::new(self.look()?, Arc::new(Shared::default()));
                tx.begin_read()?;
                let steps = migrate::steps(&mut tx, slices);
                tx.end_read();
                steps
            });
            looking
                .join()
                .unwrap_or_else(|_| Err(Failure::broken("looking at the database panicked")))
        })
    }

    fn look(&self) -> Result<Engine, Failure> {
        Ok(match self {
            Location::Folder(folder) => {
                let session = sqlite::Session::open(&folder.join(FILE), sqlite::Role::Reader)?;
                Engine::Sqlite(Box::new(session))
            }
            Location::Postgres(address) => {
                Engine::Postgres(Box::new(postgres::Session::new(postgres::parse(address)?)))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::both;

    #[test]
    fn a_new_database_is_sound_and_has_every_step() {
        both(&[], |world| {
            let sound = world.db.soundness_blocking().unwrap();
            assert!(matches!(sound, Soundness::Sound | Soundness::Unchecked), "{sound:?}");
            let steps = world.location.steps(&[]).unwrap();
            assert!(!steps.is_empty() && steps.iter().all(|step| step.applied));
            let migrated_at = world.db.read_blocking(last_migrated_at).unwrap();
            assert!(migrated_at.is_some_and(|at| at > Moment(0)));
        });
    }

    #[test]
    fn a_server_says_what_it_is() {
        both(&[], |world| {
            let facts = world.db.server_facts_blocking().unwrap();
            let expected = match world.dialect {
                super::super::Dialect::Sqlite => "journal_mode",
                super::super::Dialect::Postgres => "server_version_num",
            };
            assert!(facts.contains_key(expected), "{facts:?}");
        });
    }

    #[test]
    fn a_step_that_is_missing_is_seen_and_not_run() {
        both(&[], |world| {
            let newer = Migrations {
                slice: "later",
                files: &[("0001_later", "create table later (id bigint)")],
            };
            for _ in 0..2 {
                let steps = world.location.steps(&[newer]).unwrap();
                let pending: Vec<_> = steps.iter().filter(|step| !step.applied).collect();
                assert!(matches!(pending[..], [step] if step.slice == "later"), "{pending:?}");
            }
        });
    }

    #[test]
    fn damage_is_found() {
        let world = crate::harness::world(super::super::Dialect::Sqlite, &[]);
        let file = world.folder().join("copy.db");
        world.db.backup_to(&file).unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        // A whole page: in half of one there may be nothing that anybody reads.
        let middle = bytes.len() / 2 / 4_096 * 4_096;
        for byte in &mut bytes[middle..middle + 4_096] {
            *byte = 0xff;
        }
        let folder = world.folder().join("damaged");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(FILE), bytes).unwrap();
        let found = Db::open(&Location::Folder(folder), &[]).and_then(|db| db.soundness_blocking());
        assert!(!matches!(found, Ok(Soundness::Sound | Soundness::Unchecked)), "{found:?}");
    }
}
