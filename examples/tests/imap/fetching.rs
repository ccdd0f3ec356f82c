//! FETCH (RFC 9051 §6.4.5).

use std::io::{Read, Write};

use crate::common::play;

use super::{deliver, select, start};

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
         S: * 1 FETCH (FLAGS (\\Recent))
         S: e NO [UNKNOWN-CTE] …
         C: f FETCH 1 (BINARY[1] BODY[TEXT]<0.3>)
         S: * 1 FETCH (BODY[TEXT]<0> {3}
         S: odd FLAGS (\\Seen \\Recent))
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
