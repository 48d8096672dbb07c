//! The door: how a request becomes a [`User`].

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;

use crate::user::User;
use crate::{session, token};

impl<S> FromRequestParts<S> for User
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    /// Whoever shows the token of a session; everybody else is told to sign in. Where a page was asked for,
    /// that becomes the way to `/sign-in`, which knows whether there is anybody yet who could.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<User, Failure> {
        let app = App::from_ref(state);
        let token = session::token(&parts.headers).ok_or(Failure::SignIn)?;
        session::holder(&app, token).await?.ok_or(Failure::SignIn)
    }
}

/// Whoever calls the program by a token, with no more rights than the token has. A browser's session opens nothing
/// here, so that no page can make a browser call.
///
/// **Promise:** a call is answered by what the token opens when it is answered. Who a token's user was a moment ago is
/// remembered, so that a call need not ask for itself before it asks for what it wants: it makes sure with
/// [`Caller::confirm`] in the transaction that does it, or with [`Caller::look`] before.
#[derive(Clone, Debug)]
pub struct Caller {
    who: User,
    /// The hash of the token; none if it is sure who asks.
    claimed_by: Option<token::Hash>,
}

impl Caller {
    /// Whoever is known for sure.
    pub fn known(who: User) -> Caller {
        Caller { who, claimed_by: None }
    }

    /// Whether a token is shown, whatever it opens.
    pub fn is_shown(headers: &HeaderMap) -> bool {
        token::shown(headers).is_some()
    }

    /// Who it was a moment ago: enough to count a call, and to refuse none.
    pub fn supposed(&self) -> &User {
        &self.who
    }

    /// Makes sure who it is, or says that the token opens nothing.
    ///
    /// # Errors
    /// `Token`; `Broken` if the database fails.
    pub fn confirm(self, tx: &mut Tx, now: Moment) -> Result<User, Failure> {
        match self.claimed_by {
            Some(hash) => token::find(tx, hash, now)?.ok_or(Failure::Token),
            None => Ok(self.who),
        }
    }

    /// The same in a transaction of its own, if it is not sure yet.
    ///
    /// # Errors
    /// As [`Caller::confirm`].
    pub async fn look(self, app: &App) -> Result<Caller, Failure> {
        let Some(hash) = self.claimed_by else { return Ok(self) };
        token::look(app, hash).await?.map(Caller::known).ok_or(Failure::Token)
    }
}

impl<S> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Caller, Failure> {
        let app = App::from_ref(state);
        let hash = token::shown(&parts.headers).ok_or(Failure::Token)?;
        match token::remembered(&app, &hash) {
            Some(who) => Ok(Caller { who, claimed_by: Some(hash) }),
            None => token::look(&app, hash).await?.map(Caller::known).ok_or(Failure::Token),
        }
    }
}
