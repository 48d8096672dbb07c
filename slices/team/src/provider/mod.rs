//! Signing in by a provider: OpenID Connect (Core 1.0), the authorization code flow with PKCE (RFC 7636).
//!
//! **Promise:** whoever comes back is the one who went, for state, nonce and verifier are bound to their browser; an ID
//! token is believed by its signature, its issuer, its audience and its time; and nobody gets into another's account by an
//! address that the provider has not verified.
//! **Never:** reads what is wrong at the provider out to a stranger; the log has it.

mod enter;
mod jws;
mod store;

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use moment::{Moment, Span};
use platform::app::App;
use platform::failure::Failure;
use platform::fetcher::{Fetch, Fetcher, escaped};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::step::{self, Kind, Step};
use jws::Keys;

pub(crate) use enter::{Back, enter};
pub(crate) use store::ALL;

/// How long what a provider says of itself is believed.
const KEPT: Span = Span::hours(1);

/// What is configured about a provider.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// What stands for it in addresses; nothing for the one that needs no name.
    pub key: String,
    /// What stands on its button.
    pub name: String,
    /// Its issuer, an address.
    pub issuer: String,
    /// By what it knows this program.
    pub client_id: String,
    /// What this program shows it.
    pub client_secret: String,
    /// Whose addresses make new users, by their domain; nobody's if there are none.
    pub domains: Vec<String>,
    /// The role of those.
    pub role: String,
    /// Whether the issuer may lie on this machine or in a private network.
    pub is_near: bool,
}

impl ProviderConfig {
    /// Where it stands in the configuration.
    fn place(&self) -> String {
        if self.key.is_empty() { "oidc".to_owned() } else { format!("oidc.{}", self.key) }
    }
}

/// The providers, in the order of their buttons; a part of the app, if one is configured.
pub struct Providers(pub Vec<Provider>);

impl Providers {
    /// The provider of that key.
    fn of(app: &App, key: &str) -> Result<(Arc<Providers>, usize), Failure> {
        let missing = || Failure::missing("provider of single sign-on", key);
        let all = app.find_part::<Providers>().ok_or_else(missing)?;
        let at = all.0.iter().position(|one| one.config.key == key).ok_or_else(missing)?;
        Ok((all, at))
    }
}

/// Where the button of each leads, and what stands on it.
pub(crate) fn buttons(app: &App) -> Vec<(String, String)> {
    let all = app.find_part::<Providers>();
    let button = |one: &Provider| (path(&one.config.key), one.config.name.clone());
    all.map(|all| all.0.iter().map(button).collect()).unwrap_or_default()
}

/// Where a browser is sent on to a provider.
pub(crate) fn path(key: &str) -> String {
    let slash = if key.is_empty() { "" } else { "/" };
    format!("/sign-in/provider{slash}{key}")
}

/// A provider.
pub struct Provider {
    config: ProviderConfig,
    fetcher: Fetcher,
    known: Mutex<Option<(Moment, Arc<Known>)>>,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0, 3), and its keys.
#[derive(Clone, Debug)]
struct Known {
    metadata: Metadata,
    keys: Keys,
}

#[derive(Clone, Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// What a browser must bring back, and what is kept of it meanwhile.
#[derive(Serialize, Deserialize)]
struct Errand {
    /// Which provider it was sent to.
    provider: String,
    /// The hash of the state.
    state: String,
    nonce: String,
    verifier: String,
    redirect: String,
    next: String,
}

impl Provider {
    /// A provider with that configuration.
    ///
    /// # Errors
    /// `Refused` with `configuration` for an issuer that is no address, or not encrypted though far away; `Broken` if TLS
    /// cannot be had.
    pub fn new(config: ProviderConfig) -> Result<Provider, Failure> {
        let issuer = config.issuer.as_str();
        let is_let =
            issuer.starts_with("https://") || config.is_near && issuer.starts_with("http://");
        if !is_let {
            let place = config.place();
            let words = format!(
                "{place}.issuer must begin with https://; with {place}.near = true http:// will do, too"
            );
            return Err(Failure::refused("configuration", words));
        }
        if config.client_id.is_empty() {
            let place = config.place();
            let words = format!("{place}.issuer is set, and {place}.client_id is not");
            return Err(Failure::refused("configuration", words));
        }
        let origin = issuer.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let near = if config.is_near { vec![origin] } else { Vec::new() };
        Ok(Provider { fetcher: Fetcher::new(near)?, config, known: Mutex::new(None) })
    }

