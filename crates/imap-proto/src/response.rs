//! Responses: what a server sends.
//!
//! RFC 9051 section 7, RFC 3501 section 7.

use core::fmt;
use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{Fault, Keyword, Parsed, fail, number32};
use nom::Err;

use crate::arena::Arena;
use crate::capability::{Capability, capabilities};
use crate::code::{Code, code};
use crate::command::{IdField, encode_id};
use crate::fetch_response::{FetchResponse, fetch_response};
use crate::flag::{Flag, encode_flags, flag};
use crate::lenient::{
    astring, gap, list, list_or_nil, nstring, spaces, string, value, value_ends, values,
};
use crate::lexical::{
    AString, Atom, IString, Style, Tag, Text, after_space, at, atom, close, debug_octets,
    encode_string, keyword, nil, nz_number, open, space, tag, text,
};
use crate::list::{Delimiter, Listed, delimiter, encode_delimiter, listed};
use crate::sequence::{UidSet, encode_uid_set, uid_set};
use crate::status::{MailboxStatus, mailbox_status};

/// A response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Response<'a> {
    /// `+ …`: the server waits for the rest of a command (section 7.6). The
    /// text is the server's challenge in base64 while authenticating, else for
    /// people.
    Continue(Text<'a>),
    /// `* …`: untagged.
    Data(Data<'a>),
    /// The end of the command with this tag.
    Tagged(Tag<'a>, Completion<'a>),
}

/// How a command ended (`resp-cond-state`, section 7.1).
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

    /// Writes it behind a tag and a space, to its CRLF.
    pub(crate) fn encode(&self, out: &mut BytesMut) {
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

/// An untagged status (`resp-cond-state`, `resp-cond-auth`, `resp-cond-bye`,
/// section 7.1): a greeting, a warning, a goodbye.
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

/// What an untagged response tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Data<'a> {
    /// A status.
    Notice(Notice<'a>),
    /// CAPABILITY (section 7.2.2): what the server can do.
    Capability(&'a [Capability<'a>]),
    /// ENABLED (section 7.2.1): what ENABLE turned on.
    Enabled(&'a [Capability<'a>]),
    /// FLAGS (section 7.3.5): the flags of the selected mailbox.
    Flags(&'a [Flag<'a>]),
    /// EXISTS (section 7.4.1): how many messages there are.
    Exists(u32),
    /// RECENT (RFC 3501 section 7.3.2): how many messages are new.
    Recent(u32),
    /// EXPUNGE (section 7.5.1): this message is gone, and the numbers above it
    /// are one less.
    Expunge(NonZeroU32),
    /// FETCH (section 7.5.2): about a message.
    Fetch(FetchResponse<'a>),
    /// LIST (section 7.3.1): a mailbox.
    List(Listed<'a>),
    /// LSUB (RFC 3501 section 7.2.3): a mailbox that is subscribed to.
    Lsub(Listed<'a>),
    /// STATUS (section 7.3.4): about a mailbox.
    Status(MailboxStatus<'a>),
    /// SEARCH (RFC 3501 section 7.2.5): what was found.
    Search(&'a [NonZeroU32]),
    /// ESEARCH (section 7.3.3): what was found.
    ESearch(ESearch<'a>),
    /// NAMESPACE (section 7.3.2).
    Namespace(Namespaces<'a>),
    /// ID (RFC 2971 section 3.2): who the server is. `None` is `NIL`.
    Id(Option<&'a [IdField<'a>]>),
    /// A response that is not known, or is known and could not be parsed.
    Unparsed {
        /// The response as it was written, without `* ` and the last CRLF.
        raw: Raw<'a>,
        /// What was expected, and where in `raw`.
        error: SyntaxError,
    },
}

/// ESEARCH: what a search with RETURN found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ESearch<'a> {
    /// The tag of the search. It is a string here, as tags of others are.
    pub tag: Option<AString<'a>>,
    /// Whether the numbers are UIDs.
    pub uid: bool,
    /// What was asked for.
    pub results: &'a [SearchResult<'a>],
}

/// `search-return-data`: one thing that a search returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchResult<'a> {
    /// The smallest number.
    Min(NonZeroU32),
    /// The largest number.
    Max(NonZeroU32),
    /// All numbers.
    All(UidSet<'a>),
    /// How many there are.
    Count(u32),
    /// Any other: its name, and its value as it was written.
    Other(Atom<'a>, Raw<'a>),
}

/// NAMESPACE (RFC 2342, RFC 9051 section 7.3.2): where mailboxes are. A
/// namespace that is `NIL` is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Namespaces<'a> {
    /// The user's own.
    pub personal: &'a [Namespace<'a>],
    /// Other users'.
    pub other_users: &'a [Namespace<'a>],
    /// Shared by users.
    pub shared: &'a [Namespace<'a>],
}

