//! From a mapping and a header to a planner: labels become places, formats are worked out once.

use funnel::history::{Activity, Kind};
use wire::date::Format;
use wire::table::Header;

use super::read::Cell;
use super::{At, FactFrom, Learned, PlannedFact, Rule, labels};
use crate::import::mapping::{
    ActivityRule, Column, Mapping, Problem, Recorded, Source, Type, When,
};

/// Turns the labels of a mapping into the places of a header.
pub(super) struct Maker<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) header: &'a Header,
}

impl Maker<'_> {
    fn place(&self, column: &Column) -> usize {
        // Checked before: every column is there.
        self.header.position(&column.label).unwrap_or(usize::MAX)
    }

    fn places(&self, columns: &[Column]) -> Vec<usize> {
        columns.iter().map(|column| self.place(column)).collect()
    }

    fn cell(&self, path: &str, source: &Source, usual: Type) -> Result<Cell, Vec<Problem>> {
        Cell::new(source, usual, &self.mapping.file, self.places(source.columns()))
            .map_err(|words| vec![problem(source.line.0, path, words)])
    }

    pub(super) fn keys(
        &self,
        keys: &[(String, Source)],
    ) -> Result<Vec<(String, Cell)>, Vec<Problem>> {
        let cell = |(kind, source): &(String, Source)| {
            Ok((kind.clone(), self.cell(kind, source, Type::usual(kind))?))
        };
        keys.iter().map(cell).collect()
    }

    pub(super) fn facts(&self) -> Result<Vec<PlannedFact>, Vec<Problem>> {
        let mut facts = Vec::new();
        for (name, fact) in &self.mapping.facts {
            facts.push(PlannedFact {
                key: name.as_str().into(),
                cell: self.cell(name, &fact.source, Type::usual(name))?,
                expires: fact.expires,
                confidence: fact.confidence,
                is_of_company: name.starts_with("company."),
                from: FactFrom::Cell,
            });
        }
        let of_person = self.mapping.keys.iter().map(|key| ("person", key));
        let of_company = self.mapping.company.iter().map(|key| ("company", key));
        for (subject, (kind, source)) in of_person.chain(of_company) {
            let key = || FactFrom::Key(kind.clone());
            let (name, from) = match (subject, kind.as_str()) {
                ("person", "email" | "phone") | ("company", "domain") => {
                    (format!("{subject}.{kind}"), key())
                }
                // Found by a form of the name that is not to be shown.
                ("company", "name") => ("company.name".to_owned(), FactFrom::Cell),
                _ => (format!("{subject}.id.{kind}"), key()),
            };
            if self.mapping.facts.iter().all(|(said, _)| *said != name) {
                facts.push(PlannedFact {
                    cell: self.cell(kind, source, Type::usual(&name))?,
                    key: name.into(),
                    expires: None,
                    confidence: 100,
                    is_of_company: subject == "company",
                    from,
                });
            }
        }
        Ok(facts)
    }

    pub(super) fn at(&self, path: &str, when: &When) -> Result<At, Vec<Problem>> {
        Ok(match when {
            When::Import => At::Import,
            When::Fixed(moment) => At::Fixed(*moment),
            When::Columns { columns, format, zone } => {
                let zone = zone.as_deref().unwrap_or(&self.mapping.file.zone);
                let line = columns.first().map_or(0, |column| column.line.0);
                let refuse =
                    |error: wire::date::BadFormat| vec![problem(line, path, error.to_string())];
                At::Columns {
                    columns: self.places(columns),
                    labels: labels(columns),
                    format: Format::new(format, wire::date::zone(zone).map_err(refuse)?)
                        .map_err(refuse)?,
                }
            }
        })
    }

    pub(super) fn learned(&self, path: &str, recorded: &Recorded) -> Result<Learned, Vec<Problem>> {
        Ok(match recorded {
            Recorded::Import => Learned::Import,
            Recorded::Occurred => Learned::Occurred,
            Recorded::At(when) => Learned::At(self.at(path, when)?),
        })
    }

    pub(super) fn activities(&self) -> Result<Vec<Rule>, Vec<Problem>> {
        let rules = &self.mapping.activities;
        rules.iter().enumerate().map(|(at, rule)| self.rule(at, rule)).collect()
    }

    fn rule(&self, at: usize, rule: &ActivityRule) -> Result<Rule, Vec<Problem>> {
        let path = format!("activities[{}]", at + 1);
        let same = |before: &&ActivityRule| before.kind == rule.kind;
        let optional = |name: &str, source: &Option<Source>| match source {
            Some(source) => self.cell(&format!("{path}.{name}"), source, Type::Text).map(Some),
            None => Ok(None),
        };
        let usual = funnel::history::usual(&rule.kind);
        let kind = Kind::new(&rule.kind);
        let property = |(name, source): &(String, Source)| {
            let key = format!("{path}.properties.{name}");
            Ok((Box::from(name.as_str()), self.cell(&key, source, Type::Text)?))
        };
        let amount = match &rule.amount {
            Some(amount) => Some((
                self.cell(&format!("{path}.amount"), &amount.source, Type::Number)?,
                self.cell(&format!("{path}.amount.currency"), &amount.currency, Type::Text)?,
            )),
            None => None,
        };
        Ok(Rule {
            nth: self.mapping.activities.iter().take(at).filter(same).count(),
            at: self.at(&format!("{path}.at"), &rule.at)?,
            recorded: self.learned(&format!("{path}.recorded"), &rule.recorded)?,
            bare: Activity {
                kind: kind.clone(),
                channel: rule.channel.or(usual.map(|(channel, _)| channel)),
                direction: rule.direction.or(usual.map(|(_, direction)| direction)),
                agent: rule.agent,
                campaign: None,
                properties: Vec::new(),
            },
            kind,
            campaign: optional("campaign", &rule.campaign)?,
            source: optional("source", &rule.source)?,
            properties: rule
                .properties
                .iter()
                .map(property)
                .collect::<Result<_, Vec<Problem>>>()?,
            amount,
            when: rule.when.iter().map(|test| (self.place(&test.column), test.clone())).collect(),
            natural_key: self.places(&rule.natural_key),
            natural_labels: labels(&rule.natural_key),
        })
    }
}

fn problem(line: usize, key: &str, words: String) -> Problem {
    Problem { line, key: key.to_owned(), words, nearest: None }
}
