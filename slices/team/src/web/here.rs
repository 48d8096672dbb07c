//! What every page of somebody signed in knows of its request.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use platform::app::App;
use platform::failure::{Failure, Field};

use super::encrypted;
use crate::device::device;
use crate::origin::{Peer, Reach, local_path};
use crate::passkey::Site;
use crate::session::{self, SignedIn};
use crate::step;

/// Where a request comes from: the session that it carries, the browser, the network, and the way it came.
pub(super) struct Here {
    pub session: String,
    pub device: String,
    pub peer: Peer,
    /// The site to which passkeys are bound here; else why there can be none.
    pub site: Result<Site, String>,
    reach: Result<Reach, String>,
}

impl<S> FromRequestParts<S> for Here
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Here, Self::Rejection> {
        let site = Site::of(&App::from_ref(state), &parts.headers);
        Ok(Here {
            site: site.map_err(|failure| failure.to_string()),
            session: session::token(&parts.headers).unwrap_or_default().to_owned(),
            device: device(&parts.headers),
            peer: parts.extensions.get::<Peer>().copied().unwrap_or(Peer::NOWHERE),
            reach: encrypted(&parts.headers),
        })
    }
}

impl Here {
    /// How the browser reached us, if a secret may go that way.
    pub(super) fn reach(&self) -> Result<Reach, Failure> {
        self.reach.clone().map_err(|words| Failure::refused("not_encrypted", words))
    }

    /// The session that was there before, if there was one.
    pub(super) fn before(&self) -> Option<&str> {
        (!self.session.is_empty()).then_some(self.session.as_str())
    }

    /// Goes on with a session that is new.
    pub(super) fn enter(&self, signed_in: &SignedIn, next: &str) -> Result<Response, Failure> {
        let mut response = Redirect::to(next).into_response();
        response.headers_mut().insert(header::SET_COOKIE, signed_in.cookie(self.reach()?)?);
        Ok(response)
    }

    /// The same after a step that the browser carried, which is forgotten; `next` is a path of ours, or is left out.
    pub(super) fn let_in(
        &self,
        reach: Reach,
        signed_in: &SignedIn,
        next: &str,
    ) -> Result<Response, Failure> {
        let mut response = self.enter(signed_in, local_path(next))?;
        response.headers_mut().append(header::SET_COOKIE, step::forgetting(reach)?);
        Ok(response)
    }
}

/// A failure as the page that was asked shows it: the fields, or one word at large. What is neither goes on as it is;
/// whoever must show who they are is led there.
pub(super) enum Shown {
    /// Above the form, or beneath its fields.
    Here(Vec<Field>),
    /// Elsewhere.
    Elsewhere(Response),
}

pub(super) fn shown(failure: Failure, here: &str) -> Result<Shown, Failure> {
    Ok(match failure {
        Failure::Invalid(fields) => Shown::Here(fields),
        Failure::Refused { code: "prove_yourself", .. } => {
            let way = format!("/me/prove?next={here}");
            Shown::Elsewhere(Redirect::to(&way).into_response())
        }
        Failure::Refused { words, .. } => Shown::Here(vec![Field { name: String::new(), words }]),
        Failure::TooMany { retry_after_s } | Failure::Busy { retry_after_s } => {
            let words =
                format!("Too many tries. Wait {}, then try again.", super::wait(retry_after_s));
            Shown::Here(vec![Field { name: String::new(), words }])
        }
        other => return Err(other),
    })
}
