//! A definition's own tests: small people, and where they must stand.

use moment::{Moment, SECOND_US, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Definition;
use super::read::Reader;
use crate::fold::Folder;
use crate::fold::company::CompanyScore;
use crate::history::{Activity, Agent, Channel, Direction, Entry, Fact, History};
use crate::history::{Observation, Value, What};
use crate::standing::{Stage, Temperature};

/// The moment at which examples are judged: 2026-06-30T12:00:00Z.
pub const NOW: Moment = Moment::from_seconds(1_782_820_800);

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// The person.
    pub history: History,
    /// The stage in which they must stand.
    pub stage: Option<Stage>,
    /// The kind that they must have; `Some(None)`: none.
    pub kind: Option<Option<String>>,
    /// The temperature that they must have; `Some(None)`: none.
    pub temperature: Option<Option<Temperature>>,
    /// Where in the file, from 1.
    pub line: u32,
}

/// What became of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What it shows.
    pub name: String,
    /// Where in the file, from 1.
    pub line: u32,
    /// What was found instead, in words; `None` if it passed.
    pub failed: Option<String>,
}

impl Definition {
    /// Runs the definition's own tests.
    pub fn run_examples(&self) -> Vec<Outcome> {
        let mut folder = Folder::of(self);
        let of_company = CompanyScore::of(self);
        let run = |example: &Example| {
            let mut history = example.history.clone();
            if let Some(score) = &of_company {
                score.take_as_counted(&mut history);
            }
            let standing = folder.fold(&history, NOW).standing;
            let mut wrong = Vec::new();
            let mut expect = |what: &str, wanted: Option<&str>, found: &str| {
                if wanted.is_some_and(|wanted| wanted != found) {
                    wrong.push(format!("expected {what} {}, found {found}", wanted.unwrap_or("")));
                }
            };
            expect("stage", example.stage.map(Stage::as_str), standing.stage.as_str());
            let kind = example.kind.as_ref().map(|kind| kind.as_deref().unwrap_or("none"));
            expect("kind", kind, standing.kind.as_deref().unwrap_or("none"));
            let word =
                |temperature: Option<Temperature>| temperature.map_or("none", |t| t.as_str());
            let temperature = example.temperature.map(word);
            expect("temperature", temperature, word(standing.temperature));
            Outcome {
                name: example.name.clone(),
                line: example.line,
                failed: (!wrong.is_empty()).then(|| wrong.join("; ")),
            }
        };
        self.examples.iter().map(run).collect()
    }
}

/// Reads one example: facts come first, activities without an age follow each other by a minute and
/// end now, answers without an age are given now.
pub(super) fn read(
    reader: &mut Reader<'_>,
    name: &str,
    value: &Spanned<DeValue<'_>>,
) -> Option<Example> {
    let table = reader.table(value)?;
    reader.only(
        table,
        &["person", "company", "score", "did", "yes", "no", "expect", "kind", "temperature"],
    );
    let mut entries = Vec::new();
    activities(reader, table, &mut entries);
    answers(reader, table, &mut entries);
    let first = entries.iter().map(|(at, _)| *at).min().unwrap_or(NOW).min(NOW);
    let mut facts = Vec::new();
    for subject in ["person", "company", "score"] {
        let Some(found) = table.get(subject).and_then(|found| reader.table(found)) else {
            continue;
        };
        for (key, value) in found {
            let value = fact(reader, value)?;
            facts.push(Fact::certain(&format!("{subject}.{}", key.get_ref()), value));
        }
    }
    if !facts.is_empty() {
        let source = "example".into();
        entries.insert(0, (first - Span::days(1), What::Facts(Observation { source, facts })));
    }
    let entries = (0..).zip(entries);
    let history = History::new(
        entries
            .map(|(id, (at, what))| Entry { id, occurred_at: at, recorded_at: at, what })
            .collect(),
    );
    let stage = reader.text_of(table, "expect").and_then(|word| {
        let known: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
        let stage = Stage::parse(&word);
        if stage.is_none() {
            reader.unknown(value.span().start, "stage", &word, &known);
        }
        stage
    });
    let temperature = reader.text_of(table, "temperature").map(|word| {
        if word != "none" && Temperature::parse(&word).is_none() {
            let known = ["hot", "warm", "cold", "none"];
            reader.unknown(value.span().start, "temperature", &word, &known);
        }
        Temperature::parse(&word)
    });
    let kind = reader.text_of(table, "kind").map(|kind| Some(kind).filter(|kind| kind != "none"));
    if !["expect", "kind", "temperature"].iter().any(|key| table.contains_key(*key)) {
        reader.fault(value.span().start, "expected expect, kind or temperature");
    }
    let (line, _) = crate::condition::place(reader.text, value.span().start);
    Some(Example { name: name.to_owned(), history, stage, kind, temperature, line })
}

