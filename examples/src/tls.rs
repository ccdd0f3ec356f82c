//! The server's certificate and the TLS configuration made of it.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
};

/// How long a certificate made here is valid, in days.
const VALIDITY: i64 = 10 * 365;

/// Why there is no TLS configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A PEM file could not be read, or has not what it should have.
    #[error("{}: {source}", path.display())]
    Pem {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: pem::Error,
    },
    /// A PEM file has no certificate in it.
    #[error("{}: there is no CERTIFICATE in it", .0.display())]
    NoCertificate(PathBuf),
    /// The certificate and the key do not go together, or are of a kind that
    /// is not known here.
    #[error("{}: {source}", path.display())]
    Unusable {
        /// The certificate's file.
        path: PathBuf,
        /// What TLS says of it.
        source: rustls::Error,
    },
    /// No certificate could be made.
    #[error("making a certificate: {0}")]
    Making(#[from] rcgen::Error),
    /// The certificate that was made could not be kept.
    #[error("{}: {source}", path.display())]
    Keeping {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The configuration for a certificate (chain) and its key in PEM files.
pub fn from_files(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Pem { path, source }
    };
    let chain = CertificateDer::pem_file_iter(certificate).map_err(failed(certificate))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(failed(certificate))?;
    if chain.is_empty() {
        return Err(Error::NoCertificate(certificate.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(failed(key))?;
    configure(chain, key, certificate)
}

/// The configuration for a self-signed certificate of this host name,
/// `localhost` and the loopback addresses.
///
/// It is made at the first start and kept in `directory`, a file for the
/// certificate (`HOSTNAME-cert.pem`) and one for its key that only its owner
/// may read; without a directory it is made anew at every start.
pub fn self_signed(hostname: &str, directory: Option<&Path>) -> Result<Arc<ServerConfig>, Error> {
    let Some(directory) = directory else {
        let (certificate, key) = make(hostname)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        return configure(vec![certificate.into()], key, Path::new("certificate"));
    };
    let certificate_path = directory.join(format!("{hostname}-cert.pem"));
    let key_path = directory.join(format!("{hostname}-key.pem"));
    if !certificate_path.exists() {
        let (certificate, key) = make(hostname)?;
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Keeping { path, source }
        };
        fs::create_dir_all(directory).map_err(failed(directory))?;
        // The key first: a certificate in place says that both are.
        write(&key_path, &key.serialize_pem()).map_err(failed(&key_path))?;
        write(&certificate_path, &certificate.pem()).map_err(failed(&certificate_path))?;
    }
    from_files(&certificate_path, &key_path)
}

fn make(hostname: &str) -> Result<(rcgen::Certificate, KeyPair), Error> {
    let mut names = vec![hostname.to_owned(), "localhost".into()];
    names.dedup();
    // `new` makes addresses of the names that are some.
    let mut params = CertificateParams::new(names)?;
    params.subject_alt_names.extend([
        SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()),
        SanType::IpAddress(std::net::Ipv6Addr::LOCALHOST.into()),
    ]);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, hostname);
    let now = time::OffsetDateTime::now_utc();
    params.not_before = now - time::Duration::days(1);
    params.not_after = now + time::Duration::days(VALIDITY);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?, key))
}

fn configure(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    path: &Path,
) -> Result<Arc<ServerConfig>, Error> {
    let failed = |source| Error::Unusable { path: path.to_owned(), source };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(failed)?;
    Ok(Arc::new(config))
}

/// Writes a file that only its owner may read, wholly or not at all.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_once() {
        let directory = tempfile::tempdir().unwrap();
        let tls = directory.path().join("tls");
        self_signed("mail.example", Some(&tls)).unwrap();
        let (certificate, key) =
            (tls.join("mail.example-cert.pem"), tls.join("mail.example-key.pem"));
        let first = fs::read(&certificate).unwrap();
        self_signed("mail.example", Some(&tls)).unwrap();
        assert_eq!(fs::read(&certificate).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        }
        from_files(&certificate, &key).unwrap();
        self_signed("mail.example", None).unwrap();
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let directory = tempfile::tempdir().unwrap();
        self_signed("one", Some(directory.path())).unwrap();
        self_signed("two", Some(directory.path())).unwrap();
        let file = |name: &str| directory.path().join(name);
        let (certificate, key) = (file("one-cert.pem"), file("one-key.pem"));
        for (certificate, key, said) in [
            (&file("none.pem"), &key, "none.pem"),
            (&key, &key, "no CERTIFICATE"),
            (&certificate, &certificate, "one-cert.pem"),
            (&certificate, &file("two-key.pem"), "one-cert.pem"),
        ] {
            let error = from_files(certificate, key).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
