//! `/people/conditions`, `/companies/conditions`: what chips are made of, and the text of those that somebody built.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Form as Sent, State};
use funnel::Stage;
use funnel::condition::form::{Form, Row};
use funnel::history::Value as Fact;
use platform::app::App;
use platform::failure::Failure;
use platform::page::Page;
use serde::Deserialize;
use serde_json::{Value, json};
use team::{Right, User};

use super::wanted;
use crate::Of;
use crate::condition::{self, ConditionSource};
use crate::fields::{self, FieldRow, Fields, Kind, Labels};
use crate::pages::chips::{self, About};
use crate::pages::list::{ConditionParts, SomebodyParts, Term};

/// What may be asked about, and an empty chip: fetched once somebody builds a condition.
pub(super) async fn parts(of: Of, State(app): State<App>, who: User) -> Result<Page, Failure> {
    who.may(Right::ReadPeople)?;
    let (terms, of_people, fields) = app
        .db
        .read(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            let conditions = Arc::clone(&tx.part::<ConditionSource>().0);
            let terms = conditions.terms(tx, lens.id, of)?;
            let of_people = match of {
                Of::People => None,
                Of::Companies => Some(conditions.terms(tx, lens.id, Of::People)?),
            };
            let mut fields = fields::fields(tx, &who)?;
            fields.retain(|field| !who.is_hidden(&field.key));
            Ok((terms, of_people, fields))
        })
        .await?;
    let somebody = |terms: BTreeMap<String, &'static str>| {
        Ok::<_, Failure>(SomebodyParts {
            terms: offered(terms, &fields),
            row: chips::new_row(About::Somebody)?,
            group: chips::new_somebody()?,
        })
    };
    let about = About::from(of);
    let parts = ConditionParts {
        terms: offered(terms, &fields),
        row: chips::new_row(about)?,
        group: chips::new_group(about)?,
        somebody: of_people.map(somebody).transpose()?,
    };
    Ok(Page::part(&parts))
}

/// What may be asked about, with what people call it and what it may be.
fn offered(terms: BTreeMap<String, &'static str>, fields: &[FieldRow]) -> Vec<Term> {
    let stages = || Stage::ALL.iter().map(|stage| stage.as_str()).collect::<Vec<_>>().join("\n");
    let term = |(word, sort): (String, &'static str)| {
        let field = fields.iter().find(|field| field.key == word);
        Term {
            label: field.map(|field| field.label.clone()).unwrap_or_default(),
            values: match field {
                Some(field) => field.choices.join("\n"),
                None if word == "stage" => stages(),
                None => String::new(),
            },
            word,
            sort,
        }
    };
    terms.into_iter().map(term).collect()
}

/// What some rows ask for that no field of theirs can be: `{"row", "cell", "words"}` of each, counted as the rows of a
/// condition are read. Such a condition is one, and finds nobody whose value was told since the field was made.
fn impossible(form: &Form, fields: &Fields) -> Vec<Value> {
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    gather(form, &mut rows);
    for (at, row) in rows.into_iter().enumerate() {
        let is_choice = fields
            .get(row.term.trim())
            .is_some_and(|field| matches!(field.kind, Kind::Choice | Kind::Choices));
        let asked: Vec<&str> = match row.op.as_str() {
            "==" | "!=" | "holds" if is_choice => vec![row.value.as_str()],
            "in" if is_choice => row.value.split(',').collect(),
            _ => continue,
        };
        let plain = |text: &str| text.trim().trim_matches(['"', '[', ']']).trim().to_owned();
        let wrong = asked
            .into_iter()
            .map(plain)
            .filter(|text| !text.is_empty())
            .find_map(|text| fields.check(row.term.trim(), Fact::from(text.as_str())).err());
        told.extend(wrong.map(|words| json!({ "row": at, "cell": "value", "words": words })));
    }
    told
}

/// The rows of a form in the order in which they are read.
fn gather<'f>(form: &'f Form, rows: &mut Vec<&'f Row>) {
    match form {
        Form::All(parts) | Form::Any(parts) => {
            for part in parts {
                gather(part, rows);
            }
        }
        Form::Not(part) | Form::Somebody(part) => gather(part, rows),
        Form::Row(row) => rows.push(row),
        Form::Whole(_) => {}
    }
}

/// The JSON form of a condition; rows may stand in it.
#[derive(Deserialize)]
pub(super) struct Built {
    condition: String,
}

/// The text of a condition that was built, `{"text", "english"}`, empty for one without parts; or what is wrong with
/// it, `{"faults"}`. With the text comes what can't be found by it, `{"warnings"}`.
pub(super) async fn build(
    of: Of,
    State(app): State<App>,
    who: User,
    Sent(built): Sent<Built>,
) -> Result<Json<Value>, Failure> {
    who.may(Right::ReadPeople)?;
    let form =
        Form::from_json(&built.condition).map_err(|words| Failure::invalid("condition", words))?;
    if is_empty(&form) {
        return Ok(Json(json!({ "text": "", "english": "" })));
    }
    let read = app
        .db
        .read(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            let read = tx.part::<ConditionSource>().0.build(tx, lens.id, of, &form)?;
            let Ok(built) = read else { return Ok(json!({ "faults": read.err() })) };
            let text = built.to_string();
            // What can't be asked of everybody is said at once.
            let fits = condition::fits_address(&text);
            match fits.and_then(|()| wanted::read(tx, &who, (of, lens.id), &text)) {
                Ok(_) => Ok(json!({
                    "english": Labels::seen(tx, &who)?.english(&built).to_string(),
                    "text": text,
                    "warnings": impossible(&form, &Fields::load(tx)?),
                })),
                Err(Failure::Refused { words, .. }) => {
                    Ok(json!({ "faults": [{ "row": null, "cell": "term", "words": words }] }))
                }
                Err(other) => Err(other),
            }
        })
        .await?;
    Ok(Json(read))
}

/// Whether no row is in it.
fn is_empty(form: &Form) -> bool {
    match form {
        Form::All(parts) | Form::Any(parts) => parts.iter().all(is_empty),
        Form::Not(part) | Form::Somebody(part) => is_empty(part),
        Form::Row(_) | Form::Whole(_) => false,
    }
}
