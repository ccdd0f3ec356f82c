//! Responses: what a server sends.
//!
//! RFC 9051 §7, RFC 3501 §7.

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{Fault, Keyword, Parsed, byte, fail, number32};
use memchr::memchr;

use crate::ext::esearch::{ESearch, esearch};
use crate::ext::id::{IdField, encode_id, id_fields};
use crate::value::capability::{Capability, capabilities};
use crate::value::flag::{Flag, encode_flags, flags_fetch};
use crate::wire::{
    Arena, KEYWORD_CHAR, LINE_END, Raw, Reader, Side, Style, Tag, Text, after_space,
    announces_literal, keyword, scan_lines, syntax_error, tag, text,
};
use fetch::{FetchResponse, fetch_response};
use list::{Listed, listed};
use namespace::{Namespaces, namespaces};
use search::{SearchResponse, search_response};
use status::{MailboxStatus, mailbox_status};
use status_line::{Completion, Condition, Notice, Outcome, encode_resp_text, resp_text};

pub(crate) mod body;
pub(crate) mod code;
pub(crate) mod fetch;
pub(crate) mod fetch_writer;
pub(crate) mod list;
pub(crate) mod namespace;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod status_line;

// What untagged data is called.
const CAPABILITY: Keyword = Keyword::new(b"CAPABILITY");
const ENABLED: Keyword = Keyword::new(b"ENABLED");
const ESEARCH: Keyword = Keyword::new(b"ESEARCH");
const EXISTS: Keyword = Keyword::new(b"EXISTS");
const EXPUNGE: Keyword = Keyword::new(b"EXPUNGE");
const FETCH: Keyword = Keyword::new(b"FETCH");
const FLAGS: Keyword = Keyword::new(b"FLAGS");
const ID: Keyword = Keyword::new(b"ID");
const LIST: Keyword = Keyword::new(b"LIST");
const LSUB: Keyword = Keyword::new(b"LSUB");
const NAMESPACE: Keyword = Keyword::new(b"NAMESPACE");
const RECENT: Keyword = Keyword::new(b"RECENT");
const SEARCH: Keyword = Keyword::new(b"SEARCH");
const STATUS: Keyword = Keyword::new(b"STATUS");

