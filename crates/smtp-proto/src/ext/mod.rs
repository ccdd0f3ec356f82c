//! The extensions that this crate knows. Each stands in a file of its own, as a [`Row`]:
//! its line in the answer to EHLO, who is offered it, and its parameter of MAIL. Those that
//! have no parameters at all stand here.

mod auth;
mod deliver_by;
mod eight_bit_mime;
mod extension;
mod future_release;
mod limits;
mod mail_parameter;
mod mt_priority;
mod row;
mod size;
pub(crate) mod smtputf8;
mod words;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHANUMERIC, Class, Keyword, run};

pub use extension::{Extension, OtherExtension};
pub use limits::ServerLimits;
pub(crate) use mail_parameter::MailParameter;
pub(crate) use row::{MailRow, Row};
pub use words::Words;

use crate::name::Name;

/// All of them, in the order in which a server offers them.
pub(crate) static EXTENSIONS: [&Row; 28] = [
    &PIPELINING,
    &size::SIZE,
    &eight_bit_mime::EIGHT_BIT_MIME,
    &smtputf8::SMTPUTF8,
    &ENHANCED_STATUS_CODES,
    &STARTTLS,
    &CHUNKING,
    &BINARYMIME,
    &DSN,
    &deliver_by::DELIVER_BY,
    &future_release::FUTURE_RELEASE,
    &mt_priority::MT_PRIORITY,
    &REQUIRETLS,
    &limits::LIMITS,
    &ETRN,
    &ATRN,
    &BURL,
    &NO_SOLICITING,
    &MTRK,
    &CONPERM,
    &CONNEG,
    &RRVS,
    &XCLIENT,
    &XFORWARD,
    &VRFY,
    &EXPN,
    &HELP,
    &auth::AUTH,
];

/// Their keywords, side by side, in which one is found without a look at each row.
#[allow(clippy::indexing_slicing, reason = "while it is compiled, within the length")]
static KEYWORDS: [Keyword; EXTENSIONS.len()] = {
    let mut keywords = [Keyword::NONE; EXTENSIONS.len()];
    let mut i = 0;
    while i < EXTENSIONS.len() {
        keywords[i] = EXTENSIONS[i].keyword.keyword();
        i += 1;
    }
    keywords
};
/// The keywords of their parameters of MAIL, in the same places.
#[allow(clippy::indexing_slicing, reason = "while it is compiled, within the length")]
static MAIL_KEYWORDS: [Keyword; EXTENSIONS.len()] = {
    let mut keywords = [Keyword::NONE; EXTENSIONS.len()];
    let mut i = 0;
    while i < EXTENSIONS.len() {
        if let Some(row) = EXTENSIONS[i].mail {
            keywords[i] = row.keyword.keyword();
        }
        i += 1;
    }
    keywords
};

/// RFC 2920.
static PIPELINING: Row = Row {
    keyword: Name::new("PIPELINING"),
    parse: |_| Ok(Extension::Pipelining),
    is_offered: |_, _| true,
    ..Row::BARE
};
/// RFC 2034.
static ENHANCED_STATUS_CODES: Row = Row {
    keyword: Name::new("ENHANCEDSTATUSCODES"),
    parse: |_| Ok(Extension::EnhancedStatusCodes),
    is_offered: |_, _| true,
    ..Row::BARE
};
/// RFC 3207 §2; not in TLS (§4.2).
static STARTTLS: Row = Row {
    keyword: Name::new("STARTTLS"),
    parse: |_| Ok(Extension::StartTls),
    is_offered: |config, channel| config.starttls && !channel.is_tls(),
    ..Row::BARE
};
/// RFC 5321 §4.1.1.6.
static VRFY: Row = Row {
    keyword: Name::new("VRFY"),
    parse: |_| Ok(Extension::Vrfy),
    is_offered: |config, _| config.vrfy,
    ..Row::BARE
};
/// RFC 5321 §4.1.1.7.
static EXPN: Row = Row {
    keyword: Name::new("EXPN"),
    parse: |_| Ok(Extension::Expn),
    is_offered: |config, _| config.expn,
    ..Row::BARE
};
/// RFC 5321 §4.1.1.8.
static HELP: Row = Row {
    keyword: Name::new("HELP"),
    parse: |_| Ok(Extension::Help),
    is_offered: |_, _| true,
    ..Row::BARE
};

