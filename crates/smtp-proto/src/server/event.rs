//! What a server session tells its driver.

use mail_wire::Ticket;

use super::request;
use crate::{Auth, Base64, Hostname, Mail, Query, Rcpt};

/// What a server session tells its driver. It borrows from the input alone.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'b> {
    /// Send `out`, read more, and call again.
    NeedInput,
    /// EHLO or HELO. Accepting ends whatever transaction was open (RFC 5321 §4.1.4).
    Hello(Hello<'b>, Ticket<request::Hello>),
    /// The client wants to log in. Answer with `accept`, `reject`, or
    /// [`challenge`](super::Session::challenge).
    Auth(Auth<'b>, Ticket<request::Auth>),
    /// The client's response to a challenge.
    AuthResponse(Base64<'b>, Ticket<request::Auth>),
    /// An exchange that a challenge was out for is over: the client gave it up, or its
    /// response was none. It is answered.
    AuthCancelled,
    /// The client wants TLS. Accepting ends whatever transaction was open, and gives
    /// the token for [`upgraded`](super::Session::upgraded).
    StartTls(Ticket<request::StartTls>),
    /// A message begins: its reverse-path.
    Mail(Mail<'b>, Ticket<request::Mail>),
    /// A recipient.
    Rcpt(Rcpt<'b>, Ticket<request::Rcpt>),
    /// The client wants to send the body. There is at least one recipient.
    Data(Ticket<request::Data>),
    /// The next octets of the body, without stuffed dots.
    Body(&'b [u8]),
    /// The body is whole. Accept it only once it is safe: from then on the
    /// message is this server's (RFC 5321 §4.2.5).
    BodyEnd(Ticket<request::Message>),
    /// The transaction is over without a message: forget its envelope, and what
    /// came of its body. It is answered.
    Reset,
    /// The client asks whether a user is here; only where
    /// [`Config::vrfy`](super::Config::vrfy) is set.
    Vrfy(Query<'b>, Ticket<request::Vrfy>),
    /// The client asks who is on a mailing list; only where
    /// [`Config::expn`](super::Config::expn) is set.
    Expn(Query<'b>, Ticket<request::Expn>),
    /// The session is over: send `out`, and close.
    Closed,
}

/// What EHLO and HELO say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hello<'a> {
    /// The name that the client gives itself. Anybody can claim any.
    pub name: Hostname<'a>,
    /// EHLO: the client knows extensions.
    pub extended: bool,
}
