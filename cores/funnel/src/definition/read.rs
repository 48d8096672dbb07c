//! From TOML to a definition. Goes on after a fault, so that one reading names them all.

use std::sync::Arc;

use moment::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{
    Criterion, Definition, Example, ExitRule, Framework, Leave, PARTS_MAX, Points, ScoreRule,
    StageRule, TEXT_BYTES_MAX, check, examples,
};
use crate::condition::{Activities, Condition, Fault, Names, Score, kinds};
use crate::standing::{Stage, Temperature};

type Value<'i> = Spanned<DeValue<'i>>;

pub(super) fn definition(text: &str) -> Result<Definition, Vec<Fault>> {
    if text.len() > TEXT_BYTES_MAX {
        let words = format!("a definition has at most {TEXT_BYTES_MAX} bytes");
        return Err(vec![Fault::at(text, 0, words)]);
    }
    let document = DeTable::parse(text).map_err(|wrong| {
        let byte = wrong.span().map_or(0, |span| span.start);
        vec![Fault::at(text, byte, wrong.message().to_owned())]
    })?;
    let mut reader = Reader::of(text);
    let definition = reader.whole(document.get_ref());
    let mut faults = reader.faults;
    if faults.is_empty() {
        faults = check::faults(&definition, text, document.get_ref());
    }
    if faults.is_empty() { Ok(definition) } else { Err(faults) }
}

/// Reads tables, and remembers what was wrong.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) faults: Vec<Fault>,
    pub(super) names: Names,
}

impl<'t> Reader<'t> {
    pub(super) fn of(text: &'t str) -> Reader<'t> {
        Reader { text, faults: Vec::new(), names: Names::default() }
    }
}

impl Reader<'_> {
    fn whole(&mut self, table: &DeTable<'_>) -> Definition {
        const KEYS: [&str; 12] = [
            "name",
            "source",
            "about",
            "criteria",
            "frameworks",
            "scores",
            "temperature",
            "stages",
            "exits",
            "gates",
            "kinds",
            "examples",
        ];
        self.only(table, &KEYS);
        let mut definition = Definition {
            name: self.text_of(table, "name").unwrap_or_default(),
            source: self.text_of(table, "source"),
            about: self.text_of(table, "about"),
            text: self.text.to_owned(),
            ..Definition::default()
        };
        if definition.name.is_empty() {
            self.faults.push(Fault::at(self.text, 0, "expected a name: name = \"…\""));
        }
        self.collect_names(table);
        self.each(table, "criteria", |reader, name, value| {
            let criterion = reader.criterion(name, value);
            definition.criteria.extend(criterion);
        });
        self.each(table, "frameworks", |reader, name, value| {
            let criteria = reader.texts(value).into_iter().map(|(text, at)| {
                reader.known_criterion(&text, at);
                text
            });
            let framework = Framework { name: name.to_owned(), criteria: criteria.collect() };
            definition.frameworks.push(framework);
        });
        self.each(table, "scores", |reader, name, value| match Score::parse(name) {
            Some(score) => definition.scores.extend(reader.score(score, value)),
            None => {
                reader.unknown(value.span().start, "score", name, &Score::ALL.map(Score::as_str))
            }
        });
        self.each(table, "temperature", |reader, name, value| match Temperature::parse(name) {
            Some(temperature) => {
                let condition = reader.condition(value);
                definition.temperatures.extend(condition.map(|c| (temperature, c)));
            }
            None => {
                reader.unknown(value.span().start, "temperature", name, &["hot", "warm", "cold"])
            }
        });
        self.each(table, "stages", |reader, name, value| {
            let stage = Stage::CLIMB.into_iter().find(|stage| stage.as_str() == name);
            match stage {
                Some(stage) => definition.stages.extend(reader.stage(stage, value)),
                None => {
                    let known = Stage::CLIMB.map(Stage::as_str);
                    reader.unknown(value.span().start, "stage", name, &known);
                }
            }
        });
        definition.stages.sort_by_key(|rule| rule.stage);
        self.each(table, "exits", |reader, name, value| match name {
            "recycled" => definition.recycled = reader.exit(value, false),
            "disqualified" => definition.disqualified = reader.exit(value, true),
            _ => reader.unknown(value.span().start, "exit", name, &["recycled", "disqualified"]),
        });
        self.each(table, "gates", |reader, name, value| {
            let condition = reader.condition(value);
            definition.gates.extend(condition.map(|c| (name.to_owned(), c)));
        });
        self.each(table, "kinds", |reader, name, value| {
            let condition = reader.condition(value);
            definition.kinds.extend(condition.map(|c| (Arc::from(name), c)));
        });
        let mut found: Vec<Example> = Vec::new();
        self.each(table, "examples", |reader, name, value| {
            found.extend(examples::read(reader, name, value));
        });
        definition.examples = found;
        definition
    }