/// A response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Response<'a> {
    /// `+ …`: the server waits for the rest of a command (RFC 9051 §7.6). The
    /// text is the server's challenge in base64 while authenticating, else for
    /// people.
    Continue(Text<'a>),
    /// `* …`: untagged.
    Data(Data<'a>),
    /// The end of the command with this tag.
    Tagged(Tag<'a>, Completion<'a>),
}

/// What an untagged response tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Data<'a> {
    /// A status.
    Notice(Notice<'a>),
    /// CAPABILITY (RFC 9051 §7.2.2): what the server can do.
    Capability(&'a [Capability<'a>]),
    /// ENABLED (RFC 9051 §7.2.1): what ENABLE turned on.
    Enabled(&'a [Capability<'a>]),
    /// FLAGS (RFC 9051 §7.3.5): the flags of the selected mailbox.
    Flags(&'a [Flag<'a>]),
    /// EXISTS (RFC 9051 §7.4.1): how many messages there are.
    Exists(u32),
    /// RECENT (RFC 3501 §7.3.2): how many messages are new.
    Recent(u32),
    /// EXPUNGE (RFC 9051 §7.5.1): this message is gone, and the numbers above it
    /// are one less.
    Expunge(NonZeroU32),
    /// FETCH (RFC 9051 §7.5.2): about a message.
    Fetch(FetchResponse<'a>),
    /// LIST (RFC 9051 §7.3.1): a mailbox.
    List(Listed<'a>),
    /// LSUB (RFC 3501 §7.2.3): a mailbox that is subscribed to.
    Lsub(Listed<'a>),
    /// STATUS (RFC 9051 §7.3.3): about a mailbox.
    Status(MailboxStatus<'a>),
    /// SEARCH (RFC 3501 §7.2.5): what was found.
    Search(SearchResponse<'a>),
    /// ESEARCH (RFC 9051 §7.3.4): what was found.
    ESearch(ESearch<'a>),
    /// NAMESPACE (RFC 9051 §7.3.2).
    Namespace(Namespaces<'a>),
    /// ID (RFC 2971 §3.2): who the server is. `None` is `NIL`.
    Id(Option<&'a [IdField<'a>]>),
    /// A response that is not known, or is known and could not be parsed.
    Unparsed {
        /// The response as it was written, without `* ` and the last CRLF.
        raw: Raw<'a>,
        /// What was expected, and where in `raw`.
        error: SyntaxError,
    },
}

impl<'a> Response<'a> {
    /// Parses a whole response as the
    /// [`ResponseFramer`](crate::ResponseFramer) finds it: with
    /// the octets of its literals, without the last CRLF.
    ///
    /// It takes what servers are known to send beside the grammar. An untagged
    /// response, an item of FETCH or a code that is not known or cannot be
    /// parsed is delivered as it was written, and the rest is unharmed.
    ///
    /// ```
    /// use imap_proto::{Arena, Data, Response};
    /// let arena = Arena::new();
    /// let response = Response::parse(b"* 172 EXISTS", &arena)?;
    /// assert_eq!(response, Response::Data(Data::Exists(172)));
    /// # Ok::<(), imap_proto::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    /// If it is no response at all: not `*`, `+` or a tag, or a tag with
    /// anything but `OK`, `NO` or `BAD` after it.
    pub fn parse(input: &'a [u8], arena: &'a Arena) -> Result<Self, SyntaxError> {
        match input {
            [b'+', rest @ ..] => {
                let (_, text) = text(after_space(rest).unwrap_or(rest))
                    .map_err(|error| syntax_error(input, &error))?;
                Ok(Self::Continue(text))
            }
            [b'*'] => Ok(Self::Data(data(b"", arena)?)),
            [b'*', b' ', rest @ ..] => Ok(Self::Data(data(rest, arena)?)),
            _ => {
                let reader = one_line(input, arena)?;
                tagged(input, &reader).map_err(|error| syntax_error(input, &error))
            }
        }
    }
}

impl Response<'_> {
    /// Writes it with its CRLF.
    ///
    /// ```
    /// use imap_proto::{BytesMut, Code, Completion, Response, Style, Tag, Text};
    /// let done = Completion::ok(Some(Code::ReadWrite), Text::new("SELECT completed")?);
    /// let mut out = BytesMut::new();
    /// Response::Tagged(Tag::new("A142")?, done).encode(Style::PLAIN, &mut out);
    /// assert_eq!(&out[..], b"A142 OK [READ-WRITE] SELECT completed\r\n");
    /// # Ok::<(), imap_proto::SyntaxError>(())
    /// ```
    pub fn encode(&self, style: Style, out: &mut BytesMut) {
        match self {
            Self::Continue(text) => {
                out.put_slice(b"+ ");
                text.encode(out);
                out.put_slice(b"\r\n");
            }
            Self::Data(data) => data.encode(style, out),
            Self::Tagged(tag, completion) => {
                tag.encode(out);
                out.put_u8(b' ');
                completion.encode(out);
            }
        }
    }
}

impl Data<'_> {
    /// Writes it, from `* ` to its CRLF.
    pub fn encode(&self, style: Style, out: &mut BytesMut) {
        let style = style.of_response();
        out.put_slice(b"* ");
        let may_announce =
            matches!(self, Self::Capability(_) | Self::Enabled(_) | Self::ESearch(_));
        match *self {
            Self::Notice(Notice { condition, code, text }) => {
                out.put_slice(condition.name().as_bytes());
                encode_resp_text(code, text, out);
            }
            Self::Capability(capabilities) => encode_names(CAPABILITY, capabilities, out),
            Self::Enabled(capabilities) => encode_names(ENABLED, capabilities, out),
            Self::Flags(flags) => {
                FLAGS.encode(out);
                out.put_u8(b' ');
                encode_flags(flags, out);
            }
            Self::Exists(count) => encode_count(count, EXISTS, out),
            Self::Recent(count) => encode_count(count, RECENT, out),
            Self::Expunge(message) => encode_count(message.get(), EXPUNGE, out),
            Self::Fetch(fetch) => fetch.encode(style, out),
            Self::List(listed) => {
                LIST.encode(out);
                out.put_u8(b' ');
                listed.encode(style, out);
            }
            Self::Lsub(listed) => {
                LSUB.encode(out);
                out.put_u8(b' ');
                listed.encode(style, out);
            }
            Self::Status(status) => {
                STATUS.encode(out);
                out.put_u8(b' ');
                status.encode(style, out);
            }
            Self::Search(found) => {
                SEARCH.encode(out);
                found.encode(out);
            }
            Self::ESearch(found) => {
                ESEARCH.encode(out);
                found.encode(style, out);
            }
            Self::Namespace(namespaces) => {
                NAMESPACE.encode(out);
                namespaces.encode(style, out);
            }
            Self::Id(fields) => {
                ID.encode(out);
                encode_id(fields, style, out);
            }
            Self::Unparsed { raw, .. } => out.put_slice(raw.as_bytes()),
        }
        if may_announce && announces_literal(out) {
            // What was not understood is last, and was no literal.
            out.put_u8(b' ');
        }
        out.put_slice(b"\r\n");
    }
}

fn encode_names(name: Keyword, capabilities: &[Capability<'_>], out: &mut BytesMut) {
    name.encode(out);
    for capability in capabilities {
        out.put_u8(b' ');
        capability.encode(out);
    }
}

fn encode_count(count: u32, name: Keyword, out: &mut BytesMut) {
    decimal(count.into(), out);
    out.put_u8(b' ');
    name.encode(out);
}

/// ```abnf
/// response-tagged = tag SP resp-cond-state CRLF
/// resp-cond-state = ("OK" / "NO" / "BAD") SP resp-text     ; RFC 9051 §9
/// ```
fn tagged<'a>(input: &'a [u8], reader: &Reader<'a>) -> Result<Response<'a>, nom::Err<Fault<'a>>> {
    let (rest, tag) = tag(input)?;
    let (start, ()) = byte(b' ', "a space")(rest)?;
    let start = reader.skip_spaces(start);
    let (rest, name) = keyword("OK, NO or BAD")(start)?;
    let Some(outcome) = Outcome::named(name) else {
        return fail(start, "OK, NO or BAD").map(|(_, never)| never);
    };
    let (_, (code, text)) = resp_text(rest, reader)?;
    Ok(Response::Tagged(tag, Completion { outcome, code, text }))
}

/// What stands after `* `.
#[inline]
fn data<'a>(input: &'a [u8], arena: &'a Arena) -> Result<Data<'a>, SyntaxError> {
    let mut input = input;
    while let Some(rest) = after_space(input) {
        input = rest;
    }
    let (keyword, rest) = match input {
        [b'0'..=b'9', ..] => (Keyword::NONE, input),
        _ => Keyword::read(&KEYWORD_CHAR, input),
    };
    if let Some(condition) = Condition::named(keyword) {
        let reader = one_line(input, arena)?;
        let (_, (code, text)) =
            resp_text(rest, &reader).map_err(|error| syntax_error(input, &error))?;
        return Ok(Data::Notice(Notice { condition, code, text }));
    }
    let raw = Raw::new(input);
    let reader = match Reader::new(input, Side::Server, arena) {
        Ok(reader) => reader,
        Err(bad) if bad.is_one => return Ok(Data::Unparsed { raw, error: bad.error }),
        Err(bad) => return Err(bad.error),
    };
    let error = match known_data(input, keyword, rest, &reader) {
        Ok((rest, data)) => match reader.skip_spaces(rest) {
            [] => return Ok(data),
            rest => SyntaxError::new(input, Fault { rest, expected: "the end of the response" }),
        },
        Err(error) => syntax_error(input, &error),
    };
    match scan_lines(input, Side::Server, arena) {
        Err(bad) if !bad.is_one => Err(bad.error),
        _ => Ok(Data::Unparsed { raw, error }),
    }
}

/// A reader of a status, which is one line, whatever it ends with.
fn one_line<'a>(input: &'a [u8], arena: &'a Arena) -> Result<Reader<'a>, SyntaxError> {
    match memchr(b'\n', input) {
        None => Ok(Reader::of_line(input, Side::Server, arena)),
        Some(offset) => Err(SyntaxError { offset, expected: "a status of one line" }),
    }
}

/// ```abnf
/// response-data = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data /
///                 message-data / capability-data / enable-data) CRLF
/// mailbox-data  = "FLAGS" SP flag-list / "LIST" SP mailbox-list /
///                 esearch-response / "STATUS" SP mailbox SP "(" [status-att-list] ")" /
///                 number SP "EXISTS" / namespace-response / …
/// message-data  = nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att))
///                                                          ; RFC 9051 §9
/// id_response   = "ID" SP id_params_list                   ; RFC 2971 §4
/// mailbox-data  = … "LSUB" SP mailbox-list / "SEARCH" *(SP nz-number) /
///                 number SP "RECENT" …                     ; RFC 3501 §9
/// ```
/// Its `name` was read already, up to `rest`.
#[inline(always)]
fn known_data<'a>(
    input: &'a [u8],
    name: Keyword,
    rest: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, Data<'a>> {
    if input.first().is_some_and(u8::is_ascii_digit) {
        return message_data(input, reader);
    }
    if rest.len() == input.len() {
        return fail(input, "a response");
    }
    reader.value_after(rest)?;
    match name {
        CAPABILITY => map(capabilities(rest, LINE_END, reader), Data::Capability),
        ENABLED => map(capabilities(rest, LINE_END, reader), Data::Enabled),
        FLAGS => map(flags_fetch(reader.space(rest)?.0, reader), Data::Flags),
        LIST => map(listed(rest, reader), Data::List),
        LSUB => map(listed(rest, reader), Data::Lsub),
        STATUS => map(mailbox_status(rest, reader), Data::Status),
        SEARCH => map(search_response(rest, reader), Data::Search),
        NAMESPACE => map(namespaces(rest, reader), Data::Namespace),
        ESEARCH => map(esearch(rest, reader), Data::ESearch),
        ID => map(id_fields(reader.space(rest)?.0, reader), Data::Id),
        _ => fail(input, "a response that is known"),
    }
}

/// `data` of what was parsed.
#[inline(always)]
fn map<'a, T>(parsed: Parsed<'a, T>, data: impl FnOnce(T) -> Data<'a>) -> Parsed<'a, Data<'a>> {
    let (rest, value) = parsed?;
    Ok((rest, data(value)))
}

/// What begins with a number.
#[inline(always)]
fn message_data<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Data<'a>> {
    let (rest, number) = number32(input)?;
    let (start, ()) = reader.space(rest)?;
    let (rest, name) = keyword("EXISTS, RECENT, EXPUNGE or FETCH")(start)?;
    match (name, NonZeroU32::new(number)) {
        (EXISTS, _) => Ok((rest, Data::Exists(number))),
        (RECENT, _) => Ok((rest, Data::Recent(number))),
        (EXPUNGE, Some(message)) => Ok((rest, Data::Expunge(message))),
        (FETCH, Some(message)) => map(fetch_response(message, rest, reader), Data::Fetch),
        (EXPUNGE | FETCH, None) => fail(input, "a number above 0"),
        _ => fail(start, "EXISTS, RECENT, EXPUNGE or FETCH"),
    }
}
