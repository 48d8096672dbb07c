//! What is demanded, through every door.

use std::future::Future;

use moment::Span;
use platform::clock::Clock as _;
use platform::harness::{World, both};

use super::*;
use crate::create_user::{CreateUser, create_user};
use crate::invitation::{self, Accept};
use crate::origin::Peer;
use crate::password::{Passwords, Strength};
use crate::roster::{UserChange, change_user};
use crate::second::{Entry, Knocker, Taken, enrol, look, totp};
use crate::session::{self, SignedIn};
use crate::sign_in::{SignIn, sign_in};
use crate::slice;

const PASSWORD: &str = "correct horse";

fn at_once<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

/// Mara owns the workspace, Ben is a member.
fn on_both(test: impl Fn(&World)) {
    both(&[slice()], |world| {
        let _app = world.app.clone().with_part(Passwords::new(Strength::Test));
        for (email, role) in
            [("mara@north.example", Role::Owner), ("ben@north.example", Role::Member)]
        {
            let user = CreateUser {
                email: email.to_owned(),
                name: String::new(),
                role,
                password: PASSWORD.to_owned(),
            };
            at_once(create_user(&world.app, &User::operator(), user)).unwrap();
        }
        test(world);
    });
}

fn knock(world: &World, email: &str) -> Entry {
    let ask = SignIn {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        keep: true,
        device: "Firefox on Linux".to_owned(),
    };
    at_once(sign_in(&world.app, ask, Peer::NOWHERE, None)).unwrap()
}

fn enter(world: &World, email: &str) -> SignedIn {
    match knock(world, email) {
        Entry::In(signed_in) => signed_in,
        Entry::Second(_) | Entry::Enrol(_) => panic!("more is asked for"),
    }
}

fn is_on(world: &World, signed_in: &SignedIn) -> bool {
    at_once(session::holder(&world.app, signed_in.token())).unwrap().is_some()
}

fn asks(world: &World, who: &User, of: &[&str]) -> Result<u64, Failure> {
    let (who, now) = (who.clone(), world.now());
    let of: Vec<String> = of.iter().map(|&role| role.to_owned()).collect();
    world.db.write_blocking(move |tx| demand(tx, &who, &of, now))
}

fn code(failure: &Failure) -> &str {
    match failure {
        Failure::Refused { code, .. } => code,
        Failure::Forbidden => "forbidden",
        Failure::SignIn => "sign_in",
        Failure::Invalid(_) => "invalid",
        _ => "other",
    }
}

fn knocker() -> Knocker {
    Knocker { peer: Peer::NOWHERE, device: "Firefox on Linux".to_owned(), replaces: None }
}

/// The code that the app shows that has the secret of this step.
fn shown(world: &World, step: &str) -> String {
    let (token, now) = (step.to_owned(), world.now());
    let secret = world.db.read_blocking(move |tx| Ok(look(tx, &token, now)?.offer.secret)).unwrap();
    totp::code(&crate::opened::unbase32(&secret), totp::step_of(now))
}

fn enrols(world: &World, step: &str, code: &str) -> Result<(SignedIn, Vec<String>), Failure> {
    at_once(enrol(&world.app, step, Taken::App(code.to_owned()), knocker()))
}

#[test]
fn whoever_must_have_a_second_factor_gets_one_at_the_door() {
    on_both(|world| {
        let ben = enter(world, "ben@north.example");
        assert_eq!(asks(world, &User::operator(), &["member"]).unwrap(), 1, "Ben is signed out");
        assert!(!is_on(world, &ben));
        let Entry::Enrol(step) = knock(world, "ben@north.example") else {
            panic!("one is demanded")
        };
        assert!(
            at_once(session::holder(&world.app, &step)).unwrap().is_none(),
            "half a door opens nothing"
        );
        assert_eq!(code(&enrols(world, &step, "000000").unwrap_err()), "invalid");
        assert_eq!(code(&enrols(world, "another", "000000").unwrap_err()), "sign_in");
        let (signed_in, codes) = enrols(world, &step, &shown(world, &step)).unwrap();
        assert_eq!(codes.len(), 10);
        assert!(is_on(world, &signed_in));
        assert_eq!(
            code(&enrols(world, &step, "000000").unwrap_err()),
            "sign_in",
            "a step serves once"
        );
        assert!(
            matches!(knock(world, "ben@north.example"), Entry::Second(_)),
            "from then on it is asked for"
        );
        enter(world, "mara@north.example");
    });
}

