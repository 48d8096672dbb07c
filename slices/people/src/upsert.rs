//! Upsert: people as a program tells of them, one or many at once, found by any of their keys.
//!
//! **Promise:** each person is created, updated, unchanged or rejected, and a rejected one hinders no other; the same
//! news twice changes nothing. It goes the way of an import: what is recorded there is recorded here.

mod company;
mod happened;

pub(crate) use company::{read as read_company, take as take_companies};
pub use company::{update_company, upsert_companies};
pub use happened::record_activities;

use std::collections::{BTreeMap, BTreeSet};

use funnel::history::{Activity, Fact, Kind, Value};
use moment::Moment;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use team::{Right, User, audit};

use crate::fields::Fields;
use crate::import::apply::{Record, Why, apply};
use crate::import::back;
use crate::import::plan::{
    AHEAD_MAX, BEFORE_ALL, EARLIEST, PlannedActivity, PlannedCompany, PlannedRow, TEXT_BYTES_MAX,
};
use crate::of::Kept;
use crate::project::OUTSIDE_ID;
use crate::{Of, PersonId, store, taken};

/// People told of in one call at most.
pub const PEOPLE_MAX: usize = 1_000;
/// Things told of one person in one call at most: facts, and activities, each.
pub const PARTS_MAX: usize = 500;
/// What is said of a text with a NUL in it.
const HOLDS_NUL: &str = "this text holds a NUL, which no text may";
/// Longest value of a key, in bytes.
const KEY_BYTES_MAX: usize = 512;
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

/// What a person comes to, or everything that is wrong. Of somebody who is known `own` is one of their keys.
pub(crate) fn read(
    json: &Json,
    own: Option<&(String, String)>,
    fields: &Fields,
    now: Moment,
) -> Result<PlannedRow, Vec<Field>> {
    let mut wrong = Wrong(Vec::new(), fields);
    if !json.is_object() {
        wrong.at("", "a person is an object: { \"email\": … }");
        return Err(wrong.0);
    }
    if let Some(way) = with_nul(json) {
        wrong.at(&way, HOLDS_NUL);
        return Err(wrong.0);
    }
    let person = match NewPerson::deserialize(json) {
        Ok(person) => person,
        Err(error) => {
            wrong.at("", error.to_string());
            return Err(wrong.0);
        }
    };
    let mut keys = Vec::new();
    let mut facts = Vec::new();
    if let Some(email) = &person.email
        && let Some(email) = wrong.take("/email", identity::email::normal(email))
    {
        facts.push(certain("person.email", &email));
        keys.push(("email".to_owned(), email));
    }
    if let Some(phone) = &person.phone
        && let Some(phone) = wrong.take("/phone", identity::phone::normal(phone))
    {
        facts.push(certain("person.phone", &phone));
        keys.push(("phone".to_owned(), phone));
    }
    for (kind, value) in &person.ids {
        let (way, value) = (format!("/ids/{}", escaped(kind)), identity::clean(value));
        if !is_word(kind) || ["email", "phone", "name", "domain"].contains(&kind.as_str()) {
            wrong.at(&way, "name the system in small letters, like crm_id");
        } else if value.is_empty() || value.len() > KEY_BYTES_MAX {
            wrong.at(&way, format!("an id has 1 to {KEY_BYTES_MAX} bytes"));
        } else {
            facts.push(certain(&format!("{OUTSIDE_ID}{kind}"), &value));
            keys.push((kind.clone(), value));
        }
    }
    if keys.is_empty() && own.is_none() && wrong.0.is_empty() {
        wrong.at("", "nothing says who it is: give an email, a phone or one of ids");
    }
    for (name, text) in
        [("name", &person.name), ("title", &person.title), ("country", &person.country)]
    {
        if let Some(text) = text {
            let (way, key) = (format!("/{name}"), format!("person.{name}"));
            facts.extend(wrong.fact(&way, &key, &Json::from(identity::clean(text))));
        }
    }
    facts.extend(wrong.facts("/facts", &person.facts, &["person.", "company.", "score."]));
    let company =
        person.company.as_ref().and_then(|company| company_of(company, "/company", &mut wrong));
    if person.activities.len() > PARTS_MAX {
        wrong.at("/activities", format!("at most {PARTS_MAX} are taken at once"));
    }
    let first = own.or(keys.first()).cloned();
    let mut activities = Vec::with_capacity(person.activities.len().min(PARTS_MAX));
    for (place, activity) in person.activities.iter().enumerate().take(PARTS_MAX) {
        let way = format!("/activities/{place}");
        activities.extend(activity_of(activity, &way, first.as_ref(), now, &mut wrong));
    }
    if !wrong.0.is_empty() {
        return Err(wrong.0);
    }
    Ok(PlannedRow {
        keys,
        facts,
        company,
        known_at: now,
        known_recorded_at: now,
        is_dated: false,
        activities,
        notes: Vec::new(),
        brings_back: person.bring_back,
    })
}

