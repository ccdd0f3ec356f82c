use smtp_proto::BytesMut;
use smtp_proto::server::{Event, Session};

fn answer(session: &mut Session, event: Event<'_>, out: &mut BytesMut) {
    if let Event::Mail(_, ticket) = event {
        // Only AUTH can be answered with a challenge.
        session.challenge(ticket, b"Password:", out).unwrap();
    }
}

fn main() {}
