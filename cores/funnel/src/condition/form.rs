//! The form of a condition, for whoever builds it piece by piece: groups of rows, a row being a term, an
//! operator and a value as a person writes them, `30 days` and `logistics, food`.
//!
//! The tree is the JSON form with a row in the place of an atomic condition. Every condition has a form, and a
//! form that was not touched reads as the condition that it was made of.

use serde::{Deserialize, Serialize};

use super::json::JSON_BYTES_MAX;
use super::print::quote;
use super::{
    Activities, Condition, Fault, Length, Literal, Names, Of, Op, Term, TextTest, Unit, Window,
};

/// What a row asks when both sides have spoken is meant, with [`DID`].
pub const TALK: &str = "two_way()";
/// The operator of `did(…)` and `two_way(…)`.
pub const DID: &str = "did";
/// The operator of a row whose term is a whole condition, written as text.
pub const AS_TEXT: &str = "text";
/// A window since the present stage was entered.
pub const THIS_STAGE: &str = "this stage";

/// A condition in pieces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// All of these.
    All(Vec<Form>),
    /// Any of these.
    Any(Vec<Form>),
    /// Not this.
    Not(Box<Form>),
    /// Somebody who works there, of whom this is asked; of companies alone, and not within itself.
    Somebody(Box<Form>),
    /// An atomic condition in cells.
    Row(Row),
    /// A condition in the JSON form.
    #[serde(untagged)]
    Whole(Condition),
}

/// An atomic condition in cells, each as a person writes it; empty where it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Row {
    /// What is asked about: `score.fit`, `person.country`, or kinds of activities with commas between them.
    pub term: String,
    /// How: `==` and its like, `in`, `holds`, `startsWith` `contains` `matches`, `known`, `is`, `always`, `never`;
    /// of activities [`DID`], `count >=`, `since <` and their like; or [`AS_TEXT`].
    pub op: String,
    /// With what.
    pub value: String,
    /// How far back: `30 days`, or [`THIS_STAGE`].
    pub within: String,
    /// Which of the activities: a filter in the text form.
    #[serde(rename = "where")]
    pub filter: String,
}

/// A cell of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cell {
    /// What is asked about.
    Term,
    /// How.
    Op,
    /// With what.
    Value,
    /// How far back.
    Within,
    /// Which of the activities.
    Where,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// Which row, from 0 in the order of reading; nothing if it is the whole.
    pub row: Option<usize>,
    /// In which cell.
    pub cell: Cell,
    /// What was expected, or what is wrong, as a sentence without a full stop.
    pub words: String,
}

impl Form {
    /// Reads the JSON of a form; what its rows mean is [`Form::read`]'s to say.
    ///
    /// # Errors
    /// What is wrong with the whole, in words.
    pub fn from_json(json: &str) -> Result<Form, String> {
        if json.len() > JSON_BYTES_MAX {
            return Err(format!("a condition has at most {JSON_BYTES_MAX} bytes of JSON"));
        }
        serde_json::from_str(json).map_err(|wrong| format!("this is no condition: {wrong}"))
    }

    /// The form of a condition.
    pub fn of(condition: &Condition) -> Form {
        let all = |parts: &[Condition]| parts.iter().map(Form::of).collect();
        match condition {
            Condition::All(parts) => Form::All(all(parts)),
            Condition::Any(parts) => Form::Any(all(parts)),
            Condition::Not(part) => Form::Not(Box::new(Form::of(part))),
            Condition::Somebody(part) => Form::Somebody(Box::new(Form::of(part))),
            atom => Form::Row(Row::of(atom)),
        }
    }

    /// The condition that a form means; groups without parts are left out. `in_filter`: over an activity's own
    /// fields.
    ///
    /// # Errors
    /// What is wrong with each row, or with the whole.
    pub fn read(&self, names: &Names, in_filter: bool) -> Result<Condition, Vec<RowFault>> {
        let of_people = Names { of: Of::People, ..names.clone() };
        let mut reading =
            Reading { names, of_people: &of_people, in_filter, rows: 0, faults: Vec::new() };
        let tree = reading.part(self);
        if !reading.faults.is_empty() {
            return Err(reading.faults);
        }
        let whole = |words: String| vec![RowFault { row: None, cell: Cell::Term, words }];
        let Some(tree) = tree else {
            return Err(whole("a condition needs a part; choose what is asked".to_owned()));
        };
        let tree = tree.joined();
        match parse(&tree.to_string(), names, in_filter) {
            Ok(parsed) if parsed == tree => Ok(tree),
            Ok(_) => Err(whole("a name or value in this condition is not one".to_owned())),
            Err(fault) => Err(whole(said(&fault))),
        }
    }
}

