//! The functions: what stands between their parentheses, each by its own rule.

use moment::Moment;

use super::{FUNCTIONS, Parser, Part, flatten_all};
use crate::condition::fault::Fault;
use crate::condition::kinds;
use crate::condition::lex::Token;
use crate::condition::types::{Type, type_of};
use crate::condition::{
    Activities, Condition, Length, Literal, Of, PATTERN_BYTES_MAX, Term, TextTest, Unit, Window,
};

impl Parser<'_> {
    /// The condition about people of `somebody(…)`.
    fn somebody(&mut self, at: usize) -> Result<Condition, Fault> {
        if self.of != Of::Companies {
            return Err(self.fault(at, "somebody() is asked of companies, not of people"));
        }
        self.of = Of::People;
        let part = self.either().and_then(|part| part.condition(self));
        self.of = Of::Companies;
        Ok(Condition::Somebody(Box::new(part?)))
    }

    /// What is asked by `known(…)`: of a term whether it has a value, and of a condition whether that is true or false.
    fn known(&mut self) -> Result<Condition, Fault> {
        // Of an activity's fields alone.
        let part = if self.in_filter { self.operand()? } else { self.either()? };
        match part {
            Part::Condition(condition) if !self.in_filter => {
                Ok(Condition::Decided(Box::new(condition)))
            }
            part => match self.term(part)? {
                (
                    term @ (Term::Fact(_) | Term::Score(_) | Term::Criterion(_) | Term::Field(_)),
                    _,
                ) => Ok(Condition::Known(term)),
                (_, at) => {
                    Err(self.fault(at, "expected a fact, a score, a criterion or a condition"))
                }
            },
        }
    }

    /// A name with arguments; the opening parenthesis is behind us.
    pub(super) fn call(&mut self, name: &str, at: usize) -> Result<Part, Fault> {
        if let Some((path, method)) = name.rsplit_once('.') {
            return self.text_test(path, method, at);
        }
        let unit = Unit::ALL.into_iter().find(|unit| unit.as_str() == name);
        if self.in_filter && unit.is_none() && name != "date" && name != "known" {
            return Err(self.fault(at, "a filter asks of the activity's own fields only"));
        }
        if self.of == Of::Companies && matches!(name, "dwell" | "met" | "two_way") {
            let words = format!(
                "{name}() is asked of people, not of a company; of whoever works there write somebody({name}(…))"
            );
            return Err(self.fault(at, words));
        }
        if let Some(unit) = unit {
            let length = self.length(unit)?;
            self.need(")")?;
            return Ok(Part::Term(Term::Literal(Literal::Length(length)), at));
        }
        let part = match name {
            "date" => Part::Term(Term::Literal(Literal::Date(self.date()?)), at),
            "did" => {
                let (activities, window) = self.activities()?;
                Part::Condition(Condition::Did { activities, window })
            }
            "count" => {
                let (activities, window) = self.activities()?;
                Part::Term(Term::Count { activities, window }, at)
            }
            "since" => {
                let (activities, window) = self.activities()?;
                if window.is_some() {
                    return Err(self.fault(at, "since() takes no window: it says how long ago"));
                }
                Part::Term(Term::Since(activities), at)
            }
            "dwell" => Part::Term(Term::Dwell, at),
            "somebody" => Part::Condition(self.somebody(at)?),
            "two_way" => {
                let window = if matches!(self.peek(), Token::Sign(")")) {
                    None
                } else {
                    Some(self.window()?)
                };
                Part::Condition(Condition::TwoWay { window })
            }
            "met" => Part::Term(Term::Met(self.criteria()?), at),
            "known" => Part::Condition(self.known()?),
            _ => {
                return Err(self
                    .fault(at, format!("there is no function {name}()"))
                    .near(name, FUNCTIONS.into_iter().chain(["date"])));
            }
        };
        self.need(")")?;
        Ok(part)
    }

    fn text_test(&mut self, path: &str, method: &str, at: usize) -> Result<Part, Fault> {
        let Some(test) = TextTest::ALL.into_iter().find(|test| test.as_str() == method) else {
            let known = TextTest::ALL.map(TextTest::as_str);
            return Err(self.fault(at, format!("there is no test {method}()")).near(method, known));
        };
        let term = self.path(path, at)?;
        if !matches!(type_of(&term), Type::Any | Type::Text) {
            return Err(self.fault(at, format!("{path} is no text")));
        }
        let (with, with_at) = self.quoted()?;
        if test == TextTest::Matches {
            let built = regex::RegexBuilder::new(&with).size_limit(PATTERN_BYTES_MAX).build();
            if let Err(wrong) = built {
                let wrong = wrong.to_string();
                let last = wrong.lines().last().unwrap_or("it does not parse").trim();
                return Err(self.fault(with_at, format!("this pattern cannot be read: {last}")));
            }
        }
        self.need(")")?;
        Ok(Part::Condition(Condition::Text { term, test, with }))
    }

    fn quoted(&mut self) -> Result<(String, usize), Fault> {
        if !matches!(self.peek(), Token::Text(_)) {
            return Err(self.expected("a text in quotes"));
        }
        match self.next() {
            (Token::Text(text), at) => Ok((text, at)),
            (_, at) => Err(self.fault(at, "expected a text in quotes")),
        }
    }

    fn length(&mut self, unit: Unit) -> Result<Length, Fault> {
        const COUNT_MAX: f64 = 1_000_000.0;
        let at = self.byte();
        match self.next() {
            (Token::Number(n), _) if n.fract().abs() < f64::EPSILON && n <= COUNT_MAX =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "whole, 0 to 1,000,000"
                )]
                Ok(Length { count: n as u32, unit })
            }
            _ => Err(self
                .fault(at, format!("expected a whole number of {} up to 1000000", unit.as_str()))),
        }
    }

    fn date(&mut self) -> Result<Moment, Fault> {
        let (text, at) = self.quoted()?;
        format!("{text}T00:00:00Z")
            .parse()
            .ok()
            .filter(|_| text.len() == 10)
            .ok_or_else(|| self.fault(at, format!("{text:?} is no date; write it like 2026-01-31")))
    }

    fn window(&mut self) -> Result<Window, Fault> {
        let at = self.byte();
        let operand = self.operand()?;
        match self.term(operand)?.0 {
            Term::Literal(Literal::Length(length)) if length.count > 0 => Ok(Window::Last(length)),
            Term::Dwell => Ok(Window::Dwell),
            _ => Err(self.fault(at, "expected a window like days(30) or dwell()")),
        }
    }

    /// The arguments of `did`, `count` and `since`: kinds, then a window, then filters.
    fn activities(&mut self) -> Result<(Activities, Option<Window>), Fault> {
        let mut kinds = Vec::new();
        if self.eat("[") {
            loop {
                kinds.push(self.kind()?);
                if !self.eat(",") {
                    break;
                }
            }
            self.need("]")?;
        } else {
            kinds.push(self.kind()?);
        }
        let mut window = None;
        let mut filters = Vec::new();
        while self.eat(",") {
            let is_window = matches!(self.peek(), Token::Name(name)
                if name == "dwell" || Unit::ALL.iter().any(|unit| unit.as_str() == name))
                && matches!(self.tokens.get(self.at + 1), Some((Token::Sign("("), _)));
            if is_window {
                if window.is_some() || !filters.is_empty() {
                    return Err(self.expected("a filter: the window comes once, before them"));
                }
                window = Some(self.window()?);
            } else {
                self.in_filter = true;
                let filter = self.deeper(Self::either).and_then(|part| part.condition(self));
                self.in_filter = false;
                flatten_all(filter?, &mut filters);
            }
        }
        let filter = match filters.len() {
            0 => None,
            1 => filters.pop(),
            _ => Some(Condition::All(filters)),
        };
        Ok((Activities { kinds, filter: filter.map(Box::new) }, window))
    }

    fn kind(&mut self) -> Result<String, Fault> {
        self.node()?;
        if !matches!(self.peek(), Token::Text(_)) {
            return Err(self.expected("an activity like \"email.replied\""));
        }
        let (kind, at) = self.quoted()?;
        match kinds::wrong(&kind) {
            Some(words) => Err(self.fault(at, words)),
            None => Ok(kind),
        }
    }

    fn criteria(&mut self) -> Result<Vec<String>, Fault> {
        let mut names = Vec::new();
        loop {
            let operand = self.operand()?;
            match self.term(operand)? {
                (Term::Criterion(name), at) => {
                    if names.contains(&name) {
                        return Err(self.fault(at, format!("criterion.{name} is counted twice")));
                    }
                    names.push(name);
                }
                (_, at) => return Err(self.fault(at, "expected a criterion")),
            }
            if !self.eat(",") {
                return Ok(names);
            }
        }
    }
}
