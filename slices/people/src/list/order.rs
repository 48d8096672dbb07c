//! The orders in which people and companies are read, a stretch at a time: walked along an index, or gathered from a
//! set.

use funnel::Stage;
use funnel::condition::{Score, Term};
use moment::Moment;
use platform::args;
use platform::db::{Arg, Made, Row, Sql, Tx, sql};
use platform::failure::Failure;
use team::User;

use super::{Cursor, Key, Turn};
use crate::companies::seen;
use crate::condition::{ConditionSource, Stretch};
use crate::{LensId, Of};

/// Places of one stage that are read at once, at least.
const SOME_MIN: usize = 32;

/// An order of people, or of companies.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) of: Of,
    pub(crate) lens: LensId,
    pub(crate) by: By<'a>,
    pub(crate) turn: Turn,
}

/// By what it goes.
#[derive(Clone, Copy)]
pub(crate) enum By<'a> {
    /// By a column that lies in an index.
    Column(&'static Column),
    /// By a fact.
    Fact(&'a str),
}

/// A column that lies in an index, and the statements that go along it.
pub(crate) struct Column {
    table: &'static str,
    id: &'static str,
    name: &'static str,
    kind: Kind,
    each: Each,
    up: Sql,
    down: Sql,
}

/// What a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Real,
    Whole,
}

/// Of what there is an index of its own.
#[derive(Clone, Copy, PartialEq)]
enum Each {
    /// There is one of all.
    One,
    /// Each lens, of those of whom it is known.
    Lens,
    /// Each stage of a lens.
    Stage,
    /// Each lens; what people make of companies, so that somebody who sees a part of the people has other values.
    LensByPeople,
}

/// The statements take a value and an id behind which they begin, and how many are wanted; then the lens and the stage.
macro_rules! column {
    ($table:literal, $id:literal, $name:literal, $kind:ident, One) => {
        column!($table, $id, $name, $kind, One, "")
    };
    ($table:literal, $id:literal, $name:literal, $kind:ident, Stage) => {
        column!($table, $id, $name, $kind, Stage, "lens_id = $4 and stage = $5 and ")
    };
    ($table:literal, $id:literal, $name:literal, $kind:ident, $each:ident) => {
        column!($table, $id, $name, $kind, $each, "lens_id = $4 and ", $name, " is not null and ")
    };
    ($table:literal, $id:literal, $name:literal, $kind:ident, $each:ident, $($of:literal),+) => {
        Column {
            table: $table,
            id: $id,
            name: $name,
            kind: Kind::$kind,
            each: Each::$each,
            up: sql(concat!(
                "select ", $name, ", ", $id, " from ", $table, " where ", $($of,)+
                "(", $name, ", ", $id, ") > ($1, $2) order by ", $name, ", ", $id, " limit $3"
            )),
            down: sql(concat!(
                "select ", $name, ", ", $id, " from ", $table, " where ", $($of,)+
                "(", $name, ", ", $id, ") < ($1, $2) order by ", $name, " desc, ", $id, " desc limit $3"
            )),
        }
    };
}

pub(crate) static PEOPLE_BY_NAME: Column =
    column!("standing", "person_id", "name_key", Text, Stage);
pub(crate) static PEOPLE_BY_FIT: Column = column!("standing", "person_id", "fit_low", Real, Stage);
pub(crate) static PEOPLE_BY_ENGAGEMENT: Column =
    column!("standing", "person_id", "engagement_key", Real, Stage);
pub(crate) static PEOPLE_BY_TOUCHED: Column =
    column!("standing", "person_id", "touched_at", Whole, Stage);
/// Ids rise as people become known.
pub(crate) static PEOPLE_BY_CREATED: Column = column!("person", "id", "id", Whole, One);
pub(crate) static COMPANIES_BY_NAME: Column = column!("company", "id", "name_key", Text, One);
pub(crate) static COMPANIES_BY_STAGE: Column =
    column!("company_standing", "company_id", "stage", Whole, LensByPeople);
pub(crate) static COMPANIES_BY_PEOPLE: Column =
    column!("company_standing", "company_id", "people", Whole, LensByPeople);
pub(crate) static COMPANIES_BY_TOUCHED: Column =
    column!("company_standing", "company_id", "touched_at", Whole, LensByPeople);
pub(crate) static COMPANIES_BY_INTENT: Column =
    column!("company_standing", "company_id", "intent", Real, Lens);
/// Ids rise as companies become known.
pub(crate) static COMPANIES_BY_CREATED: Column = column!("company", "id", "id", Whole, One);

