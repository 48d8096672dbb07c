//! `lenses`: what each lens makes of everybody, how far each two agree, where they part and on what.

use std::collections::BTreeMap;

use funnel::agreement::{Agreement, in_words};
use funnel::explain::Explained;
use funnel::{Condition, Folder, Stage, Truth};
use moment::{Moment, Span};
use people::{LensId, PersonId};
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::{Right, Sight, User};

use crate::company::Companies;
use crate::lens::{self, Lens};
use crate::{project, store};

/// People of each kind of parting who are looked at to see on what the two part.
const LOOKED_AT: i64 = 100;
/// Kinds of parting that are looked into.
const PARTINGS: usize = 6;
/// Conditions that are named for each.
const NAMED: usize = 3;
/// Points of the trend, the last of them now.
const POINTS: i64 = 12;
/// From one point to the next.
const POINT_EVERY: Span = Span::days(30);

/// Every lens, and how far each two agree.
#[derive(Clone, Debug, Serialize)]
pub struct LensesView {
    /// The lenses, the main one first.
    pub lenses: Vec<LensView>,
    /// Each two of them.
    pub agreement: Vec<AgreementView>,
}

/// A lens.
#[derive(Clone, Debug, Serialize)]
pub struct LensView {
    /// As people call it.
    pub name: String,
    /// As its definition calls itself.
    pub definition: String,
    /// The version in force.
    pub version: i64,
    /// From when on it holds; nothing if from the start.
    pub from: Option<Moment>,
    /// How many stand where.
    pub stages: BTreeMap<Stage, u64>,
}

/// How far two lenses agree.
#[derive(Clone, Debug, Serialize)]
pub struct AgreementView {
    /// The first lens.
    pub a: String,
    /// The second.
    pub b: String,
    /// People who stand anywhere under either: those of whom all that follows is said.
    pub people: u64,
    /// The others, who stand nowhere under both.
    pub nowhere: u64,
    /// Those at the same stage under both.
    pub same: u64,
    /// The share of them.
    pub share: Option<f64>,
    /// Cohen's kappa of everybody, those at no stage under both included; nothing where chance alone would agree on everybody.
    pub kappa: Option<f64>,
    /// The kappa in a word: `fair`, `substantial` …
    pub in_words: Option<&'static str>,
    /// Where they part, the most people first.
    pub parted: Vec<PartedView>,
    /// How far they agreed before, a point every 30 days, the last of them now.
    pub trend: Vec<PointView>,
}

/// People on whom two lenses part.
#[derive(Clone, Debug, Serialize)]
pub struct PartedView {
    /// Where the first has them.
    pub a: Stage,
    /// Where the second has them.
    pub b: Stage,
    /// How many.
    pub people: u64,
    /// What the lens that has them lower misses, of those looked at; the most frequent first.
    pub because: Vec<MissingView>,
    /// How many were looked at.
    pub looked_at: u64,
}

/// A condition that the lower lens does not find true.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MissingView {
    /// The condition.
    pub condition: String,
    /// In English.
    pub english: String,
    /// Of how many it is false.
    pub no: u64,
    /// Of how many it is unknown.
    pub unknown: u64,
}

/// Agreement at a moment.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PointView {
    /// When.
    pub at: Moment,
    /// People who stood anywhere under either.
    pub people: u64,
    /// Those at the same stage.
    pub share: Option<f64>,
    /// Cohen's kappa of everybody whom one knew of by then.
    pub kappa: Option<f64>,
}

/// How much is to be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Counts and agreement: what a panel shows.
    Counts,
    /// On which conditions they part, and how it was over the year, too.
    Whole,
}

/// Every lens with its counts, and how far each two agree, of those whom the user sees.
///
/// # Errors
/// `Forbidden` without the right to read people; `Broken` when the database fails.
pub fn lenses(tx: &mut Tx, who: &User, depth: Depth, now: Moment) -> Result<LensesView, Failure> {
    who.may(Right::ReadPeople)?;
    let lenses: Vec<Lens> =
        lens::lenses(tx)?.into_iter().filter(|lens| lens.current().is_some()).collect();
    let mut views = Vec::new();
    for lens in &lenses {
        let Some((row, _)) = lens.current() else { continue };
        views.push(LensView {
            name: lens.name.clone(),
            definition: row.name.clone(),
            version: row.version,
            from: (row.from != Moment::START).then_some(row.from),
            stages: people::stand::tally_for(tx, who, lens.id)?.into_iter().collect(),
        });
    }
    // The past is counted over everybody.
    let looks_back = depth == Depth::Whole && who.sight == Sight::Everybody && lenses.len() > 1;
    let points = if looks_back { points(tx, now)? } else { Vec::new() };
    let mut agreement = Vec::new();
    for (place, a) in lenses.iter().enumerate() {
        for b in lenses.iter().skip(place + 1) {
            agreement.push(agree(tx, who, (a, b), (depth, &points), now)?);
        }
    }
    Ok(LensesView { lenses: views, agreement })
}

