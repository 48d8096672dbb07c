//! Checking what is stored of companies against their histories, for `verify`.

use std::collections::HashMap;

use funnel::fold::company::Crossing;
use journal::SubjectId;
use moment::Moment;
use people::CompanyId;
use platform::db::Tx;
use platform::failure::Failure;

use super::{Rules, count, derive, store};
use crate::lens::Lens;
use crate::verify::words;

/// People, or companies, looked at in one go.
const CHUNK: i64 = 2_000;

/// One place where what is stored is not what the histories yield.
pub(crate) struct Differs {
    /// The lens that counts so.
    pub(crate) lens: String,
    /// Of whom.
    pub(crate) subject: SubjectId,
    /// What differs.
    pub(crate) what: &'static str,
    /// As it is stored.
    pub(crate) stored: String,
    /// As it is derived.
    pub(crate) derived: String,
}

/// Derives every deed and counts every company again, and tells where what is stored differs.
///
/// # Errors
/// `Broken` when the database fails. Differences are no error.
pub(crate) fn check(
    tx: &mut Tx,
    lenses: &[Lens],
    now: Moment,
    mut tell: impl FnMut(Differs),
) -> Result<(), Failure> {
    let rules = Rules::of(tx, lenses);
    let stored = store::counts(tx)?;
    let (mut deeds, mut crossings) = (0, 0);
    if !rules.is_empty() {
        deeds = check_deeds(tx, &rules, &mut tell)?;
        crossings = check_scores(tx, &rules, now, &mut tell)?;
    }
    if stored != (deeds, crossings) {
        tell(Differs {
            lens: String::new(),
            subject: 0,
            what: "counts",
            stored: words::sizes(stored),
            derived: words::sizes((deeds, crossings)),
        });
    }
    Ok(())
}

fn check_deeds(tx: &mut Tx, rules: &Rules, tell: &mut impl FnMut(Differs)) -> Result<u64, Failure> {
    let mut after = SubjectId::MIN;
    let mut derived = 0;
    loop {
        let last = people::ids_after(tx, after, CHUNK)?.last().copied();
        let until = last.unwrap_or(SubjectId::MAX);
        let histories = journal::histories_between(tx, after.saturating_add(1), until)?;
        let subjects: Vec<SubjectId> = histories.iter().map(|(subject, _)| *subject).collect();
        let mut stored = store::deeds_by(tx, &subjects)?;
        for (subject, history) in histories {
            let (old, new) = (
                stored.remove(&subject).unwrap_or_default(),
                derive::deeds(tx, rules, subject, &history),
            );
            derived += u64::try_from(new.len()).unwrap_or(0);
            if old != new {
                tell(differs(rules, subject, "deeds", words::deeds(&old, &new)));
            }
        }
        let Some(last) = last else { return Ok(derived) };
        after = last;
    }
}

fn check_scores(
    tx: &mut Tx,
    rules: &Rules,
    now: Moment,
    tell: &mut impl FnMut(Differs),
) -> Result<u64, Failure> {
    let mut after = CompanyId::MIN;
    let mut derived = 0;
    loop {
        let companies = store::with_deeds(tx, after, CHUNK)?;
        let Some(last) = companies.last().copied() else { return Ok(derived) };
        after = last;
        let stored = store::scores(tx, &companies)?;
        let of_company = |all: &HashMap<(CompanyId, i64), Vec<Crossing>>, company: CompanyId| {
            let of = |rule: &super::rules::Rule| all.get(&(company, rule.score.rule())).cloned();
            rules.0.iter().map(|rule| of(rule).unwrap_or_default()).collect::<Vec<_>>()
        };
        let counted = count::counted(tx, rules, &companies, now)?;
        for company in companies {
            let (old, new) = (of_company(&stored, company), of_company(&counted, company));
            derived += new.iter().map(|c| u64::try_from(c.len()).unwrap_or(0)).sum::<u64>();
            if old != new {
                tell(differs(rules, company, "company's score", words::crossings(&old, &new)));
            }
        }
    }
}

fn differs(
    rules: &Rules,
    subject: SubjectId,
    what: &'static str,
    (stored, derived): (String, String),
) -> Differs {
    let lens = rules.0.first().map(|rule| rule.lens.clone()).unwrap_or_default();
    Differs { lens, subject, what, stored, derived }
}
