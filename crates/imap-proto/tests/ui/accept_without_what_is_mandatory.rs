use imap_proto::BytesMut;
use imap_proto::server::{Event, Session};

fn answer(session: &mut Session, event: Event<'_>, out: &mut BytesMut) {
    if let Event::Select(_, ticket) = event {
        // `select` takes what a client has to be told of a mailbox.
        session.accept(ticket, out).unwrap();
    }
}

fn main() {}
