use smtp_proto::client::{Session, request};
use smtp_proto::{BytesMut, Ticket};

fn log_in(session: &mut Session, challenge: Ticket<request::Challenge>, out: &mut BytesMut) {
    session.respond(challenge, b"secret", out).unwrap();
    session.respond(challenge, b"secret", out).unwrap();
}

fn main() {}