#[test]
fn of_two_windows_at_one_door_one_gets_in() {
    on_both(|world| {
        asks(world, &User::operator(), &["everybody"]).unwrap();
        let steps = [(); 2].map(|()| match knock(world, "ben@north.example") {
            Entry::Enrol(step) => step,
            other => panic!("{other:?}"),
        });
        let codes = [shown(world, &steps[0]), shown(world, &steps[1])];
        enrols(world, &steps[0], &codes[0]).unwrap();
        assert_eq!(code(&enrols(world, &steps[1], &codes[1]).unwrap_err()), "sign_in");
    });
}

#[test]
fn nobody_asks_of_others_what_would_sign_them_out_themselves() {
    on_both(|world| {
        let (mara, ben) = (enter(world, "mara@north.example"), enter(world, "ben@north.example"));
        assert_eq!(code(&asks(world, &ben.user, &[]).unwrap_err()), "forbidden");
        assert_eq!(code(&asks(world, &mara.user, &["everybody"]).unwrap_err()), "second_first");
        assert_eq!(code(&asks(world, &mara.user, &["boss"]).unwrap_err()), "no_role");
        assert!(is_on(world, &mara) && is_on(world, &ben), "what was refused has done nothing");
        asks(world, &mara.user, &["member", "Viewer"]).unwrap();
        let told = world.db.read_blocking(|tx| demands(tx, &User::operator())).unwrap();
        assert_eq!(told.of, ["member", "viewer"]);
        assert_eq!((told.demanded(), told.have(), told.users.len()), (1, 0, 2));
        asks(world, &mara.user, &[]).unwrap();
        enter(world, "ben@north.example");
    });
}

#[test]
fn another_role_and_an_invitation_ask_it_too() {
    on_both(|world| {
        asks(world, &User::operator(), &["admin"]).unwrap();
        let ben = enter(world, "ben@north.example");
        let promote = |role: &'static str| {
            let (now, change) =
                (world.now(), UserChange { role: Some(role.to_owned()), ..UserChange::default() });
            world.db.write_blocking(move |tx| {
                change_user(tx, &User::operator(), "ben@north.example", change, now)
            })
        };
        promote("manager").unwrap();
        assert!(is_on(world, &ben));
        promote("admin").unwrap();
        assert!(!is_on(world, &ben), "an admin must have a second factor");
        assert!(matches!(knock(world, "ben@north.example"), Entry::Enrol(_)));

        let (now, link) = (world.clock.now(), world.app.dice.token());
        let token = link.clone();
        world
            .db
            .write_blocking(move |tx| {
                let for_whom = ("ines@north.example", Role::Admin);
                invitation::invite(tx, &User::operator(), for_whom, &token, now)
            })
            .unwrap();
        let ask = Accept {
            name: "Ines".to_owned(),
            password: PASSWORD.to_owned(),
            device: "Safari on iPhone".to_owned(),
        };
        let accepted = at_once(invitation::accept(&world.app, &link, ask, Peer::NOWHERE, None));
        let Entry::Enrol(step) = accepted.unwrap() else { panic!("one is demanded") };
        assert!(enrols(world, &step, &shown(world, &step)).is_ok());
    });
}

#[test]
fn the_last_one_stays_while_it_is_demanded_and_is_taken_away_from_whoever_lost_it() {
    on_both(|world| {
        asks(world, &User::operator(), &["everybody"]).unwrap();
        let Entry::Enrol(step) = knock(world, "ben@north.example") else {
            panic!("one is demanded")
        };
        let (ben, codes) = enrols(world, &step, &shown(world, &step)).unwrap();
        let (who, token, now) = (ben.user.clone(), ben.token().to_owned(), world.now());
        let refused = world.db.write_blocking(move |tx| second::remove(tx, &who, &token, now));
        assert_eq!(code(&refused.unwrap_err()), "second_is_demanded");
        assert!(matches!(knock(world, "ben@north.example"), Entry::Second(_)), "it is still there");

        let who = ben.user.clone();
        let by_themselves =
            world.db.write_blocking(move |tx| forget(tx, &who, "ben@north.example", now));
        assert_eq!(code(&by_themselves.unwrap_err()), "forbidden");
        world
            .db
            .write_blocking(move |tx| forget(tx, &User::operator(), "ben@north.example", now))
            .unwrap();
        assert!(!is_on(world, &ben));
        let Entry::Enrol(step) = knock(world, "ben@north.example") else { panic!("anew") };
        world.clock.advance(Span::minutes(1));
        let by_old_code = at_once(second::enter(&world.app, (&step, &codes[0]), knocker()));
        assert_eq!(code(&by_old_code.unwrap_err()), "sign_in");
    });
}
