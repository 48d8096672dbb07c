//! Tests of the doors beside the password: codes, invitations, sessions, proofs, service users.

use std::future::Future;

use moment::Span;
use platform::clock::Clock;
use platform::db::Tx;
use platform::failure::Failure;
use platform::harness::{World, both};

use crate::change_password::{ChangePassword, change_password};
use crate::create_user::{CreateUser, create_user};
use crate::invitation::{self, Accept};
use crate::origin::Peer;
use crate::password::{Passwords, Strength};
use crate::prove::prove;
use crate::role::Role;
use crate::second::{self, Entry, Knocker, totp};
use crate::service::create_service;
use crate::session::{self, SignedIn};
use crate::sign_in::{SignIn, sign_in};
use crate::token::{self, NewToken, Scope};
use crate::user::User;
use crate::{audit, sessions, slice};

const MARA: &str = "mara@north.example";
const PASSWORD: &str = "correct horse";

fn at_once<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

fn on_both(test: impl Fn(&World)) {
    both(&[slice()], |world| {
        let _app = world.app.clone().with_part(Passwords::new(Strength::Test));
        let mara = CreateUser {
            email: MARA.to_owned(),
            name: "Mara".to_owned(),
            role: Role::Owner,
            password: PASSWORD.to_owned(),
        };
        at_once(create_user(&world.app, &User::operator(), mara)).unwrap();
        test(world);
    });
}

fn knock(world: &World, email: &str, password: &str) -> Result<Entry, Failure> {
    let ask = SignIn {
        email: email.to_owned(),
        password: password.to_owned(),
        keep: false,
        device: "Firefox on Linux".to_owned(),
    };
    at_once(sign_in(&world.app, ask, Peer::NOWHERE, None))
}

fn enter(world: &World, email: &str, password: &str) -> SignedIn {
    match knock(world, email, password).unwrap() {
        Entry::In(signed_in) => signed_in,
        Entry::Second(_) | Entry::Enrol(_) => panic!("more is asked for"),
    }
}

fn holder(world: &World, token: &str) -> Option<String> {
    at_once(session::holder(&world.app, token)).unwrap().map(|user| user.email)
}

fn code(failure: &Failure) -> &str {
    match failure {
        Failure::Refused { code, .. } | Failure::RefusedAt { code, .. } => code,
        Failure::TooMany { .. } => "too_many",
        Failure::Busy { .. } => "busy",
        Failure::Invalid(_) => "invalid",
        Failure::Forbidden => "forbidden",
        Failure::SignIn => "sign_in",
        Failure::Missing { .. } => "missing",
        Failure::Token | Failure::Broken(_) => "other",
    }
}

fn noted(world: &World, what: &str) -> usize {
    let asked = audit::Asked { what: Some(what.to_owned()), ..audit::Asked::default() };
    let list = move |tx: &mut Tx| audit::list(tx, &User::operator(), &asked, None, 100);
    world.db.read_blocking(list).unwrap().rows.len()
}

/// Turns the second factor on; gives the secret and the recovery codes.
fn with_app(world: &World, signed_in: &SignedIn) -> (Vec<u8>, Vec<String>) {
    let (who, now) = (signed_in.user.clone(), world.now());
    let offer = at_once(second::offer(&world.app, &who, signed_in.token())).unwrap();
    let secret = unbase32(&offer.secret);
    let shown = totp::code(&secret, totp::step_of(now));
    let (dice, wrong) = (world.app.dice.clone(), "000000".to_owned());
    let codes = world
        .db
        .write_blocking(move |tx| {
            let refused = second::confirm(tx, &who, (&offer.token, &wrong), &*dice, now);
            assert!(matches!(refused, Err(Failure::Invalid(_))));
            second::confirm(tx, &who, (&offer.token, &shown), &*dice, now)
        })
        .unwrap();
    (secret, codes)
}

pub(crate) fn unbase32(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 0xff) as u8);
        }
    }
    bytes
}

fn knocker() -> Knocker {
    Knocker { peer: Peer::NOWHERE, device: "Firefox on Linux".to_owned(), replaces: None }
}

