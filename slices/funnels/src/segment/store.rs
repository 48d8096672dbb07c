//! The statements about words and what is held under them.

use std::collections::BTreeSet;

use people::PersonId;
use platform::args;
use platform::db::{Arg, Sql, Tx, sql};
use platform::failure::Failure;

const WORDS: Sql = sql(
    "select id, of_activity, word, of_companies, built_to, is_timed, is_company from segment_word order by id",
);
const ADD_WORD: Sql =
    sql("insert into segment_word (id, is_company, of_activity, word, of_companies, built_to)
     values ($1, $2, $3, $4, 0, 0) on conflict do nothing");
const BUILT: Sql = sql("update segment_word set built_to = $2 where id = $1");
const OF_COMPANIES: Sql = sql("update segment_word set of_companies = 1 where id = $1");
const TIMED: Sql = sql("update segment_word set is_timed = 1 where id = $1 and is_timed = 0");
const ADD_FACT: Sql = sql(
    "insert into segment_fact (word_id, person_id, from_at, until_at, as_text, as_key, as_exact, as_number, as_truth, as_moment, as_items)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);
const DROP_FACTS: Sql = sql("delete from segment_fact where word_id = $1 and person_id = $2");
const CLEAR_FACTS: Sql =
    sql("delete from segment_fact where word_id = $1 and person_id > $2 and person_id <= $3");
const ADD_ACTIVITY: Sql = sql(
    "insert into segment_activity (word_id, person_id, from_at, until_at, last_at, times, any_at)
     values ($1, $2, $3, $4, $5, $6, $7)",
);
const DROP_ACTIVITIES: Sql =
    sql("delete from segment_activity where word_id = $1 and person_id = $2");
const CLEAR_ACTIVITIES: Sql =
    sql("delete from segment_activity where word_id = $1 and person_id > $2 and person_id <= $3");

pub(crate) const ALL: &[Sql] = &[
    WORDS,
    ADD_WORD,
    BUILT,
    OF_COMPANIES,
    TIMED,
    ADD_FACT,
    DROP_FACTS,
    CLEAR_FACTS,
    ADD_ACTIVITY,
    DROP_ACTIVITIES,
    CLEAR_ACTIVITIES,
];

/// A word that some condition has asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) id: i64,
    /// Whether it is asked of companies; else of people.
    pub(super) is_company: bool,
    /// Whether it is a kind of activity; else a key of facts.
    pub(super) of_activity: bool,
    pub(super) word: String,
    /// Whether some activity of the kind was recorded of a company.
    pub(super) of_companies: bool,
    /// Up to whom what is held stands; `None`: for everybody.
    pub(super) built_to: Option<PersonId>,
    /// Whether anything under it ever held from or until a moment only.
    pub(super) is_timed: bool,
}

/// A word that a condition asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AskedWord {
    pub(super) is_company: bool,
    pub(super) of_activity: bool,
    pub(super) word: String,
}

impl Word {
    /// Whether this is the word that is asked for, and it is ready.
    pub(super) fn is_ready_for(&self, asked: &AskedWord) -> bool {
        self.built_to.is_none()
            && self.is_company == asked.is_company
            && self.of_activity == asked.of_activity
            && self.word == asked.word
    }
}

/// Words as they are kept for the next who asks.
struct Kept(Vec<Word>);

pub(super) fn words(tx: &mut Tx) -> Result<Vec<Word>, Failure> {
    Ok(tx.kept(&["segment_word"], |tx| read(tx).map(Kept))?.0.clone())
}

fn read(tx: &mut Tx) -> Result<Vec<Word>, Failure> {
    let mut found = Vec::new();
    tx.each(WORDS, args![], |row| {
        found.push(Word {
            id: row.int(0),
            is_company: row.flag(6),
            of_activity: row.int(1) != 0,
            word: row.text(2).to_owned(),
            of_companies: row.int(3) != 0,
            built_to: row.int_opt(4),
            is_timed: row.flag(5),
        });
        Ok(())
    })?;
    Ok(found)
}

pub(super) fn add_word(tx: &mut Tx, asked: &AskedWord) -> Result<(), Failure> {
    let id = tx.ids(1)?;
    let (is_company, of_activity) = (i64::from(asked.is_company), i64::from(asked.of_activity));
    tx.execute(ADD_WORD, args![id, is_company, of_activity, asked.word.as_str()])?;
    Ok(())
}

pub(super) fn built(tx: &mut Tx, words: &[i64], to: Option<PersonId>) -> Result<(), Failure> {
    for word in words {
        tx.execute(BUILT, args![*word, to])?;
    }
    Ok(())
}

pub(super) fn of_companies(tx: &mut Tx, word: i64) -> Result<(), Failure> {
    tx.execute(OF_COMPANIES, args![word])?;
    Ok(())
}

/// Rows to be written, and whose rows under which word they take the place of.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) facts: Vec<Vec<Arg>>,
    pub(super) activities: Vec<Vec<Arg>>,
    pub(super) drop_facts: Vec<Vec<Arg>>,
    pub(super) drop_activities: Vec<Vec<Arg>>,
    /// Words under which something holds for a time only, and nothing did before.
    pub(super) timed: BTreeSet<i64>,
}

impl Rows {
    pub(super) fn write(self, tx: &mut Tx) -> Result<(), Failure> {
        tx.bulk(DROP_FACTS, self.drop_facts)?;
        tx.bulk(DROP_ACTIVITIES, self.drop_activities)?;
        tx.bulk(ADD_FACT, self.facts)?;
        tx.bulk(ADD_ACTIVITY, self.activities)?;
        tx.bulk(TIMED, self.timed.into_iter().map(|word| args![word]).collect())?;
        Ok(())
    }
}

/// Takes away what stands under a word of the people after one and up to another.
pub(super) fn clear(
    tx: &mut Tx,
    word: &Word,
    after: PersonId,
    to: PersonId,
) -> Result<(), Failure> {
    let statement = if word.of_activity { CLEAR_ACTIVITIES } else { CLEAR_FACTS };
    tx.execute(statement, args![word.id, after, to])?;
    Ok(())
}
