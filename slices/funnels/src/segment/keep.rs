//! What is held under each word, written as histories grow: in the same transaction as what was recorded.

use std::collections::{BTreeSet, HashMap};

use funnel::held;
use funnel::history::{Entry, History, Value, What};
use journal::Changed;
use moment::Moment;
use people::PersonId;
use platform::args;
use platform::db::{Arg, Tx};
use platform::failure::Failure;

use super::store::{self, Rows, Word};

/// The words that are asked for; empty in most workspaces most of the time, and then nothing is done.
pub(crate) struct Keeper {
    words: Vec<Word>,
}

/// The words under which something may be held differently now.
#[derive(Clone, Debug, Default)]
pub(crate) struct News(BTreeSet<usize>);

impl News {
    pub(crate) fn join(&mut self, other: &News) {
        self.0.extend(&other.0);
    }

    fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

impl Keeper {
    pub(crate) fn load(tx: &mut Tx) -> Result<Keeper, Failure> {
        Ok(Keeper { words: store::words(tx)? })
    }

    /// A keeper of some of the words.
    pub(super) fn of(words: Vec<Word>) -> Keeper {
        Keeper { words }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.words.is_empty()
    }

    /// All words: of somebody who is new, or who works elsewhere now.
    pub(crate) fn everything(&self) -> News {
        self.all(false)
    }

    /// All that is asked of people, or of companies.
    pub(super) fn all(&self, is_company: bool) -> News {
        let words = self.words.iter().enumerate();
        News(words.filter(|(_, word)| word.is_company == is_company).map(|(at, _)| at).collect())
    }

    /// What these entries of a history may change of people.
    pub(crate) fn news(&self, history: &[Entry], fresh: &[usize]) -> News {
        self.news_of(history, fresh, false)
    }

    fn news_of(&self, history: &[Entry], fresh: &[usize], is_company: bool) -> News {
        let mut news = BTreeSet::new();
        for entry in fresh.iter().filter_map(|place| history.get(*place)) {
            match &entry.what {
                What::Facts(observation) => {
                    for fact in &observation.facts {
                        if *fact.key == *people::WORKS_AT && !is_company {
                            return self.everything();
                        }
                        news.extend(self.places(is_company, false, |word| *fact.key == *word));
                    }
                }
                What::Activity(activity) => {
                    let kind = activity.kind.as_str();
                    news.extend(self.places(is_company, true, |word| held::is_of(kind, word)));
                }
            }
        }
        News(news)
    }

    fn places(
        &self,
        is_company: bool,
        of_activity: bool,
        is: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = usize> {
        let is_it = move |word: &Word| {
            word.is_company == is_company && word.of_activity == of_activity && is(&word.word)
        };
        let words = self.words.iter().enumerate();
        words.filter(move |(_, word)| is_it(word)).map(|(place, _)| place)
    }

    /// Writes what is held of companies themselves, of which this was just recorded.
    pub(crate) fn keep_companies<'c>(
        &self,
        tx: &mut Tx,
        changed: impl Iterator<Item = &'c Changed>,
        now: Moment,
    ) -> Result<(), Failure> {
        if !self.words.iter().any(|word| word.is_company) {
            return Ok(());
        }
        let mut rows = Rows::default();
        for one in changed {
            let news = match one.is_new {
                true => self.all(true),
                false => self.news_of(&one.history, &one.fresh, true),
            };
            self.rows(&mut rows, one.subject, one.is_new, &news, &one.history, now);
        }
        rows.write(tx)
    }

    /// Remembers of which kinds these companies did something: whoever asks for those looks there too.
    pub(crate) fn mark_companies<'h>(
        &mut self,
        tx: &mut Tx,
        histories: impl Iterator<Item = &'h [Entry]>,
    ) -> Result<(), Failure> {
        let mut open: Vec<&mut Word> = self
            .words
            .iter_mut()
            .filter(|it| it.of_activity && !it.of_companies && !it.is_company)
            .collect();
        for entry in histories.flatten() {
            let What::Activity(activity) = &entry.what else { continue };
            for word in &mut open {
                if !word.of_companies && held::is_of(activity.kind.as_str(), &word.word) {
                    word.of_companies = true;
                    store::of_companies(tx, word.id)?;
                }
            }
        }
        Ok(())
    }

