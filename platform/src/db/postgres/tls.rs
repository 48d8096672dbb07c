//! TLS to a server of PostgreSQL, by rustls.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use postgres::{Client, Config, NoTls, Socket};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;

use super::address::Mode;
use crate::Failure;

/// How the connection to a server is kept from others.
#[derive(Clone)]
pub(crate) enum Tls {
    /// It is not: a socket, this machine, or because somebody said so.
    Open,
    /// By TLS.
    Encrypted(Encrypted),
}

impl Tls {
    pub(crate) fn connect(&self, config: &Config) -> Result<Client, postgres::Error> {
        match self {
            Tls::Open => config.connect(NoTls),
            Tls::Encrypted(encrypted) => config.connect(encrypted.clone()),
        }
    }
}

/// What is asked of a server that speaks TLS.
#[derive(Clone)]
pub(crate) struct Encrypted(Arc<ClientConfig>);

impl Encrypted {
    /// With the certificates in a file of PEM, or those of the machine.
    pub(super) fn new(mode: Mode, roots: Option<&Path>) -> Result<Encrypted, Failure> {
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let broken =
            |error: &dyn std::fmt::Display| Failure::broken(format!("TLS to PostgreSQL: {error}"));
        let trust: Arc<dyn ServerCertVerifier> = match mode {
            Mode::Disable | Mode::Prefer | Mode::Require => {
                Arc::new(Trust { chain: None, ring: Arc::clone(&ring) })
            }
            Mode::VerifyCa | Mode::VerifyFull => {
                let roots = Arc::new(believed(roots)?);
                let chain = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&ring));
                let chain = chain.build().map_err(|error| broken(&error))?;
                match mode {
                    Mode::VerifyFull => chain,
                    _ => Arc::new(Trust { chain: Some(chain), ring: Arc::clone(&ring) }),
                }
            }
        };
        let mut config = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .map_err(|error| broken(&error))?
            .dangerous()
            .with_custom_certificate_verifier(trust)
            .with_no_client_auth();
        // PostgreSQL 17 asks for it where TLS is spoken from the first byte on (sslnegotiation=direct).
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Encrypted(Arc::new(config)))
    }
}

/// Whose signature beneath a certificate is believed.
fn believed(roots: Option<&Path>) -> Result<RootCertStore, Failure> {
    let mut store = RootCertStore::empty();
    let Some(path) = roots else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(store);
    };
    let unusable = |why: &dyn std::fmt::Display| {
        let words = format!("has sslrootcert={}, which can't be used: {why}", path.display());
        Failure::invalid("database", words)
    };
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unusable(&error))? {
        let certificate = certificate.map_err(|error| unusable(&error))?;
        store.add(certificate).map_err(|error| unusable(&error))?;
    }
    if store.is_empty() {
        return Err(unusable(&"it holds no certificate"));
    }
    Ok(store)
}

/// Believes a server of any name, if its certificate leads to one of ours; without a chain, any server. That the server
/// has the key of the certificate it shows is seen to either way.
#[derive(Debug)]
struct Trust {
    chain: Option<Arc<WebPkiServerVerifier>>,
    ring: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end, between, name, ocsp, now) {
            // The chain is looked at first, so that here it is sound.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let how = &self.ring.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, how)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let how = &self.ring.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, how)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.ring.signature_verification_algorithms.supported_schemes()
    }
}

impl MakeTlsConnect<Socket> for Encrypted {
    type Stream = Stream;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Handshake> {
        let name = ServerName::try_from(domain.to_owned()).map_err(io::Error::other)?;
        Ok(Handshake { name, connector: TlsConnector::from(Arc::clone(&self.0)) })
    }
}

/// A handshake with a server of that name.
pub(crate) struct Handshake {
    name: ServerName<'static>,
    connector: TlsConnector,
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        let shaken = self.connector.connect(self.name, socket);
        Box::pin(async move { Ok(Stream(Box::new(shaken.await?))) })
    }
}

/// What is sent and received, encrypted.
pub(crate) struct Stream(Box<tokio_rustls::client::TlsStream<Socket>>);

impl TlsStream for Stream {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
