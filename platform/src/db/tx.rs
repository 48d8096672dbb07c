//! A transaction as verbs and stores see it.
use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::aside::Aside;
use super::error::{StatementError, Trouble};
use super::figures::Figures;
use super::postgres::Session as PostgresSession;
use super::shared::Shared;
use super::sqlite::Session as SqliteSession;
use super::{Arg, Dialect, Made, Passing, Row, Sql};
use crate::Failure;
use crate::live::Said;
use crate::public_id::PublicIds;

/// A transaction under way. A closure is handed one; the closure's `Ok` keeps what it wrote, its `Err` undoes it.
///
/// A statement that fails ends the transaction on both databases: whatever the closure does then, nothing is kept.
pub struct Tx {
    engine: Engine,
    shared: Arc<Shared>,
    failed: bool,
    woken: bool,
    /// What is said once this is committed, and where what this closure says begins.
    said: (Vec<Said>, usize),
    /// What is written if this closure is undone.
    asides: Vec<Aside>,
}

pub(crate) enum Engine {
    Sqlite(Box<SqliteSession>),
    Postgres(Box<PostgresSession>),
}

/// A statement that failed, or a callback that wanted to stop.
pub(crate) enum Stop {
    Statement(StatementError),
    Caller(Failure),
}

impl From<StatementError> for Stop {
    fn from(error: StatementError) -> Stop {
        Stop::Statement(error)
    }
}

