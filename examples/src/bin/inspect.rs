//! Shows what the parsers make of octets from the wire.

use std::{
    fmt::{self, Debug, Write as _},
    fs,
    io::{self, Read as _},
    path::PathBuf,
    process::ExitCode,
};

use bytes::BytesMut;
use clap::{Parser, ValueEnum};
use imap_proto::{Arena, CommandFramer, CommandKind, Framed, Response, ResponseFramer, Style};
use pop3_proto::{
    Capability, DropListing, LanguageListing, ScanListing, ServerLine, Status, SyntaxError,
    UniqueIdListing, unstuff_line,
};
use smtp_proto::{Command, CommandError, ReplyFramer};

/// Reads octets as they are on the wire and shows, item by item, what the
/// parsers make of them, and how the encoders write that again.
///
/// A line may end with LF alone. An item that cannot be parsed is told with the
/// place of the fault, in octets from the start of the input, and the next one
/// is read.
///
/// Exit status: 0 the input was read, 1 it could not be, 2 wrong options.
#[derive(Debug, Parser)]
#[command(name = "inspect", version, max_term_width = 100)]
struct Options {
    /// What the octets are
    kind: Kind,

    /// Where they are; standard input if there is none
    file: Option<PathBuf>,

    /// One JSON object a line
    #[arg(long)]
    json: bool,

    /// The POP3 command that is answered, such as 'RETR 1'
    ///
    /// Without it, each line is a response of its own.
    #[arg(long, value_name = "COMMAND", value_parser = Answered::parse)]
    after: Option<Answered>,
}

/// What the octets can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// What an SMTP client sends; leave out the messages after DATA, which are no commands
    SmtpCommand,
    /// What an SMTP server answers
    SmtpReply,
    /// What a POP3 client sends
    Pop3Command,
    /// What a POP3 server answers
    Pop3Response,
    /// What an IMAP client sends
    ImapCommand,
    /// What an IMAP server answers
    ImapResponse,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if options.after.is_some() && options.kind != Kind::Pop3Response {
        eprintln!("inspect: --after is for pop3-response");
        return ExitCode::from(2);
    }
    let (input, name) = match &options.file {
        Some(file) => (fs::read(file), file.display().to_string()),
        None => {
            let mut input = Vec::new();
            (io::stdin().read_to_end(&mut input).map(|_| input), "standard input".into())
        }
    };
    match input.map_err(|e| format!("{name}: {e}")).and_then(|input| {
        inspect(&input, &options, &mut io::stdout().lock()).map_err(|e| e.to_string())
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("inspect: {error}");
            ExitCode::FAILURE
        }
    }
}

fn inspect(input: &[u8], options: &Options, out: &mut impl io::Write) -> io::Result<()> {
    let mut rest = input;
    while !rest.is_empty() {
        let offset = input.len() - rest.len();
        let (length, read) = match options.kind {
            Kind::SmtpCommand => smtp_command(rest),
            Kind::SmtpReply => smtp_reply(rest),
            Kind::Pop3Command => pop3_command(rest),
            Kind::Pop3Response => pop3_response(rest, options.after),
            Kind::ImapCommand => imap_command(rest),
            Kind::ImapResponse => imap_response(rest),
        };
        let item = Item { offset, length, read };
        if options.json {
            writeln!(out, "{}", item.json())?;
        } else {
            writeln!(out, "{item}")?;
        }
        rest = &rest[length..];
    }
    out.flush()
}

/// A piece of the input, and what was made of it.
struct Item {
    offset: usize,
    length: usize,
    read: Result<Value, Fault>,
}

/// What a parser found.
struct Value {
    /// The name of its variant.
    kind: String,
    debug: String,
    tree: String,
    encoded: BytesMut,
}

/// Why it found nothing.
struct Fault {
    /// Octets of the item before it.
    at: usize,
    error: String,
}

/// An item: how many octets it has, at least one, and what they are.
type Read = (usize, Result<Value, Fault>);

impl Value {
    fn new(value: &impl Debug, encode: impl FnOnce(&mut BytesMut)) -> Self {
        let debug = format!("{value:?}");
        let name = debug.find(|c: char| !c.is_alphanumeric()).unwrap_or(debug.len());
        let mut encoded = BytesMut::new();
        encode(&mut encoded);
        Self { kind: debug[..name].to_owned(), tree: format!("{value:#?}"), debug, encoded }
    }

