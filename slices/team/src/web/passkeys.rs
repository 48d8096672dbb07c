//! Passkeys: on the page of one's account, and at the door.

use axum::extract::{Form, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Json, Router};
use platform::app::App;
use platform::failure::{Failure, Field};
use serde::Deserialize;

use super::here::{Here, Shown, shown};
use super::me::{Which, again, prove_page};
use super::second::{code_page, codes_page, enrol_page};
use super::{sign_in_again, split};
use crate::origin::local_path;
use crate::passkey::{self, Adder, PASSKEY, Purpose, Site};
use crate::prove::prove_by_passkey;
use crate::second::{self, Knocker, Taken};
use crate::session::{Means, Opening};
use crate::step;
use crate::user::User;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/me/passkeys", post(add))
        .route("/me/passkeys/ask", post(ask_me))
        .route("/me/passkeys/remove", post(remove))
        .route("/me/passkeys/rename", post(rename))
        .route("/me/prove/passkey", post(prove))
        .route("/sign-in/passkey", post(enter))
        .route("/sign-in/passkey/ask", post(ask_stranger))
        .route("/sign-in/code/passkey", post(second))
        .route("/sign-in/enrol/passkey", post(enrol))
}

#[derive(Deserialize)]
struct For {
    #[serde(rename = "for")]
    purpose: Purpose,
}

/// What a browser answers, with what goes with it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    answer: String,
    /// What a new one is to be called.
    passkey: String,
    keep: Option<String>,
    next: String,
}

impl Answer {
    /// What there is, or words for whoever has no script running.
    fn there(&self) -> Result<&str, Failure> {
        if self.answer.is_empty() {
            let words =
                "Your browser gave no passkey: it needs scripts for that, and to know of passkeys.";
            return Err(Failure::refused("passkey", words));
        }
        Ok(&self.answer)
    }
}

/// What to ask of the browser of whoever is signed in.
async fn ask_me(
    State(app): State<App>,
    who: User,
    here: Here,
    headers: HeaderMap,
    Form(For { purpose }): Form<For>,
) -> Result<Response, Failure> {
    here.reach()?;
    let site = Site::of(&app, &headers)?;
    let asked = match purpose {
        Purpose::Add => {
            let adder = Adder { who: &who, purpose, browser: &here.session };
            passkey::offer(&app, adder, site).await?
        }
        Purpose::Prove => passkey::ask(&app, (purpose, &here.session), Some(who.id), site).await?,
        Purpose::Enter | Purpose::Second | Purpose::Enrol => return Err(not_here()),
    };
    Ok(Json(asked).into_response())
}

/// What to ask of the browser of whoever stands at the door.
async fn ask_stranger(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Form(For { purpose }): Form<For>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let site = Site::of(&app, &headers)?;
    let now = app.clock.now();
    let begun = step::token(&headers).map(str::to_owned);
    let step = begun.clone().unwrap_or_default();
    let (asked, browser) = match purpose {
        Purpose::Enter => {
            let browser = begun.unwrap_or_else(|| app.dice.token());
            (passkey::ask(&app, (purpose, &browser), None, site).await?, browser)
        }
        Purpose::Second => {
            let looked = step.clone();
            let (user, _) = app.db.read(move |tx| second::asked(tx, &looked, now)).await?;
            (passkey::ask(&app, (purpose, &step), Some(user), site).await?, step)
        }
        Purpose::Enrol => {
            let looked = step.clone();
            let who = app.db.read(move |tx| second::look(tx, &looked, now)).await?.user;
            let adder = Adder { who: &who, purpose, browser: &step };
            (passkey::offer(&app, adder, site).await?, step)
        }
        Purpose::Add | Purpose::Prove => return Err(not_here()),
    };
    let mut response = Json(asked).into_response();
    response.headers_mut().insert(header::SET_COOKIE, step::cookie(reach, &browser)?);
    Ok(response)
}

fn not_here() -> Failure {
    Failure::invalid("for", "is asked for elsewhere")
}

async fn add(
    State(app): State<App>,
    who: User,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<Answer>,
) -> Result<Response, Failure> {
    let added = match (here.reach(), form.there(), Site::of(&app, &headers)) {
        (Ok(_), Ok(_), Ok(site)) => {
            passkey::add(&app, (&who, &here.session), (form.passkey, form.answer), site).await
        }
        (Err(failure), ..) | (_, Err(failure), _) | (.., Err(failure)) => Err(failure),
    };
    match added {
        Ok(Some(codes)) => Ok(codes_page(&app, who, codes).await?.into_response()),
        Ok(None) => Ok(Redirect::to("/me?done=passkey#passkeys").into_response()),
        Err(failure) => again(&app, who, here, failure).await,
    }
}

