//! `sluice token …`

use clap::{Args, Subcommand};
use moment::Span;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::token::{self, NewToken, Scope, TOKEN, TokenRow};

use crate::house::{House, asking};
use crate::say::Outcome;

/// Let programs in: make, list and revoke the tokens that they show
#[derive(Subcommand)]
pub(crate) enum TokenCommand {
    Create(Create),
    List(List),
    Revoke(Revoke),
}

/// Make a token for a user; it is shown once
#[derive(Args)]
#[command(
    long_about = "Makes a token with which a program calls /api/v1 as a user: it may what the user may, only look, or only what rights you name. The token is shown \
        once, and only its hash is kept: whoever loses it revokes it and makes another.",
    after_long_help = "Examples:\n  \
        sluice token create --user mara@north.example --name \"web forms\"\n  \
        sluice token create --user mara@north.example --name report --scope read --expires 90d --json\n  \
        sluice token create --user mara@north.example --name forms --scope people.read,people.import\n  \
        curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/api/v1/people"
)]
pub(crate) struct Create {
    /// The address of the user for whom it acts
    #[arg(long, value_name = "ADDRESS")]
    user: String,
    /// What it is for
    #[arg(long, value_name = "NAME")]
    name: String,
    /// write: what the user may; read: only look; or rights with commas between, like people.read,people.edit, as
    /// `sluice role list` names them
    #[arg(long, value_name = "SCOPE", default_value_t = Scope::Write)]
    scope: Scope,
    /// After how long it opens nothing more, like 90d or 12h [default: never]
    #[arg(long, value_name = "LENGTH", value_parser = read_length)]
    expires: Option<Span>,
}

/// List the tokens, with when each was used last
#[derive(Args)]
pub(crate) struct List {}

/// See to it that a token opens nothing from now on
#[derive(Args)]
pub(crate) struct Revoke {
    /// Which, as `sluice token list` names it
    #[arg(value_name = "TOKEN")]
    id: String,
}

/// Days at most: a token that outlives this is one that does not expire.
const DAYS_MAX: i64 = 36_500;

fn read_length(text: &str) -> Result<Span, String> {
    let words = || format!("write it in days or hours, like 90d or 12h, at most {DAYS_MAX}d");
    let unit = text.chars().next_back().ok_or_else(words)?;
    let number = text.strip_suffix(unit).and_then(|number| number.parse::<i64>().ok());
    let number = number.filter(|number| *number > 0).ok_or_else(words)?;
    match unit {
        'd' if number <= DAYS_MAX => Ok(Span::days(number)),
        'h' if number <= DAYS_MAX * 24 => Ok(Span::hours(number)),
        _ => Err(words()),
    }
}

impl TokenCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open()?;
        let asking = asking(&app);
        let (now, ids) = (app.clock.now(), app.public_ids());
        let kept = |row: &TokenRow| {
            json!({
                "id": ids.encode(TOKEN, row.id),
                "name": row.name,
                "user": row.user,
                "scope": row.scope.told(),
                "created_at": row.created_at,
                "expires_at": row.expires_at,
                "last_used_at": row.last_used_at,
                "revoked_at": row.revoked_at,
            })
        };
        match self {
            TokenCommand::Create(Create { user, name, scope, expires }) => {
                let ask = NewToken { user, name, scope, lasts: expires };
                let secret = token::secret(&app);
                let made = app.db.write_blocking(move |tx| {
                    token::create(tx, asking, ask.clone(), &secret, now)
                })?;
                let (token, row) = made;
                let mut value = kept(&row);
                if let Some(value) = value.as_object_mut() {
                    value.insert("token".to_owned(), Value::from(token.as_str()));
                }
                house.mouth.result(&value, |ink| {
                    let what =
                        format!("{} may {} as {}.", row.name, row.scope.in_words(), row.user);
                    format!("{}\n{what} The token is shown this once.", ink.strong(&token))
                })?;
            }
            TokenCommand::List(List {}) => {
                let rows = app.db.read_blocking(|tx| token::tokens(tx, asking))?;
                let value = json!({ "tokens": rows.iter().map(kept).collect::<Vec<_>>() });
                house.mouth.result(&value, |ink| {
                    if rows.is_empty() {
                        return "There are no tokens.".to_owned();
                    }
                    let line = |row: &TokenRow| {
                        let id = ids.encode(TOKEN, row.id);
                        let used = row.last_used_at.map_or_else(
                            || "never used".to_owned(),
                            |at| format!("used last {at}"),
                        );
                        let state = match (row.revoked_at, row.expires_at) {
                            (Some(at), _) => format!("revoked {at}"),
                            (None, Some(at)) if at <= now => format!("expired {at}"),
                            (None, Some(at)) => format!("until {at}"),
                            (None, None) => "in force".to_owned(),
                        };
                        let TokenRow { name, user, scope, .. } = row;
                        let scope = scope.in_words();
                        format!("{id}  {}  {user}, {scope}, {state}, {used}", ink.strong(name))
                    };
                    rows.iter().map(line).collect::<Vec<_>>().join("\n")
                })?;
            }
            TokenCommand::Revoke(Revoke { id }) => {
                let number =
                    ids.decode(TOKEN, &id).ok_or_else(|| Failure::missing("token", &id))?;
                app.db.write_blocking(move |tx| token::revoke(tx, asking, number, now))?;
                let value = json!({ "id": id, "revoked_at": now });
                house
                    .mouth
                    .result(&value, |ink| format!("{} opens nothing any more.", ink.strong(&id)))?;
            }
        }
        Ok(Outcome::Done)
    }
}
