//! An authenticator of our own, that does what one does and what none should.

use std::future::Future;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use moment::Span;
use platform::app::App;
use platform::failure::Failure;
use platform::harness::{World, both};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::create_user::{CreateUser, create_user};
use crate::password::{Passwords, Strength};
use crate::prove::prove_by_passkey;
use crate::role::Role;
use crate::second::{Entry, Knocker, enter_by_passkey};
use crate::sign_in::{SignIn, sign_in};
use crate::{audit, slice};

const MARA: &str = "mara@north.example";
const PASSWORD: &str = "correct horse";
const BROWSER: &str = "a browser's token";

fn at_once<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

fn site() -> Site {
    Site {
        rp_id: "sales.north.example".to_owned(),
        origin: "https://sales.north.example".to_owned(),
    }
}

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// What an authenticator does with a question, and how it may go wrong.
struct Authenticator {
    pair: Pair,
    credential: Vec<u8>,
    handle: Vec<u8>,
    count: u32,
    counts: bool,
    flags: u8,
    rp_id: String,
    origin: String,
}

const PRESENT_AND_VERIFIED: u8 = 0b101;

impl Authenticator {
    fn new(name: u8) -> Authenticator {
        let (how, chance) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(how, &chance).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(how, document.as_ref(), &chance).unwrap();
        Authenticator::with(Pair::P256(pair), name)
    }

    fn ed25519(name: u8) -> Authenticator {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Authenticator::with(Pair::Ed25519(pair), name)
    }

    fn with(pair: Pair, name: u8) -> Authenticator {
        let Site { rp_id, origin } = site();
        let (credential, handle) = (vec![name; 32], Vec::new());
        let flags = PRESENT_AND_VERIFIED;
        Authenticator { pair, credential, handle, count: 1, counts: true, flags, rp_id, origin }
    }

    /// COSE, in CBOR.
    fn key(&self) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(32);
                let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
                [&head[..], x, &[0x22, 0x58, 0x20], y].concat()
            }
            Pair::Ed25519(pair) => {
                let head = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
                [&head[..], pair.public_key().as_ref()].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let rp = Sha256::digest(self.rp_id.as_bytes());
        [rp.as_slice(), &[flags], &self.count.to_be_bytes()].concat()
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn makes(&mut self, asked: &Value) -> String {
        self.handle = BASE64URL.decode(asked["user"]["id"].as_str().unwrap()).unwrap();
        let length = u16::try_from(self.credential.len()).unwrap().to_be_bytes();
        let data = [
            &self.data(self.flags | 0b100_0000)[..],
            &[0; 16],
            &length,
            &self.credential,
            &self.key(),
        ]
        .concat();
        let size = u8::try_from(data.len()).unwrap();
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(size);
        attestation.extend(data);
        json!({
            "id": BASE64URL.encode(&self.credential),
            "clientDataJSON": BASE64URL.encode(self.client_data("webauthn.create", asked)),
            "attestationObject": BASE64URL.encode(attestation),
        })
        .to_string()
    }

    fn shows(&mut self, asked: &Value) -> String {
        self.count += u32::from(self.counts);
        let (data, client) = (self.data(self.flags), self.client_data("webauthn.get", asked));
        let signature = self.sign(&[data.as_slice(), &Sha256::digest(&client)].concat());
        json!({
            "id": BASE64URL.encode(&self.credential),
            "clientDataJSON": BASE64URL.encode(client),
            "authenticatorData": BASE64URL.encode(data),
            "signature": BASE64URL.encode(signature),
            "userHandle": BASE64URL.encode(&self.handle),
        })
        .to_string()
    }
}

fn on_both(test: impl Fn(&World, &User, &str)) {
    both(&[slice()], |world| {
        let _app = world.app.clone().with_part(Passwords::new(Strength::Test));
        let mara = CreateUser {
            email: MARA.to_owned(),
            name: "Mara".to_owned(),
            role: Role::Owner,
            password: PASSWORD.to_owned(),
        };
        at_once(create_user(&world.app, &User::operator(), mara)).unwrap();
        let Entry::In(signed_in) = knock(world) else { panic!("no second factor yet") };
        test(world, &signed_in.user, signed_in.token());
    });
}

fn knock(world: &World) -> Entry {
    let ask = SignIn {
        email: MARA.to_owned(),
        password: PASSWORD.to_owned(),
        keep: false,
        device: "Firefox on Linux".to_owned(),
    };
    at_once(sign_in(&world.app, ask, Peer::NOWHERE, None)).unwrap()
}