    pub(super) fn collect_names(&mut self, table: &DeTable<'_>) {
        let mut criteria = Vec::new();
        let mut kinds = Vec::new();
        if let Some(DeValue::Table(found)) = table.get("criteria").map(Spanned::get_ref) {
            for (name, value) in found {
                criteria.push(name.get_ref().to_string());
                let aka = value.get_ref().as_table().and_then(|table| table.get("aka"));
                if let Some(DeValue::Array(aka)) = aka.map(Spanned::get_ref) {
                    criteria
                        .extend(aka.iter().filter_map(|v| v.get_ref().as_str().map(str::to_owned)));
                }
            }
        }
        if let Some(DeValue::Table(found)) = table.get("kinds").map(Spanned::get_ref) {
            kinds.extend(found.keys().map(|name| name.get_ref().to_string()));
        }
        self.names = Names { criteria: Some(criteria), kinds: Some(kinds), ..Names::default() };
    }

    fn criterion(&mut self, name: &str, value: &Value<'_>) -> Option<Criterion> {
        let table = self.table(value)?;
        self.only(table, &["ask", "expires", "from", "yes", "aka"]);
        let plain = name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
            && !name.starts_with(|c: char| c.is_ascii_digit());
        if !plain {
            self.fault(value.span().start, "a criterion's name is letters, digits and _");
        }
        Some(Criterion {
            name: Arc::from(name),
            ask: self.text_of(table, "ask"),
            aka: table.get("aka").map_or_else(Vec::new, |aka| {
                self.texts(aka).into_iter().map(|(text, _)| text).collect()
            }),
            expires: self.span_of(table, "expires"),
            from: table.get("from").and_then(|from| self.condition(from)),
            yes: table.get("yes").and_then(|yes| self.condition(yes)),
        })
    }

    fn score(&mut self, score: Score, value: &Value<'_>) -> Option<ScoreRule> {
        let table = self.table(value)?;
        self.only(table, &["of", "half_life", "points"]);
        let of_company = self.of_company(score, table);
        let half_life = self.span_of(table, "half_life");
        let mut points = Vec::new();
        let Some(list) = table.get("points") else {
            self.fault(value.span().start, "expected points = [ … ]");
            return None;
        };
        let Some(items) = list.get_ref().as_array() else {
            self.fault(list.span().start, "expected a list of points");
            return None;
        };
        self.few(items.len(), list.span().start, "points");
        for item in items {
            let read = self.points(item);
            if half_life.is_some() && matches!(read, Some(Points::When(..))) {
                self.fault(
                    item.span().start,
                    "points while something holds do not halve: leave out half_life, or count activities with `on`",
                );
            }
            if of_company && matches!(read, Some(Points::When(..))) {
                self.fault(
                    item.span().start,
                    "a company's points are for what its people do: count activities with `on`",
                );
            }
            points.extend(read);
        }
        Some(ScoreRule { score, of_company, half_life, points })
    }

    /// Whether a score says `of = "company"`.
    fn of_company(&mut self, score: Score, table: &DeTable<'_>) -> bool {
        let (Some(value), Some(word)) = (table.get("of"), self.text_of(table, "of")) else {
            return false;
        };
        let byte = value.span().start;
        match word.as_str() {
            "person" => false,
            "company" if score == Score::Intent => true,
            "company" => {
                self.fault(byte, "only intent can be a company's; the other scores are a person's");
                false
            }
            word => {
                self.unknown(byte, "subject", word, &["company", "person"]);
                false
            }
        }
    }

    fn points(&mut self, value: &Value<'_>) -> Option<Points> {
        let table = self.table(value)?;
        let add = match table.get("add") {
            Some(add) => self.number(add)?,
            None => {
                self.fault(value.span().start, "expected add = a number of points");
                return None;
            }
        };
        if let Some(when) = table.get("when") {
            self.only(table, &["when", "add"]);
            return Some(Points::When(self.condition(when)?, add));
        }
        self.only(table, &["on", "where", "add", "max_per_day"]);
        let Some(on) = table.get("on") else {
            self.fault(value.span().start, "expected when = 'a condition' or on = 'an activity'");
            return None;
        };
        let found = self.texts(on);
        for (kind, at) in &found {
            if let Some(words) = kinds::wrong(kind) {
                self.fault(*at, words);
            }
        }
        let filter = match table.get("where") {
            Some(filter) => Some(Box::new(self.filter(filter)?)),
            None => None,
        };
        let per_day_max = match table.get("max_per_day") {
            Some(max) => Some(self.whole_number(max)?),
            None => None,
        };
        let kinds = found.into_iter().map(|(kind, _)| kind).collect();
        Some(Points::On { activities: Activities { kinds, filter }, add, per_day_max })
    }

