//! How standings are written: each by the statement that touches the fewest indexes.
//!
//! SQLite takes every index whose columns a statement names out and in again, whether or not the value differs, and a
//! standing lies in five. So of whom only the moment changed the row alone is written, of whom somebody only did
//! something the indexes by that, and all of them of whoever is new or stands elsewhere.

use platform::args;
use platform::db::{Arg, Sql, Tx, sql};
use platform::failure::Failure;

use super::{Kept, Place, Standing};
use crate::LensId;

const UPSERT: Sql = sql(
    "insert into standing (lens_id, person_id, version, stage, kind, temperature, criteria, fit_low,
        fit_high, engagement, engagement_key, intent, likelihood, entered_at, touched_at, next_at,
        folded_at, name_key)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     on conflict (lens_id, person_id) do update set version = excluded.version, stage = excluded.stage,
        kind = excluded.kind, temperature = excluded.temperature, criteria = excluded.criteria,
        fit_low = excluded.fit_low, fit_high = excluded.fit_high, engagement = excluded.engagement,
        engagement_key = excluded.engagement_key, intent = excluded.intent,
        likelihood = excluded.likelihood, entered_at = excluded.entered_at,
        touched_at = excluded.touched_at, next_at = excluded.next_at, folded_at = excluded.folded_at,
        name_key = excluded.name_key, revision = standing.revision + 1",
);

/// What lies in no index, and what else is named.
macro_rules! update {
    ($more:literal) => {
        sql(concat!(
            "update standing set version = $3, kind = $4, temperature = $5, criteria = $6, fit_high = $7,
        engagement = $8, intent = $9, likelihood = $10, entered_at = $11, folded_at = $12",
            $more,
            ", revision = revision + 1 where lens_id = $1 and person_id = $2"
        ))
    };
}
const KEPT: Sql = update!("");
const RESTED: Sql = update!(", next_at = $13");
const ACTED: Sql = update!(", next_at = $13, engagement_key = $14, touched_at = $15");
const SCORED: Sql =
    update!(", next_at = $13, engagement_key = $14, touched_at = $15, fit_low = $16");

pub(crate) const ALL: &[Sql] = &[UPSERT, KEPT, RESTED, ACTED, SCORED];

/// Writes where these people stand; `before` of each is what is stored.
pub(super) fn save(tx: &mut Tx, lens: LensId, places: &[Place]) -> Result<(), Failure> {
    let [mut upsert, mut kept, mut rested, mut acted, mut scored] = [const { Vec::new() }; 5];
    for place in places {
        let s = &place.standing;
        match Reach::of(place) {
            Reach::Everything => upsert.push(whole(lens, place)),
            Reach::Nothing => kept.push(row_of(lens, place, args![])),
            Reach::Next => rested.push(row_of(lens, place, args![s.next_at])),
            Reach::Acted => {
                let more = args![s.next_at, s.engagement_key, s.touched_at];
                acted.push(row_of(lens, place, more));
            }
            Reach::Scores => {
                let more = args![s.next_at, s.engagement_key, s.touched_at, s.fit.0];
                scored.push(row_of(lens, place, more));
            }
        }
    }
    tx.bulk(KEPT, kept)?;
    tx.bulk(RESTED, rested)?;
    tx.bulk(ACTED, acted)?;
    tx.bulk(SCORED, scored)?;
    tx.bulk(UPSERT, upsert)?;
    Ok(())
}

/// Of how much that lies in an index something else is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Nothing,
    /// When it could change by itself.
    Next,
    /// That, engagement, and when they last did something.
    Acted,
    /// Fit as well.
    Scores,
    Everything,
}

impl Reach {
    fn of(place: &Place) -> Reach {
        let Some(Kept { standing: old, name_key }) = &place.before else {
            return Reach::Everything;
        };
        let new = &place.standing;
        if old.stage != new.stage || *name_key != place.name_key {
            return Reach::Everything;
        }
        if old.fit.0.total_cmp(&new.fit.0).is_ne() {
            return Reach::Scores;
        }
        if old.touched_at != new.touched_at || !is_same_key(old, new) {
            return Reach::Acted;
        }
        if old.next_at == new.next_at { Reach::Nothing } else { Reach::Next }
    }
}

/// Whether two keys of engagement are of one score: what halves alone is found at another moment by other roundings.
fn is_same_key(old: &Standing, new: &Standing) -> bool {
    (old.engagement_key - new.engagement_key).abs() < 1e-9
}

fn whole(lens: LensId, place: &Place) -> Vec<Arg> {
    let s = &place.standing;
    args![
        lens,
        place.person,
        s.version,
        s.stage.code(),
        s.kind.as_deref(),
        s.temperature,
        s.criteria.as_str(),
        s.fit.0,
        s.fit.1,
        s.engagement,
        s.engagement_key,
        s.intent,
        s.likelihood,
        s.entered_at,
        s.touched_at,
        s.next_at,
        s.folded_at,
        place.name_key.as_str()
    ]
}

fn row_of(lens: LensId, place: &Place, more: Vec<Arg>) -> Vec<Arg> {
    let s = &place.standing;
    let mut row = args![
        lens,
        place.person,
        s.version,
        s.kind.as_deref(),
        s.temperature,
        s.criteria.as_str(),
        s.fit.1,
        s.engagement,
        s.intent,
        s.likelihood,
        s.entered_at,
        s.folded_at
    ]
    .to_vec();
    row.extend(more);
    row
}
