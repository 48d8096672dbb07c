//! Reading what is told of a person or a company: what it comes to, or everything that is wrong with it, each at its place.

use std::collections::BTreeMap;

use funnel::history::{Activity, Fact, Kind, Value};
use moment::Moment;
use platform::failure::Field;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{NewActivity, NewCompany, NewPerson, PARTS_MAX, SOURCE, escaped};
use crate::fields::Fields;
use crate::import::plan::{
    AHEAD_MAX, BEFORE_ALL, EARLIEST, PlannedActivity, PlannedCompany, PlannedRow, TEXT_BYTES_MAX,
};
use crate::project::OUTSIDE_ID;

/// What is said of a text with a NUL in it.
pub(super) const HOLDS_NUL: &str = "this text holds a NUL, which no text may";
/// Longest value of a key, in bytes.
const KEY_BYTES_MAX: usize = 512;

/// What a person comes to, or everything that is wrong. Of somebody who is known `own` is one of their keys.
pub(crate) fn read(
    json: &Json,
    own: Option<&(String, String)>,
    fields: &Fields,
    now: Moment,
) -> Result<PlannedRow, Vec<Field>> {
    let mut wrong = Wrong(Vec::new(), fields);
    if !json.is_object() {
        wrong.at("", "a person is an object: { \"email\": … }");
        return Err(wrong.0);
    }
    if let Some(way) = with_nul(json) {
        wrong.at(&way, HOLDS_NUL);
        return Err(wrong.0);
    }
    let person = match NewPerson::deserialize(json) {
        Ok(person) => person,
        Err(error) => {
            wrong.at("", error.to_string());
            return Err(wrong.0);
        }
    };
    let mut keys = Vec::new();
    let mut facts = Vec::new();
    if let Some(email) = &person.email
        && let Some(email) = wrong.take("/email", identity::email::normal(email))
    {
        facts.push(certain("person.email", &email));
        keys.push(("email".to_owned(), email));
    }
    if let Some(phone) = &person.phone
        && let Some(phone) = wrong.take("/phone", identity::phone::normal(phone))
    {
        facts.push(certain("person.phone", &phone));
        keys.push(("phone".to_owned(), phone));
    }
    for (kind, value) in &person.ids {
        let (way, value) = (format!("/ids/{}", escaped(kind)), identity::clean(value));
        if !is_word(kind) || ["email", "phone", "name", "domain"].contains(&kind.as_str()) {
            wrong.at(&way, "name the system in small letters, like crm_id");
        } else if value.is_empty() || value.len() > KEY_BYTES_MAX {
            wrong.at(&way, format!("an id has 1 to {KEY_BYTES_MAX} bytes"));
        } else {
            facts.push(certain(&format!("{OUTSIDE_ID}{kind}"), &value));
            keys.push((kind.clone(), value));
        }
    }
    if keys.is_empty() && own.is_none() && wrong.0.is_empty() {
        wrong.at("", "nothing says who it is: give an email, a phone or one of ids");
    }
    for (name, text) in
        [("name", &person.name), ("title", &person.title), ("country", &person.country)]
    {
        if let Some(text) = text {
            let (way, key) = (format!("/{name}"), format!("person.{name}"));
            facts.extend(wrong.fact(&way, &key, &Json::from(identity::clean(text))));
        }
    }
    facts.extend(wrong.facts("/facts", &person.facts, &["person.", "company.", "score."]));
    let company =
        person.company.as_ref().and_then(|company| company_of(company, "/company", &mut wrong));
    if person.activities.len() > PARTS_MAX {
        wrong.at("/activities", format!("at most {PARTS_MAX} are taken at once"));
    }
    let first = own.or(keys.first()).cloned();
    let mut activities = Vec::with_capacity(person.activities.len().min(PARTS_MAX));
    for (place, activity) in person.activities.iter().enumerate().take(PARTS_MAX) {
        let way = format!("/activities/{place}");
        activities.extend(activity_of(activity, &way, first.as_ref(), now, &mut wrong));
    }
    if !wrong.0.is_empty() {
        return Err(wrong.0);
    }
    Ok(PlannedRow {
        keys,
        facts,
        company,
        known_at: now,
        known_recorded_at: now,
        is_dated: false,
        activities,
        notes: Vec::new(),
        brings_back: person.bring_back,
    })
}

