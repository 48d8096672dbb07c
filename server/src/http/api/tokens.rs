//! `/tokens`: what programs show instead of signing in.

use moment::Span;
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::{Value, json};
use team::Right;
use team::token::{self, NewToken, Scope, TOKEN, TokenRow};

use super::ask::Ask;
use super::call::{Call, delete, get, post};
use super::given::Given;
use super::shape::{
    Shape, either, has, id, like, list, may, moment, named, object, text, text_of, whole, word,
};

/// Days at most: a token that outlives this is one that does not expire.
const DAYS_MAX: i64 = 36_500;

pub(super) fn calls() -> Vec<Call> {
    let new = object(vec![
        has("name", like("\\S", 100).says("What it is for.")),
        may(
            "user",
            text_of(1, 254)
                .format("user")
                .or_null()
                .says("The address of whom it acts for: oneself unless said."),
        ),
        may("scope", scope().usually("write")),
        may(
            "expires_in_days",
            whole(1, DAYS_MAX).or_null().says(
                "Unless said it never expires; made by a token that does, it ends with that one.",
            ),
        ),
    ]);
    vec![
        get("/tokens", "listTokens", "Every token, also those that open nothing more")
            .right(Right::ManageTeam)
            .gives(
                200,
                "The newest first.",
                object(vec![has("tokens", list(named("Token")).most(100_000))]),
            )
            .reads(all),
        post("/tokens", "createToken", "Make a token; it is told this once")
            .more("Nobody gets more by a token than they have themselves, whoever's it is; and a token makes none that may more than itself, or outlives it.")
            .right(Right::ReadPeople)
            .takes(new, json!({ "name": "nightly report", "scope": ["people.read"], "expires_in_days": 90 }))
            .gives(201, "The token, and how it is kept.", named("NewToken"))
            .refuses(&[404, 409])
            .secret()
            .waits(|app, ask| Box::pin(create(app, ask))),
        delete(
            "/tokens/{token}",
            "revokeToken",
            "See to it that a token opens nothing from now on",
        )
        .more("One's own, or anybody's with the right team.manage.")
        .at("token", text_of(1, 100).says("The id of a token."))
        .gives_nothing("It opens nothing any more.")
        .writes(revoke),
    ]
}

/// How much a token may.
pub(super) fn scope() -> Shape {
    let rights = team::RIGHTS.map(|(_, word, _)| word);
    either(vec![word(&["write", "read"]), list(word(&rights)).least(1).most(rights.len())])
        .says("All that its user may, only looking, or the rights that are named.")
}

fn scope_of(said: Option<&Value>) -> Result<Scope, Failure> {
    let words = match said {
        None | Some(Value::Null) => return Ok(Scope::Write),
        Some(Value::Array(rights)) => {
            rights.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        Some(word) => word.as_str().unwrap_or_default().to_owned(),
    };
    words.parse().map_err(|error: token::NoScope| Failure::invalid("scope", error.to_string()))
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let kept = || {
        vec![
            has("id", id()),
            has("name", text()),
            has("user", text()),
            has("scope", scope()),
            has("created_at", moment()),
            has("expires_at", moment().or_null()),
            has("last_used_at", moment().or_null()),
            has("revoked_at", moment().or_null()),
        ]
    };
    let mut new = kept();
    new.push(has("token", text().says("What the program shows. Only its hash is kept.")));
    vec![("Token", object(kept())), ("NewToken", object(new))]
}

pub(super) fn value(row: &TokenRow, outside: platform::public_id::PublicIds) -> Value {
    json!({
        "id": outside.encode(TOKEN, row.id),
        "name": row.name,
        "user": row.user,
        "scope": row.scope.told(),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    })
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rows = token::tokens(tx, &ask.who)?;
    let tokens: Vec<Value> = rows.iter().map(|row| value(row, ask.outside)).collect();
    Ok(Given::value(json!({ "tokens": tokens })))
}

async fn create(app: App, ask: Ask) -> Result<Given, Failure> {
    let secret = token::secret(&app);
    let new = NewToken {
        user: ask.said("user").unwrap_or(&ask.who.email).to_owned(),
        name: ask.said("name").unwrap_or_default().to_owned(),
        scope: scope_of(ask.body.get("scope"))?,
        lasts: ask.body.get("expires_in_days").and_then(Value::as_i64).map(Span::days),
    };
    let (outside, now) = (ask.outside, ask.now);
    let made = app.db.write(move |tx| token::create(tx, &ask.who, new.clone(), &secret, now));
    let (token, row) = made.await?;
    let mut value = value(&row, outside);
    let place = format!("/tokens/{}", outside.encode(TOKEN, row.id));
    if let Some(members) = value.as_object_mut() {
        members.insert("token".to_owned(), json!(token));
    }
    Ok(Given::created(value, &place))
}

fn revoke(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    token::revoke(tx, &ask.who, ask.id("token", TOKEN)?, ask.now)?;
    Ok(Given::nothing())
}
