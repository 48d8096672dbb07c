//! Shapes: what JSON a call takes and gives. One value checks what comes in and is printed as JSON Schema, so that what
//! is described is what is checked.

use std::sync::Arc;

use platform::failure::Field;
use regex::Regex;
use serde_json::{Map, Value, json};

/// What a value may be, and what it means.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) says: &'static str,
    pub(super) is_nullable: bool,
    pub(super) default: Option<Value>,
    pub(super) example: Option<Value>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Any,
    Truth,
    Moment,
    Text(Text),
    Word(Vec<&'static str>),
    Whole(i64, i64),
    Number(f64, f64),
    List {
        of: Box<Shape>,
        least: usize,
        most: usize,
    },
    /// Members of any name, or of names like the pattern and not like the other.
    Map {
        of: Box<Shape>,
        key: Option<Pattern>,
        never: Option<Pattern>,
        most: usize,
    },
    Object(Object),
    /// One that others refer to.
    Named(&'static str),
    Either(Vec<Shape>),
}

#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) format: Option<&'static str>,
    pub(super) pattern: Option<Pattern>,
    /// What to do with one that has more characters.
    pub(super) longer: Option<&'static str>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    pub(super) members: Vec<Member>,
    /// One of these has to be there, with more than null or nothing in it.
    pub(super) any_of: Vec<&'static str>,
    /// Whether it has to be one of them alone.
    pub(super) is_one: bool,
    /// A member, a value of it, and the member that has to be there beside that value.
    pub(super) needs: Vec<(&'static str, &'static str, &'static str)>,
    pub(super) is_open: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) is_required: bool,
}

/// A regular expression that JSON Schema and we read alike.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) text: &'static str,
    read: Option<Arc<Regex>>,
}

impl Pattern {
    fn new(text: &'static str) -> Pattern {
        Pattern { text, read: Regex::new(text).ok().map(Arc::new) }
    }

    fn fits(&self, text: &str) -> bool {
        self.read.as_ref().is_some_and(|read| read.is_match(text))
    }
}

/// Characters of a text that is not said to be longer.
const TEXT_MOST: usize = 16_384;
/// Items of a list that is not said to be longer.
const LIST_MOST: usize = 1_000;

const fn shape(kind: Kind) -> Shape {
    Shape { kind, says: "", is_nullable: false, default: None, example: None }
}

/// Whatever JSON there is.
pub(super) fn any() -> Shape {
    shape(Kind::Any)
}

/// Any text.
pub(super) fn text() -> Shape {
    text_of(0, TEXT_MOST)
}

/// A text of so many characters.
pub(super) fn text_of(least: usize, most: usize) -> Shape {
    shape(Kind::Text(Text { least, most, format: None, pattern: None, longer: None }))
}

/// A text like the pattern.
pub(super) fn like(pattern: &'static str, most: usize) -> Shape {
    let pattern = Some(Pattern::new(pattern));
    shape(Kind::Text(Text { least: 0, most, format: None, pattern, longer: None }))
}

/// A public id: in what is given; what is asked for may be any text, for what is no id names nobody.
pub(super) fn id() -> Shape {
    text_of(17, 17)
}

/// One of these words.
pub(super) fn word(words: &[&'static str]) -> Shape {
    shape(Kind::Word(words.to_vec()))
}

/// A moment in RFC 3339.
pub(super) fn moment() -> Shape {
    shape(Kind::Moment)
}

/// A whole number.
pub(super) fn whole(least: i64, most: i64) -> Shape {
    shape(Kind::Whole(least, most))
}

/// How many.
pub(super) fn count() -> Shape {
    whole(0, i64::MAX)
}

/// Any number.
pub(super) fn number() -> Shape {
    shape(Kind::Number(f64::MIN, f64::MAX))
}

/// A share of a whole.
pub(super) fn share() -> Shape {
    shape(Kind::Number(0.0, 1.0))
}

/// Yes or no.
pub(super) fn truth() -> Shape {
    shape(Kind::Truth)
}

/// Several.
pub(super) fn list(of: Shape) -> Shape {
    shape(Kind::List { of: Box::new(of), least: 0, most: LIST_MOST })
}

/// Members of any name.
pub(super) fn map(of: Shape) -> Shape {
    shape(Kind::Map { of: Box::new(of), key: None, never: None, most: LIST_MOST })
}

/// One that [`super::table::shape`] knows by that name.
pub(super) fn named(name: &'static str) -> Shape {
    shape(Kind::Named(name))
}

/// One of several.
pub(super) fn either(shapes: Vec<Shape>) -> Shape {
    shape(Kind::Either(shapes))
}

/// These members and no others.
pub(super) fn object(members: Vec<Member>) -> Shape {
    shape(Kind::Object(Object { members, ..Object::default() }))
}

/// Names of members of a shape, several at once.
pub(super) fn fields_of(shape: &Shape) -> Shape {
    let names: Vec<&'static str> = shape.members().iter().map(|member| member.name).collect();
    list(word(&names)).most(names.len())
}

/// A member that is there always.
pub(super) fn has(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, is_required: true }
}

