//! A mapping as a file: what a form in the browser came to, to be read, kept and changed by hand.

use std::fmt::Write as _;

use funnel::history::Agent;
use moment::{DAY_US, Span};

use super::{
    ActivityRule, Column, Constant, FactSource, FileLayout, From, Holds, Mapping, Recorded, Source,
    When,
};

pub(super) fn mapping(mapping: &Mapping) -> String {
    let mut out = Out(String::new());
    out.field("name", &text(&mapping.name));
    if mapping.source != "import" {
        out.field("source", &text(&mapping.source));
    }
    file(&mut out, &mapping.file);
    out.table("[key]");
    for (kind, source) in &mapping.keys {
        out.field(&key(kind), &value(source, &[]));
    }
    let known = &mapping.known;
    if known.at != When::Import || known.recorded != Recorded::Import {
        out.table("[known]");
        out.field("at", &when(&known.at));
        out.unless(known.recorded == Recorded::Import, "recorded", || recorded(&known.recorded));
    }
    if !mapping.facts.is_empty() {
        out.table("[facts]");
        for (name, fact) in &mapping.facts {
            out.field(&key(name), &fact_value(fact));
        }
    }
    if !mapping.company.is_empty() {
        out.table("[company]");
        for (kind, source) in &mapping.company {
            out.field(&key(kind), &value(source, &[]));
        }
    }
    for rule in &mapping.activities {
        activity(&mut out, rule);
    }
    out.0
}

struct Out(String);

impl Out {
    fn table(&mut self, head: &str) {
        self.0.push('\n');
        self.0.push_str(head);
        self.0.push('\n');
    }

    fn field(&mut self, name: &str, value: &str) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "{name} = {value}");
    }

    fn unless(&mut self, is_usual: bool, name: &str, value: impl FnOnce() -> String) {
        if !is_usual {
            self.field(name, &value());
        }
    }
}

fn file(out: &mut Out, file: &FileLayout) {
    if *file == FileLayout::default() {
        return;
    }
    out.table("[file]");
    if let Some(encoding) = &file.encoding {
        out.field("encoding", &text(encoding));
    }
    if let Some(delimiter) = file.delimiter {
        out.field("delimiter", &text(delimiter.encode_utf8(&mut [0; 4])));
    }
    out.unless(file.has_header, "header", || "false".to_owned());
    if let Some(decimal) = file.decimal {
        out.field("decimal", &text(decimal.as_str()));
    }
    out.unless(file.zone == FileLayout::default().zone, "zone", || text(&file.zone));
    if let Some(country) = &file.country {
        out.field("country", &text(country));
    }
    out.unless(file.unknown.is_empty(), "unknown", || list(file.unknown.iter().map(|it| text(it))));
}

fn activity(out: &mut Out, rule: &ActivityRule) {
    out.table("[[activities]]");
    out.field("kind", &text(&rule.kind));
    out.field("at", &when(&rule.at));
    out.unless(rule.recorded == Recorded::Import, "recorded", || recorded(&rule.recorded));
    if let Some(channel) = rule.channel {
        out.field("channel", &text(channel.as_str()));
    }
    if let Some(direction) = rule.direction {
        out.field("direction", &text(direction.as_str()));
    }
    out.unless(rule.agent == Agent::Human, "agent", || text(rule.agent.as_str()));
    for (name, source) in [("campaign", &rule.campaign), ("source", &rule.source)] {
        if let Some(source) = source {
            out.field(name, &value(source, &[]));
        }
    }
    if let Some(amount) = &rule.amount {
        let currency = format!("currency = {}", value(&amount.currency, &[]));
        out.field("amount", &value(&amount.source, &[currency]));
    }
    let tests = rule.when.iter().map(|test| {
        let holds = match &test.holds {
            Holds::Is(texts) => format!("is = {}", list(texts.iter().map(|it| text(it)))),
            Holds::IsNot(texts) => format!("is_not = {}", list(texts.iter().map(|it| text(it)))),
            Holds::Known(known) => format!("known = {known}"),
        };
        format!("{{ column = {}, {holds} }}", text(&test.column.label))
    });
    let tests: Vec<String> = tests.collect();
    match tests.as_slice() {
        [] => {}
        [one] => out.field("when", one),
        several => out.field("when", &list(several.iter().cloned())),
    }
    out.unless(rule.natural_key.is_empty(), "natural_key", || {
        list(rule.natural_key.iter().map(|column| text(&column.label)))
    });
    if !rule.properties.is_empty() {
        out.0.push_str("[activities.properties]\n");
        for (name, source) in &rule.properties {
            out.field(&key(name), &value(source, &[]));
        }
    }
}

