//! `why`: where a person stands and why, with the receipt of every move, made again from the history.

use funnel::condition::{Score, Term};
use funnel::explain::Explained;
use funnel::hand::EVERY_LENS;
use funnel::history::{Entry, What};
use funnel::receipt::{Judged, Part, Receipt, Rule};
use funnel::{ByHand, Condition, Folder, Stage, Temperature, Transition, Truth};
use moment::{Moment, Span};
use people::find;
use platform::db::Tx;
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use team::{Right, User};

use crate::dispute::{self, DisputeView};
use crate::lens::{self, Lens};
use crate::{project, store};

/// Where a person stands, why, and how they got there.
#[derive(Clone, Debug, Serialize)]
pub struct WhyView {
    /// The public id.
    pub person: String,
    /// The name.
    pub name: String,
    /// The lens.
    pub lens: String,
    /// The version of its definition that holds.
    pub version: u32,
    /// The stage, `none` before any.
    pub stage: Stage,
    /// Since when.
    pub entered_at: Option<Moment>,
    /// The kind within the stage.
    pub kind: Option<String>,
    /// The temperature.
    pub temperature: Option<Temperature>,
    /// Each criterion as it is known.
    pub criteria: Vec<CriterionView>,
    /// The moves, the newest first, each with its receipt.
    pub moves: Vec<MoveView>,
    /// What the next stage up asks for and what is found of it, if there is one.
    pub next: Option<NextView>,
}

/// A criterion as it is known of a person.
#[derive(Clone, Debug, Serialize)]
pub struct CriterionView {
    /// Its name.
    pub name: String,
    /// True, false or unknown.
    pub truth: Truth,
    /// The question to ask.
    pub ask: Option<String>,
    /// When the newest of what it rests on happened.
    pub since: Option<Moment>,
    /// When the answer runs out.
    pub expires_at: Option<Moment>,
}

/// A move with its receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveView {
    /// When its evidence was recorded.
    pub at: Moment,
    /// When the evidence happened.
    pub evidence_at: Moment,
    /// From where.
    pub from: Stage,
    /// To where.
    pub to: Stage,
    /// Why, for an exit.
    pub reason: Option<String>,
    /// The version of the definition.
    pub version: u32,
    /// The rule that held.
    pub rule: String,
    /// Each condition that it read.
    pub because: Vec<BecauseView>,
    /// What is said against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<DisputeView>,
    /// What a hand said of it, if a hand made it; of whoever is recycled the newest word until they left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<HandView>,
}

/// What a move by hand says beside its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandView {
    /// When it was said.
    pub at: Moment,
    /// Why.
    pub reason: Option<String>,
    /// The lens under which it counts; nothing if it counts under every one.
    pub lens: Option<String>,
    /// When whoever was recycled wakes.
    pub wake_on: Option<Moment>,
    /// What wakes them: the condition's text.
    pub wake_when: Option<String>,
    /// The same in English.
    pub wake_english: Option<String>,
    /// What they were promised last.
    pub promise: Option<String>,
    /// By when.
    pub promise_by: Option<Moment>,
}

/// One condition of a receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BecauseView {
    /// Where in the rule: enter, gate, leave, wake, or beneath another.
    pub part: Part,
    /// The condition's text.
    pub condition: String,
    /// The same in English.
    pub english: String,
    /// What it was.
    pub truth: Truth,
    /// The value seen.
    pub seen: Option<String>,
    /// What it rests on, in words: `email.replied, 2026-06-03` or `company.industry, import, 2026-05-30`.
    pub rests_on: Vec<RestView>,
}

/// An activity or fact that a condition rests on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RestView {
    /// The activity's kind or the fact's name.
    pub what: String,
    /// Where a fact came from.
    pub source: Option<String>,
    /// When it happened.
    pub at: Moment,
    /// The entry in the person's history.
    pub entry: i64,
}

/// What the next stage up asks for.
#[derive(Clone, Debug, Serialize)]
pub struct NextView {
    /// The stage.
    pub stage: Stage,
    /// What must hold to enter it, as it is found now: the parts of `enter` and `gate`.
    pub parts: Vec<funnel::explain::Explained>,
}

