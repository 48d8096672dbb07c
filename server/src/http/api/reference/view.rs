//! What the reference shows of a call and of a shape, in words.

use askama::Template;
use platform::page::filters;
use serde_json::Value;
use team::User;

use crate::http::api::call::{Call, Gives, Param, Takes};
use crate::http::api::shape::{Kind, Object, Shape};
use crate::http::api::table;

/// How deep members within members are told on one page.
const DEPTH_MAX: usize = 5;
/// Words that are listed one by one.
const WORDS_SHOWN: usize = 12;

#[derive(Template)]
#[template(path = "calls.html")]
pub(super) struct ReferencePage {
    groups: Vec<Group>,
    body: Body,
    calls: usize,
    is_stranger: bool,
    /// Whether one call or shape is open: on a phone it is then a page of its own.
    is_open: bool,
}

/// Calls about one thing.
struct Group {
    subject: &'static str,
    links: Vec<Link>,
}

struct Link {
    id: &'static str,
    method: String,
    summary: &'static str,
    path: &'static str,
    is_here: bool,
}

/// What stands beside the list of calls.
pub(super) enum Body {
    /// Whatever holds for all of them, and the shapes.
    Everything,
    /// A call.
    Call(Box<CallView>),
    /// A shape.
    Shape(ShapeView),
}

pub(super) struct CallView {
    id: &'static str,
    method: String,
    path: &'static str,
    summary: &'static str,
    more: &'static str,
    right: &'static str,
    right_words: &'static str,
    may: bool,
    is_kept: bool,
    has_condition: bool,
    parts: Vec<ParamView>,
    query: Vec<ParamView>,
    takes: Option<TakesView>,
    takes_file: bool,
    gives: Vec<GivesView>,
    problems: Vec<(u16, &'static str)>,
    curl: String,
}

/// A part of the path or the query.
struct ParamView {
    name: &'static str,
    kind: Vec<Word>,
    says: &'static str,
    usual: Option<String>,
    example: String,
}

struct TakesView {
    kind: Vec<Word>,
    rows: Vec<Row>,
    example: String,
}

struct GivesView {
    status: u16,
    words: &'static str,
    kind: Vec<Word>,
    rows: Vec<Row>,
}

pub(super) struct ShapeView {
    name: &'static str,
    says: &'static str,
    kind: Vec<Word>,
    rows: Vec<Row>,
    used_by: Vec<Link>,
}

/// A piece of the words for what a value is; with the name of a shape if it leads to one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: String,
    shape: Option<&'static str>,
}

/// A member of an object.
struct Row {
    /// The way to it, like `company.name`.
    name: String,
    depth: usize,
    is_required: bool,
    kind: Vec<Word>,
    says: &'static str,
    usual: Option<String>,
}

impl ReferencePage {
    pub(super) fn of(call: &str, shape: &str, body: Body, is_stranger: bool) -> ReferencePage {
        let mut groups: Vec<Group> = Vec::new();
        for one in table::calls() {
            let link = Link::of(one, call);
            match groups.iter_mut().find(|group| group.subject == one.subject()) {
                Some(group) => group.links.push(link),
                None => groups.push(Group { subject: one.subject(), links: vec![link] }),
            }
        }
        let is_open = !call.is_empty() || !shape.is_empty();
        ReferencePage { groups, body, calls: table::calls().len(), is_stranger, is_open }
    }

    /// The shapes by their names.
    fn shapes(&self) -> impl Iterator<Item = &'static str> {
        table::shapes().map(|(name, _)| name)
    }
}

impl Link {
    fn of(call: &Call, here: &str) -> Link {
        Link {
            id: call.id,
            method: call.method.to_string(),
            summary: call.summary,
            path: call.path,
            is_here: call.id == here,
        }
    }
}

impl Body {
    pub(super) fn call(call: &Call, who: Option<&User>) -> Body {
        let right_words = team::RIGHTS.iter().find(|(right, ..)| *right == call.right);
        Body::Call(Box::new(CallView {
            id: call.id,
            method: call.method.to_string(),
            path: call.path,
            summary: call.summary,
            more: call.more,
            right: call.right.as_str(),
            right_words: right_words.map_or("", |(.., words)| *words),
            may: who.is_none_or(|who| who.can(call.right)),
            is_kept: call.is_kept(),
            has_condition: call.has_condition(),
            parts: call.parts.iter().map(ParamView::of).collect(),
            query: call.query.iter().map(ParamView::of).collect(),
            takes: match &call.takes {
                Takes::Json(shape, example) => Some(TakesView {
                    kind: kind(shape),
                    rows: rows(shape),
                    example: pretty(example),
                }),
                Takes::Nothing | Takes::File => None,
            },
            takes_file: matches!(call.takes, Takes::File),
            gives: call.gives.iter().map(GivesView::of).collect(),
            problems: call.problems().into_iter().map(|status| (status, meaning(status))).collect(),
            curl: curl(call),
        }))
    }

