//! What happens at the door, told in the words that people read.

use std::collections::HashMap;
use std::future::Future;

use axum::http::{HeaderMap, header};
use moment::Span;
use platform::clock::Clock;
use platform::db::Tx;
use platform::failure::Failure;
use platform::harness::{World, both, equal_schemas, every_statement_prepares};

use crate::create_user::{CreateUser, create_user};
use crate::origin::Peer;
use crate::password::{Passwords, Strength};
use crate::role::{Right, Role};
use crate::second::Entry;
use crate::set_up::{SetUp, set_up};
use crate::sign_in::{SignIn, sign_in};
use crate::sign_out::sign_out;
use crate::token::{self, NewToken, Scope};
use crate::user::{User, UserId};
use crate::{SignedIn, session, slice};

/// Tells a story on both databases. A line is something that happens; `->` is what must hold then.
///
/// ```text
/// ADDRESS sets up "WORKSPACE" with "PASSWORD"
/// ADDRESS signs in with "PASSWORD" [from NETWORK] [keeping it] [in BROWSER]
/// BROWSER signs out
/// BROWSER reads a page
/// ADDRESS makes ADDRESS a ROLE with "PASSWORD"
/// N minutes|hours|days pass
/// ```
fn check(story: &str) {
    both(&[slice()], |world| {
        let mut teller = Teller::new(world);
        let lines = story.lines().map(str::trim).filter(|line| !line.is_empty());
        for line in lines {
            match line.strip_prefix("-> ") {
                Some(expected) => assert_eq!(teller.outcome, expected, "in:{story}"),
                None => teller.outcome = at_once(teller.tell(line)),
            }
        }
    });
}

pub(crate) fn at_once<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

struct Teller<'a> {
    world: &'a World,
    /// The token in each browser.
    browsers: HashMap<String, String>,
    outcome: String,
}

