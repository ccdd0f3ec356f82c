//! One client: who it is, what it may, and the message that it brings.

use std::{io, iter, mem};

use smtp_proto::{
    Action, Base64, BytesMut, EnhancedCode, ForwardPath, Mail, Mailbox, Query, Rcpt,
    ReportedRecipient, ReversePath, Text, Ticket,
    server::{Event, Misuse, Rejection, Session, request},
};
use time::OffsetDateTime;

use super::{
    Role,
    header::{Header, MAX_HOPS},
    trace::{self, Received},
    transaction::{Begun, Incoming, NotTaken, Transaction},
};
use crate::{
    connection::Peer,
    report::{About, status},
    sasl::{Exchange, Step},
    server::Server,
    store::{self, NewMail, UserId},
};

/// What is known of a client, and what it has asked for so far.
#[derive(Debug)]
pub(super) struct Client<'s> {
    server: &'s Server,
    role: Role,
    peer: Peer,
    /// The name in its EHLO or HELO.
    name: String,
    /// Who has logged in.
    user: Option<UserId>,
    exchange: Option<Exchange>,
    transaction: Transaction,
}

impl<'s> Client<'s> {
    pub(super) fn new(server: &'s Server, role: Role, peer: Peer) -> Self {
        let (name, transaction) = (String::new(), Transaction::default());
        Self { server, role, peer, name, user: None, exchange: None, transaction }
    }