/// As the conformance test prepares them.
pub(crate) const ALL: &[Sql] = &[
    PEOPLE_BY_NAME.up,
    PEOPLE_BY_NAME.down,
    PEOPLE_BY_FIT.up,
    PEOPLE_BY_FIT.down,
    PEOPLE_BY_ENGAGEMENT.up,
    PEOPLE_BY_ENGAGEMENT.down,
    PEOPLE_BY_TOUCHED.up,
    PEOPLE_BY_TOUCHED.down,
    PEOPLE_BY_CREATED.up,
    PEOPLE_BY_CREATED.down,
    COMPANIES_BY_NAME.up,
    COMPANIES_BY_NAME.down,
    COMPANIES_BY_STAGE.up,
    COMPANIES_BY_STAGE.down,
    COMPANIES_BY_PEOPLE.up,
    COMPANIES_BY_PEOPLE.down,
    COMPANIES_BY_TOUCHED.up,
    COMPANIES_BY_TOUCHED.down,
    COMPANIES_BY_INTENT.up,
    COMPANIES_BY_INTENT.down,
    COMPANIES_BY_CREATED.up,
    COMPANIES_BY_CREATED.down,
];

impl Column {
    /// Before the first row, or after the last.
    fn edge(&self, turn: Turn) -> Cursor {
        let is_down = turn == Turn::Down;
        let value = match self.kind {
            Kind::Text => Key::Text(if is_down { "\u{10ffff}" } else { "" }.to_owned()),
            Kind::Real => Key::Real(if is_down { 1e300 } else { -1e300 }),
            Kind::Whole => Key::Int(if is_down { i64::MAX } else { i64::MIN }),
        };
        Cursor { value, id: if is_down { i64::MAX } else { 0 } }
    }

    fn along(&self, turn: Turn) -> Sql {
        if turn == Turn::Down { self.down } else { self.up }
    }

    fn place(&self, row: &Row) -> Cursor {
        let value = match self.kind {
            Kind::Text => Key::Text(row.text(0).to_owned()),
            Kind::Real => Key::Real(row.real(0)),
            Kind::Whole => Key::Int(row.int(0)),
        };
        Cursor { value, id: row.int(1) }
    }

    /// Whether it leaves out by itself whoever stands at other stages.
    pub(crate) fn keeps_stages(&self) -> bool {
        self.each == Each::Stage
    }

    fn fits(&self, key: &Key) -> bool {
        matches!(
            (key, self.kind),
            (Key::Text(_), Kind::Text) | (Key::Real(_), Kind::Real) | (Key::Int(_), Kind::Whole)
        )
    }
}

impl By<'_> {
    /// What conditions ask about that it is the order of.
    pub(crate) fn term(&self) -> Option<Term> {
        match self {
            By::Fact(key) => Some(Term::Fact((*key).to_owned())),
            By::Column(column) => match column.name {
                "fit_low" => Some(Term::Score(Score::Fit)),
                "engagement_key" => Some(Term::Score(Score::Engagement)),
                "intent" => Some(Term::Score(Score::Intent)),
                "stage" => Some(Term::Stage),
                "people" => Some(Term::People),
                // A name is ordered as it is shown, which may be an address.
                _ => None,
            },
        }
    }

    /// What it goes by, if that may be unknown of somebody: whoever it is unknown of has no place in it.
    pub(super) fn may_be_unknown(&self) -> Option<Term> {
        match self {
            By::Column(column) if column.each != Each::Lens => None,
            by => by.term(),
        }
    }

    /// Whether a cursor is a place in this order, or after it.
    pub(crate) fn fits(&self, cursor: &Cursor) -> bool {
        if cursor.value == Key::Unknown {
            return self.may_be_unknown().is_some();
        }
        match self {
            By::Column(column) => column.fits(&cursor.value),
            By::Fact(_) => !matches!(cursor.value, Key::Int(_)),
        }
    }

    /// Whether it leaves out by itself whoever stands at other stages.
    pub(crate) fn keeps_stages(&self) -> bool {
        matches!(self, By::Column(column) if column.keeps_stages())
    }

    /// The column; of a fact there is none.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            By::Column(column) => column.name,
            By::Fact(_) => "id",
        }
    }

    /// The place of a row that begins with the value and the id.
    pub(crate) fn place(&self, row: &Row) -> Option<Cursor> {
        match self {
            By::Column(column) => Some(column.place(row)),
            By::Fact(_) => None,
        }
    }

    /// Whether it is by what people make of companies.
    pub(crate) fn is_by_people(&self) -> bool {
        matches!(self, By::Column(column) if column.each == Each::LensByPeople)
    }
}