fn agree(
    tx: &mut Tx,
    who: &User,
    (a, b): (&Lens, &Lens),
    (depth, points): (Depth, &[(Moment, u64)]),
    now: Moment,
) -> Result<AgreementView, Failure> {
    let (mut found, mut everybody, mut nowhere) = (Agreement::default(), Agreement::default(), 0);
    for (at_a, at_b, people) in people::stand::crossed(tx, who, a.id, b.id)? {
        // That both have somebody nowhere is agreement too, without which chance is reckoned too high.
        everybody.add(at_a, at_b, people);
        if (at_a, at_b) == (Stage::None, Stage::None) {
            nowhere += people;
        } else {
            found.add(at_a, at_b, people);
        }
    }
    let mut parted = Vec::new();
    for one in found.parted().into_iter().take(PARTINGS) {
        let looked_at = if depth == Depth::Whole { LOOKED_AT } else { 0 };
        let ids = people::stand::crossing(tx, who, (a.id, one.a), (b.id, one.b), looked_at)?;
        // Whoever is out is lower than whoever stands anywhere.
        let height = |stage: Stage| (!stage.is_exit(), stage);
        let a_is_lower = height(one.a) < height(one.b);
        let (lower, stage) = if a_is_lower { (a, one.a) } else { (b, one.b) };
        parted.push(PartedView {
            a: one.a,
            b: one.b,
            people: one.people,
            because: missing(tx, lower, stage, &ids, now)?,
            looked_at: u64::try_from(ids.len()).unwrap_or(0),
        });
    }
    Ok(AgreementView {
        a: a.name.clone(),
        b: b.name.clone(),
        people: found.people(),
        nowhere,
        same: found.same(),
        share: found.share(),
        kappa: everybody.kappa(),
        in_words: everybody.kappa().map(in_words),
        parted,
        trend: if points.is_empty() { Vec::new() } else { trend(tx, (a.id, b.id), points)? },
    })
}

/// What keeps these people from the stage above: atomic conditions of `enter` and `gate` that are not true.
fn missing(
    tx: &mut Tx,
    lens: &Lens,
    stage: Stage,
    ids: &[PersonId],
    now: Moment,
) -> Result<Vec<MissingView>, Failure> {
    let Some((_, definition)) = lens.current() else { return Ok(Vec::new()) };
    let up = definition.stages.iter().find(|rule| stage.is_exit() || rule.stage > stage);
    let mut conditions: Vec<Condition> = Vec::new();
    if stage.is_exit() {
        let exit =
            if stage == Stage::Recycled { &definition.recycled } else { &definition.disqualified };
        conditions.extend(exit.wake.iter().cloned());
    } else if let Some(up) = up {
        conditions.extend(up.gate.iter().cloned());
        conditions.push(up.enter.clone());
    }
    let mut folder = Folder::asking(&lens.in_force(), &conditions);
    let mut companies = Companies::default();
    let mut counted: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for subject in project::subjects_of(tx, ids)? {
        let history = project::whole(tx, subject.own, &mut companies)?;
        let mut leaves = Vec::new();
        for part in folder.explain(&history, now) {
            lacking(&part, &mut leaves);
        }
        for (text, english, truth) in leaves {
            let counts = counted.entry((text, english)).or_default();
            if truth == Truth::False { counts.0 += 1 } else { counts.1 += 1 }
        }
    }
    let mut found: Vec<MissingView> = counted
        .into_iter()
        .map(|((condition, english), (no, unknown))| MissingView {
            condition,
            english,
            no,
            unknown,
        })
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.no + one.unknown));
    found.truncate(NAMED);
    Ok(found)
}

/// The atomic conditions that keep a condition from being true.
fn lacking(part: &Explained, leaves: &mut Vec<(String, String, Truth)>) {
    if part.truth == Truth::True {
        return;
    }
    let joins = part.text.contains(" && ") || part.text.contains(" || ");
    if part.parts.len() > 1 && joins {
        part.parts.iter().for_each(|inner| lacking(inner, leaves));
    } else if !leaves.iter().any(|(text, ..)| *text == part.text) {
        leaves.push((part.text.clone(), part.english.clone(), part.truth));
    }
}

/// The points at which one looks back, each with how many people were known by then.
fn points(tx: &mut Tx, now: Moment) -> Result<Vec<(Moment, u64)>, Failure> {
    let points = (0..POINTS).rev().map(|back| now - Span(POINT_EVERY.0 * back));
    points.map(|at| Ok((at, people::known_by(tx, at)?))).collect()
}

/// How far two lenses agreed at each of the points, from the moves that are stored.
fn trend(
    tx: &mut Tx,
    (a, b): (LensId, LensId),
    points: &[(Moment, u64)],
) -> Result<Vec<PointView>, Failure> {
    let mut found = vec![Agreement::default(); points.len()];
    let mut person: Option<PersonId> = None;
    let mut steps: [Vec<(Moment, Stage)>; 2] = [Vec::new(), Vec::new()];
    let mut close = |steps: &mut [Vec<(Moment, Stage)>; 2]| {
        for ((point, _), agreement) in points.iter().zip(&mut found) {
            let [at_a, at_b] = steps.each_ref().map(|steps| {
                let last = steps.iter().rfind(|(at, _)| at <= point);
                last.map_or(Stage::None, |(_, stage)| *stage)
            });
            if (at_a, at_b) != (Stage::None, Stage::None) {
                agreement.add(at_a, at_b, 1);
            }
        }
        steps.iter_mut().for_each(Vec::clear);
    };
    store::each_move(tx, (a, b), |of, lens, at, to| {
        if person != Some(of) {
            close(&mut steps);
            person = Some(of);
        }
        steps[usize::from(lens == b)].push((at, to));
    })?;
    close(&mut steps);
    let view = |((at, known), mut agreement): (&(Moment, u64), Agreement)| {
        let (people, share) = (agreement.people(), agreement.share());
        agreement.add(Stage::None, Stage::None, known.saturating_sub(people));
        PointView { at: *at, people, share, kappa: agreement.kappa() }
    };
    Ok(points.iter().zip(found).map(view).collect())
}
