//! From TOML to a mapping: the tables, from the top.

use funnel::history::{Agent, Channel, Direction, KNOWN_KINDS};
use toml::de::DeTable;
use wire::number::Decimal;

use super::problem::nearest;
use super::walk::{Field, Table, Walk};
use super::{
    ActivityRule, Amount, FactSource, FileLayout, Holds, Known, Line, Mapping, Problem, Recorded,
    Source, Test, When, values,
};

/// Facts that this program gives a meaning of its own, besides `….custom.…` and `….id.…`.
pub const KNOWN_FACTS: [&str; 22] = [
    "person.name",
    "person.given_name",
    "person.family_name",
    "person.email",
    "person.phone",
    "person.title",
    "person.seniority",
    "person.department",
    "person.country",
    "person.city",
    "person.language",
    "company.name",
    "company.domain",
    "company.industry",
    "company.employees",
    "company.revenue",
    "company.budget",
    "company.country",
    "company.city",
    "company.technologies",
    "company.competitor",
    "person.works_at",
];

pub(super) fn mapping(text: &str) -> Result<Mapping, Vec<Problem>> {
    let mut walk = Walk::new(text);
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let line = walk.line(error.span().map_or(0, |span| span.start));
            walk.problem(line, "", format!("this is no TOML: {}", error.message()));
            return walk.finish(None);
        }
    };
    let root = walk.root(document.get_ref());
    let tables = ["name", "source", "file", "key", "known", "facts", "company", "activities"];
    walk.only(&root, &tables);
    let name = root.get("name").and_then(|field| walk.text(field));
    let source = root.get("source").and_then(|field| walk.text(field));
    let file = root.get("file").map(|field| file(&mut walk, field)).unwrap_or_default();
    let zone = file.zone.clone();
    let keys = sources(&mut walk, root.get("key"), &zone);
    if let Some(field) = root.get("key").filter(|_| keys.iter().any(|(kind, _)| kind == "name")) {
        let words = "a name does not tell people apart; use an address, a number or the id that \
                     another system gave them";
        walk.problem(field.line, "key.name", words);
    }
    let has_key = |field: &Field<'_>| field.value.as_table().is_none_or(|table| !table.is_empty());
    if !root.get("key").is_some_and(has_key) {
        let line = root.get("key").map_or(1, |field| field.line);
        let words = "a mapping needs at least one key, e.g. email = \"E-Mail\" under [key]: \
                     how else should a row find its person?";
        walk.problem(line, "key", words);
    }
    let known = match root.get("known") {
        Some(field) => known(&mut walk, field, &zone),
        None => Known { at: When::Import, recorded: Recorded::Import },
    };
    let mut facts = Vec::new();
    if let Some(table) = root.get("facts").and_then(|field| walk.table(field)) {
        group(&mut walk, &table, "", &zone, &mut facts);
    }
    let company = sources(&mut walk, root.get("company"), &zone);
    let mut activities = Vec::new();
    if let Some(field) = root.get("activities") {
        for table in walk.tables(field) {
            activities.extend(activity(&mut walk, &table, &zone));
        }
    }
    let mapping = Mapping {
        name: name.unwrap_or_else(|| "Unnamed".to_owned()),
        source: source.unwrap_or_else(|| "import".to_owned()),
        file,
        keys,
        known,
        facts,
        company,
        activities,
    };
    walk.finish(Some(mapping))
}

const DELIMITERS: [(&str, char); 9] = [
    (",", ','),
    (";", ';'),
    ("\t", '\t'),
    ("|", '|'),
    ("comma", ','),
    ("semicolon", ';'),
    ("tab", '\t'),
    ("pipe", '|'),
    (":", ':'),
];

fn file(walk: &mut Walk<'_>, field: &Field<'_>) -> FileLayout {
    let mut file = FileLayout::default();
    let Some(table) = walk.table(field) else { return file };
    let names = ["encoding", "delimiter", "header", "decimal", "zone", "country", "unknown"];
    walk.only(&table, &names);
    if let Some(field) = table.get("encoding") {
        file.encoding = walk.text(field);
        if let Some(label) = &file.encoding
            && wire::table::encoding_of(label).is_none()
        {
            let usual = ["utf-8", "utf-16le", "utf-16be", "latin1", "windows-1252"];
            let words = format!("no encoding is called {label:?}");
            walk.expected(field, label, words, usual);
        }
    }
    file.delimiter = table.get("delimiter").and_then(|field| walk.word(field, &DELIMITERS));
    if let Some(field) = table.get("header") {
        file.has_header = walk.boolean(field).unwrap_or(true);
    }
    if let Some(field) = table.get("decimal") {
        file.decimal = walk.word(field, &[(".", Decimal::Point), (",", Decimal::Comma)]);
    }
    if let Some(field) = table.get("zone") {
        file.zone = values::zone(walk, field).unwrap_or(file.zone);
    }
    if let Some(field) = table.get("country")
        && let Some(code) = walk.text(field)
    {
        if identity::phone::country(&code).is_none() {
            let words =
                format!("{code:?} is no country whose phone numbers are known, like \"DE\"");
            walk.problem(field.line, &field.path, words);
        }
        file.country = Some(code);
    }
    if let Some(field) = table.get("unknown") {
        file.unknown = walk.texts(field).into_iter().map(|(text, _)| text).collect();
    }
    file
}

