//! What a judgement rests on: the rows of receipts and the trees of explanations.

use std::sync::Arc;

use super::leaf::{Leaf, Node, Reach, Source, Test};
use super::plan::{Compiled, index};
use super::state::Hit;
use super::value::Seen;
use super::view::View;
use crate::condition::Condition;
use crate::explain::Explained;
use crate::history::{Entry, What};
use crate::receipt::{Judged, Part, RESTS_MAX, Rest};

impl View<'_> {
    /// The rows of a receipt for one condition, and for all that it is made of; each text once.
    pub(super) fn rows(&self, compiled: &Compiled, part: Part, rows: &mut Vec<Judged>) {
        let mut leaves = Vec::new();
        self.plan.walk(&compiled.node, &mut |leaf| leaves.push(leaf.text.clone()));
        if leaves.is_empty() {
            rows.push(Judged {
                part,
                condition: Arc::from(compiled.source.to_string()),
                truth: self.judge(&compiled.node),
                seen: None,
                rests_on: Vec::new(),
            });
        }
        let mut found = Vec::new();
        self.plan.walk(&compiled.node, &mut |leaf| self.row(leaf, part, &mut found));
        for row in found {
            let repeated = rows.iter().any(|other| {
                other.condition == row.condition
                    && (other.part == row.part || row.part == Part::Under)
            });
            if !repeated {
                rows.push(row);
            }
        }
    }

    fn row(&self, leaf: &Leaf, part: Part, rows: &mut Vec<Judged>) {
        rows.push(Judged {
            part,
            condition: leaf.text.clone(),
            truth: self.test(leaf),
            seen: self.seen(leaf),
            rests_on: self.rests(leaf),
        });
        for source in leaf.test.sources() {
            match source {
                Source::Met(all) => {
                    for &at in all {
                        self.criterion_row(at, rows);
                    }
                }
                Source::Criterion(at) => {
                    // The row itself says what the answer is; its derivation follows.
                    self.under_criterion(*at, rows);
                }
                Source::Temperature => {
                    for (_, compiled) in &self.plan.temperatures {
                        self.plan
                            .walk(&compiled.node, &mut |leaf| self.row(leaf, Part::Under, rows));
                        if self.holds(compiled) {
                            break;
                        }
                    }
                }
                Source::Score(at) => {
                    for (compiled, _) in &self.plan.scores[index(*at)].when {
                        self.plan
                            .walk(&compiled.node, &mut |leaf| self.row(leaf, Part::Under, rows));
                    }
                }
                _ => {}
            }
        }
    }

    fn criterion_row(&self, at: u32, rows: &mut Vec<Judged>) {
        let Some(criterion) = self.plan.criteria.get(index(at)) else { return };
        rows.push(Judged {
            part: Part::Under,
            condition: Arc::from(format!("criterion.{}", criterion.name)),
            truth: self.criterion(at),
            seen: None,
            rests_on: self.criterion_rests(at),
        });
        self.under_criterion(at, rows);
    }

    /// What a criterion is derived from, unless it was answered.
    fn under_criterion(&self, at: u32, rows: &mut Vec<Judged>) {
        if self.answered(at).is_some() {
            return;
        }
        let Some(criterion) = self.plan.criteria.get(index(at)) else { return };
        for compiled in criterion.from.iter().chain(&criterion.yes) {
            self.plan.walk(&compiled.node, &mut |leaf| self.row(leaf, Part::Under, rows));
        }
    }

    /// The value that a leaf saw, as people read it.
    pub(super) fn seen(&self, leaf: &Leaf) -> Option<String> {
        match (&leaf.source, &leaf.test) {
            (Condition::Did { .. }, _) | (_, Test::TwoWay { .. } | Test::Is(_)) => None,
            (_, Test::Known(Source::Fact(at))) => Seen::of(&self.held(*at)?.value).words(),
            (_, test) => self.value(test.sources().first()?).words(),
        }
    }

    /// The entries that a leaf rests on, oldest first.
    pub(super) fn rests(&self, leaf: &Leaf) -> Vec<Rest> {
        let mut rests = Vec::new();
        match &leaf.test {
            Test::TwoWay { talks, theirs, ours, reach } => {
                let newest = |pattern: u32| self.within(pattern, *reach).last().copied();
                match newest(*talks) {
                    Some(talk) => self.rest_on(&[talk], &mut rests),
                    None => {
                        let sides: Vec<Hit> =
                            [*theirs, *ours].into_iter().filter_map(newest).collect();
                        self.rest_on(&sides, &mut rests);
                    }
                }
            }
            Test::Compare(Source::Count(pattern, reach), ..)
                if matches!(leaf.source, Condition::Did { .. }) =>
            {
                let newest = self.within(*pattern, *reach).last().copied();
                self.rest_on(newest.as_slice(), &mut rests);
            }
            test => test.sources().iter().for_each(|source| self.source_rests(source, &mut rests)),
        }
        newest(rests)
    }

    fn source_rests(&self, source: &Source, rests: &mut Vec<Rest>) {
        match source {
            Source::Fact(at) => rests.extend(self.fact_rest(*at)),
            Source::Criterion(at) => rests.extend(self.criterion_rests(*at)),
            Source::Met(all) => all.iter().for_each(|&at| rests.extend(self.criterion_rests(at))),
            Source::Count(pattern, reach) => self.rest_on(self.within(*pattern, *reach), rests),
            Source::Since(pattern) => {
                let last = self.within(*pattern, Reach::All).last().copied();
                self.rest_on(last.as_slice(), rests);
            }
            Source::Score(at) => {
                let tally = &self.state.tallies[index(*at)];
                let counted = tally.hits.iter().rev().filter(|hit| hit.counts).take(RESTS_MAX);
                let hits: Vec<Hit> =
                    counted.map(|hit| Hit { at: hit.at, entry: hit.entry }).collect();
                self.rest_on(&hits, rests);
                for (compiled, _) in &self.plan.scores[index(*at)].when {
                    self.under_rests(compiled, rests);
                }
            }
            Source::Temperature => {
                for (_, compiled) in &self.plan.temperatures {
                    if self.holds(compiled) {
                        self.under_rests(compiled, rests);
                        break;
                    }
                }
            }
            Source::Written(_) | Source::Stage | Source::Kind | Source::Dwell => {}
        }
    }

    fn under_rests(&self, compiled: &Compiled, rests: &mut Vec<Rest>) {
        self.plan.walk(&compiled.node, &mut |leaf| rests.extend(self.rests(leaf)));
    }

    /// The answer that decides a criterion, by its place in the history.
    pub(super) fn answered(&self, at: u32) -> Option<&super::state::Answer> {
        let answer = self.state.answers.get(index(at))?.as_ref()?;
        (answer.expires_at > self.now && answer.truth.is_known()).then_some(answer)
    }

    /// The entries that a criterion rests on, oldest first.
    pub(super) fn criterion_rests(&self, at: u32) -> Vec<Rest> {
        let mut rests = Vec::new();
        if let Some(answer) = self.answered(at) {
            rests.extend(self.entry(answer.entry).map(|entry| rest(entry, None)));
            return rests;
        }
        if !self.criterion(at).is_known() {
            return rests;
        }
        let Some(criterion) = self.plan.criteria.get(index(at)) else { return rests };
        for compiled in criterion.from.iter().chain(&criterion.yes) {
            self.under_rests(compiled, &mut rests);
        }
        newest(rests)
    }

    fn fact_rest(&self, at: u32) -> Option<Rest> {
        self.held(at)?;
        let held = self.state.facts.get(index(at))?.as_ref()?;
        Some(rest(self.entry(held.entry)?, Some(self.plan.facts.get(index(at))?)))
    }

    fn rest_on(&self, hits: &[Hit], rests: &mut Vec<Rest>) {
        let newest = hits.get(hits.len().saturating_sub(RESTS_MAX)..).unwrap_or(hits);
        rests.extend(newest.iter().filter_map(|hit| Some(rest(self.entry(hit.entry)?, None))));
    }

    /// A condition as it was found, as a tree of the same shape, and beneath each leaf what that was
    /// made of.
    pub(super) fn explain(&self, source: &Condition, node: &Node) -> Explained {
        let (parts, leaf) = match (source, node) {
            (Condition::All(sources), Node::All(nodes))
            | (Condition::Any(sources), Node::Any(nodes)) => {
                let pairs = sources.iter().zip(nodes);
                (pairs.map(|(source, node)| self.explain(source, node)).collect(), None)
            }
            (Condition::Not(source), Node::Not(node))
            | (Condition::Decided(source), Node::Decided(node)) => {
                (vec![self.explain(source, node)], None)
            }
            (_, Node::Leaf(at)) => match self.plan.leaves.get(index(*at)) {
                Some(leaf) => (self.explain_under(leaf), Some(leaf)),
                None => (Vec::new(), None),
            },
            _ => (Vec::new(), None),
        };
        Explained {
            text: source.to_string(),
            english: source.in_english().to_string(),
            truth: leaf.map_or_else(|| self.judge_now(node), |leaf| self.test(leaf)),
            seen: leaf.and_then(|leaf| self.seen(leaf)),
            rests_on: leaf.map_or_else(Vec::new, |leaf| self.rests(leaf)),
            parts,
        }
    }

    /// As [`View::judge`], finding every leaf anew.
    fn judge_now(&self, node: &Node) -> crate::truth::Truth {
        use crate::truth::Truth;
        match node {
            Node::Constant(truth) => *truth,
            Node::Leaf(at) => {
                self.plan.leaves.get(index(*at)).map_or(Truth::Unknown, |leaf| self.test(leaf))
            }
            Node::Not(part) => !self.judge_now(part),
            Node::Decided(part) => Truth::from(self.judge_now(part).is_known()),
            Node::All(parts) => {
                parts.iter().fold(Truth::True, |all, part| all.and(self.judge_now(part)))
            }
            Node::Any(parts) => {
                parts.iter().fold(Truth::False, |any, part| any.or(self.judge_now(part)))
            }
        }
    }

    fn explain_under(&self, leaf: &Leaf) -> Vec<Explained> {
        let mut parts = Vec::new();
        for source in leaf.test.sources() {
            match source {
                Source::Criterion(at) => parts.extend(self.explain_criterion(*at).parts),
                Source::Met(all) => {
                    parts.extend(all.iter().map(|&at| self.explain_criterion(at)));
                }
                Source::Score(at) => {
                    let when = &self.plan.scores[index(*at)].when;
                    parts.extend(when.iter().map(|(c, _)| self.explain(&c.source, &c.node)));
                }
                Source::Temperature => {
                    let all = &self.plan.temperatures;
                    parts.extend(all.iter().map(|(_, c)| self.explain(&c.source, &c.node)));
                }
                _ => {}
            }
        }
        parts
    }

    fn explain_criterion(&self, at: u32) -> Explained {
        let criterion = self.plan.criteria.get(index(at));
        let name = criterion.map_or("", |criterion| &*criterion.name);
        let mut parts = Vec::new();
        if self.answered(at).is_none() {
            let under = criterion.map(|criterion| criterion.from.iter().chain(&criterion.yes));
            parts.extend(under.into_iter().flatten().map(|c| self.explain(&c.source, &c.node)));
        }
        Explained {
            text: format!("criterion.{name}"),
            english: name.replace('_', " "),
            truth: self.criterion(at),
            seen: None,
            rests_on: self.criterion_rests(at),
            parts,
        }
    }
}

fn rest(entry: &Entry, key: Option<&Arc<str>>) -> Rest {
    let (what, source) = match (&entry.what, key) {
        (What::Activity(activity), _) => (Arc::from(activity.kind.as_str()), None),
        (What::Facts(facts), Some(key)) => (key.clone(), Some(Arc::from(&*facts.source))),
        (What::Facts(facts), None) => (Arc::from("fact.observed"), Some(Arc::from(&*facts.source))),
    };
    Rest { at: entry.occurred_at, id: entry.id, what, source }
}

/// The newest few, oldest first, each once.
fn newest(mut rests: Vec<Rest>) -> Vec<Rest> {
    rests.sort();
    rests.dedup();
    rests.split_off(rests.len().saturating_sub(RESTS_MAX))
}
