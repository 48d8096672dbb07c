//! Connections: how many, how patient, and how they end.
//!
//! A loop of our own over hyper, since `axum::serve` sets no limit on how long a head may take to come, on how many
//! connect, or on how long a stop waits.

use std::io::Error;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use team::Peer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use super::network::any_contains;
use super::patience::Patient;
use super::peer::{Line, Trust, caller};
use super::proxy_protocol;
use super::tls::Tls;

/// What a connection may take.
#[derive(Clone)]
pub(crate) struct Limits {
    pub connections_max: usize,
    /// For the head of a request; so also how long a connection may idle.
    pub head: Duration,
    /// For taking the next piece of an answer.
    pub answer: Duration,
    /// For requests under way to end, once we stop.
    pub stop: Duration,
    pub trust: Trust,
    /// Whether connections of our proxies begin with whom they speak for.
    pub proxy_protocol: bool,
    /// Encrypts what is spoken, if it is to be.
    pub tls: Option<Tls>,
}

/// How long to wait after the system would not accept a connection, usually for want of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Answers requests until `stopping` turns true. Then it accepts no more, lets those under way end, and
/// returns how many connections had to be cut off because they took too long.
pub(crate) async fn accept(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) -> usize {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let next = tokio::select! {
            biased;
            () = told(&mut stopping) => break,
            next = next(&listener, &places) => next,
        };
        let Some((place, stream, from)) = next else { continue };
        connections.spawn(serve(
            place,
            stream,
            from,
            router.clone(),
            limits.clone(),
            stopping.clone(),
        ));
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    match timeout(limits.stop, all_ended).await {
        Ok(()) => 0,
        Err(_) => {
            let left = connections.len();
            connections.shutdown().await;
            left
        }
    }
}

/// Waits until it is time to stop; also if nobody is left who could say so.
async fn told(stopping: &mut watch::Receiver<bool>) {
    let _either_way = stopping.wait_for(|&stopping| stopping).await.map(|_| ());
}

/// The next connection, once there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, from)) => Some((place, stream, from)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

async fn serve(
    _place: OwnedSemaphorePermit,
    mut stream: TcpStream,
    from: SocketAddr,
    router: Router,
    limits: Limits,
    stopping: watch::Receiver<bool>,
) {
    // Answers are written whole; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let from = match timeout(limits.head, origin(&mut stream, from.ip(), &limits)).await {
        Ok(Ok(from)) => from,
        Ok(Err(error)) => return tracing::debug!(%error, "a proxy did not say for whom it speaks"),
        Err(_) => return tracing::debug!("a proxy took too long to say for whom it speaks"),
    };
    match &limits.tls {
        None => speak(stream, Line { from, is_encrypted: false }, router, &limits, stopping).await,
        Some(tls) => match timeout(limits.head, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let line = Line { from, is_encrypted: true };
                speak(stream, line, router, &limits, stopping).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "no encryption was agreed on"),
            Err(_) => tracing::debug!("a client took too long to agree on an encryption"),
        },
    }
}

/// From where a connection comes: its own address or, if that is a proxy which says so first, another's.
async fn origin(stream: &mut TcpStream, from: IpAddr, limits: &Limits) -> Result<IpAddr, Error> {
    if !limits.proxy_protocol || !any_contains(&limits.trust.proxies, from) {
        return Ok(from);
    }
    Ok(proxy_protocol::read(stream).await?.unwrap_or(from))
}

/// Speaks HTTP until the other side has enough, or until it is time to stop.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    line: Line,
    router: Router,
    limits: &Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let trust = &limits.trust;
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        let caller = caller(line, request.headers(), trust);
        request.extensions_mut().insert(Peer(caller.address));
        request.extensions_mut().insert(caller);
        router.clone().oneshot(request)
    });
    let stream = TokioIo::new(Patient::new(stream, limits.answer));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}
