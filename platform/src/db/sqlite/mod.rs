//! SQLite: one connection and how statements run on it.
mod beside;
mod kept;
mod writer;

use std::any::Any;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement};

use super::error::{StatementError, Trouble};
use super::row::Given;
use super::shared::IdBlock;
use super::sql::{LIST, numbered, parameters};
use super::tx::{Each, Stop, wrong_count};
use super::{Arg, Passing, RESERVE_IDS, Row, Sql};
use crate::Failure;
use kept::{Kept, Writes};

pub(crate) use beside::look_beside;
pub(crate) use writer::write_loop;

/// How long SQLite itself waits for another process's lock.
const BUSY_WAIT_MS: u64 = 5_000;
/// How often a write transaction is begun anew if another process keeps the lock.
const BEGIN_TRIES: u32 = 12;
/// Prepared statements kept by each connection.
const STATEMENTS_KEPT: usize = 200;
/// Sizes of parameter lists; a shorter list is filled up with its last value.
const LIST_SIZES: [usize; 4] = [1, 8, 64, 512];

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Writer { durable: bool },
    Reader,
}

/// A connection with its rewritten texts.
pub(crate) struct Session {
    conn: Connection,
    /// By where a text lies in memory (texts are static), and by how long its list is.
    texts: HashMap<(usize, usize, usize), (Arc<str>, Writes<'static>)>,
    ids: IdBlock,
    kept: Kept,
    role: Role,
}

impl Session {
    pub(crate) fn open(file: &Path, role: Role) -> Result<Session, StatementError> {
        let open = || -> rusqlite::Result<Connection> {
            let conn = Connection::open(file)?;
            conn.busy_timeout(Duration::from_millis(BUSY_WAIT_MS))?;
            // A plan holds whatever is bound: else a statement is planned anew for values that could lead to another.
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            // Caches are small: what many connections read is kept once, by the system. Mapping the file instead was
            // 15 % faster for streams and slower for single rows, counts as memory, and turns a bad disk into a crash.
            // A savepoint's journal is kept in memory: each closure of a group has one (decision 0090).
            conn.execute_batch(match role {
                Role::Writer { durable: true } => {
                    "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -48000;
                     pragma temp_store = memory;
                     pragma wal_autocheckpoint = 65536; pragma journal_size_limit = 283115520;"
                }
                Role::Writer { durable: false } => "pragma journal_mode = wal; pragma synchronous = off;",
                Role::Reader => "pragma query_only = on; pragma cache_size = -2000;",
            })?;
            conn.execute_batch("pragma foreign_keys = off; pragma trusted_schema = off;")?;
            conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
            Ok(conn)
        };
        let conn = open().map_err(|error| said(&error, "open the database file", &[]))?;
        Ok(Session {
            conn,
            texts: HashMap::new(),
            ids: IdBlock::default(),
            kept: Kept::default(),
            role,
        })
    }

    /// The text as SQLite takes it; what it writes is kept no longer.
    fn text(&mut self, sql: Sql, args: usize, list: usize) -> Arc<str> {
        let shape = if list == 0 { 0 } else { (list << 16) | args };
        let key = (sql.sqlite.as_ptr() as usize, sql.sqlite.len(), shape);
        let (text, writes) = self.texts.entry(key).or_insert_with(|| {
            let mut text = numbered(sql.sqlite);
            if list > 0 {
                let numbers: Vec<_> = (args + 1..=args + list).map(|n| format!("?{n}")).collect();
                text = text.replace(LIST, &format!("in ({})", numbers.join(",")));
            }
            (text.into(), Writes::of(sql.sqlite))
        });
        self.kept.written(*writes);
        Arc::clone(text)
    }

    pub(crate) fn each(&mut self, sql: Sql, args: &[Arg], with: Each<'_>) -> Result<(), Stop> {
        let text = self.text(sql, args.len(), 0);
        self.run(&text, args, &[], 0, with)
    }

    pub(crate) fn each_in(
        &mut self,
        sql: Sql,
        args: &[Arg],
        list: &[Arg],
        with: Each<'_>,
    ) -> Result<(), Stop> {
        let size = list_size(list.len());
        let text = self.text(sql, args.len(), size);
        self.run(&text, args, list, size, with)
    }

    pub(crate) fn execute(&mut self, sql: Sql, args: &[Arg]) -> Result<u64, Stop> {
        self.each(sql, args, &mut |_| Ok(()))?;
        Ok(self.conn.changes())
    }

    pub(crate) fn execute_in(&mut self, sql: Sql, args: &[Arg], list: &[Arg]) -> Result<u64, Stop> {
        self.each_in(sql, args, list, &mut |_| Ok(()))?;
        Ok(self.conn.changes())
    }

    /// Runs a text that is not kept.
    pub(crate) fn each_made(
        &mut self,
        text: &str,
        args: &[Arg],
        with: Each<'_>,
    ) -> Result<(), Stop> {
        self.kept.written(Writes::of(text));
        step(&mut self.made(text, args)?, text, args, with)
    }

