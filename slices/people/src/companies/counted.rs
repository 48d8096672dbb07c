//! How many companies stand at each stage of the way up, kept.
//!
//! **Promise:** it is changed in the transaction that has a company stand elsewhere; `sluice verify` holds it against what
//! is counted. A company says itself under which stage it is counted, so that whoever writes it need not know where it
//! stood.

use std::collections::BTreeMap;

use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;

use crate::store;
use crate::{CompanyId, LensId};

/// Whoever wrote them keeps others away from them until it is committed.
const UNTALLIED: Sql = sql("select company_id, tallied, stage from company_standing
     where lens_id = $1 and stage <> tallied and company_id in ({list})");
const TALLIED: Sql =
    sql("update company_standing set tallied = $3 where lens_id = $1 and company_id = $2");
const ADD: Sql = sql("insert into company_tally (lens_id, stage, n) values ($1, $2, $3)
     on conflict (lens_id, stage) do update set n = company_tally.n + excluded.n");
const TALLY: Sql = sql("select stage, n from company_tally where lens_id = $1 and n <> 0");
const COUNTED: Sql = sql(
    "select stage, count(*) from company_standing where lens_id = $1 and stage > 0 group by stage",
);
const TALLIED_ALL: Sql = sql("update company_standing set tallied = stage where lens_id = $1");
const FORGET: Sql = sql("delete from company_tally where lens_id = $1");
const ALL_ANEW: Sql = sql("insert into company_tally (lens_id, stage, n)
     select lens_id, stage, count(*) from company_standing where lens_id = $1 and stage > 0
     group by lens_id, stage");

pub(crate) const ALL: &[Sql] =
    &[UNTALLIED, TALLIED, ADD, TALLY, COUNTED, TALLIED_ALL, FORGET, ALL_ANEW];

/// How many companies stand at each stage, by its number.
pub type Counted = BTreeMap<i64, u64>;

/// Counts those of these companies that were just written and stand elsewhere now.
pub(crate) fn stood(tx: &mut Tx, lens: LensId, companies: &[CompanyId]) -> Result<(), Failure> {
    let (mut tallied, mut differences) = (Vec::new(), BTreeMap::<i64, i64>::new());
    tx.each_in(UNTALLIED, &args![lens], &store::list(companies), |row| {
        let (company, from, to) = (row.int(0), row.int(1), row.int(2));
        tallied.push(args![lens, company, to].to_vec());
        for (stage, n) in [(from, -1), (to, 1)] {
            // Most are new, and stand nowhere: nobody waits for others to have counted theirs.
            if stage > 0 {
                *differences.entry(stage).or_default() += n;
            }
        }
        Ok(())
    })?;
    if tallied.is_empty() {
        return Ok(());
    }
    tx.bulk(TALLIED, tallied)?;
    let differences = differences.into_iter().filter(|(_, n)| *n != 0);
    let rows = differences.map(|(stage, n)| args![lens, stage, n].to_vec());
    tx.bulk(ADD, rows.collect()).map(drop)
}

/// All of them were written.
pub(super) fn anew(tx: &mut Tx, lens: LensId) -> Result<(), Failure> {
    tx.execute(TALLIED_ALL, args![lens])?;
    tx.execute(FORGET, args![lens])?;
    tx.execute(ALL_ANEW, args![lens]).map(drop)
}

/// How many companies stand at each stage.
pub(super) fn of(tx: &mut Tx, lens: LensId) -> Result<Counted, Failure> {
    read(tx, TALLY, lens)
}

fn read(tx: &mut Tx, statement: Sql, lens: LensId) -> Result<Counted, Failure> {
    let rows = tx.rows(statement, args![lens])?;
    Ok(rows.iter().map(|row| (row.int(0), row.int(1).unsigned_abs())).collect())
}

/// How many stand where, as it is kept and as it is counted, for whoever checks.
///
/// # Errors
/// `Broken` when the database fails.
pub fn kept_and_counted(tx: &mut Tx, lens: LensId) -> Result<(Counted, Counted), Failure> {
    Ok((read(tx, TALLY, lens)?, read(tx, COUNTED, lens)?))
}
