//! Tokens as they are shown: whose each is, by its hash.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, header};
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;

use super::{BEGINNING, LAST_USE_LAG, hash};
use crate::store;
use crate::user::User;

/// What a token is kept by.
pub(crate) type Hash = [u8; 32];

/// Who the users of tokens were that were shown within the last minute. A part of the app: only ever a guess, of which
/// [`Caller`](crate::Caller) makes sure.
#[derive(Default)]
pub struct Remembered(Mutex<HashMap<Hash, Seen>>);

struct Seen {
    who: User,
    /// The last use that is noted: from a minute after it the token is looked up, and noted, again.
    used_at: Moment,
}

/// Tokens that are remembered at most.
const REMEMBERED_MAX: usize = 1_000;

impl Remembered {
    fn seen(&self) -> MutexGuard<'_, HashMap<Hash, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps who it is, without prolonging for how long.
    fn correct(&self, hash: &Hash, found: Option<&User>) {
        let mut seen = self.seen();
        match (seen.get_mut(hash), found) {
            (Some(known), Some(who)) if known.who != *who => known.who = who.clone(),
            (Some(_), None) => drop(seen.remove(hash)),
            _ => {}
        }
    }
}

/// The hash of the token that is shown, if one is.
pub(crate) fn shown(headers: &HeaderMap) -> Option<Hash> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    let token = scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())?;
    token.starts_with(BEGINNING).then(|| hash(token))
}

/// Who the token's user was within the last minute.
pub(crate) fn remembered(app: &App, hash: &Hash) -> Option<User> {
    let (part, now) = (app.find_part::<Remembered>()?, app.clock.now());
    let seen = part.seen();
    let known = seen.get(hash).filter(|known| known.used_at >= now - LAST_USE_LAG)?;
    Some(known.who.clone())
}

/// Whose token it is, if it opens something: the user, with no more rights than the token has.
pub(crate) fn find(tx: &mut Tx, hash: Hash, now: Moment) -> Result<Option<User>, Failure> {
    let found = store::find_token(tx, &hash, now)?.map(|(_, user, _)| user);
    if let Some(part) = tx.find_part::<Remembered>() {
        part.correct(&hash, found.as_ref());
    }
    Ok(found)
}

/// The same in a transaction of its own. Notes the use.
pub(crate) async fn look(app: &App, hash: Hash) -> Result<Option<User>, Failure> {
    let now = app.clock.now();
    let found = app.db.read(move |tx| store::find_token(tx, &hash, now)).await?;
    let part = app.find_part::<Remembered>();
    let Some((id, user, mut used_at)) = found else {
        part.inspect(|part| part.correct(&hash, None));
        return Ok(None);
    };
    if used_at.is_none_or(|at| at < now - LAST_USE_LAG) {
        app.db.write(move |tx| store::note_token_use(tx, id, now)).await?;
        used_at = Some(now);
    }
    if let (Some(part), Some(used_at)) = (part, used_at) {
        let mut seen = part.seen();
        if seen.len() >= REMEMBERED_MAX {
            seen.clear();
        }
        seen.insert(hash, Seen { who: user.clone(), used_at });
    }
    Ok(Some(user))
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use axum::http::Request;
    use moment::Span;
    use platform::clock::Clock;
    use platform::harness::both;

    use super::*;
    use crate::create_user::{CreateUser, create_user};
    use crate::door::Caller;
    use crate::role::{Right, Role};
    use crate::stories::at_once;
    use crate::token::{self, NewToken, Scope};
    use crate::{Passwords, Strength, slice};

    #[test]
    fn what_is_remembered_of_a_token_opens_nothing() {
        both(&[slice()], |world| {
            let app = world.app.clone().with_part(Passwords::new(Strength::Test));
            let app = app.with_part(Remembered::default());
            let made = CreateUser {
                email: "mara@north.example".to_owned(),
                name: String::new(),
                role: Role::Owner,
                password: "correct horse".to_owned(),
            };
            at_once(create_user(&app, &User::operator(), made)).unwrap();
            let asked = NewToken {
                user: "mara@north.example".to_owned(),
                name: "forms".to_owned(),
                scope: Scope::Write,
                lasts: Some(Span::days(1)),
            };
            let now = world.clock.now();
            let make = move |tx: &mut Tx| {
                token::create(tx, &User::operator(), asked.clone(), "chance", now)
            };
            let (text, row) = world.db.write_blocking(make).unwrap();
            let comes = || {
                let request = Request::builder().header("authorization", format!("Bearer {text}"));
                let mut parts = request.body(()).unwrap().into_parts().0;
                at_once(Caller::from_request_parts(&mut parts, &app))
            };
            let confirmed = |caller: Caller| {
                let now = world.clock.now();
                world.db.read_blocking(move |tx| caller.clone().confirm(tx, now))
            };
            let statements = || world.db.statements();

            let first = comes().unwrap();
            let before = statements();
            let second = comes().unwrap();
            assert_eq!(statements(), before, "who it was is remembered");
            assert_eq!(second.supposed(), first.supposed());
            assert!(confirmed(second.clone()).unwrap().can(Right::EditPeople));

            let demote = |tx: &mut Tx| {
                let less =
                    "update team_user set role = 'viewer' where email_key = 'mara@north.example'";
                tx.execute(platform::db::sql(less), platform::args![])
            };
            world.db.write_blocking(demote).unwrap();
            assert!(second.supposed().can(Right::EditPeople), "a guess of a moment ago");
            assert!(!confirmed(second).unwrap().can(Right::EditPeople), "what holds now");
            assert!(!comes().unwrap().supposed().can(Right::EditPeople), "and is remembered");

            let revoke = move |tx: &mut Tx| token::revoke(tx, &User::operator(), row.id, now);
            world.db.write_blocking(revoke).unwrap();
            let late = comes().unwrap();
            assert!(matches!(confirmed(late), Err(Failure::Token)));
            assert!(matches!(comes(), Err(Failure::Token)), "it is forgotten");
        });
    }

    #[test]
    fn a_token_is_looked_up_again_after_a_minute_and_its_use_is_noted() {
        both(&[slice()], |world| {
            let app = world.app.clone().with_part(Remembered::default());
            let seen = Seen { who: User::operator(), used_at: world.clock.now() };
            app.part::<Remembered>().seen().insert([7; 32], seen);
            assert!(remembered(&app, &[7; 32]).is_some());
            world.clock.advance(LAST_USE_LAG);
            assert!(remembered(&app, &[7; 32]).is_some());
            world.clock.advance(Span(1));
            assert!(remembered(&app, &[7; 32]).is_none());
        });
    }
}
