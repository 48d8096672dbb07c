//! Coming back from a provider.

use moment::{Moment, SECOND_US, Span};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::fetcher::Fetch;
use serde_json::{Value, json};

use super::jws::{Unbelieved, verified};
use super::{Errand, Known, Provider, ProviderConfig, Providers, hashed, store, unusable};
use crate::audit::{self, Subject};
use crate::colleague::USER;
use crate::create_user::{key, must_be_address};
use crate::mouth::Mouth;
use crate::origin::Peer;
use crate::roster;
use crate::second::{self, Entry, Fresh};
use crate::session::{Means, Opening};
use crate::step::{self, Kind};
use crate::throttle::Buckets;
use crate::user::{User, UserId};

/// How far clocks may be apart.
const DRIFT: Span = Span::minutes(1);

/// What a browser brings back from the provider.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    pub code: String,
    pub state: String,
    /// Who says so (RFC 9207); not every provider does.
    pub iss: String,
    /// Why there is no code.
    pub error: String,
}

/// What is believed about somebody.
struct Claims {
    subject: String,
    name: String,
    /// The address, if the provider has verified it.
    email: Option<String>,
}

/// Lets in whoever comes back from the provider, or on to the second factor that the workspace demands; gives where they
/// wanted to go, too.
///
/// # Errors
/// `Refused` with `provider` if something is wrong on the way, with `not_a_member` if the provider knows them and we do
/// not let them in; `TooMany` after too many tries.
pub(crate) async fn enter(
    app: &App,
    key: &str,
    (token, back): (&str, Back),
    peer: Peer,
    device: String,
    replaces: Option<&str>,
) -> Result<(Entry, String), Failure> {
    let (all, at) = Providers::of(app, key)?;
    let provider = all.0.get(at).ok_or_else(|| Failure::broken("a provider is gone"))?;
    let (now, begun) = (app.clock.now(), token.to_owned());
    let step = app
        .db
        .write(move |tx| {
            Buckets::door("provider", peer).count(tx, now)?;
            step::take(tx, Kind::Provider, &begun, now)
        })
        .await?;
    let errand: Option<Errand> = step.and_then(|step| serde_json::from_str(&step.state).ok());
    // Each provider sends browsers back to an address of its own, so that none can speak for another (RFC 9700, 4.4).
    let is_this = |errand: &Errand| errand.provider == key && errand.state == hashed(&back.state);
    let errand = errand.filter(is_this).ok_or_else(|| {
        Failure::refused(
            "provider",
            "That way back is too old, or belongs to another browser. Try again.",
        )
    })?;
    let issuer = provider.config.issuer.trim_end_matches('/');
    if !back.iss.is_empty() && back.iss.trim_end_matches('/') != issuer {
        tracing::warn!("another issuer sent a browser back");
        return Err(unusable());
    }
    if back.code.is_empty() {
        let error: String = back.error.chars().filter(char::is_ascii_graphic).take(40).collect();
        tracing::info!(error, "the provider let nobody in");
        return Err(Failure::refused(
            "provider",
            "The provider did not let you in. Try again, or sign in another way.",
        ));
    }
    let known = provider.known(now, false).await?;
    let given = provider.exchanged(&known, &back.code, &errand).await?;
    let said = believed(provider, &known, &given.id_token, now).await?;
    let mut claims = claims(&provider.config, &said, &errand.nonce, now)?;
    if claims.email.is_none()
        && let (Some(token), Some(at)) = (&given.access_token, &known.metadata.userinfo_endpoint)
    {
        let fetch =
            Fetch::get(at).with(axum::http::header::AUTHORIZATION, format!("Bearer {token}"));
        let more: Value = provider.asked(fetch).await?;
        // Only about the same one (OpenID Connect Core 1.0, 5.3.2).
        if more["sub"].as_str() == Some(claims.subject.as_str()) {
            claims.email = email(&more);
            if let Some(name) = more["name"].as_str().filter(|name| !name.trim().is_empty()) {
                claims.name = name.to_owned();
            }
        }
    }
    let (fresh, replaces) = (Fresh::of(app), replaces.map(str::to_owned));
    let opening = Opening { replaces, keep: false, device, means: Means::Provider };
    let config = provider.config.clone();
    let entered = app
        .db
        .write(move |tx| {
            let Some(user) = member(tx, &config, &claims, now)? else {
                let stranger = User::operator().by(Mouth::Page);
                audit::note(
                    tx,
                    &stranger,
                    "user.not-let-in",
                    Subject::NONE,
                    json!({ "by": "provider" }),
                    now,
                )?;
                return Ok(None);
            };
            Buckets::door("provider", peer).forgive(tx)?;
            second::pass(tx, user, &opening, fresh, now).map(Some)
        })
        .await?;
    let entry = entered.ok_or_else(|| {
        let words = "The provider knows you, but this workspace does not. Ask one of its members for an invitation.";
        Failure::refused("not_a_member", words)
    })?;
    Ok((entry, errand.next))
}

/// What an ID token says, by a key of the provider's; one that is not known yet is asked for once.
async fn believed(
    provider: &Provider,
    known: &Known,
    token: &str,
    now: Moment,
) -> Result<Value, Failure> {
    let said = match verified(token, &known.keys) {
        Err(Unbelieved::NoKey) => verified(token, &provider.known(now, true).await?.keys),
        said => said,
    };
    said.map_err(|why| {
        tracing::warn!(?why, "an ID token is not believed");
        unusable()
    })
}

