//! `handoffs`: who waits, and what came of those who were handed over, by version and by source.

use std::collections::BTreeMap;

use funnel::Stage;
use funnel::backtest::Interval;
use moment::{Moment, Span};
use people::{LensId, PERSON, PersonId};
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::Almanac;
use serde::Serialize;
use team::sight::Limits;
use team::{Right, Sight, User};

use super::Outcome;
use super::store::{self, CountRow, HandoffRow, Picked, ReasonRow};
use crate::lens::{self, Lens};

/// The most people that one list names.
pub const LISTED_MAX: i64 = 200;

/// What came of a number of handoffs. `handed_over` = `accepted` + `rejected` + `waiting` + `moved_on`, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub handed_over: u64,
    /// Taken on.
    pub accepted: u64,
    /// Handed back.
    pub rejected: u64,
    /// Not answered yet, in time or not.
    pub waiting: u64,
    /// Left the stage before anybody answered.
    pub moved_on: u64,
    /// Of those who wait: whose time has run out.
    pub overdue: u64,
    /// Of those taken on or handed back: answered after their time.
    pub late: u64,
}

impl Counts {
    fn add(&mut self, outcome: Outcome, is_late: bool, count: u64) {
        self.handed_over += count;
        let (of, late) = match outcome {
            Outcome::Waiting => (&mut self.waiting, Some(&mut self.overdue)),
            Outcome::Accepted => (&mut self.accepted, Some(&mut self.late)),
            Outcome::Rejected => (&mut self.rejected, Some(&mut self.late)),
            Outcome::MovedOn => (&mut self.moved_on, None),
        };
        *of += count;
        if let Some(late) = late.filter(|_| is_late) {
            *late += count;
        }
    }
}

/// Why people were handed back, and how often it was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonView {
    /// As it was said; the first way of writing it where they differ in capitals alone.
    pub reason: String,
    /// How often.
    pub count: u64,
}

/// What came of the handoffs of one version, or of one source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The version of the definition, if this is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The version as its file names it, or the source.
    pub name: String,
    /// By which way they once came in, if this is about a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// By which campaign, if this is about a source and one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// How many.
    #[serde(flatten)]
    pub counts: Counts,
    /// `rejected` of `accepted` + `rejected`; nothing before the first answer.
    pub rejection_rate: Option<f64>,
    /// Where it lies with 95 % confidence.
    pub rejection_interval: Option<Interval>,
    /// Why, the most frequent first.
    pub reasons: Vec<ReasonView>,
}

/// One person who was handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandoffView {
    /// The public id.
    pub person: String,
    /// The name.
    pub name: String,
    /// To which stage.
    pub stage: Stage,
    /// By which version of the definition.
    pub version: i64,
    /// By which way they once came in, and by which campaign if one is named.
    pub source: String,
    /// When they were handed over.
    pub handed_at: Moment,
    /// Until when an answer is in time.
    pub due_at: Moment,
    /// What came of it.
    pub outcome: Outcome,
    /// When it was first answered.
    pub answered_at: Option<Moment>,
    /// What the newest answer says.
    pub reason: Option<String>,
    /// Whether the answer came late, or is late by now.
    pub is_late: bool,
    /// What is left of the time, in seconds; below zero if it has run out. Only of those who wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_s: Option<i64>,
}

/// Handoffs under a lens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HandoffsView {
    /// The lens.
    pub lens: String,
    /// Whether its definition in force names a time within which anybody is to be taken on.
    pub asks: bool,
    /// From when on handoffs count; nothing for all of them.
    pub since: Option<Moment>,
    /// All of them together.
    pub total: Line,
    /// By version, the newest first.
    pub versions: Vec<Line>,
    /// By source, the largest first.
    pub sources: Vec<Line>,
    /// How many wait now, whenever they were handed over.
    pub waits: u64,
    /// How many of those wait too long.
    pub overdue: u64,
    /// Those who wait now, the oldest first; at most [`LISTED_MAX`].
    pub waiting: Vec<HandoffView>,
}

/// From when on handoffs count: always, for so many days, or since a date as a field of a form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Since {
    /// All of them.
    #[default]
    Always,
    /// During that many days until now.
    Days(i64),
    /// Since that date began in the workspace's zone.
    Date(String),
}

