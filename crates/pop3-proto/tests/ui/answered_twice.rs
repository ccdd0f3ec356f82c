use bytes::BytesMut;
use pop3_proto::Ticket;
use pop3_proto::server::{Rejection, Session, request};

fn answer(session: &mut Session, ticket: Ticket<request::Login>, out: &mut BytesMut) {
    session.open(ticket, 1, out).unwrap();
    session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out).unwrap();
}

fn main() {}