/// One namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Namespace<'a> {
    /// What the names in it begin with.
    pub prefix: IString<'a>,
    /// What divides the levels of names in it.
    pub delimiter: Option<Delimiter>,
    /// What extensions tell of it, as it was written, without the first space.
    pub extensions: Option<Raw<'a>>,
}

impl<'a> Response<'a> {
    /// Parses a whole response as the
    /// [`ResponseFramer`](crate::response_frame::ResponseFramer) finds it: with
    /// the octets of its literals, without the last CRLF.
    ///
    /// It takes what servers are known to send beside the grammar. An untagged
    /// response, an item of FETCH or a code that is not known or cannot be
    /// parsed is delivered as it was written, and the rest is unharmed.
    ///
    /// ```
    /// use imap_proto::response::{Data, Response};
    /// use imap_proto::Arena;
    /// let arena = Arena::new();
    /// let response = Response::parse(b"* 172 EXISTS", &arena)?;
    /// assert_eq!(response, Response::Data(Data::Exists(172)));
    /// # Ok::<(), imap_proto::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    /// If it is no response at all: not `*`, `+` or a tag, or a tag with
    /// anything but `OK`, `NO` or `BAD` behind it.
    pub fn parse(input: &'a [u8], arena: &'a Arena) -> Result<Self, SyntaxError> {
        match input {
            [b'+', rest @ ..] => {
                let (_, text) = text(after_space(rest).unwrap_or(rest))
                    .map_err(|error| syntax_error(input, &error))?;
                Ok(Self::Continue(text))
            }
            [b'*'] => Ok(Self::Data(data(b"", arena))),
            [b'*', b' ', rest @ ..] => Ok(Self::Data(data(rest, arena))),
            _ => match tagged(input, arena) {
                Ok((_, response)) => Ok(response),
                Err(error) => Err(syntax_error(input, &error)),
            },
        }
    }
}

impl Response<'_> {
    /// Writes it with its CRLF.
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use imap_proto::code::Code;
    /// use imap_proto::response::{Completion, Response};
    /// use imap_proto::{Style, Tag, Text};
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

impl Outcome {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::No => "NO",
            Self::Bad => "BAD",
        }
    }
}

