//! `/notifications`: what one was told; and the newest of it, for the panel below the bell.

use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::response::Redirect;
use axum::routing::{get, post};
use moment::Moment;
use people::frame;
use people::pages::marks::StageMark;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::{Almanac, counted};
use serde::Deserialize;
use team::User;

use crate::notify::{self, Kind, Told};
use crate::pages::{BellLine, BellPanel, NotificationsPage};
use crate::{NOTE, NOTIFICATION, record};

/// Lines of a page.
const PAGE: usize = 50;
/// Lines of the panel.
const PANEL: usize = 10;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/notifications", get(page))
        .route("/notifications/seen", post(seen))
        .route("/notifications/panel", get(panel))
        .route("/notifications/{notification}", get(open))
        .route("/notifications/{notification}/seen", post(seen_one))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    /// Where a newer page ended.
    before: String,
}

fn place(text: &str) -> Option<(Moment, i64)> {
    let (at, id) = text.split_once('~')?;
    Some((Moment(at.parse().ok()?), id.parse().ok()?))
}

async fn page(State(app): State<App>, who: User, Query(ask): Query<Ask>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let found = notify::list(tx, &who, place(&ask.before), PAGE)?;
            let lines = lines(tx, &found.told, now)?;
            let more = found.next.map(|(at, id)| format!("/notifications?before={}~{id}", at.0));
            let unseen = notify::unseen(tx, &who)?;
            let view = NotificationsPage { lines, unseen, until: now.0, more };
            Ok((frame::shell(tx, &who, "/notifications")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Notifications", &view))
}

fn lines(tx: &mut Tx, told: &[Told], now: Moment) -> Result<Vec<BellLine>, Failure> {
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    told.iter().map(|told| line(tx, told, &almanac)).collect()
}

/// The newest, below the bell of whichever page.
async fn panel(State(app): State<App>, who: User) -> Result<Page, Failure> {
    let now = app.clock.now();
    let panel = app
        .db
        .read(move |tx| {
            let found = notify::list(tx, &who, None, PANEL)?;
            let unseen = notify::unseen(tx, &who)?;
            Ok(BellPanel { lines: lines(tx, &found.told, now)?, unseen, until: now.0 })
        })
        .await?;
    Ok(Page::part(&panel))
}

#[derive(Deserialize)]
struct SeenForm {
    /// All until this moment.
    until: i64,
}

async fn seen(
    State(app): State<App>,
    who: User,
    Form(form): Form<SeenForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    app.db.write(move |tx| notify::see_all(tx, &who, Moment(form.until), now)).await?;
    Ok(Redirect::to("/notifications"))
}

/// One is seen without going where it leads.
async fn seen_one(
    State(app): State<App>,
    who: User,
    Path(notification): Path<String>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let id = tx.public_ids().decode(NOTIFICATION, &notification);
            let id = id.ok_or_else(|| Failure::missing("notification", &notification))?;
            notify::see(tx, &who, id, now)
        })
        .await?;
    Ok(Redirect::to("/notifications"))
}

/// Leads to what it is about, and is seen from then on.
async fn open(
    State(app): State<App>,
    who: User,
    Path(notification): Path<String>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let at = app
        .db
        .write(move |tx| {
            let id = tx.public_ids().decode(NOTIFICATION, &notification);
            let id = id.ok_or_else(|| Failure::missing("notification", &notification))?;
            let told = notify::see(tx, &who, id, now)?;
            let Some(subject) = told.subject else { return Ok("/people".to_owned()) };
            let at = record::address(tx, subject);
            let note = told.note.map(|note| tx.public_ids().encode(NOTE, note));
            Ok(note.map_or(at.clone(), |note| format!("{at}#{note}")))
        })
        .await?;
    Ok(Redirect::to(&at))
}

fn line(tx: &mut Tx, told: &Told, almanac: &Almanac) -> Result<BellLine, Failure> {
    let n = i64::try_from(told.n).unwrap_or(i64::MAX);
    let who = told.actor.clone();
    let owner = match (told.kind, tx.public_ids().decode(team::USER, &told.detail)) {
        (Kind::Owner, Some(user)) => team::names(tx, &[user])?.pop().map(|(_, name)| name),
        _ => None,
    };
    let (icon, before, after) = match told.subject {
        Some(_) => about_one(told, who, owner, n),
        None => about_many(told.kind, who, n),
    };
    Ok(BellLine {
        href: format!("/notifications/{}", tx.public_ids().encode(NOTIFICATION, told.id)),
        icon,
        before,
        name: told.name.clone(),
        after,
        at: almanac.minute(told.at),
        is_new: told.seen_at.is_none(),
    })
}

