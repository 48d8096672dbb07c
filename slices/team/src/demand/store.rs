//! The statements of what is demanded.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;

/// Whether a second factor is demanded of user `u`.
macro_rules! is_demanded {
    () => {
        "exists (select 1 from second_demand d where d.role = '*' or d.role = u.role
            or (u.role_id is not null and d.role = 'role ' || cast(u.role_id as text)))"
    };
}

const IS_DEMANDED: Sql = sql("select 1 from second_demand where role = '*' or role = $1 limit 1");
const ALL_DEMANDED: Sql = sql("select role from second_demand order by role");
const DEMAND: Sql = sql("insert into second_demand (role, demanded_at) values ($1, $2)
     on conflict (role) do nothing");
const FORGET_ALL: Sql = sql("delete from second_demand");
const FORGET: Sql = sql("delete from second_demand where role = $1");
/// Sessions of those who must have a second factor and have none; of one user if one is named, else of all.
const END_UNFIT: Sql = sql(concat!(
    "delete from session where user_id in (select u.id from team_user u
        where (cast($1 as bigint) is null or u.id = $1) and ",
    is_demanded!(),
    " and not exists (select 1 from totp t where t.user_id = u.id)
        and not exists (select 1 from passkey p where p.user_id = u.id))"
));
const STATES: Sql = sql(concat!(
    "select u.id, u.name, u.email, coalesce(r.name, u.role), case when ",
    is_demanded!(),
    " then 1 else 0 end, (select count(*) from totp t where t.user_id = u.id),
        (select count(*) from passkey p where p.user_id = u.id),
        (select count(*) from recovery_code c where c.user_id = u.id and c.used_at is null)
     from team_user u left join role r on r.id = u.role_id
     where u.suspended_at is null and u.is_service = 0 order by u.name, u.id"
));

pub(crate) const ALL: &[Sql] =
    &[IS_DEMANDED, ALL_DEMANDED, DEMAND, FORGET_ALL, FORGET, END_UNFIT, STATES];

pub(super) fn is_demanded(tx: &mut Tx, role: &str) -> Result<bool, Failure> {
    Ok(tx.row(IS_DEMANDED, args![role])?.is_some())
}

pub(super) fn demanded(tx: &mut Tx) -> Result<Vec<String>, Failure> {
    let role = |row: &Row| row.text(0).to_owned();
    Ok(tx.rows(ALL_DEMANDED, args![])?.iter().map(role).collect())
}

pub(super) fn demand(tx: &mut Tx, roles: &[String], now: Moment) -> Result<(), Failure> {
    tx.execute(FORGET_ALL, args![])?;
    for role in roles {
        tx.execute(DEMAND, args![role, now])?;
    }
    Ok(())
}

pub(super) fn forget(tx: &mut Tx, role: &str) -> Result<(), Failure> {
    tx.execute(FORGET, args![role]).map(drop)
}

pub(super) fn end_unfit(tx: &mut Tx, user: Option<i64>) -> Result<u64, Failure> {
    tx.execute(END_UNFIT, args![user])
}

pub(super) fn states(tx: &mut Tx) -> Result<Vec<Row>, Failure> {
    tx.rows(STATES, args![])
}
