//! BDAT (RFC 3030).

use crate::client_side::{Client, everything, transcript};
use mail_transcript::{Client as _, Peer};
use smtp_proto::Command;
use smtp_proto::client::{Channel, CloseReason, Misuse, ProtocolError, State};

/// A client that may send chunks to one recipient.
fn accepted(extensions: &[&str]) -> Client {
    let mut client = Client::greeted(everything(), extensions);
    for command in ["MAIL FROM:<a@b>", "RCPT TO:<a@b>"] {
        client.send(command.as_bytes());
        client.receive(b"250 OK\r\n");
    }
    client.seen.clear();
    client.out.clear();
    client
}

const OPEN: &str = "S: 220 mx
    E: greeting 220 mx
    C: EHLO c
    S: 250-mx
    S: 250-PIPELINING
    S: 250 CHUNKING
    E: Ehlo 250 mx PIPELINING CHUNKING
    C: MAIL FROM:<Sam@Random.com>
    C: RCPT TO:<Susan@random.com>
    C: BDAT 86 LAST
    E: AnswerPending
    S: 250 OK
    S: 250 OK
    E: Mail 250 OK
    E: Rcpt(0) 250 OK
";

/// RFC 3030 §4.1, §4.2: one chunk, and several that do not wait for each other.
#[test]
fn chunks() {
    transcript(
        everything(),
        Channel::Clear,
        &[
            OPEN,
            "C: BDAT 12 LAST
             C: more than that.
             E: TooMuch
             C: To: Susan.
             S: 250 Message OK, 12 octets received
             E: Message 250 Message OK, 12 octets received
             C: QUIT
             S: 221 Goodbye
             E: Quit 221 Goodbye
             E: closed",
        ],
    );
    transcript(
        everything(),
        Channel::Clear,
        &[
            OPEN,
            "C: BDAT 3
             C> \\0\\n\\r
             C: BDAT 5
             C: abc
             C: BDAT 0 LAST
             E: TooManyPipelined
             S: 250 3 octets
             E: Chunk 250 3 octets
             C: BDAT 0 LAST
             C: RCPT TO:<a@b>
             E: NotNow
             S: 250 5 octets
             S: 250 stored
             E: Chunk 250 5 octets
             E: Message 250 stored",
        ],
    );
}

/// RFC 3030 §2: after a chunk that is refused there are no more; RSET, and the session goes on.
#[test]
fn a_chunk_is_refused() {
    transcript(
        everything(),
        Channel::Clear,
        &[
            OPEN,
            "C: BDAT 5
             C: abc
             C: BDAT 5
             C: def
             S: 452 no space
             E: Chunk 452 no space
             C: BDAT 0 LAST
             E: NotNow
             C: DATA
             E: NotNow
             C: RSET
             S: 503 no more
             S: 250 OK
             E: Chunk 503 no more
             E: Rset 250 OK
             C: MAIL FROM:<a@b>
             S: 250 OK
             E: Mail 250 OK",
        ],
    );
}

/// RFC 3030 §2: RSET half-way, and DATA is out of place.
#[test]
fn reset_half_way() {
    let mut client = accepted(&["CHUNKING"]);
    client.session.chunk(b"abc", false, &mut client.out).unwrap();
    assert_eq!(client.session.chunk(b"abc", false, &mut client.out), Err(Misuse::AnswerPending));
    client.receive(b"250 OK\r\n");
    client.send(b"DATA");
    client.send(b"RSET");
    client.receive(b"250 OK\r\n");
    assert_eq!(client.seen, ["Chunk 250 OK", "NotNow", "Rset 250 OK"]);
    assert_eq!(&client.out[..], b"BDAT 3\r\nabcRSET\r\n");
    assert_eq!(client.session.close_reason(), None);
}

/// The answer to a chunk of a transaction that was reset is none of the next.
#[test]
fn a_late_answer() {
    let mut client = accepted(&["PIPELINING", "CHUNKING"]);
    client.session.chunk(b"abc", false, &mut client.out).unwrap();
    client.send(b"RSET");
    client.send(b"MAIL FROM:<a@b>");
    client.receive(b"452 no space\r\n");
    for command in ["MAIL FROM:<a@b>", "RCPT TO:<a@b>"] {
        client.send(command.as_bytes());
    }
    client.receive(&b"250 OK\r\n".repeat(3));
    let answers = ["Rset 250 OK", "Mail 250 OK", "Rcpt(0) 250 OK"];
    assert_eq!(client.seen[..2], ["AnswerPending", "Chunk 452 no space"]);
    assert_eq!(client.seen[2..], answers);
    assert_eq!(client.session.chunk(b"abc", true, &mut client.out), Ok(()));
}

/// The octets may go out beside the session: it knows how many are owed.
#[test]
fn octets_beside_the_session() {
    let mut client = accepted(&["CHUNKING"]);
    let size = 1 << 40;
    client.session.send(Command::Bdat { size, last: true }, &mut client.out).unwrap();
    client.session.body(b"abc", &mut client.out).unwrap();
    assert_eq!(client.session.body_aside(size), Err(Misuse::TooMuch));
    client.session.body_aside(size - 4).unwrap();
    assert_eq!((client.session.state(), client.session.waiting()), (State::Body, 0));
    assert_eq!(client.session.end_body(&mut client.out), Err(Misuse::NotNow));
    client.session.body_aside(1).unwrap();
    assert_eq!((client.session.state(), client.session.waiting()), (State::Ready, 1));
    client.receive(b"250 OK\r\n");
    assert_eq!(client.seen, ["Message 250 OK"]);
    assert_eq!(&client.out[..], b"BDAT 1099511627776 LAST\r\nabc");
}

/// RFC 3030 §2: a server reads all of a chunk before it answers; one that does not takes the rest
/// for commands.
#[test]
fn an_answer_before_the_octets() {
    let mut client = accepted(&["CHUNKING"]);
    client.send(b"BDAT 1000");
    client.receive(b"500 what?\r\n");
    assert_eq!(client.seen, ["unsolicited 500 what?", "Unsolicited"]);
    assert_eq!(client.session.close_reason(), Some(CloseReason::Unsolicited));
    assert_eq!(client.session.eof(), Err(ProtocolError::Unsolicited));
}

/// RFC 3030 §2: never to a server that has not offered it, and to nobody that takes it.
#[test]
fn where_it_is_not_sent() {
    let mut client = accepted(&["PIPELINING"]);
    client.send(b"BDAT 3");
    assert_eq!(client.seen, ["NotOffered"]);
    let mut client = Client::greeted(everything(), &["CHUNKING"]);
    for (command, answer) in [("MAIL FROM:<a@b>", "250 OK"), ("RCPT TO:<a@b>", "550 no")] {
        client.send(command.as_bytes());
        client.receive(format!("{answer}\r\n").as_bytes());
    }
    client.send(b"BDAT 3");
    assert_eq!(client.seen.last().unwrap(), "NotNow");
}

/// RFC 3030 §3: BINARYMIME does not go with DATA.
#[test]
fn binary_goes_in_chunks() {
    let mut client = Client::greeted(everything(), &["CHUNKING", "BINARYMIME"]);
    for command in ["MAIL FROM:<a@b> BODY=BINARYMIME", "RCPT TO:<a@b>"] {
        client.send(command.as_bytes());
        client.receive(b"250 OK\r\n");
    }
    client.send(b"DATA");
    assert_eq!(client.seen.last().unwrap(), "NotNow");
    client.send(b"BDAT 0 LAST");
    assert_eq!(client.session.waiting(), 1);
}