impl Since {
    fn moment(&self, tx: &mut Tx, now: Moment) -> Result<Option<Moment>, Failure> {
        match self {
            Since::Always => Ok(None),
            Since::Days(days) => Ok(Some(now - Span::days(*days))),
            Since::Date(date) => {
                let begins = Almanac::new(now, &team::workspace(tx)?.zone).begins(date);
                begins.map(Some).ok_or_else(|| {
                    let words = format!("{date} is no date; write it like 2026-07-01.");
                    Failure::refused("no_date", words)
                })
            }
        }
    }
}

/// Who waits to be taken on, and what came of everybody who was handed over, under the lens of that name or the one
/// through which the user looks.
///
/// # Errors
/// `Forbidden` without the right to read people; `Refused` with `no_lens` or `no_date`.
pub fn handoffs(
    tx: &mut Tx,
    who: &User,
    lens: Option<&str>,
    since: &Since,
    now: Moment,
) -> Result<HandoffsView, Failure> {
    who.may(Right::ReadPeople)?;
    let lens = lens::of(tx, who, lens)?;
    let since = since.moment(tx, now)?;
    let from = since.unwrap_or(Moment::START);
    let Found { counts, reasons, waiting, waits, overdue } = match &who.sight {
        Sight::Everybody => {
            let (waits, overdue) = store::wait(tx, lens.id, now)?;
            Found {
                counts: store::counts(tx, lens.id, from, now)?,
                reasons: store::reasons(tx, lens.id, from)?,
                waiting: store::waiting(tx, lens.id, LISTED_MAX)?,
                waits,
                overdue,
            }
        }
        Sight::Limited(limits) => Found::among(&of_few(tx, lens.id, limits)?, from, now),
    };
    let asks = lens.current().is_some_and(|(_, definition)| {
        definition.stages.iter().any(|rule| rule.accept_within.is_some())
    });
    Ok(HandoffsView {
        asks,
        since,
        total: lines(&counts, &reasons, |_, _, _| ())
            .into_values()
            .next()
            .unwrap_or_default()
            .line(),
        versions: versions(&lens, &counts, &reasons),
        sources: sources(&counts, &reasons),
        waits,
        overdue,
        waiting: views(tx, who, waiting, now)?,
        lens: lens.name,
    })
}

/// Which handoffs are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// What came of them.
    pub outcome: Outcome,
    /// By which version they were handed over, if one is meant.
    pub version: Option<i64>,
    /// By which way they once came in, if one is meant.
    pub via: Option<String>,
    /// By which campaign, if one is meant.
    pub campaign: Option<String>,
}

/// Those of whom one came, the newest first; at most [`LISTED_MAX`].
///
/// # Errors
/// As of [`handoffs`].
pub fn picked(
    tx: &mut Tx,
    who: &User,
    lens: Option<&str>,
    (since, pick): (&Since, &Pick),
    now: Moment,
) -> Result<Vec<HandoffView>, Failure> {
    who.may(Right::ReadPeople)?;
    let lens = lens::of(tx, who, lens)?;
    let from = since.moment(tx, now)?.unwrap_or(Moment::START);
    let pick = Picked {
        outcome: pick.outcome,
        version: pick.version,
        via: pick.via.as_deref(),
        campaign: pick.campaign.as_deref(),
    };
    let rows = match &who.sight {
        Sight::Everybody => store::picked(tx, lens.id, from, &pick, LISTED_MAX)?,
        Sight::Limited(limits) => {
            let mut rows = of_few(tx, lens.id, limits)?;
            rows.retain(|(_, row)| row.handed_at >= from && pick.takes(row));
            rows.sort_by_key(|(person, row)| (std::cmp::Reverse(row.handed_at), *person));
            rows.truncate(usize::try_from(LISTED_MAX).unwrap_or(usize::MAX));
            rows
        }
    };
    views(tx, who, rows, now)
}

/// What the report is made of.
struct Found {
    counts: Vec<CountRow>,
    reasons: Vec<ReasonRow>,
    waiting: Vec<(PersonId, HandoffRow)>,
    waits: u64,
    overdue: u64,
}

/// Every handoff of somebody's few people.
fn of_few(
    tx: &mut Tx,
    lens: LensId,
    limits: &Limits,
) -> Result<Vec<(PersonId, HandoffRow)>, Failure> {
    let people = people::sight::everyone(tx, limits)?;
    let rows = store::of(tx, lens, &people)?;
    Ok(rows
        .into_iter()
        .flat_map(|(one, rows)| rows.into_iter().map(move |row| (one, row)))
        .collect())
}

