//! One's own account: the password, the browsers in which one is signed in, one's tokens.

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use moment::{Moment, Span};
use platform::app::App;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use platform::page::words::{Almanac, ago};
use platform::page::{Page, Shell};
use serde::Deserialize;

use super::here::{Here, Shown, shown};
use crate::change_password::{ChangePassword, change_password};
use crate::frame::{settings, shell};
use crate::origin::local_path;
use crate::pages::{MePage, PasskeyLine, ProvePage, SessionLine, TokenLine};
use crate::passkey::{self, PASSKEY, Site};
use crate::prove::prove;
use crate::role::RIGHTS;
use crate::sessions::{self, SESSION};
use crate::token::{self, NewToken, TOKEN, TokenRow};
use crate::user::User;
use crate::{demand, second, session, store, workspace};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/me", get(show))
        .route("/me/prove", get(show_prove).post(do_prove))
        .route("/me/password", post(password))
        .route("/me/sessions/end", post(end))
        .route("/me/sessions/end-others", post(end_others))
        .route("/me/tokens", post(make_token))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    done: String,
}

/// What was just done, by the word in the address.
fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "password" => "Your password is changed, and every other browser is signed out.",
        "session" => "That browser is signed out.",
        "others" => "Every other browser is signed out.",
        "passkey" => "The passkey is yours: with it you come in without a password.",
        "passkey-removed" => {
            "That passkey opens nothing here any more. Remove it from your device, too."
        }
        "passkey-renamed" => "The passkey is called otherwise, and opens what it opened.",
        "second-off" => "No code is asked for any more.",
        "revoked" => "That token opens nothing any more.",
        _ => return None,
    })
}

async fn show(
    State(app): State<App>,
    who: User,
    here: Here,
    Query(asked): Query<Asked>,
) -> Result<Page, Failure> {
    page(&app, who, here, done(&asked.done), Vec::new(), None).await
}

async fn page(
    app: &App,
    who: User,
    here: Here,
    done: Option<&'static str>,
    errors: Vec<Field>,
    fresh: Option<String>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let is_wrong = !errors.is_empty();
    let (shell, mut page) = app.db.read(move |tx| view(tx, &who, &here, now)).await?;
    (page.done, page.errors, page.fresh) = (done, errors, fresh);
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page::new(&shell, "Your account", &page).with_status(status))
}

fn view(tx: &mut Tx, who: &User, here: &Here, now: Moment) -> Result<(Shell, MePage), Failure> {
    let almanac = Almanac::new(now, &workspace::workspace(tx)?.zone);
    let ids = tx.public_ids();
    let sessions = sessions::list(tx, who, &here.session, now)?;
    let held = second::held(tx, who.id)?;
    let tokens = token::mine(tx, who)?;
    let page = MePage {
        settings: settings(who, "/me"),
        name: who.name.clone(),
        email: who.email.clone(),
        role: who.role.to_string(),
        errors: Vec::new(),
        done: None,
        has_password: store::has_password(tx, who.id)?,
        second_since: held.since.map(|since| almanac.date(since)),
        codes_left: held.codes_left,
        passkeys: passkey::list(tx, who.id)?
            .into_iter()
            .map(|row| PasskeyLine {
                id: ids.encode(PASSKEY, row.id),
                name: row.name,
                elsewhere: here
                    .site
                    .as_ref()
                    .is_ok_and(|site| site.rp_id != row.rp_id)
                    .then_some(row.rp_id),
                is_synced: row.is_synced,
                made: almanac.day(row.created_at),
                used: row.last_used_at.map(|at| ago(now - at)),
            })
            .collect(),
        no_passkeys: here.site.as_ref().err().cloned(),
        device: here.device.clone(),
        is_demanded: demand::is_demanded(tx, &who.role)?,
        sessions: sessions
            .into_iter()
            .map(|row| SessionLine {
                id: ids.encode(SESSION, row.id),
                device: row.device,
                means: row.means,
                since: almanac.minute(row.created_at),
                last: ago(now - row.last_used_at),
                is_this: row.is_this,
            })
            .collect(),
        tokens: tokens.iter().map(|row| token_line(row, &almanac, ids, now)).collect(),
        rights: rights(who),
        fresh: None,
    };
    Ok((shell(tx, who, "/me")?, page))
}