fn show(world: &World, step: &str, shown: &str) -> Result<SignedIn, Failure> {
    at_once(second::enter(&world.app, (step, shown), knocker()))
}

fn step(world: &World) -> String {
    match knock(world, MARA, PASSWORD).unwrap() {
        Entry::Second(step) => step,
        Entry::In(_) | Entry::Enrol(_) => panic!("no code is asked for"),
    }
}

#[test]
fn a_code_is_asked_for_and_taken_once() {
    on_both(|world| {
        let (secret, codes) = with_app(world, &enter(world, MARA, PASSWORD));
        assert_eq!(codes.len(), 10);
        world.clock.advance(Span::minutes(1));
        let shown = totp::code(&secret, totp::step_of(world.now()));
        let first = step(world);
        assert_eq!(holder(world, &first), None, "half a sign-in opens nothing");
        let signed_in = show(world, &first, &shown).unwrap();
        assert_eq!(holder(world, signed_in.token()).as_deref(), Some(MARA));
        assert_eq!(
            code(&show(world, &first, &shown).unwrap_err()),
            "sign_in",
            "a step serves once"
        );
        let second = step(world);
        let again = show(world, &second, &shown).unwrap_err();
        assert_eq!(code(&again), "code_failed", "a code that was taken is not taken again");
        let older = totp::code(&secret, totp::step_of(world.now()) - 1);
        assert_eq!(code(&show(world, &second, &older).unwrap_err()), "code_failed");
        // A recovery code, in capitals and without its hyphens; once.
        let recovery = codes[3].to_uppercase().replace('-', " ");
        show(world, &second, &recovery).unwrap();
        let third = step(world);
        assert_eq!(code(&show(world, &third, &recovery).unwrap_err()), "code_failed");
        let mara = signed_in.user.id;
        let held = world.db.read_blocking(move |tx| second::held(tx, mara)).unwrap();
        assert_eq!(held.codes_left, 9);
        assert_eq!(noted(world, "user.code-failed"), 3);
    });
}

#[test]
fn whoever_has_the_password_guesses_few_codes() {
    on_both(|world| {
        with_app(world, &enter(world, MARA, PASSWORD));
        for _ in 0..5 {
            // The password in between does not bring the tries back.
            let step = step(world);
            assert_eq!(code(&show(world, &step, "000000").unwrap_err()), "code_failed");
        }
        let last = step(world);
        assert_eq!(code(&show(world, &last, "000000").unwrap_err()), "too_many");
        world.clock.advance(Span::minutes(11));
        assert_eq!(
            code(&show(world, &last, "000000").unwrap_err()),
            "sign_in",
            "a step waits ten minutes"
        );
    });
}

#[test]
fn of_two_who_show_one_code_at_once_one_gets_in() {
    on_both(|world| {
        let (secret, _) = with_app(world, &enter(world, MARA, PASSWORD));
        world.clock.advance(Span::minutes(1));
        let shown = totp::code(&secret, totp::step_of(world.now()));
        let steps = [step(world), step(world), step(world)];
        let entered = std::thread::scope(|scope| {
            let shown = shown.as_str();
            let tries: Vec<_> = steps
                .iter()
                .map(|step| scope.spawn(move || show(world, step, shown).is_ok()))
                .collect();
            tries.into_iter().filter_map(|one| one.join().unwrap().then_some(())).count()
        });
        assert_eq!(entered, 1);
    });
}

