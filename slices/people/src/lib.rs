//! People and companies: who they are, how they are named outside, where they stand, and the list.
//!
//! **Promise:** one human is one row, found by every name that the outside world has for them; what
//! the row says is what the journal's facts say, and every import's counts add up.
//! **Never:** decides a stage. Whoever folds tells this slice where a person stands, with [`stand`].

pub mod basis;
pub mod bulk;
pub mod companies;
pub mod company;
pub mod condition;
pub mod create;
pub mod edit;
pub mod erase;
pub mod export;
pub mod fields;
pub mod find;
pub mod formula;
pub mod frame;
pub mod gdpr;
pub mod import;
pub mod list;
pub mod lists;
pub mod make;
pub mod missing;
pub mod of;
pub mod owned;
pub mod pages;
pub mod panel;
pub mod person;
mod project;
pub mod quiet;
pub mod rebuild;
pub mod said;
pub mod search;
pub mod segment;
pub mod sight;
pub mod sources;
pub mod stand;
mod store;
mod taken;
pub mod upsert;
pub mod views;
pub mod web;
pub mod within;

pub use of::Of;
pub use project::{OWNER, PeopleProjection, WORKS_AT};
pub use store::{CompanyRow, PersonRow};

use std::collections::HashMap;

use funnel::Stage;
use funnel::employment::{self, Employed, Employment};
use funnel::history::Entry;
use funnel::sql::{PersonTable, TerritoryTable};
use moment::Moment;

use platform::db::{Migrations, Tx};
use platform::failure::Failure;
use platform::slice::Slice;
use team::User;

/// A person's id inside. Outside it is printed as `per_…`.
pub type PersonId = i64;
/// A company's id inside. Outside it is printed as `cmp_…`.
pub type CompanyId = i64;
/// A lens's id inside.
pub type LensId = i64;

/// The prefix of a person's public id.
pub const PERSON: &str = "per";
/// The prefix of a company's public id.
pub const COMPANY: &str = "cmp";

/// What the server mounts of this slice.
pub fn slice() -> Slice {
    Slice {
        name: "people",
        migrations: Migrations {
            slice: "people",
            files: &[
                ("0001_people", include_str!("../migrations/0001_people.sql")),
                ("0002_import_notes", include_str!("../migrations/0002_import_notes.sql")),
                (
                    "0003_standing_revision",
                    include_str!("../migrations/0003_standing_revision.sql"),
                ),
                ("0025_sight", include_str!("../migrations/0025_sight.sql")),
                ("0035_lists", include_str!("../migrations/0035_lists.sql")),
                ("0036_fields", include_str!("../migrations/0036_fields.sql")),
                ("0040_search", include_str!("../migrations/0040_search.sql")),
                (
                    "0041_people_of_a_company",
                    include_str!("../migrations/0041_people_of_a_company.sql"),
                ),
                ("0045_erased", include_str!("../migrations/0045_erased.sql")),
                ("0067_of_companies", include_str!("../migrations/0067_of_companies.sql")),
                ("0080_owner_tally", include_str!("../migrations/0080_owner_tally.sql")),
                ("0085_company_standing", include_str!("../migrations/0085_company_standing.sql")),
                (
                    "0086_segments_of_companies",
                    include_str!("../migrations/0086_segments_of_companies.sql"),
                ),
                ("0093_company_tally", include_str!("../migrations/0093_company_tally.sql")),
                ("0093_territory_tally", include_str!("../migrations/0093_territory_tally.sql")),
            ],
        },
        statements: &[
            store::ALL,
            sight::ALL,
            stand::ALL,
            stand::save::ALL,
            owned::ALL,
            companies::standing::ALL,
            companies::standing::save::ALL,
            companies::counted::ALL,
            within::ALL,
            list::ALL,
            import::ALL,
            search::ALL,
            segment::ALL,
            lists::ALL,
            views::ALL,
            bulk::ALL,
            fields::ALL,
            erase::ALL,
            erase::tombstone::ALL,
            import::back::ALL,
        ],
        columns: include_str!("../columns.toml"),
    }
}

/// What the list and the record need to know of a lens, told by whoever keeps definitions.
#[derive(Clone, Debug)]
pub struct LensLabel {
    /// Inside.
    pub id: LensId,
    /// As people call it: `Shared`.
    pub name: String,
    /// The same with its version: `Shared, version 7`.
    pub label: String,
    /// The criteria of the definition in force, in its order.
    pub criteria: Vec<String>,
    /// Places in `criteria` that make up the first framework, in its order: what the pips show.
    pub framework: Vec<usize>,
    /// How long engagement takes to halve, in microseconds, if it does.
    pub half_life_us: Option<i64>,
    /// Scores that are kept from whoever looks.
    pub kept: KeptScores,
}

/// Scores in which a fact counts that is hidden from whoever looks: whoever knows the definition and the other facts could
/// reckon back from the number to what is hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptScores {
    /// Whether fit is one.
    pub fit: bool,
    /// Whether engagement is one.
    pub engagement: bool,
    /// Whether intent is one.
    pub intent: bool,
    /// Whether likelihood is one.
    pub likelihood: bool,
}

impl KeptScores {
    /// Their names, as programs read them.
    pub fn names(self) -> Vec<&'static str> {
        let all = [
            ("fit", self.fit),
            ("engagement", self.engagement),
            ("intent", self.intent),
            ("likelihood", self.likelihood),
        ];
        all.into_iter().filter(|(_, is_kept)| *is_kept).map(|(name, _)| name).collect()
    }
}

