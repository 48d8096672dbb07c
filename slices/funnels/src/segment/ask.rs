//! Conditions as the slice of people asks them: its lists, segments and changes of many know no definition.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use funnel::Stage;
use funnel::condition::form::{Form, RowFault};
use funnel::condition::{Condition, Fault, Names, Of, Score, Term};
use moment::Moment;
use people::condition::{Asked, Conditions, Stretch};
use people::list::{Cursor, Key, Turn};
use people::stand::engagement_key;
use people::{LensId, PersonId};
use platform::db::{Made, Row, Tx};
use platform::failure::Failure;
use team::{Right, User};

use super::formula::{self, Formula};
use super::store::AskedWord;
use super::{Segment, keep, make_ready, store};
use crate::{drafts, lens};

/// Reads conditions by the definitions of lenses.
pub struct ConditionsOfLenses;

impl Conditions for ConditionsOfLenses {
    fn read(
        &self,
        tx: &mut Tx,
        lens: LensId,
        of: Of,
        text: &str,
    ) -> Result<Arc<dyn Asked>, Failure> {
        let segment = Segment::read_of(&lens::by_id(tx, lens)?, of, text)?;
        // A formula that can't be asked here is refused before anything is made ready for it.
        segment.whole(tx)?;
        Ok(Arc::new(segment))
    }

    fn build(
        &self,
        tx: &mut Tx,
        lens: LensId,
        of: Of,
        form: &Form,
    ) -> Result<Result<Condition, Vec<RowFault>>, Failure> {
        Ok(form.read(&Names { of, ..names(tx, lens)? }, false))
    }

    fn terms(
        &self,
        tx: &mut Tx,
        lens: LensId,
        of: Of,
    ) -> Result<BTreeMap<String, &'static str>, Failure> {
        let names = names(tx, lens)?;
        let mut terms = drafts::terms(tx, &names)?;
        if of == Of::People {
            let formulas = formula::all(tx, &names)?;
            terms.retain(|term, _| formulas.get(term).is_none_or(Formula::can_be_asked_of_people));
        }
        if of == Of::Companies {
            let is_of_company = |term: &str| {
                term.starts_with("company.") || term == "stage" || term == "score.intent"
            };
            terms.retain(|term, sort| is_of_company(term) || *sort == "activity");
            terms.insert("people".to_owned(), "number");
        }
        Ok(terms)
    }

    fn doubts(&self, tx: &mut Tx, text: &str, read: &Condition) -> Result<Vec<Fault>, Failure> {
        drafts::doubts_of(tx, text, read)
    }

    fn by_fact(
        &self,
        tx: &mut Tx,
        of: (Of, &str),
        stretch: &Stretch<'_>,
        now: Moment,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        let words = store::words(tx)?;
        let asked = word_of(of);
        let Some(word) = words.iter().find(|word| word.is_ready_for(&asked)) else {
            return Ok(None);
        };
        let after = stretch.after.map(|after| &after.value);
        let parts = match (stretch.turn, after) {
            (Turn::Up, Some(Key::Text(_))) => &[Part::Texts][..],
            (Turn::Up, _) => &[Part::Numbers, Part::Texts][..],
            (Turn::Down, Some(Key::Real(_))) => &[Part::Numbers][..],
            (Turn::Down, _) => &[Part::Texts, Part::Numbers][..],
        };
        let mut found = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            let after = stretch.after.filter(|_| place == 0);
            let left = stretch.limit - found.len();
            if left > 0 {
                let made = part.stretch(word.id, stretch, after, left, now);
                tx.each_made(&made, |row| {
                    found.push(Cursor { value: part.key(row), id: row.int(1) });
                    Ok(())
                })?;
            }
        }
        Ok(Some(found))
    }

    fn prepare_fact(
        &self,
        tx: &mut Tx,
        who: &User,
        of: (Of, &str),
        now: Moment,
    ) -> Result<Option<i64>, Failure> {
        who.may(Right::ReadPeople)?;
        if who.is_hidden(of.1) {
            let key = of.1;
            let words = format!("{key} is kept from you, and so is its order: choose another.");
            return Err(Failure::refused("hidden_field", words));
        }
        let words = store::words(tx)?;
        let asked = word_of(of);
        let is_ready = words.iter().any(|word| word.is_ready_for(&asked));
        let missing = if is_ready { Vec::new() } else { vec![asked] };
        make_ready(tx, words.len(), missing, now)
    }
}

/// The word of a fact that orders a list.
fn word_of((of, key): (Of, &str)) -> AskedWord {
    let is_company = of == Of::Companies;
    AskedWord { is_company, of_activity: false, word: key.to_owned() }
}

fn names(tx: &mut Tx, lens: LensId) -> Result<Names, Failure> {
    let lens = lens::by_id(tx, lens)?;
    Ok(lens.current().map(|(_, definition)| definition.names()).unwrap_or_default())
}

