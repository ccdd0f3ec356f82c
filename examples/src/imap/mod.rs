//! The IMAP half of the mail server (RFC 9051, RFC 3501): a driver of
//! `imap_proto::server::Session` over the store.
//!
//! | | |
//! |---|---|
//! | `client` | a client: what each command does |
//! | `wire` | its session and its connection |
//! | `login` | LOGIN, AUTHENTICATE |
//! | `list` | LIST, LSUB |
//! | `mailboxes` | STATUS, and names |
//! | `select` | SELECT, EXAMINE, and telling news |
//! | `append` | APPEND |
//! | `fetch` | FETCH |
//! | `messages` | STORE, COPY, MOVE, EXPUNGE |
//! | [`search`] | SEARCH, and what its keys mean |
//! | [`view`] | message numbers, and what the client was told |
//! | [`mime`] | ENVELOPE, BODYSTRUCTURE, sections |

mod append;
mod client;
mod fetch;
mod list;
mod login;
mod mailboxes;
mod messages;
pub mod mime;
pub mod search;
mod select;
pub mod view;
mod wire;

use std::{io, sync::Arc};

use imap_proto::server::{Config, Error, Event};
use imap_proto::{Arena, Capability, ReceiveBuffer, SyntaxError, Text};

use self::{client::Client, wire::Wire};
use crate::{
    connection::{Connection, Input},
    sasl,
    server::Server,
};

/// Why a session ends that did not ask for it.
const STOPPING: Text<'static> = Text::truncated("the server is shutting down");

/// Serves one IMAP connection.
///
/// # Errors
/// When the connection breaks, or ends in the middle of a command; a message
/// that was being appended is dropped.
pub fn drive(server: &Server, connection: &mut Connection) -> io::Result<()> {
    let config = Arc::new(config(server, connection).map_err(io::Error::other)?);
    let mut buffer = ReceiveBuffer::with_limit(config.limits.buffer());
    let mut arena = Arena::new();
    let mut wire = Wire::new(server, config, connection);
    let mut client = Client::new(server, wire.connection.peer().clone());
    loop {
        wire.send()?;
        let space = buffer.space().map_err(io::Error::other)?;
        match client.wait(&mut wire, space)? {
            Input::Octets(count) => buffer.received(count),
            Input::End => return wire.imap.eof().map_err(io::Error::other),
            Input::TimedOut => wire.imap.timed_out(&mut wire.out),
            Input::Stopping => wire.imap.shut_down(STOPPING, &mut wire.out),
            Input::Interrupted => {
                if let Some(why) = client.tell_news(&mut wire)? {
                    wire.imap.shut_down(why, &mut wire.out);
                }
            }
        }
        let mut input = buffer.filled();
        loop {
            wire.relieve()?;
            match wire.imap.receive(&mut input, &arena, &mut wire.out) {
                Ok(Event::NeedInput) => break,
                Ok(Event::Closed) => return wire.send(),
                Ok(Event::StartTls(ticket)) => {
                    let upgrade = wire.imap.start_tls(ticket, &mut wire.out);
                    let upgrade = upgrade.map_err(io::Error::other)?;
                    wire.send()?;
                    wire.connection.start_tls()?;
                    wire.imap.upgraded(upgrade).map_err(io::Error::other)?;
                }
                Ok(event) => client.answer(event, &arena, &mut wire)?,
                Err(Error::Protocol(error)) => {
                    wire.send()?;
                    return Err(io::Error::other(error));
                }
                Err(Error::Misuse(error)) => return Err(io::Error::other(error)),
            }
            // One read may hold thousands of commands: each has the arena anew.
            arena.reset();
        }
        let unread = input.len();
        buffer.keep_last(unread);
    }
}

/// What this connection is offered.
fn config(server: &Server, connection: &Connection) -> Result<Config, SyntaxError> {
    let mut config = Config::default();
    config.set_greeting(&format!("{} IMAP server ready", server.hostname))?;
    config.capabilities.extend([
        Capability::Imap4Rev2,
        Capability::Binary,
        Capability::Children,
        Capability::ESearch,
        Capability::Id,
        Capability::Idle,
        Capability::ListExtended,
        Capability::ListStatus,
        Capability::Move,
        Capability::Namespace,
        Capability::SearchRes,
        Capability::StatusSize,
        Capability::UidPlus,
        Capability::Unselect,
    ]);
    config.enable.push(Capability::Imap4Rev2);
    config.starttls = true;
    config.plaintext_auth = server.may_log_in(connection);
    config.limits.message = server.max_message_size;
    for mechanism in sasl::MECHANISMS {
        config.mechanisms.offer(mechanism)?;
    }
    Ok(config)
}
