use smtp_proto::BytesMut;
use smtp_proto::server::{Event, Rejection, Session};

fn answer(session: &mut Session, event: Event<'_>, out: &mut BytesMut) {
    if let Event::Rcpt(_, ticket) = event {
        session.accept(ticket, out).unwrap();
        session.reject(ticket, Rejection::NO_SUCH_USER, out).unwrap();
    }
}

fn main() {}
