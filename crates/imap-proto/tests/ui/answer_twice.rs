use imap_proto::BytesMut;
use imap_proto::server::{Event, Rejection, Session};

fn answer(session: &mut Session, event: Event<'_>, out: &mut BytesMut) {
    if let Event::Command(_, ticket) = event {
        session.accept(ticket, out).unwrap();
        session.reject(ticket, Rejection::NOT_SUPPORTED, out).unwrap();
    }
}

fn main() {}
