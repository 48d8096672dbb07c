//! Rounds: ways on which people would go from stage to stage and back by time alone, for ever.
//!
//! Without news everything but the time in a stage settles: windows run out once, answers expire once, a score falls
//! below a number once. Only `dwell()` begins anew with each move and can turn a round over and over. So people are
//! imagined of whom nothing is recorded any more, for every way in which what has settled may have settled, and are
//! followed from threshold to threshold of `dwell()`. A round that takes days may be meant (recycled for a quarter,
//! tried again for a quarter); one that takes minutes would write moves without end. What is not found here,
//! [`crate::fold::MOVES_WITHOUT_NEWS_MAX`] bounds.

use std::collections::{BTreeMap, BTreeSet};

use moment::Span;

use super::Definition;
use crate::condition::{Condition, Literal, Op, Term, Window};
use crate::standing::Stage;

/// A round by time alone takes at least this long.
pub const ROUND_MIN: Span = Span::days(1);
/// People imagined at most; each is one way in which the parts that were asked for have settled.
const IMAGINED_MAX: usize = 2_000;
/// Moments through which one of them is followed.
const MOMENTS_MAX: usize = 64;

/// What is wrong: the keys that lead to the condition that turns the round, and the words.
pub(super) fn fault(definition: &Definition) -> Option<(Vec<String>, String)> {
    let rules = Rules::of(definition);
    // Between two moments of a round lies a threshold, so that a round is no shorter than the first.
    if *rules.thresholds.first()? >= ROUND_MIN {
        return None;
    }
    let mut open = vec![BTreeMap::new()];
    for _ in 0..IMAGINED_MAX {
        let Some(settled) = open.pop() else { break };
        match Stage::ALL.iter().try_for_each(|stage| rules.follow(*stage, &settled)) {
            Ok(()) => {}
            Err(Stop::Round(round)) => return Some(words(&round)),
            Err(Stop::Asks(atom)) => {
                for truth in [true, false] {
                    let mut settled = settled.clone();
                    settled.insert(atom.clone(), truth);
                    open.push(settled);
                }
            }
        }
    }
    None
}

fn words(round: &Round) -> (Vec<String>, String) {
    let stages: Vec<&str> = round.stages.iter().map(|stage| stage.as_str()).collect();
    let words = format!(
        "by time alone people would go round here every {}: {}. Let one of these wait for news, as \
         did(\"*\", dwell()) does, or let the round take a day at least",
        lasting(round.every),
        stages.join(", ")
    );
    (round.path.clone(), words)
}

fn lasting(span: Span) -> String {
    match span.0 / Span::minutes(1).0 {
        0 | 1 => "minute".to_owned(),
        60 => "hour".to_owned(),
        minutes if minutes % 60 == 0 => format!("{} hours", minutes / 60),
        minutes => format!("{minutes} minutes"),
    }
}

/// A round that was found.
struct Round {
    every: Span,
    stages: Vec<Stage>,
    path: Vec<String>,
}

/// Why somebody is followed no further.
enum Stop {
    Round(Round),
    /// It hangs on this atomic condition, of which nothing is supposed yet.
    Asks(String),
}

/// What has settled: the text of an atomic condition, and whether it holds.
type Settled = BTreeMap<String, bool>;

/// A move that somebody made.
#[derive(Clone)]
struct Step {
    to: Stage,
    path: Vec<String>,
    /// Whether a condition of it asks how long they stood there.
    turns: bool,
}

/// What moves people, and the times in a stage at which that can turn.
struct Rules<'d> {
    definition: &'d Definition,
    thresholds: Vec<Span>,
}

/// Where somebody stands, and for how long.
#[derive(Clone, Copy)]
struct At<'s> {
    stage: Stage,
    dwell: Span,
    settled: &'s Settled,
}

