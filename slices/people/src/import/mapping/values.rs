//! From TOML to a mapping: the values in its tables.

use jiff::tz::TimeZone;
use moment::Span;
use toml::de::DeValue;
use wire::date::Format;

use super::walk::{Field, Walk};
use super::{Column, Constant, FactSource, From, Line, Recorded, Source, Type, When};

const OF_SOURCE: [&str; 10] = [
    "column",
    "columns",
    "value",
    "type",
    "unknown",
    "map",
    "format",
    "zone",
    "separator",
    "unreadable",
];
const OF_FACT: [&str; 2] = ["expires", "confidence"];

/// Whether a table holds further names rather than saying where a value comes from.
pub(super) fn is_group(field: &Field<'_>) -> bool {
    let DeValue::Table(table) = field.value else { return false };
    let is_source = |name: &str| OF_SOURCE.contains(&name) || OF_FACT.contains(&name);
    !table.is_empty() && !table.keys().any(|key| is_source(key.get_ref()))
}

pub(super) fn source(walk: &mut Walk<'_>, field: &Field<'_>, zone: &str) -> Option<Source> {
    source_beside(walk, field, zone, &[])
}

/// Where a value comes from; in a table that may hold `others`, too.
pub(super) fn source_beside(
    walk: &mut Walk<'_>,
    field: &Field<'_>,
    file_zone: &str,
    others: &[&str],
) -> Option<Source> {
    let line = Line(field.line);
    if let DeValue::String(label) = field.value {
        let column = Column { label: label.to_string(), line };
        return Some(Source { line, ..Source::new(From::Columns(vec![column])) });
    }
    if !matches!(field.value, DeValue::Table(_)) {
        let words = "a column in quotes was expected, or { value = … } for the same in every row";
        walk.problem(field.line, &field.path, words);
        return None;
    }
    let table = walk.table(field)?;
    let names: Vec<&str> = OF_SOURCE.iter().chain(others).copied().collect();
    walk.only(&table, &names);
    let from = match (table.get("column"), table.get("columns"), table.get("value")) {
        (Some(field), None, None) | (None, Some(field), None) => {
            From::Columns(columns(walk, field))
        }
        (None, None, Some(field)) => From::Constant(constant(walk, field)?),
        _ => {
            let words =
                "one of column = \"…\", columns = [\"…\", \"…\"] and value = … was expected";
            walk.problem(field.line, &field.path, words);
            return None;
        }
    };
    let mut source = Source { line, ..Source::new(from) };
    source.kind = table.get("type").and_then(|field| walk.word(field, &Type::ALL));
    if let Some(field) = table.get("unknown") {
        source.unknown = walk.texts(field).into_iter().map(|(text, _)| text).collect();
    }
    if let Some(map) = table.get("map").and_then(|field| walk.table(field)) {
        for field in map.fields() {
            let constant = constant(walk, field);
            source.map.extend(constant.map(|constant| (field.name.to_owned(), constant)));
        }
    }
    if let Some(field) = table.get("zone") {
        source.zone = self::zone(walk, field);
    }
    if let Some(field) = table.get("format") {
        source.format = format(walk, field, source.zone.as_deref().unwrap_or(file_zone));
        source.kind = source.kind.or(Some(Type::Date));
    }
    source.separator = table.get("separator").and_then(|field| walk.text(field));
    if source.separator.as_deref() == Some("") {
        walk.problem(field.line, &field.path, "a separator has at least one character");
    }
    if let Some(field) = table.get("unreadable") {
        let words = [("leave out", true), ("reject", false)];
        source.is_left_out = walk.word(field, &words).unwrap_or(false);
    }
    Some(source)
}

pub(super) fn fact(walk: &mut Walk<'_>, field: &Field<'_>, zone: &str) -> Option<FactSource> {
    let source = source_beside(walk, field, zone, &OF_FACT)?;
    let mut fact = FactSource { source, expires: None, confidence: 100 };
    if !matches!(field.value, DeValue::Table(_)) {
        return Some(fact);
    }
    let table = walk.table(field)?;
    if let Some(field) = table.get("expires")
        && let Some(text) = walk.text(field)
    {
        fact.expires = span(&text);
        if fact.expires.is_none() {
            walk.problem(field.line, &field.path, "a span like \"180d\" or \"12h\" was expected");
        }
    }
    if let Some(field) = table.get("confidence") {
        let confidence = match field.value {
            DeValue::Integer(number) => number.as_str().parse().ok().filter(|it| *it <= 100),
            _ => None,
        };
        if confidence.is_none() {
            walk.problem(field.line, &field.path, "a whole number from 0 to 100 was expected");
        }
        fact.confidence = confidence.unwrap_or(100);
    }
    Some(fact)
}

