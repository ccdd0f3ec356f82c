//! The extensions that this crate knows. Each stands in a file of its own, as a [`Row`]:
//! its line in the answer to EHLO, who is offered it, and with it its parameters of MAIL and RCPT.
//! Those of which nothing but a keyword is read stand together in `bare.rs`.

mod auth;
mod bare;
mod deliver_by;
mod dsn;
mod eight_bit_mime;
mod extension;
mod future_release;
mod limits;
mod mail_parameter;
mod mt_priority;
mod parameter_rows;
mod rcpt_parameter;
mod row;
mod server_limits;
mod size;
pub(crate) mod smtputf8;
mod soliciting;
mod tracking;
mod valid_since;
mod words;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHANUMERIC, Class, Keyword, Names, run};
use memchr::memchr3;

use crate::scan::find_control;

use crate::keywords::keyword_of;

pub use extension::{Extension, OtherExtension};
pub(crate) use mail_parameter::MailParameter;
pub(crate) use parameter_rows::{mail_row, rcpt_row};
pub(crate) use rcpt_parameter::RcptParameter;
pub(crate) use row::Row;
pub use server_limits::ServerLimits;
pub use words::Words;

/// All of them, in the order in which a server offers them.
pub(crate) static EXTENSIONS: [&Row; 28] = [
    &bare::PIPELINING,
    &size::SIZE,
    &eight_bit_mime::EIGHT_BIT_MIME,
    &smtputf8::SMTPUTF8,
    &bare::ENHANCED_STATUS_CODES,
    &bare::STARTTLS,
    &bare::CHUNKING,
    &bare::BINARYMIME,
    &dsn::DSN,
    &deliver_by::DELIVER_BY,
    &future_release::FUTURE_RELEASE,
    &mt_priority::MT_PRIORITY,
    &bare::REQUIRETLS,
    &limits::LIMITS,
    &bare::ETRN,
    &bare::ATRN,
    &bare::BURL,
    &soliciting::NO_SOLICITING,
    &tracking::MTRK,
    &bare::CONPERM,
    &bare::CONNEG,
    &valid_since::RRVS,
    &bare::XCLIENT,
    &bare::XFORWARD,
    &bare::VRFY,
    &bare::EXPN,
    &bare::HELP,
    &auth::AUTH,
];

/// By their keywords.
#[allow(clippy::indexing_slicing, reason = "while it is compiled, within the length")]
static BY_KEYWORD: Names<&Row, 64> = {
    let (mut names, mut i) = (Names::new(), 0);
    while i < EXTENSIONS.len() {
        names = names.with(EXTENSIONS[i].keyword.as_str(), EXTENSIONS[i]);
        i += 1;
    }
    names
};

/// The extension that a line of the answer to EHLO is of.
pub(crate) fn extension_row(line: &str) -> Option<&'static Row> {
    BY_KEYWORD.get(Keyword::new(keyword_of(line).as_bytes()))
}

/// The octets of an `ehlo-keyword`, and those that servers write all the same:
/// `AUTH=LOGIN`, of a draft before RFC 2554.
static KEYWORD: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-_.");

