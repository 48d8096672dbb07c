//! From text to a typed tree. A rule of the grammar is a function:
//!
//! ```text
//! either   = both ("||" both)*            both     = negated ("&&" negated)*
//! negated  = "!" negated | relation       relation = operand (op operand | "in" (list | operand))?
//! operand  = "(" either ")" | literal | name ("(" arguments ")")?
//! ```

mod calls;

use super::fault::Fault;
use super::lex::{Token, tokens};
use super::types::{Type, known_words, literal_type, not_comparable, type_of};
use super::{Condition, DEPTH_MAX, Literal, NODES_MAX, Of, Op, Score, TEXT_BYTES_MAX, Term};

/// What a condition is about, and the names that a definition gives; `None` takes any.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Whom or what it is about.
    pub of: Of,
    /// Criteria, their other names too.
    pub criteria: Option<Vec<String>>,
    /// Kinds.
    pub kinds: Option<Vec<String>>,
}

impl Names {
    /// The same for conditions about companies.
    #[must_use]
    pub fn of_companies(self) -> Names {
        Names { of: Of::Companies, ..self }
    }
}

const FUNCTIONS: [&str; 10] =
    ["did", "count", "since", "dwell", "met", "two_way", "known", "days", "hours", "minutes"];
/// The names and functions of conditions about companies.
const OF_COMPANIES: [&str; 12] = [
    "company", "score", "stage", "people", "somebody", "did", "count", "since", "known", "days",
    "hours", "minutes",
];
const ROOTS: [&str; 7] =
    ["person", "company", "score", "criterion", "stage", "kind", "temperature"];

pub(super) fn condition(text: &str, names: &Names) -> Result<Condition, Fault> {
    whole(text, names, false)
}

/// Reads a filter over an activity's own fields, as in `where = 'path.startsWith("/pricing")'`.
pub(crate) fn filter(text: &str) -> Result<Condition, Fault> {
    whole(text, &Names::default(), true)
}

fn whole(text: &str, names: &Names, in_filter: bool) -> Result<Condition, Fault> {
    if text.len() > TEXT_BYTES_MAX {
        let found = text.len();
        let words = format!("a condition has at most {TEXT_BYTES_MAX} bytes, this one {found}");
        return Err(Fault::at(text, 0, words));
    }
    let tokens = tokens(text)?;
    let (at, depth, nodes, of) = (0, 0, 0, names.of);
    let mut parser = Parser { text, tokens, at, names, depth, nodes, in_filter, of };
    let condition = parser.either()?.condition(&parser)?;
    match parser.peek() {
        Token::End => Ok(condition),
        _ => Err(parser.expected("&& or || or the end")),
    }
}

/// What an operand may be before it is known how it is used, with the byte where it starts.
enum Part {
    Condition(Condition),
    Term(Term, usize),
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    names: &'a Names,
    depth: usize,
    nodes: usize,
    in_filter: bool,
    /// What is read is about: within `somebody(…)` it is people.
    of: Of,
}

impl Part {
    fn condition(self, parser: &Parser<'_>) -> Result<Condition, Fault> {
        match self {
            Part::Condition(condition) => Ok(condition),
            Part::Term(Term::Literal(Literal::Bool(value)), _) => Ok(Condition::Constant(value)),
            Part::Term(term, at) => match type_of(&term) {
                Type::Any | Type::Bool => Ok(Condition::Is(term)),
                other => Err(parser.fault(
                    at,
                    format!("expected a condition, found {} on its own", other.words()),
                )),
            },
        }
    }
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn byte(&self) -> usize {
        self.tokens.get(self.at).map_or(self.text.len(), |&(_, byte)| byte)
    }

    fn next(&mut self) -> (Token, usize) {
        let found = self.tokens.get(self.at).cloned().unwrap_or((Token::End, self.text.len()));
        self.at = (self.at + 1).min(self.tokens.len().saturating_sub(1));
        found
    }

    fn fault(&self, byte: usize, words: impl Into<String>) -> Fault {
        Fault::at(self.text, byte, words)
    }

