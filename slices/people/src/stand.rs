//! `stand`: where people stand, as whoever folds has found, kept in the columns that the list reads.

pub(crate) mod save;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use funnel::Stage;
use funnel::sql::StandingTable;
use moment::Moment;
use platform::args;
use platform::db::{Arg, Made, Row, Sql, Tx, sql};
use platform::failure::Failure;
use platform::live::{self, Said};
use team::{Sight, User};

use crate::{LensId, PersonId, companies, owned, sight};

/// The table of standings, for statements that are made of conditions.
pub const STANDINGS: StandingTable = StandingTable {
    table: "standing",
    lens: "lens_id",
    person: "person_id",
    version: "version",
    stage: "stage",
    kind: "kind",
    temperature: "temperature",
    criteria: "criteria",
    fit_low: "fit_low",
    fit_high: "fit_high",
    engagement: "engagement",
    engagement_key: "engagement_key",
    key_of: engagement_key,
    intent: "intent",
    likelihood: "likelihood",
    entered_at: "entered_at",
};

/// Where one person stands under one lens.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The version of the definition by which it was found.
    pub version: i64,
    /// The stage, or the exit.
    pub stage: Stage,
    /// The definition's label within the stage.
    pub kind: Option<String>,
    /// 3 hot, 2 warm, 1 cold, 0 none.
    pub temperature: i64,
    /// The criteria's truths in the definition's order, a letter each: `t`, `f` or `u`.
    pub criteria: String,
    /// Fit: the points held, and those that are still possible.
    pub fit: (f64, f64),
    /// Engagement at `folded_at`.
    pub engagement: f64,
    /// Engagement as a number that decay does not change the order of: see [`engagement_key`].
    pub engagement_key: f64,
    /// Intent, if some source told it.
    pub intent: Option<f64>,
    /// Likelihood to win, 0 to 1, if some source told it.
    pub likelihood: Option<f64>,
    /// Since when the stage holds.
    pub entered_at: Option<Moment>,
    /// When they last did something themselves; [`Moment::START`] for never.
    pub touched_at: Moment,
    /// When it could change without anything new being recorded.
    pub next_at: Option<Moment>,
    /// As of when this was found.
    pub folded_at: Moment,
}

/// One person's new place.
#[derive(Clone, Debug)]
pub struct Place {
    /// Who.
    pub person: PersonId,
    /// The name by which the list is ordered.
    pub name_key: String,
    /// What is stored of them; nothing if they are new.
    pub before: Option<Kept>,
    /// Where they stand.
    pub standing: Standing,
}

impl Place {
    /// The stage at which they stood.
    pub fn was(&self) -> Option<Stage> {
        self.before.as_ref().map(|kept| kept.standing.stage)
    }
}

/// A standing as it is stored.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where they stand.
    pub standing: Standing,
    /// The name by which the list is ordered.
    pub name_key: String,
}

/// A number that orders decaying scores as they are at any one moment: all of them halve together,
/// so `log2(score) + at / half-life` never changes. Without a half-life the score itself.
pub fn engagement_key(score: f64, at: Moment, half_life_us: Option<i64>) -> f64 {
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "an order needs no more digits"
    )]
    let halvings = half_life_us.map_or(0.0, |half| at.0 as f64 / half as f64);
    match half_life_us {
        Some(_) if score > 0.0 => score.log2() + halvings,
        Some(_) => -1e18,
        None => score,
    }
}

