//! The columns of the list: which there are, by what they order it, and what stands in them.

use std::collections::HashMap;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words;
use platform::public_id::PublicIds;
use team::User;

use super::ask::Ask;
use super::{engagement, temperature};
use crate::list::{Listed, Sort};
use crate::missing::{MissingSource, MissingView, Toward};
use crate::pages::list::{Cell, Head, Lack, Row};
use crate::pages::marks::{self, Score, StageMark};
use crate::{COMPANY, LensId, LensLabel, PERSON, PersonId, person};

/// A column beside the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Company,
    Stage,
    Kind,
    Temperature,
    Fit,
    Engagement,
    Likelihood,
    Owner,
    Touched,
    Since,
    Created,
    Email,
    Phone,
    Title,
    Country,
    /// What is held true under a key.
    Fact(String),
}

impl Column {
    pub(super) const USUAL: &'static [Column] = &[
        Column::Company,
        Column::Stage,
        Column::Kind,
        Column::Temperature,
        Column::Fit,
        Column::Engagement,
        Column::Likelihood,
        Column::Owner,
        Column::Touched,
    ];
    /// Those that every workspace has, with their words.
    pub(super) const KNOWN: [(Column, &'static str, &'static str); 15] = [
        (Column::Company, "co", "Company"),
        (Column::Stage, "stage", "Stage"),
        (Column::Kind, "kind", "Kind"),
        (Column::Temperature, "temp", "Temperature"),
        (Column::Fit, "fit", "Fit"),
        (Column::Engagement, "eng", "Engagement"),
        (Column::Likelihood, "lik", "Likelihood"),
        (Column::Owner, "owner", "Owner"),
        (Column::Touched, "last", "Last heard"),
        (Column::Since, "since", "In stage since"),
        (Column::Created, "created", "Known since"),
        (Column::Email, "email", "E-mail"),
        (Column::Phone, "phone", "Phone"),
        (Column::Title, "title", "Title"),
        (Column::Country, "country", "Country"),
    ];

    pub(super) fn parse(word: &str) -> Option<Column> {
        let known = Column::KNOWN.into_iter().find(|(_, other, _)| *other == word);
        known.map(|(column, ..)| column).or_else(|| match Sort::parse(word) {
            Some(Sort::Fact(key)) => Some(Column::Fact(key)),
            _ => None,
        })
    }

    fn known(&self) -> Option<(&'static str, &'static str)> {
        let found = Column::KNOWN.into_iter().find(|(column, ..)| column == self);
        found.map(|(_, word, label)| (word, label))
    }

    pub(super) fn word(&self) -> &str {
        match self {
            Column::Fact(key) => key,
            known => known.known().map_or("", |(word, _)| word),
        }
    }

    /// The name of its cells.
    fn cell(&self) -> &'static str {
        self.known().map_or("fact", |(word, _)| word)
    }

    pub(super) fn label(&self) -> String {
        match self {
            Column::Fact(key) => fact_label(key),
            known => known.known().map_or_else(String::new, |(_, label)| label.to_owned()),
        }
    }

    /// The order by it, if there is one.
    pub(super) fn sort(&self) -> Option<Sort> {
        let fact = |key: &str| Some(Sort::Fact(key.to_owned()));
        match self {
            Column::Fit => Some(Sort::Fit),
            Column::Engagement => Some(Sort::Engagement),
            Column::Touched => Some(Sort::Touched),
            Column::Created => Some(Sort::Created),
            Column::Company => fact("company.name"),
            Column::Likelihood => fact("score.likelihood"),
            Column::Owner => fact(crate::OWNER),
            Column::Email => fact("person.email"),
            Column::Title => fact("person.title"),
            Column::Country => fact("person.country"),
            Column::Fact(key) => fact(key),
            Column::Stage | Column::Kind | Column::Temperature | Column::Since | Column::Phone => {
                None
            }
        }
    }
}

/// `person.custom.plan` is `plan`, `company.employees` is `company employees`.
fn fact_label(key: &str) -> String {
    let rest = key.strip_prefix("person.").unwrap_or(key).replace(".custom.", ".");
    rest.strip_prefix("custom.").unwrap_or(&rest).replace(['.', '_'], " ")
}