/// RFC 3030 §2.
static CHUNKING: Row = Row {
    keyword: Name::new("CHUNKING"),
    parse: |_| Ok(Extension::Chunking),
    is_offered: |config, _| config.chunking,
    ..Row::BARE
};
/// RFC 3030 §3.
static BINARYMIME: Row = Row {
    keyword: Name::new("BINARYMIME"),
    parse: |_| Ok(Extension::BinaryMime),
    is_offered: |config, _| config.offers_binary_mime(),
    ..Row::BARE
};
/// RFC 3461 §3.
static DSN: Row = Row { keyword: Name::new("DSN"), parse: |_| Ok(Extension::Dsn), ..Row::BARE };
/// RFC 8689 §2.
static REQUIRETLS: Row =
    Row { keyword: Name::new("REQUIRETLS"), parse: |_| Ok(Extension::RequireTls), ..Row::BARE };
/// RFC 1985 §5.
static ETRN: Row = Row { keyword: Name::new("ETRN"), parse: |_| Ok(Extension::Etrn), ..Row::BARE };
/// RFC 2645 §5.
static ATRN: Row = Row { keyword: Name::new("ATRN"), parse: |_| Ok(Extension::Atrn), ..Row::BARE };
/// RFC 4468 §3.
static BURL: Row = Row {
    keyword: Name::new("BURL"),
    parse: |words| Words::parse(words).map(Extension::Burl).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::Burl(words) = extension {
            row::put_words(words, out);
        }
    },
    ..Row::BARE
};
/// RFC 3865 §2.
static NO_SOLICITING: Row = Row {
    keyword: Name::new("NO-SOLICITING"),
    parse: |words| Words::parse(words).map(Extension::NoSoliciting).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::NoSoliciting(words) = extension {
            row::put_words(words, out);
        }
    },
    ..Row::BARE
};
/// RFC 3885 §3.
static MTRK: Row = Row { keyword: Name::new("MTRK"), parse: |_| Ok(Extension::Mtrk), ..Row::BARE };
/// RFC 4141 §4.
static CONPERM: Row =
    Row { keyword: Name::new("CONPERM"), parse: |_| Ok(Extension::ConPerm), ..Row::BARE };
/// RFC 4141 §5.
static CONNEG: Row =
    Row { keyword: Name::new("CONNEG"), parse: |_| Ok(Extension::ConNeg), ..Row::BARE };
