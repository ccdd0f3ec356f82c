//! A yes is said by bringing back the ticket.

use bytes::BytesMut;
use pop3_proto::server::{
    Session,
    request::{Acceptable, Stls},
};

fn say_yes(session: &mut Session, out: &mut BytesMut) {
    Stls::grant(session, out);
}

fn main() {}
