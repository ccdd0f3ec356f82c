//! What a command may cost, and what there is no room for (RFC 5530 §3).

use crate::common::play;

use super::{deliver, select, start};

/// What cannot be kept is refused, and not kept in part.
#[test]
fn what_cannot_be_kept_is_refused() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    let mut socket = select(address, 1);
    let long = "k".repeat(101);
    let many: Vec<_> = (0..65).map(|at| format!("k{at}")).collect();
    let (most, many) = (many[..64].join(" "), many.join(" "));
    play(
        &mut socket,
        &format!(
            "C: d APPEND INBOX \"31-Dec-9999 23:59:59 -2359\" {{3+}}
             C: abc
             S: d NO [CANNOT] …
             C: e STORE 1 +FLAGS ({long})
             S: e NO [LIMIT] …
             C: f STORE 1 FLAGS ({many})
             S: f NO [LIMIT] …
             C: g APPEND INBOX ({long}) {{3+}}
             C: abc
             S: g NO [LIMIT] …
             C: h STORE 1 +FLAGS.SILENT ({most})
             S: h OK done
             C: i STORE 1 +FLAGS.SILENT (another)
             S: i NO [LIMIT] …
             C: j STORE 1 +FLAGS.SILENT (K63 \\Seen)
             S: j OK done
             C: k SEARCH KEYWORD another
             S: * SEARCH
             S: k OK done
             C: l STATUS INBOX (MESSAGES)
             S: * STATUS INBOX (MESSAGES 1)
             S: l OK done"
        ),
    );
    listeners.stop();
}
