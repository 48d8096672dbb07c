//! Every statement about handoffs.

use std::collections::HashMap;

use funnel::Stage;
use moment::Moment;
use people::{LensId, PersonId};
use platform::args;
use platform::db::{Arg, Row, Sql, Tx, sql};
use platform::failure::Failure;

use super::Outcome;

const OF: Sql = sql(
    "select person_id, handed_at, seq, stage, version, via, campaign, due_at, outcome, answered_at, reason, left_at
     from handoff where lens_id = $1 and person_id in ({list}) order by person_id, handed_at, seq",
);
const ADD: Sql = sql(
    "insert into handoff (person_id, lens_id, handed_at, seq, stage, version, via, campaign, due_at, outcome,
        answered_at, reason, left_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
);
const DROP: Sql = sql("delete from handoff where person_id = $1 and lens_id = $2
     and handed_at = $3 and seq = $4");
/// Whoever has not been answered is held against now.
const COUNTS: Sql = sql("select version, via, campaign, outcome, late, count(*)
     from (select version, via, campaign, outcome,
            case when coalesce(answered_at, $3) > due_at then 1 else 0 end as late
         from handoff where lens_id = $1 and handed_at >= $2) counted
     group by version, via, campaign, outcome, late");
const REASONS: Sql =
    sql("select version, via, campaign, reason, count(*) from handoff
     where lens_id = $1 and handed_at >= $2 and outcome = 2 group by version, via, campaign, reason");
const WAITING: Sql = sql(
    "select person_id, handed_at, seq, stage, version, via, campaign, due_at, outcome, answered_at, reason, left_at
     from handoff where lens_id = $1 and outcome = 0 order by handed_at, person_id limit $2",
);
const WAIT: Sql = sql("select count(*), count(case when due_at < $2 then 1 end) from handoff
     where lens_id = $1 and outcome = 0");
const PICKED: Sql = sql(
    "select person_id, handed_at, seq, stage, version, via, campaign, due_at, outcome, answered_at, reason, left_at
     from handoff where lens_id = $1 and handed_at >= $2 and outcome = $3
        and (version = $4 or $4 < 0) and (via = $5 or $5 = '*') and (campaign = $6 or $6 = '*')
     order by handed_at desc, person_id limit $7",
);
pub(crate) const ALL: &[Sql] = &[OF, ADD, DROP, COUNTS, REASONS, WAITING, WAIT, PICKED];

/// A handoff as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HandoffRow {
    /// When they came to the stage.
    pub(crate) handed_at: Moment,
    /// That of the move.
    pub(crate) seq: i64,
    /// To which stage.
    pub(crate) stage: Stage,
    /// By which version of the definition.
    pub(crate) version: i64,
    /// By which way they once came in.
    pub(crate) via: String,
    /// By which campaign; empty if none is named.
    pub(crate) campaign: String,
    /// Until when an answer is in time.
    pub(crate) due_at: Moment,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// When it was first answered.
    pub(crate) answered_at: Option<Moment>,
    /// What the newest answer says.
    pub(crate) reason: Option<String>,
    /// When they left the stage.
    pub(crate) left_at: Option<Moment>,
}

/// Handoffs of one version, source and outcome.
pub(crate) struct CountRow {
    pub(crate) version: i64,
    pub(crate) via: String,
    pub(crate) campaign: String,
    pub(crate) outcome: Outcome,
    /// Answered late, or not yet and late by now.
    pub(crate) is_late: bool,
    pub(crate) count: u64,
}

/// Rejections of one version and source for one reason.
pub(crate) struct ReasonRow {
    pub(crate) version: i64,
    pub(crate) via: String,
    pub(crate) campaign: String,
    pub(crate) reason: String,
    pub(crate) count: u64,
}

fn handoff_of(row: &Row) -> HandoffRow {
    HandoffRow {
        handed_at: row.moment(1),
        seq: row.int(2),
        stage: Stage::from_code(row.int(3)).unwrap_or(Stage::None),
        version: row.int(4),
        via: row.text(5).to_owned(),
        campaign: row.text(6).to_owned(),
        due_at: row.moment(7),
        outcome: Outcome::from_code(row.int(8)).unwrap_or(Outcome::Waiting),
        answered_at: row.moment_opt(9),
        reason: row.text_opt(10).map(str::to_owned),
        left_at: row.moment_opt(11),
    }
}

pub(crate) fn of(
    tx: &mut Tx,
    lens: LensId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<HandoffRow>>, Failure> {
    let mut found: HashMap<PersonId, Vec<HandoffRow>> = HashMap::new();
    let list: Vec<Arg> = people.iter().copied().map(Arg::from).collect();
    tx.each_in(OF, &args![lens], &list, |row| {
        found.entry(row.int(0)).or_default().push(handoff_of(row));
        Ok(())
    })?;
    Ok(found)
}

/// What is to be written of handoffs, gathered over many people.
#[derive(Default)]
pub(crate) struct Change {
    dropped: Vec<(PersonId, HandoffRow)>,
    added: Vec<(PersonId, HandoffRow)>,
}

impl Change {
    /// What differs between what is stored of a person and what was found.
    pub(crate) fn add(&mut self, person: PersonId, known: Vec<HandoffRow>, found: Vec<HandoffRow>) {
        let same = known.iter().zip(&found).take_while(|(old, new)| old == new).count();
        self.dropped.extend(known.into_iter().skip(same).map(|row| (person, row)));
        self.added.extend(found.into_iter().skip(same).map(|row| (person, row)));
    }

    pub(crate) fn write(&self, tx: &mut Tx, lens: LensId) -> Result<(), Failure> {
        let dropped = self.dropped.iter();
        tx.bulk(
            DROP,
            dropped.map(|(person, h)| args![*person, lens, h.handed_at, h.seq]).collect(),
        )?;
        let row = |(person, h): &(PersonId, HandoffRow)| {
            args![
                *person,
                lens,
                h.handed_at,
                h.seq,
                h.stage.code(),
                h.version,
                h.via.as_str(),
                h.campaign.as_str(),
                h.due_at,
                h.outcome.code(),
                h.answered_at,
                h.reason.as_deref(),
                h.left_at
            ]
        };
        tx.bulk(ADD, self.added.iter().map(row).collect())?;
        Ok(())
    }
}

pub(crate) fn counts(
    tx: &mut Tx,
    lens: LensId,
    since: Moment,
    now: Moment,
) -> Result<Vec<CountRow>, Failure> {
    let rows = tx.rows(COUNTS, args![lens, since, now])?;
    let count = |row: &Row| CountRow {
        version: row.int(0),
        via: row.text(1).to_owned(),
        campaign: row.text(2).to_owned(),
        outcome: Outcome::from_code(row.int(3)).unwrap_or(Outcome::Waiting),
        is_late: row.int(4) == 1,
        count: row.int(5).unsigned_abs(),
    };
    Ok(rows.iter().map(count).collect())
}

pub(crate) fn reasons(tx: &mut Tx, lens: LensId, since: Moment) -> Result<Vec<ReasonRow>, Failure> {
    let rows = tx.rows(REASONS, args![lens, since])?;
    let reason = |row: &Row| ReasonRow {
        version: row.int(0),
        via: row.text(1).to_owned(),
        campaign: row.text(2).to_owned(),
        reason: row.text_opt(3).unwrap_or_default().to_owned(),
        count: row.int(4).unsigned_abs(),
    };
    Ok(rows.iter().map(reason).collect())
}

/// Those who wait, the oldest first.
pub(crate) fn waiting(
    tx: &mut Tx,
    lens: LensId,
    limit: i64,
) -> Result<Vec<(PersonId, HandoffRow)>, Failure> {
    let rows = tx.rows(WAITING, args![lens, limit])?;
    Ok(rows.iter().map(|row| (row.int(0), handoff_of(row))).collect())
}

/// How many wait, and how many of them too long.
pub(crate) fn wait(tx: &mut Tx, lens: LensId, now: Moment) -> Result<(u64, u64), Failure> {
    let row = tx.row(WAIT, args![lens, now])?;
    Ok(row.map_or((0, 0), |row| (row.int(0).unsigned_abs(), row.int(1).unsigned_abs())))
}

/// Which handoffs are listed: of one outcome, and of one version or source if they are said.
pub(crate) struct Picked<'a> {
    pub(crate) outcome: Outcome,
    pub(crate) version: Option<i64>,
    pub(crate) via: Option<&'a str>,
    pub(crate) campaign: Option<&'a str>,
}

impl Picked<'_> {
    /// Whether a handoff is one of them.
    pub(crate) fn takes(&self, row: &HandoffRow) -> bool {
        row.outcome == self.outcome
            && self.version.is_none_or(|version| row.version == version)
            && self.via.is_none_or(|via| row.via == via)
            && self.campaign.is_none_or(|campaign| row.campaign == campaign)
    }
}

/// These handoffs, the newest first.
pub(crate) fn picked(
    tx: &mut Tx,
    lens: LensId,
    since: Moment,
    pick: &Picked<'_>,
    limit: i64,
) -> Result<Vec<(PersonId, HandoffRow)>, Failure> {
    let args = args![
        lens,
        since,
        pick.outcome.code(),
        pick.version.unwrap_or(-1),
        pick.via.unwrap_or("*"),
        pick.campaign.unwrap_or("*"),
        limit
    ];
    let rows = tx.rows(PICKED, args)?;
    Ok(rows.iter().map(|row| (row.int(0), handoff_of(row))).collect())
}
