//! What a definition must be as a whole: nothing in a circle, each part reading only what is decided
//! before it, and decay compared with numbers alone.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ATOMS_MAX, Definition, Points, UNDER_MAX, rounds};
use crate::condition::{Condition, Fault, Literal, Score, Term};

/// What is decided at a moment, in this order.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Rank {
    Criteria,
    Temperature,
    Stage,
    Kind,
}

pub(super) fn faults(definition: &Definition, text: &str, document: &DeTable<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let place = |path: &[&str]| place(document, path);
    for (path, condition, rank) in conditions(definition) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let wrong = reads_ahead(condition, rank)
            .or_else(|| decay(definition, condition))
            .or_else(|| of_company(definition, condition))
            .or_else(|| decided_by_dwell(condition));
        if let Some(words) = wrong {
            faults.push(Fault::at(text, place(&path), words));
        }
    }
    for (kind, gate) in &definition.gates {
        if let Some(words) = of_company(definition, gate) {
            faults.push(Fault::at(text, place(&["gates", kind]), words));
        }
    }
    for (name, words) in repeated(definition) {
        faults.push(Fault::at(text, place(&["criteria", &name]), words));
    }
    let wrong =
        circle(definition).or_else(|| too_large(definition)).or_else(|| rounds::fault(definition));
    if let Some((path, words)) = wrong {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        faults.push(Fault::at(text, place(&path), words));
    }
    faults
}

/// The byte where a key stands, or the nearest table around it.
fn place(document: &DeTable<'_>, path: &[&str]) -> usize {
    let mut table = document;
    let mut byte = 0;
    for name in path {
        let Some((key, value)) = table.get_key_value(*name) else { break };
        byte = key.span().start;
        match Spanned::get_ref(value) {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    byte
}

/// Every condition with the keys that lead to it and its rank.
fn conditions(definition: &Definition) -> Vec<(Vec<String>, &Condition, Rank)> {
    let mut all = Vec::new();
    let path = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
    for criterion in &definition.criteria {
        let conditions = [("from", &criterion.from), ("yes", &criterion.yes)];
        for (key, condition) in conditions {
            if let Some(condition) = condition {
                all.push((path(&["criteria", &criterion.name, key]), condition, Rank::Criteria));
            }
        }
    }
    for rule in &definition.scores {
        for points in &rule.points {
            if let Points::When(condition, _) = points {
                let path = path(&["scores", rule.score.as_str(), "points"]);
                all.push((path, condition, Rank::Criteria));
            }
        }
    }
    for (temperature, condition) in &definition.temperatures {
        all.push((path(&["temperature", temperature.as_str()]), condition, Rank::Temperature));
    }
    for rule in &definition.stages {
        let stage = rule.stage.as_str();
        all.push((path(&["stages", stage, "enter"]), &rule.enter, Rank::Stage));
        if let Some(gate) = &rule.gate {
            all.push((path(&["stages", stage, "gate"]), gate, Rank::Stage));
        }
        for leave in &rule.leave {
            all.push((path(&["stages", stage, "leave"]), &leave.when, Rank::Stage));
        }
    }
    for (name, exit) in
        [("recycled", &definition.recycled), ("disqualified", &definition.disqualified)]
    {
        for (condition, _) in &exit.enter {
            all.push((path(&["exits", name, "enter"]), condition, Rank::Stage));
        }
        if let Some(wake) = &exit.wake {
            all.push((path(&["exits", name, "wake"]), wake, Rank::Stage));
        }
    }
    for (name, condition) in &definition.kinds {
        all.push((path(&["kinds", name]), condition, Rank::Kind));
    }
    // A gate judges a standing that is decided already, kind and all.
    all
}

fn reads_ahead(condition: &Condition, rank: Rank) -> Option<String> {
    let mut ahead = None;
    condition.terms(&mut |term| {
        let read = match term {
            Term::Temperature => ("temperature", Rank::Temperature, rank <= Rank::Temperature),
            Term::Stage | Term::Dwell => ("the stage", Rank::Stage, rank < Rank::Stage),
            Term::Kind => ("the kind", Rank::Kind, rank <= Rank::Kind),
            _ => return,
        };
        if read.2 {
            ahead = Some(read.0);
        }
    });
    if rank < Rank::Stage && condition.reads_dwell() {
        ahead = Some("the stage");
    }
    let ahead = ahead?;
    Some(format!(
        "this reads {ahead}, which is decided later: criteria and scores come first, then the \
         temperature, then the stage, then the kind"
    ))
}

/// What is wrong with a condition by which somebody who was recycled by hand is to wake.
pub(super) fn wrong_wake(definition: &Definition, condition: &Condition) -> Option<String> {
    reads_ahead(condition, Rank::Stage).or_else(|| decay(definition, condition))
}

/// A score that halves crosses a number at one moment that can be computed; anything else it cannot.
fn decay(definition: &Definition, condition: &Condition) -> Option<String> {
    let halves = |term: &Term| {
        let Term::Score(score) = term else { return false };
        definition.score(*score).is_some_and(|rule| rule.half_life.is_some() && !rule.of_company)
    };
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().find_map(|part| decay(definition, part))
        }
        Condition::Not(part) | Condition::Decided(part) => decay(definition, part),
        Condition::Compare { left, right, .. } => {
            let other = if halves(left) {
                right
            } else if halves(right) {
                left
            } else {
                return None;
            };
            (!matches!(other, Term::Literal(_)))
                .then(|| "a score that halves with time is compared with a number".to_owned())
        }
        Condition::OneOf { term, .. } if halves(term) => {
            Some("a score that halves with time is compared by < <= > >=, not looked up".to_owned())
        }
        _ => None,
    }
}

