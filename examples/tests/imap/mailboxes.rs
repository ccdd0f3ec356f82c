//! Mailboxes: their names, and when they go (RFC 9051 §6.3).

use std::io::Read;

use crate::common::play;

use super::{log_in, start};

#[test]
fn names_are_listed_with_what_is_known_of_them() {
    let (listeners, address, _) = start();
    let mut socket = log_in(address);
    play(
        &mut socket,
        "C: b CREATE Entw&APw-rfe/a
         S: b OK done
         C: c SUBSCRIBE Entw&APw-rfe/a
         S: c OK done
         C: d SUBSCRIBE gone/b
         S: d OK done
         C: e LIST \"\" %
         S: * LIST (\\HasChildren) \"/\" Entw&APw-rfe
         S: * LIST (\\HasNoChildren) \"/\" INBOX
         S: e OK done
         C: f LIST (SUBSCRIBED) \"\" * RETURN (STATUS (MESSAGES))
         S: * LIST (\\HasNoChildren \\Subscribed) \"/\" Entw&APw-rfe/a
         S: * STATUS Entw&APw-rfe/a (MESSAGES 0)
         S: * LIST (\\NonExistent \\Subscribed) \"/\" gone/b
         S: f OK done
         C: g LIST (SUBSCRIBED RECURSIVEMATCH) \"\" %
         S: * LIST (\\HasChildren) \"/\" Entw&APw-rfe (\"CHILDINFO\" (\"SUBSCRIBED\"))
         S: * LIST (\\NonExistent) \"/\" gone (\"CHILDINFO\" (\"SUBSCRIBED\"))
         S: g OK done
         C: h LSUB \"\" %
         S: * LSUB (\\Noselect) \"/\" Entw&APw-rfe
         S: * LSUB (\\Noselect) \"/\" gone
         S: h OK done
         C: i LIST \"\" \"\"
         S: * LIST (\\Noselect) \"/\" \"\"
         S: i OK done
         C: j CREATE a&b
         S: j NO [CANNOT] …",
    );
    listeners.stop();
}

