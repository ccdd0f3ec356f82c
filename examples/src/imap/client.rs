//! A client, and what each of its commands does.

use std::io::{self, ErrorKind};

use imap_proto::server::{Event, Rejection, request};
use imap_proto::{
    Arena, Auth, Code, Command, CommandKind, Completion, Data, Delimiter, IString, IdField,
    Namespace, Namespaces, Text, Ticket,
};

use super::{
    append::Appending,
    view::View,
    wire::{DONE, Wire},
};
use crate::{
    connection::{Input, Peer},
    sasl::Exchange,
    server::Server,
    store::{self, HIERARCHY_SEPARATOR, Store, UserId},
};

/// What is known of a client.
#[derive(Debug)]
pub(super) struct Client<'s> {
    pub(super) server: &'s Server,
    pub(super) peer: Peer,
    /// Who has logged in.
    pub(super) user: Option<UserId>,
    pub(super) exchange: Option<Exchange>,
    pub(super) view: Option<View>,
    pub(super) appending: Option<Appending>,
    idling: bool,
}

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The store did not do its part: the command is answered with NO.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The connection is of no more use.
    #[error(transparent)]
    Connection(#[from] io::Error),
}

impl<'s> Client<'s> {
    pub(super) fn new(server: &'s Server, peer: Peer) -> Self {
        Self {
            server,
            peer,
            user: None,
            exchange: None,
            view: None,
            appending: None,
            idling: false,
        }
    }