impl Condition {
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

impl Data<'_> {
    /// Writes it, from `* ` to its CRLF.
    pub fn encode(&self, style: Style, out: &mut BytesMut) {
        let style = style.of_response();
        out.put_slice(b"* ");
        match *self {
            Self::Notice(Notice { condition, code, text }) => {
                out.put_slice(condition.name().as_bytes());
                encode_resp_text(code, text, out);
            }
            Self::Capability(capabilities) => encode_names(b"CAPABILITY", capabilities, out),
            Self::Enabled(capabilities) => encode_names(b"ENABLED", capabilities, out),
            Self::Flags(flags) => {
                out.put_slice(b"FLAGS ");
                encode_flags(flags, out);
            }
            Self::Exists(count) => encode_count(count, b" EXISTS", out),
            Self::Recent(count) => encode_count(count, b" RECENT", out),
            Self::Expunge(message) => encode_count(message.get(), b" EXPUNGE", out),
            Self::Fetch(fetch) => fetch.encode(style, out),
            Self::List(listed) => {
                out.put_slice(b"LIST ");
                listed.encode(style, out);
            }
            Self::Lsub(listed) => {
                out.put_slice(b"LSUB ");
                listed.encode(style, out);
            }
            Self::Status(status) => {
                out.put_slice(b"STATUS ");
                status.encode(style, out);
            }
            Self::Search(numbers) => {
                out.put_slice(b"SEARCH");
                for number in numbers {
                    out.put_u8(b' ');
                    decimal(number.get().into(), out);
                }
            }
            Self::ESearch(found) => found.encode(style, out),
            Self::Namespace(namespaces) => namespaces.encode(style, out),
            Self::Id(fields) => {
                out.put_slice(b"ID ");
                encode_id(fields, style, out);
            }
            Self::Unparsed { raw, .. } => out.put_slice(raw.as_bytes()),
        }
        out.put_slice(b"\r\n");
    }
}

impl ESearch<'_> {
    fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_slice(b"ESEARCH");
        if let Some(tag) = self.tag {
            out.put_slice(b" (TAG ");
            encode_string(tag.as_bytes(), style, out);
            out.put_u8(b')');
        }
        if self.uid {
            out.put_slice(b" UID");
        }
        for result in self.results {
            let (name, number): (&[u8], u32) = match *result {
                SearchResult::Min(number) => (b" MIN ", number.get()),
                SearchResult::Max(number) => (b" MAX ", number.get()),
                SearchResult::Count(count) => (b" COUNT ", count),
                SearchResult::All(set) => {
                    out.put_slice(b" ALL ");
                    encode_uid_set(set, out);
                    continue;
                }
                SearchResult::Other(name, value) => {
                    out.put_u8(b' ');
                    name.encode(out);
                    out.put_u8(b' ');
                    out.put_slice(value.as_bytes());
                    continue;
                }
            };
            out.put_slice(name);
            decimal(number.into(), out);
        }
    }
}

impl Namespaces<'_> {
    fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_slice(b"NAMESPACE");
        for namespaces in [self.personal, self.other_users, self.shared] {
            out.put_slice(if namespaces.is_empty() { b" NIL" } else { b" (" });
            for namespace in namespaces {
                namespace.encode(style, out);
            }
            if !namespaces.is_empty() {
                out.put_u8(b')');
            }
        }
    }
}

impl Namespace<'_> {
    fn encode(&self, style: Style, out: &mut BytesMut) {
        out.put_u8(b'(');
        self.prefix.encode(style, out);
        out.put_u8(b' ');
        encode_delimiter(self.delimiter, out);
        if let Some(extensions) = self.extensions {
            out.put_u8(b' ');
            out.put_slice(extensions.as_bytes());
        }
        out.put_u8(b')');
    }
}

/// Writes ` `, the code and the text. A text that could be taken for a code
/// gets another space before it, which [`resp_text`] takes away.
fn encode_resp_text(code: Option<Code<'_>>, text: Text<'_>, out: &mut BytesMut) {
    out.put_u8(b' ');
    match code {
        Some(code) => {
            code.encode(out);
            out.put_u8(b' ');
        }
        None if looks_like_code(text.as_bytes()) => out.put_u8(b' '),
        None => {}
    }
    text.encode(out);
}

/// Whether `text` begins with a bracket, spaces aside.
fn looks_like_code(text: &[u8]) -> bool {
    spaces(text).first() == Some(&b'[')
}

fn encode_names(name: &[u8], capabilities: &[Capability<'_>], out: &mut BytesMut) {
    out.put_slice(name);
    for capability in capabilities {
        out.put_u8(b' ');
        capability.encode(out);
    }
}

fn encode_count(count: u32, name: &[u8], out: &mut BytesMut) {
    decimal(count.into(), out);
    out.put_slice(name);
}

/// A piece of a response as it was written, literals and all. Only parsers make
/// it, so that writing it again sends nothing that did not come from a server.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Raw<'a>(&'a [u8]);

impl<'a> Raw<'a> {
    /// What a parser found between two places of its input.
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// Its octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.0, f)
    }
}

