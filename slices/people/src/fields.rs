//! Custom fields: what a workspace wants to know of its people and companies besides. A field is a fact,
//! `person.custom.plan` or `company.custom.region`, with a label and a type.
//!
//! **Promise:** wherever such a fact comes in, by an import, the API, an edit or a change of many, what its type does not
//! take is refused with the reason, and what it takes is kept in one form.
//! **Never:** touches what was recorded before the field was, or a fact of which there is no field.

mod check;
mod labels;
mod reading;
mod store;
mod there;

use std::collections::BTreeMap;

use funnel::history::Value;
use moment::Moment;
use platform::db::{Sql, Tx};
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::json;
use team::{Right, User, audit};

use crate::condition;
use crate::{LensId, Of, basis, segment};

pub use labels::Labels;
pub use reading::Reading;
pub(crate) use there::Absent;

pub(crate) const ALL: &[Sql] = store::ALL;

/// The prefix of a field's public id.
pub const FIELD: &str = "fld";
/// Fields that a workspace may have.
pub const FIELDS_MAX: usize = 500;
/// Choices that a field may have.
pub const CHOICES_MAX: usize = 500;
/// The longest key, in bytes.
const KEY_BYTES_MAX: usize = 60;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// An amount in the currency of the field.
    Money,
    /// A day.
    Date,
    /// One of some words.
    Choice,
    /// Several of some words.
    Choices,
    /// A person.
    Person,
    /// A company.
    Company,
    /// An address on the web.
    Url,
    /// Whether a condition is true; it is never told.
    Formula,
}

impl Kind {
    /// All of them, with the word by which they are stored and typed, and what people read.
    pub const ALL: [(Kind, &'static str, &'static str); 10] = [
        (Kind::Text, "text", "Text"),
        (Kind::Number, "number", "Number"),
        (Kind::Money, "money", "Money"),
        (Kind::Date, "date", "Date"),
        (Kind::Choice, "choice", "One choice"),
        (Kind::Choices, "choices", "Several choices"),
        (Kind::Person, "person", "Person"),
        (Kind::Company, "company", "Company"),
        (Kind::Url, "url", "Web address"),
        (Kind::Formula, "formula", "Formula: whether a condition is true"),
    ];

    /// From its word.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.iter().find(|(_, known, _)| *known == word).map(|(kind, ..)| *kind)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Kind::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, word, _)| word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        Kind::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., label)| label)
    }
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRow {
    /// Inside.
    pub id: i64,
    /// The fact: `person.custom.plan`.
    pub key: String,
    /// As people call it.
    pub label: String,
    /// What it holds.
    pub kind: Kind,
    /// The words of a choice, in their order.
    pub choices: Vec<String>,
    /// The currency of money.
    pub currency: String,
    /// The condition of a formula.
    pub formula: String,
}

impl FieldRow {
    /// Whether it is about companies.
    pub fn is_of_company(&self) -> bool {
        self.key.starts_with(COMPANY)
    }
}

const PERSON: &str = "person.custom.";
const COMPANY: &str = "company.custom.";

/// What is asked of a new field, or of one that changes.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Whether it is about companies; of a new field.
    pub of_company: bool,
    /// The last part of its key; made of the label if empty; of a new field.
    pub name: String,
    /// As people call it.
    pub label: String,
    /// The words of a choice, in their order.
    pub choices: Vec<String>,
    /// The currency of money.
    pub currency: String,
    /// The condition of a formula.
    pub formula: String,
}