impl Found {
    /// The same as the statements find of everybody.
    fn among(rows: &[(PersonId, HandoffRow)], from: Moment, now: Moment) -> Found {
        let mut found = Found {
            counts: Vec::new(),
            reasons: Vec::new(),
            waiting: Vec::new(),
            waits: 0,
            overdue: 0,
        };
        for (person, row) in rows {
            if row.outcome == Outcome::Waiting {
                found.waits += 1;
                found.overdue += u64::from(row.due_at < now);
                found.waiting.push((*person, row.clone()));
            }
            if row.handed_at < from {
                continue;
            }
            let (version, via, campaign) = (row.version, row.via.clone(), row.campaign.clone());
            if row.outcome == Outcome::Rejected {
                found.reasons.push(ReasonRow {
                    version,
                    via: via.clone(),
                    campaign: campaign.clone(),
                    reason: row.reason.clone().unwrap_or_default(),
                    count: 1,
                });
            }
            found.counts.push(CountRow {
                version,
                via,
                campaign,
                outcome: row.outcome,
                is_late: row.answered_at.unwrap_or(now) > row.due_at,
                count: 1,
            });
        }
        found.waiting.sort_by_key(|(person, row)| (row.handed_at, *person));
        found.waiting.truncate(usize::try_from(LISTED_MAX).unwrap_or(usize::MAX));
        found
    }
}

/// The handoff that a person is in under a lens: answered or not, they still stand where it put them.
pub(crate) fn waiting_of(
    tx: &mut Tx,
    lens: LensId,
    person: PersonId,
) -> Result<Option<HandoffRow>, Failure> {
    let last = store::of(tx, lens, &[person])?.remove(&person).and_then(|mut rows| rows.pop());
    Ok(last.filter(|row| row.left_at.is_none()))
}

/// Counts and reasons that belong together.
#[derive(Default)]
struct Part {
    counts: Counts,
    /// By the reason in small letters: as it was first written, and how often.
    reasons: BTreeMap<String, (String, u64)>,
}

impl Part {
    fn line(self) -> Line {
        let counts = self.counts;
        let answered = counts.accepted + counts.rejected;
        let mut reasons: Vec<ReasonView> = self
            .reasons
            .into_values()
            .map(|(reason, count)| ReasonView { reason, count })
            .collect();
        reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
        #[expect(
            clippy::as_conversions,
            clippy::cast_precision_loss,
            reason = "people fit 53 bits"
        )]
        let rate = (answered > 0).then(|| counts.rejected as f64 / answered as f64);
        Line {
            version: None,
            name: String::new(),
            via: None,
            campaign: None,
            counts,
            rejection_rate: rate,
            rejection_interval: Interval::of(counts.rejected, answered),
            reasons,
        }
    }
}

/// Every count and every reason, each once, put together by a key.
fn lines<K: Ord>(
    counts: &[CountRow],
    reasons: &[ReasonRow],
    key: impl Fn(i64, &str, &str) -> K,
) -> BTreeMap<K, Part> {
    let mut parts: BTreeMap<K, Part> = BTreeMap::new();
    for row in counts {
        let part = parts.entry(key(row.version, &row.via, &row.campaign)).or_default();
        part.counts.add(row.outcome, row.is_late, row.count);
    }
    for row in reasons {
        let part = parts.entry(key(row.version, &row.via, &row.campaign)).or_default();
        let known = part.reasons.entry(row.reason.to_lowercase());
        known.or_insert_with(|| (row.reason.clone(), 0)).1 += row.count;
    }
    parts
}

fn versions(lens: &Lens, counts: &[CountRow], reasons: &[ReasonRow]) -> Vec<Line> {
    let name = |version: i64| {
        let known = lens.versions.iter().find(|(row, _)| row.version == version);
        known.map(|(row, _)| row.name.clone()).unwrap_or_default()
    };
    let parts = lines(counts, reasons, |version, _, _| version);
    let line = |(version, part): (i64, Part)| Line {
        version: Some(version),
        name: name(version),
        ..part.line()
    };
    parts.into_iter().rev().map(line).collect()
}