fn code(failure: &Failure) -> &str {
    match failure {
        Failure::Refused { code, .. } => code,
        Failure::SignIn => "sign_in",
        Failure::Missing { .. } => "missing",
        _ => "other",
    }
}

fn adds(
    app: &App,
    (who, session): (&User, &str),
    authenticator: &mut Authenticator,
) -> Result<Option<Vec<String>>, Failure> {
    let adder = Adder { who, purpose: Purpose::Add, browser: session };
    let asked = at_once(offer(app, adder, site()))?;
    let answer = authenticator.makes(&asked);
    at_once(add(app, (who, session), ("Phone".to_owned(), answer), site()))
}

fn asked(app: &App) -> Value {
    at_once(ask(app, (Purpose::Enter, BROWSER), None, site())).unwrap()
}

fn enters(app: &App, browser: &str, answer: &str) -> Result<String, Failure> {
    let opening = Opening {
        replaces: None,
        keep: false,
        device: "Firefox on Linux".to_owned(),
        means: Means::Passkey,
    };
    let entered = at_once(enter(app, (browser, answer), &site(), Peer::NOWHERE, opening));
    entered.map(|signed_in| signed_in.user.email)
}

#[test]
fn somebody_comes_in_by_a_passkey_alone() {
    on_both(|world, who, session| {
        let app = &world.app;
        let (mut phone, mut stick) = (Authenticator::new(1), Authenticator::ed25519(2));
        let codes = adds(app, (who, session), &mut phone).unwrap();
        assert_eq!(codes.map(|codes| codes.len()), Some(10), "the first brings recovery codes");
        assert_eq!(adds(app, (who, session), &mut stick).unwrap(), None);
        for authenticator in [&mut phone, &mut stick] {
            let question = asked(app);
            assert_eq!(question["allowCredentials"], json!([]), "no name is said");
            let answer = authenticator.shows(&question);
            assert_eq!(enters(app, BROWSER, &answer).unwrap(), MARA);
            assert_eq!(
                code(&enters(app, BROWSER, &answer).unwrap_err()),
                "too_late",
                "an answer serves once"
            );
        }
        let id = who.id;
        let rows = world.db.read_blocking(move |tx| list(tx, id)).unwrap();
        assert!(rows.iter().all(|row| row.last_used_at == Some(world.now())));
    });
}

#[test]
fn an_answer_to_another_question_opens_nothing() {
    on_both(|world, who, session| {
        let app = &world.app;
        let mut phone = Authenticator::new(1);
        adds(app, (who, session), &mut phone).unwrap();
        // Another browser brings it.
        let answer = phone.shows(&asked(app));
        assert_eq!(code(&enters(app, "another browser", &answer).unwrap_err()), "too_late");
        // It was asked for another purpose.
        let question = at_once(ask(app, (Purpose::Prove, BROWSER), Some(who.id), site())).unwrap();
        let answer = phone.shows(&question);
        assert_eq!(code(&enters(app, BROWSER, &answer).unwrap_err()), "too_late");
        // Nobody asked.
        let answer = phone.shows(&json!({ "challenge": BASE64URL.encode([9; 32]) }));
        assert_eq!(code(&enters(app, BROWSER, &answer).unwrap_err()), "too_late");
        // It was long ago.
        let answer = phone.shows(&asked(app));
        world.clock.advance(Span::minutes(5));
        assert_eq!(code(&enters(app, BROWSER, &answer).unwrap_err()), "too_late");
    });
}

