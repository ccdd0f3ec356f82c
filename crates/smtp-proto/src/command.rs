//! What a client sends (RFC 5321 §4.1.1).

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{ALPHA, Fault, Keyword, Parsed, fail, letters, run};
use mail_wire::{Base64, Mechanism, SyntaxError, mechanism};
use memchr::memchr2;

use crate::address::{forward_path, reverse_path};
use crate::argument::{argument, query};
use crate::domain::hostname;
use crate::parameter::{mail_parameters, rcpt_parameters};
use crate::sasl::{encode_initial_response, initial_response};
use crate::{
    Argument, ForwardPath, Hostname, MailParameters, Parameters, Query, ReversePath, Tolerance,
};

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
/// let mut out = bytes::BytesMut::new();
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
    /// `MAIL`: begins a transaction (RFC 5321 §4.1.1.2).
    Mail(Mail<'a>),
    /// `RCPT`: adds a recipient (RFC 5321 §4.1.1.3).
    Rcpt(Rcpt<'a>),
    /// `DATA`: the body comes next (RFC 5321 §4.1.1.4).
    Data,
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
    /// A command of RFC 821 that is obsolete, whatever its argument. Answer 502.
    Obsolete(Obsolete, Option<Argument<'a>>),
}

/// The commands of RFC 821 that no client is to send any more (RFC 5321 appendix F.1 and F.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Obsolete {
    /// `TURN`: the client becomes the server.
    Turn,
    /// `SEND`: as MAIL, but to the user's terminal.
    Send,
    /// `SOML`: to the terminal or the mailbox.
    Soml,
    /// `SAML`: to the terminal and the mailbox.
    Saml,
}

impl Obsolete {
    /// The verb.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Turn => "TURN",
            Self::Send => "SEND",
            Self::Soml => "SOML",
            Self::Saml => "SAML",
        }
    }
}

/// The arguments of `MAIL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mail<'a> {
    /// Where reports of failure go.
    pub from: ReversePath<'a>,
    /// What stands behind it.
    pub parameters: MailParameters<'a>,
}

/// The arguments of `RCPT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rcpt<'a> {
    /// The recipient.
    pub to: ForwardPath<'a>,
    /// What stands behind it.
    pub parameters: Parameters<'a>,
}

/// The arguments of `AUTH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Auth<'a> {
    /// The SASL mechanism.
    pub mechanism: Mechanism<'a>,
    /// The first response, where it came along. `=` on the wire is an empty one.
    pub initial_response: Option<Base64<'a>>,
}

/// Why a line is no [`Command`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CommandError {
    /// The line has octets that no command has, or no verb. Answer 500.
    #[error("not a command: {0}")]
    Malformed(SyntaxError),
    /// A verb that is not known here. Answer 500.
    #[error("the verb is not known")]
    UnknownVerb,
    /// The verb is known, its arguments are not of its grammar. Answer 501.
    #[error("wrong argument: {0}")]
    Argument(SyntaxError),
}

impl CommandError {
    /// The reply code that the error asks for (RFC 5321 §4.2.4).
    #[must_use]
    pub const fn reply_code(self) -> u16 {
        match self {
            Self::Malformed(_) | Self::UnknownVerb => 500,
            Self::Argument(_) => 501,
        }
    }
}

pub(crate) const EHLO: Keyword = Keyword::new(b"EHLO");
pub(crate) const HELO: Keyword = Keyword::new(b"HELO");
const MAIL: Keyword = Keyword::new(b"MAIL");
const RCPT: Keyword = Keyword::new(b"RCPT");
const DATA: Keyword = Keyword::new(b"DATA");
const RSET: Keyword = Keyword::new(b"RSET");
const VRFY: Keyword = Keyword::new(b"VRFY");
const EXPN: Keyword = Keyword::new(b"EXPN");
const HELP: Keyword = Keyword::new(b"HELP");
const NOOP: Keyword = Keyword::new(b"NOOP");
const QUIT: Keyword = Keyword::new(b"QUIT");
const STARTTLS: Keyword = Keyword::new(b"STARTTLS");
pub(crate) const AUTH: Keyword = Keyword::new(b"AUTH");
const TURN: Keyword = Keyword::new(b"TURN");
const SEND: Keyword = Keyword::new(b"SEND");
const SOML: Keyword = Keyword::new(b"SOML");
const SAML: Keyword = Keyword::new(b"SAML");

