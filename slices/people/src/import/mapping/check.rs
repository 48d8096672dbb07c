//! Whether a file has the columns that a mapping names.

use wire::table::Header;

use super::problem::nearest;
use super::{Column, Mapping, Problem, Recorded, Source};

pub(super) fn columns(mapping: &Mapping, header: &Header) -> Vec<Problem> {
    let mut problems = Vec::new();
    each(mapping, &mut |key, column| {
        if header.position(&column.label).is_none() {
            let labels = header.labels().iter().map(String::as_str);
            problems.push(Problem {
                line: column.line.0,
                key,
                words: format!("the file has no column {:?}", column.label),
                nearest: nearest(&column.label, labels).map(str::to_owned),
            });
        }
    });
    problems
}

pub(super) fn uses(mapping: &Mapping, label: &str) -> Vec<String> {
    let mut uses: Vec<String> = Vec::new();
    each(mapping, &mut |key, column| {
        if column.label == label && !uses.contains(&key) {
            uses.push(key);
        }
    });
    uses
}

/// Every column that is named, with the key under which it is.
fn each(mapping: &Mapping, see: &mut impl FnMut(String, &Column)) {
    let of = |key: String, source: &Source, see: &mut dyn FnMut(String, &Column)| {
        for column in source.columns() {
            see(key.clone(), column);
        }
    };
    for (kind, source) in &mapping.keys {
        of(format!("key.{kind}"), source, see);
    }
    for column in mapping.known.at.columns() {
        see("known.at".to_owned(), column);
    }
    recorded("known", &mapping.known.recorded, see);
    for (name, fact) in &mapping.facts {
        of(format!("facts.\"{name}\""), &fact.source, see);
    }
    for (kind, source) in &mapping.company {
        of(format!("company.{kind}"), source, see);
    }
    for (at, rule) in mapping.activities.iter().enumerate() {
        let path = format!("activities[{}]", at + 1);
        for column in rule.at.columns() {
            see(format!("{path}.at"), column);
        }
        recorded(&path, &rule.recorded, see);
        for (name, source) in [("campaign", &rule.campaign), ("source", &rule.source)] {
            if let Some(source) = source {
                of(format!("{path}.{name}"), source, see);
            }
        }
        for (name, source) in &rule.properties {
            of(format!("{path}.properties.{name}"), source, see);
        }
        if let Some(amount) = &rule.amount {
            of(format!("{path}.amount"), &amount.source, see);
            of(format!("{path}.amount.currency"), &amount.currency, see);
        }
        for test in &rule.when {
            see(format!("{path}.when"), &test.column);
        }
        for column in &rule.natural_key {
            see(format!("{path}.natural_key"), column);
        }
    }
}

fn recorded(path: &str, recorded: &Recorded, see: &mut impl FnMut(String, &Column)) {
    if let Recorded::At(when) = recorded {
        for column in when.columns() {
            see(format!("{path}.recorded"), column);
        }
    }
}