struct Reading<'n> {
    names: &'n Names,
    /// The same for whoever works there.
    of_people: &'n Names,
    in_filter: bool,
    rows: usize,
    faults: Vec<RowFault>,
}

impl Reading<'_> {
    fn part(&mut self, form: &Form) -> Option<Condition> {
        match form {
            Form::All(parts) => self.parts(parts, Condition::All),
            Form::Any(parts) => self.parts(parts, Condition::Any),
            Form::Not(part) => Some(Condition::Not(Box::new(self.part(part)?))),
            Form::Somebody(part) => {
                if self.names.of != Of::Companies {
                    let words = "somebody who works there is asked of companies".to_owned();
                    self.faults.push(RowFault { row: None, cell: Cell::Term, words });
                    return None;
                }
                let around = std::mem::replace(&mut self.names, self.of_people);
                let part = self.part(part);
                self.names = around;
                Some(Condition::Somebody(Box::new(part?)))
            }
            Form::Whole(condition) => {
                self.rows += condition.atoms();
                Some(condition.clone())
            }
            Form::Row(row) => {
                let number = self.rows;
                self.rows += 1;
                match row.read(self.names, self.in_filter) {
                    Ok(condition) => Some(condition),
                    Err((cell, words)) => {
                        self.faults.push(RowFault { row: Some(number), cell, words });
                        None
                    }
                }
            }
        }
    }

    fn parts(
        &mut self,
        parts: &[Form],
        group: fn(Vec<Condition>) -> Condition,
    ) -> Option<Condition> {
        let mut read: Vec<Condition> = parts.iter().filter_map(|part| self.part(part)).collect();
        match read.len() {
            0 => None,
            1 => read.pop(),
            _ => Some(group(read)),
        }
    }
}

impl Row {
    /// The row of an atomic condition; one that no cells can say is its text.
    pub fn of(atom: &Condition) -> Row {
        let row = Row::in_cells(atom).filter(|row| {
            let in_filter = reads_fields(atom);
            let of_any = [Names::default(), Names::default().of_companies()];
            of_any.iter().any(|names| row.read(names, in_filter).as_ref() == Ok(atom))
        });
        row.unwrap_or_else(|| Row {
            term: atom.to_string(),
            op: AS_TEXT.to_owned(),
            ..Row::default()
        })
    }

    fn in_cells(atom: &Condition) -> Option<Row> {
        let row = |term: String, op: &str, value: String| {
            Some(Row { term, op: op.to_owned(), value, ..Row::default() })
        };
        match atom {
            Condition::All(_)
            | Condition::Any(_)
            | Condition::Not(_)
            | Condition::Decided(_)
            | Condition::Somebody(_) => None,
            Condition::Constant(value) => {
                row(String::new(), if *value { "always" } else { "never" }, String::new())
            }
            Condition::Compare { left: Term::Count { activities, window }, op, right } => {
                let op = format!("count {}", op.as_str());
                Some(Row::about(activities, *window, &op, value_shown(right)))
            }
            Condition::Compare { left: Term::Since(activities), op, right } => {
                let op = format!("since {}", op.as_str());
                Some(Row::about(activities, None, &op, value_shown(right)))
            }
            Condition::Compare { left, op, right } => {
                row(left.to_string(), op.as_str(), value_shown(right))
            }
            Condition::OneOf { term, list } => {
                let items: Vec<String> = list.iter().map(item_shown).collect();
                row(term.to_string(), "in", items.join(", "))
            }
            Condition::Holds { term, item } => row(term.to_string(), "holds", item.clone()),
            Condition::Text { term, test, with } => {
                row(term.to_string(), test.as_str(), with.clone())
            }
            Condition::Is(term) => row(term.to_string(), "is", String::new()),
            Condition::Known(term) => row(term.to_string(), "known", String::new()),
            Condition::Did { activities, window } => {
                Some(Row::about(activities, *window, DID, String::new()))
            }
            Condition::TwoWay { window } => Some(Row {
                term: TALK.to_owned(),
                op: DID.to_owned(),
                within: within_shown(*window),
                ..Row::default()
            }),
        }
    }

    fn about(activities: &Activities, window: Option<Window>, op: &str, value: String) -> Row {
        Row {
            term: activities.kinds.join(", "),
            op: op.to_owned(),
            value,
            within: within_shown(window),
            filter: activities.filter.as_ref().map(|filter| filter.to_string()).unwrap_or_default(),
        }
    }

