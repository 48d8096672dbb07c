//! `/settings/fields`: what a workspace wants to know besides.

use axum::Router;
use axum::extract::{Form as Fields, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::app::App;
use platform::failure::Failure;
use platform::page::Page;
use serde::Deserialize;
use team::{Right, User};

use crate::fields::{self, Draft, FieldRow, Kind};
use crate::frame;
use crate::pages::fields::{FieldLine, FieldsPage};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/settings/fields", get(page).post(make))
        .route("/settings/fields/{key}", post(change))
        .route("/settings/fields/{key}/remove", post(remove))
}

/// What the form of a field says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// `person` or `company`.
    of: String,
    kind: String,
    label: String,
    name: String,
    /// A choice on each line.
    choices: String,
    currency: String,
    formula: String,
}

impl Asked {
    fn draft(&self) -> Draft {
        Draft {
            of_company: self.of == "company",
            name: self.name.clone(),
            label: self.label.clone(),
            choices: self.choices.lines().map(str::to_owned).collect(),
            currency: self.currency.clone(),
            formula: self.formula.clone(),
        }
    }
}

async fn page(State(app): State<App>, who: User) -> Result<Page, Failure> {
    let (shell, view) = app
        .db
        .read(move |tx| {
            let rows = fields::fields(tx, &who)?;
            let view = FieldsPage {
                fields: rows.iter().map(line).collect(),
                kinds: Kind::ALL.iter().map(|(_, word, label)| (*word, *label)).collect(),
                may_manage: who.can(Right::ManageFields),
            };
            Ok((frame::shell(tx, &who, "/settings/fields")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Fields", &view))
}

fn line(row: &FieldRow) -> FieldLine {
    let more = match row.kind {
        Kind::Choice | Kind::Choices => row.choices.join(", "),
        Kind::Money => row.currency.clone(),
        Kind::Formula => row.formula.clone(),
        _ => String::new(),
    };
    FieldLine {
        key: row.key.clone(),
        label: row.label.clone(),
        kind: row.kind.word(),
        kind_label: row.kind.label(),
        more,
        choices: row.choices.join("\n"),
        currency: row.currency.clone(),
        formula: row.formula.clone(),
        find: format!("/people?cols=co,stage,{0}&sort={0}", row.key),
    }
}

async fn make(
    State(app): State<App>,
    who: User,
    Fields(asked): Fields<Asked>,
) -> Result<Response, Failure> {
    who.may(Right::ManageFields)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let kind = Kind::parse(&asked.kind)
                .ok_or_else(|| Failure::invalid("kind", "choose what the field holds"))?;
            let lens = crate::lens_for(tx, &who, None)?;
            fields::make(tx, &who, lens.id, kind, &asked.draft(), now)
        })
        .await?;
    Ok(Redirect::to("/settings/fields").into_response())
}

async fn change(
    State(app): State<App>,
    who: User,
    Path(key): Path<String>,
    Fields(asked): Fields<Asked>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            fields::change(tx, &who, lens.id, &key, &asked.draft(), now)
        })
        .await?;
    Ok(Redirect::to("/settings/fields").into_response())
}

async fn remove(
    State(app): State<App>,
    who: User,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    app.db.write(move |tx| fields::remove(tx, &who, &key, now)).await?;
    Ok(Redirect::to("/settings/fields").into_response())
}
