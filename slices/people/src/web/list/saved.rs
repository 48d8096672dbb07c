//! `/people/views`, `/companies/views`, `/segments` and `/lists`: what is kept by a name.

use axum::Router;
use axum::extract::{Form as Fields, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use funnel::Condition;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use team::{Right, User};

use super::ask::Ask;
use super::wanted::{self, Wanted};
use super::{COUNTED_AT_ONCE, encode, int};
use crate::fields::Labels;
use crate::lists::{self, LIST};
use crate::of::Kept;
use crate::pages::saved::{SavedLine, SavedPage};
use crate::segment::{self, SEGMENT};
use crate::views::{self, Shows, VIEW};
use crate::{Of, frame};

/// Segments whose people are counted before the page is sent.
const COUNTED_SEGMENTS: usize = 20;

pub(super) fn routes() -> Router<App> {
    let views = |of: Of| {
        let at = |rest: &str| format!("{}/views{rest}", of.page());
        Router::new()
            .route(&at(""), post(move |app, who, named| save_view(of, app, who, named)))
            .route(&at("/{view}/remove"), post(remove_view))
            .route(&at("/{view}/first"), post(make_first))
            .route(&at("/none/first"), post(move |app, who| make_none_first(of, app, who)))
    };
    views(Of::People)
        .merge(views(Of::Companies))
        .route("/segments", get(all).post(make_segment))
        .route("/segments/{segment}", get(segment_page))
        .route("/segments/{segment}/change", post(change_segment))
        .route("/segments/{segment}/remove", post(remove_segment))
        .route("/lists", get(to_segments).post(make_list))
        .route("/lists/{list}", get(list_page))
        .route("/lists/{list}/rename", post(rename_list))
        .route("/lists/{list}/remove", post(remove_list))
}

/// What a form about something with a name says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
    /// `companies` for a segment or a list of companies.
    of: String,
    /// `1` for a view that everybody sees.
    shared: String,
    /// The view that is to show this from now on; a new one if empty.
    over: String,
    stage: String,
    #[serde(rename = "where")]
    condition: String,
    sort: String,
    dir: String,
    missing: String,
    cols: String,
    density: String,
}

fn view_id(tx: &Tx, text: &str) -> Result<i64, Failure> {
    tx.public_ids().decode(VIEW, text).ok_or_else(|| Failure::missing("view", text))
}

async fn save_view(
    of: Of,
    State(app): State<App>,
    who: User,
    Fields(named): Fields<Named>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let at = app
        .db
        .write(move |tx| {
            let Named {
                name,
                shared,
                over,
                stage,
                condition,
                sort,
                dir,
                missing,
                cols,
                density,
                ..
            } = named;
            let shows = Shows { stage, condition, sort, dir, missing, cols, density };
            let under = (name.as_str(), shared == "1");
            let id = match over.as_str() {
                "" => views::save(tx, &who, of, under, &shows, now)?,
                text => {
                    let id = view_id(tx, text)?;
                    views::change(tx, &who, id, under, &shows, now)?;
                    id
                }
            };
            Ok(format!("{}?view={}", of.page(), tx.public_ids().encode(VIEW, id)))
        })
        .await?;
    Ok(Redirect::to(&at).into_response())
}

async fn remove_view(
    State(app): State<App>,
    who: User,
    Path(view): Path<String>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let of = app
        .db
        .write(move |tx| {
            let id = view_id(tx, &view)?;
            let of = views::load(tx, &who, id)?.of;
            views::remove(tx, &who, id, now)?;
            Ok(of)
        })
        .await?;
    Ok(Redirect::to(&format!("{}?view=all", of.page())).into_response())
}

async fn make_first(
    State(app): State<App>,
    who: User,
    Path(view): Path<String>,
) -> Result<Response, Failure> {
    let view = app
        .db
        .write(move |tx| {
            let id = view_id(tx, &view)?;
            views::make_first(tx, &who, id)
        })
        .await?;
    Ok(Redirect::to(view.of.page()).into_response())
}

async fn make_none_first(of: Of, State(app): State<App>, who: User) -> Result<Response, Failure> {
    app.db.write(move |tx| views::make_none_first(tx, &who, of)).await?;
    Ok(Redirect::to(of.page()).into_response())
}

/// Every segment and every list.
async fn all(State(app): State<App>, who: User) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| Ok((frame::shell(tx, &who, "/segments")?, saved(tx, &who, now)?)))
        .await?;
    Ok(Page::new(&shell, "Segments and lists", &view))
}

async fn to_segments() -> Redirect {
    Redirect::to("/segments")
}