/// A member that may be left out.
pub(super) fn may(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, is_required: false }
}

impl Shape {
    pub(super) fn says(mut self, words: &'static str) -> Shape {
        self.says = words;
        self
    }

    pub(super) fn or_null(mut self) -> Shape {
        self.is_nullable = true;
        self
    }

    /// What holds if it is left out.
    pub(super) fn usually(mut self, value: impl Into<Value>) -> Shape {
        self.default = Some(value.into());
        self
    }

    pub(super) fn example(mut self, value: impl Into<Value>) -> Shape {
        self.example = Some(value.into());
        self
    }

    pub(super) fn format(mut self, format: &'static str) -> Shape {
        if let Kind::Text(text) = &mut self.kind {
            text.format = Some(format);
        }
        self
    }

    /// At most so many characters, and what to do with a longer text, as the refusal says it.
    pub(super) fn at_most(mut self, count: usize, longer: &'static str) -> Shape {
        if let Kind::Text(text) = &mut self.kind {
            (text.most, text.longer) = (count, Some(longer));
        }
        self
    }

    /// At least so many.
    pub(super) fn least(mut self, count: usize) -> Shape {
        if let Kind::List { least, .. } = &mut self.kind {
            *least = count;
        }
        self
    }

    /// At most so many.
    pub(super) fn most(mut self, count: usize) -> Shape {
        if let Kind::List { most, .. } | Kind::Map { most, .. } = &mut self.kind {
            *most = count;
        }
        self
    }

    /// What the names of members are like, and what not.
    pub(super) fn keys(mut self, like: &'static str, unlike: &'static str) -> Shape {
        if let Kind::Map { key, never, .. } = &mut self.kind {
            *key = Some(Pattern::new(like));
            *never = Some(Pattern::new(unlike));
        }
        self
    }

    pub(super) fn any_of(mut self, names: &[&'static str]) -> Shape {
        if let Kind::Object(object) = &mut self.kind {
            object.any_of = names.to_vec();
        }
        self
    }

    pub(super) fn one_of(mut self, names: &[&'static str]) -> Shape {
        if let Kind::Object(object) = &mut self.kind {
            object.is_one = true;
        }
        self.any_of(names)
    }

    /// Where a member says one of these, the other has to be there.
    pub(super) fn needs(
        mut self,
        member: &'static str,
        needed: &[(&'static str, &'static str)],
    ) -> Shape {
        if let Kind::Object(object) = &mut self.kind {
            object.needs = needed.iter().map(|(value, other)| (member, *value, *other)).collect();
        }
        self
    }

    /// Members beside those that are named.
    pub(super) fn and_more(mut self) -> Shape {
        if let Kind::Object(object) = &mut self.kind {
            object.is_open = true;
        }
        self
    }

    /// The members of an object, those of whatever it refers to among them.
    pub(super) fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(object) => &object.members,
            Kind::Named(name) => super::table::shape(name).map_or(&[], Shape::members),
            _ => &[],
        }
    }

    /// The value that a text in an address says; what it should have been if it says none.
    pub(super) fn read(&self, text: &str) -> Result<Value, String> {
        match &self.kind {
            Kind::Whole(..) => text.parse::<i64>().map(Value::from).map_err(|_| self.wanted()),
            Kind::Truth => text.parse::<bool>().map(Value::from).map_err(|_| self.wanted()),
            Kind::List { .. } if text.is_empty() => Ok(json!([])),
            Kind::List { of, .. } => text.split(',').map(|item| of.read(item)).collect(),
            _ => Ok(Value::from(text)),
        }
    }

