//! SMTP: takes mail in for the users of this server.
//!
//! Mail goes to local users alone, so a client need not log in to send it. One
//! that does is known by it in the `Received` field.

use std::{
    io::{self, Write},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use smtp_proto::{
    Base64, BytesMut, EnhancedCode, ForwardPath, Mail, Mailbox, Query, ReceiveBuffer, SyntaxError,
    Text, Ticket, Tolerance,
    server::{Channel, Config, Event, Misuse, Rejection, Session, request},
};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::{
    connection::{Connection, Input, Peer},
    sasl::{self, Exchange, Step},
    server::Server,
    store::{self, Draft, UserId},
};

/// Replies are sent once there are so many octets of them, though the client
/// has sent more commands.
const SEND_AT: usize = 16 * 1024;

/// Serves one SMTP connection.
///
/// # Errors
/// When the connection breaks, or ends in the middle of a command or a
/// message; nothing is delivered of that.
pub fn drive(server: &Server, connection: &mut Connection) -> io::Result<()> {
    let config = config(server, connection).map_err(io::Error::other)?;
    let channel = if connection.is_encrypted() { Channel::Tls } else { Channel::Clear };
    let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
    let mut smtp = Session::new(Arc::new(config), channel, &mut out);
    if let Some(log) = connection.wire_log(server) {
        smtp.log_wire(log, &out);
    }
    let mut client = Client::new(server, connection.peer().clone());
    let goodbye = Text::new("The server is shutting down").map_err(io::Error::other)?;
    connection.limit_time(Some(server.limits.message));
    loop {
        connection.send(&mut out)?;
        if smtp.is_authenticated() {
            connection.limit_time(None);
        }
        let space = buffer.space().map_err(io::Error::other)?;
        match connection.receive(space, smtp.timeout())? {
            Input::Octets(count) => buffer.received(count),
            Input::End => return smtp.eof().map_err(io::Error::other),
            Input::TimedOut => smtp.timed_out(&mut out),
            Input::Stopping => smtp.shut_down(goodbye, &mut out),
            Input::Interrupted => {}
        }
        let mut input = buffer.filled();
        loop {
            if out.len() >= SEND_AT {
                connection.send(&mut out)?;
            }
            match smtp.receive(&mut input, &mut out) {
                Ok(Event::NeedInput) => break,
                Ok(Event::Closed) => return connection.send(&mut out),
                Ok(Event::StartTls(ticket)) => {
                    let upgrade = smtp.start_tls(ticket, &mut out).map_err(io::Error::other)?;
                    connection.send(&mut out)?;
                    connection.start_tls()?;
                    smtp.upgraded(upgrade).map_err(io::Error::other)?;
                    client = Client::new(server, connection.peer().clone());
                }
                Ok(event) => {
                    match &event {
                        Event::Body(piece) => connection.prolong(time_for(piece.len())),
                        Event::BodyEnd(_) => connection.limit_time(Some(server.limits.message)),
                        _ => {}
                    }
                    client.answer(event, &mut smtp, &mut out).map_err(io::Error::other)?;
                }
                Err(error) => {
                    connection.send(&mut out)?;
                    return Err(io::Error::other(error));
                }
            }
        }
        let unread = input.len();
        buffer.keep_last(unread);
    }
}

/// How much time so many octets of a message may take: a second for each KiB.
fn time_for(octets: usize) -> Duration {
    Duration::from_micros(octets as u64 * 1_000_000 / 1024)
}

/// The disk is full: to be tried again (RFC 5321 §4.2.3, RFC 3463 §3.4).
fn storage_full() -> Rejection<'static> {
    let text = Text::new("Insufficient system storage").unwrap_or(Text::EMPTY);
    Rejection::new(452, EnhancedCode::new(4, 3, 1), text).unwrap_or(Rejection::UNAVAILABLE)
}

/// What this connection is offered.
fn config(server: &Server, connection: &Connection) -> Result<Config, SyntaxError> {
    let mut config = Config::new(&server.hostname)?;
    config.max_message_size = Some(server.max_message_size);
    config.starttls = true;
    config.vrfy = true;
    config.tolerance = Tolerance::PUBLIC;
    config.plaintext_auth = server.may_log_in(connection);
    for mechanism in sasl::MECHANISMS {
        config.mechanisms.offer(mechanism)?;
    }
    Ok(config)
}

/// What is known of a client, and what it has asked for so far.
#[derive(Debug)]
struct Client<'s> {
    server: &'s Server,
    peer: Peer,
    /// The name in its EHLO or HELO.
    name: String,
    exchange: Option<Exchange>,
    transaction: Transaction,
}

