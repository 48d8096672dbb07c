//! `/notifications`: what one was told.

use ::notes::notify::{self, Told};
use ::notes::{NOTE, NOTIFICATION};
use moment::Moment;
use people::{COMPANY, PERSON};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};

use super::ask::Ask;
use super::call::{Call, get, post};
use super::given::Given;
use super::shape::{Shape, count, has, id, moment, named, object, text, text_of, whole, word};

/// Of a page, unless asked otherwise.
const PAGE: usize = 50;

pub(super) fn calls() -> Vec<Call> {
    let most = i64::try_from(notify::SHOWN_MAX).unwrap_or(100);
    vec![
        get("/notifications", "listNotifications", "What one was told")
            .ask(
                "limit",
                whole(1, most)
                    .usually(i64::try_from(PAGE).unwrap_or(50))
                    .says("How many of a page.")
                    .example(10),
            )
            .ask("after", super::after())
            .gives(
                200,
                "A page, the newest first.",
                super::page("notifications", named("Notification")),
            )
            .refuses(&[409])
            .reads(all),
        post(
            "/notifications/seen",
            "seeNotifications",
            "Mark as seen all that one was told until a moment",
        )
        .takes(object(vec![has("until", moment())]), json!({ "until": "2026-07-01T12:00:00Z" }))
        .gives(200, "How many had not been seen.", object(vec![has("seen", count())]))
        .writes(seen),
        post(
            "/notifications/{notification}/seen",
            "seeNotification",
            "Mark as seen one thing that one was told",
        )
        .at("notification", text_of(1, 100).says("The id of a notification."))
        .gives(200, "As it is now.", named("Notification"))
        .writes(seen_one),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let kinds = ["mentioned", "noted", "given", "owner", "moved", "answered"];
    vec![(
        "Notification",
        object(vec![
            has("id", id()),
            has("kind", word(&kinds)),
            has("about", id().or_null().says("The record; null if it is about several.")),
            has("name", text().says("How the record is called.")),
            has("note", id().or_null()),
            has("by", text().or_null().says("The user who did it.")),
            has(
                "detail",
                text().says("The stage, the activity, or the user who looks after them."),
            ),
            has("n", count().says("How often it happened; of several records, how many.")),
            has("at", moment()),
            has("seen_at", moment().or_null()),
        ]),
    )]
}

fn value(told: &Told, ask: &Ask) -> Value {
    let record =
        |id: i64| ask.outside.encode(if journal::is_company(id) { COMPANY } else { PERSON }, id);
    json!({
        "id": ask.outside.encode(NOTIFICATION, told.id),
        "kind": told.kind.as_str(),
        "about": told.subject.map(record),
        "name": told.name,
        "note": told.note.map(|note| ask.outside.encode(NOTE, note)),
        "by": told.actor,
        "detail": told.detail,
        "n": told.n,
        "at": told.at,
        "seen_at": told.seen_at,
    })
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let after = ask.find("after").map(super::place_of).transpose()?;
    let after = after.map(|(at, id)| (Moment(at), id));
    let page = notify::list(tx, &ask.who, after, ask.size("limit", PAGE))?;
    let told: Vec<Value> = page.told.iter().map(|told| value(told, ask)).collect();
    let next = page.next.map(|(at, id)| super::place(at.0, id));
    Ok(Given::value(json!({ "notifications": told, "next": next })))
}

fn seen_one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = ask.id("notification", NOTIFICATION)?;
    let told = notify::see(tx, &ask.who, id, ask.now)?;
    let seen_at = told.seen_at.or(Some(ask.now));
    Ok(Given::value(value(&Told { seen_at, ..told }, ask)))
}

fn seen(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let until = ask.said("until").unwrap_or_default().parse();
    let until: Moment = until
        .map_err(|_| Failure::invalid("/until", "write a moment like 2026-07-01T12:00:00Z"))?;
    Ok(Given::value(json!({ "seen": notify::see_all(tx, &ask.who, until, ask.now)? })))
}
