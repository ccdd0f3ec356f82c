//! The loop of a connection: what comes goes to the session, its events to who answers
//! them, and the answers back.

use std::{io, sync::Arc, time::Duration};

use smtp_proto::{
    BytesMut, ReceiveBuffer, Text,
    server::{Channel, Config, Event, Session},
};

use crate::{
    connection::{Connection, Input, Peer},
    server::Server,
};

/// Replies are sent once there are so many octets of them, though the client
/// has sent more commands.
const SEND_AT: usize = 16 * 1024;

/// Speaks SMTP on a connection from the greeting to the goodbye. `answer` makes what
/// answers the events; it is asked again for each client that has to be met anew, as
/// after STARTTLS.
pub(super) fn hold<A>(
    server: &Server,
    connection: &mut Connection,
    config: Config,
    answer: impl Fn(Peer) -> A,
) -> io::Result<()>
where
    A: FnMut(Event<'_>, &mut Session, &mut BytesMut) -> io::Result<()>,
{
    let channel = if connection.is_encrypted() { Channel::Tls } else { Channel::Clear };
    let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
    let mut smtp = Session::new(Arc::new(config), channel, &mut out);
    if let Some(log) = connection.wire_log(server) {
        smtp.log_wire(log, &out);
    }
    let mut client = answer(connection.peer().clone());
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
                    client = answer(connection.peer().clone());
                }
                Ok(event) => {
                    match &event {
                        Event::Body(piece) => connection.prolong(time_for(piece.len())),
                        Event::BodyEnd(_) => connection.limit_time(Some(server.limits.message)),
                        _ => {}
                    }
                    client(event, &mut smtp, &mut out)?;
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