    /// The numbers in the only column of a text that is not kept: a row for each would take longer than to find it.
    pub(crate) fn numbers_made(
        &self,
        text: &str,
        args: &[Arg],
        with: &mut dyn FnMut(i64) -> Result<(), Failure>,
    ) -> Result<(), Stop> {
        let fail = |error: rusqlite::Error| said(&error, text, args);
        let mut statement = self.made(text, args)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(fail)? {
            with(row.get(0).map_err(fail)?).map_err(Stop::Caller)?;
        }
        Ok(())
    }

    /// The same of two columns.
    pub(crate) fn pairs_made(
        &self,
        text: &str,
        args: &[Arg],
        with: &mut dyn FnMut(i64, i64) -> Result<(), Failure>,
    ) -> Result<(), Stop> {
        let fail = |error: rusqlite::Error| said(&error, text, args);
        let mut statement = self.made(text, args)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(fail)? {
            let (one, other) = (row.get(0).map_err(fail)?, row.get(1).map_err(fail)?);
            with(one, other).map_err(Stop::Caller)?;
        }
        Ok(())
    }

    /// Every row, none of its columns read yet.
    pub(crate) fn pass(
        &mut self,
        sql: Sql,
        args: &[Arg],
        with: &mut dyn FnMut(&Passing<'_>) -> Result<(), Failure>,
    ) -> Result<(), Stop> {
        let text = self.text(sql, args.len(), 0);
        let fail = |error: rusqlite::Error| said(&error, &text, args);
        let mut statement = self.conn.prepare_cached(&text).map_err(fail)?;
        if statement.parameter_count() != args.len() {
            return Err(wrong_count(&text, args, statement.parameter_count()).into());
        }
        bind(&mut statement, args.iter()).map_err(fail)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(fail)? {
            with(&Passing::here(row)).map_err(Stop::Caller)?;
        }
        Ok(())
    }

    fn made(&self, text: &str, args: &[Arg]) -> Result<Statement<'_>, StatementError> {
        let fail = |error: rusqlite::Error| said(&error, text, args);
        let mut statement = self.conn.prepare(text).map_err(fail)?;
        if statement.parameter_count() != args.len() {
            return Err(wrong_count(text, args, statement.parameter_count()));
        }
        bind(&mut statement, args.iter()).map_err(fail)?;
        Ok(statement)
    }

    /// Binds the arguments, then the list filled up to `size` with its last value, and steps through.
    fn run(
        &self,
        text: &str,
        args: &[Arg],
        list: &[Arg],
        size: usize,
        with: Each<'_>,
    ) -> Result<(), Stop> {
        let fail = |error: &rusqlite::Error| said(error, text, args);
        let mut statement = self.conn.prepare_cached(text).map_err(|error| fail(&error))?;
        if statement.parameter_count() != args.len() + size {
            return Err(
                wrong_count(text, args, statement.parameter_count().saturating_sub(size)).into()
            );
        }
        let filler = list.last().into_iter().cycle().take(size - list.len());
        bind(&mut statement, args.iter().chain(list).chain(filler))
            .map_err(|error| fail(&error))?;
        step(&mut statement, text, args, with)
    }

    pub(crate) fn bulk(&mut self, sql: Sql, rows: &[Vec<Arg>]) -> Result<u64, Stop> {
        let text = self.text(sql, 0, 0);
        let first = rows.first().map_or(&[][..], Vec::as_slice);
        let fail = |error: &rusqlite::Error| said(error, &text, first);
        let mut statement = self.conn.prepare_cached(&text).map_err(|error| fail(&error))?;
        if statement.parameter_count() != first.len() {
            return Err(wrong_count(&text, first, statement.parameter_count()).into());
        }
        let mut touched = 0;
        for row in rows {
            bind(&mut statement, row.iter()).map_err(|error| fail(&error))?;
            touched += statement.raw_execute().map_err(|error| fail(&error))? as u64;
        }
        Ok(touched)
    }

    /// Ids from the block of this process; the block is reserved in the writer's transaction, and forgotten if that
    /// does not hold.
    pub(crate) fn ids(&mut self, count: u32) -> Result<i64, StatementError> {
        let text = self.text(RESERVE_IDS, 1, 0);
        let (mut ids, conn) = (self.ids, &self.conn);
        let first = ids.take(count, |size| {
            let mut statement = conn.prepare_cached(&text)?;
            statement.query_row([size], |row| row.get::<_, i64>(0)).map(|next| next - size)
        });
        self.ids = ids;
        first.map_err(|error| said(&error, &text, &[]))
    }

    pub(crate) fn batch(&mut self, text: &str) -> Result<(), StatementError> {
        self.kept.forget();
        self.conn.execute_batch(text).map_err(|error| said(&error, text, &[]))
    }

    pub(crate) fn prepares(&mut self, sql: Sql) -> Result<(), StatementError> {
        let list = usize::from(sql.sqlite.contains(LIST));
        let text = self.text(sql, parameters(sql.sqlite), list);
        self.conn.prepare(&text).map(drop).map_err(|error| said(&error, &text, &[]))
    }

