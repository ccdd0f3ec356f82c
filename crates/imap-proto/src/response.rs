//! Responses: what a server sends.
//!
//! RFC 9051 section 7, RFC 3501 section 7.

use core::fmt;
use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;

use crate::capability::Capability;
use crate::code::Code;
use crate::command::{IdField, encode_id};
use crate::fetch_response::FetchResponse;
use crate::flag::{Flag, encode_flags};
use crate::lexical::{AString, Atom, IString, Style, Tag, Text, debug_octets, encode_string};
use crate::list::{Delimiter, Listed, encode_delimiter};
use crate::sequence::{UidSet, encode_uid_set};
use crate::status::MailboxStatus;

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
/// gets another space before it.
fn encode_resp_text(code: Option<Code<'_>>, text: Text<'_>, out: &mut BytesMut) {
    out.put_u8(b' ');
    match code {
        Some(code) => {
            code.encode(out);
            out.put_u8(b' ');
        }
        None if text.as_bytes().first() == Some(&b'[') => out.put_u8(b' '),
        None => {}
    }
    text.encode(out);
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