impl<'d> Rules<'d> {
    fn of(definition: &'d Definition) -> Rules<'d> {
        let mut thresholds = BTreeSet::new();
        let exits = [&definition.recycled, &definition.disqualified];
        for rule in &definition.stages {
            lengths(&rule.enter, &mut thresholds);
            rule.gate.iter().for_each(|gate| lengths(gate, &mut thresholds));
            rule.leave.iter().for_each(|leave| lengths(&leave.when, &mut thresholds));
        }
        for exit in exits {
            exit.enter.iter().for_each(|(condition, _)| lengths(condition, &mut thresholds));
            exit.wake.iter().for_each(|wake| lengths(wake, &mut thresholds));
        }
        Rules { definition, thresholds: thresholds.into_iter().collect() }
    }

    /// Follows somebody who came to a stage just now, until nothing moves them any more.
    fn follow(&self, stage: Stage, settled: &Settled) -> Result<(), Stop> {
        let (mut at, mut now) = (At { stage, dwell: Span(0), settled }, Span(0));
        // When they came to stand somewhere, and the moves that they had made by then.
        let mut came: Vec<(Stage, Span, usize)> = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        for _ in 0..MOMENTS_MAX {
            let made = self.moves(at)?;
            if let Some(last) = made.last() {
                at = At { stage: last.to, dwell: Span(0), ..at };
                steps.extend(made);
                if let Some((stage, then, before)) =
                    came.iter().find(|(stage, ..)| *stage == at.stage)
                {
                    let round = steps.get(*before..).unwrap_or(&[]);
                    let every = Span(now.0 - then.0);
                    if every < ROUND_MIN {
                        let turning = round.iter().find(|step| step.turns).or(round.first());
                        let path = turning.map(|step| step.path.clone()).unwrap_or_default();
                        let stages = std::iter::once(*stage).chain(round.iter().map(|s| s.to));
                        return Err(Stop::Round(Round { every, stages: stages.collect(), path }));
                    }
                    return Ok(());
                }
                came.push((at.stage, now, steps.len()));
            }
            let Some(next) = self.thresholds.iter().find(|next| **next > at.dwell) else { break };
            now = Span(now.0 + next.0 - at.dwell.0);
            at.dwell = *next;
        }
        Ok(())
    }

    /// The moves of one moment; no stage is entered twice.
    fn moves(&self, mut at: At<'_>) -> Result<Vec<Step>, Stop> {
        let mut visited = vec![at.stage];
        let mut made = Vec::new();
        while let Some(step) = self.next(at, &visited)? {
            at = At { stage: step.to, dwell: Span(0), ..at };
            visited.push(step.to);
            made.push(step);
        }
        Ok(made)
    }

    fn next(&self, at: At<'_>, visited: &[Stage]) -> Result<Option<Step>, Stop> {
        let exits = [(Stage::Disqualified, "disqualified"), (Stage::Recycled, "recycled")];
        if !matches!(at.stage, Stage::Customer | Stage::Disqualified) {
            for (condition, _) in &self.definition.disqualified.enter {
                if at.holds(condition)? {
                    let path = path(["exits", "disqualified", "enter"]);
                    let step = Step { to: Stage::Disqualified, path, turns: asks(condition) };
                    if !visited.contains(&step.to) {
                        return Ok(Some(step));
                    }
                    break;
                }
            }
        }
        let exit = exits.iter().find(|(exit, _)| *exit == at.stage).map(|(_, name)| *name);
        let wake = match at.stage {
            Stage::Recycled => self.definition.recycled.wake.as_ref(),
            Stage::Disqualified => self.definition.disqualified.wake.as_ref(),
            _ => None,
        };
        for rule in self.definition.stages.iter().rev() {
            let climbs = exit.is_some() || rule.stage > at.stage;
            if !climbs || visited.contains(&rule.stage) || !self.enters(rule.stage, at)? {
                continue;
            }
            let to = rule.stage;
            let enter =
                Step { to, path: path(["stages", to.as_str(), "enter"]), turns: asks(&rule.enter) };
            match (exit, wake) {
                (Some(exit), Some(wake)) if to != Stage::Customer => {
                    if at.holds(wake)? {
                        let wakes = Step { to, path: path(["exits", exit, "wake"]), turns: true };
                        return Ok(Some(if asks(wake) { wakes } else { enter }));
                    }
                }
                (Some(_), None) if to != Stage::Customer => {}
                _ => return Ok(Some(enter)),
            }
        }
        let leave = self.definition.stage(at.stage).map_or(&[][..], |rule| &rule.leave);
        for leave in leave {
            if !visited.contains(&leave.to)
                && at.holds(&leave.when)?
                && self.may_stand(leave.to, at)?
            {
                let path = path(["stages", at.stage.as_str(), "leave"]);
                return Ok(Some(Step { to: leave.to, path, turns: asks(&leave.when) }));
            }
        }
        Ok(None)
    }

    /// Whether a stage would be entered, and not be left at once.
    fn enters(&self, to: Stage, at: At<'_>) -> Result<bool, Stop> {
        let Some(rule) = self.definition.stage(to) else { return Ok(false) };
        if !at.holds(&rule.enter)? || !self.may_stand(to, at)? {
            return Ok(false);
        }
        let arriving = At { stage: to, dwell: Span(0), ..at };
        for leave in &rule.leave {
            if arriving.holds(&leave.when)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn may_stand(&self, to: Stage, at: At<'_>) -> Result<bool, Stop> {
        match self.definition.stage(to).and_then(|rule| rule.gate.as_ref()) {
            Some(gate) => at.holds(gate),
            None => Ok(true),
        }
    }
}

fn path(parts: [&str; 3]) -> Vec<String> {
    parts.map(str::to_owned).to_vec()
}

/// Whether the time in a stage is compared with something in a condition.
fn asks(condition: &Condition) -> bool {
    let mut asks = false;
    condition.terms(&mut |term| asks |= matches!(term, Term::Dwell));
    asks
}

/// The times in a stage at which a condition may turn.
fn lengths(condition: &Condition, found: &mut BTreeSet<Span>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| lengths(part, found));
        }
        Condition::Not(part) => lengths(part, found),
        _ => {
            if let Some((_, span)) = dwell(condition) {
                // At it, and once it is past.
                found.extend([span, Span(span.0 + 1)].into_iter().filter(|span| span.0 > 0));
            }
        }
    }
}

