//! Upsert: people as a program tells of them, one or many at once, found by any of their keys.
//!
//! **Promise:** each person is created, updated, unchanged or rejected, and a rejected one hinders no other; the same
//! news twice changes nothing. It goes the way of an import: what is recorded there is recorded here.

mod company;
mod happened;
mod read;

pub(crate) use company::{read as read_company, take as take_companies};
pub use company::{update_company, upsert_companies};
pub use happened::record_activities;
pub(crate) use read::read;

use std::collections::{BTreeMap, BTreeSet};

use funnel::history::Fact;
use moment::Moment;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use team::{Right, User, audit};

use crate::fields::Fields;
use crate::import::apply::{Record, Why, apply};
use crate::import::back;
use crate::import::plan::PlannedRow;
use crate::of::Kept;
use crate::project::OUTSIDE_ID;
use crate::{Of, PersonId, store, taken};

/// People told of in one call at most.
pub const PEOPLE_MAX: usize = 1_000;
/// Things told of one person in one call at most: facts, and activities, each.
pub const PARTS_MAX: usize = 500;
/// For programs: somebody with such a key was erased.
const ERASED: &str = "erased";
/// For programs: such a key is somebody's whom the user does not see.
const KEY_TAKEN: &str = "key_taken";
/// What facts and activities name as their source unless they name another.
const SOURCE: &str = "api";

/// A person as a program tells of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewPerson {
    /// The address: finds them, and is their fact `person.email`.
    pub email: Option<String>,
    /// The telephone, as numbers are written internationally: finds them, too.
    pub phone: Option<String>,
    /// What other systems call them: `{"crm_id": "7"}`; each finds them.
    pub ids: BTreeMap<String, String>,
    /// The name, whole.
    pub name: Option<String>,
    /// What they are by trade.
    pub title: Option<String>,
    /// The country, in two letters.
    pub country: Option<String>,
    /// What else is held true: `{"person.custom.plan": "pro"}`; null takes back.
    pub facts: BTreeMap<String, Json>,
    /// Where they work.
    pub company: Option<NewCompany>,
    /// What happened.
    pub activities: Vec<NewActivity>,
    /// Whether they are taken though somebody with one of these keys was erased: on purpose, with notice.
    pub bring_back: bool,
}

/// A company as a program tells of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewCompany {
    /// Finds it, before its name does.
    pub domain: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What else is held true: `{"company.employees": 120}`; null takes back.
    pub facts: BTreeMap<String, Json>,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewActivity {
    /// What: `form.submitted`.
    pub kind: String,
    /// When; now, if that is not said.
    pub at: Option<Moment>,
    /// Tells it from others of its kind: told twice, it is one. Without it the person and the time do.
    pub id: Option<String>,
    /// The marketing effort it belongs to.
    pub campaign: Option<String>,
    /// Where it came from, if not from the caller.
    pub source: Option<String>,
    /// What else it carries: texts, numbers, truths.
    #[serde(default)]
    pub properties: BTreeMap<String, Json>,
}

/// What came of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nobody knew them.
    Created(PersonId),
    /// Something of it was news.
    Updated(PersonId),
    /// All of it was known.
    Unchanged(PersonId),
    /// Nothing of it was taken: what is wrong, each with the way to it, as a JSON pointer.
    Rejected(Vec<Field>),
    /// Nothing of it was taken, though nothing is wrong with it by itself: for programs why, where, if it is a part of it,
    /// as a JSON pointer, and words.
    Conflict(&'static str, Field),
}

impl Told {
    /// As callers read it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Told::Created(_) => "created",
            Told::Updated(_) => "updated",
            Told::Unchanged(_) => "unchanged",
            Told::Rejected(_) | Told::Conflict(..) => "rejected",
        }
    }
}

/// How many came to what; they add up to how many were told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many were told of.
    pub rows: usize,
    /// Nobody knew them.
    pub created: usize,
    /// Something of it was news.
    pub updated: usize,
    /// All of it was known.
    pub unchanged: usize,
    /// Nothing of it was taken.
    pub rejected: usize,
}

impl Tally {
    /// Counts them.
    pub fn of(told: &[Told]) -> Tally {
        let mut tally = Tally { rows: told.len(), ..Tally::default() };
        for one in told {
            match one {
                Told::Created(_) => tally.created += 1,
                Told::Updated(_) => tally.updated += 1,
                Told::Unchanged(_) => tally.unchanged += 1,
                Told::Rejected(_) | Told::Conflict(..) => tally.rejected += 1,
            }
        }
        tally
    }
}

/// Takes what is told of people, at most [`PEOPLE_MAX`] of them, in this order; gives what came of each.
///
/// # Errors
/// `Forbidden` without the right to edit people, or, of more than one, to import them; `Invalid` for too many;
/// `Broken` when the database fails.
pub fn upsert(tx: &mut Tx, who: &User, people: &[Json], now: Moment) -> Result<Vec<Told>, Failure> {
    who.may(Right::EditPeople)?;
    if people.len() > 1 {
        who.may(Right::ImportPeople)?;
    }
    if people.len() > PEOPLE_MAX {
        let words = format!("{} people at once; at most {PEOPLE_MAX} are taken", people.len());
        return Err(Failure::invalid("/people", words));
    }
    taken::may_ask(tx, who, now)?;
    let fields = Fields::load(tx)?;
    let planned = people.iter().map(|person| (None, read(person, None, &fields, now))).collect();
    let told = take(tx, who, planned, SOURCE, now)?;
    Ok(told.into_iter().zip(people).map(|(told, person)| told.at(person)).collect())
}