fn company_of(company: &NewCompany, way: &str, wrong: &mut Wrong<'_>) -> Option<PlannedCompany> {
    let (mut keys, mut facts) = (Vec::new(), Vec::new());
    if let Some(domain) = &company.domain
        && let Some(domain) = wrong.take(&format!("{way}/domain"), identity::domain::normal(domain))
    {
        facts.push(certain("company.domain", &domain));
        keys.push(("domain".to_owned(), domain));
    }
    if let Some(name) = &company.name {
        let name = identity::clean(name);
        let matching = identity::company::matching(&name);
        if matching.is_empty() || matching.len() > KEY_BYTES_MAX {
            wrong.at(&format!("{way}/name"), "this is no name of a company");
        } else {
            facts.extend(wrong.fact(&format!("{way}/name"), "company.name", &Json::from(name)));
            keys.push(("name".to_owned(), matching));
        }
    }
    facts.extend(wrong.facts(&format!("{way}/facts"), &company.facts, &["company."]));
    if keys.is_empty() {
        wrong.at(way, "nothing says which company: give a domain or a name");
        return None;
    }
    Some(PlannedCompany { keys, facts })
}

/// Parts the parts of a natural key, as in an import.
const SEPARATOR: char = '\u{1f}';

fn activity_of(
    new: &NewActivity,
    way: &str,
    first_key: Option<&(String, String)>,
    now: Moment,
    wrong: &mut Wrong<'_>,
) -> Option<PlannedActivity> {
    let NewActivity { kind, at, id, campaign, source, properties } = new;
    let before = wrong.0.len();
    let is_kind = kind.len() <= 100 && kind.split('.').count() == 2 && kind.split('.').all(is_word);
    if !is_kind {
        wrong.at(&format!("{way}/kind"), "a kind is what, and what befell it: form.submitted");
    } else if OURS.iter().any(|ours| kind.starts_with(ours)) {
        wrong.at(&format!("{way}/kind"), format!("{kind} is only recorded by what it stands for"));
    }
    let occurred_at = at.unwrap_or(now);
    if occurred_at > now + AHEAD_MAX {
        wrong.at(&format!("{way}/at"), "this is more than a year ahead");
    } else if occurred_at < EARLIEST {
        wrong.at(&format!("{way}/at"), format!("this {BEFORE_ALL}"));
    }
    for (name, text) in [("campaign", campaign), ("source", source), ("id", id)] {
        if text.as_ref().is_some_and(|text| text.is_empty() || text.len() > KEY_BYTES_MAX) {
            wrong.at(&format!("{way}/{name}"), format!("it has 1 to {KEY_BYTES_MAX} bytes"));
        }
    }
    if properties.len() > PARTS_MAX {
        wrong.at(&format!("{way}/properties"), format!("at most {PARTS_MAX} are taken"));
    }
    let mut held = Vec::with_capacity(properties.len().min(PARTS_MAX));
    for (name, json) in properties.iter().take(PARTS_MAX) {
        let way = format!("{way}/properties/{}", escaped(name));
        if let Some(value) = wrong.value(&way, json)
            && value != Value::Null
        {
            held.push((name.as_str().into(), value));
        }
    }
    let natural_key = match (id, first_key) {
        (Some(id), _) => format!("{kind}{SEPARATOR}{id}"),
        (None, Some((of, value))) => {
            format!("{kind}{SEPARATOR}{of}{SEPARATOR}{value}{SEPARATOR}{}", occurred_at.0)
        }
        (None, None) => return None,
    };
    let campaign = campaign.as_deref().map(Box::from);
    let activity =
        Activity { kind: Kind::new(kind), campaign, properties: held, ..Activity::usual(kind) };
    let source = Some(source.as_deref().unwrap_or(SOURCE).into());
    let planned = PlannedActivity { activity, occurred_at, recorded_at: now, source, natural_key };
    (wrong.0.len() == before).then_some(planned)
}

/// Kinds that verbs of ours record, with rules of their own.
const OURS: [&str; 5] = ["fact.", "stage.", "criterion.", "handoff.", "definition."];