/// The error for what was met in `whole`.
fn syntax_error(whole: &[u8], error: &Err<Fault<'_>>) -> SyntaxError {
    match error {
        Err::Error(fault) | Err::Failure(fault) => SyntaxError::new(whole, *fault),
        Err::Incomplete(_) => SyntaxError { offset: whole.len(), expected: "more input" },
    }
}

/// ```abnf
/// response-tagged = tag SP resp-cond-state CRLF
/// resp-cond-state = ("OK" / "NO" / "BAD") SP resp-text     ; RFC 9051 section 9
/// ```
fn tagged<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Response<'a>> {
    let (rest, tag) = tag(input)?;
    let (start, ()) = space(rest)?;
    let (rest, name) = keyword("OK, NO or BAD")(start)?;
    let outcome = match name {
        OK => Outcome::Ok,
        NO => Outcome::No,
        BAD => Outcome::Bad,
        _ => return fail(start, "OK, NO or BAD"),
    };
    let (rest, (code, text)) = resp_text(rest, arena)?;
    Ok((rest, Response::Tagged(tag, Completion { outcome, code, text })))
}

const OK: Keyword = Keyword::new(b"OK");
const NO: Keyword = Keyword::new(b"NO");
const BAD: Keyword = Keyword::new(b"BAD");
const PREAUTH: Keyword = Keyword::new(b"PREAUTH");
const BYE: Keyword = Keyword::new(b"BYE");

/// Whether `name` is that of a status, which is followed by text.
pub(crate) fn is_status(name: &[u8]) -> bool {
    matches!(Keyword::new(name), OK | NO | BAD | PREAUTH | BYE)
}

/// ```abnf
/// resp-text = ["[" resp-text-code "]" SP] [text]           ; RFC 9051 section 9
/// ```
/// and the space before it; both spaces may be missing. One more space keeps a
/// text that begins with a bracket from being a code. The text ends at an octet
/// that cannot be in it.
fn resp_text<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, (Option<Code<'a>>, Text<'a>)> {
    let start = after_space(input).unwrap_or(input);
    let found = match start {
        [b'[', inside @ ..] => code(inside, arena),
        _ => None,
    };
    let (rest, code) = match found {
        Some((rest, code)) => (after_space(rest).unwrap_or(rest), Some(code)),
        None if looks_like_code(start) => (after_space(start).unwrap_or(start), None),
        None => (start, None),
    };
    let (_, text) = text(rest)?;
    Ok((&[], (code, text)))
}

/// What stands behind `* `.
fn data<'a>(input: &'a [u8], arena: &'a Arena) -> Data<'a> {
    let error = match known_data(input, arena) {
        Ok((rest, data)) => match spaces(rest) {
            [] => return data,
            rest => SyntaxError::new(input, Fault { rest, expected: "the end of the response" }),
        },
        Err(error) => syntax_error(input, &error),
    };
    Data::Unparsed { raw: Raw::new(input), error }
}

