//! Two stored backtests side by side.

use funnel::backtest::{Comparison, Report};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::User;

use super::{BACKTEST, load};

/// Two stored backtests, and by how much the second differs from the first.
#[derive(Clone, Debug, Serialize)]
pub struct ComparedView {
    /// The first.
    pub first: SideView,
    /// The second.
    pub second: SideView,
    /// The second less the first.
    pub difference: Comparison,
}

/// One of two backtests.
#[derive(Clone, Debug, Serialize)]
pub struct SideView {
    /// The public id.
    pub backtest: String,
    /// As the draft calls itself.
    pub definition: String,
    /// Against which lens it was held.
    pub lens: String,
    /// The version that was in force there.
    pub version: u32,
    /// When it was asked.
    pub started_at: Moment,
    /// What it came to.
    #[serde(flatten)]
    pub report: Report,
}

/// Holds one stored backtest against another.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` if there is no such backtest; `Refused` with `no_result`
/// or `unfinished`.
pub fn compare(tx: &mut Tx, who: &User, first: i64, second: i64) -> Result<ComparedView, Failure> {
    let (first, second) = (side(tx, who, first)?, side(tx, who, second)?);
    Ok(ComparedView { difference: first.report.compared_with(&second.report), first, second })
}

fn side(tx: &mut Tx, who: &User, id: i64) -> Result<SideView, Failure> {
    let row = load(tx, who, id)?;
    let view = row.view()?;
    Ok(SideView {
        backtest: tx.public_ids().encode(BACKTEST, id),
        definition: view.definition,
        lens: view.lens,
        version: view.version,
        started_at: row.started_at,
        report: view.report,
    })
}
