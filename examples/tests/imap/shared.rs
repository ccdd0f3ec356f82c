//! What one session sees of what another does (RFC 2180).

use crate::common::play;

use super::{deliver, select, start};

#[test]
fn idle_tells_what_happens() {
    let (listeners, address, store) = start();
    let mut socket = select(address, 0);
    play(
        &mut socket,
        "C: d IDLE
         S: + idling",
    );
    deliver(&store, "Subject: x\r\n\r\n");
    play(
        &mut socket,
        "S: * 1 EXISTS
         S: * 1 RECENT",
    );
    let mut other = select(address, 1);
    play(
        &mut other,
        "C: d STORE 1 +FLAGS.SILENT \\Deleted
         S: d OK done",
    );
    play(&mut socket, "S: * 1 FETCH (FLAGS (\\Deleted \\Recent) UID 1)");
    play(
        &mut other,
        "C: e CLOSE
         S: e OK closed",
    );
    play(
        &mut socket,
        "S: * 1 EXPUNGE
         C: DONE
         S: d OK …",
    );
    listeners.stop();
}

/// RFC 9051 §6.4.7 and RFC 5530 §3: all or none, and never OK for what is gone.
#[test]
fn what_another_has_expunged_is_not_copied() {
    let (listeners, address, store) = start();
    for text in ["one", "two", "three"] {
        deliver(&store, text);
    }
    let (mut one, mut other) = (select(address, 3), select(address, 3));
    play(
        &mut other,
        "C: d STORE 2 +FLAGS.SILENT (\\Deleted)
         S: d OK done
         C: e EXPUNGE
         S: * 2 EXPUNGE
         S: e OK done
         C: f CREATE copies
         S: f OK done",
    );
    play(
        &mut one,
        "C: d COPY 1:2 copies
         S: * 2 EXPUNGE
         S: d NO [EXPUNGEISSUED] …
         C: e STATUS copies (MESSAGES)
         S: * STATUS copies (MESSAGES 0)
         S: e OK done
         C: f COPY 1:2 copies
         S: f OK [COPYUID …",
    );
    listeners.stop();
}
