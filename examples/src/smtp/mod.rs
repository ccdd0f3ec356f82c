//! SMTP: takes mail in, for the users of this server and, from them, for others.
//!
//! - [`drive`]: what other servers speak, and clients that need not log in to send
//!   mail to the users; one that does, such as another server's relay, sends to everybody;
//! - [`drive_submission`]: what the users' mail programs speak (RFC 6409): they log
//!   in, and send to everybody, each from an address of its own;
//! - [`drive_lmtp`]: what a mail server in front of this one speaks (RFC 2033);
//! - [`sink`]: takes all there is and keeps nothing, for tests of clients.

mod client;
mod conversation;
mod header;
mod line_ends;
pub mod sink;
mod trace;
mod transaction;

use std::io;

use smtp_proto::{
    BytesMut, Protocol, SyntaxError, Tolerance,
    server::{Config, Event, Session},
};

use self::client::Client;
use crate::{connection::Connection, sasl, server::Server};

/// What a port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Mail from everybody.
    Exchange,
    /// Mail from the users, who log in.
    Submission,
    /// Mail from another server's queue (RFC 2033).
    Lmtp,
}

/// Serves one SMTP connection.
///
/// # Errors
/// When the connection breaks, or ends in the middle of a command or a
/// message; nothing is delivered of that.
pub fn drive(server: &Server, connection: &mut Connection) -> io::Result<()> {
    serve(server, connection, Role::Exchange)
}

/// Serves one connection of a user's mail program (RFC 6409).
///
/// # Errors
/// As for [`drive`].
pub fn drive_submission(server: &Server, connection: &mut Connection) -> io::Result<()> {
    serve(server, connection, Role::Submission)
}

/// Serves one connection of a mail server in front of this one, by LMTP (RFC 2033).
///
/// # Errors
/// As for [`drive`].
pub fn drive_lmtp(server: &Server, connection: &mut Connection) -> io::Result<()> {
    serve(server, connection, Role::Lmtp)
}

fn serve(server: &Server, connection: &mut Connection, role: Role) -> io::Result<()> {
    let config = config(server, connection, role).map_err(io::Error::other)?;
    conversation::hold(server, connection, config, |peer| {
        let mut client = Client::new(server, role, peer);
        move |event: Event<'_>, smtp: &mut Session, out: &mut BytesMut| {
            client.answer(event, smtp, out).map_err(io::Error::other)
        }
    })
}

/// What this connection is offered.
fn config(server: &Server, connection: &Connection, role: Role) -> Result<Config, SyntaxError> {
    let mut config = Config::new(&server.hostname)?;
    if role == Role::Lmtp {
        config.protocol = Protocol::Lmtp;
    }
    config.chunking = true;
    // Who submits has logged in and writes from its own address. A report that a stranger asks
    // for would go to whomever it names as the sender; the server before tells its own senders
    // that it has passed their mail on (RFC 3461 §5.2.2).
    config.dsn = role == Role::Submission;
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
