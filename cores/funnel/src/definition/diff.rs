//! What changed between two definitions, in English, part by part.

use serde::{Deserialize, Serialize};

use super::{Definition, ExitRule, Points, ScoreRule, StageRule};
use crate::condition::{Condition, English};

/// A part of a definition that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which part: `prospect, enter` or `criterion budget`.
    pub part: String,
    /// What it says, before and after, in pieces.
    pub pieces: Vec<Piece>,
}

/// A piece of what a part says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Whether it stays, goes or is new.
    pub mark: Mark,
    /// In English.
    pub words: String,
}

/// What becomes of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// It is the same before and after.
    Kept,
    /// It is there before alone.
    Gone,
    /// It is there after alone.
    New,
}

/// What a part says, in pieces that stand beside each other.
type Pieces = Vec<String>;

impl Definition {
    /// What changes from this definition to another, in the order in which a definition is read; empty if the two
    /// say the same. What they are called, and their examples, are no part of what they say.
    pub fn changes(&self, to: &Definition) -> Vec<Change> {
        let (before, after) = (parts(self), parts(to));
        let mut names: Vec<&String> = after.iter().map(|(name, _)| name).collect();
        names.extend(
            before
                .iter()
                .map(|(name, _)| name)
                .filter(|name| !after.iter().any(|(n, _)| n == *name)),
        );
        let of = |parts: &[(String, Pieces)], wanted: &str| -> Pieces {
            let found = parts.iter().find(|(name, _)| name == wanted);
            found.map(|(_, pieces)| pieces.clone()).unwrap_or_default()
        };
        let mut changes = Vec::new();
        for name in names {
            let (old, new) = (of(&before, name), of(&after, name));
            if old != new {
                changes.push(Change { part: name.clone(), pieces: pieces(&old, &new) });
            }
        }
        changes
    }
}

/// Old and new pieces beside each other: those that go stand where they stood.
fn pieces(old: &[String], new: &[String]) -> Vec<Piece> {
    let piece = |mark: Mark, words: &String| Piece { mark, words: words.clone() };
    let mut found = Vec::new();
    let mut rest = old.iter().peekable();
    for words in new {
        if old.contains(words) {
            while let Some(gone) = rest.next_if(|gone| *gone != words && !new.contains(gone)) {
                found.push(piece(Mark::Gone, gone));
            }
            rest.next_if(|kept| *kept == words);
            found.push(piece(Mark::Kept, words));
        } else {
            found.push(piece(Mark::New, words));
        }
    }
    found.extend(rest.filter(|gone| !new.contains(gone)).map(|gone| piece(Mark::Gone, gone)));
    if found.iter().all(|piece| piece.mark == Mark::Kept) {
        // The same pieces in another order.
        found = old.iter().map(|words| piece(Mark::Gone, words)).collect();
        found.extend(new.iter().map(|words| piece(Mark::New, words)));
    }
    found
}

fn parts(definition: &Definition) -> Vec<(String, Pieces)> {
    let mut found = Vec::new();
    let mut add = |name: String, pieces: Pieces| {
        if !pieces.is_empty() {
            found.push((name, pieces));
        }
    };
    for criterion in &definition.criteria {
        let mut pieces: Pieces = criterion.ask.iter().map(|ask| format!("asks: {ask}")).collect();
        if !criterion.aka.is_empty() {
            pieces.push(format!("also called {}", criterion.aka.join(", ")));
        }
        pieces.extend(criterion.expires.map(|span| format!("an answer holds {}", length(span))));
        pieces
            .extend(criterion.from.iter().map(|from| format!("decided by: {}", from.in_english())));
        pieces.extend(criterion.yes.iter().map(|yes| format!("proved by: {}", yes.in_english())));
        if pieces.is_empty() {
            pieces.push("is asked".to_owned());
        }
        add(format!("criterion {}", criterion.name), pieces);
    }
    for framework in &definition.frameworks {
        add(format!("framework {}", framework.name), vec![framework.criteria.join(", ")]);
    }
    for rule in &definition.scores {
        add(format!("score {}", rule.score.as_str()), score(rule));
    }
    for (temperature, condition) in &definition.temperatures {
        add(temperature.as_str().to_owned(), conjuncts(condition));
    }
    for rule in &definition.stages {
        stage(rule, &mut add);
    }
    exit("recycled", &definition.recycled, &mut add);
    exit("disqualified", &definition.disqualified, &mut add);
    for (name, condition) in &definition.gates {
        add(format!("before {name}"), conjuncts(condition));
    }
    for (place, (name, condition)) in definition.kinds.iter().enumerate() {
        let mut pieces = vec![format!("looked at as number {}", place + 1)];
        pieces.extend(conjuncts(condition));
        add(format!("kind {name}"), pieces);
    }
    found
}

