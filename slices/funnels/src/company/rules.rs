//! The ways in which definitions in force count scores of companies.

use std::sync::{Arc, Mutex, PoisonError};

use funnel::Definition;
use funnel::fold::company::CompanyScore;
use moment::Moment;
use people::LensId;
use platform::db::Tx;
use platform::failure::Failure;

use crate::lens::{self, Definitions, Lens};

/// A way in which some definition in force counts the score of a company.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(super) score: CompanyScore,
    /// The first lens that counts so.
    pub(super) lens: String,
    /// The same with its version, as the source of what is told.
    pub(super) source: Box<str>,
}

/// All of them; mostly there is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules(pub(super) Vec<Rule>);

/// Rules that were made ready once, and what they were made of.
#[derive(Default)]
pub(crate) struct KeptRules(Mutex<(Vec<Made>, Arc<Rules>)>);

type Made = (LensId, Moment, Arc<Definition>);

impl Rules {
    /// Under what is in force.
    pub(super) fn in_force(tx: &mut Tx) -> Result<Arc<Rules>, Failure> {
        let lenses = lens::lenses(tx)?;
        Ok(Rules::of(tx, &lenses))
    }

    /// Of all versions that are ever in force: what moved somebody under an earlier one still rests on it.
    pub(crate) fn of(tx: &Tx, lenses: &[Lens]) -> Arc<Rules> {
        let mut versions = lenses.iter().flat_map(|lens| &lens.versions);
        let counts = |definition: &Definition| definition.scores.iter().any(|rule| rule.of_company);
        if !versions.any(|(_, definition)| counts(definition)) {
            return Arc::default();
        }
        let definitions = tx.part::<Definitions>();
        let mut kept = definitions.rules.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made_of(lenses);
        if !is_same(&kept.0, &made) {
            *kept = (made, Arc::new(Rules::made(lenses)));
        }
        Arc::clone(&kept.1)
    }

    fn made(lenses: &[Lens]) -> Rules {
        let mut rules: Vec<Rule> = Vec::new();
        for lens in lenses {
            for (place, (row, definition)) in lens.versions.iter().enumerate() {
                let next = lens.versions.get(place + 1);
                if next.is_some_and(|(next, _)| next.from <= row.from) {
                    continue;
                }
                let Some(score) = CompanyScore::of(definition) else { continue };
                if rules.iter().any(|rule| rule.score.rule() == score.rule()) {
                    continue;
                }
                let source = format!("folded by {}, version {}", lens.name, row.version);
                rules.push(Rule { score, lens: lens.name.clone(), source: source.into() });
            }
        }
        Rules(rules)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn made_of(lenses: &[Lens]) -> Vec<Made> {
    let mut made = Vec::new();
    for lens in lenses {
        let versions = lens.versions.iter();
        made.extend(versions.map(|(row, text)| (lens.id, row.from, Arc::clone(text))));
    }
    made
}

fn is_same(a: &[Made], b: &[Made]) -> bool {
    let same = |(a, b): (&Made, &Made)| (a.0, a.1) == (b.0, b.1) && Arc::ptr_eq(&a.2, &b.2);
    a.len() == b.len() && a.iter().zip(b).all(same)
}
