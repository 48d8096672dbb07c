//! `GET /people/{person}`: the record.

use std::borrow::Cow;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use funnel::history::{Entry, Value, What};
use moment::{Moment, Span};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use team::{FieldRight, Right, User};

use super::list::{engagement, temperature};
use crate::edit::Edited;
use crate::fields::{FieldRow, Kind, Reading};
use crate::pages::marks::{Score, StageMark};
use crate::pages::person::{
    Choosable, Colleague, Done, FactLine, Filter, PersonPage, ScoreLine, Tellable, label,
};
use crate::pages::timeline::{self, Before, Show, Told};
use crate::panel::{Besides, Panels};
use crate::person::{HeldFact, in_words, record};
use crate::project::OUTSIDE_ID;
use crate::{COMPANY, Of, PERSON, frame};

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
    /// What was just changed here.
    pub edited: String,
    /// What a later slice has just done here, in its own words.
    pub told: String,
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
    let besides = Besides::of(tx, who, record.person.id, &ask.told, &almanac)?;
    let reading = Reading::of_history(tx, who, &record.history)?;
    let of_company = record.company_facts.iter();
    let of_company = of_company.map(|fact| (fact.key.as_str(), Cow::from(fact.value.as_str())));
    let of_company = Reading::of(tx, who, of_company)?;
    let show_word =
        Show::ALL.iter().find(|(which, ..)| *which == show).map_or("", |(_, word, _)| word);
    let before = Before::parse(&ask.before);
    let told = Told {
        entries: &record.history,
        name: &record.person.name,
        others: &[],
        moves: &moves,
        lines: &besides.lines,
        show,
        machines,
        before,
        reading: Some(&reading),
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
    let (standing, kept) = (record.standing.as_ref(), record.lens.kept);
    let whole = |value: f64| Score::between(value, 0.0);
    let company_line = record.company.as_ref().map(|company| {
        let parts = [company.domain.clone(), company.industry.clone(), company.country.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    let company_here = record
        .company
        .as_ref()
        .map(|company| format!("/companies/{}", outside.encode(COMPANY, company.id)));
    let done = done(tx, (&record.history, &reading), record.person.id, &ask.edited)?;
    let fields = crate::fields::fields(tx, who)?;
    let may_assign = who.field(crate::OWNER) == FieldRight::Write;
    let users = if may_assign { team::colleagues(tx)? } else { Vec::new() };
    let lines = record.facts.iter().map(|fact| open_line(fact, who, &here, &almanac));
    let facts = called(lines.collect(), &reading);
    Ok(PersonPage {
        action: format!("{here}/facts"),
        may_edit: who.can(Right::EditPeople),
        may_assign,
        users: users
            .into_iter()
            .map(|user| Choosable {
                id: outside.encode(team::USER, user.id),
                is_here: record.person.owner == Some(user.id),
                name: user.name,
            })
            .collect(),
        done,
        here: here.clone(),
        title: record.person.title.clone().unwrap_or_default(),
        company: record.company.as_ref().map(|company| company.name.clone()).unwrap_or_default(),
        company_href: company_here.clone().unwrap_or_default(),
        company_line: company_line.unwrap_or_default(),
        company_stage: StageMark::of(record.company_stage.as_str()),
        owner,
        stage: StageMark::of(standing.map_or("none", |standing| standing.stage.as_str())),
        kind: standing.and_then(|standing| standing.kind.clone()).unwrap_or_default(),
        temperature: standing.and_then(|standing| temperature(standing, &record.lens)),
        scores: vec![
            ScoreLine {
                name: "Fit",
                is_kept: kept.fit,
                score: standing
                    .map(|standing| Score::between(standing.fit.0, standing.fit.1))
                    .filter(|score| !score.is_unknown() && !kept.fit),
                unit: "",
            },
            ScoreLine {
                name: "Engagement",
                is_kept: kept.engagement,
                score: standing
                    .filter(|_| !kept.engagement)
                    .map(|standing| whole(engagement(standing, &record.lens, now))),
                unit: "",
            },
            ScoreLine {
                name: "Intent",
                is_kept: kept.intent,
                score: standing
                    .and_then(|standing| standing.intent)
                    .filter(|_| !kept.intent)
                    .map(whole),
                unit: "",
            },
            ScoreLine {
                name: "Likelihood",
                is_kept: kept.likelihood,
                score: standing
                    .and_then(|standing| standing.likelihood)
                    .filter(|_| !kept.likelihood)
                    .map(|share| whole(share * 100.0)),
                unit: " %",
            },
        ],
        known: tellable(who, Of::People, &fields, &facts),
        facts,
        company_facts: called(
            record
                .company_facts
                .iter()
                .map(|fact| match &company_here {
                    Some(company) => open_line(fact, who, company, &almanac),
                    None => fact_line(fact, &almanac),
                })
                .collect(),
            &of_company,
        ),
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
        live: outside.encode(PERSON, record.person.id),
        head: besides.head,
        above: besides.above,
        name: record.person.name,
    })
}

pub(super) fn fact_line(fact: &HeldFact, almanac: &Almanac) -> FactLine {
    let mut source = format!("{}, {}", fact.source, almanac.day(fact.observed_at).words);
    if let Some(expires) = fact.expires_at {
        source.push_str(&format!("; expires {}", almanac.day(expires).words));
    }
    if fact.is_formula {
        "worked out from its condition".clone_into(&mut source);
    }
    FactLine {
        key: fact.key.clone(),
        label: label(&fact.key),
        value: fact.value.clone(),
        typed: fact.value.clone(),
        leads: String::new(),
        takes: if matches!(fact.held, Value::Bool(_)) { "truth" } else { "" },
        choices: Vec::new(),
        source,
        is_stale: fact.expires_at.is_some_and(|expires| expires - almanac.now() < STALE_BEFORE),
        is_suspect: fact.is_suspect,
        href: String::new(),
        action: String::new(),
    }
}

/// The same with the way to all that was said of it, and to where it is changed.
pub(super) fn open_line(fact: &HeldFact, who: &User, here: &str, almanac: &Almanac) -> FactLine {
    let line = fact_line(fact, almanac);
    if fact.is_formula {
        return line;
    }
    let is_by_hand = !fact.key.starts_with(OUTSIDE_ID) && !fact.key.contains(".score.");
    let may_write = is_by_hand && who.field(&fact.key) == FieldRight::Write;
    FactLine {
        href: format!("{here}/facts/{}", fact.key),
        action: if may_write { format!("{here}/facts") } else { String::new() },
        ..line
    }
}

/// Lines of custom fields: called by their labels, told as their types are, and changed as these take it.
pub(super) fn called(mut lines: Vec<FactLine>, reading: &Reading) -> Vec<FactLine> {
    for line in &mut lines {
        let Some(field) = reading.field(&line.key) else { continue };
        line.label.clone_from(&field.label);
        line.value = reading.words(&line.key, &line.typed);
        line.leads = reading.leads(&line.key, &line.typed).unwrap_or_default();
        line.takes = field.kind.word();
        line.choices.clone_from(&field.choices);
    }
    lines
}

/// Facts that every workspace knows, and what they take.
const KNOWN_OF_PEOPLE: &[(&str, &str)] = &[
    ("person.name", ""),
    ("person.email", ""),
    ("person.phone", ""),
    ("person.title", ""),
    ("person.country", ""),
];
const KNOWN_OF_COMPANIES: &[(&str, &str)] = &[
    ("company.name", ""),
    ("company.domain", ""),
    ("company.industry", ""),
    ("company.country", ""),
    ("company.employees", "number"),
];

/// The facts of a person, or of a company, that the user may tell: those that every workspace knows, those of custom
/// fields, and whatever else is held of them. Each once, with what it takes.
pub(super) fn tellable(
    who: &User,
    of: Of,
    fields: &[FieldRow],
    held: &[FactLine],
) -> Vec<Tellable> {
    let everywhere = match of {
        Of::People => KNOWN_OF_PEOPLE,
        Of::Companies => KNOWN_OF_COMPANIES,
    };
    let is_of = |key: &str| key.starts_with(of.facts()) && who.field(key) == FieldRight::Write;
    let everywhere = everywhere.iter().map(|(key, takes)| Tellable {
        key: (*key).to_owned(),
        label: label(key),
        takes,
        choices: Vec::new(),
    });
    let own = fields.iter().filter(|field| field.kind != Kind::Formula).map(|field| Tellable {
        key: field.key.clone(),
        label: field.label.clone(),
        takes: field.kind.word(),
        choices: field.choices.clone(),
    });
    let held = held.iter().filter(|line| !line.action.is_empty()).map(|line| Tellable {
        key: line.key.clone(),
        label: line.label.clone(),
        takes: line.takes,
        choices: line.choices.clone(),
    });
    let mut told: Vec<Tellable> = Vec::new();
    for one in everywhere.chain(own).chain(held).filter(|one| is_of(&one.key)) {
        if told.iter().all(|other| other.key != one.key) {
            told.push(one);
        }
    }
    told
}

/// What was just done, in words, if nothing else was said since.
pub(super) fn done(
    tx: &mut Tx,
    (history, reading): (&[Entry], &Reading),
    subject: i64,
    edit: &str,
) -> Result<Option<Done>, Failure> {
    let Some(edited) = Edited::parse(subject, edit) else { return Ok(None) };
    let entry =
        history.iter().find(|entry| (entry.occurred_at, entry.id) == (edited.at, edited.id));
    let Some(What::Facts(observation)) = entry.map(|entry| &entry.what) else { return Ok(None) };
    let Some(fact) = observation.facts.first() else { return Ok(None) };
    let newest = history.iter().rev().find_map(|entry| match &entry.what {
        What::Facts(said) => said.facts.iter().find(|other| other.key == fact.key),
        What::Activity(_) => None,
    });
    if !newest.is_some_and(|newest| std::ptr::eq(newest, fact)) {
        return Ok(None);
    }
    let words = match (&*fact.key, &fact.value) {
        (crate::OWNER, Value::Text(owner)) => {
            let id = tx.public_ids().decode(team::USER, owner);
            let name = team::names(tx, id.as_slice())?.pop().map(|(_, name)| name);
            format!("{} looks after them now.", name.unwrap_or_default())
        }
        (crate::OWNER, _) => "Nobody looks after them now.".to_owned(),
        (key, Value::Null) => format!("{} is unknown now.", reading.label(key)),
        (key, value) => {
            let words = reading.words(key, &in_words(value));
            format!("{} is {words} now.", reading.label(key))
        }
    };
    Ok(Some(Done { words, edit: edit.to_owned() }))
}