impl<'a> Teller<'a> {
    fn new(world: &'a World) -> Teller<'a> {
        let passwords = Passwords::new(Strength::Test);
        let _app = world.app.clone().with_part(passwords);
        Teller { world, browsers: HashMap::new(), outcome: String::new() }
    }

    async fn tell(&mut self, line: &str) -> String {
        let app = &self.world.app;
        let quoted: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let words: Vec<&str> = line.split_whitespace().collect();
        let after = |word: &str| {
            words.iter().position(|found| *found == word).and_then(|at| words.get(at + 1)).copied()
        };
        // The last "in" names the browser, unless it is that of "signs in".
        let named = words.iter().rposition(|word| *word == "in").filter(|at| *at > 2);
        let browser = named.and_then(|at| words.get(at + 1)).map_or("a", |name| *name).to_owned();
        match words[..] {
            [who, "sets", "up", ..] => {
                let asked = SetUp {
                    workspace: quoted[0].to_owned(),
                    zone: "Europe/Berlin".to_owned(),
                    name: "Mara Lind".to_owned(),
                    email: who.to_owned(),
                    password: quoted[1].to_owned(),
                };
                let result = set_up(app, asked, "a browser", None).await;
                self.enter(&browser, result)
            }
            [who, "signs", "in", ..] => {
                let asked = SignIn {
                    email: who.to_owned(),
                    password: quoted[0].to_owned(),
                    keep: words.contains(&"keeping"),
                    device: "a browser".to_owned(),
                };
                let network =
                    after("from").map_or(Peer::NOWHERE, |text| Peer(text.parse().unwrap()));
                let before = self.browsers.get(&browser).cloned();
                match sign_in(app, asked, network, before.as_deref()).await {
                    Ok(Entry::In(signed_in)) => self.enter(&browser, Ok(signed_in)),
                    Ok(Entry::Second(_)) => "must show a code".to_owned(),
                    Ok(Entry::Enrol(_)) => "must get a second factor".to_owned(),
                    Err(failure) => failed(&failure),
                }
            }
            [browser, "signs", "out"] => {
                sign_out(app, self.browsers.get(browser).map(String::as_str)).await.unwrap();
                "signed out".to_owned()
            }
            [browser, "is", "given", "the", "token", token] => {
                self.browsers.insert(browser.to_owned(), token.to_owned());
                String::new()
            }
            [browser, "reads", "a", "page"] => {
                let token = self.browsers.get(browser).map_or("none", String::as_str);
                match session::holder(app, token).await.unwrap() {
                    Some(user) => format!("is {} ({})", user.email, user.role),
                    None => "is nobody".to_owned(),
                }
            }
            [who, "makes", email, "a", role, ..] => {
                let who = self.user(who).await;
                let asked = CreateUser {
                    email: email.to_owned(),
                    name: String::new(),
                    role: role.parse().unwrap(),
                    password: quoted[0].to_owned(),
                };
                match create_user(app, &who, asked).await {
                    Ok(user) => format!("made {}", user.name),
                    Err(failure) => failed(&failure),
                }
            }
            [count, unit, "pass"] => {
                let count: i64 = count.parse().unwrap();
                let span = match unit {
                    "minutes" => Span::minutes(count),
                    "hours" => Span::hours(count),
                    "days" => Span::days(count),
                    _ => panic!("no unit: {unit}"),
                };
                self.world.clock.advance(span);
                String::new()
            }
            _ => panic!("not a line of a story: {line}"),
        }
    }

    fn enter(&mut self, browser: &str, result: Result<SignedIn, Failure>) -> String {
        match result {
            Ok(signed_in) => {
                let outcome =
                    format!("signed in as {} ({})", signed_in.user.email, signed_in.user.role);
                self.browsers.insert(browser.to_owned(), signed_in.token().to_owned());
                outcome
            }
            Err(failure) => failed(&failure),
        }
    }

    async fn user(&self, email: &str) -> User {
        if email == "operator" {
            return User::operator();
        }
        let key = email.to_owned();
        let found =
            self.world.db.read(move |tx| crate::store::find_password(tx, &key)).await.unwrap();
        found.unwrap().0
    }
}

fn failed(failure: &Failure) -> String {
    match failure {
        Failure::Refused { code, words } => format!("refused ({code}): {words}"),
        Failure::TooMany { retry_after_s } => format!("must wait {retry_after_s} s"),
        other => format!("failed: {other}"),
    }
}

#[test]
fn the_first_run_makes_one_owner() {
    check(
        r#"
        mara@north.example sets up "North" with "correct horse"
        -> signed in as mara@north.example (owner)
        a reads a page
        -> is mara@north.example (owner)
        ben@north.example sets up "South" with "battery staple"
        -> refused (is_set_up): This workspace has an owner already. Sign in instead.
        "#,
    );
}

#[test]
fn a_user_made_at_the_command_line_ends_the_first_run_too() {
    check(
        r#"
        operator makes mara@north.example a owner with "correct horse"
        -> made mara
        ben@north.example sets up "South" with "battery staple"
        -> refused (is_set_up): This workspace has an owner already. Sign in instead.
        mara@north.example signs in with "correct horse"
        -> signed in as mara@north.example (owner)
        "#,
    );
}

#[test]
fn what_cannot_be_is_said_field_by_field() {
    check(
        r#"
        mara sets up " " with "password"
        -> failed: workspace: is empty; email: is no address: write it like ann@north.example; password: is one of the first that anybody would try: take another
        "#,
    );
}

#[test]
fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    check(
        r#"
        mara@north.example sets up "North" with "correct horse"
        MARA@North.Example signs in with "correct horse"
        -> signed in as mara@north.example (owner)
        mara@north.example signs in with "wrong"
        -> refused (sign_in_failed): That did not match. Check the address and the password. Four tries are left, then a pause of 10 minutes.
        nobody@north.example signs in with "wrong"
        -> refused (sign_in_failed): That did not match. Check the address and the password. Four tries are left, then a pause of 10 minutes.
        nobody@north.example signs in with ""
        -> refused (sign_in_failed): That did not match. Check the address and the password. Three tries are left, then a pause of 10 minutes.
        "#,
    );
}

