//! `answer`: what somebody said, or what we learned, about a criterion.

use funnel::history::{Activity, Channel, Entry, Value, What};
use funnel::{Folder, Stage};
use moment::Moment;
use people::find;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::{Right, User};

use crate::{hand, lens, project};

/// The longest note, in bytes.
pub const NOTE_BYTES_MAX: usize = 2_000;

/// An answer to a criterion's question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The criterion, by its name or another name of it.
    pub criterion: String,
    /// Yes or no; `None` takes an earlier answer back.
    pub yes: Option<bool>,
    /// What was said, in a few words; may be empty.
    pub note: String,
    /// Where it comes from: `call`, `mail`, `meeting`, `chat`; empty if nobody says.
    pub from: String,
}

/// What an answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// Where they stood.
    pub before: Stage,
    /// Where they stand now.
    pub after: Stage,
}

/// Records an answer; it counts at once, under every lens that asks for the criterion, until it runs out.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`; `Refused` with `ambiguous`, `no_lens`, `no_criterion`,
/// `no_such_source` or `note_too_long`.
pub fn answer(
    tx: &mut Tx,
    user: &User,
    who: &str,
    lens: Option<&str>,
    answer: &Answer,
    now: Moment,
) -> Result<Answered, Failure> {
    user.may(Right::EditPeople)?;
    let person = find::find(tx, user, who)?;
    let lens = lens::of(tx, user, lens)?;
    let definition = lens.current().map(|(_, definition)| definition.clone()).unwrap_or_default();
    let Some(place) = definition.criterion(&answer.criterion) else {
        let names: Vec<&str> = definition.criteria.iter().map(|one| &*one.name).collect();
        let words = format!(
            "{} asks for no {}; it asks for {}.",
            lens.name,
            answer.criterion,
            names.join(", ")
        );
        return Err(Failure::refused("no_criterion", words));
    };
    let name = definition.criteria.get(place).map(|one| one.name.to_string()).unwrap_or_default();
    let channel = match answer.from.as_str() {
        "" => None,
        "call" => Some(Channel::Phone),
        "mail" => Some(Channel::Email),
        "meeting" => Some(Channel::Meeting),
        "chat" => Some(Channel::Chat),
        other => {
            let words =
                format!("An answer comes from a call, mail, meeting or chat, not from {other}.");
            return Err(Failure::refused("no_such_source", words));
        }
    };
    let remark = hand::text("note_too_long", &answer.note, NOTE_BYTES_MAX)?;
    let mut activity = Activity::answer(&name, answer.yes.unwrap_or_default());
    if answer.yes.is_none() {
        for (key, value) in &mut activity.properties {
            if &**key == "value" {
                *value = Value::from("unknown");
            }
        }
    }
    activity.channel = channel.or(activity.channel);
    if !remark.is_empty() {
        activity.properties.push(("text".into(), remark.into()));
    }
    let history = project::history_of(tx, person)?;
    let before = Folder::new(&lens.in_force()).fold(&history, now).standing.stage;
    hand::record(tx, user, person, activity, now)?;
    let history = project::history_of(tx, person)?;
    let after = Folder::new(&lens.in_force()).fold(&history, now).standing.stage;
    Ok(Answered { before, after })
}

/// An entry that stands for something done just now.
pub(crate) fn entry(id: i64, activity: Activity, now: Moment) -> Entry {
    Entry { id, occurred_at: now, recorded_at: now, what: What::Activity(activity) }
}