fn sources(counts: &[CountRow], reasons: &[ReasonRow]) -> Vec<Line> {
    let parts = lines(counts, reasons, |_, via, campaign| (via.to_owned(), campaign.to_owned()));
    let line = |((via, campaign), part): ((String, String), Part)| Line {
        name: source(&via, &campaign),
        via: Some(via),
        campaign: Some(campaign),
        ..part.line()
    };
    let mut lines: Vec<Line> = parts.into_iter().map(line).collect();
    lines.sort_by(|a, b| {
        b.counts.handed_over.cmp(&a.counts.handed_over).then_with(|| a.name.cmp(&b.name))
    });
    lines
}

/// A source in words: `forms`, `forms, spring fair`.
fn source(via: &str, campaign: &str) -> String {
    if campaign.is_empty() { via.to_owned() } else { format!("{via}, {campaign}") }
}

fn views(
    tx: &mut Tx,
    who: &User,
    rows: Vec<(PersonId, HandoffRow)>,
    now: Moment,
) -> Result<Vec<HandoffView>, Failure> {
    let mut views = Vec::with_capacity(rows.len());
    for (person, row) in rows {
        let is_waiting = row.outcome == Outcome::Waiting;
        views.push(HandoffView {
            person: tx.public_ids().encode(PERSON, person),
            name: people::person::row(tx, who, person)?.name,
            stage: row.stage,
            version: row.version,
            source: source(&row.via, &row.campaign),
            handed_at: row.handed_at,
            due_at: row.due_at,
            outcome: row.outcome,
            answered_at: row.answered_at,
            reason: row.reason,
            is_late: row.outcome != Outcome::MovedOn && row.answered_at.unwrap_or(now) > row.due_at,
            left_s: is_waiting.then(|| (row.due_at - now).0.div_euclid(1_000_000)),
        });
    }
    Ok(views)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(version: i64, via: &str, outcome: Outcome, is_late: bool, count: u64) -> CountRow {
        CountRow { version, via: via.into(), campaign: String::new(), outcome, is_late, count }
    }

    /// Every version, way, outcome and lateness, each with another number.
    fn everything() -> Vec<CountRow> {
        let mut rows = Vec::new();
        for version in 1..4 {
            for via in ["forms", "imports"] {
                for outcome in Outcome::ALL {
                    for is_late in [false, true] {
                        let count = u64::try_from(rows.len() * 7 % 11 + 1).unwrap();
                        rows.push(row(version, via, outcome, is_late, count));
                    }
                }
            }
        }
        rows
    }

    #[test]
    fn whoever_was_handed_over_is_counted_once_however_one_looks() {
        let rows = everything();
        let total: u64 = rows.iter().map(|row| row.count).sum();
        let by_version: Vec<Line> =
            lines(&rows, &[], |version, _, _| version).into_values().map(Part::line).collect();
        for lines in [by_version, sources(&rows, &[])] {
            let mut sum = 0;
            for line in &lines {
                let c = line.counts;
                assert_eq!(c.handed_over, c.accepted + c.rejected + c.waiting + c.moved_on);
                assert!(c.overdue <= c.waiting && c.late <= c.accepted + c.rejected);
                sum += c.handed_over;
            }
            assert_eq!(sum, total);
        }
    }

    #[test]
    fn reasons_are_counted_whatever_their_capitals_and_add_up_to_the_rejections() {
        let reason = |reason: &str, count| ReasonRow {
            version: 1,
            via: "forms".into(),
            campaign: String::new(),
            reason: reason.into(),
            count,
        };
        let reasons = [reason("A student", 2), reason("No budget", 3), reason("a student", 2)];
        let line = sources(&[row(1, "forms", Outcome::Rejected, false, 7)], &reasons).remove(0);
        let said: Vec<_> = line.reasons.iter().map(|r| (r.reason.as_str(), r.count)).collect();
        assert_eq!(said, [("A student", 4), ("No budget", 3)]);
        assert_eq!(line.reasons.iter().map(|r| r.count).sum::<u64>(), line.counts.rejected);
    }

    #[test]
    fn a_rate_of_no_answers_is_unknown() {
        let line = sources(&[row(1, "forms", Outcome::Waiting, true, 4)], &[]).remove(0);
        assert_eq!((line.rejection_rate, line.rejection_interval), (None, None));
        assert_eq!((line.counts.waiting, line.counts.overdue), (4, 4));
    }
}