fn stage(rule: &StageRule, add: &mut impl FnMut(String, Pieces)) {
    add(format!("{}, enter", rule.stage), conjuncts(&rule.enter));
    if let Some(gate) = &rule.gate {
        add(format!("{}, always", rule.stage), conjuncts(gate));
    }
    let leave: Pieces = rule
        .leave
        .iter()
        .map(|leave| {
            let reason =
                leave.reason.as_ref().map(|reason| format!(", {reason}")).unwrap_or_default();
            format!("to {}{reason}: {}", leave.to, leave.when.in_english())
        })
        .collect();
    add(format!("{}, leave", rule.stage), leave);
    add(format!("{}, owner", rule.stage), rule.owner.iter().cloned().collect());
    let accept = rule.accept_within.map(length);
    add(format!("{}, accepted within", rule.stage), accept.into_iter().collect());
}

fn exit(name: &str, rule: &ExitRule, add: &mut impl FnMut(String, Pieces)) {
    let enter: Pieces = rule
        .enter
        .iter()
        .map(|(condition, reason)| {
            let reason = reason.as_ref().map(|reason| format!("{reason}: ")).unwrap_or_default();
            format!("{reason}{}", condition.in_english())
        })
        .collect();
    add(format!("{name}, enter"), enter);
    let reasons = rule.reasons.iter().map(ToString::to_string).collect();
    add(format!("{name}, reasons by hand"), reasons);
    add(format!("{name}, come back"), rule.wake.as_ref().map(conjuncts).unwrap_or_default());
}

fn score(rule: &ScoreRule) -> Pieces {
    let whose = rule.of_company.then(|| "counted over everybody at the company".to_owned());
    let halves = rule.half_life.map(|span| format!("halves in {}", length(span)));
    let mut pieces: Pieces = whose.into_iter().chain(halves).collect();
    pieces.extend(rule.points.iter().map(|points| match points {
        Points::When(condition, add) => format!("{add} if {}", condition.in_english()),
        Points::On { activities, add, per_day_max } => {
            let most = per_day_max.map(|n| format!(", at most {n} a day")).unwrap_or_default();
            let did = Condition::Did { activities: activities.clone(), window: None };
            format!("{add} each time one {}{most}", did.in_english())
        }
    }));
    pieces
}

/// What must hold, one by one.
fn conjuncts(condition: &Condition) -> Pieces {
    match condition.in_english() {
        English::All(parts) => parts
            .iter()
            .map(|part| match part {
                English::Any(_) => format!("({part})"),
                _ => part.to_string(),
            })
            .collect(),
        other => vec![other.to_string()],
    }
}

fn length(span: moment::Span) -> String {
    const HOUR_US: i64 = 3_600 * moment::SECOND_US;
    match span.0 {
        us if us % moment::DAY_US == 0 => plural(us / moment::DAY_US, "day"),
        us if us % HOUR_US == 0 => plural(us / HOUR_US, "hour"),
        us => plural(us / (60 * moment::SECOND_US), "minute"),
    }
}

fn plural(count: i64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packs;

    fn definition(text: &str) -> Definition {
        Definition::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"))
    }

    fn told(before: &str, after: &str) -> Vec<String> {
        let mark = |piece: &Piece| match piece.mark {
            Mark::Kept => format!("={}", piece.words),
            Mark::Gone => format!("-{}", piece.words),
            Mark::New => format!("+{}", piece.words),
        };
        let changes = definition(before).changes(&definition(after));
        changes
            .iter()
            .map(|change| {
                let pieces: Vec<String> = change.pieces.iter().map(mark).collect();
                format!("{}: {}", change.part, pieces.join(" "))
            })
            .collect()
    }

    #[test]
    fn what_goes_stands_where_it_stood() {
        let before = r#"
            name = "Before"
            [stages.lead]
            enter = 'known(person.email)'
            [stages.prospect]
            enter = 'known(person.email) && known(person.phone) && known(company.domain)'
            owner = "sales"
        "#;
        let after = r#"
            name = "After"
            [stages.lead]
            enter = 'known(person.email)'
            [stages.prospect]
            enter = 'known(person.email) && two_way() && known(company.domain)'
            leave = { when = 'dwell() >= days(180)', reason = "cooled" }
        "#;
        assert_eq!(
            told(before, after),
            [
                "prospect, enter: =email is known +both sides have spoken -phone is known =company domain is known",
                "prospect, leave: +to recycled, cooled: time in the stage is at least 180 days",
                "prospect, owner: -sales",
            ]
        );
    }

    #[test]
    fn every_pack_differs_from_every_other_and_from_itself_in_nothing() {
        for (a, before) in packs::ALL {
            for (b, after) in packs::ALL {
                let changes = told(before, after);
                assert_eq!(changes.is_empty(), a == b, "{a} {b} {changes:?}");
            }
        }
    }
}
