//! `/audit`: who did what to which record, through which mouth.

use axum::response::Response;
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::json;
use team::audit::{self, ROWS_MAX, Texts};
use team::{MOUTHS, Right};

use super::ask::Ask;
use super::call::{Call, get};
use super::given::Given;
use super::shape::{
    Shape, any, count, has, list, moment, named, object, text, text_of, whole, word,
};

/// Rows of a page, unless asked otherwise.
const USUAL: usize = 50;

/// What is asked of the log.
fn asked(call: Call) -> Call {
    let day = || text_of(1, 40).format("day");
    call.right(Right::ReadAudit)
        .ask("user", text_of(1, 254).format("user").says("Only what this user did: their address or id; `operator` for whoever runs commands."))
        .ask("what", text_of(1, 100).says("Only this, like token.revoked; `token.` with its point is everything done to tokens.").example("token."))
        .ask("on", text_of(1, 40).says("Only what was done to the record of this id."))
        .ask("mouth", word(&MOUTHS).says("Only through this mouth."))
        .ask("since", day().says("From this day on.").example("2026-01-01"))
        .ask("until", day().says("Up to this day, and with it."))
}

pub(super) fn calls() -> Vec<Call> {
    let most = i64::try_from(ROWS_MAX).unwrap_or(i64::MAX);
    vec![
        asked(get("/audit", "listAudit", "Who did what to which record, the newest first"))
            .ask("limit", whole(1, most).usually(USUAL).says("How many of a page.").example(10))
            .ask("after", super::after())
            .gives(200, "A page.", super::page("rows", named("Noted")))
            .refuses(&[404, 409])
            .reads(page),
        asked(get("/audit/export", "exportAudit", "The log as a file"))
            .more("It is sent while it is read, the newest first. That it was taken out is noted, too.")
            .ask("format", word(&["csv", "jsonl"]).usually("csv").says("How it is written."))
            .gives_a_file("The file.", &["text/csv", "application/x-ndjson"])
            .refuses(&[404])
            .sends(|app, ask| Box::pin(send(app, ask))),
        get("/audit/check", "checkAudit", "Whether the log is whole: reads all of it, and recounts its hashes")
            .right(Right::ReadAudit)
            .gives(200, "What was found.", object(vec![
                has("rows", count()),
                has("breaks", list(text()).says("Where a row is missing, was put in or was changed; the first of each chain.")),
                has("head", text().says("A hash over the ends of all chains: whoever keeps it elsewhere can tell later that nothing was cut off.")),
            ]))
            .reads(check),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let who = object(vec![has("id", text()), has("name", text())]);
    let noted = object(vec![
        has("at", moment()),
        has(
            "by",
            who.clone().or_null().says("null for the operator, and for strangers at the door."),
        ),
        has("mouth", word(&MOUTHS)),
        has("token", who.or_null().says("The token that was shown.")),
        has("what", text()),
        has("subject", text().or_null().says("The id of the record.")),
        has("detail", any()),
    ]);
    vec![("Noted", noted)]
}

fn texts(ask: &Ask) -> Texts {
    let text = |name: &str| ask.find(name).unwrap_or_default().to_owned();
    Texts {
        user: text("user"),
        what: text("what"),
        on: text("on"),
        mouth: text("mouth"),
        since: text("since"),
        until: text("until"),
    }
}

fn page(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    ask.who.may(Right::ReadAudit)?;
    let asked = texts(ask).read(tx, ask.now).map_err(|failure| unknown(failure, ask))?;
    let limit = ask.size("limit", USUAL);
    let page = audit::list(tx, &ask.who, &asked, ask.find("after"), limit);
    let page = page.map_err(|failure| match failure {
        Failure::Invalid(_) => super::no_place(),
        other => other,
    })?;
    Ok(Given::value(json!({ "rows": page.rows, "next": page.next })))
}

async fn send(app: App, ask: Ask) -> Result<Response, Failure> {
    let (texts, who) = (texts(&ask), ask.who.clone());
    let sent = match ask.find("format") {
        Some("jsonl") => team::audit_as_json_lines(app, who, texts).await,
        _ => team::audit_as_csv(app, who, texts).await,
    };
    sent.map_err(|failure| unknown(failure, &ask))
}

/// That nobody and nothing has such a name is said as everywhere: it is missing.
fn unknown(failure: Failure, ask: &Ask) -> Failure {
    let Failure::Invalid(wrong) = &failure else { return failure };
    let is_wrong = |name: &str| wrong.iter().any(|field| field.name == name);
    match (is_wrong("user"), is_wrong("on")) {
        (true, _) => Failure::missing("user", ask.text("user")),
        (false, true) => Failure::missing("record", ask.text("on")),
        (false, false) => failure,
    }
}

fn check(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    Ok(Given::value(json!(audit::check(tx, &ask.who)?)))
}
