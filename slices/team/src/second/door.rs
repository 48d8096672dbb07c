//! The door behind the first: who comes straight in, who shows a second thing, and who must get one first.

use std::sync::Arc;

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::dice::Dice;
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{held, hex, totp};
use crate::audit;
use crate::colleague::USER;
use crate::demand;
use crate::session::{self, Means, Opening, SignedIn};
use crate::step::{self, Kind, Step};
use crate::user::User;

/// Where it leads to have shown the first thing.
#[derive(Debug)]
pub enum Entry {
    /// In.
    In(SignedIn),
    /// To a door that asks for a second thing; the token of the step.
    Second(String),
    /// To a door where one gets a second thing, for it is demanded; the token of the step.
    Enrol(String),
}

/// What is remembered of the first thing while the second is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Half {
    keep: bool,
    means: String,
    /// For whoever gets an app at the door: its secret.
    #[serde(default)]
    pub secret: String,
}

impl Half {
    pub(super) fn of(step: &Step) -> Result<Half, Failure> {
        serde_json::from_str(&step.state).map_err(|_| Failure::SignIn)
    }

    /// By what somebody came so far.
    pub(super) fn means(&self) -> Means {
        Means::parse(&self.means)
    }

    /// The session to open.
    pub(super) fn opening(
        &self,
        means: Means,
        device: String,
        replaces: Option<String>,
    ) -> Opening {
        Opening { replaces, keep: self.keep, device, means }
    }
}

/// What a door needs that is made outside of the transaction.
#[derive(Clone)]
pub(crate) struct Fresh {
    dice: Arc<dyn Dice>,
    token: String,
}

impl Fresh {
    pub(crate) fn of(app: &App) -> Fresh {
        Fresh { dice: Arc::clone(&app.dice), token: app.dice.token() }
    }
}

/// Lets somebody in who has shown the first thing, or on to the second.
///
/// # Errors
/// `Broken` if the database fails.
pub(crate) fn pass(
    tx: &mut Tx,
    user: User,
    opening: &Opening,
    fresh: Fresh,
    now: Moment,
) -> Result<Entry, Failure> {
    let Fresh { dice, token } = fresh;
    let is_demanded = demand::is_demanded(tx, &user.role)?;
    let has_any = held(tx, user.id)?.is_any();
    // Who has a second thing shows it beside a password; what a provider asked is enough unless more is demanded.
    let kind = match (has_any, is_demanded) {
        (true, true) => Some(Kind::Second),
        (true, false) if opening.means == Means::Password => Some(Kind::Second),
        (false, true) => Some(Kind::Enrol),
        _ => None,
    };
    let Some(kind) = kind else {
        let detail = json!({ "by": opening.means.as_str() });
        audit::note(tx, &user, "user.signed-in", (USER, user.id.0), detail, now)?;
        return session::open(tx, user, token, opening, now).map(Entry::In);
    };
    let secret =
        if kind == Kind::Enrol { hex(&dice.bytes(totp::SECRET_BYTES)) } else { String::new() };
    let half = Half { keep: opening.keep, means: opening.means.as_str().to_owned(), secret };
    let state = serde_json::to_string(&half).map_err(anyhow::Error::from)?;
    step::begin(tx, kind, &Step { user: Some(user.id), state }, &token, now)?;
    Ok(if kind == Kind::Enrol { Entry::Enrol(token) } else { Entry::Second(token) })
}
