//! Retention: rules that say of whom the workspace keeps nothing once nothing was heard of them for long.
//!
//! **Promise:** a rule erases nobody whom it did not report first, for as many days as it says; whoever is heard of
//! meanwhile, or meets it no more, stays. What a run came to is kept, and adds up.
//! **Never:** erases by itself: `people::erase` does, and the audit log has it.

mod run;
mod store;

pub use run::{RETENTION, Retention, run_rule, wake};
pub use store::{RuleRow, RunRow};

use funnel::Stage;
use moment::{Moment, Span};
use people::list::Sieve;
use people::quiet::{months_before, quiet};
use people::{PersonId, condition, find, sight};
use platform::db::{Sql, Tx};
use platform::failure::Failure;
use serde::Serialize;
use serde_json::json;
use team::audit;
use team::{Right, User};

/// The prefix of a rule's public id.
pub const RULE: &str = "ret";

pub(crate) const ALL: &[Sql] = store::ALL;

/// Letters of a name at most.
const NAME_LETTERS_MAX: usize = 120;
/// The shortest and the longest time without a word, in months.
const MONTHS: std::ops::RangeInclusive<u32> = 1..=240;
/// The longest notice, in days; a rule that erases gives at least one.
const NOTICE_DAYS_MAX: u32 = 365;
/// Rules that a workspace has at most.
const RULES_MAX: usize = 100;
/// People whom a preview names.
const NAMED: usize = 20;

/// What a rule is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// As people call it.
    pub name: String,
    /// After so many months without a word.
    pub quiet_months: u32,
    /// At these stages under the main lens; at any if empty.
    pub stages: Vec<Stage>,
    /// Of whom this holds besides; empty for everybody.
    pub condition: String,
    /// Whether they are erased; else they are only reported.
    pub erases: bool,
    /// For how many days they are reported before.
    pub notice_days: u32,
}

/// What a rule would do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Since when nothing was heard of them.
    pub quiet_since: Moment,
    /// How many it meets.
    pub people: u64,
    /// Of how many people at all.
    pub of: u64,
    /// Some of them: public id and name.
    pub some: Vec<(String, String)>,
    /// When the first of them would be erased, if the rule erases.
    pub first_erased_at: Option<Moment>,
}

fn read(draft: &Draft) -> Result<Draft, Failure> {
    let name = draft.name.trim();
    if name.is_empty() || name.chars().count() > NAME_LETTERS_MAX {
        let words = format!("a rule has a name of at most {NAME_LETTERS_MAX} letters");
        return Err(Failure::invalid("name", words));
    }
    if !MONTHS.contains(&draft.quiet_months) {
        let words = format!("say {} to {} months", MONTHS.start(), MONTHS.end());
        return Err(Failure::invalid("quiet_months", words));
    }
    if draft.notice_days > NOTICE_DAYS_MAX || (draft.erases && draft.notice_days == 0) {
        let words = format!(
            "say 1 to {NOTICE_DAYS_MAX} days: whoever is to be erased is reported for that long first"
        );
        return Err(Failure::invalid("notice_days", words));
    }
    Ok(Draft {
        name: name.to_owned(),
        condition: draft.condition.trim().to_owned(),
        ..draft.clone()
    })
}

fn sieve(tx: &mut Tx, draft: &Draft) -> Result<Sieve, Failure> {
    let lens = people::main_lens(tx)?.id;
    let condition = match draft.condition.as_str() {
        "" => None,
        text => Some(condition::read(tx, lens, text).map_err(|failure| match failure {
            Failure::Refused { code: "condition", words } => Failure::invalid("condition", words),
            other => other,
        })?),
    };
    Ok(Sieve { stages: draft.stages.clone(), condition, ..Sieve::of(lens) })
}

/// Who may say of whom nothing is kept.
fn may(who: &User) -> Result<(), Failure> {
    who.may(Right::ErasePeople)?;
    sight::must_see_all(who)
}

/// Has made ready what a rule asks for; gives the job that makes it, if there is one.
///
/// # Errors
/// `Forbidden` without the right to erase; `Invalid` for a rule that can't be.
pub fn prepare(
    tx: &mut Tx,
    who: &User,
    draft: &Draft,
    now: Moment,
) -> Result<Option<i64>, Failure> {
    may(who)?;
    let sieve = sieve(tx, &read(draft)?)?;
    match &sieve.condition {
        Some(asked) => asked.prepare(tx, who, now),
        None => Ok(None),
    }
}

