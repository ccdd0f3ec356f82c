//! The IMAP driver over real sockets, with the store behind it.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::Arc,
    thread,
};

use common::{connect, handshake, inbox, listen, play, server};
use mail_examples::{
    imap,
    listen::{Listeners, Security},
    login::PlaintextAuth,
    store::Store,
};

fn start() -> (Listeners, SocketAddr, Arc<Store>) {
    let server = server(Store::in_memory().unwrap());
    let store = Arc::clone(&server.store);
    let (listeners, address) = listen(server, imap::drive, Security::StartTls);
    (listeners, address, store)
}

fn deliver(store: &Store, message: &str) {
    let alice = store.recipient("alice").unwrap().unwrap();
    let mut draft = store.draft().unwrap();
    draft.write_all(message.as_bytes()).unwrap();
    store.deliver(draft, &[alice]).unwrap();
}

/// A connection that has logged in as alice.
fn log_in(address: SocketAddr) -> TcpStream {
    let mut socket = connect(address);
    play(
        &mut socket,
        "S: * OK [CAPABILITY IMAP4rev1 …
         C: a LOGIN alice secret
         S: a OK [CAPABILITY IMAP4rev1 …",
    );
    socket
}

/// A connection that has selected alice's INBOX of so many messages.
fn select(address: SocketAddr, count: usize) -> TcpStream {
    let mut socket = log_in(address);
    play(
        &mut socket,
        &format!(
            "C: b EXAMINE nowhere
             S: b NO [NONEXISTENT] …
             C: c SELECT INBOX
             S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
             S: * {count} EXISTS
             S: * 0 RECENT"
        ),
    );
    if count > 0 {
        play(&mut socket, "S: * OK [UNSEEN 1] …");
    }
    play(
        &mut socket,
        &format!(
            "S: * OK [UIDVALIDITY …
             S: * OK [UIDNEXT {}] …
             S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] …
             S: c OK [READ-WRITE] selected",
            count + 1
        ),
    );
    socket
}

