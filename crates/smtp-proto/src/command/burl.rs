//! BURL: the body is fetched from elsewhere (RFC 4468).

use core::str;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHA, Parsed, complete, fail, visible};

use super::argument::space;

/// What `BURL` fetches a part of the body from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Burl<'a> {
    url: &'a str,
    /// Whether the body ends with it.
    pub last: bool,
}

impl<'a> Burl<'a> {
    /// Takes a URL: visible US-ASCII that begins with a scheme and a colon.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn new(url: &'a str, last: bool) -> Result<Self, SyntaxError> {
        let url = complete(url.as_bytes(), absolute)?;
        Ok(Self { url, last })
    }

    /// The URL.
    #[must_use]
    pub const fn url(self) -> &'a str {
        self.url
    }

    pub(super) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b' ');
        out.put_slice(self.url.as_bytes());
        if self.last {
            out.put_slice(b" LAST");
        }
    }
}

/// ```abnf
/// burl-cmd   = "BURL" SP absolute-URI [SP end-marker] CRLF   ; RFC 4468 §4
/// end-marker = "LAST"
/// ```
pub(super) fn burl(input: &[u8]) -> Parsed<'_, Burl<'_>> {
    let (rest, ()) = space(input)?;
    let (rest, url) = absolute(rest)?;
    let last = rest.eq_ignore_ascii_case(b" LAST");
    Ok((if last { &[] } else { rest }, Burl { url, last }))
}

fn absolute(input: &[u8]) -> Parsed<'_, &str> {
    let (url, rest) = visible(input);
    let scheme = url.split(|&octet| octet == b':').next().unwrap_or_default();
    let of_scheme = |octet: &u8| octet.is_ascii_alphanumeric() || b"+-.".contains(octet);
    let begins = scheme.first().is_some_and(|&first| ALPHA.contains(first));
    match str::from_utf8(url) {
        Ok(text) if begins && scheme.len() + 1 < url.len() && scheme.iter().all(of_scheme) => {
            Ok((rest, text))
        }
        _ => fail(input, "a URL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_marks() {
        let wire = b" imap://u@mail.example.org/Drafts;UIDVALIDITY=1/;UID=2 LAST";
        let burl_last = complete(wire, burl).unwrap();
        assert!(burl_last.last && burl_last.url().ends_with("UID=2"));
        let mut out = BytesMut::new();
        burl_last.encode(&mut out);
        assert_eq!(&out[..], wire);
        for odd in ["", " ", " LAST", " 1:x", " imap:", " imap:x FIRST", " imap:x LAST y", " a b:c"]
        {
            assert!(complete(odd.as_bytes(), burl).is_err(), "{odd:?}");
        }
        assert!(Burl::new("imap://x y", false).is_err());
    }
}