    fn expected(&self, what: &str) -> Fault {
        let found = match self.peek() {
            Token::Name(name) => name.clone(),
            Token::Number(number) => number.to_string(),
            Token::Text(text) => format!("the text {text:?}"),
            Token::Sign(sign) => (*sign).to_owned(),
            Token::End => "the end".to_owned(),
        };
        self.fault(self.byte(), format!("expected {what}, found {found}"))
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(found) if *found == sign);
        if found {
            self.at += 1;
        }
        found
    }

    fn need(&mut self, sign: &str) -> Result<(), Fault> {
        if self.eat(sign) { Ok(()) } else { Err(self.expected(sign)) }
    }

    fn node(&mut self) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            let words = format!("a condition has at most {NODES_MAX} parts");
            return Err(self.fault(self.byte(), words));
        }
        Ok(())
    }

    fn deeper<T>(&mut self, rule: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let words = format!("a condition is at most {DEPTH_MAX} levels deep");
            return Err(self.fault(self.byte(), words));
        }
        let found = rule(self);
        self.depth -= 1;
        found
    }

    fn either(&mut self) -> Result<Part, Fault> {
        let first = self.both()?;
        if !matches!(self.peek(), Token::Sign("||")) {
            return Ok(first);
        }
        let mut parts = Vec::new();
        flatten_any(first.condition(self)?, &mut parts);
        while self.eat("||") {
            self.node()?;
            let part = self.both()?.condition(self)?;
            flatten_any(part, &mut parts);
        }
        Ok(Part::Condition(Condition::Any(parts)))
    }

    fn both(&mut self) -> Result<Part, Fault> {
        let first = self.negated()?;
        if !matches!(self.peek(), Token::Sign("&&")) {
            return Ok(first);
        }
        let mut parts = Vec::new();
        flatten_all(first.condition(self)?, &mut parts);
        while self.eat("&&") {
            self.node()?;
            let part = self.negated()?.condition(self)?;
            flatten_all(part, &mut parts);
        }
        Ok(Part::Condition(Condition::All(parts)))
    }

    fn negated(&mut self) -> Result<Part, Fault> {
        if !self.eat("!") {
            return self.relation();
        }
        self.node()?;
        let start = self.at;
        let part = self.deeper(|parser| {
            if matches!(parser.peek(), Token::Sign("!")) {
                parser.negated()
            } else {
                parser.operand()
            }
        })?;
        let part = part.condition(self)?;
        if self.relation_sign().is_some() || matches!(self.peek(), Token::Name(n) if n == "in") {
            let byte = self.tokens.get(start).map_or(0, |&(_, byte)| byte);
            return Err(self.fault(byte, "expected parentheses: write !(a == b)"));
        }
        Ok(Part::Condition(Condition::Not(Box::new(part))))
    }

    fn relation_sign(&self) -> Option<Op> {
        match self.peek() {
            Token::Sign(sign) => Op::ALL.into_iter().find(|op| op.as_str() == *sign),
            _ => None,
        }
    }

    fn relation(&mut self) -> Result<Part, Fault> {
        let left = self.operand()?;
        if let Some(op) = self.relation_sign() {
            let (left, left_at) = self.term(left)?;
            self.at += 1;
            let right = self.operand()?;
            let (right, right_at) = self.term(right)?;
            self.comparable(&left, op, &right, left_at, right_at)?;
            return Ok(Part::Condition(Condition::Compare { left, op, right }));
        }
        if !matches!(self.peek(), Token::Name(name) if name == "in") {
            return Ok(left);
        }
        self.at += 1;
        let (term, at) = self.term(left)?;
        if matches!(self.peek(), Token::Sign("[")) {
            return self.one_of(term, at);
        }
        let Term::Literal(Literal::Text(item)) = term else {
            return Err(self.expected("a list like [\"a\", \"b\"]"));
        };
        let right = self.operand()?;
        let (term, at) = self.term(right)?;
        match &term {
            Term::Fact(_) | Term::Field(_) if type_of(&term) == Type::Any => {
                Ok(Part::Condition(Condition::Holds { term, item }))
            }
            _ => Err(self.fault(at, "expected a fact that holds several texts")),
        }
    }

    fn one_of(&mut self, term: Term, at: usize) -> Result<Part, Fault> {
        if matches!(term, Term::Literal(_)) {
            return Err(self.fault(at, "expected something to look up, found a value"));
        }
        self.need("[")?;
        let mut list = Vec::new();
        loop {
            let operand = self.operand()?;
            let (item, item_at) = self.term(operand)?;
            self.comparable(&term, Op::Equal, &item, at, item_at)?;
            let Term::Literal(item) = item else {
                return Err(self.fault(item_at, "expected a value: lists hold values alone"));
            };
            let first = literal_type(list.first().unwrap_or(&item));
            if first != literal_type(&item) {
                let words = format!("expected {}, like the first", first.words());
                return Err(self.fault(item_at, words));
            }
            list.push(item);
            if !self.eat(",") {
                break;
            }
        }
        self.need("]")?;
        Ok(Part::Condition(Condition::OneOf { term, list }))
    }

    fn term(&self, part: Part) -> Result<(Term, usize), Fault> {
        match part {
            Part::Term(term, at) => Ok((term, at)),
            Part::Condition(_) => Err(self.expected("&& or ||")),
        }
    }

    /// Refuses what can never be compared, and words that can never be equal.
    fn comparable(
        &self,
        left: &Term,
        op: Op,
        right: &Term,
        left_at: usize,
        right_at: usize,
    ) -> Result<(), Fault> {
        if let Some(words) = not_comparable(left, op, right) {
            return Err(self.fault(right_at, words));
        }
        self.known_word(left, right, right_at)?;
        self.known_word(right, left, left_at)
    }

    fn known_word(&self, term: &Term, word: &Term, at: usize) -> Result<(), Fault> {
        let Term::Literal(Literal::Text(word)) = word else { return Ok(()) };
        match known_words(term, self.names) {
            Some(known) if !known.contains(&word.as_str()) => {
                let words = format!("expected one of {}, found {word:?}", known.join(", "));
                Err(self.fault(at, words).near(word, known))
            }
            _ => Ok(()),
        }
    }

    fn operand(&mut self) -> Result<Part, Fault> {
        self.node()?;
        let (token, at) = self.next();
        let literal = |literal| Ok(Part::Term(Term::Literal(literal), at));
        match token {
            Token::Number(number) => literal(Literal::Number(number)),
            Token::Text(text) => literal(Literal::Text(text)),
            Token::Sign("-") => match self.next() {
                (Token::Number(number), _) => literal(Literal::Number(-number)),
                _ => Err(self.fault(at, "expected a number after -")),
            },
            Token::Sign("(") => {
                let inner = self.deeper(Self::either)?;
                self.need(")")?;
                // Terms need no parentheses, so that a tree has one text.
                Ok(Part::Condition(inner.condition(self)?))
            }
            Token::Name(name) => match name.as_str() {
                "true" => literal(Literal::Bool(true)),
                "false" => literal(Literal::Bool(false)),
                _ if matches!(self.peek(), Token::Sign("(")) => {
                    self.at += 1;
                    self.deeper(|parser| parser.call(&name, at))
                }
                _ => Ok(Part::Term(self.path(&name, at)?, at)),
            },
            Token::Sign(_) | Token::End => {
                self.at = self.at.saturating_sub(usize::from(token != Token::End));
                Err(self.expected("a condition"))
            }
        }
    }

    /// A name without arguments: a fact, a score, a field …
    fn path(&self, name: &str, at: usize) -> Result<Term, Fault> {
        if self.in_filter {
            return Ok(Term::Field(name.to_owned()));
        }
        let (root, rest) = name.split_once('.').unwrap_or((name, ""));
        if self.of == Of::Companies {
            self.of_company(name, root, rest, at)?;
        }
        match (root, rest) {
            ("person" | "company", rest) if !rest.is_empty() => Ok(Term::Fact(name.to_owned())),
            ("score", rest) if !rest.is_empty() => {
                Score::parse(rest).map(Term::Score).ok_or_else(|| {
                    let known = Score::ALL.map(Score::as_str);
                    self.fault(at, format!("there is no score {rest:?}")).near(rest, known)
                })
            }
            ("criterion", rest) if !rest.is_empty() => match &self.names.criteria {
                Some(known) if !known.iter().any(|name| name == rest) => Err(self
                    .fault(at, format!("there is no criterion {rest:?}"))
                    .near(rest, known.iter().map(String::as_str))),
                _ => Ok(Term::Criterion(rest.to_owned())),
            },
            ("stage", "") => Ok(Term::Stage),
            ("people", "") if self.of == Of::Companies => Ok(Term::People),
            ("kind", "") => Ok(Term::Kind),
            ("temperature", "") => Ok(Term::Temperature),
            ("person" | "company" | "score" | "criterion", _) => {
                Err(self.fault(at, format!("expected {root}. and a name")))
            }
            _ if FUNCTIONS.contains(&name) => {
                Err(self.fault(at, format!("expected parentheses after {name}")))
            }
            _ => Err(self
                .fault(at, format!("{name:?} is not known"))
                .near(root, ROOTS.into_iter().chain(FUNCTIONS))),
        }
    }

    /// Refuses names that make no sense for a company.
    fn of_company(&self, name: &str, root: &str, rest: &str, at: usize) -> Result<(), Fault> {
        match root {
            "company" | "stage" | "people" => Ok(()),
            "score" if rest == "intent" || Score::parse(rest).is_none() => Ok(()),
            "person" | "criterion" | "kind" | "temperature" | "score" => {
                let words = format!(
                    "{name} is asked of people, not of a company; of whoever works there write somebody(… {name} …)"
                );
                Err(self.fault(at, words))
            }
            _ if FUNCTIONS.contains(&name) || name == "somebody" => {
                Err(self.fault(at, format!("expected parentheses after {name}")))
            }
            _ => Err(self.fault(at, format!("{name:?} is not known")).near(root, OF_COMPANIES)),
        }
    }
}

fn flatten_all(part: Condition, parts: &mut Vec<Condition>) {
    match part {
        Condition::All(inner) => parts.extend(inner),
        other => parts.push(other),
    }
}

fn flatten_any(part: Condition, parts: &mut Vec<Condition>) {
    match part {
        Condition::Any(inner) => parts.extend(inner),
        other => parts.push(other),
    }
}
