//! Formulas: fields of which nothing is told, for what they say follows from a condition. Judged of the rows of a page, of
//! some of a file, or of one record.
//!
//! **Promise:** what a formula says of somebody is what a list finds that asks its condition: true, false or nothing.
//! **Never:** says anything to whom something is kept that its condition asks.

use std::collections::HashMap;
use std::sync::Arc;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::{Right, User};

use crate::condition::{self, Asked};
use crate::fields::Fields;
use crate::person::HeldFact;
use crate::{CompanyId, LensId, Of};

/// What stands where a fact names its source.
pub const SOURCE: &str = "formula";

/// Some formulas, read under a lens.
pub(crate) struct Formulas {
    of: Of,
    read: Vec<Formula>,
    kept: Vec<String>,
}

struct Formula {
    key: String,
    /// Of people or of companies.
    of: Of,
    /// Its condition, and the contrary; nothing if the definition has lost what it asks about.
    sides: Option<[Arc<dyn Asked>; 2]>,
}

/// What formulas say, by key and subject; of whom it is unknown is left out.
#[derive(Default)]
pub(crate) struct Verdicts(HashMap<String, HashMap<i64, bool>>);

impl Verdicts {
    pub(crate) fn of(&self, key: &str, subject: i64) -> Option<bool> {
        self.0.get(key)?.get(&subject).copied()
    }
}

/// Somebody with the company at which they work; or a company by itself.
pub(crate) type Subject = (i64, Option<CompanyId>);

impl Formulas {
    /// Those of the wanted keys that are formulas, as they are asked of people or of companies: of people a formula of
    /// companies says what holds of where they work, of companies one of people says nothing.
    ///
    /// # Errors
    /// `Forbidden` without the right to read people.
    pub(crate) fn read(
        tx: &mut Tx,
        who: &User,
        (of, lens): (Of, LensId),
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Formulas, Failure> {
        let mut formulas = Formulas { of, read: Vec::new(), kept: Vec::new() };
        who.may(Right::ReadPeople)?;
        for field in Fields::load(tx)?.formulas() {
            let about = if field.is_of_company() { Of::Companies } else { Of::People };
            let is_of_others = of == Of::Companies && about == Of::People;
            if is_of_others || !is_wanted(&field.key) {
                continue;
            }
            let mut side = |text: &str| match condition::read_of(tx, about, lens, text) {
                Ok(asked) => Ok(Some(asked)),
                Err(Failure::Refused { .. }) => Ok(None),
                Err(other) => Err(other),
            };
            let holds = side(&field.formula)?;
            let fails = side(&format!("!({})", field.formula))?;
            let is_kept = match holds.as_ref().map(|asked| asked.check(tx, who)) {
                None | Some(Ok(())) => who.is_hidden(&field.key),
                Some(Err(Failure::Refused { .. })) => true,
                Some(Err(other)) => return Err(other),
            };
            if is_kept {
                formulas.kept.push(field.key.clone());
                continue;
            }
            let sides = holds.zip(fails).map(|(holds, fails)| [holds, fails]);
            formulas.read.push(Formula { key: field.key.clone(), of: about, sides });
        }
        Ok(formulas)
    }

    /// Whether one of them is kept from the user: by its own name, or because of what it asks.
    pub(crate) fn keep(&self, key: &str) -> bool {
        self.kept.iter().any(|kept| kept == key)
    }

    /// Those of which the user is told, and that are asked of these at all.
    fn asked(&self) -> impl Iterator<Item = &[Arc<dyn Asked>; 2]> {
        self.read.iter().filter_map(|formula| formula.sides.as_ref())
    }

    /// Whether it is one of them, told to the user or not.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keep(key) || self.read.iter().any(|one| one.key == key)
    }

    /// Has made ready what they ask for; gives the jobs that make it, none if all is ready.
    ///
    /// # Errors
    /// As [`Asked::prepare`].
    pub(crate) fn prepare(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
    ) -> Result<Vec<i64>, Failure> {
        let mut jobs = Vec::new();
        for [holds, _] in self.asked() {
            jobs.extend(holds.prepare(tx, who, now)?);
        }
        Ok(jobs)
    }

    /// Whether all that they ask for is ready, so that what they leave out is unknown and not only unread.
    ///
    /// # Errors
    /// As [`Asked::among`].
    pub(crate) fn are_ready(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<bool, Failure> {
        for [holds, _] in self.asked() {
            if holds.among(tx, who, now, &[])?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What they say of these. What is not ready is unknown so far.
    ///
    /// # Errors
    /// As [`Asked::among`].
    pub(crate) fn judge(
        &self,
        tx: &mut Tx,
        who: &User,
        subjects: &[Subject],
        now: Moment,
    ) -> Result<Verdicts, Failure> {
        let mut verdicts = Verdicts::default();
        let mut asked: Vec<i64> = subjects.iter().map(|(subject, _)| *subject).collect();
        asked.sort_unstable();
        let mut companies: Vec<CompanyId> =
            subjects.iter().filter_map(|(_, company)| *company).collect();
        companies.sort_unstable();
        companies.dedup();
        for formula in &self.read {
            let Some(sides) = &formula.sides else { continue };
            let of_their_company = self.of == Of::People && formula.of == Of::Companies;
            let whom = if of_their_company { &companies } else { &asked };
            let mut said: HashMap<i64, bool> = HashMap::new();
            for (side, says) in sides.iter().zip([true, false]) {
                let met = side.among(tx, who, now, whom)?.unwrap_or_default();
                said.extend(met.into_iter().map(|subject| (subject, says)));
            }
            if of_their_company {
                let of_company =
                    |(subject, company): &Subject| Some((*subject, *said.get(company.as_ref()?)?));
                said = subjects.iter().filter_map(of_company).collect();
            }
            verdicts.0.insert(formula.key.clone(), said);
        }
        Ok(verdicts)
    }

    /// What they say of one, each as a fact that nobody told; what is unknown of them is one, too.
    ///
    /// # Errors
    /// As [`Asked::among`].
    pub(crate) fn held(
        &self,
        tx: &mut Tx,
        who: &User,
        subject: Subject,
        now: Moment,
    ) -> Result<Vec<HeldFact>, Failure> {
        let verdicts = self.judge(tx, who, &[subject], now)?;
        let held = self.read.iter().map(|formula| {
            let verdict = verdicts.of(&formula.key, subject.0);
            HeldFact::of_formula(formula.key.clone(), verdict, now)
        });
        Ok(held.collect())
    }
}
