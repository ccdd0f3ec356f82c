use imap_proto::{BytesMut, Completion, Text};
use imap_proto::server::{Event, Session};

fn answer(session: &mut Session, event: Event<'_>, out: &mut BytesMut) {
    if let Event::Append(_, ticket) = event {
        // The message has not come yet: APPEND can only be let come or refused.
        session.complete(ticket, Completion::ok(None, Text::EMPTY), out).unwrap();
    }
}

fn main() {}
