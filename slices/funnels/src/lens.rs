//! Lenses and the versions of their definitions: what is in force, since when, and how one is adopted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use funnel::condition::Score;
use funnel::history::Entry;
use funnel::{Definition, Folder, InForce, Stage};
use moment::Moment;
use people::{CompanyId, CompanyLook, LensId};
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;
use team::{Mouth, Right, User};

use crate::company::KeptRules;
use crate::store::{self, VersionRow};
use crate::territory::KeptJudge;
use crate::{drafts, waiting};

/// The lens that a workspace starts with, and under which its lists stand unless told otherwise.
pub const MAIN: &str = "Shared";

/// One lens with the versions that have been in force.
#[derive(Clone, Debug)]
pub struct Lens {
    /// Inside.
    pub id: LensId,
    /// As people call it. It never changes: moves by hand name the lens under which they were made.
    pub name: String,
    /// The versions in order; the last is in force now.
    pub versions: Vec<(VersionRow, Arc<Definition>)>,
}

impl Lens {
    /// The version in force, if any was adopted.
    pub fn current(&self) -> Option<(&VersionRow, &Arc<Definition>)> {
        self.versions.last().map(|(row, definition)| (row, definition))
    }

    /// The stage above one, as the definition in force has them; from an exit the first.
    pub fn above(&self, stage: Stage) -> Option<Stage> {
        let (_, definition) = self.current()?;
        let up = definition.stages.iter().find(|rule| stage.is_exit() || rule.stage > stage);
        up.map(|rule| rule.stage)
    }

    /// The number of the version that holds at a moment.
    pub fn version_at(&self, at: Moment) -> u32 {
        let holding =
            self.versions.iter().rfind(|(row, _)| row.from <= at).or(self.versions.first());
        holding.map_or(0, |(row, _)| u32::try_from(row.version).unwrap_or(u32::MAX))
    }

    /// The versions as a folder takes them.
    pub fn in_force(&self) -> Vec<InForce<'_>> {
        self.versions
            .iter()
            .map(|(row, definition)| InForce {
                from: row.from,
                version: u32::try_from(row.version).unwrap_or(u32::MAX),
                definition,
                lens: Some(&self.name),
            })
            .collect()
    }
}

/// Definitions that were read once, by lens and version: what is adopted never changes; and folders that were made
/// ready for them. A part of the app.
#[derive(Default)]
pub struct Definitions {
    read: Mutex<HashMap<(LensId, i64), Arc<Definition>>>,
    folders: Mutex<Vec<Ready>>,
    /// How they count scores of companies.
    pub(crate) rules: KeptRules,
    /// What judges who is in which territory.
    pub(crate) territories: KeptJudge,
}

/// A folder, and what it was made of.
struct Ready {
    lens: LensId,
    versions: Vec<(Moment, i64, Arc<Definition>)>,
    folder: Folder,
}

impl Ready {
    fn is_for(&self, lens: &Lens) -> bool {
        self.lens == lens.id
            && self.versions.len() == lens.versions.len()
            && self.versions.iter().zip(&lens.versions).all(|(made, (row, definition))| {
                made.0 == row.from && made.1 == row.version && Arc::ptr_eq(&made.2, definition)
            })
    }
}

/// Folders that are kept ready, for all lenses together.
const FOLDERS_KEPT: usize = 2 * LENSES_MAX;

impl Definitions {
    fn load(&self, tx: &mut Tx, lens: LensId, version: i64) -> Result<Arc<Definition>, Failure> {
        let known =
            self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&(lens, version)).cloned();
        if let Some(definition) = known {
            return Ok(definition);
        }
        let text = store::text(tx, lens, version)?;
        let definition = Definition::parse(&text).map_err(|problems| {
            let words = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            anyhow::anyhow!("version {version} of a definition in force can't be read: {words}")
        })?;
        let definition = Arc::new(definition);
        let mut kept = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert((lens, version), Arc::clone(&definition));
        Ok(definition)
    }

    /// Lends a folder of a lens' versions: to make one ready takes longer than to fold a person.
    pub(crate) fn with_folder<T>(&self, lens: &Lens, fold: impl FnOnce(&mut Folder) -> T) -> T {
        let kept = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = {
            let mut kept = kept();
            let place = kept.iter().position(|ready| ready.is_for(lens));
            place.map(|place| kept.swap_remove(place))
        };
        let mut ready = taken.unwrap_or_else(|| Ready {
            lens: lens.id,
            versions: lens
                .versions
                .iter()
                .map(|(row, definition)| (row.from, row.version, Arc::clone(definition)))
                .collect(),
            folder: Folder::new(&lens.in_force()),
        });
        let folded = fold(&mut ready.folder);
        let mut kept = kept();
        // Those of versions that are no longer the last are the oldest.
        if kept.len() >= FOLDERS_KEPT {
            kept.remove(0);
        }
        kept.push(ready);
        folded
    }
}

