//! `GET /kinds`: who stands where as which kind, and what was paid for them.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use people::frame;
use people::pages::marks::StageMark;
use people::pages::money::money;
use platform::app::App;
use platform::failure::Failure;
use platform::page::words::grouped;
use platform::page::{Page, filters};
use team::User;

use super::tell::encoded;
use crate::kinds::{KindLine, Paid, kinds};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/kinds", get(page))
}

struct Price {
    total: String,
    each: String,
}

struct Row {
    stage: StageMark,
    kind: String,
    people: i64,
    bought: i64,
    prices: Vec<Price>,
    unpriced: String,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "kinds.html")]
struct KindsPage {
    lens: String,
    rows: Vec<Row>,
    total: Row,
    balance: String,
}

async fn page(State(app): State<App>, who: User) -> Result<Page, Failure> {
    let (shell, view) = app
        .db
        .read(move |tx| {
            let found = kinds(tx, &who, None)?;
            let parts: Vec<String> = found.lines.iter().map(|line| words(line.people)).collect();
            let view = KindsPage {
                lens: found.lens,
                rows: found.lines.iter().map(row).collect(),
                total: row(&found.total),
                balance: parts.join(" + "),
            };
            Ok((frame::shell(tx, &who, "/funnel")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Kinds", &view))
}

fn words(count: u64) -> String {
    grouped(int(count))
}

fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn row(line: &KindLine) -> Row {
    let price = |paid: &Paid| Price {
        total: money(paid.total_minor, &paid.currency),
        each: money(paid.each_minor, &paid.currency),
    };
    Row {
        stage: StageMark::of(line.stage.as_str()),
        kind: line.kind.clone().unwrap_or_default(),
        people: int(line.people),
        bought: int(line.bought),
        prices: line.paid.iter().map(price).collect(),
        unpriced: match line.unpriced {
            0 => String::new(),
            1 => "1 purchase without a price".to_owned(),
            many => format!("{} purchases without a price", words(many)),
        },
        href: (line.people > 0).then(|| listed(line)),
    }
}

/// The list of these people.
fn listed(line: &KindLine) -> String {
    let condition = match &line.kind {
        Some(kind) => format!("kind == {}", serde_json::Value::from(kind.as_str())),
        None => "!known(kind)".to_owned(),
    };
    format!("/people?stage={}&where={}", line.stage, encoded(&condition))
}