async fn remove(
    State(app): State<App>,
    who: User,
    here: Here,
    Form(Which { id }): Form<Which>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let number = app.public_ids().decode(PASSKEY, &id);
    let number = number.ok_or_else(|| Failure::missing("passkey", &id))?;
    let (asker, session) = (who.clone(), here.session.clone());
    let removed =
        app.db.write(move |tx| passkey::remove(tx, (&asker, &session), number, now)).await;
    match removed {
        Ok(()) => Ok(Redirect::to("/me?done=passkey-removed#passkeys").into_response()),
        Err(failure) => again(&app, who, here, failure).await,
    }
}

#[derive(Deserialize)]
struct Renamed {
    id: String,
    #[serde(default)]
    passkey_name: String,
}

async fn rename(
    State(app): State<App>,
    who: User,
    here: Here,
    Form(Renamed { id, passkey_name }): Form<Renamed>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let number = app.public_ids().decode(PASSKEY, &id);
    let number = number.ok_or_else(|| Failure::missing("passkey", &id))?;
    let asker = who.clone();
    let work = move |tx: &mut platform::Tx| passkey::rename(tx, &asker, number, &passkey_name, now);
    match app.db.write(work).await {
        Ok(()) => Ok(Redirect::to("/me?done=passkey-renamed#passkeys").into_response()),
        Err(failure) => again(&app, who, here, failure).await,
    }
}

async fn prove(
    State(app): State<App>,
    who: User,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<Answer>,
) -> Result<Response, Failure> {
    here.reach()?;
    let proved = match (form.there(), Site::of(&app, &headers)) {
        (Ok(answer), Ok(site)) => {
            prove_by_passkey(&app, (&who, &here.session), answer, &site).await
        }
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    };
    let failure = match proved {
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

async fn enter(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<Answer>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let browser = step::token(&headers).unwrap_or_default();
    let opening = Opening {
        replaces: here.before().map(str::to_owned),
        keep: form.keep.is_some(),
        device: here.device.clone(),
        means: Means::Passkey,
    };
    let entered = match (form.there(), Site::of(&app, &headers)) {
        (Ok(answer), Ok(site)) => {
            passkey::enter(&app, (browser, answer), &site, here.peer, opening).await
        }
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    };
    match entered {
        Ok(signed_in) => here.let_in(reach, &signed_in, &form.next),
        Err(failure) => {
            let status = failure.problem().0.status;
            match shown(failure, "/sign-in")? {
                Shown::Here(errors) => {
                    sign_in_again(&app, &headers, &form.next, split(errors), status).await
                }
                Shown::Elsewhere(response) => Ok(response),
            }
        }
    }
}

async fn second(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<Answer>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let Some(token) = step::token(&headers) else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let entered = match (form.there(), Site::of(&app, &headers)) {
        (Ok(answer), Ok(site)) => {
            second::enter_by_passkey(&app, (token, answer), &site, knocker(&here)).await
        }
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    };
    match entered {
        Ok(signed_in) => here.let_in(reach, &signed_in, &form.next),
        Err(failure) => {
            refused(failure, |errors| code_page(&app, &headers, &form.next, errors)).await
        }
    }
}

async fn enrol(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<Answer>,
) -> Result<Response, Failure> {
    here.reach()?;
    let token = step::token(&headers).unwrap_or_default();
    let taken = match (form.there(), Site::of(&app, &headers)) {
        (Ok(answer), Ok(site)) => {
            let taken = Taken::Passkey(form.passkey.clone(), answer.to_owned(), site);
            second::enrol(&app, token, taken, knocker(&here)).await
        }
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    };
    match taken {
        Ok(entered) => super::second::enrolled(&here, entered, &form.next),
        Err(failure) => {
            refused(failure, |errors| enrol_page(&app, &headers, &form.next, errors)).await
        }
    }
}

pub(super) fn knocker(here: &Here) -> Knocker {
    Knocker {
        peer: here.peer,
        device: here.device.clone(),
        replaces: here.before().map(str::to_owned),
    }
}

/// What went wrong, on the page that asked; whoever has no half-open door begins again.
pub(super) async fn refused<F>(
    failure: Failure,
    page: impl FnOnce(Vec<Field>) -> F,
) -> Result<Response, Failure>
where
    F: Future<Output = Result<Response, Failure>>,
{
    if matches!(failure, Failure::SignIn) {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    match shown(failure, "/sign-in")? {
        Shown::Here(errors) => page(errors).await,
        Shown::Elsewhere(response) => Ok(response),
    }
}
