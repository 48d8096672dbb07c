//! `verify`: folds everybody again and compares with what is stored. Live is replay, or it says where not.

pub(crate) mod words;

use std::collections::BTreeMap;

use funnel::{Folder, Stage};
use moment::Moment;
use people::PersonId;
use people::stand::Standing;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::{counted, grouped};
use platform::public_id::PublicIds;
use serde::Serialize;
use team::roster;

use crate::company::{self, Companies};
use crate::former::Former;
use crate::lens::{self, Lens};
use crate::spent::Spent;
use crate::store::{self, TransitionRow};
use crate::{erase, flow, handoff, kept, project, refold, territory};

/// Differences that are told one by one; the rest is only counted.
const TOLD_MAX: usize = 100;
/// People read and folded at a time.
const CHUNK_PEOPLE: i64 = 2_000;

/// What a verification found.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    /// Lenses gone through.
    pub lenses: usize,
    /// People folded under each.
    pub people: u64,
    /// Activities and observations read.
    pub entries: u64,
    /// People whose time had come and who were re-stood first.
    pub woken: u64,
    /// Differences found.
    pub differences: u64,
    /// The first of them, in words.
    pub told: Vec<Difference>,
}

/// One place where what is stored is not what a fold yields.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// The person's public id, or what is counted.
    pub of: String,
    /// Under which lens.
    pub lens: String,
    /// What differs.
    pub what: &'static str,
    /// As it is stored.
    pub stored: String,
    /// As the fold has it.
    pub folded: String,
}

impl Verified {
    fn tell(
        &mut self,
        lens: &str,
        of: impl FnOnce() -> String,
        what: &'static str,
        pair: (String, String),
    ) {
        self.differences += 1;
        if self.told.len() < TOLD_MAX {
            let (stored, folded) = pair;
            self.told.push(Difference { of: of(), lens: lens.to_owned(), what, stored, folded });
        }
    }
}

/// Folds everybody under every lens and counts every company, in one snapshot, and compares standings,
/// transitions, what is told of companies, the tally and the flow with what is stored. `progress` is told how many people of how many are done.
///
/// # Errors
/// `Broken` when the database fails; `Refused` with `being_stood_anew` while a job stands everybody anew, for whoever
/// has not had their turn stands as before. Differences are no error: they are the answer.
pub fn verify(
    app: &App,
    progress: impl Fn(u64, u64) + Send + 'static,
) -> Result<Verified, Failure> {
    app.db.read_blocking(stands_still)?;
    company::catch_up(app)?;
    let woken = refold::wake_due(app)?;
    let now = app.clock.now();
    app.db.read_blocking(move |tx| compare(tx, now, woken, &progress))
}

/// That nobody is being stood anew, so that what is stored can be held against what a fold yields.
fn stands_still(tx: &mut Tx) -> Result<(), Failure> {
    let Some(so_far) = kept::standing_anew(tx)? else { return Ok(()) };
    let count = |name: &str| so_far.as_ref().and_then(|so_far| so_far.get(name)?.as_i64());
    let how_far = match (count("done"), count("total")) {
        (Some(done), Some(total)) => {
            format!("{} of {}", grouped(done), counted(total, "person", "people"))
        }
        _ => "nobody so far".to_owned(),
    };
    let words = format!(
        "A job is standing everybody anew, {how_far}: until it is done, whoever has not had their turn stands as before. \
         Verify after it; it goes on as long as `sluice serve` or `sluice work` runs."
    );
    Err(Failure::refused("being_stood_anew", words))
}

