//! What is asked in a call: who asks, and everything that they sent, read by the shapes that the call has for it.

use std::sync::Mutex;

use axum::body::Body;
use axum::http::{HeaderMap, Uri, header};
use moment::Moment;
use platform::failure::{Failure, Field};
use platform::public_id::PublicIds;
use serde_json::{Map, Value};
use team::User;

use super::call::{Call, Param};
use super::shape::{Shape, meant};

/// A code that becomes 412: what is to be changed has changed since it was read.
pub(super) const CHANGED: &str = "changed";

/// A call as it was made.
pub(super) struct Ask {
    pub(super) who: User,
    pub(super) now: Moment,
    /// How ids look outside.
    pub(super) outside: PublicIds,
    pub(super) given: Map<String, Value>,
    pub(super) body: Value,
    /// The body as it comes, of a call that takes a file.
    pub(super) file: Mutex<Option<Body>>,
    pub(super) if_match: Option<IfMatch>,
    /// Members that were asked for.
    pub(super) fields: Option<Vec<String>>,
}

/// What must not have changed (RFC 9110, 13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IfMatch {
    Any,
    Tags(Vec<String>),
}

impl Ask {
    /// A text of the path or the query.
    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.given.get(name).and_then(Value::as_str)
    }

    /// A text that is always there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// A number of the path or the query.
    pub(super) fn whole(&self, name: &str) -> Option<i64> {
        self.given.get(name).and_then(Value::as_i64)
    }

    /// A number of the query as a length.
    pub(super) fn size(&self, name: &str, usual: usize) -> usize {
        self.whole(name).and_then(|number| usize::try_from(number).ok()).unwrap_or(usual)
    }

    /// Several texts of the query.
    pub(super) fn words(&self, name: &str) -> Option<Vec<&str>> {
        Some(self.given.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
    }

    pub(super) fn lens(&self) -> Option<&str> {
        self.find("lens")
    }

    /// A text of the body.
    pub(super) fn said(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// The number behind a public id in the path.
    ///
    /// # Errors
    /// `Missing` for what is none.
    pub(super) fn id(&self, name: &'static str, prefix: &str) -> Result<i64, Failure> {
        let text = self.text(name);
        self.outside.decode(prefix, text).ok_or_else(|| Failure::missing(name, text))
    }

    /// Of an object those members that were asked for, and its id.
    pub(super) fn few(&self, value: Value) -> Value {
        match (&self.fields, value) {
            (Some(fields), Value::Object(members)) => {
                let is_asked = |name: &String| name == "id" || fields.contains(name);
                members.into_iter().filter(|(name, _)| is_asked(name)).collect::<Map<_, _>>().into()
            }
            (_, value) => value,
        }
    }

    /// Refuses to change what has changed since it was read.
    ///
    /// # Errors
    /// `Refused` with `changed`.
    pub(super) fn must_match(&self, tag: &str) -> Result<(), Failure> {
        match &self.if_match {
            Some(IfMatch::Tags(tags)) if !tags.iter().any(|known| known == tag) => {
                let words = "It has changed since it was read; read it again, and change that.";
                Err(Failure::refused(CHANGED, words))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The parts of path and query as the call's shapes read them.
///
/// # Errors
/// `Invalid` with every one that can't be read or is not known.
pub(super) fn read(
    call: &Call,
    path: impl Iterator<Item = (String, String)>,
    uri: &Uri,
) -> Result<Map<String, Value>, Failure> {
    let mut given = Map::new();
    let mut wrong = Vec::new();
    for (name, text) in path {
        match call.parts.iter().find(|part| part.name == name) {
            Some(part) => take(part, &text, &mut given, &mut wrong),
            None => return Err(Failure::broken(format_args!("{} has a part {name}", call.id))),
        }
    }
    let query = uri.query().unwrap_or_default().as_bytes();
    for (name, text) in form_urlencoded::parse(query) {
        let Some(param) = call.query.iter().find(|param| param.name == name) else {
            let known: Vec<&str> = call.query.iter().map(|param| param.name).collect();
            let there = match known.as_slice() {
                [] => "this call has none".to_owned(),
                known => format!("there are {}", known.join(", ")),
            };
            let words = format!("there is no parameter {name}{}; {there}", meant(&name, &known));
            wrong.push(Field { name: name.into_owned(), words });
            continue;
        };
        if given.contains_key(param.name) {
            let words = "it is said twice; several values go into one, with commas between";
            wrong.push(Field { name: name.into_owned(), words: words.to_owned() });
            continue;
        }
        take(param, &text, &mut given, &mut wrong);
    }
    if wrong.is_empty() { Ok(given) } else { Err(Failure::Invalid(wrong)) }
}

fn take(param: &Param, text: &str, given: &mut Map<String, Value>, wrong: &mut Vec<Field>) {
    match param.shape.read(text) {
        Err(words) => wrong.push(Field { name: param.name.to_owned(), words }),
        Ok(value) => {
            param.shape.check(&value, param.name, wrong);
            given.insert(param.name.to_owned(), value);
        }
    }
}

/// Everything that is wrong with a body.
///
/// # Errors
/// `Invalid`, each with the way to it.
pub(super) fn check(shape: &Shape, body: &Value) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    shape.check(body, "", &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Invalid(wrong)) }
}

/// `If-Match`, if it is there. A tag without its quotes is taken for one.
///
/// # Errors
/// `Invalid` if it is empty or no text.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<IfMatch>, Failure> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let wrong = || Failure::invalid("If-Match", "write the ETag as it was given, in quotes, or *");
    let text = value.to_str().map_err(|_| wrong())?.trim();
    if text.is_empty() {
        return Err(wrong());
    }
    if text == "*" {
        return Ok(Some(IfMatch::Any));
    }
    let tag = |tag: &str| {
        // A weak one never matches where something is to be changed.
        if tag.trim().starts_with("W/") {
            String::new()
        } else {
            tag.trim().trim_matches('"').to_owned()
        }
    };
    Ok(Some(IfMatch::Tags(text.split(',').map(tag).collect())))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_tag_is_read_as_it_was_given() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, HeaderValue::from_str(text).unwrap());
            if_match(&headers)
        };
        let tags =
            |tags: &[&str]| Some(IfMatch::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect()));
        assert_eq!(if_match(&HeaderMap::new()).unwrap(), None);
        assert_eq!(read("*").unwrap(), Some(IfMatch::Any));
        assert_eq!(read("\"a\"").unwrap(), tags(&["a"]));
        assert_eq!(read("\"a\", W/\"b\"").unwrap(), tags(&["a", ""]));
        assert_eq!(read("a").unwrap(), tags(&["a"]));
    }
}
