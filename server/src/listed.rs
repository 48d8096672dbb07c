//! People as programs read them: a page of a list, and where each stands. The command line and the API give the same.

use std::collections::HashMap;

use funnel::Stage;
use funnel::history::{Entry, Value as Held, What};
use people::companies::ListedCompany;
use people::list::Listed;
use people::missing::MissingView;
use people::person::Record;
use people::search::SearchView;
use people::stand::Standing;
use people::{COMPANY, LensLabel, PERSON, PersonId};
use platform::Tx;
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Map, Value, json};

/// Some people of a list.
pub(crate) struct Page {
    pub(crate) lens: LensLabel,
    pub(crate) rows: Vec<Listed>,
    owners: Vec<(i64, String)>,
    pub(crate) next: Option<String>,
    /// How many meet the condition, if there is one.
    pub(crate) count: Option<u64>,
    /// How many stand at each stage, of a list without a condition.
    pub(crate) tally: Option<Vec<(Stage, u64)>>,
    /// What each lacks, if it was asked for.
    pub(crate) lacks: Option<HashMap<PersonId, MissingView>>,
}

impl Page {
    pub(crate) fn new(
        tx: &mut Tx,
        lens: LensLabel,
        rows: Vec<Listed>,
        next: Option<String>,
        count: Option<u64>,
        tally: Option<Vec<(Stage, u64)>>,
    ) -> Result<Page, Failure> {
        let owners = owners(tx, &rows)?;
        Ok(Page { lens, rows, owners, next, count, tally, lacks: None })
    }
}

/// A company of a list.
pub(crate) fn company(row: &ListedCompany, outside: PublicIds) -> Value {
    json!({
        "id": outside.encode(COMPANY, row.company.id),
        "name": row.company.name,
        "domain": row.company.domain,
        "industry": row.company.industry,
        "country": row.company.country,
        "employees": row.company.employees,
        "stage": row.stage.as_str(),
        "people": row.people,
        "touched_at": row.touched_at,
        "intent": row.intent,
        "kept": if row.is_intent_kept { vec!["intent"] } else { Vec::new() },
        "created_at": row.company.created_at,
    })
}

/// One of them.
pub(crate) fn one(row: &Listed, page: &Page, outside: PublicIds, now: moment::Moment) -> Value {
    let person = &row.person;
    let owner = person.owner.and_then(|id| page.owners.iter().find(|(owner, _)| *owner == id));
    let mut one = json!({
        "id": outside.encode(PERSON, person.id),
        "name": person.name,
        "email": person.email,
        "title": person.title,
        "company": row.company,
        "owner": owner.map(|(_, name)| name),
    });
    if let (Some(one), Value::Object(standing)) =
        (one.as_object_mut(), standing_value(&row.standing, &page.lens, now))
    {
        one.extend(standing);
        let lack = page.lacks.as_ref().and_then(|lacks| lacks.get(&person.id));
        one.extend(lack.map(|lack| ("missing".to_owned(), missing_value(lack))));
    }
    one
}

/// What somebody lacks, with its line of words.
fn missing_value(lack: &MissingView) -> Value {
    let mut value = json!(lack);
    if let Some(value) = value.as_object_mut() {
        value.insert("words".to_owned(), json!(lack.words()));
    }
    value
}

fn owners(tx: &mut Tx, rows: &[Listed]) -> Result<Vec<(i64, String)>, Failure> {
    let mut ids: Vec<i64> = rows.iter().filter_map(|row| row.person.owner).collect();
    ids.sort_unstable();
    ids.dedup();
    team::names(tx, &ids)
}

/// Where somebody stands, with engagement as it is now.
pub(crate) fn standing_value(standing: &Standing, lens: &LensLabel, now: moment::Moment) -> Value {
    let kept = lens.kept;
    let criteria: Map<String, Value> = lens
        .criteria
        .iter()
        .zip(standing.criteria.chars())
        .map(|(name, letter)| {
            let truth = match letter {
                't' => json!(true),
                'f' => json!(false),
                _ => Value::Null,
            };
            (name.clone(), truth)
        })
        .collect();
    json!({
        "stage": match standing.stage { Stage::None => None, stage => Some(stage.as_str()) },
        "kind": standing.kind,
        "temperature": temperature(standing.temperature),
        "criteria": criteria,
        "fit": (!kept.fit).then_some([standing.fit.0, standing.fit.1]),
        "engagement": (!kept.engagement).then(|| engagement(standing, lens, now)),
        "intent": standing.intent.filter(|_| !kept.intent),
        "likelihood": standing.likelihood.filter(|_| !kept.likelihood),
        "kept": kept.names(),
        "since": standing.entered_at,
    })
}

