//! `search`: people, companies, and what was said and written about them, while somebody types.
//!
//! Accents and case do not matter, words may be begun only and stand in any order. Only where nothing is found is one
//! slip of the keyboard in each word forgiven. Every statement looks at a limited part of an index, so that an answer
//! takes as long at a million people as at a thousand.

mod build;
mod excerpt;
mod index;
mod seen;
mod store;
mod words;

pub use build::{BUILD, Build, build, is_built};
pub use excerpt::{Excerpt, excerpt};
pub(crate) use index::{NO_NAME, activities, companies, people, text_of};
pub use index::{forget, forget_text, note};

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use funnel::history::What;
use moment::Moment;
use platform::db::{Sql, Tx};
use platform::failure::Failure;
use team::{Right, Sight, User};

use crate::list::{self, Listed};
use crate::store::CompanyRow;
use crate::{CompanyId, LensLabel, PersonId, sight};

pub(crate) const ALL: &[Sql] = store::ALL;

/// People or companies in one answer at most.
pub const HITS_MAX: usize = 50;
/// Words that are looked for; what is typed after them is left aside.
const WORDS_MAX: usize = 3;
/// Letters that a word must have before texts are looked through for it.
const TEXT_LETTERS_MIN: usize = 3;
/// Companies whose people are looked at for a second word.
const COMPANIES_LOOKED_AT: i64 = 20;
/// Keys that begin as what was typed, of which those are kept whom the user sees.
const KEYS_LOOKED_AT: i64 = 200;
/// Texts of which those are kept that are about somebody whom the user sees.
const TEXTS_LOOKED_THROUGH: i64 = 200;
/// Words that are taken for one that is in no name.
const INSTEAD_MAX: usize = 4;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Search {
    /// What was typed.
    pub text: String,
    /// How many people are wanted at most, up to [`HITS_MAX`].
    pub people: usize,
    /// How many companies.
    pub companies: usize,
    /// How many texts.
    pub texts: usize,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct SearchView {
    /// People, with where they stand.
    pub people: Vec<Listed>,
    /// Companies.
    pub companies: Vec<CompanyRow>,
    /// Activities and notes, the newest first.
    pub texts: Vec<TextHit>,
    /// What was looked for instead, where nothing has what was typed.
    pub instead: Option<String>,
    /// The lens under which they stand.
    pub lens: LensLabel,
}

/// A text that holds what was looked for.
#[derive(Clone, Debug)]
pub struct TextHit {
    /// About whom.
    pub subject: i64,
    /// As they are called.
    pub name: String,
    /// When it was said.
    pub at: Moment,
    /// The note, or the activity.
    pub entry: i64,
    /// The kind of the activity; `note` for a note.
    pub kind: String,
    /// The words around what was looked for.
    pub excerpt: Excerpt,
}

/// Whoever keeps notes; a part of the app.
pub trait Notes: Send + Sync {
    /// The text of a note, if whoever asks may read it.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    fn text(&self, tx: &mut Tx, who: &User, note: i64) -> Result<Option<String>, Failure>;
}

/// The part under which [`Notes`] is found.
pub struct NoteSource(pub Arc<dyn Notes>);

/// What was typed, as it is looked for.
struct Asked<'a> {
    /// As it was typed.
    typed: &'a str,
    words: Vec<String>,
}

/// Finds people, companies and texts.
///
/// # Errors
/// `Forbidden` without the right to read people; `Broken` when the database fails.
pub fn search(tx: &mut Tx, who: &User, ask: &Search) -> Result<SearchView, Failure> {
    who.may(Right::ReadPeople)?;
    let lens = crate::lens_for(tx, who, None)?;
    let mut asked = Asked { typed: ask.text.trim(), words: words_of(&ask.text) };
    let (mut people, mut companies, mut texts) = found(tx, who, &asked, ask)?;
    let mut instead = None;
    if people.is_empty() && companies.is_empty() && texts.is_empty() {
        for words in corrected(tx, &asked.words)? {
            asked = Asked { typed: "", words };
            (people, companies, texts) = found(tx, who, &asked, ask)?;
            if !(people.is_empty() && companies.is_empty() && texts.is_empty()) {
                instead = Some(asked.words.join(" "));
                break;
            }
        }
    }
    let mut rows = crate::store::companies(tx, &companies)?;
    rows.values_mut().for_each(|company| sight::veil_company(who, company));
    Ok(SearchView {
        people: list::of(tx, who, lens.id, &people)?,
        companies: companies.iter().filter_map(|id| rows.remove(id)).collect(),
        texts: hits(tx, who, &texts, &asked.words)?,
        instead,
        lens,
    })
}