    /// Everything that is wrong with a value, each with the way to it.
    pub(super) fn check(&self, value: &Value, way: &str, wrong: &mut Vec<Field>) {
        let mut at = |way: &str, words: String| wrong.push(Field { name: way.to_owned(), words });
        if value.is_null() && self.is_nullable {
            return;
        }
        match (&self.kind, value) {
            (Kind::Any, _) | (Kind::Truth, Value::Bool(_)) => {}
            (Kind::Named(name), _) => {
                if let Some(shape) = super::table::shape(name) {
                    shape.check(value, way, wrong);
                }
            }
            (Kind::Text(kind), Value::String(text)) => {
                if let Some(words) = kind.refusal(text) {
                    at(way, words);
                }
            }
            (Kind::Moment, Value::String(text)) if text.parse::<moment::Moment>().is_ok() => {}
            (Kind::Word(words), Value::String(text)) if words.contains(&text.as_str()) => {}
            (Kind::Word(words), Value::String(text)) => {
                let known = words.join(", ");
                at(way, format!("there is no {text}{}; there are {known}", meant(text, words)));
            }
            (Kind::Whole(least, most), Value::Number(number)) => {
                let whole = number.as_i64().or_else(|| {
                    number.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < 1e15).map(as_whole)
                });
                if !whole.is_some_and(|whole| (*least..=*most).contains(&whole)) {
                    at(way, self.wanted());
                }
            }
            (Kind::Number(least, most), Value::Number(number)) => {
                if !number.as_f64().is_some_and(|number| (*least..=*most).contains(&number)) {
                    at(way, self.wanted());
                }
            }
            (Kind::List { of, least, most }, Value::Array(items)) => {
                if !(*least..=*most).contains(&items.len()) {
                    at(way, format!("{} at once; {least} to {most} are taken", items.len()));
                    return;
                }
                for (place, item) in items.iter().enumerate() {
                    of.check(item, &format!("{way}/{place}"), wrong);
                }
            }
            (Kind::Map { of, key, never, most }, Value::Object(members)) => {
                if members.len() > *most {
                    at(way, format!("{} at once; at most {most} are taken", members.len()));
                    return;
                }
                for (name, value) in members {
                    let way = format!("{way}/{}", escaped(name));
                    let is_like = key.as_ref().is_none_or(|key| key.fits(name));
                    if !is_like || never.as_ref().is_some_and(|never| never.fits(name)) {
                        let words = format!("{name} is no name that this takes: {}", self.says);
                        wrong.push(Field { name: way, words });
                        continue;
                    }
                    of.check(value, &way, wrong);
                }
            }
            (Kind::Object(object), Value::Object(members)) => object.check(members, way, wrong),
            (Kind::Either(shapes), _) => {
                let tried = shapes.iter().map(|shape| {
                    let mut wrong = Vec::new();
                    shape.check(value, way, &mut wrong);
                    wrong
                });
                // What is wrong with the one that comes nearest.
                let deepest = |fields: &Vec<Field>| {
                    fields.iter().map(|field| field.name.len()).max().unwrap_or_default()
                };
                let mut tried: Vec<Vec<Field>> = tried.collect();
                if !tried.iter().any(Vec::is_empty) {
                    tried.sort_by_key(|fields| std::cmp::Reverse(deepest(fields)));
                    wrong.extend(tried.into_iter().next().unwrap_or_default());
                }
            }
            _ => at(way, format!("this is {}; {}", name_of(value), self.wanted())),
        }
    }

    /// In words.
    fn wanted(&self) -> String {
        let bound = |number: f64| (number.abs() < 1e15).then(|| number.to_string());
        let range = |least: Option<String>, most: Option<String>| match (least, most) {
            (Some(least), Some(most)) => format!(" from {least} to {most}"),
            (Some(least), None) => format!(" from {least} on"),
            (None, Some(most)) => format!(" up to {most}"),
            (None, None) => String::new(),
        };
        let named = |number: i64| (number.unsigned_abs() < 1 << 53).then(|| number.to_string());
        let what = match &self.kind {
            Kind::Any => "a value".to_owned(),
            Kind::Truth => "true or false".to_owned(),
            Kind::Moment => "a moment like 2026-06-30T12:00:00Z".to_owned(),
            Kind::Text(_) => "a text".to_owned(),
            Kind::Word(words) => format!("one of {}", words.join(", ")),
            Kind::Whole(least, most) => {
                format!("a whole number{}", range(named(*least), named(*most)))
            }
            Kind::Number(least, most) => format!("a number{}", range(bound(*least), bound(*most))),
            Kind::List { .. } => "a list".to_owned(),
            Kind::Map { .. } | Kind::Object(_) => "an object".to_owned(),
            Kind::Named(name) => {
                return super::table::shape(name).map_or_else(String::new, Shape::wanted);
            }
            Kind::Either(shapes) => {
                return shapes.iter().map(Shape::wanted).collect::<Vec<_>>().join(", or ");
            }
        };
        format!("{what} is wanted")
    }
}