#[test]
fn what_opens_an_account_is_changed_only_after_a_proof() {
    on_both(|world| {
        let signed_in = enter(world, MARA, PASSWORD);
        let (who, old) = (signed_in.user.clone(), signed_in.token().to_owned());
        world.clock.advance(Span::minutes(31));
        let refused = at_once(second::offer(&world.app, &who, &old)).err().unwrap();
        assert_eq!(code(&refused), "prove_yourself");
        let wrong = at_once(prove(&world.app, &who, "wrong".to_owned(), Peer::NOWHERE, &old));
        assert_eq!(code(&wrong.unwrap_err()), "prove_failed");
        let proved =
            at_once(prove(&world.app, &who, PASSWORD.to_owned(), Peer::NOWHERE, &old)).unwrap();
        assert_ne!(proved.token(), old, "a proof gives a new token");
        assert_eq!(holder(world, &old), None, "and ends the one before");
        assert!(at_once(second::offer(&world.app, &who, proved.token())).is_ok());
        for _ in 0..5 {
            let wrong = "wrong".to_owned();
            let _refused = at_once(prove(&world.app, &who, wrong, Peer::NOWHERE, proved.token()));
        }
        let busy =
            at_once(prove(&world.app, &who, PASSWORD.to_owned(), Peer::NOWHERE, proved.token()));
        assert_eq!(code(&busy.unwrap_err()), "too_many", "guesses from within are counted, too");
    });
}

#[test]
fn a_new_password_signs_every_other_browser_out() {
    on_both(|world| {
        let (here, there) = (enter(world, MARA, PASSWORD), enter(world, MARA, PASSWORD));
        let change = |old: &str, new: &str| {
            let ask = ChangePassword { old: old.to_owned(), new: new.to_owned() };
            at_once(change_password(&world.app, &here.user, ask, Peer::NOWHERE, here.token()))
        };
        assert_eq!(code(&change("wrong", "battery staple").unwrap_err()), "prove_failed");
        assert_eq!(code(&change(PASSWORD, "12345678").unwrap_err()), "invalid");
        let changed = change(PASSWORD, "battery staple").unwrap();
        assert_eq!(holder(world, changed.token()).as_deref(), Some(MARA));
        assert_eq!((holder(world, here.token()), holder(world, there.token())), (None, None));
        assert_eq!(code(&knock(world, MARA, PASSWORD).unwrap_err()), "sign_in_failed");
        enter(world, MARA, "battery staple");
    });
}

#[test]
fn sessions_are_seen_and_ended_one_by_one_or_all_others() {
    on_both(|world| {
        let all = [(); 3].map(|()| enter(world, MARA, PASSWORD));
        let (who, now) = (all[0].user.clone(), world.now());
        let (asker, token) = (who.clone(), all[0].token().to_owned());
        let rows =
            world.db.read_blocking(move |tx| sessions::list(tx, &asker, &token, now)).unwrap();
        assert_eq!((rows.len(), rows.iter().filter(|row| row.is_this).count()), (3, 1));
        assert_eq!(
            (rows[0].device.as_str(), rows[0].means.as_str()),
            ("Firefox on Linux", "password")
        );
        let other = rows.iter().find(|row| !row.is_this).unwrap().id;
        let stranger = User { id: crate::UserId(99), ..who.clone() };
        let end = |who: &User| {
            let who = who.clone();
            world.db.write_blocking(move |tx| sessions::end(tx, &who, other, now))
        };
        assert_eq!(code(&end(&stranger).unwrap_err()), "missing", "another's session is none");
        end(&who).unwrap();
        let left = all.iter().filter(|one| holder(world, one.token()).is_some()).count();
        assert_eq!(left, 2);
        let token = all[0].token().to_owned();
        world.db.write_blocking(move |tx| sessions::end_all_others(tx, &who, &token, now)).unwrap();
        let left: Vec<bool> = all.iter().map(|one| holder(world, one.token()).is_some()).collect();
        assert_eq!(left, [true, false, false]);
    });
}

fn invite(world: &World, who: &User, email: &str, role: Role) -> Result<(i64, String), Failure> {
    let (who, email, now) = (who.clone(), email.to_owned(), world.clock.now());
    let token = world.app.dice.token();
    let link = token.clone();
    let made = world.db.write_blocking(move |tx| {
        invitation::invite(tx, &who, (&email, role.clone()), &token, now)
    })?;
    Ok((made.id, link))
}

fn accept(world: &World, link: &str) -> Result<SignedIn, Failure> {
    let ask = Accept {
        name: "Ben".to_owned(),
        password: "battery staple".to_owned(),
        device: "Safari on iPhone".to_owned(),
    };
    match at_once(invitation::accept(&world.app, link, ask, Peer::NOWHERE, None))? {
        Entry::In(signed_in) => Ok(signed_in),
        Entry::Second(_) | Entry::Enrol(_) => Err(Failure::refused("more", "more is asked for")),
    }
}