#[test]
fn who_has_a_mailbox_selected_that_is_deleted_is_sent_away() {
    let (listeners, address, _) = start();
    let (mut one, mut other) = (log_in(address), log_in(address));
    play(
        &mut one,
        "C: b CREATE work
         S: b OK done
         C: c EXAMINE work
         S: * FLAGS …
         S: * 0 EXISTS
         S: * 0 RECENT
         S: * OK [UIDVALIDITY …
         S: * OK [UIDNEXT 1] …
         S: * OK [PERMANENTFLAGS ()] …
         S: c OK [READ-ONLY] done",
    );
    play(
        &mut other,
        "C: b DELETE work
         S: b OK done",
    );
    play(
        &mut one,
        "C: d NOOP
         S: d OK done
         S: * BYE the selected mailbox is gone",
    );
    assert_eq!(one.read(&mut [0]).unwrap(), 0);
    listeners.stop();
}

#[test]
fn a_mailbox_that_is_deleted_while_selected() {
    let (listeners, address, _) = start();
    let selected = |other: &str| {
        format!(
            "C: b CREATE {other}
             S: b OK done
             C: c SELECT {other}
             S: * FLAGS …
             S: * 0 EXISTS
             S: * 0 RECENT
             S: * OK [UIDVALIDITY …
             S: * OK [UIDNEXT 1] …
             S: * OK [PERMANENTFLAGS …
             S: c OK [READ-WRITE] done"
        )
    };
    // By the client itself: that is answered before the goodbye.
    let mut one = log_in(address);
    play(&mut one, &selected("mine"));
    play(
        &mut one,
        "C: d DELETE mine
         S: d OK done
         S: * BYE the selected mailbox is gone",
    );
    assert_eq!(one.read(&mut [0]).unwrap(), 0);

    // By another: there is nothing left to close.
    let (mut one, mut other) = (log_in(address), log_in(address));
    play(&mut one, &selected("work"));
    play(
        &mut other,
        "C: b DELETE work
         S: b OK done",
    );
    play(
        &mut one,
        "C: d CLOSE
         S: d OK closed
         C: e FETCH 1 FLAGS
         S: e BAD …
         C: f NOOP
         S: f OK done",
    );
    listeners.stop();
}

/// RFC 5258 §5, example 9, and §3.5: a name is not told for what is below it if all of
/// that is told itself.
#[test]
fn names_are_listed_for_what_is_below_them() {
    let (listeners, address, _) = start();
    let mut socket = log_in(address);
    for (name, subscribed) in [
        ("foo2", false),
        ("foo2/bar1", true),
        ("foo2/bar2", true),
        ("baz2", false),
        ("baz2/bar2", true),
        ("baz2/bar22", true),
        ("baz2/bar222", true),
        ("eps2", true),
        ("eps2/mamba", true),
    ] {
        play(&mut socket, &format!("C: b CREATE {name}\nS: b OK done"));
        if subscribed {
            play(&mut socket, &format!("C: c SUBSCRIBE {name}\nS: c OK done"));
        }
    }
    play(
        &mut socket,
        "C: c SUBSCRIBE qux2/bar2
         S: c OK done
         C: c SUBSCRIBE gone2/bar3
         S: c OK done
         C: d LIST (RECURSIVEMATCH SUBSCRIBED) \"\" *2
         S: * LIST (\\HasNoChildren \\Subscribed) \"/\" baz2/bar2
         S: * LIST (\\HasNoChildren \\Subscribed) \"/\" baz2/bar22
         S: * LIST (\\HasNoChildren \\Subscribed) \"/\" baz2/bar222
         S: * LIST (\\HasChildren \\Subscribed) \"/\" eps2 (\"CHILDINFO\" (\"SUBSCRIBED\"))
         S: * LIST (\\HasChildren) \"/\" foo2 (\"CHILDINFO\" (\"SUBSCRIBED\"))
         S: * LIST (\\HasNoChildren \\Subscribed) \"/\" foo2/bar2
         S: * LIST (\\NonExistent) \"/\" gone2 (\"CHILDINFO\" (\"SUBSCRIBED\"))
         S: * LIST (\\NonExistent \\Subscribed) \"/\" qux2/bar2
         S: d OK done
         C: e LIST (RECURSIVEMATCH SUBSCRIBED) \"\" (foo2 foo2/* foo2)
         S: * LIST (\\HasNoChildren \\Subscribed) \"/\" foo2/bar1
         S: * LIST (\\HasNoChildren \\Subscribed) \"/\" foo2/bar2
         S: e OK done
         C: f LSUB \"\" *2
         S: * LSUB () \"/\" baz2/bar2
         S: * LSUB () \"/\" baz2/bar22
         S: * LSUB () \"/\" baz2/bar222
         S: * LSUB () \"/\" eps2
         S: * LSUB (\\Noselect) \"/\" foo2
         S: * LSUB () \"/\" foo2/bar2
         S: * LSUB (\\Noselect) \"/\" gone2
         S: * LSUB () \"/\" qux2/bar2
         S: f OK done",
    );
    listeners.stop();
}

/// RFC 3501 §6.3.6: a name need not exist to be subscribed to, and stays so when it is
/// gone.
#[test]
fn what_does_not_exist_can_be_subscribed_to() {
    let (listeners, address, _) = start();
    let mut socket = log_in(address);
    play(
        &mut socket,
        "C: b SUBSCRIBE later
         S: b OK done
         C: c SUBSCRIBE later/
         S: c OK done
         C: d LSUB \"\" *
         S: * LSUB () \"/\" later
         S: d OK done
         C: e CREATE later
         S: e OK done
         C: f DELETE later
         S: f OK done
         C: g LSUB \"\" *
         S: * LSUB () \"/\" later
         S: g OK done
         C: h UNSUBSCRIBE later
         S: h OK done
         C: i LSUB \"\" *
         S: i OK done
         C: j UNSUBSCRIBE never
         S: j OK done",
    );
    listeners.stop();
}