    /// The same, named after a part of it.
    fn named_after(self, part: &impl Debug) -> Self {
        Self { kind: Self::new(part, |_| ()).kind, ..self }
    }
}

impl From<SyntaxError> for Fault {
    fn from(error: SyntaxError) -> Self {
        Self { at: error.offset, error: error.to_string() }
    }
}

impl Fault {
    fn unfinished(input: &[u8]) -> Self {
        Self { at: input.len(), error: "the input ends in the middle of it".into() }
    }
}

/// As a tree.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, length, read } = self;
        match read {
            Ok(Value { kind, tree, encoded, .. }) => {
                writeln!(f, "octet {offset}, {length} octets: {kind}")?;
                for line in tree.lines() {
                    writeln!(f, "    {line}")?;
                }
                write!(f, "    = {}", encoded.escape_ascii())
            }
            Err(Fault { at, error }) => {
                write!(f, "octet {offset}, {length} octets: at octet {}: {error}", offset + at)
            }
        }
    }
}

impl Item {
    fn json(&self) -> String {
        let Self { offset, length, read } = self;
        match read {
            Ok(Value { kind, debug, encoded, .. }) => format!(
                r#"{{"offset":{offset},"length":{length},"ok":true,"kind":{},"value":{},"encoded":{}}}"#,
                json(kind.chars()),
                json(debug.chars()),
                json(encoded.iter().copied().map(char::from)),
            ),
            Err(Fault { at, error }) => format!(
                r#"{{"offset":{offset},"ok":false,"error":{},"at":{}}}"#,
                json(error.chars()),
                offset + at,
            ),
        }
    }
}

/// A string of JSON, in visible US-ASCII.
fn json(text: impl Iterator<Item = char>) -> String {
    let mut json = String::from("\"");
    for letter in text {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            ' '..='~' => json.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    // Writing to a string does not fail.
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json + "\""
}

/// The first line, without its end, and how many octets it has with it.
fn truncated(input: &[u8]) -> Option<(&[u8], usize)> {
    let end = input.iter().position(|&octet| octet == b'\n')?;
    let line = &input[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), end + 1))
}

/// Reads one line.
fn line(input: &[u8], read: impl FnOnce(&[u8]) -> Result<Value, Fault>) -> Read {
    match truncated(input) {
        Some((line, length)) => (length, read(line)),
        None => (input.len(), Err(Fault::unfinished(input))),
    }
}

fn smtp_command(input: &[u8]) -> Read {
    line(input, |line| match Command::parse(line) {
        // A server answers it with 500, as what is no command.
        Ok(Command::Unknown(_)) => Err(Fault { at: 0, error: "the verb is not known".into() }),
        Ok(command) => Ok(Value::new(&command, |out| command.encode(out))),
        Err(error) => {
            let (CommandError::Malformed(at) | CommandError::Argument(at)) = error;
            Err(Fault { at: at.offset, error: error.to_string() })
        }
    })
}

fn smtp_reply(input: &[u8]) -> Read {
    let mut rest = input;
    match ReplyFramer::new(usize::MAX).next(&mut rest) {
        smtp_proto::Framed::Whole { octets, .. } => {
            let reply = smtp_proto::Reply::parse(octets);
            let value = |reply: smtp_proto::Reply<'_>| Value::new(&reply, |out| reply.encode(out));
            (input.len() - rest.len(), reply.map(value).map_err(Fault::from))
        }
        _ => (input.len(), Err(Fault::unfinished(input))),
    }
}

fn pop3_command(input: &[u8]) -> Read {
    line(input, |line| {
        let command = pop3_proto::Command::parse(line)?;
        Ok(Value::new(&command, |out| command.encode(out)))
    })
}

/// The POP3 command that is answered, as far as its answers differ.
#[derive(Clone, Copy, Debug)]
enum Answered {
    /// One with a status line alone.
    Plain,
    Auth,
    Stat,
    List,
    Uidl,
    All(Listing),
}

/// What stands after a status line, up to the dot.
#[derive(Clone, Copy, Debug)]
enum Listing {
    Capabilities,
    Languages,
    Message,
    Sizes,
    UniqueIds,
}

