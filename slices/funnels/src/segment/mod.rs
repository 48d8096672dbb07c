//! Segments: how many people meet a condition now, and who.
//!
//! **Promise:** whoever is counted is who the evaluator finds, under the lens and as of now. What a condition asks for
//! is kept at hand from the first time it is asked on; until it is ready nothing is counted rather than too little.
//! **Never:** keeps what nobody asks for.

mod ask;
mod build;
mod crowd;
mod formula;
mod keep;
pub(crate) mod store;

use std::sync::Arc;

use funnel::Definition;
use funnel::condition::{Condition, Fault, Names, Of, Term};
use funnel::sql::{self, Dialect, Numbers, Parts, Piece, Schema, Statement, Words};
use moment::Moment;
use people::{LensId, PersonId};
use platform::db::{self, Made, Tx};
use platform::failure::Failure;
use serde_json::json;
use team::{Right, Sight, User};

use crate::former;
use crate::lens::{self, Lens};

use crowd::Crowd;

pub use ask::ConditionsOfLenses;
pub use build::{BUILD, Build};
pub(crate) use keep::{Keeper, News};
use store::AskedWord;

/// Words that a workspace may keep at hand.
const WORDS_MAX: usize = 1_000;

/// People looked up in one statement.
const AMONG_MAX: usize = 1_000;

const SCHEMA: Schema = Schema {
    person: people::PERSONS,
    territory: people::TERRITORIES,
    former: former::TABLE,
    fact: sql::FactTable {
        table: "segment_fact",
        by_person: " indexed by sqlite_autoindex_segment_fact_1",
        key: "word_id",
        person: "person_id",
        from: "from_at",
        until: "until_at",
        text: "as_text",
        text_key: "as_key",
        key_of: keep::text_key,
        exact: "as_exact",
        exact_chars_max: keep::EXACT_CHARS_MAX,
        number: "as_number",
        truth: "as_truth",
        moment: "as_moment",
        items: "as_items",
    },
    held_activity: sql::HeldActivityTable {
        table: "segment_activity",
        kind: "word_id",
        person: "person_id",
        from: "from_at",
        until: "until_at",
        last_at: "last_at",
        count: "times",
        any_at: "any_at",
    },
    standing: people::stand::STANDINGS,
    activity: journal::ACTIVITIES,
    of_company: None,
};

/// The same of companies, whose own facts and activities stand under words of their own.
const OF_COMPANIES: Schema = Schema {
    person: people::companies::COMPANIES,
    standing: people::companies::STANDINGS,
    of_company: Some(people::companies::BESIDES),
    ..SCHEMA
};

/// Words that some condition has asked for and that are not read out of all histories yet.
///
/// # Errors
/// `Broken` when the database fails.
pub fn unready(tx: &mut Tx) -> Result<Vec<String>, Failure> {
    let words = store::words(tx)?;
    Ok(words.into_iter().filter(|word| word.built_to.is_some()).map(|word| word.word).collect())
}

/// A condition to be asked of everybody, or of every company, under a lens.
#[derive(Clone, Debug)]
pub struct Segment {
    of: Of,
    lens: LensId,
    version: i64,
    definition: Arc<Definition>,
    condition: Condition,
}

impl Segment {
    /// A condition about people in its text form: see [`Segment::read_of`].
    ///
    /// # Errors
    /// As [`Segment::read_of`].
    pub fn read(lens: &Lens, text: &str) -> Result<Segment, Failure> {
        Segment::read_of(lens, Of::People, text)
    }

    /// A condition in its text form, over the names that the lens' definition gives.
    ///
    /// # Errors
    /// `Refused` with `condition` for a text that is none: where it is wrong, and what was probably meant; with
    /// `no_definition` while nothing is in force under the lens.
    pub fn read_of(lens: &Lens, of: Of, text: &str) -> Result<Segment, Failure> {
        let Some((version, definition)) = lens.current() else {
            let words = format!("no definition is in force under the lens {}", lens.name);
            return Err(Failure::refused("no_definition", words));
        };
        let names = Names { of, ..definition.names() };
        let condition = Condition::parse_with(text, &names).map_err(refused)?;
        Ok(Segment {
            of,
            lens: lens.id,
            version: version.version,
            definition: Arc::clone(definition),
            condition,
        })
    }

    /// What it is about.
    pub fn of(&self) -> Of {
        self.of
    }

    /// The condition.
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Whether it can be asked of everybody.
    ///
    /// # Errors
    /// `Refused` with `condition` for what a database can't say, with its place.
    pub fn check(&self, tx: &Tx) -> Result<(), Failure> {
        // What is refused is refused whatever is recorded.
        self.compiled(tx, &Sight::Everybody, Moment::START, &Ready::default(), |_| ())
    }