    /// Writes what is held of these people now under the words of which there is news.
    pub(crate) fn keep<'h>(
        &self,
        tx: &mut Tx,
        people: impl Iterator<Item = (PersonId, bool, &'h News, &'h History)>,
        now: Moment,
    ) -> Result<(), Failure> {
        let mut rows = Rows::default();
        for (person, is_new, news, history) in people.filter(|(_, _, news, _)| !news.is_none()) {
            self.rows(&mut rows, person, is_new, news, &history.entries, now);
        }
        rows.write(tx)
    }

    /// What is held of one person, or company, under the words of which there is news.
    pub(super) fn rows(
        &self,
        rows: &mut Rows,
        person: PersonId,
        is_new: bool,
        news: &News,
        entries: &[Entry],
        now: Moment,
    ) {
        let mut keys = HashMap::new();
        for word in news.0.iter().filter_map(|place| self.words.get(*place)) {
            if word.of_activity {
                if !is_new {
                    rows.drop_activities.push(args![word.id, person].to_vec());
                }
                let turns = held::activities(entries, &word.word, now);
                rows.activities.extend(turns.iter().map(|turn| activity(word.id, person, turn)));
                if turns.iter().any(|turn| turn.from.is_some() || turn.until.is_some()) {
                    timed(rows, word);
                }
            } else {
                if !is_new {
                    rows.drop_facts.push(args![word.id, person].to_vec());
                }
                keys.insert(word.word.as_str(), word);
            }
        }
        if keys.is_empty() {
            return;
        }
        for held in held::facts(entries, now) {
            let Some(word) = keys.get(&*held.fact.key) else { continue };
            rows.facts.push(fact(word.id, person, &held));
            if held.from.is_some() || held.until.is_some() {
                timed(rows, word);
            }
        }
    }
}

/// Characters of a text by which it is ordered and found.
const KEY_CHARS_MAX: usize = 64;

fn timed(rows: &mut Rows, word: &Word) {
    if !word.is_timed {
        rows.timed.insert(word.id);
    }
}

/// Characters of a text that is found by itself: more than one writes into a condition, few enough for an index.
pub(super) const EXACT_CHARS_MAX: usize = 64;

/// By what texts are ordered and found, and all else that is no number is ordered: their beginning in small letters without accents.
pub(super) fn text_key(text: &str) -> String {
    // Letters that become several never make it longer than an index takes.
    people::find::name_key(text).chars().take(KEY_CHARS_MAX).collect()
}

fn from(at: Option<Moment>) -> Moment {
    at.unwrap_or(Moment(0))
}

fn fact(word: i64, person: PersonId, held: &held::HeldFact<'_>) -> Vec<Arg> {
    let value = held.value();
    let (mut text, mut number, mut truth, mut items) = (None, None, None, None);
    match value {
        Value::Text(words) => text = Some(&**words),
        Value::Number(value) => number = Some(*value),
        Value::Bool(value) => truth = Some(i64::from(*value)),
        Value::List(texts) => items = Some(held::items(texts)),
        Value::Time(_) | Value::Null => {}
    }
    let key = match value {
        Value::Text(text) => Some(text_key(text)),
        Value::Time(moment) => Some(moment.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::List(texts) => Some(text_key(&texts.join(", "))),
        Value::Number(_) | Value::Null => None,
    };
    let (from, moment) = (from(held.from), value.moment());
    let exact = text.filter(|text| text.chars().count() <= EXACT_CHARS_MAX);
    args![word, person, from, held.until, text, key, exact, number, truth, moment, items]
}

fn activity(word: i64, person: PersonId, held: &held::HeldActivity<'_>) -> Vec<Arg> {
    let times = i64::from(held.count);
    args![word, person, from(held.from), held.until, held.last_at, times, held.any_at].to_vec()
}