/// Says whom a rule would meet now, and changes nothing.
///
/// # Errors
/// As [`prepare`]; `Busy` while its condition is not ready.
pub fn preview(tx: &mut Tx, who: &User, draft: &Draft, now: Moment) -> Result<Preview, Failure> {
    may(who)?;
    let draft = read(draft)?;
    let sieve = sieve(tx, &draft)?;
    let quiet_since = months_before(now, draft.quiet_months);
    let busy = || Failure::Busy { retry_after_s: 5 };
    let met = quiet(tx, who, &sieve, quiet_since, now)?.ok_or_else(busy)?;
    let first: Vec<PersonId> = met.iter().copied().take(NAMED).collect();
    let outside = tx.public_ids();
    let mut some = Vec::with_capacity(first.len());
    for id in first {
        let row = people::person::row(tx, who, id)?;
        some.push((outside.encode(people::PERSON, id), row.name));
    }
    let is_any = draft.erases && !met.is_empty();
    Ok(Preview {
        quiet_since,
        people: u64::try_from(met.len()).unwrap_or(u64::MAX),
        of: people::count(tx)?,
        some,
        first_erased_at: is_any.then(|| now + Span::days(draft.notice_days.into())),
    })
}

/// Makes a rule; it is run within the hour, and then every day.
///
/// # Errors
/// As [`prepare`]; `Refused` with `rule_exists` for a name that there is, with `too_many_rules`.
pub fn make(tx: &mut Tx, who: &User, draft: &Draft, now: Moment) -> Result<RuleRow, Failure> {
    prepare(tx, who, draft, now)?;
    let draft = read(draft)?;
    if store::rules(tx)?.len() >= RULES_MAX {
        let words = format!("A workspace has at most {RULES_MAX} rules; remove one first.");
        return Err(Failure::refused("too_many_rules", words));
    }
    let id = tx.ids(1)?;
    let row = RuleRow { id, draft, made_by: who.actor(), made_at: now };
    if !store::add(tx, &row, &find::name_key(&row.draft.name))? {
        let words = format!("There is a rule {} already.", row.draft.name);
        return Err(Failure::refused("rule_exists", words));
    }
    let draft = &row.draft;
    let detail = json!({
        "name": draft.name, "quiet_months": draft.quiet_months, "erases": draft.erases,
        "notice_days": draft.notice_days, "has_condition": !draft.condition.is_empty(),
        "stages": draft.stages.iter().map(|stage| stage.as_str()).collect::<Vec<_>>(),
    });
    audit::note(tx, who, "retention.made", (RULE, id), detail, now)?;
    run::enqueue(tx, now)?;
    Ok(row)
}

/// Takes a rule away; whom it reported is reported no more, and what its runs came to goes with it.
///
/// # Errors
/// `Forbidden` without the right to erase; `Missing`.
pub fn remove(tx: &mut Tx, who: &User, which: &str, now: Moment) -> Result<(), Failure> {
    may(who)?;
    let row = meant(tx, who, which)?;
    store::remove(tx, row.id)?;
    let detail = json!({ "name": row.draft.name });
    audit::note(tx, who, "retention.removed", (RULE, row.id), detail, now)
}

/// The rule that a public id or a name means.
///
/// # Errors
/// `Forbidden` without the right to erase; `Missing`.
pub fn meant(tx: &mut Tx, who: &User, which: &str) -> Result<RuleRow, Failure> {
    may(who)?;
    let id = tx.public_ids().decode(RULE, which.trim());
    let key = find::name_key(which);
    let mut rows = store::rules(tx)?.into_iter();
    let is_it = |row: &RuleRow| Some(row.id) == id || find::name_key(&row.draft.name) == key;
    rows.find(is_it).ok_or_else(|| Failure::missing("rule", which.trim()))
}

/// A rule with what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// The rule.
    pub rule: RuleRow,
    /// How many it reports now.
    pub noticed: u64,
    /// When the next of them is due, if it erases.
    pub next_due_at: Option<Moment>,
    /// Its last runs, the newest first.
    pub runs: Vec<RunRow>,
}

/// Every rule by name, with what it came to.
///
/// # Errors
/// `Forbidden` without the right to erase.
pub fn rules(tx: &mut Tx, who: &User) -> Result<Vec<Ruled>, Failure> {
    may(who)?;
    let mut ruled = Vec::new();
    for rule in store::rules(tx)? {
        let (noticed, next) = store::noticed(tx, rule.id)?;
        let next_due_at = next.filter(|_| rule.draft.erases);
        let runs = store::runs(tx, rule.id)?;
        ruled.push(Ruled { rule, noticed, next_due_at, runs });
    }
    Ok(ruled)
}

/// Somebody whom a rule reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Noticed {
    /// The public id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Since when they are reported.
    pub noticed_at: Moment,
    /// When they may be erased.
    pub due_at: Moment,
}

/// Whom a rule reports, those who are due first; `limit` of them.
///
/// # Errors
/// As [`meant`].
pub fn reported(tx: &mut Tx, who: &User, which: &str, limit: i64) -> Result<Vec<Noticed>, Failure> {
    let rule = meant(tx, who, which)?;
    let outside = tx.public_ids();
    let mut found = Vec::new();
    for (person, noticed_at, due_at) in store::reported(tx, rule.id, limit)? {
        let name = people::person::row(tx, who, person)?.name;
        let id = outside.encode(people::PERSON, person);
        found.push(Noticed { id, name, noticed_at, due_at });
    }
    Ok(found)
}
