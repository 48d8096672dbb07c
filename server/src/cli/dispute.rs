//! `sluice dispute …`: somebody says that a move was wrong, and somebody who rules definitions answers.

use clap::{Args, Subcommand};
use funnel::Stage;
use funnels::dispute::{self, DISPUTE, DisputeView};
use funnels::why::{self, MoveView};
use moment::Moment;
use platform::failure::Failure;
use serde_json::json;
use team::Right;

use super::reading;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome};

/// Say that a move was wrong, and settle what is said
#[derive(Subcommand)]
pub(crate) enum DisputeCommand {
    Raise(Raise),
    Resolve(Resolve),
}

/// Say that a move was wrong
#[derive(Args)]
#[command(
    long_about = "Says that a move was wrong: the last one, unless you say to which stage, or at which moment. What is said \
        stands beside its receipt, in `sluice why` and on the record, until somebody who may change definitions settles \
        it. Nobody is moved by it.",
    after_long_help = "Examples:\n  \
        sluice dispute raise ann@north.example \"She only asked for directions\"\n  \
        sluice dispute raise ann@north.example \"That was her colleague\" --to opportunity\n  \
        sluice dispute raise mql_id:0f3a \"Nobody spoke\" --to prospect --at 2026-07-01T09:00:00Z"
)]
pub(crate) struct Raise {
    /// An e-mail address, a telephone, an id from outside, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// What is wrong with it
    #[arg(value_name = "TEXT")]
    words: String,
    /// Where the move led: a stage, recycled, disqualified, or none [default: any]
    #[arg(long, value_name = "STAGE", value_parser = read_stage)]
    to: Option<Stage>,
    /// When it was made, as `sluice why` says [default: the last one]
    #[arg(long, value_name = "MOMENT")]
    at: Option<Moment>,
    /// The lens under which it was made [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

/// Settle what is said against a move
#[derive(Args)]
#[command(
    long_about = "Answers what is said against a move. Whether a definition changes for it is another matter.",
    after_long_help = "Examples:\n  \
        sluice dispute resolve dsp_2k9g7m3p4q8rt \"Version 8 asks for a reply\""
)]
pub(crate) struct Resolve {
    /// Which, as `sluice why` names it
    #[arg(value_name = "DISPUTE")]
    dispute: String,
    /// How it was settled
    #[arg(value_name = "TEXT")]
    words: String,
}

fn read_stage(text: &str) -> Result<Stage, String> {
    let words = "there are none, lead, prospect, opportunity, customer, recycled and disqualified";
    Stage::parse(text).ok_or_else(|| words.to_owned())
}

impl DisputeCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            DisputeCommand::Raise(ask) => ask.run(house)?,
            DisputeCommand::Resolve(ask) => ask.run(house)?,
        }
        Ok(Outcome::Done)
    }
}

impl Raise {
    fn run(self, house: &House) -> Result<(), Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let (now, ids) = (app.clock.now(), app.public_ids());
        let (id, at, to) = app.db.write_blocking(move |tx| {
            asking.may(Right::EditPeople)?;
            let (who, lens) = (self.who.as_str(), self.lens.as_deref());
            let why = why::why(tx, asking, who, lens, now)?;
            let is_meant = |step: &&MoveView| {
                self.to.is_none_or(|to| step.to == to) && self.at.is_none_or(|at| step.at == at)
            };
            // The newest comes first.
            let step = why.moves.iter().find(is_meant);
            let (at, to) = step.map(|step| (step.at, step.to)).ok_or_else(|| {
                Failure::missing(
                    "move",
                    format!("of {} that is meant; `sluice why` lists them", why.name),
                )
            })?;
            Ok((dispute::raise(tx, asking, who, lens, (at, to), &self.words, now)?, at, to))
        })?;
        let id = ids.encode(DISPUTE, id);
        house.mouth.result(&json!({ "id": id, "at": at, "to": to }), |ink| {
            format!("{} stands beside the move to {to} at {at}.", ink.strong(&id))
        })
    }
}

impl Resolve {
    fn run(self, house: &House) -> Result<(), Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let shown = self.dispute.clone();
        app.db.write_blocking(move |tx| {
            asking.may(Right::ChangeDefinitions)?;
            let id = tx.public_ids().decode(DISPUTE, &self.dispute);
            let id = id.ok_or_else(|| Failure::missing("dispute", &self.dispute))?;
            dispute::resolve(tx, asking, id, &self.words, now)
        })?;
        house.mouth.result(&json!({ "id": shown, "resolved": true }), |ink| {
            format!("{} is settled.", ink.strong(&shown))
        })
    }
}

/// What is said against a move, and what was answered: below its receipt.
pub(super) fn shown(text: &mut String, dispute: &DisputeView, ink: Ink) {
    let by = |name: &Option<String>| name.clone().unwrap_or_else(|| "the operator".to_owned());
    let id = match dispute.resolved {
        Some(_) => ink.quiet(&dispute.id),
        None => ink.odd(&dispute.id),
    };
    let who = ink.quiet(format_args!("{}, {}", by(&dispute.by), dispute.raised_at));
    text.push_str(&format!("  disputed {id}: {}  {who}\n", dispute.words));
    if let Some(resolved) = &dispute.resolved {
        let who = ink.quiet(format_args!("{}, {}", by(&resolved.by), resolved.at));
        text.push_str(&format!("    settled: {}  {who}\n", resolved.words));
    }
}