    /// What the provider says of itself; asked again after an hour, or when `must_be_new`.
    async fn known(&self, now: Moment, must_be_new: bool) -> Result<Arc<Known>, Failure> {
        let kept = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, known)) = kept
            && !must_be_new
            && now - at < KEPT
        {
            return Ok(known);
        }
        let issuer = self.config.issuer.trim_end_matches('/');
        let at = format!("{issuer}/.well-known/openid-configuration");
        let metadata: Metadata = self.asked(Fetch::get(&at)).await?;
        if metadata.issuer.trim_end_matches('/') != issuer {
            tracing::warn!("the provider says that it is another issuer");
            return Err(unusable());
        }
        let keys: Keys = self.asked(Fetch::get(&metadata.jwks_uri)).await?;
        let known = Arc::new(Known { metadata, keys });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((now, Arc::clone(&known)));
        Ok(known)
    }

    /// Asks the provider for JSON.
    async fn asked<T: DeserializeOwned>(&self, fetch: Fetch) -> Result<T, Failure> {
        let fetched = self.fetcher.fetch(fetch).await?;
        if fetched.status != 200 {
            tracing::warn!(status = fetched.status, "the provider refused");
            return Err(unusable());
        }
        serde_json::from_slice(&fetched.body).map_err(|error| {
            tracing::warn!(%error, "the provider's answer can't be read");
            unusable()
        })
    }

    /// Exchanges the code for what the provider says about the user.
    async fn exchanged(
        &self,
        known: &Known,
        code: &str,
        errand: &Errand,
    ) -> Result<Given, Failure> {
        let ProviderConfig { client_id, client_secret, .. } = &self.config;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &errand.redirect),
            ("code_verifier", &errand.verifier),
        ];
        // RFC 6749, 2.3.1: in a header unless the provider takes it in the form alone.
        let methods = &known.metadata.token_endpoint_auth_methods_supported;
        let has = |name: &str| methods.iter().any(|method| method == name);
        let is_in_form =
            !methods.is_empty() && !has("client_secret_basic") && has("client_secret_post");
        if is_in_form {
            fields.extend([
                ("client_id", client_id.as_str()),
                ("client_secret", client_secret.as_str()),
            ]);
        }
        let mut fetch = Fetch::post_form(&known.metadata.token_endpoint, &fields);
        if !is_in_form {
            let shown = format!("{}:{}", escaped(client_id), escaped(client_secret));
            fetch = fetch.with(AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(shown)));
        }
        self.asked(fetch).await
    }
}

/// What the provider gives for a code.
#[derive(Deserialize)]
struct Given {
    id_token: String,
    access_token: Option<String>,
}

/// Where to send the browser, and the token of the step that waits for its return.
pub(crate) struct Away {
    pub href: String,
    pub token: String,
}

/// Sends somebody to the provider.
///
/// # Errors
/// `Refused` with `provider` if the provider can't be asked.
pub(crate) async fn begin(
    app: &App,
    key: &str,
    redirect: &str,
    next: &str,
) -> Result<Away, Failure> {
    let (all, at) = Providers::of(app, key)?;
    let provider = all.0.get(at).ok_or_else(|| Failure::broken("a provider is gone"))?;
    let now = app.clock.now();
    let known = provider.known(now, false).await?;
    let secret = || format!("{}{}", app.dice.token(), app.dice.token());
    let (state, nonce, verifier) = (secret(), secret(), secret());
    let challenge = BASE64URL.encode(Sha256::digest(verifier.as_bytes()));
    let errand = Errand {
        provider: key.to_owned(),
        state: hashed(&state),
        nonce: nonce.clone(),
        verifier,
        redirect: redirect.to_owned(),
        next: next.to_owned(),
    };
    let kept =
        Step { user: None, state: serde_json::to_string(&errand).map_err(anyhow::Error::from)? };
    let token = app.dice.token();
    let waiting = token.clone();
    app.db.write(move |tx| step::begin(tx, Kind::Provider, &kept, &waiting, now)).await?;
    let fields = [
        ("response_type", "code"),
        ("client_id", &provider.config.client_id),
        ("redirect_uri", redirect),
        ("scope", "openid email profile"),
        ("state", &state),
        ("nonce", &nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let query: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let endpoint = &known.metadata.authorization_endpoint;
    let mark = if endpoint.contains('?') { '&' } else { '?' };
    Ok(Away { href: format!("{endpoint}{mark}{}", query.join("&")), token })
}

fn hashed(state: &str) -> String {
    BASE64URL.encode(Sha256::digest(state.as_bytes()))
}

fn unusable() -> Failure {
    let words = "The provider gave no answer that can be used. Try again; if it stays so, the log of Sluice says why.";
    Failure::refused("provider", words)
}
