//! Where companies stand by themselves: by their own deals, and by their score of intent, as it was last told.
//!
//! **Promise:** it is written with whatever changes it: something recorded of the company, a score that crosses a number, a
//! definition that is adopted, or time.

use std::collections::{BTreeMap, HashMap};

use funnel::Stage;
use funnel::condition::Score;
use funnel::fold::company::CompanyScore;
use funnel::held;
use funnel::history::{Entry, History, Value, What};
use journal::Recorded;
use moment::Moment;
use people::companies::standing::{self, Alone};
use people::{CompanyId, LensId};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Run};

use super::{Rules, store, told};
use crate::lens::{self, Definitions, Lens};
use crate::verify::words;

/// Companies stood in one transaction.
const CHUNK_COMPANIES: i64 = 1_000;

/// Stands the companies of which something was recorded.
pub(crate) fn project(tx: &mut Tx, lenses: &[Lens], recorded: &Recorded) -> Result<(), Failure> {
    let changed = recorded.changed.iter().filter(|it| journal::is_company(it.subject));
    let histories: Vec<(CompanyId, &[Entry])> =
        changed.map(|it| (it.subject, it.history.as_slice())).collect();
    for (lens, found) in under(tx, lenses, &histories, recorded.now)? {
        standing::alone(tx, lens, &found)?;
    }
    Ok(())
}

/// Where these companies stand by themselves under each lens that has a definition.
pub(super) fn under(
    tx: &mut Tx,
    lenses: &[Lens],
    companies: &[(CompanyId, &[Entry])],
    now: Moment,
) -> Result<Vec<(LensId, Vec<(CompanyId, Alone)>)>, Failure> {
    if companies.is_empty() {
        return Ok(Vec::new());
    }
    let rules = Rules::of(tx, lenses);
    let mut found: Vec<_> = lenses
        .iter()
        .filter(|lens| !lens.versions.is_empty())
        .map(|lens| (lens, Vec::with_capacity(companies.len())))
        .collect();
    for (company, own) in companies {
        let told = told(tx, &rules, *company, own)?;
        for (lens, found) in &mut found {
            found.push((*company, of(tx, lens, own, &told, now)));
        }
    }
    Ok(found.into_iter().map(|(lens, found)| (lens.id, found)).collect())
}

/// Where some companies stand by themselves, as whoever folds everybody finds them on the way.
#[derive(Default)]
pub(crate) struct Alones {
    companies: Vec<CompanyId>,
    under: BTreeMap<LensId, Vec<(CompanyId, Alone)>>,
}

impl Alones {
    /// Takes in a company, whose own history this is.
    pub(crate) fn add(
        &mut self,
        tx: &mut Tx,
        lenses: &[Lens],
        company: (CompanyId, &[Entry]),
        now: Moment,
    ) -> Result<(), Failure> {
        self.companies.push(company.0);
        for (lens, found) in under(tx, lenses, &[company], now)? {
            self.under.entry(lens).or_default().extend(found);
        }
        Ok(())
    }

    /// All of them.
    pub(crate) fn companies(&self) -> &[CompanyId] {
        &self.companies
    }

    /// Those of which something else is kept.
    pub(crate) fn differing(&self, tx: &mut Tx) -> Result<Vec<CompanyId>, Failure> {
        let mut differing = Vec::new();
        for (lens, found) in &self.under {
            let kept = standing::kept_alone(tx, *lens, &self.companies)?;
            let differs = found.iter().filter(|(company, alone)| kept.get(company) != Some(alone));
            differing.extend(differs.map(|(company, _)| *company));
        }
        Ok(differing)
    }
}

/// Where a company stands by itself under a lens, whose own history this is, and what is told of its scores.
pub(super) fn of(tx: &Tx, lens: &Lens, own: &[Entry], told: &[Entry], now: Moment) -> Alone {
    let mut alone = Alone { stage: Stage::None, intent: None, next_at: None };
    let is_deal = |entry: &Entry| match &entry.what {
        What::Activity(activity) => activity.kind.as_str().starts_with("deal."),
        What::Facts(_) => false,
    };
    if own.iter().any(is_deal) {
        let history = History::new(own.iter().chain(told).cloned().collect());
        let definitions = tx.part::<Definitions>();
        let stood = definitions.with_folder(lens, |folder| folder.fold(&history, now)).standing;
        alone.next_at = stood.next_at;
        if !stood.stage.is_exit() {
            alone.stage = stood.stage;
        }
    }
    let (intent, changes_at) = intent(lens, own, told, now);
    alone.intent = intent;
    alone.next_at = [alone.next_at, changes_at].into_iter().flatten().min();
    alone
}

