//! A client and a server, each fed with what the other writes.

use super::client_side::Client;
use super::server_side::Server;
use mail_transcript::{Client as _, Peer};
use pop3_proto::Command;
use pop3_proto::client::{Channel, ClearText, Config};

/// Plays `commands` from a client to `server`, and gives what the client saw and what was
/// deleted. Octets go over in pieces of the lengths that `pieces` gives, over and over; a
/// command is sent as soon as the client may.
pub(crate) fn talk(
    mut server: Server,
    channel: Channel,
    commands: &[String],
    pieces: &[usize],
) -> (Vec<String>, Vec<u32>) {
    let mut config = Config::default();
    config.clear_text = ClearText::Everything;
    let mut client = Client::new(config, channel);
    let mut commands = commands.iter();
    let mut next = commands.next();
    let mut pieces = pieces.iter().cycle();
    while client.seen.last().is_none_or(|last| last != "closed") {
        while let Some(line) = next {
            let command = Command::parse(line.as_bytes());
            if !client.awaits_response() && client.session.allows(command.unwrap()).is_err() {
                break;
            }
            client.send(line.as_bytes());
            next = commands.next();
        }
        let length = pieces.next().copied().unwrap_or(1);
        let idle = client.out.is_empty() && server.out.is_empty();
        let sent = client.out.split_to(length.min(client.out.len()));
        server.receive(&sent);
        let answered = server.out.split_to(length.min(server.out.len()));
        client.receive(&answered);
        assert!(!idle || !client.seen.is_empty() && next.is_none(), "both wait: {:?}", client.seen);
    }
    assert_eq!(client.session.eof(), Ok(()));
    (client.seen, server.finish().deleted)
}
