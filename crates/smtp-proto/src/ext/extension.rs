//! What a server says in answer to EHLO (RFC 5321 §4.1.1.1).

use core::str;

use bytes::{BufMut, BytesMut};
use mail_wire::{Caseless, Mechanisms};

use super::server_limits::ServerLimits;
use super::words::Words;
use crate::parameter::DateTime;
use crate::text::Text;

/// One line of the answer to EHLO: an extension that the server offers.
///
/// ```
/// use smtp_proto::{Extension, Reply, Text};
/// let reply = Reply::parse(b"250-mx.example.org\r\n250-SIZE 1000\r\n250 8BITMIME")?;
/// let offered: Vec<_> =
///     reply.lines().iter().skip(1).map(Text::as_bytes).flat_map(Extension::parse).collect();
/// assert_eq!(offered, [Extension::Size(Some(1000)), Extension::EightBitMime]);
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extension<'a> {
    /// `PIPELINING` (RFC 2920)
    Pipelining,
    /// `SIZE`, with the most octets that a message may have; none or 0 says
    /// that there is no fixed limit (RFC 1870 §4).
    Size(Option<u64>),
    /// `8BITMIME` (RFC 6152)
    EightBitMime,
    /// `SMTPUTF8` (RFC 6531)
    SmtpUtf8,
    /// `ENHANCEDSTATUSCODES` (RFC 2034)
    EnhancedStatusCodes,
    /// `STARTTLS` (RFC 3207)
    StartTls,
    /// `AUTH`, with the mechanisms offered (RFC 4954 §3)
    Auth(Mechanisms<'a>),
    /// `CHUNKING`: BDAT (RFC 3030 §2)
    Chunking,
    /// `BINARYMIME` (RFC 3030 §3)
    BinaryMime,
    /// `DSN`: reports of delivery as they are asked for (RFC 3461)
    Dsn,
    /// `DELIVERBY`, with the fewest seconds after which mail can be asked to come back (RFC
    /// 2852 §2)
    DeliverBy(Option<u32>),
    /// `FUTURERELEASE`, with how long mail can be held at most (RFC 4865 §3)
    FutureRelease {
        /// The most seconds.
        interval: u32,
        /// The latest time.
        until: DateTime<'a>,
    },
    /// `MT-PRIORITY`, with the name of the profile by which priorities are told apart (RFC 6710
    /// §3)
    MtPriority(Option<&'a str>),
    /// `REQUIRETLS` (RFC 8689)
    RequireTls,
    /// `LIMITS` (RFC 9422)
    Limits(ServerLimits<'a>),
    /// `ETRN` (RFC 1985)
    Etrn,
    /// `ATRN` (RFC 2645)
    Atrn,
    /// `BURL`, with the kinds of URL that are fetched (RFC 4468 §3)
    Burl(Words<'a>),
    /// `NO-SOLICITING`, with the classes of mail that are not wanted, separated by commas (RFC
    /// 3865 §2)
    NoSoliciting(Words<'a>),
    /// `MTRK` (RFC 3885)
    Mtrk,
    /// `CONPERM` (RFC 4141 §4)
    ConPerm,
    /// `CONNEG` (RFC 4141 §5)
    ConNeg,
    /// `RRVS` (RFC 7293)
    Rrvs,
    /// `XCLIENT`, with the attributes that can be set (Postfix)
    XClient(Words<'a>),
    /// `XFORWARD`, with the attributes that can be told (Postfix)
    XForward(Words<'a>),
    /// `HELP` (RFC 5321 §4.1.1.8)
    Help,
    /// `VRFY` (RFC 5321 §4.1.1.6)
    Vrfy,
    /// `EXPN` (RFC 5321 §4.1.1.7)
    Expn,
    /// One that this crate does not know.
    Other(OtherExtension<'a>),
}

/// An extension that [`Extension`] does not know. It is made by [`Extension::parse`]. Two are
/// equal where their keywords are, in whichever case, and their parameters, letter by
/// letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OtherExtension<'a> {
    keyword: Caseless<'a>,
    parameters: Text<'a>,
}

impl<'a> OtherExtension<'a> {
    /// What was received: a keyword, which is of US-ASCII, and the parameters.
    pub(super) fn received(keyword: &'a [u8], parameters: &'a [u8]) -> Self {
        let keyword = Caseless(str::from_utf8(keyword).unwrap_or_default());
        Self { keyword, parameters: Text::received(parameters) }
    }

    /// Its keyword. Case does not matter.
    #[must_use]
    pub const fn keyword(self) -> &'a str {
        self.keyword.as_str()
    }

    /// What stands after it, without the space between.
    #[must_use]
    pub const fn parameters(self) -> Text<'a> {
        self.parameters
    }

    pub(super) fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.keyword.as_str().as_bytes());
        if !self.parameters.is_empty() {
            out.put_u8(b' ');
            out.put_slice(self.parameters.as_bytes());
        }
    }
}