/// ```abnf
/// response-data = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data /
///                 message-data / capability-data / enable-data) CRLF
/// mailbox-data  = "FLAGS" SP flag-list / "LIST" SP mailbox-list /
///                 esearch-response / "STATUS" SP mailbox SP "(" [status-att-list] ")" /
///                 number SP "EXISTS" / namespace-response / …
/// message-data  = nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att))
///                                                          ; RFC 9051 section 9
/// mailbox-data  = … "LSUB" SP mailbox-list / "SEARCH" *(SP nz-number) /
///                 number SP "RECENT" …                     ; RFC 3501 section 9
/// id_response   = "ID" SP id_params_list                   ; RFC 2971 section 4
/// ```
fn known_data<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Data<'a>> {
    const CAPABILITY: Keyword = Keyword::new(b"CAPABILITY");
    const ENABLED: Keyword = Keyword::new(b"ENABLED");
    const ESEARCH: Keyword = Keyword::new(b"ESEARCH");
    const FLAGS: Keyword = Keyword::new(b"FLAGS");
    const ID: Keyword = Keyword::new(b"ID");
    const LIST: Keyword = Keyword::new(b"LIST");
    const LSUB: Keyword = Keyword::new(b"LSUB");
    const NAMESPACE: Keyword = Keyword::new(b"NAMESPACE");
    const SEARCH: Keyword = Keyword::new(b"SEARCH");
    const STATUS: Keyword = Keyword::new(b"STATUS");
    if input.first().is_some_and(u8::is_ascii_digit) {
        return message_data(input, arena);
    }
    let (rest, name) = keyword("a response")(input)?;
    let condition = match name {
        OK => Condition::Ok,
        NO => Condition::No,
        BAD => Condition::Bad,
        PREAUTH => Condition::PreAuth,
        BYE => Condition::Bye,
        CAPABILITY => return map(capabilities(rest, arena), Data::Capability),
        ENABLED => return map(capabilities(rest, arena), Data::Enabled),
        FLAGS => return map(list(gap(rest)?.0, arena, flag), Data::Flags),
        LIST => return map(listed(rest, arena), Data::List),
        LSUB => return map(listed(rest, arena), Data::Lsub),
        STATUS => return map(mailbox_status(rest, arena), Data::Status),
        SEARCH => return map(search(rest, arena), Data::Search),
        ESEARCH => return map(esearch(rest, arena), Data::ESearch),
        NAMESPACE => return map(namespaces(rest, arena), Data::Namespace),
        ID => return map(id(rest, arena), Data::Id),
        _ => return fail(input, "a response that is known"),
    };
    let (rest, (code, text)) = resp_text(rest, arena)?;
    Ok((rest, Data::Notice(Notice { condition, code, text })))
}

/// `data` of what was parsed.
fn map<'a, T>(parsed: Parsed<'a, T>, data: impl FnOnce(T) -> Data<'a>) -> Parsed<'a, Data<'a>> {
    let (rest, value) = parsed?;
    Ok((rest, data(value)))
}

/// What begins with a number.
fn message_data<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Data<'a>> {
    const EXISTS: Keyword = Keyword::new(b"EXISTS");
    const RECENT: Keyword = Keyword::new(b"RECENT");
    const EXPUNGE: Keyword = Keyword::new(b"EXPUNGE");
    const FETCH: Keyword = Keyword::new(b"FETCH");
    let (rest, number) = number32(input)?;
    let (start, ()) = gap(rest)?;
    let (rest, name) = keyword("EXISTS, RECENT, EXPUNGE or FETCH")(start)?;
    match (name, NonZeroU32::new(number)) {
        (EXISTS, _) => Ok((rest, Data::Exists(number))),
        (RECENT, _) => Ok((rest, Data::Recent(number))),
        (EXPUNGE, Some(message)) => Ok((rest, Data::Expunge(message))),
        (FETCH, Some(message)) => map(fetch_response(message, rest, arena), Data::Fetch),
        (EXPUNGE | FETCH, None) => fail(input, "a number above 0"),
        _ => fail(start, "EXISTS, RECENT, EXPUNGE or FETCH"),
    }
}

/// `*(SP nz-number)`
fn search<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, &'a [NonZeroU32]> {
    let mut numbers = arena.list();
    let mut rest = input;
    while !spaces(rest).is_empty() {
        let (behind, number) = nz_number(gap(rest)?.0)?;
        numbers.push(number);
        rest = behind;
    }
    Ok((rest, numbers.into_bump_slice()))
}

