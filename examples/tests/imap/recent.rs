//! `\\Recent` (RFC 3501 §2.3.2, §7.3.2), which IMAP4rev2 does not have.

use crate::common::play;

use super::{deliver, log_in, start};

/// The first session to select a mailbox is the one that its messages are recent to.
#[test]
fn messages_are_recent_to_one_session() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    let mut first = log_in(address);
    play(
        &mut first,
        "C: b STATUS INBOX (RECENT)
         S: * STATUS INBOX (RECENT 1)
         S: b OK done
         C: c EXAMINE INBOX
         S: * FLAGS …
         S: * 1 EXISTS
         S: * 1 RECENT
         S: * OK [UNSEEN 1] …
         S: * OK [UIDVALIDITY …
         S: * OK [UIDNEXT 2] …
         S: * OK [PERMANENTFLAGS ()] …
         S: c OK [READ-ONLY] done
         C: d SELECT INBOX
         S: * OK [CLOSED] …
         S: * FLAGS …
         S: * 1 EXISTS
         S: * 1 RECENT
         S: * OK [UNSEEN 1] …
         S: * OK [UIDVALIDITY …
         S: * OK [UIDNEXT 2] …
         S: * OK [PERMANENTFLAGS …
         S: d OK [READ-WRITE] done
         C: e STATUS INBOX (RECENT)
         S: * STATUS INBOX (RECENT 0)
         S: e OK done
         C: f FETCH 1 FLAGS
         S: * 1 FETCH (FLAGS (\\Recent))
         S: f OK done
         C: g STORE 1 FLAGS (\\Seen)
         S: * 1 FETCH (FLAGS (\\Seen \\Recent))
         S: g OK done",
    );
    deliver(&store, "two");
    play(
        &mut first,
        "C: h NOOP
         S: * 2 EXISTS
         S: * 2 RECENT
         S: h OK done
         C: i SEARCH NEW
         S: * SEARCH 2
         S: i OK done
         C: j SEARCH RECENT
         S: * SEARCH 1 2
         S: j OK done
         C: k SEARCH OLD
         S: * SEARCH
         S: k OK done",
    );
    let mut second = log_in(address);
    play(
        &mut second,
        "C: b SELECT INBOX
         S: * FLAGS …
         S: * 2 EXISTS
         S: * 0 RECENT
         S: * OK [UNSEEN 2] …
         S: * OK [UIDVALIDITY …
         S: * OK [UIDNEXT 3] …
         S: * OK [PERMANENTFLAGS …
         S: b OK [READ-WRITE] done
         C: c FETCH 1:2 FLAGS
         S: * 1 FETCH (FLAGS (\\Seen))
         S: * 2 FETCH (FLAGS ())
         S: c OK done
         C: d SEARCH OLD
         S: * SEARCH 1 2
         S: d OK done",
    );
    listeners.stop();
}

/// A session that has enabled IMAP4rev2 neither is told of it nor takes it from others.
#[test]
fn nothing_is_recent_in_imap4rev2() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    let mut socket = log_in(address);
    play(
        &mut socket,
        "C: b ENABLE IMAP4rev2
         S: * ENABLED IMAP4rev2
         S: b OK …
         C: c SELECT INBOX
         S: * FLAGS …
         S: * 1 EXISTS
         S: * OK [UIDVALIDITY …
         S: * OK [UIDNEXT 2] …
         S: * OK [PERMANENTFLAGS …
         S: * LIST () \"/\" INBOX
         S: c OK [READ-WRITE] done
         C: d FETCH 1 FLAGS
         S: * 1 FETCH (FLAGS ())
         S: d OK done",
    );
    deliver(&store, "two");
    play(
        &mut socket,
        "C: e NOOP
         S: * 2 EXISTS
         S: e OK done",
    );
    let mut other = log_in(address);
    play(
        &mut other,
        "C: b STATUS INBOX (RECENT)
         S: * STATUS INBOX (RECENT 2)
         S: b OK done",
    );
    listeners.stop();
}