impl Order<'_> {
    /// The next places along the index, of those at some stages where each has its own; nothing while it is not ready.
    pub(crate) fn walk(
        &self,
        tx: &mut Tx,
        stages: Option<&[Stage]>,
        after: Option<&Cursor>,
        limit: usize,
        now: Moment,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        let column = match self.by {
            By::Column(column) => column,
            By::Fact(key) => return self.by_fact(tx, key, None, (after, limit), now),
        };
        let after = after.cloned().unwrap_or_else(|| column.edge(self.turn));
        if column.each == Each::Stage {
            let stages = stages.unwrap_or(Stage::ALL);
            return self.merged(tx, column, stages, (after, limit)).map(Some);
        }
        let mut args = args![after.value.arg(), after.id, whole(limit)].to_vec();
        if column.each != Each::One {
            args.push(Arg::from(self.lens));
        }
        let mut found: Vec<Cursor> = Vec::new();
        tx.each(column.along(self.turn), args, |row| {
            found.push(column.place(row));
            Ok(())
        })?;
        Ok(Some(found))
    }

    /// The next places of several stages, each of which has an index: of each a few at a time, for most of a page stand
    /// at one or two of them.
    fn merged(
        &self,
        tx: &mut Tx,
        column: &Column,
        stages: &[Stage],
        (after, limit): (Cursor, usize),
    ) -> Result<Vec<Cursor>, Failure> {
        let turn = self.turn;
        let some = (limit / 4).max(SOME_MIN).min(limit);
        let mut found: Vec<Cursor> = Vec::new();
        // How far each was read; of which all was read is not among them.
        let mut open: Vec<(Stage, Cursor)> =
            stages.iter().map(|stage| (*stage, after.clone())).collect();
        while let Some(at) = least(&open, turn) {
            let (stage, last) = open.swap_remove(at);
            // Nothing comes any more that is before the least of where they were read to.
            if found.iter().filter(|place| place.cmp(&last, turn).is_le()).count() >= limit {
                break;
            }
            let args =
                args![last.value.arg(), last.id, whole(some), self.lens, stage.code()].to_vec();
            let before = found.len();
            tx.each(column.along(turn), args, |row| {
                found.push(column.place(row));
                Ok(())
            })?;
            if found.len() - before == some {
                open.extend(found.last().map(|last| (stage, last.clone())));
            }
        }
        found.sort_by(|a, b| a.cmp(b, turn));
        found.truncate(limit);
        Ok(found)
    }

    /// The next places of those in a set, all of whom are looked at; nothing while the order is not ready.
    pub(crate) fn gather(
        &self,
        tx: &mut Tx,
        who: &User,
        set: &Made,
        (after, limit): (Option<&Cursor>, usize),
        now: Moment,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        let column = match self.by {
            By::Column(column) => column,
            By::Fact(key) => return self.by_fact(tx, key, Some(set), (after, limit), now),
        };
        let after = after.cloned().unwrap_or_else(|| column.edge(self.turn));
        let is_down = self.turn == Turn::Down;
        let mut made = Made::default();
        let seen = seen::parts(who, self.lens).filter(|_| self.by.is_by_people());
        let id = if seen.is_some() { "id" } else { column.id };
        made.text("select s.").text(column.name).text(", s.").text(id).text(" from (").made(set);
        match seen {
            // The ids themselves are the order.
            None if column.name == column.id => made.text(") s where "),
            None => {
                made.text(") t cross join ").text(column.table).text(" s where s.").text(id);
                made.text(" = t.id and ")
            }
            Some(seen) => made.text(") t join (").made(&seen).text(") s on s.id = t.id where "),
        };
        if column.each != Each::One && id == column.id {
            made.text("s.lens_id = ").arg(self.lens).text(" and ");
        }
        made.text("(s.").text(column.name).text(", s.").text(id).text(")");
        made.text(if is_down { " < (" } else { " > (" });
        made.arg(after.value.arg()).text(", ").arg(after.id).text(") order by 1");
        made.text(if is_down { " desc, 2 desc limit " } else { ", 2 limit " }).arg(whole(limit));
        let mut found = Vec::new();
        tx.each_made(&made, |row| {
            found.push(column.place(row));
            Ok(())
        })?;
        Ok(Some(found))
    }

    fn by_fact(
        &self,
        tx: &mut Tx,
        key: &str,
        of: Option<&Made>,
        (after, limit): (Option<&Cursor>, usize),
        now: Moment,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        let source = tx.part::<ConditionSource>();
        let stretch = Stretch { after, turn: self.turn, limit, of };
        source.0.by_fact(tx, (self.of, key), &stretch, now)
    }
}

fn least(open: &[(Stage, Cursor)], turn: Turn) -> Option<usize> {
    let ends = open.iter().enumerate();
    ends.min_by(|(_, (_, a)), (_, (_, b))| a.cmp(b, turn)).map(|(at, _)| at)
}

fn whole(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