fn compare(
    tx: &mut Tx,
    now: Moment,
    woken: u64,
    progress: &dyn Fn(u64, u64),
) -> Result<Verified, Failure> {
    stands_still(tx)?;
    let lenses = lens::lenses(tx)?;
    let total = people::count(tx)?;
    let ids_outside = tx.public_ids();
    // A workspace from before this version has no sums until the job that derives them has been there.
    let is_being_kept = kept::is_being_kept(tx)?;
    let mut found = Verified {
        lenses: lenses.len(),
        people: 0,
        entries: 0,
        woken,
        differences: 0,
        told: Vec::new(),
    };
    let mut flows: Vec<BTreeMap<_, _>> = lenses.iter().map(|_| BTreeMap::new()).collect();
    let mut folders: Vec<Folder> =
        lenses.iter().map(|lens| Folder::new(&lens.in_force())).collect();
    let mut territories = territory::Keeper::of_whole(tx)?;
    let mut after: PersonId = 0;
    loop {
        let ids = people::ids_after(tx, after, CHUNK_PEOPLE)?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let mut companies = Companies::under(tx, &lenses);
        let mut histories = Vec::with_capacity(ids.len());
        let (mut former, mut spent) = (Former::default(), Spent::default());
        for subject in project::subjects_of(tx, &ids)? {
            former.note(subject.person, &people::employments(tx, &subject.own));
            spent.note(subject.person, &subject.own);
            let history = project::whole(tx, subject.own, &mut companies)?;
            found.entries += u64::try_from(history.entries.len()).unwrap_or(0);
            histories.push((subject.person, history));
        }
        for person in former.differs(tx)? {
            let pair = ("others".to_owned(), "those that their history reads of".to_owned());
            found.tell("", || ids_outside.encode(people::PERSON, person), "former employers", pair);
        }
        let paid_apart = if is_being_kept { Vec::new() } else { spent.differs(tx)? };
        for person in paid_apart {
            let pair = ("another sum".to_owned(), "what their purchases cost".to_owned());
            found.tell("", || ids_outside.encode(people::PERSON, person), "what was paid", pair);
        }
        let whole = histories.iter().map(|(person, history)| (*person, history));
        for person in territories.differs(tx, whole, now)? {
            let pair = ("others".to_owned(), "those that their facts are in".to_owned());
            found.tell("", || ids_outside.encode(people::PERSON, person), "territories", pair);
        }
        for ((lens, folder), flow) in lenses.iter().zip(&mut folders).zip(&mut flows) {
            let mut standings = people::stand::standings(tx, lens.id, &ids)?;
            let mut moves = store::transitions(tx, lens.id, &ids)?;
            let mut handed = handoff::store::of(tx, lens.id, &ids)?;
            for (person, history) in &histories {
                let id = ids_outside.encode(people::PERSON, *person);
                let stored = standings.remove(person);
                let as_of = stored.as_ref().map_or(now, |standing| standing.folded_at.max(now));
                let stood = project::stood(folder, lens, history, as_of)?;
                let old = moves.remove(person).unwrap_or_default();
                flow::count(flow, flow::day(&stood.moves), &stood.moves, 1);
                moves_differ(&mut found, lens, &id, &old, &stood.moves);
                let old = handed.remove(person).unwrap_or_default();
                if old != stood.handoffs {
                    let pair = words::handoffs(&old, &stood.handoffs);
                    found.tell(&lens.name, || id.clone(), "handoffs", pair);
                }
                standing_differs(&mut found, lens, &id, stored.as_ref(), &stood.standing);
            }
        }
        found.people += u64::try_from(ids.len()).unwrap_or(0);
        progress(found.people, total);
    }
    company::check(tx, &lenses, now, |differs| {
        let company::Differs { lens, subject, what, stored, derived } = differs;
        found.tell(&lens, || subject_outside(ids_outside, subject), what, (stored, derived));
    })?;
    if !is_being_kept {
        company::check_alone(tx, &lenses, now, |lens, company, pair| {
            found.tell(lens, || subject_outside(ids_outside, company), "a company by itself", pair);
        })?;
    }
    for (lens, mut flow) in lenses.iter().zip(flows) {
        for (edge, n) in erase::flow(tx, lens.id)? {
            *flow.entry(edge).or_default() += n;
        }
        flow.retain(|_, n| *n != 0);
        let stored = store::flow(tx, lens.id)?;
        if flow != stored {
            let sizes = match (stored.len(), flow.len()) {
                (one, other) if one == other => {
                    let apart = flow.iter().filter(|(edge, n)| stored.get(edge) != Some(n)).count();
                    let moves = i64::try_from(apart).unwrap_or(i64::MAX);
                    let words = counted(moves, "kind of move", "kinds of move");
                    (
                        format!("other counts for {words}"),
                        "what everybody's moves come to".to_owned(),
                    )
                }
                (one, other) => {
                    let size = |n: usize| {
                        let n = i64::try_from(n).unwrap_or(i64::MAX);
                        counted(n, "kind of move", "kinds of move")
                    };
                    (size(one), size(other))
                }
            };
            found.tell(&lens.name, || "the flow".to_owned(), "counts", sizes);
        }
        let (tally, counted) =
            (people::stand::tally(tx, lens.id)?, people::stand::counted(tx, lens.id)?);
        if tally != counted {
            let pair = words::tally(&tally, &counted);
            found.tell(&lens.name, || "the tally of stages".to_owned(), "counts", pair);
        }
        let (kept, counted) = people::owned::kept_and_counted(tx, lens.id)?;
        if kept != counted {
            let of = |all: &people::owned::Counted| {
                let one = |(owner, stage, n): &(i64, Stage, i64)| {
                    let owner = ids_outside.encode(team::USER, *owner);
                    (format!("{stage} of {owner}"), n.unsigned_abs())
                };
                all.iter().map(one).collect()
            };
            let pair = words::counts(&of(&kept), &of(&counted));
            found.tell(&lens.name, || "the tally by owners".to_owned(), "counts", pair);
        }
        let (kept, counted) = people::within::kept_and_counted(tx, lens.id)?;
        if kept != counted {
            let of = |all: &people::within::Counted| {
                let one = |((territories, owner, stage), n): (&(String, i64, i64), &i64)| {
                    let stage = Stage::from_code(*stage).unwrap_or(Stage::None);
                    let within: Vec<String> = territories
                        .split(',')
                        .filter_map(|one| one.parse().ok())
                        .map(|one| ids_outside.encode(roster::TERRITORY, one))
                        .collect();
                    let owner = match owner {
                        0 => "nobody".to_owned(),
                        owner => ids_outside.encode(team::USER, *owner),
                    };
                    (format!("{stage} of {owner} in {}", within.join(" and ")), n.unsigned_abs())
                };
                all.iter().map(one).collect()
            };
            let pair = words::counts(&of(&kept), &of(&counted));
            found.tell(&lens.name, || "the tally by territories".to_owned(), "counts", pair);
        }
        let (kept, counted) = people::companies::counted::kept_and_counted(tx, lens.id)?;
        if kept != counted {
            let of = |all: &people::companies::counted::Counted| {
                let stage = |code: &i64| Stage::from_code(*code).unwrap_or(Stage::None);
                all.iter().map(|(code, n)| (stage(code).to_string(), *n)).collect()
            };
            let pair = words::counts(&of(&kept), &of(&counted));
            found.tell(&lens.name, || "the tally of companies".to_owned(), "counts", pair);
        }
        for (company, kept, counted) in people::companies::standing::differing(tx, lens.id)? {
            let of = || subject_outside(ids_outside, company);
            found.tell(&lens.name, of, "what people make of a company", (kept, counted));
        }
    }
    Ok(found)
}

