//! The first run: a workspace gets its name and its owner.

use platform::app::App;
use platform::failure::{Failure, Field};

use serde_json::json;

use crate::audit;
use crate::colleague::USER;
use crate::create_user::{Login, field, read_name};
use crate::password::Passwords;
use crate::role::Role;
use crate::session::{self, Means, Opening, SignedIn};
use crate::{store, workspace};

/// What is asked.
#[derive(Debug)]
pub struct SetUp {
    /// What the workspace is called.
    pub workspace: String,
    /// The IANA zone in which its days begin.
    pub zone: String,
    /// As the owner wants to be called.
    pub name: String,
    /// With which the owner will sign in.
    pub email: String,
    /// As it is typed.
    pub password: String,
}

/// What the first page shows: what was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct SetUpView {
    /// What the workspace is to be called.
    pub workspace: String,
    /// The zone that is chosen.
    pub zone: String,
    /// The zones to choose from.
    pub zones: Vec<String>,
    /// The owner's name.
    pub name: String,
    /// The owner's address.
    pub email: String,
    /// What cannot be, field by field.
    pub errors: Vec<Field>,
}

/// Names the workspace, makes its owner and signs the owner in. Of two who try at once, one succeeds.
///
/// # Errors
/// `Invalid` with every field that cannot be; `Refused` with `is_set_up` once there is a user.
pub async fn set_up(
    app: &App,
    ask: SetUp,
    device: &str,
    replaces: Option<&str>,
) -> Result<SignedIn, Failure> {
    if app.db.read(workspace::workspace).await?.is_set_up {
        return Err(is_set_up());
    }
    let mut errors = Vec::new();
    let name = read_name("workspace", &ask.workspace, &mut errors);
    let zone = read_zone(&ask.zone, &mut errors);
    if ask.name.trim().is_empty() {
        errors.push(field("name", "is empty"));
    }
    let login = Login::read(&ask.name, &ask.email, &ask.password, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    let hash = app.part::<Passwords>().hash(ask.password, &*app.dice).await?;
    let (now, token, replaces) = (app.clock.now(), app.dice.token(), replaces.map(str::to_owned));
    let opening =
        Opening { replaces, keep: false, device: device.to_owned(), means: Means::Welcome };
    app.db
        .write(move |tx| {
            if !store::set_up(tx, &name, &zone, now)? {
                return Err(is_set_up());
            }
            let owner = login.store(tx, Role::Owner, &hash, now)?;
            let detail = json!({ "role": Role::Owner.as_str() });
            audit::note(tx, &owner, "workspace.set-up", (USER, owner.id.0), detail, now)?;
            session::open(tx, owner, token, &opening, now)
        })
        .await
}

fn is_set_up() -> Failure {
    Failure::refused("is_set_up", "This workspace has an owner already. Sign in instead.")
}

fn read_zone(zone: &str, errors: &mut Vec<Field>) -> String {
    let zone = if zone.trim().is_empty() { workspace::UNPLACED } else { zone.trim() };
    if jiff::tz::TimeZone::get(zone).is_err() {
        errors.push(field("zone", "is no time zone: write it like Europe/Berlin"));
    }
    zone.to_owned()
}

/// Every zone there is, by name.
pub(crate) fn zones() -> Vec<String> {
    let mut zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
    zones.retain(|zone| zone.contains('/') && !zone.starts_with("Etc/"));
    zones.push(workspace::UNPLACED.to_owned());
    zones.sort();
    zones
}