    /// What the row means.
    fn read(&self, names: &Names, in_filter: bool) -> Result<Condition, (Cell, String)> {
        let pieces = self.pieces(in_filter)?;
        let text: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
        let found = parse(&text, names, in_filter)
            .map_err(|fault| (cell_at(&pieces, fault.column), said(&fault)))?;
        if self.op == AS_TEXT {
            return Ok(found);
        }
        match Row::in_cells(&found).filter(|row| row.op == self.op) {
            // What is no window would be read as a filter.
            Some(row) if row.within.is_empty() != self.within.trim().is_empty() => {
                Err((Cell::Within, format!("expected a time like 30 days, or {THIS_STAGE}")))
            }
            Some(_) => Ok(found),
            None => {
                Err((Cell::Term, "this is more than one condition: add each as its own".to_owned()))
            }
        }
    }

    /// The text of the condition, each piece with the cell that it comes from.
    fn pieces(&self, in_filter: bool) -> Result<Vec<(Cell, String)>, (Cell, String)> {
        let plain = |text: &str| (Cell::Op, text.to_owned());
        if matches!(self.op.as_str(), "always" | "never") {
            return Ok(vec![plain(if self.op == "always" { "true" } else { "false" })]);
        }
        let term = self.term.trim();
        if term.is_empty() {
            return Err((Cell::Term, "choose what is asked".to_owned()));
        }
        let term = (Cell::Term, term.to_owned());
        let value = |text: String| (Cell::Value, text);
        Ok(match self.op.as_str() {
            AS_TEXT | "is" => vec![term],
            "known" => vec![plain("known("), term, plain(")")],
            "in" => {
                let items: Vec<String> = items(self.needed()?)
                    .iter()
                    .map(|item| value_text(item.trim(), in_filter))
                    .collect();
                vec![term, plain(" in ["), value(items.join(", ")), plain("]")]
            }
            "holds" => vec![value(quote(self.needed()?)), plain(" in "), term],
            DID if self.term.trim() == TALK => {
                let within = self.within_text();
                vec![plain("two_way("), (Cell::Within, within), plain(")")]
            }
            DID => self.activities("did"),
            op => {
                if TextTest::ALL.iter().any(|test| test.as_str() == op) {
                    let with = value(quote(self.needed()?));
                    return Ok(vec![term, plain(&format!(".{op}(")), with, plain(")")]);
                }
                let (of, op) = op.split_once(' ').unwrap_or(("", op));
                if !Op::ALL.iter().any(|known| known.as_str() == op)
                    || !matches!(of, "" | "count" | "since")
                {
                    return Err((Cell::Op, format!("there is no operator {:?}", self.op)));
                }
                let with = value(value_text(self.needed()?, in_filter));
                let mut pieces = if of.is_empty() { vec![term] } else { self.activities(of) };
                pieces.extend([plain(&format!(" {op} ")), with]);
                pieces
            }
        })
    }

    fn needed(&self) -> Result<&str, (Cell, String)> {
        match self.value.trim() {
            "" => Err((Cell::Value, "a value is missing".to_owned())),
            value => Ok(value),
        }
    }

    fn within_text(&self) -> String {
        match self.within.trim() {
            THIS_STAGE => "dwell()".to_owned(),
            text => length_text(text).unwrap_or_else(|| text.to_owned()),
        }
    }

    /// `did("email.replied", days(30), …)`.
    fn activities(&self, function: &str) -> Vec<(Cell, String)> {
        let kinds: Vec<String> = self.term.split(',').map(|kind| quote(kind.trim())).collect();
        let kinds = match kinds.as_slice() {
            [kind] => kind.clone(),
            kinds => format!("[{}]", kinds.join(", ")),
        };
        let mut pieces = vec![(Cell::Op, format!("{function}(")), (Cell::Term, kinds)];
        for (cell, text) in [(Cell::Within, self.within_text()), (Cell::Where, self.filter.clone())]
        {
            if !text.trim().is_empty() {
                pieces.extend([(Cell::Op, ", ".to_owned()), (cell, text.trim().to_owned())]);
            }
        }
        pieces.push((Cell::Op, ")".to_owned()));
        pieces
    }
}

