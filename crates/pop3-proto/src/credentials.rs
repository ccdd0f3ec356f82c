//! Who logs in, and with what: the arguments of USER, PASS and APOP.

use core::fmt;
use core::fmt::Write as _;

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Class, Fault, Parsed, VCHAR, complete, fail, run, word};
use mail_wire::{Secret, SyntaxError};
use md5::{Digest as _, Md5};

use crate::text::TEXT;
use crate::timestamp::Timestamp;

/// The name of a maildrop (RFC 1939 §7, USER and APOP): visible US-ASCII, or
/// UTF-8 where the server takes it (RFC 6856 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name<'a>(&'a str);

impl<'a> Name<'a> {
    /// The most octets that [`new`](Self::new) takes, so that APOP with it fits
    /// the 255 octets of a command (RFC 2449 §4).
    pub const MAX: usize = 215;

    /// Takes a name.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is empty, holds a space or control character,
    /// or is longer than [`MAX`](Self::MAX).
    pub fn new(name: &'a str) -> Result<Self, SyntaxError> {
        if name.len() > Self::MAX {
            return Err(SyntaxError { offset: Self::MAX, expected: "the end of the name" });
        }
        complete(name.as_bytes(), self::name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0.as_bytes());
    }
}

/// A password as PASS carries it: everything after the space, spaces too
/// (RFC 1939 §7). It prints as `…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Password<'a>(Secret<'a>);

impl<'a> Password<'a> {
    /// The most octets that [`new`](Self::new) takes: what is left of the 255
    /// of a command.
    pub const MAX: usize = 248;

    /// Takes a password.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is empty, holds CR, LF or NUL, or is longer
    /// than [`MAX`](Self::MAX).
    pub fn new(password: &'a [u8]) -> Result<Self, SyntaxError> {
        if password.len() > Self::MAX {
            return Err(SyntaxError { offset: Self::MAX, expected: "the end of the password" });
        }
        complete(password, self::password)
    }

    /// The octets themselves.
    #[must_use]
    pub const fn reveal(self) -> &'a [u8] {
        self.0.reveal()
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.reveal());
    }
}

/// What APOP proves the shared secret with: the MD5 of the greeting's
/// [timestamp](crate::Timestamp), angle brackets and all, and the secret after
/// it (RFC 1939 §7). It prints as `…`, because the secret can be searched for with it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// The digest of a greeting's timestamp and the secret that both sides know.
    ///
    /// It is MD5, which no longer keeps a weak password from somebody who listens.
    ///
    /// ```
    /// use pop3_proto::{Digest, Timestamp};
    /// let timestamp = Timestamp::new("<1896.697170952@dbc.mtview.ca.us>")?;
    /// let Digest(digest) = Digest::new(timestamp, b"tanstaaf");
    /// assert_eq!(u128::from_be_bytes(digest), 0xc4c9334bac560ecc979e58001b3e22fb);
    /// # Ok::<(), pop3_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn new(timestamp: Timestamp<'_>, secret: &[u8]) -> Self {
        let md5 = Md5::new().chain_update(timestamp.as_str()).chain_update(secret);
        Self(md5.finalize().into())
    }

    /// Writes 32 hexadecimal digits in lower case.
    pub(crate) fn encode(self, out: &mut BytesMut) {
        for byte in self.0 {
            out.put_u8(hex_digit(byte >> 4));
            out.put_u8(hex_digit(byte & 15));
        }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('…')
    }
}

/// `1*VCHAR` (RFC 2449 §3), and UTF-8 (RFC 6856 §2.2).
static NAME: Class = Class::new().with_range(0x21, 0x7e).with_range(0x80, 0xff);

pub(crate) fn name(input: &[u8]) -> Parsed<'_, Name<'_>> {
    let (rest, name) = word(&NAME, "a name")(input)?;
    Ok((rest, Name(name)))
}

pub(crate) fn password(input: &[u8]) -> Parsed<'_, Password<'_>> {
    match run(&TEXT, input) {
        ([], rest) => fail(rest, "a password"),
        (password, rest) => Ok((rest, Password(Secret::new(password)))),
    }
}

/// "A 16-octet value which is sent in hexadecimal format, using lower-case
/// ASCII characters" (RFC 1939 §7).
pub(crate) fn digest(input: &[u8]) -> Parsed<'_, Digest> {
    let (digits, rest) = run(&VCHAR, input);
    let fault =
        nom::Err::Error(Fault { rest: input, expected: "32 lower-case hexadecimal digits" });
    let mut digest = [0; 16];
    if digits.len() != 32 {
        return Err(fault);
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        match *pair {
            [high, low] => match (hex_value(high), hex_value(low)) {
                (Some(high), Some(low)) => *byte = high << 4 | low,
                _ => return Err(fault),
            },
            _ => return Err(fault),
        }
    }
    Ok((rest, Digest(digest)))
}

const fn hex_digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Password::new(b"tan staaf").unwrap()), "Password(…)");
        assert_eq!(format!("{:?}", Digest([1; 16])), "…");
    }

    #[test]
    fn the_limits_fit_a_command() {
        let name = "n".repeat(215);
        assert!(Name::new(&(name.clone() + "n")).is_err());
        assert_eq!("APOP ".len() + Name::new(&name).unwrap().0.len() + 1 + 32 + 2, 255);
        let password = [b'p'; 249];
        assert!(Password::new(&password).is_err());
        assert_eq!(
            "PASS ".len() + Password::new(&password[..248]).unwrap().reveal().len() + 2,
            255
        );
    }

    #[test]
    fn digests_are_sixteen_octets_in_lower_case() {
        let parsed = complete(b"c4c9334bac560ecc979e58001b3e22fb", digest).unwrap();
        assert_eq!(parsed.0[..3], [0xc4, 0xc9, 0x33]);
        for odd in ["c4c9334bac560ecc979e58001b3e22f", "C4C9334BAC560ECC979E58001B3E22FB", "", "é"]
        {
            assert!(complete(odd.as_bytes(), digest).is_err(), "{odd:?}");
        }
    }
}
