//! What people decide themselves: a move by hand, and whether sales takes somebody on.

use std::collections::BTreeSet;

use funnel::hand::EVERY_LENS;
use funnel::history::{Activity, History};
use funnel::receipt::Rule;
use funnel::{ByHand, Folder, Stage};
use journal::{Batch, NewEntry, Repeats};
use moment::Moment;
use people::{PERSON, PersonId, find};
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::Almanac;
use serde_json::Value;
use team::{Right, User, audit};

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
    /// Whether it counts under every lens whose gate lets them through, rather than under one alone.
    pub everywhere: bool,
    /// For whoever is recycled; all of it may be left out.
    pub wake: Waking,
}

/// When and by what somebody who is recycled wakes, and what they were promised last; each may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waking {
    /// The day, as a field of a form sends it: `2027-03-01`.
    pub on: String,
    /// A condition in the condition language.
    pub when: String,
    /// What they were promised.
    pub promise: String,
    /// By which day.
    pub promise_by: String,
}

impl Move {
    /// A move for a reason, under the lens through which one looks, and no more.
    pub fn to(to: Stage, reason: &str) -> Move {
        Move { to, reason: reason.to_owned(), everywhere: false, wake: Waking::default() }
    }
}

/// Moves somebody to a stage or an exit by hand, under the lens through which the user looks, or under every lens.
/// It obeys the gate of that lens; the others let through whom their own gates do. Whoever is recycled already may be
/// put off: their day, condition and promise become those of the newest move.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`; `Refused` with `no_reason`, `reason_too_long`,
/// `not_a_reason`, `there_already`, `gate` with what does not hold, and of what [`Waking`] says with `only_recycled`, `no_date`,
/// `day_has_come`, `wake_condition`, `wakes_at_once`, `no_promise` or `promise_too_long`.
pub fn move_to(
    tx: &mut Tx,
    user: &User,
    who: &str,
    lens: Option<&str>,
    step: &Move,
    now: Moment,
) -> Result<(), Failure> {
    user.may(Right::EditPeople)?;
    let person = find::find(tx, user, who)?;
    let lens = lens::of(tx, user, lens)?;
    let to = step.to;
    let reason = text("reason_too_long", &step.reason, REASON_BYTES_MAX)?;
    if reason.is_empty() {
        let words = "A move by hand needs a reason: it is what its receipt will say.";
        return Err(Failure::refused("no_reason", words));
    }
    let reason = known_reason(&lens, to, reason)?;
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let mut by_hand = ByHand::to(to, &reason);
    by_hand.lens =
        Some(if step.everywhere { EVERY_LENS.into() } else { lens.name.as_str().into() });
    waking(&mut by_hand, &lens, &step.wake, &almanac)?;
    let history = project::history_of(tx, person)?;
    let mut folder = Folder::new(&lens.in_force());
    let stands = folder.fold(&history, now).standing.stage;
    let is_put_off = to == Stage::Recycled && step.wake != Waking::default();
    if stands == to && !is_put_off {
        return Err(Failure::refused("there_already", format!("They are {to} already.")));
    }
    let imagined = |by_hand: &ByHand| {
        let mut entries = history.entries.clone();
        entries.push(entry(i64::MAX, by_hand.activity(), now));
        History::new(entries)
    };
    let moved = |step: &funnel::Transition| {
        step.at == now && step.to == to && matches!(step.receipt.rule, Rule::Hand(_))
    };
    if stands != to && !folder.fold(&imagined(&by_hand), now).transitions.iter().any(moved) {
        return Err(Failure::refused("gate", held_back(&lens, &history, to, now)));
    }
    wakes_later(&by_hand, &lens, &imagined(&asleep(&by_hand)), now)?;
    record(tx, user, person, by_hand.activity(), now)
}

/// Moves the people of a change of many, one after the other.
pub struct HandsOfUsers;

impl people::bulk::Hands for HandsOfUsers {
    fn move_to(
        &self,
        tx: &mut Tx,
        who: &User,
        person: PersonId,
        to: Stage,
        reason: &str,
        now: Moment,
    ) -> Result<(), Failure> {
        let id = tx.public_ids().encode(people::PERSON, person);
        move_to(tx, who, &id, None, &Move::to(to, reason), now)
    }
}

