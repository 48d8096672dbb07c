//! The statements of the search. Each looks at the beginning of an index, and at no more of it than its limit says.

use std::collections::BTreeSet;

use moment::Moment;
use platform::args;
use platform::db::{Arg, Made, Sql, Tx, sql};
use platform::failure::Failure;
use team::User;
use team::sight::Limits;

use crate::sight;

/// Turns that are read through for a second word at most: what a few milliseconds hold.
const TURNS_READ_MAX: i64 = 30_000;
/// Words that are looked up one by one, as the name of one person has them.
const FEW_WORDS: usize = 6;
/// Texts with a word that are read through for the others at most.
const TEXTS_READ_MAX: i64 = 2_000;

const ADD_TURN: Sql = sql(
    "insert into search_name (of_company, turn, subject_id) values ($1, $2, $3) on conflict do nothing",
);
const REMOVE_TURN: Sql =
    sql("delete from search_name where of_company = $1 and turn = $2 and subject_id = $3");
const WORDS: Sql = sql("select word from search_word where word in ({list})");
const ADD_WORD: Sql = sql("insert into search_word (word) values ($1) on conflict do nothing");
const REMOVE_WORD: Sql = sql("delete from search_word where word = $1");
const ADD_SLIP: Sql =
    sql("insert into search_slip (slip, word) values ($1, $2) on conflict do nothing");