#[test]
fn an_invitation_lets_one_person_in_once() {
    on_both(|world| {
        let mara = enter(world, MARA, PASSWORD).user;
        let (_, link) = invite(world, &mara, "Ben@North.example", Role::Member).unwrap();
        let again = invite(world, &mara, "ben@north.example", Role::Member).unwrap_err();
        assert_eq!(code(&again), "invited_already");
        assert_eq!(code(&invite(world, &mara, MARA, Role::Member).unwrap_err()), "user_exists");
        assert_eq!(code(&invite(world, &mara, "ben", Role::Member).unwrap_err()), "invalid");
        let ben = accept(world, &link).unwrap();
        assert_eq!(
            (ben.user.email.as_str(), ben.user.role.as_str()),
            ("Ben@North.example", "member")
        );
        assert_eq!(holder(world, ben.token()).as_deref(), Some("Ben@North.example"));
        assert_eq!(code(&accept(world, &link).unwrap_err()), "no_invitation");
        enter(world, "ben@north.example", "battery staple");
        let forbidden = invite(world, &ben.user, "eve@north.example", Role::Member).unwrap_err();
        assert_eq!(code(&forbidden), "forbidden");
        assert_eq!(noted(world, "invitation."), 2);
    });
}

#[test]
fn an_invitation_runs_out_is_renewed_and_taken_back() {
    on_both(|world| {
        let mara = enter(world, MARA, PASSWORD).user;
        let (id, first) = invite(world, &mara, "ben@north.example", Role::Admin).unwrap();
        world.clock.advance(Span::days(7));
        assert_eq!(code(&accept(world, &first).unwrap_err()), "no_invitation");
        let renew = |link: &'static str| {
            let (who, now) = (mara.clone(), world.now());
            world.db.write_blocking(move |tx| invitation::renew(tx, &who, id, link, now))
        };
        renew("second").unwrap();
        renew("third").unwrap();
        assert_eq!(code(&accept(world, "second").unwrap_err()), "no_invitation");
        let revoke = || {
            let (who, now) = (mara.clone(), world.now());
            world.db.write_blocking(move |tx| invitation::revoke(tx, &who, id, now))
        };
        revoke().unwrap();
        assert_eq!(code(&revoke().unwrap_err()), "missing");
        assert_eq!(code(&renew("fourth").unwrap_err()), "missing");
        assert_eq!(code(&accept(world, "third").unwrap_err()), "no_invitation");
    });
}

#[test]
fn links_are_not_tried_at_leisure() {
    on_both(|world| {
        let mara = enter(world, MARA, PASSWORD).user;
        let (_, link) = invite(world, &mara, "ben@north.example", Role::Member).unwrap();
        let look = |link: &str| at_once(invitation::look(&world.app, link, Peer::NOWHERE));
        for _ in 0..59 {
            assert_eq!(code(&look("guess").unwrap_err()), "no_invitation");
        }
        look(&link).unwrap();
        assert_eq!(
            code(&look("guess").unwrap_err()),
            "no_invitation",
            "a right one gives its try back"
        );
        assert_eq!(code(&look(&link).unwrap_err()), "too_many");
    });
}

#[test]
fn a_colleague_who_is_known_already_is_invited_as_the_same_user() {
    on_both(|world| {
        let mara = enter(world, MARA, PASSWORD).user;
        let now = world.now();
        let known = world
            .db
            .write_blocking(move |tx| {
                let operator = User::operator();
                crate::colleague::colleague(tx, &operator, "Ben", "ben@north.example", now)
            })
            .unwrap();
        let (_, link) = invite(world, &mara, "ben@north.example", Role::Admin).unwrap();
        let ben = accept(world, &link).unwrap().user;
        assert_eq!((ben.id, ben.role.as_str()), (known, "admin"));
    });
}

