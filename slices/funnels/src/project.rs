//! The projection that folds: from what was just recorded to standings, transitions and the flow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use funnel::employment::joined;
use funnel::history::{Agent, Direction, Entry, History, What};
use funnel::{Folder, Truth};
use journal::{Projection, Recorded};
use moment::Moment;
use people::stand::{Kept, Place, Standing, engagement_key};
use people::{LensId, PersonId};
use platform::db::Tx;
use platform::failure::Failure;

use crate::company::{self, Companies};
use crate::flow;
use crate::former::{self, Former};
use crate::handoff::derive;
use crate::handoff::store::{self as handoffs, HandoffRow};
use crate::lens::{self, Lens};
use crate::segment::{Keeper, News};
use crate::spent::Spent;
use crate::store::{self, Edge, TransitionRow};
use crate::territory::Keeper as Territories;

/// Folds everybody whose history grew, and everybody who works where a company's did.
pub struct FunnelProjection;

impl Projection for FunnelProjection {
    fn name(&self) -> &'static str {
        "funnels"
    }

    fn project(&self, tx: &mut Tx, recorded: &Recorded) -> Result<(), Failure> {
        let mut subjects = Vec::with_capacity(recorded.changed.len());
        let mut companies = Vec::new();
        let mut grown = BTreeSet::new();
        let mut keeper = Keeper::load(tx)?;
        let mut of_companies = HashMap::new();
        for changed in recorded.changed.iter().filter(|it| journal::is_company(it.subject)) {
            companies.push(changed.subject);
            of_companies.insert(changed.subject, keeper.news(&changed.history, &changed.fresh));
        }
        for changed in recorded.changed.iter().filter(|it| !journal::is_company(it.subject)) {
            grown.insert(changed.subject);
            let news = match changed.is_new {
                true => keeper.everything(),
                false => keeper.news(&changed.history, &changed.fresh),
            };
            subjects.push(Subject {
                person: changed.subject,
                is_new: changed.is_new,
                own: changed.history.clone(),
                news,
            });
        }
        let of_company = recorded.changed.iter().filter(|it| journal::is_company(it.subject));
        keeper.keep_companies(tx, of_company, recorded.now)?;
        let lenses = lens::lenses(tx)?;
        let mut colleagues: BTreeSet<PersonId> =
            former::readers(tx, &companies)?.into_iter().collect();
        colleagues.extend(company::project(tx, &lenses, recorded)?);
        let colleagues: Vec<PersonId> = colleagues.difference(&grown).copied().collect();
        subjects.extend(subjects_of(tx, &colleagues)?);
        if !keeper.is_idle() && !companies.is_empty() {
            for subject in &mut subjects {
                let employers = people::employments(tx, &subject.own).into_iter();
                let employers: BTreeSet<_> = employers.filter_map(|one| one.company).collect();
                for news in employers.iter().filter_map(|company| of_companies.get(company)) {
                    subject.news.join(news);
                }
            }
        }
        let companies = Companies::beside(tx, &lenses, recorded);
        fold(tx, (&lenses, companies), &mut keeper, subjects, recorded.actor, recorded.now)
    }
}

/// A person with their own history, their company's not yet in it.
pub(crate) struct Subject {
    pub(crate) person: PersonId,
    pub(crate) is_new: bool,
    pub(crate) own: Vec<Entry>,
    /// What may be held differently of them now.
    pub(crate) news: News,
}

/// These people with their histories from the journal.
pub(crate) fn subjects_of(tx: &mut Tx, people: &[PersonId]) -> Result<Vec<Subject>, Failure> {
    let histories = journal::histories(tx, people)?;
    Ok(histories
        .into_iter()
        .map(|(person, own)| Subject { person, is_new: false, own, news: News::default() })
        .collect())
}

/// One person's whole history: their own, and what their companies were known to be.
///
/// # Errors
/// `Broken` when the database or what is written there can't be read.
pub fn history_of(tx: &mut Tx, person: PersonId) -> Result<History, Failure> {
    let subject = subjects_of(tx, &[person])?.pop();
    whole(tx, subject.map(|subject| subject.own).unwrap_or_default(), &mut Companies::default())
}

/// A person's whole history: their own, and what their companies were known to be, scores included, while they worked
/// there.
pub(crate) fn whole(
    tx: &mut Tx,
    own: Vec<Entry>,
    companies: &mut Companies,
) -> Result<History, Failure> {
    let employments = people::employments(tx, &own);
    joined(own, &employments, |company| companies.load(tx, company))
}

/// What a fold yields, in the shape in which it is stored.
pub(crate) struct Stood {
    pub(crate) standing: Standing,
    pub(crate) moves: Vec<TransitionRow>,
    pub(crate) handoffs: Vec<HandoffRow>,
}

