//! What a backtest came to, for every mouth.

use std::collections::{BTreeMap, HashMap};

use funnel::backtest::{Difference, Report};
use funnel::history::Entry;
use funnel::receipt::Receipt;
use funnel::{Definition, Stage, Transition};
use moment::{DAY_US, Moment};
use people::PersonId;
use platform::db::Tx;
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use team::User;

use super::parting::{Outcome, Partings};
use crate::lens::Lens;
use crate::project;
use crate::store::{self, TransitionRow};
use crate::why::{self, MoveView};

/// What a backtest came to, and the first people of whom the draft says something else than was lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BacktestView {
    /// As the draft calls itself.
    pub definition: String,
    /// Compared with which lens.
    pub lens: String,
    /// The version that is in force there.
    pub version: u32,
    /// The figures.
    #[serde(flatten)]
    pub report: Report,
    /// People who differ, by their ids; `report.differ` says how many there are in all.
    pub differences: Vec<DifferenceView>,
}

/// Somebody of whom the draft says something else than was lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DifferenceView {
    /// The public id.
    pub person: String,
    /// The name.
    pub name: String,
    /// Where they work.
    #[serde(default)]
    pub company: Option<String>,
    /// The highest stage on which the two part.
    pub stage: Stage,
    /// By how many days the draft is earlier; negative if it is later, nothing if only one of them says so.
    pub days_earlier: Option<i64>,
    /// When and why the draft calls them so.
    pub draft: Option<CallView>,
    /// When and why they were called so.
    pub in_force: Option<CallView>,
    /// What became of their deals.
    #[serde(default)]
    pub outcome: Outcome,
    /// Over which part of the condition the two part, in English; nothing if it lies deeper.
    #[serde(default)]
    pub because: Option<String>,
}

/// A first call of a stage with its receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallView {
    /// When.
    pub at: Moment,
    /// The move with its receipt.
    pub receipt: MoveView,
}

/// Adds names, receipts, outcomes and reasons to those who differ.
pub(super) fn differences(
    tx: &mut Tx,
    (lens, definition): (&Lens, &Definition),
    until: Moment,
    found: BTreeMap<PersonId, Difference>,
) -> Result<Vec<DifferenceView>, Failure> {
    let ids: Vec<PersonId> = found.keys().copied().collect();
    let mut lived = store::transitions(tx, lens.id, &ids)?;
    let mut histories: HashMap<PersonId, Vec<Entry>> = project::subjects_of(tx, &ids)?
        .into_iter()
        .map(|subject| (subject.person, subject.own))
        .collect();
    let mut partings = Partings::new(lens, definition, until);
    let mut views = Vec::with_capacity(ids.len());
    for (id, difference) in found {
        // Who was erased since is not told any more.
        let person = match people::person::row(tx, &User::operator(), id) {
            Ok(row) => row,
            Err(Failure::Missing { .. }) => continue,
            Err(other) => return Err(other),
        };
        let Difference { stage, draft, lived: lived_at, transitions } = difference;
        let drafted =
            transitions.into_iter().find(|step| Some(step.at) == draft && step.to >= stage);
        let rows = lived.remove(&id).unwrap_or_default();
        let row = rows.into_iter().find(|row| Some(row.moved_at) == lived_at && row.to >= stage);
        let own = histories.remove(&id).unwrap_or_default();
        let (drafted, row) = (drafted.map(of_draft), row.map(of_row).transpose()?);
        let company = match person.company {
            Some(company) => people::company::row(tx, &User::operator(), company).ok(),
            None => None,
        };
        views.push(DifferenceView {
            person: tx.public_ids().encode(people::PERSON, id),
            name: person.name,
            company: company.map(|company| company.name),
            stage,
            days_earlier: draft.zip(lived_at).map(|(draft, lived)| (lived - draft).0 / DAY_US),
            outcome: Outcome::of(&own, until),
            because: partings.because(tx, &own, stage, (drafted.as_ref(), row.as_ref()))?,
            draft: drafted,
            in_force: row,
        });
    }
    Ok(views)
}

fn of_draft(step: Transition) -> CallView {
    CallView { at: step.at, receipt: why::transition_view(step) }
}

fn of_row(row: TransitionRow) -> Result<CallView, Failure> {
    let receipt: Receipt = serde_json::from_str(&row.receipt).map_err(anyhow::Error::from)?;
    Ok(CallView { at: row.moved_at, receipt: why::move_view(row, receipt) })
}
