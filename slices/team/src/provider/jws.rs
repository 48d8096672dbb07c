//! Signatures of ID tokens: JWS (RFC 7515) in its compact form, with the keys that the provider publishes (RFC 7517).
//!
//! **Never:** takes a token without a signature, or one that is signed by a secret that is shared.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use serde_json::Value;

/// A key that the provider publishes; what a kind of key does not have stays empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    for_what: Option<String>,
    alg: Option<String>,
    crv: String,
    n: String,
    e: String,
    x: String,
    y: String,
}

/// The keys of a provider.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Keys {
    pub keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    #[serde(default)]
    crit: Vec<String>,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unbelieved {
    /// It cannot be read, or is signed in a way that is not taken.
    Unreadable,
    /// No key of the provider's is the one that it names; perhaps there is a new one.
    NoKey,
    /// Its signature is not by that key.
    Forged,
}

/// What a token says, if one of those keys has signed it.
pub(super) fn verified(token: &str, keys: &Keys) -> Result<Value, Unbelieved> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Unbelieved::Unreadable)?;
    let (header, payload) = signed.split_once('.').ok_or(Unbelieved::Unreadable)?;
    let header: Header =
        serde_json::from_slice(&bytes(header)?).map_err(|_| Unbelieved::Unreadable)?;
    // What must be understood and is not known here makes the whole of it unreadable (RFC 7515, 4.1.11).
    let kty =
        kind_of(&header.alg).filter(|_| header.crit.is_empty()).ok_or(Unbelieved::Unreadable)?;
    let is_it = |key: &&Key| {
        key.kty == kty
            && key.for_what.as_deref().is_none_or(|what| what == "sig")
            && key.alg.as_deref().is_none_or(|alg| alg == header.alg)
            && (header.kid.is_none() || key.kid == header.kid)
    };
    let signature = bytes(signature)?;
    let mut candidates = keys.keys.iter().filter(is_it).peekable();
    if candidates.peek().is_none() {
        return Err(Unbelieved::NoKey);
    }
    if !candidates.any(|key| key.has_signed(&header.alg, signed.as_bytes(), &signature)) {
        return Err(Unbelieved::Forged);
    }
    serde_json::from_slice(&bytes(payload)?).map_err(|_| Unbelieved::Unreadable)
}

fn bytes(text: &str) -> Result<Vec<u8>, Unbelieved> {
    BASE64URL.decode(text).map_err(|_| Unbelieved::Unreadable)
}

/// The kind of key by which an algorithm signs; nothing for one that is not taken. `none` and all with a shared secret
/// are among those.
fn kind_of(alg: &str) -> Option<&'static str> {
    match alg {
        "RS256" | "RS384" | "RS512" | "PS256" => Some("RSA"),
        "ES256" | "ES384" => Some("EC"),
        "EdDSA" | "Ed25519" => Some("OKP"),
        _ => None,
    }
}

impl Key {
    fn has_signed(&self, alg: &str, message: &[u8], signature: &[u8]) -> bool {
        match alg {
            "RS256" => self.rsa(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            "RS384" => self.rsa(&RSA_PKCS1_2048_8192_SHA384, message, signature),
            "RS512" => self.rsa(&RSA_PKCS1_2048_8192_SHA512, message, signature),
            "PS256" => self.rsa(&RSA_PSS_2048_8192_SHA256, message, signature),
            "ES256" if self.crv == "P-256" => {
                self.point(&ECDSA_P256_SHA256_FIXED, message, signature)
            }
            "ES384" if self.crv == "P-384" => {
                self.point(&ECDSA_P384_SHA384_FIXED, message, signature)
            }
            "EdDSA" | "Ed25519" if self.crv == "Ed25519" => match bytes(&self.x) {
                Ok(x) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature).is_ok(),
                Err(_) => false,
            },
            _ => false,
        }
    }

    fn rsa(&self, how: &'static RsaParameters, message: &[u8], signature: &[u8]) -> bool {
        match (bytes(&self.n), bytes(&self.e)) {
            (Ok(n), Ok(e)) => {
                RsaPublicKeyComponents { n, e }.verify(how, message, signature).is_ok()
            }
            _ => false,
        }
    }

    /// An uncompressed point (SEC 1, 2.3.3).
    fn point(
        &self,
        how: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        match (bytes(&self.x), bytes(&self.y)) {
            (Ok(x), Ok(y)) => {
                let point: Vec<u8> = [4].into_iter().chain(x).chain(y).collect();
                UnparsedPublicKey::new(how, point).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    fn pair() -> (EcdsaKeyPair, Keys) {
        let (how, chance) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(how, &chance).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(how, document.as_ref(), &chance).unwrap();
        let point = pair.public_key().as_ref()[1..].to_vec();
        let (x, y) = point.split_at(32);
        let key = json!({ "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig",
            "x": BASE64URL.encode(x), "y": BASE64URL.encode(y) });
        (pair, serde_json::from_value(json!({ "keys": [key] })).unwrap())
    }

    fn signed(pair: &EcdsaKeyPair, header: &Value, payload: &Value) -> String {
        let part = |value: &Value| BASE64URL.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(payload));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64URL.encode(signature))
    }

    #[test]
    fn a_token_is_believed_by_its_signature_alone() {
        let ((pair, keys), (other, _)) = (pair(), pair());
        let (header, said) = (json!({ "alg": "ES256", "kid": "one" }), json!({ "sub": "mara" }));
        let token = signed(&pair, &header, &said);
        assert_eq!(verified(&token, &keys), Ok(said.clone()));
        assert_eq!(verified(&signed(&other, &header, &said), &keys), Err(Unbelieved::Forged));
        let changed = token.replacen(
            &BASE64URL.encode(said.to_string()),
            &BASE64URL.encode(json!({ "sub": "eve" }).to_string()),
            1,
        );
        assert_eq!(verified(&changed, &keys), Err(Unbelieved::Forged));
        let unknown = json!({ "alg": "ES256", "kid": "two" });
        assert_eq!(verified(&signed(&pair, &unknown, &said), &keys), Err(Unbelieved::NoKey));
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "HS256", "kid": "one" }),
            json!({ "alg": "ES256", "kid": "one", "crit": ["b64"] }),
        ] {
            let token = signed(&pair, &header, &said);
            assert_eq!(verified(&token, &keys), Err(Unbelieved::Unreadable), "{header}");
        }
        let bare = token.rsplit_once('.').unwrap().0;
        for token in [format!("{bare}."), bare.to_owned(), String::new(), "a.b.c".to_owned()] {
            assert!(verified(&token, &keys).is_err(), "{token}");
        }
    }
}
