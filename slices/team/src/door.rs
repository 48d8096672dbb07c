//! The door: how a request becomes a [`User`].

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use platform::app::App;
use platform::failure::Failure;

use crate::session;
use crate::user::User;

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