impl<'a> Command<'a> {
    /// Parses a line, without its end, by the grammar alone.
    ///
    /// # Errors
    /// [`CommandError`], which says which reply it asks for.
    pub fn parse(line: &'a [u8]) -> Result<Self, CommandError> {
        Self::parse_tolerant(line, Tolerance::STRICT)
    }

    /// Parses a line, without its end, and lets pass what `tolerance` says.
    ///
    /// # Errors
    /// [`CommandError`], which says which reply it asks for.
    pub fn parse_tolerant(line: &'a [u8], tolerance: Tolerance) -> Result<Self, CommandError> {
        if let Some(offset) =
            memchr2(b'\r', 0, line).or_else(|| line.iter().position(|&b| b == b'\n'))
        {
            let expected = "no CR, LF or NUL in a command";
            return Err(CommandError::Malformed(SyntaxError { offset, expected }));
        }
        let line = tolerance.before_blanks(line);
        let (verb, rest) = run(&ALPHA, line);
        if !matches!(rest, [] | [b' ', ..]) || verb.is_empty() {
            let offset = verb.len();
            let error = SyntaxError { offset, expected: "a verb and a space" };
            return Err(CommandError::Malformed(error));
        }
        let rest_of = |parsed: Parsed<'a, Self>| match parsed {
            Ok(([], command)) => Ok(command),
            Ok((rest, _)) => Err(Fault { rest, expected: "the end of the command" }),
            Err(nom::Err::Error(fault) | nom::Err::Failure(fault)) => Err(fault),
            Err(nom::Err::Incomplete(_)) => Err(Fault { rest: &[], expected: "more" }),
        };
        let alone = |command| Ok((rest, command));
        let parsed = match Keyword::new(verb) {
            EHLO => hello(rest, tolerance).map(|(rest, name)| (rest, Self::Ehlo(name))),
            HELO => hello(rest, tolerance).map(|(rest, name)| (rest, Self::Helo(name))),
            MAIL => mail(rest, tolerance),
            RCPT => rcpt(rest, tolerance),
            DATA => alone(Self::Data),
            RSET => alone(Self::Rset),
            VRFY => query(rest).map(|(rest, query)| (rest, Self::Vrfy(query))),
            EXPN => query(rest).map(|(rest, query)| (rest, Self::Expn(query))),
            HELP => argument(rest).map(|(rest, topic)| (rest, Self::Help(topic))),
            NOOP => argument(rest).map(|(rest, ignored)| (rest, Self::Noop(ignored))),
            QUIT => alone(Self::Quit),
            STARTTLS => alone(Self::StartTls),
            AUTH => auth(rest),
            TURN => obsolete(Obsolete::Turn, rest),
            SEND => obsolete(Obsolete::Send, rest),
            SOML => obsolete(Obsolete::Soml, rest),
            SAML => obsolete(Obsolete::Saml, rest),
            _ => return Err(CommandError::UnknownVerb),
        };
        rest_of(parsed).map_err(|fault| CommandError::Argument(SyntaxError::new(line, fault)))
    }

    /// Writes the command and CRLF.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Ehlo(name) => put(out, "EHLO ", name.as_str()),
            Self::Helo(name) => put(out, "HELO ", name.as_str()),
            Self::Mail(Mail { from, parameters }) => {
                out.put_slice(b"MAIL FROM:");
                from.encode(out);
                parameters.encode(out);
            }
            Self::Rcpt(Rcpt { to, parameters }) => {
                out.put_slice(b"RCPT TO:");
                to.encode(out);
                parameters.iter().for_each(|parameter| parameter.encode(out));
            }
            Self::Data => out.put_slice(b"DATA"),
            Self::Rset => out.put_slice(b"RSET"),
            Self::Vrfy(query) => {
                out.put_slice(b"VRFY");
                query.encode(out);
            }
            Self::Expn(query) => {
                out.put_slice(b"EXPN");
                query.encode(out);
            }
            Self::Help(topic) => with_argument("HELP", topic, out),
            Self::Noop(ignored) => with_argument("NOOP", ignored, out),
            Self::Quit => out.put_slice(b"QUIT"),
            Self::StartTls => out.put_slice(b"STARTTLS"),
            Self::Auth(Auth { mechanism, initial_response }) => {
                put(out, "AUTH ", mechanism.as_str());
                encode_initial_response(initial_response, out);
            }
            Self::Obsolete(verb, argument) => with_argument(verb.as_str(), argument, out),
        }
        out.put_slice(b"\r\n");
    }
}