#[test]
fn a_service_user_signs_in_nowhere_and_speaks_by_tokens() {
    on_both(|world| {
        let mara = enter(world, MARA, PASSWORD).user;
        let now = world.now();
        let service = world
            .db
            .write_blocking(move |tx| {
                let service = create_service(tx, &mara, ("Web forms", Role::Member), now)?;
                let ask = NewToken {
                    user: service.email.clone(),
                    name: "forms".to_owned(),
                    scope: Scope::Read,
                    lasts: None,
                };
                token::create(tx, &mara, ask, "secret", now)?;
                Ok(service)
            })
            .unwrap();
        assert!(service.email.ends_with("@service.invalid"));
        assert_eq!(code(&knock(world, &service.email, "").unwrap_err()), "sign_in_failed");
        let email = service.email.clone();
        let give = CreateUser {
            email,
            name: String::new(),
            role: Role::Member,
            password: "battery staple".to_owned(),
        };
        let taken = at_once(create_user(&world.app, &User::operator(), give)).unwrap_err();
        assert_eq!(code(&taken), "user_exists");
    });
}

/// What a verb costs: hashes of passwords, and statements.
fn work(world: &World, verb: impl FnOnce()) -> (u64, u64) {
    let passwords = world.app.part::<Passwords>();
    let before = (passwords.hashes(), world.db.statements());
    verb();
    (passwords.hashes() - before.0, world.db.statements() - before.1)
}

#[test]
fn a_wrong_password_costs_the_same_whoever_is_asked_for() {
    on_both(|world| {
        let mara = enter(world, MARA, PASSWORD).user;
        let now = world.now();
        // Somebody whose role and sight take reading, somebody suspended, somebody who never came, a service, and nobody.
        world
            .db
            .write_blocking(move |tx| {
                let sees = crate::Sees::Team;
                let ask = crate::roster::RoleAsk {
                    changes: None,
                    name: "scout".to_owned(),
                    rights: crate::Rights::parse("people.read").unwrap(),
                    sees,
                    fields: crate::FieldRights::default(),
                };
                crate::roster::save_role(tx, &mara, ask, now)?;
                create_service(tx, &mara, ("Forms", Role::Member), now)?;
                crate::colleague::colleague(tx, &mara, "Cleo", "cleo@north.example", now)
            })
            .unwrap();
        for (email, role) in [("ben@north.example", "scout"), ("sus@north.example", "member")] {
            let role =
                world.db.read_blocking(move |tx| crate::roster::role_named(tx, role)).unwrap();
            let user = CreateUser {
                email: email.to_owned(),
                name: String::new(),
                role,
                password: PASSWORD.to_owned(),
            };
            at_once(create_user(&world.app, &User::operator(), user)).unwrap();
        }
        world
            .db
            .write_blocking(move |tx| {
                let change = crate::roster::UserChange {
                    suspended: Some(true),
                    ..crate::roster::UserChange::default()
                };
                crate::roster::change_user(tx, &User::operator(), "sus@north.example", change, now)
            })
            .unwrap();
        let wrong = |email: &str| {
            work(world, || {
                assert_eq!(code(&knock(world, email, "wrong").unwrap_err()), "sign_in_failed");
            })
        };
        let known = wrong(MARA);
        assert_eq!(known.0, 1, "a hash is computed");
        for email in [
            "ben@north.example",
            "sus@north.example",
            "cleo@north.example",
            "nobody@north.example",
            "",
        ] {
            assert_eq!(wrong(email), known, "{email:?}");
        }
        // The right password of whoever is suspended tells nothing either.
        let right = work(world, || {
            let refused = knock(world, "sus@north.example", PASSWORD).unwrap_err();
            assert_eq!(code(&refused), "sign_in_failed");
        });
        assert_eq!(right, known);
        // Whoever has to wait waits, and nothing is hashed, known or not.
        let waits = |email: &str| {
            for _ in 0..5 {
                let _refused = knock(world, email, "wrong");
            }
            work(world, || assert_eq!(code(&knock(world, email, "wrong").unwrap_err()), "too_many"))
        };
        world.clock.advance(Span::minutes(11));
        let known = waits(MARA);
        assert_eq!(known.0, 0);
        assert_eq!(waits("nobody@north.example"), known);
    });
}
