//! What happened to people who are known, as a program tells of it: one or many at once.

use moment::Moment;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value as Json, json};
use team::{Right, User};

use super::{PEOPLE_MAX, SOURCE, Told, read, take};
use crate::fields::Fields;
use crate::{find, store};

/// Takes activities, at most [`PEOPLE_MAX`] of them, each with its `person` beside what a new activity has; gives of each
/// `Updated` if it was recorded, `Unchanged` if it was known.
///
/// # Errors
/// `Forbidden` without the right to edit people, or, of more than one, to import them; `Invalid` for too many;
/// `Broken` when the database fails.
pub fn record_activities(
    tx: &mut Tx,
    who: &User,
    activities: &[Json],
    now: Moment,
) -> Result<Vec<Told>, Failure> {
    who.may(Right::EditPeople)?;
    if activities.len() > 1 {
        who.may(Right::ImportPeople)?;
    }
    if activities.len() > PEOPLE_MAX {
        let words = format!("{} at once; at most {PEOPLE_MAX} are taken", activities.len());
        return Err(Failure::invalid("/activities", words));
    }
    // Activities hold no facts, so no field is asked.
    let no_facts = Fields::default();
    let mut planned = Vec::with_capacity(activities.len());
    for activity in activities {
        let mut new = activity.as_object().cloned().unwrap_or_default();
        let person = new.remove("person");
        let found = match person.as_ref().and_then(Json::as_str) {
            None => Err(vec![wrong("/person", "say whose it is: an id, an address, a telephone")]),
            Some(person) => match find::find(tx, who, person) {
                Ok(id) => Ok(id),
                Err(failure @ Failure::Broken(_)) => return Err(failure),
                Err(failure) => Err(vec![wrong("/person", &failure.to_string())]),
            },
        };
        planned.push(match found {
            Err(fields) => (None, Err(fields)),
            Ok(id) => {
                let own = store::keys_of(tx, id)?.into_iter().next();
                let own = own.unwrap_or_else(|| ("person".to_owned(), id.to_string()));
                let read = read(&json!({ "activities": [new] }), Some(&own), &no_facts, now);
                (Some(id), read.map_err(|fields| fields.into_iter().map(bared).collect()))
            }
        });
    }
    take(tx, who, planned, SOURCE, now)
}

fn wrong(way: &str, words: &str) -> Field {
    Field { name: way.to_owned(), words: words.to_owned() }
}

/// The way to it within the activity.
fn bared(field: Field) -> Field {
    let name = field.name.strip_prefix("/activities/0").map(str::to_owned);
    Field { name: name.unwrap_or(field.name), words: field.words }
}