impl Answered {
    fn parse(command: &str) -> Result<Self, SyntaxError> {
        use pop3_proto::Command;
        Ok(match Command::parse(command.as_bytes())? {
            Command::Auth(_) => Self::Auth,
            Command::Stat => Self::Stat,
            Command::List(Some(_)) => Self::List,
            Command::Uidl(Some(_)) => Self::Uidl,
            Command::List(None) => Self::All(Listing::Sizes),
            Command::Uidl(None) => Self::All(Listing::UniqueIds),
            Command::Capa => Self::All(Listing::Capabilities),
            Command::Lang(None) => Self::All(Listing::Languages),
            Command::Retr(_) | Command::Top { .. } => Self::All(Listing::Message),
            _ => Self::Plain,
        })
    }
}

/// A POP3 response and what it tells: what an item of `pop3-response` is after
/// a command that is answered with more than a status.
#[derive(Debug)]
#[expect(dead_code, reason = "it is there to be shown")]
struct Answer<'a, T> {
    response: pop3_proto::Response<'a>,
    told: T,
}

#[derive(Debug)]
#[expect(dead_code, reason = "it is there to be shown")]
enum Told<'a> {
    Capability(Capability<'a>),
    Language(LanguageListing<'a>),
    Line(Octets<'a>),
    Size(ScanListing),
    UniqueId(UniqueIdListing<'a>),
    Unparsed { line: Octets<'a>, error: String },
}

struct Octets<'a>(&'a [u8]);

impl Debug for Octets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Items are named after the status, or `Challenge`.
fn pop3_response(input: &[u8], after: Option<Answered>) -> Read {
    let Some((line, length)) = truncated(input) else {
        return (input.len(), Err(Fault::unfinished(input)));
    };
    if let Some(Answered::Auth) = after {
        let value = |line: ServerLine<'_>| match line {
            ServerLine::Challenge(_) => Value::new(&line, |out| line.encode(out)),
            ServerLine::End(response) => {
                Value::new(&response, |out| response.encode(out)).named_after(&response.status)
            }
        };
        return (length, ServerLine::parse(line).map(value).map_err(Fault::from));
    }
    let response = match pop3_proto::Response::parse(line) {
        Ok(response) => response,
        Err(error) => return (length, Err(error.into())),
    };
    let encode = |out: &mut BytesMut| response.encode(out);
    let text = response.text.as_bytes();
    let in_text = |error: SyntaxError| {
        let at = line.len() - text.len() + error.offset;
        Fault { at, error: SyntaxError { offset: at, ..error }.to_string() }
    };
    let read = match after {
        Some(answered) if response.status == Status::Ok => match answered {
            Answered::Stat => DropListing::parse(text)
                .map(|told| Value::new(&Answer { response, told }, encode))
                .map_err(in_text),
            Answered::List => ScanListing::parse(text)
                .map(|told| Value::new(&Answer { response, told }, encode))
                .map_err(in_text),
            Answered::Uidl => UniqueIdListing::parse(text)
                .map(|told| Value::new(&Answer { response, told }, encode))
                .map_err(in_text),
            Answered::All(listing) => return pop3_lines(input, response, length, listing),
            Answered::Plain | Answered::Auth => Ok(Value::new(&response, encode)),
        },
        _ => Ok(Value::new(&response, encode)),
    };
    (length, read.map(|value| value.named_after(&response.status)))
}

/// Reads the lines after a status line, and its whole item with it. One that
/// cannot be read stays in its place, and costs the others nothing.
fn pop3_lines(
    input: &[u8],
    response: pop3_proto::Response<'_>,
    status_line: usize,
    listing: Listing,
) -> Read {
    let mut told = Vec::new();
    let mut encoded = BytesMut::new();
    response.encode(&mut encoded);
    let mut length = status_line;
    loop {
        let Some((line, octets)) = truncated(&input[length..]) else {
            return (input.len(), Err(Fault::unfinished(input)));
        };
        length += octets;
        let Some(content) = unstuff_line(line) else { break };
        let read = match listing {
            Listing::Capabilities => Capability::parse(content).map(Told::Capability),
            Listing::Languages => LanguageListing::parse(content).map(Told::Language),
            Listing::Message => Ok(Told::Line(Octets(content))),
            Listing::Sizes => ScanListing::parse(content).map(Told::Size),
            Listing::UniqueIds => UniqueIdListing::parse(content).map(Told::UniqueId),
        };
        let line = read.unwrap_or_else(|error| Told::Unparsed {
            line: Octets(content),
            error: error.to_string(),
        });
        line.encode(&mut encoded);
        told.push(line);
    }
    encoded.extend_from_slice(b".\r\n");
    let answer = Answer { response, told };
    let value = Value::new(&answer, |out| *out = encoded).named_after(&response.status);
    (length, Ok(value))
}

impl Told<'_> {
    /// Writes the line, dot-stuffed (RFC 1939 §3).
    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Capability(capability) => return capability.encode(out),
            Self::Language(language) => return language.encode(out),
            Self::Line(Octets(octets)) | Self::Unparsed { line: Octets(octets), .. } => {
                if octets.starts_with(b".") {
                    out.extend_from_slice(b".");
                }
                out.extend_from_slice(octets);
            }
            Self::Size(size) => size.encode(out),
            Self::UniqueId(unique_id) => unique_id.encode(out),
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// A command with its literals, as a client writes them one after another; an
/// APPEND with its message. Items are named after what is to be done.
fn imap_command(input: &[u8]) -> Read {
    let arena = Arena::new();
    let mut framer = CommandFramer::new(usize::MAX);
    let mut rest = input;
    loop {
        let (octets, head) = match framer.next(&mut rest) {
            Framed::Whole { octets, .. } => {
                let read = imap_proto::Command::parse(octets, &arena);
                let read = read.map_err(|error| error.error.into());
                return (input.len() - rest.len(), read.map(|command| imap_value(&command, b"")));
            }
            Framed::Ask { octets, ask } => (octets, ask.head),
            Framed::TooLong { .. } | Framed::NeedInput => {
                return (input.len(), Err(Fault::unfinished(input)));
            }
        };
        let announced = truncated(&input[octets.len()..]).map_or(0, |(_, length)| length);
        let behind = &input[octets.len() + announced..];
        let literal = usize::try_from(head.octets).ok();
        let Some((literal, behind)) = literal.and_then(|octets| behind.split_at_checked(octets))
        else {
            // If the client had to ask for it, it was refused, and never sent.
            let unasked = head.non_synchronizing;
            let length = if unasked { input.len() } else { input.len() - behind.len() };
            let error = "the input ends in the middle of the literal".into();
            return (length, Err(Fault { at: octets.len(), error }));
        };
        match imap_proto::Command::parse(octets, &arena) {
            Ok(command) if matches!(command.kind, CommandKind::Append(_)) => {
                let (length, read) = line(behind, |line| match line {
                    b"" => Ok(imap_value(&command, literal)),
                    _ => Err(Fault { at: 0, error: "expected the end of the command".into() }),
                });
                let start = input.len() - behind.len();
                let read = read.map_err(|fault| Fault { at: start + fault.at, ..fault });
                return (start + length, read);
            }
            _ => {
                framer.keep(head.octets);
            }
        }
    }
}

/// A command; if it is an APPEND, with its message.
fn imap_value(command: &imap_proto::Command<'_>, message: &[u8]) -> Value {
    let encode = |out: &mut BytesMut| {
        command.encode(Style::PLAIN, out);
        if let CommandKind::Append(_) = command.kind {
            out.extend_from_slice(message);
            out.extend_from_slice(b"\r\n");
        }
    };
    Value::new(command, encode).named_after(&command.kind)
}

/// Items are named after what an untagged response tells; one that is not known
/// or cannot be parsed is an item too, `Unparsed`, as a client gets it.
fn imap_response(input: &[u8]) -> Read {
    let arena = Arena::new();
    let mut rest = input;
    let Framed::Whole { octets, .. } = ResponseFramer::new(usize::MAX).next(&mut rest) else {
        return (input.len(), Err(Fault::unfinished(input)));
    };
    let value = |response: Response<'_>| {
        let value = Value::new(&response, |out| response.encode(Style::PLAIN, out));
        match response {
            Response::Data(data) => value.named_after(&data),
            _ => value,
        }
    };
    let read = Response::parse(octets, &arena).map(value).map_err(Fault::from);
    (input.len() - rest.len(), read)
}