/// Numbers are ordered before texts.
#[derive(Clone, Copy)]
enum Part {
    Numbers,
    Texts,
}

impl Part {
    fn column(self) -> &'static str {
        match self {
            Part::Numbers => "f.as_number",
            Part::Texts => "f.as_key",
        }
    }

    fn key(self, row: &Row) -> Key {
        match self {
            Part::Numbers => Key::Real(row.real(0)),
            Part::Texts => Key::Text(row.text(0).to_owned()),
        }
    }

    /// The next of one word, in the order of what is held under it.
    fn stretch(
        self,
        word: i64,
        stretch: &Stretch<'_>,
        after: Option<&Cursor>,
        limit: usize,
        now: Moment,
    ) -> Made {
        let column = self.column();
        let is_down = stretch.turn == Turn::Down;
        let mut made = Made::default();
        made.text("select ").text(column).text(", f.person_id from ");
        if let Some(set) = stretch.of {
            made.text("(").made(set).text(") t cross join ");
        }
        made.text("segment_fact f where f.word_id = ").arg(word);
        if stretch.of.is_some() {
            made.text(" and f.person_id = t.id");
        }
        made.text(" and ").text(column).text(" is not null and f.from_at <= ").arg(now);
        made.text(" and (f.until_at is null or f.until_at > ").arg(now).text(")");
        if let Some(after) = after {
            made.text(" and (").text(column).text(", f.person_id)");
            made.text(if is_down { " < (" } else { " > (" });
            made.arg(after.value.arg()).text(", ").arg(after.id).text(")");
        }
        made.text(" order by 1").text(if is_down { " desc, 2 desc" } else { ", 2" });
        made.text(" limit ").arg(i64::try_from(limit).unwrap_or(i64::MAX));
        made
    }
}

impl Asked for Segment {
    fn of(&self) -> Of {
        Segment::of(self)
    }

    fn condition(&self) -> &Condition {
        Segment::condition(self)
    }

    fn check(&self, tx: &mut Tx, who: &User) -> Result<(), Failure> {
        self.told_to(who)?;
        let this = self.whole(tx)?;
        this.told_to(who)?;
        Segment::check(&this, tx)
    }

    fn and(&self, other: &Condition) -> Arc<dyn Asked> {
        let parts = [&self.condition, other].into_iter().flat_map(|condition| match condition {
            Condition::All(parts) => parts.clone(),
            other => vec![other.clone()],
        });
        Arc::new(Segment { condition: Condition::All(parts.collect()), ..self.clone() })
    }

    fn prepare(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<i64>, Failure> {
        Segment::prepare(self, tx, who, now)
    }

    fn count(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<u64>, Failure> {
        Segment::count(self, tx, who, now)
    }

    fn set(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<Made>, Failure> {
        Segment::set(self, tx, who, now)
    }

    fn among(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
        people: &[PersonId],
    ) -> Result<Option<Vec<PersonId>>, Failure> {
        Segment::among(self, tx, who, now, people)
    }

    fn reach(&self, by: &Term, now: Moment) -> (Option<Key>, Option<Key>) {
        let (low, high) = self.condition.ends(by);
        let numbers = |key: &dyn Fn(f64) -> Key| (low.map(key), high.map(key));
        match (by, self.of) {
            // What is sure of a fit is never more than what it can be.
            (Term::Score(Score::Fit), Of::People) | (Term::Score(Score::Intent), Of::Companies) => {
                numbers(&Key::Real)
            }
            (Term::Score(Score::Engagement), Of::People) => {
                let rule = self.definition.score(Score::Engagement);
                let Some(rule) = rule.filter(|rule| !rule.of_company) else { return (None, None) };
                let half_life = rule.half_life.map(|span| span.0);
                let key = |score| Key::Real(engagement_key(score, now, half_life));
                // A key has fewer digits than its score: the ends are a little wider.
                (low.map(|low| key(low.next_down())), high.map(|high| key(high.next_up())))
            }
            (Term::People, Of::Companies) => (
                low.map(|low| Key::Int(whole(low.ceil()))),
                high.map(|high| Key::Int(whole(high.floor()))),
            ),
            (Term::Stage, Of::Companies) => {
                let stages = self.condition.stages().unwrap_or_default();
                let codes: BTreeSet<i64> = stages.into_iter().map(Stage::code).collect();
                (codes.first().copied().map(Key::Int), codes.last().copied().map(Key::Int))
            }
            (Term::Fact(_), _) => match self.condition.texts(by) {
                None => numbers(&Key::Real),
                Some(texts) => {
                    let keys: BTreeSet<String> = texts.into_iter().map(keep::text_key).collect();
                    (keys.first().cloned().map(Key::Text), keys.last().cloned().map(Key::Text))
                }
            },
            _ => (None, None),
        }
    }
}

/// A whole number, or the last there is in that direction.
fn whole(number: f64) -> i64 {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "it is whole, and ends where whole numbers end"
    )]
    let whole = number as i64;
    whole
}
