//! What a browser and an authenticator say (Web Authentication, level 3), and whether it is so.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use platform::failure::Failure;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::cbor::Value;
use super::key::Key;
use super::site::Site;

/// Longest name of a credential, in bytes (7.1, step 25).
const CREDENTIAL_BYTES_MAX: usize = 1_023;
/// Most bytes of what is sent.
const SAID_BYTES_MAX: usize = 64 * 1024;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const MAY_BE_COPIED: u8 = 1 << 3;
const IS_COPIED: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;

/// Why a passkey is not taken; for the log, while people are told the same words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unbelieved {
    /// It cannot be read.
    Unreadable,
    /// It is the answer to another question.
    WrongKind,
    /// A page of another address asked, or one within another.
    WrongOrigin,
    /// It is a passkey of another site.
    WrongSite,
    /// Nobody touched it, or showed that it is theirs.
    NobodyThere,
    /// Its key is of no kind that is taken.
    UnknownKey,
    /// Its signature is not by that key.
    Forged,
    /// Nobody here has it.
    UnknownCredential,
    /// It is somebody else's.
    OfAnother,
}

/// What a page sends: the fields of the browser's answer, each in base64url.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    id: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation: String,
    #[serde(rename = "authenticatorData")]
    authenticator: String,
    signature: String,
    #[serde(rename = "userHandle")]
    user_handle: String,
}

/// What the browser says of what it was asked (5.8.1).
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    is_framed: bool,
}

/// An answer that was read and not believed yet.
#[derive(Clone, Debug)]
pub(super) struct Said {
    sent: Sent,
    client_data: Vec<u8>,
    /// The challenge that it answers, as we gave it.
    pub challenge: String,
    /// Which credential, by its own name.
    pub credential: Vec<u8>,
}

/// A credential that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub credential: Vec<u8>,
    /// Its key, as the authenticator wrote it.
    pub key: Vec<u8>,
    pub sign_count: i64,
    pub is_synced: bool,
}

/// A credential that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub sign_count: i64,
    pub is_synced: bool,
}

/// The authenticator's part (6.1).
struct Authenticator<'a> {
    flags: u8,
    sign_count: i64,
    rest: &'a [u8],
}

fn bytes(text: &str) -> Result<Vec<u8>, Unbelieved> {
    BASE64URL.decode(text).map_err(|_| Unbelieved::Unreadable)
}

impl Said {
    pub(super) fn read(text: &str) -> Result<Said, Unbelieved> {
        if text.len() > SAID_BYTES_MAX {
            return Err(Unbelieved::Unreadable);
        }
        let sent: Sent = serde_json::from_str(text).map_err(|_| Unbelieved::Unreadable)?;
        let client_data = bytes(&sent.client_data)?;
        let parsed: ClientData =
            serde_json::from_slice(&client_data).map_err(|_| Unbelieved::Unreadable)?;
        let credential = bytes(&sent.id)?;
        if credential.is_empty() || credential.len() > CREDENTIAL_BYTES_MAX {
            return Err(Unbelieved::Unreadable);
        }
        Ok(Said { sent, client_data, challenge: parsed.challenge, credential })
    }

    /// Whose passkey it says that it is: what we called the user when it was made.
    pub(super) fn user_handle(&self) -> Result<Vec<u8>, Unbelieved> {
        bytes(&self.sent.user_handle)
    }

