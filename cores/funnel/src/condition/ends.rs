//! What a term can be for anybody of whom a condition is true: so that a list in the order of that term begins and ends
//! where the first and the last of them can stand.

use std::collections::BTreeSet;

use super::{Condition, Literal, Op, Term};
use crate::standing::Stage;

impl Condition {
    /// The stages at one of which everybody stands of whom this is true; nothing where it may be any.
    pub fn stages(&self) -> Option<BTreeSet<Stage>> {
        let words = self.texts(&Term::Stage)?;
        Some(words.into_iter().filter_map(Stage::parse).collect())
    }

    /// The texts one of which a term is for everybody of whom this is true; nothing where it may be any.
    pub fn texts(&self, term: &Term) -> Option<BTreeSet<&str>> {
        match self {
            Condition::Compare { left: of, op: Op::Equal, right: Term::Literal(word) }
            | Condition::Compare { left: Term::Literal(word), op: Op::Equal, right: of }
                if of == term =>
            {
                Some(text(word).into_iter().collect())
            }
            Condition::OneOf { term: of, list } if of == term => {
                Some(list.iter().filter_map(text).collect())
            }
            Condition::All(parts) => parts
                .iter()
                .filter_map(|part| part.texts(term))
                .reduce(|a, b| a.intersection(&b).copied().collect()),
            Condition::Any(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(|part| part.texts(term)).collect();
                all.map(|all| all.into_iter().flatten().collect())
            }
            _ => None,
        }
    }

    /// The least and the greatest number that a term is for anybody of whom this is true; an end that is open is nothing.
    pub fn ends(&self, term: &Term) -> (Option<f64>, Option<f64>) {
        let between = |op: Op, number: f64| match op {
            Op::Equal => (Some(number), Some(number)),
            Op::AtMost => (None, Some(number)),
            Op::AtLeast => (Some(number), None),
            // Many may have the very number that none of them has.
            Op::Less => (None, Some(number.next_down())),
            Op::More => (Some(number.next_up()), None),
            Op::Unequal => (None, None),
        };
        match self {
            Condition::Compare { left, op, right: Term::Literal(Literal::Number(number)) }
                if left == term =>
            {
                between(*op, *number)
            }
            Condition::Compare { left: Term::Literal(Literal::Number(number)), op, right }
                if right == term =>
            {
                between(op.mirrored(), *number)
            }
            Condition::All(parts) => {
                let ends = parts.iter().map(|part| part.ends(term));
                ends.fold((None, None), |(low, high), (other_low, other_high)| {
                    (chosen(low, other_low, f64::max), chosen(high, other_high, f64::min))
                })
            }
            Condition::Any(parts) => {
                let ends: Vec<_> = parts.iter().map(|part| part.ends(term)).collect();
                let lows: Option<Vec<f64>> = ends.iter().map(|(low, _)| *low).collect();
                let highs: Option<Vec<f64>> = ends.iter().map(|(_, high)| *high).collect();
                let low = lows.and_then(|lows| lows.into_iter().reduce(f64::min));
                (low, highs.and_then(|highs| highs.into_iter().reduce(f64::max)))
            }
            _ => (None, None),
        }
    }
}

fn text(word: &Literal) -> Option<&str> {
    match word {
        Literal::Text(text) => Some(text),
        Literal::Bool(_) | Literal::Number(_) | Literal::Length(_) | Literal::Date(_) => None,
    }
}

/// The narrower of two ends, either of which may be open.
fn chosen(a: Option<f64>, b: Option<f64>, narrower: fn(f64, f64) -> f64) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(narrower(a, b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Score;

    #[test]
    fn what_a_term_can_be_is_what_every_part_allows() {
        for (text, low, high) in [
            ("score.fit < 20", None, Some(20.0_f64.next_down())),
            ("20 < score.fit", Some(20.0_f64.next_up()), None),
            ("score.fit >= 10 && score.fit <= 30 && known(person.email)", Some(10.0), Some(30.0)),
            ("score.fit >= 10 && score.fit > 15 && score.fit == 17", Some(17.0), Some(17.0)),
            ("score.fit < 20 || score.fit <= 40", None, Some(40.0)),
            ("score.fit < 20 || known(person.email)", None, None),
            ("!(score.fit < 20)", None, None),
            ("score.fit != 20", None, None),
            ("score.engagement < 20", None, None),
        ] {
            let condition = Condition::parse(text).unwrap();
            assert_eq!(condition.ends(&Term::Score(Score::Fit)), (low, high), "{text}");
        }
    }

    #[test]
    fn a_term_is_one_of_the_texts_that_every_part_names() {
        let country = Term::Fact("person.country".to_owned());
        for (text, texts) in [
            (r#"person.country == "DE""#, Some(vec!["DE"])),
            (
                r#"person.country in ["DE", "FR"] && person.country in ["FR", "IT"]"#,
                Some(vec!["FR"]),
            ),
            (r#"person.country == "DE" || person.country == "FR""#, Some(vec!["DE", "FR"])),
            (r#"person.country == "DE" || score.fit > 3"#, None),
            (r#"person.country != "DE""#, None),
        ] {
            let condition = Condition::parse(text).unwrap();
            let found =
                condition.texts(&country).map(|found| found.into_iter().collect::<Vec<_>>());
            assert_eq!(found, texts, "{text}");
        }
    }
}
