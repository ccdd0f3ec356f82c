use bytes::BytesMut;
use pop3_proto::Ticket;
use pop3_proto::client::{Session, request};

fn answer(session: &mut Session, ticket: Ticket<request::Challenge>, out: &mut BytesMut) {
    session.respond(ticket, b"", out).unwrap();
    session.cancel(ticket, out).unwrap();
}

fn main() {}