/// RFC 7293 §3.
static RRVS: Row = Row { keyword: Name::new("RRVS"), parse: |_| Ok(Extension::Rrvs), ..Row::BARE };
/// Of Postfix, as it documents it.
static XCLIENT: Row = Row {
    keyword: Name::new("XCLIENT"),
    parse: |words| Words::parse(words).map(Extension::XClient).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::XClient(words) = extension {
            row::put_words(words, out);
        }
    },
    ..Row::BARE
};
/// Of Postfix, as it documents it.
static XFORWARD: Row = Row {
    keyword: Name::new("XFORWARD"),
    parse: |words| Words::parse(words).map(Extension::XForward).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::XForward(words) = extension {
            row::put_words(words, out);
        }
    },
    ..Row::BARE
};

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
        let (keyword, rest) = run(&KEYWORD, line);
        if !keyword.first().is_some_and(|&first| ALPHANUMERIC.contains(first)) {
            return Err(SyntaxError { offset: 0, expected: "a keyword" });
        }
        let parameters = match rest {
            [] => rest,
            [b' ' | b'=', parameters @ ..] => parameters.trim_ascii_start(),
            _ => return Err(SyntaxError { offset: keyword.len(), expected: "a space" }),
        };
        if let Some(at) = memchr::memchr3(b'\r', b'\n', 0, parameters) {
            let offset = line.len().saturating_sub(parameters.len()).saturating_add(at);
            return Err(SyntaxError { offset, expected: "no CR, LF or NUL" });
        }
        match place(&KEYWORDS, keyword).and_then(|at| EXTENSIONS.get(at)) {
            Some(row) => (row.parse)(parameters)
                .map_err(|expected| SyntaxError { offset: keyword.len() + 1, expected }),
            None => Ok(Self::Other(OtherExtension::received(keyword, parameters))),
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
            Self::Pipelining => Ok(&PIPELINING),
            Self::Size(_) => Ok(&size::SIZE),
            Self::EightBitMime => Ok(&eight_bit_mime::EIGHT_BIT_MIME),
            Self::SmtpUtf8 => Ok(&smtputf8::SMTPUTF8),
            Self::EnhancedStatusCodes => Ok(&ENHANCED_STATUS_CODES),
            Self::StartTls => Ok(&STARTTLS),
            Self::Auth(_) => Ok(&auth::AUTH),
            Self::Chunking => Ok(&CHUNKING),
            Self::BinaryMime => Ok(&BINARYMIME),
            Self::Dsn => Ok(&DSN),
            Self::DeliverBy(_) => Ok(&deliver_by::DELIVER_BY),
            Self::FutureRelease { .. } => Ok(&future_release::FUTURE_RELEASE),
            Self::MtPriority(_) => Ok(&mt_priority::MT_PRIORITY),
            Self::RequireTls => Ok(&REQUIRETLS),
            Self::Limits(_) => Ok(&limits::LIMITS),
            Self::Etrn => Ok(&ETRN),
            Self::Atrn => Ok(&ATRN),
            Self::Burl(_) => Ok(&BURL),
            Self::NoSoliciting(_) => Ok(&NO_SOLICITING),
            Self::Mtrk => Ok(&MTRK),
            Self::ConPerm => Ok(&CONPERM),
            Self::ConNeg => Ok(&CONNEG),
            Self::Rrvs => Ok(&RRVS),
            Self::XClient(_) => Ok(&XCLIENT),
            Self::XForward(_) => Ok(&XFORWARD),
            Self::Help => Ok(&HELP),
            Self::Vrfy => Ok(&VRFY),
            Self::Expn => Ok(&EXPN),
            Self::Other(other) => Err(other),
        }
    }
}

impl MailParameter<'_> {
    /// Its row.
    pub(crate) fn row(self) -> &'static MailRow {
        match self {
            Self::Size(_) => &size::MAIL,
            Self::Body(_) => &eight_bit_mime::MAIL,
            Self::SmtpUtf8 => &smtputf8::MAIL,
            Self::Auth(_) => &auth::MAIL,
        }
    }
}

/// The parameter of MAIL with that keyword, in whichever case.
#[inline]
pub(crate) fn mail_row(keyword: &str) -> Option<&'static MailRow> {
    let at = place(&MAIL_KEYWORDS, keyword.as_bytes())?;
    EXTENSIONS.get(at).and_then(|row| row.mail)
}

/// Where among `keywords` that word stands, in whichever case.
#[inline]
fn place(keywords: &[Keyword; EXTENSIONS.len()], word: &[u8]) -> Option<usize> {
    let word = Keyword::new(word);
    keywords.iter().position(|&keyword| keyword == word)
}

#[cfg(test)]
mod tests {
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

    /// Every parameter of MAIL has a row, which is that of an extension.
    #[test]
    fn every_parameter_of_mail_is_in_the_table() {
        for row in EXTENSIONS.iter().filter_map(|row| row.mail) {
            let value = ["10", "7BIT", "<x@y>"];
            let values = value.into_iter().map(Some).chain([None]);
            let parameter = values.filter_map(|value| (row.parse)(value).ok()).next().unwrap();
            let keyword = row.keyword.as_str();
            assert_eq!(parameter.row().keyword.as_str(), keyword);
            let small = keyword.to_ascii_lowercase();
            assert_eq!(mail_row(&small).unwrap().keyword.as_str(), keyword);
        }
        assert_eq!(EXTENSIONS.iter().filter_map(|row| row.mail).count(), 4);
        assert!(mail_row("X-SIZE").is_none());
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
