//! `kinds`: how many stand at each stage as which kind, and what was paid for them.

use std::collections::BTreeMap;

use funnel::Stage;
use people::{PersonId, sight};
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::{Right, User};

use crate::lens;
use crate::spent::{self, Sum, Sums};

/// What was paid in one currency for the people of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paid {
    /// The currency's code.
    pub currency: String,
    /// In all, in minor units.
    pub total_minor: i64,
    /// For each of those who were bought with it, rounded to whole minor units.
    pub each_minor: i64,
    /// For how many people.
    pub people: u64,
    /// In how many purchases.
    pub purchases: u64,
}

/// The people of one kind at one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindLine {
    /// The stage; [`Stage::None`] for those who stand nowhere.
    pub stage: Stage,
    /// The kind; nothing where no kind of the definition holds.
    pub kind: Option<String>,
    /// How many stand there as that now.
    pub people: u64,
    /// How many of them came from a lead feed.
    pub bought: u64,
    /// Purchases of theirs that name no price: what they cost is not known.
    pub unpriced: u64,
    /// What was paid for them, by currency.
    pub paid: Vec<Paid>,
}

/// Kinds under a lens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindsView {
    /// The lens.
    pub lens: String,
    /// By stage, then the most people first. Whoever the user sees is in exactly one of them.
    pub lines: Vec<KindLine>,
    /// All of them together; its stage and kind say nothing.
    pub total: KindLine,
}

/// How many of those whom the user sees stand where as which kind, and what was paid for them, under the lens of that
/// name or the one through which the user looks.
///
/// # Errors
/// `Forbidden` without the right to read people; `Refused` with `no_lens`; `Broken` when the database fails.
pub fn kinds(tx: &mut Tx, who: &User, lens: Option<&str>) -> Result<KindsView, Failure> {
    who.may(Right::ReadPeople)?;
    let lens = lens::of(tx, who, lens)?;
    let mut parts: BTreeMap<(Stage, Option<String>), Part> = BTreeMap::new();
    for (stage, kind, people) in people::stand::kinds(tx, who, lens.id)? {
        parts.entry((stage, kind)).or_default().people += people;
    }
    let mut last: PersonId = 0;
    loop {
        let paid = spent::after(tx, last)?;
        let Some((person, _)) = paid.last() else { break };
        last = *person;
        let people: Vec<PersonId> = paid.iter().map(|(person, _)| *person).collect();
        let seen = sight::seen(tx, who, &people)?;
        let mut sums: BTreeMap<PersonId, Sums> = paid.into_iter().collect();
        for (person, standing) in people::stand::standings(tx, lens.id, &seen)? {
            let part = parts.entry((standing.stage, standing.kind)).or_default();
            part.add(sums.remove(&person).unwrap_or_default());
        }
    }
    let mut total = Part::default();
    parts.values().for_each(|part| total.join(part));
    let mut lines: Vec<KindLine> =
        parts.into_iter().map(|((stage, kind), part)| part.line(stage, kind)).collect();
    lines.sort_by(|a, b| {
        a.stage.cmp(&b.stage).then(b.people.cmp(&a.people)).then_with(|| a.kind.cmp(&b.kind))
    });
    Ok(KindsView { lens: lens.name, lines, total: total.line(Stage::None, None) })
}

#[derive(Default)]
struct Part {
    people: u64,
    bought: u64,
    unpriced: u64,
    paid: BTreeMap<String, (Sum, u64)>,
}

impl Part {
    /// Adds a person who was bought.
    fn add(&mut self, sums: Sums) {
        self.bought += 1;
        for (currency, sum) in sums {
            if currency.is_empty() {
                self.unpriced += sum.purchases;
                continue;
            }
            let (all, people) = self.paid.entry(currency).or_default();
            all.add(sum);
            *people += 1;
        }
    }

    fn join(&mut self, other: &Part) {
        self.people += other.people;
        self.bought += other.bought;
        self.unpriced += other.unpriced;
        for (currency, (sum, people)) in &other.paid {
            let (all, count) = self.paid.entry(currency.clone()).or_default();
            all.add(*sum);
            *count += people;
        }
    }

    fn line(self, stage: Stage, kind: Option<String>) -> KindLine {
        let paid = self.paid.into_iter().map(|(currency, (sum, people))| Paid {
            currency,
            total_minor: sum.minor,
            each_minor: share(sum.minor, people),
            people,
            purchases: sum.purchases,
        });
        let (people, bought, unpriced) = (self.people, self.bought, self.unpriced);
        KindLine { stage, kind, people, bought, unpriced, paid: paid.collect() }
    }
}

/// A sum shared among some people, rounded half up.
fn share(minor: i64, people: u64) -> i64 {
    let people = i64::try_from(people).unwrap_or(i64::MAX).max(1);
    (minor.saturating_mul(2).saturating_add(people)).div_euclid(people.saturating_mul(2))
}
