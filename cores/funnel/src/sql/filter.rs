//! Filters over an activity's own fields, of a row `a` of the log.

use super::activity::starts;
use super::compare::{Typed, word};
use super::text::{Sql, sql};
use super::{Compiler, Dialect};
use crate::condition::{Condition, Fault, Literal, Op, Term, TextTest};
use crate::history::{Agent, Channel, Direction};

/// An expression that is never true.
fn never() -> Sql {
    sql!["1 = 0"]
}

fn always(holds: bool) -> Sql {
    if holds { sql!["1 = 1"] } else { never() }
}

impl Compiler<'_> {
    /// Where a filter is true, or where it is false; neither where it is unknown.
    pub(super) fn filter(&self, filter: &Condition, wanted: bool) -> Result<Sql, Fault> {
        let parts = |parts: &[Condition]| -> Result<Vec<Sql>, Fault> {
            parts.iter().map(|part| self.filter(part, wanted)).collect()
        };
        Ok(match filter {
            Condition::Constant(value) => always(*value == wanted),
            Condition::All(all) if wanted => Sql::all(&parts(all)?),
            Condition::All(all) => Sql::any(&parts(all)?),
            Condition::Any(any) if wanted => Sql::any(&parts(any)?),
            Condition::Any(any) => Sql::all(&parts(any)?),
            Condition::Not(part) => self.filter(part, !wanted)?,
            Condition::Compare { left, op, right } => {
                let op = if wanted { *op } else { op.negated() };
                self.fields_compared(filter, left, op, right)?
            }
            Condition::OneOf { term, list } => {
                let field = self.field(filter, term)?;
                let op = if wanted { Op::Equal } else { Op::Unequal };
                let mut ways = Vec::new();
                for literal in list {
                    ways.push(self.field_compared(filter, &field, op, literal)?);
                }
                if wanted { Sql::any(&ways) } else { Sql::all(&ways) }
            }
            Condition::Holds { term, item } => {
                self.plain_text(filter, item)?;
                let Field { typed, holds, .. } = self.field(filter, term)?;
                let op = if wanted { Op::Equal } else { Op::Unequal };
                let text = typed.text.map(|text| sql![text, word(op), item.clone()]);
                let holds = holds.map(|holds| holds(item, wanted));
                Sql::any(&[text, holds].into_iter().flatten().collect::<Vec<_>>())
            }
            Condition::Text { term, test, with } => {
                let typed = self.field(filter, term)?.typed;
                match typed.text {
                    Some(text) => self.text_test(filter, &text, *test, with, wanted)?,
                    None => never(),
                }
            }
            Condition::Is(term) => match self.field(filter, term)?.typed.truth {
                Some(truth) => sql![truth, " = ", i64::from(wanted)],
                None => never(),
            },
            Condition::Known(term) => {
                let known = self.field(filter, term)?.known;
                if wanted { known } else { sql!["not (", known, ")"] }
            }
            Condition::Did { .. }
            | Condition::TwoWay { .. }
            | Condition::Decided(_)
            | Condition::Somebody(_) => {
                return Err(self.refuse(filter, "a filter asks of the activity's own fields only"));
            }
        })
    }

    fn fields_compared(
        &self,
        part: &Condition,
        left: &Term,
        op: Op,
        right: &Term,
    ) -> Result<Sql, Fault> {
        match (left, right) {
            (left, Term::Literal(literal)) => {
                self.field_compared(part, &self.field(part, left)?, op, literal)
            }
            (Term::Literal(literal), right) => {
                self.field_compared(part, &self.field(part, right)?, op.mirrored(), literal)
            }
            (left, right) => {
                let (left, right) = (self.field(part, left)?, self.field(part, right)?);
                if left.is_property || right.is_property {
                    let words = "two fields of an activity cannot be compared with each other here";
                    return Err(self.refuse(part, words));
                }
                Ok(left.typed.compare(op, &right.typed).unwrap_or_else(never))
            }
        }
    }

    fn field_compared(
        &self,
        part: &Condition,
        field: &Field,
        op: Op,
        literal: &Literal,
    ) -> Result<Sql, Fault> {
        if let Literal::Text(text) = literal {
            self.plain_text(part, text)?;
        }
        if matches!(literal, Literal::Date(_)) && field.is_property {
            let words =
                "a field of an activity cannot be compared with a date here, for it may be a text";
            return Err(self.refuse(part, words));
        }
        Ok(field.typed.compare(op, &Typed::literal(literal)).unwrap_or_else(never))
    }

    /// A field of the activity, of each type that it can have.
    fn field(&self, part: &Condition, term: &Term) -> Result<Field, Fault> {
        let t = self.ask.schema.activity;
        let Term::Field(name) = term else {
            return Err(self.refuse(part, "a filter asks of the activity's own fields only"));
        };
        let column =
            |typed: Typed, known: Sql| Field { typed, known, is_property: false, holds: None };
        let text = |text: Sql| column(Typed::text(text.clone()), sql![text, " is not null"]);
        Ok(match name.as_str() {
            "kind" => text(sql!["a.", t.kind]),
            "campaign" => text(sql!["a.", t.campaign]),
            "channel" => {
                let all = Channel::ALL.iter().map(|word| (word.code(), word.as_str()));
                text(words(&sql!["a.", t.channel], all, None))
            }
            "direction" => {
                let all = Direction::ALL.iter().map(|word| (word.code(), word.as_str()));
                text(words(&sql!["a.", t.direction], all, None))
            }
            "agent" => {
                let all = Agent::ALL.iter().map(|word| (word.code(), word.as_str()));
                let other = Some(Agent::Unsure.as_str());
                text(words(&sql!["a.", t.agent], all, other))
            }
            name => property(self.ask.dialect, &sql!["a.", t.properties], name),
        })
    }

    /// Where a test of a text is true, or where it is false.
    pub(super) fn text_test(
        &self,
        part: &Condition,
        text: &Sql,
        test: TextTest,
        with: &str,
        wanted: bool,
    ) -> Result<Sql, Fault> {
        self.plain_text(part, with)?;
        Ok(match test {
            TextTest::Starts if wanted => starts(text, with),
            TextTest::Starts => sql!["not (", starts(text, with), ")"],
            TextTest::Contains => {
                let found = found(self.ask.dialect, text, with.to_owned());
                sql![found, if wanted { " > 0" } else { " = 0" }]
            }
            TextTest::Matches => {
                let words = "matches() cannot be asked of everybody at once: the databases read patterns differently; use startsWith() or contains()";
                return Err(self.refuse(part, words));
            }
        })
    }

    /// Refuses a text that no column holds as it is.
    pub(super) fn plain_text(&self, part: &Condition, text: &str) -> Result<(), Fault> {
        if text.contains('\0') {
            return Err(self.refuse(part, "a text with a NUL in it is stored nowhere"));
        }
        Ok(())
    }
}

