//! Sessions: a browser that has signed in shows an opaque token, of which only the hash is kept.

use axum::http::{HeaderMap, HeaderValue, header};
use moment::{Moment, Span};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::live::{self, Said};
use sha2::{Digest, Sha256};

use crate::lengths::Lengths;
use crate::origin::{Reach, host, is_local};
use crate::user::User;
use crate::{sessions, store};

const SECOND_US: i64 = 1_000_000;

/// How long after showing who they are somebody may change what opens their doors, in minutes.
const PROOF_MINUTES: i64 = 30;

/// A cookie of ours, by two names: the first only over an encrypted connection, from this host, for every path (RFC
/// 6265bis, 4.1.3.2); the second on `http://localhost`, where a browser may refuse the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The session.
    Session,
    /// A door that is half open.
    Step,
}

/// By what somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// A password.
    Password,
    /// A password, and a code of an authenticator app or a recovery code.
    Code,
    /// A passkey alone.
    Passkey,
    /// A password, and a passkey.
    PasswordPasskey,
    /// The provider of single sign-on.
    Provider,
    /// The provider, and a code.
    ProviderCode,
    /// The provider, and a passkey.
    ProviderPasskey,
    /// The link of an invitation, or the first run.
    Welcome,
}

/// What somebody shows beside what they showed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// A code of an app, or a recovery code.
    Code,
    /// A passkey.
    Passkey,
}

const ALL_MEANS: [(Means, &str); 8] = [
    (Means::Password, "password"),
    (Means::Code, "password and code"),
    (Means::Passkey, "passkey"),
    (Means::PasswordPasskey, "password and passkey"),
    (Means::Provider, "single sign-on"),
    (Means::ProviderCode, "single sign-on and code"),
    (Means::ProviderPasskey, "single sign-on and passkey"),
    (Means::Welcome, "first visit"),
];

impl Means {
    /// As it is stored and shown.
    pub(crate) fn as_str(self) -> &'static str {
        ALL_MEANS.iter().find(|(means, _)| *means == self).map_or("", |(_, words)| words)
    }

    pub(crate) fn parse(text: &str) -> Means {
        let found = ALL_MEANS.iter().find(|(_, words)| *words == text);
        found.map_or(Means::Password, |(means, _)| *means)
    }

    /// With something beside it.
    pub(crate) const fn with(self, beside: Beside) -> Means {
        match (self, beside) {
            (Means::Password, Beside::Code) => Means::Code,
            (Means::Password, Beside::Passkey) => Means::PasswordPasskey,
            (Means::Provider, Beside::Code) => Means::ProviderCode,
            (Means::Provider, Beside::Passkey) => Means::ProviderPasskey,
            (other, _) => other,
        }
    }
}

/// How a session is to be opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The session that the browser had before, which ends.
    pub replaces: Option<String>,
    /// Whether to stay signed in when the browser closes, where anybody can.
    pub keep: bool,
    /// The browser, in words.
    pub device: String,
    /// By what.
    pub means: Means,
}

/// A session that is on.
pub(crate) struct Held {
    pub user: User,
    pub last_used_at: Moment,
    /// How far that may lag behind.
    pub lag: Span,
}

/// What a browser is given that has just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who signed in.
    pub user: User,
    token: String,
    keep_s: Option<i64>,
}

impl SignedIn {
    #[cfg(test)]
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The cookie that carries the session.
    pub(crate) fn cookie(&self, reach: Reach) -> Result<HeaderValue, Failure> {
        Cookie::Session.set(reach, &self.token, self.keep_s)
    }
}

/// Opens a session for the user, and ends the one that the browser had before: a token that somebody else
/// may have planted is never the one that is signed in.
pub(crate) fn open(
    tx: &mut Tx,
    user: User,
    token: String,
    opening: &Opening,
    now: Moment,
) -> Result<SignedIn, Failure> {
    let lengths = Lengths::of(tx);
    let keep = opening.keep && lengths.can_keep();
    // Otherwise the browser forgets the cookie sooner, when it closes.
    let lasts = if keep { lengths.kept } else { lengths.longest };
    let opening = &Opening { keep, ..opening.clone() };
    if let Some(before) = &opening.replaces {
        store::end_session(tx, hash(before))?;
    }
    store::forget_old_sessions(tx, now, &lengths)?;
    store::open_session(tx, hash(&token), user.id, opening, (now, now + lasts))?;
    Ok(SignedIn { user, token, keep_s: keep.then_some(lasts.0 / SECOND_US) })
}

/// Puts a new session of the same kind in place of one, for somebody who has just shown who they are: whoever holds the
/// old token holds nothing.
pub(crate) fn renew(
    tx: &mut Tx,
    user: User,
    session: &str,
    token: String,
    now: Moment,
) -> Result<SignedIn, Failure> {
    let (device, means, keep) = sessions::opened(tx, session)?.ok_or(Failure::SignIn)?;
    let means = Means::parse(&means);
    open(tx, user, token, &Opening { replaces: Some(session.to_owned()), keep, device, means }, now)
}

/// Whether whoever holds that token has shown who they are a short while ago.
///
/// # Errors
/// `Refused` with `prove_yourself` if it is longer ago; `SignIn` without a session.
pub(crate) fn must_be_proved(tx: &mut Tx, token: &str, now: Moment) -> Result<(), Failure> {
    let proved_at = store::proved_at(tx, hash(token))?.ok_or(Failure::SignIn)?;
    if proved_at + Span::minutes(PROOF_MINUTES) > now {
        return Ok(());
    }
    let words = "It is a while since you showed who you are. Show it again, for this changes what opens your account.";
    Err(Failure::refused("prove_yourself", words))
}

