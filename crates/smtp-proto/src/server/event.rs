//! What a server session tells its driver.

use mail_wire::{Auth, Base64, Ticket};

use super::request;
use crate::address::Hostname;
use crate::command::{Argument, Attributes, Domains, Etrn, Mail, Query, Rcpt, UnknownCommand};

/// What a server session tells its driver. It borrows from the input alone.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'b> {
    /// Send `out`, read more, and call again.
    NeedInput,
    /// EHLO, HELO or LHLO. Accepting ends whatever transaction was open (RFC 5321 §4.1.4); if there was
    /// one, [`Reset`](Self::Reset) comes next.
    Hello(Hello<'b>, Ticket<request::Hello>),
    /// The client wants to log in. Answer with `accept`, `reject`, or
    /// [`challenge`](super::Session::challenge).
    Auth(Auth<'b>, Ticket<request::Auth>),
    /// The client's response to a challenge.
    AuthResponse(Base64<'b>, Ticket<request::Auth>),
    /// An exchange of AUTH is over without a login: after a challenge, the client gave up, or
    /// its response could not be read. It is answered already.
    AuthCancelled,
    /// The client wants TLS. Accept with [`start_tls`](super::Session::start_tls). That ends
    /// whatever transaction was open; if there was one, [`Reset`](Self::Reset) comes after the
    /// handshake.
    StartTls(Ticket<request::StartTls>),
    /// A message begins: its reverse-path. Accepting opens a transaction, which has no
    /// recipients yet. Clear your list of recipients here, or this message goes to those of
    /// the message before, too.
    Mail(Mail<'b>, Ticket<request::Mail>),
    /// A recipient. Where [`Limits::recipients_ahead`](super::Limits::recipients_ahead) is more
    /// than one, there may be several that wait for their answers: answer them in any order.
    Rcpt(Rcpt<'b>, Ticket<request::Rcpt>),
    /// Recipients wait for their answers, and nothing else can be done before one of them has
    /// its own, or more input comes; but answer one before more is left unread than
    /// [`Limits::buffer`](super::Limits::buffer).
    AnswersDue,
    /// The client wants to send the body: with DATA, or with BDAT, where
    /// [`Config::chunking`](super::Config::chunking) is set. There is at least one recipient. The
    /// first BDAT asks, for all: to say yes to it writes nothing, and to say no ends the
    /// transaction, and [`Reset`](Self::Reset) comes next.
    Data(Ticket<request::Data>),
    /// The next octets of the body, without stuffed dots; with BDAT, as they come. A message of which a piece is
    /// [declined](super::Session::decline) is refused.
    Body(&'b [u8]),
    /// The body is whole. Accept it only once it is safe: from then on the
    /// message is this server's (RFC 5321 §4.2.5). Yes or no, the answer ends the
    /// transaction; no `Reset` follows. In LMTP it is
    /// answered for each recipient: see [`answer_recipient`](super::Session::answer_recipient). Clients wait for it for ten minutes (RFC 5321
    /// §4.5.3.2.6), and the session does not end before it.
    BodyEnd(Ticket<request::Message>),
    /// The transaction is over without a message: forget its recipients, and what came of
    /// its body. It comes after a body or BDAT that was refused; and where a transaction
    /// was open, after RSET, a [`Hello`](Self::Hello) that was accepted, and
    /// [`upgraded`](super::Session::upgraded). Nothing is left to answer.
    /// [`Closed`](Self::Closed) and errors end a transaction too.
    Reset,
    /// The client asks whether a user is here; only where
    /// [`Config::vrfy`](super::Config::vrfy) is set.
    Vrfy(Query<'b>, Ticket<request::Vrfy>),
    /// The client asks who is on a mailing list; only where
    /// [`Config::expn`](super::Config::expn) is set.
    Expn(Query<'b>, Ticket<request::Expn>),
    /// The client asks for help, perhaps on a topic; only where
    /// [`Config::help`](super::Config::help) is set.
    Help(Option<Argument<'b>>, Ticket<request::Help>),
    /// The client asks for the mail that waits for a host, over connections to that; only where
    /// [`Config::etrn`](super::Config::etrn) is set. Answer with `accept`, `reject`, or any
    /// [`reply`](super::Session::reply) (RFC 1985 §5.3).
    Etrn(Etrn<'b>, Ticket<request::Etrn>),
    /// A client that has logged in wants to change the roles, for the mail of these domains, or of
    /// all that it may have; only where [`Config::atrn`](super::Config::atrn) is set. Accept with
    /// [`turn`](super::Session::turn); reject with 450, 451 or 453 (RFC 2645 §5.2.1).
    Atrn(Option<Domains<'b>>, Ticket<request::Atrn>),
    /// A client that is trusted says who its own client is, for whom it speaks from now on; only
    /// where [`Config::xclient`](super::Config::xclient) is set. Accepting begins the session
    /// anew, with a greeting; where LOGIN was told, that client is logged in.
    XClient(Attributes<'b>, Ticket<request::XClient>),
    /// A client that is trusted tells of the client before it, for the log; only where
    /// [`Config::xforward`](super::Config::xforward) is set.
    XForward(Attributes<'b>, Ticket<request::XForward>),
    /// A command that this crate does not know; only one that
    /// [`Config::unknown_commands`](super::Config::unknown_commands) lets through. Answer with
    /// `accept`, `reject`, or any [`reply`](super::Session::reply).
    Unknown(UnknownCommand<'b>, Ticket<request::Unknown>),
    /// The session is over: send `out`, and close.
    Closed,
}

/// What EHLO, HELO and LHLO say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Hello<'a> {
    /// The name that the client gives itself. Anybody can claim any.
    pub name: Hostname<'a>,
    /// Which of them it is.
    pub verb: HelloVerb,
}

/// How a client says hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HelloVerb {
    /// `HELO`: it knows no extensions.
    Helo,
    /// `EHLO`: it knows extensions.
    Ehlo,
    /// `LHLO`: the same in LMTP.
    Lhlo,
}
