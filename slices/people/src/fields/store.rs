//! The statements about custom fields.

use moment::Moment;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;

use super::{FieldRow, Kind};

const ADD: Sql = sql("insert into custom_field (id, field_key, label, kind, choices, currency, formula, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
const CHANGE: Sql = sql(
    "update custom_field set label = $2, choices = $3, currency = $4, formula = $5 where id = $1",
);
const REMOVE: Sql = sql("delete from custom_field where id = $1");
const ROWS: Sql = sql(
    "select id, field_key, label, kind, choices, currency, formula from custom_field order by id",
);

pub(super) const ALL: &[Sql] = &[ADD, CHANGE, REMOVE, ROWS];

pub(super) fn add(
    tx: &mut Tx,
    field: &FieldRow,
    by: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    let choices = choices(field)?;
    let FieldRow { id, key, label, kind, currency, formula, .. } = field;
    tx.execute(
        ADD,
        args![
            *id,
            key.as_str(),
            label.as_str(),
            kind.word(),
            choices.as_str(),
            currency.as_str(),
            formula.as_str(),
            by,
            now
        ],
    )?;
    Ok(())
}

pub(super) fn change(tx: &mut Tx, field: &FieldRow) -> Result<(), Failure> {
    let choices = choices(field)?;
    let FieldRow { id, label, currency, formula, .. } = field;
    tx.execute(
        CHANGE,
        args![*id, label.as_str(), choices.as_str(), currency.as_str(), formula.as_str()],
    )?;
    Ok(())
}

fn choices(field: &FieldRow) -> Result<String, Failure> {
    serde_json::to_string(&field.choices).map_err(|error| Failure::Broken(error.into()))
}

pub(super) fn remove(tx: &mut Tx, id: i64) -> Result<(), Failure> {
    tx.execute(REMOVE, args![id])?;
    Ok(())
}

/// Of people, then of companies, each in the order of their labels.
pub(super) fn rows(tx: &mut Tx) -> Result<Vec<FieldRow>, Failure> {
    let mut rows = Vec::new();
    tx.each(ROWS, args![], |row| {
        rows.push(FieldRow {
            id: row.int(0),
            key: row.text(1).to_owned(),
            label: row.text(2).to_owned(),
            kind: Kind::parse(row.text(3)).ok_or_else(|| {
                Failure::broken(format!("there is no type of field {}", row.text(3)))
            })?,
            choices: serde_json::from_str(row.text(4))
                .map_err(|error| Failure::Broken(error.into()))?,
            currency: row.text(5).to_owned(),
            formula: row.text(6).to_owned(),
        });
        Ok(())
    })?;
    rows.sort_by_cached_key(|field| (field.is_of_company(), crate::find::name_key(&field.label)));
    Ok(rows)
}
