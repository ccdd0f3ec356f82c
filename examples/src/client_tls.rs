//! Which servers a client trusts, and the TLS configuration made of it.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        VerifierBuilderError, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem, pem::PemObject},
    server::ParsedCertificate,
};

/// Whose certificates are good.
#[derive(Clone, Copy, Debug)]
pub enum Trust<'a> {
    /// Those that lead to a root that Mozilla trusts.
    Web,
    /// Those in this PEM file, and those that lead to one in it.
    File(&'a Path),
    /// All. Whoever is on the way can read and change everything.
    Anyone,
}

/// Why there is no TLS configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The PEM file could not be read.
    #[error("{}: {source}", path.display())]
    Pem {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: pem::Error,
    },
    /// The PEM file has no certificate in it that can be trusted.
    #[error("{}: there is no CERTIFICATE in it", .0.display())]
    NoCertificate(PathBuf),
    /// What TLS says of a certificate or of itself.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    /// The same, of all certificates together.
    #[error(transparent)]
    Roots(#[from] VerifierBuilderError),
}

/// The configuration of a client.
///
/// # Errors
/// When a file of certificates cannot be read or has none.
pub fn configure(trust: Trust<'_>) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let builder = match trust {
        Trust::Web => {
            let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            builder.with_root_certificates(roots)
        }
        Trust::File(path) => {
            let trusted = Some(Trusted::read(path, &provider)?);
            let verifier = Arc::new(Verifier { trusted, provider });
            builder.dangerous().with_custom_certificate_verifier(verifier)
        }
        Trust::Anyone => {
            let verifier = Arc::new(Verifier { trusted: None, provider });
            builder.dangerous().with_custom_certificate_verifier(verifier)
        }
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}

/// The certificates of a file.
#[derive(Debug)]
struct Trusted {
    certificates: Vec<CertificateDer<'static>>,
    /// Takes what leads to one of them.
    chains: Arc<WebPkiServerVerifier>,
}

impl Trusted {
    fn read(path: &Path, provider: &Arc<CryptoProvider>) -> Result<Self, Error> {
        let failed = |source| Error::Pem { path: path.to_owned(), source };
        let certificates = CertificateDer::pem_file_iter(path).map_err(failed)?;
        let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let mut roots = RootCertStore::empty();
        for certificate in &certificates {
            roots.add(certificate.clone())?;
        }
        if roots.is_empty() {
            return Err(Error::NoCertificate(path.to_owned()));
        }
        let provider = Arc::clone(provider);
        let chains = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build()?;
        Ok(Self { certificates, chains })
    }
}

/// Whether a server's certificate is one of those that are trusted, or leads to
/// one; without any, whatever it is. That the server has its key is checked in
/// each case.
struct Verifier {
    trusted: Option<Trusted>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("trusted", &self.trusted).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.trusted {
            None => Ok(ServerCertVerified::assertion()),
            // One that signs itself and may sign others, as openssl makes them, is
            // not taken for a server's along the chain.
            Some(Trusted { certificates, .. }) if certificates.contains(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            Some(Trusted { chains, .. }) => {
                chains.verify_server_cert(certificate, between, name, ocsp, now)
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        let said = |file: &Path| configure(Trust::File(file)).unwrap_err().to_string();
        assert!(said(&file).contains("ca.pem"));
        fs::write(&file, "text\n").unwrap();
        assert!(said(&file).ends_with("ca.pem: there is no CERTIFICATE in it"));
        configure(Trust::Web).unwrap();
        configure(Trust::Anyone).unwrap();
    }

    fn certificate(is_ca: IsCa) -> rcgen::Certificate {
        let mut params = CertificateParams::new(["mail.example.org".into()]).unwrap();
        params.is_ca = is_ca;
        params.self_signed(&KeyPair::generate().unwrap()).unwrap()
    }

    #[test]
    fn certificates_in_the_file_are_good_for_their_names() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
            let (good, other) = (certificate(is_ca), certificate(is_ca));
            fs::write(&file, good.pem()).unwrap();
            let trusted = Some(Trusted::read(&file, &provider).unwrap());
            let verifier = Verifier { trusted, provider: Arc::clone(&provider) };
            let verify = |certificate: &rcgen::Certificate, name: &str| {
                let name = ServerName::try_from(name).unwrap();
                verifier.verify_server_cert(certificate.der(), &[], &name, &[], UnixTime::now())
            };
            assert!(verify(&good, "mail.example.org").is_ok());
            assert!(verify(&good, "mail.example.com").is_err());
            assert!(verify(&other, "mail.example.org").is_err());
        }
    }
}
