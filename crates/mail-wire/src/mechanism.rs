//! What the name of a SASL mechanism tells.

/// Whether the SASL mechanism of this name shows the password, or a token as good
/// as one, to whoever reads the connection: then it is for TLS. One that is not
/// known here is taken for one that does.
///
/// ```
/// use mail_wire::shows_password;
/// assert!(shows_password("PLAIN") && shows_password("XOAUTH2") && shows_password("X-OURS"));
/// assert!(!shows_password("scram-sha-256") && !shows_password("CRAM-MD5"));
/// ```
#[must_use]
pub fn shows_password(mechanism: &str) -> bool {
    // SCRAM has a name for every hash, with and without channel binding (RFC 5802 §4).
    const SCRAM: &[u8] = b"SCRAM-";
    let scram = mechanism
        .as_bytes()
        .get(..SCRAM.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(SCRAM));
    let hiding = ["EXTERNAL", "ANONYMOUS", "CRAM-MD5", "DIGEST-MD5", "GSSAPI", "GS2-KRB5", "NTLM"];
    !scram && !hiding.iter().any(|name| mechanism.eq_ignore_ascii_case(name))
}
