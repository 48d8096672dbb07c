//! Agreement: how far two definitions see the same people alike.

use serde::{Deserialize, Serialize};

use crate::standing::Stage;

const STAGES: usize = Stage::ALL.len();

/// How many people stand where under one definition and where under another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement([[u64; STAGES]; STAGES]);

/// People on whom two definitions part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parted {
    /// Where the first has them.
    pub a: Stage,
    /// Where the second has them.
    pub b: Stage,
    /// How many.
    pub people: u64,
}

impl Agreement {
    /// Adds people who stand at `a` under the first and at `b` under the second.
    pub fn add(&mut self, a: Stage, b: Stage, people: u64) {
        *self.at(a, b) += people;
    }

    /// Takes people away again.
    pub fn remove(&mut self, a: Stage, b: Stage, people: u64) {
        let at = self.at(a, b);
        *at = at.saturating_sub(people);
    }

    fn at(&mut self, a: Stage, b: Stage) -> &mut u64 {
        // A stage's code is its place among all.
        &mut self.0[a as usize][b as usize]
    }

    /// Everybody who was added.
    pub fn people(&self) -> u64 {
        self.0.iter().flatten().sum()
    }

    /// People whom both see alike.
    pub fn same(&self) -> u64 {
        self.0.iter().enumerate().map(|(place, row)| row[place]).sum()
    }

    /// Those of whom both see alike, of all; `None` of nobody.
    pub fn share(&self) -> Option<f64> {
        share(self.same(), self.people())
    }

    /// Cohen's kappa: agreement beyond what two would reach who gave each stage as often and to anybody.
    /// 1 is agreement on everybody, 0 what chance would give, below 0 less; `None` where chance alone agrees
    /// on everybody, so that nothing can be said. Source: J. Cohen, 1960.
    pub fn kappa(&self) -> Option<f64> {
        let observed = self.share()?;
        let all = self.people();
        let expected: f64 = (0..STAGES)
            .filter_map(|stage| {
                let a: u64 = self.0[stage].iter().sum();
                let b: u64 = self.0.iter().map(|row| row[stage]).sum();
                Some(share(a, all)? * share(b, all)?)
            })
            .sum();
        (1.0 - expected > 1e-12).then(|| (observed - expected) / (1.0 - expected))
    }

    /// Where the two part, the most people first.
    pub fn parted(&self) -> Vec<Parted> {
        let mut found = Vec::new();
        for (a, row) in Stage::ALL.iter().zip(&self.0) {
            for (b, people) in Stage::ALL.iter().zip(row) {
                if a != b && *people > 0 {
                    found.push(Parted { a: *a, b: *b, people: *people });
                }
            }
        }
        found.sort_by_key(|parted| std::cmp::Reverse(parted.people));
        found
    }
}

/// How good a kappa is, in a word, after Landis and Koch, 1977.
pub fn in_words(kappa: f64) -> &'static str {
    match kappa {
        k if k < 0.0 => "less than chance",
        k if k <= 0.2 => "slight",
        k if k <= 0.4 => "fair",
        k if k <= 0.6 => "moderate",
        k if k <= 0.8 => "substantial",
        _ => "almost perfect",
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "people fit 53 bits")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_is_cohens() {
        // Worked by hand: 20 both lead, 15 both prospect, 5 and 10 apart. Observed 0.7, by chance 0.5.
        let mut found = Agreement::default();
        for (a, b, n) in [
            (Stage::Lead, Stage::Lead, 20),
            (Stage::Lead, Stage::Prospect, 5),
            (Stage::Prospect, Stage::Lead, 10),
            (Stage::Prospect, Stage::Prospect, 15),
        ] {
            found.add(a, b, n);
        }
        assert_eq!((found.people(), found.same()), (50, 35));
        assert!((found.kappa().unwrap() - 0.4).abs() < 1e-12, "{:?}", found.kappa());
        let most = found.parted()[0];
        assert_eq!((most.a, most.b, most.people), (Stage::Prospect, Stage::Lead, 10));
        found.remove(Stage::Prospect, Stage::Lead, 10);
        found.remove(Stage::Lead, Stage::Prospect, 5);
        assert!((found.kappa().unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn of_nobody_or_of_one_stage_nothing_can_be_said() {
        let mut found = Agreement::default();
        assert_eq!((found.share(), found.kappa()), (None, None));
        found.add(Stage::Lead, Stage::Lead, 7);
        assert_eq!((found.share(), found.kappa()), (Some(1.0), None));
        assert_eq!([-0.1, 0.1, 0.3, 0.5, 0.7, 0.9].map(in_words)[5], "almost perfect");
    }
}
