//! How a command ended, and what else a server says of its state: OK, NO, BAD,
//! PREAUTH and BYE, each with a code and a text.
//!
//! RFC 9051 §7.1, RFC 3501 §7.1.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Parsed};

use crate::response::code::{Code, code};
use crate::wire::{Reader, Text, after_space, text};

/// How a command ended (`resp-cond-state`, RFC 9051 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Completion<'a> {
    /// How.
    pub outcome: Outcome,
    /// More of it, for programs.
    pub code: Option<Code<'a>>,
    /// More of it, for people.
    pub text: Text<'a>,
}

impl<'a> Completion<'a> {
    /// `OK`.
    #[must_use]
    pub const fn ok(code: Option<Code<'a>>, text: Text<'a>) -> Self {
        Self { outcome: Outcome::Ok, code, text }
    }

    /// `NO`.
    #[must_use]
    pub const fn no(code: Option<Code<'a>>, text: Text<'a>) -> Self {
        Self { outcome: Outcome::No, code, text }
    }

    /// `BAD`.
    #[must_use]
    pub const fn bad(code: Option<Code<'a>>, text: Text<'a>) -> Self {
        Self { outcome: Outcome::Bad, code, text }
    }

    /// Writes it after a tag and a space, to its CRLF.
    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.outcome.name().as_bytes());
        encode_resp_text(self.code, self.text, out);
        out.put_slice(b"\r\n");
    }
}

/// How a command ended, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// `OK`: it was done.
    Ok,
    /// `NO`: it could not be done.
    No,
    /// `BAD`: it was not understood, or makes no sense now.
    Bad,
}

impl Outcome {
    pub(crate) fn named(name: Keyword) -> Option<Self> {
        match name {
            OK => Some(Self::Ok),
            NO => Some(Self::No),
            BAD => Some(Self::Bad),
            _ => None,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => Condition::Ok.name(),
            Self::No => Condition::No.name(),
            Self::Bad => Condition::Bad.name(),
        }
    }
}

/// An untagged status (`resp-cond-state`, `resp-cond-auth`, `resp-cond-bye`,
/// RFC 9051 §7.1): a greeting, a warning, a goodbye.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notice<'a> {
    /// What kind.
    pub condition: Condition,
    /// More of it, for programs.
    pub code: Option<Code<'a>>,
    /// More of it, for people.
    pub text: Text<'a>,
}

impl<'a> Notice<'a> {
    /// A notice of this kind.
    #[must_use]
    pub const fn new(condition: Condition, code: Option<Code<'a>>, text: Text<'a>) -> Self {
        Self { condition, code, text }
    }
}

/// What an untagged status says, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// `OK`: a piece of information, or the greeting.
    Ok,
    /// `NO`: a warning.
    No,
    /// `BAD`: an error that belongs to no command that is known.
    Bad,
    /// `PREAUTH`: a greeting that says that no login is needed.
    PreAuth,
    /// `BYE`: the server is about to close the connection.
    Bye,
}

impl Condition {
    pub(crate) fn named(name: Keyword) -> Option<Self> {
        match name {
            OK => Some(Self::Ok),
            NO => Some(Self::No),
            BAD => Some(Self::Bad),
            PREAUTH => Some(Self::PreAuth),
            BYE => Some(Self::Bye),
            _ => None,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::No => "NO",
            Self::Bad => "BAD",
            Self::PreAuth => "PREAUTH",
            Self::Bye => "BYE",
        }
    }
}

const OK: Keyword = Keyword::new(Condition::Ok.name().as_bytes());
const NO: Keyword = Keyword::new(Condition::No.name().as_bytes());
const BAD: Keyword = Keyword::new(Condition::Bad.name().as_bytes());
const PREAUTH: Keyword = Keyword::new(Condition::PreAuth.name().as_bytes());
const BYE: Keyword = Keyword::new(Condition::Bye.name().as_bytes());

/// Whether `name` is that of a status, which is followed by text.
pub(crate) fn is_status(name: &[u8]) -> bool {
    Condition::named(Keyword::new(name)).is_some()
}

/// Writes ` `, the code and the text. A text that could be taken for a code gets two more
/// spaces before it, which [`resp_text`] takes away.
pub(crate) fn encode_resp_text(code: Option<Code<'_>>, text: Text<'_>, out: &mut BytesMut) {
    out.put_u8(b' ');
    match code {
        Some(code) => {
            code.encode(out);
            out.put_u8(b' ');
        }
        None if looks_like_code(text.as_bytes()) => out.put_slice(b"  "),
        None => {}
    }
    text.encode(out);
}

/// Whether `text` begins with a bracket, spaces aside.
fn looks_like_code(text: &[u8]) -> bool {
    text.trim_ascii_start().first() == Some(&b'[')
}

/// ```abnf
/// resp-text = ["[" resp-text-code "]" SP] [text]           ; RFC 9051 §9
/// ```
/// and the space before it; both spaces may be missing, and the first be doubled. Two more keep
/// a text that begins with a bracket from being a code. The text ends at an octet that cannot
/// be in it.
pub(crate) fn resp_text<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, (Option<Code<'a>>, Text<'a>)> {
    let start = after_space(input).unwrap_or(input);
    let found = match start {
        [b'[', inside @ ..] | [b' ', b'[', inside @ ..] => code(inside, reader),
        _ => None,
    };
    let (rest, code) = match (found, start) {
        (Some((rest, code)), _) => (after_space(rest).unwrap_or(rest), Some(code)),
        (None, [b' ', b' ', text @ ..]) if looks_like_code(text) => (text, None),
        (None, _) => (start, None),
    };
    let (_, text) = text(rest)?;
    Ok((&[], (code, text)))
}