#[test]
fn what_is_wrong_with_an_answer_keeps_it_out() {
    on_both(|world, who, session| {
        let app = &world.app;
        let mut phone = Authenticator::new(1);
        adds(app, (who, session), &mut phone).unwrap();
        let refused = |change: &dyn Fn(&mut Authenticator),
                       mend: &dyn Fn(&mut Authenticator),
                       phone: &mut Authenticator| {
            change(phone);
            let answer = phone.shows(&asked(app));
            mend(phone);
            code(&enters(app, BROWSER, &answer).unwrap_err()).to_owned()
        };
        type Change = fn(&mut Authenticator);
        let handle = phone.handle.clone();
        let changes: [(&str, Change, Change); 7] = [
            (
                "a page of another address",
                |p| p.origin = "https://evil.example".into(),
                |p| p.origin = site().origin,
            ),
            (
                "the right host in the open",
                |p| p.origin = "http://sales.north.example".into(),
                |p| p.origin = site().origin,
            ),
            ("another site", |p| p.rp_id = "north.example".into(), |p| p.rp_id = site().rp_id),
            ("nobody there", |p| p.flags = 0b100, |p| p.flags = PRESENT_AND_VERIFIED),
            ("not verified", |p| p.flags = 0b001, |p| p.flags = PRESENT_AND_VERIFIED),
            ("copied, and not to be", |p| p.flags = 0b1_0101, |p| p.flags = PRESENT_AND_VERIFIED),
            ("another's", |p| p.handle = b"usr_another".to_vec(), |_| {}),
        ];
        for (what, change, mend) in changes {
            assert_eq!(refused(&change, &mend, &mut phone), "passkey", "{what}");
        }
        phone.handle = Vec::new();
        let answer = phone.shows(&asked(app));
        assert_eq!(
            code(&enters(app, BROWSER, &answer).unwrap_err()),
            "passkey",
            "whose it is must be said"
        );
        phone.handle = handle;
        // Another key signs for it.
        let mut forger = Authenticator::new(1);
        forger.handle.clone_from(&phone.handle);
        forger.count = 50;
        let answer = forger.shows(&asked(app));
        assert_eq!(code(&enters(app, BROWSER, &answer).unwrap_err()), "passkey");
        for answer in
            ["", "{}", "[]", "{\"id\":\"!\"}", "{\"id\":\"AQ\",\"clientDataJSON\":\"e30\"}"]
        {
            assert_eq!(code(&enters(app, BROWSER, answer).unwrap_err()), "passkey", "{answer}");
        }
        let answer = phone.shows(&asked(app));
        assert_eq!(enters(app, BROWSER, &answer).unwrap(), MARA, "and rightly it opens");
        let asked_of = audit::Asked {
            what: Some("user.passkey-failed".to_owned()),
            ..audit::Asked::default()
        };
        let noted = world
            .db
            .read_blocking(move |tx| audit::list(tx, &User::operator(), &asked_of, None, 100));
        assert!(noted.unwrap().rows.len() >= 9);
    });
}

#[test]
fn a_count_that_does_not_grow_tells_of_a_copy() {
    on_both(|world, who, session| {
        let app = &world.app;
        let mut phone = Authenticator::new(1);
        adds(app, (who, session), &mut phone).unwrap();
        phone.count = 9;
        let answer = phone.shows(&asked(app));
        enters(app, BROWSER, &answer).unwrap();
        phone.count = 4;
        let answer = phone.shows(&asked(app));
        assert_eq!(code(&enters(app, BROWSER, &answer).unwrap_err()), "passkey_copied");
        // One that does not count says 0 for ever.
        let mut synced = Authenticator::new(2);
        (synced.count, synced.counts) = (0, false);
        adds(app, (who, session), &mut synced).unwrap();
        for _ in 0..2 {
            let answer = synced.shows(&asked(app));
            assert_eq!(enters(app, BROWSER, &answer).unwrap(), MARA);
        }
    });
}

#[test]
fn a_removed_passkey_opens_nothing() {
    on_both(|world, who, session| {
        let app = &world.app;
        let mut phone = Authenticator::new(1);
        adds(app, (who, session), &mut phone).unwrap();
        let (id, now) = (who.id, world.now());
        let rows = world.db.read_blocking(move |tx| list(tx, id)).unwrap();
        let (one, asker, kept) = (rows[0].id, who.clone(), session.to_owned());
        let stranger = User { id: UserId(99), ..who.clone() };
        let other = kept.clone();
        let not_theirs =
            world.db.write_blocking(move |tx| remove(tx, (&stranger, &other), one, now));
        assert_eq!(code(&not_theirs.unwrap_err()), "missing");
        world.db.write_blocking(move |tx| remove(tx, (&asker, &kept), one, now)).unwrap();
        let answer = phone.shows(&asked(app));
        assert_eq!(code(&enters(app, BROWSER, &answer).unwrap_err()), "passkey");
        let held = world.db.read_blocking(move |tx| second::held(tx, id)).unwrap();
        assert_eq!((held.codes_left, held.passkeys), (0, 0), "recovery codes stand in for nothing");
        assert!(matches!(knock(world), Entry::In(_)), "the password alone opens again");
    });
}

#[test]
fn a_renamed_passkey_opens_what_it_opened() {
    on_both(|world, who, session| {
        let app = &world.app;
        let mut phone = Authenticator::new(1);
        adds(app, (who, session), &mut phone).unwrap();
        let (user, now) = (who.id, world.now());
        let names = move |tx: &mut Tx| {
            Ok(list(tx, user)?.into_iter().map(|row| (row.id, row.name)).collect::<Vec<_>>())
        };
        let one = world.db.read_blocking(names).unwrap()[0].0;
        let calls = |who: &User, name: &'static str| {
            let who = who.clone();
            world.db.write_blocking(move |tx| rename(tx, &who, one, name, now))
        };
        let stranger = User { id: UserId(99), ..who.clone() };
        assert_eq!(code(&calls(&stranger, "mine").unwrap_err()), "missing");
        assert!(matches!(calls(who, "  "), Err(Failure::Invalid(_))));
        calls(who, " Key ring ").unwrap();
        assert_eq!(world.db.read_blocking(names).unwrap(), [(one, "Key ring".to_owned())]);
        assert_eq!(enters(app, BROWSER, &phone.shows(&asked(app))).unwrap(), MARA);
    });
}