impl<'a> Extension<'a> {
    /// Parses a line of the answer to EHLO, any but the first, without its code and its end.
    ///
    /// # Errors
    /// [`SyntaxError`] where it does not begin with a keyword, or `SIZE` has a
    /// limit that is no number. The other lines are good all the same.
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        let line = line.trim_ascii_end();
        // Most have no parameters.
        let (row, keyword, parameters) = match BY_KEYWORD.get(Keyword::new(line)) {
            Some(row) => (row, line, &[][..]),
            None => {
                let (keyword, rest) = split_keyword(line)?;
                let parameters = parameters_of(line, rest)?;
                let Some(row) = BY_KEYWORD.get(Keyword::new(keyword)) else {
                    return Ok(Self::Other(OtherExtension::received(keyword, parameters)));
                };
                (row, keyword, parameters)
            }
        };
        match (row.parse)(parameters) {
            Ok(extension) => Ok(extension),
            Err(expected) => Err(SyntaxError { offset: keyword.len() + 1, expected }),
        }
    }

    /// Writes the keyword and its parameters, without a reply code.
    pub fn encode(self, out: &mut BytesMut) {
        match self.row() {
            Ok(row) => {
                out.put_slice(row.keyword.as_str().as_bytes());
                (row.encode)(self, out);
            }
            Err(other) => other.encode(out),
        }
    }

    /// Its keyword: as this crate writes it, or as it came where it is not known here.
    #[must_use]
    pub fn keyword(self) -> &'a str {
        self.row().map_or_else(OtherExtension::keyword, |row| row.keyword.as_str())
    }

    /// Its row; or itself, where it has none.
    fn row(self) -> Result<&'static Row, OtherExtension<'a>> {
        match self {
            Self::Pipelining => Ok(&bare::PIPELINING),
            Self::Size(_) => Ok(&size::SIZE),
            Self::EightBitMime => Ok(&eight_bit_mime::EIGHT_BIT_MIME),
            Self::SmtpUtf8 => Ok(&smtputf8::SMTPUTF8),
            Self::EnhancedStatusCodes => Ok(&bare::ENHANCED_STATUS_CODES),
            Self::StartTls => Ok(&bare::STARTTLS),
            Self::Auth(_) => Ok(&auth::AUTH),
            Self::Chunking => Ok(&bare::CHUNKING),
            Self::BinaryMime => Ok(&bare::BINARYMIME),
            Self::Dsn => Ok(&dsn::DSN),
            Self::DeliverBy(_) => Ok(&deliver_by::DELIVER_BY),
            Self::FutureRelease { .. } => Ok(&future_release::FUTURE_RELEASE),
            Self::MtPriority(_) => Ok(&mt_priority::MT_PRIORITY),
            Self::RequireTls => Ok(&bare::REQUIRETLS),
            Self::Limits(_) => Ok(&limits::LIMITS),
            Self::Etrn => Ok(&bare::ETRN),
            Self::Atrn => Ok(&bare::ATRN),
            Self::Burl(_) => Ok(&bare::BURL),
            Self::NoSoliciting(_) => Ok(&soliciting::NO_SOLICITING),
            Self::Mtrk => Ok(&tracking::MTRK),
            Self::ConPerm => Ok(&bare::CONPERM),
            Self::ConNeg => Ok(&bare::CONNEG),
            Self::Rrvs => Ok(&valid_since::RRVS),
            Self::XClient(_) => Ok(&bare::XCLIENT),
            Self::XForward(_) => Ok(&bare::XFORWARD),
            Self::Help => Ok(&bare::HELP),
            Self::Vrfy => Ok(&bare::VRFY),
            Self::Expn => Ok(&bare::EXPN),
            Self::Other(other) => Err(other),
        }
    }
}

/// The keyword of a line, and what stands after it.
fn split_keyword(line: &[u8]) -> Result<(&[u8], &[u8]), SyntaxError> {
    let (keyword, rest) = run(&KEYWORD, line);
    if !keyword.first().is_some_and(|&first| ALPHANUMERIC.contains(first)) {
        return Err(SyntaxError { offset: 0, expected: "a keyword" });
    }
    match rest {
        [] | [b' ' | b'=', ..] => Ok((keyword, rest)),
        _ => Err(SyntaxError { offset: keyword.len(), expected: "a space" }),
    }
}

