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

/// RFC 2180 §4.1.2, §4.2.1 to §4.2.3 and RFC 9051 §6.4.9: what is done for the messages
/// that are still there, and when it is no error that others are not.
#[test]
fn what_another_has_expunged_does_not_keep_the_rest_from_being_done() {
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
         S: e OK done",
    );
    play(
        &mut one,
        "C: d FETCH 1:3 UID
         S: * 1 FETCH (UID 1)
         S: * 3 FETCH (UID 3)
         S: d NO [EXPUNGEISSUED] …
         C: e FETCH 2 UID
         S: e NO [EXPUNGEISSUED] …
         C: f STORE 1:3 +FLAGS.SILENT (\\Seen)
         S: f OK done
         C: g STORE 2:3 +FLAGS (\\Flagged)
         S: * 3 FETCH (FLAGS (\\Seen \\Flagged \\Recent))
         S: g NO [EXPUNGEISSUED] …
         C: h STORE 2 -FLAGS (\\Flagged)
         S: h NO [EXPUNGEISSUED] …
         C: i UID FETCH 1:2 UID
         S: * 1 FETCH (UID 1)
         S: * 2 EXPUNGE
         S: i OK done
         C: j UID STORE 2:3 +FLAGS (\\Draft)
         S: * 2 FETCH (FLAGS (\\Seen \\Flagged \\Draft \\Recent) UID 3)
         S: j OK done",
    );
    listeners.stop();
}