    /// What was made, if it was made for us. Who made the authenticator is not asked (attestation `none`).
    pub(super) fn made(&self, site: &Site) -> Result<Made, Unbelieved> {
        self.must_be_ours(site, "webauthn.create")?;
        let attestation = bytes(&self.sent.attestation)?;
        let (attestation, _) = Value::read(&attestation).ok_or(Unbelieved::Unreadable)?;
        let data = attestation.named("authData").and_then(Value::bytes);
        let Authenticator { flags, sign_count, rest } =
            authenticator(data.ok_or(Unbelieved::Unreadable)?, site)?;
        if flags & HAS_CREDENTIAL == 0 {
            return Err(Unbelieved::Unreadable);
        }
        // Sixteen bytes say which model it is; then the length of the name, the name, the key.
        let (length, rest) = rest
            .get(16..)
            .and_then(|rest| rest.split_first_chunk::<2>())
            .ok_or(Unbelieved::Unreadable)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (credential, rest) = rest.split_at_checked(length).ok_or(Unbelieved::Unreadable)?;
        if credential != self.credential {
            return Err(Unbelieved::Unreadable);
        }
        let (_, after) = Key::read(rest).ok_or(Unbelieved::UnknownKey)?;
        let key = rest.get(..rest.len() - after.len()).unwrap_or_default().to_vec();
        Ok(Made {
            credential: credential.to_vec(),
            key,
            sign_count,
            is_synced: flags & IS_COPIED != 0,
        })
    }

    /// What is shown, if its owner has just signed it for us with that key.
    pub(super) fn shown(&self, site: &Site, key: &[u8]) -> Result<Shown, Unbelieved> {
        self.must_be_ours(site, "webauthn.get")?;
        let data = bytes(&self.sent.authenticator)?;
        let Authenticator { flags, sign_count, .. } = authenticator(&data, site)?;
        let (key, _) = Key::read(key).ok_or(Unbelieved::UnknownKey)?;
        let signed = [data.as_slice(), &Sha256::digest(&self.client_data)].concat();
        if !key.has_signed(&signed, &bytes(&self.sent.signature)?) {
            return Err(Unbelieved::Forged);
        }
        Ok(Shown { sign_count, is_synced: flags & IS_COPIED != 0 })
    }

    fn must_be_ours(&self, site: &Site, kind: &str) -> Result<(), Unbelieved> {
        let said: ClientData =
            serde_json::from_slice(&self.client_data).map_err(|_| Unbelieved::Unreadable)?;
        if said.kind != kind {
            return Err(Unbelieved::WrongKind);
        }
        if said.origin != site.origin || said.is_framed {
            return Err(Unbelieved::WrongOrigin);
        }
        Ok(())
    }
}

/// Reads it, and sees that it is of this site, and that somebody was there who showed that it is theirs.
fn authenticator<'a>(data: &'a [u8], site: &Site) -> Result<Authenticator<'a>, Unbelieved> {
    let (rp, rest) = data.split_first_chunk::<32>().ok_or(Unbelieved::Unreadable)?;
    let (&flags, rest) = rest.split_first().ok_or(Unbelieved::Unreadable)?;
    let (count, rest) = rest.split_first_chunk::<4>().ok_or(Unbelieved::Unreadable)?;
    if rp.as_slice() != Sha256::digest(site.rp_id.as_bytes()).as_slice() {
        return Err(Unbelieved::WrongSite);
    }
    if flags & USER_PRESENT == 0 || flags & USER_VERIFIED == 0 {
        return Err(Unbelieved::NobodyThere);
    }
    if flags & IS_COPIED != 0 && flags & MAY_BE_COPIED == 0 {
        return Err(Unbelieved::Unreadable);
    }
    Ok(Authenticator { flags, sign_count: i64::from(u32::from_be_bytes(*count)), rest })
}

impl From<Unbelieved> for Failure {
    /// The same words whatever it was; the log has it.
    fn from(why: Unbelieved) -> Failure {
        tracing::info!(?why, "a passkey is not taken");
        let words = match why {
            Unbelieved::NobodyThere => {
                "The passkey did not ask who you are. Unlock it by its code, your finger or your face, and try again."
            }
            Unbelieved::UnknownKey => {
                "That authenticator makes keys of a kind that is not known here."
            }
            _ => "That passkey opens nothing here. Take another, or sign in another way.",
        };
        Failure::refused("passkey", words)
    }
}
