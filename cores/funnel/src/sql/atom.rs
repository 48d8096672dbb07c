//! Conditions as sets of people: of whom each is true, or of whom it is false.

use super::Compiler;
use super::compare::{Typed, word};
use super::filter::{found, words};
use super::set::{Rows, Set, Source, holds};
use super::text::{Sql, sql};
use crate::condition::{Condition, Fault, Literal, Op, Score, Term};
use crate::definition::{Points, ScoreRule};
use crate::held;
use crate::standing::{Stage, Temperature};

/// Where a term stands.
#[derive(Clone, Debug)]
enum Place {
    /// Nowhere: unknown of everybody.
    Nowhere,
    /// In a fact of this key.
    Fact(i64),
    Standing,
    /// Found of each person anew.
    Found,
}

/// Rows of several tables of the same person, one after the other.
#[derive(Default)]
struct Joined {
    from: Sql,
    id: Option<Sql>,
    tests: Vec<Sql>,
}

impl Joined {
    fn join(&mut self, table: Sql, person: Sql) {
        match &self.id {
            // So SQLite reads them in this order, which is that of the first one's people.
            Some(id) => {
                self.tests.push(sql![person, " = ", id]);
                self.from = sql![&self.from, " cross join ", table];
            }
            None => (self.from, self.id) = (table, Some(person)),
        }
    }
}

