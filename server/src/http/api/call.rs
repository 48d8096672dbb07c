//! Calls: what can be asked of the program, each with what it takes, gives and needs. The router and the description
//! are both made of them.

use std::future::Future;
use std::pin::Pin;

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::Value;
use team::Right;

use super::ask::Ask;
use super::given::Given;
use super::shape::{Shape, text_of};

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Below `/api/v1`.
    pub(super) path: &'static str,
    /// Its name for programs that are made from the description.
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) more: &'static str,
    /// What whoever calls must be allowed; the verb asks for it, too.
    pub(super) right: Right,
    /// Parts of the path, in its order.
    pub(super) parts: Vec<Param>,
    pub(super) query: Vec<Param>,
    pub(super) takes: Takes,
    pub(super) gives: Vec<(u16, &'static str, Gives)>,
    /// Statuses of problems beside those that every call may have.
    pub(super) refuses: Vec<u16>,
    /// Whether what it gives has a tag, and what it changes is changed only if the tag is still the same.
    pub(super) is_tagged: bool,
    /// Whether what it gives is told once and kept nowhere.
    pub(super) is_secret: bool,
    pub(super) by: By,
    /// What answers whoever shows no token, where they are not simply refused.
    pub(super) without_token: Option<fn(App, Request) -> Open>,
}

/// A part of the path or of the query.
#[derive(Clone, Debug)]
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
}

/// What a call takes in its body.
#[derive(Clone, Debug)]
pub(super) enum Takes {
    Nothing,
    /// JSON of that shape, and an example of it.
    Json(Box<Shape>, Value),
    /// A file as it is.
    File,
}

/// What a call gives in its body.
#[derive(Clone, Debug)]
pub(super) enum Gives {
    Nothing,
    Json(Box<Shape>),
    /// A file in one of these media types, sent while it is read.
    File(&'static [&'static str]),
}

pub(super) type Waiting = Pin<Box<dyn Future<Output = Result<Given, Failure>> + Send>>;
pub(super) type Open = Pin<Box<dyn Future<Output = Response> + Send>>;
pub(super) type Sending = Pin<Box<dyn Future<Output = Result<Response, Failure>> + Send>>;

/// Who does it.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// A verb that only reads.
    Reading(fn(&mut Tx, &Ask) -> Result<Given, Failure>),
    /// A verb that may write.
    Writing(fn(&mut Tx, &Ask) -> Result<Given, Failure>),
    /// One that waits for more than the database.
    Waiting(fn(App, Ask) -> Waiting),
    /// One that sends a file.
    Sending(fn(App, Ask) -> Sending),
}

fn call(method: Method, path: &'static str, id: &'static str, summary: &'static str) -> Call {
    Call {
        method,
        path,
        id,
        summary,
        more: "",
        right: Right::ReadPeople,
        parts: Vec::new(),
        query: Vec::new(),
        takes: Takes::Nothing,
        gives: Vec::new(),
        refuses: Vec::new(),
        is_tagged: false,
        is_secret: false,
        by: By::Reading(|_, _| Ok(Given::nothing())),
        without_token: None,
    }
}

/// A call that asks.
pub(super) fn get(path: &'static str, id: &'static str, summary: &'static str) -> Call {
    call(Method::GET, path, id, summary)
}

/// A call that tells or does something.
pub(super) fn post(path: &'static str, id: &'static str, summary: &'static str) -> Call {
    call(Method::POST, path, id, summary)
}

/// A call that changes something.
pub(super) fn patch(path: &'static str, id: &'static str, summary: &'static str) -> Call {
    call(Method::PATCH, path, id, summary)
}

/// A call that takes something away.
pub(super) fn delete(path: &'static str, id: &'static str, summary: &'static str) -> Call {
    call(Method::DELETE, path, id, summary)
}

impl Call {
    pub(super) fn more(mut self, words: &'static str) -> Call {
        self.more = words;
        self
    }

