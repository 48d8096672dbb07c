//! `/people/conditions`, `/companies/conditions`: what chips are made of, and the text of those that somebody built.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Form as Fields, State};
use funnel::condition::form::Form;
use platform::app::App;
use platform::failure::Failure;
use platform::page::Page;
use serde::Deserialize;
use serde_json::{Value, json};
use team::{Right, User};

use super::wanted;
use crate::Of;
use crate::condition::{self, ConditionSource};
use crate::pages::chips::{self, About};
use crate::pages::list::{ConditionParts, SomebodyParts};

/// What may be asked about, and an empty chip: fetched once somebody builds a condition.
pub(super) async fn parts(of: Of, State(app): State<App>, who: User) -> Result<Page, Failure> {
    who.may(Right::ReadPeople)?;
    let (terms, of_people) = app
        .db
        .read(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            let conditions = Arc::clone(&tx.part::<ConditionSource>().0);
            let terms = conditions.terms(tx, lens.id, of)?;
            let of_people = match of {
                Of::People => None,
                Of::Companies => Some(conditions.terms(tx, lens.id, Of::People)?),
            };
            Ok((terms, of_people))
        })
        .await?;
    let somebody = |terms: BTreeMap<String, &'static str>| {
        Ok::<_, Failure>(SomebodyParts {
            terms: terms.into_iter().collect(),
            row: chips::new_row(About::Somebody)?,
            group: chips::new_somebody()?,
        })
    };
    let about = About::from(of);
    let parts = ConditionParts {
        terms: terms.into_iter().collect(),
        row: chips::new_row(about)?,
        group: chips::new_group(about)?,
        somebody: of_people.map(somebody).transpose()?,
    };
    Ok(Page::part(&parts))
}

/// The JSON form of a condition; rows may stand in it.
#[derive(Deserialize)]
pub(super) struct Built {
    condition: String,
}

/// The text of a condition that was built, `{"text", "english"}`, empty for one without parts; or what is wrong with
/// it, `{"faults"}`.
pub(super) async fn build(
    of: Of,
    State(app): State<App>,
    who: User,
    Fields(built): Fields<Built>,
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
                Ok(_) => Ok(json!({ "english": built.in_english().to_string(), "text": text })),
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