/// All lenses with what is in force, the main one first.
///
/// # Errors
/// `Broken` when the database fails or a stored definition can't be read.
pub fn lenses(tx: &mut Tx) -> Result<Vec<Lens>, Failure> {
    let kept = tx.kept(&["lens", "definition"], |tx| read_lenses(tx).map(Kept))?;
    Ok(kept.0.clone())
}

/// Lenses as they are kept for the next who asks.
struct Kept(Vec<Lens>);

fn read_lenses(tx: &mut Tx) -> Result<Vec<Lens>, Failure> {
    let definitions = tx.part::<Definitions>();
    let mut lenses: Vec<Lens> = store::lenses(tx)?
        .into_iter()
        .map(|(id, name)| Lens { id, name, versions: Vec::new() })
        .collect();
    for row in store::versions(tx)? {
        let Some(lens) = lenses.iter_mut().find(|lens| lens.id == row.lens) else { continue };
        let definition = definitions.load(tx, row.lens, row.version)?;
        lens.versions.push((row, definition));
    }
    Ok(lenses)
}

/// The lens under which lists stand unless told otherwise.
///
/// # Errors
/// `Missing` before the starter was put in.
pub fn main(tx: &mut Tx) -> Result<Lens, Failure> {
    lenses(tx)?.into_iter().next().ok_or_else(|| Failure::missing("lens", MAIN))
}

/// The lens of that name, in whatever case; without a name the one through which the user looks.
///
/// # Errors
/// `Refused` with the names that there are.
pub fn of(tx: &mut Tx, who: &User, name: Option<&str>) -> Result<Lens, Failure> {
    let label = people::lens_for(tx, who, name)?;
    by_id(tx, label.id)
}

/// The lens for which a draft is written: as [`of`], and those too under which nothing is in force yet.
///
/// # Errors
/// `Refused` with the names that there are.
pub fn of_drafts(tx: &mut Tx, who: &User, name: Option<&str>) -> Result<Lens, Failure> {
    let wanted = name.map(str::to_lowercase);
    let new = lenses(tx)?.into_iter().find(|lens| {
        lens.versions.is_empty() && wanted.as_deref() == Some(&lens.name.to_lowercase())
    });
    new.map_or_else(|| of(tx, who, name), Ok)
}

/// Makes a lens of that name, so that a draft can be written for it, unless there is one. Nobody stands under it until
/// a definition is adopted.
///
/// # Errors
/// `Forbidden` without the right to change definitions; `Refused` with `lens_name`.
pub fn make(tx: &mut Tx, who: &User, name: &str, now: Moment) -> Result<Lens, Failure> {
    who.may(Right::ChangeDefinitions)?;
    let before = lenses(tx)?.len();
    let lens = named_or_new(tx, name, now)?;
    if lenses(tx)?.len() > before {
        let detail = json!({ "name": lens.name });
        team::audit::note(tx, who, "lens.made", (LENS, lens.id), detail, now)?;
    }
    Ok(lens)
}

/// Makes a user look through a lens from now on.
///
/// # Errors
/// `Forbidden` without the right to read people, `Missing` if there is no such lens.
pub fn choose(tx: &mut Tx, who: &User, lens: LensId) -> Result<(), Failure> {
    who.may(Right::ReadPeople)?;
    by_id(tx, lens)?;
    match who.actor() {
        Some(user) => store::choose_lens(tx, user, lens),
        None => Ok(()),
    }
}

/// The lens of that id.
///
/// # Errors
/// `Missing` if there is none.
pub fn by_id(tx: &mut Tx, id: LensId) -> Result<Lens, Failure> {
    let found = lenses(tx)?.into_iter().find(|lens| lens.id == id);
    found.ok_or_else(|| Failure::missing("lens", id))
}

/// Puts the starter definition in force from the start, unless there is a lens already.
///
/// # Errors
/// `Broken` when the database fails.
pub fn ensure_starter(tx: &mut Tx, now: Moment) -> Result<(), Failure> {
    if !store::lenses(tx)?.is_empty() {
        return Ok(());
    }
    let id = tx.ids(1)?;
    store::add_lens(tx, id, MAIN, 0, now)?;
    let text = funnel::packs::DEFAULT;
    let row = VersionRow {
        lens: id,
        version: 1,
        name: "Sluice default".to_owned(),
        from: Moment::START,
        adopted_at: now,
        adopted_by: None,
        is_starter: true,
    };
    store::add_version(tx, &row, text)
}