#[test]
fn a_passkey_is_shown_beside_the_password_and_proves_who_one_is() {
    on_both(|world, who, session| {
        let app = &world.app;
        let (mut phone, mut other) = (Authenticator::new(1), Authenticator::new(2));
        adds(app, (who, session), &mut phone).unwrap();
        let eve = CreateUser {
            email: "eve@north.example".to_owned(),
            name: "Eve".to_owned(),
            role: Role::Member,
            password: "battery staple".to_owned(),
        };
        at_once(create_user(app, &User::operator(), eve)).unwrap();
        let Entry::Second(step) = knock(world) else { panic!("a passkey is asked for") };
        let question = at_once(ask(app, (Purpose::Second, &step), Some(who.id), site())).unwrap();
        assert_eq!(question["allowCredentials"].as_array().unwrap().len(), 1);
        let knocker = || Knocker {
            peer: Peer::NOWHERE,
            device: "Firefox on Linux".to_owned(),
            replaces: None,
        };
        // Somebody else's passkey does not help.
        other.handle.clone_from(&phone.handle);
        let answer = other.shows(&question);
        let refused = at_once(enter_by_passkey(app, (&step, &answer), &site(), knocker()));
        assert_eq!(code(&refused.unwrap_err()), "passkey");
        let question = at_once(ask(app, (Purpose::Second, &step), Some(who.id), site())).unwrap();
        let answer = phone.shows(&question);
        let signed_in =
            at_once(enter_by_passkey(app, (&step, &answer), &site(), knocker())).unwrap();
        assert_eq!(signed_in.user.email, MARA);

        let token = signed_in.token().to_owned();
        world.clock.advance(Span::minutes(31));
        let adder = Adder { who, purpose: Purpose::Add, browser: &token };
        assert_eq!(code(&at_once(offer(app, adder, site())).unwrap_err()), "prove_yourself");
        let question = at_once(ask(app, (Purpose::Prove, &token), Some(who.id), site())).unwrap();
        let answer = phone.shows(&question);
        let proved = at_once(prove_by_passkey(app, (who, &token), &answer, &site())).unwrap();
        assert!(adds(app, (who, proved.token()), &mut other).is_ok());
    });
}

#[test]
fn a_passkey_is_made_only_where_it_was_asked_for() {
    on_both(|world, who, session| {
        let app = &world.app;
        let offered = || {
            let adder = Adder { who, purpose: Purpose::Add, browser: session };
            at_once(offer(app, adder, site())).unwrap()
        };
        let add_as = |who: &User, answer: String| {
            at_once(add(app, (who, session), ("Phone".to_owned(), answer), site()))
        };
        let mut phone = Authenticator::new(1);
        for (flags, rp_id, origin) in [
            (PRESENT_AND_VERIFIED, "north.example", "https://sales.north.example"),
            (PRESENT_AND_VERIFIED, "sales.north.example", "https://evil.example"),
            (0b001, "sales.north.example", "https://sales.north.example"),
        ] {
            (phone.flags, phone.rp_id, phone.origin) = (flags, rp_id.to_owned(), origin.to_owned());
            let answer = phone.makes(&offered());
            assert_eq!(
                code(&add_as(who, answer).unwrap_err()),
                "passkey",
                "{flags} {rp_id} {origin}"
            );
        }
        let mut phone = Authenticator::new(1);
        let question = offered();
        assert_eq!(question["user"]["name"], MARA);
        assert_eq!(question["authenticatorSelection"]["userVerification"], "required");
        let answer = phone.makes(&question);
        add_as(who, answer.clone()).unwrap();
        assert_eq!(code(&add_as(who, answer).unwrap_err()), "too_late", "an answer serves once");
        assert_eq!(offered()["excludeCredentials"].as_array().unwrap().len(), 1);
        let again = phone.makes(&offered());
        assert_eq!(code(&add_as(who, again).unwrap_err()), "passkey_exists");
        // An answer of the other kind.
        let shown = phone.shows(&offered());
        assert_eq!(code(&add_as(who, shown).unwrap_err()), "passkey");
    });
}
