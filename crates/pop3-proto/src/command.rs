//! Commands: what a client sends (RFC 1939, RFC 2449 §5, RFC 2595 §4, RFC 5034
//! §4, RFC 6856).

use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Class, Keyword, Parsed, VCHAR, byte, complete, fail, number32, run, token};
use mail_wire::{Auth, SyntaxError, auth, encode::decimal};

use crate::credentials::{Digest, Name, Password, digest, name, password};
use crate::language::{Language, language};
use crate::message_number::{MessageNumber, message_number};
use crate::text::TEXT;
use crate::tolerance::Tolerance;
use crate::verb::Verb;

/// A command.
///
/// ```
/// use pop3_proto::{Command, MessageNumber, Tolerance};
/// let command = Command::parse(b"top 1 10")?;
/// let message = MessageNumber::new(1).unwrap();
/// assert_eq!(command, Command::Top { message, lines: 10 });
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `USER`: whose maildrop it is about; PASS follows (RFC 1939 §7).
    User(Name<'a>),
    /// `PASS`: the password, after USER (RFC 1939 §7).
    Pass(Password<'a>),
    /// `APOP`: a login that does not show the secret (RFC 1939 §7).
    Apop {
        /// Whose maildrop it is about.
        name: Name<'a>,
        /// The proof.
        digest: Digest,
    },
    /// `AUTH`: a login by SASL (RFC 5034 §4).
    Auth(Auth<'a>),
    /// `STLS`: go on inside TLS (RFC 2595 §4).
    Stls,
    /// `CAPA`: what can you do? (RFC 2449 §5)
    Capa,
    /// `STAT`: how many messages and octets? (RFC 1939 §5)
    Stat,
    /// `LIST`: how many octets has this message, or each? (RFC 1939 §5)
    List(Option<MessageNumber>),
    /// `RETR`: send this message (RFC 1939 §5).
    Retr(MessageNumber),
    /// `DELE`: mark this message as deleted (RFC 1939 §5).
    Dele(MessageNumber),
    /// `NOOP` (RFC 1939 §5).
    Noop,
    /// `RSET`: take the marks away again (RFC 1939 §5).
    Rset,
    /// `TOP`: send the header and the first lines of the body (RFC 1939 §7).
    Top {
        /// Of which message.
        message: MessageNumber,
        /// How many lines of the body.
        lines: u32,
    },
    /// `UIDL`: which unique-id has this message, or each? (RFC 1939 §7)
    Uidl(Option<MessageNumber>),
    /// `UTF8`: UTF-8 may come from now on (RFC 6856 §2.1).
    Utf8,
    /// `LANG`: speak this language, or say which ones you can (RFC 6856 §3).
    Lang(Option<Language<'a>>),
    /// `QUIT`: delete what is marked, and goodbye (RFC 1939 §4, §6).
    Quit,
    /// Any other.
    Unknown(UnknownCommand<'a>),
}

/// A command that [`Command`] does not know, whose answer is one line.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnknownCommand<'a>(&'a [u8]);

impl<'a> UnknownCommand<'a> {
    /// Takes a line, without its CRLF, to be sent as a command.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is longer than 253 octets, does not begin with
    /// a keyword, or holds CR, LF or NUL; and where the keyword is of a command
    /// that [`Command`] knows, for then a session would not see what is sent.
    pub fn new(line: &'a [u8]) -> Result<Self, SyntaxError> {
        if line.len() > 253 {
            return Err(SyntaxError { offset: 253, expected: "the end of the command" });
        }
        if Verb::find(run(&VCHAR, line).0).is_some() {
            return Err(SyntaxError {
                offset: 0,
                expected: "a command that `Command` does not know",
            });
        }
        complete(line, unknown)
    }

    /// The keyword as it was written.
    #[must_use]
    pub fn keyword(self) -> &'a [u8] {
        run(&VCHAR, self.0).0
    }

    /// What follows the keyword and its space.
    #[must_use]
    pub fn arguments(self) -> &'a [u8] {
        let rest = run(&VCHAR, self.0).1;
        rest.strip_prefix(b" ").unwrap_or(rest)
    }
}

impl fmt::Debug for UnknownCommand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl<'a> Command<'a> {
    /// Parses a command line, without its CRLF, by the grammar alone.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not of the grammar of its keyword.
    #[inline]
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        Self::parse_tolerant(line, Tolerance::default())
    }

    /// Parses a command line, without its CRLF, and lets pass what `tolerance` says.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not of the grammar of its keyword.
    #[inline]
    pub fn parse_tolerant(line: &'a [u8], tolerance: Tolerance) -> Result<Self, SyntaxError> {
        let (name, after) = Keyword::read(&VCHAR, line);
        let length = line.len().saturating_sub(after.len());
        let verb = Verb::named(name);
        let spaces = tolerance.extra_spaces && verb != Some(Verb::Pass);
        let line = if spaces { without_spaces(line) } else { line };
        complete(line, |line| match (verb, line.get(length..)) {
            (Some(verb), Some(rest)) => arguments(verb, rest, tolerance),
            _ => {
                let (rest, unknown) = unknown(line)?;
                Ok((rest, Self::Unknown(unknown)))
            }
        })
    }

    /// Whether `+OK` to this command is followed by more lines, up to one of a
    /// single dot (RFC 1939 §3).
    ///
    /// ```
    /// use pop3_proto::{Command, MessageNumber};
    /// assert!(Command::List(None).is_multi_line());
    /// assert!(!Command::List(MessageNumber::new(1)).is_multi_line());
    /// ```
    #[must_use]
    pub const fn is_multi_line(self) -> bool {
        match self {
            Self::Capa
            | Self::List(None)
            | Self::Uidl(None)
            | Self::Lang(None)
            | Self::Retr(_)
            | Self::Top { .. } => true,
            Self::User(_)
            | Self::Pass(_)
            | Self::Apop { .. }
            | Self::Auth(_)
            | Self::Stls
            | Self::Stat
            | Self::List(Some(_))
            | Self::Dele(_)
            | Self::Noop
            | Self::Rset
            | Self::Uidl(Some(_))
            | Self::Utf8
            | Self::Lang(Some(_))
            | Self::Quit
            | Self::Unknown(_) => false,
        }
    }

    /// Writes the command, CRLF too.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::User(name) => {
                encode_verb(Verb::User, out);
                out.put_u8(b' ');
                name.encode(out);
            }
            Self::Pass(password) => {
                encode_verb(Verb::Pass, out);
                out.put_u8(b' ');
                password.encode(out);
            }
            Self::Apop { name, digest } => {
                encode_verb(Verb::Apop, out);
                out.put_u8(b' ');
                name.encode(out);
                out.put_u8(b' ');
                digest.encode(out);
            }
            Self::Auth(auth) => {
                encode_verb(Verb::Auth, out);
                out.put_u8(b' ');
                auth.encode(out);
            }
            Self::Stls => encode_verb(Verb::Stls, out),
            Self::Capa => encode_verb(Verb::Capa, out),
            Self::Stat => encode_verb(Verb::Stat, out),
            Self::List(message) => encode_about(Verb::List, message, out),
            Self::Retr(message) => encode_about(Verb::Retr, Some(message), out),
            Self::Dele(message) => encode_about(Verb::Dele, Some(message), out),
            Self::Noop => encode_verb(Verb::Noop, out),
            Self::Rset => encode_verb(Verb::Rset, out),
            Self::Top { message, lines } => {
                encode_about(Verb::Top, Some(message), out);
                out.put_u8(b' ');
                decimal(lines.into(), out);
            }
            Self::Uidl(message) => encode_about(Verb::Uidl, message, out),
            Self::Utf8 => encode_verb(Verb::Utf8, out),
            Self::Lang(language) => {
                encode_verb(Verb::Lang, out);
                if let Some(language) = language {
                    out.put_u8(b' ');
                    language.encode(out);
                }
            }
            Self::Quit => encode_verb(Verb::Quit, out),
            Self::Unknown(unknown) => out.put_slice(unknown.0),
        }
        out.put_slice(b"\r\n");
    }
}

