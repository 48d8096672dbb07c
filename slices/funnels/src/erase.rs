//! What funnels forget of somebody who is erased: everything but that so many moved, on which day, from where to where.

use std::collections::BTreeMap;

use moment::Moment;
use people::erase::{Forgets, Forgot};
use people::{LensId, PersonId};
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;

use crate::store::Edge;
use crate::{company, lens, store};

const KEEP: Sql = sql(
    "insert into erased_move (id, lens_id, cohort_day, moved_day, from_stage, to_stage, via, version)
     values ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const KEPT: Sql = sql("select cohort_day, from_stage, to_stage, via, count(*) from erased_move
     where lens_id = $1 group by cohort_day, from_stage, to_stage, via");
const FORGET_MOVES: Sql = sql("delete from transition where person_id = $1");
const FORGET_FACTS: Sql = sql("delete from segment_fact
     where word_id in (select id from segment_word) and person_id = $1");
const FORGET_DEEDS: Sql = sql("delete from segment_activity
     where word_id in (select id from segment_word) and person_id = $1");
const FORGET_SPENT: Sql = sql("delete from spent where person_id = $1");

pub(crate) const ALL: &[Sql] =
    &[KEEP, KEPT, FORGET_MOVES, FORGET_FACTS, FORGET_DEEDS, FORGET_SPENT];

/// Forgets somebody's standing in the funnel and keeps the flow.
pub struct FunnelForgets;

impl Forgets for FunnelForgets {
    fn forget(&self, tx: &mut Tx, person: PersonId, now: Moment) -> Result<Forgot, Failure> {
        let mut kept = Vec::new();
        for lens in lens::lenses(tx)? {
            let moves = store::transitions(tx, lens.id, &[person])?.remove(&person);
            let moves = moves.unwrap_or_default();
            let Some(first) = moves.first() else { continue };
            let cohort = first.moved_at.day();
            // In no order of which anybody could tell who they were: the ids of one who moved often follow each other
            // as those of several would who moved once.
            for step in &moves {
                let (day, from, to) = (step.moved_at.day(), step.from.code(), step.to.code());
                let (via, version) = (step.via.as_str(), step.version);
                let id = tx.ids(1)?;
                kept.push(args![id, lens.id, cohort, day, from, to, via, version].to_vec());
            }
        }
        tx.bulk(KEEP, kept)?;
        let mut rows = 0;
        for statement in [FORGET_MOVES, FORGET_FACTS, FORGET_DEEDS, FORGET_SPENT] {
            rows += tx.execute(statement, args![person])?;
        }
        rows += company::forget(tx, person, now)?;
        Ok(Forgot { rows, files: Vec::new() })
    }
}

/// What those who were erased count for in the flow of a lens.
pub(crate) fn flow(tx: &mut Tx, lens: LensId) -> Result<BTreeMap<Edge, i64>, Failure> {
    let mut flow = BTreeMap::new();
    tx.each(KEPT, args![lens], |row| {
        let edge =
            Edge { day: row.int(0), from: row.int(1), to: row.int(2), via: row.text(3).to_owned() };
        flow.insert(edge, row.int(4));
        Ok(())
    })?;
    Ok(flow)
}
