//! What changed between two definitions, in English, part by part.

use serde::{Deserialize, Serialize};

use super::said::{Said, Word, around, conjuncts, plain, text};
use super::{Definition, ExitRule, Points, ScoreRule, StageRule};
use crate::condition::Condition;

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
    /// Whether it goes on with what the piece before it says, rather than to stand beside it: of a condition in which
    /// one number changes all others stay.
    #[serde(default)]
    pub goes_on: bool,
}

impl Piece {
    /// What stands between a piece and the one before it: nothing, a space, or `apart` from what goes before.
    pub fn gap<'a>(&self, before: Option<&Piece>, apart: &'a str) -> &'a str {
        match before {
            None => "",
            Some(_) if !self.goes_on => apart,
            Some(before) if before.words.ends_with('(') || self.words.starts_with(')') => "",
            Some(_) => " ",
        }
    }
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
type Pieces = Vec<Said>;

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

/// Old and new pieces beside each other: those that go stand where they stood, and of those that say almost what an
/// old one said only what differs is new.
fn pieces(old: &[Said], new: &[Said]) -> Vec<Piece> {
    let goes = |at: usize| !new.contains(&old[at]);
    let mut altered: Vec<Option<usize>> = Vec::new();
    for said in new {
        let free = (0..old.len()).filter(|at| goes(*at) && !altered.contains(&Some(*at)));
        let alike = free.map(|at| (alike(&old[at], said), at)).filter(|(alike, _)| *alike > 0);
        let most = alike.max_by_key(|&(alike, at)| (alike, std::cmp::Reverse(at)));
        altered.push(most.map(|(_, at)| at).filter(|_| !old.contains(said)));
    }
    let mut found = Vec::new();
    let mut rest = (0..old.len()).filter(|at| !altered.contains(&Some(*at))).peekable();
    for (said, altered) in new.iter().zip(&altered) {
        if old.contains(said) {
            while let Some(gone) = rest.next_if(|&at| old[at] != *said && goes(at)) {
                found.push(piece(Mark::Gone, &old[gone]));
            }
            rest.next_if(|&at| old[at] == *said);
            found.push(piece(Mark::Kept, said));
        } else if let Some(before) = altered {
            found.extend(inside(&old[*before], said));
        } else {
            found.push(piece(Mark::New, said));
        }
    }
    found.extend(rest.filter(|&at| goes(at)).map(|at| piece(Mark::Gone, &old[at])));
    if found.iter().all(|piece| piece.mark == Mark::Kept) {
        // The same pieces in another order.
        found = old.iter().map(|said| piece(Mark::Gone, said)).collect();
        found.extend(new.iter().map(|said| piece(Mark::New, said)));
    }
    found
}

fn piece(mark: Mark, said: &[Word]) -> Piece {
    Piece { mark, words: text(said), goes_on: false }
}

/// How many things both ask for; none unless both ask for several, for what is one thing changes as a whole.
fn alike(old: &[Word], new: &[Word]) -> usize {
    let asked = |said: &[Word]| said.iter().filter(|word| word.asks).count();
    if asked(old) < 2 || asked(new) < 2 {
        return 0;
    }
    old.iter().filter(|word| word.asks && new.contains(word)).count()
}

