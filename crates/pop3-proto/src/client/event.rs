//! What a session tells.

use mail_wire::{Base64, SyntaxError, Ticket, Upgrade};

use super::request;
use super::sent::Sent;
use crate::capability::Capability;
use crate::language::LanguageListing;
use crate::listing::{ScanListing, UniqueIdListing};
use crate::response::Response;

/// What a session tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'b> {
    /// Send what was written, read more, call again.
    NeedInput,
    /// The greeting. With `-ERR` the server wants no session, and the next event
    /// is [`Closed`](Self::Closed).
    Greeting(Response<'b>),
    /// The answer to the command that was sent first of those that wait.
    Answer(Answer<'b>),
    /// A line of the answer to CAPA.
    Capability(Capability<'b>),
    /// A line of the answer to LIST.
    Scan(ScanListing),
    /// A line of the answer to UIDL.
    UniqueId(UniqueIdListing<'b>),
    /// A line of the answer to LANG.
    Language(LanguageListing<'b>),
    /// The next octets of the message that RETR or TOP asked for, without the
    /// dots that were stuffed. Pieces are cut anywhere. Only CRLF, a dot and CRLF
    /// end the message: one whose last line a server sends without its end, so
    /// that the dot stands after text or a bare LF, is not ended by that dot, or
    /// whoever wrote the message could end it early.
    Body(&'b [u8]),
    /// The end of the lines after an answer.
    End(Sent),
    /// A challenge of the exchange that AUTH began, to be answered with
    /// [`Session::respond`](super::Session::respond) or
    /// [`Session::cancel`](super::Session::cancel).
    Challenge(Base64<'b>, Ticket<request::Challenge>),
    /// The server waits for the TLS handshake. Do it, and bring this to
    /// [`Session::upgraded`](super::Session::upgraded).
    StartTls(Upgrade),
    /// A line that cannot be read: of a listing, whose rest follows, or one that stands where
    /// an answer should, which is still waited for. Of AUTH, a line that is neither a challenge
    /// nor an answer: the session ends the exchange, and the answer follows.
    Unparsed {
        /// Which command it answers; `None` where it answers none, as an empty line does.
        to: Option<Sent>,
        /// The line, without its end; its start, where it was over the limit.
        line: &'b [u8],
        /// What is wrong with it.
        error: SyntaxError,
    },
    /// A status that answers nothing: the server goes, mostly, or somebody has put it into a
    /// message. What answers what is not known any more: the next call gives
    /// [`ProtocolError::Unsolicited`](super::ProtocolError::Unsolicited).
    Unsolicited(Response<'b>),
    /// Send what was written, and close the connection: QUIT was answered, the greeting was
    /// no, or [`timed_out`](super::Session::timed_out) was called.
    Closed,
}

/// The answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Answer<'b> {
    /// The command.
    pub to: Sent,
    /// What the server says. The text of a line that is over the limit, or has octets that
    /// stand in no line, is cut there.
    pub response: Response<'b>,
}

impl Answer<'_> {
    /// Whether the command was carried out.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.response.is_ok()
    }

    /// Whether the lines of a listing or a message follow, up to [`Event::End`].
    #[must_use]
    pub fn more(&self) -> bool {
        self.is_ok() && self.to.is_multi_line()
    }
}
