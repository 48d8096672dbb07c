//! The rows of the page: what stands in the columns of each person, and of each company.

use std::collections::HashMap;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words;
use platform::public_id::PublicIds;
use team::User;

use super::ask::Ask;
use super::columns::Column;
use super::held::{Held, kept};
use super::wanted::Rows;
use super::{engagement, temperature};
use crate::companies::ListedCompany;
use crate::formula::{Formulas, Subject};
use crate::list::Listed;
use crate::missing::{MissingSource, MissingView, Toward};
use crate::pages::list::{Cell, Head, Lack, Row};
use crate::pages::marks::{self, Score, StageMark};
use crate::{COMPANY, LensId, LensLabel, PERSON, PersonId};

/// What the rows are shown with.
pub(super) struct Shown<'a> {
    pub(super) ask: &'a Ask,
    pub(super) lens: &'a LensLabel,
    pub(super) heads: &'a [Head],
    pub(super) columns: &'a [Column],
    /// The columns whose values follow from a condition.
    pub(super) formulas: &'a Formulas,
}

/// The rows of those who were found.
pub(super) fn filled(
    tx: &mut Tx,
    who: &User,
    found: &Rows,
    shown: &Shown<'_>,
    now: Moment,
) -> Result<Vec<Row>, Failure> {
    let told: Vec<Subject> = match found {
        Rows::People(rows) => rows.iter().map(|row| (row.person.id, row.person.company)).collect(),
        Rows::Companies(rows) => rows.iter().map(|row| (row.company.id, None)).collect(),
    };
    let held = Held::of(tx, who, &told, (shown.columns, shown.formulas), now)?;
    match found {
        Rows::People(rows) => {
            let people = People::of(tx, who, rows, shown, now)?;
            Ok(rows.iter().map(|row| people.row(row, shown, &held)).collect())
        }
        Rows::Companies(rows) => {
            let outside = tx.public_ids();
            Ok(rows.iter().map(|row| company(row, shown, &held, outside, now)).collect())
        }
    }
}

fn ago(at: Option<Moment>, now: Moment) -> Cell {
    Cell::Ago(at.map(|at| words::ago(now - at)).unwrap_or_default())
}

fn clipped(text: &Option<String>) -> Cell {
    Cell::Clipped(text.clone().unwrap_or_default())
}

/// What the rows of people are filled from.
struct People<'a> {
    lens: &'a LensLabel,
    outside: PublicIds,
    owners: Vec<(i64, String)>,
    lacks: HashMap<PersonId, MissingView>,
    toward: Option<Toward>,
    now: Moment,
}

impl<'a> People<'a> {
    fn of(
        tx: &mut Tx,
        who: &User,
        rows: &[Listed],
        shown: &Shown<'a>,
        now: Moment,
    ) -> Result<People<'a>, Failure> {
        let mut owners: Vec<i64> = rows.iter().filter_map(|row| row.person.owner).collect();
        owners.sort_unstable();
        owners.dedup();
        let toward = shown.ask.toward();
        Ok(People {
            lens: shown.lens,
            outside: tx.public_ids(),
            owners: team::names(tx, &owners)?,
            lacks: lacks(tx, who, rows, shown.lens.id, toward, now)?,
            toward,
            now,
        })
    }

    fn row(&self, listed: &Listed, shown: &Shown<'_>, held: &Held) -> Row {
        let id = self.outside.encode(PERSON, listed.person.id);
        let mut columns = shown.columns.iter();
        let cells = shown.heads.iter().skip(1).filter_map(|head| {
            if head.cell == "missing" {
                let lack = self.lacks.get(&listed.person.id)?;
                return Some(("missing", Cell::Lack(self.lack(lack))));
            }
            let column = columns.next()?;
            Some((column.cell(), self.cell(listed, column, held)))
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

    fn cell(&self, listed: &Listed, column: &Column, held: &Held) -> Cell {
        let (person, standing) = (&listed.person, &listed.standing);
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
            Column::Fit if self.lens.kept.fit => kept(),
            Column::Engagement if self.lens.kept.engagement => kept(),
            Column::Likelihood if self.lens.kept.likelihood => kept(),
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
            Column::Touched => {
                ago(Some(standing.touched_at).filter(|at| *at != Moment::START), self.now)
            }
            Column::Since => ago(standing.entered_at, self.now),
            Column::Created => ago(Some(person.created_at), self.now),
            Column::Email => clipped(&person.email),
            Column::Phone => clipped(&person.phone),
            Column::Title => clipped(&person.title),
            Column::Country => Cell::Words(person.country.clone().unwrap_or_default()),
            Column::Fact(key) => held.cell(person.id, key),
            Column::People
            | Column::Intent
            | Column::Domain
            | Column::Industry
            | Column::Employees => Cell::Words(String::new()),
        }
    }
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

fn company(
    listed: &ListedCompany,
    shown: &Shown<'_>,
    held: &Held,
    outside: PublicIds,
    now: Moment,
) -> Row {
    let row = &listed.company;
    let id = outside.encode(COMPANY, row.id);
    let cell = |column: &Column| match column {
        Column::Stage => Cell::Stage(StageMark::of(listed.stage.as_str())),
        Column::People => match listed.people {
            Some(people) => Cell::Number(super::int(people)),
            None => kept(),
        },
        Column::Intent => match listed.intent {
            Some(intent) => Cell::Score(Score::between(intent, 0.0).cell("intent")),
            None if listed.is_intent_kept => kept(),
            None => Cell::Unknown(marks::unknown("no intent has been told of it")),
        },
        Column::Touched => match listed.people {
            Some(_) => ago(listed.touched_at, now),
            None => kept(),
        },
        Column::Industry => clipped(&row.industry),
        Column::Employees => row.employees.map_or(Cell::Words(String::new()), Cell::Number),
        Column::Country => Cell::Words(row.country.clone().unwrap_or_default()),
        Column::Domain => clipped(&row.domain),
        Column::Created => ago(Some(row.created_at), now),
        Column::Fact(key) => held.cell(row.id, key),
        Column::Company
        | Column::Kind
        | Column::Temperature
        | Column::Fit
        | Column::Engagement
        | Column::Likelihood
        | Column::Owner
        | Column::Since
        | Column::Email
        | Column::Phone
        | Column::Title => Cell::Words(String::new()),
    };
    Row {
        href: format!("/companies/{id}"),
        name: row.name.clone(),
        cells: shown.columns.iter().map(|column| (column.cell(), cell(column))).collect(),
        id,
    }
}
