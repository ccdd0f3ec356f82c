//! POP3: gives the mail in a user's INBOX.
//!
//! All that the protocol has is offered. APOP takes the password itself to
//! check, of which the store keeps a hash: it is for users whose password the
//! running server was told, and offered where there is one and passwords may come
//! over the connection too. After UTF8, messages are sent as before, for the
//! store keeps their octets.

use std::{
    io::{self, Read},
    process, str,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::BytesMut;
use pop3_proto::{
    Auth, Base64, Digest, MessageNumber, ReceiveBuffer, Retention, SyntaxError, Text, Ticket,
    Timestamp, Tolerance, UniqueId, UniqueIdBuf,
    server::{
        self, Channel, Config, DeletionMarks, Event, Misuse, Proof, Rejection, Session, State,
        request::{self, LogIn},
    },
};
use subtle::ConstantTimeEq;

use crate::{
    connection::{Connection, Input, Peer},
    sasl::{self, Credentials, Exchange, Step},
    server::Server,
    store::{self, Error, Maildrop, UidSet, UserId},
};

/// Answers are sent once there are so many octets of them, though the client
/// has sent more commands; and messages in pieces of this size.
const SEND_AT: usize = 16 * 1024;

/// Serves one POP3 connection.
///
/// # Errors
/// When the connection breaks, or ends without QUIT although messages are
/// marked as deleted; none is deleted then.
pub fn drive(server: &Server, connection: &mut Connection) -> io::Result<()> {
    let config = config(server, connection).map_err(io::Error::other)?;
    let channel = if connection.is_encrypted() { Channel::Tls } else { Channel::Clear };
    let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
    let goodbye = Text::new("the server is shutting down").map_err(io::Error::other)?;
    let timestamp = timestamp(server, connection);
    // A host name that is too long for it leaves none.
    let mut pop3 = match timestamp.as_deref().map(Timestamp::new) {
        Some(Ok(timestamp)) => {
            Session::with_timestamp(Arc::new(config), channel, timestamp, &mut out)
        }
        _ => Session::new(Arc::new(config), channel, &mut out),
    };
    if let Some(log) = connection.wire_log(server) {
        pop3.log_wire(log, &out);
    }
    let mut client =
        Client { server, peer: connection.peer().clone(), timestamp, exchange: None, opened: None };
    loop {
        connection.send(&mut out)?;
        if client.opened.is_some() {
            connection.limit_time(None);
        }
        let space = buffer.space().map_err(io::Error::other)?;
        match connection.receive(space, pop3.timeout())? {
            Input::Octets(count) => buffer.received(count),
            Input::End if pop3.marks().is_empty() => return Ok(()),
            Input::End => return pop3.eof().map_err(io::Error::other),
            Input::TimedOut => pop3.timed_out(&mut out),
            Input::Stopping => pop3.shut_down(goodbye, &mut out),
            Input::Interrupted => {}
        }
        let mut input = buffer.filled();
        loop {
            // The goodbye waits until the maildrop is free.
            if out.len() >= SEND_AT && pop3.state() != State::Closed {
                connection.send(&mut out)?;
            }
            match pop3.receive(&mut input, &mut out) {
                Ok(Event::NeedInput) => break,
                Ok(Event::Closed) => {
                    // Who has read the goodbye may log in again at once.
                    drop(client);
                    return connection.send(&mut out);
                }
                Ok(Event::StartTls(ticket)) => {
                    let upgrade = pop3.start_tls(ticket, &mut out).map_err(io::Error::other)?;
                    connection.send(&mut out)?;
                    connection.start_tls()?;
                    pop3.upgraded(upgrade).map_err(io::Error::other)?;
                }
                Ok(Event::Retr(number, ticket) | Event::Top(number, _, ticket)) => {
                    match client.message(number) {
                        Ok(message) => {
                            let mut body =
                                pop3.send_message(ticket, &mut out).map_err(io::Error::other)?;
                            send_message(message, &mut body, connection, &mut out)?;
                            pop3.finish(body, &mut out).map_err(io::Error::other)?;
                        }
                        Err(why) => pop3.reject(ticket, why, &mut out).map_err(io::Error::other)?,
                    }
                }
                Ok(event) => client.answer(event, &mut pop3, &mut out).map_err(io::Error::other)?,
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

/// Sends a message, or as much of it as TOP asks for. One that cannot be read
/// to its end ends the connection, since POP3 has no other way to say so.
fn send_message(
    mut message: store::Body,
    body: &mut server::Body,
    connection: &mut Connection,
    out: &mut BytesMut,
) -> io::Result<()> {
    let mut piece = vec![0; SEND_AT];
    while !body.is_complete() {
        let count = message.read(&mut piece)?;
        if count == 0 {
            break;
        }
        body.push(&piece[..count], out);
        connection.send(out)?;
    }
    Ok(())
}

/// What this connection is offered.
fn config(server: &Server, connection: &Connection) -> Result<Config, SyntaxError> {
    let mut config = Config::default();
    config.set_greeting(&format!("{} POP3 server ready", server.hostname))?;
    config.stls = true;
    config.tolerance = Tolerance::PUBLIC;
    config.plaintext_auth = server.may_log_in(connection);
    for name in sasl::MECHANISMS {
        config.mechanisms.offer(name)?;
    }
    config.utf8 = true;
    config.utf8_user = true;
    config.lang = true;
    config.expire = Some(Retention::Never);
    config.implementation = Some(Text::new("mail-examples")?.into());
    Ok(config)
}

/// What is in the greeting for APOP, where that is offered: never the same, in
/// this process or another.
fn timestamp(server: &Server, connection: &Connection) -> Option<String> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    if !server.store.has_secrets() || !server.may_log_in(connection) {
        return None;
    }
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    Some(format!("<{}.{count}.{now}@{}>", process::id(), server.hostname))
}

/// What is known of a client.
#[derive(Debug)]
struct Client<'s> {
    server: &'s Server,
    peer: Peer,
    /// That of the greeting.
    timestamp: Option<String>,
    exchange: Option<Exchange>,
    opened: Option<Opened>,
}

/// The maildrop of the client that has logged in.
#[derive(Debug)]
struct Opened {
    maildrop: Maildrop,
    /// In the order of the messages.
    unique_ids: Vec<UniqueIdBuf>,
}

impl Client<'_> {
    fn answer(
        &mut self,
        event: Event<'_>,
        pop3: &mut Session,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        match event {
            Event::Login(login, ticket) => {
                let user = match login.proof {
                    Proof::Password(password) => match str::from_utf8(password.reveal()) {
                        Ok(password) => self.check(&login.name, password),
                        Err(_) => Err(Rejection::AUTHENTICATION_FAILED),
                    },
                    Proof::Apop(digest) => self.check_digest(&login.name, digest),
                };
                self.log_in(user, ticket, pop3, out)
            }
            Event::Auth(Auth { mechanism, initial_response }, ticket) => {
                let response = initial_response.map(Base64::decode);
                match Exchange::begin(mechanism, response.as_deref()) {
                    Some(step) => self.authenticate(step, ticket, pop3, out),
                    None => pop3.reject(ticket, Rejection::NOT_SUPPORTED, out),
                }
            }
            Event::AuthResponse(response, ticket) => match self.exchange.take() {
                Some(exchange) => {
                    self.authenticate(exchange.respond(&response.decode()), ticket, pop3, out)
                }
                None => pop3.reject(ticket, Rejection::NOT_SUPPORTED, out),
            },
            Event::AuthCancelled => {
                self.exchange = None;
                Ok(())
            }
            Event::Sizes(ticket) => match &self.opened {
                Some(Opened { maildrop, .. }) => {
                    let sizes = maildrop.messages().iter().map(|message| message.crlf_size);
                    pop3.sizes(ticket, sizes, out)
                }
                None => pop3.reject(ticket, Rejection::UNAVAILABLE, out),
            },
            Event::UniqueIds(ticket) => match &self.opened {
                Some(Opened { unique_ids, .. }) => {
                    let unique_ids = unique_ids.iter().map(UniqueIdBuf::as_unique_id);
                    pop3.unique_ids(ticket, unique_ids, out)
                }
                None => pop3.reject(ticket, Rejection::UNAVAILABLE, out),
            },
            Event::Update(deleted, ticket) => match self.delete(&deleted) {
                Ok(()) => pop3.accept(ticket, out),
                Err(why) => pop3.reject(ticket, why, out),
            },
            other => pop3.decline(other, out),
        }
    }

    fn authenticate(
        &mut self,
        step: Step,
        ticket: Ticket<request::Auth>,
        pop3: &mut Session,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        match step {
            Step::Challenge(exchange, challenge) => {
                self.exchange = Some(exchange);
                pop3.challenge(ticket, challenge.as_bytes(), out)
            }
            Step::Check(Credentials { name, password }) => {
                self.log_in(self.check(&name, &password), ticket, pop3, out)
            }
            Step::ForAnother | Step::Malformed => {
                self.log_in(Err(Rejection::AUTHENTICATION_FAILED), ticket, pop3, out)
            }
        }
    }

    /// Answers a login of this user.
    fn log_in<R: LogIn>(
        &mut self,
        user: Result<UserId, Rejection<'static>>,
        ticket: Ticket<R>,
        pop3: &mut Session,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        match user.and_then(|user| self.open(user)) {
            Ok(opened) => {
                let messages = opened.maildrop.messages().len();
                self.opened = Some(opened);
                pop3.open(ticket, messages, out)
            }
            Err(why) => pop3.reject(ticket, why, out),
        }
    }

    fn check(&self, name: &str, password: &str) -> Result<UserId, Rejection<'static>> {
        let user = self.server.log_in(&self.peer, name, password);
        user.map_err(|error| self.rejection(&error))?.ok_or(Rejection::AUTHENTICATION_FAILED)
    }

    fn check_digest(&self, name: &str, digest: Digest) -> Result<UserId, Rejection<'static>> {
        let timestamp = self.timestamp.as_deref().ok_or(Rejection::NOT_SUPPORTED)?;
        let timestamp = Timestamp::new(timestamp).map_err(|_| Rejection::NOT_SUPPORTED)?;
        let proof =
            |password: &str| Digest::new(timestamp, password.as_bytes()).0.ct_eq(&digest.0).into();
        let user = self.server.log_in_by_proof(&self.peer, name, proof);
        user.map_err(|error| self.rejection(&error))?.ok_or(Rejection::AUTHENTICATION_FAILED)
    }

    fn open(&self, user: UserId) -> Result<Opened, Rejection<'static>> {
        let store = &self.server.store;
        let maildrop = store.maildrop(user).map_err(|error| self.rejection(&error))?;
        let unique_id = |message| {
            let id = maildrop.unique_id(message);
            UniqueId::new(&id).map(UniqueIdBuf::from)
        };
        let unique_ids = maildrop.messages().iter().map(unique_id).collect::<Result<_, _>>();
        let unique_ids = unique_ids.map_err(|_| Rejection::PERMANENT)?;
        Ok(Opened { maildrop, unique_ids })
    }

    fn message(&self, number: MessageNumber) -> Result<store::Body, Rejection<'static>> {
        let opened = self.opened.as_ref().ok_or(Rejection::UNAVAILABLE)?;
        let message =
            opened.maildrop.messages().get(number.index()).ok_or(Rejection::NO_SUCH_MESSAGE)?;
        self.server.store.body(message).map_err(|error| self.rejection(&error))
    }

    fn delete(&self, deleted: &DeletionMarks) -> Result<(), Rejection<'static>> {
        let opened = self.opened.as_ref().ok_or(Rejection::UNAVAILABLE)?;
        let messages = opened.maildrop.messages();
        let messages = deleted.iter().filter_map(|number| messages.get(number.index()));
        let uids: UidSet = messages.map(|message| message.uid).collect();
        opened.maildrop.delete(&uids).map_err(|error| self.rejection(&error))
    }

    /// How a client is told of an error. The operator is told of those that
    /// are no answer.
    fn rejection(&self, error: &Error) -> Rejection<'static> {
        match error {
            Error::MaildropInUse => Rejection::IN_USE,
            Error::Expunged => Rejection::NO_SUCH_MESSAGE,
            Error::Busy(_) => Rejection::UNAVAILABLE,
            _ => {
                eprintln!("POP3 {}: {error}", self.peer);
                Rejection::UNAVAILABLE
            }
        }
    }
}
