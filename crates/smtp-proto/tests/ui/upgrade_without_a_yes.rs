use smtp_proto::Upgrade;
use smtp_proto::server::Session;

fn upgrade(session: &mut Session) {
    session.upgraded(Upgrade(())).unwrap();
}

fn main() {}