impl Text {
    fn refusal(&self, text: &str) -> Option<String> {
        let count = text.chars().count();
        if !(self.least..=self.most).contains(&count) {
            return Some(match (count, self.least) {
                (0, 1) => "it is empty".to_owned(),
                _ => match self.longer.filter(|_| count > self.most) {
                    Some(mend) => {
                        format!("{count} characters; at most {} are taken: {mend}", self.most)
                    }
                    None => {
                        format!("{count} characters; {} to {} are taken", self.least, self.most)
                    }
                },
            });
        }
        let pattern = self.pattern.as_ref().filter(|pattern| !pattern.fits(text))?;
        if text.trim().is_empty() {
            return Some("it is empty".to_owned());
        }
        Some(format!("{text:?} is not written like this: {}", pattern.text))
    }
}

impl Object {
    fn check(&self, members: &Map<String, Value>, way: &str, wrong: &mut Vec<Field>) {
        for (name, value) in members {
            let way = format!("{way}/{}", escaped(name));
            match self.members.iter().find(|member| member.name == name) {
                Some(member) => member.shape.check(value, &way, wrong),
                None if self.is_open => {}
                None => {
                    let known: Vec<&str> = self.members.iter().map(|member| member.name).collect();
                    let words = format!(
                        "there is no member {name}{}; there are {}",
                        meant(name, &known),
                        known.join(", ")
                    );
                    wrong.push(Field { name: way, words });
                }
            }
        }
        for member in &self.members {
            if member.is_required && !members.contains_key(member.name) {
                let words = format!("it is missing; {}", member.shape.wanted());
                wrong.push(Field { name: format!("{way}/{}", member.name), words });
            }
        }
        let is_said = |name: &&str| match members.get(*name) {
            None | Some(Value::Null) => false,
            Some(Value::Object(inner)) => !inner.is_empty(),
            Some(_) => true,
        };
        let said = self.any_of.iter().filter(|name| is_said(name)).count();
        if self.is_one && said > 1 {
            let words = format!("say one alone of {}", self.any_of.join(", "));
            wrong.push(Field { name: way.to_owned(), words });
        }
        if !self.any_of.is_empty() && said == 0 {
            let words =
                format!("nothing says which: give at least one of {}", self.any_of.join(", "));
            wrong.push(Field { name: way.to_owned(), words });
        }
        for (member, value, needed) in &self.needs {
            let is_it = members.get(*member).and_then(Value::as_str) == Some(*value);
            if is_it && !members.contains_key(*needed) {
                let words = format!("it is missing: where {member} is {value}, it is wanted");
                wrong.push(Field { name: format!("{way}/{needed}"), words });
            }
        }
    }
}

/// A part of a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[expect(clippy::as_conversions, reason = "whole and small, as was looked at before")]
fn as_whole(number: f64) -> i64 {
    number as i64
}

/// `; did you mean …?`, if there is something near.
pub(super) fn meant(text: &str, known: &[&str]) -> String {
    nearest(text, known).map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

/// From how much likeness on something was probably meant, by Jaro and Winkler.
const ALIKE: f64 = 0.6;

/// What was probably meant.
pub(super) fn nearest<'a>(text: &str, known: &[&'a str]) -> Option<&'a str> {
    let alike = |name: &str| strsim::jaro_winkler(text, name);
    let near = known.iter().copied().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(near) >= ALIKE).then_some(near)
}

#[cfg(test)]
mod tests;
