//! Signing out: the session ends, wherever its token may still lie.

use platform::app::App;
use platform::failure::Failure;

use crate::session;

/// Ends the session that the token opens. Whoever has none is signed out already.
///
/// # Errors
/// `Broken` if the database fails.
pub async fn sign_out(app: &App, token: Option<&str>) -> Result<(), Failure> {
    match token {
        Some(token) => session::end(app, token).await,
        None => Ok(()),
    }
}