/// The heads of the table: the name, and each column.
pub(super) fn heads(ask: &Ask, columns: &[Column], sort: &Sort, descending: bool) -> Vec<Head> {
    let head = |label: String, cell, by: Option<Sort>, is_right| {
        let is_sorted = by.as_ref() == Some(sort) && ask.q.trim().is_empty();
        let href = by.map(|by| {
            // The same column again turns the order round.
            let is_down = if is_sorted { !descending } else { by.is_down_by_itself() };
            ask.but(|ask| {
                ask.sort = by.word().to_owned();
                ask.dir = if is_down { "desc" } else { "asc" }.to_owned();
            })
        });
        let sorted = match (is_sorted, descending) {
            (false, _) => "",
            (true, true) => "descending",
            (true, false) => "ascending",
        };
        Head { label, cell, href: href.unwrap_or_default(), sorted, is_right }
    };
    let mut heads = vec![head("Name".to_owned(), "name", Some(Sort::Name), false)];
    for column in columns {
        let is_right = matches!(column, Column::Touched | Column::Since | Column::Created);
        heads.push(head(column.label(), column.cell(), column.sort(), is_right));
    }
    if Toward::parse(&ask.missing).is_some() {
        let place = heads.iter().position(|head| head.cell == "stage").map_or(1, |at| at + 1);
        heads.insert(place, head("What is missing".to_owned(), "missing", None, false));
    }
    heads
}

/// What the rows of a page are filled from.
pub(super) struct Filling<'a> {
    lens: &'a LensLabel,
    outside: PublicIds,
    owners: Vec<(i64, String)>,
    lacks: HashMap<PersonId, MissingView>,
    facts: HashMap<(PersonId, String), String>,
    /// Facts that are kept from whoever looks.
    hidden: Vec<String>,
    toward: Option<Toward>,
    now: Moment,
}

impl<'a> Filling<'a> {
    pub(super) fn of(
        tx: &mut Tx,
        who: &User,
        (lens, rows, columns): (&'a LensLabel, &[Listed], &[Column]),
        toward: Option<Toward>,
        now: Moment,
    ) -> Result<Filling<'a>, Failure> {
        let mut owners: Vec<i64> = rows.iter().filter_map(|row| row.person.owner).collect();
        owners.sort_unstable();
        owners.dedup();
        let keys: Vec<&str> = columns
            .iter()
            .filter_map(|column| match column {
                Column::Fact(key) => Some(key.as_str()),
                _ => None,
            })
            .filter(|key| !who.is_hidden(key))
            .collect();
        Ok(Filling {
            lens,
            outside: tx.public_ids(),
            owners: team::names(tx, &owners)?,
            lacks: lacks(tx, who, rows, lens.id, toward, now)?,
            facts: facts(tx, rows, &keys, now)?,
            toward,
            hidden: columns
                .iter()
                .filter_map(|column| match column {
                    Column::Fact(key) if who.is_hidden(key) => Some(key.clone()),
                    _ => None,
                })
                .collect(),
            now,
        })
    }

    /// Judges what follows from a condition, of the people of the page; what is not ready or unknown stays unknown.
    pub(super) fn judge(
        &mut self,
        tx: &mut Tx,
        who: &User,
        rows: &[Listed],
        formulas: &[&str],
    ) -> Result<(), Failure> {
        let people: Vec<PersonId> = rows.iter().map(|row| row.person.id).collect();
        for key in formulas.iter().filter(|key| !who.is_hidden(key)) {
            for (asked, says) in [((*key).to_owned(), "Yes"), (format!("!{key}"), "No")] {
                let asked = crate::condition::read(tx, self.lens.id, &asked)?;
                let found = asked.among(tx, who, self.now, &people)?.unwrap_or_default();
                self.facts.extend(
                    found.into_iter().map(|person| ((person, (*key).to_owned()), says.to_owned())),
                );
            }
        }
        Ok(())
    }

    pub(super) fn row(&self, listed: &Listed, heads: &[Head], columns: &[Column]) -> Row {
        let id = self.outside.encode(PERSON, listed.person.id);
        let mut columns = columns.iter();
        let cells = heads.iter().skip(1).filter_map(|head| {
            if head.cell == "missing" {
                let lack = self.lacks.get(&listed.person.id)?;
                return Some(("missing", Cell::Lack(self.lack(lack))));
            }
            let column = columns.next()?;
            Some((column.cell(), self.cell(listed, column)))
        });
        Row {
            href: format!("/people/{id}"),
            name: listed.person.name.clone(),
            cells: cells.collect(),
            id,
        }
    }