    pub(super) fn store(&self) -> &'s Store {
        &self.server.store
    }

    /// Waits for the client, and while it idles for news.
    pub(super) fn wait(&self, wire: &mut Wire<'_>, space: &mut [u8]) -> io::Result<Input> {
        if self.user.is_some() {
            wire.connection.limit_time(None);
        }
        let limit = wire.imap.timeout();
        match &self.view {
            Some(view) if self.idling => {
                let (watch, modseq) = view.watch();
                wire.connection.receive_unless_changed(space, limit, &watch, modseq)
            }
            _ => wire.connection.receive(space, limit),
        }
    }

    pub(super) fn answer<'b>(
        &mut self,
        event: Event<'b>,
        arena: &'b Arena,
        wire: &mut Wire<'_>,
    ) -> io::Result<()> {
        match event {
            Event::Command(command, ticket) => self.command(command, ticket, arena, wire),
            Event::Select(select, ticket) => match self.select(select, wire, arena) {
                Ok(selected) => {
                    wire.imap.select(ticket, &selected, &mut wire.out).map_err(io::Error::other)
                }
                Err(error) => {
                    let rejection = self.rejection(&error, false, arena);
                    wire.imap.reject(ticket, rejection, &mut wire.out).map_err(io::Error::other)
                }
            },
            Event::Auth(Auth { mechanism, initial_response }, ticket) => {
                let response = initial_response.map(imap_proto::Base64::decode);
                let step = Exchange::begin(mechanism, response.as_deref());
                self.authenticate(step, ticket, wire)
            }
            Event::AuthResponse(response, ticket) => {
                let exchange = self.exchange.take();
                let step = exchange.map(|exchange| exchange.respond(&response.decode()));
                self.authenticate(step, ticket, wire)
            }
            Event::AuthCancelled => {
                self.exchange = None;
                Ok(())
            }
            Event::Append(append, ticket) => match self.begin_append(&append, wire) {
                Ok(appending) => {
                    self.appending = Some(appending);
                    wire.imap.accept(ticket, &mut wire.out).map_err(io::Error::other)
                }
                Err(error) => {
                    let rejection = self.rejection(&error, true, arena);
                    wire.imap.reject(ticket, rejection, &mut wire.out).map_err(io::Error::other)
                }
            },
            Event::Body(piece) => {
                if let Some(appending) = &mut self.appending {
                    appending.write(piece);
                }
                Ok(())
            }
            Event::BodyEnd(ticket) => {
                let done = self.end_append(arena);
                self.finish(done.map_err(Fault::from), ticket, arena, wire)
            }
            Event::BodyCancelled => {
                self.appending = None;
                Ok(())
            }
            Event::Idle(ticket) => {
                wire.imap.accept(ticket, &mut wire.out).map_err(io::Error::other)?;
                self.idling = true;
                if let Some(why) = self.tell_news(wire)? {
                    wire.imap.shut_down(why, &mut wire.out);
                }
                Ok(())
            }
            Event::IdleDone => {
                self.idling = false;
                Ok(())
            }
            other => wire.imap.decline(other, &mut wire.out).map_err(io::Error::other),
        }
    }

    fn command<'b>(
        &mut self,
        command: Command<'b>,
        ticket: Ticket<request::Command>,
        arena: &'b Arena,
        wire: &mut Wire<'_>,
    ) -> io::Result<()> {
        let done = self.carry_out(command, arena, wire);
        self.finish(done, ticket, arena, wire)
    }

    /// Carries out a command. What it answers goes out untagged.
    fn carry_out<'b>(
        &mut self,
        command: Command<'b>,
        arena: &'b Arena,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let utf8 = wire.imap.is_utf8();
        let name = |mailbox| super::mailboxes::decode(mailbox, utf8);
        match command.kind {
            CommandKind::Login { user, password } => self.login(user, password),
            CommandKind::Noop | CommandKind::Check => Ok(DONE),
            CommandKind::Id(_) => {
                let field = |name: &'static [u8], value: &'static [u8]| {
                    Some(IdField {
                        name: IString::new(name).ok()?,
                        value: IString::new(value).ok(),
                    })
                };
                let version = env!("CARGO_PKG_VERSION").as_bytes();
                let fields = [field(b"name", b"mailserver"), field(b"version", version)];
                let fields: Vec<_> = fields.into_iter().flatten().collect();
                wire.data(&Data::Id(Some(&fields)))?;
                Ok(DONE)
            }
            CommandKind::Namespace => {
                let prefix = IString::new(b"").map_err(io::Error::other)?;
                let own = [Namespace { prefix, delimiter: delimiter(), extensions: None }];
                wire.data(&Data::Namespace(Namespaces { personal: &own, ..Default::default() }))?;
                Ok(DONE)
            }
            CommandKind::Create(create) => {
                self.store().create(self.user()?, &name(create.mailbox)?)?;
                Ok(DONE)
            }
            CommandKind::Delete(mailbox) => {
                self.store().delete(self.user()?, &name(mailbox)?)?;
                Ok(DONE)
            }
            CommandKind::Rename { from, to } => {
                self.store().rename(self.user()?, &name(from)?, &name(to)?)?;
                Ok(DONE)
            }
            CommandKind::Subscribe(mailbox) => {
                self.store().subscribe(self.user()?, &name(mailbox)?)?;
                Ok(DONE)
            }
            CommandKind::Unsubscribe(mailbox) => {
                self.store().unsubscribe(self.user()?, &name(mailbox)?)?;
                Ok(DONE)
            }
            CommandKind::List(list) => self.list(&list, wire),
            CommandKind::Lsub(lsub) => self.lsub(&lsub, wire),
            CommandKind::Status(query) => {
                self.status(&name(query.mailbox)?, query.items.as_slice(), wire)?;
                Ok(DONE)
            }
            CommandKind::Close => self.close(),
            CommandKind::Unselect => {
                self.view = None;
                Ok(DONE)
            }
            CommandKind::Expunge { uids } => self.expunge(uids),
            CommandKind::Search(search) => self.search(&search, command.tag, arena, wire),
            CommandKind::Fetch(fetch) => self.fetch(&fetch, wire),
            CommandKind::Store(store) => self.store_flags(&store, wire),
            CommandKind::Copy { uid, messages, mailbox } => {
                self.copy(uid, messages, mailbox, arena, wire)
            }
            CommandKind::Move { uid, messages, mailbox } => {
                self.move_messages(uid, messages, mailbox, arena, wire)
            }
            _ => Ok(Completion::no(Some(Code::Cannot), Text::truncated("not served here"))),
        }
    }

    /// Tells what is new, and ends a command.
    fn finish<'b>(
        &mut self,
        done: Result<Completion<'b>, Fault>,
        ticket: Ticket<request::Command>,
        arena: &'b Arena,
        wire: &mut Wire<'_>,
    ) -> io::Result<()> {
        match done {
            Ok(completion) => {
                let ended = self.tell_news(wire)?;
                wire.complete(ticket, completion)?;
                if let Some(why) = ended {
                    wire.imap.shut_down(why, &mut wire.out);
                }
                Ok(())
            }
            Err(Fault::Connection(error)) => Err(error),
            Err(Fault::Store(error)) => {
                let rejection = self.rejection(&error, false, arena);
                wire.imap.reject(ticket, rejection, &mut wire.out).map_err(io::Error::other)
            }
        }
    }

    /// Tells the operator of a fault of the machine.
    pub(super) fn report(&self, error: &store::Error) {
        if error.is_temporary_fault() {
            eprintln!("IMAP {}: {error}", self.peer);
        }
    }

    /// Who has logged in; the session lets nobody else so far.
    pub(super) fn user(&self) -> Result<UserId, store::Error> {
        self.user.ok_or(store::Error::NoSuchMailbox)
    }

    /// The mailbox that is selected; without one, the session lets no command
    /// so far that needs it.
    pub(super) fn view(&mut self) -> Result<&mut View, store::Error> {
        self.view.as_mut().ok_or(store::Error::NoSuchMailbox)
    }

    /// The NO for what the store did not do. `create` says that the client may
    /// make the mailbox that is missing and try again.
    pub(super) fn rejection<'b>(
        &self,
        error: &store::Error,
        create: bool,
        arena: &'b Arena,
    ) -> Rejection<'b> {
        let code = match error {
            store::Error::NoSuchMailbox if create => Code::TryCreate,
            store::Error::NoSuchMailbox => Code::NonExistent,
            store::Error::MailboxExists => Code::AlreadyExists,
            store::Error::InvalidName(_) | store::Error::InboxStays => Code::Cannot,
            store::Error::InvalidDate => Code::Cannot,
            store::Error::HasChildren => Code::HasChildren,
            store::Error::Expunged => Code::ExpungeIssued,
            store::Error::Limit(_) => Code::Limit,
            store::Error::Busy(_) => Code::Unavailable,
            store::Error::File { source, .. } if source.kind() == ErrorKind::QuotaExceeded => {
                self.report(error);
                let text = Text::truncated("there is no room left for you");
                return Rejection::no(Some(Code::OverQuota), text);
            }
            fault if fault.is_storage_full() => {
                self.report(fault);
                return Rejection::UNAVAILABLE;
            }
            fault => {
                self.report(fault);
                return Rejection::no(
                    Some(Code::ServerBug),
                    Text::truncated("a fault of the server"),
                );
            }
        };
        Rejection::no(Some(code), Text::truncated(arena.str(&error.to_string())))
    }
}

/// What divides the levels of mailbox names.
pub(super) fn delimiter() -> Option<Delimiter> {
    Delimiter::new(HIERARCHY_SEPARATOR as u8)
}