fn fact_value(fact: &FactSource) -> String {
    let mut rest = Vec::new();
    if let Some(expires) = fact.expires {
        rest.push(format!("expires = {}", text(&span(expires))));
    }
    if fact.confidence != 100 {
        rest.push(format!("confidence = {}", fact.confidence));
    }
    value(&fact.source, &rest)
}

fn span(span: Span) -> String {
    let minute_us = DAY_US / 24 / 60;
    match span.0 {
        us if us % DAY_US == 0 => format!("{}d", us / DAY_US),
        us if us % (minute_us * 60) == 0 => format!("{}h", us / minute_us / 60),
        us => format!("{}m", us / minute_us),
    }
}

/// A plain column as its label alone, anything else as a table.
fn value(source: &Source, rest: &[String]) -> String {
    let mut parts = vec![match &source.from {
        From::Columns(columns) => columns_part(columns),
        From::Constant(constant) => format!("value = {}", self::constant(constant)),
    }];
    // A format says that it is a date.
    let is_implied = source.format.is_some() && source.kind == Some(super::Type::Date);
    if let Some(kind) = source.kind.filter(|_| !is_implied) {
        parts.push(format!("type = {}", text(kind.as_str())));
    }
    if let Some(format) = &source.format {
        parts.push(format!("format = {}", text(format)));
    }
    if let Some(zone) = &source.zone {
        parts.push(format!("zone = {}", text(zone)));
    }
    if let Some(separator) = &source.separator {
        parts.push(format!("separator = {}", text(separator)));
    }
    if !source.unknown.is_empty() {
        parts.push(format!("unknown = {}", list(source.unknown.iter().map(|it| text(it)))));
    }
    if !source.map.is_empty() {
        let pairs = source.map.iter().map(|(from, to)| format!("{} = {}", key(from), constant(to)));
        parts.push(format!("map = {{ {} }}", pairs.collect::<Vec<_>>().join(", ")));
    }
    if source.is_left_out {
        parts.push("unreadable = \"leave out\"".to_owned());
    }
    parts.extend(rest.iter().cloned());
    match (&source.from, parts.as_slice()) {
        (From::Columns(columns), [_]) => match columns.as_slice() {
            [one] => text(&one.label),
            _ => format!("{{ {} }}", parts.join(", ")),
        },
        _ => format!("{{ {} }}", parts.join(", ")),
    }
}

fn columns_part(columns: &[Column]) -> String {
    match columns {
        [one] => format!("column = {}", text(&one.label)),
        several => format!("columns = {}", list(several.iter().map(|it| text(&it.label)))),
    }
}

fn when(when: &When) -> String {
    match when {
        When::Import => "\"import\"".to_owned(),
        When::Fixed(moment) => format!("{{ fixed = \"{moment}\" }}"),
        When::Columns { columns, format, zone } => {
            let mut parts = vec![columns_part(columns)];
            if format != "iso" {
                parts.push(format!("format = {}", text(format)));
            }
            if let Some(zone) = zone {
                parts.push(format!("zone = {}", text(zone)));
            }
            format!("{{ {} }}", parts.join(", "))
        }
    }
}

fn recorded(recorded: &Recorded) -> String {
    match recorded {
        Recorded::Import => "\"import\"".to_owned(),
        Recorded::Occurred => "\"occurred\"".to_owned(),
        Recorded::At(at) => when(at),
    }
}

fn constant(constant: &Constant) -> String {
    match constant {
        Constant::Text(value) => text(value),
        Constant::Number(value) => value.to_string(),
        Constant::Bool(value) => value.to_string(),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A key of TOML: bare where it may be.
fn key(name: &str) -> String {
    let is_bare = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(is_bare) { name.to_owned() } else { text(name) }
}

/// A basic string of TOML.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