/// The scores of a lens that are kept from a user.
///
/// # Errors
/// `Broken` when the database fails.
pub fn kept_scores(tx: &mut Tx, who: &User, lens: LensId) -> Result<KeptScores, Failure> {
    if who.is_told_all() {
        return Ok(KeptScores::default());
    }
    let labels = tx.part::<LensSource>().0.labels(tx, who)?;
    let kept = labels.iter().find(|label| label.id == lens).map(|label| label.kept);
    Ok(kept.unwrap_or_default())
}

/// Whoever keeps lenses; a part of the app.
pub trait Lenses: Send + Sync {
    /// The lenses, the main one first, as a user is told of them.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    fn labels(&self, tx: &mut Tx, who: &User) -> Result<Vec<LensLabel>, Failure>;

    /// The lens through which a user chose to look, if they chose one.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    fn chosen(&self, tx: &mut Tx, who: &User) -> Result<Option<LensId>, Failure>;

    /// What a lens makes of a company by itself, whose own history this is.
    ///
    /// # Errors
    /// `Missing` if there is no such lens; `Broken` when the database fails.
    fn company(
        &self,
        tx: &mut Tx,
        lens: LensId,
        company: CompanyId,
        own: &[Entry],
        now: Moment,
    ) -> Result<CompanyLook, Failure>;
}

/// What a lens makes of a company by itself, its people left aside.
#[derive(Clone, Debug, PartialEq)]
pub struct CompanyLook {
    /// Where it stands by the deals that were recorded of it without people; `none` without such deals, and once
    /// it is out.
    pub stage: Stage,
    /// What is told of its score, as facts in order.
    pub facts: Vec<Entry>,
}

/// The part under which [`Lenses`] is found.
pub struct LensSource(pub std::sync::Arc<dyn Lenses>);

/// The lens under which lists stand unless told otherwise.
///
/// # Errors
/// `Missing` if the workspace has none yet.
pub fn main_lens(tx: &mut Tx) -> Result<LensLabel, Failure> {
    let source = tx.part::<LensSource>();
    source
        .0
        .labels(tx, &User::operator())?
        .into_iter()
        .next()
        .ok_or_else(|| Failure::missing("lens", "main"))
}

/// Every lens, the main one first.
///
/// # Errors
/// `Broken` when the database fails.
pub fn lenses(tx: &mut Tx, who: &User) -> Result<Vec<LensLabel>, Failure> {
    let source = tx.part::<LensSource>();
    source.0.labels(tx, who)
}

/// The lens through which a user looks, or the one of that name.
///
/// # Errors
/// `Refused` with the names that there are; `Missing` if the workspace has none yet.
pub fn lens_for(tx: &mut Tx, who: &User, name: Option<&str>) -> Result<LensLabel, Failure> {
    let source = tx.part::<LensSource>();
    let labels = source.0.labels(tx, who)?;
    if let Some(name) = name {
        let wanted = name.trim().to_lowercase();
        let names: Vec<String> = labels.iter().map(|lens| lens.name.clone()).collect();
        let found = labels.into_iter().find(|lens| lens.name.to_lowercase() == wanted);
        let words = || format!("There is no lens {name}; there is {}.", names.join(", "));
        return found.ok_or_else(|| Failure::refused("no_lens", words()));
    }
    let chosen = source.0.chosen(tx, who)?;
    let mut labels = labels.into_iter();
    let first = labels.next();
    let other = labels.find(|lens| Some(lens.id) == chosen);
    other.or(first).ok_or_else(|| Failure::missing("lens", "main"))
}

/// Where a person worked, and since when we knew it, as their own history has it; in order.
pub fn employments(tx: &Tx, own: &[Entry]) -> Vec<Employment> {
    employment::employments(&employed(tx, own))
}

/// What was said about where a person works, in the order of their history.
pub fn employed(tx: &Tx, own: &[Entry]) -> Vec<Employed> {
    project::employed(tx.public_ids(), own)
}

/// The table of people, for statements that are made of conditions.
pub const PERSONS: PersonTable =
    PersonTable { table: "person", id: "id", company: "company_id", owner: "owner_id" };

/// The table of who is in which territory, for the same.
pub const TERRITORIES: TerritoryTable =
    TerritoryTable { table: "territory_person", territory: "territory_id", person: "person_id" };

/// How many people there are.
///
/// # Errors
/// `Broken` when the database fails.
pub fn count(tx: &mut Tx) -> Result<u64, Failure> {
    store::count(tx)
}

/// How many of the people who are there were known by a moment.
///
/// # Errors
/// `Broken` when the database fails.
pub fn known_by(tx: &mut Tx, at: Moment) -> Result<u64, Failure> {
    store::known_by(tx, at)
}

/// The next people by id, `limit` of them after `after`.
///
/// # Errors
/// `Broken` when the database fails.
pub fn ids_after(tx: &mut Tx, after: PersonId, limit: i64) -> Result<Vec<PersonId>, Failure> {
    store::ids_after(tx, after, limit)
}

/// Everybody who works at one of these companies.
///
/// # Errors
/// `Broken` when the database fails.
pub fn people_at(tx: &mut Tx, companies: &[CompanyId]) -> Result<Vec<PersonId>, Failure> {
    store::people_at(tx, companies)
}

/// The names by which these people are ordered.
///
/// # Errors
/// `Broken` when the database fails.
pub fn name_keys(tx: &mut Tx, people: &[PersonId]) -> Result<HashMap<PersonId, String>, Failure> {
    store::name_keys(tx, people)
}
