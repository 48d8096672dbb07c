//! `gdpr`: everything that is held of somebody, in one file, for whoever asks (Art. 15 and 20 of the GDPR).
//!
//! **Promise:** every row of every table that is about them, as the tables are classified, is in it; and so is every row
//! of an import that names them.

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use platform::tables::Tables;
use serde_json::{Map, Value, json};
use team::audit::{self, Asked};
use team::{Right, User};

use crate::erase::named_of;
use crate::{PERSON, PersonId, find, person, sight};

/// What the file says of itself.
const EXPLAINED: &str = "Everything that this workspace holds of one person. `now` is what is held true today, each with \
     its source; `tables` is every row about them, table by table, as it is stored, `activity` being the history; \
     `named_in` is rows of imported files that name them; `audit` is who changed or took out what of them.";

/// Everything about whom `whom` means: see [`find::find`].
///
/// # Errors
/// `Forbidden` without the right to erase, which is the right over what is held of people; `Missing` if nobody is meant.
pub fn everything(tx: &mut Tx, who: &User, whom: &str, now: Moment) -> Result<Value, Failure> {
    who.may(Right::ErasePeople)?;
    sight::must_see_all(who)?;
    let id = find::find(tx, who, whom)?;
    let record = person::record(tx, who, whom, None, now)?;
    let outside = tx.public_ids().encode(PERSON, id);
    let mut keys = Map::new();
    for (kind, value) in &record.keys {
        keys.entry(kind.clone())
            .or_insert_with(|| json!([]))
            .as_array_mut()
            .into_iter()
            .for_each(|values| values.push(json!(value)));
    }
    let stage = record.standing.as_ref().map(|standing| standing.stage.as_str());
    let whole = json!({
        "explained": EXPLAINED,
        "workspace": team::workspace(tx)?.name,
        "as_of": now,
        "person": { "id": outside, "name": record.person.name, "keys": keys },
        "now": {
            "company": record.company.as_ref().map(|company| &company.name),
            "stage": stage,
            "facts": record.facts,
        },
        "tables": rows(tx, id)?,
        "named_in": named_in(tx, id)?,
        "audit": audited(tx, who, id)?,
    });
    audit::note(tx, who, "person.told-all", (PERSON, id), Value::Null, now)?;
    Ok(whole)
}

fn rows(tx: &mut Tx, id: PersonId) -> Result<Map<String, Value>, Failure> {
    let tables = tx.part::<Tables>();
    let mut found = Map::new();
    for table in &tables.0 {
        let rows = table.rows_about(tx, id)?;
        if !rows.is_empty() {
            found.insert(table.name.clone(), rows.into_iter().map(readable).collect());
        }
    }
    Ok(found)
}

fn named_in(tx: &mut Tx, id: PersonId) -> Result<Map<String, Value>, Failure> {
    let named = named_of(tx, id)?;
    let tables = tx.part::<Tables>();
    let mut found = Map::new();
    for table in &tables.0 {
        let hits = table.search(tx, &|text| named.is_in(text))?;
        if !hits.is_empty() {
            found.insert(
                table.name.clone(),
                hits.into_iter().map(|hit| readable(hit.row)).collect(),
            );
        }
    }
    Ok(found)
}

fn audited(tx: &mut Tx, who: &User, id: PersonId) -> Result<Value, Failure> {
    if who.may(Right::ReadAudit).is_err() {
        return Ok(Value::Null);
    }
    let asked = Asked { subject: Some((PERSON.to_owned(), id)), ..Asked::default() };
    let page = audit::list(tx, who, &asked, None, audit::ROWS_MAX)?;
    serde_json::to_value(page.rows).map_err(|error| Failure::Broken(error.into()))
}

/// Moments as people read them, and JSON that stands in a column as what it is.
fn readable(row: Value) -> Value {
    let Value::Object(row) = row else { return row };
    let cell = |(name, value): (String, Value)| {
        let value = match &value {
            Value::Number(number) if name.ends_with("_at") => match number.as_i64() {
                Some(at) => json!(Moment(at)),
                None => value,
            },
            Value::String(text) if text.starts_with(['{', '[']) => {
                serde_json::from_str(text).unwrap_or(value)
            }
            _ => value,
        };
        (name, value)
    };
    Value::Object(row.into_iter().map(cell).collect())
}

/// The same for people: an outline, a line for each value.
pub fn outline(value: &Value) -> String {
    let mut text = String::new();
    lines(value, 0, &mut text);
    text
}

fn lines(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                match word(value) {
                    Some(word) => text.push_str(&format!("{indent}{name}: {word}\n")),
                    None => {
                        text.push_str(&format!("{indent}{name}:\n"));
                        lines(value, depth + 1, text);
                    }
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match word(item) {
                    Some(word) => text.push_str(&format!("{indent}- {word}\n")),
                    None => {
                        text.push_str(&format!("{indent}-\n"));
                        lines(item, depth + 1, text);
                    }
                }
            }
        }
        other => text.push_str(&format!("{indent}{}\n", word(other).unwrap_or_default())),
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("unknown".to_owned()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.replace('\n', "\n    ")),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_has_a_line_for_each_value() {
        let value = json!({ "a": { "b": [1, { "c": true }] }, "d": null, "e": "x" });
        assert_eq!(outline(&value), "a:\n  b:\n    - 1\n    -\n      c: yes\ne: x\n");
        let row = readable(json!({ "occurred_at": 0, "n": 0, "properties": "{\"path\":\"/x\"}" }));
        assert_eq!(row["properties"]["path"], "/x");
        assert_eq!(
            (row["occurred_at"].as_str(), row["n"].as_i64()),
            (Some("1970-01-01T00:00:00Z"), Some(0))
        );
    }
}