    pub(super) fn right(mut self, right: Right) -> Call {
        self.right = right;
        self
    }

    /// A part of the path, in its order.
    pub(super) fn at(mut self, name: &'static str, shape: Shape) -> Call {
        self.parts.push(Param { name, shape });
        self
    }

    /// A part of the query.
    pub(super) fn ask(mut self, name: &'static str, shape: Shape) -> Call {
        self.query.push(Param { name, shape });
        self
    }

    /// The lens to look through.
    pub(super) fn lens(self) -> Call {
        let says = "The lens to look through, by its name; the main one unless said.";
        self.ask("lens", text_of(1, 100).says(says).example("Shared")).refuses(&[404])
    }

    pub(super) fn takes(mut self, shape: Shape, example: Value) -> Call {
        self.takes = Takes::Json(Box::new(shape), example);
        self
    }

    pub(super) fn takes_a_file(mut self) -> Call {
        self.takes = Takes::File;
        self
    }

    pub(super) fn gives(mut self, status: u16, words: &'static str, shape: Shape) -> Call {
        self.gives.push((status, words, Gives::Json(Box::new(shape))));
        self
    }

    pub(super) fn gives_nothing(mut self, words: &'static str) -> Call {
        self.gives.push((204, words, Gives::Nothing));
        self
    }

    pub(super) fn gives_a_file(
        mut self,
        words: &'static str,
        kinds: &'static [&'static str],
    ) -> Call {
        self.gives.push((200, words, Gives::File(kinds)));
        self
    }

    pub(super) fn sends(mut self, verb: fn(App, Ask) -> Sending) -> Call {
        self.by = By::Sending(verb);
        self
    }

    pub(super) fn refuses(mut self, statuses: &[u16]) -> Call {
        self.refuses.extend(statuses);
        self
    }

    pub(super) fn tagged(mut self) -> Call {
        self.is_tagged = true;
        self
    }

    pub(super) fn also_without_token(mut self, answer: fn(App, Request) -> Open) -> Call {
        self.without_token = Some(answer);
        self
    }

    pub(super) fn secret(mut self) -> Call {
        self.is_secret = true;
        self
    }

    pub(super) fn reads(mut self, verb: fn(&mut Tx, &Ask) -> Result<Given, Failure>) -> Call {
        self.by = By::Reading(verb);
        self
    }

    pub(super) fn writes(mut self, verb: fn(&mut Tx, &Ask) -> Result<Given, Failure>) -> Call {
        self.by = By::Writing(verb);
        self
    }

    pub(super) fn waits(mut self, verb: fn(App, Ask) -> Waiting) -> Call {
        self.by = By::Waiting(verb);
        self
    }

    /// Whether it may change something, were it only what is one's own.
    pub(super) fn changes(&self) -> bool {
        self.method != Method::GET && !matches!(self.by, By::Reading(_))
    }

    /// Whether an answer can be kept for whoever makes the same call again.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.by, By::Writing(_)) && !self.is_secret
    }

    /// Whether it changes only what is as it was read.
    pub(super) fn has_condition(&self) -> bool {
        self.is_tagged && self.method != Method::GET && !self.parts.is_empty()
    }

    /// What it is about: the first part of its path.
    pub(super) fn subject(&self) -> &'static str {
        self.path.trim_start_matches('/').split('/').next().unwrap_or_default()
    }

    /// The statuses of the problems that it may have, in order.
    pub(super) fn problems(&self) -> Vec<u16> {
        let mut all = vec![401, 403, 429, 503];
        all.extend(&self.refuses);
        if !self.parts.is_empty() {
            all.extend([404, 422]);
        }
        if !self.query.is_empty() {
            all.push(422);
        }
        match self.takes {
            Takes::Nothing => {}
            Takes::Json(..) => all.extend([400, 413, 415, 422]),
            Takes::File => all.extend([400, 409, 413, 422]),
        }
        if self.has_condition() {
            all.push(412);
        }
        if self.is_kept() {
            all.extend([409, 422]);
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}
