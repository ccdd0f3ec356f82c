use bytes::BytesMut;
use pop3_proto::server::request::{Acceptable, Message, Request};
use pop3_proto::server::Session;

struct Mine;

impl Request for Mine {}

fn body_without_a_ticket(session: &mut Session, out: &mut BytesMut) {
    let _ = Message::grant(session, out, ());
}

fn main() {}