const REVISIONS: Sql = sql("select person_id, revision from standing
     where lens_id = $1 and person_id >= $2 and person_id <= $3 order by person_id");
const OF: Sql =
    sql("select person_id, version, stage, kind, temperature, criteria, fit_low, fit_high,
        engagement, engagement_key, intent, likelihood, entered_at, touched_at, next_at, folded_at, name_key
     from standing where lens_id = $1 and person_id in ({list})");
const STAGES: Sql =
    sql("select person_id, stage from standing where lens_id = $1 and person_id in ({list})");
const TALLY: Sql = sql("select stage, n from stage_tally where lens_id = $1");
const TALLY_ADD: Sql = sql("insert into stage_tally (lens_id, stage, n) values ($1, $2, $3)
     on conflict (lens_id, stage) do update set n = stage_tally.n + excluded.n");
const COUNTED: Sql = sql("select stage, count(*) from standing where lens_id = $1 group by stage");
const DUE: Sql =
    sql("select distinct person_id from standing where next_at is not null and next_at <= $1
     and person_id > $2 order by person_id limit $3");
/// Counted up to a limit: whoever watches wants to know whether it is many, every few seconds.
const DUE_COUNT: Sql = sql("select count(*) from (select 1 as due from standing
     where next_at is not null and next_at <= $1 limit 10000) as due");
const PEOPLE_TALLIED: Sql =
    sql("select cast(sum(n) as bigint) from stage_tally group by lens_id order by 1 desc limit 1");
const NEXT_DUE: Sql = sql("select min(next_at) from standing where next_at is not null");
/// The revision says to whoever folded them meanwhile that it was for nothing.
const MAKE_DUE: Sql = sql("update standing set next_at = $1, revision = revision + 1
     where (next_at is null or next_at > $1) and person_id in ({list})");
const FORGET: Sql = sql("delete from standing where lens_id = $1");
const FORGET_TALLY: Sql = sql("delete from stage_tally where lens_id = $1");

const FORGET_PERSON: Sql = sql("delete from standing
     where lens_id in (select lens_id from stage_tally) and person_id = $1 returning lens_id, stage");

const KINDS: Sql =
    sql("select stage, kind, count(*) from standing where lens_id = $1 group by stage, kind");
const CROSSED: Sql = sql("select a.stage, b.stage, count(*) from standing a
     join standing b on b.lens_id = $2 and b.person_id = a.person_id
     where a.lens_id = $1 group by a.stage, b.stage");
const CROSSING: Sql = sql("select a.person_id from standing a
     join standing b on b.lens_id = $3 and b.person_id = a.person_id and b.stage = $4
     where a.lens_id = $1 and a.stage = $2 order by a.person_id limit $5");
pub(crate) const ALL: &[Sql] = &[
    REVISIONS,
    OF,
    STAGES,
    TALLY,
    TALLY_ADD,
    COUNTED,
    KINDS,
    CROSSED,
    CROSSING,
    DUE,
    DUE_COUNT,
    PEOPLE_TALLIED,
    NEXT_DUE,
    MAKE_DUE,
    FORGET,
    FORGET_TALLY,
    FORGET_PERSON,
];

/// Somebody who stands at another stage than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Who.
    pub person: PersonId,
    /// Where they stood.
    pub from: Stage,
    /// Where they stand.
    pub to: Stage,
}

/// A later slice that wants to know who moves; a part of the app, as [`Watching`].
pub trait Watches: Send + Sync {
    /// These people moved under a lens, by what a user did, or by time.
    ///
    /// # Errors
    /// Any failure undoes the move, too.
    fn moved(
        &self,
        tx: &mut Tx,
        lens: LensId,
        moved: &[Moved],
        by: Option<i64>,
        now: Moment,
    ) -> Result<(), Failure>;
}

/// Everybody who watches, in the order in which the server wired them.
pub struct Watching(pub Vec<Arc<dyn Watches>>);

/// Moves in one transaction of which open pages are told one by one.
const TOLD_MAX: usize = 32;

/// Writes where these people stand under a lens, keeps the tally, and tells who moved; `by` is the user who did what
/// they moved by.
///
/// # Errors
/// `Broken` when the database fails; whatever a watcher refuses.
pub fn stand(tx: &mut Tx, lens: LensId, places: &[Place], by: Option<i64>) -> Result<(), Failure> {
    write(tx, lens, places)?;
    let Some(now) = places.first().map(|place| place.standing.folded_at) else { return Ok(()) };
    let step = |place: &Place| {
        let (from, to) = (place.was()?, place.standing.stage);
        (from != to).then_some(Moved { person: place.person, from, to })
    };
    let moved: Vec<Moved> = places.iter().filter_map(step).collect();
    if moved.is_empty() {
        return Ok(());
    }
    if moved.len() > TOLD_MAX {
        tx.publish(Said::to(live::RECORDS.to_owned(), live::CHANGED));
    }
    for one in moved.iter().filter(|_| moved.len() <= TOLD_MAX) {
        tx.publish(Said::to(live::record(one.person), live::CHANGED).by(by));
    }
    if let Some(watching) = tx.find_part::<Watching>() {
        for watcher in &watching.0 {
            watcher.moved(tx, lens, &moved, by, now)?;
        }
    }
    Ok(())
}

fn write(tx: &mut Tx, lens: LensId, places: &[Place]) -> Result<(), Failure> {
    save::save(tx, lens, places)?;
    let mut differences: BTreeMap<i64, i64> = BTreeMap::new();
    for place in places {
        if let Some(before) = place.was() {
            *differences.entry(before.code()).or_default() -= 1;
        }
        *differences.entry(place.standing.stage.code()).or_default() += 1;
    }
    let differences = differences.into_iter().filter(|(_, n)| *n != 0);
    tx.bulk(TALLY_ADD, differences.map(|(stage, n)| args![lens, stage, n]).collect())?;
    let told: Vec<&Place> =
        places.iter().filter(|place| companies::standing::is_told(place)).collect();
    if told.is_empty() {
        return Ok(());
    }
    let people: Vec<PersonId> = told.iter().map(|place| place.person).collect();
    let whereabouts = owned::whereabouts(tx, &people)?;
    owned::stood(tx, lens, &told, &whereabouts)?;
    companies::standing::stood(tx, lens, &told, &whereabouts)
}

/// Takes somebody's standings away, and them out of the tally; gives how many standings.
pub(crate) fn forget_person(tx: &mut Tx, person: PersonId) -> Result<u64, Failure> {
    let gone = tx.rows(FORGET_PERSON, args![person])?;
    let less = gone.iter().map(|row| args![row.int(0), row.int(1), -1_i64].to_vec()).collect();
    tx.bulk(TALLY_ADD, less)?;
    let stood = || gone.iter().map(|row| (row.int(0), row.int(1)));
    let at = owned::whereabouts(tx, &[person])?.remove(&person);
    owned::gone(tx, person, at.as_ref(), stood())?;
    if let Some(at) = at {
        companies::standing::gone(tx, &at, stood())?;
    }
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}

/// How often the standings under a lens were written, of the people from one to another.
///
/// # Errors
/// `Broken` when the database fails.
pub fn revisions(
    tx: &mut Tx,
    lens: LensId,
    first: PersonId,
    last: PersonId,
) -> Result<HashMap<PersonId, i64>, Failure> {
    let mut found = HashMap::new();
    tx.each(REVISIONS, args![lens, first, last], |row| {
        found.insert(row.int(0), row.int(1));
        Ok(())
    })?;
    Ok(found)
}

/// Where these people stand under a lens; who has no standing yet is left out.
///
/// # Errors
/// `Broken` when the database fails.
pub fn standings(
    tx: &mut Tx,
    lens: LensId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Standing>, Failure> {
    let mut found = HashMap::with_capacity(people.len());
    tx.each_in(OF, &args![lens], &crate::store::list(people), |row| {
        found.insert(row.int(0), standing_of(row));
        Ok(())
    })?;
    Ok(found)
}

/// What is stored of where these people stand under a lens, for whoever stands them anew.
///
/// # Errors
/// `Broken` when the database fails.
pub fn kept(
    tx: &mut Tx,
    lens: LensId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Kept>, Failure> {
    let mut found = HashMap::with_capacity(people.len());
    tx.each_in(OF, &args![lens], &crate::store::list(people), |row| {
        let kept = Kept { standing: standing_of(row), name_key: row.text(16).to_owned() };
        found.insert(row.int(0), kept);
        Ok(())
    })?;
    Ok(found)
}

/// At which stages these people stand under a lens.
///
/// # Errors
/// `Broken` when the database fails.
pub fn stages(
    tx: &mut Tx,
    lens: LensId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Stage>, Failure> {
    let mut found = HashMap::with_capacity(people.len());
    tx.each_in(STAGES, &args![lens], &crate::store::list(people), |row| {
        found.insert(row.int(0), Stage::from_code(row.int(1)).unwrap_or(Stage::None));
        Ok(())
    })?;
    Ok(found)
}

fn standing_of(row: &Row) -> Standing {
    Standing {
        version: row.int(1),
        stage: Stage::from_code(row.int(2)).unwrap_or(Stage::None),
        kind: row.text_opt(3).map(str::to_owned),
        temperature: row.int(4),
        criteria: row.text(5).to_owned(),
        fit: (row.real(6), row.real(7)),
        engagement: row.real(8),
        engagement_key: row.real(9),
        intent: row.real_opt(10),
        likelihood: row.real_opt(11),
        entered_at: row.moment_opt(12),
        touched_at: row.moment(13),
        next_at: row.moment_opt(14),
        folded_at: row.moment(15),
    }
}

/// How many stand at each stage under a lens, in the order of [`Stage::ALL`].
///
/// # Errors
/// `Broken` when the database fails.
pub fn tally(tx: &mut Tx, lens: LensId) -> Result<Vec<(Stage, u64)>, Failure> {
    counts(tx, TALLY, lens)
}

/// How many of those whom the user sees stand at each stage under a lens, in the order of [`Stage::ALL`].
///
/// # Errors
/// `Broken` when the database fails.
pub fn tally_for(tx: &mut Tx, who: &User, lens: LensId) -> Result<Vec<(Stage, u64)>, Failure> {
    match &who.sight {
        Sight::Everybody => tally(tx, lens),
        Sight::Limited(limits) => Ok(in_order(&owned::tally(tx, lens, limits)?)),
    }
}

/// The same counted row by row, for whoever checks the tally.
///
/// # Errors
/// `Broken` when the database fails.
pub fn counted(tx: &mut Tx, lens: LensId) -> Result<Vec<(Stage, u64)>, Failure> {
    counts(tx, COUNTED, lens)
}

/// How many of those whom the user sees stand at which stage as which kind, in no order.
///
/// # Errors
/// `Broken` when the database fails.
pub fn kinds(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
) -> Result<Vec<(Stage, Option<String>, u64)>, Failure> {
    let mut found = Vec::new();
    let add = |row: &Row| {
        if let Some(stage) = Stage::from_code(row.int(0)) {
            found.push((stage, row.text_opt(1).map(str::to_owned), row.int(2).unsigned_abs()));
        }
        Ok(())
    };
    let Sight::Limited(limits) = &who.sight else {
        tx.each(KINDS, args![lens], add)?;
        return Ok(found);
    };
    let mut made = Made::default();
    made.text("select s.stage, s.kind, count(*) from (");
    sight::gather(&mut made, limits);
    made.text(") mine cross join standing s where s.person_id = mine.id and s.lens_id = ");
    made.arg(lens).text(" group by s.stage, s.kind");
    tx.each_made(&made, add)?;
    Ok(found)
}

/// How many of those whom the user sees stand at which stage under one lens and at which under another.
///
/// # Errors
/// `Broken` when the database fails.
pub fn crossed(
    tx: &mut Tx,
    who: &User,
    a: LensId,
    b: LensId,
) -> Result<Vec<(Stage, Stage, u64)>, Failure> {
    let mut found = Vec::new();
    let add = |row: &Row| {
        if let (Some(at_a), Some(at_b)) =
            (Stage::from_code(row.int(0)), Stage::from_code(row.int(1)))
        {
            found.push((at_a, at_b, row.int(2).unsigned_abs()));
        }
        Ok(())
    };
    let Sight::Limited(limits) = &who.sight else {
        tx.each(CROSSED, args![a, b], add)?;
        return Ok(found);
    };
    let mut made = Made::default();
    made.text("select a.stage, b.stage, count(*) from (");
    sight::gather(&mut made, limits);
    made.text(") mine cross join standing a cross join standing b where a.person_id = mine.id and b.person_id = mine.id");
    made.text(" and a.lens_id = ").arg(a).text(" and b.lens_id = ").arg(b);
    made.text(" group by a.stage, b.stage");
    tx.each_made(&made, add)?;
    Ok(found)
}

/// The first people by id, of those whom the user sees, who stand at one stage under one lens and at another under
/// another.
///
/// # Errors
/// `Broken` when the database fails.
pub fn crossing(
    tx: &mut Tx,
    who: &User,
    (a, at_a): (LensId, Stage),
    (b, at_b): (LensId, Stage),
    limit: i64,
) -> Result<Vec<PersonId>, Failure> {
    let Sight::Limited(limits) = &who.sight else {
        let rows = tx.rows(CROSSING, args![a, at_a.code(), b, at_b.code(), limit])?;
        return Ok(rows.iter().map(|row| row.int(0)).collect());
    };
    let mut made = Made::default();
    made.text("select mine.id from (");
    sight::gather(&mut made, limits);
    made.text(") mine cross join standing a cross join standing b where a.person_id = mine.id and b.person_id = mine.id");
    made.text(" and a.lens_id = ").arg(a).text(" and a.stage = ").arg(at_a.code());
    made.text(" and b.lens_id = ").arg(b).text(" and b.stage = ").arg(at_b.code());
    made.text(" order by mine.id limit ").arg(limit);
    let mut found = Vec::new();
    tx.each_made(&made, |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(found)
}

fn counts(tx: &mut Tx, statement: Sql, lens: LensId) -> Result<Vec<(Stage, u64)>, Failure> {
    let mut found: HashMap<i64, u64> = HashMap::new();
    tx.each(statement, args![lens], |row| {
        found.insert(row.int(0), row.int(1).unsigned_abs());
        Ok(())
    })?;
    Ok(in_order(&found))
}

fn in_order(found: &HashMap<i64, u64>) -> Vec<(Stage, u64)> {
    let count = |stage: &Stage| (*stage, found.get(&stage.code()).copied().unwrap_or(0));
    Stage::ALL.iter().map(count).collect()
}

/// What somebody who watches the program asks every few seconds; costs the same for a million people as for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// How many people there are.
    pub people: u64,
    /// Standings whose time had come; counted up to 10,000.
    pub due: u64,
}

/// Counts people, and standings that are due.
///
/// # Errors
/// `Broken` when the database fails.
pub fn watched(tx: &mut Tx, now: Moment) -> Result<Watched, Failure> {
    let mut count = |sql, args: &[Arg]| -> Result<u64, Failure> {
        Ok(tx.row(sql, args)?.map_or(0, |row| row.int(0).unsigned_abs()))
    };
    Ok(Watched { people: count(PEOPLE_TALLIED, &[])?, due: count(DUE_COUNT, &args![now])? })
}

/// People whose standing could have changed by `now` without anything new, `limit` of them after `after`.
///
/// # Errors
/// `Broken` when the database fails.
pub fn due(
    tx: &mut Tx,
    now: Moment,
    after: PersonId,
    limit: i64,
) -> Result<Vec<PersonId>, Failure> {
    let mut found = Vec::new();
    tx.each(DUE, args![now, after, limit], |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(found)
}

/// When the next standing could change by itself.
///
/// # Errors
/// `Broken` when the database fails.
pub fn next_due(tx: &mut Tx) -> Result<Option<Moment>, Failure> {
    Ok(tx.row(NEXT_DUE, args![])?.and_then(|row| row.moment_opt(0)))
}

/// Has these people re-stood at a moment at the latest, under every lens.
///
/// # Errors
/// `Broken` when the database fails.
pub fn make_due(tx: &mut Tx, people: &[PersonId], at: Moment) -> Result<(), Failure> {
    tx.execute_in(MAKE_DUE, &args![at], &crate::store::list(people))?;
    Ok(())
}

/// Takes every standing under a lens away, before everybody is folded anew.
///
/// # Errors
/// `Broken` when the database fails.
pub fn forget(tx: &mut Tx, lens: LensId) -> Result<(), Failure> {
    tx.execute(FORGET, args![lens])?;
    tx.execute(FORGET_TALLY, args![lens])?;
    companies::standing::forget(tx, lens)?;
    owned::forget(tx, lens)
}
