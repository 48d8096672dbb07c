//! A standing, from the state at the end of a run.

use std::sync::Arc;

use moment::Moment;

use super::Run;
use super::leaf::{Class, Source};
use super::plan::{Plan, index};
use super::state::{NEVER, State};
use super::value::Seen;
use super::view::View;
use crate::condition::Score;
use crate::history::Entry;
use crate::standing::{CriterionStanding, Decaying, Scores, Stage, Standing};
use crate::truth::Range;

/// The standing of a run that has come to its end; `later` is when something known beforehand
/// happens next.
pub(super) fn standing(
    plan: &Plan,
    state: &mut State,
    entries: &[Entry],
    run: &Run,
    later: i64,
) -> Standing {
    finish(plan, state, entries, run);
    let view = View::new(plan, state, entries, run);
    Standing {
        as_of: Moment(run.now),
        stage: run.stage,
        entered_at: run.entered.map(Moment),
        kind: kind(&view),
        temperature: state.temperature,
        scores: scores(&view),
        criteria: criteria(&view),
        next_at: Some(next_at(&view, run.unsettled).min(later))
            .filter(|&at| at != NEVER)
            .map(Moment),
    }
}

/// Finds what was not followed on the way: what moves nobody from this stage, and what only the
/// kind, gates and questions from outside read.
pub(super) fn finish(plan: &Plan, state: &mut State, entries: &[Entry], run: &Run) {
    let watched = &plan.reads.watched[state.watch];
    for (at, leaf) in plan.leaves.iter().enumerate() {
        if leaf.class == Class::Base && !watched[at] {
            let truth = View::new(plan, state, entries, run).test(leaf);
            state.truths[at] = truth;
        }
    }
    state.derive(plan, entries, run.now);
}

/// The first kind that holds.
pub(super) fn kind(view: &View<'_>) -> Option<Arc<str>> {
    let found = view.plan.kinds.iter().find(|(_, condition)| view.holds(condition));
    found.map(|(name, _)| name.clone())
}

fn criteria(view: &View<'_>) -> Vec<CriterionStanding> {
    let criteria = (0..).zip(&view.plan.criteria);
    criteria
        .map(|(at, criterion)| {
            let rests_on = view.criterion_rests(at);
            let expires_at = view.answered(at).map(|answer| answer.expires_at);
            CriterionStanding {
                name: criterion.name.clone(),
                truth: view.criterion(at),
                since: rests_on.iter().map(|rest| rest.at).max(),
                expires_at: expires_at.filter(|&at| at != NEVER).map(Moment),
                rests_on,
            }
        })
        .collect()
}

fn scores(view: &View<'_>) -> Scores {
    let score = |score: Score| {
        let counted = view.plan.scores.iter().position(|rule| rule.score == score);
        let source = match counted {
            Some(at) => Source::Score(super::id(at)),
            None => Source::Fact(*view.plan.fact_ids.get(&*view.plan.score_fact(score))?),
        };
        let half_life = counted.and_then(|at| view.plan.scores[at].half_life);
        let range = match view.value(&source) {
            Seen::Number(range) => range,
            _ => return None,
        };
        Some((range, half_life))
    };
    let range = |found: Option<(Range, _)>| found.map(|(range, _)| range);
    Scores {
        fit: range(score(Score::Fit)),
        engagement: score(Score::Engagement).map(|(range, half_life)| Decaying {
            value: range.low,
            as_of: view.moment(),
            half_life,
        }),
        intent: range(score(Score::Intent)),
        likelihood: range(score(Score::Likelihood)),
    }
}

/// Until when the scores hold that nobody counts, but some source told.
fn told_until(view: &View<'_>) -> i64 {
    let counted = |score: Score| view.plan.scores.iter().any(|rule| rule.score == score);
    let told = Score::ALL.into_iter().filter(|score| !counted(*score));
    let facts = told.filter_map(|score| view.plan.fact_ids.get(&*view.plan.score_fact(score)));
    let until = facts.filter_map(|at| view.held(*at).map(|_| view.state.facts[index(*at)]));
    until.flatten().map(|held| held.expires_at).min().unwrap_or(NEVER)
}

/// The next moment at which time alone can change the standing of somebody who stands so.
///
/// While a move is held back, anything that the rules read may let it go.
fn next_at(view: &View<'_>, unsettled: bool) -> i64 {
    let slot = Stage::ALL.iter().position(|&stage| stage == view.stage).unwrap_or(0);
    let all: &[u32] = if unsettled { &view.plan.reads.timed } else { &[] };
    // But for what another wake-up condition reads, of which they may not even know yet.
    let all = all.iter().filter(|&&leaf| view.plan.leaves[index(leaf)].live);
    let waking = view.wake.and_then(|wake| view.plan.reads.wake_matter.get(wake.when?));
    let leaves = view.plan.reads.matter[slot].iter().chain(all).chain(waking.into_iter().flatten());
    let flip = |at: u32, exactly: bool| view.flip(&view.plan.leaves[index(at)], exactly);
    let answers = view.state.answers.iter().flatten().map(|answer| answer.expires_at);
    let mut next = answers.min().unwrap_or(NEVER).min(told_until(view));
    next = next.min(view.wake.map_or(NEVER, |wake| wake.flip(view.now)));
    // A rough moment is never too late, so only what is rough and early is worth the exact one.
    for &leaf in leaves {
        if flip(leaf, false) < next {
            next = next.min(flip(leaf, true));
        }
    }
    next
}