/// Why whom `who` means stands where they stand, under the lens of that name, or the one through which the user
/// looks.
///
/// # Errors
/// `Forbidden` without the right to read people, `Missing` if nobody is meant, `Refused` with `ambiguous` or
/// `no_lens`.
pub fn why(
    tx: &mut Tx,
    user: &User,
    who: &str,
    lens: Option<&str>,
    now: Moment,
) -> Result<WhyView, Failure> {
    user.may(Right::ReadPeople)?;
    let id = find::find(tx, user, who)?;
    let person = people::person::row(tx, user, id)?;
    let lens = lens::of(tx, user, lens)?;
    let history = project::history_of(tx, id)?;
    let folded = Folder::new(&lens.in_force()).fold(&history, now);
    let standing = folded.standing;
    let mut moves = Vec::new();
    for row in
        store::transitions(tx, lens.id, &[id])?.remove(&id).unwrap_or_default().into_iter().rev()
    {
        let receipt: Receipt = serde_json::from_str(&row.receipt).map_err(anyhow::Error::from)?;
        moves.push(move_view(row, receipt));
    }
    let hidden = Veil::of(user, &lens);
    moves.iter_mut().for_each(|step| veil(&hidden, &mut step.because));
    by_hand(&mut moves, &history, &lens.name, now);
    for dispute in dispute::of(tx, id, lens.id)? {
        let is_its = |step: &MoveView| step.at == dispute.moved_at && step.to == dispute.to;
        // A move that a later fold no longer finds leaves what was said against it to the newest.
        let place = moves.iter().position(is_its).unwrap_or(0);
        if let Some(step) = moves.get_mut(place) {
            step.disputes.push(dispute);
        }
    }
    let definition = lens.current().map(|(_, definition)| definition);
    let criteria = standing
        .criteria
        .iter()
        .map(|criterion| CriterionView {
            name: criterion.name.to_string(),
            truth: criterion.truth,
            ask: definition.and_then(|definition| {
                let place = definition.criterion(&criterion.name)?;
                definition.criteria.get(place)?.ask.clone()
            }),
            since: criterion.since,
            expires_at: criterion.expires_at,
        })
        .collect();
    Ok(WhyView {
        person: tx.public_ids().encode(people::PERSON, id),
        name: person.name,
        lens: lens.name.clone(),
        version: lens.version_at(now),
        stage: standing.stage,
        entered_at: standing.entered_at,
        kind: standing.kind.as_deref().map(str::to_owned),
        temperature: standing.temperature,
        criteria,
        moves,
        next: next(&lens, standing.stage, &history, now).map(|mut next| {
            veil_parts(&hidden, &mut next.parts);
            next
        }),
    })
}

/// What stands in the place of a value that is kept from whoever asks.
pub const HIDDEN: &str = "hidden";

/// A value as people read it.
pub fn seen_in_words(seen: &str) -> &str {
    if seen == HIDDEN { "hidden from you" } else { seen }
}

/// What is kept from a user who looks through a lens: facts, and the scores in which one of them counts under any
/// version, for receipts are of all of them.
pub(crate) struct Veil<'a> {
    user: &'a User,
    scores: Vec<Score>,
}