/// Folds one history under a lens.
pub(crate) fn stood(
    folder: &mut Folder,
    lens: &Lens,
    history: &History,
    now: Moment,
) -> Result<Stood, Failure> {
    let folded = folder.fold(history, now);
    let found = &folded.standing;
    let via = flow::via(&history.entries, folded.transitions.first().map(|step| step.at));
    let mut moves = Vec::with_capacity(folded.transitions.len());
    for (seq, step) in folded.transitions.iter().enumerate() {
        moves.push(TransitionRow {
            moved_at: step.at,
            seq: i64::try_from(seq).unwrap_or(i64::MAX),
            from: step.from,
            to: step.to,
            reason: step.reason.as_deref().map(str::to_owned),
            version: i64::from(step.receipt.version),
            evidence_at: step.evidence_at,
            via: if seq == 0 { via.to_owned() } else { String::new() },
            receipt: serde_json::to_string(&step.receipt).map_err(anyhow::Error::from)?,
        });
    }
    let engagement = found.scores.engagement;
    let score = engagement.map_or(0.0, |score| score.at(now));
    let half_life = engagement.and_then(|score| score.half_life).map(|span| span.0);
    let standing = Standing {
        version: i64::from(lens.version_at(now)),
        stage: found.stage,
        kind: found.kind.as_deref().map(str::to_owned),
        temperature: found.temperature.map_or(0, |temperature| 3 - temperature.code()),
        criteria: found.criteria.iter().map(|criterion| letter(criterion.truth)).collect(),
        fit: found.scores.fit.map_or((0.0, 100.0), |fit| (fit.low, fit.high)),
        engagement: score,
        engagement_key: engagement_key(score, now, half_life),
        intent: found.scores.intent.map(|range| range.low),
        likelihood: found.scores.likelihood.map(|range| range.low),
        entered_at: found.entered_at,
        touched_at: touched(&history.entries, now),
        next_at: found.next_at,
        folded_at: now,
    };
    let handoffs = derive::of(lens, &moves, &history.entries, now);
    Ok(Stood { standing, moves, handoffs })
}

fn letter(truth: Truth) -> char {
    match truth {
        Truth::True => 't',
        Truth::False => 'f',
        Truth::Unknown => 'u',
    }
}

/// When they last did something themselves, as far as was known by then.
fn touched(entries: &[Entry], now: Moment) -> Moment {
    entries
        .iter()
        .rev()
        .filter(|entry| entry.recorded_at <= now && entry.occurred_at <= now)
        .find(|entry| match &entry.what {
            What::Activity(activity) => {
                activity.agent == Agent::Human && activity.direction == Some(Direction::Inbound)
            }
            What::Facts(_) => false,
        })
        .map_or(Moment::START, |entry| entry.occurred_at)
}

/// Folds these people under each lens and writes what differs from what is stored; `by` is the user who did what was
/// recorded.
pub(crate) fn fold(
    tx: &mut Tx,
    (lenses, mut companies): (&[Lens], Companies),
    keeper: &mut Keeper,
    subjects: Vec<Subject>,
    by: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    if subjects.is_empty() {
        return Ok(());
    }
    let mut histories = Vec::with_capacity(subjects.len());
    let mut news_of = Vec::with_capacity(subjects.len());
    let (mut former, mut spent) = (Former::default(), Spent::default());
    for Subject { person, is_new, own, news } in subjects {
        former.note(person, &people::employments(tx, &own));
        spent.note(person, &own);
        histories.push((person, is_new, whole(tx, own, &mut companies)?));
        news_of.push(news);
    }
    former.write(tx)?;
    spent.write(tx)?;
    keeper.mark_companies(tx, companies.histories())?;
    let kept = histories.iter().zip(&news_of);
    keeper.keep(
        tx,
        kept.map(|((person, is_new, whole), news)| (*person, *is_new, news, whole)),
        now,
    )?;
    let judged = judge(tx, lenses, &histories, now)?;
    write(tx, judged, by)?;
    // Counts by territories are written after those of everybody, whatever is told: two who tell something at once never
    // wait for each other.
    let whole = histories.iter().map(|(person, is_new, history)| (*person, *is_new, history));
    Territories::load(tx)?.keep(tx, whole, now)
}

/// What one person's fold under one lens yields, beside what is stored.
pub(crate) struct Judged {
    pub(crate) person: PersonId,
    name_key: String,
    standing: Standing,
    before: Option<Kept>,
    moves: Moves,
    handoffs: (Vec<HandoffRow>, Vec<HandoffRow>),
}

/// How the moves that a fold found differ from those that are stored. What does not differ is let go at once: receipts
/// are most of what a chunk of people would keep in memory.
#[derive(Default)]
struct Moves {
    /// The day of the first that was stored, and of the first that was found: the flow counts by it.
    days: (Option<i64>, Option<i64>),
    dropped: Vec<TransitionRow>,
    added: Vec<TransitionRow>,
}

impl Moves {
    fn of(mut stored: Vec<TransitionRow>, mut found: Vec<TransitionRow>) -> Moves {
        let days = (flow::day(&stored), flow::day(&found));
        let same = stored.iter().zip(&found).take_while(|(old, new)| old == new).count();
        let mut dropped = stored.split_off(same);
        dropped.iter_mut().for_each(|step| step.receipt = String::new());
        Moves { days, dropped, added: found.split_off(same) }
    }
}