    /// Whoever is not told a fact does not ask for it either, or the answer would tell it.
    fn told_to(&self, who: &User) -> Result<(), Failure> {
        who.may(Right::ReadPeople)?;
        let mut hidden = None;
        let is_of_company = self.of == Of::Companies;
        self.condition.terms(&mut |term| {
            // What people make of a company tells where they work.
            let key = match term {
                Term::Score(score) if lens::is_kept(who, &self.definition, *score) => {
                    hidden = Some(term.to_string());
                    return;
                }
                Term::Fact(key) => key,
                Term::Stage | Term::People if is_of_company => people::WORKS_AT,
                _ => return,
            };
            if who.is_hidden(key) {
                hidden = Some(key.to_owned());
            }
        });
        if is_of_company && asks_somebody(&self.condition) && who.is_hidden(people::WORKS_AT) {
            hidden = Some(people::WORKS_AT.to_owned());
        }
        match hidden {
            None => Ok(()),
            Some(key) => {
                let words = format!("{key} is kept from you, so you can't ask for it");
                Err(Failure::refused("condition", words))
            }
        }
    }

    /// The words that it asks for and that are not ready, put down to be made; gives the job that makes them.
    /// Nothing if all are ready.
    ///
    /// # Errors
    /// `Refused` with `words` when the workspace keeps too many already.
    pub fn prepare(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<i64>, Failure> {
        let this = self.whole(tx)?;
        this.told_to(who)?;
        this.check(tx)?;
        let kept = store::words(tx)?;
        let missing: Vec<AskedWord> = this.missing(&kept);
        make_ready(tx, kept.len(), missing, now)
    }

    /// How many people, or companies, that the user sees meet the condition; nothing while it is not ready: see [`Segment::prepare`].
    ///
    /// # Errors
    /// `Refused` with `condition` for what can't be asked of everybody.
    pub fn count(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<u64>, Failure> {
        let this = self.whole(tx)?;
        this.told_to(who)?;
        let Some(numbers) = this.numbers(tx)? else { return Ok(None) };
        // PostgreSQL hashes what it holds against each other; to bring it all here would cost more.
        if tx.dialect() == db::Dialect::Sqlite {
            let parts = |compiled: &sql::Compiled<'_>| compiled.parts();
            let parts = this.compiled_as(tx, &who.sight, now, &numbers, false, parts)?;
            if !matches!(parts, Parts::Of(_)) {
                return Ok(Some(Crowd::of(tx, &parts)?.count()));
            }
        }
        let statement =
            this.compiled(tx, &who.sight, now, &numbers, |compiled| compiled.count())?;
        let mut count = 0;
        tx.each_made(&made(&statement), |row| {
            count = row.int(0).unsigned_abs();
            Ok(())
        })?;
        Ok(Some(count))
    }

    /// Who meets the condition, of those whom the user sees: the next by id, `limit` of them after `after`. Nothing while it is not ready.
    ///
    /// # Errors
    /// As [`Segment::count`].
    pub fn people(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
        (after, limit): (PersonId, i64),
    ) -> Result<Option<Vec<PersonId>>, Failure> {
        let this = self.whole(tx)?;
        this.told_to(who)?;
        let Some(numbers) = this.numbers(tx)? else { return Ok(None) };
        let statement =
            this.compiled(tx, &who.sight, now, &numbers, |compiled| compiled.ids(after, limit))?;
        let mut found = Vec::new();
        tx.each_made(&made(&statement), |row| {
            found.push(row.int(0));
            Ok(())
        })?;
        Ok(Some(found))
    }

    /// Those of some people whom the user sees who meet the condition, in no order; costs the same in any workspace. Nothing while it is
    /// not ready.
    ///
    /// # Errors
    /// `Refused` with `condition` for what can't be asked of everybody.
    pub fn among(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
        people: &[PersonId],
    ) -> Result<Option<Vec<PersonId>>, Failure> {
        let this = self.whole(tx)?;
        this.told_to(who)?;
        let Some(numbers) = this.numbers(tx)? else { return Ok(None) };
        let mut found = Vec::new();
        for some in people.chunks(AMONG_MAX) {
            let statement =
                this.compiled(tx, &who.sight, now, &numbers, |compiled| compiled.among(some))?;
            tx.each_made(&made(&statement), |row| {
                found.push(row.int(0));
                Ok(())
            })?;
        }
        Ok(Some(found))
    }

    /// A statement that gives `id`, everybody whom the user sees who meets the condition, in no order. Nothing while it is not ready.
    ///
    /// # Errors
    /// As [`Segment::count`].
    pub fn set(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<Made>, Failure> {
        let this = self.whole(tx)?;
        this.told_to(who)?;
        let Some(numbers) = this.numbers(tx)? else { return Ok(None) };
        this.compiled(tx, &who.sight, now, &numbers, |compiled| Some(made(&compiled.set())))
    }

    /// The words that it asks for.
    fn words(&self) -> Vec<AskedWord> {
        let (of_people, of_companies) = match self.of {
            Of::People => (sql::words(&self.condition, &self.definition), Words::default()),
            Of::Companies => {
                let (own, peoples) = sql::words_of_companies(&self.condition, &self.definition);
                (peoples, own)
            }
        };
        let mut asked = Vec::new();
        for (is_company, words) in [(false, of_people), (true, of_companies)] {
            let keys = words.keys.into_iter().map(|word| (false, word));
            let all = keys.chain(words.kinds.into_iter().map(|word| (true, word)));
            asked.extend(all.map(|(of_activity, word)| AskedWord {
                is_company,
                of_activity,
                word,
            }));
        }
        asked
    }

    /// The words that it asks for and that are not ready, those in the making among them.
    fn missing(&self, kept: &[store::Word]) -> Vec<AskedWord> {
        let is_kept = |asked: &AskedWord| kept.iter().any(|kept| kept.is_ready_for(asked));
        self.words().into_iter().filter(|asked| !is_kept(asked)).collect()
    }

    /// The numbers of its words, once all are ready.
    fn numbers(&self, tx: &mut Tx) -> Result<Option<Ready>, Failure> {
        let kept = store::words(tx)?;
        if !self.missing(&kept).is_empty() {
            return Ok(None);
        }
        let mut ready = Ready::default();
        for word in kept.into_iter().filter(|word| word.built_to.is_none()) {
            let of = if word.is_company { &mut ready.companies } else { &mut ready.people };
            if !word.is_timed {
                of.steady.insert(word.id);
            }
            if !word.of_activity {
                of.keys.insert(word.word, word.id);
                continue;
            }
            if word.of_companies {
                of.of_companies.insert(word.word.clone());
            }
            of.kinds.insert(word.word, word.id);
        }
        Ok(Some(ready))
    }

    fn compiled<T>(
        &self,
        tx: &Tx,
        sight: &Sight,
        now: Moment,
        ready: &Ready,
        then: impl Fn(&sql::Compiled<'_>) -> T,
    ) -> Result<T, Failure> {
        self.compiled_as(tx, sight, now, ready, true, then)
    }

    fn compiled_as<T>(
        &self,
        tx: &Tx,
        sight: &Sight,
        now: Moment,
        ready: &Ready,
        in_order: bool,
        then: impl Fn(&sql::Compiled<'_>) -> T,
    ) -> Result<T, Failure> {
        let dialect = match tx.dialect() {
            db::Dialect::Sqlite => Dialect::Sqlite,
            db::Dialect::Postgres => Dialect::Postgres,
        };
        let of_people = sql::Ask {
            schema: &SCHEMA,
            dialect,
            numbers: &ready.people,
            lens: self.lens,
            version: self.version,
            definition: &self.definition,
            now,
            seen: match sight {
                Sight::Everybody => None,
                Sight::Limited(limits) => {
                    Some(sql::Seen { owners: &limits.owners, territories: &limits.territories })
                }
            },
            people: None,
            in_order,
        };
        let ask = match self.of {
            Of::People => of_people,
            Of::Companies => sql::Ask {
                schema: &OF_COMPANIES,
                numbers: &ready.companies,
                seen: None,
                people: Some(&of_people),
                ..of_people
            },
        };
        Ok(then(&sql::compile(&self.condition, ask).map_err(refused)?))
    }
}

/// The numbers of words that are ready: of people, and of companies.
#[derive(Default)]
struct Ready {
    people: Numbers,
    companies: Numbers,
}

fn asks_somebody(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(asks_somebody),
        Condition::Not(part) | Condition::Decided(part) => asks_somebody(part),
        Condition::Somebody(_) => true,
        _ => false,
    }
}

/// Puts words down to be made, and has the job make them; nothing if there are none.
fn make_ready(
    tx: &mut Tx,
    kept: usize,
    missing: Vec<AskedWord>,
    now: Moment,
) -> Result<Option<i64>, Failure> {
    if missing.is_empty() {
        return Ok(None);
    }
    if kept + missing.len() > WORDS_MAX {
        let words = format!(
            "conditions have asked for {kept} facts and kinds of activities so far, and at most {WORDS_MAX} are kept at hand"
        );
        return Err(Failure::refused("words", words));
    }
    for asked in &missing {
        store::add_word(tx, asked)?;
    }
    Ok(Some(platform::jobs::enqueue(tx, BUILD, Some("words"), &json!({}), now)?))
}

fn refused(fault: Fault) -> Failure {
    Failure::refused("condition", fault.to_string())
}

fn made(statement: &Statement) -> Made {
    let mut made = Made::default();
    for piece in &statement.pieces {
        match piece {
            Piece::Text(text) => made.text(text),
            Piece::Arg(sql::Value::Int(value)) => made.arg(*value),
            Piece::Arg(sql::Value::Real(value)) => made.arg(*value),
            Piece::Arg(sql::Value::Text(value)) => made.arg(value.as_str()),
        };
    }
    made
}
