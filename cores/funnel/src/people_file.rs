//! Files of invented or exported people, each a dated history, for trying a definition out.
//!
//! ```json
//! { "as_of": "2026-06-30T12:00:00Z",
//!   "kinds": { "email.sent": { "channel": "email", "direction": "outbound", "bulk": false } },
//!   "people": [ { "id": "ada", "history": [
//!     { "at": "2026-05-20T09:00:00Z", "source": "form", "facts": { "person.email": "ada@x.example" },
//!       "suspect": ["person.email"], "expires": { "person.email": "2027-01-01T00:00:00Z" } },
//!     { "at": "2026-05-21T09:00:00Z", "recorded": "2026-05-22T09:00:00Z", "did": "email.replied",
//!       "agent": "human", "says": "interested" } ] } ] }
//! ```
//!
//! What an activity does not say, its kind says in `kinds` (by its name, or by its subject as
//! `webinar.*`), else the program's own table.

use std::fmt;

use moment::Moment;
use serde_json::{Map, Value as Json, json};

use crate::definition::Definition;
use crate::fold::Folder;
use crate::history::{
    Activity, Agent, Channel, Direction, Entry, Fact, History, Kind, Observation, Properties,
    Value, What, usual,
};
use crate::standing::Folded;

/// A file of people.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleFile {
    /// The moment that the file speaks of, if it names one.
    pub as_of: Option<Moment>,
    /// The people, in the order of the file.
    pub people: Vec<PersonInFile>,
}

/// One person of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonInFile {
    /// Their id in the file.
    pub id: String,
    /// Everything about them.
    pub history: History,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// E.g. `people[3] (e-book), history[2], at`.
    pub place: String,
    /// What is wrong, as a sentence without a full stop.
    pub words: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.words),
            place => write!(f, "{place}: {}", self.words),
        }
    }
}

impl std::error::Error for Wrong {}