    pub(super) fn answer(
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
            Event::Mail(mail, ticket) => match self.sender(mail) {
                Ok(()) => {
                    self.transaction = Transaction::new(mail);
                    smtp.accept(ticket, out)
                }
                Err(rejection) => smtp.reject(ticket, rejection, out),
            },
            Event::Rcpt(rcpt, ticket) => match self.recipient(rcpt.to) {
                Ok(Some(user)) => {
                    self.transaction.add_user(user, rcpt);
                    smtp.accept(ticket, out)
                }
                Ok(None) => {
                    self.transaction.add_other(rcpt);
                    smtp.accept(ticket, out)
                }
                Err(rejection) => smtp.reject(ticket, rejection, out),
            },
            Event::Data(ticket) => match self.begin(smtp) {
                Ok(message) => {
                    self.transaction.message = Incoming::Begun(Box::new(message));
                    smtp.accept(ticket, out)
                }
                Err(rejection) => smtp.reject(ticket, rejection, out),
            },
            Event::Body(piece) => {
                if let Incoming::Begun(message) = &mut self.transaction.message {
                    if let Err(error) = message.push(piece) {
                        self.transaction.message = Incoming::Failed(self.not_taken(&error));
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
            Ok(Some(user)) => {
                self.user = Some(user);
                smtp.accept(ticket, out)
            }
            Ok(None) => smtp.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
            Err(error) => {
                self.report(&error);
                smtp.reject(ticket, Rejection::AUTH_UNAVAILABLE, out)
            }
        }
    }

    /// Whether the client may send from there.
    fn sender(&self, mail: Mail<'_>) -> Result<(), Rejection<'static>> {
        match (self.role, self.user, mail.from) {
            (Role::Exchange | Role::Lmtp, ..) => Ok(()),
            (Role::Submission, None, _) => Err(Rejection::AUTH_REQUIRED),
            // Reports and the like (RFC 5321 §4.5.5).
            (Role::Submission, Some(_), ReversePath::Null) => Ok(()),
            (Role::Submission, Some(user), ReversePath::Mailbox(mailbox)) => {
                // RFC 6409 §6.1.
                if self.local(mailbox)? == Some(user) { Ok(()) } else { Err(not_own()) }
            }
        }
    }

    /// The user at the end of a forward-path; none where it leads elsewhere, and the
    /// message may be sent on.
    fn recipient(&self, to: ForwardPath<'_>) -> Result<Option<UserId>, Rejection<'static>> {
        let user = match to {
            ForwardPath::Postmaster => self.user_named("postmaster")?,
            ForwardPath::Mailbox(mailbox) if self.server.serves(mailbox.domain().as_str()) => {
                self.local(mailbox)?
            }
            // From those who have logged in.
            ForwardPath::Mailbox(_) if self.server.relays && self.user.is_some() => {
                return Ok(None);
            }
            ForwardPath::Mailbox(_) => return Err(Rejection::RELAY_DENIED),
        };
        user.map(Some).ok_or(Rejection::NO_SUCH_USER)
    }

    /// The user with this address, if it is one of this server.
    fn local(&self, mailbox: Mailbox<'_>) -> Result<Option<UserId>, Rejection<'static>> {
        match self.server.serves(mailbox.domain().as_str()) {
            true => self.user_named(&mailbox.local_part().unquoted()),
            false => Ok(None),
        }
    }

    fn user_named(&self, local_part: &str) -> Result<Option<UserId>, Rejection<'static>> {
        self.server.store.recipient(local_part).map_err(|error| self.rejection(&error))
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
        match self.local(mailbox)? {
            Some(_) => Ok(format!("<{mailbox}>")),
            None => Err(Rejection::NO_SUCH_USER),
        }
    }

    /// Begins the message with what servers put before it.
    fn begin(&self, smtp: &Session) -> Result<Begun, Rejection<'static>> {
        let draft = self.server.store.draft();
        let draft = draft.map_err(|error| self.rejection(&error))?;
        let Transaction { reverse_path, smtputf8, .. } = &self.transaction;
        let received = Received {
            name: &self.name,
            peer: &self.peer,
            session: smtp,
            lmtp: self.role == Role::Lmtp,
            smtputf8: *smtputf8,
            by: &self.server.hostname,
            id: draft.id(),
        };
        let (return_path, received) = (trace::return_path(reverse_path), received.line());
        let header = match self.role {
            Role::Submission => Header::completed_with(self.message_id(draft.id())),
            Role::Exchange | Role::Lmtp => Header::new(),
        };
        let begun = Begun::new(draft, &return_path, &received, header);
        begun.map_err(|error| self.not_written(&error))
    }

    /// A Message-ID that no other message has (RFC 5322 §3.6.4).
    fn message_id(&self, id: u64) -> String {
        let now = OffsetDateTime::now_utc().unix_timestamp_nanos();
        format!("<{now:x}.{id}@{}>", self.server.hostname)
    }

    /// Gives the message to its recipients: once this returns its number, it
    /// is durable.
    fn deliver(&mut self) -> Result<u64, Rejection<'static>> {
        let mut transaction = mem::take(&mut self.transaction);
        let mut message = match mem::take(&mut transaction.message) {
            Incoming::Begun(message) => message,
            Incoming::Failed(rejection) => return Err(rejection),
            Incoming::None => return Err(Rejection::UNAVAILABLE),
        };
        message.finish().map_err(|error| self.not_taken(&error))?;
        if message.hops() > MAX_HOPS {
            return Err(too_many_hops());
        }
        let id = message.id();
        let report = match transaction.told() {
            Some((mail, rcpts)) => self.delivered(mail, &rcpts, &mut message)?,
            None => None,
        };
        let mails = iter::once(transaction.into_mail(*message)).chain(report).collect();
        self.server.store.take_in(mails).map_err(|error| self.rejection(&error))?;
        Ok(id)
    }

    /// The report that a message was delivered to these (RFC 3461 §5.2.3).
    fn delivered(
        &self,
        mail: Mail<'_>,
        rcpts: &[Rcpt<'_>],
        message: &mut Begun,
    ) -> Result<Option<NewMail>, Rejection<'static>> {
        let recipients: Vec<_> = rcpts
            .iter()
            .map(|rcpt| {
                ReportedRecipient::new(rcpt.to, Action::Delivered, status(2, 0, 0))
                    .with_parameters(&rcpt.parameters)
            })
            .collect();
        let mut octets = message.octets().map_err(|error| self.not_written(&error))?;
        let about = About { mail, arrived: OffsetDateTime::now_utc() };
        let report = self.server.report(about, &recipients, &mut octets);
        report.map_err(|error| self.rejection(&error))
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

    /// The same for octets that came.
    fn not_taken(&self, error: &NotTaken) -> Rejection<'static> {
        match error {
            NotTaken::Irregular => irregular(),
            NotTaken::NotWritten(error) => self.not_written(error),
        }
    }

    /// Tells the operator of a fault, of which the client only hears that
    /// there is one.
    fn report(&self, error: &dyn std::error::Error) {
        eprintln!("SMTP {}: {error}", self.peer);
    }
}

/// The disk is full: to be tried again (RFC 5321 §4.2.3, RFC 3463 §3.4).
fn storage_full() -> Rejection<'static> {
    rejection(452, EnhancedCode::new(4, 3, 1), "Insufficient system storage")
}

/// The message goes round in circles (RFC 5321 §6.3, RFC 3463 §3.5).
fn too_many_hops() -> Rejection<'static> {
    rejection(554, EnhancedCode::new(5, 4, 6), "The message has passed too many servers")
}

/// As the session says of what comes after DATA.
fn irregular() -> Rejection<'static> {
    let text = "Message has a bare CR, a bare LF or a NUL";
    rejection(554, EnhancedCode::new(5, 6, 0), text)
}

/// RFC 6409 §6.1.
fn not_own() -> Rejection<'static> {
    rejection(550, EnhancedCode::new(5, 7, 1), "Mail is sent from one's own address here")
}

fn rejection(code: u16, enhanced: Option<EnhancedCode>, text: &'static str) -> Rejection<'static> {
    let text = Text::new(text).unwrap_or(Text::EMPTY);
    Rejection::new(code, enhanced, text).unwrap_or(Rejection::UNAVAILABLE)
}