    fn lack(&self, view: &MissingView) -> Lack {
        let stage = view.stage.filter(|_| self.toward == Some(Toward::Next));
        Lack {
            words: view.words(),
            stage: stage.map(|stage| StageMark::of(stage.as_str())),
            is_open: !view.steps.is_empty(),
        }
    }

    fn cell(&self, listed: &Listed, column: &Column) -> Cell {
        let (person, standing) = (&listed.person, &listed.standing);
        let words = |text: &Option<String>| Cell::Clipped(text.clone().unwrap_or_default());
        let ago = |at: Option<Moment>| {
            Cell::Ago(at.map(|at| words::ago(self.now - at)).unwrap_or_default())
        };
        match column {
            Column::Company => Cell::Company {
                name: listed.company.clone().unwrap_or_default(),
                href: person
                    .company
                    .map(|id| format!("/companies/{}", self.outside.encode(COMPANY, id)))
                    .unwrap_or_default(),
            },
            Column::Stage => Cell::Stage(StageMark::of(standing.stage.as_str())),
            Column::Kind => Cell::Kind(standing.kind.clone().unwrap_or_default()),
            Column::Temperature => Cell::Temperature(temperature(standing, self.lens)),
            Column::Fit => Cell::Score(Score::between(standing.fit.0, standing.fit.1).cell("fit")),
            Column::Engagement => {
                let now = engagement(standing, self.lens, self.now);
                Cell::Score(Score::between(now, now).cell("engagement"))
            }
            Column::Likelihood => Cell::Score(match standing.likelihood {
                Some(part) => {
                    let percent = Score::between(part * 100.0, 0.0).low;
                    Score::exactly(percent).cell("likelihood")
                }
                None => marks::unknown("no source has told a likelihood"),
            }),
            Column::Owner => {
                let owner =
                    person.owner.and_then(|id| self.owners.iter().find(|(user, _)| *user == id));
                Cell::Owner(owner.map(|(_, name)| name.clone()).unwrap_or_default())
            }
            Column::Touched => ago(Some(standing.touched_at).filter(|at| *at != Moment::START)),
            Column::Since => ago(standing.entered_at),
            Column::Created => ago(Some(person.created_at)),
            Column::Email => words(&person.email),
            Column::Phone => words(&person.phone),
            Column::Title => words(&person.title),
            Column::Country => Cell::Words(person.country.clone().unwrap_or_default()),
            Column::Fact(key) => match self.facts.get(&(person.id, key.clone())) {
                Some(value) => Cell::Clipped(value.clone()),
                None if self.hidden.contains(key) => Cell::Words("Kept from you".to_owned()),
                None => Cell::Unknown(marks::unknown(&format!("{} is unknown", fact_label(key)))),
            },
        }
    }
}

/// What is held of these people and their companies under these keys; nothing is read unless a column asks.
fn facts(
    tx: &mut Tx,
    rows: &[Listed],
    keys: &[&str],
    now: Moment,
) -> Result<HashMap<(PersonId, String), String>, Failure> {
    let mut found = HashMap::new();
    if keys.is_empty() {
        return Ok(found);
    }
    let people: Vec<PersonId> = rows.iter().map(|row| row.person.id).collect();
    let own = person::held_under(tx, &people, keys, now)?;
    let of_company = keys.iter().any(|key| key.starts_with("company."));
    let mut companies: Vec<i64> =
        rows.iter().filter_map(|row| row.person.company).filter(|_| of_company).collect();
    companies.sort_unstable();
    companies.dedup();
    let theirs = person::held_under(tx, &companies, keys, now)?;
    for row in rows {
        for key in keys {
            let value = own.get(&(row.person.id, (*key).to_owned())).or_else(|| {
                let company = row.person.company?;
                theirs.get(&(company, (*key).to_owned()))
            });
            if let Some(value) = value {
                found.insert((row.person.id, (*key).to_owned()), value.clone());
            }
        }
    }
    Ok(found)
}

/// What the people on the page lack; nothing is asked unless the column is shown.
fn lacks(
    tx: &mut Tx,
    who: &User,
    rows: &[Listed],
    lens: LensId,
    toward: Option<Toward>,
    now: Moment,
) -> Result<HashMap<PersonId, MissingView>, Failure> {
    let Some(toward) = toward else { return Ok(HashMap::new()) };
    let ids: Vec<PersonId> = rows.iter().map(|listed| listed.person.id).collect();
    let source = tx.part::<MissingSource>();
    source.0.missing(tx, who, lens, &ids, toward, now)
}
