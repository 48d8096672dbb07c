//! `/me/sessions`, `/me/passkeys` and `/me/tokens`: the browsers in which one is signed in, and one's own passkeys and
//! tokens.

use platform::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value, json};
use team::passkey::{self, PASSKEY, PasskeyRow};
use team::sessions::{self, SESSION, SessionRow};
use team::token;

use super::ask::Ask;
use super::call::{Call, delete, get, patch, post};
use super::given::Given;
use super::shape::{Shape, count, has, id, list, moment, named, object, text, text_of, truth};

pub(super) fn calls() -> Vec<Call> {
    vec![
        get("/me/sessions", "listMySessions", "The browsers in which one is signed in")
            .gives(
                200,
                "The one used last first.",
                object(vec![has("sessions", list(named("Session")))]),
            )
            .reads(all),
        delete("/me/sessions/{session}", "endMySession", "Sign one of one's own browsers out")
            .at("session", text_of(1, 100).says("The id of a session."))
            .gives_nothing("It is signed out.")
            .writes(end),
        post("/me/sessions/end", "endMySessions", "Sign all of one's own browsers out")
            .gives(200, "How many.", object(vec![has("ended", count())]))
            .writes(end_all),
        get("/me/passkeys", "listMyPasskeys", "One's own passkeys")
            .gives(
                200,
                "The one made first.",
                object(vec![has("passkeys", list(named("Passkey")))]),
            )
            .reads(passkeys),
        patch(
            "/me/passkeys/{passkey}",
            "renameMyPasskey",
            "Call one of one's own passkeys otherwise",
        )
        .at("passkey", text_of(1, 100).says("The id of a passkey."))
        .takes(
            object(vec![has("name", text_of(1, 100).format("name"))]),
            json!({ "name": "Key ring" }),
        )
        .gives_nothing("It is called so.")
        .writes(rename),
        get("/me/tokens", "listMyTokens", "One's own tokens, also those that open nothing more")
            .gives(
                200,
                "The newest first.",
                object(vec![has("tokens", list(named("Token")).most(100_000))]),
            )
            .reads(tokens),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let session = object(vec![
        has("id", id()),
        has("device", text().says("The browser, in words.")),
        has("means", text().says("By what they signed in.")),
        has("created_at", moment()),
        has("last_used_at", moment()),
    ]);
    let passkey = object(vec![
        has("id", id()),
        has("name", text()),
        has("host", text().says("The host to which it is bound.")),
        has("is_synced", truth().says("Whether it is on several devices.")),
        has("created_at", moment()),
        has("last_used_at", moment().or_null()),
    ]);
    vec![("Session", session), ("Passkey", passkey)]
}

/// What no browser shows: whoever calls does it by a token.
const NO_SESSION: &str = "";

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let value = |row: &SessionRow| {
        json!({
            "id": ask.outside.encode(SESSION, row.id),
            "device": row.device,
            "means": row.means,
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
        })
    };
    let rows = sessions::list(tx, &ask.who, NO_SESSION, ask.now)?;
    Ok(Given::value(json!({ "sessions": rows.iter().map(value).collect::<Vec<Value>>() })))
}

fn end(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    sessions::end(tx, &ask.who, ask.id("session", SESSION)?, ask.now)?;
    Ok(Given::nothing())
}

fn end_all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let ended = sessions::end_all_others(tx, &ask.who, NO_SESSION, ask.now)?;
    Ok(Given::value(json!({ "ended": ended })))
}

fn passkeys(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let value = |row: &PasskeyRow| {
        json!({
            "id": ask.outside.encode(PASSKEY, row.id),
            "name": row.name,
            "host": row.rp_id,
            "is_synced": row.is_synced,
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
        })
    };
    let rows = passkey::list(tx, ask.who.id)?;
    Ok(Given::value(json!({ "passkeys": rows.iter().map(value).collect::<Vec<Value>>() })))
}

fn rename(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let name = ask.body.get("name").and_then(Value::as_str).unwrap_or_default();
    let renamed = passkey::rename(tx, &ask.who, ask.id("passkey", PASSKEY)?, name, ask.now);
    renamed.map_err(|failure| match failure {
        Failure::Invalid(wrong) => {
            let member = |field: Field| Field { name: "/name".to_owned(), ..field };
            Failure::Invalid(wrong.into_iter().map(member).collect())
        }
        other => other,
    })?;
    Ok(Given::nothing())
}

fn tokens(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rows = token::mine(tx, &ask.who)?;
    let tokens: Vec<Value> =
        rows.iter().map(|row| super::tokens::value(row, ask.outside)).collect();
    Ok(Given::value(json!({ "tokens": tokens })))
}