fn activities(reader: &mut Reader<'_>, table: &DeTable<'_>, entries: &mut Vec<(Moment, What)>) {
    let Some(found) = table.get("did") else { return };
    let texts = reader.texts(found);
    let mut read = Vec::new();
    for (text, at) in texts {
        match activity(&text) {
            Ok(activity) => read.push(activity),
            Err(words) => reader.fault(at, words),
        }
    }
    let mut without_age = read.iter().filter(|(age, _)| age.is_none()).count();
    for (age, activity) in read {
        let age = age.unwrap_or_else(|| {
            without_age -= 1;
            Span(i64::try_from(without_age).unwrap_or(0) * 60 * SECOND_US)
        });
        entries.push((NOW - age, What::Activity(activity)));
    }
}

/// Reads `kind [age] [machine] [field=value]…`.
fn activity(text: &str) -> Result<(Option<Span>, Activity), String> {
    let mut words = text.split_whitespace();
    let Some(kind) = words.next() else { return Err("expected an activity".to_owned()) };
    let mut activity = Activity::usual(kind);
    let mut age = None;
    for word in words {
        if let Some(agent) = Agent::parse(word) {
            activity.agent = agent;
        } else if let Some((key, value)) = word.split_once('=') {
            let wrong = || format!("{value:?} is no {key}");
            match key {
                "channel" => activity.channel = Some(Channel::parse(value).ok_or_else(wrong)?),
                "direction" => {
                    activity.direction = Some(Direction::parse(value).ok_or_else(wrong)?);
                }
                "agent" => activity.agent = Agent::parse(value).ok_or_else(wrong)?,
                "campaign" => activity.campaign = Some(value.into()),
                key => activity.properties.push((key.into(), plain(value))),
            }
        } else {
            let span = Definition::span(word);
            age = Some(span.ok_or_else(|| {
                format!("{word:?} is no age like 9d, no agent and no field=value")
            })?);
        }
    }
    Ok((age, activity))
}

fn plain(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => text.parse::<f64>().map_or_else(|_| Value::from(text), Value::from),
    }
}

fn answers(reader: &mut Reader<'_>, table: &DeTable<'_>, entries: &mut Vec<(Moment, What)>) {
    for answer in ["yes", "no"] {
        let Some(found) = table.get(answer) else { continue };
        for (text, at) in reader.texts(found) {
            let (name, age) = text.split_once(' ').unwrap_or((&text, "0d"));
            let Some(age) = Definition::span(age.trim()) else {
                reader.fault(at, format!("{age:?} is no age like 200d"));
                continue;
            };
            reader.known_criterion(name, at);
            let answered = Activity::answer(name, answer == "yes");
            entries.push((NOW - age, What::Activity(answered)));
        }
    }
}

fn fact(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<Value> {
    match value.get_ref() {
        DeValue::String(text) => Some(Value::from(&**text)),
        DeValue::Boolean(value) => Some(Value::from(*value)),
        DeValue::Array(_) => {
            let texts = reader.texts(value);
            Some(Value::List(texts.into_iter().map(|(text, _)| text.into()).collect()))
        }
        _ => reader.number(value).map(Value::from),
    }
}