#[test]
fn after_five_wrong_tries_there_is_a_pause_for_that_network() {
    check(
        r#"
        mara@north.example sets up "North" with "correct horse"
        mara@north.example signs in with "wrong 1" from 203.0.113.7
        mara@north.example signs in with "wrong 2" from 203.0.113.8
        mara@north.example signs in with "wrong 3" from 203.0.113.9
        mara@north.example signs in with "wrong 4" from 203.0.113.7
        8 minutes pass
        mara@north.example signs in with "wrong 5" from 203.0.113.7
        -> refused (sign_in_failed): That did not match. Check the address and the password. No try is left, then a pause of 10 minutes.
        4 minutes pass
        mara@north.example signs in with "correct horse" from 203.0.113.7
        -> must wait 360 s
        mara@north.example signs in with "correct horse" from 198.51.100.1
        -> signed in as mara@north.example (owner)
        6 minutes pass
        mara@north.example signs in with "correct horse" from 203.0.113.7
        -> signed in as mara@north.example (owner)
        mara@north.example signs in with "wrong" from 203.0.113.7
        -> refused (sign_in_failed): That did not match. Check the address and the password. Four tries are left, then a pause of 10 minutes.
        "#,
    );
}

#[test]
fn an_address_pauses_after_twenty_tries_from_everywhere() {
    let mut story = String::from("mara@north.example sets up \"North\" with \"correct horse\"\n");
    for network in 1..=20 {
        story.push_str(&format!(
            "mara@north.example signs in with \"wrong\" from 10.0.{network}.1\n"
        ));
    }
    story.push_str(
        "mara@north.example signs in with \"correct horse\" from 10.0.99.1\n-> must wait 600 s\n\
         10 minutes pass\nmara@north.example signs in with \"correct horse\" from 10.0.99.1\n\
         -> signed in as mara@north.example (owner)\n",
    );
    check(&story);
}

#[test]
fn a_network_pauses_after_sixty_tries_at_any_address() {
    let mut story = String::from("mara@north.example sets up \"North\" with \"correct horse\"\n");
    for guess in 1..=60 {
        story.push_str(&format!(
            "user{guess}@north.example signs in with \"wrong\" from 10.0.0.{guess}\n"
        ));
    }
    story.push_str(
        "mara@north.example signs in with \"correct horse\" from 10.0.0.200\n-> must wait 600 s\n\
         mara@north.example signs in with \"correct horse\" from 10.0.1.200\n\
         -> signed in as mara@north.example (owner)\n",
    );
    check(&story);
}

#[test]
fn a_session_ends_when_it_should() {
    check(
        r#"
        mara@north.example sets up "North" with "correct horse"
        mara@north.example signs in with "correct horse" in office
        mara@north.example signs in with "correct horse" keeping it in phone
        29 minutes pass
        office reads a page
        -> is mara@north.example (owner)
        30 minutes pass
        office reads a page
        -> is nobody
        13 days pass
        phone reads a page
        -> is mara@north.example (owner)
        13 days pass
        phone reads a page
        -> is mara@north.example (owner)
        4 days pass
        phone reads a page
        -> is nobody
        mara@north.example signs in with "correct horse" keeping it in phone
        14 days pass
        phone reads a page
        -> is nobody
        mara@north.example signs in with "correct horse" in phone
        phone signs out
        phone reads a page
        -> is nobody
        "#,
    );
}

#[test]
fn a_session_ends_after_half_a_day_though_it_is_used() {
    let used = "25 minutes pass\noffice reads a page\n-> is mara@north.example (owner)\n";
    let begun = "mara@north.example sets up \"North\" with \"correct horse\"\n\
        mara@north.example signs in with \"correct horse\" in office\n";
    check(&format!(
        "{begun}{}20 minutes pass\noffice reads a page\n-> is nobody\n",
        used.repeat(28)
    ));
}

#[test]
fn a_planted_token_never_becomes_a_session() {
    check(
        r#"
        mara@north.example sets up "North" with "correct horse"
        victim is given the token planted
        mara@north.example signs in with "correct horse" in victim
        attacker is given the token planted
        attacker reads a page
        -> is nobody
        victim reads a page
        -> is mara@north.example (owner)
        "#,
    );
}

