//! `dispute`: somebody says that a move was wrong, and somebody who rules definitions answers.

use funnel::Stage;
use moment::Moment;
use people::{LensId, PERSON, PersonId, find};
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use team::{Right, User, audit};

use crate::{hand, lens, store};

/// The prefix of a dispute's public id.
pub const DISPUTE: &str = "dsp";
/// The longest words, in bytes.
pub const WORDS_BYTES_MAX: usize = 2_000;

const ADD: Sql = sql(
    "insert into dispute (id, person_id, lens_id, moved_at, to_stage, words, raised_at, raised_by, resolved_at,
        resolved_by, resolution)
     values ($1, $2, $3, $4, $5, $6, $7, $8, null, null, null)",
);
const RESOLVE: Sql = sql("update dispute set resolved_at = $2, resolved_by = $3, resolution = $4
     where id = $1 and resolved_at is null");
const OF: Sql = sql(
    "select id, moved_at, to_stage, words, raised_at, raised_by, resolved_at, resolved_by, resolution
     from dispute where person_id = $1 and lens_id = $2 order by raised_at, id",
);

pub(crate) const ALL: &[Sql] = &[ADD, RESOLVE, OF];

/// What somebody has against a move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeView {
    /// The public id.
    pub id: String,
    /// When the move was made.
    pub moved_at: Moment,
    /// Where it led.
    pub to: Stage,
    /// What is said against it.
    pub words: String,
    /// By whom, if not by the operator.
    pub by: Option<String>,
    /// When.
    pub raised_at: Moment,
    /// How it was resolved, when, and by whom.
    pub resolved: Option<ResolvedView>,
}

/// The answer to a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedView {
    /// What was answered.
    pub words: String,
    /// By whom, if not by the operator.
    pub by: Option<String>,
    /// When.
    pub at: Moment,
}

/// Says that a move was wrong: the one of that moment to that stage, under the lens through which the user looks.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing` if there is no such move; `Refused` with `no_words` or
/// `words_too_long`.
pub fn raise(
    tx: &mut Tx,
    user: &User,
    who: &str,
    lens: Option<&str>,
    (moved_at, to): (Moment, Stage),
    words: &str,
    now: Moment,
) -> Result<i64, Failure> {
    user.may(Right::EditPeople)?;
    let person = find::find(tx, user, who)?;
    let lens = lens::of(tx, user, lens)?.id;
    let words = said(words)?;
    let moves = store::transitions(tx, lens, &[person])?.remove(&person).unwrap_or_default();
    if !moves.iter().any(|step| step.moved_at == moved_at && step.to == to) {
        return Err(Failure::missing("move", format!("to {to} at {moved_at}")));
    }
    let id = tx.ids(1)?;
    tx.execute(ADD, args![id, person, lens, moved_at, to.code(), words, now, user.actor()])?;
    let detail = json!({ "person": tx.public_ids().encode(PERSON, person), "to": to.as_str() });
    audit::note(tx, user, "dispute.raised", (DISPUTE, id), detail, now)?;
    Ok(id)
}

/// Answers a dispute. Whether a definition changes for it is another matter.
///
/// # Errors
/// `Forbidden` without the right to change definitions; `Missing` if there is none that is open; `Refused` with
/// `no_words` or `words_too_long`.
pub fn resolve(tx: &mut Tx, user: &User, id: i64, words: &str, now: Moment) -> Result<(), Failure> {
    user.may(Right::ChangeDefinitions)?;
    let words = said(words)?;
    if tx.execute(RESOLVE, args![id, now, user.actor(), words])? == 0 {
        return Err(Failure::missing("open dispute", id));
    }
    audit::note(tx, user, "dispute.resolved", (DISPUTE, id), Value::Null, now)
}

fn said(words: &str) -> Result<&str, Failure> {
    let words = hand::text("words_too_long", words, WORDS_BYTES_MAX)?;
    if words.is_empty() {
        return Err(Failure::refused("no_words", "Say what is wrong, or how it was settled."));
    }
    Ok(words)
}

/// What is said against a person's moves, the oldest first.
pub(crate) fn of(tx: &mut Tx, person: PersonId, lens: LensId) -> Result<Vec<DisputeView>, Failure> {
    let rows = tx.rows(OF, args![person, lens])?;
    let users: Vec<i64> =
        rows.iter().flat_map(|row| [row.int_opt(5), row.int_opt(7)]).flatten().collect();
    let names = if users.is_empty() { Vec::new() } else { team::names(tx, &users)? };
    let name = |id: Option<i64>| {
        let found = id.and_then(|id| names.iter().find(|(user, _)| *user == id));
        found.map(|(_, name)| name.clone())
    };
    let public = tx.public_ids();
    let view = |row: &Row| DisputeView {
        id: public.encode(DISPUTE, row.int(0)),
        moved_at: row.moment(1),
        to: Stage::from_code(row.int(2)).unwrap_or(Stage::None),
        words: row.text(3).to_owned(),
        raised_at: row.moment(4),
        by: name(row.int_opt(5)),
        resolved: row.int_opt(6).map(|at| ResolvedView {
            words: row.text_opt(8).unwrap_or_default().to_owned(),
            by: name(row.int_opt(7)),
            at: Moment(at),
        }),
    };
    Ok(rows.iter().map(view).collect())
}
