use smtp_proto::server::{Session, Upgrade};

fn upgrade(session: &mut Session) {
    session.upgraded(Upgrade(()));
}

fn main() {}
