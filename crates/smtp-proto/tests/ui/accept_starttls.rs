use smtp_proto::server::{Session, request};
use smtp_proto::{BytesMut, Ticket};

fn accept(session: &mut Session, ticket: Ticket<request::StartTls>, out: &mut BytesMut) {
    // A yes to STARTTLS gives a token, which `accept` would drop.
    session.accept(ticket, out).unwrap();
}

fn main() {}