    fn stage(&mut self, stage: Stage, value: &Value<'_>) -> Option<StageRule> {
        let table = self.table(value)?;
        self.only(table, &["enter", "gate", "leave", "owner", "sla"]);
        let Some(enter) = table.get("enter") else {
            self.fault(value.span().start, "expected enter = 'a condition'");
            return None;
        };
        let accept_within = table.get("sla").and_then(|sla| {
            let table = self.table(sla)?;
            self.only(table, &["accept"]);
            self.span_of(table, "accept")
        });
        Some(StageRule {
            stage,
            enter: self.condition(enter)?,
            gate: table.get("gate").and_then(|gate| self.condition(gate)),
            leave: table.get("leave").map_or_else(Vec::new, |leave| self.leaves(stage, leave)),
            owner: self.text_of(table, "owner"),
            accept_within,
        })
    }

    fn leaves(&mut self, from: Stage, value: &Value<'_>) -> Vec<Leave> {
        let mut leaves = Vec::new();
        for item in self.one_or_list(value) {
            let Some(table) = self.table(item) else { continue };
            self.only(table, &["when", "to", "reason"]);
            let Some(when) = table.get("when") else {
                self.fault(item.span().start, "expected when = 'a condition'");
                continue;
            };
            let to = match self.text_of(table, "to") {
                None => Stage::Recycled,
                Some(word) => {
                    let known: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
                    match Stage::parse(&word) {
                        Some(to) if to < from || to.is_exit() => to,
                        Some(_) => {
                            let words = format!("leaving {from} goes down or out, not to {word}");
                            self.fault(item.span().start, words);
                            continue;
                        }
                        None => {
                            self.unknown(item.span().start, "stage", &word, &known);
                            continue;
                        }
                    }
                }
            };
            let reason = self.text_of(table, "reason").map(Arc::from);
            leaves.extend(self.condition(when).map(|when| Leave { when, to, reason }));
        }
        leaves
    }

    fn exit(&mut self, value: &Value<'_>, may_enter: bool) -> ExitRule {
        let Some(table) = self.table(value) else { return ExitRule::default() };
        self.only(
            table,
            if may_enter { &["enter", "wake", "reasons"] } else { &["wake", "reasons"] },
        );
        let mut enter = Vec::new();
        if let Some(value) = table.get("enter") {
            for item in self.one_or_list(value) {
                if item.get_ref().is_str() {
                    enter.extend(self.condition(item).map(|condition| (condition, None)));
                    continue;
                }
                let Some(table) = self.table(item) else { continue };
                self.only(table, &["when", "reason"]);
                let reason = self.text_of(table, "reason").map(Arc::from);
                match table.get("when") {
                    Some(when) => enter.extend(self.condition(when).map(|when| (when, reason))),
                    None => self.fault(item.span().start, "expected when = 'a condition'"),
                }
            }
        }
        let mut reasons: Vec<Arc<str>> = Vec::new();
        if let Some(value) = table.get("reasons") {
            for (reason, at) in self.texts(value) {
                if reason.trim().is_empty() || reasons.iter().any(|known| **known == *reason) {
                    self.fault(at, "expected reasons in a few words, each another");
                } else {
                    reasons.push(Arc::from(reason));
                }
            }
        }
        let wake = table.get("wake").and_then(|wake| self.condition(wake));
        ExitRule { enter, wake, reasons }
    }

    /// A condition in quotes; its faults are placed in the file.
    fn condition(&mut self, value: &Value<'_>) -> Option<Condition> {
        let text = self.string(value, "a condition in quotes")?;
        match Condition::parse_with(&text, &self.names) {
            Ok(condition) => Some(condition),
            Err(fault) => {
                self.faults.push(fault.within(self.text, self.inside(value)));
                None
            }
        }
    }

