pub(super) fn routes() -> axum::Router<platform::app::App> { axum::Router::new() }
