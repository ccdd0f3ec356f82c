//! Commands that are sent ahead (RFC 2920).

use crate::client_side::{Client, everything, transcript};
use mail_transcript::{Client as _, Peer};
use smtp_proto::client::Channel;

const OPEN: &str = "S: 220 mx
    E: greeting 220 mx
    C: EHLO c
    C: MAIL FROM:<a@b>
    E: NotNow
    S: 250-mx
    S: 250 PIPELINING
    E: Ehlo 250 mx PIPELINING
";

/// RFC 2920 §4: a whole envelope, and the next message behind the end of the first; answers find
/// their commands, in order, after failures too.
#[test]
fn groups() {
    transcript(
        everything(),
        Channel::Clear,
        &[
            OPEN,
            "C: MAIL FROM:<a@b>
             C: RCPT TO:<c@d>
             C: RCPT TO:<e@f>
             C: DATA
             C: RSET
             E: AnswerPending
             S: 250 OK
             S: 550 who?
             E: Mail 250 OK
             E: Rcpt(0) 550 who?
             C: NOOP
             E: AnswerPending
             S: 250 OK
             S: 354 go on
             E: Rcpt(1) 250 OK
             E: Data 354 go on
             C: text
             C: .
             C: MAIL FROM:<a@b>
             C: RCPT TO:<g@h>
             S: 250 stored
             S: 250 OK
             S: 250 OK
             E: Message 250 stored
             E: Mail 250 OK
             E: Rcpt(0) 250 OK
             C: RSET
             C: MAIL FROM:<a@b>
             C: QUIT
             S: 250 OK
             S: 451 no
             S: 221 bye
             E: Rset 250 OK
             E: Mail 451 no
             E: Quit 221 bye
             E: closed",
        ],
    );
}

/// RFC 2920 §3.1: some are the last of their group; STARTTLS and AUTH go alone. MAIL waits for
/// the answers to the envelope before it, so that they are not taken for its own.
#[test]
fn the_last_of_a_group() {
    for (command, is_last) in [
        ("EHLO c", true),
        ("HELO c", true),
        ("VRFY a", true),
        ("EXPN a", true),
        ("NOOP", true),
        ("QUIT", true),
        ("X-OURS", true),
        ("RSET", false),
        ("HELP", false),
        ("MAIL FROM:<a@b>", false),
    ] {
        let mut client = Client::greeted(everything(), &["PIPELINING"]);
        client.send(b"RSET");
        client.send(command.as_bytes());
        assert_eq!(client.session.waiting(), 2, "{command}");
        client.send(b"HELP");
        let refused = if command == "QUIT" { "NotNow" } else { "AnswerPending" };
        assert_eq!(client.seen, vec![refused; usize::from(is_last)], "{command}");
    }
    for command in ["STARTTLS", "AUTH PLAIN", "AUTH PLAIN AAAA"] {
        let mut client = Client::new(everything(), Channel::Clear);
        client.receive(b"220 mx\r\n");
        client.send(b"EHLO c");
        client.receive(b"250-mx\r\n250 PIPELINING\r\n");
        client.seen.clear();
        client.send(b"RSET");
        client.send(command.as_bytes());
        client.receive(b"250 OK\r\n");
        client.send(command.as_bytes());
        client.send(b"RSET");
        let after = if command == "STARTTLS" { "AnswerPending" } else { "NotNow" };
        assert_eq!(client.seen, ["AnswerPending", "Rset 250 OK", after]);
    }
    let mut client = Client::greeted(everything(), &["PIPELINING"]);
    for command in ["MAIL FROM:<a@b>", "RCPT TO:<a@b>", "RSET", "MAIL FROM:<a@b>"] {
        client.send(command.as_bytes());
    }
    assert_eq!(client.seen, ["AnswerPending"]);
    client.receive(b"250 OK\r\n250 OK\r\n250 OK\r\n");
    client.send(b"MAIL FROM:<a@b>");
    client.send(b"DATA");
    assert_eq!(client.seen.last().unwrap(), "NotNow", "no RCPT of this transaction");
}

/// No more is on its way than fits, so that both ends cannot wait for each other.
#[test]
fn how_much_is_on_its_way() {
    let mut client = Client::greeted(everything(), &["PIPELINING"]);
    client.out.clear();
    for _ in 0..20 {
        client.send(b"HELP");
    }
    assert_eq!(client.seen, vec!["TooManyPipelined"; 9], "11 commands of 6 octets reach 64");
    client.receive(b"214 no\r\n");
    client.send(b"HELP");
    client.send(b"HELP");
    assert_eq!(client.session.waiting(), 11);
    client.receive(&b"214 no\r\n".repeat(11));
    assert_eq!((client.session.waiting(), client.out.len()), (0, 12 * 6));
}

/// RFC 2920 §3: where it is not offered, one at a time.
#[test]
fn one_at_a_time() {
    let mut client = Client::greeted(everything(), &["SIZE"]);
    client.send(b"MAIL FROM:<a@b>");
    client.send(b"RCPT TO:<a@b>");
    client.receive(b"250 OK\r\n");
    client.send(b"RCPT TO:<a@b>");
    assert_eq!(client.seen, ["AnswerPending", "Mail 250 OK"]);
}
