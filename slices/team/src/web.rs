//! The pages of the team: set-up, sign-in, and the way out.

mod audit;
mod demand;
mod here;
mod invitations;
mod me;
mod passkeys;
mod provider;
mod second;
mod tokens;

pub use audit::{audit_as_csv, audit_as_json_lines};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use platform::app::App;
use platform::failure::{Failure, Field};
use platform::page::Page;
use serde::Deserialize;

use crate::device::device;
use crate::lengths::Lengths;
use crate::origin::{Peer, Reach, host, local_path, reach};
use crate::passkey::Site;
use crate::provider::buttons;
use crate::second::Entry;
use crate::set_up::{SetUp, SetUpView, set_up, zones};
use crate::sign_in::{SignIn, SignInView, sign_in};
use crate::sign_out::sign_out;
use crate::{SignedIn, pages, session, step, workspace};

/// The doors, one's own account, and what whoever manages the team needs.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/setup", get(show_set_up).post(do_set_up))
        .route("/sign-in", get(show_sign_in).post(do_sign_in))
        .route("/sign-out", post(do_sign_out))
        .merge(second::routes())
        .merge(passkeys::routes())
        .merge(provider::routes())
        .merge(demand::routes())
        .merge(me::routes())
        .merge(invitations::routes())
        .merge(tokens::routes())
        .merge(audit::routes())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SetUpForm {
    workspace: String,
    zone: String,
    name: String,
    email: String,
    password: String,
}

async fn show_set_up(State(app): State<App>) -> Result<Response, Failure> {
    if app.db.read(workspace::workspace).await?.is_set_up {
        return Ok(Redirect::to("/").into_response());
    }
    let view =
        SetUpView { zone: workspace::UNPLACED.to_owned(), zones: zones(), ..SetUpView::default() };
    Ok(pages::set_up(&view).into_response())
}

