//! Every statement of the journal.

use std::collections::HashMap;

use funnel::Wanted;
use funnel::history::{Activity, Agent, Channel, Direction, Entry, Kind, Observation, What};
use moment::Moment;
use platform::args;
use platform::db::{Arg, Passing, Sql, Tx, sql};
use platform::failure::Failure;

use crate::record::NewEntry;
use crate::{SubjectId, encode};

const INSERT: Sql = sql(
    "insert into activity (subject_id, occurred_at, id, recorded_at, kind, channel, direction, agent,
        campaign, source, actor_id, properties)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing",
);
const OF_ONE: Sql = sql("select subject_id, occurred_at, id, recorded_at, kind, channel, direction, agent, campaign,
        source, properties from activity where subject_id = $1 order by subject_id, occurred_at, id");
const BETWEEN: Sql = sql(
    "select subject_id, occurred_at, id, recorded_at, kind, channel, direction, agent, campaign,
        source, properties from activity where subject_id >= $1 and subject_id <= $2
        order by subject_id, occurred_at, id",
);
const ONE: Sql = sql(
    "select subject_id, occurred_at, id, recorded_at, kind, channel, direction, agent, campaign,
        source, properties from activity where subject_id = $1 and occurred_at = $2 and id = $3",
);
const ACTORS: Sql = sql("select occurred_at, id, actor_id from activity
     where subject_id = $1 and actor_id is not null");
const COUNT: Sql = sql("select count(*) from activity");
/// One step along the key for each subject, however long its history is.
const SUBJECTS_AFTER: Sql = sql("with recursive step (id) as (
        select min(subject_id) from activity where subject_id > $1
        union all
        select (select min(a.subject_id) from activity a where a.subject_id > step.id) from step
            where step.id is not null
     ) select id from step where id is not null limit $2");

pub(crate) const ALL: &[Sql] = &[INSERT, OF_ONE, BETWEEN, ONE, ACTORS, COUNT, SUBJECTS_AFTER];

pub(crate) fn subjects_after(
    tx: &mut Tx,
    after: SubjectId,
    limit: i64,
) -> Result<Vec<SubjectId>, Failure> {
    Ok(tx.rows(SUBJECTS_AFTER, args![after, limit])?.iter().map(|row| row.int(0)).collect())
}

/// The kind under which facts are stored.
pub(crate) const OBSERVED: &str = "fact.observed";

pub(crate) fn insert(tx: &mut Tx, entries: &[&NewEntry]) -> Result<(), Failure> {
    let rows = entries.iter().map(|new| row_of(new)).collect::<Result<Vec<_>, _>>()?;
    tx.bulk(INSERT, rows)?;
    Ok(())
}

fn row_of(new: &NewEntry) -> Result<Vec<Arg>, Failure> {
    let entry = &new.entry;
    let broken = |error: serde_json::Error| Failure::from(anyhow::Error::from(error));
    Ok(match &entry.what {
        What::Activity(activity) => args![
            new.subject,
            entry.occurred_at,
            entry.id,
            entry.recorded_at,
            activity.kind.as_str(),
            activity.channel.map(Channel::code),
            activity.direction.map(Direction::code),
            activity.agent.code(),
            activity.campaign.as_deref(),
            new.source.as_deref(),
            new.actor,
            encode::properties(&activity.properties).map_err(broken)?
        ],
        What::Facts(observation) => args![
            new.subject,
            entry.occurred_at,
            entry.id,
            entry.recorded_at,
            OBSERVED,
            None::<i64>,
            Direction::Internal.code(),
            Agent::Human.code(),
            None::<&str>,
            observation.source.as_ref(),
            new.actor,
            encode::facts(&observation.facts).map_err(broken)?
        ],
    })
}

pub(crate) fn histories(
    tx: &mut Tx,
    subjects: &[SubjectId],
) -> Result<Vec<(SubjectId, Vec<Entry>)>, Failure> {
    let mut found = Vec::with_capacity(subjects.len());
    let all = Wanted::everything();
    for subject in subjects {
        collect(tx, OF_ONE, args![*subject], &all, &mut found)?;
    }
    Ok(found)
}

pub(crate) fn histories_between(
    tx: &mut Tx,
    first: SubjectId,
    last: SubjectId,
    wanted: &Wanted,
) -> Result<Vec<(SubjectId, Vec<Entry>)>, Failure> {
    let mut found = Vec::new();
    collect(tx, BETWEEN, args![first, last], wanted, &mut found)?;
    Ok(found)
}

pub(crate) fn actors(
    tx: &mut Tx,
    subject: SubjectId,
) -> Result<HashMap<(Moment, i64), i64>, Failure> {
    let mut found = HashMap::new();
    tx.each(ACTORS, args![subject], |row| {
        found.insert((row.moment(0), row.int(1)), row.int(2));
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn entry(
    tx: &mut Tx,
    subject: SubjectId,
    at: Moment,
    id: i64,
) -> Result<Option<Entry>, Failure> {
    let mut found = Vec::new();
    collect(tx, ONE, args![subject, at, id], &Wanted::everything(), &mut found)?;
    Ok(found.pop().and_then(|(_, mut entries)| entries.pop()))
}

fn collect(
    tx: &mut Tx,
    statement: Sql,
    args: Vec<Arg>,
    wanted: &Wanted,
    found: &mut Vec<(SubjectId, Vec<Entry>)>,
) -> Result<(), Failure> {
    tx.pass(statement, args, |row| {
        let subject = row.int(0);
        let entry = entry_of(row, wanted)?;
        match found.last_mut() {
            Some((last, entries)) if *last == subject => entries.push(entry),
            _ => found.push((subject, vec![entry])),
        }
        Ok(())
    })
}

fn entry_of(row: &Passing<'_>, wanted: &Wanted) -> Result<Entry, Failure> {
    let kind = row.text(4);
    let unreadable = |error: serde_json::Error| {
        Failure::from(
            anyhow::Error::from(error).context("the properties of an activity can't be read"),
        )
    };
    let what = if kind == OBSERVED {
        What::Facts(Observation {
            source: row.text_opt(9).unwrap_or_default().into(),
            facts: encode::read_facts(row.text_opt(10).unwrap_or("{\"facts\":{}}"), wanted)
                .map_err(unreadable)?,
        })
    } else {
        let kind = Kind::new(kind);
        let campaign = if wanted.campaign(&kind) { row.text_opt(8) } else { None };
        let properties = if wanted.properties(&kind) { row.text_opt(10) } else { None };
        What::Activity(Activity {
            kind,
            channel: row.int_opt(5).and_then(Channel::from_code),
            direction: row.int_opt(6).and_then(Direction::from_code),
            agent: Agent::from_code(row.int(7)).unwrap_or(Agent::Unsure),
            campaign: campaign.map(Into::into),
            properties: encode::read_properties(properties).map_err(unreadable)?,
        })
    };
    Ok(Entry {
        id: row.int(2),
        occurred_at: Moment(row.int(1)),
        recorded_at: Moment(row.int(3)),
        what,
    })
}

pub(crate) fn count(tx: &mut Tx) -> Result<u64, Failure> {
    let row = tx.row(COUNT, args![])?;
    Ok(row.map_or(0, |row| row.int(0).unsigned_abs()))
}