/// The people who are found by a text, in the order in which they are shown.
///
/// # Errors
/// `Forbidden` without the right to read people; `Broken` when the database fails.
pub fn ids(tx: &mut Tx, who: &User, text: &str, limit: usize) -> Result<Vec<PersonId>, Failure> {
    who.may(Right::ReadPeople)?;
    let mut asked = Asked { typed: text.trim(), words: words_of(text) };
    let mut found = people_of(tx, who, &asked, limit)?;
    if found.is_empty() && companies_of(tx, who, &asked, 1)?.is_empty() {
        for words in corrected(tx, &asked.words)? {
            asked = Asked { typed: "", words };
            found = people_of(tx, who, &asked, limit)?;
            if !found.is_empty() {
                break;
            }
        }
    }
    Ok(found)
}

/// The companies that are found by a text, of those that the user sees, the nearest first.
///
/// # Errors
/// As [`ids`].
pub(crate) fn companies_found(
    tx: &mut Tx,
    who: &User,
    text: &str,
    limit: usize,
) -> Result<Vec<CompanyId>, Failure> {
    who.may(Right::ReadPeople)?;
    let mut asked = Asked { typed: text.trim(), words: words_of(text) };
    let mut found = companies_of(tx, who, &asked, limit)?;
    if found.is_empty() {
        for words in corrected(tx, &asked.words)? {
            asked = Asked { typed: "", words };
            found = companies_of(tx, who, &asked, limit)?;
            if !found.is_empty() {
                break;
            }
        }
    }
    Ok(found)
}

fn words_of(text: &str) -> Vec<String> {
    let mut words = words::name_words(text);
    words.truncate(WORDS_MAX);
    words
}

type Found = (Vec<PersonId>, Vec<CompanyId>, Vec<store::Said>);

fn found(tx: &mut Tx, who: &User, asked: &Asked<'_>, ask: &Search) -> Result<Found, Failure> {
    let people = people_of(tx, who, asked, ask.people.min(HITS_MAX))?;
    let companies = companies_of(tx, who, asked, ask.companies.min(HITS_MAX))?;
    let texts = texts_of(tx, who, &asked.words, ask.texts.min(HITS_MAX))?;
    Ok((people, companies, texts))
}

/// The word that is looked for first: the longest is in the fewest names.
fn first_of(words: &[String]) -> Option<(&String, Vec<&String>)> {
    let longest = words.iter().enumerate().max_by_key(|(at, word)| (word.chars().count(), *at))?.0;
    let others = words.iter().enumerate().filter(|(at, _)| *at != longest);
    Some((words.get(longest)?, others.map(|(_, word)| word).collect()))
}

/// Puts those that are not there yet behind those that are.
fn add(found: &mut Vec<i64>, more: Vec<i64>) {
    let mut known: HashSet<i64> = found.iter().copied().collect();
    found.extend(more.into_iter().filter(|one| known.insert(*one)));
}

fn int(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn people_of(
    tx: &mut Tx,
    who: &User,
    asked: &Asked<'_>,
    limit: usize,
) -> Result<Vec<PersonId>, Failure> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let mut found = by_key(tx, who, asked.typed, limit)?;
    if asked.typed.contains('@') && !found.is_empty() {
        found.truncate(limit);
        return Ok(found);
    }
    if who.is_hidden("person.name") {
        return Ok(found);
    }
    let mut by_name = match &who.sight {
        Sight::Limited(limits) => seen::named(tx, who, limits, &asked.words, limit)?,
        Sight::Everybody => named(tx, false, &asked.words, limit)?,
    };
    if by_name.len() < limit && asked.words.len() > 1 && !who.is_hidden(crate::WORKS_AT) {
        add(&mut by_name, at_companies(tx, who, &asked.words, limit)?);
    }
    sight::keep_told_names(tx, who, &mut by_name)?;
    add(&mut found, by_name);
    found.truncate(limit);
    Ok(found)
}

