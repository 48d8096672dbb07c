//! The statements about drafts and who approved them.

use moment::Moment;
use people::LensId;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;

use super::State;

const ADD: Sql = sql(
    "insert into draft (id, lens_id, text, note, state, revision, made_at, made_by, changed_at, changed_by,
        proposed_at, proposed_by, closed_at, version)
     values ($1, $2, $3, $4, 0, 1, $5, $6, $5, $6, null, null, null, null)",
);
const LOAD: Sql = sql(
    "select id, lens_id, text, note, state, revision, made_at, made_by, changed_at, changed_by, proposed_at,
        proposed_by, closed_at, version from draft where id = $1",
);
const LIST: Sql = sql(
    "select id, lens_id, text, note, state, revision, made_at, made_by, changed_at, changed_by, proposed_at,
        proposed_by, closed_at, version from draft order by changed_at desc, id desc limit $1",
);
const SAVE: Sql = sql(
    "update draft set text = $3, note = $4, state = 0, revision = revision + 1, changed_at = $5,
        changed_by = $6, proposed_at = null, proposed_by = null
     where id = $1 and revision = $2 and state <= 1",
);
const NOTE: Sql =
    sql("update draft set note = $3, revision = revision + 1, changed_at = $4, changed_by = $5
     where id = $1 and revision = $2 and state <= 1");
const PROPOSE: Sql = sql(
    "update draft set state = 1, proposed_at = $2, proposed_by = $3 where id = $1 and state = 0",
);
const CLOSE: Sql =
    sql("update draft set state = $2, closed_at = $3, version = $4 where id = $1 and state <= 1");
const APPROVALS: Sql = sql(
    "select team, user_id, approved_at from approval where draft_id = $1 order by approved_at, team",
);
const APPROVE: Sql =
    sql("insert into approval (draft_id, team, user_id, approved_at) values ($1, $2, $3, $4)
     on conflict (draft_id, team) do nothing");
const AGREED: Sql = sql("select a.user_id from draft d join approval a on a.draft_id = d.id
     where d.lens_id = $1 and d.version = $2 and d.state = 2 order by a.approved_at, a.team");
const DISAPPROVE: Sql = sql("delete from approval where draft_id = $1");

pub(crate) const ALL: &[Sql] =
    &[ADD, LOAD, LIST, SAVE, NOTE, PROPOSE, CLOSE, APPROVALS, AGREED, APPROVE, DISAPPROVE];

/// A draft as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// Inside.
    pub id: i64,
    /// For which lens.
    pub lens: LensId,
    /// The definition, mistakes and all.
    pub text: String,
    /// Why it is proposed, in its author's words.
    pub note: String,
    /// How far it is.
    pub state: State,
    /// Counts its changes, so that two who edit at once do not overwrite each other.
    pub revision: i64,
    /// When it was begun.
    pub made_at: Moment,
    /// By which user.
    pub made_by: Option<i64>,
    /// When it was last changed.
    pub changed_at: Moment,
    /// By which user.
    pub changed_by: Option<i64>,
    /// When it was proposed.
    pub proposed_at: Option<Moment>,
    /// By which user.
    pub proposed_by: Option<i64>,
    /// When it was adopted or withdrawn.
    pub closed_at: Option<Moment>,
    /// The version that it became.
    pub version: Option<i64>,
}

/// Somebody's yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// For which team.
    pub team: String,
    /// Which user; none for the operator.
    pub user: Option<i64>,
    /// When.
    pub at: Moment,
}

fn row_of(row: &Row) -> DraftRow {
    DraftRow {
        id: row.int(0),
        lens: row.int(1),
        text: row.text(2).to_owned(),
        note: row.text(3).to_owned(),
        state: State::from_code(row.int(4)),
        revision: row.int(5),
        made_at: row.moment(6),
        made_by: row.int_opt(7),
        changed_at: row.moment(8),
        changed_by: row.int_opt(9),
        proposed_at: row.int_opt(10).map(Moment),
        proposed_by: row.int_opt(11),
        closed_at: row.int_opt(12).map(Moment),
        version: row.int_opt(13),
    }
}

pub(super) fn add(
    tx: &mut Tx,
    (id, lens): (i64, LensId),
    (text, note): (&str, &str),
    user: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    tx.execute(ADD, args![id, lens, text, note, now, user])?;
    Ok(())
}

pub(super) fn load(tx: &mut Tx, id: i64) -> Result<Option<DraftRow>, Failure> {
    Ok(tx.row(LOAD, args![id])?.as_ref().map(row_of))
}

pub(super) fn list(tx: &mut Tx, limit: i64) -> Result<Vec<DraftRow>, Failure> {
    Ok(tx.rows(LIST, args![limit])?.iter().map(row_of).collect())
}

/// Whether it was still the revision that the author saw.
pub(super) fn save(
    tx: &mut Tx,
    (id, revision): (i64, i64),
    (text, note): (&str, &str),
    user: Option<i64>,
    now: Moment,
) -> Result<bool, Failure> {
    let saved = tx.execute(SAVE, args![id, revision, text, note, now, user])? > 0;
    if saved {
        tx.execute(DISAPPROVE, args![id])?;
    }
    Ok(saved)
}

/// Gives a draft another note: who agreed to its text agrees to it still. Whether it was still the revision that the author saw.
pub(super) fn note(
    tx: &mut Tx,
    (id, revision): (i64, i64),
    note: &str,
    user: Option<i64>,
    now: Moment,
) -> Result<bool, Failure> {
    Ok(tx.execute(NOTE, args![id, revision, note, now, user])? > 0)
}

pub(super) fn propose(tx: &mut Tx, id: i64, user: Option<i64>, now: Moment) -> Result<(), Failure> {
    tx.execute(PROPOSE, args![id, now, user])?;
    Ok(())
}

pub(super) fn close(
    tx: &mut Tx,
    id: i64,
    state: State,
    version: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    tx.execute(CLOSE, args![id, state.code(), now, version])?;
    Ok(())
}

pub(super) fn approvals(tx: &mut Tx, id: i64) -> Result<Vec<Approval>, Failure> {
    let rows = tx.rows(APPROVALS, args![id])?;
    let approval = |row: &Row| Approval {
        team: row.text(0).to_owned(),
        user: row.int_opt(1),
        at: row.moment(2),
    };
    Ok(rows.iter().map(approval).collect())
}

/// Who approved the draft that became a version.
pub(super) fn agreed(tx: &mut Tx, lens: LensId, version: i64) -> Result<Vec<i64>, Failure> {
    let rows = tx.rows(AGREED, args![lens, version])?;
    Ok(rows.iter().filter_map(|row| row.int_opt(0)).collect())
}

pub(super) fn approve(
    tx: &mut Tx,
    id: i64,
    team: &str,
    user: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    tx.execute(APPROVE, args![id, team, user, now])?;
    Ok(())
}