#[test]
fn a_message_is_appended_fetched_and_expunged() {
    let (listeners, address, store) = start();
    let mut socket = select(address, 0);
    play(
        &mut socket,
        "C: d APPEND INBOX (\\Flagged) \"17-Jul-1996 02:44:25 -0700\" {19+}
         C: Subject: x
         C:
         C: one
         C:
         S: * 1 EXISTS
         S: d OK [APPENDUID …
         C: e FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[TEXT]<1.2>)
         S: * 1 FETCH (UID 1 FLAGS (\\Flagged) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 19 BODY[TEXT]<1> {2}
         S: ne)
         S: e OK done
         C: f UID FETCH 1:* BODY[HEADER]
         S: * 1 FETCH (UID 1 BODY[HEADER] {14}
         S: Subject: x
         S:
         S:  FLAGS (\\Seen \\Flagged))
         S: f OK done
         C: g STORE 1 +FLAGS (\\Deleted)
         S: * 1 FETCH (FLAGS…
         S: g OK done
         C: h FETCH 2 FLAGS
         S: h BAD there is no message of that number
         C: i EXPUNGE
         S: * 1 EXPUNGE
         S: i OK done
         C: j LOGOUT
         S: * BYE …
         S: j OK …",
    );
    assert!(inbox(&store, "alice").is_empty());
    listeners.stop();
}

#[test]
fn messages_are_moved_with_their_new_uids_told() {
    let (listeners, address, store) = start();
    for text in ["Subject: 1\r\n\r\n", "Subject: 2\r\n\r\n", "Subject: 3\r\n\r\n"] {
        deliver(&store, text);
    }
    let mut socket = select(address, 3);
    play(
        &mut socket,
        "C: d COPY 1 work
         S: d NO [TRYCREATE] …
         C: e CREATE work
         S: e OK done
         C: f COPY 2 work
         S: f OK [COPYUID …
         C: g UID MOVE 1,3 work
         S: * OK [COPYUID …
         S: * 1 EXPUNGE
         S: * 2 EXPUNGE
         S: g OK done
         C: h STATUS work (MESSAGES UIDNEXT)
         S: * STATUS work (MESSAGES 3 UIDNEXT 4)
         S: h OK done",
    );
    assert_eq!(inbox(&store, "alice"), ["Subject: 2\r\n\r\n"]);
    listeners.stop();
}

#[test]
fn rev2_answers_searches_with_esearch() {
    let (listeners, address, store) = start();
    for text in ["Subject: one\r\n\r\n", "Subject: two\r\n\r\n", "Subject: three\r\n\r\n"] {
        deliver(&store, text);
    }
    let mut socket = select(address, 3);
    play(
        &mut socket,
        "C: d SEARCH SUBJECT t
         S: * SEARCH 2 3
         S: d OK done
         C: e SEARCH RETURN (SAVE COUNT) NOT SUBJECT two
         S: * ESEARCH (TAG \"e\") COUNT 2
         S: e OK done
         C: f FETCH $ UID
         S: * 1 FETCH (UID 1)
         S: * 3 FETCH (UID 3)
         S: f OK done
         C: g ENABLE IMAP4rev2
         S: * ENABLED IMAP4rev2
         S: g OK …
         C: h UID SEARCH 2:*
         S: * ESEARCH (TAG \"h\") UID ALL 2:3
         S: h OK done
         C: i SEARCH CHARSET x-none TEXT x
         S: i NO [BADCHARSET…",
    );
    listeners.stop();
}

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
fn idle_tells_what_happens() {
    let (listeners, address, store) = start();
    let mut socket = select(address, 0);
    play(
        &mut socket,
        "C: d IDLE
         S: + idling",
    );
    deliver(&store, "Subject: x\r\n\r\n");
    play(&mut socket, "S: * 1 EXISTS");
    let mut other = select(address, 1);
    play(
        &mut other,
        "C: d STORE 1 +FLAGS.SILENT \\Deleted
         S: d OK done",
    );
    play(&mut socket, "S: * 1 FETCH (FLAGS (\\Deleted) UID 1)");
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

#[test]
fn logging_in_takes_tls_where_it_is_to() {
    let mut server = server(Store::in_memory().unwrap());
    server.plaintext_auth = PlaintextAuth::Never;
    let (listeners, address) = listen(server, imap::drive, Security::StartTls);
    let mut socket = connect(address);
    play(
        &mut socket,
        "S: * OK …
         C: a LOGIN alice secret
         S: a NO [PRIVACYREQUIRED] …
         C: b STARTTLS
         S: b OK …",
    );
    let mut stream = handshake(socket);
    play(
        &mut stream,
        "C: c AUTHENTICATE PLAIN
         S: +…
         C: AGFsaWNlAHdyb25n
         S: c NO [AUTHENTICATIONFAILED] …
         C: d AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==
         S: d OK [CAPABILITY IMAP4rev1 …
         C: e STATUS INBOX (MESSAGES)
         S: * STATUS INBOX (MESSAGES 0)
         S: e OK done",
    );
    listeners.stop();
}

#[test]
fn a_message_that_breaks_off_is_not_kept() {
    let (listeners, address, store) = start();
    let mut socket = log_in(address);
    play(
        &mut socket,
        "C: b APPEND INBOX {10001}
         S: b NO …
         C: c APPEND INBOX {100}
         S: + …
         C: Subject: half",
    );
    socket.shutdown(Shutdown::Write).unwrap();
    socket.read_to_end(&mut Vec::new()).unwrap();
    assert!(inbox(&store, "alice").is_empty());
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
         S: c OK [READ-ONLY] selected",
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
             S: c OK [READ-WRITE] selected"
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

#[test]
fn an_item_is_told_once_and_not_thousands() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    let mut socket = select(address, 1);
    let same = "BINARY.SIZE[1] ".repeat(1000);
    let others: String = (0..33).map(|at| format!("BODY.PEEK[TEXT]<{at}.1> ")).collect();
    play(
        &mut socket,
        &format!(
            "C: d FETCH 1 (UID {same}UID)
             S: * 1 FETCH (UID 1 BINARY.SIZE[1] …
             S: d OK done
             C: e FETCH 1 ({others}UID)
             S: e NO [LIMIT] …"
        ),
    );
    listeners.stop();
}

#[test]
fn not_thousands_of_strings_are_looked_for() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    let mut socket = select(address, 1);
    let keys = "(OR TEXT x NOT BODY y) ".repeat(50);
    play(
        &mut socket,
        &format!(
            "C: d SEARCH {keys}ALL
             S: * SEARCH 1
             S: d OK done
             C: e SEARCH {keys}FROM z
             S: e NO [LIMIT] …"
        ),
    );
    listeners.stop();
}

/// RFC 9051 §6.4.4.1: what ends with NO leaves nothing saved.
#[test]
fn a_failed_search_saves_nothing() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    let mut socket = select(address, 1);
    play(
        &mut socket,
        "C: d SEARCH RETURN (SAVE) ALL
         S: d OK done
         C: e UID FETCH $ (FLAGS)
         S: * 1 FETCH …
         S: e OK done
         C: f SEARCH RETURN (SAVE) CHARSET KOI8-R ALL
         S: f NO [BADCHARSET] …
         C: g UID FETCH $ (FLAGS)
         S: g OK done",
    );
    listeners.stop();
}

/// RFC 9051 §9, `seq-number`: a number past the last message is BAD, wherever it
/// stands; a UID is not.
#[test]
fn numbers_past_the_last_message() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    deliver(&store, "two");
    let mut socket = select(address, 2);
    for command in [
        "FETCH 3 FLAGS",
        "FETCH 1,3:* FLAGS",
        "STORE 1:3 +FLAGS (\\Seen)",
        "COPY 3 INBOX",
        "COPY 3 nowhere",
        "MOVE 3 INBOX",
        "MOVE 3 nowhere",
        "SEARCH 3",
        "SEARCH ALL 2:3",
        "UID SEARCH 3",
        "SEARCH NOT 3",
        "SEARCH OR SEEN 3",
        "SEARCH OR 4:* SEEN",
        "SEARCH (ALL (NOT 1:4))",
    ] {
        let bad = "S: d BAD there is no message of that number";
        play(&mut socket, &format!("C: d {command}\n{bad}"));
    }
    play(
        &mut socket,
        "C: e SEARCH OR 2:* 1
         S: * SEARCH 1 2
         S: e OK done
         C: f SEARCH UID 3:*
         S: * SEARCH 2
         S: f OK done
         C: g UID FETCH 9 UID
         S: g OK done
         C: h CREATE empty
         S: h OK done
         C: i EXAMINE empty
         S: * OK [CLOSED] …
         S: * FLAGS …
         S: * 0 EXISTS
         S: * 0 RECENT
         S: * OK [UIDVALIDITY …
         S: * OK [UIDNEXT …
         S: * OK [PERMANENTFLAGS ()] …
         S: i OK [READ-ONLY] selected
         C: j FETCH 1:* FLAGS
         S: j BAD there is no message of that number
         C: k SEARCH *
         S: k BAD there is no message of that number
         C: k STORE * FLAGS ()
         S: k BAD there is no message of that number
         C: l UID FETCH 1:* FLAGS
         S: l OK done
         C: m SEARCH ALL
         S: * SEARCH
         S: m OK done",
    );
    listeners.stop();
}

/// RFC 3516 §4.3: what is answered with NO has shown nothing of the message.
#[test]
fn an_encoding_that_is_not_known_leaves_a_message_unseen() {
    let (listeners, address, store) = start();
    deliver(&store, "Content-Transfer-Encoding: x-odd\r\n\r\nodd\r\n");
    let mut socket = select(address, 1);
    play(
        &mut socket,
        "C: d FETCH 1 BINARY[1]
         S: d NO [UNKNOWN-CTE] …
         C: e FETCH 1 (FLAGS BINARY[1] BINARY.SIZE[1])
         S: * 1 FETCH (FLAGS ())
         S: e NO [UNKNOWN-CTE] …
         C: f FETCH 1 (BINARY[1] BODY[TEXT]<0.3>)
         S: * 1 FETCH (BODY[TEXT]<0> {3}
         S: odd FLAGS (\\Seen))
         S: f NO [UNKNOWN-CTE] …",
    );
    listeners.stop();
}

/// RFC 9051 §4.3, RFC 3516 §4.4: a message that comes with a NUL is not kept, and
/// an old one that has it is told without, but by BINARY.
#[test]
fn a_nul_in_a_message() {
    let (listeners, address, store) = start();
    deliver(&store, "Subject: a\0b\r\nContent-Type: text/plain; name*=utf-8''%00\r\n\r\n\0cd\0");
    let mut socket = select(address, 1);
    play(
        &mut socket,
        "C: d APPEND INBOX {3+}
         C: a\0b
         S: d BAD the message has a NUL…
         C: e APPEND INBOX {3}
         S: + …
         C: \0ab
         S: e BAD the message has a NUL…
         C: f APPEND INBOX ~{3}
         S: + …
         C: ab\0
         S: f NO [UNKNOWN-CTE] …
         C: g STATUS INBOX (MESSAGES)
         S: * STATUS INBOX (MESSAGES 1)
         S: g OK done
         C: h FETCH 1 BINARY.PEEK[1]
         S: * 1 FETCH (BINARY[1] ~{4}
         S: \0cd\0)
         S: h OK done
         C: h FETCH 1 BINARY.PEEK[1]<1.2>
         S: * 1 FETCH (BINARY[1]<1> {2}
         S: cd)
         S: h OK done",
    );
    socket
        .write_all(b"i FETCH 1 (BODY[] RFC822.TEXT BODY[1]<0.2> ENVELOPE BODYSTRUCTURE)\r\n")
        .unwrap();
    let (mut told, mut octet) = (Vec::new(), [0]);
    while !told.ends_with(b"i OK done\r\n") {
        socket.read_exact(&mut octet).unwrap();
        told.extend(octet);
    }
    assert!(!told.contains(&0), "{}", told.escape_ascii());
    let text = told.escape_ascii().to_string();
    for item in ["BODY[] {", "RFC822.TEXT {4}\\r\\n\\x80cd\\x80 ", "BODY[1]<0> {2}\\r\\n\\x80c "] {
        assert!(text.contains(item), "{item} in {text}");
    }
    listeners.stop();
}

#[test]
fn stopping_says_goodbye() {
    let (listeners, address, _) = start();
    let mut idle = select(address, 0);
    play(
        &mut idle,
        "C: d IDLE
         S: + idling",
    );
    let stopping = thread::spawn(move || listeners.stop());
    play(&mut idle, "S: * BYE the server is shutting down");
    drop(idle);
    stopping.join().unwrap();
}
