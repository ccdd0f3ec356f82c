//! The maildrop is open: listings and messages.

use crate::client_side::{everything, transcript};
use pop3_proto::Command;
use pop3_proto::client::{Channel, Sent};

/// RFC 1939 §10.
#[test]
fn a_session_as_in_the_rfc() {
    transcript(
        everything(),
        Channel::Clear,
        "S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
         E: greeting +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
         C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK mrose's maildrop has 2 messages (320 octets)
         E: Apop +OK mrose's maildrop has 2 messages (320 octets)
         C: STAT
         S: +OK 2 320
         E: Stat +OK 2 320
         C: LIST
         S: +OK 2 messages (320 octets)
         S: 1 120
         S: 2 200
         S: .
         E: List(None) +OK 2 messages (320 octets)
         E: scan 1 120
         E: scan 2 200
         E: List(None) end
         C: RETR 1
         S: +OK 120 octets
         S: ..dot
         S:
         S: text
         S: .
         E: Retr(MessageNumber(1)) +OK 120 octets
         E: body .dot\\r\\n\\r\\ntext\\r\\n
         E: Retr(MessageNumber(1)) end
         C: DELE 1
         S: +OK message 1 deleted
         E: Dele(MessageNumber(1)) +OK message 1 deleted
         C: QUIT
         S: +OK dewey POP3 server signing off (maildrop empty)
         E: Quit +OK dewey POP3 server signing off (maildrop empty)
         E: closed",
    );
}

/// RFC 1939 §7 and §9: the other commands, and what is said no to.
#[test]
fn the_other_commands() {
    transcript(
        everything(),
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: USER frated
         S: -ERR sorry, no mailbox for frated here
         E: User -ERR sorry, no mailbox for frated here
         C: USER mrose
         S: +OK mrose is a real hoopy frood
         E: User +OK mrose is a real hoopy frood
         C: PASS secret
         S: -ERR [IN-USE] maildrop already locked
         E: Pass -ERR [IN-USE] maildrop already locked
         C: LANG
         S: +OK Language listing follows:
         S: en English
         S: .
         E: Languages +OK Language listing follows:
         E: en English
         E: Languages end
         C: LANG en
         S: +OK en
         E: Lang +OK en
         C: UTF8
         S: +OK
         E: Utf8 +OK 
         C: USER mrose
         S: +OK
         E: User +OK 
         C: PASS secret
         S: +OK
         E: Pass +OK 
         C: UIDL
         S: +OK
         S: 1 whqtswO00WBw418f9t5JxYwZ
         S: .
         E: Uidl(None) +OK 
         E: id 1 whqtswO00WBw418f9t5JxYwZ
         E: Uidl(None) end
         C: UIDL 1
         S: +OK 1 whqtswO00WBw418f9t5JxYwZ
         E: Uidl(Some(MessageNumber(1))) +OK 1 whqtswO00WBw418f9t5JxYwZ
         C: LIST 3
         S: -ERR no such message, only 2 messages in maildrop
         E: List(Some(MessageNumber(3))) -ERR no such message, only 2 messages in maildrop
         C: TOP 1 0
         S: +OK
         S: .
         E: Top(MessageNumber(1)) +OK 
         E: Top(MessageNumber(1)) end
         C: TOP 100 3
         S: -ERR no such message
         E: Top(MessageNumber(100)) -ERR no such message
         C: NOOP
         S: +OK
         E: Noop +OK 
         C: RSET
         S: +OK maildrop has 2 messages (320 octets)
         E: Rset +OK maildrop has 2 messages (320 octets)
         C: XTND
         S: -ERR what?
         E: Unknown -ERR what?
         C: QUIT
         S: -ERR some deleted messages not removed
         E: Quit -ERR some deleted messages not removed
         E: closed",
    );
}

/// Bare `+OK`, text after a size, extra spaces in UIDL, lines that are
/// none. None of them costs the connection, or another line.
#[test]
fn what_servers_are_forgiven() {
    transcript(
        everything(),
        Channel::Tls,
        "S> +ok hi\\n
         E: greeting +OK hi
         C: USER a
         S> +OK\\n
         E: User +OK 
         C: PASS b
         S> +OK\\r\\n
         E: Pass +OK 
         C: LIST
         S> +OK\\n1 120 octets\\n 2 5\\n2\\n3 99999999999999999999999\\n4  7\\n..\\n.\\n
         E: List(None) +OK 
         E: scan 1 120
         E: scan 2 5
         E: List(None) unparsed \"2\": expected a space at octet 1
         E: List(None) unparsed \"3 99999999999999999999999\": expected a number below 2^64 at octet 2
         E: scan 4 7
         E: List(None) unparsed \".\": expected a number at octet 0
         E: List(None) end
         C: UIDL
         S> +OK\\r\\n1   a\\r\\n2\\tb \\r\\n3 b\\r\\n3 \\r\\n.\\r\\n
         E: Uidl(None) +OK 
         E: id 1 a
         E: id 2 b
         E: id 3 b
         E: Uidl(None) unparsed \"3 \": expected a unique-id of visible characters at octet 2
         E: Uidl(None) end
         C: NOOP
         S: fine
         E: junk \"fine\": expected \"+OK\" or \"-ERR\" at octet 0
         S> \\r\\n+OK a\\0b\\r\\n
         E: junk \"\": expected \"+OK\" or \"-ERR\" at octet 0
         E: Noop +OK a
         C: STAT
         S: +OK 2 320 octets
         E: Stat +OK 2 320 octets
         C: QUIT
         S: +OK
         E: Quit +OK 
         E: closed",
    );
}

