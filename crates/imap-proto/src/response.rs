//! Responses: what a server sends.
//!
//! RFC 9051 section 7, RFC 3501 section 7.

use core::fmt;
use core::num::NonZeroU32;

use crate::capability::Capability;
use crate::code::Code;
use crate::command::IdField;
use crate::fetch_response::FetchResponse;
use crate::flag::Flag;
use crate::lexical::{AString, Atom, IString, Tag, Text, debug_octets};
use crate::list::{Delimiter, Listed};
use crate::sequence::UidSet;
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
    /// Anything else, or what could not be parsed: the response as it was
    /// written, without `* ` and the last CRLF.
    Unknown(Raw<'a>),
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
