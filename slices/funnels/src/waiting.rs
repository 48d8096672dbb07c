//! Definitions that are to hold from a moment that is still to come. Until then each waits as a job, and nothing that is in
//! force looks at it; it can be taken back, and others can be adopted meanwhile.

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{self, Again, Job, Run, State};
use serde_json::{Value, json};
use team::{Mouth, Right, User, audit};

use crate::drafts;
use crate::lens::{self, Adopted, LENS, Lens};

/// The job that puts a definition in force when its moment has come.
pub const BEGIN: &str = "funnels.begin";
/// Jobs that are looked through for those that wait: there is one for each lens at most.
const LOOKED_AT: u32 = 200;

/// A definition that waits for its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The lens for which it is.
    pub lens: i64,
    /// As the definition calls itself.
    pub name: String,
    /// From when on it is to hold.
    pub from: Moment,
    /// The draft that it was.
    pub draft: Option<i64>,
    job: i64,
}

/// Has a definition wait for its moment.
pub(crate) fn wait(
    tx: &mut Tx,
    who: &User,
    lens: &Lens,
    (name, text): (&str, &str),
    (from, draft): (Moment, Option<i64>),
    now: Moment,
) -> Result<Adopted, Failure> {
    if let Some(other) = all(tx)?.into_iter().find(|one| one.lens == lens.id) {
        let words = format!(
            "{} is to hold from {} under {}: take it back before another one waits.",
            other.name, other.from, lens.name
        );
        return Err(Failure::refused("one_waits", words));
    }
    let payload =
        json!({ "lens": lens.id, "name": name, "text": text, "draft": draft, "by": who.actor() });
    jobs::enqueue(tx, BEGIN, None, &payload, from)?;
    let detail = json!({ "lens": lens.name, "name": name, "from": from });
    audit::note(tx, who, "definition.waits", (LENS, lens.id), detail, now)?;
    Ok(Adopted { lens: lens.id, version: None, from, job: None })
}

/// The definitions that wait, in the order of their moments.
///
/// # Errors
/// `Forbidden` without the right to read definitions.
pub fn list(tx: &mut Tx, who: &User) -> Result<Vec<Waiting>, Failure> {
    who.may(Right::ReadDefinitions)?;
    all(tx)
}

fn all(tx: &mut Tx) -> Result<Vec<Waiting>, Failure> {
    let jobs = jobs::list_named(tx, BEGIN, LOOKED_AT)?.into_iter();
    let mut waiting: Vec<Waiting> = jobs
        .filter(|job| matches!(job.state, State::Waiting | State::Running))
        .filter_map(|job| {
            Some(Waiting {
                lens: job.payload.get("lens")?.as_i64()?,
                name: job.payload.get("name")?.as_str()?.to_owned(),
                from: job.run_at,
                draft: job.payload.get("draft").and_then(Value::as_i64),
                job: job.id,
            })
        })
        .collect();
    waiting.sort_by_key(|one| (one.from, one.lens));
    Ok(waiting)
}

/// Takes the definition back that waits under a lens; the draft that it was stays proposed.
///
/// # Errors
/// `Forbidden` without the right to change definitions; `Refused` with `none_waits`, or with the names of the lenses.
pub fn take_back(
    tx: &mut Tx,
    who: &User,
    lens: Option<&str>,
    now: Moment,
) -> Result<Waiting, Failure> {
    who.may(Right::ChangeDefinitions)?;
    let lens = lens::of(tx, who, lens)?;
    let none = || Failure::refused("none_waits", format!("Nothing waits under {}.", lens.name));
    let waiting = all(tx)?.into_iter().find(|one| one.lens == lens.id).ok_or_else(none)?;
    if !jobs::cancel(tx, waiting.job, now)? {
        return Err(none());
    }
    let detail = json!({ "lens": lens.name, "name": waiting.name, "from": waiting.from });
    audit::note(tx, who, "definition.taken-back", (LENS, lens.id), detail, now)?;
    Ok(waiting)
}

/// Puts a definition in force when its moment has come.
pub struct Begin;

impl Job for Begin {
    fn name(&self) -> &'static str {
        BEGIN
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let (ticket, now) = (run.ticket(), app.clock.now());
        let (payload, job) = (run.payload().clone(), run.id());
        let done = app.db.write_blocking(move |tx| {
            ticket.confirm(tx)?;
            let from = jobs::find(tx, job)?.map_or(now, |job| job.run_at);
            begin(tx, &payload, from, now)
        })?;
        Ok(done)
    }
}

fn begin(tx: &mut Tx, payload: &Value, from: Moment, now: Moment) -> Result<Value, Failure> {
    let number = |key: &str| payload.get(key).and_then(Value::as_i64);
    let text = payload.get("text").and_then(Value::as_str).unwrap_or_default();
    let lens = lens::by_id(tx, number("lens").unwrap_or_default())?;
    let draft = number("draft");
    if let Some(draft) = draft
        && !drafts::still_stands(tx, draft, text)?
    {
        return Ok(json!({ "adopted": false, "why": "the draft was changed or withdrawn" }));
    }
    let who = User::operator().by(Mouth::Job);
    let adopted = lens::begin(tx, &who, &lens, text, (from, number("by")), now)?;
    if let (Some(draft), Some(version)) = (draft, adopted.version) {
        drafts::became(tx, draft, version, now)?;
    }
    Ok(json!({ "adopted": true, "version": adopted.version }))
}
