use bytes::BytesMut;
use pop3_proto::server::{Body, Session};

fn send(session: &mut Session, mut body: Body, out: &mut BytesMut) {
    session.finish(body, out).unwrap();
    body.push(b"more", out);
}

fn main() {}