thread_local! {
    static WRITING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a closure that writes.
pub(crate) fn is_writing() -> bool {
    WRITING.get()
}

pub(crate) type Each<'a> = &'a mut dyn FnMut(&Row) -> Result<(), Failure>;

/// Values of a list in one statement at most; longer lists run in several.
pub const LIST_CHUNK_MAX: usize = 512;

impl Tx {
    pub(crate) fn new(engine: Engine, shared: Arc<Shared>) -> Tx {
        Tx {
            engine,
            shared,
            failed: false,
            woken: false,
            said: Default::default(),
            asides: Vec::new(),
        }
    }

    /// What the database keeps of itself.
    pub(crate) fn figures(&self) -> &Figures {
        &self.shared.figures
    }

    /// Which database this is. For what cannot be a [`split`](super::split).
    pub fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// `Busy` if another holds what the statement needs, else `Broken`; the same for all that follow here.
    pub fn row(&mut self, sql: Sql, args: impl AsRef<[Arg]>) -> Result<Option<Row>, Failure> {
        let mut first = None;
        self.each(sql, args, |row| {
            if first.is_none() {
                first = Some(row.clone());
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// All rows, in memory: for what has a limit.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn rows(&mut self, sql: Sql, args: impl AsRef<[Arg]>) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        self.each(sql, args, |row| {
            rows.push(row.clone());
            Ok(())
        })?;
        Ok(rows)
    }

    /// Every row as it comes, in constant memory. The row is overwritten by the next; an `Err` of `with` ends the
    /// stream and is given back as it is.
    ///
    /// # Errors
    /// As [`Tx::row`], and what `with` gives.
    pub fn each(
        &mut self,
        sql: Sql,
        args: impl AsRef<[Arg]>,
        mut with: impl FnMut(&Row) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.refuse_after_failure()?;
        let args = args.as_ref();
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.each(sql, args, &mut with),
            Engine::Postgres(session) => session.each(sql, args, &mut with),
        };
        self.noted(result)
    }

    /// As [`Tx::each`], for whoever reads so many rows that it matters what a column costs: each is read when it is
    /// asked for.
    ///
    /// # Errors
    /// As [`Tx::each`].
    pub fn pass(
        &mut self,
        sql: Sql,
        args: impl AsRef<[Arg]>,
        mut with: impl FnMut(&Passing<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.refuse_after_failure()?;
        let args = args.as_ref();
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.pass(sql, args, &mut with),
            Engine::Postgres(session) => {
                session.each(sql, args, &mut |row| with(&Passing::read(row)))
            }
        };
        self.noted(result)
    }

    /// Every row of a statement made while the program runs, as [`Tx::each`].
    ///
    /// # Errors
    /// As [`Tx::each`]; `Broken` for a statement with more arguments than [`MADE_ARGS_MAX`](super::MADE_ARGS_MAX).
    pub fn each_made(
        &mut self,
        made: &Made,
        mut with: impl FnMut(&Row) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.refuse_after_failure()?;
        let text = made.text_for(self.dialect())?;
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.each_made(&text, made.args(), &mut with),
            Engine::Postgres(session) => session.each_made(&text, made.args(), &mut with),
        };
        self.noted(result)
    }

    /// The whole numbers in the only column of a made statement, each as it comes: for whoever reads a million of them.
    ///
    /// # Errors
    /// As [`Tx::each`].
    pub fn numbers_made(
        &mut self,
        made: &Made,
        mut with: impl FnMut(i64) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.refuse_after_failure()?;
        let text = made.text_for(self.dialect())?;
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.numbers_made(&text, made.args(), &mut with),
            Engine::Postgres(session) => {
                session.each_made(&text, made.args(), &mut |row| with(row.int(0)))
            }
        };
        self.noted(result)
    }

    /// The same of two columns.
    ///
    /// # Errors
    /// As [`Tx::each`].
    pub fn pairs_made(
        &mut self,
        made: &Made,
        mut with: impl FnMut(i64, i64) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.refuse_after_failure()?;
        let text = made.text_for(self.dialect())?;
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.pairs_made(&text, made.args(), &mut with),
            Engine::Postgres(session) => {
                session.each_made(&text, made.args(), &mut |row| with(row.int(0), row.int(1)))
            }
        };
        self.noted(result)
    }

    /// Runs a statement for its effect; gives how many rows it touched.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn execute(&mut self, sql: Sql, args: impl AsRef<[Arg]>) -> Result<u64, Failure> {
        self.refuse_after_failure()?;
        let args = args.as_ref();
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.execute(sql, args),
            Engine::Postgres(session) => session.execute(sql, args),
        };
        self.noted(result)
    }

    /// Runs `insert into t (a, b) values ($1, $2) [on conflict …]`, an `update` or a `delete` once for each list of
    /// arguments, in their order, as fast as the database can; gives how many rows were touched in all. The effect is
    /// that of running them one by one, and faster if clustered tables get their rows in the order of their key.
    ///
    /// # Errors
    /// As [`Tx::row`]; and lists of unequal length are `Broken`.
    pub fn bulk(&mut self, sql: Sql, rows: Vec<Vec<Arg>>) -> Result<u64, Failure> {
        self.refuse_after_failure()?;
        if rows.is_empty() {
            return Ok(0);
        }
        let width = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|row| row.len() != width) {
            self.failed = true;
            return Err(Failure::broken("rows of unequal length were handed to `bulk`"));
        }
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.bulk(sql, &rows),
            Engine::Postgres(session) => session.bulk(sql, &rows),
        };
        self.noted(result)
    }

    /// Rows of a statement with `in ({list})` for a list of any length: several statements if it is long, whose rows
    /// follow each other. A value that stands twice in the list counts once within a chunk, so give each once.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn rows_in(&mut self, sql: Sql, list: &[Arg]) -> Result<Vec<Row>, Failure> {
        self.rows_in_with(sql, &[], list)
    }

    /// As [`Tx::rows_in`], with arguments `$1 …` of its own before the list.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn rows_in_with(
        &mut self,
        sql: Sql,
        args: &[Arg],
        list: &[Arg],
    ) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        self.each_in(sql, args, list, |row| {
            rows.push(row.clone());
            Ok(())
        })?;
        Ok(rows)
    }

    /// As [`Tx::rows_in_with`], each row as it comes. An empty list gives no row without asking.
    ///
    /// # Errors
    /// As [`Tx::each`].
    pub fn each_in(
        &mut self,
        sql: Sql,
        args: &[Arg],
        list: &[Arg],
        mut with: impl FnMut(&Row) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.refuse_after_failure()?;
        for chunk in list.chunks(LIST_CHUNK_MAX) {
            let result = match &mut self.engine {
                Engine::Sqlite(session) => session.each_in(sql, args, chunk, &mut with),
                Engine::Postgres(session) => session.each_in(sql, args, chunk, &mut with),
            };
            self.noted(result)?;
        }
        Ok(())
    }

    /// Runs an `update` or `delete` with `in ({list})`; gives how many rows were touched in all.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn execute_in(&mut self, sql: Sql, args: &[Arg], list: &[Arg]) -> Result<u64, Failure> {
        self.refuse_after_failure()?;
        let mut touched = 0;
        for chunk in list.chunks(LIST_CHUNK_MAX) {
            let result = match &mut self.engine {
                Engine::Sqlite(session) => session.execute_in(sql, args, chunk),
                Engine::Postgres(session) => session.execute_in(sql, args, chunk),
            };
            touched += self.noted(result)?;
        }
        Ok(touched)
    }

    /// Reserves that many ids that follow each other and gives the first. What a closure keeps under its ids is never
    /// met by another's, whoever is killed when; ids of a closure that failed may be given again. Small dense numbers,
    /// one space for everything that has an id.
    ///
    /// # Errors
    /// As [`Tx::row`]; `Broken` inside a reader.
    pub fn ids(&mut self, count: u32) -> Result<i64, Failure> {
        self.refuse_after_failure()?;
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.ids(count).map_err(Failure::from),
            Engine::Postgres(_) => self.shared.ids(count),
        };
        result.inspect_err(|_| self.failed = true)
    }

    /// Holds the keys of a space against other writers until this transaction ends; whoever wants one of them waits.
    /// What is read after it is what the one before left. On SQLite there is one writer and nothing to wait for. Ask
    /// for all keys at once: they are taken in an order that cannot lock up two closures.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn lock(&mut self, space: &'static str, keys: &[i64]) -> Result<(), Failure> {
        self.refuse_after_failure()?;
        let result = match &mut self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(session) => session.lock(space, keys),
        };
        self.noted(result)
    }

    /// What is made of these tables, read by `load`; on SQLite, where one writes, it is kept until one of them is written,
    /// anything is undone, or another process has written. For how a workspace is arranged, which each write asks and
    /// few change; one value of each type.
    ///
    /// # Errors
    /// As `load`.
    pub fn kept<T: Any + Send + Sync>(
        &mut self,
        tables: &'static [&'static str],
        load: impl FnOnce(&mut Tx) -> Result<T, Failure>,
    ) -> Result<Arc<T>, Failure> {
        self.refuse_after_failure()?;
        if let Some(kept) = self.sqlite().and_then(|session| session.kept()) {
            return Ok(kept);
        }
        let loaded = Arc::new(load(self)?);
        if let Some(session) = self.sqlite() {
            session.keep(tables, &loaded);
        }
        Ok(loaded)
    }

    /// Whether [`Tx::kept`] keeps anything here, so that it is worth to read more than what is asked for.
    pub(crate) fn keeps(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(session) => session.keeps(),
            Engine::Postgres(_) => false,
        }
    }

    /// A part that the program was assembled from, as [`App::part`](crate::App::part).
    ///
    /// # Panics
    /// If there is none of that type.
    pub fn part<T: Any + Send + Sync>(&self) -> Arc<T> {
        self.shared.parts.load()
    }

    /// A part, if the program was assembled with one.
    pub fn find_part<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.shared.parts.find()
    }

    /// How ids look outside.
    pub fn public_ids(&self) -> PublicIds {
        self.shared.public_ids()
    }

    /// Wakes the workers once this is committed: there is a job.
    pub(crate) fn wake_workers(&mut self) {
        self.woken = true;
    }

    /// Says that something happened to whoever listens, once this is committed; the same twice is said once.
    pub fn publish(&mut self, said: Said) {
        if !self.said.0.contains(&said) {
            self.said.0.push(said);
        }
    }

    /// Has something written although this closure is undone, after it, in a transaction of its own: that it was asked
    /// for, say. If the closure is kept, this is not done.
    pub fn even_if_undone(
        &mut self,
        aside: impl FnOnce(&mut Tx) -> Result<(), Failure> + Send + 'static,
    ) {
        self.asides.push(Box::new(aside));
    }

    pub(crate) fn take_asides(&mut self) -> Vec<Aside> {
        std::mem::take(&mut self.asides)
    }

    /// Says nothing of what this closure said: it is undone.
    pub(crate) fn unsay(&mut self) {
        self.said.0.truncate(self.said.1);
    }

    pub(crate) fn batch(&mut self, text: &str) -> Result<(), Failure> {
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.batch(text),
            Engine::Postgres(session) => session.batch(text),
        };
        self.noted(result)
    }

    /// Prepares a statement and does no more: whether this database can read it.
    ///
    /// # Errors
    /// `Broken` with what the database says.
    pub fn prepares(&mut self, sql: Sql) -> Result<(), Failure> {
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.prepares(sql),
            Engine::Postgres(session) => session.prepares(sql),
        };
        self.noted(result)
    }

    pub(crate) fn start_closure(&mut self) {
        self.failed = false;
        self.said.1 = self.said.0.len();
        self.asides.clear();
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    pub(crate) fn begin_read(&mut self) -> Result<(), Failure> {
        self.failed = false;
        match &mut self.engine {
            Engine::Sqlite(session) => session.begin_read()?,
            Engine::Postgres(session) => {
                session.begin("begin isolation level repeatable read read only")?
            }
        }
        Ok(())
    }

    pub(crate) fn end_read(&mut self) {
        match &mut self.engine {
            Engine::Sqlite(session) => session.rollback(),
            Engine::Postgres(session) => session.rollback(),
        }
    }

    pub(crate) fn begin_write(&mut self) -> Result<(), Failure> {
        (self.failed, self.woken) = (false, false);
        self.said.0.clear();
        match &mut self.engine {
            Engine::Sqlite(session) => session.begin_write()?,
            Engine::Postgres(session) => session.begin("begin")?,
        }
        WRITING.set(true);
        Ok(())
    }

    pub(crate) fn commit(&mut self) -> Result<(), Failure> {
        WRITING.set(false);
        match &mut self.engine {
            Engine::Sqlite(session) => session.commit()?,
            Engine::Postgres(session) => session.commit()?,
        }
        if std::mem::take(&mut self.woken) {
            self.shared.wake.notify_one();
        }
        for said in self.said.0.drain(..) {
            self.shared.live.say(said);
        }
        Ok(())
    }

    pub(crate) fn rollback(&mut self) {
        WRITING.set(false);
        (self.failed, self.woken) = (false, false);
        self.said.0.clear();
        match &mut self.engine {
            Engine::Sqlite(session) => session.rollback(),
            Engine::Postgres(session) => session.rollback(),
        }
    }

    pub(crate) fn sqlite(&mut self) -> Option<&mut SqliteSession> {
        match &mut self.engine {
            Engine::Sqlite(session) => Some(session),
            Engine::Postgres(_) => None,
        }
    }

    fn refuse_after_failure(&self) -> Result<(), Failure> {
        if self.failed {
            return Err(Failure::broken("an earlier statement of this closure failed"));
        }
        Ok(())
    }

    fn noted<T, E: Into<Stop>>(&mut self, result: Result<T, E>) -> Result<T, Failure> {
        self.shared.figures.statements.fetch_add(1, Ordering::Relaxed);
        result.map_err(|stop| match stop.into() {
            Stop::Statement(error) => {
                self.failed = true;
                error.into()
            }
            Stop::Caller(failure) => failure,
        })
    }
}

/// A statement that was given the wrong number of arguments.
pub(crate) fn wrong_count(text: &str, args: &[Arg], wanted: usize) -> StatementError {
    let words = format!("{wanted} arguments are needed and {} were given", args.len());
    StatementError::new(Trouble::Other, text, args, words)
}
