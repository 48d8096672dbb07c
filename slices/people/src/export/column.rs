//! The columns of an export, and what stands in them.

use std::borrow::Cow;

use funnel::Stage;
use moment::Moment;
use platform::public_id::PublicIds;

use crate::companies::ListedCompany;
use crate::list::Listed;
use crate::web::engagement;
use crate::{COMPANY, LensLabel, PERSON};

/// One person as the columns see them.
pub(super) struct Seen<'a> {
    pub(super) row: &'a Listed,
    pub(super) owner: Option<&'a str>,
    pub(super) lens: &'a LensLabel,
    pub(super) outside: PublicIds,
    pub(super) now: Moment,
}

/// What stands in a column.
#[derive(Clone, Debug)]
pub(super) enum Cell<'a> {
    Unknown,
    Text(Cow<'a, str>),
    Number(f64),
    Truth(bool),
    Moment(Moment),
}

impl<'a> Cell<'a> {
    fn text(text: Option<&'a str>) -> Cell<'a> {
        text.map_or(Cell::Unknown, |text| Cell::Text(text.into()))
    }

    fn number(number: Option<f64>) -> Cell<'a> {
        number.map_or(Cell::Unknown, Cell::Number)
    }

    fn whole(number: Option<i64>) -> Cell<'a> {
        #[expect(
            clippy::as_conversions,
            clippy::cast_precision_loss,
            reason = "how many people are somewhere is below 2^53"
        )]
        Cell::number(number.map(|number| number as f64))
    }

    fn moment(moment: Option<Moment>) -> Cell<'a> {
        moment.map_or(Cell::Unknown, Cell::Moment)
    }

    /// For a table: what is unknown is empty.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Cell::Unknown => Cow::Borrowed(""),
            Cell::Text(text) => text,
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Truth(true) => Cow::Borrowed("yes"),
            Cell::Truth(false) => Cow::Borrowed("no"),
            Cell::Moment(moment) => Cow::Owned(moment.to_string()),
        }
    }

    /// For a program: what is unknown is null.
    pub(super) fn write_json(&self, to: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Cell::Unknown => serde_json::to_writer(to, &()),
            Cell::Text(text) => serde_json::to_writer(to, text),
            Cell::Number(number) if number.fract() == 0.0 && number.abs() < WHOLE_MAX => {
                #[expect(clippy::as_conversions, reason = "a whole number below 2^53")]
                let whole = *number as i64;
                serde_json::to_writer(to, &whole)
            }
            Cell::Number(number) => serde_json::to_writer(to, number),
            Cell::Truth(truth) => serde_json::to_writer(to, truth),
            Cell::Moment(moment) => serde_json::to_writer(to, moment),
        }
    }
}

/// 2^53: up to here every whole number has a float of its own.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

type Read = for<'a> fn(&Seen<'a>) -> Cell<'a>;

/// A score, or nothing where it is kept from whoever asks.
fn told<'a>(is_kept: bool, score: Option<f64>) -> Cell<'a> {
    Cell::number(score.filter(|_| !is_kept))
}

/// Name and reader of each column, in order.
pub(super) const COLUMNS: &[(&str, Read)] = &[
    ("id", |seen| Cell::Text(seen.outside.encode(PERSON, seen.row.person.id).into())),
    ("name", |seen| Cell::Text(seen.row.person.name.as_str().into())),
    ("email", |seen| Cell::text(seen.row.person.email.as_deref())),
    ("phone", |seen| Cell::text(seen.row.person.phone.as_deref())),
    ("title", |seen| Cell::text(seen.row.person.title.as_deref())),
    ("country", |seen| Cell::text(seen.row.person.country.as_deref())),
    ("company", |seen| Cell::text(seen.row.company.as_deref())),
    ("company_id", |seen| {
        let company = seen.row.person.company;
        company.map_or(Cell::Unknown, |id| Cell::Text(seen.outside.encode(COMPANY, id).into()))
    }),
    ("owner", |seen| Cell::text(seen.owner)),
    ("stage", |seen| match seen.row.standing.stage {
        Stage::None => Cell::Unknown,
        stage => Cell::Text(stage.as_str().into()),
    }),
    ("kind", |seen| Cell::text(seen.row.standing.kind.as_deref())),
    ("temperature", |seen| match seen.row.standing.temperature {
        3 => Cell::Text("hot".into()),
        2 => Cell::Text("warm".into()),
        1 => Cell::Text("cold".into()),
        _ => Cell::Unknown,
    }),
    ("fit_low", |seen| told(seen.lens.kept.fit, Some(seen.row.standing.fit.0))),
    ("fit_high", |seen| told(seen.lens.kept.fit, Some(seen.row.standing.fit.1))),
    ("engagement", |seen| {
        told(seen.lens.kept.engagement, Some(engagement(&seen.row.standing, seen.lens, seen.now)))
    }),
    ("intent", |seen| told(seen.lens.kept.intent, seen.row.standing.intent)),
    ("likelihood", |seen| told(seen.lens.kept.likelihood, seen.row.standing.likelihood)),
    ("since", |seen| Cell::moment(seen.row.standing.entered_at)),
    ("last_heard", |seen| {
        let touched = seen.row.standing.touched_at;
        Cell::moment((touched != Moment::START).then_some(touched))
    }),
    ("known_since", |seen| Cell::Moment(seen.row.person.created_at)),
];

/// One company as the columns see it.
pub(super) struct SeenCompany<'a> {
    pub(super) row: &'a ListedCompany,
    pub(super) outside: PublicIds,
}

type ReadCompany = for<'a> fn(&SeenCompany<'a>) -> Cell<'a>;

/// The same of companies. What is kept from the user is unknown.
pub(super) const COMPANY_COLUMNS: &[(&str, ReadCompany)] = &[
    ("id", |seen| Cell::Text(seen.outside.encode(COMPANY, seen.row.company.id).into())),
    ("name", |seen| Cell::Text(seen.row.company.name.as_str().into())),
    ("domain", |seen| Cell::text(seen.row.company.domain.as_deref())),
    ("industry", |seen| Cell::text(seen.row.company.industry.as_deref())),
    ("country", |seen| Cell::text(seen.row.company.country.as_deref())),
    ("employees", |seen| Cell::whole(seen.row.company.employees)),
    ("stage", |seen| match seen.row.stage {
        Stage::None => Cell::Unknown,
        stage => Cell::Text(stage.as_str().into()),
    }),
    ("people", |seen| Cell::whole(seen.row.people.and_then(|it| i64::try_from(it).ok()))),
    ("intent", |seen| Cell::number(seen.row.intent)),
    ("last_heard", |seen| Cell::moment(seen.row.touched_at)),
    ("known_since", |seen| Cell::Moment(seen.row.company.created_at)),
];
