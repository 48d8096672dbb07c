//! PostgreSQL: one connection and how statements run on it.
mod address;
mod bulk;
mod relay;
mod tls;
mod value;

use std::collections::HashMap;

use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;
use postgres::{Client, Statement};

use super::error::{StatementError, Trouble};
use super::sql::{LIST, parameters};
use super::tx::{Each, Stop, wrong_count};
use super::{Arg, RESERVE_IDS, Row, Sql};
use bulk::Plan;

pub(crate) use address::{Address, Mode, is_far, parse, without_secrets};
pub(crate) use relay::relay;

/// Locks of one space that a transaction holds at most: keys share them, so that a large batch does not fill the
/// server's table of locks.
const LOCK_BUCKETS: i64 = 256;

/// Prepared statements kept by each connection; with one more, they are all forgotten.
const STATEMENTS_KEPT: usize = 500;

/// Rows that a connection has written when it first has the server count its tables anew; then at twice as many, and
/// so on. Until then the server plans with guesses, reads a whole kind of keys to find one, and keeps to such a plan:
/// an import of 40,000 rows into an empty database took 20 s instead of 5. The server's own counting
/// comes a minute too late for that.
const COUNT_AFTER_ROWS: u64 = 4_000;

/// Each table that nobody else is counting just now.
const COUNT: &str = "analyze (skip_locked)";

const LOCK: &str = "select pg_advisory_xact_lock($1::bigint)";

/// A connection with its prepared statements.
pub(crate) struct Session {
    client: Option<Client>,
    address: Address,
    /// By where a text lies in memory (texts are static) and in which shape it runs.
    statements: HashMap<(usize, usize, Shape), Statement>,
    plans: HashMap<(usize, usize), Option<Plan>>,
    rows_written: u64,
    count_at_rows: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Plain,
    List(usize),
    Bulk,
}

impl Session {
    /// A session that connects when it is first used.
    pub(crate) fn new(address: Address) -> Session {
        Session {
            client: None,
            address,
            statements: HashMap::new(),
            plans: HashMap::new(),
            rows_written: 0,
            count_at_rows: COUNT_AFTER_ROWS,
        }
    }

    fn client(&mut self) -> Result<&mut Client, StatementError> {
        match &mut self.client {
            Some(client) => Ok(client),
            None => {
                Err(StatementError::new(Trouble::Lost, "", &[], "there is no connection".into()))
            }
        }
    }

    fn connect(&mut self) -> Result<(), StatementError> {
        self.statements.clear();
        self.plans.clear();
        self.client = None;
        let Address { config, tls, .. } = &self.address;
        self.client = Some(tls.connect(config).map_err(|error| said(&error, "connect", &[]))?);
        Ok(())
    }

    /// Runs a statement with which something begins: on a connection that turns out to be gone, once more on another.
    fn start(&mut self, text: &str) -> Result<(), StatementError> {
        if let Some(client) = &mut self.client {
            match client.batch_execute(text) {
                Ok(()) => return Ok(()),
                Err(error) if !client.is_closed() => return Err(said(&error, text, &[])),
                Err(error) => tracing::info!(%error, "the connection to PostgreSQL is renewed"),
            }
        }
        self.connect()?;
        self.client()?.batch_execute(text).map_err(|error| said(&error, text, &[]))
    }

    pub(crate) fn begin(&mut self, text: &'static str) -> Result<(), StatementError> {
        self.start(text)
    }

    pub(crate) fn commit(&mut self) -> Result<(), StatementError> {
        self.batch("commit")?;
        if self.rows_written >= self.count_at_rows {
            self.count_at_rows = self.rows_written * 2;
            if let Err(error) = self.batch(COUNT) {
                tracing::warn!(%error, "the tables were not counted; statements may be slow for a while");
            }
        }
        Ok(())
    }

    fn wrote(&mut self, rows: u64) -> u64 {
        self.rows_written += rows;
        rows
    }

