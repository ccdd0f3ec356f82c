//! What a client sends (RFC 5321 §4.1.1).

mod argument;
mod atrn;
mod attributes;
mod bdat;
mod burl;
mod etrn;
mod mail;
mod query;
mod rcpt;
mod unknown;

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Fault, Parsed, run};
use mail_wire::{Auth, SyntaxError, auth};
use memchr::memchr3;

use crate::address::{Hostname, hostname};
use crate::scan::text;
use crate::tolerance::Tolerance;
use crate::verb::{VERB, Verb};
use argument::{argument, space};

pub use argument::Argument;
pub use atrn::Domains;
pub use attributes::{AttributeValue, Attributes};
pub use burl::Burl;
pub use etrn::{Etrn, QueueName};
pub use mail::{Mail, MailParameters};
pub use query::Query;
pub use rcpt::{Rcpt, RcptParameters};
pub use unknown::{Obsolete, UnknownCommand};

/// A command of SMTP.
///
/// ```
/// use smtp_proto::{Command, Mail, ReversePath};
/// let command = Command::parse(b"MAIL FROM:<a@example.org> SIZE=1024")?;
/// let Command::Mail(Mail { from: ReversePath::Mailbox(mailbox), parameters }) = command else {
///     panic!()
/// };
/// assert_eq!(mailbox.domain().as_str(), "example.org");
/// assert_eq!(parameters.size, Some(1024));
///
/// let mut out = smtp_proto::BytesMut::new();
/// command.encode(&mut out);
/// assert_eq!(&out[..], b"MAIL FROM:<a@example.org> SIZE=1024\r\n");
/// # Ok::<(), smtp_proto::CommandError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `EHLO`: the client's name, and that it knows extensions (RFC 5321 §4.1.1.1).
    Ehlo(Hostname<'a>),
    /// `HELO`: the client's name (RFC 5321 §4.1.1.1).
    Helo(Hostname<'a>),
    /// `LHLO`: EHLO of LMTP, where each recipient's message has a reply of its own (RFC 2033
    /// §4.1).
    Lhlo(Hostname<'a>),
    /// `MAIL`: begins a transaction (RFC 5321 §4.1.1.2).
    Mail(Mail<'a>),
    /// `RCPT`: adds a recipient (RFC 5321 §4.1.1.3).
    Rcpt(Rcpt<'a>),
    /// `DATA`: the body comes next (RFC 5321 §4.1.1.4).
    Data,
    /// `BDAT`: a chunk of the body stands behind the line (RFC 3030 §2).
    Bdat {
        /// How many octets there are of it.
        size: u64,
        /// Whether the body ends with it.
        last: bool,
    },
    /// `RSET`: ends the transaction with nothing delivered (RFC 5321 §4.1.1.5).
    Rset,
    /// `VRFY`: asks whether a user is here (RFC 5321 §4.1.1.6).
    Vrfy(Query<'a>),
    /// `EXPN`: asks who is on a mailing list (RFC 5321 §4.1.1.7).
    Expn(Query<'a>),
    /// `HELP`, perhaps with a topic (RFC 5321 §4.1.1.8).
    Help(Option<Argument<'a>>),
    /// `NOOP`, with an argument that means nothing (RFC 5321 §4.1.1.9).
    Noop(Option<Argument<'a>>),
    /// `QUIT` (RFC 5321 §4.1.1.10).
    Quit,
    /// `STARTTLS` (RFC 3207 §4).
    StartTls,
    /// `AUTH` (RFC 4954 §4).
    Auth(Auth<'a>),
    /// `BURL`: a part of the body is to be fetched (RFC 4468).
    Burl(Burl<'a>),
    /// `ETRN`: asks for the mail that waits for a host (RFC 1985).
    Etrn(Etrn<'a>),
    /// `ATRN`: asks to change the roles, for the mail of these domains, or of all that the client
    /// may have (RFC 2645).
    Atrn(Option<Domains<'a>>),
    /// `XCLIENT`: sets what the server knows of its client (Postfix).
    XClient(Attributes<'a>),
    /// `XFORWARD`: tells of the client before this one, for the log (Postfix).
    XForward(Attributes<'a>),
    /// A command of RFC 821 that is obsolete, whatever its argument. Answer 502.
    Obsolete(Obsolete, Option<Argument<'a>>),
    /// A command that is not known here. Answer 500.
    Unknown(UnknownCommand<'a>),
}

/// Why a line is no [`Command`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CommandError {
    /// The line has octets that no command has, or no verb. Answer 500.
    #[error("not a command: {0}")]
    Malformed(SyntaxError),
    /// The verb is known, its arguments are not of its grammar. Answer 501.
    #[error("wrong argument: {0}")]
    Argument(SyntaxError),
}

impl CommandError {
    /// The reply code that the error asks for (RFC 5321 §4.2.4).
    #[must_use]
    pub const fn reply_code(self) -> u16 {
        match self {
            Self::Malformed(_) => 500,
            Self::Argument(_) => 501,
        }
    }
}

impl<'a> Command<'a> {
    /// Parses a line, without its end, as a server does that is not told otherwise: by the
    /// grammar, but for blanks at the end, which RFC 5321 §4.1.1 asks to tolerate.
    ///
    /// # Errors
    /// [`CommandError`], which says which reply it asks for.
    pub fn parse(line: &'a [u8]) -> Result<Self, CommandError> {
        Self::parse_tolerant(line, Tolerance::default())
    }

    /// Parses a line, without its end, and lets pass what `tolerance` says.
    ///
    /// # Errors
    /// [`CommandError`], which says which reply it asks for.
    pub fn parse_tolerant(line: &'a [u8], tolerance: Tolerance) -> Result<Self, CommandError> {
        let (word, rest) = split_verb(tolerance.before_blanks(line));
        let Some(verb) = Verb::parse(word) else { return unknown(line, word, rest) };
        // None of the arguments can have a CR, an LF or a NUL: they are looked for only where
        // something is wrong.
        arguments(verb, rest, tolerance).map_err(|error| wrong_argument(line, tolerance, &error))
    }

    /// Writes the command and CRLF.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.verb().as_bytes());
        match self {
            Self::Ehlo(name) | Self::Helo(name) | Self::Lhlo(name) => {
                out.put_u8(b' ');
                out.put_slice(name.as_str().as_bytes());
            }
            Self::Mail(mail) => mail.encode(out),
            Self::Rcpt(rcpt) => rcpt.encode(out),
            Self::Bdat { size, last } => bdat::encode(size, last, out),
            Self::Vrfy(query) | Self::Expn(query) => query.encode(out),
            Self::Help(argument) | Self::Noop(argument) | Self::Obsolete(_, argument) => {
                argument::encode(argument, out);
            }
            Self::Auth(auth) => {
                out.put_u8(b' ');
                auth.encode(out);
            }
            Self::Burl(burl) => burl.encode(out),
            Self::Etrn(etrn) => etrn.encode(out),
            Self::Atrn(domains) => atrn::encode(domains, out),
            Self::XClient(attributes) | Self::XForward(attributes) => attributes.encode(out),
            Self::Unknown(unknown) => argument::encode(unknown.argument(), out),
            Self::Data | Self::Rset | Self::Quit | Self::StartTls => {}
        }
        out.put_slice(b"\r\n");
    }

    /// What it begins with, as it is written.
    #[must_use]
    pub const fn verb(self) -> &'a str {
        match self.known_verb() {
            Ok(verb) => verb.as_str(),
            Err(unknown) => unknown.verb(),
        }
    }

    /// What it begins with; or itself, where that is not known here.
    pub(crate) const fn known_verb(self) -> Result<Verb, UnknownCommand<'a>> {
        Ok(match self {
            Self::Ehlo(_) => Verb::Ehlo,
            Self::Helo(_) => Verb::Helo,
            Self::Lhlo(_) => Verb::Lhlo,
            Self::Mail(_) => Verb::Mail,
            Self::Rcpt(_) => Verb::Rcpt,
            Self::Data => Verb::Data,
            Self::Bdat { .. } => Verb::Bdat,
            Self::Rset => Verb::Rset,
            Self::Vrfy(_) => Verb::Vrfy,
            Self::Expn(_) => Verb::Expn,
            Self::Help(_) => Verb::Help,
            Self::Noop(_) => Verb::Noop,
            Self::Quit => Verb::Quit,
            Self::StartTls => Verb::StartTls,
            Self::Auth(_) => Verb::Auth,
            Self::Burl(_) => Verb::Burl,
            Self::Etrn(_) => Verb::Etrn,
            Self::Atrn(_) => Verb::Atrn,
            Self::XClient(_) => Verb::XClient,
            Self::XForward(_) => Verb::XForward,
            Self::Obsolete(Obsolete::Turn, _) => Verb::Turn,
            Self::Obsolete(Obsolete::Send, _) => Verb::Send,
            Self::Obsolete(Obsolete::Soml, _) => Verb::Soml,
            Self::Obsolete(Obsolete::Saml, _) => Verb::Saml,
            Self::Unknown(unknown) => return Err(unknown),
        })
    }
}

/// The word that a line begins with, and what stands after it.
#[inline]
fn split_verb(line: &[u8]) -> (&[u8], &[u8]) {
    let end = match line {
        // Nearly all verbs have four letters.
        [_, _, _, _] | [_, _, _, _, b' ', ..] => 4,
        _ => line.iter().position(|&octet| octet == b' ').unwrap_or(line.len()),
    };
    line.split_at_checked(end).unwrap_or((line, &[]))
}

/// Checks that a line has none of what no command has.
#[cold]
fn without_line_ends(line: &[u8]) -> Result<(), CommandError> {
    match memchr3(b'\r', b'\n', 0, line) {
        Some(offset) => Err(malformed(offset, "no CR, LF or NUL in a command")),
        None => Ok(()),
    }
}

const fn malformed(offset: usize, expected: &'static str) -> CommandError {
    CommandError::Malformed(SyntaxError { offset, expected })
}

/// A line that begins with no verb that is known here.
fn unknown<'a>(line: &[u8], word: &'a [u8], rest: &'a [u8]) -> Result<Command<'a>, CommandError> {
    without_line_ends(line)?;
    let (verb, odd) = run(&VERB, word);
    if !odd.is_empty() || !verb.first().is_some_and(u8::is_ascii_alphabetic) {
        return Err(malformed(verb.len(), "a verb and a space"));
    }
    UnknownCommand::received(word, rest)
        .map(Command::Unknown)
        .map_err(|error| malformed(word.len().saturating_add(error.offset), error.expected))
}

/// Why a line is no command, whose verb is known.
#[cold]
fn wrong_argument(line: &[u8], tolerance: Tolerance, error: &nom::Err<Fault<'_>>) -> CommandError {
    if let Err(malformed) = without_line_ends(line) {
        return malformed;
    }
    let fault = match error {
        nom::Err::Error(fault) | nom::Err::Failure(fault) => *fault,
        nom::Err::Incomplete(_) => Fault { rest: &[], expected: "more" },
    };
    CommandError::Argument(SyntaxError::new(tolerance.before_blanks(line), fault))
}

/// What stands after a verb: all of it is read.
#[inline]
fn arguments(
    verb: Verb,
    input: &[u8],
    tolerance: Tolerance,
) -> Result<Command<'_>, nom::Err<Fault<'_>>> {
    let bare = |command| whole(Ok((input, ()))).map(|()| command);
    Ok(match verb {
        Verb::Ehlo => Command::Ehlo(whole(hello(input, tolerance))?),
        Verb::Helo => Command::Helo(whole(hello(input, tolerance))?),
        Verb::Lhlo => Command::Lhlo(whole(hello(input, tolerance))?),
        Verb::Mail => Command::Mail(mail::mail(text(input)?, tolerance)?),
        Verb::Rcpt => Command::Rcpt(rcpt::rcpt(text(input)?, tolerance)?),
        Verb::Data => return bare(Command::Data),
        Verb::Bdat => {
            let (size, last) = whole(bdat::bdat(input))?;
            Command::Bdat { size, last }
        }
        Verb::Rset => return bare(Command::Rset),
        Verb::Vrfy => Command::Vrfy(whole(query::query(input))?),
        Verb::Expn => Command::Expn(whole(query::query(input))?),
        Verb::Help => Command::Help(whole(argument(input))?),
        Verb::Noop => Command::Noop(whole(argument(input))?),
        Verb::Quit => return bare(Command::Quit),
        Verb::StartTls => return bare(Command::StartTls),
        Verb::Auth => Command::Auth(whole(login(input))?),
        Verb::Burl => Command::Burl(whole(burl::burl(input))?),
        Verb::Etrn => Command::Etrn(whole(etrn::etrn(input))?),
        Verb::Atrn => Command::Atrn(whole(atrn::atrn(input))?),
        Verb::XClient => Command::XClient(whole(attributes::attributes(input))?),
        Verb::XForward => Command::XForward(whole(attributes::attributes(input))?),
        Verb::Turn => Command::Obsolete(Obsolete::Turn, obsolete(input)?),
        Verb::Send => Command::Obsolete(Obsolete::Send, obsolete(input)?),
        Verb::Soml => Command::Obsolete(Obsolete::Soml, obsolete(input)?),
        Verb::Saml => Command::Obsolete(Obsolete::Saml, obsolete(input)?),
    })
}

/// What was read, if there is nothing after it.
#[inline]
fn whole<'a, T>(parsed: Parsed<'a, T>) -> Result<T, nom::Err<Fault<'a>>> {
    match parsed? {
        ([], value) => Ok(value),
        (rest, _) => Err(nom::Err::Error(Fault { rest, expected: "the end of the command" })),
    }
}

/// ```abnf
/// ehlo = "EHLO" SP ( Domain / address-literal ) CRLF        ; RFC 5321 §4.1.1.1
/// ```
/// LHLO takes what EHLO does (RFC 2033 §4.1). HELO takes a literal too: hosts without a name
/// send one.
#[inline]
fn hello(input: &[u8], tolerance: Tolerance) -> Parsed<'_, Hostname<'_>> {
    let (rest, ()) = space(input)?;
    hostname(text(rest)?, tolerance).map(|(rest, name)| (rest.as_bytes(), name))
}

/// ```abnf
/// auth = "AUTH" SP sasl-mech [SP initial-response] CRLF      ; RFC 4954 §8
/// ```
fn login(input: &[u8]) -> Parsed<'_, Auth<'_>> {
    let (rest, ()) = space(input)?;
    auth(rest)
}

/// Whatever follows: there is nothing that it could change.
fn obsolete(input: &[u8]) -> Result<Option<Argument<'_>>, nom::Err<Fault<'_>>> {
    if without_line_ends(input).is_err() {
        return Err(nom::Err::Error(Fault { rest: input, expected: "no CR, LF or NUL" }));
    }
    Ok(argument(input).map_or(None, |(_, argument)| argument))
}