/// A table of names and values: keys, properties.
fn sources(walk: &mut Walk<'_>, field: Option<&Field<'_>>, zone: &str) -> Vec<(String, Source)> {
    let Some(table) = field.and_then(|field| walk.table(field)) else { return Vec::new() };
    let mut sources = Vec::new();
    for field in table.fields() {
        if !is_plain(field.name) {
            let words = "a name of letters from a to z, digits and _ was expected";
            walk.problem(field.line, &field.path, words);
        }
        sources.extend(values::source(walk, field, zone).map(|it| (field.name.to_owned(), it)));
    }
    sources
}

/// Whether conditions can name it: an identifier of CEL.
fn is_plain(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn known(walk: &mut Walk<'_>, field: &Field<'_>, zone: &str) -> Known {
    let mut known = Known { at: When::Import, recorded: Recorded::Import };
    let Some(table) = walk.table(field) else { return known };
    walk.only(&table, &["at", "recorded"]);
    if let Some(at) = table.get("at").and_then(|field| values::when(walk, field, zone)) {
        known.at = at;
    }
    if let Some(recorded) = table.get("recorded").and_then(|f| values::recorded(walk, f, zone)) {
        known.recorded = recorded;
    }
    known
}

/// Facts, whose names may be quoted as a whole or stand in tables of their parts.
fn group(
    walk: &mut Walk<'_>,
    table: &Table<'_>,
    prefix: &str,
    zone: &str,
    facts: &mut Vec<(String, FactSource)>,
) {
    for field in table.fields() {
        let name = format!("{prefix}{}", field.name);
        if values::is_group(field) {
            if let Some(inner) = walk.table(field) {
                group(walk, &inner, &format!("{name}."), zone, facts);
            }
            continue;
        }
        check_fact_name(walk, field, &name);
        if facts.iter().any(|(before, _)| *before == name) {
            walk.problem(field.line, &field.path, "this fact stands here twice");
        }
        facts.extend(values::fact(walk, field, zone).map(|fact| (name, fact)));
    }
}

fn check_fact_name(walk: &mut Walk<'_>, field: &Field<'_>, name: &str) {
    let parts: Vec<&str> = name.split('.').collect();
    let is_own = matches!(
        parts.as_slice(),
        ["person" | "company", "custom" | "id", _]
            | ["person", "basis", _]
            | ["person", "basis", _, "evidence"]
    );
    let is_ours = matches!(parts.as_slice(), ["person" | "company", _]);
    let (subject, part) = match parts.as_slice() {
        [subject @ ("person" | "company"), .., part] => (*subject, *part),
        [.., part] => ("", *part),
        [] => return,
    };
    // The same word of the other subject is farther away than a slip of the finger.
    let known = || {
        let known = KNOWN_FACTS.iter().filter_map(|it| Some((*it, it.split_once('.')?)));
        known.filter(|(_, (of, _))| subject.is_empty() || *of == subject)
    };
    let near = nearest(part, known().map(|(_, (_, part))| part));
    let near = known().find(|(_, (_, part))| Some(*part) == near).map_or("", |(name, _)| name);
    if !parts.iter().all(|part| is_plain(part)) || !(is_own || is_ours) {
        let words = "a fact is called person.… or company.…, e.g. \"person.title\"; \
                     one of your own \"person.custom.…\", with letters from a to z, digits and _";
        walk.expected(field, near, words, KNOWN_FACTS);
    } else if is_ours && !near.is_empty() && near != name {
        // Other facts are open to definitions; a slip of the finger is not one of them.
        let words = format!(
            "{name:?} is almost a fact that this program knows; one of your own is called \
             \"{subject}.custom.{part}\""
        );
        walk.expected(field, near, words, KNOWN_FACTS);
    }
}

fn activity(walk: &mut Walk<'_>, table: &Table<'_>, zone: &str) -> Option<ActivityRule> {
    let names = [
        "kind",
        "at",
        "recorded",
        "channel",
        "direction",
        "agent",
        "campaign",
        "source",
        "properties",
        "amount",
        "when",
        "natural_key",
    ];
    walk.only(table, &names);
    let channels: Vec<_> = Channel::ALL.iter().map(|it| (it.as_str(), *it)).collect();
    let directions: Vec<_> = Direction::ALL.iter().map(|it| (it.as_str(), *it)).collect();
    let agents: Vec<_> = Agent::ALL.iter().map(|it| (it.as_str(), *it)).collect();
    let channel = table.get("channel").and_then(|field| walk.word(field, &channels));
    let direction = table.get("direction").and_then(|field| walk.word(field, &directions));
    let agent = table.get("agent").and_then(|field| walk.word(field, &agents));
    let campaign = table.get("campaign").and_then(|field| values::source(walk, field, zone));
    let source = table.get("source").and_then(|field| values::source(walk, field, zone));
    let properties = sources(walk, table.get("properties"), zone);
    let amount = table.get("amount").and_then(|field| amount(walk, field, zone));
    let when = table.get("when").map(|field| tests(walk, field)).unwrap_or_default();
    let recorded = table.get("recorded").and_then(|field| values::recorded(walk, field, zone));
    let natural_key = match table.get("natural_key") {
        Some(field) => values::columns(walk, field),
        None => Vec::new(),
    };
    let at = match table.get("at") {
        Some(field) => values::when(walk, field, zone),
        None => {
            let words = "when did it happen? at = { column = \"…\", format = \"%d.%m.%Y\" }, \
                         at = { fixed = \"2026-01-01\" } or at = \"import\"";
            walk.problem(table.line, &format!("{}.at", table.path), words);
            None
        }
    };
    let kind = match table.get("kind") {
        Some(field) => kind(walk, field),
        None => {
            let words = "what happened? kind = \"form.submitted\", or another kind of activity";
            walk.problem(table.line, &format!("{}.kind", table.path), words);
            None
        }
    };
    Some(ActivityRule {
        kind: kind?,
        at: at?,
        recorded: recorded.unwrap_or(Recorded::Import),
        channel,
        direction,
        agent: agent.unwrap_or(Agent::Human),
        campaign,
        source,
        properties,
        amount,
        when,
        natural_key,
        line: Line(table.line),
    })
}

fn kind(walk: &mut Walk<'_>, field: &Field<'_>) -> Option<String> {
    let kind = walk.text(field)?;
    let known = || KNOWN_KINDS.iter().map(|known| known.kind);
    let is_small = |part: &str| is_plain(part) && !part.contains(|c: char| c.is_uppercase());
    match kind.split_once('.') {
        Some((subject, verb)) if is_small(subject) && is_small(verb) => {
            let is_slip = subject != "product"
                && !known().any(|known| known == kind)
                && nearest(&kind, known()).is_some_and(|near| {
                    near.len().abs_diff(kind.len()) <= 1 && near.get(..2) == kind.get(..2)
                });
            if is_slip {
                let words = format!("{kind:?} is almost an activity that this program knows");
                walk.expected(field, &kind, words, known());
            }
        }
        _ => {
            let words = format!(
                "{kind:?} is no kind of activity; it is called subject.verb, in \
                                 small letters, like \"form.submitted\" or \"product.opened\""
            );
            walk.expected(field, &kind, words, known());
        }
    }
    Some(kind)
}

fn amount(walk: &mut Walk<'_>, field: &Field<'_>, zone: &str) -> Option<Amount> {
    let table = walk.table(field)?;
    let Some(currency) = table.get("currency") else {
        let words = "an amount needs its currency: currency = \"column\" or { value = \"EUR\" }";
        walk.problem(field.line, &field.path, words);
        return None;
    };
    let code = values::source(walk, currency, zone)?;
    if let super::From::Constant(constant) = &code.from {
        let places = match constant {
            super::Constant::Text(code) => wire::number::currency_places(code),
            super::Constant::Number(_) | super::Constant::Bool(_) => None,
        };
        if places.is_none() {
            walk.problem(currency.line, &currency.path, "a currency is called like \"EUR\"");
        }
    }
    let source = values::source_beside(walk, field, zone, &["currency"])?;
    Some(Amount { source, currency: code })
}

fn tests(walk: &mut Walk<'_>, field: &Field<'_>) -> Vec<Test> {
    let mut tests = Vec::new();
    for table in walk.tables(field) {
        walk.only(&table, &["column", "is", "is_not", "known"]);
        let column = table.get("column").and_then(|field| values::columns(walk, field).pop());
        let Some(column) = column else {
            walk.problem(table.line, &table.path, "of which column? column = \"…\"");
            continue;
        };
        let texts = |walk: &mut Walk<'_>, field: &Field<'_>| -> Vec<String> {
            walk.texts(field).into_iter().map(|(text, _)| text).collect()
        };
        let mut holds = Vec::new();
        if let Some(field) = table.get("is") {
            holds.push(Holds::Is(texts(walk, field)));
        }
        if let Some(field) = table.get("is_not") {
            holds.push(Holds::IsNot(texts(walk, field)));
        }
        if let Some(field) = table.get("known") {
            holds.extend(walk.boolean(field).map(Holds::Known));
        }
        if holds.is_empty() {
            let words = "what must hold? is = \"1\", is_not = [\"…\"] or known = true";
            walk.problem(table.line, &table.path, words);
        }
        let test = |holds| Test { column: column.clone(), holds };
        tests.extend(holds.into_iter().map(test));
    }
    tests
}
