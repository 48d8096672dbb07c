//! Encryption: a certificate and its key from files, read anew when they change.
//!
//! TLS 1.2 and 1.3 by rustls, with its own choice of ciphers. Only HTTP/1.1 is offered, for that is what we speak.

use std::io::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use moment::Moment;
use platform::failure::Failure;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificate::not_after;

/// How often the files are looked at; a signal (SIGHUP) looks at once.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Encrypts connections.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    kept: Arc<Kept>,
}

/// Where the certificate and its key lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paths {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// The certificate in use. Whoever is connected already keeps the one that they met.
#[derive(Debug)]
struct Kept {
    paths: Paths,
    state: RwLock<(Option<Stamp>, Arc<CertifiedKey>)>,
}

/// When both files were last written.
type Stamp = (SystemTime, SystemTime);

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// `Refused` with `tls`, naming the file and what is wrong with it.
    pub(crate) fn open(paths: Paths) -> Result<Tls, Failure> {
        let stamp = stamp(&paths);
        let state = RwLock::new((stamp, Arc::new(load(&paths)?)));
        let kept = Arc::new(Kept { paths, state });
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(|error| Failure::broken(format!("TLS cannot be set up: {error}")))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&kept) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), kept })
    }

    /// Agrees on an encryption with whoever is at the other end.
    pub(crate) async fn accept<S>(&self, stream: S) -> Result<TlsStream<S>, Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.acceptor.accept(stream).await
    }

    /// Hears from now on that the files are to be read anew.
    ///
    /// # Errors
    /// If the system lets nobody hear of signals.
    pub(super) fn renewal(&self) -> std::io::Result<Renewal> {
        Ok(Renewal { kept: Arc::clone(&self.kept), hang_up: signal(SignalKind::hangup())? })
    }
}

/// Reads the files anew. A signal that comes before it runs is heard when it does.
pub(super) struct Renewal {
    kept: Arc<Kept>,
    hang_up: Signal,
}

impl Renewal {
    /// Takes up new files whenever there are some, until `stopping` turns true. Files that cannot be read leave the
    /// certificate as it is: whoever renews it writes two files, one after the other.
    pub(super) async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = self.hang_up.recv() => self.kept.look(true),
                () = sleep(LOOK_EVERY) => self.kept.look(false),
                _ = stopping.wait_for(|&stopping| stopping) => return,
            }
        }
    }
}

impl Kept {
    fn look(&self, is_asked: bool) {
        let stamp = stamp(&self.paths);
        let known = self.state.read().unwrap_or_else(PoisonError::into_inner).0;
        if !is_asked && stamp == known {
            return;
        }
        match load(&self.paths) {
            Ok(key) => {
                *self.state.write().unwrap_or_else(PoisonError::into_inner) =
                    (stamp, Arc::new(key));
                tracing::info!("the certificate was read anew");
            }
            Err(failure) => tracing::warn!(%failure, "the certificate stays as it was"),
        }
    }
}

impl ResolvesServerCert for Kept {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner).1))
    }
}

fn stamp(paths: &Paths) -> Option<Stamp> {
    let written = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    Some((written(&paths.certificate)?, written(&paths.key)?))
}

fn load(paths: &Paths) -> Result<CertifiedKey, Failure> {
    let key = PrivateKeyDer::from_pem_file(&paths.key).map_err(|error| {
        wrong(&paths.key, &format!("holds no private key in PEM that could be read: {error}"))
    })?;
    let key = CertifiedKey::from_der(chain(&paths.certificate)?, key, &ring::default_provider());
    key.map_err(|error| {
        let words = format!("and its key {} do not work: {error}", paths.key.display());
        wrong(&paths.certificate, &words)
    })
}

/// The certificates of a file, the server's own first.
fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let chain: Vec<CertificateDer<'static>> =
        read.map_err(|error| wrong(file, &format!("cannot be read as PEM: {error}")))?;
    if chain.is_empty() {
        return Err(wrong(file, "holds no certificate"));
    }
    Ok(chain)
}

/// Until when the certificate of these files is valid, once it has been seen that they fit together.
///
/// # Errors
/// `Refused` with `tls`, naming the file and what is wrong with it.
pub(crate) fn valid_until(paths: &Paths) -> Result<Moment, Failure> {
    let key = load(paths)?;
    let own = key.cert.first().and_then(|certificate| not_after(certificate));
    own.ok_or_else(|| wrong(&paths.certificate, "does not say until when it is valid"))
}

fn wrong(file: &Path, words: &str) -> Failure {
    let words =
        format!("{} {words}. It is named under [tls] in the configuration.", file.display());
    Failure::refused("tls", words)
}
