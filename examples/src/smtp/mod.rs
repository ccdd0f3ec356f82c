//! SMTP: takes mail in, for the users of this server and, from them, for others.
//!
//! - [`drive`]: what other servers speak, and clients that need not log in to send
//!   mail to the users;
//! - [`drive_submission`]: what the users' mail programs speak (RFC 6409): they log
//!   in, and send to everybody.

mod client;
mod header;
mod trace;
mod transaction;

use std::{io, sync::Arc, time::Duration};

use smtp_proto::{
    BytesMut, ReceiveBuffer, SyntaxError, Text, Tolerance,
    server::{Channel, Config, Event, Session},
};

use self::client::Client;
use crate::{
    connection::{Connection, Input},
    sasl,
    server::Server,
};

/// Replies are sent once there are so many octets of them, though the client
/// has sent more commands.
const SEND_AT: usize = 16 * 1024;

/// What a port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Mail from everybody.
    Exchange,
    /// Mail from the users, who log in.
    Submission,
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

fn serve(server: &Server, connection: &mut Connection, role: Role) -> io::Result<()> {
    let config = config(server, connection).map_err(io::Error::other)?;
    let channel = if connection.is_encrypted() { Channel::Tls } else { Channel::Clear };
    let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
    let mut smtp = Session::new(Arc::new(config), channel, &mut out);
    if let Some(log) = connection.wire_log(server) {
        smtp.log_wire(log, &out);
    }
    let mut client = Client::new(server, role, connection.peer().clone());
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
                    client = Client::new(server, role, connection.peer().clone());
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