fn encode_verb(verb: Verb, out: &mut BytesMut) {
    out.put_slice(verb.as_str().as_bytes());
}

fn encode_about(verb: Verb, message: Option<MessageNumber>, out: &mut BytesMut) {
    encode_verb(verb, out);
    if let Some(message) = message {
        out.put_u8(b' ');
        message.encode(out);
    }
}

/// RFC 2449 §3, and the arguments of each command where the module says:
/// ```text
/// command      =  keyword *(SP param) CRLF    ;255 octets maximum
/// keyword      =  3*4VCHAR
/// param        =  1*VCHAR
/// ```
///
/// `rest` is what follows the keyword.
fn arguments(verb: Verb, rest: &[u8], tolerance: Tolerance) -> Parsed<'_, Command<'_>> {
    let space = |rest| space(rest, tolerance);
    match verb {
        Verb::User => {
            let (rest, name) = name(space(rest)?.0)?;
            Ok((rest, Command::User(name)))
        }
        Verb::Pass => {
            // One space, whatever is tolerated: more of them are the password's.
            let (rest, ()) = byte(b' ', "a space")(rest)?;
            let (rest, password) = password(rest)?;
            Ok((rest, Command::Pass(password)))
        }
        Verb::Apop => {
            let (rest, name) = name(space(rest)?.0)?;
            let (rest, digest) = digest(space(rest)?.0)?;
            Ok((rest, Command::Apop { name, digest }))
        }
        Verb::Auth => {
            let (rest, auth) = auth(space(rest)?.0)?;
            Ok((rest, Command::Auth(auth)))
        }
        Verb::Stls => Ok((rest, Command::Stls)),
        Verb::Capa => Ok((rest, Command::Capa)),
        Verb::Stat => Ok((rest, Command::Stat)),
        Verb::List if rest.is_empty() => Ok((rest, Command::List(None))),
        Verb::List => {
            let (rest, message) = message_number(space(rest)?.0)?;
            Ok((rest, Command::List(Some(message))))
        }
        Verb::Retr => {
            let (rest, message) = message_number(space(rest)?.0)?;
            Ok((rest, Command::Retr(message)))
        }
        Verb::Dele => {
            let (rest, message) = message_number(space(rest)?.0)?;
            Ok((rest, Command::Dele(message)))
        }
        Verb::Noop => Ok((rest, Command::Noop)),
        Verb::Rset => Ok((rest, Command::Rset)),
        Verb::Top => {
            let (rest, message) = message_number(space(rest)?.0)?;
            let (rest, lines) = number32(space(rest)?.0)?;
            Ok((rest, Command::Top { message, lines }))
        }
        Verb::Uidl if rest.is_empty() => Ok((rest, Command::Uidl(None))),
        Verb::Uidl => {
            let (rest, message) = message_number(space(rest)?.0)?;
            Ok((rest, Command::Uidl(Some(message))))
        }
        Verb::Utf8 => Ok((rest, Command::Utf8)),
        Verb::Lang if rest.is_empty() => Ok((rest, Command::Lang(None))),
        Verb::Lang => {
            let (rest, language) = language(space(rest)?.0)?;
            Ok((rest, Command::Lang(Some(language))))
        }
        Verb::Quit => Ok((rest, Command::Quit)),
    }
}