/// A server cannot fill the memory of who keeps what it lists.
#[test]
fn listings_that_do_not_end() {
    let mut config = everything();
    config.limits.listing = 3;
    for (command, line, seen) in [
        ("LIST", "1 2", "scan 1 2"),
        ("LIST", "?", "List(None) unparsed \"?\": expected a number at octet 0"),
        ("UIDL", "1 a", "id 1 a"),
        ("CAPA", "TOP", "Top"),
    ] {
        let login = "S: +OK
             E: greeting +OK 
             C: APOP a 00000000000000000000000000000000
             S: +OK
             E: Apop +OK ";
        let sent = Sent::from(Command::parse(command.as_bytes()).unwrap());
        let (lines, events) = (format!("S: {line}\n").repeat(3), format!("E: {seen}\n").repeat(3));
        let whole = format!(
            "C: {command}\nS: +OK\n{lines}S: .\nE: {sent:?} +OK \n{events}E: {sent:?} end\n"
        );
        let more = format!(
            "C: {command}\nS: +OK\n{lines}S: {line}\nE: {sent:?} +OK \n{events}E: EndlessListing"
        );
        transcript(config, Channel::Tls, &format!("{login}\n{whole}{whole}{more}"));
    }
}

/// UIDL over 70 octets; a line over the limit is one line, and no more.
#[test]
fn long_lines() {
    let id = "u".repeat(100);
    let endless = "x".repeat(300);
    let endless_number = "0".repeat(300) + "7";
    let (cut, zeros) = ("2 ".to_owned() + &"x".repeat(126), "0".repeat(128));
    let text = "x".repeat(128 - "+OK ".len());
    transcript(
        everything(),
        Channel::Tls,
        &format!(
            "S: +OK
             E: greeting +OK 
             C: APOP a 00000000000000000000000000000000
             S: +OK
             E: Apop +OK 
             C: UIDL
             S: +OK
             S: 1 {id}
             S: 2 {endless}
             S: {endless_number} 1
             S: 3 c
             S: .
             E: Uidl(None) +OK 
             E: id 1 {id}
             E: Uidl(None) unparsed \"{cut}\": expected the end of the line at octet 128
             E: Uidl(None) unparsed \"{zeros}\": expected the end of the line at octet 128
             E: id 3 c
             E: Uidl(None) end
             C: NOOP
             S: +OK {endless}
             E: Noop +OK {text}
             C: RETR 1
             S: +OK
             S: {endless}
             S: .
             E: Retr(MessageNumber(1)) +OK 
             E: body {endless}\\r\\n
             E: Retr(MessageNumber(1)) end
             C: RETR 1
             S: +OK {endless}
             S: {endless}
             S: .
             E: Retr(MessageNumber(1)) +OK {text}
             E: body {endless}\\r\\n
             E: Retr(MessageNumber(1)) end
             C: NOOP
             S: +OK
             E: Noop +OK "
        ),
    );
}

/// A body of a dot, a first octet that is a dot, lines with bare LF
/// that begin with a dot, octets of any kind. Only CRLF.CRLF ends a message.
#[test]
fn messages_end_where_they_end() {
    transcript(
        everything(),
        Channel::Tls,
        "S: +OK
         E: greeting +OK 
         C: APOP a 00000000000000000000000000000000
         S: +OK
         E: Apop +OK 
         C: RETR 1
         S> +OK\\r\\n..\\r\\n.\\r\\n
         E: Retr(MessageNumber(1)) +OK 
         E: body .\\r\\n
         E: Retr(MessageNumber(1)) end
         C: RETR 2
         S> +OK\\r\\na\\n.\\n\\n.\\r\\nb\\r.\\r\\n..c\\0\\r\\n.\\r\\n
         E: Retr(MessageNumber(2)) +OK 
         E: body a\\n.\\n\\n.\\r\\nb\\r.\\r\\n.c\\x00\\r\\n
         E: Retr(MessageNumber(2)) end",
    );
}

/// A message that ends without CRLF. The server puts one between it and
/// the dot (RFC 1939 §3), so it is read with an end to its last line; a dot after
/// a line that is not ended, or ended by LF alone, is part of the message. What is
/// after the message is in sync.
#[test]
fn messages_without_a_final_crlf() {
    transcript(
        everything(),
        Channel::Tls,
        "S: +OK
         E: greeting +OK 
         C: APOP a 00000000000000000000000000000000
         S: +OK
         E: Apop +OK 
         C: RETR 1
         S> +OK\\r\\nlast\\r\\n.\\r\\n
         E: Retr(MessageNumber(1)) +OK 
         E: body last\\r\\n
         E: Retr(MessageNumber(1)) end
         C: RETR 2
         S> +OK\\r\\nlast.\\r\\n.\\r\\n
         E: Retr(MessageNumber(2)) +OK 
         E: body last.\\r\\n
         E: Retr(MessageNumber(2)) end
         C: TOP 3 0
         S> +OK\\r\\nlast\\n\\r\\n.\\r\\n
         E: Top(MessageNumber(3)) +OK 
         E: body last\\n\\r\\n
         E: Top(MessageNumber(3)) end
         C: TOP 4 0
         S> +OK\\r\\nlast\\r\\r\\n.\\r\\n
         E: Top(MessageNumber(4)) +OK 
         E: body last\\r\\r\\n
         E: Top(MessageNumber(4)) end
         C: NOOP
         S: +OK
         E: Noop +OK ",
    );
}