    /// A filter over an activity's own fields.
    fn filter(&mut self, value: &Value<'_>) -> Option<Condition> {
        let text = self.string(value, "a condition in quotes")?;
        match crate::condition::filter(&text) {
            Ok(filter) => Some(filter),
            Err(fault) => {
                self.faults.push(fault.within(self.text, self.inside(value)));
                None
            }
        }
    }

    /// The byte where a quoted text's first character stands in the file.
    pub(super) fn inside(&self, value: &Value<'_>) -> usize {
        let start = value.span().start;
        let rest = self.text.get(start..).unwrap_or("");
        let quotes = if rest.starts_with("'''") || rest.starts_with("\"\"\"") { 3 } else { 1 };
        let newline = rest.get(quotes..).is_some_and(|rest| quotes == 3 && rest.starts_with('\n'));
        start + quotes + usize::from(newline)
    }

    pub(super) fn known_criterion(&mut self, name: &str, at: usize) {
        let known = self.names.criteria.clone().unwrap_or_default();
        if !known.iter().any(|known| known == name) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            self.unknown(at, "criterion", name, &known);
        }
    }

    pub(super) fn fault(&mut self, byte: usize, words: impl Into<String>) {
        self.faults.push(Fault::at(self.text, byte, words));
    }

    pub(super) fn unknown(&mut self, byte: usize, what: &str, name: &str, known: &[&str]) {
        let words = format!("there is no {what} {name:?}");
        self.faults.push(Fault::at(self.text, byte, words).near(name, known.iter().copied()));
    }

    /// Every key of a table must be one of these.
    pub(super) fn only(&mut self, table: &DeTable<'_>, keys: &[&str]) {
        for key in table.keys() {
            if !keys.contains(&key.get_ref().as_ref()) {
                self.unknown(key.span().start, "key", key.get_ref(), keys);
            }
        }
    }

    fn few(&mut self, count: usize, byte: usize, what: &str) {
        if count > PARTS_MAX {
            self.fault(byte, format!("at most {PARTS_MAX} {what}, found {count}"));
        }
    }

    fn each(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        mut read: impl FnMut(&mut Self, &str, &Value<'_>),
    ) {
        let Some(value) = table.get(key) else { return };
        let Some(found) = self.table(value) else { return };
        self.few(found.len(), value.span().start, key);
        for (name, value) in found {
            read(self, name.get_ref(), value);
        }
    }

    pub(super) fn table<'v, 'i>(&mut self, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        let found = value.get_ref().as_table();
        if found.is_none() {
            self.fault(value.span().start, "expected a table like { key = value }");
        }
        found
    }

    fn one_or_list<'v, 'i>(&mut self, value: &'v Value<'i>) -> Vec<&'v Value<'i>> {
        match value.get_ref() {
            DeValue::Array(items) => {
                self.few(items.len(), value.span().start, "of them");
                items.iter().collect()
            }
            _ => vec![value],
        }
    }

    fn string(&mut self, value: &Value<'_>, what: &str) -> Option<String> {
        let found = value.get_ref().as_str().map(str::to_owned);
        if found.is_none() {
            self.fault(value.span().start, format!("expected {what}"));
        }
        found
    }

    pub(super) fn text_of(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        table.get(key).and_then(|value| self.string(value, "a text in quotes"))
    }

    /// A text, or a list of texts, each with its place.
    pub(super) fn texts(&mut self, value: &Value<'_>) -> Vec<(String, usize)> {
        let items = self.one_or_list(value);
        items
            .into_iter()
            .filter_map(|item| Some((self.string(item, "a text in quotes")?, item.span().start)))
            .collect()
    }

    pub(super) fn number(&mut self, value: &Value<'_>) -> Option<f64> {
        let found = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let found = found.filter(|number| number.is_finite());
        if found.is_none() {
            self.fault(value.span().start, "expected a number");
        }
        found
    }

    fn whole_number(&mut self, value: &Value<'_>) -> Option<u32> {
        let found = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse::<u32>().ok().filter(|&n| n > 0),
            _ => None,
        };
        if found.is_none() {
            self.fault(value.span().start, "expected a whole number above 0");
        }
        found
    }

    fn span_of(&mut self, table: &DeTable<'_>, key: &str) -> Option<Span> {
        let value = table.get(key)?;
        let text = self.string(value, "a length of time like \"180d\", \"4h\" or \"15m\"")?;
        let span = Definition::span(&text).filter(|span| span.0 > 0);
        if span.is_none() {
            let words =
                format!("{text:?} is no length of time; write it like \"180d\", \"4h\" or \"15m\"");
            self.fault(value.span().start, words);
        }
        span
    }
}
