//! Who may do what, through every mouth: each route, each call and each command is classified here, and a test walks
//! all of them as every role, as a program, and as nobody.
//!
//! Whoever adds a route or a command adds its line to [`table`]; the walk fails until then.

mod commands;
mod mouths;
mod table;
mod walk;
mod world;

use team::Right;

/// Whom a door lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Whoever asks.
    Nothing,
    /// Whoever is known, whatever their role; what they see there is their own.
    Known,
    /// Whoever has the right.
    Right(Right),
    /// Nobody whom this program knows: it asks for a secret of its own.
    Secret,
}

/// By what somebody is known there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// By the session of a browser.
    Session,
    /// By a token.
    Token,
}

/// A route and whom it lets in.
#[derive(Clone, Copy, Debug)]
struct Door {
    /// `GET /people/{person}`, as it is mounted.
    at: &'static str,
    need: Need,
    by: Known,
    /// What is sent: a form, or JSON if it begins so.
    body: &'static str,
    /// Whether it ends the session.
    ends: bool,
}

const fn door(at: &'static str, need: Need, by: Known) -> Door {
    Door { at, need, by, body: "", ends: false }
}

/// Whoever asks may have it.
const fn open(at: &'static str) -> Door {
    door(at, Need::Nothing, Known::Session)
}

/// A page, or what a page asks for, of whoever is signed in.
const fn own(at: &'static str) -> Door {
    door(at, Need::Known, Known::Session)
}

/// A page, or what a page asks for, of whoever has the right.
const fn page(at: &'static str, right: Right) -> Door {
    door(at, Need::Right(right), Known::Session)
}

/// Every door: those of the table, and the calls of the API, which say themselves what right they need.
fn doors() -> Vec<Door> {
    let mut doors = table::DOORS.to_vec();
    for (at, right, body) in crate::http::api::each() {
        // They are wanted as long as the test runs.
        let (at, body) = (String::leak(at), String::leak(body));
        doors.push(Door { body, ..door(at, Need::Right(right), Known::Token) });
    }
    doors
}

impl Door {
    /// What is to be sent, so that it is the right that is asked first.
    const fn sends(self, body: &'static str) -> Door {
        Door { body, ..self }
    }

    /// That whoever passes is signed out.
    const fn ends(self) -> Door {
        Door { ends: true, ..self }
    }

    fn method(self) -> &'static str {
        self.at.split(' ').next().unwrap_or_default()
    }

    fn path(self) -> &'static str {
        self.at.split(' ').nth(1).unwrap_or_default()
    }

    /// Whether a person or a company stands in its address.
    fn is_of_somebody(self) -> bool {
        ["{person}", "{who}", "{company}"].iter().any(|name| self.path().contains(name))
    }
}
