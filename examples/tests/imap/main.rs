//! The IMAP driver over real sockets, with the store behind it.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod cost;
mod fetching;
mod limits;
mod mailboxes;
mod recent;
mod searching;
mod shared;

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
             S: * …"
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
             S: c OK [READ-WRITE] done",
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
         S: * 1 RECENT
         S: d OK [APPENDUID …
         C: e FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[TEXT]<1.2>)
         S: * 1 FETCH (UID 1 FLAGS (\\Flagged \\Recent) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 19 BODY[TEXT]<1> {2}
         S: ne)
         S: e OK done
         C: f UID FETCH 1:* BODY[HEADER]
         S: * 1 FETCH (UID 1 BODY[HEADER] {14}
         S: Subject: x
         S:
         S:  FLAGS (\\Seen \\Flagged \\Recent))
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
         C: c AUTHENTICATE PLAIN Ym9iAGFsaWNlAHNlY3JldA==
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

/// RFC 9051 §9, `seq-number`: a number past the last message is BAD, but for SEARCH,
/// which finds nothing by it; a UID is not.
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
    ] {
        let bad = "S: d BAD there is no message of that number";
        play(&mut socket, &format!("C: d {command}\n{bad}"));
    }
    play(
        &mut socket,
        "C: e SEARCH OR 2:* 1
         S: * SEARCH 1 2
         S: e OK done
         C: e SEARCH 3
         S: * SEARCH
         S: e OK done
         C: e UID SEARCH NOT 2:3
         S: * SEARCH 1
         S: e OK done
         C: e SEARCH OR 4:* (1 (NOT 7))
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
         S: i OK [READ-ONLY] done
         C: j FETCH 1:* FLAGS
         S: j BAD there is no message of that number
         C: k SEARCH *
         S: * SEARCH
         S: k OK done
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
