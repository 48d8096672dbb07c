//! `funnel`: how many stand where, and how those who came in a window moved on.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use funnel::{Definition, Stage};
use moment::{Moment, Span};
use people::LensId;
use platform::db::Tx;
use platform::failure::Failure;
use team::sight::Limits;
use team::{Right, Sight, User};

use crate::flow;
use crate::lens;
use crate::store::{self, VersionRow};

/// Moves of one kind: how many went from one stage to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// From where; [`Stage::None`] for those who came in.
    pub from: Stage,
    /// To where.
    pub to: Stage,
    /// By which way they came in (`forms`, `imports`, `calls` …); empty for later moves.
    pub via: String,
    /// How many moves.
    pub count: u64,
}

/// The funnel under a lens.
#[derive(Clone, Debug)]
pub struct FunnelView {
    /// The lens's name.
    pub lens: String,
    /// The version in force.
    pub version: VersionRow,
    /// The definition in force.
    pub definition: Arc<Definition>,
    /// How many stand at each stage now, in the order of [`Stage::ALL`].
    pub tally: Vec<(Stage, u64)>,
    /// From which day on people count who came in; nothing for all of them.
    pub since: Option<Moment>,
    /// Every move of those who came in since then.
    pub moves: Vec<Moved>,
}

/// People whose moves are read at once.
const CHUNK_PEOPLE: usize = 2_000;

/// The moves of those of somebody's few who came on these days, counted one by one.
fn flow_among(
    tx: &mut Tx,
    lens: LensId,
    days: &Range<i64>,
    limits: &Limits,
) -> Result<Vec<(Stage, Stage, String, u64)>, Failure> {
    let mut flow = BTreeMap::new();
    for people in people::sight::everyone(tx, limits)?.chunks(CHUNK_PEOPLE) {
        for moves in store::transitions(tx, lens, people)?.into_values() {
            flow::count(&mut flow, flow::day(&moves), &moves, 1);
        }
    }
    let mut counted: BTreeMap<(i64, i64, String), u64> = BTreeMap::new();
    for (edge, count) in flow.into_iter().filter(|(edge, _)| days.contains(&edge.day)) {
        let moves = counted.entry((edge.from, edge.to, edge.via)).or_default();
        *moves += count.unsigned_abs();
    }
    let named = |((from, to, via), count): ((i64, i64, String), u64)| {
        Some((Stage::from_code(from)?, Stage::from_code(to)?, via, count))
    };
    Ok(counted.into_iter().filter_map(named).collect())
}

/// The funnel of those whom the user sees under the lens of that name, or the one through which the user looks; with `days`, the flow of those who came in during that many days until now.
///
/// # Errors
/// `Forbidden` without the right to read people; `Broken` when the database fails.
pub fn funnel(
    tx: &mut Tx,
    who: &User,
    lens: Option<&str>,
    days: Option<i64>,
    now: Moment,
) -> Result<FunnelView, Failure> {
    who.may(Right::ReadPeople)?;
    let lens = lens::of(tx, who, lens)?;
    let since = days.map(|days| now - Span::days(days));
    let day = since.map_or(i64::MIN, |since| since.day() + 1);
    let moves = moved(tx, who, lens.id, &(day..i64::MAX))?;
    let (version, definition) =
        lens.current().ok_or_else(|| Failure::missing("definition", &lens.name))?;
    Ok(FunnelView {
        lens: lens.name.clone(),
        version: version.clone(),
        definition: Arc::clone(definition),
        tally: people::stand::tally_for(tx, who, lens.id)?,
        since,
        moves,
    })
}

/// Every move of those who came in during as many days before those that [`funnel`] shows.
///
/// # Errors
/// As [`funnel`].
pub fn before(
    tx: &mut Tx,
    who: &User,
    lens: Option<&str>,
    days: i64,
    now: Moment,
) -> Result<Vec<Moved>, Failure> {
    who.may(Right::ReadPeople)?;
    let lens = lens::of(tx, who, lens)?;
    let first = |days: i64| (now - Span::days(days)).day() + 1;
    moved(tx, who, lens.id, &(first(2 * days)..first(days)))
}

fn moved(tx: &mut Tx, who: &User, lens: LensId, days: &Range<i64>) -> Result<Vec<Moved>, Failure> {
    let moves = match &who.sight {
        Sight::Everybody => store::flow_between(tx, lens, days)?,
        Sight::Limited(limits) => flow_among(tx, lens, days, limits)?,
    };
    Ok(moves.into_iter().map(|(from, to, via, count)| Moved { from, to, via, count }).collect())
}
