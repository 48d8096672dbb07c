//! Fields that are formulas: in a condition one stands for the condition that it is made of.

use std::borrow::Cow;
use std::collections::HashMap;

use funnel::condition::{Condition, Literal, Op, Subject, Term};
use people::fields::{self, Kind};
use platform::db::Tx;
use platform::failure::Failure;

use super::Segment;

/// How the facts of fields that may be formulas begin.
const CUSTOM: [&str; 2] = ["person.custom.", "company.custom."];

impl Segment {
    /// The same with the conditions of formulas in their places.
    pub(super) fn whole(&self, tx: &mut Tx) -> Result<Cow<'_, Segment>, Failure> {
        let mut asks = false;
        self.condition.terms(&mut |term| {
            asks |= matches!(term, Term::Fact(key) if CUSTOM.iter().any(|it| key.starts_with(it)));
        });
        if !asks {
            return Ok(Cow::Borrowed(self));
        }
        let mut formulas = HashMap::new();
        for field in fields::all(tx)?.into_iter().filter(|field| field.kind == Kind::Formula) {
            let names = self.definition.names();
            let names = if field.is_of_company() { names.of_companies() } else { names };
            // What a later definition has lost is unknown of everybody.
            if let Ok(condition) = Condition::parse_with(&field.formula, &names) {
                formulas.insert(field.key, condition);
            }
        }
        if formulas.is_empty() {
            return Ok(Cow::Borrowed(self));
        }
        let condition = replaced(&self.condition, &formulas, self.subject);
        Ok(Cow::Owned(Segment { condition, ..self.clone() }))
    }
}

/// A formula of companies is none of people: of them such a fact is what somebody told.
fn replaced(
    condition: &Condition,
    formulas: &HashMap<String, Condition>,
    subject: Subject,
) -> Condition {
    let all =
        |parts: &[Condition]| parts.iter().map(|part| replaced(part, formulas, subject)).collect();
    let of = |term: &Term| match term {
        Term::Fact(key) if subject == Subject::Company || !key.starts_with("company.") => {
            formulas.get(key).cloned()
        }
        _ => None,
    };
    let not = |condition: Condition| Condition::Not(Box::new(condition));
    match condition {
        Condition::All(parts) => Condition::All(all(parts)),
        Condition::Any(parts) => Condition::Any(all(parts)),
        Condition::Not(part) => not(replaced(part, formulas, subject)),
        Condition::Somebody(part) => {
            Condition::Somebody(Box::new(replaced(part, formulas, Subject::Person)))
        }
        Condition::Is(term) => of(term).unwrap_or_else(|| condition.clone()),
        Condition::Known(term) => match of(term) {
            Some(formula) => Condition::Any(vec![formula.clone(), not(formula)]),
            None => condition.clone(),
        },
        Condition::Compare { left, op, right: Term::Literal(Literal::Bool(truth)) } => {
            match (of(left), op) {
                (Some(formula), Op::Equal) if *truth => formula,
                (Some(formula), Op::Unequal) if !*truth => formula,
                (Some(formula), Op::Equal | Op::Unequal) => not(formula),
                _ => condition.clone(),
            }
        }
        _ => condition.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_stands_for_its_condition() {
        let read = |text: &str| Condition::parse(text).unwrap();
        let formulas = HashMap::from([("person.custom.hot".to_owned(), read("score.fit >= 60"))]);
        for (asked, whole) in [
            ("person.custom.hot", "score.fit >= 60"),
            (
                "!person.custom.hot && known(person.email)",
                "!(score.fit >= 60) && known(person.email)",
            ),
            ("person.custom.hot == false", "!(score.fit >= 60)"),
            (
                "person.custom.hot != false || stage == \"lead\"",
                "score.fit >= 60 || stage == \"lead\"",
            ),
            ("known(person.custom.hot)", "score.fit >= 60 || !(score.fit >= 60)"),
            ("person.custom.other", "person.custom.other"),
        ] {
            let found = replaced(&read(asked), &formulas, Subject::Person);
            assert_eq!(found, read(whole), "{asked}");
        }
    }
}
