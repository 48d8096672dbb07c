//! Drafts: a definition is written, compared, tried over the past, proposed, approved by the teams that it
//! concerns, and adopted from a date.
//!
//! A draft may be saved with mistakes in it, for nothing that was written is lost; it can be proposed only
//! without. A change takes every approval back: what was approved is what is adopted.

mod form;
pub(crate) mod store;

use std::collections::BTreeSet;

use funnel::Definition;
use funnel::condition::{self, Condition, Fault};
use funnel::definition::{Change, Outcome, TEXT_BYTES_MAX};
use moment::Moment;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde::Serialize;
use serde_json::{Value, json};
use team::{Right, User, audit};

use crate::lens::{self, Adopted, From, Lens};

pub(crate) use form::terms;
pub use form::{FormView, form, known, known_everywhere};
pub use store::{Approval, DraftRow};

/// The prefix of a draft's public id.
pub const DRAFT: &str = "dft";
/// Drafts that a list shows.
const LISTED: i64 = 50;
/// The longest note, in bytes.
const NOTE_BYTES_MAX: usize = 2_000;

/// How far a draft is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is being written.
    Draft,
    /// It waits for approval, or for its date.
    Proposed,
    /// It became a version.
    Adopted,
    /// It was given up.
    Withdrawn,
}

impl State {
    fn code(self) -> i64 {
        match self {
            State::Draft => 0,
            State::Proposed => 1,
            State::Adopted => 2,
            State::Withdrawn => 3,
        }
    }

    fn from_code(code: i64) -> State {
        match code {
            0 => State::Draft,
            1 => State::Proposed,
            2 => State::Adopted,
            _ => State::Withdrawn,
        }
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Proposed => "proposed",
            State::Adopted => "adopted",
            State::Withdrawn => "withdrawn",
        }
    }

    /// Whether anything may still become of it.
    pub fn is_open(self) -> bool {
        matches!(self, State::Draft | State::Proposed)
    }
}

/// A draft, and what is to be said about it.
#[derive(Clone, Debug)]
pub struct DraftView {
    /// As it is stored.
    pub row: DraftRow,
    /// The lens for which it is.
    pub lens: Lens,
    /// What can be said of its text.
    pub checked: Checked,
    /// Who said yes, and for which team.
    pub approvals: Vec<Approval>,
    /// Every team whose yes it takes.
    pub teams: Vec<String>,
    /// Teams that have not said yes.
    pub missing: Vec<String>,
}

/// What can be said of the text of a definition.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// As it calls itself.
    pub name: Option<String>,
    /// Every mistake, with its place.
    pub faults: Vec<Fault>,
    /// Names that are not known here, but lie near one that is; no mistakes, for names come with the data.
    pub doubts: Vec<Fault>,
    /// Its examples.
    pub examples: Vec<Outcome>,
    /// What changes from the definition in force; nothing while it can't be read.
    pub changes: Vec<Change>,
}

impl Checked {
    /// Whether it could be adopted as it is.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty() && self.examples.iter().all(|example| example.failed.is_none())
    }
}

/// Reads a definition, runs its examples, compares it with what is in force, and holds its names against those that
/// are known here. A text that can't be read is no failure.
///
/// # Errors
/// `Broken` when the database fails.
pub fn check(tx: &mut Tx, text: &str, in_force: Option<&Definition>) -> Result<Checked, Failure> {
    Ok(match Definition::parse(text) {
        Err(faults) => Checked { faults, ..Checked::default() },
        Ok(definition) => Checked {
            examples: definition.run_examples(),
            changes: in_force.map(|old| old.changes(&definition)).unwrap_or_default(),
            name: Some(definition.name),
            faults: Vec::new(),
            doubts: doubts(tx, text)?,
        },
    })
}

/// What is doubtful about the text of a definition, as far as this workspace knows.
///
/// # Errors
/// `Broken` when the database fails.
pub fn doubts(tx: &mut Tx, text: &str) -> Result<Vec<Fault>, Failure> {
    // Whoever uses no name but those that are known everywhere need not be held against what was recorded.
    if funnel::definition::doubts(text, &known_everywhere()).is_empty() {
        return Ok(Vec::new());
    }
    Ok(funnel::definition::doubts(text, &known(tx)?))
}

/// What is doubtful about a condition that was read from a text, as far as this workspace knows.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn doubts_of(tx: &mut Tx, text: &str, read: &Condition) -> Result<Vec<Fault>, Failure> {
    if condition::doubts::doubts(text, read, &known_everywhere()).is_empty() {
        return Ok(Vec::new());
    }
    Ok(condition::doubts::doubts(text, read, &known(tx)?))
}