fn put(out: &mut BytesMut, before: &str, text: &str) {
    out.put_slice(before.as_bytes());
    out.put_slice(text.as_bytes());
}

fn with_argument(verb: &str, argument: Option<Argument<'_>>, out: &mut BytesMut) {
    out.put_slice(verb.as_bytes());
    if let Some(argument) = argument {
        argument.encode(out);
    }
}

/// ```abnf
/// ehlo = "EHLO" SP ( Domain / address-literal ) CRLF        ; RFC 5321 §4.1.1.1
/// ```
/// HELO takes a literal too: hosts without a name send one.
fn hello(input: &[u8], tolerance: Tolerance) -> Parsed<'_, Hostname<'_>> {
    let (rest, ()) = space(input)?;
    hostname(rest, tolerance)
}

/// ```abnf
/// mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF  ; RFC 5321 §4.1.1.2
/// ```
fn mail(input: &[u8], tolerance: Tolerance) -> Parsed<'_, Command<'_>> {
    let (rest, ()) = space(input)?;
    let (rest, ()) = letters(b"FROM:", "\"FROM:\"")(rest)?;
    let (rest, from) = reverse_path(tolerance.behind_blanks(rest), tolerance)?;
    let (rest, parameters) = mail_parameters(rest)?;
    Ok((rest, Command::Mail(Mail { from, parameters })))
}

/// ```abnf
/// rcpt = "RCPT TO:" Forward-path [SP Rcpt-parameters] CRLF    ; RFC 5321 §4.1.1.3
/// ```
fn rcpt(input: &[u8], tolerance: Tolerance) -> Parsed<'_, Command<'_>> {
    let (rest, ()) = space(input)?;
    let (rest, ()) = letters(b"TO:", "\"TO:\"")(rest)?;
    let (rest, to) = forward_path(tolerance.behind_blanks(rest), tolerance)?;
    let (rest, parameters) = rcpt_parameters(rest)?;
    Ok((rest, Command::Rcpt(Rcpt { to, parameters })))
}

/// ```abnf
/// auth = "AUTH" SP sasl-mech [SP initial-response] CRLF      ; RFC 4954 §8
/// ```
fn auth(input: &[u8]) -> Parsed<'_, Command<'_>> {
    let (rest, ()) = space(input)?;
    let (rest, mechanism) = mechanism(rest)?;
    let (rest, initial_response) = initial_response(rest)?;
    Ok((rest, Command::Auth(Auth { mechanism, initial_response })))
}

fn space(input: &[u8]) -> Parsed<'_, ()> {
    match input {
        [b' ', rest @ ..] => Ok((rest, ())),
        _ => fail(input, "an argument"),
    }
}

/// Whatever follows: there is nothing that it could change.
fn obsolete(verb: Obsolete, input: &[u8]) -> Parsed<'_, Command<'_>> {
    let (_, argument) = argument(input).unwrap_or((&[], None));
    Ok((&[], Command::Obsolete(verb, argument)))
}