    fn control(&self, text: &'static str) -> Result<(), StatementError> {
        let run = || self.conn.prepare_cached(text)?.raw_execute();
        run().map(drop).map_err(|error| said(&error, text, &[]))
    }

    pub(crate) fn begin_read(&mut self) -> Result<(), StatementError> {
        self.control("begin")
    }

    /// Begins a write; waits for another process that writes just now.
    pub(crate) fn begin_write(&mut self) -> Result<(), StatementError> {
        let mut tries = 1;
        loop {
            match self.control("begin immediate") {
                Err(error) if error.trouble == Trouble::Busy && tries < BEGIN_TRIES => tries += 1,
                Err(error) => return Err(error),
                Ok(()) => break,
            }
        }
        let version = self.version()?;
        self.kept.begin(version);
        Ok(())
    }

    fn version(&self) -> Result<i64, StatementError> {
        const VERSION: &str = "pragma data_version";
        let ask = || self.conn.prepare_cached(VERSION)?.query_row([], |row| row.get(0));
        ask().map_err(|error| said(&error, VERSION, &[]))
    }

    /// What was read before and can't be otherwise by now. A reader keeps nothing.
    pub(crate) fn kept<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.kept.find()
    }

    pub(crate) fn keep<T: Any + Send + Sync>(
        &mut self,
        tables: &'static [&'static str],
        value: &Arc<T>,
    ) {
        if self.keeps() {
            self.kept.keep(tables, Arc::clone(value));
        }
    }

    pub(crate) fn keeps(&self) -> bool {
        self.role != Role::Reader
    }

    pub(crate) fn commit(&mut self) -> Result<(), StatementError> {
        self.control("commit")
    }

    pub(crate) fn rollback(&mut self) {
        self.ids = IdBlock::default();
        self.kept.forget();
        if !self.conn.is_autocommit()
            && let Err(error) = self.control("rollback")
        {
            tracing::error!(%error, "a rollback failed");
        }
    }

    /// Whether the transaction is gone, which SQLite does by itself when a disk is full.
    pub(crate) fn is_lost(&self) -> bool {
        self.conn.is_autocommit()
    }

    pub(crate) fn save(&mut self) -> Result<(), StatementError> {
        self.control("savepoint closure")
    }

    pub(crate) fn release(&mut self) -> Result<(), StatementError> {
        self.control("release closure")
    }

    pub(crate) fn back_to_save(&mut self) -> Result<(), StatementError> {
        self.ids = IdBlock::default();
        self.kept.forget();
        self.control("rollback to closure")?;
        self.control("release closure")
    }
}

/// A writer leaves the write-ahead log small for whoever opens the file next.
impl Drop for Session {
    fn drop(&mut self) {
        if self.role != Role::Reader {
            let _may_fail =
                self.conn.execute_batch("pragma optimize; pragma wal_checkpoint(passive);");
        }
    }
}

/// Hands over every row of a statement whose arguments are bound.
fn step(
    statement: &mut Statement<'_>,
    text: &str,
    args: &[Arg],
    with: Each<'_>,
) -> Result<(), Stop> {
    let fail = |error: &rusqlite::Error| said(error, text, args);
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    let mut row = Row::default();
    while let Some(given) = rows.next().map_err(|error| fail(&error))? {
        row.clear();
        for column in 0..width {
            let value = given.get_ref(column).map_err(|error| fail(&error))?;
            row.push(match value {
                ValueRef::Null => Given::Null,
                ValueRef::Integer(value) => Given::Int(value),
                ValueRef::Real(value) => Given::Real(value),
                ValueRef::Text(bytes) => Given::Text(std::str::from_utf8(bytes).map_err(|_| {
                    let words = format!("column {column} holds a text that is not UTF-8");
                    StatementError::new(Trouble::Other, text, args, words)
                })?),
                ValueRef::Blob(bytes) => Given::Blob(bytes),
            });
        }
        with(&row).map_err(Stop::Caller)?;
    }
    Ok(())
}

fn bind<'a>(
    statement: &mut Statement<'_>,
    args: impl Iterator<Item = &'a Arg>,
) -> rusqlite::Result<()> {
    for (index, arg) in args.enumerate() {
        let value = match arg {
            Arg::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Arg::Int(value) => ToSqlOutput::Borrowed(ValueRef::Integer(*value)),
            Arg::Real(value) => ToSqlOutput::Borrowed(ValueRef::Real(*value)),
            Arg::Text(text) if text.contains('\0') => {
                ToSqlOutput::Owned(Value::Text(text.replace('\0', "\u{fffd}")))
            }
            Arg::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Arg::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        };
        statement.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}

fn list_size(length: usize) -> usize {
    LIST_SIZES.into_iter().find(|size| *size >= length).unwrap_or(length)
}

fn said(error: &rusqlite::Error, text: &str, args: &[Arg]) -> StatementError {
    let trouble = match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Trouble::Conflict,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Trouble::Busy,
        _ => Trouble::Other,
    };
    let words = match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    StatementError::new(trouble, text, args, words)
}
