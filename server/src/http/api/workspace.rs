//! `/workspace/export`: the whole of it as one file.

use axum::response::Response;
use platform::App;
use platform::failure::Failure;
use team::Right;

use super::ask::Ask;
use super::call::{Call, get};

pub(super) fn calls() -> Vec<Call> {
    vec![
        get("/workspace/export", "exportWorkspace", "The whole workspace as one file")
            .more(
                "An archive (tar in gzip) with a piece of JSON Lines for each table, the files that were uploaded, and a manifest \
                 with counts and sums, for `sluice workspace import`. Passwords and second factors are not in it. It is sent while \
                 it is read from one snapshot; if it can't be sent whole, the connection breaks off.",
            )
            .right(Right::ManageWorkspace)
            .gives_a_file("The file.", &["application/gzip"])
            .sends(|app, ask| Box::pin(send(app, ask))),
    ]
}

async fn send(app: App, ask: Ask) -> Result<Response, Failure> {
    crate::http::away::workspace(app, ask.who).await
}
