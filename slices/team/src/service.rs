//! Service users: for programs that act for nobody in particular. They sign in nowhere; only their tokens speak for them.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::{Failure, Field};
use serde_json::json;

use crate::audit;
use crate::colleague::USER;
use crate::create_user::read_name;
use crate::role::{Right, Role};
use crate::store;
use crate::user::{User, UserId};

const MARK: Sql = sql("update team_user set is_service = 1 where id = $1");
const LIST: Sql = sql("select u.id, u.name, coalesce(r.name, u.role)
     from team_user u left join role r on r.id = u.role_id where u.is_service = 1 order by u.name, u.id");

pub(crate) const ALL: &[Sql] = &[MARK, LIST];

/// Makes a service user.
///
/// # Errors
/// `Forbidden` without the right to manage the team, or to give a role with more rights than one's own; `Invalid` for a
/// name that is empty or too long.
pub fn create_service(
    tx: &mut Tx,
    who: &User,
    (name, role): (&str, Role),
    now: Moment,
) -> Result<User, Failure> {
    who.may(Right::ManageTeam)?;
    who.may_give(&role)?;
    let mut errors: Vec<Field> = Vec::new();
    let name = read_name("service", name, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    let id = UserId(tx.ids(1)?);
    // No mail is ever sent there: the domain is one that cannot be (RFC 2606).
    let email = format!("{}@service.invalid", tx.public_ids().encode(USER, id.0));
    let detail = json!({ "role": role.as_str() });
    let user = User { id, name, email, role, ..User::operator() };
    store::add_colleague(tx, &user, &user.email, now)?;
    tx.execute(MARK, args![id.0])?;
    audit::note(tx, who, "service-user.created", (USER, id.0), detail, now)?;
    Ok(user)
}

/// A service user: their number, their name, and their role.
pub(crate) fn services(tx: &mut Tx, who: &User) -> Result<Vec<(i64, String, String)>, Failure> {
    who.may(Right::ManageTeam)?;
    let service = |row: &Row| (row.int(0), row.text(1).to_owned(), row.text(2).to_owned());
    Ok(tx.rows(LIST, args![])?.iter().map(service).collect())
}