/// Rounds are found by what holds after each length of time in a stage; whether something is known is no such thing.
fn decided_by_dwell(condition: &Condition) -> Option<String> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().find_map(decided_by_dwell),
        Condition::Not(part) => decided_by_dwell(part),
        Condition::Decided(part) => part.reads_dwell().then(|| {
            "known(…) of a condition that asks how long somebody is in the stage: ask that outside of it".to_owned()
        }),
        _ => None,
    }
}

/// What a company's score comes to is told when it crosses a number that the definition names, so
/// that it can be held against numbers alone.
fn of_company(definition: &Definition, condition: &Condition) -> Option<String> {
    let is_company = |term: &Term| {
        let Term::Score(score) = term else { return false };
        definition.score(*score).is_some_and(|rule| rule.of_company)
    };
    let is_number = |term: &Term| matches!(term, Term::Literal(Literal::Number(_)));
    let fits = match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            return parts.iter().find_map(|part| of_company(definition, part));
        }
        Condition::Not(part) | Condition::Decided(part) => return of_company(definition, part),
        Condition::Compare { left, right, .. } => {
            (is_number(left) || !is_company(right)) && (is_number(right) || !is_company(left))
        }
        Condition::OneOf { term, .. }
        | Condition::Holds { term, .. }
        | Condition::Text { term, .. }
        | Condition::Is(term) => !is_company(term),
        Condition::Constant(_)
        | Condition::Known(_)
        | Condition::Did { .. }
        | Condition::TwoWay { .. }
        | Condition::Somebody(_) => true,
    };
    (!fits).then(|| "a score of the company is compared with a number".to_owned())
}

/// The numbers with which a definition compares a score, wherever it does, in order.
pub(crate) fn numbers_named(definition: &Definition, score: Score) -> Vec<f64> {
    let mut named = Vec::new();
    let gates = definition.gates.iter().map(|(_, condition)| condition);
    for condition in conditions(definition).into_iter().map(|(_, c, _)| c).chain(gates) {
        compared(condition, score, &mut named);
    }
    named.sort_by(f64::total_cmp);
    named.dedup_by(|a, b| a.total_cmp(b).is_eq());
    named
}

fn compared(condition: &Condition, score: Score, named: &mut Vec<f64>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| compared(part, score, named));
        }
        Condition::Not(part) | Condition::Decided(part) => compared(part, score, named),
        Condition::Compare { left: Term::Score(of), right: Term::Literal(literal), .. }
        | Condition::Compare { left: Term::Literal(literal), right: Term::Score(of), .. } => {
            if let (true, Literal::Number(number)) = (*of == score, literal) {
                named.push(*number);
            }
        }
        _ => {}
    }
}

/// Names by which two criteria go.
fn repeated(definition: &Definition) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    for (i, criterion) in definition.criteria.iter().enumerate() {
        for aka in &criterion.aka {
            let other = definition.criteria.iter().enumerate().find(|(j, other)| {
                *j != i && (*other.name == **aka || other.aka.contains(aka) && *j < i)
            });
            if let Some((_, other)) = other {
                let words = format!("{aka:?} already is a name of criterion {:?}", other.name);
                faults.push((criterion.name.to_string(), words));
            }
        }
    }
    faults
}

