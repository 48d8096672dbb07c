//! What people decide themselves: a move by hand, and whether sales takes somebody on.

use std::collections::BTreeSet;

use funnel::history::{Activity, History};
use funnel::receipt::Rule;
use funnel::{Folder, Stage};
use journal::{Batch, NewEntry, Repeats};
use moment::Moment;
use people::{PersonId, find};
use platform::db::Tx;
use platform::failure::Failure;
use team::{Right, User};

use crate::answer::entry;
use crate::lens::{self, Lens};
use crate::{handoff, project};

/// The longest reason, in bytes.
pub const REASON_BYTES_MAX: usize = 500;

/// A move by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where to.
    pub to: Stage,
    /// Why; the receipt keeps it.
    pub reason: String,
}

impl Move {
    /// A move for a reason, and no more.
    pub fn to(to: Stage, reason: &str) -> Move {
        Move { to, reason: reason.to_owned() }
    }
}

/// Moves somebody to a stage or an exit by hand. It obeys the gate of the lens through which the user looks, and
/// moves them under every lens whose gate lets them through.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`; `Refused` with `no_reason`, `reason_too_long`,
/// `there_already`, or `gate` with what does not hold.
pub fn move_to(
    tx: &mut Tx,
    user: &User,
    who: &str,
    lens: Option<&str>,
    step: &Move,
    now: Moment,
) -> Result<(), Failure> {
    user.may(Right::EditPeople)?;
    let person = find::find(tx, who)?;
    let lens = lens::of(tx, user, lens)?;
    let to = step.to;
    let reason = text("reason_too_long", &step.reason, REASON_BYTES_MAX)?;
    if reason.is_empty() {
        let words = "A move by hand needs a reason: it is what its receipt will say.";
        return Err(Failure::refused("no_reason", words));
    }
    let history = project::history_of(tx, person)?;
    let mut folder = Folder::new(&lens.in_force());
    let stands = folder.fold(&history, now).standing.stage;
    if stands == to {
        return Err(Failure::refused("there_already", format!("They are {to} already.")));
    }
    let mut activity = Activity::usual("stage.moved");
    activity.properties = vec![("to".into(), to.as_str().into()), ("reason".into(), reason.into())];
    let mut imagined = history.entries.clone();
    imagined.push(entry(i64::MAX, activity.clone(), now));
    let imagined = folder.fold(&History::new(imagined), now);
    let by_hand = |step: &funnel::Transition| {
        step.at == now && step.to == to && matches!(step.receipt.rule, Rule::Hand(_))
    };
    if !imagined.transitions.iter().any(by_hand) {
        return Err(Failure::refused("gate", held_back(&lens, &history, to, now)));
    }
    record(tx, user, person, activity, now)
}

/// Why somebody may not stand there, in words.
fn held_back(lens: &Lens, history: &History, to: Stage, now: Moment) -> String {
    let rule = lens.current().and_then(|(_, definition)| definition.stage(to).cloned());
    let Some(rule) = rule else {
        return if to.is_exit() {
            format!("They cannot be {to} now.")
        } else {
            format!("The definition of {} has no {to}.", lens.name)
        };
    };
    let Some(gate) = rule.gate else {
        return format!("{} would let them go from {to} at once.", lens.name);
    };
    let found = Folder::asking(&lens.in_force(), std::slice::from_ref(&gate)).explain(history, now);
    let truth = found.first().map_or(funnel::Truth::Unknown, |part| part.truth);
    let english = gate.in_english();
    match truth {
        funnel::Truth::True => format!("{} would let them go from {to} at once.", lens.name),
        funnel::Truth::False => format!("The gate of {to} does not hold: {english}."),
        funnel::Truth::Unknown => {
            format!("Whether the gate of {to} holds is not known: {english}.")
        }
    }
}

/// Sales takes somebody on, or hands them back with a reason, under the lens through which the user looks. Whoever
/// thinks again answers again: the newest answer holds, and the first says whether it came in time.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`; `Refused` with `no_reason` for a rejection without
/// one, `reason_too_long`, or `not_handed_over`.
pub fn hand_over(
    tx: &mut Tx,
    user: &User,
    who: &str,
    lens: Option<&str>,
    (accepted, reason): (bool, &str),
    now: Moment,
) -> Result<(), Failure> {
    user.may(Right::EditPeople)?;
    let person = find::find(tx, who)?;
    let lens = lens::of(tx, user, lens)?;
    let reason = text("reason_too_long", reason, REASON_BYTES_MAX)?;
    if !accepted && reason.is_empty() {
        let words = "Say why, so that whoever made the rule can mend it.";
        return Err(Failure::refused("no_reason", words));
    }
    if handoff::waiting_of(tx, lens.id, person)?.is_none() {
        let words = format!(
            "{} hands them to nobody now: only a stage with an `sla` does, when one climbs to it.",
            lens.name
        );
        return Err(Failure::refused("not_handed_over", words));
    }
    let kind = if accepted { "handoff.accepted" } else { "handoff.rejected" };
    let mut activity = Activity::usual(kind);
    activity.properties.push(("lens".into(), lens.name.as_str().into()));
    if !reason.is_empty() {
        activity.properties.push(("reason".into(), reason.into()));
    }
    record(tx, user, person, activity, now)
}

/// What a person typed, without what stands around it.
pub(crate) fn text<'a>(
    code: &'static str,
    typed: &'a str,
    most: usize,
) -> Result<&'a str, Failure> {
    let typed = typed.trim();
    if typed.len() > most {
        let words = format!("That is {} bytes long; {most} fit.", typed.len());
        return Err(Failure::refused(code, words));
    }
    Ok(typed)
}

/// Records something that a user did just now.
pub(crate) fn record(
    tx: &mut Tx,
    user: &User,
    person: PersonId,
    activity: Activity,
    now: Moment,
) -> Result<(), Failure> {
    let id = tx.ids(1)?;
    let new = NewEntry {
        subject: person,
        entry: entry(id, activity, now),
        is_dated: true,
        source: Some("page".into()),
        actor: user.actor(),
    };
    let batch =
        Batch { now, entries: vec![new], new_subjects: BTreeSet::new(), repeats: Repeats::Keep };
    journal::record(tx, batch).map(|_| ())
}