/// How the time in a stage is compared with a length, if that is what a condition does.
fn dwell(condition: &Condition) -> Option<(Op, Span)> {
    match condition {
        Condition::Compare {
            left: Term::Dwell,
            op,
            right: Term::Literal(Literal::Length(length)),
        } => Some((*op, length.span())),
        Condition::Compare {
            left: Term::Literal(Literal::Length(length)),
            op,
            right: Term::Dwell,
        } => Some((op.mirrored(), length.span())),
        _ => None,
    }
}

impl At<'_> {
    /// Whether a condition holds, as far as what has settled says.
    fn holds(&self, condition: &Condition) -> Result<bool, Stop> {
        match condition {
            Condition::All(parts) => self.each(parts, false),
            Condition::Any(parts) => self.each(parts, true),
            Condition::Not(part) => Ok(!self.holds(part)?),
            Condition::Constant(truth) => Ok(*truth),
            // What is learned in a stage is news.
            Condition::Did { window: Some(Window::Dwell), .. }
            | Condition::TwoWay { window: Some(Window::Dwell) } => Ok(false),
            Condition::OneOf { term: Term::Stage, list } => {
                let here = |item: &Literal| matches!(item, Literal::Text(word) if *word == self.stage.as_str());
                Ok(list.iter().any(here))
            }
            Condition::Compare { left, op, right } => self.compared(condition, left, *op, right),
            _ => self.settled(condition, false),
        }
    }

    /// The first part that is `wanted` decides; those that are known go first, so that little is asked.
    fn each(&self, parts: &[Condition], wanted: bool) -> Result<bool, Stop> {
        let mut asks = None;
        for part in parts {
            match self.holds(part) {
                Ok(truth) if truth == wanted => return Ok(wanted),
                Ok(_) => {}
                Err(stop) => asks = asks.or(Some(stop)),
            }
        }
        asks.map_or(Ok(!wanted), Err)
    }

    fn compared(
        &self,
        condition: &Condition,
        left: &Term,
        op: Op,
        right: &Term,
    ) -> Result<bool, Stop> {
        if let Some((op, span)) = dwell(condition) {
            return Ok(op.holds(self.dwell.cmp(&span)));
        }
        match (left, right) {
            (Term::Stage, Term::Literal(Literal::Text(word)))
            | (Term::Literal(Literal::Text(word)), Term::Stage) => {
                Ok((*word == self.stage.as_str()) == (op == Op::Equal))
            }
            (
                Term::Count { window: Some(Window::Dwell), .. },
                Term::Literal(Literal::Number(n)),
            ) => Ok(op.holds(0.0_f64.total_cmp(n))),
            // What fails here holds there, so that both are supposed as one.
            _ if matches!(op, Op::Unequal | Op::AtLeast | Op::More) => {
                let other = Condition::Compare {
                    left: left.clone(),
                    op: op.negated(),
                    right: right.clone(),
                };
                self.settled(&other, true)
            }
            _ => self.settled(condition, false),
        }
    }

    fn settled(&self, condition: &Condition, negated: bool) -> Result<bool, Stop> {
        let text = condition.to_string();
        match self.settled.get(&text) {
            Some(truth) => Ok(*truth != negated),
            None => Err(Stop::Asks(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match Definition::parse(&format!("name = \"x\"\n{text}")) {
            Ok(_) => String::new(),
            Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        }
    }

    #[test]
    fn a_round_by_time_alone_is_refused_with_its_stages() {
        let lead = |leave: &str, wake: &str| {
            told(&format!(
                "[stages.lead]\nenter = 'known(person.email)'\nleave = {{ when = '{leave}', to = \"recycled\" }}\n\
                 [exits.recycled]\nwake = '{wake}'"
            ))
        };
        let rows = [
            // What turns it, what lets them back, what is said.
            (
                "dwell() >= minutes(1)",
                "dwell() >= minutes(1)",
                "every 2 minutes: lead, recycled, lead",
            ),
            ("dwell() >= hours(1)", "true", "every 2 hours"),
            ("known(person.phone) || dwell() == hours(5)", "dwell() > hours(1)", "every 6 hours"),
            (
                "!(dwell() < minutes(5) || known(person.phone))",
                "!did(\"*\", dwell())",
                "every 10 minutes",
            ),
            ("dwell() >= hours(12) && stage == \"lead\"", "hours(12) <= dwell()", ""),
            ("dwell() >= hours(20)", "dwell() >= minutes(90)", "every 1290 minutes"),
            // Somebody waits for news.
            ("dwell() >= minutes(1)", "did(\"*\", dwell())", ""),
            ("dwell() >= minutes(1)", "two_way(dwell()) && true", ""),
            ("dwell() >= minutes(1) && count(\"email.sent\", dwell()) >= 1", "true", ""),
            ("dwell() >= minutes(1) && stage == \"prospect\"", "true", ""),
            // What has settled can't be so and otherwise.
            ("dwell() >= minutes(1) && score.fit < 60", "score.fit >= 60", ""),
            ("dwell() >= minutes(1) && company.competitor", "!company.competitor", ""),
            ("company.competitor", "!company.competitor || dwell() >= hours(30)", ""),
            // It would be left at once, so that nobody comes back.
            ("!did(\"*\", days(30))", "dwell() >= minutes(1)", ""),
            ("dwell() >= minutes(1) || !did(\"*\", dwell())", "dwell() >= minutes(1)", ""),
        ];
        for (leave, wake, words) in rows {
            let found = lead(leave, wake);
            match words {
                "" => assert_eq!(found, "", "{leave}; {wake}"),
                words => assert!(found.contains(words), "{leave}; {wake}: {found}"),
            }
        }
    }

    #[test]
    fn a_round_over_several_stages_is_found_and_placed() {
        let text = "[stages.lead]\nenter = 'true'\n\
            [stages.prospect]\nenter = 'dwell() >= minutes(2)'\n\
            leave = { when = 'dwell() >= minutes(3)', to = \"lead\" }\n";
        let found = told(text);
        assert!(found.contains("every 5 minutes"), "{found}");
        assert!(
            found.starts_with("line 6, column 1") || found.starts_with("line 5, column 1"),
            "{found}"
        );
        let out = "[stages.lead]\nenter = 'true'\n[exits.disqualified]\n\
            enter = ['dwell() >= hours(1)']\nwake = 'dwell() >= hours(1)'\n";
        let found = told(out);
        assert!(found.contains("every 2 hours: lead, disqualified, lead"), "{found}");
        assert_eq!(told(&text.replace("minutes(3)", "days(1)")), "");
    }

    #[test]
    fn many_alternatives_are_looked_at_no_longer_than_it_takes() {
        let many: Vec<String> = (0..200).map(|n| format!("known(person.custom.a{n})")).collect();
        let text = format!(
            "[stages.lead]\nenter = '{}'\nleave = {{ when = 'dwell() >= minutes(1)', to = \"recycled\" }}\n\
             [exits.recycled]\nwake = '{} && dwell() >= minutes(1)'",
            many.join(" || "),
            many.join(" && ")
        );
        assert!(told(&text).contains("every 2 minutes"));
    }
}