/// Criteria and scores that read themselves, over however many others.
fn circle(definition: &Definition) -> Option<(Vec<String>, String)> {
    // A node is a criterion by its place, or a score after all of them.
    let criteria = definition.criteria.len();
    let node_of_score = |score: Score| {
        let place = definition.scores.iter().position(|rule| rule.score == score);
        place.map(|place| criteria + place)
    };
    let reads = |condition: &Condition, out: &mut Vec<usize>| {
        condition.terms(&mut |term| match term {
            Term::Criterion(name) => out.extend(definition.criterion(name)),
            Term::Met(names) => out.extend(names.iter().filter_map(|n| definition.criterion(n))),
            Term::Score(score) => out.extend(node_of_score(*score)),
            _ => {}
        });
    };
    let mut edges: Vec<Vec<usize>> = Vec::new();
    for criterion in &definition.criteria {
        let mut out = Vec::new();
        criterion.from.iter().chain(&criterion.yes).for_each(|c| reads(c, &mut out));
        edges.push(out);
    }
    for rule in &definition.scores {
        let mut out = Vec::new();
        for points in &rule.points {
            if let Points::When(condition, _) = points {
                reads(condition, &mut out);
            }
        }
        edges.push(out);
    }
    let name = |node: usize| match definition.criteria.get(node) {
        Some(criterion) => format!("criterion.{}", criterion.name),
        None => {
            let rule = definition.scores.get(node - criteria);
            format!("score.{}", rule.map_or("", |rule| rule.score.as_str()))
        }
    };
    for start in 0..edges.len() {
        if let Some(way) = way_back(&edges, start) {
            let words: Vec<String> = way.iter().map(|&node| name(node)).collect();
            let words = format!("a circle: {}", words.join(" reads "));
            let path = match definition.criteria.get(start) {
                Some(criterion) => vec!["criteria".to_owned(), criterion.name.to_string()],
                None => vec!["scores".to_owned()],
            };
            return Some((path, words));
        }
    }
    None
}

/// A condition that has too many atomic ones in and beneath it: criteria that read criteria double
/// with each step, and a receipt would name them all. For definitions without a circle.
fn too_large(definition: &Definition) -> Option<(Vec<String>, String)> {
    let mut sizes = Sizes { definition, known: HashMap::new() };
    let mut total = 0_usize;
    for (path, condition, _) in conditions(definition) {
        let size = sizes.of(condition);
        total = total.saturating_add(condition.atoms());
        if size > UNDER_MAX {
            let words = format!(
                "this hangs on more than {UNDER_MAX} atomic conditions, all told; read fewer \
                 criteria, or say it more directly"
            );
            return Some((path, words));
        }
    }
    let words =
        || format!("a definition has at most {ATOMS_MAX} atomic conditions, this one {total}");
    (total > ATOMS_MAX).then(|| (Vec::new(), words()))
}

/// How many atomic conditions stand in and beneath others.
struct Sizes<'d> {
    definition: &'d Definition,
    known: HashMap<String, usize>,
}

impl Sizes<'_> {
    fn of(&mut self, condition: &Condition) -> usize {
        let mut names = Vec::new();
        let mut size = condition.atoms();
        condition.terms(&mut |term| match term {
            Term::Criterion(_) | Term::Score(_) | Term::Temperature => names.push(term.to_string()),
            Term::Met(all) => names.extend(all.iter().map(|name| format!("criterion.{name}"))),
            _ => {}
        });
        for name in names {
            size = size.saturating_add(self.under(name));
        }
        size
    }

    fn under(&mut self, name: String) -> usize {
        if let Some(&known) = self.known.get(&name) {
            return known;
        }
        // What reads itself is refused elsewhere; here it only must not go on for ever.
        self.known.insert(name.clone(), 0);
        let definition = self.definition;
        let mut parts: Vec<&Condition> = Vec::new();
        if let Some(criterion) = name.strip_prefix("criterion.") {
            let found = definition.criterion(criterion).and_then(|at| definition.criteria.get(at));
            parts.extend(found.into_iter().flat_map(|c| c.from.iter().chain(&c.yes)));
        } else if let Some(score) = name.strip_prefix("score.") {
            let rule = Score::parse(score).and_then(|score| definition.score(score));
            for points in rule.iter().flat_map(|rule| &rule.points) {
                if let Points::When(condition, _) = points {
                    parts.push(condition);
                }
            }
        } else {
            parts.extend(definition.temperatures.iter().map(|(_, condition)| condition));
        }
        let size = parts.into_iter().fold(0_usize, |sum, part| sum.saturating_add(self.of(part)));
        self.known.insert(name, size);
        size
    }
}

/// A way from a node to itself, both ends included.
fn way_back(edges: &[Vec<usize>], start: usize) -> Option<Vec<usize>> {
    let mut came_from: Vec<Option<usize>> = vec![None; edges.len()];
    let mut queue = vec![start];
    while let Some(node) = queue.pop() {
        for &next in edges.get(node).into_iter().flatten() {
            if next == start {
                let mut way = vec![start, node];
                let mut at = node;
                while at != start {
                    at = came_from.get(at).copied().flatten()?;
                    way.push(at);
                }
                way.reverse();
                return Some(way);
            }
            if let Some(slot @ None) = came_from.get_mut(next) {
                *slot = Some(node);
                queue.push(next);
            }
        }
    }
    None
}
