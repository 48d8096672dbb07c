//! The statements of the roster.

use platform::args;
use platform::db::{Arg, Row, Sql, Tx, sql};
use platform::failure::Failure;

use crate::store::of_user;

const USER: Sql = sql(concat!(
    "select ",
    of_user!(),
    " from team_user u left join role r on r.id = u.role_id where u.id = $1 and u.suspended_at is null"
));
const WHO_SIGN_IN: Sql = sql(concat!(
    "select ",
    of_user!(),
    " from team_user u left join role r on r.id = u.role_id
     where (u.password_hash is not null or u.entered_at is not null) and u.suspended_at is null
     order by u.name, u.id"
));
const USERS: Sql = sql(concat!(
    "select ",
    of_user!(),
    ", u.suspended_at, u.password_hash is not null, u.created_at
     from team_user u left join role r on r.id = u.role_id order by u.name, u.id"
));
const CHANGE_USER: Sql =
    sql("update team_user set name = $2, role = $3, role_id = $4, sees = $5, suspended_at = $6
     where id = $1");
const END_SESSIONS: Sql = sql("delete from session where user_id = $1");
const ROLES: Sql = sql("select r.id, r.name, r.rights, r.sees, r.fields,
        (select count(*) from team_user u where u.role_id = r.id)
     from role r order by r.name, r.id");
const BUILT_IN: Sql =
    sql("select role, count(*) from team_user where role_id is null group by role");
const ADD_ROLE: Sql = sql("insert into role (id, name, name_key, rights, sees, fields)
     values ($1, $2, $3, $4, $5, $6) on conflict (name_key) do nothing returning id");
const CHANGE_ROLE: Sql =
    sql("update role set name = $2, name_key = $3, rights = $4, sees = $5, fields = $6
     where id = $1 and not exists (select 1 from role o where o.name_key = $3 and o.id <> $1) returning id");
/// Gives no row while somebody has it.
const REMOVE_ROLE: Sql = sql("delete from role where id = $1
     and not exists (select 1 from team_user u where u.role_id = $1) returning id");

const TEAMS: Sql = sql("select id, name, parent_id from team_group order by name, id");
const ADD_TEAM: Sql = sql("insert into team_group (id, name, name_key, parent_id)
     values ($1, $2, $3, $4) on conflict (name_key) do nothing returning id");
const CHANGE_TEAM: Sql = sql("update team_group set name = $2, name_key = $3, parent_id = $4
     where id = $1 and not exists (select 1 from team_group o where o.name_key = $3 and o.id <> $1) returning id");
const LIFT_TEAMS: Sql = sql("update team_group set parent_id = $2 where parent_id = $1");
const REMOVE_TEAM: Sql = sql("delete from team_group where id = $1");
const MEMBERS: Sql = sql("select m.team_id, m.user_id, u.name, u.email, m.is_manager
     from team_member m join team_user u on u.id = m.user_id order by u.name, u.id");
const JOIN_TEAM: Sql =
    sql("insert into team_member (user_id, team_id, is_manager) values ($1, $2, $3)
     on conflict (user_id, team_id) do update set is_manager = excluded.is_manager");
const LEAVE_TEAM: Sql = sql("delete from team_member where user_id = $1 and team_id = $2");
const EMPTY_TEAM: Sql = sql("delete from team_member where team_id = $1");
const LET_GO_TEAM: Sql = sql("delete from territory_holder where team_id = $1");

const TERRITORIES: Sql =
    sql("select id, name, condition, built_to from territory order by name, id");
/// For whoever keeps who is in them.
const HELD: Sql = sql("select t.id, t.condition, t.built_to from territory t order by t.id");
const ADD_TERRITORY: Sql = sql("insert into territory (id, name, name_key, condition, built_to)
     values ($1, $2, $3, $4, 0) on conflict (name_key) do nothing returning id");
/// A changed condition is made anew.
const CHANGE_TERRITORY: Sql = sql("update territory set name = $2, name_key = $3, condition = $4,
        built_to = case when condition = $4 then built_to else 0 end
     where id = $1 and not exists (select 1 from territory o where o.name_key = $3 and o.id <> $1) returning id");
const REMOVE_TERRITORY: Sql = sql("delete from territory where id = $1");
const BUILT: Sql = sql("update territory set built_to = $3 where id = $1 and condition = $2");
const UNMAKE: Sql = sql("update territory set built_to = 0");
const HOLDERS: Sql = sql("select territory_id, user_id, team_id from territory_holder");
const HOLD: Sql =
    sql("insert into territory_holder (territory_id, user_id, team_id) values ($1, $2, $3)");
const LET_GO: Sql = sql("delete from territory_holder where territory_id = $1");

pub(crate) const ALL: &[Sql] = &[
    USER,
    WHO_SIGN_IN,
    USERS,
    CHANGE_USER,
    END_SESSIONS,
    ROLES,
    BUILT_IN,
    ADD_ROLE,
    CHANGE_ROLE,
    REMOVE_ROLE,
    TEAMS,
    ADD_TEAM,
    CHANGE_TEAM,
    LIFT_TEAMS,
    REMOVE_TEAM,
    MEMBERS,
    JOIN_TEAM,
    LEAVE_TEAM,
    EMPTY_TEAM,
    LET_GO_TEAM,
    TERRITORIES,
    HELD,
    ADD_TERRITORY,
    CHANGE_TERRITORY,
    REMOVE_TERRITORY,
    BUILT,
    UNMAKE,
    HOLDERS,
    HOLD,
    LET_GO,
];

pub(super) fn unmake(tx: &mut Tx) -> Result<(), Failure> {
    tx.execute(UNMAKE, args![]).map(drop)
}

pub(super) fn user(tx: &mut Tx, id: i64) -> Result<Option<Row>, Failure> {
    tx.row(USER, args![id])
}

pub(super) fn who_sign_in(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(WHO_SIGN_IN, args![])
}

/// After the columns of a user: since when suspended, whether they have a password, since when there are any.
pub(super) fn users(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(USERS, args![])
}

pub(super) fn change_user(tx: &mut Tx, args: Vec<Arg>) -> Result<(), Failure> {
    tx.execute(CHANGE_USER, args).map(drop)
}

pub(super) fn end_sessions(tx: &mut Tx, user: i64) -> Result<(), Failure> {
    tx.publish(crate::session::ended(user));
    tx.execute(END_SESSIONS, args![user]).map(drop)
}

pub(super) fn roles(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(ROLES, args![])
}

/// How many users have each of the program's roles.
pub(super) fn built_in(tx: &mut Tx) -> Result<Vec<(String, u64)>, Failure> {
    let rows = tx.rows(BUILT_IN, args![])?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.int(1).unsigned_abs())).collect())
}

/// Whether the name was free.
pub(super) fn save_role(tx: &mut Tx, is_new: bool, args: Vec<Arg>) -> Result<bool, Failure> {
    Ok(tx.row(if is_new { ADD_ROLE } else { CHANGE_ROLE }, args)?.is_some())
}

/// Whether nobody had it.
pub(super) fn remove_role(tx: &mut Tx, id: i64) -> Result<bool, Failure> {
    Ok(tx.row(REMOVE_ROLE, args![id])?.is_some())
}

pub(super) fn teams(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(TEAMS, args![])
}

/// Whether the name was free.
pub(super) fn save_team(tx: &mut Tx, is_new: bool, args: Vec<Arg>) -> Result<bool, Failure> {
    Ok(tx.row(if is_new { ADD_TEAM } else { CHANGE_TEAM }, args)?.is_some())
}

/// Takes a team away; those beneath it go to the one above it.
pub(super) fn remove_team(tx: &mut Tx, id: i64, above: Option<i64>) -> Result<(), Failure> {
    tx.execute(LIFT_TEAMS, args![id, above])?;
    tx.execute(EMPTY_TEAM, args![id])?;
    tx.execute(LET_GO_TEAM, args![id])?;
    tx.execute(REMOVE_TEAM, args![id]).map(drop)
}

pub(super) fn members(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(MEMBERS, args![])
}

pub(super) fn join_team(
    tx: &mut Tx,
    user: i64,
    team: i64,
    is_manager: bool,
) -> Result<(), Failure> {
    tx.execute(JOIN_TEAM, args![user, team, is_manager]).map(drop)
}

pub(super) fn leave_team(tx: &mut Tx, user: i64, team: i64) -> Result<(), Failure> {
    tx.execute(LEAVE_TEAM, args![user, team]).map(drop)
}

pub(super) fn territories(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(TERRITORIES, args![])
}

pub(super) fn held(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(HELD, args![])
}

/// Whether the name was free.
pub(super) fn save_territory(tx: &mut Tx, is_new: bool, args: Vec<Arg>) -> Result<bool, Failure> {
    Ok(tx.row(if is_new { ADD_TERRITORY } else { CHANGE_TERRITORY }, args)?.is_some())
}

pub(super) fn remove_territory(tx: &mut Tx, id: i64) -> Result<(), Failure> {
    tx.execute(LET_GO, args![id])?;
    tx.execute(REMOVE_TERRITORY, args![id]).map(drop)
}

pub(super) fn built(
    tx: &mut Tx,
    id: i64,
    condition: &str,
    to: Option<i64>,
) -> Result<bool, Failure> {
    Ok(tx.execute(BUILT, args![id, condition, to])? > 0)
}

pub(super) fn holders(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(HOLDERS, args![])
}

/// In the place of whoever held it.
pub(super) fn hold(
    tx: &mut Tx,
    territory: i64,
    holders: &[(Option<i64>, Option<i64>)],
) -> Result<(), Failure> {
    tx.execute(LET_GO, args![territory])?;
    for (user, team) in holders {
        tx.execute(HOLD, args![territory, *user, *team])?;
    }
    Ok(())
}
