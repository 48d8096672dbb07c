//! Fields that are formulas: in a condition one stands for the condition that it is made of.

use std::borrow::Cow;
use std::collections::HashMap;

use funnel::condition::{Condition, Literal, Names, Of, Op, Term};
use people::fields::{self, FieldRow, Kind};
use platform::db::Tx;
use platform::failure::Failure;

use super::Segment;

/// How the facts of fields that may be formulas begin.
const CUSTOM: [&str; 2] = ["person.custom.", "company.custom."];

/// A formula: its condition, and of whom it is.
pub(super) struct Formula {
    condition: Condition,
    is_of_company: bool,
}

impl Formula {
    /// Whether it may stand in a condition about people at all.
    pub(super) fn can_be_asked_of_people(&self) -> bool {
        !self.is_of_company || self.is_of_facts()
    }

    /// Whether it may stand in a condition about people as it stands in one about companies: a person's history holds
    /// the facts of where they work, and nothing else that is of the company.
    fn is_of_facts(&self) -> bool {
        let mut is_of_facts = true;
        self.condition.terms(&mut |term| {
            is_of_facts &= match term {
                Term::Fact(key) => key.starts_with("company."),
                Term::Literal(_) => true,
                _ => false,
            };
        });
        is_of_facts && asks_nothing_else(&self.condition)
    }
}

/// Whether neither what happened nor who works there is asked.
fn asks_nothing_else(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(asks_nothing_else),
        Condition::Not(part) | Condition::Decided(part) => asks_nothing_else(part),
        Condition::Did { .. } | Condition::TwoWay { .. } | Condition::Somebody(_) => false,
        _ => true,
    }
}

/// The formulas there are, over the names of a definition, by their keys. What the definition does not know any more is
/// left out, and is unknown of everybody.
///
/// # Errors
/// `Broken` when the database fails.
pub(super) fn all(tx: &mut Tx, names: &Names) -> Result<HashMap<String, Formula>, Failure> {
    let fields = fields::all(tx)?.into_iter().filter(|field| field.kind == Kind::Formula);
    let read = |field: FieldRow| {
        let is_of_company = field.is_of_company();
        let of = if is_of_company { Of::Companies } else { Of::People };
        let names = Names { of, ..names.clone() };
        let condition = Condition::parse_with(&field.formula, &names).ok()?;
        Some((field.key, Formula { condition, is_of_company }))
    };
    Ok(fields.filter_map(read).collect())
}

impl Segment {
    /// The same with the conditions of formulas in their places.
    ///
    /// # Errors
    /// `Refused` with `condition` for a formula of companies that people can't be asked.
    pub(super) fn whole(&self, tx: &mut Tx) -> Result<Cow<'_, Segment>, Failure> {
        let mut asks = false;
        self.condition.terms(&mut |term| {
            asks |= matches!(term, Term::Fact(key) if CUSTOM.iter().any(|it| key.starts_with(it)));
        });
        if !asks {
            return Ok(Cow::Borrowed(self));
        }
        let formulas = all(tx, &self.definition.names())?;
        if formulas.is_empty() {
            return Ok(Cow::Borrowed(self));
        }
        let condition = Replacing { formulas: &formulas, of: self.of };
        let condition = condition.whole(&self.condition)?;
        Ok(Cow::Owned(Segment { condition, ..self.clone() }))
    }
}

/// Puts the conditions of formulas in the places where these are asked.
#[derive(Clone, Copy)]
struct Replacing<'f> {
    formulas: &'f HashMap<String, Formula>,
    of: Of,
}