pub(super) fn token_line(
    row: &TokenRow,
    almanac: &Almanac,
    ids: platform::public_id::PublicIds,
    now: Moment,
) -> TokenLine {
    let (state, is_in_force) = match (row.revoked_at, row.expires_at) {
        (Some(at), _) => (format!("revoked {}", almanac.day(at).words), false),
        (None, Some(at)) if at <= now => (format!("expired {}", almanac.day(at).words), false),
        (None, Some(at)) => (format!("until {}", almanac.day(at).words), true),
        (None, None) => ("in force".to_owned(), true),
    };
    TokenLine {
        id: ids.encode(TOKEN, row.id),
        name: row.name.clone(),
        user: row.user.clone(),
        scope: row.scope.in_words(),
        made: almanac.day(row.created_at),
        used: row.last_used_at.map(|at| ago(now - at)),
        state,
        is_in_force,
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProveForm {
    next: String,
    password: String,
}

async fn show_prove(
    State(app): State<App>,
    who: User,
    headers: HeaderMap,
    Query(form): Query<ProveForm>,
) -> Result<Page, Failure> {
    prove_page(&app, &headers, who, &form.next, Vec::new()).await
}

pub(super) async fn prove_page(
    app: &App,
    headers: &HeaderMap,
    who: User,
    next: &str,
    errors: Vec<Field>,
) -> Result<Page, Failure> {
    let next = local_path(next).to_owned();
    let is_named = Site::of(app, headers).is_ok();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (shell, page) = app
        .db
        .read(move |tx| {
            let has_password = store::has_password(tx, who.id)?;
            let has_passkeys = is_named && second::held(tx, who.id)?.passkeys > 0;
            let email = who.email.clone();
            let page = ProvePage { next, email, has_password, has_passkeys, errors };
            Ok((shell(tx, &who, "/me")?, page))
        })
        .await?;
    Ok(Page::new(&shell, "Show that it is you", &page).with_status(status))
}

async fn do_prove(
    State(app): State<App>,
    who: User,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<ProveForm>,
) -> Result<Response, Failure> {
    here.reach()?;
    let failure = match prove(&app, &who, form.password, here.peer, &here.session).await {
        Ok(signed_in) => return here.enter(&signed_in, local_path(&form.next)),
        Err(failure) => failure,
    };
    match shown(failure, "/me")? {
        Shown::Here(errors) => {
            Ok(prove_page(&app, &headers, who, &form.next, errors).await?.into_response())
        }
        Shown::Elsewhere(response) => Ok(response),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PasswordForm {
    old: String,
    new: String,
}

async fn password(
    State(app): State<App>,
    who: User,
    here: Here,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failure> {
    here.reach()?;
    let asked = ChangePassword { old: form.old, new: form.new };
    let changed = change_password(&app, &who, asked, here.peer, &here.session).await;
    match changed {
        Ok(signed_in) => here.enter(&signed_in, "/me?done=password"),
        Err(failure) => again(&app, who, here, failure).await,
    }
}

/// The page again, with what is wrong.
pub(super) async fn again(
    app: &App,
    who: User,
    here: Here,
    failure: Failure,
) -> Result<Response, Failure> {
    match shown(failure, "/me")? {
        Shown::Here(errors) => Ok(page(app, who, here, None, errors, None).await?.into_response()),
        Shown::Elsewhere(response) => Ok(response),
    }
}

#[derive(Deserialize)]
pub(super) struct Which {
    pub id: String,
}

async fn end(
    State(app): State<App>,
    who: User,
    Form(Which { id }): Form<Which>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let number = app.public_ids().decode(SESSION, &id);
    let number = number.ok_or_else(|| Failure::missing("session", &id))?;
    app.db.write(move |tx| sessions::end(tx, &who, number, now)).await?;
    Ok(Redirect::to("/me?done=session#sessions"))
}

async fn end_others(State(app): State<App>, who: User, here: Here) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    app.db.write(move |tx| sessions::end_all_others(tx, &who, &here.session, now)).await?;
    Ok(Redirect::to("/me?done=others#sessions"))
}

/// The rights that somebody may give a token, with what each is for.
pub(super) fn rights(who: &User) -> Vec<(&'static str, &'static str)> {
    let all = RIGHTS.into_iter().filter(|(right, ..)| who.can(*right));
    all.map(|(_, word, what)| (word, what)).collect()
}

/// The form of a new token; a right is ticked or not sent.
pub(super) struct TokenForm(pub Vec<(String, String)>);

impl TokenForm {
    pub(super) fn field(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }

    /// What is asked, of a token for the user with that address.
    pub(super) fn ask(&self, user: String) -> Result<NewToken, Failure> {
        let days = self.field("days").trim();
        let lasts = match days {
            "" => None,
            days => {
                Some(days.parse().map_err(|_| Failure::invalid("days", "is no number of days"))?)
            }
        };
        let ticked: Vec<&str> = self
            .0
            .iter()
            .filter(|(name, _)| name == "may")
            .map(|(_, word)| word.as_str())
            .collect();
        let scope = match self.field("scope") {
            "some" if ticked.is_empty() => {
                return Err(Failure::invalid("scope", "lets it do nothing: tick what it may"));
            }
            "some" => ticked.join(" "),
            word => word.to_owned(),
        };
        let scope = scope.parse();
        Ok(NewToken {
            user,
            name: self.field("name").to_owned(),
            scope: scope
                .map_err(|error: token::NoScope| Failure::invalid("scope", error.to_string()))?,
            lasts: lasts.map(|days: u16| Span::days(days.into())),
        })
    }
}

async fn make_token(
    State(app): State<App>,
    who: User,
    here: Here,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (now, secret) = (app.clock.now(), token::secret(&app));
    let (asker, session) = (who.clone(), here.session.clone());
    let ask = TokenForm(form).ask(who.email.clone());
    let made = match ask {
        Ok(ask) => {
            let make = move |tx: &mut Tx| {
                session::must_be_proved(tx, &session, now)?;
                token::create(tx, &asker, ask, &secret, now)
            };
            app.db.write(make).await
        }
        Err(failure) => Err(failure),
    };
    match made {
        Ok((fresh, _)) => {
            let page = page(&app, who, here, None, Vec::new(), Some(fresh)).await?;
            Ok(page.into_response())
        }
        Err(failure) => again(&app, who, here, failure).await,
    }
}