/// Begins a draft for a lens, with a text or with the definition in force there.
///
/// # Errors
/// `Forbidden` without the right to change definitions; `Refused` with `no_lens`; `Invalid` for a text that is
/// too long.
pub fn create(
    tx: &mut Tx,
    who: &User,
    lens: Option<&str>,
    text: Option<&str>,
    note: &str,
    now: Moment,
) -> Result<i64, Failure> {
    who.may(Right::ChangeDefinitions)?;
    let lens = lens::of_drafts(tx, who, lens)?;
    let in_force = lens.current().map(|(_, definition)| definition.text.clone());
    let text = text.map(str::to_owned).or(in_force).unwrap_or_default();
    fits(&text, note)?;
    let id = tx.ids(1)?;
    store::add(tx, (id, lens.id), (&text, note.trim()), who.actor(), now)?;
    audit::note(tx, who, "draft.begun", (DRAFT, id), json!({ "lens": lens.name }), now)?;
    Ok(id)
}

/// Changes the text of a draft; takes back its proposal and every approval.
///
/// # Errors
/// `Forbidden` without the right to change definitions; `Missing`; `Refused` with `draft_changed` if another has
/// changed it since `revision`, or with `draft_closed`; `Invalid` for a text that is too long.
pub fn save(
    tx: &mut Tx,
    who: &User,
    (id, revision): (i64, i64),
    (text, note): (&str, &str),
    now: Moment,
) -> Result<(), Failure> {
    who.may(Right::ChangeDefinitions)?;
    fits(text, note)?;
    let row = open(tx, id)?;
    if row.text == text && row.note == note.trim() {
        return Ok(());
    }
    let is_saved = if row.text == text {
        store::note(tx, (id, revision), note.trim(), who.actor(), now)?
    } else {
        store::save(tx, (id, revision), (text, note.trim()), who.actor(), now)?
    };
    if is_saved {
        return audit::note(tx, who, "draft.changed", (DRAFT, id), Value::Null, now);
    }
    let by = match row.changed_by {
        Some(user) => team::names(tx, &[user])?.pop().map(|(_, name)| name),
        None => None,
    };
    let words = format!(
        "{} changed this draft at {} while you were writing. Keep your text, look at theirs, and save again.",
        by.as_deref().unwrap_or("Somebody"),
        row.changed_at
    );
    Err(Failure::refused("draft_changed", words))
}

fn fits(text: &str, note: &str) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    let mut longer = |name: &str, bytes: usize, most: usize| {
        if bytes > most {
            let words = format!("longer than {most} bytes: {bytes}");
            wrong.push(Field { name: name.to_owned(), words });
        }
    };
    longer("text", text.len(), TEXT_BYTES_MAX);
    longer("note", note.len(), NOTE_BYTES_MAX);
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Invalid(wrong)) }
}

/// Proposes a draft, so that it can be approved.
///
/// # Errors
/// `Forbidden`, `Missing`, `Refused` with `draft_closed`; `Invalid` with every mistake and every example that
/// does not hold.
pub fn propose(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    who.may(Right::ChangeDefinitions)?;
    let row = open(tx, id)?;
    lens::check(&row.text)?;
    store::propose(tx, id, who.actor(), now)?;
    audit::note(tx, who, "draft.proposed", (DRAFT, id), Value::Null, now)
}

/// Says yes to a proposed draft for a team. Nobody speaks for two teams, unless fewer people have the right to
/// than there are teams.
///
/// # Errors
/// `Forbidden`, `Missing`; `Refused` with `not_proposed`, `no_team` or `two_teams`.
pub fn approve(tx: &mut Tx, who: &User, id: i64, team: &str, now: Moment) -> Result<(), Failure> {
    who.may(Right::ChangeDefinitions)?;
    let view = view(tx, who, id)?;
    if view.row.state != State::Proposed {
        return Err(Failure::refused("not_proposed", "This draft is not proposed, or no more."));
    }
    if !view.teams.iter().any(|known| known == team) {
        let words = format!("{team} has no say here; {} has.", view.teams.join(" and "));
        return Err(Failure::refused("no_team", words));
    }
    let spoke = view.approvals.iter().find(|yes| yes.user == who.actor() && yes.team != team);
    let holders = team::holders(tx, Right::ChangeDefinitions)?.len();
    if let Some(yes) = spoke
        && holders >= view.teams.len()
    {
        let words =
            format!("You said yes for {} already; somebody else speaks for {team}.", yes.team);
        return Err(Failure::refused("two_teams", words));
    }
    store::approve(tx, id, team, who.actor(), now)?;
    audit::note(tx, who, "draft.approved", (DRAFT, id), json!({ "team": team }), now)
}

/// Adopts a draft that every team has approved; it holds from the moment asked for.
///
/// # Errors
/// `Forbidden`, `Missing`; `Refused` with `not_approved`, `draft_closed`, `one_waits` or `before_current`; `Invalid`.
pub fn adopt(
    tx: &mut Tx,
    who: &User,
    id: i64,
    from: From,
    now: Moment,
) -> Result<Adopted, Failure> {
    who.may(Right::ChangeDefinitions)?;
    let view = view(tx, who, id)?;
    if !view.row.state.is_open() {
        return Err(closed(view.row.state));
    }
    if view.row.state != State::Proposed || !view.missing.is_empty() {
        let missing = view.missing.join(" and ");
        let words = match view.row.state {
            State::Proposed if view.missing.len() > 1 => {
                format!("{missing} have not said yes yet.")
            }
            State::Proposed => format!("{missing} has not said yes yet."),
            _ => "Propose it first.".to_owned(),
        };
        return Err(Failure::refused("not_approved", words));
    }
    let adopted = lens::adopt_agreed(tx, who, &view.lens, &view.row.text, (from, Some(id)), now)?;
    if let Some(version) = adopted.version {
        became(tx, id, version, now)?;
    }
    Ok(adopted)
}