/// What a cell holds for the list of operators: `fact`, `number`, `truth`, `word`, `time`, `activity`, `talk`,
/// or nothing where any operator may do.
pub fn sort_of(row: &Row) -> &'static str {
    let is_about = row.op == DID || row.op.starts_with("count ") || row.op.starts_with("since ");
    match row.term.trim() {
        TALK => "talk",
        _ if is_about => "activity",
        _ if row.op == AS_TEXT => "",
        "stage" | "kind" | "temperature" => "word",
        "dwell()" => "time",
        term if term == "people" || term.starts_with("score.") || term.starts_with("met(") => {
            "number"
        }
        term if term.starts_with("criterion.") => "truth",
        _ => "fact",
    }
}

fn parse(text: &str, names: &Names, in_filter: bool) -> Result<Condition, Fault> {
    if in_filter { super::filter(text) } else { Condition::parse_with(text, names) }
}

fn said(fault: &Fault) -> String {
    match &fault.nearest {
        Some(name) => format!("{}; did you mean {name}?", fault.words),
        None => fault.words.clone(),
    }
}

/// The cell from which the character in a column, from 1, comes.
fn cell_at(pieces: &[(Cell, String)], column: u32) -> Cell {
    let mut before = 0_usize;
    for (cell, piece) in pieces {
        before += piece.chars().count();
        if *cell != Cell::Op && usize::try_from(column).is_ok_and(|column| column <= before) {
            return *cell;
        }
    }
    let last = pieces.iter().rev().find(|(cell, _)| *cell != Cell::Op);
    last.map_or(Cell::Term, |(cell, _)| *cell)
}

fn reads_fields(atom: &Condition) -> bool {
    let mut reads = false;
    let outside_filters = !matches!(atom, Condition::Did { .. })
        && !matches!(
            atom,
            Condition::Compare { left: Term::Count { .. } | Term::Since(_), .. }
                | Condition::Compare { right: Term::Count { .. } | Term::Since(_), .. }
        );
    atom.terms(&mut |term| reads |= matches!(term, Term::Field(_)));
    reads && outside_filters
}

/// A term as it stands in the cell of a value.
fn value_shown(term: &Term) -> String {
    match term {
        Term::Literal(literal) => literal_shown(literal),
        other => other.to_string(),
    }
}

fn literal_shown(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => {
            let is_bare = !text.is_empty()
                && text.trim() == text
                && [true, false].iter().all(|filter| value_text(text, *filter) == quote(text));
            if is_bare { text.clone() } else { quote(text) }
        }
        Literal::Length(length) => length_shown(*length),
        Literal::Date(day) => format!("{:.10}", day.to_string()),
        other => other.to_string(),
    }
}

fn item_shown(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) if text.contains([',', '"']) => quote(text),
        other => literal_shown(other),
    }
}

fn within_shown(window: Option<Window>) -> String {
    match window {
        None => String::new(),
        Some(Window::Dwell) => THIS_STAGE.to_owned(),
        Some(Window::Last(length)) => length_shown(length),
    }
}

fn length_shown(length: Length) -> String {
    format!("{} {}", length.count, length.unit.as_str())
}

/// `days(30)` of `30 days`, `30 d`, `30d`.
fn length_text(text: &str) -> Option<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let count: u32 = text.get(..digits)?.parse().ok()?;
    let unit = match text.get(digits..)?.trim() {
        "d" | "day" | "days" => Unit::Days,
        "h" | "hour" | "hours" => Unit::Hours,
        "m" | "min" | "minute" | "minutes" => Unit::Minutes,
        _ => return None,
    };
    Some(Length { count, unit }.to_string())
}

/// The text of a value as a person writes it: what reads as a value or a term is one, all else is a text.
fn value_text(value: &str, in_filter: bool) -> String {
    if let Some(length) = length_text(value) {
        return length;
    }
    let is_date = value.len() == 10 && value.bytes().filter(|&b| b == b'-').count() == 2;
    let dated = format!("date({})", quote(value));
    let reads = |text: &str| match parse(&format!("person.x == {text}"), &Names::default(), false) {
        Ok(Condition::Compare { right: Term::Literal(_), .. }) => true,
        Ok(Condition::Compare { .. }) => !in_filter,
        _ => false,
    };
    if is_date && reads(&dated) {
        dated
    } else if reads(value) {
        value.to_owned()
    } else {
        quote(value)
    }
}

/// What stands between commas, but for those in quotes.
fn items(list: &str) -> Vec<String> {
    let (mut items, mut is_quoted, mut is_escaped) = (vec![String::new()], false, false);
    for c in list.chars() {
        if c == ',' && !is_quoted {
            items.push(String::new());
            continue;
        }
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}