async fn do_set_up(
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<SetUpForm>,
) -> Result<Response, Failure> {
    let SetUpForm { workspace, zone, name, email, password } = form;
    let mut view = SetUpView {
        workspace: workspace.clone(),
        zone: zone.clone(),
        zones: zones(),
        name: name.clone(),
        email: email.clone(),
        errors: Vec::new(),
    };
    let asked = SetUp { workspace, zone, name, email, password };
    let failure = match encrypted(&headers) {
        Err(words) => Failure::refused("not_encrypted", words),
        Ok(reach) => match set_up(&app, asked, &device(&headers), session::token(&headers)).await {
            Ok(signed_in) => return enter(&signed_in, reach, "/"),
            Err(failure) => failure,
        },
    };
    let answered = failure.problem().0.status;
    view.errors = match failure {
        Failure::Invalid(fields) => fields,
        Failure::Refused { code: "is_set_up", .. } => {
            return Ok(Redirect::to("/sign-in").into_response());
        }
        Failure::Refused { words, .. } => vec![Field { name: String::new(), words }],
        other => return Err(other),
    };
    with_status(pages::set_up(&view), answered)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Next {
    next: String,
}

async fn show_sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Failure> {
    let workspace = app.db.read(workspace::workspace).await?;
    if !workspace.is_set_up {
        return Ok(Redirect::to("/setup").into_response());
    }
    if let Some(token) = session::token(&headers)
        && session::holder(&app, token).await?.is_some()
    {
        return Ok(Redirect::to(local_path(&next)).into_response());
    }
    let view = SignInView {
        workspace: workspace.name,
        host: host(&headers).to_owned(),
        next: local_path(&next).to_owned(),
        can_keep: can_keep(&app),
        providers: buttons(&app),
        has_passkeys: Site::of(&app, &headers).is_ok(),
        ..SignInView::default()
    };
    Ok(pages::sign_in(&view).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignInForm {
    email: String,
    password: String,
    keep: Option<String>,
    next: String,
}

async fn do_sign_in(
    State(app): State<App>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Failure> {
    let peer = peer.map_or(Peer::NOWHERE, |Extension(peer)| peer);
    let next = local_path(&form.next);
    let keep = form.keep.is_some();
    let asked = SignIn {
        email: form.email.clone(),
        password: form.password,
        keep,
        device: device(&headers),
    };
    let failure = match encrypted(&headers) {
        Err(words) => Failure::refused("not_encrypted", words),
        Ok(reach) => match sign_in(&app, asked, peer, session::token(&headers)).await {
            Ok(entry) => return go_on(&entry, reach, next),
            Err(failure) => failure,
        },
    };
    let answered = failure.problem().0.status;
    let mut retry_after = None;
    let error = match failure {
        Failure::Refused { words, .. } => in_two(&words),
        Failure::SignIn => in_two("That did not work. Try again"),
        Failure::TooMany { retry_after_s } | Failure::Busy { retry_after_s } => {
            retry_after = Some(HeaderValue::from(retry_after_s));
            ("Too many tries.".to_owned(), format!("Wait {}, then try again.", wait(retry_after_s)))
        }
        other => return Err(other),
    };
    let view = SignInView {
        workspace: app.db.read(workspace::workspace).await?.name,
        host: host(&headers).to_owned(),
        email: form.email,
        next: next.to_owned(),
        can_keep: can_keep(&app),
        keep,
        error: Some(error),
        providers: buttons(&app),
        has_passkeys: Site::of(&app, &headers).is_ok(),
    };
    let mut response = with_status(pages::sign_in(&view), answered)?;
    if let Some(retry_after) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after);
    }
    Ok(response)
}

/// Whether anybody can ask to be kept signed in.
fn can_keep(app: &App) -> bool {
    app.find_part::<Lengths>().map(|lengths| *lengths).unwrap_or_default().can_keep()
}

/// What went wrong, as the page to sign in shows it: a sentence, and the rest.
fn in_two(words: &str) -> (String, String) {
    let (first, rest) = words.split_once(". ").unwrap_or((words, ""));
    (format!("{}.", first.trim_end_matches('.')), rest.to_owned())
}

fn split(errors: Vec<Field>) -> (String, String) {
    in_two(&errors.into_iter().next().map(|error| error.words).unwrap_or_default())
}

/// The page to sign in, with what went wrong at another door.
async fn sign_in_again(
    app: &App,
    headers: &HeaderMap,
    next: &str,
    error: (String, String),
    status: u16,
) -> Result<Response, Failure> {
    let view = SignInView {
        workspace: app.db.read(workspace::workspace).await?.name,
        host: host(headers).to_owned(),
        next: local_path(next).to_owned(),
        can_keep: can_keep(app),
        error: Some(error),
        providers: buttons(app),
        has_passkeys: Site::of(app, headers).is_ok(),
        ..SignInView::default()
    };
    with_status(pages::sign_in(&view), status)
}

async fn do_sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    sign_out(&app, session::token(&headers)).await?;
    let mut response = Redirect::to("/sign-in").into_response();
    for cookie in session::forgetting(reach(&headers))? {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// How the browser reached us; the words for it if a password has no business on that way.
fn encrypted(headers: &HeaderMap) -> Result<Reach, String> {
    match reach(headers) {
        Reach::Open => Err(format!(
            "The connection is not encrypted. Open https://{} instead, with a proxy that speaks TLS in front \
             of Sluice, or http://localhost on the machine itself.",
            host(headers)
        )),
        reach => Ok(reach),
    }
}

fn enter(signed_in: &SignedIn, reach: Reach, next: &str) -> Result<Response, Failure> {
    let mut response = Redirect::to(next).into_response();
    response.headers_mut().insert(header::SET_COOKIE, signed_in.cookie(reach)?);
    Ok(response)
}

/// In, or on to the next door, with a cookie that remembers what was shown.
fn go_on(entry: &Entry, reach: Reach, next: &str) -> Result<Response, Failure> {
    let (door, token) = match entry {
        Entry::In(signed_in) => return enter(signed_in, reach, next),
        Entry::Second(token) => ("code", token),
        Entry::Enrol(token) => ("enrol", token),
    };
    let next = platform::fetcher::escaped(next);
    let mut response = Redirect::to(&format!("/sign-in/{door}?next={next}")).into_response();
    response.headers_mut().insert(header::SET_COOKIE, step::cookie(reach, token)?);
    Ok(response)
}

fn with_status(page: Page, status: u16) -> Result<Response, Failure> {
    let status = status.try_into().map_err(anyhow::Error::from)?;
    Ok(page.with_status(status).into_response())
}

/// A wait in words: `9 minutes`, `1 minute`, `20 seconds`.
fn wait(seconds: u32) -> String {
    let (count, unit) =
        if seconds >= 60 { (seconds.div_ceil(60), "minute") } else { (seconds, "second") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use axum::routing::get;
    use platform::harness::{World, both};
    use tower::ServiceExt;

    use super::*;
    use crate::user::User;
    use crate::{Passwords, Strength, slice};

    /// What a browser does: it keeps cookies and says which page sent a form.
    struct Browser {
        router: Router,
        origin: &'static str,
        cookies: String,
    }

    impl Browser {
        fn new(world: &World, origin: &'static str) -> Browser {
            let passwords = Passwords::new(Strength::Test);
            let app = world.app.clone().with_part(passwords);
            let own = Router::new().route("/who", get(|who: User| async move { who.name }));
            let router = routes().merge(own).with_state(app);
            Browser { router, origin, cookies: String::new() }
        }

        fn send(&mut self, method: &str, path: &str, form: &str) -> Response {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::HOST, self.origin.split_once("://").unwrap().1)
                .header(header::ORIGIN, self.origin)
                .header(header::COOKIE, &self.cookies)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(form.to_owned()))
                .unwrap();
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let response = runtime.block_on(self.router.clone().oneshot(request)).unwrap();
            if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
                self.cookies = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            }
            response
        }

        fn goes_to(&mut self, method: &str, path: &str, form: &str) -> String {
            let response = self.send(method, path, form);
            match response.headers().get(header::LOCATION) {
                Some(place) => place.to_str().unwrap().to_owned(),
                None => response.status().as_u16().to_string(),
            }
        }
    }

    const SET_UP: &str = "workspace=North&zone=Europe/Berlin&name=Mara&email=mara@north.example&password=correct+horse";

    #[test]
    fn the_way_in_and_out() {
        both(&[slice()], |world| {
            let mut browser = Browser::new(world, "http://localhost:8080");
            assert_eq!(browser.goes_to("GET", "/who", ""), "401");
            assert_eq!(browser.goes_to("GET", "/sign-in", ""), "/setup");
            assert_eq!(browser.goes_to("GET", "/setup", ""), "200");
            assert_eq!(browser.goes_to("POST", "/setup", "workspace=North"), "422");
            assert_eq!(browser.goes_to("POST", "/setup", SET_UP), "/");
            assert_eq!(browser.goes_to("GET", "/who", ""), "200");
            assert_eq!(browser.goes_to("GET", "/sign-in?next=/people", ""), "/people");
            assert_eq!(browser.goes_to("POST", "/sign-out", ""), "/sign-in");
            assert_eq!(browser.goes_to("GET", "/who", ""), "401");
            assert_eq!(browser.goes_to("GET", "/setup", ""), "/");
            assert_eq!(browser.goes_to("POST", "/setup", SET_UP), "/sign-in");
            let wrong = "email=mara@north.example&password=wrong";
            assert_eq!(browser.goes_to("POST", "/sign-in", wrong), "409");
            let right = "email=mara@north.example&password=correct+horse&next=//evil.example";
            assert_eq!(browser.goes_to("POST", "/sign-in", right), "/");
        });
    }

    #[test]
    fn a_pause_is_said_with_its_length() {
        both(&[slice()], |world| {
            let mut browser = Browser::new(world, "https://north.example");
            browser.send("POST", "/setup", SET_UP);
            let wrong = "email=mara@north.example&password=wrong";
            for _ in 0..5 {
                browser.send("POST", "/sign-in", wrong);
            }
            let response = browser.send("POST", "/sign-in", wrong);
            assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(response.headers()[header::RETRY_AFTER], "600");
        });
    }

    #[test]
    fn a_password_does_not_travel_in_the_open() {
        both(&[slice()], |world| {
            let mut open = Browser::new(world, "http://192.168.1.5:8080");
            assert_eq!(open.goes_to("POST", "/setup", SET_UP), "409");
            let mut closed = Browser::new(world, "https://192.168.1.5:8080");
            assert_eq!(closed.goes_to("POST", "/setup", SET_UP), "/");
            assert!(closed.cookies.starts_with("__Host-sluice="), "{}", closed.cookies);
            assert_eq!(
                open.goes_to("POST", "/sign-in", "email=mara@north.example&password=correct+horse"),
                "409"
            );
        });
    }

    #[test]
    fn a_wait_is_said_in_words() {
        for (seconds, words) in
            [(1, "1 second"), (20, "20 seconds"), (60, "1 minute"), (541, "10 minutes")]
        {
            assert_eq!(wait(seconds), words);
        }
    }
}
