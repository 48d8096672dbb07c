//! Why a draft and what was lived part over somebody, and what became of their deals.

use std::collections::{BTreeSet, HashMap};

use funnel::backtest::WON;
use funnel::explain::Explained;
use funnel::fold::company::CompanyScore;
use funnel::history::{Entry, What};
use funnel::receipt::Part;
use funnel::{Condition, Definition, Folder, InForce, Stage, Truth};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde::{Deserialize, Serialize};

use super::view::CallView;
use crate::company::Companies;
use crate::lens::Lens;
use crate::{project, spent};

/// What became of somebody's deals, as far as it was known when the past of a backtest ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Outcome {
    /// The backtest is from before this was told.
    #[default]
    Untold,
    /// They had none.
    NoDeal,
    /// It is open.
    Open,
    /// It was won.
    Won {
        /// For how much.
        amount_minor: Option<i64>,
        /// In which currency.
        currency: Option<String>,
    },
    /// It was lost.
    Lost,
}

impl Outcome {
    /// Of a history, as of a moment: a win counts whatever follows it.
    pub(super) fn of(entries: &[Entry], until: Moment) -> Outcome {
        let mut found = Outcome::NoDeal;
        for entry in entries {
            let What::Activity(activity) = &entry.what else { continue };
            if entry.occurred_at.max(entry.recorded_at) > until {
                continue;
            }
            found = match (activity.kind.as_str(), found) {
                (WON, _) => {
                    let (currency, amount_minor) = spent::price(activity).unzip();
                    Outcome::Won { amount_minor, currency }
                }
                (_, won @ Outcome::Won { .. }) => won,
                ("deal.lost", _) => Outcome::Lost,
                ("deal.opened" | "deal.moved", _) => Outcome::Open,
                (_, same) => same,
            };
        }
        found
    }
}

/// One of the two that part: the draft, or what is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Side {
    Draft,
    InForce,
}

/// Finds for one person after the other on which part of a condition the two part.
pub(super) struct Partings<'a> {
    lens: &'a Lens,
    draft: &'a Definition,
    folders: HashMap<(Side, Stage), Folder>,
    companies: (Companies, Companies),
}

impl<'a> Partings<'a> {
    pub(super) fn new(lens: &'a Lens, draft: &'a Definition, until: Moment) -> Partings<'a> {
        let of_draft = Companies::of_draft(CompanyScore::of(draft), until);
        let companies = (of_draft, Companies::default());
        Partings { lens, draft, folders: HashMap::new(), companies }
    }

    /// The part of the condition of a stage over which the two part, in English: what the one that calls them first
    /// found and the other does not ask for, or what the other asked for and missed at that moment. Nothing if it lies
    /// deeper, in a score or in how they came to stand there.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub(super) fn because(
        &mut self,
        tx: &mut Tx,
        own: &[Entry],
        stage: Stage,
        (draft, in_force): (Option<&CallView>, Option<&CallView>),
    ) -> Result<Option<String>, Failure> {
        let (first, other) = match (draft, in_force) {
            (Some(draft), Some(lived)) if draft.at < lived.at => (draft, Side::InForce),
            (Some(draft), None) => (draft, Side::InForce),
            (_, Some(lived)) => (lived, Side::Draft),
            (None, None) => return Ok(None),
        };
        let asked = self.asked(tx, own, stage, (other, first.at))?;
        let texts: BTreeSet<&str> = asked.iter().map(|leaf| leaf.text.as_str()).collect();
        let receipt = first.receipt.because.iter();
        let found: Vec<_> =
            receipt.filter(|line| matches!(line.part, Part::Enter | Part::Gate)).collect();
        let gained = found
            .iter()
            .find(|line| line.truth == Truth::True && !texts.contains(line.condition.as_str()))
            .map(|line| line.english.clone());
        let missed = asked
            .iter()
            .filter(|leaf| leaf.truth != Truth::True)
            .find(|leaf| found.iter().all(|line| line.condition != leaf.text))
            .map(|leaf| leaf.english.clone());
        Ok(match other {
            Side::InForce => {
                gained.or_else(|| missed.map(|english| format!("it was asked: {english}")))
            }
            Side::Draft => missed
                .map(|english| format!("the draft asks: {english}"))
                .or_else(|| gained.map(|english| format!("no longer enough: {english}"))),
        })
    }

    /// The atomic conditions that a side asks for a stage, each as it was at a moment.
    fn asked(
        &mut self,
        tx: &mut Tx,
        own: &[Entry],
        stage: Stage,
        (side, at): (Side, Moment),
    ) -> Result<Vec<Explained>, Failure> {
        let (lens, draft) = (self.lens, self.draft);
        let companies = match side {
            Side::Draft => &mut self.companies.0,
            Side::InForce => &mut self.companies.1,
        };
        let folder = self.folders.entry((side, stage)).or_insert_with(|| match side {
            Side::Draft => {
                let of_draft = InForce {
                    from: Moment::START,
                    version: 1,
                    definition: draft,
                    lens: Some(&lens.name),
                };
                Folder::asking(&[of_draft], &conditions(draft, stage))
            }
            Side::InForce => {
                let current = lens.current().map(|(_, definition)| conditions(definition, stage));
                Folder::asking(&lens.in_force(), &current.unwrap_or_default())
            }
        });
        let history = project::whole(tx, own.to_vec(), companies)?;
        let mut leaves = Vec::new();
        for part in folder.explain(&history, at) {
            collect(part, &mut leaves);
        }
        Ok(leaves)
    }
}

fn conditions(definition: &Definition, stage: Stage) -> Vec<Condition> {
    let rule = definition.stages.iter().find(|rule| rule.stage == stage);
    rule.map(|rule| rule.gate.iter().chain([&rule.enter]).cloned().collect()).unwrap_or_default()
}

fn collect(part: Explained, leaves: &mut Vec<Explained>) {
    let joins = part.text.contains(" && ") || part.text.contains(" || ");
    if part.parts.len() > 1 && joins {
        part.parts.into_iter().for_each(|inner| collect(inner, leaves));
    } else {
        leaves.push(Explained { parts: Vec::new(), ..part });
    }
}