#[test]
fn nobody_gives_rights_that_they_lack() {
    check(
        r#"
        mara@north.example sets up "North" with "correct horse"
        mara@north.example makes ada@north.example a admin with "correct horse"
        -> made ada
        ada@north.example makes ben@north.example a member with "correct horse"
        -> made ben
        ada@north.example makes eve@north.example a owner with "correct horse"
        -> failed: you may not do this
        ben@north.example makes eve@north.example a member with "correct horse"
        -> failed: you may not do this
        mara@north.example makes ADA@north.example a member with "correct horse"
        -> refused (user_exists): Somebody signs in with ADA@north.example already.
        "#,
    );
}

#[test]
fn of_two_who_set_up_at_once_one_succeeds() {
    both(&[slice()], |world| {
        let _teller = Teller::new(world);
        let attempt = |name: &str| {
            let asked = SetUp {
                workspace: name.to_owned(),
                zone: String::new(),
                name: name.to_owned(),
                email: format!("{name}@north.example"),
                password: "correct horse".to_owned(),
            };
            let app = world.app.clone();
            move || at_once(async move { set_up(&app, asked, "a browser", None).await })
        };
        let results = std::thread::scope(|scope| {
            let attempts: Vec<_> =
                ["ann", "ben", "cat", "dan"].map(|name| scope.spawn(attempt(name))).into();
            attempts.into_iter().map(|attempt| attempt.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for failure in results.iter().filter_map(|result| result.as_ref().err()) {
            assert!(matches!(failure, Failure::Refused { code: "is_set_up", .. }), "{failure}");
        }
    });
}

#[test]
fn guesses_at_once_are_all_counted() {
    both(&[slice()], |world| {
        let _teller = Teller::new(world);
        let guess = || {
            let app = world.app.clone();
            let asked = SignIn {
                email: "a@b.example".into(),
                password: "x".into(),
                keep: false,
                device: String::new(),
            };
            move || at_once(async move { sign_in(&app, asked, Peer::NOWHERE, None).await })
        };
        let looked_at = std::thread::scope(|scope| {
            let guesses: Vec<_> = (0..12).map(|_| scope.spawn(guess())).collect();
            let results = guesses.into_iter().map(|guess| guess.join().unwrap());
            results.filter(|result| matches!(result, Err(Failure::Refused { .. }))).count()
        });
        assert_eq!(looked_at, 5, "the others had to wait");
    });
}

#[test]
fn a_token_makes_none_that_may_more_or_lasts_longer() {
    both(&[slice()], |world| {
        let _app = world.app.clone().with_part(Passwords::new(Strength::Test));
        let made = CreateUser {
            email: "mara@north.example".to_owned(),
            name: String::new(),
            role: Role::Viewer,
            password: "correct horse".to_owned(),
        };
        at_once(create_user(&world.app, &User::operator(), made)).unwrap();
        let make = |who: &User, scope: &str, lasts: Option<Span>| {
            let ask = NewToken { scope: scope.parse().unwrap(), lasts, ..ask_for("forms") };
            let (who, secret, now) = (who.clone(), token::secret(&world.app), world.clock.now());
            world.db.write_blocking(move |tx| token::create(tx, &who, ask.clone(), &secret, now))
        };
        let shows = |token: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
            let hash = token::shown(&headers)?;
            at_once(token::look(&world.app, hash)).unwrap()
        };
        let operator = User::operator();
        let (month, _) =
            make(&operator, "people.read, definitions.read", Some(Span::days(30))).unwrap();
        let who = shows(&month).unwrap();
        assert!(who.can(Right::ReadPeople) && !who.can(Right::ReadAudit));

        // All that its user may is no more today, and may be more tomorrow.
        for wider in ["write", "read", "people.read people.edit"] {
            assert!(matches!(make(&who, wider, None), Err(Failure::Forbidden)), "{wider}");
        }
        let refused = make(&who, "people.read", Some(Span::days(31))).unwrap_err();
        assert!(matches!(&refused, Failure::Refused { code: "outlives", .. }), "{refused}");
        assert!(refused.to_string().contains("ends 2026-07-30"), "{refused}");
        let (_, short) = make(&who, "people.read", Some(Span::days(7))).unwrap();
        assert_eq!(short.scope.to_string(), "people.read");
        let (narrow, unsaid) = make(&who, "people.read", None).unwrap();
        assert_eq!(unsaid.expires_at, who.until, "unless said it ends with the one that made it");
        assert!(!shows(&narrow).unwrap().can(Right::ReadDefinitions));
        world.clock.advance(Span::days(30));
        assert_eq!((shows(&month), shows(&narrow)), (None, None));
    });
}

#[test]
fn the_tables_are_the_same_on_both_databases() {
    every_statement_prepares(&[slice()]);
    equal_schemas(&[slice()]);
}

#[test]
fn a_token_lets_in_whoever_shows_it_and_no_further_than_it_says() {
    both(&[slice()], |world| {
        let _app = world.app.clone().with_part(Passwords::new(Strength::Test));
        let made = CreateUser {
            email: "mara@north.example".to_owned(),
            name: String::new(),
            role: Role::Owner,
            password: "correct horse".to_owned(),
        };
        at_once(create_user(&world.app, &User::operator(), made)).unwrap();
        let make = |who: User, scope: Scope, lasts: Option<Span>| {
            let ask = NewToken {
                user: "Mara@north.example".to_owned(),
                name: " forms ".to_owned(),
                scope,
                lasts,
            };
            let (secret, now) = (token::secret(&world.app), world.clock.now());
            world.db.write_blocking(move |tx| token::create(tx, &who, ask.clone(), &secret, now))
        };
        let shows = |text: String| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, text.parse().unwrap());
            let hash = token::shown(&headers)?;
            at_once(token::look(&world.app, hash)).unwrap()
        };
        let tokens = || world.db.read_blocking(|tx| token::tokens(tx, &User::operator())).unwrap();

        let (all, row) = make(User::operator(), Scope::Write, None).unwrap();
        assert_eq!((row.name.as_str(), row.user.as_str()), ("forms", "mara@north.example"));
        let mara = shows(format!("Bearer {all}")).unwrap();
        assert!(mara.can(Right::ManageWorkspace) && mara.can(Right::EditPeople));
        assert_eq!(tokens()[0].last_used_at, Some(world.clock.now()));
        let (reads, _) = make(mara.clone(), Scope::Read, Some(Span::days(1))).unwrap();
        let reader = shows(format!("bearer {reads}")).unwrap();
        assert!(reader.can(Right::ReadPeople) && !reader.can(Right::EditPeople));
        assert!(!reader.can(Right::ManageTeam) && !reader.can(Right::ImportPeople));
        assert!(matches!(make(reader, Scope::Write, None), Err(Failure::Forbidden)));
        let member = User { id: UserId(99), role: Role::Member, ..User::operator() };
        assert!(matches!(make(member, Scope::Read, None), Err(Failure::Forbidden)));

        for text in ["Bearer sluice_wrong".to_owned(), format!("Basic {all}"), all.clone()] {
            assert_eq!(shows(text.clone()), None, "{text}");
        }
        world.clock.advance(Span::days(1));
        assert_eq!(shows(format!("Bearer {reads}")), None, "its day is over");
        let revoke = |id: i64| {
            let now = world.clock.now();
            world.db.write_blocking(move |tx| token::revoke(tx, &User::operator(), id, now))
        };
        revoke(row.id).unwrap();
        revoke(row.id).unwrap();
        assert_eq!(shows(format!("Bearer {all}")), None, "it was revoked");
        assert!(revoke(7).unwrap_err().to_string().contains("there is no token"));
        assert_eq!(tokens().len(), 2, "what opened something once stays listed");
        let nobody = NewToken { user: "x@y.example".to_owned(), ..ask_for("a") };
        assert!(matches!(refused(world, nobody), Failure::Missing { .. }));
        assert!(matches!(refused(world, ask_for(" ")), Failure::Invalid(_)));
    });
}

fn ask_for(name: &str) -> NewToken {
    let (user, name) = ("mara@north.example".to_owned(), name.to_owned());
    NewToken { user, name, scope: Scope::Write, lasts: None }
}

fn refused(world: &World, ask: NewToken) -> Failure {
    let now = world.clock.now();
    let create =
        move |tx: &mut Tx| token::create(tx, &User::operator(), ask.clone(), "x", now).map(drop);
    world.db.write_blocking(create).unwrap_err()
}
