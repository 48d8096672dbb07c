//! One person, from every side.

use funnel::Stage;
use funnel::history::{Entry, What};
use people::person::{HeldFact, Record, history};
use people::{COMPANY, PERSON};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Map, Value, json};

use super::LIMIT_USUAL;
use crate::http::api::ask::Ask;
use crate::http::api::given::{Given, tag};
use crate::listed::{as_json, standing_value};

pub(super) fn get(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    given(tx, ask, ask.text("person"))
}

/// The person as they are now.
pub(super) fn given(tx: &mut Tx, ask: &Ask, who: &str) -> Result<Given, Failure> {
    let record = people::person::record(tx, &ask.who, who, ask.lens(), ask.now)?;
    let tag = tag_of(&record.history);
    Ok(Given::value(value(&record, ask)).tagged(tag))
}

/// Another whenever something is recorded of them.
pub(in crate::http::api) fn tag_of(history: &[Entry]) -> String {
    let parts: Vec<String> =
        history.iter().map(|entry| format!("{}.{}", entry.occurred_at.0, entry.id)).collect();
    tag(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn stage(stage: Stage) -> Option<&'static str> {
    (stage != Stage::None).then(|| stage.as_str())
}

pub(in crate::http::api) fn fact(fact: &HeldFact) -> Value {
    json!({
        "key": fact.key,
        "value": as_json(&fact.held),
        "source": fact.source,
        "observed_at": fact.observed_at,
        "expires_at": fact.expires_at,
        "is_suspect": fact.is_suspect,
    })
}

fn value(record: &Record, ask: &Ask) -> Value {
    let person = &record.person;
    let key = |(kind, value): &(String, String)| json!({ "kind": kind, "value": value });
    json!({
        "id": ask.outside.encode(PERSON, person.id),
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "title": person.title,
        "country": person.country,
        "keys": record.keys.iter().map(key).collect::<Vec<_>>(),
        "company": record.company.as_ref().map(|company| json!({
            "id": ask.outside.encode(COMPANY, company.id), "name": company.name, "domain": company.domain,
            "stage": stage(record.company_stage),
        })),
        "lens": record.lens.label,
        "standing": record.standing.as_ref().map(|standing| standing_value(standing, &record.lens, ask.now)),
        "facts": record.facts.iter().map(fact).collect::<Vec<_>>(),
        "company_facts": record.company_facts.iter().map(fact).collect::<Vec<_>>(),
    })
}

pub(super) fn activities(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let (_, history) = history(tx, &ask.who, ask.text("person"))?;
    let after = ask.find("after").map(super::super::place_of).transpose()?;
    let limit = ask.size("limit", LIMIT_USUAL);
    let is_next =
        |entry: &&Entry| after.is_none_or(|after| (entry.occurred_at.0, entry.id) < after);
    let mut found: Vec<(&Entry, Value)> = history
        .iter()
        .rev()
        .filter(is_next)
        .filter_map(|entry| Some((entry, activity(entry)?)))
        .take(limit + 1)
        .collect();
    let is_more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| is_more).map(|(entry, _)| entry);
    let next = last.map(|entry| super::super::place(entry.occurred_at.0, entry.id));
    let activities: Vec<Value> = found.into_iter().map(|(_, value)| value).collect();
    Ok(Given::value(json!({ "activities": activities, "next": next })))
}

fn activity(entry: &Entry) -> Option<Value> {
    let What::Activity(activity) = &entry.what else { return None };
    let properties: Map<String, Value> =
        activity.properties.iter().map(|(name, held)| (name.to_string(), as_json(held))).collect();
    Some(json!({
        "kind": activity.kind.as_str(),
        "at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "channel": activity.channel.map(|channel| channel.as_str()),
        "direction": activity.direction.map(|direction| direction.as_str()),
        "agent": activity.agent.as_str(),
        "campaign": activity.campaign,
        "properties": properties,
    }))
}

pub(super) fn facts(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let (_, history) = history(tx, &ask.who, ask.text("person"))?;
    let key = ask.find("key");
    let said = history.iter().rev().filter_map(|entry| match &entry.what {
        What::Facts(observation) => Some((entry, observation)),
        What::Activity(_) => None,
    });
    let facts: Vec<Value> = said
        .flat_map(|(entry, observation)| {
            let wanted =
                observation.facts.iter().filter(|fact| key.is_none_or(|key| *fact.key == *key));
            wanted.map(|fact| {
                json!({
                    "key": &*fact.key,
                    "value": as_json(&fact.value),
                    "source": &*observation.source,
                    "at": entry.occurred_at,
                    "recorded_at": entry.recorded_at,
                    "expires_at": fact.expires_at,
                    "is_suspect": fact.suspect,
                })
            })
        })
        .collect();
    Ok(Given::value(json!({ "facts": facts })))
}

pub(super) fn standings(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = people::person::find(tx, &ask.who, ask.text("person"))?;
    let mut standings = Vec::new();
    for lens in people::lenses(tx, &ask.who)? {
        let Some(standing) = people::stand::standings(tx, lens.id, &[id])?.remove(&id) else {
            continue;
        };
        let mut value = json!({ "lens": lens.name, "version": standing.version });
        if let (Some(members), Value::Object(more)) =
            (value.as_object_mut(), standing_value(&standing, &lens, ask.now))
        {
            members.extend(more);
        }
        standings.push(value);
    }
    Ok(Given::value(json!({ "standings": standings })))
}

pub(super) fn transitions(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let why = funnels::why::why(tx, &ask.who, ask.text("person"), ask.lens(), ask.now)?;
    Ok(Given::value(json!({ "lens": why.lens, "transitions": why.moves })))
}
