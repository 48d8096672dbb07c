//! An export on its way to a browser or a program: written by a thread that reads one snapshot, sent as it is written.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::stream::unfold;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

/// Exports that are sent at once: each holds a connection and a snapshot.
const AT_ONCE_MAX: usize = 2;
static ROOM: Semaphore = Semaphore::const_new(AT_ONCE_MAX);
/// After how many seconds to ask again when there are as many.
const RETRY_S: u32 = 10;
/// Bytes that are sent at a time, and pieces that may wait to be taken.
const PIECE_BYTES: usize = 64 << 10;
const PIECES_WAITING: usize = 8;
/// How long a piece waits for whoever reads slowly.
const TAKEN_WITHIN: Duration = Duration::from_secs(60);
/// The header that says how many there are in the file.
const COUNT: &str = "sluice-count";

enum Piece {
    Begin(Option<u64>),
    Bytes(Vec<u8>),
    Failed(Failure),
}

/// Where the file is written to.
pub struct Sink {
    to: mpsc::Sender<Piece>,
    handle: Handle,
    piece: Vec<u8>,
}

impl Sink {
    /// Says how many there will be in the file, if that is known, before the first of it is written: whatever fails until
    /// then is answered as it is, whatever fails after breaks the answer off.
    ///
    /// # Errors
    /// `Broken` if nobody listens any more.
    pub fn begin(&mut self, announced: Option<u64>) -> Result<(), Failure> {
        Ok(self.send(Piece::Begin(announced))?)
    }

    fn send(&self, piece: Piece) -> io::Result<()> {
        let gone = || io::Error::new(io::ErrorKind::BrokenPipe, "nobody takes the export any more");
        // The clock of the runtime is at hand within it alone.
        let sending = async { tokio::time::timeout(TAKEN_WITHIN, self.to.send(piece)).await };
        match self.handle.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(gone()),
        }
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.piece);
        self.send(Piece::Bytes(piece))
    }
}

/// How the browser keeps the file.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its name: letters, digits, points and strokes.
    pub name: String,
    /// As the web calls it.
    pub media_type: &'static str,
}

/// Answers with a file that `work` writes, in one snapshot, while it is taken.
///
/// # Errors
/// `Busy` while two others are sent; what `work` fails with before it [begins](Sink::begin).
pub async fn send(
    app: &App,
    attachment: &Attachment,
    work: impl FnOnce(&mut Tx, &mut Sink) -> Result<(), Failure> + Send + 'static,
) -> Result<Response, Failure> {
    let room = ROOM.try_acquire().map_err(|_| Failure::Busy { retry_after_s: RETRY_S })?;
    let (to, mut pieces) = mpsc::channel(PIECES_WAITING);
    let (db, handle) = (app.db.clone(), Handle::current());
    // A thread of its own, for it may wait long for whoever reads.
    std::thread::Builder::new().name("export".to_owned()).spawn(move || {
        let failed = to.clone();
        let mut sink = Sink { to, handle: handle.clone(), piece: Vec::new() };
        let written = db.read_blocking(move |tx| {
            let _held: SemaphorePermit<'_> = room;
            work(tx, &mut sink)?;
            Ok(io::Write::flush(&mut sink)?)
        });
        if let Err(failure) = written {
            let _nobody_listens = handle.block_on(failed.send(Piece::Failed(failure)));
        }
    })?;
    let announced = match pieces.recv().await {
        Some(Piece::Begin(announced)) => announced,
        Some(Piece::Failed(failure)) => return Err(failure),
        Some(Piece::Bytes(_)) | None => {
            return Err(Failure::broken("an export began without saying how many it has"));
        }
    };
    let sent = unfold(pieces, |mut pieces| async move {
        match pieces.recv().await? {
            Piece::Bytes(bytes) => Some((Ok(bytes), pieces)),
            Piece::Failed(failure) => {
                tracing::error!(%failure, "an export broke off");
                Some((Err(failure), pieces))
            }
            Piece::Begin(_) => Some((Ok(Vec::new()), pieces)),
        }
    });
    // Whoever packs what is sent may ask once more after the end.
    let body = Body::from_stream(sent.fuse());
    let mut headers = HeaderMap::new();
    let Attachment { name, media_type } = attachment;
    let disposition = format!("attachment; filename=\"{name}\"");
    let disposition = HeaderValue::from_str(&disposition).map_err(Failure::broken)?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(announced) = announced {
        headers.insert(COUNT, HeaderValue::from(announced));
    }
    Ok((headers, body).into_response())
}
