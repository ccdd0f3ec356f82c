//! What a session tells.

use mail_wire::{Base64, SyntaxError, Ticket, Upgrade};

use super::request;
use super::sent::Sent;
use crate::ext::Extension;
use crate::reply::Reply;
use crate::text::Text;

/// What a session tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'b> {
    /// Send what was written, read more, call again.
    NeedInput,
    /// The greeting. With 4yz or 5yz the server has no service for this client, and the next
    /// event is [`Closed`](Self::Closed).
    Greeting(Reply<'b>),
    /// The answer to the command that was sent first of those that wait.
    Answer(Answer<'b>),
    /// A challenge of the exchange that AUTH began, to be answered with
    /// [`Session::respond`](super::Session::respond) or
    /// [`Session::cancel`](super::Session::cancel).
    Challenge(Base64<'b>, Ticket<request::Challenge>),
    /// The server waits for the TLS handshake. Do it, and bring this to
    /// [`Session::upgraded`](super::Session::upgraded).
    StartTls(Upgrade),
    /// What cannot be read. A line that does not begin with a digit stands where an answer
    /// should, which is still waited for; what was meant for a reply ends the session. Of AUTH, a
    /// 334 that is no challenge: the session ends the exchange, and the answer follows.
    Unparsed {
        /// Which command it answers; `None` where it answers none, as an empty line does.
        to: Option<Sent>,
        /// The line without its end, or the lines; their start, where they were over the limit.
        line: &'b [u8],
        /// What is wrong with it.
        error: SyntaxError,
    },
    /// A reply that answers nothing. With 421 the server goes (RFC 5321 §3.8), and the next event
    /// is [`Closed`](Self::Closed). Otherwise what answers what is not known any more: the next
    /// call gives [`ProtocolError::Unsolicited`](super::ProtocolError::Unsolicited).
    Unsolicited(Reply<'b>),
    /// Close the connection: QUIT was answered, the server has said that it goes, or the session
    /// was ended from this side. [`Session::close_reason`](super::Session::close_reason) says
    /// which.
    Closed,
}

/// The answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Answer<'b> {
    /// The command.
    pub to: Sent,
    /// What the server says, word for word. With 421 it goes, and no more answers come.
    pub reply: Reply<'b>,
}

impl<'b> Answer<'b> {
    /// Whether the command was carried out; for DATA, whether the server waits for the body.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        match self.to {
            Sent::Data => self.reply.code().is_intermediate(),
            _ => self.reply.code().is_completion(),
        }
    }

    /// What the lines of the answer to EHLO or LHLO offer, one by one, those of unknown
    /// extensions too. What [`Session::extensions`](super::Session::extensions) keeps is taken
    /// from them; a line that cannot be read costs itself alone.
    pub fn extensions(&self) -> impl Iterator<Item = Result<Extension<'b>, SyntaxError>> {
        let is_hello = matches!(self.to, Sent::Ehlo | Sent::Lhlo) && self.is_ok();
        let lines = self.reply.lines().iter().skip(if is_hello { 1 } else { usize::MAX });
        lines.map(Text::as_bytes).map(Extension::parse)
    }
}
