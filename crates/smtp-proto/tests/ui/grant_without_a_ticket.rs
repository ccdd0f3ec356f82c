use smtp_proto::BytesMut;
use smtp_proto::server::Session;
use smtp_proto::server::request::{Auth, Request};

fn log_in(session: &mut Session, out: &mut BytesMut) {
    Auth::grant(session, None, out, ());
    Auth::deny(session, ());
}

fn main() {}
