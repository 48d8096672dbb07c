//! `GET /people/{person}`: the record.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use moment::{Moment, Span};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use team::User;

use super::list::{engagement, temperature};
use crate::pages::marks::{Score, StageMark};
use crate::pages::person::{Colleague, FactLine, Filter, PersonPage, ScoreLine, label};
use crate::pages::timeline::{self, Before, Show, Told};
use crate::panel::Panels;
use crate::person::{HeldFact, record};
use crate::{COMPANY, PERSON, frame};

/// A fact that runs out within this time is called stale.
const STALE_BEFORE: Span = Span::days(14);

pub(super) fn routes() -> Router<App> {
    Router::new().route("/people/{person}", get(page))
}

/// What is asked of the timeline.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RecordAsk {
    /// Which lines: `two-way`, `mail`, `visits`; all by default.
    pub show: String,
    /// `1` to tell what machines did too.
    pub machines: String,
    /// Where a newer part ended.
    pub before: String,
}

async fn page(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Query(ask): Query<RecordAsk>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = record_view(tx, &who, &person, &ask, now)?;
            Ok((frame::shell(tx, &who, "/people")?, view))
        })
        .await?;
    Ok(Page::new(&shell, &view.name, &view))
}

/// The record of whom `person` means, as it is shown.
///
/// # Errors
/// As [`record`]; whatever a panel refuses.
pub fn record_view(
    tx: &mut Tx,
    who: &User,
    person: &str,
    ask: &RecordAsk,
    now: Moment,
) -> Result<PersonPage, Failure> {
    let record = record(tx, who, person, None, now)?;
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let outside = tx.public_ids();
    let here = format!("/people/{}", outside.encode(PERSON, record.person.id));
    let (show, machines) = (Show::parse(&ask.show), ask.machines == "1");
    let (mut panels, mut moves) = (Vec::new(), Vec::new());
    if let Some(parts) = tx.find_part::<Panels>() {
        for panel in &parts.0 {
            panels.push(panel.panel(tx, who, record.person.id, now)?);
            moves.extend(panel.moves(tx, who, record.person.id)?);
        }
    }
    let show_word =
        Show::ALL.iter().find(|(which, ..)| *which == show).map_or("", |(_, word, _)| word);
    let before = Before::parse(&ask.before);
    let told = Told {
        entries: &record.history,
        name: &record.person.name,
        others: &[],
        moves: &moves,
        show,
        machines,
        before,
    };
    let (days, older) = timeline::days(&told, &almanac);
    let owner = match record.person.owner {
        Some(id) => team::names(tx, &[id])?.pop().map(|(_, name)| name).unwrap_or_default(),
        None => String::new(),
    };
    let address = |show: &str, machines: bool| match (show, machines) {
        ("", false) => here.clone(),
        ("", true) => format!("{here}?machines=1"),
        (show, false) => format!("{here}?show={show}"),
        (show, true) => format!("{here}?show={show}&machines=1"),
    };
    let standing = record.standing.as_ref();
    let whole = |value: f64| Score::between(value, 0.0);
    let company_line = record.company.as_ref().map(|company| {
        let parts = [company.domain.clone(), company.industry.clone(), company.country.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    Ok(PersonPage {
        title: record.person.title.clone().unwrap_or_default(),
        company: record.company.as_ref().map(|company| company.name.clone()).unwrap_or_default(),
        company_href: record.company.as_ref().map_or_else(String::new, |company| {
            format!("/companies/{}", outside.encode(COMPANY, company.id))
        }),
        company_line: company_line.unwrap_or_default(),
        company_stage: StageMark::of(record.company_stage.as_str()),
        owner,
        stage: StageMark::of(standing.map_or("none", |standing| standing.stage.as_str())),
        kind: standing.and_then(|standing| standing.kind.clone()).unwrap_or_default(),
        temperature: standing.and_then(|standing| temperature(standing, &record.lens)),
        scores: vec![
            ScoreLine {
                name: "Fit",
                score: standing
                    .map(|standing| Score::between(standing.fit.0, standing.fit.1))
                    .filter(|score| !score.is_unknown()),
                unit: "",
            },
            ScoreLine {
                name: "Engagement",
                score: standing.map(|standing| whole(engagement(standing, &record.lens, now))),
                unit: "",
            },
            ScoreLine {
                name: "Intent",
                score: standing.and_then(|standing| standing.intent).map(whole),
                unit: "",
            },
            ScoreLine {
                name: "Likelihood",
                score: standing
                    .and_then(|standing| standing.likelihood)
                    .map(|share| whole(share * 100.0)),
                unit: " %",
            },
        ],
        facts: record.facts.iter().map(|fact| fact_line(fact, &almanac)).collect(),
        company_facts: record.company_facts.iter().map(|fact| fact_line(fact, &almanac)).collect(),
        colleagues: record
            .colleagues
            .iter()
            .map(|colleague| Colleague {
                href: format!("/people/{}", outside.encode(PERSON, colleague.id)),
                name: colleague.name.clone(),
                title: colleague.title.clone().unwrap_or_default(),
            })
            .collect(),
        days,
        older: older.map(|older| {
            let address = address(show_word, machines);
            let join = if address.contains('?') { '&' } else { '?' };
            format!("{address}{join}before={}", older.to_text())
        }),
        newest: before.map(|_| address(show_word, machines)),
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
            href: address(show_word, !machines),
            is_here: machines,
        },
        panels,
        name: record.person.name,
    })
}

pub(super) fn fact_line(fact: &HeldFact, almanac: &Almanac) -> FactLine {
    let mut source = format!("{}, {}", fact.source, almanac.day(fact.observed_at).words);
    if let Some(expires) = fact.expires_at {
        source.push_str(&format!("; expires {}", almanac.day(expires).words));
    }
    FactLine {
        key: fact.key.clone(),
        label: label(&fact.key),
        value: fact.value.clone(),
        source,
        is_stale: fact.expires_at.is_some_and(|expires| expires - almanac.now() < STALE_BEFORE),
        is_suspect: fact.is_suspect,
    }
}
