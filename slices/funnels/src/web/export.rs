//! `GET /people/export`, `GET /companies/export`: the list, as it is asked for on the page, as a file. The API answers
//! the same.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use funnel::Stage;
use people::Of;
use people::export::stream::{self, Attachment, Sink};
use people::export::{Format, Layout};
use people::of::Kept;
use platform::app::App;
use platform::failure::Failure;
use serde::Deserialize;
use team::User;

use crate::export::Export;

pub(super) fn routes() -> Router<App> {
    let of = |of: Of| {
        let at = format!("{}/export", of.page());
        Router::new().route(&at, get(move |app, who, ask| page(of, app, who, ask)))
    };
    of(Of::People).merge(of(Of::Companies))
}

/// What is asked, in the words of the list's address and of the API.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    /// A condition, as definitions write them.
    #[serde(rename = "where")]
    pub condition: String,
    /// The lens by its name.
    pub lens: String,
    /// Stages with commas between.
    pub stage: String,
    /// By what people are ordered.
    pub sort: String,
    /// `asc` or `desc`.
    #[serde(alias = "order")]
    pub dir: String,
    /// A name, the beginning of one, or an address.
    #[serde(alias = "search")]
    pub q: String,
    /// A segment, a list or a view, by its public id.
    #[serde(rename = "in")]
    pub within: String,
    /// `csv` or `jsonl`.
    pub format: String,
    /// Facts that are columns, too, with commas between.
    pub facts: String,
}

impl Ask {
    fn read(self, of: Of) -> Result<Export, Failure> {
        let said = |text: String| Some(text).filter(|text| !text.trim().is_empty());
        let words = "there are csv and jsonl";
        let format = match self.format.as_str() {
            "" => Format::Csv,
            word => Format::parse(word).ok_or_else(|| Failure::invalid("format", words))?,
        };
        let descending = match self.dir.as_str() {
            "" => None,
            "asc" => Some(false),
            "desc" => Some(true),
            _ => return Err(Failure::invalid("dir", "there are asc and desc")),
        };
        let list = |text: &str| -> Vec<String> {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        };
        let words =
            "there are lead, prospect, opportunity, customer, recycled, disqualified and none";
        let stage =
            |word: String| Stage::parse(&word).ok_or_else(|| Failure::invalid("stage", words));
        Ok(Export {
            of,
            lens: said(self.lens),
            within: said(self.within),
            condition: said(self.condition),
            stages: list(&self.stage).into_iter().map(stage).collect::<Result<_, _>>()?,
            sort: said(self.sort),
            descending,
            search: said(self.q),
            layout: Layout::new(format, list(&self.facts))?,
        })
    }
}

async fn page(
    of: Of,
    State(app): State<App>,
    who: User,
    ask: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(ask) = ask.map_err(|wrong| Failure::invalid("query", wrong.body_text()))?;
    answer(app, who, of, ask).await
}

/// Answers with the file.
///
/// # Errors
/// As [`Export::begin`] and [`Export::write`]; `Busy` while too many are sent.
pub async fn answer(app: App, who: User, of: Of, ask: Ask) -> Result<Response, Failure> {
    let export = ask.read(of)?;
    export.begin(&app, &who).await?;
    let now = app.clock.now();
    let (day, format) = (now.to_string(), export.layout.format);
    let attachment = Attachment {
        name: format!("{}-{}.{}", of.word(), day.get(..10).unwrap_or_default(), format.as_str()),
        media_type: format.media_type(),
    };
    stream::send(&app, &attachment, move |tx, sink: &mut Sink| {
        export.write(tx, &who, now, sink, |sink, count| sink.begin(Some(count))).map(drop)
    })
    .await
}