    pub(super) fn shape(name: &'static str, shape: &'static Shape) -> Body {
        let uses = |call: &&Call| {
            let taken = match &call.takes {
                Takes::Json(shape, _) => refers(shape, name),
                Takes::Nothing | Takes::File => false,
            };
            taken
                || call.gives.iter().any(|(_, _, gives)| match gives {
                    Gives::Json(shape) => refers(shape, name),
                    Gives::Nothing | Gives::File(_) => false,
                })
        };
        let used_by = table::calls().iter().filter(uses).map(|call| Link::of(call, "")).collect();
        Body::Shape(ShapeView {
            name,
            says: shape.says,
            kind: kind(&Shape { says: "", ..shape.clone() }),
            rows: rows(shape),
            used_by,
        })
    }
}

impl ParamView {
    fn of(param: &Param) -> ParamView {
        let Shape { says, default, example, .. } = &param.shape;
        ParamView {
            name: param.name,
            kind: kind(&param.shape),
            says,
            usual: default.as_ref().map(as_text),
            example: example.as_ref().map(as_text).unwrap_or_default(),
        }
    }
}

impl GivesView {
    fn of((status, words, gives): &(u16, &'static str, Gives)) -> GivesView {
        let (kind, rows) = match gives {
            Gives::Nothing => (Vec::new(), Vec::new()),
            Gives::Json(shape) => (kind(shape), rows(shape)),
            Gives::File(kinds) => (vec![plain(kinds.join(" or "))], Vec::new()),
        };
        GivesView { status: *status, words, kind, rows }
    }
}

fn plain(text: impl Into<String>) -> Word {
    Word { text: text.into(), shape: None }
}

/// What a value is, in words.
fn kind(shape: &Shape) -> Vec<Word> {
    let mut words = match &shape.kind {
        Kind::Any => vec![plain("anything")],
        Kind::Truth => vec![plain("true or false")],
        Kind::Moment => vec![plain("moment, RFC 3339")],
        Kind::Text(text) => {
            let size = match (text.least, text.most) {
                (least, most) if least == most => format!("text of {least} characters"),
                (0 | 1, most) => format!("text, up to {most} characters"),
                (least, most) => format!("text of {least} to {most} characters"),
            };
            vec![plain(match &text.pattern {
                Some(pattern) => format!("{size}, like {}", pattern.text),
                None => size,
            })]
        }
        Kind::Word(words) if words.len() > WORDS_SHOWN => {
            let first: Vec<&str> = words.iter().take(WORDS_SHOWN).copied().collect();
            vec![plain(format!("{} … ({} words)", first.join(" | "), words.len()))]
        }
        Kind::Word(words) => vec![plain(words.join(" | "))],
        Kind::Whole(least, most) => vec![plain(match (*least, *most) {
            (i64::MIN, _) => "whole number".to_owned(),
            (least, i64::MAX) => format!("whole number from {least}"),
            (least, most) => format!("whole number, {least} to {most}"),
        })],
        Kind::Number(least, most) if (*least..=*most) == (0.0..=1.0) => {
            vec![plain("share, 0 to 1")]
        }
        Kind::Number(..) => vec![plain("number")],
        Kind::List { of, .. } => {
            let mut words = vec![plain("list of ")];
            words.extend(kind(of));
            words
        }
        Kind::Map { of, .. } => {
            let mut words = vec![plain("members of any name, each ")];
            words.extend(kind(of));
            words
        }
        Kind::Object(_) => vec![plain("object")],
        Kind::Named(name) => vec![Word { text: (*name).to_owned(), shape: Some(name) }],
        Kind::Either(shapes) => {
            let mut words = Vec::new();
            for (place, shape) in shapes.iter().enumerate() {
                if place > 0 {
                    words.push(plain(", or "));
                }
                words.extend(kind(shape));
            }
            words
        }
    };
    if shape.is_nullable {
        words.push(plain(" or null"));
    }
    words
}

/// The members of a value, those of objects within it beneath them.
fn rows(shape: &Shape) -> Vec<Row> {
    let mut found = Vec::new();
    add_rows(shape, "", 0, &mut found);
    found
}

fn add_rows(shape: &Shape, way: &str, depth: usize, found: &mut Vec<Row>) {
    if depth > DEPTH_MAX {
        return;
    }
    match &shape.kind {
        // One that is named has a page of its own, but for what a call itself takes or gives.
        Kind::Named(name) if depth == 0 => {
            if let Some(shape) = table::shape(name) {
                add_rows(shape, way, depth, found);
            }
        }
        Kind::List { of, .. } | Kind::Map { of, .. } => add_rows(of, way, depth, found),
        Kind::Either(shapes) => {
            for shape in shapes.iter().filter(|shape| matches!(shape.kind, Kind::Object(_))) {
                add_rows(shape, way, depth, found);
            }
        }
        Kind::Object(Object { members, .. }) => {
            for member in members {
                let name = match way {
                    "" => member.name.to_owned(),
                    way => format!("{way}.{}", member.name),
                };
                found.push(Row {
                    name: name.clone(),
                    depth,
                    is_required: member.is_required,
                    kind: kind(&member.shape),
                    says: member.shape.says,
                    usual: member.shape.default.as_ref().map(as_text),
                });
                add_rows(&member.shape, &name, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// Whether a shape has one of that name in it.
fn refers(shape: &Shape, name: &str) -> bool {
    match &shape.kind {
        Kind::Named(known) => *known == name,
        Kind::List { of, .. } | Kind::Map { of, .. } => refers(of, name),
        Kind::Object(object) => object.members.iter().any(|member| refers(&member.shape, name)),
        Kind::Either(shapes) => shapes.iter().any(|shape| refers(shape, name)),
        _ => false,
    }
}

/// A value as it is typed.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// What a status means, whatever the call.
fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The body can't be read: it is no JSON, or it broke off.",
        401 => "There is no token, or one that opens nothing.",
        403 => "The token's user lacks the right, or the token is for less.",
        404 => "What the path or a name means is not there, or not for this user.",
        409 => "It is well written, and a rule stands against it; `code` says which.",
        412 => "It has changed since it was read.",
        413 => "It is larger than one call takes.",
        415 => "It is not JSON, or packed otherwise than by gzip.",
        422 => "It is not as it is described; `fields` says what and where.",
        429 => {
            "Those were more calls than this token may make; `Retry-After` says when to ask again."
        }
        503 => "It will pass; `Retry-After` says when to ask again.",
        _ => "",
    }
}

/// The call at a shell.
fn curl(call: &Call) -> String {
    let mut path = call.path.to_owned();
    for part in &call.parts {
        let value = part.shape.example.as_ref().map(as_text);
        let value = value.unwrap_or_else(|| part.name.to_uppercase());
        path = path.replace(&format!("{{{}}}", part.name), &value);
    }
    let method = match call.method.as_str() {
        "GET" => String::new(),
        method => format!("-X {method} "),
    };
    let mut text = format!("curl {method}\"$SLUICE/api/v1{path}\"");
    let line = |text: &mut String, more: &str| text.push_str(&format!(" \\\n  {more}"));
    line(&mut text, "-H \"Authorization: Bearer $TOKEN\"");
    if call.method == axum::http::Method::GET {
        for param in call.query.iter().filter(|param| param.shape.example.is_some()) {
            let value = param.shape.example.as_ref().map(as_text).unwrap_or_default();
            if !text.contains(" -G") {
                line(&mut text, "-G");
            }
            let said = format!("{}={value}", param.name);
            line(&mut text, &format!("--data-urlencode {}", quoted(&said)));
        }
    }
    match &call.takes {
        Takes::Nothing => {}
        Takes::Json(_, example) => {
            line(&mut text, "-H \"Content-Type: application/json\"");
            line(&mut text, &format!("-d {}", quoted(&example.to_string())));
        }
        Takes::File => line(&mut text, "--data-binary @leads.csv"),
    }
    text
}

/// A text for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(shape: &Shape) -> String {
        kind(shape).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn every_call_and_every_shape_can_be_shown() {
        let everything = ReferencePage::of("", "", Body::Everything, true).render().unwrap();
        for call in table::calls() {
            let shown = ReferencePage::of(call.id, "", Body::call(call, None), true);
            let html = shown.render().unwrap();
            assert!(html.contains(call.path) && html.contains("curl"), "{}", call.id);
            assert!(everything.contains(&format!("/api?call={}", call.id)), "{}", call.id);
            assert!(call.problems().into_iter().all(|status| !meaning(status).is_empty()));
        }
        for (name, shape) in table::shapes() {
            let shown = ReferencePage::of("", name, Body::shape(name, shape), true);
            assert!(shown.render().unwrap().contains(name), "{name}");
        }
    }

    #[test]
    fn a_value_is_said_in_words() {
        use crate::http::api::shape::{list, named, share, text_of, whole, word};
        assert_eq!(words(&text_of(1, 9)), "text, up to 9 characters");
        assert_eq!(words(&list(named("Person")).or_null()), "list of Person or null");
        assert_eq!(words(&word(&["a", "b"])), "a | b");
        assert_eq!(words(&whole(0, i64::MAX)), "whole number from 0");
        assert_eq!(words(&share()), "share, 0 to 1");
    }

    #[test]
    fn an_example_stands_a_shell() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        let call = table::calls().iter().find(|call| call.id == "listPeople").unwrap();
        let text = curl(call);
        assert!(text.starts_with("curl \"$SLUICE/api/v1/people\""), "{text}");
        assert!(text.contains(r#"--data-urlencode 'where=company.employees >= 50"#), "{text}");
    }
}