impl Replacing<'_> {
    fn whole(self, condition: &Condition) -> Result<Condition, Failure> {
        let not = |condition: Condition| Condition::Not(Box::new(condition));
        let known = |formula: Condition| Condition::Decided(Box::new(formula));
        // Unknown of whom it is unknown, as that of any fact is.
        let either = |formula: Condition| Condition::Any(vec![formula.clone(), not(formula)]);
        let replaced = match condition {
            Condition::All(parts) => Some(Condition::All(self.each(parts)?)),
            Condition::Any(parts) => Some(Condition::Any(self.each(parts)?)),
            Condition::Not(part) => Some(not(self.whole(part)?)),
            Condition::Decided(part) => Some(Condition::Decided(Box::new(self.whole(part)?))),
            Condition::Somebody(part) => {
                let of_people = Replacing { of: Of::People, ..self };
                Some(Condition::Somebody(Box::new(of_people.whole(part)?)))
            }
            Condition::Is(term) => self.term(term)?,
            Condition::Known(term) => self.term(term)?.map(known),
            Condition::Compare { left, op, right } => {
                let (term, truth) = match (left, right) {
                    (term, Term::Literal(Literal::Bool(truth)))
                    | (Term::Literal(Literal::Bool(truth)), term) => (term, *truth),
                    _ => return Ok(condition.clone()),
                };
                match (self.term(term)?, op) {
                    (Some(formula), Op::Equal) if truth => Some(formula),
                    (Some(formula), Op::Unequal) if !truth => Some(formula),
                    (Some(formula), Op::Equal | Op::Unequal) => Some(not(formula)),
                    _ => None,
                }
            }
            Condition::OneOf { term, list } => {
                let has = |truth: bool| list.contains(&Literal::Bool(truth));
                match (self.term(term)?, has(true), has(false)) {
                    (Some(formula), true, true) => Some(either(formula)),
                    (Some(formula), true, false) => Some(formula),
                    (Some(formula), false, true) => Some(not(formula)),
                    _ => None,
                }
            }
            Condition::Constant(_)
            | Condition::Holds { .. }
            | Condition::Text { .. }
            | Condition::Did { .. }
            | Condition::TwoWay { .. } => None,
        };
        Ok(replaced.unwrap_or_else(|| condition.clone()))
    }

    fn each(self, parts: &[Condition]) -> Result<Vec<Condition>, Failure> {
        parts.iter().map(|part| self.whole(part)).collect()
    }

    /// What stands for a term, if it is a formula.
    fn term(self, term: &Term) -> Result<Option<Condition>, Failure> {
        let Term::Fact(key) = term else { return Ok(None) };
        let Some(formula) = self.formulas.get(key) else { return Ok(None) };
        if self.of == Of::People && !formula.can_be_asked_of_people() {
            let words = format!(
                "{key} is a formula of companies, and people can't be asked it: it asks where a company stands, who works \
                 there, or what happened. Ask it of companies, or write here what it asks of a person."
            );
            return Err(Failure::refused("condition", words));
        }
        Ok(Some(formula.condition.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formula(text: &str, of: Of) -> Formula {
        let names = Names { of, ..Names::default() };
        let condition = Condition::parse_with(text, &names).unwrap();
        Formula { condition, is_of_company: of == Of::Companies }
    }

    fn replaced(asked: &str, of: Of) -> Result<String, Failure> {
        let formulas = HashMap::from([
            ("person.custom.hot".to_owned(), formula("score.fit >= 60", Of::People)),
            ("company.custom.big".to_owned(), formula("company.employees > 50", Of::Companies)),
            ("company.custom.led".to_owned(), formula("somebody(score.fit > 1)", Of::Companies)),
        ]);
        let names = Names { of, ..Names::default() };
        let condition = Condition::parse_with(asked, &names).unwrap();
        Ok(Replacing { formulas: &formulas, of }.whole(&condition)?.to_string())
    }

    #[test]
    fn a_formula_stands_for_its_condition() {
        for (asked, whole) in [
            ("person.custom.hot", "score.fit >= 60"),
            (
                "!person.custom.hot && known(person.email)",
                "!(score.fit >= 60) && known(person.email)",
            ),
            ("person.custom.hot == false", "!(score.fit >= 60)"),
            ("false == person.custom.hot", "!(score.fit >= 60)"),
            (
                "person.custom.hot != false || stage == \"lead\"",
                "score.fit >= 60 || stage == \"lead\"",
            ),
            ("known(person.custom.hot)", "known(score.fit >= 60)"),
            ("!known(person.custom.hot)", "!known(score.fit >= 60)"),
            ("known(!person.custom.hot)", "known(!(score.fit >= 60))"),
            ("person.custom.hot in [true, false]", "score.fit >= 60 || !(score.fit >= 60)"),
            ("person.custom.hot in [true]", "score.fit >= 60"),
            ("person.custom.other", "person.custom.other"),
            ("company.custom.big && score.fit > 1", "company.employees > 50 && score.fit > 1"),
        ] {
            assert_eq!(replaced(asked, Of::People).unwrap(), whole, "{asked}");
        }
        for (asked, whole) in [
            ("company.custom.led && people > 1", "somebody(score.fit > 1) && people > 1"),
            ("!company.custom.big", "!(company.employees > 50)"),
            ("somebody(person.custom.hot)", "somebody(score.fit >= 60)"),
            ("somebody(company.custom.big)", "somebody(company.employees > 50)"),
        ] {
            assert_eq!(replaced(asked, Of::Companies).unwrap(), whole, "{asked}");
        }
    }

    #[test]
    fn what_people_can_not_be_asked_is_refused_with_the_reason() {
        for (asked, of) in [
            ("company.custom.led", Of::People),
            ("!known(company.custom.led)", Of::People),
            ("people > 1 && somebody(company.custom.led)", Of::Companies),
        ] {
            let refused = replaced(asked, of).unwrap_err().to_string();
            assert!(refused.contains("people can't be asked it"), "{asked}: {refused}");
        }
    }
}
