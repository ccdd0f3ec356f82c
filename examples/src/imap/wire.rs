//! A client's session and its connection, and what goes out there.

use std::{
    io,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use imap_proto::server::{Channel, Config, Session, request};
use imap_proto::{BytesMut, Code, Completion, Condition, Data, Notice, Text, Ticket};

use crate::{connection::Connection, server::Server};

/// What is written is sent once there are so many octets of it.
const SEND_AT: usize = 32 * 1024;
/// How often a command that takes long looks whether its client is still there.
const CHECK_EVERY: Duration = Duration::from_millis(250);

/// A session with its connection.
#[derive(Debug)]
pub(super) struct Wire<'c> {
    pub(super) imap: Session,
    /// What is written and not yet sent.
    pub(super) out: BytesMut,
    pub(super) connection: &'c mut Connection,
    /// When it was last looked whether the client is there.
    checked: Instant,
}

impl<'c> Wire<'c> {
    /// Begins a session, with its greeting.
    pub(super) fn new(
        server: &Server,
        config: Arc<Config>,
        connection: &'c mut Connection,
    ) -> Self {
        let channel = if connection.is_encrypted() { Channel::Tls } else { Channel::Clear };
        let mut out = BytesMut::new();
        let mut imap = Session::new(config, channel, &mut out);
        if let Some(log) = connection.wire_log(server) {
            imap.log_wire(log, &out);
        }
        Self { imap, out, connection, checked: Instant::now() }
    }

    /// Sends what is written.
    pub(super) fn send(&mut self) -> io::Result<()> {
        self.connection.send(&mut self.out)
    }

    /// Whether the client is still there, which a command that takes long asks now and
    /// then; it costs next to nothing.
    ///
    /// # Errors
    /// When it is not, or when the server stops.
    pub(super) fn check(&mut self) -> io::Result<()> {
        if self.checked.elapsed() < CHECK_EVERY {
            return Ok(());
        }
        self.checked = Instant::now();
        match self.connection.peer().is_gone() {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }

    /// Sends what is written if it is much.
    pub(super) fn relieve(&mut self) -> io::Result<()> {
        if self.out.len() >= SEND_AT { self.send() } else { Ok(()) }
    }

    /// Writes an untagged response.
    pub(super) fn data(&mut self, data: &Data<'_>) -> io::Result<()> {
        self.imap.data(data, &mut self.out).map_err(io::Error::other)?;
        self.relieve()
    }

    /// Writes an untagged OK with a code.
    pub(super) fn tell(&mut self, code: Code<'_>, text: &str) -> io::Result<()> {
        let text = Text::truncated(text);
        self.data(&Data::Notice(Notice { condition: Condition::Ok, code: Some(code), text }))
    }

    /// Ends a command.
    pub(super) fn complete(
        &mut self,
        ticket: Ticket<request::Command>,
        completion: Completion<'_>,
    ) -> io::Result<()> {
        self.imap.complete(ticket, completion, &mut self.out).map_err(io::Error::other)
    }
}

/// OK, in no particular words.
pub(super) const DONE: Completion<'static> = ok("done");

/// OK, without a code.
pub(super) const fn ok(text: &str) -> Completion<'_> {
    Completion::ok(None, Text::truncated(text))
}

/// NO, without a code.
pub(super) const fn no(text: &str) -> Completion<'_> {
    Completion::no(None, Text::truncated(text))
}

/// A number for the wire: message numbers, UIDs and UIDVALIDITY are never 0.
pub(super) fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}