static SPACE: Class = Class::new().with(b" ");

/// `line` without the spaces at its end.
fn without_spaces(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_suffix(b" ") {
        line = rest;
    }
    line
}

/// The space before an argument.
fn space(input: &[u8], tolerance: Tolerance) -> Parsed<'_, ()> {
    let (rest, ()) = byte(b' ', "a space")(input)?;
    Ok((if tolerance.extra_spaces { run(&SPACE, rest).1 } else { rest }, ()))
}

/// A keyword that is of no [`Verb`], and anything.
fn unknown(line: &[u8]) -> Parsed<'_, UnknownCommand<'_>> {
    let (rest, _) = token(&VCHAR, "a command")(line)?;
    if !rest.is_empty() {
        byte(b' ', "a space")(rest)?;
    }
    match run(&TEXT, rest) {
        (_, []) => Ok((&[], UnknownCommand(line))),
        (_, rest) => fail(rest, "no CR, LF or NUL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_wire::{Base64, Mechanism};

    const STRICT: Tolerance = Tolerance::STRICT;

    fn offset(line: &str) -> usize {
        Command::parse(line.as_bytes()).unwrap_err().offset
    }

    /// Message numbers and line counts that are none.
    #[test]
    fn numbers_that_are_none() {
        assert_eq!(offset("LIST 0"), 5);
        assert_eq!(offset("LIST 4294967296"), 5);
        assert_eq!(offset("TOP 1 -1"), 6);
        assert_eq!(offset("TOP 1"), 5);
        assert_eq!(offset("DELE"), 4);
        assert_eq!(offset("RETR 1 2"), 6);
        assert_eq!(offset("RETR  1"), 5);
        assert_eq!(offset("STAT "), 4);
        let top = Command::Top { message: MessageNumber::new(1).unwrap(), lines: 0 };
        assert_eq!(Command::parse(b"TOP 1 0"), Ok(top));
    }

    /// `STARTTLS x`, `MA\rIL`, NUL in a command.
    #[test]
    fn odd_lines() {
        assert_eq!(offset("STLS x"), 4);
        assert_eq!(offset("RE\rTR 1"), 2);
        assert_eq!(offset("XY\rZ"), 2);
        assert_eq!(offset("XYZ a\0b"), 5);
        assert_eq!(offset("NOOP\0"), 4);
        assert_eq!(offset("USER a\0"), 6);
        assert_eq!(offset(""), 0);
        assert_eq!(offset(" NOOP"), 0);
        assert_eq!(offset("PASS"), 4);
        assert_eq!(offset("PASS "), 5);
        assert_eq!(offset("AUTH PLAIN "), 11);
        assert_eq!(offset("AUTH PLAIN AA=A"), 13);
    }

    /// PASS with spaces. RFC 1939 §7 makes them the password's.
    #[test]
    fn spaces_in_a_password_are_its_own() {
        for tolerance in [STRICT, Tolerance { extra_spaces: true, ..STRICT }] {
            let Ok(Command::Pass(password)) = Command::parse_tolerant(b"pass  a b ", tolerance)
            else {
                panic!("not a password");
            };
            assert_eq!(password.reveal(), b" a b ");
        }
    }

    #[test]
    fn extra_spaces_only_where_tolerated() {
        let tolerant = Tolerance { extra_spaces: true, ..STRICT };
        for (line, plain) in [
            ("STAT ", "STAT"),
            ("LIST ", "LIST"),
            ("TOP  1   2 ", "TOP 1 2"),
            ("USER  a ", "USER a"),
        ] {
            assert!(Command::parse(line.as_bytes()).is_err(), "{line}");
            let parsed = Command::parse_tolerant(line.as_bytes(), tolerant);
            assert_eq!(parsed, Command::parse(plain.as_bytes()), "{line}");
        }
    }

    /// A tab or CR at the end is no space.
    #[test]
    fn spaces_are_spaces() {
        let tolerant = Tolerance { extra_spaces: true, ..STRICT };
        for line in [&b"NOOP\r"[..], b"NOOP\t", b"RETR 1\t ", b"RETR 1\x0c\r"] {
            assert!(Command::parse_tolerant(line, tolerant).is_err(), "{line:?}");
        }
    }

    /// What a session must see is not sent past it.
    #[test]
    fn known_commands_are_no_others() {
        for line in ["PASS secret", "auth PLAIN AAAA", "STLS", "Retr 1", "QUIT"] {
            assert_eq!(UnknownCommand::new(line.as_bytes()).unwrap_err().offset, 0, "{line}");
        }
        assert!(UnknownCommand::new(b"XTND XMIT").is_ok());
        for keyword in [
            "USER a",
            "PASS a",
            "APOP a 00000000000000000000000000000000",
            "AUTH PLAIN",
            "STLS",
            "CAPA",
            "STAT",
            "LIST",
            "RETR 1",
            "DELE 1",
            "NOOP",
            "RSET",
            "TOP 1 0",
            "UIDL",
            "UTF8",
            "LANG",
            "QUIT",
        ] {
            assert!(!matches!(
                Command::parse(keyword.as_bytes()),
                Ok(Command::Unknown(_)) | Err(_)
            ));
            assert!(UnknownCommand::new(keyword.as_bytes()).is_err(), "{keyword}");
        }
    }

    #[test]
    fn unknown_commands_are_kept() {
        let Ok(Command::Unknown(other)) = Command::parse(b"Xtnd xmit  x") else {
            panic!("not kept");
        };
        assert_eq!((other.keyword(), other.arguments()), (&b"Xtnd"[..], &b"xmit  x"[..]));
    }

    #[test]
    fn an_empty_initial_response_is_an_equals_sign() {
        let command = Command::parse(b"AUTH EXTERNAL =").unwrap();
        let initial_response = Some(Base64::EMPTY);
        let expected = Auth { mechanism: Mechanism::External, initial_response };
        assert_eq!(command, Command::Auth(expected));
        let mut out = BytesMut::new();
        command.encode(&mut out);
        assert_eq!(&out[..], b"AUTH EXTERNAL =\r\n");
    }
}