/// The parameters in what stands after a keyword, in `rest`, at the end of `line`.
fn parameters_of<'a>(line: &[u8], rest: &'a [u8]) -> Result<&'a [u8], SyntaxError> {
    let parameters = rest.get(1..).unwrap_or_default().trim_ascii_start();
    // Others that it finds are looked at again.
    let odd = find_control(parameters).and_then(|_| memchr3(b'\r', b'\n', 0, parameters));
    match odd {
        None => Ok(parameters),
        Some(at) => {
            let offset = line.len().saturating_sub(parameters.len()).saturating_add(at);
            Err(SyntaxError { offset, expected: "no CR, LF or NUL" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parameter_rows::{MAIL_ROWS, RCPT_ROWS};
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use mail_wire::{Mechanism, Mechanisms};

    fn parse(line: &str) -> Result<Extension<'_>, SyntaxError> {
        Extension::parse(line.as_bytes())
    }

    /// Every variant has a row of the table, and its keyword leads back to it.
    #[test]
    fn every_extension_is_in_the_table() {
        use Extension::*;
        // Whoever adds a variant is told here.
        let next = |extension| match extension {
            Pipelining => Size(Some(1)),
            Size(_) => EightBitMime,
            EightBitMime => SmtpUtf8,
            SmtpUtf8 => EnhancedStatusCodes,
            EnhancedStatusCodes => StartTls,
            StartTls => Chunking,
            Chunking => BinaryMime,
            BinaryMime => Dsn,
            Dsn => DeliverBy(Some(240)),
            DeliverBy(_) => parse("FUTURERELEASE 3600 2026-11-28T23:55:00Z").unwrap(),
            FutureRelease { .. } => MtPriority(Some("MIXER")),
            MtPriority(_) => RequireTls,
            RequireTls => parse("LIMITS RCPTMAX=20 MAILMAX=5").unwrap(),
            Limits(_) => Etrn,
            Etrn => Atrn,
            Atrn => parse("BURL imap imap://mail.example.org").unwrap(),
            Burl(_) => parse("NO-SOLICITING net.example:ADV,org.example:ADV").unwrap(),
            NoSoliciting(_) => Mtrk,
            Mtrk => ConPerm,
            ConPerm => ConNeg,
            ConNeg => Rrvs,
            Rrvs => parse("XCLIENT NAME ADDR PROTO HELO").unwrap(),
            XClient(_) => parse("XFORWARD NAME ADDR").unwrap(),
            XForward(_) => Vrfy,
            Vrfy => Expn,
            Expn => Help,
            Help => Auth(Mechanisms::parse(b"PLAIN").unwrap()),
            Auth(_) => Extension::parse(b"X-LAST").unwrap(),
            Other(other) => Other(other),
        };
        let mut extension = Pipelining;
        let mut rows = Vec::new();
        while let Ok(row) = extension.row() {
            rows.push(row.keyword.as_str());
            let mut out = BytesMut::new();
            extension.encode(&mut out);
            assert_eq!(Extension::parse(&out), Ok(extension));
            extension = next(extension);
        }
        assert!(rows.into_iter().eq(EXTENSIONS.iter().map(|row| row.keyword.as_str())));
    }

    /// Every parameter of MAIL and RCPT has a row, which its keyword leads to.
    #[test]
    fn every_parameter_is_in_the_table() {
        let values = [
            "10",
            "7BIT",
            "<x@y>",
            "FULL",
            "120;R",
            "2026-11-28T23:55:00Z",
            "SUCCESS",
            "rfc822;a@b",
            "AAAA",
            "4",
            "net.example:ADV",
        ];
        let values = || values.into_iter().map(Some).chain([None]);
        for row in MAIL_ROWS {
            let parameter = values().find_map(|value| (row.parse)(value).ok()).unwrap();
            let keyword = row.keyword.as_str();
            assert_eq!(parameter.row().keyword.as_str(), keyword);
            let small = keyword.to_ascii_lowercase();
            assert_eq!(mail_row(&small).unwrap().keyword.as_str(), keyword);
        }
        for row in RCPT_ROWS {
            let parameter = values().find_map(|value| (row.parse)(value).ok()).unwrap();
            let keyword = row.keyword.as_str();
            assert_eq!(parameter.row().keyword.as_str(), keyword);
            let small = keyword.to_ascii_lowercase();
            assert_eq!(rcpt_row(&small).unwrap().keyword.as_str(), keyword);
        }
        assert!(mail_row("X-SIZE").is_none() && rcpt_row("SIZE").is_none());
    }

    #[test]
    fn what_servers_write() {
        assert_eq!(parse("size 12 "), Ok(Extension::Size(Some(12))));
        let Ok(Extension::Auth(mechanisms)) = parse("AUTH=LOGIN  PLAIN") else { panic!() };
        assert!(mechanisms.iter().map(Mechanism::as_str).eq(["LOGIN", "PLAIN"]));
        assert_eq!(parse("x-mark a"), parse("X-Mark a"));
        assert_ne!(parse("X-MARK a"), parse("X-MARK A"));
        for odd in [
            "SIZE many",
            "DELIVERBY soon",
            "DELIVERBY 1234567890",
            "FUTURERELEASE",
            "FUTURERELEASE 0 2026-11-28T23:55:00Z",
            "FUTURERELEASE 5 later",
            "MT-PRIORITY a b",
            "XCLIENT \u{7f}",
        ] {
            assert!(parse(odd).is_err(), "{odd}");
        }
        assert_eq!(parse("DELIVERBY 240,X"), Ok(Extension::DeliverBy(Some(240))));
        assert_eq!(parse("DeliverBy"), Ok(Extension::DeliverBy(None)));
        let Ok(Extension::XClient(attributes)) = parse("XCLIENT name  ADDR") else { panic!() };
        assert!(attributes.contains("NAME") && attributes.iter().eq(["name", "ADDR"]));
        assert!(parse("").is_err());
        assert!(parse("-x").is_err());
        assert_eq!(parse("X a\r\n250 b").unwrap_err().offset, 3);
    }

    #[test]
    fn what_is_not_known_comes_back() {
        for line in ["X-MARK", "X-LIMITS RCPTMAX=1 MAILMAX=2"] {
            let mut out = BytesMut::new();
            parse(line).unwrap().encode(&mut out);
            assert_eq!(out, line.as_bytes());
        }
        let name: String = "X".repeat(30);
        assert!(matches!(parse(&format!("{name} y")), Ok(Extension::Other(_))));
    }
}
