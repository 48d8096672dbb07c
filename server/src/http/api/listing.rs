//! What lists of people and of companies have in common: which condition is asked, where a page begins, how it is filled,
//! and how long a call waits for what was never asked for before.

use std::sync::Arc;
use std::time::Duration;

use funnel::Condition;
use funnel::condition::{Fault, Names};
use people::condition::{ADDRESS_LETTERS_MAX, Asked};
use people::list::{Cursor, PAGE_ROWS_MAX};
use people::{LensId, Of, segment};
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::{Value, json};

use super::ask::Ask;
use super::given::Given;
use super::no_place;
use super::shape::{Member, Shape, list, may, named};

/// How long a call waits for a word that was never asked for to be read out of all histories.
const WORDS_WAIT: Duration = Duration::from_secs(25);
const WORDS_LOOK: Duration = Duration::from_millis(40);
/// After how many seconds to ask again, if that was not enough.
const WORDS_RETRY_S: u32 = 15;

/// What `where` and `segment` ask together.
///
/// # Errors
/// `Invalid` for what is no condition; `Missing` for a segment that there is not; `Refused` for one that the user may not ask.
pub(super) fn condition(
    tx: &mut Tx,
    ask: &Ask,
    lens: LensId,
    of: Of,
) -> Result<Option<Arc<dyn Asked>>, Failure> {
    let own = ask.find("where").map(|text| as_text(tx, ask, text, of)).transpose()?;
    let of_segment = match ask.find("segment") {
        Some(which) => Some(segment::meant_of(tx, &ask.who, of, which)?.condition),
        None => None,
    };
    let text = match (own, of_segment) {
        (Some(own), Some(other)) => format!("({own}) && ({other})"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => return Ok(None),
    };
    let asked = people::condition::read_of(tx, of, lens, &text)?;
    asked.check(tx, &ask.who)?;
    Ok(Some(asked))
}

/// What is doubtful about `where`, for whoever wonders why it finds nobody.
///
/// # Errors
/// As [`condition`].
pub(super) fn doubts(tx: &mut Tx, ask: &Ask, lens: LensId, of: Of) -> Result<Vec<Fault>, Failure> {
    let Some(written) = ask.find("where") else { return Ok(Vec::new()) };
    let text = as_text(tx, ask, written, of)?;
    let asked = people::condition::read_of(tx, of, lens, &text)?;
    people::condition::doubts(tx, &text, asked.condition())
}

/// The shape of what is doubtful.
pub(super) fn doubts_member() -> Member {
    may(
        "doubts",
        list(named("Doubt")).says(
            "Names in `where` that are not known here but lie near one that is. They are no mistakes: a fact or a kind of \
             activity is known once it was recorded.",
        ),
    )
}

/// A condition where it stands in an address, which holds no long one.
pub(super) fn in_address(condition: Shape) -> Shape {
    condition.at_most(ADDRESS_LETTERS_MAX, "save it as a segment, which is asked by its name")
}

/// The text of a condition that is written as text or as JSON.
pub(super) fn as_text(tx: &mut Tx, ask: &Ask, written: &str, of: Of) -> Result<String, Failure> {
    if !written.trim_start().starts_with('{') {
        return Ok(written.to_owned());
    }
    let lens = funnels::lens::of(tx, &ask.who, ask.lens())?;
    let names = lens.current().map(|(_, definition)| definition.names()).unwrap_or_default();
    let read = Condition::from_json(written, &Names { of, ..names });
    read.map(|condition| condition.to_string())
        .map_err(|fault| Failure::invalid("where", fault.to_string()))
}

/// What can't be read is the caller's to mend, not a rule that stands against it.
pub(super) fn mended(failure: Failure) -> Failure {
    match failure {
        Failure::Refused { code: "condition", words } => Failure::invalid("where", words),
        other => other,
    }
}

/// Where a page begins, if it is not the first.
///
/// # Errors
/// `Invalid` for what is no place; `Refused` with `other_order` for one of another order.
pub(super) fn after(
    ask: &Ask,
    fits: impl FnOnce(&Cursor) -> bool,
) -> Result<Option<Cursor>, Failure> {
    let Some(text) = ask.find("after") else { return Ok(None) };
    let after = Cursor::parse(text).ok_or_else(no_place)?;
    if !fits(&after) {
        let words = "This place belongs to another order; begin anew, without `after`.";
        return Err(Failure::refused("other_order", words));
    }
    Ok(Some(after))
}

/// A page of as many rows as are asked for, made of as many of a list's own pages as it takes, and where the next begins;
/// nothing while something is not ready.
pub(super) fn filled<R>(
    limit: usize,
    after: Option<Cursor>,
    mut page: impl FnMut(usize, Option<Cursor>) -> Result<Option<(Vec<R>, Option<Cursor>)>, Failure>,
) -> Result<Option<(Vec<R>, Option<Cursor>)>, Failure> {
    let (mut rows, mut place) = (Vec::with_capacity(limit), after);
    loop {
        let wanted = (limit - rows.len()).min(PAGE_ROWS_MAX);
        let Some((more, next)) = page(wanted, place)? else { return Ok(None) };
        rows.extend(more);
        place = next;
        if rows.len() >= limit || place.is_none() {
            return Ok(Some((rows, place)));
        }
    }
}

/// Whether the call asks how many there are.
pub(super) fn is_counted(ask: &Ask) -> bool {
    ask.given.get("count").and_then(Value::as_bool) == Some(true)
}

/// A page as it is told, its rows under their name.
pub(super) fn told(
    name: &str,
    rows: Vec<Value>,
    next: Option<String>,
    lens: &str,
    count: Option<u64>,
    doubts: &[Fault],
) -> Given {
    let mut value = json!({ name: rows, "next": next, "lens": lens });
    if let Some(count) = count {
        value["count"] = json!(count);
    }
    doubted(&mut value, doubts);
    Given::value(value)
}

/// With what is doubtful, if anything is.
pub(super) fn doubted(value: &mut Value, doubts: &[Fault]) {
    let one = |doubt: &Fault| json!({ "line": doubt.line, "column": doubt.column, "words": doubt.words, "nearest": doubt.nearest });
    if !doubts.is_empty() {
        value["doubts"] = doubts.iter().map(one).collect();
    }
}

/// What is read once what it asks for is at hand: the first time a word is asked, a job reads all histories.
///
/// # Errors
/// `Busy` if that takes longer than a call waits, and what reading and preparing fail with.
pub(super) async fn once_ready<T: Send + 'static>(
    app: &App,
    read: impl Fn(&mut Tx) -> Result<Option<T>, Failure> + Clone + Send + 'static,
    prepare: impl Fn(&mut Tx) -> Result<(), Failure> + Clone + Send + 'static,
) -> Result<T, Failure> {
    let started = tokio::time::Instant::now();
    let mut is_prepared = false;
    loop {
        if let Some(found) = app.db.read(read.clone()).await? {
            return Ok(found);
        }
        if !is_prepared {
            app.db.write(prepare.clone()).await?;
            is_prepared = true;
        }
        if started.elapsed() >= WORDS_WAIT {
            return Err(Failure::Busy { retry_after_s: WORDS_RETRY_S });
        }
        tokio::time::sleep(WORDS_LOOK).await;
    }
}
