use bytes::BytesMut;
use pop3_proto::Ticket;
use pop3_proto::server::{Session, request};

fn answer(session: &mut Session, ticket: Ticket<request::Login>, out: &mut BytesMut) {
    session.challenge(ticket, b"", out).unwrap();
}

fn main() {}
