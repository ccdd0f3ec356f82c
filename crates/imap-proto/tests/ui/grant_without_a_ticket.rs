use imap_proto::BytesMut;
use imap_proto::server::{Rejection, Session};
use imap_proto::server::request::{Authenticate, Request};

fn log_in(session: &mut Session, out: &mut BytesMut) {
    // Only a session has what both want besides, and only once it has taken the ticket back.
    Authenticate::grant(session, out);
    Authenticate::deny(session, Rejection::UNAVAILABLE, out);
}

fn main() {}
