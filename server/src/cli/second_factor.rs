//! `sluice second-factor`

use clap::Args;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::USER;
use team::demand::{self, Demands, State};

use crate::house::{House, asking};
use crate::say::Outcome;

/// Of whom more than a password is asked, and who has a passkey or an app
#[derive(Args)]
#[command(
    long_about = "Shows of whom a second factor is asked, and who has one: a passkey, or a code of an authenticator app. Asking it of \
        others signs out whoever must have one and has none; they get one when they sign in again. Tokens of programs go on.",
    after_long_help = "Examples:\n  \
        sluice second-factor\n  \
        sluice second-factor --of everybody\n  \
        sluice second-factor --of owner --of admin\n  \
        sluice second-factor --of nobody\n  \
        sluice second-factor --forget ben@north.example    he has lost his phone and his codes"
)]
pub(crate) struct SecondFactor {
    /// Ask it of whoever has this role, or of everybody; may be said several times. nobody: ask it of nobody
    #[arg(long, value_name = "ROLE")]
    of: Vec<String>,
    /// Take everything away that a user could show beside their password, who has lost it, and sign them out everywhere
    #[arg(long, value_name = "USER", conflicts_with = "of")]
    forget: Option<String>,
}

const NOBODY: &str = "nobody";

impl SecondFactor {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open_begun()?;
        let (asking, now) = (asking(&app), app.clock.now());
        if let Some(user) = self.forget {
            let whose = user.clone();
            app.db.write_blocking(move |tx| demand::forget(tx, asking, &whose, now))?;
            let value = json!({ "user": user, "forgotten_at": now });
            house.mouth.result(&value, |ink| {
                format!("{} starts anew, and is signed out everywhere.", ink.strong(&user))
            })?;
            return Ok(Outcome::Done);
        }
        let ended = if self.of.is_empty() {
            None
        } else {
            let of: Vec<String> = self.of.into_iter().filter(|role| role != NOBODY).collect();
            let asked = move |tx: &mut platform::Tx| demand::demand(tx, asking, &of, now);
            Some(app.db.write_blocking(asked)?)
        };
        let demands = app.db.read_blocking(|tx| demand::demands(tx, asking))?;
        let ids = app.public_ids();
        let user = |state: &State| {
            json!({
                "id": ids.encode(USER, state.id),
                "name": state.name,
                "email": state.email,
                "role": state.role,
                "is_demanded": state.is_demanded,
                "has_app": state.has_app,
                "passkeys": state.passkeys,
                "recovery_codes_left": state.codes_left,
            })
        };
        let value = json!({
            "of": demands.of,
            "demanded": demands.demanded(),
            "have": demands.have(),
            "sessions_ended": ended.map_or(Value::Null, Value::from),
            "users": demands.users.iter().map(user).collect::<Vec<_>>(),
        });
        house.mouth.result(&value, |ink| {
            let lines = demands.users.iter().map(|state| {
                let asked = if state.is_demanded { ", asked" } else { "" };
                format!(
                    "{}  {}, {}{asked}: {}",
                    ink.strong(&state.name),
                    state.email,
                    state.role,
                    has(state)
                )
            });
            let ended = ended.map(|ended| format!("Browsers signed out: {ended}."));
            std::iter::once(of(&demands)).chain(ended).chain(lines).collect::<Vec<_>>().join("\n")
        })?;
        Ok(Outcome::Done)
    }
}

fn of(demands: &Demands) -> String {
    let of = if demands.of.is_empty() { NOBODY.to_owned() } else { demands.of.join(", ") };
    let (have, all) = (demands.have(), demands.users.len());
    format!("A second factor is asked of {of}. {have} of {all} have one.")
}

fn has(state: &State) -> String {
    let mut has = Vec::new();
    if state.passkeys > 0 {
        has.push(format!("passkeys {}", state.passkeys));
    }
    if state.has_app {
        has.push("an app".to_owned());
    }
    if has.is_empty() {
        return "nothing".to_owned();
    }
    has.push(format!("recovery codes {}", state.codes_left));
    has.join(", ")
}
