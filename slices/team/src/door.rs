//! The door: how a request becomes a [`User`].

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use platform::app::App;
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
#[derive(Clone, Debug)]
pub struct Caller(pub User);

impl<S> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Caller, Failure> {
        let app = App::from_ref(state);
        token::bearer(&app, &parts.headers).await?.map(Caller).ok_or(Failure::Token)
    }
}
