//! `list`: people by stage, in any order, a page at a time.
//!
//! A page costs the same at a thousand people and at a million: each stage has its own index for
//! each order, and several stages are merged from the heads of theirs.

use funnel::Stage;
use platform::args;
use platform::db::{Arg, Made, Row, Sql, Tx, sql};
use platform::failure::Failure;
use team::sight::Limits;
use team::{Right, Sight, User};

use crate::sight;
use crate::stand::{self, Standing};
use crate::store::{self, PersonRow};
use crate::{LensId, PersonId};

/// Rows on a page at most.
pub const PAGE_ROWS_MAX: usize = 200;

/// By what the list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By name, from A.
    Name,
    /// By fit.
    Fit,
    /// By engagement as it is now; decay moves all alike, so the order holds between activities.
    Engagement,
    /// By when they last did something.
    Touched,
}

impl Sort {
    /// All of them, with the word used in addresses.
    pub const ALL: [(Sort, &'static str); 4] = [
        (Sort::Name, "name"),
        (Sort::Fit, "fit"),
        (Sort::Engagement, "engagement"),
        (Sort::Touched, "touched"),
    ];

    /// The word used in addresses.
    pub fn word(self) -> &'static str {
        Sort::ALL.iter().find(|(sort, _)| *sort == self).map_or("", |(_, word)| word)
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Sort> {
        Sort::ALL.iter().find(|(_, other)| *other == word).map(|(sort, _)| *sort)
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct List {
    /// Under which lens they stand.
    pub lens: LensId,
    /// Only these stages; all if empty.
    pub stages: Vec<Stage>,
    /// The order.
    pub sort: Sort,
    /// Whether the largest comes first.
    pub descending: bool,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// A name, the beginning of one, or an address; narrows the list, which is then ordered by name.
    pub search: Option<String>,
    /// Rows wanted, 1 to [`PAGE_ROWS_MAX`].
    pub limit: usize,
}

/// Where a page ended: the value by which it is ordered and the person, so that the next begins just after.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    value: Key,
    person: PersonId,
}

#[derive(Clone, Debug, PartialEq)]
enum Key {
    Text(String),
    Real(f64),
    Int(i64),
}

impl Key {
    fn arg(&self) -> Arg {
        match self {
            Key::Text(text) => Arg::from(text.as_str()),
            Key::Real(value) => Arg::from(*value),
            Key::Int(value) => Arg::from(*value),
        }
    }

    fn cmp(&self, other: &Key) -> std::cmp::Ordering {
        match (self, other) {
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
            (Key::Real(a), Key::Real(b)) => a.total_cmp(b),
            (Key::Int(a), Key::Int(b)) => a.cmp(b),
            (Key::Text(_) | Key::Real(_) | Key::Int(_), _) => std::cmp::Ordering::Equal,
        }
    }
}

impl Cursor {
    /// As it stands in an address: letters, digits and `-._~` alone.
    pub fn to_text(&self) -> String {
        let value = match &self.value {
            Key::Text(text) => {
                format!("t{}", text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
            Key::Real(value) => format!("r{:016x}", value.to_bits()),
            Key::Int(value) => format!("i{value}"),
        };
        format!("{value}~{}", self.person)
    }

    /// Read from an address; nothing if it is none of ours.
    pub fn parse(text: &str) -> Option<Cursor> {
        let (value, person) = text.rsplit_once('~')?;
        let person = person.parse().ok()?;
        let (tag, rest) = (value.get(..1)?, value.get(1..)?);
        let value = match tag {
            "t" => {
                let bytes: Option<Vec<u8>> = (0..rest.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(rest.get(at..at + 2)?, 16).ok())
                    .collect();
                Key::Text(String::from_utf8(bytes?).ok()?)
            }
            "r" => Key::Real(f64::from_bits(u64::from_str_radix(rest, 16).ok()?)),
            "i" => Key::Int(rest.parse().ok()?),
            _ => return None,
        };
        Some(Cursor { value, person })
    }

    /// Whether it is a place in that order.
    pub fn fits(&self, sort: Sort) -> bool {
        matches!(
            (&self.value, sort),
            (Key::Text(_), Sort::Name)
                | (Key::Real(_), Sort::Fit | Sort::Engagement)
                | (Key::Int(_), Sort::Touched)
        )
    }
}

/// One person on the page.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Who.
    pub person: PersonRow,
    /// The company's name, if one is known.
    pub company: Option<String>,
    /// Where they stand.
    pub standing: Standing,
}

/// A page of people.
#[derive(Clone, Debug)]
pub struct ListView {
    /// In the order asked for.
    pub rows: Vec<Listed>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// How many of those whom the user sees stand at each stage under the lens, in the order of [`Stage::ALL`].
    pub tally: Vec<(Stage, u64)>,
}

macro_rules! page {
    ($column:literal, desc) => {
        sql(concat!(
            "select ",
            $column,
            ", person_id from standing where lens_id = $1 and stage = $2 and (",
            $column,
            ", person_id) < ($3, $4) order by ",
            $column,
            " desc, person_id desc limit $5"
        ))
    };
    ($column:literal, asc) => {
        sql(concat!(
            "select ",
            $column,
            ", person_id from standing where lens_id = $1 and stage = $2 and (",
            $column,
            ", person_id) > ($3, $4) order by ",
            $column,
            ", person_id limit $5"
        ))
    };
}

const BY_NAME: Sql = page!("name_key", asc);
const BY_NAME_DOWN: Sql = page!("name_key", desc);
const BY_FIT: Sql = page!("fit_low", asc);
const BY_FIT_DOWN: Sql = page!("fit_low", desc);
const BY_ENGAGEMENT: Sql = page!("engagement_key", asc);
const BY_ENGAGEMENT_DOWN: Sql = page!("engagement_key", desc);
const BY_TOUCHED: Sql = page!("touched_at", asc);
const BY_TOUCHED_DOWN: Sql = page!("touched_at", desc);

pub(crate) const ALL: &[Sql] = &[
    BY_NAME,
    BY_NAME_DOWN,
    BY_FIT,
    BY_FIT_DOWN,
    BY_ENGAGEMENT,
    BY_ENGAGEMENT_DOWN,
    BY_TOUCHED,
    BY_TOUCHED_DOWN,
];

impl List {
    fn statement(&self) -> Sql {
        match (self.sort, self.descending) {
            (Sort::Name, false) => BY_NAME,
            (Sort::Name, true) => BY_NAME_DOWN,
            (Sort::Fit, false) => BY_FIT,
            (Sort::Fit, true) => BY_FIT_DOWN,
            (Sort::Engagement, false) => BY_ENGAGEMENT,
            (Sort::Engagement, true) => BY_ENGAGEMENT_DOWN,
            (Sort::Touched, false) => BY_TOUCHED,
            (Sort::Touched, true) => BY_TOUCHED_DOWN,
        }
    }

    /// Before the first row, or after the last, of every index.
    fn edge(&self) -> Cursor {
        let value = match (self.sort, self.descending) {
            (Sort::Name, false) => Key::Text(String::new()),
            (Sort::Name, true) => Key::Text("\u{10ffff}".to_owned()),
            (Sort::Fit | Sort::Engagement, false) => Key::Real(-1e300),
            (Sort::Fit | Sort::Engagement, true) => Key::Real(1e300),
            (Sort::Touched, false) => Key::Int(i64::MIN),
            (Sort::Touched, true) => Key::Int(i64::MAX),
        };
        Cursor { value, person: if self.descending { i64::MAX } else { 0 } }
    }
}

/// A page of the people whom the user sees.
///
/// # Errors
/// `Forbidden` without the right to read people; `Invalid` for a cursor that belongs to another order; `Refused` with
/// `hidden_field` for the order of names that are kept from the user; `Broken` when the database fails.
pub fn list(tx: &mut Tx, who: &User, ask: &List) -> Result<ListView, Failure> {
    who.may(Right::ReadPeople)?;
    if ask.sort == Sort::Name && who.is_hidden("person.name") {
        let words = "Names are kept from you, and so is their order: choose another.";
        return Err(Failure::refused("hidden_field", words));
    }
    let limit = ask.limit.clamp(1, PAGE_ROWS_MAX);
    let tally = stand::tally_for(tx, who, ask.lens)?;
    let (ids, next) = match ask.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => (store::search(tx, who, ask.lens, &ask.stages, text, limit)?, None),
        None => heads(tx, who, ask, limit)?,
    };
    Ok(ListView { rows: of(tx, who, ask.lens, &ids)?, next, tally })
}

/// Merges the heads of the stages' indexes into one page of ids, and says where it ended if there is more.
pub(crate) fn heads(
    tx: &mut Tx,
    who: &User,
    ask: &List,
    limit: usize,
) -> Result<(Vec<PersonId>, Option<Cursor>), Failure> {
    let after = match &ask.after {
        Some(cursor) if !cursor.fits(ask.sort) => {
            return Err(Failure::invalid(
                "after",
                "this page belongs to another order; begin anew",
            ));
        }
        Some(cursor) => cursor.clone(),
        None => ask.edge(),
    };
    let stages: &[Stage] = if ask.stages.is_empty() { Stage::ALL } else { &ask.stages };
    let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut found: Vec<Cursor> = Vec::new();
    let mut add = |row: &Row| {
        let value = match ask.sort {
            Sort::Name => Key::Text(row.text(0).to_owned()),
            Sort::Fit | Sort::Engagement => Key::Real(row.real(0)),
            Sort::Touched => Key::Int(row.int(0)),
        };
        found.push(Cursor { value, person: row.int(1) });
        Ok(())
    };
    match &who.sight {
        Sight::Everybody => {
            for stage in stages {
                let args = args![ask.lens, stage.code(), after.value.arg(), after.person, wanted];
                tx.each(ask.statement(), args, &mut add)?;
            }
        }
        Sight::Limited(limits) => tx.each_made(&among(ask, limits, &after, wanted), &mut add)?,
    }
    found.sort_by(|a, b| {
        let order = a.value.cmp(&b.value).then(a.person.cmp(&b.person));
        if ask.descending { order.reverse() } else { order }
    });
    let more = found.len() > limit;
    found.truncate(limit);
    let next = if more { found.last().cloned() } else { None };
    Ok((found.into_iter().map(|cursor| cursor.person).collect(), next))
}

/// A page of somebody's few: they are gathered and put in order, for walking an index would pass many of others.
fn among(ask: &List, limits: &Limits, after: &Cursor, wanted: i64) -> Made {
    let column = match ask.sort {
        Sort::Name => "s.name_key",
        Sort::Fit => "s.fit_low",
        Sort::Engagement => "s.engagement_key",
        Sort::Touched => "s.touched_at",
    };
    let mut made = Made::default();
    made.text("select ").text(column).text(", s.person_id from (");
    sight::gather(&mut made, limits);
    made.text(") mine cross join standing s where s.person_id = mine.id and s.lens_id = ")
        .arg(ask.lens);
    for (at, stage) in ask.stages.iter().enumerate() {
        made.text(if at == 0 { " and s.stage in (" } else { ", " }).arg(stage.code());
    }
    made.text(if ask.stages.is_empty() { " and (" } else { ") and (" });
    made.text(column).text(if ask.descending {
        ", s.person_id) < ("
    } else {
        ", s.person_id) > ("
    });
    made.arg(after.value.arg()).text(", ").arg(after.person).text(")");
    made.text(if ask.descending {
        " order by 1 desc, 2 desc limit "
    } else {
        " order by 1, 2 limit "
    });
    made.arg(wanted);
    made
}

/// The rows of these people, in the order of the ids: of those whom the user sees, with what the user is told.
///
/// # Errors
/// `Broken` when the database fails.
pub fn of(tx: &mut Tx, who: &User, lens: LensId, ids: &[PersonId]) -> Result<Vec<Listed>, Failure> {
    let ids = &sight::seen(tx, who, ids)?;
    let mut people = store::people(tx, ids)?;
    people.values_mut().for_each(|person| sight::veil(who, person));
    let mut standings = stand::standings(tx, lens, ids)?;
    let companies: Vec<i64> = people.values().filter_map(|person| person.company).collect();
    let companies = store::company_names(tx, who, &companies)?;
    let listed = ids.iter().filter_map(|id| {
        let person = people.remove(id)?;
        let standing = standings.remove(id)?;
        let company = person.company.and_then(|id| companies.get(&id).cloned());
        Some(Listed { person, company, standing })
    });
    Ok(listed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        for value in [Key::Text("márta o’neill".into()), Key::Real(-0.125), Key::Int(i64::MIN)] {
            let cursor = Cursor { value, person: 77 };
            assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        }
        for odd in ["", "~", "t~1", "x1~1", "tzz~1", "t6~1", "r1~x", "i9"] {
            let read = Cursor::parse(odd);
            assert!(read.is_none() || odd == "t~1", "{odd} gave {read:?}");
        }
    }
}