impl PeopleFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Wrong`], which says where: line and column of what is no JSON, else the way to the entry.
    pub fn parse(text: &str) -> Result<PeopleFile, Wrong> {
        let json: Json = serde_json::from_str(text).map_err(|wrong| {
            let place = format!("line {}, column {}", wrong.line(), wrong.column());
            Wrong { place, words: format!("this is no JSON: {wrong}") }
        })?;
        let file = json.as_object().ok_or_else(|| wrong("", "expected { … }"))?;
        let as_of = match file.get("as_of") {
            Some(as_of) => Some(moment(as_of, "as_of")?),
            None => None,
        };
        let empty = Map::new();
        let kinds = match file.get("kinds") {
            Some(kinds) => kinds.as_object().ok_or_else(|| wrong("kinds", "expected { … }"))?,
            None => &empty,
        };
        let list = file.get("people").and_then(Json::as_array);
        let list = list.ok_or_else(|| wrong("people", "expected a list of people"))?;
        let mut people = Vec::with_capacity(list.len());
        for (i, person) in list.iter().enumerate() {
            people.push(read_person(person, i, kinds)?);
        }
        Ok(PeopleFile { as_of, people })
    }

    /// Folds everybody under a definition; in the order of the file.
    pub fn classify(&self, definition: &Definition, as_of: Moment) -> Vec<(&str, Folded)> {
        let mut folder = Folder::of(definition);
        let people = self.people.iter();
        people.map(|person| (person.id.as_str(), folder.fold(&person.history, as_of))).collect()
    }
}

/// `{"<person>": {"stage": …, "kind": …, "temperature": …, "moves": [[at, stage(, reason)], …]}}`.
pub fn classification(people: &[(&str, Folded)]) -> Json {
    let one = |folded: &Folded| {
        let moves: Vec<Json> = folded
            .transitions
            .iter()
            .map(|transition| {
                let at = transition.at.to_string();
                match &transition.reason {
                    Some(reason) if transition.to.is_exit() || transition.to < transition.from => {
                        json!([at, transition.to.as_str(), &**reason])
                    }
                    _ => json!([at, transition.to.as_str()]),
                }
            })
            .collect();
        let standing = &folded.standing;
        json!({
            "stage": standing.stage.as_str(),
            "kind": standing.kind.as_deref(),
            "temperature": standing.temperature.map(|temperature| temperature.as_str()),
            "moves": moves,
        })
    };
    Json::Object(people.iter().map(|(id, folded)| ((*id).to_owned(), one(folded))).collect())
}

fn read_person(json: &Json, i: usize, kinds: &Map<String, Json>) -> Result<PersonInFile, Wrong> {
    let id = json.get("id").and_then(Json::as_str);
    let id = id.ok_or_else(|| wrong(&format!("people[{i}]"), "expected an id in quotes"))?;
    let place = format!("people[{i}] ({id})");
    let list = json.get("history").and_then(Json::as_array);
    let list = list.ok_or_else(|| wrong(&place, "expected a history, a list of entries"))?;
    let mut entries = Vec::with_capacity(list.len());
    for (number, (entry, json)) in (0..).zip(list.iter().enumerate()) {
        let place = format!("{place}, history[{entry}]");
        let json = json.as_object().ok_or_else(|| wrong(&place, "expected { … }"))?;
        entries.push(read_entry(json, number, &place, kinds)?);
    }
    Ok(PersonInFile { id: id.to_owned(), history: History::new(entries) })
}

fn read_entry(
    json: &Map<String, Json>,
    id: i64,
    place: &str,
    kinds: &Map<String, Json>,
) -> Result<Entry, Wrong> {
    let within = |key: &str| format!("{place}, {key}");
    let at = json.get("at").ok_or_else(|| wrong(place, "expected a time: \"at\""))?;
    let occurred_at = moment(at, &within("at"))?;
    let recorded_at = match json.get("recorded") {
        Some(recorded) => moment(recorded, &within("recorded"))?,
        None => occurred_at,
    };
    let what = match (json.get("facts"), json.get("did")) {
        (Some(facts), None) => What::Facts(read_facts(json, facts, place)?),
        (None, Some(kind)) => {
            let kind = kind.as_str().ok_or_else(|| wrong(&within("did"), "expected a kind"))?;
            What::Activity(read_activity(json, kind, place, kinds)?)
        }
        (None, None) => return Err(wrong(place, "expected facts or did")),
        (Some(_), Some(_)) => return Err(wrong(place, "expected facts or did, found both")),
    };
    Ok(Entry { id, occurred_at, recorded_at, what })
}

fn read_facts(json: &Map<String, Json>, facts: &Json, place: &str) -> Result<Observation, Wrong> {
    const KEYS: [&str; 6] = ["at", "recorded", "source", "facts", "suspect", "expires"];
    if let Some(key) = json.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(wrong(place, &format!("{key:?} belongs to no entry with facts")));
    }
    let within = |key: &str| format!("{place}, {key}");
    let facts = facts.as_object().ok_or_else(|| wrong(&within("facts"), "expected { … }"))?;
    let suspect: Vec<&str> = match json.get("suspect") {
        Some(list) => list
            .as_array()
            .map(|list| list.iter().filter_map(Json::as_str).collect())
            .ok_or_else(|| wrong(&within("suspect"), "expected a list of facts"))?,
        None => Vec::new(),
    };
    let mut observation = Observation {
        source: json.get("source").and_then(Json::as_str).unwrap_or("file").into(),
        facts: Vec::new(),
    };
    for (key, value) in facts {
        let expires_at = match json.get("expires").and_then(|expires| expires.get(key)) {
            Some(at) => Some(moment(at, &within("expires"))?),
            None => None,
        };
        observation.facts.push(Fact {
            key: key.as_str().into(),
            value: read_value(value, &within(key))?,
            expires_at,
            suspect: suspect.contains(&key.as_str()),
            confidence: 100,
        });
    }
    Ok(observation)
}

fn read_activity(
    json: &Map<String, Json>,
    kind: &str,
    place: &str,
    kinds: &Map<String, Json>,
) -> Result<Activity, Wrong> {
    let subject = kind.split_once('.').map_or(kind, |(subject, _)| subject);
    let defaults = kinds.get(kind).or_else(|| kinds.get(&format!("{subject}.*")));
    let defaults = defaults.and_then(Json::as_object);
    let known = usual(kind);
    let word = |key: &str| json.get(key).or_else(|| defaults?.get(key)).and_then(Json::as_str);
    let no =
        |key: &str, word: &str| wrong(&format!("{place}, {key}"), &format!("{word:?} is no {key}"));
    let channel = match word("channel") {
        Some(word) => Some(Channel::parse(word).ok_or_else(|| no("channel", word))?),
        None => known.map(|(channel, _)| channel),
    };
    let direction = match word("direction") {
        Some(word) => Some(Direction::parse(word).ok_or_else(|| no("direction", word))?),
        None => known.map(|(_, direction)| direction),
    };
    let agent = match word("agent") {
        Some(word) => Agent::parse(word).ok_or_else(|| no("agent", word))?,
        None => Agent::Human,
    };
    const OWN: [&str; 8] =
        ["at", "recorded", "did", "source", "channel", "direction", "agent", "campaign"];
    let mut properties: Properties = Vec::new();
    let said = json.iter();
    let usual = defaults.into_iter().flatten().filter(|(key, _)| !json.contains_key(*key));
    for (key, value) in said.chain(usual).filter(|(key, _)| !OWN.contains(&key.as_str())) {
        properties.push((key.as_str().into(), read_value(value, &format!("{place}, {key}"))?));
    }
    let campaign = json.get("campaign").and_then(Json::as_str).map(Into::into);
    Ok(Activity { kind: Kind::new(kind), channel, direction, agent, campaign, properties })
}

fn read_value(json: &Json, place: &str) -> Result<Value, Wrong> {
    match json {
        Json::Null => Ok(Value::Null),
        Json::Bool(value) => Ok(Value::Bool(*value)),
        Json::Number(number) => number
            .as_f64()
            .map(Value::Number)
            .ok_or_else(|| wrong(place, "this number is too large")),
        Json::String(text) => Ok(Value::from(text.as_str())),
        Json::Array(items) => {
            let texts: Option<Vec<Box<str>>> =
                items.iter().map(|item| item.as_str().map(Into::into)).collect();
            texts.map(Value::List).ok_or_else(|| wrong(place, "a list holds texts alone"))
        }
        Json::Object(_) => Err(wrong(place, "expected a value, found { … }")),
    }
}

fn moment(json: &Json, place: &str) -> Result<Moment, Wrong> {
    let text = json.as_str().ok_or_else(|| wrong(place, "expected a time in quotes"))?;
    text.parse().map_err(|not: moment::NotAMoment| wrong(place, &not.to_string()))
}

fn wrong(place: &str, words: &str) -> Wrong {
    Wrong { place: place.to_owned(), words: words.to_owned() }
}