/// The score halved for every half-life since it was folded.
pub(crate) fn engagement(standing: &Standing, lens: &LensLabel, now: moment::Moment) -> f64 {
    match lens.half_life_us {
        Some(half_life) if half_life > 0 => {
            let age = (now - standing.folded_at).0.max(0) as f64;
            standing.engagement * (-age / half_life as f64).exp2()
        }
        _ => standing.engagement,
    }
}

/// The word of a temperature.
pub(crate) fn temperature(code: i64) -> Option<&'static str> {
    match code {
        3 => Some("hot"),
        2 => Some("warm"),
        1 => Some("cold"),
        _ => None,
    }
}

/// Everything about a person.
pub(crate) fn whole(record: &Record, outside: PublicIds, now: moment::Moment) -> Value {
    let person = &record.person;
    json!({
        "id": outside.encode(PERSON, person.id),
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "keys": record.keys.iter().map(|(kind, value)| json!({ "kind": kind, "value": value })).collect::<Vec<_>>(),
        "company": record.company.as_ref().map(|company| json!({
            "id": outside.encode(COMPANY, company.id), "name": company.name, "domain": company.domain,
            "stage": record.company_stage,
        })),
        "lens": record.lens.label,
        "standing": record.standing.as_ref().map(|standing| standing_value(standing, &record.lens, now)),
        "facts": record.facts,
        "company_facts": record.company_facts,
        "history": record.history.iter().map(entry_value).collect::<Vec<_>>(),
    })
}

fn entry_value(entry: &Entry) -> Value {
    let mut value = Map::new();
    value.insert("at".to_owned(), json!(entry.occurred_at));
    value.insert("recorded".to_owned(), json!(entry.recorded_at));
    match &entry.what {
        What::Activity(activity) => {
            value.insert("did".to_owned(), json!(activity.kind.as_str()));
            for (name, word) in [
                ("channel", activity.channel.map(|channel| channel.as_str())),
                ("direction", activity.direction.map(|direction| direction.as_str())),
                ("agent", Some(activity.agent.as_str())),
                ("campaign", activity.campaign.as_deref()),
            ] {
                if let Some(word) = word {
                    value.insert(name.to_owned(), json!(word));
                }
            }
            let properties =
                activity.properties.iter().map(|(name, held)| (name.to_string(), as_json(held)));
            value.extend(properties);
        }
        What::Facts(observation) => {
            let facts =
                observation.facts.iter().map(|fact| (fact.key.to_string(), as_json(&fact.value)));
            value.insert("source".to_owned(), json!(&*observation.source));
            value.insert("facts".to_owned(), Value::Object(facts.collect()));
        }
    }
    Value::Object(value)
}

/// A value as JSON.
pub(crate) fn as_json(held: &Held) -> Value {
    match held {
        Held::Null => Value::Null,
        Held::Bool(truth) => json!(truth),
        Held::Number(number) => number_as_json(*number),
        Held::Text(text) => json!(&**text),
        Held::List(texts) => texts.iter().map(|text| json!(&**text)).collect(),
        Held::Time(moment) => json!(moment),
    }
}

/// Counts and money without a point behind them.
fn number_as_json(number: f64) -> Value {
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0; // 2^53: up to here every whole number has its own float
    if number.fract() == 0.0 && number.abs() < WHOLE_MAX {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// The public id of a person or a company.
pub(crate) fn subject(id: i64, outside: PublicIds) -> String {
    outside.encode(if journal::is_company(id) { COMPANY } else { PERSON }, id)
}

/// What a search found.
pub(crate) fn found(found: &SearchView, outside: PublicIds) -> Value {
    let people = found.people.iter().map(|hit| {
        json!({
            "id": subject(hit.person.id, outside),
            "name": hit.person.name,
            "title": hit.person.title,
            "company": hit.company,
            "stage": hit.standing.stage.as_str(),
        })
    });
    let companies = found.companies.iter().map(|company| {
        json!({
            "id": subject(company.id, outside),
            "name": company.name,
            "domain": company.domain,
        })
    });
    let texts = found.texts.iter().map(|hit| {
        let excerpt = &hit.excerpt;
        json!({
            "about": subject(hit.subject, outside),
            "name": hit.name,
            "kind": hit.kind,
            "at": hit.at,
            "text": format!("{}{}{}", excerpt.before, excerpt.hit, excerpt.after),
        })
    });
    json!({
        "people": people.collect::<Vec<_>>(),
        "companies": companies.collect::<Vec<_>>(),
        "texts": texts.collect::<Vec<_>>(),
        "instead": found.instead,
    })
}
