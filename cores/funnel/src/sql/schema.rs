//! Where the caller keeps what conditions ask for.

use moment::Moment;

/// For which database a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// The tables.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Everybody.
    pub person: PersonTable,
    /// Who is in which territory.
    pub territory: TerritoryTable,
    /// Where people worked before.
    pub former: FormerTable,
    /// The facts held of people, those of their companies among them: see [`crate::held::facts`].
    pub fact: FactTable,
    /// What people did last: see [`crate::held::activities`].
    pub held_activity: HeldActivityTable,
    /// Where people stand.
    pub standing: StandingTable,
    /// The log.
    pub activity: ActivityTable,
    /// Where all of this is about companies: what is kept of each besides.
    pub of_company: Option<CompanyTable>,
}

/// What is kept of a company in the table of standings besides.
#[derive(Clone, Copy, Debug)]
pub struct CompanyTable {
    /// How many people work there.
    pub people: &'static str,
    /// Where its own deals bring it.
    pub own_stage: &'static str,
}

/// Everybody, a row each.
#[derive(Clone, Copy, Debug)]
pub struct PersonTable {
    /// Its name.
    pub table: &'static str,
    /// The person's number.
    pub id: &'static str,
    /// The number of their company, of which activities count as theirs; null if there is none.
    pub company: &'static str,
    /// The number of whoever owns them; null if nobody does.
    pub owner: &'static str,
}

/// Who is in which territory, each once.
#[derive(Clone, Copy, Debug)]
pub struct TerritoryTable {
    /// Its name.
    pub table: &'static str,
    /// The number of the territory.
    pub territory: &'static str,
    /// The number of the person.
    pub person: &'static str,
}

/// Whom alone somebody may find: those whom one of these owns, and those who are in one of these territories.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The numbers of owners.
    pub owners: &'a [i64],
    /// The numbers of territories.
    pub territories: &'a [i64],
}

/// The companies at which people worked before, a row for each of both. The key of another index begins with the
/// person.
#[derive(Clone, Copy, Debug)]
pub struct FormerTable {
    /// Its name.
    pub table: &'static str,
    /// The person's number.
    pub person: &'static str,
    /// The company's number.
    pub company: &'static str,
    /// Until when what became known of the company counts as theirs, that moment not included.
    pub until: &'static str,
}

/// Facts: of a person, a key and a moment at most one row. The key of the table begins with the fact's
/// key and the person.
#[derive(Clone, Copy, Debug)]
pub struct FactTable {
    /// Its name.
    pub table: &'static str,
    /// What tells SQLite to look a person up by the key of the table: ` indexed by …`.
    pub by_person: &'static str,
    /// The number of the fact's key.
    pub key: &'static str,
    /// Whose fact it is.
    pub person: &'static str,
    /// From which moment on; 0 for what held when it was written.
    pub from: &'static str,
    /// Until which moment; null for good.
    pub until: &'static str,
    /// The text, if it is one.
    pub text: &'static str,
    /// By what texts are ordered and found, and all else that is no number is ordered; an index begins with the fact's
    /// key and this.
    pub text_key: &'static str,
    /// How that is made of a text: equal texts have equal ones.
    pub key_of: fn(&str) -> String,
    /// The text itself, if it is one that is short; an index begins with the fact's key and this.
    pub exact: &'static str,
    /// Characters that a short text has at most.
    pub exact_chars_max: usize,
    /// The number, if it is one.
    pub number: &'static str,
    /// 1 or 0, if it is a truth.
    pub truth: &'static str,
    /// The moment, if it is one or a text that reads as one.
    pub moment: &'static str,
    /// The texts as [`crate::held::items`] writes them, if there are several.
    pub items: &'static str,
}

/// The last activity of each kind: of a person, a kind and a moment at most one row. The key of the
/// table begins with the kind and the person.
#[derive(Clone, Copy, Debug)]
pub struct HeldActivityTable {
    /// Its name.
    pub table: &'static str,
    /// The number of the kind; of [`crate::held::ANY`] for all kinds together.
    pub kind: &'static str,
    /// Who did it.
    pub person: &'static str,
    /// From which moment on this is the last; 0 for what was when it was written.
    pub from: &'static str,
    /// Until which moment; null for good.
    pub until: &'static str,
    /// When a human did it last; null if none did.
    pub last_at: &'static str,
    /// How often humans did.
    pub count: &'static str,
    /// When anybody did, machines included.
    pub any_at: &'static str,
}

/// Where people stand: a row for each lens and person.
#[derive(Clone, Copy, Debug)]
pub struct StandingTable {
    /// Its name.
    pub table: &'static str,
    /// The lens.
    pub lens: &'static str,
    /// The person.
    pub person: &'static str,
    /// The number of the definition by which it was found.
    pub version: &'static str,
    /// [`crate::Stage::code`].
    pub stage: &'static str,
    /// The kind, or null.
    pub kind: &'static str,
    /// 3 hot, 2 warm, 1 cold, 0 none.
    pub temperature: &'static str,
    /// A letter for each criterion of the definition: `t`, `f` or `u`.
    pub criteria: &'static str,
    /// The points held.
    pub fit_low: &'static str,
    /// The points possible.
    pub fit_high: &'static str,
    /// Engagement when it was found.
    pub engagement: &'static str,
    /// Engagement as a number that time does not change the order of.
    pub engagement_key: &'static str,
    /// How that number is made, of a score, its moment, and how long it takes to halve.
    pub key_of: fn(f64, Moment, Option<i64>) -> f64,
    /// Intent, if the definition counts it.
    pub intent: &'static str,
    /// Likelihood, if the definition counts it.
    pub likelihood: &'static str,
    /// Since when the stage holds; null if nothing ever moved them.
    pub entered_at: &'static str,
}

/// The log: of people and of companies.
#[derive(Clone, Copy, Debug)]
pub struct ActivityTable {
    /// Its name.
    pub table: &'static str,
    /// The person or company; the key of the table begins with it and `occurred_at`.
    pub subject: &'static str,
    /// When it happened.
    pub occurred_at: &'static str,
    /// When we learned of it.
    pub recorded_at: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// [`crate::history::Channel::code`].
    pub channel: &'static str,
    /// [`crate::history::Direction::code`].
    pub direction: &'static str,
    /// [`crate::history::Agent::code`].
    pub agent: &'static str,
    /// The campaign.
    pub campaign: &'static str,
    /// Properties as a JSON object, a moment in it as `{"t": microseconds}`; null if there are none.
    pub properties: &'static str,
    /// The kind under which facts are stored, which are no activities.
    pub observed: &'static str,
}