impl Compiler<'_> {
    /// The people of whom a condition is true (`wanted`), or of whom it is false.
    pub(super) fn set(&self, condition: &Condition, wanted: bool) -> Result<Set, Fault> {
        let parts = |parts: &[Condition]| -> Result<Vec<Set>, Fault> {
            parts.iter().map(|part| self.set(part, wanted)).collect()
        };
        let or_others = |set: Set| if wanted { set } else { set.others() };
        Ok(match condition {
            Condition::Constant(value) => Set::constant(*value == wanted),
            Condition::All(all) if wanted => Set::both(parts(all)?),
            Condition::All(all) => Set::either(parts(all)?),
            Condition::Any(any) if wanted => Set::either(parts(any)?),
            Condition::Any(any) => Set::both(parts(any)?),
            Condition::Not(part) => self.set(part, !wanted)?,
            Condition::Compare { left, op, right } => {
                self.compared(condition, left, if wanted { *op } else { op.negated() }, right)?
            }
            Condition::OneOf { term, list } => self.one_of(condition, term, list, wanted)?,
            Condition::Holds { term, item } => {
                self.plain_text(condition, item)?;
                self.of_row(condition, term, |typed| {
                    let op = if wanted { Op::Equal } else { Op::Unequal };
                    let text = typed.text.as_ref().map(|text| sql![text, word(op), item.clone()]);
                    let items = typed.items.as_ref().map(|items| {
                        let found = found(self.ask.dialect, items, held::item(item));
                        sql![found, if wanted { " > 0" } else { " = 0" }]
                    });
                    let ways: Vec<Sql> = text.into_iter().chain(items).collect();
                    Ok((!ways.is_empty()).then(|| Sql::any(&ways)))
                })?
            }
            Condition::Text { term, test, with } => self.of_row(condition, term, |typed| {
                let Some(text) = &typed.text else { return Ok(None) };
                self.text_test(condition, text, *test, with, wanted).map(Some)
            })?,
            Condition::Is(term) => self.of_row(condition, term, |typed| {
                Ok(typed.truth.as_ref().map(|truth| sql![truth, " = ", i64::from(wanted)]))
            })?,
            Condition::Known(term) => self.known(condition, term, wanted)?,
            // Of whom it is true and of whom it is false, and then the others: truth has three values, this has two.
            Condition::Decided(part) => {
                or_others(Set::either(vec![self.set(part, true)?, self.set(part, false)?]))
            }
            Condition::Somebody(part) => self.somebody(part, wanted)?,
            Condition::Did { activities, window } => or_others(self.did(activities, *window)?),
            Condition::TwoWay { window } => or_others(self.two_way(*window)?),
        })
    }

    fn compared(&self, part: &Condition, left: &Term, op: Op, right: &Term) -> Result<Set, Fault> {
        match (left, right) {
            (Term::Literal(_), Term::Literal(_)) => Ok(Set::Nobody),
            (Term::Literal(literal), term) => self.with_literal(part, term, op.mirrored(), literal),
            (term, Term::Literal(literal)) => self.with_literal(part, term, op, literal),
            (left, right) => self.with_each_other(part, left, op, right),
        }
    }

    fn with_literal(
        &self,
        part: &Condition,
        term: &Term,
        op: Op,
        literal: &Literal,
    ) -> Result<Set, Fault> {
        if let Literal::Text(text) = literal {
            self.plain_text(part, text)?;
        }
        match (term, literal) {
            (Term::Count { activities, window }, Literal::Number(number)) => {
                self.count(activities, *window, op, *number)
            }
            (Term::Since(activities), Literal::Length(length)) => {
                self.since(activities, op, length.span().0)
            }
            (Term::Stage, Literal::Text(word)) if self.seen_people().is_some() => {
                Ok(self.company_at(op, Stage::parse(word)))
            }
            (Term::Stage, Literal::Text(word)) => Ok(self.coded(
                self.ask.schema.standing.stage,
                op,
                Stage::parse(word).map(Stage::code),
            )),
            (Term::Temperature, Literal::Text(word)) => {
                let code = if word == "none" {
                    Some(0)
                } else {
                    Temperature::parse(word).map(temperature_code)
                };
                Ok(self.coded(self.ask.schema.standing.temperature, op, code))
            }
            (Term::Score(score), Literal::Number(number)) => match self.halving(*score) {
                Some(rule) => self.halved(part, rule, op, *number),
                None => {
                    self.of_row(part, term, |typed| Ok(typed.compare(op, &self.literal(literal))))
                }
            },
            _ => self.of_row(part, term, |typed| Ok(typed.compare(op, &self.literal(literal)))),
        }
    }

    /// A word of a closed set that is stored as a number.
    fn coded(&self, column: &'static str, op: Op, code: Option<i64>) -> Set {
        let of = |filter: Option<Sql>| Set::stream(Source::Standing, filter);
        match (op, code) {
            (Op::Equal | Op::Unequal, Some(code)) => of(Some(sql!["s.", column, word(op), code])),
            (Op::Unequal, None) => of(None),
            _ => Set::Nobody,
        }
    }

    fn one_of(
        &self,
        part: &Condition,
        term: &Term,
        list: &[Literal],
        wanted: bool,
    ) -> Result<Set, Fault> {
        let op = if wanted { Op::Equal } else { Op::Unequal };
        let mut ways = Vec::new();
        for literal in list {
            ways.push(self.with_literal(part, term, op, literal)?);
        }
        Ok(if wanted { Set::either(ways) } else { Set::both(ways) })
    }

    fn known(&self, part: &Condition, term: &Term, wanted: bool) -> Result<Set, Fault> {
        let place = match term {
            Term::Score(score) if self.halving(*score).is_some() => {
                return Ok(Set::constant(wanted));
            }
            term => self.place(term),
        };
        let or_others = |set: Set| if wanted { set } else { set.others() };
        Ok(match place {
            Place::Nowhere => Set::constant(!wanted),
            Place::Fact(key) => or_others(Set::stream(Source::Fact(key), None)),
            // Of a criterion that is unknown nothing is known for sure of whoever stands nowhere yet.
            Place::Standing | Place::Found => self.of_row(part, term, |typed| {
                let known = match (&typed.number, &typed.truth) {
                    (Some((low, high)), _) if wanted => sql![low, " = ", high],
                    // Nothing is stored of the company's score of whoever works nowhere.
                    (Some((low, high)), _) => {
                        sql!["(", low, " is null or ", low, " <> ", high, ")"]
                    }
                    (_, Some(truth)) => {
                        sql![truth, if wanted { " is not null" } else { " is null" }]
                    }
                    _ => return Ok(None),
                };
                Ok(Some(known))
            })?,
        })
    }

    /// The people in whose row a test of a term is true.
    fn of_row(
        &self,
        part: &Condition,
        term: &Term,
        test: impl Fn(&Typed) -> Result<Option<Sql>, Fault>,
    ) -> Result<Set, Fault> {
        let (source, base) = match self.place(term) {
            Place::Nowhere => {
                // What is refused is refused whether or not anything was recorded.
                test(&self.fact("f."))?;
                return Ok(Set::Nobody);
            }
            Place::Fact(key) => (Source::Fact(key), None),
            Place::Standing => (Source::Standing, None),
            Place::Found => {
                let t = self.ask.schema.person;
                let (from, id) = (sql![t.table, " p"], sql!["p.", t.id]);
                let rows = Rows { from, id: id.clone(), of: None, several: false };
                (Source::Rows(rows), Some(id))
            }
        };
        let base = base.unwrap_or_default();
        let typed = self.typed(part, term, "f.", &base)?;
        let Some(tested) = test(&typed)? else { return Ok(Set::Nobody) };
        Ok(Set::stream(source, typed.guarded_alone(tested)))
    }

    fn with_each_other(
        &self,
        part: &Condition,
        left: &Term,
        op: Op,
        right: &Term,
    ) -> Result<Set, Fault> {
        let is_fact = |place: &Place| matches!(place, Place::Fact(_));
        let (a, b) = (self.place(left), self.place(right));
        if matches!((&a, &b), (Place::Nowhere, _) | (_, Place::Nowhere)) {
            return Ok(Set::Nobody);
        }
        let dated_kind = |term: &Term, other: &Place| matches!(term, Term::Kind) && is_fact(other);
        if dated_kind(left, &b) || dated_kind(right, &a) {
            return Err(self.refuse(part, "a kind cannot be compared with a fact here"));
        }
        let (f, s, p) = (self.ask.schema.fact, self.ask.schema.standing, self.ask.schema.person);
        let mut rows = Joined::default();
        for (place, name, row) in [(&a, " f", "f."), (&b, " g", "g.")] {
            if let Place::Fact(key) = place {
                rows.join(sql![f.table, name], sql![row, f.person]);
                rows.tests.push(sql![row, f.key, " = ", *key]);
                rows.tests.push(holds(row, f.from, f.until, self.ask.now.0));
            }
        }
        if matches!(a, Place::Standing) || matches!(b, Place::Standing) {
            rows.join(sql![s.table, " s"], sql!["s.", s.person]);
            rows.tests.push(sql!["s.", s.lens, " = ", self.ask.lens]);
        }
        if rows.id.is_none() {
            rows.join(sql![p.table, " p"], sql!["p.", p.id]);
        }
        let Joined { from, id, tests } = rows;
        let id = id.unwrap_or_default();
        let (a, b) = (self.typed(part, left, "f.", &id)?, self.typed(part, right, "g.", &id)?);
        let Some(compared) = a.compare(op, &b) else { return Ok(Set::Nobody) };
        // Which facts they are belongs to the source: another comparison may be of others.
        let of = (!tests.is_empty()).then(|| Sql::all(&tests));
        Ok(Set::stream(Source::Rows(Rows { from, id, of, several: false }), compared))
    }

    fn place(&self, term: &Term) -> Place {
        let fact = |key: &str| {
            self.ask.numbers.keys.get(key).map_or(Place::Nowhere, |number| Place::Fact(*number))
        };
        match term {
            Term::Fact(key) => fact(key),
            Term::Score(_) if self.ask.people.is_some() => Place::Standing,
            Term::Stage | Term::People if self.seen_people().is_some() => Place::Found,
            Term::Score(score) => match self.ask.definition.score(*score) {
                Some(_) => Place::Standing,
                None => fact(score.fact()),
            },
            Term::Criterion(name) => match self.ask.definition.criterion(name) {
                Some(_) => Place::Standing,
                None => Place::Nowhere,
            },
            Term::Stage
            | Term::People
            | Term::Kind
            | Term::Temperature
            | Term::Met(_)
            | Term::Dwell => Place::Standing,
            Term::Count { .. } | Term::Since(_) => Place::Found,
            Term::Literal(_) | Term::Field(_) => Place::Nowhere,
        }
    }

    /// A value that is written down; a text that may be a moment as well is found without an index.
    fn literal(&self, literal: &Literal) -> Typed {
        let typed = Typed::literal(literal);
        let Literal::Text(text) = literal else { return typed };
        if typed.moment.is_some() {
            return typed;
        }
        let t = self.ask.schema.fact;
        // Of several texts an index gives people in no order.
        let is_short = !self.ask.in_order && text.chars().count() <= t.exact_chars_max;
        let exact = (None, is_short.then(|| sql![text.clone()]));
        Typed { text_key: Some(sql![(t.key_of)(text)]), exact, ..typed }
    }

    /// A fact in a row of this name.
    fn fact(&self, row: &'static str) -> Typed {
        let t = self.ask.schema.fact;
        let number = sql![row, t.number];
        Typed {
            number: Some((number.clone(), number)),
            text: Some(sql![row, t.text]),
            text_key: Some(sql![row, t.text_key]),
            exact: (Some(sql![row, t.exact]), None),
            truth: Some(sql![row, t.truth]),
            moment: Some(sql![row, t.moment]),
            items: Some(sql![row, t.items]),
            reads_text: true,
            ..Typed::default()
        }
    }

    /// A term as SQL: a fact in a row of this name, what stands in the row `s`, or what is found of the
    /// person of this number.
    fn typed(
        &self,
        part: &Condition,
        term: &Term,
        row: &'static str,
        id: &Sql,
    ) -> Result<Typed, Fault> {
        let t = self.ask.schema.standing;
        Ok(match term {
            Term::Fact(_) => self.fact(row),
            // What is told of a company is kept with it.
            Term::Score(_) if self.ask.people.is_some() => {
                let column = sql!["s.", t.intent];
                Typed::number(column.clone(), column)
            }
            Term::Stage if self.seen_people().is_some() => self.company_stage(id),
            Term::People => match self.ask.schema.of_company {
                Some(table) if self.seen_people().is_none() => {
                    let column = sql!["s.", table.people];
                    Typed::number(column.clone(), column)
                }
                _ => self.company_people(id),
            },
            Term::Score(score) => match self.ask.definition.score(*score) {
                None => self.fact(row),
                Some(rule) => self.score(part, rule)?,
            },
            Term::Criterion(name) => {
                let letter = match self.ask.definition.criterion(name) {
                    Some(place) => self.letter(place),
                    None => return Ok(Typed::default()),
                };
                let truth = sql!["case ", letter, " when 't' then 1 when 'f' then 0 end"];
                Typed { guard: Some(self.guard()), ..Typed::truth(truth) }
            }
            Term::Met(names) => self.met(names),
            Term::Stage => {
                let all = Stage::ALL.iter().map(|stage| (stage.code(), stage.as_str()));
                Typed::text(words(&sql!["s.", t.stage], all, None))
            }
            Term::Temperature => {
                let all =
                    Temperature::ALL.iter().map(|word| (temperature_code(*word), word.as_str()));
                Typed::text(words(&sql!["s.", t.temperature], all, Some("none")))
            }
            Term::Kind => Typed::text(sql!["coalesce(s.", t.kind, ", 'none')"]),
            Term::Dwell => Typed::length(sql!["(", self.ask.now.0, " - s.", t.entered_at, ")"]),
            Term::Count { activities, window } => self.count_value(activities, *window, id)?,
            Term::Since(activities) => self.since_value(activities, id)?,
            Term::Literal(literal) => self.literal(literal),
            Term::Field(_) => Typed::default(),
        })
    }

    /// What was found by another definition says nothing of this one's criteria.
    fn guard(&self) -> Sql {
        sql!["s.", self.ask.schema.standing.version, " = ", self.ask.version]
    }

    fn letter(&self, place: usize) -> Sql {
        let place = i64::try_from(place + 1).unwrap_or(i64::MAX);
        sql!["substr(s.", self.ask.schema.standing.criteria, ", ", place, ", 1)"]
    }

    /// How many criteria are true: those that are, and those that may be.
    fn met(&self, names: &[String]) -> Typed {
        let (mut low, mut high) = (sql!["(0"], sql!["(0"]);
        for name in names {
            match self.ask.definition.criterion(name) {
                Some(place) => {
                    let letter = self.letter(place);
                    low = sql![low, " + case ", &letter, " when 't' then 1 else 0 end"];
                    high = sql![high, " + case ", letter, " when 'f' then 0 else 1 end"];
                }
                None => high = sql![high, " + 1"],
            }
        }
        let number = Typed::number(sql![low, ")"], sql![high, ")"]);
        Typed { guard: Some(self.guard()), ..number }
    }

    /// A score that the definition counts.
    fn score(&self, part: &Condition, rule: &ScoreRule) -> Result<Typed, Fault> {
        let t = self.ask.schema.standing;
        let refuse = |why: &str| {
            let words = format!("score.{} {why}", rule.score.as_str());
            Err(self.refuse(part, words))
        };
        if rule.of_company {
            // As it was last told: it crosses no number that the definition names without being told.
            let column = sql!["s.", t.intent];
            return Ok(Typed::number(column.clone(), column));
        }
        let has =
            |on: bool| rule.points.iter().any(|points| matches!(points, Points::On { .. }) == on);
        if rule.half_life.is_some() && has(true) {
            return refuse(
                "halves with time: it can be compared with a number that is not negative, by < <= > >=",
            );
        }
        let exactly = |column: &'static str| {
            let column = sql!["s.", column];
            Typed::number(column.clone(), column)
        };
        Ok(match rule.score {
            Score::Fit => Typed::number(sql!["s.", t.fit_low], sql!["s.", t.fit_high]),
            _ if has(false) => {
                return refuse(
                    "hangs on conditions in this definition, and only what is sure of it is stored",
                );
            }
            Score::Engagement => exactly(t.engagement),
            Score::Intent => exactly(t.intent),
            Score::Likelihood => exactly(t.likelihood),
        })
    }

    /// The rule of engagement, if it halves with time and is stored as it can be compared at any time.
    fn halving(&self, score: Score) -> Option<&ScoreRule> {
        if self.ask.people.is_some() {
            return None;
        }
        let rule = self.ask.definition.score(score)?;
        let only_on = rule.points.iter().all(|points| matches!(points, Points::On { .. }));
        let halves = rule.half_life.is_some() && !rule.points.is_empty();
        (score == Score::Engagement && only_on && halves).then_some(rule)
    }

    /// Those whose engagement, as it is now, compares so with a number.
    fn halved(
        &self,
        part: &Condition,
        rule: &ScoreRule,
        op: Op,
        number: f64,
    ) -> Result<Set, Fault> {
        let t = self.ask.schema.standing;
        let is_equality = matches!(op, Op::Equal | Op::Unequal);
        let number = number + 0.0;
        let is_zero = number.total_cmp(&0.0).is_eq();
        if number < 0.0 || is_equality && !is_zero {
            let words = "score.engagement halves with time: it can be compared with a number that is not negative, by < <= > >=";
            return Err(self.refuse(part, words));
        }
        let test = if is_zero {
            sql!["s.", t.engagement, word(op), number]
        } else {
            let key = (t.key_of)(number, self.ask.now, rule.half_life.map(|half| half.0));
            sql!["s.", t.engagement_key, word(op), key]
        };
        Ok(Set::stream(Source::Standing, Sql::all(&[self.guard(), test])))
    }
}

fn temperature_code(temperature: Temperature) -> i64 {
    3 - temperature.code()
}