/// What stays, goes and is new of two that are alike, in an order in which both can be read: a longest common
/// subsequence (D. S. Hirschberg, Communications of the ACM 18 (1975), 341–343, gives the recurrence).
fn inside(old: &[Word], new: &[Word]) -> Vec<Piece> {
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for (i, before) in old.iter().enumerate().rev() {
        for (j, after) in new.iter().enumerate().rev() {
            let (down, right) = (longest[(i + 1) * width + j], longest[i * width + j + 1]);
            longest[i * width + j] = match before == after {
                true => longest[(i + 1) * width + j + 1] + 1,
                false => down.max(right),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut runs: Vec<(Mark, Said)> = Vec::new();
    while i < old.len() || j < new.len() {
        let mark = match (old.get(i), new.get(j)) {
            (Some(before), Some(after)) if before == after => Mark::Kept,
            (Some(_), Some(_)) if longest[(i + 1) * width + j] >= longest[i * width + j + 1] => {
                Mark::Gone
            }
            (Some(_), None) => Mark::Gone,
            _ => Mark::New,
        };
        let word = if mark == Mark::New { &new[j] } else { &old[i] };
        i += usize::from(mark != Mark::New);
        j += usize::from(mark != Mark::Gone);
        match runs.last_mut() {
            Some((last, said)) if *last == mark => said.push(word.clone()),
            _ => runs.push((mark, vec![word.clone()])),
        }
    }
    let goes_on = |(at, (mark, said)): (usize, &(Mark, Said))| Piece {
        goes_on: at > 0,
        ..piece(*mark, said)
    };
    runs.iter().enumerate().map(goes_on).collect()
}

fn parts(definition: &Definition) -> Vec<(String, Pieces)> {
    let mut found = Vec::new();
    let mut add = |name: String, pieces: Pieces| {
        if !pieces.is_empty() {
            found.push((name, pieces));
        }
    };
    for criterion in &definition.criteria {
        let asks = criterion.ask.iter().map(|ask| plain(format!("asks: {ask}")));
        let mut pieces: Pieces = asks.collect();
        if !criterion.aka.is_empty() {
            pieces.push(plain(format!("also called {}", criterion.aka.join(", "))));
        }
        let expires = criterion.expires.map(|span| format!("an answer holds {}", length(span)));
        pieces.extend(expires.map(plain));
        pieces.extend(criterion.from.iter().map(|from| around("decided by:", from, "")));
        pieces.extend(criterion.yes.iter().map(|yes| around("proved by:", yes, "")));
        if pieces.is_empty() {
            pieces.push(plain("is asked"));
        }
        add(format!("criterion {}", criterion.name), pieces);
    }
    for framework in &definition.frameworks {
        add(format!("framework {}", framework.name), vec![plain(framework.criteria.join(", "))]);
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
        let mut pieces = vec![plain(format!("looked at as number {}", place + 1))];
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
            around(&format!("to {}{reason}:", leave.to), &leave.when, "")
        })
        .collect();
    add(format!("{}, leave", rule.stage), leave);
    add(format!("{}, owner", rule.stage), rule.owner.iter().map(plain).collect());
    let accept = rule.accept_within.map(length).map(plain);
    add(format!("{}, accepted within", rule.stage), accept.into_iter().collect());
}

fn exit(name: &str, rule: &ExitRule, add: &mut impl FnMut(String, Pieces)) {
    let enter: Pieces = rule
        .enter
        .iter()
        .map(|(condition, reason)| {
            let reason = reason.as_ref().map(|reason| format!("{reason}:")).unwrap_or_default();
            around(&reason, condition, "")
        })
        .collect();
    add(format!("{name}, enter"), enter);
    let reasons = rule.reasons.iter().map(|reason| plain(reason.to_string())).collect();
    add(format!("{name}, reasons by hand"), reasons);
    add(format!("{name}, come back"), rule.wake.as_ref().map(conjuncts).unwrap_or_default());
}

fn score(rule: &ScoreRule) -> Pieces {
    let whose = rule.of_company.then(|| "counted over everybody at the company".to_owned());
    let halves = rule.half_life.map(|span| format!("halves in {}", length(span)));
    let mut pieces: Pieces = whose.into_iter().chain(halves).map(plain).collect();
    pieces.extend(rule.points.iter().map(|points| match points {
        Points::When(condition, add) => around(&format!("{add} if"), condition, ""),
        Points::On { activities, add, per_day_max } => {
            let most = per_day_max.map(|n| format!(", at most {n} a day")).unwrap_or_default();
            let did = Condition::Did { activities: activities.clone(), window: None };
            plain(format!("{add} each time one {}{most}", did.in_english()))
        }
    }));
    pieces
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
    fn of_a_group_only_what_differs_is_struck() {
        let with = |enter: &str| format!("name = \"One\"\n[stages.lead]\nenter = '{enter}'\n");
        let rows = [
            (
                "known(person.email) && (two_way() || score.engagement >= 30 || score.likelihood >= 0.3)",
                "known(person.email) && (two_way() || score.engagement >= 25 || score.likelihood >= 0.3)",
                "=email is known =(both sides have spoken or -engagement is at least 30 +engagement is at least 25 \
                 =or likelihood to buy is at least 0.3)",
                "email is known · (both sides have spoken or engagement is at least 30 engagement is at least 25 or \
                 likelihood to buy is at least 0.3)",
            ),
            (
                "two_way() || score.engagement >= 30",
                "score.engagement >= 30 || two_way() && known(person.phone)",
                "-both sides have spoken or =engagement is at least 30 +or (both sides have spoken and phone is known)",
                "both sides have spoken or engagement is at least 30 or (both sides have spoken and phone is known)",
            ),
            (
                "(two_way() || score.fit > 3) && (known(person.email) || known(person.phone))",
                "(known(person.email) || known(person.name)) && known(person.title)",
                "=(email is known or -phone is known +name is known =) +title is known -(both sides have spoken or fit is above 3)",
                "(email is known or phone is known name is known) · title is known · (both sides have spoken or fit is above 3)",
            ),
            (
                "score.fit > 3",
                "score.fit > 4",
                "+fit is above 4 -fit is above 3",
                "fit is above 4 · fit is above 3",
            ),
        ];
        for (before, after, pieces, shown) in rows {
            let (before, after) = (with(before), with(after));
            assert_eq!(told(&before, &after), [format!("lead, enter: {pieces}")]);
            let changes = definition(&before).changes(&definition(&after));
            let pieces = &changes[0].pieces;
            let mut line = String::new();
            for (at, piece) in pieces.iter().enumerate() {
                line.push_str(piece.gap(at.checked_sub(1).map(|at| &pieces[at]), " · "));
                line.push_str(&piece.words);
            }
            assert_eq!(line, shown);
        }
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
