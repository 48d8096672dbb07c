//! The whole workspace on its way to a browser or a program.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use people::export::stream::{self, Attachment, Sink};
use platform::App;
use platform::failure::Failure;
use team::User;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/settings/workspace/export", get(page))
}

async fn page(State(app): State<App>, who: User) -> Result<Response, Failure> {
    workspace(app, who).await
}

/// Answers with the file, without secrets: who takes those has the machine.
///
/// # Errors
/// `Forbidden` without the right over the workspace; `Busy` while too much is sent.
pub(super) async fn workspace(app: App, who: User) -> Result<Response, Failure> {
    let now = app.clock.now();
    let noter = who.clone();
    app.db.write(move |tx| away::workspace::begin(tx, &noter, false, now)).await?;
    let files = app.files.clone();
    let day = now.to_string();
    let attachment = Attachment {
        name: format!("workspace-{}.tar.gz", day.get(..10).unwrap_or_default()),
        media_type: "application/gzip",
    };
    stream::send(&app, &attachment, move |tx, sink: &mut Sink| {
        // Nobody knows how many rows there are before they are read; the manifest at the end says it.
        sink.begin(None)?;
        away::workspace::write(tx, &who, &files, false, now, sink, &|_| {}).map(drop)
    })
    .await
}