fn saved(tx: &mut Tx, who: &User, now: moment::Moment) -> Result<SavedPage, Failure> {
    let lens = crate::lens_for(tx, who, None)?;
    let lists = lists::lists(tx, who)?;
    let mut segments = Vec::new();
    for of in Of::BOTH {
        segments.extend(segment::segments_of(tx, who, of)?);
    }
    let makers: Vec<i64> = segments
        .iter()
        .filter_map(|row| row.made_by)
        .chain(lists.iter().filter_map(|row| row.made_by))
        .collect();
    let makers = team::names(tx, &makers)?;
    let maker = |id: Option<i64>| {
        let found = id.and_then(|id| makers.iter().find(|(user, _)| *user == id));
        found.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let outside = tx.public_ids();
    let mut counts_now = segments.len() <= COUNTED_SEGMENTS;
    for of in Of::BOTH {
        let all: u64 = wanted::tally(tx, who, of, lens.id)?.iter().map(|(_, n)| n).sum();
        counts_now &= all <= COUNTED_AT_ONCE;
    }
    let labels = Labels::seen(tx, who)?;
    let mut segment_lines = Vec::with_capacity(segments.len());
    for row in segments {
        let (id, of) = (outside.encode(SEGMENT, row.id), row.of);
        let asked = wanted::read(tx, who, (of, lens.id), &row.condition);
        let (says, count, fault) = match asked {
            Ok(asked) => {
                let says = labels.english(asked.condition()).to_string();
                let all = Wanted::all(of, lens.id, asked);
                (says, if counts_now { all.count(tx, who, now)? } else { None }, None)
            }
            // It may ask for what is kept from the user, or a definition may have lost what it names.
            Err(Failure::Refused { words, .. }) => (row.condition.clone(), None, Some(words)),
            Err(other) => return Err(other),
        };
        segment_lines.push(SavedLine {
            href: format!("/segments/{id}"),
            name: row.name,
            of,
            says,
            count: count.map(int),
            asks: match fault {
                None => format!("{}/count?in={id}", of.page()),
                Some(_) => String::new(),
            },
            fault,
            made: almanac.date(row.made_at).words,
            maker: maker(row.made_by),
        });
    }
    let list_lines = lists.into_iter().map(|row| SavedLine {
        href: format!("/lists/{}", outside.encode(LIST, row.id)),
        name: row.name,
        of: row.of,
        says: String::new(),
        count: Some(int(row.members)),
        asks: String::new(),
        fault: None,
        made: almanac.date(row.made_at).words,
        maker: maker(row.made_by),
    });
    Ok(SavedPage {
        segments: segment_lines,
        lists: list_lines.collect(),
        may_edit: who.can(Right::EditPeople),
    })
}

async fn make_segment(
    State(app): State<App>,
    who: User,
    Fields(named): Fields<Named>,
) -> Result<Response, Failure> {
    who.may(Right::EditPeople)?;
    let now = app.clock.now();
    let id = app
        .db
        .write(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            let condition = with_stage(&named.stage, &named.condition);
            let of = Of::parse(&named.of).unwrap_or_default();
            let what = (named.name.as_str(), condition.as_str());
            let id = segment::make_of(tx, &who, lens.id, of, what, now)?;
            Ok(tx.public_ids().encode(SEGMENT, id))
        })
        .await?;
    Ok(Redirect::to(&format!("/segments/{id}")).into_response())
}

/// A list at a stage is a condition about the stage, too.
pub(super) fn with_stage(stage: &str, condition: &str) -> String {
    let (stage, condition) = (stage.trim().replace(['"', '\\'], ""), condition.trim());
    match (stage.as_str(), condition) {
        ("", condition) => condition.to_owned(),
        (stage, "") => format!("stage == \"{stage}\""),
        (stage, condition) => match Condition::parse(condition) {
            Ok(Condition::Any(_)) => format!("stage == \"{stage}\" && ({condition})"),
            _ => format!("stage == \"{stage}\" && {condition}"),
        },
    }
}

async fn change_segment(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
    Fields(named): Fields<Named>,
) -> Result<Response, Failure> {
    who.may(Right::EditPeople)?;
    let now = app.clock.now();
    let at = format!("/segments/{}", encode(&id));
    app.db
        .write(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            let row = segment::meant_of_any(tx, &who, &id)?;
            segment::change(tx, &who, lens.id, row.id, (&named.name, &named.condition), now)
        })
        .await?;
    Ok(Redirect::to(&at).into_response())
}

async fn remove_segment(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    who.may(Right::EditPeople)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let row = segment::meant_of_any(tx, &who, &id)?;
            segment::remove(tx, &who, row.id, now)
        })
        .await?;
    Ok(Redirect::to("/segments").into_response())
}

async fn make_list(
    State(app): State<App>,
    who: User,
    Fields(named): Fields<Named>,
) -> Result<Response, Failure> {
    who.may(Right::EditPeople)?;
    let now = app.clock.now();
    let id = app
        .db
        .write(move |tx| {
            let of = Of::parse(&named.of).unwrap_or_default();
            let id = lists::make(tx, &who, of, &named.name, now)?;
            Ok(tx.public_ids().encode(LIST, id))
        })
        .await?;
    Ok(Redirect::to(&format!("/lists/{id}")).into_response())
}

async fn rename_list(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
    Fields(named): Fields<Named>,
) -> Result<Response, Failure> {
    let at = format!("/lists/{}", encode(&id));
    who.may(Right::EditPeople)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let row = lists::meant(tx, &who, &id)?;
            lists::rename(tx, &who, row.id, &named.name, now)
        })
        .await?;
    Ok(Redirect::to(&at).into_response())
}

async fn remove_list(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    who.may(Right::EditPeople)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let row = lists::meant(tx, &who, &id)?;
            lists::remove(tx, &who, row.id, now)
        })
        .await?;
    Ok(Redirect::to("/segments").into_response())
}

async fn segment_page(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Page, Failure> {
    super::shown(app, who, Ask { within: id, ..ask }).await
}

async fn list_page(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Page, Failure> {
    super::shown(app, who, Ask { within: id, ..ask }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_of_a_stage_says_the_stage() {
        assert_eq!(with_stage("", "score.fit >= 1"), "score.fit >= 1");
        assert_eq!(with_stage("lead", ""), r#"stage == "lead""#);
        let either = with_stage("lead", "score.fit >= 1 || known(person.email)");
        assert_eq!(either, r#"stage == "lead" && (score.fit >= 1 || known(person.email))"#);
    }
}
