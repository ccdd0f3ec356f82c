//! How a session ends, and whether its connection can be used again.

use crate::client_side::{Client, everything};
use mail_transcript::{Client as _, Peer};
use pop3_proto::client::{Channel, ProtocolError, Session};

/// A connection that ends early is told of.
#[test]
fn the_end_of_the_stream() {
    let mut client = Client::new(everything(), Channel::Tls);
    client.receive(b"+OK\r\n");
    client.send(b"APOP a 00000000000000000000000000000000");
    client.receive(b"+OK\r\n");
    client.send(b"RETR 1");
    client.receive(b"+OK\r\nhalf a message");
    assert_eq!(client.session.waiting(), 1);
    assert_eq!(client.session.eof(), Err(ProtocolError::UnexpectedEnd));
    assert_eq!(
        client.session.eof(),
        Err(ProtocolError::UnexpectedEnd),
        "it is no better the second time"
    );
    assert_eq!(client.session.waiting(), 0);

    let mut client = Client::new(everything(), Channel::Tls);
    client.receive(b"+OK\r\n");
    client.send(b"QUIT");
    client.receive(b"+OK\r\n");
    assert_eq!(client.session.eof(), Ok(()));
    assert_eq!(client.session.timeout().as_secs(), 60);
}

/// An idle session is small: a client of many servers has many.
#[test]
fn an_idle_session_is_small() {
    let size = size_of::<Session>();
    assert!(size <= 256, "{size} octets");
}
