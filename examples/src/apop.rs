//! APOP's digest (RFC 1939 §7), for both sides.

use md5::{Digest as _, Md5};
use pop3_proto::Digest;

/// The digest of a greeting's timestamp, with its `<` and `>`, and a password.
///
/// It is MD5, which no longer keeps a weak password from somebody who listens.
pub fn digest(timestamp: &str, password: &str) -> Digest {
    Digest(Md5::new().chain_update(timestamp).chain_update(password).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_1939() {
        let Digest(digest) = digest("<1896.697170952@dbc.mtview.ca.us>", "tanstaaf");
        assert_eq!(u128::from_be_bytes(digest), 0xc4c9_334b_ac56_0ecc_979e_5800_1b3e_22fb);
    }
}