/// Makes a field.
///
/// # Errors
/// `Forbidden` without the right to manage the workspace's fields; `Invalid` with the part that is wrong; `Refused` with
/// `key_taken`, `too_many_fields` or, of a formula, `condition`.
pub fn make(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    kind: Kind,
    draft: &Draft,
    now: Moment,
) -> Result<FieldRow, Failure> {
    who.may(Right::ManageFields)?;
    let fields = store::rows(tx)?;
    if fields.len() >= FIELDS_MAX {
        let words = format!("There are {FIELDS_MAX} fields already; remove one first.");
        return Err(Failure::refused("too_many_fields", words));
    }
    let (label, _) = segment::named(&draft.label)
        .map_err(|_| Failure::invalid("label", "say what people call it, in at most 120 bytes"))?;
    let name = key_name(if draft.name.trim().is_empty() { &label } else { &draft.name });
    if name.is_empty() || name.len() > KEY_BYTES_MAX {
        let words =
            format!("a key is letters, digits and _, at most {KEY_BYTES_MAX}: plan, renewal_date");
        return Err(Failure::invalid("name", words));
    }
    let key = format!("{}{name}", if draft.of_company { COMPANY } else { PERSON });
    if let Some(other) = fields.iter().find(|field| field.key == key) {
        let words = format!("{key} is the field {} already.", other.label);
        return Err(Failure::refused("key_taken", words));
    }
    let mut field = FieldRow {
        id: tx.ids(1)?,
        key,
        label,
        kind,
        choices: Vec::new(),
        currency: String::new(),
        formula: String::new(),
    };
    fill(tx, who, lens, &mut field, draft, now)?;
    store::add(tx, &field, who.actor(), now)?;
    audit::note(tx, who, "field.made", (FIELD, field.id), json!({ "key": field.key }), now)?;
    Ok(field)
}

/// Gives a field another label, other choices, another currency or formula; never another type, for what was recorded is
/// of this one.
///
/// # Errors
/// As [`make`]; `Missing`.
pub fn change(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    key: &str,
    draft: &Draft,
    now: Moment,
) -> Result<FieldRow, Failure> {
    who.may(Right::ManageFields)?;
    let mut field = load(tx, who, key)?;
    let (label, _) = segment::named(&draft.label)
        .map_err(|_| Failure::invalid("label", "say what people call it, in at most 120 bytes"))?;
    field.label = label;
    fill(tx, who, lens, &mut field, draft, now)?;
    store::change(tx, &field)?;
    audit::note(tx, who, "field.changed", (FIELD, field.id), json!({ "key": field.key }), now)?;
    Ok(field)
}

/// What is asked of a field of its type.
fn fill(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    field: &mut FieldRow,
    draft: &Draft,
    now: Moment,
) -> Result<(), Failure> {
    match field.kind {
        Kind::Choice | Kind::Choices => {
            field.choices = check::choices(&draft.choices)?;
        }
        Kind::Money => {
            let currency = draft.currency.trim().to_uppercase();
            if wire::number::currency_places(&currency).is_none() {
                let words = format!("{:?} is no currency like EUR", draft.currency.trim());
                return Err(Failure::invalid("currency", words));
            }
            field.currency = currency;
        }
        Kind::Formula => {
            let asked = match field.is_of_company() {
                true => condition::read_of_companies(tx, lens, &draft.formula)?,
                false => condition::read(tx, lens, &draft.formula)?,
            };
            asked.check(tx, who)?;
            asked.prepare(tx, who, now)?;
            let mut reads_formula = false;
            let fields = store::rows(tx)?;
            not_read_by_another(tx, lens, field, &fields)?;
            asked.condition().terms(&mut |term| {
                if let funnel::condition::Term::Fact(key) = term {
                    let is_one =
                        |other: &FieldRow| other.key == *key && other.kind == Kind::Formula;
                    reads_formula |= *key == field.key || fields.iter().any(is_one);
                }
            });
            if reads_formula {
                let words = "a formula asks about what is told, not about another formula";
                return Err(Failure::invalid("formula", words));
            }
            field.formula = asked.condition().to_string();
        }
        Kind::Text | Kind::Number | Kind::Date | Kind::Person | Kind::Company | Kind::Url => {}
    }
    Ok(())
}

/// Refuses a formula about which another asks, by a key that was no formula when it was made: they would ask each other
/// without end.
fn not_read_by_another(
    tx: &mut Tx,
    lens: LensId,
    field: &FieldRow,
    fields: &[FieldRow],
) -> Result<(), Failure> {
    for other in fields.iter().filter(|it| it.kind == Kind::Formula && it.key != field.key) {
        let of = if other.is_of_company() { Of::Companies } else { Of::People };
        // What a later definition has lost asks nothing.
        let Ok(asked) = condition::read_of(tx, of, lens, &other.formula) else { continue };
        let mut reads = false;
        asked.condition().terms(&mut |term| {
            reads |= matches!(term, funnel::condition::Term::Fact(key) if *key == field.key);
        });
        if reads {
            let words = format!(
                "the formula {} asks about {}, and a formula asks about what is told, not about another formula: change \
                 that one, or give this one another name",
                other.label, field.key
            );
            return Err(Failure::invalid("formula", words));
        }
    }
    Ok(())
}

