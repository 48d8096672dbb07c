//! `sluice answer` and `sluice move`: what somebody said, and what somebody decides.

use clap::{Args, ValueEnum};
use funnel::Stage;
use funnels::answer::{self, Answer};
use funnels::hand;
use platform::failure::Failure;
use serde_json::json;

use super::people::read_stage;
use super::reading;
use crate::house::{House, asking};
use crate::say::Outcome;

/// Note the answer to a criterion's question
#[derive(Args)]
#[command(
    long_about = "Notes what somebody said, or what was learned, about a criterion of the definition in force. It counts at \
        once and until it runs out, as the definition says; `unknown` takes an answer back.",
    after_long_help = "Examples:\n  \
        sluice answer ann@north.example need yes --from call --note \"Loses two drivers a month\"\n  \
        sluice answer mql_id:0f3a budget unknown"
)]
pub(crate) struct AnswerTo {
    /// An e-mail address, a telephone, an id from outside, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// The criterion, such as budget
    #[arg(value_name = "CRITERION")]
    criterion: String,
    /// yes, no or unknown
    #[arg(value_name = "ANSWER")]
    value: Said,
    /// What was said
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// Where it comes from: call, mail, meeting or chat
    #[arg(long, value_name = "WHERE", default_value = "")]
    from: String,
    /// The lens whose criterion it is [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Said {
    Yes,
    No,
    Unknown,
}

/// Move somebody to a stage or an exit by hand
#[derive(Args)]
#[command(
    long_about = "Moves somebody by hand, with a reason that the receipt will keep. It obeys the gate of the stage: what the \
        definition says must hold however one arrives. Whoever is recycled may be given a day and a condition; they \
        wake when the first of them comes, or as the definition says. Recycling them again puts them off.",
    after_long_help = "Examples:\n  \
        sluice move ann@north.example opportunity --reason \"Asked for an offer at the fair\"\n  \
        sluice move mql_id:0f3a recycled --reason \"No budget\" --wake-on 2027-03-01 --promise \"A new offer\"\n  \
        sluice move mql_id:0f3a recycled --reason \"Too small\" --wake-when 'company.employees >= 50'\n  \
        sluice move mql_id:0f3a disqualified --reason \"A student\" --every-lens"
)]
pub(crate) struct Move {
    /// An e-mail address, a telephone, an id from outside, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// lead, prospect, opportunity, customer, recycled or disqualified
    #[arg(value_name = "STAGE", value_parser = read_stage)]
    to: Stage,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The lens whose gate it obeys, and under which it counts [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
    /// Let it count under every lens whose gate lets them through
    #[arg(long)]
    every_lens: bool,
    /// The day on which whoever is recycled wakes
    #[arg(long, value_name = "DATE", default_value = "")]
    wake_on: String,
    /// A condition that wakes whoever is recycled
    #[arg(long, value_name = "CONDITION", default_value = "")]
    wake_when: String,
    /// What whoever is recycled was promised last
    #[arg(long, value_name = "TEXT", default_value = "")]
    promise: String,
    /// By which day it was promised
    #[arg(long, value_name = "DATE", default_value = "")]
    promise_by: String,
}

impl AnswerTo {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let yes = match self.value {
            Said::Yes => Some(true),
            Said::No => Some(false),
            Said::Unknown => None,
        };
        let (who, lens) = (self.who, self.lens);
        let said = Answer { criterion: self.criterion, yes, note: self.note, from: self.from };
        let found = app.db.write_blocking(move |tx| {
            answer::answer(tx, asking, &who, lens.as_deref(), &said, now)
        })?;
        house.mouth.result(&found, |_| match found.before == found.after {
            true => format!("Noted. They stay {}.", found.after),
            false => format!("Noted. They were {} and are {} now.", found.before, found.after),
        })?;
        Ok(Outcome::Done)
    }
}

impl Move {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let (who, lens, to) = (self.who, self.lens, self.to);
        let wake = hand::Waking {
            on: self.wake_on,
            when: self.wake_when,
            promise: self.promise,
            promise_by: self.promise_by,
        };
        let step = hand::Move { to, reason: self.reason, everywhere: self.every_lens, wake };
        app.db.write_blocking(move |tx| {
            hand::move_to(tx, asking, &who, lens.as_deref(), &step, now)
        })?;
        house.mouth.result(&json!({ "stage": to }), |ink| {
            format!("They are {} now.", ink.strong(to.as_str()))
        })?;
        Ok(Outcome::Done)
    }
}