/// Where a text stands in another, from 1; 0 if nowhere.
pub(super) fn found(dialect: Dialect, text: &Sql, part: String) -> Sql {
    let function = match dialect {
        Dialect::Sqlite => "instr(",
        Dialect::Postgres => "strpos(",
    };
    sql![function, text, ", ", part, ")"]
}

/// The word that a code stands for.
pub(super) fn words(
    code: &Sql,
    all: impl Iterator<Item = (i64, &'static str)>,
    other: Option<&'static str>,
) -> Sql {
    let mut whole = sql!["case ", code];
    for (code, word) in all {
        whole = sql![whole, " when ", code, " then ", text(word)];
    }
    match other {
        Some(word) => sql![whole, " else ", text(word), " end"],
        None => sql![whole, " end"],
    }
}

fn text(word: &str) -> Sql {
    sql!["cast(", word.to_owned(), " as text)"]
}

struct Field {
    typed: Typed,
    /// Where it is known; never null.
    known: Sql,
    is_property: bool,
    /// Where it holds an item among several, or where it is several and does not.
    holds: Option<Holds>,
}

type Holds = Box<dyn Fn(&str, bool) -> Sql>;

/// A property in a column of JSON, of each type that it can have.
fn property(dialect: Dialect, column: &Sql, name: &str) -> Field {
    let json = Json { dialect, column: column.clone(), name: name.to_owned() };
    let as_type =
        |kind: Kind, value: Sql| sql!["case when ", json.is(kind), " then ", value, " end"];
    let number = as_type(Kind::Number, json.number());
    // What does not say that it went to many went to one.
    let truth = if name == "bulk" {
        sql![
            "case when ",
            json.is_absent(),
            " then 0 when ",
            json.is(Kind::Truth),
            " then ",
            json.truth(),
            " end"
        ]
    } else {
        as_type(Kind::Truth, json.truth())
    };
    let typed = Typed {
        number: Some((number.clone(), number)),
        text: Some(as_type(Kind::Text, json.text())),
        truth: Some(truth),
        moment: Some(as_type(Kind::Moment, json.moment())),
        reads_text: true,
        ..Typed::default()
    };
    let known = if name == "bulk" {
        sql!["(", json.is_absent(), " or not ", json.is(Kind::Null), ")"]
    } else {
        sql!["not (", json.is_absent(), " or ", json.is(Kind::Null), ")"]
    };
    let holds = move |item: &str, wanted: bool| {
        let found = json.holds(item);
        let found = if wanted { found } else { sql!["not ", found] };
        sql!["case when ", json.is(Kind::Items), " then ", found, " else 1 = 0 end"]
    };
    Field { typed, known, is_property: true, holds: Some(Box::new(holds)) }
}

#[derive(Clone, Copy)]
enum Kind {
    Null,
    Truth,
    Number,
    Text,
    Moment,
    Items,
}

/// A named value in a column of JSON.
struct Json {
    dialect: Dialect,
    column: Sql,
    name: String,
}

impl Json {
    /// SQLite's path to it. Names in conditions are letters, digits, dots and lines.
    fn path(&self, end: &str) -> String {
        format!("$.\"{}\"{end}", self.name)
    }

    fn value(&self) -> Sql {
        sql!["(cast(", &self.column, " as json) -> cast(", self.name.clone(), " as text))"]
    }

    fn type_name(&self) -> Sql {
        match self.dialect {
            Dialect::Sqlite => sql!["json_type(", &self.column, ", ", self.path(""), ")"],
            Dialect::Postgres => sql!["json_typeof(", self.value(), ")"],
        }
    }

    /// Whether it is of a type; false, not unknown, if there is none.
    fn is(&self, kind: Kind) -> Sql {
        let names = match (kind, self.dialect) {
            (Kind::Null, _) => "('null')",
            (Kind::Truth, Dialect::Sqlite) => "('true', 'false')",
            (Kind::Truth, Dialect::Postgres) => "('boolean')",
            (Kind::Number, Dialect::Sqlite) => "('integer', 'real')",
            (Kind::Number, Dialect::Postgres) => "('number')",
            (Kind::Text, Dialect::Sqlite) => "('text')",
            (Kind::Text, Dialect::Postgres) => "('string')",
            (Kind::Moment, _) => "('object')",
            (Kind::Items, _) => "('array')",
        };
        sql!["coalesce(", self.type_name(), ", 'absent') in ", names]
    }

    fn is_absent(&self) -> Sql {
        sql![self.type_name(), " is null"]
    }

    fn text(&self) -> Sql {
        match self.dialect {
            Dialect::Sqlite => sql!["json_extract(", &self.column, ", ", self.path(""), ")"],
            Dialect::Postgres => {
                sql!["(cast(", &self.column, " as json) ->> cast(", self.name.clone(), " as text))"]
            }
        }
    }

    fn number(&self) -> Sql {
        sql!["cast(", self.text(), " as double precision)"]
    }

    fn truth(&self) -> Sql {
        match self.dialect {
            Dialect::Sqlite => self.text(),
            Dialect::Postgres => sql!["case when ", self.text(), " = 'true' then 1 else 0 end"],
        }
    }

    fn moment(&self) -> Sql {
        match self.dialect {
            Dialect::Sqlite => sql!["json_extract(", &self.column, ", ", self.path(".t"), ")"],
            Dialect::Postgres => sql!["cast(", self.value(), " ->> 't' as bigint)"],
        }
    }

    fn holds(&self, item: &str) -> Sql {
        let item = item.to_owned();
        match self.dialect {
            Dialect::Sqlite => sql![
                "exists (select 1 from json_each(",
                &self.column,
                ", ",
                self.path(""),
                ") e where e.value = ",
                item,
                ")"
            ],
            Dialect::Postgres => sql![
                "exists (select 1 from json_array_elements_text(case when json_typeof(",
                self.value(),
                ") = 'array' then ",
                self.value(),
                " else '[]' end) e(value) where e.value = ",
                item,
                ")"
            ],
        }
    }
}