/// Takes the definition away with which a workspace begins, if there is no other: a whole workspace arrives.
///
/// # Errors
/// `Broken` when the database fails.
pub fn forget_starter(tx: &mut Tx) -> Result<(), Failure> {
    store::forget_starter(tx)
}

/// From when a new version holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// As a user would expect: over the whole past while the starter that nobody chose is in force,
    /// from now on after that.
    Usual,
    /// Over the whole past: everybody's story is told anew.
    Start,
    /// From a moment on.
    Moment(Moment),
}

/// What came of an adoption.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// Under which lens.
    pub lens: LensId,
    /// The new version, or the one in force if the text is the same; nothing while it waits for its moment.
    pub version: Option<i64>,
    /// From when it holds.
    pub from: Moment,
    /// The job that re-stands everybody; nothing if nothing changed yet.
    pub job: Option<i64>,
}

/// Adopts a definition: it becomes the next version of a lens, and a job re-stands everybody. The lens is the
/// main one unless named; a name that no lens has makes a new one, whose first version holds from the start.
/// The same text again changes nothing. For a moment that is still to come it waits, see [`crate::waiting`].
///
/// # Errors
/// `Forbidden` without the right to change definitions; `Invalid` with every problem of the text, and
/// with every example of it that does not hold; `Refused` with `before_current` for a moment before
/// the version in force, with `one_waits` if another waits already, with `not_approved` for a change that takes the
/// yes of several teams, with `lens_name` for a name that is none.
pub fn adopt(
    tx: &mut Tx,
    who: &User,
    lens: Option<&str>,
    text: &str,
    from: From,
    now: Moment,
) -> Result<Adopted, Failure> {
    who.may(Right::ChangeDefinitions)?;
    let lens = match lens {
        None => main(tx)?,
        Some(name) => named_or_new(tx, name, now)?,
    };
    // Whoever sits at the machine could do it anyway.
    if matches!(who.mouth, Mouth::Page | Mouth::Api(_)) {
        drafts::must_not_take_several(tx, &lens, text)?;
    }
    adopt_agreed(tx, who, &lens, text, (from, None), now)
}

/// The same of what needs nobody's yes any more; with the draft that it was.
pub(crate) fn adopt_agreed(
    tx: &mut Tx,
    who: &User,
    lens: &Lens,
    text: &str,
    (from, draft): (From, Option<i64>),
    now: Moment,
) -> Result<Adopted, Failure> {
    let definition = check(text)?;
    let last = lens.current().map(|(row, _)| row);
    let from = match from {
        From::Start => Moment::START,
        From::Moment(at) => at,
        From::Usual if last.is_none_or(|row| row.is_starter) => Moment::START,
        From::Usual => now,
    };
    if from > now && last.is_some() {
        return waiting::wait(tx, who, lens, (&definition.name, text), (from, draft), now);
    }
    begin(tx, who, lens, text, (from, who.actor()), now)
}

/// Puts a definition in force, from a moment that has come; `by` is the user who adopted it.
pub(crate) fn begin(
    tx: &mut Tx,
    who: &User,
    lens: &Lens,
    text: &str,
    (from, by): (Moment, Option<i64>),
    now: Moment,
) -> Result<Adopted, Failure> {
    let definition = check(text)?;
    let last = lens.current().map(|(row, _)| row);
    if let Some((row, current)) = lens.current()
        && current.text == text
        && !row.is_starter
    {
        let version = Some(row.version);
        return Ok(Adopted { lens: lens.id, version, from: row.from, job: None });
    }
    if let Some(last) = last
        && from < last.from
    {
        let words = format!(
            "version {} holds from {}; a newer one can't hold from before",
            last.version, last.from
        );
        return Err(Failure::refused("before_current", words));
    }
    let row = VersionRow {
        lens: lens.id,
        version: last.map_or(1, |last| last.version + 1),
        name: definition.name.clone(),
        from,
        adopted_at: now,
        adopted_by: by,
        is_starter: false,
    };
    store::add_version(tx, &row, text)?;
    let job = platform::jobs::enqueue(
        tx,
        crate::refold::REFOLD,
        None,
        &json!({ "lens": lens.id, "version": row.version }),
        now,
    )?;
    let detail = json!({ "lens": lens.name, "version": row.version, "from": from });
    team::audit::note(tx, who, "definition.adopted", (LENS, lens.id), detail, now)?;
    Ok(Adopted { lens: lens.id, version: Some(row.version), from, job: Some(job) })
}

/// The prefix of a lens's public id.
pub const LENS: &str = "lns";
/// Characters that the name of a lens may have at most.
const LENS_NAME_MAX: usize = 40;
/// Lenses that a workspace may have at most: everybody is folded under each.
const LENSES_MAX: usize = 12;