fn certain(key: &str, value: &str) -> Fact {
    let suspect = identity::suspect(value).is_some();
    Fact { suspect, ..Fact::certain(key, value) }
}

/// Whole numbers from here on are not told apart by what keeps them.
const WHOLE_MAX: u64 = 1 << 53;

fn is_kept(number: &serde_json::Number) -> bool {
    let whole = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
    whole.is_none_or(|whole| whole <= WHOLE_MAX)
}

/// The way to the first text with a NUL in it, which no text may hold: what stands on both sides of it would become one.
fn with_nul(json: &Json) -> Option<String> {
    let below = |name: &str, json| Some(format!("/{}{}", escaped(name), with_nul(json)?));
    match json {
        Json::String(text) => text.contains('\0').then(String::new),
        Json::Array(items) => {
            items.iter().enumerate().find_map(|(place, item)| below(&place.to_string(), item))
        }
        Json::Object(members) => members.iter().find_map(|(name, member)| {
            if name.contains('\0') { Some(String::new()) } else { below(name, member) }
        }),
        _ => None,
    }
}

/// A name in small letters, digits and `_`, or several with points between.
fn is_word(text: &str) -> bool {
    let is_one = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    text.len() <= 100 && text.split('.').all(is_one)
}

/// A part of a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Everything that is wrong, each with the way to it.
struct Wrong<'f>(Vec<Field>, &'f Fields);

impl Wrong<'_> {
    fn at(&mut self, way: &str, words: impl Into<String>) {
        self.0.push(Field { name: way.to_owned(), words: words.into() });
    }

    fn take<T>(&mut self, way: &str, read: Result<T, impl std::fmt::Display>) -> Option<T> {
        read.map_err(|error| self.at(way, error.to_string())).ok()
    }

    fn facts(&mut self, way: &str, facts: &BTreeMap<String, Json>, begin: &[&str]) -> Vec<Fact> {
        if facts.len() > PARTS_MAX {
            self.at(way, format!("at most {PARTS_MAX} are taken at once"));
        }
        let mut read = Vec::with_capacity(facts.len().min(PARTS_MAX));
        for (key, json) in facts.iter().take(PARTS_MAX) {
            let way = format!("{way}/{}", escaped(key));
            let is_ours = key.starts_with(OUTSIDE_ID)
                || [crate::WORKS_AT, "person.owner", "person.email", "person.phone"]
                    .contains(&key.as_str());
            let is_named = is_word(key) && key.split('.').count() > 1;
            if is_ours || !is_named || !begin.iter().any(|begin| key.starts_with(begin)) {
                let begin = begin.join(", ");
                let words = "a fact is named in small letters and begins with one of";
                let other = "; addresses, ids, owners and employers have members of their own";
                self.at(&way, format!("{words} {begin}{other}"));
                continue;
            }
            read.extend(self.fact(&way, key, json));
        }
        read
    }

    fn fact(&mut self, way: &str, key: &str, json: &Json) -> Option<Fact> {
        let value = self.value(way, json)?;
        let value = match self.1.check(key, value) {
            Ok(value) => value,
            Err(words) => {
                self.at(way, words);
                return None;
            }
        };
        let suspect = match &value {
            Value::Text(text) => identity::suspect(text).is_some(),
            _ => false,
        };
        Some(Fact { suspect, ..Fact::certain(key, value) })
    }

    fn value(&mut self, way: &str, json: &Json) -> Option<Value> {
        let value = match json {
            Json::Null => Some(Value::Null),
            Json::Bool(truth) => Some(Value::Bool(*truth)),
            Json::Number(number) if !is_kept(number) => {
                self.at(way, "this number has more digits than are kept: send it as text");
                return None;
            }
            Json::Number(number) => number.as_f64().filter(|it| it.is_finite()).map(Value::Number),
            Json::String(text) => {
                (text.len() <= TEXT_BYTES_MAX).then(|| Value::from(text.as_str()))
            }
            Json::Array(items) => {
                let text = |item: &Json| item.as_str().map(Box::from);
                let texts: Option<Vec<Box<str>>> = items.iter().map(text).collect();
                texts.filter(|it| it.len() <= PARTS_MAX).map(Value::List)
            }
            Json::Object(_) => None,
        };
        if value.is_none() {
            let words = "this is no text of at most";
            let other = "bytes, no number, no truth, no list of texts and not null";
            self.at(way, format!("{words} {TEXT_BYTES_MAX} {other}"));
        }
        value
    }
}