/// People whose address or telephone begins with what was typed, and whoever has exactly that outside id.
fn by_key(tx: &mut Tx, who: &User, typed: &str, limit: usize) -> Result<Vec<PersonId>, Failure> {
    let mut found = Vec::new();
    if typed.chars().any(|c| c.is_ascii_digit()) && !typed.contains(' ') {
        add(&mut found, crate::store::by_any_key(tx, who, &[typed])?);
    }
    let small = typed.to_lowercase();
    if small.contains(['@', '.']) && !small.contains(' ') && !who.is_hidden("person.email") {
        add(&mut found, crate::store::keys_beginning(tx, false, "email", &small, KEYS_LOOKED_AT)?);
    }
    let digits: String = typed.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let rest = typed.chars().filter(|c| c.is_alphabetic()).count();
    if digits.len() > 2 && rest == 0 && !who.is_hidden("person.phone") {
        let number = if digits.starts_with('+') { digits } else { format!("+{digits}") };
        add(&mut found, crate::store::keys_beginning(tx, false, "phone", &number, KEYS_LOOKED_AT)?);
    }
    let mut seen = sight::seen(tx, who, &found)?;
    seen.truncate(limit);
    Ok(seen)
}

/// Whoever's name holds words that begin so: first those in whose name the words stand together.
fn named(
    tx: &mut Tx,
    of_company: bool,
    words: &[String],
    limit: usize,
) -> Result<Vec<i64>, Failure> {
    let Some((first, others)) = first_of(words) else { return Ok(Vec::new()) };
    let mut found = store::named(tx, of_company, &words.join(" "), int(limit))?;
    if others.is_empty() {
        let mut seen = BTreeSet::new();
        found.retain(|id| seen.insert(*id));
        return Ok(found);
    }
    let turned: Vec<&str> = words.iter().rev().map(String::as_str).collect();
    if found.len() < limit {
        add(&mut found, store::named(tx, of_company, &turned.join(" "), int(limit))?);
    }
    if found.len() < limit {
        add(&mut found, store::named_and(tx, of_company, first, &others, int(limit))?);
    }
    Ok(found)
}

/// People of whom one word is in the name, and the others in that of their company: `ann north`.
fn at_companies(
    tx: &mut Tx,
    who: &User,
    words: &[String],
    limit: usize,
) -> Result<Vec<PersonId>, Failure> {
    let mut found = Vec::new();
    for (at, own) in words.iter().enumerate() {
        let theirs: Vec<String> = words
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != at)
            .map(|(_, word)| word.clone())
            .collect();
        let limit_companies = usize::try_from(COMPANIES_LOOKED_AT).unwrap_or(0);
        let companies = named(tx, true, &theirs, limit_companies)?;
        add(&mut found, store::at_named(tx, who, &companies, own, int(limit))?);
    }
    Ok(found)
}

fn companies_of(
    tx: &mut Tx,
    who: &User,
    asked: &Asked<'_>,
    limit: usize,
) -> Result<Vec<CompanyId>, Failure> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let sees_all = who.sight == Sight::Everybody;
    let wanted = if sees_all { limit } else { limit.max(HITS_MAX) };
    let small = asked.typed.to_lowercase();
    let domain = small.rsplit_once('@').map_or(small.as_str(), |(_, domain)| domain);
    let mut found = Vec::new();
    if domain.contains('.') && !domain.contains(' ') && !who.is_hidden("company.domain") {
        found = crate::store::keys_beginning(tx, true, "domain", domain, int(wanted))?;
    }
    // Names are found by the first word of the domain, too.
    if !who.is_hidden("company.name") && !who.is_hidden("company.domain") {
        add(&mut found, named(tx, true, &asked.words, wanted)?);
    }
    if !sees_all {
        found = sight::seen_companies(tx, who, &found)?;
    }
    found.truncate(limit);
    Ok(found)
}