fn named_or_new(tx: &mut Tx, name: &str, now: Moment) -> Result<Lens, Failure> {
    let name = name.trim();
    let lenses = lenses(tx)?;
    let known = lenses.iter().find(|lens| lens.name.to_lowercase() == name.to_lowercase());
    if let Some(lens) = known {
        return Ok(lens.clone());
    }
    let length = name.chars().count();
    if length == 0 || length > LENS_NAME_MAX || name.chars().any(char::is_control) {
        let words = format!("A lens is called by 1 to {LENS_NAME_MAX} letters, on one line.");
        return Err(Failure::refused("lens_name", words));
    }
    if lenses.len() >= LENSES_MAX {
        let words =
            format!("There are {LENSES_MAX} lenses already, and everybody is folded under each.");
        return Err(Failure::refused("lens_name", words));
    }
    let id = tx.ids(1)?;
    let position = i64::try_from(lenses.len()).unwrap_or(i64::MAX);
    store::add_lens(tx, id, name, position, now)?;
    Ok(Lens { id, name: name.to_owned(), versions: Vec::new() })
}

/// Reads a definition.
///
/// # Errors
/// `Invalid` with every problem of the text, each with its place.
pub fn read(text: &str) -> Result<Definition, Failure> {
    Definition::parse(text).map_err(|problems| {
        Failure::Invalid(
            problems.iter().map(|problem| field("definition", problem.to_string())).collect(),
        )
    })
}

/// Reads a definition and runs its examples.
///
/// # Errors
/// `Invalid` with every problem of the text, each with its place, or every example that does not hold.
pub fn check(text: &str) -> Result<Definition, Failure> {
    let definition = read(text)?;
    let failed: Vec<_> = definition
        .run_examples()
        .into_iter()
        .filter_map(|outcome| {
            let failed = outcome.failed?;
            Some(field("examples", format!("line {}: {:?}: {failed}", outcome.line, outcome.name)))
        })
        .collect();
    if failed.is_empty() { Ok(definition) } else { Err(Failure::Invalid(failed)) }
}

fn field(name: &str, words: String) -> platform::failure::Field {
    platform::failure::Field { name: name.to_owned(), words }
}

/// Tells the people slice about lenses.
pub struct LensLabels;

impl people::Lenses for LensLabels {
    fn labels(&self, tx: &mut Tx, who: &User) -> Result<Vec<people::LensLabel>, Failure> {
        Ok(lenses(tx)?.iter().filter_map(|lens| label(lens, who)).collect())
    }

    fn chosen(&self, tx: &mut Tx, who: &User) -> Result<Option<LensId>, Failure> {
        // Pages look through it; a program and a command say which lens they mean, and mean the main one if they don't.
        match who.actor().filter(|_| who.mouth == Mouth::Page) {
            Some(user) => store::lens_choice(tx, user),
            None => Ok(None),
        }
    }

    fn company(
        &self,
        tx: &mut Tx,
        lens: LensId,
        company: CompanyId,
        own: &[Entry],
        now: Moment,
    ) -> Result<CompanyLook, Failure> {
        crate::company::look(tx, lens, company, own, now)
    }
}

/// Whether a fact that is hidden from the user counts in a score.
pub(crate) fn is_kept(who: &User, definition: &Definition, score: Score) -> bool {
    !who.is_told_all() && definition.facts_of_score(score).iter().any(|key| who.is_hidden(key))
}

fn kept_scores(who: &User, definition: &Definition) -> people::KeptScores {
    let is_kept = |score| is_kept(who, definition, score);
    people::KeptScores {
        fit: is_kept(Score::Fit),
        engagement: is_kept(Score::Engagement),
        intent: is_kept(Score::Intent),
        likelihood: is_kept(Score::Likelihood),
    }
}

fn label(lens: &Lens, who: &User) -> Option<people::LensLabel> {
    let (row, definition) = lens.current()?;
    let framework = definition.frameworks.first().map_or_else(
        || (0..definition.criteria.len().min(4)).collect(),
        |framework| {
            framework.criteria.iter().filter_map(|name| definition.criterion(name)).collect()
        },
    );
    Some(people::LensLabel {
        id: lens.id,
        name: lens.name.clone(),
        label: format!("{}, version {}", lens.name, row.version),
        criteria: definition.criteria.iter().map(|criterion| criterion.name.to_string()).collect(),
        framework,
        half_life_us: definition
            .score(Score::Engagement)
            .and_then(|score| score.half_life)
            .map(|span| span.0),
        kept: kept_scores(who, definition),
    })
}
