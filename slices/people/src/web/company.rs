//! `GET /companies/{company}`: the record of a company.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use team::{Right, User};

use super::list::temperature;
use super::person::{called, done, open_line, tellable};
use crate::company::{After, CompanyRecord, company};
use crate::fields::Reading;
use crate::pages::company::{CompanyPage, PersonLine};
use crate::pages::marks::{Score, StageMark};
use crate::pages::person::{Filter, ScoreLine};
use crate::pages::timeline::{self, Before, Show, Told};
use crate::panel::Besides;
use crate::{COMPANY, Of, PERSON, frame};

/// The fact that says how much the company is in the market.
const INTENT: &str = "score.intent";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/companies/{company}", get(page))
}

/// What is asked of the page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CompanyAsk {
    /// Which lines of the timeline: `two-way`, `mail`, `visits`; all by default.
    pub show: String,
    /// `1` to tell what machines did too.
    pub machines: String,
    /// Where a newer part of the timeline ended.
    pub before: String,
    /// Where a page of people ended.
    pub after: String,
    /// What was just changed here.
    pub edited: String,
    /// What a later slice has just done here, in its own words.
    pub told: String,
}

async fn page(
    State(app): State<App>,
    who: User,
    Path(company): Path<String>,
    Query(ask): Query<CompanyAsk>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = company_view(tx, &who, &company, &ask, now)?;
            Ok((frame::shell(tx, &who, "/companies")?, view))
        })
        .await?;
    Ok(Page::new(&shell, &view.name, &view))
}

/// The record of the company that `which` means, as it is shown.
///
/// # Errors
/// As [`company`].
pub fn company_view(
    tx: &mut Tx,
    who: &User,
    which: &str,
    ask: &CompanyAsk,
    now: Moment,
) -> Result<CompanyPage, Failure> {
    let after = After::parse(&ask.after);
    let record = company(tx, who, which, after.as_ref(), now)?;
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let outside = tx.public_ids();
    let here = format!("/companies/{}", outside.encode(COMPANY, record.company.id));
    let (show, machines) = (Show::parse(&ask.show), ask.machines == "1");
    let before = Before::parse(&ask.before);
    let besides = Besides::of(tx, who, record.company.id, &ask.told, &almanac)?;
    let reading = Reading::of_history(tx, who, &record.history)?;
    let told = Told {
        entries: &record.history,
        name: &record.company.name,
        others: &record.others,
        moves: &[],
        lines: &besides.lines,
        show,
        machines,
        before,
        reading: Some(&reading),
    };
    let (days, older) = timeline::days(&told, &almanac);
    let word = |show: Show| {
        Show::ALL.iter().find(|(which, ..)| *which == show).map_or("", |(_, word, _)| word)
    };
    let address = |show: &str, machines: bool| match (show, machines) {
        ("", false) => here.clone(),
        ("", true) => format!("{here}?machines=1"),
        (show, false) => format!("{here}?show={show}"),
        (show, true) => format!("{here}?show={show}&machines=1"),
    };
    let done = done(tx, (&record.history, &reading), record.company.id, &ask.edited)?;
    let fields = crate::fields::fields(tx, who)?;
    let lines = record.facts.iter().filter(|fact| fact.key != INTENT);
    let lines = lines.map(|fact| open_line(fact, who, &here, &almanac));
    let facts = called(lines.collect(), &reading);
    Ok(CompanyPage {
        action: format!("{here}/facts"),
        may_edit: who.can(Right::EditPeople),
        known: tellable(who, Of::Companies, &fields, &facts),
        done,
        live: outside.encode(COMPANY, record.company.id),
        head: besides.head,
        above: besides.above,
        here: here.clone(),
        about: about(&record),
        stage: StageMark::of(record.stage.as_str()),
        score: ScoreLine {
            name: "Intent",
            is_kept: record.lens.kept.intent,
            score: intent(&record).filter(|_| !record.lens.kept.intent),
            unit: "",
        },
        facts,
        people: record.people.iter().map(|listed| line(listed, &record, outside)).collect(),
        people_count: i64::try_from(record.people_count).unwrap_or(i64::MAX),
        more: record.next.as_ref().map(|next| format!("{here}?after={}#people", next.to_text())),
        first: after.map(|_| format!("{here}#people")),
        days,
        older: older.map(|older| {
            let address = address(word(show), machines);
            let join = if address.contains('?') { '&' } else { '?' };
            format!("{address}{join}before={}", older.to_text())
        }),
        newest: before.map(|_| address(word(show), machines)),
        filters: Show::ALL
            .iter()
            .map(|(which, word, label)| Filter {
                label,
                href: address(word, machines),
                is_here: *which == show,
            })
            .collect(),
        machines: Filter {
            label: if machines { "Leave out what machines did" } else { "Show what machines did" },
            href: address(word(show), !machines),
            is_here: machines,
        },
        name: record.company.name,
    })
}

fn about(record: &CompanyRecord) -> String {
    let company = &record.company;
    let parts = [company.domain.clone(), company.industry.clone(), company.country.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The score as it is kept; where nothing is kept of it, as it was told as a fact.
fn intent(record: &CompanyRecord) -> Option<Score> {
    let told = || {
        let held = record.facts.iter().find(|fact| fact.key == INTENT)?;
        held.value.parse().ok()
    };
    let value: Option<f64> = record.intent.or_else(told);
    value.map(|value| Score::between(value, 0.0))
}

fn line(
    listed: &crate::list::Listed,
    record: &CompanyRecord,
    outside: platform::public_id::PublicIds,
) -> PersonLine {
    let standing = &listed.standing;
    PersonLine {
        href: format!("/people/{}", outside.encode(PERSON, listed.person.id)),
        name: listed.person.name.clone(),
        title: listed.person.title.clone().unwrap_or_default(),
        stage: StageMark::of(standing.stage.as_str()),
        temperature: temperature(standing, &record.lens),
        fit: (!record.lens.kept.fit).then(|| Score::between(standing.fit.0, standing.fit.1)),
    }
}