    pub(crate) fn rollback(&mut self) {
        if let Err(error) = self.batch("rollback") {
            tracing::info!(%error, "a rollback failed; the connection is given up");
            self.client = None;
        }
    }

    pub(crate) fn batch(&mut self, text: &str) -> Result<(), StatementError> {
        if self.client.is_none() {
            self.connect()?;
        }
        self.client()?.batch_execute(text).map_err(|error| said(&error, text, &[]))
    }

    fn statement(
        &mut self,
        sql: Sql,
        shape: Shape,
        text: impl FnOnce() -> String,
    ) -> Result<Statement, StatementError> {
        let key = (sql.postgres.as_ptr() as usize, sql.postgres.len(), shape);
        if let Some(known) = self.statements.get(&key) {
            return Ok(known.clone());
        }
        if self.statements.len() >= STATEMENTS_KEPT {
            self.statements.clear();
        }
        let text = text();
        let statement = self.client()?.prepare(&text).map_err(|error| said(&error, &text, &[]))?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    fn plain(&mut self, sql: Sql, args: &[Arg]) -> Result<Statement, StatementError> {
        let statement = self.statement(sql, Shape::Plain, || sql.postgres.to_owned())?;
        if statement.params().len() != args.len() {
            return Err(wrong_count(sql.postgres, args, statement.params().len()));
        }
        Ok(statement)
    }

    fn listed(&mut self, sql: Sql, args: &[Arg]) -> Result<Statement, StatementError> {
        let statement = self.statement(sql, Shape::List(args.len()), || {
            sql.postgres.replace(LIST, &format!("= any(${})", args.len() + 1))
        })?;
        if statement.params().len() != args.len() + 1 {
            return Err(wrong_count(
                sql.postgres,
                args,
                statement.params().len().saturating_sub(1),
            ));
        }
        Ok(statement)
    }

    pub(crate) fn each(&mut self, sql: Sql, args: &[Arg], with: Each<'_>) -> Result<(), Stop> {
        let statement = self.plain(sql, args)?;
        let params = args.iter().map(|arg| -> &(dyn ToSql + Sync) { arg }).collect();
        self.stream(sql.postgres, &statement, args, params, with)
    }

    pub(crate) fn each_in(
        &mut self,
        sql: Sql,
        args: &[Arg],
        list: &[Arg],
        with: Each<'_>,
    ) -> Result<(), Stop> {
        let statement = self.listed(sql, args)?;
        let mut params: Vec<&(dyn ToSql + Sync)> =
            args.iter().map(|arg| -> &(dyn ToSql + Sync) { arg }).collect();
        params.push(&list);
        self.stream(sql.postgres, &statement, args, params, with)
    }

    /// Runs a text that is not kept.
    pub(crate) fn each_made(
        &mut self,
        text: &str,
        args: &[Arg],
        with: Each<'_>,
    ) -> Result<(), Stop> {
        let statement = self.client()?.prepare(text).map_err(|error| said(&error, text, args))?;
        if statement.params().len() != args.len() {
            return Err(wrong_count(text, args, statement.params().len()).into());
        }
        let params = args.iter().map(|arg| -> &(dyn ToSql + Sync) { arg }).collect();
        self.stream(text, &statement, args, params, with)
    }

    fn stream(
        &mut self,
        text: &str,
        statement: &Statement,
        args: &[Arg],
        params: Vec<&(dyn ToSql + Sync)>,
        with: Each<'_>,
    ) -> Result<(), Stop> {
        let fail = |error: &postgres::Error| said(error, text, args);
        let mut rows = self.client()?.query_raw(statement, params).map_err(|error| fail(&error))?;
        let mut row = Row::default();
        while let Some(given) = rows.next().map_err(|error| fail(&error))? {
            value::read(&given, &mut row).map_err(|error| fail(&error))?;
            with(&row).map_err(Stop::Caller)?;
        }
        Ok(())
    }

    pub(crate) fn execute(&mut self, sql: Sql, args: &[Arg]) -> Result<u64, Stop> {
        let statement = self.plain(sql, args)?;
        let params: Vec<_> = args.iter().map(|arg| -> &(dyn ToSql + Sync) { arg }).collect();
        let client = self.client()?;
        let rows = client.execute(&statement, &params);
        let rows = rows.map_err(|error| said(&error, sql.postgres, args))?;
        Ok(self.wrote(rows))
    }

    pub(crate) fn execute_in(&mut self, sql: Sql, args: &[Arg], list: &[Arg]) -> Result<u64, Stop> {
        let statement = self.listed(sql, args)?;
        let mut params: Vec<&(dyn ToSql + Sync)> =
            args.iter().map(|arg| -> &(dyn ToSql + Sync) { arg }).collect();
        params.push(&list);
        let client = self.client()?;
        let rows = client.execute(&statement, &params);
        let rows = rows.map_err(|error| said(&error, sql.postgres, args))?;
        Ok(self.wrote(rows))
    }

    /// Takes a block of ids from the table, committed when this returns.
    pub(crate) fn reserve_ids(&mut self, size: i64) -> Result<i64, StatementError> {
        self.start("begin")?;
        let reserve = |session: &mut Session| {
            let statement = session.plain(RESERVE_IDS, &[Arg::Int(size)])?;
            let row = session
                .client()?
                .query_one(&statement, &[&size])
                .map_err(|error| said(&error, RESERVE_IDS.postgres, &[]))?;
            session.commit()?;
            row.try_get::<_, i64>(0).map_err(|error| said(&error, RESERVE_IDS.postgres, &[]))
        };
        let next = reserve(self).inspect_err(|_| self.rollback())?;
        Ok(next - size)
    }

    /// Takes the transaction's locks of these keys in rising order.
    pub(crate) fn lock(&mut self, space: &str, keys: &[i64]) -> Result<(), StatementError> {
        // FNV-1a, 64 bits: <https://www.rfc-editor.org/rfc/rfc9923>
        let space = space.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let space = (space & !(LOCK_BUCKETS as u64 - 1)) as i64;
        let mut buckets: Vec<i64> = keys.iter().map(|key| key.rem_euclid(LOCK_BUCKETS)).collect();
        buckets.sort_unstable();
        buckets.dedup();
        let sql = super::sql(LOCK);
        let statement = self.plain(sql, &[Arg::Null])?;
        for bucket in buckets {
            self.client()?
                .execute(&statement, &[&(space | bucket)])
                .map_err(|error| said(&error, LOCK, &[]))?;
        }
        Ok(())
    }

    pub(crate) fn prepares(&mut self, sql: Sql) -> Result<(), StatementError> {
        let list = format!("= any(${})", parameters(sql.postgres) + 1);
        let text = sql.postgres.replace(LIST, &list);
        self.client()?.prepare(&text).map(drop).map_err(|error| said(&error, &text, &[]))
    }
}

/// What PostgreSQL said, without its `DETAIL`, which quotes values.
fn said(error: &postgres::Error, text: &str, args: &[Arg]) -> StatementError {
    let Some(told) = error.as_db_error() else {
        let mut words = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            words = format!("{words}: {cause}");
            source = cause.source();
        }
        let trouble = if error.is_closed() { Trouble::Lost } else { Trouble::Other };
        return StatementError::new(trouble, text, args, words);
    };
    let code = told.code();
    let trouble = if code.code().starts_with("23") {
        Trouble::Conflict
    } else if [
        &SqlState::T_R_SERIALIZATION_FAILURE,
        &SqlState::T_R_DEADLOCK_DETECTED,
        &SqlState::LOCK_NOT_AVAILABLE,
        &SqlState::TOO_MANY_CONNECTIONS,
    ]
    .contains(&code)
    {
        Trouble::Busy
    } else if code.code().starts_with("57P") || code.code().starts_with("08") {
        Trouble::Lost
    } else {
        Trouble::Other
    };
    StatementError::new(trouble, text, args, format!("{} ({})", told.message(), code.code()))
}
