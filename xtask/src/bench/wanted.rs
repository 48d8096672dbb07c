//! What the figures are to be: on two cores, with a million people, 200,000 companies and twenty million activities.

use Wanted::{Least, Most};

/// A bound of a figure.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    Most(f64),
    Least(f64),
}

/// How a figure's name begins, how it ends, and what it is to be.
const WANTED: [(&str, &str, Wanted); 18] = [
    ("backtest, wall", "", Most(15.0)),
    ("backtest, memory at most", "", Most(1_500.0)),
    ("one activity", "CPU", Most(0.3)),
    ("segment count by facts", "", Most(150.0)),
    ("segment count by an activity window", "", Most(400.0)),
    ("re-standing after adoption", "wall", Most(60.0)),
    ("list, ", "p99", Most(50.0)),
    ("list, ", "CPU", Most(5.0)),
    ("search, ", "p99", Most(30.0)),
    ("page, ", "p99", Most(50.0)),
    ("page, ", "CPU", Most(5.0)),
    ("create a person", "8 clients", Least(3_000.0)),
    ("create a person", "CPU", Most(0.3)),
    ("batch upsert", "rate", Least(20_000.0)),
    ("export of everybody", "wall", Most(20.0)),
    ("server, most memory under load", "", Most(250.0)),
    ("first load", "", Most(100.0)),
    ("interaction to next paint", "worst", Most(100.0)),
];

/// What a figure of that name is to be, if anything is wanted of it.
pub(super) fn of(name: &str) -> Option<Wanted> {
    let meant = |(begins, ends, _): &&(&str, &str, Wanted)| {
        name.starts_with(begins) && name.ends_with(ends)
    };
    WANTED.iter().find(meant).map(|(.., wanted)| *wanted)
}

impl Wanted {
    pub(super) fn holds(self, value: f64) -> bool {
        match self {
            Most(most) => value <= most,
            Least(least) => value >= least,
        }
    }

    pub(super) fn bound(self) -> f64 {
        match self {
            Most(bound) | Least(bound) => bound,
        }
    }

    /// In words, to stand beside a figure.
    pub(super) fn beside(self, value: f64) -> String {
        let which = match self {
            Most(_) => "at most",
            Least(_) => "at least",
        };
        let missed = if self.holds(value) { "" } else { ": missed" };
        format!("wanted {which} {}{missed}", self.bound())
    }
}