fn texts_of(
    tx: &mut Tx,
    who: &User,
    words: &[String],
    limit: usize,
) -> Result<Vec<store::Said>, Failure> {
    let Some((first, others)) = first_of(words).filter(|_| limit > 0) else {
        return Ok(Vec::new());
    };
    if first.chars().count() < TEXT_LETTERS_MIN {
        return Ok(Vec::new());
    }
    let sees_all = who.sight == Sight::Everybody;
    let wanted = if sees_all { int(limit) } else { TEXTS_LOOKED_THROUGH };
    let mut found = store::said(tx, first, &others, who.id.0, wanted)?;
    if !sees_all {
        let people: BTreeSet<PersonId> = found.iter().map(|said| said.subject).collect();
        let people: Vec<PersonId> =
            people.into_iter().filter(|id| !journal::is_company(*id)).collect();
        let seen: BTreeSet<PersonId> = sight::seen(tx, who, &people)?.into_iter().collect();
        let mut theirs = Vec::new();
        for said in found {
            let is_seen = if journal::is_company(said.subject) {
                sight::must_see_company(tx, who, said.subject).is_ok()
            } else {
                seen.contains(&said.subject)
            };
            if is_seen {
                theirs.push(said);
            }
        }
        found = theirs;
    }
    keep_readable(tx, who, &mut found)?;
    found.truncate(limit);
    Ok(found)
}

/// Takes out the notes that the user may not read.
fn keep_readable(tx: &mut Tx, who: &User, found: &mut Vec<store::Said>) -> Result<(), Failure> {
    let Some(notes) = tx.find_part::<NoteSource>() else { return Ok(()) };
    let mut readable = Vec::with_capacity(found.len());
    for said in found.drain(..) {
        if !said.is_note || notes.0.text(tx, who, said.entry)?.is_some() {
            readable.push(said);
        }
    }
    *found = readable;
    Ok(())
}

/// What may have been meant: each word that begins none in any name is replaced by those one slip away.
fn corrected(tx: &mut Tx, words: &[String]) -> Result<Vec<Vec<String>>, Failure> {
    let mut meant: Vec<Vec<String>> = vec![Vec::new()];
    let mut is_changed = false;
    for word in words {
        let mut instead = vec![word.clone()];
        if !store::begins(tx, word)? {
            let slips = words::slips(word);
            let like = store::like(tx, &slips)?;
            let near: Vec<String> =
                like.into_iter().filter(|other| words::is_one_slip(word, other)).collect();
            if near.is_empty() {
                return Ok(Vec::new());
            }
            is_changed = true;
            instead = near;
            instead.truncate(INSTEAD_MAX);
        }
        meant = meant
            .iter()
            .flat_map(|before| {
                instead.iter().map(move |word| before.iter().chain([word]).cloned().collect())
            })
            .collect();
        meant.truncate(INSTEAD_MAX);
    }
    Ok(if is_changed { meant } else { Vec::new() })
}

fn hits(
    tx: &mut Tx,
    who: &User,
    texts: &[store::Said],
    words: &[String],
) -> Result<Vec<TextHit>, Failure> {
    let subjects: BTreeSet<i64> = texts.iter().map(|said| said.subject).collect();
    let (companies, people): (Vec<i64>, Vec<i64>) =
        subjects.into_iter().partition(|id| journal::is_company(*id));
    let mut names: HashMap<i64, String> = crate::store::company_names(tx, who, &companies)?;
    for (id, mut row) in crate::store::people(tx, &people)? {
        sight::veil(who, &mut row);
        names.insert(id, row.name);
    }
    let notes = tx.find_part::<NoteSource>();
    let mut hits = Vec::with_capacity(texts.len());
    for said in texts {
        let (kind, text) = if said.is_note {
            let Some(notes) = &notes else { continue };
            let Some(text) = notes.0.text(tx, who, said.entry)? else { continue };
            ("note".to_owned(), text)
        } else {
            let entry = journal::entry(tx, said.subject, said.at, said.entry)?;
            let Some(What::Activity(activity)) = entry.map(|entry| entry.what) else { continue };
            (activity.kind.as_str().to_owned(), text_of(&activity))
        };
        let Some(name) = names.get(&said.subject).cloned() else { continue };
        let (subject, at, entry) = (said.subject, said.at, said.entry);
        hits.push(TextHit { subject, name, at, entry, kind, excerpt: excerpt(&text, words) });
    }
    Ok(hits)
}
