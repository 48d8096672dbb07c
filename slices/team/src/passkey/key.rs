//! Public keys of passkeys (RFC 9052, 7) and their signatures.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::cbor::Value;

/// Ways of signing that are taken, by their numbers (IANA, COSE Algorithms), the one that is liked most first.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, ED_DSA, RS256];
const ES256: i64 = -7;
const ED_DSA: i64 = -8;
const RS256: i64 = -257;

/// Fewest and most bytes of an RSA modulus that are looked at.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A point of P-256, uncompressed.
    Es256(Vec<u8>),
    /// A point of Ed25519.
    EdDsa(Vec<u8>),
    /// A modulus and an exponent.
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    /// The key at the beginning of these bytes, and what comes after it; nothing if it is of no kind that is taken.
    pub(super) fn read(bytes: &[u8]) -> Option<(Key, &[u8])> {
        let (map, rest) = Value::read(bytes)?;
        let number = |label| map.at(label).and_then(Value::whole);
        let part = |label| map.at(label).and_then(Value::bytes);
        // kty is 1, alg is 3; of a curve crv is -1, x -2, y -3; of RSA n is -1, e -2.
        let key = match (number(1)?, number(3)?) {
            (2, ES256) if number(-1) == Some(1) => {
                let (x, y) = (part(-2)?, part(-3)?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                Key::Es256([&[4], x, y].concat())
            }
            (1, ED_DSA) if number(-1) == Some(6) => {
                Key::EdDsa(part(-2).filter(|x| x.len() == 32)?.to_vec())
            }
            (3, RS256) => {
                let (n, e) = (part(-1)?, part(-2)?);
                if !RSA_BYTES.contains(&n.len()) || e.is_empty() || e.len() > 8 {
                    return None;
                }
                Key::Rs256 { n: n.to_vec(), e: e.to_vec() }
            }
            _ => return None,
        };
        Some((key, rest))
    }

    /// Whether its owner has signed that.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Key::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Key::EdDsa(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            Key::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        verified.is_ok()
    }
}
