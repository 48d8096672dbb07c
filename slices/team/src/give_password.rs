//! Giving somebody a password, by the operator of the machine: whoever lost theirs, and everybody of a workspace that
//! arrived without.

use platform::app::App;
use platform::failure::Failure;
use serde_json::Value;

use crate::audit;
use crate::colleague::USER;
use crate::create_user::key;
use crate::password::{self, Passwords};
use crate::role::Right;
use crate::user::User;
use crate::{sessions, store};

/// Puts a password in place of whatever opened the door before; every session ends. Second factors stay.
///
/// # Errors
/// `Forbidden` without the right to operate; `Missing` if nobody has the address; `Invalid` for a password that is not
/// accepted.
pub async fn give_password(
    app: &App,
    who: &User,
    email: &str,
    password: String,
) -> Result<User, Failure> {
    who.may(Right::Operate)?;
    let address = email.to_owned();
    let found = app.db.read(move |tx| store::find_password(tx, &key(&address))).await?;
    let Some((user, _)) = found else { return Err(Failure::missing("user", email)) };
    if let Some(words) = password::refusal(&password, &user.email) {
        return Err(Failure::invalid("password", words));
    }
    let hash = app.part::<Passwords>().hash(password, &*app.dice).await?;
    let (now, who) = (app.clock.now(), who.clone());
    app.db
        .write(move |tx| {
            store::set_password(tx, user.id, &hash)?;
            // None has an empty token, so all of them end.
            sessions::end_others(tx, user.id, "")?;
            audit::note(tx, &who, "user.password-given", (USER, user.id.0), Value::Null, now)?;
            Ok(user)
        })
        .await
}
