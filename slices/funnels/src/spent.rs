//! What was paid for whom: the prices of `feed.purchased`, by person and currency.

use std::collections::BTreeMap;

use funnel::history::{Activity, Entry, Value, What};
use people::PersonId;
use platform::args;
use platform::db::{Arg, Sql, Tx, sql};
use platform::failure::Failure;

/// The kind of a purchase.
pub(crate) const BOUGHT: &str = "feed.purchased";

const OF: Sql = sql("select person_id, currency, cost_minor, purchases from spent
     where person_id in ({list})");
const AFTER: Sql = sql("select person_id, currency, cost_minor, purchases from spent
     where person_id > $1 order by person_id, currency limit $2");
const SAVE: Sql = sql(
    "insert into spent (person_id, currency, cost_minor, purchases) values ($1, $2, $3, $4)
     on conflict (person_id, currency) do update set cost_minor = excluded.cost_minor, purchases = excluded.purchases",
);
const DROP: Sql = sql("delete from spent where person_id = $1 and currency = $2");

pub(crate) const ALL: &[Sql] = &[OF, AFTER, SAVE, DROP];

/// Rows read at once.
const CHUNK_ROWS: i64 = 5_000;

/// A sum in one currency, and of how many purchases. Under no currency: purchases without a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    /// In minor units.
    pub(crate) minor: i64,
    pub(crate) purchases: u64,
}

impl Sum {
    pub(crate) fn add(&mut self, other: Sum) {
        self.minor = self.minor.saturating_add(other.minor);
        self.purchases += other.purchases;
    }
}

/// Sums by currency.
pub(crate) type Sums = BTreeMap<String, Sum>;

/// Of people who were bought: what was paid for them.
#[derive(Debug, Default)]
pub(crate) struct Spent(BTreeMap<PersonId, Sums>);

impl Spent {
    /// Takes a person's own history down, whoever was bought.
    pub(crate) fn note(&mut self, person: PersonId, own: &[Entry]) {
        for entry in own {
            let What::Activity(activity) = &entry.what else { continue };
            if activity.kind.as_str() != BOUGHT {
                continue;
            }
            let (currency, minor) = price(activity).unwrap_or_default();
            let sums = self.0.entry(person).or_default();
            sums.entry(currency).or_default().add(Sum { minor, purchases: 1 });
        }
    }

    /// Writes what differs from what is stored.
    pub(crate) fn write(self, tx: &mut Tx) -> Result<(), Failure> {
        let stored = self.stored(tx)?;
        let (mut dropped, mut saved) = (Vec::new(), Vec::new());
        for (person, sums) in &self.0 {
            let before = stored.get(person);
            for currency in before.iter().flat_map(|before| before.keys()) {
                if !sums.contains_key(currency) {
                    dropped.push(args![*person, currency.as_str()].to_vec());
                }
            }
            for (currency, sum) in sums {
                if before.and_then(|before| before.get(currency)) != Some(sum) {
                    let purchases = i64::try_from(sum.purchases).unwrap_or(i64::MAX);
                    saved.push(args![*person, currency.as_str(), sum.minor, purchases].to_vec());
                }
            }
        }
        tx.bulk(DROP, dropped)?;
        tx.bulk(SAVE, saved)?;
        Ok(())
    }

    /// Of whom something else is stored.
    pub(crate) fn differs(&self, tx: &mut Tx) -> Result<Vec<PersonId>, Failure> {
        let stored = self.stored(tx)?;
        let differs = self.0.iter().filter(|(person, sums)| stored.get(person) != Some(sums));
        Ok(differs.map(|(person, _)| *person).collect())
    }

    fn stored(&self, tx: &mut Tx) -> Result<BTreeMap<PersonId, Sums>, Failure> {
        let mut stored: BTreeMap<PersonId, Sums> = BTreeMap::new();
        let list: Vec<Arg> = self.0.keys().copied().map(Arg::from).collect();
        if list.is_empty() {
            return Ok(stored);
        }
        tx.each_in(OF, &[], &list, |row| {
            let sum = Sum { minor: row.int(2), purchases: row.int(3).unsigned_abs() };
            stored.entry(row.int(0)).or_default().insert(row.text(1).to_owned(), sum);
            Ok(())
        })?;
        Ok(stored)
    }
}

/// Everybody for whom something was paid after a person, in the order of their ids, and the sums; a few thousand at
/// most, nobody at the end.
pub(crate) fn after(tx: &mut Tx, person: PersonId) -> Result<Vec<(PersonId, Sums)>, Failure> {
    let rows = tx.rows(AFTER, args![person, CHUNK_ROWS])?;
    let is_cut = i64::try_from(rows.len()).unwrap_or(CHUNK_ROWS) == CHUNK_ROWS;
    let mut found: Vec<(PersonId, Sums)> = Vec::new();
    for row in rows {
        let sum = Sum { minor: row.int(2), purchases: row.int(3).unsigned_abs() };
        let (person, currency) = (row.int(0), row.text(1).to_owned());
        match found.last_mut() {
            Some((last, sums)) if *last == person => {
                sums.insert(currency, sum);
            }
            _ => found.push((person, Sums::from([(currency, sum)]))),
        }
    }
    // The last one's other currencies may stand behind the cut: they come whole the next time.
    if is_cut && found.len() > 1 {
        found.pop();
    }
    Ok(found)
}

/// The price that a purchase names: in whole minor units, with its currency.
pub(crate) fn price(activity: &Activity) -> Option<(String, i64)> {
    let property = |name: &str| {
        let found = activity.properties.iter().find(|(key, _)| **key == *name);
        found.map(|(_, value)| value)
    };
    // An import tells any amount of money as `amount_minor`.
    let told = property("cost_minor").or_else(|| property("amount_minor"));
    let Value::Number(minor) = told? else { return None };
    let Value::Text(currency) = property("currency")? else { return None };
    let is_named = !currency.trim().is_empty();
    #[expect(clippy::as_conversions, reason = "whole and below 2^53, as was just looked at")]
    let whole = (minor.fract() == 0.0 && minor.abs() < 9e15).then_some(*minor as i64)?;
    is_named.then(|| (currency.trim().to_uppercase(), whole))
}