/// The score of intent as it was last told, and when it is another without anything new.
fn intent(
    lens: &Lens,
    own: &[Entry],
    told: &[Entry],
    now: Moment,
) -> (Option<f64>, Option<Moment>) {
    let counted = lens.current().and_then(|(_, definition)| CompanyScore::of(definition));
    let counted = counted.filter(|score| score.score() == Score::Intent);
    let (entries, key) = match &counted {
        Some(score) => (told, score.key()),
        None => (own, Score::Intent.fact()),
    };
    let is_of = |entry: &Entry| match &entry.what {
        What::Facts(observation) => observation.facts.iter().any(|fact| *fact.key == *key),
        What::Activity(_) => false,
    };
    let entries: Vec<Entry> = entries.iter().filter(|entry| is_of(entry)).cloned().collect();
    let (mut intent, mut next_at) = (None, None::<Moment>);
    for held in held::facts(&entries, now).iter().filter(|held| *held.fact.key == *key) {
        if held.from.is_none()
            && let Value::Number(number) = held.value()
        {
            intent = Some(*number);
        }
        let next = if held.from.is_none() { held.until } else { held.from };
        next_at = [next_at, next].into_iter().flatten().min();
    }
    (intent, next_at)
}

/// Writes what is told of these companies' scores now.
pub(super) fn tell(tx: &mut Tx, companies: &[CompanyId]) -> Result<(), Failure> {
    if companies.is_empty() {
        return Ok(());
    }
    let scores = store::scores(tx, companies)?;
    for lens in lens::lenses(tx)? {
        let current = lens.current().and_then(|(_, definition)| CompanyScore::of(definition));
        let Some(score) = current.filter(|it| it.score() == Score::Intent) else { continue };
        let last = |company: &CompanyId| {
            let crossings = scores.get(&(*company, score.rule()));
            crossings.and_then(|crossings| crossings.last()).map_or(0.0, |last| last.value)
        };
        let told: Vec<(CompanyId, Option<f64>)> =
            companies.iter().map(|company| (*company, Some(last(company)))).collect();
        standing::intend(tx, lens.id, &told)?;
    }
    Ok(())
}

/// Stands these companies as of now.
pub(crate) fn restand(tx: &mut Tx, companies: &[CompanyId], now: Moment) -> Result<(), Failure> {
    if companies.is_empty() {
        return Ok(());
    }
    tx.lock("subject", companies)?;
    let lenses = lens::lenses(tx)?;
    let histories = journal::histories(tx, companies)?;
    let histories: Vec<(CompanyId, &[Entry])> =
        histories.iter().map(|(company, own)| (*company, own.as_slice())).collect();
    for (lens, found) in under(tx, &lenses, &histories, now)? {
        standing::alone(tx, lens, &found)?;
    }
    Ok(())
}

/// Stands every company anew, and names it by what it is ordered by; for an adoption, and for a workspace from before.
///
/// # Errors
/// As a job's: `Later` if it is to stop, or when the database fails.
pub(crate) fn everybody(app: &App, run: &mut Run) -> Result<(), Again> {
    let mut after: CompanyId = 0;
    loop {
        run.checkpoint()?;
        let (now, ticket) = (app.clock.now(), run.ticket());
        let last = app.db.write_blocking(move |tx| {
            ticket.confirm(tx)?;
            let companies = people::companies::ids_after(tx, after, CHUNK_COMPANIES)?;
            people::companies::rename(tx, &companies)?;
            restand(tx, &companies, now)?;
            Ok(companies.last().copied())
        })?;
        let Some(last) = last else { return Ok(()) };
        after = last;
    }
}

/// Stands the companies whose time has come.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn wake_alone(app: &App, now: Moment) -> Result<(), Failure> {
    let mut before = Vec::new();
    loop {
        let companies = app.db.write_blocking(move |tx| {
            let companies = standing::due(tx, now, CHUNK_COMPANIES)?;
            restand(tx, &companies, now)?;
            Ok(companies)
        })?;
        if companies.is_empty() {
            return Ok(());
        }
        if companies == before {
            return Err(Failure::broken("companies whose time has come could not be stood anew"));
        }
        before = companies;
    }
}

/// Where companies stand otherwise by themselves than is kept, in words: for whoever checks.
pub(crate) fn check_alone(
    tx: &mut Tx,
    lenses: &[Lens],
    now: Moment,
    mut differs: impl FnMut(&str, CompanyId, (String, String)),
) -> Result<(), Failure> {
    let names: HashMap<LensId, &str> =
        lenses.iter().map(|lens| (lens.id, lens.name.as_str())).collect();
    let mut after: CompanyId = 0;
    loop {
        let companies = people::companies::ids_after(tx, after, CHUNK_COMPANIES)?;
        let Some(last) = companies.last() else { return Ok(()) };
        after = *last;
        let histories = journal::histories(tx, &companies)?;
        let histories: Vec<(CompanyId, &[Entry])> =
            histories.iter().map(|(company, own)| (*company, own.as_slice())).collect();
        for (lens, found) in under(tx, lenses, &histories, now)? {
            let kept = standing::kept_alone(tx, lens, &companies)?;
            for (company, alone) in found {
                let kept = kept.get(&company).map(|kept| (kept.stage, kept.intent));
                let derived = (alone.stage, alone.intent);
                if kept != Some(derived) {
                    let name = names.get(&lens).copied().unwrap_or_default();
                    differs(name, company, (words::alone(kept), words::alone(Some(derived))));
                }
            }
        }
    }
}
