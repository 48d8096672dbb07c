//! `GET /live`: what changes while a page is open, as server-sent events (HTML, 9.2).
//!
//! An open page hears *that* something changed and looks for itself. It hears nothing of a record that its user does
//! not see, and nothing more once they are signed out.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::unfold;
use platform::app::App;
use platform::failure::Failure;
use platform::live::{self, CHANGED, Heard, Listener, RECORDS, Said};
use serde::Deserialize;
use serde_json::{Value, json};
use team::{Right, User};
use tokio::time::{Instant, sleep_until};

use crate::notify;

/// How often something is sent although nothing happened, so that nobody on the way takes the line for dead; and how
/// often it is looked whether the user still may listen.
const BEAT: Duration = Duration::from_secs(15);
/// After how long a browser asks again when the line was cut, in milliseconds.
const RETRY_MS: u64 = 3_000;
/// By what a browser says what it heard last.
const LAST_HEARD: HeaderName = HeaderName::from_static("last-event-id");
/// Proxies that gather an answer before they pass it on are asked not to.
const NO_BUFFER: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

pub(super) fn routes() -> Router<App> {
    Router::new().route("/live", get(listen))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    /// The record that the page shows; none if it shows none.
    on: String,
}

/// What a stream needs to go on.
struct Stream {
    app: App,
    headers: HeaderMap,
    user: i64,
    subject: Option<i64>,
    listener: Listener,
    /// What is sent before anything is waited for.
    first: Vec<Event>,
    next_beat: Instant,
    sent: u64,
}

async fn listen(
    State(app): State<App>,
    who: User,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let user = who.id.0;
    let (subject, unseen) = {
        let on = ask.on;
        let read = move |tx: &mut platform::Tx| {
            let subject = match on.as_str() {
                "" => None,
                on => {
                    who.may(Right::ReadPeople)?;
                    Some(people::edit::subject(tx, &who, on)?)
                }
            };
            Ok((subject, notify::unseen(tx, &who)?))
        };
        app.db.read(read).await?
    };
    let mut topics = vec![live::user(user)];
    if let Some(subject) = subject {
        topics.extend([live::record(subject), RECORDS.to_owned()]);
    }
    let listener = app.db.live().listen(user, topics, subject.map(live::record))?;
    let mut first = vec![event("bell", &json!({ "unseen": unseen }))];
    // What was said while the line was cut is kept nowhere: whoever comes back looks anew.
    if headers.contains_key(LAST_HEARD) {
        first.push(event("reload", &Value::Null));
    }
    let next_beat = Instant::now() + BEAT;
    let mut stream = Stream { app, headers, user, subject, listener, first, next_beat, sent: 0 };
    if subject.is_some() {
        let here = stream.present().await?;
        stream.first.push(here);
    }
    stream.first.reverse();
    let events = unfold(stream, |mut stream| async move {
        let event = stream.next().await?;
        stream.sent += 1;
        let event = event.id(stream.sent.to_string());
        Some((Ok::<Event, Infallible>(event), stream))
    });
    Ok(([NO_BUFFER], Sse::new(events)).into_response())
}

fn event(name: &str, data: &Value) -> Event {
    Event::default().event(name).retry(Duration::from_millis(RETRY_MS)).data(data.to_string())
}

impl Stream {
    /// The next event; nothing once the user may not listen any more.
    async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.first.pop() {
            return Some(event);
        }
        loop {
            let heard = tokio::select! {
                heard = self.listener.next() => Some(heard),
                () = sleep_until(self.next_beat) => None,
            };
            let Some(who) = self.still_here().await else { return None };
            let found = match heard {
                Some(Heard::Said(said)) => self.told(&who, &said).await,
                Some(Heard::Missed) => Ok(Some(event("reload", &Value::Null))),
                None => {
                    self.next_beat = Instant::now() + BEAT;
                    self.listener.still_looks();
                    let missed = self.listener.has_missed();
                    let name = if missed { "reload" } else { "beat" };
                    Ok(Some(event(name, &Value::Null)))
                }
            };
            match found {
                Ok(Some(event)) => return Some(event),
                Ok(None) => {}
                Err(failure) => {
                    tracing::info!(%failure, "a live line is ended");
                    return None;
                }
            }
        }
    }

    /// Who listens, if they are signed in still and see the record still.
    async fn still_here(&self) -> Option<User> {
        let who = team::signed_in(&self.app, &self.headers).await.ok()??;
        let (subject, looker) = (self.subject, who.clone());
        let sees = self.app.db.read(move |tx| match subject {
            Some(subject) => people::sight::sees(tx, &looker, subject),
            None => Ok(true),
        });
        sees.await.ok().filter(|sees| *sees).map(|_| who)
    }

    async fn told(&self, who: &User, said: &Arc<Said>) -> Result<Option<Event>, Failure> {
        match said.what.as_str() {
            CHANGED => {
                let by = said.by;
                let named = move |tx: &mut platform::Tx| team::names(tx, by.as_slice());
                let name = self.app.db.read(named).await?.pop().map(|(_, name)| name);
                let is_own = by == Some(self.user);
                Ok(Some(event(CHANGED, &json!({ "by": name, "own": is_own }))))
            }
            "bell" => {
                let who = who.clone();
                let unseen = self.app.db.read(move |tx| notify::unseen(tx, &who)).await?;
                Ok(Some(event("bell", &json!({ "unseen": unseen }))))
            }
            "here" | "gone" if said.by != Some(self.user) => self.present().await.map(Some),
            _ => Ok(None),
        }
    }

    /// Who else looks at the record.
    async fn present(&self) -> Result<Event, Failure> {
        let others = self.listener.others();
        let mut names = self.app.db.read(move |tx| team::names(tx, &others)).await?;
        names.sort_by(|a, b| a.1.cmp(&b.1));
        let names: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
        Ok(event("present", &json!({ "names": names })))
    }
}