/// A message and its envelope, on the way.
#[derive(Debug, Default)]
struct Transaction {
    /// With its angle brackets.
    reverse_path: String,
    smtputf8: bool,
    recipients: Vec<UserId>,
    draft: Incoming,
}

/// The octets of a message.
#[derive(Debug, Default)]
enum Incoming {
    /// None are expected: it is before DATA.
    #[default]
    None,
    Draft(Draft),
    /// They could not be written, and what comes is read past.
    Failed(Rejection<'static>),
}

impl<'s> Client<'s> {
    fn new(server: &'s Server, peer: Peer) -> Self {
        let (name, transaction) = (String::new(), Transaction::default());
        Self { server, peer, name, exchange: None, transaction }
    }

    fn answer(
        &mut self,
        event: Event<'_>,
        smtp: &mut Session,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        match event {
            Event::Hello(hello, ticket) => {
                self.name = hello.name.as_str().into();
                smtp.accept(ticket, out)
            }
            Event::Auth(auth, ticket) => {
                let response = auth.initial_response.map(Base64::decode);
                match Exchange::begin(auth.mechanism, response.as_deref()) {
                    Some(step) => self.authenticate(step, ticket, smtp, out),
                    None => smtp.reject(ticket, Rejection::AUTH_UNAVAILABLE, out),
                }
            }
            Event::AuthResponse(response, ticket) => match self.exchange.take() {
                Some(exchange) => {
                    self.authenticate(exchange.respond(&response.decode()), ticket, smtp, out)
                }
                None => smtp.reject(ticket, Rejection::AUTH_UNAVAILABLE, out),
            },
            Event::AuthCancelled => {
                self.exchange = None;
                Ok(())
            }
            Event::Mail(mail, ticket) => {
                self.transaction = Transaction::new(mail);
                smtp.accept(ticket, out)
            }
            Event::Rcpt(rcpt, ticket) => match self.recipient(rcpt.to) {
                Ok(user) => {
                    self.transaction.recipients.push(user);
                    smtp.accept(ticket, out)
                }
                Err(rejection) => smtp.reject(ticket, rejection, out),
            },
            Event::Data(ticket) => match self.begin(smtp) {
                Ok(draft) => {
                    self.transaction.draft = Incoming::Draft(draft);
                    smtp.accept(ticket, out)
                }
                Err(rejection) => smtp.reject(ticket, rejection, out),
            },
            Event::Body(piece) => {
                if let Incoming::Draft(draft) = &mut self.transaction.draft {
                    if let Err(error) = draft.write_all(piece) {
                        self.transaction.draft = Incoming::Failed(self.not_written(&error));
                    }
                }
                Ok(())
            }
            Event::BodyEnd(ticket) => match self.deliver() {
                Ok(id) => {
                    let text = format!("OK, queued as {id}");
                    smtp.accept_with(ticket, Text::new(&text).unwrap_or(Text::EMPTY), out)
                }
                Err(rejection) => smtp.reject(ticket, rejection, out),
            },
            Event::Reset => {
                self.transaction = Transaction::default();
                Ok(())
            }
            Event::Vrfy(query, ticket) => match self.verify(query) {
                Ok(mailbox) => {
                    smtp.accept_with(ticket, Text::new(&mailbox).unwrap_or(Text::EMPTY), out)
                }
                Err(rejection) => smtp.reject(ticket, rejection, out),
            },
            other => smtp.decline(other, out),
        }
    }

    fn authenticate(
        &mut self,
        step: Step,
        ticket: Ticket<request::Auth>,
        smtp: &mut Session,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let credentials = match step {
            Step::Challenge(exchange, challenge) => {
                self.exchange = Some(exchange);
                return smtp.challenge(ticket, challenge.as_bytes(), out);
            }
            Step::Check(credentials) => credentials,
            Step::ForAnother | Step::Malformed => {
                return smtp.reject(ticket, Rejection::AUTHENTICATION_FAILED, out);
            }
        };
        match self.server.log_in(&self.peer, &credentials.name, &credentials.password) {
            Ok(Some(_)) => smtp.accept(ticket, out),
            Ok(None) => smtp.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
            Err(error) => {
                self.report(&error);
                smtp.reject(ticket, Rejection::AUTH_UNAVAILABLE, out)
            }
        }
    }