pub(super) fn company_of(
    company: &NewCompany,
    way: &str,
    wrong: &mut Wrong<'_>,
) -> Option<PlannedCompany> {
    let (mut keys, mut facts) = (Vec::new(), Vec::new());
    if let Some(domain) = &company.domain
        && let Some(domain) = wrong.take(&format!("{way}/domain"), identity::domain::normal(domain))
    {
        facts.push(certain("company.domain", &domain));
        keys.push(("domain".to_owned(), domain));
    }
    if let Some(name) = &company.name {
        let name = identity::clean(name);
        let matching = identity::company::matching(&name);
        if matching.is_empty() || matching.len() > KEY_BYTES_MAX {
            wrong.at(&format!("{way}/name"), "this is no name of a company");
        } else {
            facts.extend(wrong.fact(&format!("{way}/name"), "company.name", &Json::from(name)));
            keys.push(("name".to_owned(), matching));
        }
    }
    facts.extend(wrong.facts(&format!("{way}/facts"), &company.facts, &["company."]));
    if keys.is_empty() {
        wrong.at(way, "nothing says which company: give a domain or a name");
        return None;
    }
    Some(PlannedCompany { keys, facts })
}

/// Parts the parts of a natural key, as in an import.
const SEPARATOR: char = '\u{1f}';

fn activity_of(
    new: &NewActivity,
    way: &str,
    first_key: Option<&(String, String)>,
    now: Moment,
    wrong: &mut Wrong<'_>,
) -> Option<PlannedActivity> {
    let NewActivity { kind, at, id, campaign, source, properties } = new;
    let before = wrong.0.len();
    let is_kind = kind.len() <= 100 && kind.split('.').count() == 2 && kind.split('.').all(is_word);
    if !is_kind {
        wrong.at(&format!("{way}/kind"), "a kind is what, and what befell it: form.submitted");
    } else if OURS.iter().any(|ours| kind.starts_with(ours)) {
        wrong.at(&format!("{way}/kind"), format!("{kind} is only recorded by what it stands for"));
    }
    let occurred_at = at.unwrap_or(now);
    if occurred_at > now + AHEAD_MAX {
        wrong.at(&format!("{way}/at"), "this is more than a year ahead");
    } else if occurred_at < EARLIEST {
        wrong.at(&format!("{way}/at"), format!("this {BEFORE_ALL}"));
    }
    for (name, text) in [("campaign", campaign), ("source", source), ("id", id)] {
        if text.as_ref().is_some_and(|text| text.is_empty() || text.len() > KEY_BYTES_MAX) {
            wrong.at(&format!("{way}/{name}"), format!("it has 1 to {KEY_BYTES_MAX} bytes"));
        }
    }
    if properties.len() > PARTS_MAX {
        wrong.at(&format!("{way}/properties"), format!("at most {PARTS_MAX} are taken"));
    }
    let mut held = Vec::with_capacity(properties.len().min(PARTS_MAX));
    for (name, json) in properties.iter().take(PARTS_MAX) {
        let way = format!("{way}/properties/{}", escaped(name));
        if let Some(value) = wrong.value(&way, json)
            && value != Value::Null
        {
            held.push((name.as_str().into(), value));
        }
    }
    let natural_key = match (id, first_key) {
        (Some(id), _) => format!("{kind}{SEPARATOR}{id}"),
        (None, Some((of, value))) => {
            format!("{kind}{SEPARATOR}{of}{SEPARATOR}{value}{SEPARATOR}{}", occurred_at.0)
        }
        (None, None) => return None,
    };
    let campaign = campaign.as_deref().map(Box::from);
    let activity =
        Activity { kind: Kind::new(kind), campaign, properties: held, ..Activity::usual(kind) };
    let source = Some(source.as_deref().unwrap_or(SOURCE).into());
    let planned = PlannedActivity { activity, occurred_at, recorded_at: now, source, natural_key };
    (wrong.0.len() == before).then_some(planned)
}

/// Kinds that verbs of ours record, with rules of their own.
const OURS: [&str; 5] = ["fact.", "stage.", "criterion.", "handoff.", "definition."];

fn certain(key: &str, value: &str) -> Fact {
    let suspect = identity::suspect(value).is_some();
    Fact { suspect, ..Fact::certain(key, value) }
}

/// Whole numbers from here on are not told apart by what keeps them.
const WHOLE_MAX: u64 = 1 << 53;