/// The same of the session that a request carries.
///
/// # Errors
/// As of a form that changes the ways into an account: `Refused` with `prove_yourself`; `SignIn` without a session.
pub async fn must_be_proved_here(app: &App, headers: &HeaderMap) -> Result<(), Failure> {
    let token = token(headers).ok_or(Failure::SignIn)?.to_owned();
    let now = app.clock.now();
    app.db.read(move |tx| must_be_proved(tx, &token, now)).await
}

/// Who holds that token, if the session is still on; notes the use.
pub(crate) async fn holder(app: &App, token: &str) -> Result<Option<User>, Failure> {
    let now = app.clock.now();
    let token_hash = hash(token);
    let asked = token_hash.clone();
    let found = app.db.read(move |tx| store::find_session(tx, asked, now)).await?;
    let Some(Held { user, last_used_at, lag }) = found else { return Ok(None) };
    if last_used_at < now - lag {
        app.db.write(move |tx| store::note_use(tx, token_hash, now)).await?;
    }
    Ok(Some(user))
}

/// The token that a request carries.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    Cookie::Session.of(headers)
}

/// Cookies that make the browser forget its token, whichever it has.
pub(crate) fn forgetting(reach: Reach) -> Result<Vec<HeaderValue>, Failure> {
    let forget = |reach| Cookie::Session.set(reach, "", Some(0));
    match reach {
        Reach::Local => [Reach::Local, Reach::Encrypted].map(forget).into_iter().collect(),
        Reach::Encrypted | Reach::Open => Ok(vec![forget(Reach::Encrypted)?]),
    }
}

impl Cookie {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Cookie::Session => ("__Host-sluice", "sluice"),
            Cookie::Step => ("__Host-sluice-step", "sluice-step"),
        }
    }

    /// What a request carries in it. The local cookie counts on this machine alone: elsewhere, a neighbouring host
    /// could have set it.
    pub(crate) fn of(self, headers: &HeaderMap) -> Option<&str> {
        let find = |wanted: &str| {
            headers
                .get_all(header::COOKIE)
                .iter()
                .filter_map(|line| line.to_str().ok())
                .flat_map(|line| line.split(';'))
                .filter_map(|pair| pair.trim().split_once('='))
                .find_map(|(name, value)| (name == wanted && !value.is_empty()).then_some(value))
        };
        let (secure, local) = self.names();
        find(secure).or_else(|| find(local).filter(|_| is_local(host(headers))))
    }

    pub(crate) fn set(
        self,
        reach: Reach,
        token: &str,
        keep_s: Option<i64>,
    ) -> Result<HeaderValue, Failure> {
        let (secure, local) = self.names();
        let (name, secure) = match reach {
            Reach::Local => (local, ""),
            Reach::Encrypted | Reach::Open => (secure, "; Secure"),
        };
        let keep = keep_s.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        HeaderValue::from_str(&format!(
            "{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{keep}"
        ))
        .map_err(|error| anyhow::anyhow!("write a cookie: {error}").into())
    }
}

/// A token has 130 bits of chance, so that a plain hash is enough to keep it by.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// What is said when a user's session ends, so that what goes on for as long as somebody is signed in looks whether they
/// are.
pub(crate) fn ended(user: i64) -> Said {
    Said::to(live::user(user), "session")
}

/// Who is signed in by what a request carries; this is no use of the session, and keeps it no longer. For what goes on
/// after the request was answered.
///
/// # Errors
/// `Broken` if the database fails.
pub async fn signed_in(app: &App, headers: &HeaderMap) -> Result<Option<User>, Failure> {
    let Some(token) = token(headers) else { return Ok(None) };
    let (now, asked) = (app.clock.now(), hash(token));
    let found = app.db.read(move |tx| store::find_session(tx, asked, now)).await?;
    Ok(found.map(|held| held.user))
}

/// Ends the session that the token opens, if there is one.
pub(crate) async fn end(app: &App, token: &str) -> Result<(), Failure> {
    let token_hash = hash(token);
    app.db.write(move |tx| store::end_session(tx, token_hash)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(host: &'static str, line: &'static str) -> HeaderMap {
        [
            (header::HOST, HeaderValue::from_static(host)),
            (header::COOKIE, HeaderValue::from_static(line)),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn a_token_is_read_from_the_right_cookie() {
        for (host, line, expected) in [
            ("a.example", "theme=dark; __Host-sluice=abc", Some("abc")),
            ("a.example", "sluice=planted", None),
            ("a.example", "__Host-sluice=", None),
            ("localhost:8080", "sluice=abc", Some("abc")),
            ("localhost:8080", "sluice=old; __Host-sluice=new", Some("new")),
            ("localhost:8080", "xsluice=abc", None),
        ] {
            assert_eq!(token(&cookies(host, line)), expected, "{host} {line}");
        }
    }

    #[test]
    fn a_cookie_is_closed_to_scripts_and_to_other_sites() {
        let text = |reach, keep| {
            Cookie::Session.set(reach, "abc", keep).unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(
            text(Reach::Encrypted, Some(60)),
            "__Host-sluice=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
        );
        assert_eq!(text(Reach::Local, None), "sluice=abc; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(forgetting(Reach::Local).unwrap().len(), 2);
    }
}