    /// The user at the end of a forward-path.
    fn recipient(&self, to: ForwardPath<'_>) -> Result<UserId, Rejection<'static>> {
        let local_part = match to {
            ForwardPath::Postmaster => "postmaster".into(),
            ForwardPath::Mailbox(mailbox) if self.server.serves(mailbox.domain().as_str()) => {
                mailbox.local_part().unquoted()
            }
            ForwardPath::Mailbox(_) => return Err(Rejection::RELAY_DENIED),
        };
        match self.server.store.recipient(&local_part) {
            Ok(user) => user.ok_or(Rejection::NO_SUCH_USER),
            Err(error) => Err(self.rejection(&error)),
        }
    }

    /// The mailbox, in angle brackets, that VRFY asks for by a user's name or
    /// an address (RFC 5321 §3.5.1).
    fn verify(&self, query: Query<'_>) -> Result<String, Rejection<'static>> {
        let user = query.string();
        let address = user.strip_prefix('<').and_then(|user| user.strip_suffix('>'));
        let mut address = address.unwrap_or(user).to_owned();
        if !address.contains('@') {
            address = format!("{address}@{}", self.server.hostname);
        }
        let mailbox = Mailbox::parse(address.as_bytes()).map_err(|_| Rejection::NO_SUCH_USER)?;
        self.recipient(ForwardPath::Mailbox(mailbox))?;
        Ok(format!("<{mailbox}>"))
    }

    /// Begins the message with what its last server puts before it, the path
    /// it came by and the path back (RFC 5321 §4.4).
    fn begin(&self, smtp: &Session) -> Result<Draft, Rejection<'static>> {
        let draft = self.server.store.draft();
        let mut draft = draft.map_err(|error| self.rejection(&error))?;
        let written = draft.write_all(self.trace(smtp, draft.id()).as_bytes());
        written.map_err(|error| self.not_written(&error))?;
        Ok(draft)
    }

    /// ```abnf
    /// Return-path-line = "Return-Path:" FWS Reverse-path <CRLF> ; RFC 5321 §4.4
    /// Time-stamp-line  = "Received:" FWS Stamp <CRLF>
    /// Stamp            = From-domain By-domain Opt-info [CFWS] ";" FWS date-time
    /// From-domain      = "FROM" FWS Domain FWS "(" TCP-info ")"
    /// Opt-info         = [With] [ID]
    /// ```
    /// The names of protocols are those of RFC 3848 and RFC 6531 §4.3.
    fn trace(&self, smtp: &Session, id: u64) -> String {
        let Transaction { reverse_path, smtputf8, .. } = &self.transaction;
        let (name, by) = (&self.name, &self.server.hostname);
        let address = match self.peer.address().ip().to_canonical() {
            IpAddr::V4(address) => format!("[{address}]"),
            IpAddr::V6(address) => format!("[IPv6:{address}]"),
        };
        let tls = if smtp.channel().is_tls() { "S" } else { "" };
        let auth = if smtp.is_authenticated() { "A" } else { "" };
        let protocol = match (smtputf8, smtp.is_extended()) {
            (true, _) => format!("UTF8SMTP{tls}{auth}"),
            (false, true) => format!("ESMTP{tls}{auth}"),
            // After HELO there is this name alone, under TLS too.
            (false, false) => "SMTP".into(),
        };
        let date = OffsetDateTime::now_utc().format(&Rfc2822).unwrap_or_default();
        format!(
            "Return-Path: {reverse_path}\r\n\
             Received: from {name} ({address})\r\n\
             \tby {by} with {protocol} id {id};\r\n\
             \t{date}\r\n"
        )
    }

    /// Gives the message to its recipients: once this returns its number, it
    /// is durable.
    fn deliver(&mut self) -> Result<u64, Rejection<'static>> {
        let Transaction { draft, recipients, .. } = std::mem::take(&mut self.transaction);
        let draft = match draft {
            Incoming::Draft(draft) => draft,
            Incoming::Failed(rejection) => return Err(rejection),
            Incoming::None => return Err(Rejection::UNAVAILABLE),
        };
        let id = draft.id();
        let delivered = self.server.store.deliver(draft, &recipients);
        delivered.map_err(|error| self.rejection(&error))?;
        Ok(id)
    }

    /// How a client is told of a fault of the machine, and the operator too.
    fn rejection(&self, error: &store::Error) -> Rejection<'static> {
        self.report(error);
        if error.is_storage_full() { storage_full() } else { Rejection::UNAVAILABLE }
    }

    /// The same for octets that could not be written.
    fn not_written(&self, error: &io::Error) -> Rejection<'static> {
        self.report(error);
        if store::is_storage_full(error) { storage_full() } else { Rejection::UNAVAILABLE }
    }

    /// Tells the operator of a fault, of which the client only hears that
    /// there is one.
    fn report(&self, error: &dyn std::error::Error) {
        eprintln!("SMTP {}: {error}", self.peer);
    }
}

impl Transaction {
    fn new(mail: Mail<'_>) -> Self {
        let reverse_path = mail.from.to_string();
        Self { reverse_path, smtputf8: mail.parameters.smtputf8, ..Self::default() }
    }
}
