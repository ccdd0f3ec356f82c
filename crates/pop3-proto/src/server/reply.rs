//! What a driver decides, and what is written for it.

use bytes::{BufMut, BytesMut};
use mail_wire::{Direction, Ticket, Upgrade, encode::decimal, encode_challenge};

use super::body::{Body, Streaming};
use super::error::Misuse;
use super::event::Event;
use super::pending::Pending;
use super::rejection::Rejection;
use super::request::{self, LogIn, Request};
use super::session::Session;
use super::state::State;
use crate::response::Response;
use crate::text::Text;

impl Session {
    /// Says that the deletions of QUIT are carried out, for good. The session is over.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn accept(
        &mut self,
        ticket: Ticket<request::Update>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        self.answer(Response::ok(Text::fixed("goodbye")), out);
        self.enter(State::Closed);
        Ok(())
    }

    /// Says no, to anything.
    ///
    /// To reject a login or an unknown command counts as a bad command, and one too many is
    /// answered with a goodbye in place of `why`; to reject the deletions of
    /// QUIT says that some messages are left (RFC 1939 §6), and closes the
    /// connection as accepting them does.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn reject<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let start = out.len();
        let is_bad = match self.desk.redeem(ticket)? {
            Pending::Login | Pending::Unknown => true,
            Pending::Auth => {
                self.enter(State::Authorization);
                true
            }
            Pending::Update => {
                self.enter(State::Closed);
                false
            }
            Pending::StartTls
            | Pending::Handshake
            | Pending::Stat
            | Pending::List(_)
            | Pending::Uidl(_)
            | Pending::Message { .. }
            | Pending::Body => false,
        };
        if !is_bad || self.takes_another(out) {
            Response::from(why).encode(out);
        }
        self.answered(start, out);
        Ok(())
    }

    /// Says the fitting no to an event that the caller has no use for.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`], where the event is another session's.
    pub fn decline(&mut self, event: Event<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        let why = Rejection::NOT_SUPPORTED;
        match event {
            Event::NeedInput | Event::AuthCancelled | Event::Closed => Ok(()),
            Event::Login(_, ticket) => self.reject(ticket, why, out),
            Event::Auth(_, ticket) | Event::AuthResponse(_, ticket) => {
                self.reject(ticket, why, out)
            }
            Event::StartTls(ticket) => self.reject(ticket, why, out),
            Event::Sizes(ticket) => self.reject(ticket, why, out),
            Event::UniqueIds(ticket) => self.reject(ticket, why, out),
            Event::Retr(_, ticket) | Event::Top(_, _, ticket) => self.reject(ticket, why, out),
            Event::Update(_, ticket) => self.reject(ticket, why, out),
            Event::Unknown(_, ticket) => self.reject(ticket, why, out),
        }
    }

    /// Says yes to a login, at the end of AUTH too: the maildrop is open and
    /// locked, and has so many messages.
    ///
    /// Their numbers are fixed from now on: look them up in a list that is taken now
    /// and does not change while the session lasts (RFC 1939 §8).
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn open<R: LogIn>(
        &mut self,
        ticket: Ticket<R>,
        messages: usize,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        self.messages = u32::try_from(messages).unwrap_or(u32::MAX);
        self.enter(State::Transaction);
        let start = out.len();
        out.put_slice(b"+OK the maildrop has ");
        decimal(self.messages.into(), out);
        out.put_slice(if messages == 1 { b" message\r\n" } else { b" messages\r\n" });
        self.answered(start, out);
        Ok(())
    }

    /// Answers AUTH, or a line of its exchange, with a challenge.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn challenge(
        &mut self,
        ticket: Ticket<request::Auth>,
        challenge: &[u8],
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        const START: &[u8] = b"+ ";
        self.desk.redeem(ticket)?;
        let start = out.len();
        encode_challenge(START, challenge, out);
        let line = out.get(start..).unwrap_or_default();
        self.log.secret(Direction::Sent, line, START.len());
        Ok(())
    }

    /// Says yes to STLS. Send what was written, shake hands, and bring what this gives to
    /// [`upgraded`](Self::upgraded).
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn start_tls(
        &mut self,
        ticket: Ticket<request::StartTls>,
        out: &mut BytesMut,
    ) -> Result<Upgrade, Misuse> {
        self.desk.redeem(ticket)?;
        self.answer(Response::ok(Text::fixed("begin the TLS negotiation")), out);
        self.enter(State::Handshake);
        Ok(self.desk.issue_upgrade(Pending::Handshake))
    }

    /// Says yes to RETR and TOP: the message is written with what this gives.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn send_message(
        &mut self,
        ticket: Ticket<request::Message>,
        out: &mut BytesMut,
    ) -> Result<Body, Misuse> {
        let lines = match self.desk.redeem(ticket)? {
            Pending::Message { lines } => lines,
            _ => None,
        };
        self.answer(Response::ok(Text::fixed("the message follows")), out);
        Ok(Body::new(self.desk.issue::<Streaming>(Pending::Body), lines))
    }

    /// Answers an unknown command with one line, a yes or a no.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn respond(
        &mut self,
        ticket: Ticket<request::Unknown>,
        response: Response<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        self.answer(response, out);
        Ok(())
    }

    /// Answers an unknown command with `+OK` and lines after it (RFC 1939 §3). They are
    /// written with what this gives, as a message is: dots are stuffed, and whatever ends a
    /// line there is sent as CRLF.
    ///
    /// ```
    /// # use bytes::BytesMut;
    /// # use pop3_proto::Text;
    /// use pop3_proto::server::{Channel, Config, Event, Session, UnknownCommands};
    /// let mut config = Config::default();
    /// config.unknown_commands = UnknownCommands::Of(vec!["XTND".into()]);
    /// let mut out = BytesMut::new();
    /// let mut session = Session::new(config.into(), Channel::Tls, &mut out);
    /// out.clear();
    /// if let Event::Unknown(command, ticket) = session.receive(&mut &b"XTND LISTS\r\n"[..], &mut out)? {
    ///     assert_eq!(command.arguments(), b"LISTS");
    ///     let mut lines = session.respond_multi_line(ticket, Text::new("the lists")?, &mut out)?;
    ///     lines.push(b"users\r\n.staff", &mut out);
    ///     session.finish(lines, &mut out)?;
    /// }
    /// assert_eq!(&out[..], b"+OK the lists\r\nusers\r\n..staff\r\n.\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn respond_multi_line(
        &mut self,
        ticket: Ticket<request::Unknown>,
        text: Text<'_>,
        out: &mut BytesMut,
    ) -> Result<Body, Misuse> {
        self.desk.redeem(ticket)?;
        self.answer(Response::ok(text), out);
        Ok(Body::new(self.desk.issue::<Streaming>(Pending::Body), None))
    }

    /// Writes the end of a message.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn finish(&mut self, body: Body, out: &mut BytesMut) -> Result<(), Misuse> {
        let (ticket, end) = body.into_parts();
        self.desk.redeem(ticket)?;
        let octets = end.write(out);
        self.log.octets(Direction::Sent, octets);
        self.log.lines(Direction::Sent, b".\r\n");
        Ok(())
    }

    /// Writes a line.
    pub(super) fn answer(&mut self, response: Response<'_>, out: &mut BytesMut) {
        let start = out.len();
        response.encode(out);
        self.answered(start, out);
    }
}