/// A person's or company's public id; of what is counted over all its name.
fn subject_outside(ids: PublicIds, subject: journal::SubjectId) -> String {
    match subject {
        0 => "what companies' people did".to_owned(),
        company if journal::is_company(company) => ids.encode(people::COMPANY, company),
        person => ids.encode(people::PERSON, person),
    }
}

fn moves_differ(
    found: &mut Verified,
    lens: &Lens,
    id: &str,
    old: &[TransitionRow],
    new: &[TransitionRow],
) {
    if old == new {
        return;
    }
    found.tell(&lens.name, || id.to_owned(), "transitions", words::moves(old, new));
}

fn standing_differs(
    found: &mut Verified,
    lens: &Lens,
    id: &str,
    old: Option<&Standing>,
    new: &Standing,
) {
    let Some(old) = old else {
        found.tell(&lens.name, || id.to_owned(), "standing", words::no_standing(new));
        return;
    };
    let close = (old.engagement_key - new.engagement_key).abs() < 1e-6;
    let aligned = Standing {
        engagement: old.engagement,
        engagement_key: if close { old.engagement_key } else { new.engagement_key },
        folded_at: old.folded_at,
        ..new.clone()
    };
    if *old != aligned {
        found.tell(&lens.name, || id.to_owned(), "standing", words::standing(old, &aligned));
    }
}