const REMOVE_SLIP: Sql = sql("delete from search_slip where slip = $1 and word = $2");
const IS_SAID: Sql = sql("select subject_id from search_name
     where of_company = $1 and turn >= $2 and turn < $3 limit 1");
const BEGINS: Sql = sql("select word from search_word where word >= $1 and word < $2 limit 1");
const LIKE: Sql = sql("select distinct word from search_slip where slip in ({list})");
const NAMED: Sql = sql("select subject_id from search_name
     where of_company = $1 and turn >= $2 and turn < $3 order by turn, subject_id limit $4");
const NAMED_AFTER: Sql = sql("select turn, subject_id from search_name
     where of_company = $1 and (turn, subject_id) > ($2, $3) and turn < $4
     order by turn, subject_id limit $5");
const NAMED_AND: Sql = sql("select subject_id from
     (select turn, subject_id from search_name
      where of_company = $1 and turn >= $2 and turn < $3 order by turn, subject_id limit $7) as part
     where turn like $4 and turn like $5 order by turn, subject_id limit $6");
const ADD_TEXT: Sql = sql(
    "insert into search_text (id, subject_id, entry_id, occurred_at, is_note, reader_id, words)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
);
const ADD_SAID: Sql =
    sql("insert into search_said (word, text_id) values ($1, $2) on conflict do nothing");
const TEXTS_OF: Sql = sql("select entry_id from search_text where subject_id = $1");
const TEXT_OF: Sql =
    sql("select id, words from search_text where subject_id = $1 and entry_id = $2");
const ALL_TEXTS_OF: Sql = sql("select id, words from search_text where subject_id = $1");
const REMOVE_TEXT: Sql = sql("delete from search_text where id = $1");
const REMOVE_SAID: Sql = sql("delete from search_said where word = $1 and text_id = $2");
const SAID: Sql = sql("select t.subject_id, t.entry_id, t.occurred_at, t.is_note from
     (select text_id from search_said where word >= $1 and word < $2
      order by word desc, text_id desc limit $6) as part
     join search_text t on t.id = part.text_id
     where t.words like $3 and t.words like $4 and (t.reader_id is null or t.reader_id = $5)
     order by t.id desc limit $7");

pub(super) const ALL: &[Sql] = &[
    ADD_TURN,
    REMOVE_TURN,
    WORDS,
    ADD_WORD,
    REMOVE_WORD,
    ADD_SLIP,
    REMOVE_SLIP,
    IS_SAID,
    BEGINS,
    LIKE,
    NAMED,
    NAMED_AFTER,
    NAMED_AND,
    ADD_TEXT,
    ADD_SAID,
    TEXTS_OF,
    TEXT_OF,
    ALL_TEXTS_OF,
    REMOVE_TEXT,
    REMOVE_SAID,
    SAID,
];

/// Just after everything that begins with the text.
fn end(text: &str) -> String {
    format!("{text}\u{10ffff}")
}

/// What holds a word that begins so, after another.
fn holds(word: Option<&String>) -> String {
    // Words are letters and digits alone, so nothing in them is a sign of the pattern.
    word.map_or_else(|| "%".to_owned(), |word| format!("% {word}%"))
}

pub(super) fn add_turns(
    tx: &mut Tx,
    of_company: bool,
    mut turns: Vec<(String, i64)>,
) -> Result<(), Failure> {
    turns.sort_unstable();
    let rows = turns.into_iter().map(|(turn, id)| args![of_company, turn, id]).collect();
    tx.bulk(ADD_TURN, rows).map(drop)
}

pub(super) fn remove_turns(
    tx: &mut Tx,
    of_company: bool,
    turns: Vec<(String, i64)>,
) -> Result<(), Failure> {
    let rows = turns.into_iter().map(|(turn, id)| args![of_company, turn, id]).collect();
    tx.bulk(REMOVE_TURN, rows).map(drop)
}

/// Which of these words no name holds yet.
pub(super) fn new_words(tx: &mut Tx, words: BTreeSet<String>) -> Result<Vec<String>, Failure> {
    let list: Vec<Arg> = words.iter().map(Arg::from).collect();
    let mut known = BTreeSet::new();
    // For a list SQLite makes a table of its own: a few words are sooner found one by one.
    let at_once = if list.len() <= FEW_WORDS { 1 } else { list.len() };
    for some in list.chunks(at_once) {
        tx.each_in(WORDS, &[], some, |row| {
            known.insert(row.text(0).to_owned());
            Ok(())
        })?;
    }
    Ok(words.into_iter().filter(|word| !known.contains(word)).collect())
}

pub(super) fn add_words(
    tx: &mut Tx,
    words: &[String],
    slips: &[(String, &str)],
) -> Result<(), Failure> {
    tx.bulk(ADD_WORD, words.iter().map(|word| args![word]).collect())?;
    tx.bulk(ADD_SLIP, slips.iter().map(|(slip, word)| args![slip, *word]).collect()).map(drop)
}

pub(super) fn remove_word(
    tx: &mut Tx,
    word: &str,
    slips: &BTreeSet<String>,
) -> Result<(), Failure> {
    tx.execute(REMOVE_WORD, args![word])?;
    tx.bulk(REMOVE_SLIP, slips.iter().map(|slip| args![slip, word]).collect()).map(drop)
}

/// Whether any name still holds the word.
pub(super) fn is_said(tx: &mut Tx, word: &str) -> Result<bool, Failure> {
    // Just after "word" and "word …" comes "word!".
    let end = format!("{word}!");
    for of_company in [false, true] {
        if tx.row(IS_SAID, args![of_company, word, end.as_str()])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether any name holds a word that begins so.
pub(super) fn begins(tx: &mut Tx, word: &str) -> Result<bool, Failure> {
    Ok(tx.row(BEGINS, args![word, end(word)])?.is_some())
}

/// Words that share one of these slips.
pub(super) fn like(tx: &mut Tx, slips: &BTreeSet<String>) -> Result<BTreeSet<String>, Failure> {
    let list: Vec<Arg> = slips.iter().map(Arg::from).collect();
    let mut found = BTreeSet::new();
    tx.each_in(LIKE, &[], &list, |row| {
        found.insert(row.text(0).to_owned());
        Ok(())
    })?;
    Ok(found)
}

/// Whoever has a turn that begins so, in the order of their turns.
pub(super) fn named(
    tx: &mut Tx,
    of_company: bool,
    beginning: &str,
    limit: i64,
) -> Result<Vec<i64>, Failure> {
    let rows = tx.rows(NAMED, args![of_company, beginning, end(beginning), limit])?;
    Ok(rows.iter().map(|row| row.int(0)).collect())
}

/// The next people whose turns begin so, after a turn and a person; before the first of them come the beginning and nobody.
pub(super) fn named_after(
    tx: &mut Tx,
    beginning: &str,
    (turn, person): &(String, i64),
    limit: i64,
) -> Result<Vec<(String, i64)>, Failure> {
    let args = args![false, turn.as_str(), *person, end(beginning), limit];
    let rows = tx.rows(NAMED_AFTER, args)?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect())
}

/// Whoever has a word that begins with `first`, and words that begin with each of the others: two count.
pub(super) fn named_and(
    tx: &mut Tx,
    of_company: bool,
    first: &str,
    others: &[&String],
    limit: i64,
) -> Result<Vec<i64>, Failure> {
    let mut others = others.iter().copied();
    let (second, third) = (holds(others.next()), holds(others.next()));
    let args = args![of_company, first, end(first), second, third, limit, TURNS_READ_MAX];
    Ok(tx.rows(NAMED_AND, args)?.iter().map(|row| row.int(0)).collect())
}

/// People at these companies, whom the user sees, in whose name a word begins so.
pub(super) fn at_named(
    tx: &mut Tx,
    who: &User,
    companies: &[i64],
    word: &String,
    limit: i64,
) -> Result<Vec<i64>, Failure> {
    if companies.is_empty() {
        return Ok(Vec::new());
    }
    let mut made = Made::default();
    made.text("select p.id from person p where p.company_id in (");
    for (at, company) in companies.iter().enumerate() {
        made.text(if at == 0 { "" } else { ", " }).arg(*company);
    }
    made.text(") and ' ' || p.name_key like ").arg(holds(Some(word)));
    sight::narrow(&mut made, who, "p.id");
    made.text(" order by p.name_key, p.id limit ").arg(limit);
    numbers(tx, &made)
}

/// Of somebody's few, those whose names hold all of these words: each is held against them.
pub(super) fn among(
    tx: &mut Tx,
    limits: &Limits,
    words: &[String],
    limit: i64,
) -> Result<Vec<i64>, Failure> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut made = Made::default();
    made.text("select p.id from (");
    sight::gather(&mut made, limits);
    made.text(") mine cross join person p where p.id = mine.id");
    for word in words {
        made.text(" and p.name_key like ").arg(format!("%{word}%"));
    }
    made.text(" order by p.name_key, p.id limit ").arg(limit);
    numbers(tx, &made)
}

fn numbers(tx: &mut Tx, made: &Made) -> Result<Vec<i64>, Failure> {
    let mut found = Vec::new();
    tx.each_made(made, |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(found)
}

/// A text to be found.
pub(super) struct NewText {
    pub subject: i64,
    pub entry: i64,
    pub at: Moment,
    pub is_note: bool,
    pub reader: Option<i64>,
    pub words: BTreeSet<String>,
}

pub(super) fn add_texts(tx: &mut Tx, texts: &[NewText]) -> Result<(), Failure> {
    if texts.is_empty() {
        return Ok(());
    }
    let first = tx.ids(u32::try_from(texts.len()).unwrap_or(u32::MAX))?;
    let (mut rows, mut said) = (Vec::with_capacity(texts.len()), Vec::new());
    for (id, text) in (first..).zip(texts) {
        let words: Vec<&str> = text.words.iter().map(String::as_str).collect();
        let all = format!(" {} ", words.join(" "));
        said.extend(words.iter().map(|word| ((*word).to_owned(), id)));
        rows.push(args![id, text.subject, text.entry, text.at, text.is_note, text.reader, all]);
    }
    said.sort_unstable();
    tx.bulk(ADD_TEXT, rows)?;
    tx.bulk(ADD_SAID, said.into_iter().map(|(word, id)| args![word, id]).collect()).map(drop)
}

/// The entries of a subject whose texts are found.
pub(super) fn texts_of(tx: &mut Tx, subject: i64) -> Result<BTreeSet<i64>, Failure> {
    Ok(tx.rows(TEXTS_OF, args![subject])?.iter().map(|row| row.int(0)).collect())
}

/// Removes one text of a subject, or all of them.
pub(super) fn remove_texts(tx: &mut Tx, subject: i64, entry: Option<i64>) -> Result<(), Failure> {
    let rows = match entry {
        Some(entry) => tx.rows(TEXT_OF, args![subject, entry])?,
        None => tx.rows(ALL_TEXTS_OF, args![subject])?,
    };
    for row in rows {
        let id = row.int(0);
        let words = row.text(1).split(' ').filter(|word| !word.is_empty());
        let said = words.map(|word| args![word, id]).collect();
        tx.execute(REMOVE_TEXT, args![id])?;
        tx.bulk(REMOVE_SAID, said)?;
    }
    Ok(())
}

/// A text that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub subject: i64,
    pub entry: i64,
    pub at: Moment,
    pub is_note: bool,
}

/// Texts with a word that begins with `first` and with two others, the newest first.
pub(super) fn said(
    tx: &mut Tx,
    first: &str,
    others: &[&String],
    reader: i64,
    limit: i64,
) -> Result<Vec<Said>, Failure> {
    let mut others = others.iter().copied();
    let (second, third) = (holds(others.next()), holds(others.next()));
    let args = args![first, end(first), second, third, reader, TEXTS_READ_MAX, limit];
    let rows = tx.rows(SAID, args)?;
    let mut found: Vec<Said> = Vec::new();
    for row in rows {
        let said = Said {
            subject: row.int(0),
            entry: row.int(1),
            at: row.moment(2),
            is_note: row.flag(3),
        };
        if !found.contains(&said) {
            found.push(said);
        }
    }
    Ok(found)
}