/// Small letters, digits and `_` of a text: `Renewal date` is `renewal_date`.
fn key_name(text: &str) -> String {
    let small = crate::find::name_key(text);
    let mut name = String::new();
    for letter in small.chars() {
        match letter {
            'a'..='z' | '0'..='9' => name.push(letter),
            _ if !name.is_empty() && !name.ends_with('_') => name.push('_'),
            _ => {}
        }
    }
    name.trim_end_matches('_').to_owned()
}

/// Removes a field. What was recorded of it stays, as a fact without a field.
///
/// # Errors
/// `Forbidden` without the right to manage the workspace's fields; `Missing`.
pub fn remove(tx: &mut Tx, who: &User, key: &str, now: Moment) -> Result<(), Failure> {
    who.may(Right::ManageFields)?;
    let field = load(tx, who, key)?;
    store::remove(tx, field.id)?;
    audit::note(tx, who, "field.removed", (FIELD, field.id), json!({ "key": field.key }), now)
}

/// Every field: of people, then of companies, each in the order of their labels.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn fields(tx: &mut Tx, who: &User) -> Result<Vec<FieldRow>, Failure> {
    who.may(Right::ReadPeople)?;
    store::rows(tx)
}

/// The same, for other slices.
///
/// # Errors
/// `Broken` when the database fails.
pub fn all(tx: &mut Tx) -> Result<Vec<FieldRow>, Failure> {
    store::rows(tx)
}

/// One field, by its key.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing`.
pub fn load(tx: &mut Tx, who: &User, key: &str) -> Result<FieldRow, Failure> {
    who.may(Right::ReadPeople)?;
    let found = store::rows(tx)?.into_iter().find(|field| field.key == key);
    found.ok_or_else(|| Failure::missing("field", key))
}

/// The fields of a workspace, to check what comes in.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    by_key: BTreeMap<String, FieldRow>,
    ids: PublicIds,
}

impl Fields {
    /// As they are now.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn load(tx: &mut Tx) -> Result<Fields, Failure> {
        let kept = tx.kept(&["custom_field"], |tx| {
            let rows = store::rows(tx)?.into_iter();
            let by_key = rows.map(|field| (field.key.clone(), field)).collect();
            Ok(Fields { by_key, ids: tx.public_ids() })
        })?;
        Ok(Fields::clone(&kept))
    }

    /// Whether it is said of a fact what it takes.
    pub fn rules(&self, key: &str) -> bool {
        self.by_key.contains_key(key) || basis::purpose(key).is_some()
    }

    /// The field of a fact.
    pub fn get(&self, key: &str) -> Option<&FieldRow> {
        self.by_key.get(key)
    }

    /// Those of which nothing is told, for they follow from a condition.
    pub fn formulas(&self) -> impl Iterator<Item = &FieldRow> {
        self.by_key.values().filter(|field| field.kind == Kind::Formula)
    }

    /// Of whom a fact says who it is: the prefix of the ids that it takes, if it takes any.
    fn names(&self, key: &str) -> Option<&'static str> {
        match self.by_key.get(key)?.kind {
            Kind::Person => Some(crate::PERSON),
            Kind::Company => Some(crate::COMPANY),
            _ => None,
        }
    }

    /// What is to be recorded under a key: the value in the form of the field's type. A fact without a field is taken
    /// as it is, and so is what takes a fact back.
    ///
    /// # Errors
    /// Why the field does not take it, in words.
    pub fn check(&self, key: &str, value: Value) -> Result<Value, String> {
        if basis::purpose(key).is_some() {
            return basis::value(&value);
        }
        match (self.by_key.get(key), value) {
            (Some(field), Value::Null) if field.kind != Kind::Formula => Ok(Value::Null),
            (Some(field), value) => check::value(field, self.ids, value),
            (None, value) => Ok(value),
        }
    }
}
