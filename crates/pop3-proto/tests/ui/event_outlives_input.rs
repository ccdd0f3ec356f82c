use bytes::BytesMut;
use pop3_proto::server::{Event, Session};

fn first(session: &mut Session, out: &mut BytesMut) -> Event<'static> {
    let read = b"QUIT\r\n".to_vec();
    session.receive(&mut &read[..], out).unwrap()
}

fn main() {}