fn is_kept(number: &serde_json::Number) -> bool {
    let whole = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
    whole.is_none_or(|whole| whole <= WHOLE_MAX)
}

/// The way to the first text with a NUL in it, which no text may hold: what stands on both sides of it would become one.
pub(super) fn with_nul(json: &Json) -> Option<String> {
    let below = |name: &str, json| Some(format!("/{}{}", escaped(name), with_nul(json)?));
    match json {
        Json::String(text) => text.contains('\0').then(String::new),
        Json::Array(items) => {
            items.iter().enumerate().find_map(|(place, item)| below(&place.to_string(), item))
        }
        Json::Object(members) => members.iter().find_map(|(name, member)| {
            if name.contains('\0') { Some(String::new()) } else { below(name, member) }
        }),
        _ => None,
    }
}

/// A name in small letters, digits and `_`, or several with points between.
fn is_word(text: &str) -> bool {
    let is_one = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    text.len() <= 100 && text.split('.').all(is_one)
}

/// Everything that is wrong, each with the way to it.
pub(super) struct Wrong<'f>(pub(super) Vec<Field>, pub(super) &'f Fields);

impl Wrong<'_> {
    pub(super) fn at(&mut self, way: &str, words: impl Into<String>) {
        self.0.push(Field { name: way.to_owned(), words: words.into() });
    }

    fn take<T>(&mut self, way: &str, read: Result<T, impl std::fmt::Display>) -> Option<T> {
        read.map_err(|error| self.at(way, error.to_string())).ok()
    }

    pub(super) fn facts(
        &mut self,
        way: &str,
        facts: &BTreeMap<String, Json>,
        begin: &[&str],
    ) -> Vec<Fact> {
        if facts.len() > PARTS_MAX {
            self.at(way, format!("at most {PARTS_MAX} are taken at once"));
        }
        let mut read = Vec::with_capacity(facts.len().min(PARTS_MAX));
        for (key, json) in facts.iter().take(PARTS_MAX) {
            let way = format!("{way}/{}", escaped(key));
            let is_ours = key.starts_with(OUTSIDE_ID)
                || [crate::WORKS_AT, "person.owner", "person.email", "person.phone"]
                    .contains(&key.as_str());
            let is_named = is_word(key) && key.split('.').count() > 1;
            if is_ours || !is_named || !begin.iter().any(|begin| key.starts_with(begin)) {
                let begin = begin.join(", ");
                let words = "a fact is named in small letters and begins with one of";
                let other = "; addresses, ids, owners and employers have members of their own";
                self.at(&way, format!("{words} {begin}{other}"));
                continue;
            }
            read.extend(self.fact(&way, key, json));
        }
        read
    }

    fn fact(&mut self, way: &str, key: &str, json: &Json) -> Option<Fact> {
        let value = self.value(way, json)?;
        let value = match self.1.check(key, value) {
            Ok(value) => value,
            Err(words) => {
                self.at(way, words);
                return None;
            }
        };
        let suspect = match &value {
            Value::Text(text) => identity::suspect(text).is_some(),
            _ => false,
        };
        Some(Fact { suspect, ..Fact::certain(key, value) })
    }

    fn value(&mut self, way: &str, json: &Json) -> Option<Value> {
        let value = match json {
            Json::Null => Some(Value::Null),
            Json::Bool(truth) => Some(Value::Bool(*truth)),
            Json::Number(number) if !is_kept(number) => {
                self.at(way, "this number has more digits than are kept: send it as text");
                return None;
            }
            Json::Number(number) => number.as_f64().filter(|it| it.is_finite()).map(Value::Number),
            Json::String(text) => {
                (text.len() <= TEXT_BYTES_MAX).then(|| Value::from(text.as_str()))
            }
            Json::Array(items) => {
                let text = |item: &Json| item.as_str().map(Box::from);
                let texts: Option<Vec<Box<str>>> = items.iter().map(text).collect();
                texts.filter(|it| it.len() <= PARTS_MAX).map(Value::List)
            }
            Json::Object(_) => None,
        };
        if value.is_none() {
            let words = "this is no text of at most";
            let other = "bytes, no number, no truth, no list of texts and not null";
            self.at(way, format!("{words} {TEXT_BYTES_MAX} {other}"));
        }
        value
    }
}
