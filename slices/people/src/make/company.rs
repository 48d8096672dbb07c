//! A company by its name or its domain, and what is known of it at once.

use funnel::history::Value;
use moment::Moment;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde::Deserialize;
use serde_json::{Map, json};
use team::{Right, User};

use super::{Made, Taken, at, came, may_make, must_write, named, news};
use crate::create::Companies;
use crate::edit::{self, EDIT, value_of};
use crate::fields::Fields;
use crate::upsert::{read_company, take_companies};
use crate::{Of, sight};

/// What a form, or a command, says of a company; what is empty says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CompanyDraft {
    /// Its name.
    pub name: String,
    /// Finds it, before its name does.
    pub domain: String,
    /// What it lives by.
    pub industry: String,
    /// The country, in two letters.
    pub country: String,
    /// How many work there.
    pub employees: String,
}

/// Makes a company, or says which it is.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Invalid` for what cannot be read or is not the user's to write, at its
/// field; `Refused` with `two_companies` if the keys are those of two, or of one that the user does not see, and with
/// `somebody_there` to whoever sees a part of the people: they make a company with somebody who works there.
pub fn company(
    tx: &mut Tx,
    who: &User,
    draft: &CompanyDraft,
    how: Taken,
    now: Moment,
) -> Result<Made, Failure> {
    who.may(Right::EditPeople)?;
    if !may_make(who, Of::Companies) {
        let words =
            "Whoever sees a part of the people makes a company with somebody who works there.";
        return Err(Failure::refused("somebody_there", words));
    }
    let mut said = Map::new();
    for (name, value) in [("name", &draft.name), ("domain", &draft.domain)] {
        if !value.trim().is_empty() {
            said.insert(name.to_owned(), json!(value.trim()));
        }
    }
    if said.is_empty() {
        return Err(Failure::Invalid(vec![at(
            "name",
            "give a name or a domain: by it it is known again",
        )]));
    }
    let (mut facts, mut wrong) = (Map::new(), Vec::new());
    for (name, typed) in [
        ("industry", &draft.industry),
        ("country", &draft.country),
        ("employees", &draft.employees),
    ] {
        let key = format!("company.{name}");
        match value_of(&key, typed.trim(), None) {
            Ok(Value::Null) => {}
            Ok(Value::Number(number)) => _ = facts.insert(key, json!(number)),
            Ok(_) => _ = facts.insert(key, json!(typed.trim())),
            Err(Failure::Invalid(fields)) => {
                wrong.extend(fields.into_iter().map(|field| at(name, field.words)));
            }
            Err(other) => return Err(other),
        }
    }
    said.insert("facts".to_owned(), facts.into());
    let fields = Fields::load(tx)?;
    let planned = match read_company(&said.into(), false, &fields) {
        Ok(planned) if wrong.is_empty() => planned,
        Ok(_) => return Err(Failure::Invalid(wrong)),
        Err(more) => {
            wrong.extend(
                more.into_iter().map(|field| Field { name: field_of(&field.name), ..field }),
            );
            return Err(named(wrong, str::to_owned));
        }
    };
    let facts = planned.facts.iter().map(|it| (it.key.strip_prefix("company.").unwrap_or(""), it));
    must_write(who, facts)?;

    let meant = Companies::of(tx, planned.keys.iter())?.meant(tx, &planned.keys, None)?;
    if let ([id], false) = (meant.as_slice(), how.updates)
        && sight::must_see_company(tx, who, *id).is_ok()
    {
        return Ok(Made::Known(*id, news(&edit::history(tx, *id)?, &planned.facts)));
    }
    came(take_companies(tx, who, vec![(None, Ok(planned))], EDIT, now)?.pop(), "two_companies")
}

fn field_of(way: &str) -> String {
    way.trim_start_matches('/').trim_start_matches("facts/company.").to_owned()
}