/// Folds these people under each lens, and looks up what is stored of them.
pub(crate) fn judge(
    tx: &mut Tx,
    lenses: &[Lens],
    histories: &[(PersonId, bool, History)],
    now: Moment,
) -> Result<Vec<(LensId, Vec<Judged>)>, Failure> {
    let everybody: Vec<PersonId> = histories.iter().map(|(person, ..)| *person).collect();
    let names = people::name_keys(tx, &everybody)?;
    let old: Vec<PersonId> =
        histories.iter().filter(|(_, is_new, _)| !is_new).map(|(person, ..)| *person).collect();
    let definitions = tx.part::<lens::Definitions>();
    let mut judged = Vec::with_capacity(lenses.len());
    for lens in lenses.iter().filter(|lens| !lens.versions.is_empty()) {
        let mut stored = Stored::of(tx, lens, &old)?;
        let under = definitions.with_folder(lens, |folder| {
            let one = |(person, _, history): &(PersonId, bool, History)| {
                let Stood { standing, moves, handoffs } = stood(folder, lens, history, now)?;
                let moves_before = stored.moves.remove(person).unwrap_or_default();
                Ok::<_, Failure>(Judged {
                    person: *person,
                    name_key: names.get(person).cloned().unwrap_or_default(),
                    standing,
                    before: stored.standings.remove(person),
                    moves: Moves::of(moves_before, moves),
                    handoffs: (stored.handoffs.remove(person).unwrap_or_default(), handoffs),
                })
            };
            histories.iter().map(one).collect::<Result<Vec<_>, _>>()
        })?;
        judged.push((lens.id, under));
    }
    Ok(judged)
}

/// Writes what differs from what is stored.
pub(crate) fn write(
    tx: &mut Tx,
    judged: Vec<(LensId, Vec<Judged>)>,
    by: Option<i64>,
) -> Result<(), Failure> {
    for (lens, under) in judged {
        let mut change = Change::default();
        under.into_iter().for_each(|one| change.add(one));
        change.write(tx, lens, by)?;
    }
    Ok(())
}

/// What is stored of people who were known before.
#[derive(Default)]
struct Stored {
    standings: HashMap<PersonId, Kept>,
    moves: HashMap<PersonId, Vec<TransitionRow>>,
    handoffs: HashMap<PersonId, Vec<HandoffRow>>,
}

impl Stored {
    fn of(tx: &mut Tx, lens: &Lens, people: &[PersonId]) -> Result<Stored, Failure> {
        if people.is_empty() {
            return Ok(Stored::default());
        }
        Ok(Stored {
            standings: people::stand::kept(tx, lens.id, people)?,
            moves: store::transitions(tx, lens.id, people)?,
            handoffs: match derive::asks(lens) {
                true => handoffs::of(tx, lens.id, people)?,
                false => HashMap::new(),
            },
        })
    }
}

/// What is to be written, gathered over many people.
#[derive(Default)]
struct Change {
    places: Vec<Place>,
    dropped: Vec<(PersonId, Moment, i64)>,
    /// Moves of the same moment as one that is stored, told otherwise.
    changed: Vec<(PersonId, TransitionRow)>,
    added: Vec<(PersonId, TransitionRow)>,
    flow: BTreeMap<Edge, i64>,
    handoffs: handoffs::Change,
}

impl Change {
    fn add(&mut self, one: Judged) {
        let Judged { person, name_key, standing, before, moves, handoffs } = one;
        self.handoffs.add(person, handoffs.0, handoffs.1);
        flow::count(&mut self.flow, moves.days.0, &moves.dropped, -1);
        flow::count(&mut self.flow, moves.days.1, &moves.added, 1);
        let Moves { dropped, added, .. } = moves;
        let is_among = |steps: &[TransitionRow], one: &TransitionRow| {
            steps.iter().any(|step| (step.moved_at, step.seq) == (one.moved_at, one.seq))
        };
        let gone = dropped.iter().filter(|step| !is_among(&added, step));
        self.dropped.extend(gone.map(|step| (person, step.moved_at, step.seq)));
        for step in added {
            match is_among(&dropped, &step) {
                true => self.changed.push((person, step)),
                false => self.added.push((person, step)),
            }
        }
        self.places.push(Place { person, name_key, before, standing });
    }

    fn write(self, tx: &mut Tx, lens: LensId, by: Option<i64>) -> Result<(), Failure> {
        store::drop_transitions(tx, lens, &self.dropped)?;
        store::change_transitions(tx, lens, self.changed)?;
        store::add_transitions(tx, lens, self.added)?;
        store::add_flow(tx, lens, &self.flow)?;
        self.handoffs.write(tx, lens)?;
        people::stand::stand(tx, lens, &self.places, by)
    }
}