impl<'a> Veil<'a> {
    pub(crate) fn of(user: &'a User, lens: &Lens) -> Veil<'a> {
        let all = [Score::Fit, Score::Engagement, Score::Intent, Score::Likelihood];
        let is_kept = |score: &Score| {
            lens.versions.iter().any(|(_, definition)| lens::is_kept(user, definition, *score))
        };
        Veil { user, scores: all.into_iter().filter(is_kept).collect() }
    }

    /// Whether a condition asks for a fact, or a score, that is kept from the user.
    pub(crate) fn hides(&self, condition: &Condition) -> bool {
        let mut asks = false;
        condition.terms(&mut |term| {
            asks |= match term {
                Term::Fact(key) => self.user.is_hidden(key),
                Term::Score(score) => self.scores.contains(score),
                _ => false,
            };
        });
        asks
    }

    pub(crate) fn hides_text(&self, text: &str) -> bool {
        Condition::parse(text).is_ok_and(|condition| self.hides(&condition))
    }
}

/// Says of what is kept from the user that it is, and leaves out on which facts it rests. Whether a comparison with it
/// holds is kept as well, for that tells where the value lies.
fn veil(veil: &Veil<'_>, because: &mut [BecauseView]) {
    let user = veil.user;
    if user.is_told_all() {
        return;
    }
    for one in because {
        let is_kept = veil.hides_text(&one.condition);
        if is_kept {
            (one.seen, one.truth) = (Some(HIDDEN.to_owned()), Truth::Unknown);
        }
        // What a score rests on is every fact that counts in it.
        one.rests_on.retain(|rest| !user.is_hidden(&rest.what));
    }
}

/// The same of the parts of a condition: of what is made of others it is said what the others come to as they are told.
pub(crate) fn veil_parts(veil: &Veil<'_>, parts: &mut [Explained]) {
    let user = veil.user;
    if user.is_told_all() {
        return;
    }
    for part in parts {
        veil_parts(veil, &mut part.parts);
        part.rests_on.retain(|rest| !user.is_hidden(&rest.what));
        let Ok(condition) = Condition::parse(&part.text) else { continue };
        if !veil.hides(&condition) {
            continue;
        }
        let mut truths = part.parts.iter().map(|part| part.truth);
        let told = match &condition {
            Condition::All(of) if of.len() == truths.len() => {
                Some(truths.fold(Truth::True, Truth::and))
            }
            Condition::Any(of) if of.len() == truths.len() => {
                Some(truths.fold(Truth::False, Truth::or))
            }
            Condition::Not(_) if truths.len() == 1 => truths.next().map(|truth| !truth),
            _ => None,
        };
        part.truth = told.unwrap_or_default();
        if told.is_none() || part.seen.is_some() {
            part.seen = Some(HIDDEN.to_owned());
        }
    }
}

fn next(
    lens: &Lens,
    stage: Stage,
    history: &funnel::history::History,
    now: Moment,
) -> Option<NextView> {
    let (_, definition) = lens.current()?;
    let up = definition.stages.iter().find(|rule| match stage {
        Stage::None | Stage::Recycled | Stage::Disqualified => true,
        Stage::Lead | Stage::Prospect | Stage::Opportunity | Stage::Customer => rule.stage > stage,
    })?;
    let mut conditions: Vec<Condition> = up.gate.iter().cloned().collect();
    conditions.push(up.enter.clone());
    let parts = Folder::asking(&lens.in_force(), &conditions).explain(history, now);
    Some(NextView { stage: up.stage, parts })
}

/// Adds what hands said to the moves, of which the newest is the first.
fn by_hand(moves: &mut [MoveView], history: &funnel::history::History, lens: &str, now: Moment) {
    let mut left_at = now + Span(1);
    for step in moves {
        let here = |entry: &&Entry| {
            let seen_at = entry.occurred_at.max(entry.recorded_at);
            step.at <= seen_at && seen_at < left_at
        };
        let said = history.entries.iter().filter(here).filter_map(|entry| {
            let What::Activity(activity) = &entry.what else { return None };
            let said = ByHand::of(activity)?;
            let counts = said.to == step.to && ByHand::counts(said.lens.as_deref(), Some(lens));
            counts.then_some((entry.occurred_at.max(entry.recorded_at), said))
        });
        // Whoever cooled by rule may have been given a day by hand since, too.
        step.by_hand = said.max_by_key(|(at, _)| *at).map(|(at, said)| hand_view(at, said));
        left_at = step.at;
    }
}

fn hand_view(at: Moment, said: ByHand) -> HandView {
    let english = |text: &str| {
        Condition::parse(text).map_or_else(|_| text.to_owned(), |c| c.in_english().to_string())
    };
    HandView {
        at,
        reason: said.reason.map(String::from),
        lens: said.lens.filter(|lens| **lens != *EVERY_LENS).map(String::from),
        wake_on: said.wake_on,
        wake_english: said.wake_when.as_deref().map(english),
        wake_when: said.wake_when.map(String::from),
        promise: said.promise.map(String::from),
        promise_by: said.promise_by,
    }
}

/// What is said as the rule of a move by hand.
pub(crate) const BY_HAND: &str = "moved by hand";

pub(crate) fn move_view(row: store::TransitionRow, receipt: Receipt) -> MoveView {
    let rule = match &receipt.rule {
        Rule::Enter(stage) => format!("enter {stage}"),
        Rule::Leave(stage, _) => format!("leave {stage}"),
        Rule::Disqualify(_) => "disqualify".to_owned(),
        Rule::Hand(_) => BY_HAND.to_owned(),
        Rule::Wake(_) => "woken, as was said when they were recycled".to_owned(),
    };
    MoveView {
        at: row.moved_at,
        evidence_at: row.evidence_at,
        from: row.from,
        to: row.to,
        reason: row.reason,
        version: receipt.version,
        rule,
        because: receipt.because.into_iter().map(because).collect(),
        disputes: Vec::new(),
        by_hand: None,
    }
}

/// A move that a fold yields.
pub(crate) fn transition_view(step: Transition) -> MoveView {
    let row = store::TransitionRow {
        moved_at: step.at,
        seq: 0,
        from: step.from,
        to: step.to,
        reason: step.reason.as_deref().map(str::to_owned),
        version: i64::from(step.receipt.version),
        evidence_at: step.evidence_at,
        via: String::new(),
        receipt: String::new(),
    };
    move_view(row, step.receipt)
}

fn because(judged: Judged) -> BecauseView {
    let english = Condition::parse(&judged.condition).map_or_else(
        |_| judged.condition.to_string(),
        |condition| condition.in_english().to_string(),
    );
    BecauseView {
        part: judged.part,
        english,
        condition: judged.condition.to_string(),
        truth: judged.truth,
        seen: judged.seen,
        rests_on: judged
            .rests_on
            .into_iter()
            .map(|rest| RestView {
                what: rest.what.to_string(),
                source: rest.source.as_deref().map(str::to_owned),
                at: rest.at,
                entry: rest.id,
            })
            .collect(),
    }
}
