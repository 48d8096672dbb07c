//! `GET /search`: everything that is found by a text; `GET /search/palette`: the same in short, while somebody types.

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use team::User;

use crate::frame;
use crate::pages::marks::StageMark;
use crate::pages::search::{CompanyHit, PalettePart, PersonHit, SearchPage, TextLine};
use crate::search::{Search, SearchView, search};
use crate::{COMPANY, PERSON};

/// What the palette shows of each.
const PALETTE: (usize, usize, usize) = (6, 4, 3);
/// What the page shows of each.
const PAGE: (usize, usize, usize) = (50, 20, 30);

pub(super) fn routes() -> Router<App> {
    Router::new().route("/search", get(page)).route("/search/palette", get(palette))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    q: String,
}

async fn page(State(app): State<App>, who: User, Query(ask): Query<Ask>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let found = looked_for(tx, &who, &ask.q, PAGE)?;
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            let view = SearchPage {
                is_asked: !ask.q.trim().is_empty(),
                typed: ask.q.trim().to_owned(),
                instead: found.instead.clone(),
                people: people(tx, &found),
                companies: companies(tx, &found),
                texts: texts(tx, &found, &almanac),
            };
            Ok((frame::shell(tx, &who, "/search")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Search", &view))
}

async fn palette(
    State(app): State<App>,
    who: User,
    Query(ask): Query<Ask>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let view = app
        .db
        .read(move |tx| {
            let found = looked_for(tx, &who, &ask.q, PALETTE)?;
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            Ok(PalettePart {
                instead: found.instead.clone(),
                people: people(tx, &found),
                companies: companies(tx, &found),
                texts: texts(tx, &found, &almanac),
            })
        })
        .await?;
    Ok(Page::part(&view))
}

fn looked_for(
    tx: &mut Tx,
    who: &User,
    text: &str,
    (people, companies, texts): (usize, usize, usize),
) -> Result<SearchView, Failure> {
    search(tx, who, &Search { text: text.to_owned(), people, companies, texts })
}

fn people(tx: &Tx, found: &SearchView) -> Vec<PersonHit> {
    let outside = tx.public_ids();
    let hit = |listed: &crate::list::Listed| {
        let person = &listed.person;
        let parts = [person.title.clone(), listed.company.clone()];
        PersonHit {
            href: format!("/people/{}", outside.encode(PERSON, person.id)),
            name: person.name.clone(),
            about: parts.into_iter().flatten().collect::<Vec<_>>().join(", "),
            stage: StageMark::of(listed.standing.stage.as_str()),
        }
    };
    found.people.iter().map(hit).collect()
}

fn companies(tx: &Tx, found: &SearchView) -> Vec<CompanyHit> {
    let outside = tx.public_ids();
    let hit = |company: &crate::CompanyRow| {
        let parts = [company.domain.clone(), company.industry.clone(), company.country.clone()];
        CompanyHit {
            href: format!("/companies/{}", outside.encode(COMPANY, company.id)),
            name: company.name.clone(),
            about: parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        }
    };
    found.companies.iter().map(hit).collect()
}

fn texts(tx: &Tx, found: &SearchView, almanac: &Almanac) -> Vec<TextLine> {
    let outside = tx.public_ids();
    let line = |hit: &crate::search::TextHit| TextLine {
        href: if journal::is_company(hit.subject) {
            format!("/companies/{}", outside.encode(COMPANY, hit.subject))
        } else {
            format!("/people/{}", outside.encode(PERSON, hit.subject))
        },
        name: hit.name.clone(),
        is_note: hit.kind == "note",
        what: hit.kind.replace(['.', '_'], " "),
        at: almanac.day(hit.at),
        excerpt: hit.excerpt.clone(),
    };
    found.texts.iter().map(line).collect()
}
