use imap_proto::{Arena, BytesMut};
use imap_proto::server::{Event, Session};

fn receive(session: &mut Session, arena: &mut Arena, out: &mut BytesMut) {
    let mut input = &b"a NOOP\r\n"[..];
    let event = session.receive(&mut input, arena, out);
    arena.reset();
    if let Ok(Event::Command(command, _)) = event {
        println!("{command:?}");
    }
}

fn main() {}