/// `180d`, `12h`, `30m`.
fn span(text: &str) -> Option<Span> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|number| (1..=100_000).contains(number))?;
    match unit {
        "d" => Some(Span::days(number)),
        "h" => Some(Span::hours(number)),
        "m" => Some(Span::minutes(number)),
        _ => None,
    }
}

fn constant(walk: &mut Walk<'_>, field: &Field<'_>) -> Option<Constant> {
    let number = |text: &str| text.replace('_', "").parse().ok().filter(|it: &f64| it.is_finite());
    let constant = match field.value {
        DeValue::String(text) => Some(Constant::Text(text.to_string())),
        DeValue::Boolean(value) => Some(Constant::Bool(*value)),
        DeValue::Integer(value) if value.radix() == 10 => {
            number(value.as_str()).map(Constant::Number)
        }
        DeValue::Float(value) => number(value.as_str()).map(Constant::Number),
        _ => None,
    };
    if constant.is_none() {
        walk.problem(field.line, &field.path, "a text, a number, true or false was expected");
    }
    constant
}

pub(super) fn columns(walk: &mut Walk<'_>, field: &Field<'_>) -> Vec<Column> {
    let texts = walk.texts(field);
    if texts.is_empty() {
        walk.problem(field.line, &field.path, "at least one column was expected");
    }
    let mut columns: Vec<Column> = Vec::new();
    for (label, line) in texts {
        if columns.iter().any(|before| before.label == label) {
            let words = format!("the column {label:?} stands here twice; once is enough");
            walk.problem(line, &field.path, words);
        }
        columns.push(Column { label, line: Line(line) });
    }
    columns
}

pub(super) fn zone(walk: &mut Walk<'_>, field: &Field<'_>) -> Option<String> {
    let name = walk.text(field)?;
    if let Err(error) = wire::date::zone(&name) {
        walk.problem(field.line, &field.path, error.to_string());
    }
    Some(name)
}

fn format(walk: &mut Walk<'_>, field: &Field<'_>, zone: &str) -> Option<String> {
    let name = walk.text(field)?;
    let zone = wire::date::zone(zone).unwrap_or(TimeZone::UTC);
    if let Err(error) = Format::new(&name, zone) {
        let names = ["iso", "rfc3339", "unix", "unix_ms"];
        walk.expected(field, &name, error.to_string(), names);
    }
    Some(name)
}

/// `"import"`, `{ fixed = "2026-01-01" }`, or a column as `iso` or by its format.
pub(super) fn when(walk: &mut Walk<'_>, field: &Field<'_>, file_zone: &str) -> Option<When> {
    if let DeValue::String(text) = field.value {
        if text == "import" {
            return Some(When::Import);
        }
        let column = Column { label: text.to_string(), line: Line(field.line) };
        return Some(When::Columns { columns: vec![column], format: "iso".into(), zone: None });
    }
    let table = walk.table(field)?;
    walk.only(&table, &["column", "columns", "format", "zone", "fixed"]);
    let zone = table.get("zone").and_then(|field| zone(walk, field));
    let in_force = zone.as_deref().unwrap_or(file_zone);
    let format = match table.get("format") {
        Some(field) => format(walk, field, in_force)?,
        None => "iso".to_owned(),
    };
    match (table.get("column").or(table.get("columns")), table.get("fixed")) {
        (Some(field), None) => Some(When::Columns { columns: columns(walk, field), format, zone }),
        (None, Some(field)) => {
            let text = match field.value {
                DeValue::Datetime(date) => date.to_string(),
                _ => walk.text(field)?,
            };
            let zone = wire::date::zone(in_force).unwrap_or(TimeZone::UTC);
            let read = Format::new(&format, zone).map_err(|error| error.to_string());
            match read.and_then(|it| it.read(&text).map_err(|error| error.to_string())) {
                Ok(moment) => Some(When::Fixed(moment)),
                Err(words) => {
                    walk.problem(field.line, &field.path, words);
                    None
                }
            }
        }
        _ => {
            let words = "one of column = \"…\" and fixed = \"2026-01-01\" was expected";
            walk.problem(field.line, &field.path, words);
            None
        }
    }
}

/// `"import"`, `"occurred"`, or a time.
pub(super) fn recorded(walk: &mut Walk<'_>, field: &Field<'_>, zone: &str) -> Option<Recorded> {
    match field.value {
        DeValue::String(text) if text == "occurred" => Some(Recorded::Occurred),
        DeValue::String(text) if text == "import" => Some(Recorded::Import),
        DeValue::String(text) => {
            let words = format!(
                "{text:?} is neither \"occurred\" nor \"import\"; a column is written \
                                 {{ column = {text:?} }}"
            );
            walk.expected(field, text, words, ["occurred", "import"]);
            None
        }
        _ => when(walk, field, zone).map(Recorded::At),
    }
}