/// ```abnf
/// esearch-response   = "ESEARCH" [search-correlator] [SP "UID"]
///                      *(SP search-return-data)
/// search-correlator  = SP "(" "TAG" SP tag-string ")"
/// search-return-data = "MIN" SP nz-number / "MAX" SP nz-number /
///                      "ALL" SP sequence-set / "COUNT" SP number /
///                      search-ret-data-ext                 ; RFC 9051 section 9
/// ```
fn esearch<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, ESearch<'a>> {
    let mut rest = spaces(input);
    let mut found = ESearch::default();
    if at(b'(', rest) {
        let (behind, ()) = open(rest)?;
        let start = spaces(behind);
        let (behind, name) = atom(start)?;
        if !name.is("TAG") {
            return fail(start, "TAG");
        }
        let (behind, tag) = astring(gap(behind)?.0, arena)?;
        let (behind, ()) = close(spaces(behind))?;
        found.tag = Some(tag);
        rest = spaces(behind);
    }
    let mut results = arena.list();
    let mut first = true;
    while !rest.is_empty() {
        let (behind, name) = atom(rest)?;
        if first && name.is("UID") {
            found.uid = true;
            rest = spaces(behind);
        } else {
            let (start, ()) = gap(behind)?;
            let (behind, result) = search_result(name, start, arena)?;
            results.push(result);
            rest = spaces(behind);
        }
        first = false;
    }
    found.results = results.into_bump_slice();
    Ok((rest, found))
}

/// The value of the result called `name`.
fn search_result<'a>(
    name: Atom<'a>,
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, SearchResult<'a>> {
    let known = if name.is("MIN") {
        nz_number(input).map(|(rest, number)| (rest, SearchResult::Min(number)))
    } else if name.is("MAX") {
        nz_number(input).map(|(rest, number)| (rest, SearchResult::Max(number)))
    } else if name.is("ALL") {
        uid_set(input, arena).map(|(rest, set)| (rest, SearchResult::All(set)))
    } else if name.is("COUNT") {
        number32(input).map(|(rest, count)| (rest, SearchResult::Count(count)))
    } else {
        fail(input, "a result of SEARCH that is known")
    };
    match known {
        Ok((rest, result)) if value_ends(rest) => Ok((rest, result)),
        _ => {
            let (rest, value) = value(input)?;
            Ok((rest, SearchResult::Other(name, value)))
        }
    }
}

/// ```abnf
/// namespace-response = "NAMESPACE" SP namespace SP namespace SP namespace
/// namespace          = nil / "(" 1*namespace-descr ")"     ; RFC 9051 section 9
/// ```
fn namespaces<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Namespaces<'a>> {
    let namespaces =
        |input: &'a [u8]| list_or_nil(gap(input)?.0, arena, |input| namespace(input, arena));
    let (rest, personal) = namespaces(input)?;
    let (rest, other_users) = namespaces(rest)?;
    let (rest, shared) = namespaces(rest)?;
    Ok((rest, Namespaces { personal, other_users, shared }))
}

/// ```abnf
/// namespace-descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil)
///                   [namespace-response-extensions] ")"    ; RFC 9051 section 9
/// ```
fn namespace<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Namespace<'a>> {
    let (rest, ()) = open(input)?;
    let (rest, prefix) = string(spaces(rest), arena)?;
    let (rest, delimiter) = delimiter(gap(rest)?.0, arena)?;
    let (rest, extensions) = match values(spaces(rest))? {
        (rest, extensions) if extensions.as_bytes().is_empty() => (rest, None),
        (rest, extensions) => (rest, Some(extensions)),
    };
    let (rest, ()) = close(rest)?;
    Ok((rest, Namespace { prefix, delimiter, extensions }))
}

/// `SP id_params_list`
fn id<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Option<&'a [IdField<'a>]>> {
    let (start, ()) = gap(input)?;
    if let Ok((rest, ())) = nil(start) {
        return Ok((rest, None));
    }
    let (rest, fields) = list(start, arena, |input| {
        let (rest, name) = string(input, arena)?;
        let (rest, value) = nstring(spaces(rest), arena)?;
        Ok((rest, IdField { name, value }))
    })?;
    Ok((rest, Some(fields)))
}