/// Holds what a token says against what it must say (OpenID Connect Core 1.0, 3.1.3.7).
fn claims(
    config: &ProviderConfig,
    said: &Value,
    nonce: &str,
    now: Moment,
) -> Result<Claims, Failure> {
    let is_for_us = match &said["aud"] {
        Value::String(one) => *one == config.client_id,
        Value::Array(all) => {
            all.iter().any(|one| one.as_str() == Some(&config.client_id))
                && (all.len() == 1 || said["azp"].as_str() == Some(&config.client_id))
        }
        _ => false,
    };
    let is_by_them = said["iss"].as_str().map(|iss| iss.trim_end_matches('/'))
        == Some(config.issuer.trim_end_matches('/'));
    let at =
        |name: &str| said[name].as_i64().map(|seconds| Moment(seconds.saturating_mul(SECOND_US)));
    let is_in_time = at("exp").is_some_and(|exp| now < exp + DRIFT)
        && at("iat").is_some_and(|iat| iat < now + DRIFT);
    let is_this = said["nonce"].as_str() == Some(nonce);
    let subject = said["sub"].as_str().filter(|subject| !subject.is_empty());
    let (true, true, true, true, Some(subject)) =
        (is_for_us, is_by_them, is_in_time, is_this, subject)
    else {
        tracing::warn!(is_for_us, is_by_them, is_in_time, is_this, "an ID token is not for this");
        return Err(unusable());
    };
    Ok(Claims {
        subject: subject.to_owned(),
        name: said["name"].as_str().unwrap_or_default().to_owned(),
        email: email(said),
    })
}

/// The address, only if the provider says that it has verified it.
fn email(said: &Value) -> Option<String> {
    let is_verified =
        said["email_verified"] == json!(true) || said["email_verified"] == json!("true");
    said["email"].as_str().filter(|_| is_verified).map(str::to_owned)
}

/// The user who comes in: who came by this provider before, who has the address, or a new one of a domain that is let in.
fn member(
    tx: &mut Tx,
    config: &ProviderConfig,
    claims: &Claims,
    now: Moment,
) -> Result<Option<User>, Failure> {
    let identity = (config.issuer.trim_end_matches('/'), claims.subject.as_str());
    if let Some(id) = store::find(tx, identity.0, identity.1)? {
        return roster::user(tx, id.0);
    }
    let Some(email) = claims.email.as_deref() else { return Ok(None) };
    let id = match store::at(tx, &key(email))? {
        Some(id) => id,
        None => {
            let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
            let is_let_in = config.domains.iter().any(|known| known.eq_ignore_ascii_case(domain));
            if !is_let_in {
                return Ok(None);
            }
            new(tx, config, claims, email, now)?
        }
    };
    let Some(user) = roster::user(tx, id.0)? else { return Ok(None) };
    store::keep(tx, identity, id, now)?;
    audit::note(tx, &user, "user.provider-linked", (USER, id.0), Value::Null, now)?;
    Ok(Some(user))
}

fn new(
    tx: &mut Tx,
    config: &ProviderConfig,
    claims: &Claims,
    email: &str,
    now: Moment,
) -> Result<UserId, Failure> {
    let email = must_be_address(email)?;
    let role = roster::role_named(tx, &config.role)?;
    let mut wrong = Vec::new();
    let name = crate::create_user::read_name("name", &claims.name, &mut wrong);
    let local = email.split('@').next().unwrap_or_default().to_owned();
    let id = UserId(tx.ids(1)?);
    let name = if wrong.is_empty() { name } else { local };
    let detail = json!({ "role": role.as_str(), "by": "provider" });
    let user = User { id, name, role, ..User::operator() }.by(Mouth::Page);
    let user = User { email, ..user };
    let kept = crate::store::add_colleague(tx, &user, &key(&user.email), now)?;
    audit::note(tx, &user, "user.created", (USER, kept), detail, now)?;
    Ok(UserId(kept))
}

#[cfg(test)]
mod tests {
    use platform::harness::NOON;

    use super::*;

    #[test]
    fn a_token_is_for_us_from_them_in_time_and_of_this_errand() {
        let config = ProviderConfig {
            key: String::new(),
            name: String::new(),
            issuer: "https://id.north.example/".to_owned(),
            client_id: "sluice".to_owned(),
            client_secret: String::new(),
            domains: Vec::new(),
            role: "member".to_owned(),
            is_near: false,
        };
        let now = NOON.0 / SECOND_US;
        let good = json!({ "iss": "https://id.north.example", "aud": "sluice", "sub": "7", "nonce": "n",
            "exp": now + 60, "iat": now - 1, "email": "a@north.example", "email_verified": true });
        let read = |changes: &[(&str, Value)]| {
            let mut said = good.clone();
            for (name, value) in changes {
                said[*name] = value.clone();
            }
            claims(&config, &said, "n", NOON).map(|claims| claims.email)
        };
        assert_eq!(read(&[]).unwrap().as_deref(), Some("a@north.example"));
        assert_eq!(read(&[("email_verified", json!(false))]).unwrap(), None);
        assert_eq!(read(&[("email_verified", Value::Null)]).unwrap(), None);
        assert!(read(&[("aud", json!(["sluice", "other"])), ("azp", json!("sluice"))]).is_ok());
        for wrong in [
            ("iss", json!("https://evil.example")),
            ("aud", json!("other")),
            ("aud", json!(["sluice", "other"])),
            ("aud", Value::Null),
            ("nonce", json!("m")),
            ("nonce", Value::Null),
            ("exp", json!(now - 61)),
            ("exp", Value::Null),
            ("iat", json!(now + 120)),
            ("sub", json!("")),
        ] {
            assert!(read(std::slice::from_ref(&wrong)).is_err(), "{wrong:?}");
        }
    }
}