/// The icon, and the sentence before and after the name.
fn about_one(
    told: &Told,
    who: Option<String>,
    owner: Option<String>,
    n: i64,
) -> (&'static str, String, String) {
    let by = who.clone().map(|who| format!(", by {who}")).unwrap_or_default();
    let who = who.unwrap_or_else(|| "Somebody".to_owned());
    match told.kind {
        Kind::Mentioned => ("chat", format!("{who} named you in a note about "), String::new()),
        Kind::Noted if n > 1 => {
            ("note", format!("{who} and others wrote {n} notes about "), String::new())
        }
        Kind::Noted => ("note", format!("{who} wrote a note about "), String::new()),
        Kind::Given => ("people", String::new(), format!(" is yours to look after now{by}")),
        Kind::Owner => {
            let owner = owner.unwrap_or_else(|| "nobody".to_owned());
            ("people", String::new(), format!(" is looked after by {owner} now{by}"))
        }
        Kind::Moved => {
            let mark = StageMark::of(&told.detail);
            ("funnel", String::new(), format!(" is {} now{by}", mark.with_article()))
        }
        Kind::Answered => {
            let did = answer(&told.detail);
            let times = if n > 1 { format!(", {n} times") } else { String::new() };
            ("mail-in", String::new(), format!(" {did}{times}"))
        }
    }
}

fn about_many(kind: Kind, who: Option<String>, n: i64) -> (&'static str, String, String) {
    let by = who.map(|who| format!(", by {who}")).unwrap_or_default();
    let people = counted(n, "record", "records");
    let (icon, words) = match kind {
        Kind::Mentioned => ("chat", format!("You are named in notes about {people}")),
        Kind::Noted => ("note", format!("There are new notes about {people} that you follow")),
        Kind::Given => ("people", format!("{people} are yours to look after now")),
        Kind::Owner => {
            ("people", format!("{people} that you follow are looked after by others now"))
        }
        Kind::Moved => ("funnel", format!("{people} that you follow stand at another stage now")),
        Kind::Answered => ("mail-in", format!("{people} that you follow turned to us")),
    };
    (icon, format!("{words}{by}"), String::new())
}

/// What somebody did who turned to us.
fn answer(kind: &str) -> &'static str {
    match kind {
        "email.replied" => "replied",
        "email.received" => "wrote to us",
        "call.received" => "called us",
        "chat.started" => "started a chat",
        "form.submitted" => "sent a form",
        "demo.requested" => "asked for a demo",
        "meeting.booked" => "booked a meeting",
        "trial.started" => "started a trial",
        "survey.answered" => "answered a survey",
        _ => "turned to us",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_in_a_sentence() {
        let told = |kind, detail: &str| Told {
            id: 1,
            kind,
            subject: Some(2),
            name: "Ann".to_owned(),
            note: None,
            actor: Some("Ben".to_owned()),
            detail: detail.to_owned(),
            n: 1,
            at: Moment(0),
            seen_at: None,
        };
        for (kind, detail, n, expected) in [
            (Kind::Mentioned, "", 1, "Ben named you in a note about Ann"),
            (Kind::Noted, "", 1, "Ben wrote a note about Ann"),
            (Kind::Noted, "", 3, "Ben and others wrote 3 notes about Ann"),
            (Kind::Given, "", 1, "Ann is yours to look after now, by Ben"),
            (Kind::Owner, "", 1, "Ann is looked after by nobody now, by Ben"),
            (Kind::Moved, "opportunity", 1, "Ann is an opportunity now, by Ben"),
            (Kind::Answered, "email.replied", 2, "Ann replied, 2 times"),
        ] {
            let told = told(kind, detail);
            let (_, before, after) = about_one(&told, told.actor.clone(), None, n);
            assert_eq!(format!("{before}{}{after}", told.name), expected);
        }
        let (_, words, _) = about_many(Kind::Given, None, 1_903);
        assert_eq!(words, "1,903 records are yours to look after now");
    }
}
