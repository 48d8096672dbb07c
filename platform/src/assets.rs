//! Assets: the style, the scripts and the icons, built by `make assets` and embedded in the program.
//!
//! Each is served under a name that holds a digest of what is in it, so a browser may keep it for ever, and packed
//! when the browser reads that. The plain name works too, for whoever types it, and is checked each time.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../assets/dist"]
struct Dist;

/// One of the files that pages ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asset {
    /// The style of every page.
    Style,
    /// The theme, before anything is painted.
    Theme,
    /// What pages do in the browser, beyond links and forms.
    Script,
    /// The icons, a symbol each.
    Icons,
    /// The icon of the window.
    Favicon,
}

impl Asset {
    /// All of them.
    pub const ALL: [Asset; 5] =
        [Asset::Style, Asset::Theme, Asset::Script, Asset::Icons, Asset::Favicon];

    const fn file(self) -> &'static str {
        match self {
            Asset::Style => "app.css",
            Asset::Theme => "theme.js",
            Asset::Script => "app.js",
            Asset::Icons => "icons.svg",
            Asset::Favicon => "favicon.svg",
        }
    }

    const fn content_type(self) -> HeaderValue {
        match self {
            Asset::Style => HeaderValue::from_static("text/css; charset=utf-8"),
            Asset::Theme | Asset::Script => {
                HeaderValue::from_static("text/javascript; charset=utf-8")
            }
            Asset::Icons | Asset::Favicon => HeaderValue::from_static("image/svg+xml"),
        }
    }

    /// The address at which it is served, e.g. `/assets/app.1f2e3d4c5b6a7988.css`.
    pub fn href(self) -> &'static str {
        BUILT.iter().find(|built| built.asset == self).map_or("", |built| built.href.as_str())
    }
}

/// An asset as it goes out.
struct Built {
    asset: Asset,
    href: String,
    digest: String,
    plain: Cow<'static, [u8]>,
    gzip: Option<Cow<'static, [u8]>>,
}

static BUILT: LazyLock<[Built; 5]> = LazyLock::new(|| Asset::ALL.map(Built::of));

impl Built {
    fn of(asset: Asset) -> Built {
        let file = asset.file();
        let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
        // The build script has seen that they are there.
        let Some(embedded) = Dist::get(file) else {
            return Built {
                asset,
                href: format!("/assets/{file}"),
                digest: String::new(),
                plain: Cow::Borrowed(&[]),
                gzip: None,
            };
        };
        let mut digest = String::with_capacity(16);
        for byte in &embedded.metadata.sha256_hash()[..8] {
            // Writing to a string does not fail.
            let _ = write!(digest, "{byte:02x}");
        }
        Built {
            asset,
            href: format!("/assets/{stem}.{digest}.{extension}"),
            digest,
            plain: embedded.data,
            gzip: Dist::get(&format!("{file}.gz")).map(|packed| packed.data),
        }
    }

    fn response(&'static self, is_pinned: bool, asked: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", self.digest);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, self.asset.content_type());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let keep = if is_pinned { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if mentions(asked, &header::IF_NONE_MATCH, &tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let body = match &self.gzip {
            Some(packed) if mentions(asked, &header::ACCEPT_ENCODING, "gzip") => {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                packed
            }
            _ => &self.plain,
        };
        let body: &'static [u8] = body.as_ref();
        (headers, body).into_response()
    }
}

/// Whether a header that lists things, with their parameters, lists this one. `gzip;q=0` is a no.
fn mentions(headers: &HeaderMap, name: &header::HeaderName, wanted: &str) -> bool {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).any(|list| {
        list.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            parts.next() == Some(wanted) && !parts.any(|part| part == "q=0")
        })
    })
}

/// Serves the assets under `/assets/`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    for built in BUILT.iter() {
        if built.href.strip_prefix("/assets/") == Some(name.as_str()) {
            return built.response(true, &headers);
        }
        if built.asset.file() == name {
            return built.response(false, &headers);
        }
    }
    StatusCode::NOT_FOUND.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            header::HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )])
    }

    async fn ask(name: &str, headers: HeaderMap) -> Response {
        serve(Path(name.to_owned()), headers).await
    }

    #[tokio::test]
    async fn a_pinned_name_may_be_kept_for_ever_and_a_plain_one_is_checked() {
        for asset in Asset::ALL {
            let pinned = asset.href().strip_prefix("/assets/").unwrap();
            assert_eq!(pinned.len(), asset.file().len() + 17, "{pinned}");
            let response = ask(pinned, HeaderMap::new()).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()["content-type"], asset.content_type());
            assert!(response.headers()["cache-control"].to_str().unwrap().contains("immutable"));
            assert!(!response.headers().contains_key("content-encoding"));

            let response = ask(asset.file(), asking("accept-encoding", "br, gzip;q=0.8")).await;
            assert_eq!(response.headers()["cache-control"], "no-cache");
            assert_eq!(response.headers()["content-encoding"], "gzip");
            let response = ask(asset.file(), asking("accept-encoding", "gzip;q=0")).await;
            assert!(!response.headers().contains_key("content-encoding"));
        }
    }

    #[tokio::test]
    async fn what_a_browser_has_is_not_sent_again_and_what_is_not_there_is_missing() {
        let first = ask("app.css", HeaderMap::new()).await;
        let tag = first.headers()["etag"].clone();
        let again = ask("app.css", HeaderMap::from_iter([(header::IF_NONE_MATCH, tag)])).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        for name in ["app.css.gz", "app.0000000000000000.css", "nothing.js", ".."] {
            assert_eq!(ask(name, HeaderMap::new()).await.status(), StatusCode::NOT_FOUND);
        }
    }
}
