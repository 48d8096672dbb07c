//! `sluice doctor`: looks at an installation part by part; each part has a file.

mod database;
mod machine;
mod reach;
mod work;

use clap::Args;
use platform::clock::{Clock, SystemClock};
use platform::failure::Failure;
use serde::Serialize;
use serde_json::json;

use crate::house::House;
use crate::say::{Ink, Outcome};

/// Find out what is wrong with this installation, and how to mend it
#[derive(Args)]
#[command(
    long_about = "Looks at the machine (folder, files, disk, limits, clock), at how the program is reached (addresses, \
        proxies, certificate), at the database (its version, settings, steps and pages) and at the work in it (jobs, words, \
        copies of files, backups), and says of each whether it is well and, if not, how to mend it. Changes nothing, and may \
        be run beside a server.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/north doctor\n  \
        sluice doctor --json | jq '.checks[] | select(.verdict != \"well\")'\n\n\
        Exit code 3 if anything is ill; what is only to be minded does not change it."
)]
pub(crate) struct Doctor {}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Well,
    /// It works, and should be looked at.
    Mind,
    Ill,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Doctor {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let now = SystemClock.now();
        let mut checks = machine::checks(house, now);
        checks.extend(reach::checks(house, now));
        let (steps, db) = database::steps(house);
        checks.push(steps);
        if let Some(db) = db {
            checks.extend(database::checks(house, &db, now));
            checks.extend(work::checks(house, &db, now));
        }
        let is_ill = checks.iter().any(|check| check.verdict == Verdict::Ill);
        let value =
            json!({ "well": !is_ill, "workspace": house.location().to_string(), "checks": checks });
        house.mouth.result(&value, |ink| shown(&checks, ink))?;
        Ok(if is_ill { Outcome::Differences } else { Outcome::Done })
    }
}

fn shown(checks: &[Check], ink: Ink) -> String {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for check in checks {
        let verdict = match check.verdict {
            Verdict::Well => ink.good("well"),
            Verdict::Mind => ink.odd("mind"),
            Verdict::Ill => ink.bad("ILL "),
        };
        text.push_str(&format!("{verdict}  {:width$}  {}\n", check.name, check.words));
        if let Some(mend) = &check.mend {
            text.push_str(&format!("      {:width$}  {}\n", "", ink.strong(mend)));
        }
    }
    text
}

fn well(name: &'static str, words: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Well, words: words.into(), mend: None }
}

fn mind(name: &'static str, words: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Mind, words: words.into(), mend: Some(mend.into()) }
}

fn ill(name: &'static str, words: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { verdict: Verdict::Ill, ..mind(name, words, mend) }
}

fn or_ill(name: &'static str, check: Result<Check, Failure>) -> Check {
    check.unwrap_or_else(|failure| {
        ill(name, failure.to_string(), "See that the database can be read, then ask again.")
    })
}