/// A reason as the definition in force lists it for an exit, in whatever capitals; as it is where there is no list.
fn known_reason(lens: &Lens, to: Stage, reason: &str) -> Result<String, Failure> {
    let Some((_, definition)) = lens.current() else { return Ok(reason.to_owned()) };
    let reasons = definition.reasons(to);
    if !reasons.is_list {
        return Ok(reason.to_owned());
    }
    let small = reason.to_lowercase();
    let known = reasons.words.iter().find(|known| known.to_lowercase() == small);
    known.map(|known| (*known).to_owned()).ok_or_else(|| {
        let words =
            format!("{} knows these reasons for {to}: {}.", lens.name, reasons.words.join("; "));
        Failure::refused("not_a_reason", words)
    })
}

/// Reads when and by what they are to wake, and what they were promised.
fn waking(
    by_hand: &mut ByHand,
    lens: &Lens,
    wake: &Waking,
    almanac: &Almanac,
) -> Result<(), Failure> {
    if *wake == Waking::default() {
        return Ok(());
    }
    if by_hand.to != Stage::Recycled {
        let words = "Only whoever is recycled wakes: leave out the day, the condition and the promise, or recycle them.";
        return Err(Failure::refused("only_recycled", words));
    }
    by_hand.wake_on = day(&wake.on, almanac)?;
    if by_hand.wake_on.is_some_and(|day| day <= almanac.now()) {
        let words =
            format!("{} has come already; name a day that is still to come.", wake.on.trim());
        return Err(Failure::refused("day_has_come", words));
    }
    let when = wake.when.trim();
    if !when.is_empty() {
        by_hand.wake_when = Some(condition(lens, when)?.to_string().into());
    }
    let promise = text("promise_too_long", &wake.promise, REASON_BYTES_MAX)?;
    by_hand.promise = (!promise.is_empty()).then(|| promise.into());
    by_hand.promise_by = day(&wake.promise_by, almanac)?;
    if by_hand.promise_by.is_some() && by_hand.promise.is_none() {
        let words = "Say what was promised by that day, or leave the day out.";
        return Err(Failure::refused("no_promise", words));
    }
    Ok(())
}

fn day(typed: &str, almanac: &Almanac) -> Result<Option<Moment>, Failure> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    almanac.begins(typed).map(Some).ok_or_else(|| {
        Failure::refused("no_date", format!("{typed} is no date; write it like 2027-03-01."))
    })
}

/// The condition by which somebody is to wake, as the lens's definition in force knows it.
fn condition(lens: &Lens, typed: &str) -> Result<funnel::Condition, Failure> {
    let definition = lens.current().map(|(_, definition)| definition.as_ref().clone());
    definition.unwrap_or_default().wake(typed).map_err(|wrong| {
        let words = format!(
            "They cannot wake by that: {wrong}. A condition looks like did(\"email.replied\", dwell()) or \
             company.employees >= 50."
        );
        Failure::refused("wake_condition", words)
    })
}

/// The same move, without what wakes them.
fn asleep(by_hand: &ByHand) -> ByHand {
    ByHand { wake_on: None, wake_when: None, ..by_hand.clone() }
}

/// Refuses a condition that holds as soon as they are recycled: they would never sleep.
fn wakes_later(
    by_hand: &ByHand,
    lens: &Lens,
    asleep: &History,
    now: Moment,
) -> Result<(), Failure> {
    let Some(when) = &by_hand.wake_when else { return Ok(()) };
    let condition = condition(lens, when)?;
    let asked = std::slice::from_ref(&condition);
    let found = Folder::asking(&lens.in_force(), asked).explain(asleep, now);
    if found.first().is_some_and(|part| part.truth.is_true()) {
        let words = format!(
            "They would wake at once, for this holds already: {}. Ask for something that is still to come, \
             such as did(\"email.replied\", dwell()).",
            condition.in_english()
        );
        return Err(Failure::refused("wakes_at_once", words));
    }
    Ok(())
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
/// thinks again answers again: the newest answer holds, and the first says whether it came in time. It is an activity,
/// which the conditions of every lens see.
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
    let person = find::find(tx, user, who)?;
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
    let what = activity.kind.as_str().to_owned();
    let new = NewEntry {
        subject: person,
        entry: entry(id, activity, now),
        is_dated: true,
        source: Some("page".into()),
        actor: user.actor(),
    };
    let batch =
        Batch { now, entries: vec![new], new_subjects: BTreeSet::new(), repeats: Repeats::Keep };
    journal::record(tx, batch)?;
    audit::note(tx, user, &what, (PERSON, person), Value::Null, now)
}
