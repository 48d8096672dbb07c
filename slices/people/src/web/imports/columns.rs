//! What a column can become, as a choice on the page and as the text of a mapping.

use std::fmt::Write as _;

use wire::table::Header;

use crate::import::mapping::{From, Mapping, Source};

/// Each choice: its value in the form, and its words.
pub(super) const TARGETS: [(&str, &str); 22] = [
    ("", "Do not import"),
    ("email", "E-mail (finds the person)"),
    ("phone", "Phone (finds the person)"),
    ("outside", "Id in another system (finds the person)"),
    ("person.name", "Full name"),
    ("given", "First name"),
    ("family", "Last name"),
    ("person.title", "Title"),
    ("person.seniority", "Seniority"),
    ("person.department", "Department"),
    ("person.city", "City"),
    ("person.country", "Country of the person"),
    ("person.language", "Language"),
    ("company.name", "Company (finds the company)"),
    ("company.domain", "Company's website (finds the company)"),
    ("company.industry", "Company's industry"),
    ("company.employees", "People at the company"),
    ("company.country", "Country of the company"),
    ("custom", "A fact of its own"),
    ("form", "When they sent a form"),
    ("met", "When we met"),
    ("won", "When a deal was won"),
];

/// What each column becomes by a mapping, as values of the form.
pub(super) fn targets(mapping: &Mapping, header: &Header) -> Vec<String> {
    header.labels().iter().map(|label| target(mapping, label).to_owned()).collect()
}

fn target(mapping: &Mapping, label: &str) -> &'static str {
    let named =
        |name: &str| TARGETS.iter().find(|(value, _)| *value == name).map(|(value, _)| *value);
    for (kind, source) in &mapping.keys {
        if reads(source, label) {
            return named(kind).unwrap_or("outside");
        }
    }
    for (kind, source) in &mapping.company {
        if reads(source, label) {
            return if kind == "domain" { "company.domain" } else { "company.name" };
        }
    }
    for (name, fact) in &mapping.facts {
        let places: Vec<&str> = names(&fact.source);
        let Some(place) = places.iter().position(|other| *other == label) else { continue };
        if name == "person.name" && places.len() > 1 {
            return if place == 0 { "given" } else { "family" };
        }
        return named(name).unwrap_or("custom");
    }
    ""
}

fn reads(source: &Source, label: &str) -> bool {
    names(source).contains(&label)
}

fn names(source: &Source) -> Vec<&str> {
    match &source.from {
        From::Columns(_) => source.columns().iter().map(|column| column.label.as_str()).collect(),
        From::Constant(_) => Vec::new(),
    }
}

/// The mapping that the choices make, as its text.
pub(super) fn to_toml(file: &str, header: &Header, targets: &[String]) -> String {
    let chosen = |wanted: &str| -> Vec<&str> {
        let pairs = header.labels().iter().zip(targets);
        pairs.filter(|(_, target)| *target == wanted).map(|(label, _)| label.as_str()).collect()
    };
    let first = |wanted: &str| chosen(wanted).first().copied();
    let mut text = format!("name = {}\n\n[key]\n", quoted(file));
    for key in ["email", "phone"] {
        if let Some(column) = first(key) {
            let _ = writeln!(text, "{key} = {}", quoted(column));
        }
    }
    for column in chosen("outside") {
        let _ = writeln!(text, "{} = {}", slug(column), quoted(column));
    }
    text.push_str("\n[facts]\n");
    let names: Vec<&str> = ["given", "family"].iter().filter_map(|part| first(part)).collect();
    if !names.is_empty() {
        let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let _ = writeln!(text, "\"person.name\" = {{ columns = [{}] }}", list.join(", "));
    }
    for (target, _) in TARGETS {
        let is_fact = target.starts_with("person.") || target.starts_with("company.");
        let is_key = matches!(target, "company.name" | "company.domain");
        if !is_fact || is_key || target == "person.name" && !names.is_empty() {
            continue;
        }
        if let Some(column) = first(target) {
            let left_out =
                if target == "company.employees" { ", unreadable = \"leave out\"" } else { "" };
            let _ = writeln!(text, "\"{target}\" = {{ column = {}{left_out} }}", quoted(column));
        }
    }
    for column in chosen("custom") {
        let _ = writeln!(text, "\"person.custom.{}\" = {}", slug(column), quoted(column));
    }
    if let (name, domain) = (first("company.name"), first("company.domain"))
        && (name.is_some() || domain.is_some())
    {
        text.push_str("\n[company]\n");
        for (kind, column) in [("domain", domain), ("name", name)] {
            if let Some(column) = column {
                let _ = writeln!(text, "{kind} = {}", quoted(column));
            }
        }
    }
    for (target, kind) in [("form", "form.submitted"), ("met", "meeting.held"), ("won", "deal.won")]
    {
        for column in chosen(target) {
            let _ = write!(
                text,
                "\n[[activities]]\nkind = \"{kind}\"\nat = {{ column = {column}, format = \"iso\" }}\nrecorded = \"occurred\"\nwhen = {{ column = {column}, known = true }}\n",
                column = quoted(column)
            );
        }
    }
    text
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            _ if letter.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A column's name as the last part of a fact's.
fn slug(column: &str) -> String {
    let mut slug = String::new();
    for letter in identity::name::sort_key(column).chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let slug = slug.trim_end_matches('_');
    if slug.chars().next().is_some_and(|first| first.is_ascii_alphabetic()) {
        slug.to_owned()
    } else {
        format!("c_{slug}")
    }
}

#[cfg(test)]
mod tests {
    use crate::import::mapping::guess;

    use super::*;

    #[test]
    fn the_proposal_as_choices_makes_a_mapping_that_parses() {
        for header in [
            &["E-Mail", "Vorname", "Nachname", "Firma", "Website", "Land", "Notiz"][..],
            &["Name", "Company", "Phone", "Country"][..],
            &["email", "quoted \"name\"", "back\\slash"][..],
        ] {
            let header = Header::new(header);
            let sample = [vec!["ann@north.example".to_owned(); header.len()]];
            let targets = targets(&guess(&header, &sample).mapping, &header);
            let text = to_toml("a \"file\".csv", &header, &targets);
            let mapping =
                Mapping::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
            assert!(mapping.check(&header).is_empty(), "{text}");
        }
    }

    #[test]
    fn every_choice_can_be_said_in_a_mapping() {
        let labels: Vec<String> = TARGETS.iter().map(|(value, _)| format!("Col {value}")).collect();
        let header = Header::new(&labels);
        let targets: Vec<String> = TARGETS.iter().map(|(value, _)| (*value).to_owned()).collect();
        let text = to_toml("all.csv", &header, &targets);
        let mapping =
            Mapping::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
        assert_eq!(
            (mapping.keys.len(), mapping.company.len(), mapping.activities.len()),
            (3, 2, 3)
        );
    }
}