/// Takes what is told of a person who is known; whatever names them in it is a key of theirs from then on.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Broken` when the database fails.
pub fn update(
    tx: &mut Tx,
    who: &User,
    person: PersonId,
    news: &Json,
    now: Moment,
) -> Result<Told, Failure> {
    who.may(Right::EditPeople)?;
    taken::may_ask(tx, who, now)?;
    let own = store::keys_of(tx, person)?.into_iter().next();
    let fields = Fields::load(tx)?;
    let planned = vec![(Some(person), read(news, own.as_ref(), &fields, now))];
    let told = take(tx, who, planned, SOURCE, now)?.pop().map(|told| told.at(news));
    told.ok_or_else(|| Failure::broken("nothing came of a person"))
}

impl Told {
    /// The same with the way to what stands against it in what was told, where that was named by its fact.
    fn at(self, told: &Json) -> Told {
        let placed = |field: Field| Field { name: way(told, &field.name), ..field };
        match self {
            Told::Rejected(fields) => Told::Rejected(fields.into_iter().map(placed).collect()),
            Told::Conflict(code, field) => Told::Conflict(code, placed(field)),
            other => other,
        }
    }
}

/// The way to a fact in what was told, as a JSON pointer: among the facts or as a member of its own. A way stays as it is.
fn way(told: &Json, name: &str) -> String {
    if name.is_empty() || name.starts_with('/') {
        return name.to_owned();
    }
    // A company that is told by itself has no `company`.
    let whole = if told.get("company").is_some() { "/company" } else { "" };
    let (of, begins) =
        if name.starts_with("company.") { (whole, "company.") } else { ("", "person.") };
    let among = format!("{of}/facts/{}", escaped(name));
    if told.pointer(&among).is_some() {
        return among;
    }
    match (name.strip_prefix(OUTSIDE_ID), name.strip_prefix(begins)) {
        (Some(id), _) => format!("/ids/{}", escaped(id)),
        (None, Some(member)) => format!("{of}/{}", escaped(member)),
        (None, None) => format!("{of}/facts/{}", escaped(name)),
    }
}

type Planned = (Option<PersonId>, Result<PlannedRow, Vec<Field>>);

/// Takes what was read of people, as what `source` says.
pub(crate) fn take(
    tx: &mut Tx,
    who: &User,
    people: Vec<Planned>,
    source: &str,
    now: Moment,
) -> Result<Vec<Told>, Failure> {
    let mut told = Vec::with_capacity(people.len());
    let mut records = Vec::with_capacity(people.len());
    for (row, (person, planned)) in (0_u64..).zip(people) {
        match planned {
            // Replaced by what comes of it.
            Ok(planned) => {
                told.push(Told::Rejected(Vec::new()));
                let (planned, raw) = (Ok(planned), String::new());
                records.push(Record { row, line: row, person, planned, raw });
            }
            Err(fields) => told.push(Told::Rejected(fields)),
        }
    }
    let applied = apply(tx, who, &records, source, now)?;
    let refused = applied.rejections.into_iter().map(|it| {
        let at = |name: String| Field { name, words: it.reason };
        let told = match applied.why.get(&it.row).cloned() {
            Some(Why::Fact(key)) => Told::Rejected(vec![at(key)]),
            Some(Why::Erased(kind)) if kind == "email" || kind == "phone" => {
                Told::Conflict(ERASED, at(format!("person.{kind}")))
            }
            Some(Why::Erased(kind)) => Told::Conflict(ERASED, at(format!("{OUTSIDE_ID}{kind}"))),
            Some(Why::Unseen) => Told::Conflict(KEY_TAKEN, at(String::new())),
            Some(Why::Two) | None => Told::Conflict("two_people", at(String::new())),
        };
        (it.row, told)
    });
    for (row, one) in applied.taken.into_iter().chain(refused) {
        if let Some(place) = usize::try_from(row).ok().and_then(|row| told.get_mut(row)) {
            *place = one;
        }
    }
    let one = records.first().and_then(|record| record.planned.as_ref().ok());
    let keys = one.map(|planned| {
        let company = planned.company.iter().flat_map(|company| &company.facts);
        named(planned.facts.iter().chain(company))
    });
    noted(tx, who, Of::People, (&told, keys.unwrap_or_default()), now)?;
    back::note(tx, who, applied.brought_back, now)?;
    Ok(told)
}

/// Facts that a line of the audit log names.
const NOTED_MAX: usize = 100;

/// Which facts were told, each once, without what is said of them.
fn named<'f>(facts: impl Iterator<Item = &'f Fact>) -> Vec<String> {
    let keys: BTreeSet<&str> = facts.map(|fact| &*fact.key).collect();
    keys.into_iter().take(NOTED_MAX).map(str::to_owned).collect()
}

/// Tells the audit log: of one person or company which it was and which facts were told, of many how many.
fn noted(
    tx: &mut Tx,
    who: &User,
    of: Of,
    (told, facts): (&[Told], Vec<String>),
    now: Moment,
) -> Result<(), Failure> {
    let detail = if facts.is_empty() { Json::Null } else { json!({ "facts": facts }) };
    let (what, id) = match told {
        [Told::Created(id)] => ("created", *id),
        [Told::Updated(id)] => ("changed", *id),
        [_] | [] => return Ok(()),
        many => {
            let counts = serde_json::to_value(Tally::of(many)).map_err(anyhow::Error::from)?;
            let what = format!("{}.told", of.word());
            return audit::note(tx, who, &what, audit::Subject::NONE, counts, now);
        }
    };
    audit::note(tx, who, &format!("{}.{what}", of.one()), (of.prefix(), id), detail, now)
}

/// A part of a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