/// Closes a draft that is in force now.
pub(crate) fn became(tx: &mut Tx, id: i64, version: i64, now: Moment) -> Result<(), Failure> {
    store::close(tx, id, State::Adopted, Some(version), now)
}

/// Whether a draft that waits for its moment is still proposed, with that text.
pub(crate) fn still_stands(tx: &mut Tx, id: i64, text: &str) -> Result<bool, Failure> {
    let row = store::load(tx, id)?;
    Ok(row.is_some_and(|row| row.state == State::Proposed && row.text == text))
}

/// Refuses a change to which several teams say yes, as long as there are people to say it: it goes by a draft.
pub(crate) fn must_not_take_several(tx: &mut Tx, lens: &Lens, text: &str) -> Result<(), Failure> {
    let in_force = lens.current().map(|(_, definition)| definition.as_ref());
    let teams = teams(in_force, text);
    if teams.len() > 1 && team::holders(tx, Right::ChangeDefinitions)?.len() >= teams.len() {
        let words =
            format!("{} say yes to this first: propose it as a draft.", teams.join(" and "));
        return Err(Failure::refused("not_approved", words));
    }
    Ok(())
}

/// Gives a draft up; it stays to be read.
///
/// # Errors
/// `Forbidden`, `Missing`, `Refused` with `draft_closed`.
pub fn withdraw(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    who.may(Right::ChangeDefinitions)?;
    open(tx, id)?;
    store::close(tx, id, State::Withdrawn, None, now)?;
    audit::note(tx, who, "draft.withdrawn", (DRAFT, id), Value::Null, now)
}

fn open(tx: &mut Tx, id: i64) -> Result<DraftRow, Failure> {
    let row = store::load(tx, id)?.ok_or_else(|| Failure::missing("draft", id))?;
    if row.state.is_open() { Ok(row) } else { Err(closed(row.state)) }
}

fn closed(state: State) -> Failure {
    Failure::refused(
        "draft_closed",
        format!("This draft was {} and stays as it is.", state.as_str()),
    )
}

/// One draft with everything that is to be said about it.
///
/// # Errors
/// `Forbidden` without the right to read definitions; `Missing`.
pub fn view(tx: &mut Tx, who: &User, id: i64) -> Result<DraftView, Failure> {
    who.may(Right::ReadDefinitions)?;
    let row = store::load(tx, id)?.ok_or_else(|| Failure::missing("draft", id))?;
    let lens = lens::by_id(tx, row.lens)?;
    let in_force = lens.current().map(|(_, definition)| definition.clone());
    let checked = check(tx, &row.text, in_force.as_deref())?;
    let approvals = store::approvals(tx, id)?;
    let teams = teams(in_force.as_deref(), &row.text);
    let said = |team: &String| approvals.iter().any(|yes| yes.team == *team);
    let missing = teams.iter().filter(|team| !said(team)).cloned().collect();
    Ok(DraftView { row, lens, checked, approvals, teams, missing })
}

/// The names of those who approved the draft that became a version, each once; nobody if none did.
///
/// # Errors
/// `Forbidden` without the right to read definitions.
pub fn agreed_by(tx: &mut Tx, who: &User, lens: i64, version: i64) -> Result<Vec<String>, Failure> {
    who.may(Right::ReadDefinitions)?;
    let mut users = store::agreed(tx, lens, version)?;
    users.dedup();
    Ok(team::names(tx, &users)?.into_iter().map(|(_, name)| name).collect())
}

/// The newest drafts, whatever became of them, the last changed first.
///
/// # Errors
/// `Forbidden` without the right to read definitions.
pub fn list(tx: &mut Tx, who: &User) -> Result<Vec<DraftRow>, Failure> {
    who.may(Right::ReadDefinitions)?;
    store::list(tx, LISTED)
}

/// The teams that a change concerns: whoever owns a stage before it or after it. `both` is marketing and sales;
/// where no stage has an owner it is for whoever has the right to say.
pub(crate) fn teams(in_force: Option<&Definition>, text: &str) -> Vec<String> {
    let draft = Definition::parse(text).ok();
    let stages =
        in_force.into_iter().chain(draft.as_ref()).flat_map(|definition| &definition.stages);
    let mut teams = BTreeSet::new();
    for owner in stages.filter_map(|stage| stage.owner.as_deref()) {
        match owner {
            "both" => teams.extend(["marketing".to_owned(), "sales".to_owned()]),
            team => drop(teams.insert(team.to_owned())),
        }
    }
    if teams.is_empty() {
        teams.insert("the team".to_owned());
    }
    teams.into_iter().collect()
}
