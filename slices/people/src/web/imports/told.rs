//! The files of what did not fit, sent while they are read.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use platform::app::App;
use platform::failure::Failure;
use team::User;

use super::found;
use crate::import::exceptions::{self, Which};

pub(super) async fn rejected(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    told(app, who, id, Which::Rejected).await
}

pub(super) async fn noted(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    told(app, who, id, Which::Noted).await
}

async fn told(app: App, who: User, id: String, which: Which) -> Result<Response, Failure> {
    let import = app.db.read(move |tx| Ok(found(tx, &who, &id)?.id)).await?;
    let name = format!("attachment; filename=\"{}.csv\"", which.as_str());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, &name),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, body(app, import, which)).into_response())
}

/// The file piece by piece: the next is read when the one before has been taken, so that one piece is held at a time.
fn body(app: App, import: i64, which: Which) -> Body {
    Body::from_stream(try_unfold(Some(None), move |at: Option<Option<u64>>| {
        let app = app.clone();
        async move {
            let Some(after) = at else { return Ok::<_, Failure>(None) };
            let (piece, next) = app
                .db
                .read(move |tx| {
                    let mut piece = Vec::new();
                    if after.is_none() {
                        exceptions::head(&mut piece)?;
                    }
                    let after = after.unwrap_or(0);
                    let next = exceptions::piece(tx, import, which, after, &mut piece)?;
                    Ok((piece, next))
                })
                .await?;
            Ok(Some((piece, next.map(Some))))
        }
    }))
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use platform::harness::both;

    use super::*;
    use crate::import::{Exception, store};

    #[test]
    fn a_long_file_is_told_in_pieces_and_whole() {
        const ROWS: u64 = 1_100;
        both(&[team::slice(), journal::slice(), crate::slice()], |world| {
            let rows: Vec<Exception> = (1..=ROWS)
                .map(|row| Exception {
                    row,
                    line: row + 1,
                    reason: "=no".to_owned(),
                    raw: format!("a{row},\"b\""),
                })
                .collect();
            world.db.write_blocking(move |tx| store::note(tx, 5, &rows)).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let read = |which| {
                runtime.block_on(async {
                    let mut pieces = body(world.app.clone(), 5, which).into_data_stream();
                    let (mut text, mut longest) = (String::new(), 0);
                    while let Some(piece) = pieces.next().await {
                        let piece = piece.unwrap();
                        longest = longest.max(piece.len());
                        text.push_str(std::str::from_utf8(&piece).unwrap());
                    }
                    (text, longest)
                })
            };
            let (text, longest) = read(Which::Noted);
            assert_eq!(text.lines().count(), 1_101);
            assert!(longest * 3 < text.len(), "{longest} of {}", text.len());
            assert!(text.starts_with("row,line,reason,as it stood\n1,2,"), "{text:.80}");
            assert!(text.ends_with("\n1100,1101,\"'=no\",\"a1100,\"\"b\"\"\"\n"), "{text}");
            assert_eq!(read(Which::Rejected).0, "row,line,reason,as it stood\n");
        });
    }
}
