//! The client's session, as transcripts: `C:` is sent, `S:` is read, in one piece,
//! at every split in two, and octet by octet, and `E:` is what the client sees.

use super::client_side::{Client, transcript};
use bytes::BytesMut;
use pop3_proto::client::*;
use pop3_proto::{Auth, Base64, Command, Mechanism, WrongTicket};
use proptest::prelude::*;

/// Everything may be sent in clear text too.
fn everything() -> Config {
    let mut config = Config::default();
    config.clear_text = ClearText::Everything;
    config.limits.line = 128;
    config.limits.pipelined = 3;
    config.limits.idle_timeout = core::time::Duration::from_secs(60);
    config
}

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

/// HOSTILE: bare `+OK`, text behind a size, extra spaces in UIDL, lines that are
/// none. None of them costs the connection, or another line.
#[test]
fn what_servers_are_forgiven() {
    transcript(
        everything(),
        Channel::Tls,
        "s: +ok hi\\n
         E: greeting +OK hi
         C: USER a
         s: +OK\\n
         E: User +OK 
         C: PASS b
         s: +OK\\r\\n
         E: Pass +OK 
         C: LIST
         s: +OK\\n1 120 octets\\n 2 5\\n2\\n3 99999999999999999999999\\n4  7\\n..\\n.\\n
         E: List(None) +OK 
         E: scan 1 120
         E: List(None) unparsed \" 2 5\": expected a number at octet 0
         E: List(None) unparsed \"2\": expected a space at octet 1
         E: List(None) unparsed \"3 99999999999999999999999\": expected a number below 2^64 at octet 2
         E: scan 4 7
         E: List(None) unparsed \".\": expected a number at octet 0
         E: List(None) end
         C: UIDL
         s: +OK\\r\\n1   a\\r\\n2\\tb \\r\\n3 b\\r\\n3 \\r\\n.\\r\\n
         E: Uidl(None) +OK 
         E: id 1 a
         E: id 2 b
         E: id 3 b
         E: Uidl(None) unparsed \"3 \": expected a unique-id of visible characters at octet 2
         E: Uidl(None) end
         C: NOOP
         S: fine
         E: junk \"fine\": expected \"+OK\" or \"-ERR\" at octet 0
         s: \\r\\n+OK a\\0b\\r\\n
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

/// HOSTILE: UIDL over 70 octets; a line over the limit is one line, and no more.
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

/// HOSTILE: a body of a dot, a first octet that is a dot, lines with bare LF
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
         s: +OK\\r\\n..\\r\\n.\\r\\n
         E: Retr(MessageNumber(1)) +OK 
         E: body .\\r\\n
         E: Retr(MessageNumber(1)) end
         C: RETR 2
         s: +OK\\r\\na\\n.\\n\\n.\\r\\nb\\r.\\r\\n..c\\0\\r\\n.\\r\\n
         E: Retr(MessageNumber(2)) +OK 
         E: body a\\n.\\n\\n.\\r\\nb\\r.\\r\\n.c\\x00\\r\\n
         E: Retr(MessageNumber(2)) end",
    );
}

/// HOSTILE: a message that ends without CRLF. The server puts one between it and
/// the dot (RFC 1939 §3), so it is read with an end to its last line; a dot behind
/// a line that is not ended, or ended by LF alone, is part of the message. What is
/// behind the message is in sync.
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
         s: +OK\\r\\nlast\\r\\n.\\r\\n
         E: Retr(MessageNumber(1)) +OK 
         E: body last\\r\\n
         E: Retr(MessageNumber(1)) end
         C: RETR 2
         s: +OK\\r\\nlast.\\r\\n.\\r\\n
         E: Retr(MessageNumber(2)) +OK 
         E: body last.\\r\\n
         E: Retr(MessageNumber(2)) end
         C: TOP 3 0
         s: +OK\\r\\nlast\\n\\r\\n.\\r\\n
         E: Top(MessageNumber(3)) +OK 
         E: body last\\n\\r\\n
         E: Top(MessageNumber(3)) end
         C: TOP 4 0
         s: +OK\\r\\nlast\\r\\r\\n.\\r\\n
         E: Top(MessageNumber(4)) +OK 
         E: body last\\r\\r\\n
         E: Top(MessageNumber(4)) end
         C: NOOP
         S: +OK
         E: Noop +OK ",
    );
}

/// RFC 2449 §5 and §6: what matters of it is kept, and forgotten behind STLS.
#[test]
fn capabilities() {
    let mut client = Client::new(everything(), Channel::Clear);
    client.read(b"+OK\r\n");
    assert!(is_empty(client.session.capabilities()));
    client.send("CAPA");
    client.read(
        b"+OK\r\nTOP\r\nUSER\r\nSASL CRAM-MD5 PLAIN X-OWN SCRAM-SHA-256-PLUS\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n\
        LOGIN-DELAY 900\r\nPIPELINING 5\r\nEXPIRE 60\r\nUIDL\r\nSTLS REQUIRED\r\nUTF8 USER\r\nLANG\r\n\
        IMPLEMENTATION Shlemazle-Plotz-v302\r\nX-OTHER\r\n.\r\n",
    );
    let known = client.session.capabilities();
    assert!(known.top && known.user && known.sasl && known.resp_codes && known.auth_resp_code);
    assert!(known.pipelining && known.uidl && known.stls && known.utf8 && known.utf8_user);
    assert!(known.lang && known.has_mechanism(Mechanism::CramMd5));
    assert!(known.has_mechanism(Mechanism::Plain) && !known.has_mechanism(Mechanism::Login));
    assert!(known.has_mechanism(Mechanism::parse(b"X-OWN").unwrap()));
    let names: Vec<&str> = known.mechanisms.iter().map(Mechanism::as_str).collect();
    assert_eq!(names, ["CRAM-MD5", "PLAIN", "X-OWN", "SCRAM-SHA-256-PLUS"]);
    client.send("STLS");
    client.read(b"+OK\r\n");
    assert!(is_empty(client.session.capabilities()));
    assert_eq!(client.session.channel(), Channel::Tls);
    client.send("CAPA");
    client.read(b"-ERR what?\r\n");
    assert!(is_empty(client.session.capabilities()));
    assert_eq!(client.session.state(), State::Authorization);
}

fn is_empty(capabilities: &Capabilities) -> bool {
    format!("{capabilities:?}") == format!("{:?}", Capabilities::default())
}

/// However many mechanisms a server names, few are kept, and few looked at.
#[test]
fn mechanisms_without_end() {
    let mut config = everything();
    config.limits.line = 12288;
    let mut client = Client::new(config, Channel::Tls);
    client.read(b"+OK\r\n");
    client.send("CAPA");
    let names: String = (0..800).map(|name| format!(" X-{name:06}")).collect();
    client.read(format!("+OK\r\nSASL{names}\r\nSASL{names}\r\nUIDL\r\n.\r\n").as_bytes());
    let known = client.session.capabilities();
    assert!(known.uidl && known.mechanisms.iter().count() <= 64);
}

/// RFC 2595 §4.
#[test]
fn stls() {
    transcript(
        Config::default(),
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: USER a
         E: ClearText
         C: APOP a 00000000000000000000000000000000
         E: ClearText
         C: AUTH CRAM-MD5
         E: ClearText
         C: XYZ
         E: ClearText
         C: STLS
         S: -ERR no
         E: Stls -ERR no
         C: PASS b
         E: ClearText
         C: STLS
         S: +OK go
         E: handshake
         C: STLS
         E: NotNow
         C: USER a
         S: +OK
         E: User +OK ",
    );
}

/// HOSTILE: anything behind the positive reply to STLS, whole line or not, in the
/// same read or in a later one, is an error before the handshake.
#[test]
fn nothing_may_follow_the_answer_to_stls() {
    let start: &[u8] = b"+OK go\r\n";
    for behind in [&b"+OK\r\n"[..], b"+", b"\n", b"\x15\x03\x01"] {
        let wire = [start, behind].concat();
        let cuts = (1..=wire.len()).map(|at| vec![&wire[..at], &wire[at..]]);
        for pieces in cuts.chain([wire.chunks(1).collect()]) {
            let mut out = BytesMut::new();
            let mut session = Session::new(Config::default(), Channel::Clear);
            session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap();
            session.send(Command::Stls, &mut out).unwrap();
            let (mut unread, mut upgrade, mut failed) = (Vec::new(), None, None);
            for piece in &pieces {
                unread.extend_from_slice(piece);
                let mut input = &unread[..];
                match session.receive(&mut input, &mut out) {
                    Ok(Event::NeedInput) => {}
                    Ok(Event::StartTls(granted)) => {
                        upgrade = Some(granted);
                        let early = session.receive(&mut input, &mut out).unwrap_err();
                        assert_eq!(early, Misuse::UpgradePending.into());
                    }
                    Ok(event) => panic!("{event:?} at {pieces:?}"),
                    Err(error) => failed = Some(error),
                }
                unread = input.to_vec();
            }
            assert_eq!(failed, Some(ProtocolError::PlaintextAfterStartTls.into()), "{pieces:?}");
            assert!(unread.is_empty());
            let alone = pieces.len() == wire.len() || pieces[0] == start;
            assert_eq!(upgrade.is_some(), alone, "{pieces:?}");
            if let Some(upgrade) = upgrade {
                let late = session.upgraded(upgrade);
                assert_eq!(late, Err(Misuse::WrongTicket(WrongTicket)), "it came too late");
            }
            assert_eq!(session.state(), State::Closed);
            assert_eq!(session.close_reason(), Some(CloseReason::PlaintextAfterStartTls));
            let again = session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap_err();
            assert_eq!(again, ProtocolError::PlaintextAfterStartTls.into());
            assert_eq!(session.send(Command::Capa, &mut out), Err(Misuse::Closed));
            assert_eq!(&out[..], b"STLS\r\n");
            assert_eq!(session.eof(), Err(ProtocolError::PlaintextAfterStartTls));
        }
    }
}

/// What may be sent in clear text is the caller's choice.
#[test]
fn no_passwords_in_clear_text() {
    let mut config = everything();
    config.clear_text = ClearText::NoPasswords;
    transcript(
        config,
        Channel::Clear,
        "S: +OK <a@b>
         E: greeting +OK <a@b>
         C: AUTH PLAIN AAAA
         E: ClearText
         C: USER a
         S: +OK
         E: User +OK 
         C: PASS b
         E: ClearText
         C: APOP a 00000000000000000000000000000000
         S: +OK
         E: Apop +OK ",
    );
}

/// HOSTILE: clear-text mechanisms. Those are the ones that show a password or a
/// token, and those of which no one knows what they show.
#[test]
fn no_mechanisms_that_show_what_they_prove_with() {
    let mut config = everything();
    config.clear_text = ClearText::NoPasswords;
    transcript(
        config,
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: AUTH LOGIN
         E: ClearText
         C: AUTH OAUTHBEARER AAAA
         E: ClearText
         C: AUTH XOAUTH2 AAAA
         E: ClearText
         C: AUTH X-OURS
         E: ClearText
         C: AUTH SCRAM-SHA-256 AAAA
         S: -ERR no
         E: Auth -ERR no
         C: AUTH CRAM-MD5
         S: -ERR no
         E: Auth -ERR no",
    );
}

/// RFC 5034 §4; HOSTILE: `*`, `=`, an empty challenge, one that is not base64.
#[test]
fn sasl() {
    transcript(
        everything(),
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: AUTH CRAM-MD5
         S: + PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+
         E: challenge \"PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+\"
         C: *
         S: -ERR cancelled
         E: Auth -ERR cancelled
         C: AUTH PLAIN =
         S: -ERR [AUTH] no
         E: Auth -ERR [AUTH] no
         C: AUTH PLAIN
         S: +
         E: challenge \"\"
         C: dGVzdAB0ZXN0AHRlc3Q=
         S: + dGVzdA==
         E: challenge \"dGVzdA==\"
         C:
         S: +OK
         E: Auth +OK 
         C: NOOP
         S: +OK
         E: Noop +OK ",
    );
    let mut client = Client::new(everything(), Channel::Clear);
    client.read(b"+OK\r\n");
    client.send("AUTH PLAIN");
    client.read(b"+ *no base64*\r\n");
    client.read(b"-ERR cancelled\r\n");
    assert_eq!(&client.out[..], b"AUTH PLAIN\r\n*\r\n");
    assert_eq!(client.seen.last().unwrap(), "Auth -ERR cancelled");
    assert_eq!(client.session.state(), State::Authorization);
    client.send("AUTH PLAIN");
    client.read(b"what\r\n-ERR no such command\r\n");
    assert!(client.out.ends_with(b"AUTH PLAIN\r\n*\r\n"));
    assert_eq!(client.seen.last().unwrap(), "Auth -ERR no such command");
    assert_eq!(client.session.state(), State::Authorization);
}

/// RFC 5034 §4: "the initial response, including the command, does not exceed
/// the maximum line length of a POP command (255 octets)".
#[test]
fn a_long_initial_response_waits_for_the_challenge() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Config::default(), Channel::Tls);
    let mut input: &[u8] = b"+OK\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Greeting(_))));
    let octets = [0; 183];
    assert_eq!(
        session.authenticate(Mechanism::Plain, Some(&octets), &mut out),
        Err(Misuse::TooLong)
    );
    let long = "AAAA".repeat(61);
    let auth =
        |initial_response| Command::Auth(Auth { mechanism: Mechanism::Plain, initial_response });
    let long = Base64::parse(long.as_bytes()).unwrap();
    assert_eq!(session.send(auth(Some(long)), &mut out), Err(Misuse::TooLong));
    assert!(out.is_empty() && session.waiting() == 0);
    session.send(auth(None), &mut out).unwrap();
    let mut input: &[u8] = b"+ \r\n";
    let Ok(Event::Challenge(_, ticket)) = session.receive(&mut input, &mut out) else {
        panic!("no challenge");
    };
    let pending = session.receive(&mut input, &mut out);
    assert!(matches!(pending, Err(Error::Misuse(Misuse::ReplyPending))));
    session.respond(ticket, &long.decode(), &mut out).unwrap();
    let mut input: &[u8] = b"+OK\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Answer(_))));
    assert_eq!(session.state(), State::Transaction);
}

/// RFC 5034 §4 and §6: what the mechanism says goes along, in base64.
#[test]
fn an_initial_response_in_base64() {
    for (response, wire) in [
        (Some(&b"test\0test\0test"[..]), "AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=\r\n"),
        (Some(b""), "AUTH PLAIN =\r\n"),
        (None, "AUTH PLAIN\r\n"),
    ] {
        let mut client = Client::new(Config::default(), Channel::Tls);
        client.read(b"+OK\r\n");
        client.session.authenticate(Mechanism::Plain, response, &mut client.out).unwrap();
        assert_eq!(&client.out[..], wire.as_bytes());
        let again = client.session.authenticate(Mechanism::Plain, None, &mut client.out);
        assert_eq!(again, Err(Misuse::NotNow));
        client.read(b"+OK\r\n");
        assert_eq!(client.session.state(), State::Transaction);
    }
    let mut client = Client::new(Config::default(), Channel::Clear);
    client.read(b"+OK\r\n");
    let clear = client.session.authenticate(Mechanism::Plain, None, &mut client.out);
    assert_eq!(clear, Err(Misuse::ClearText));
}

/// RFC 2449 §6.6: only where it is offered, and answers find their commands, in
/// order, after failures too.
#[test]
fn pipelining() {
    transcript(
        everything(),
        Channel::Tls,
        "S: +OK
         E: greeting +OK 
         C: USER a
         C: PASS b
         E: AnswerPending
         S: +OK
         E: User +OK 
         C: CAPA
         S: +OK
         S: PIPELINING
         E: Capa +OK 
         E: Pipelining
         C: USER a
         C: PASS b
         C: STAT
         E: NotNow
         C: NOOP
         E: NotNow
         C: LANG
         E: AnswerPending
         S: .
         S: +OK
         S: +OK
         E: Capa end
         E: User +OK 
         E: Pass +OK 
         C: RETR 1
         C: DELE 1
         C: RETR 2
         C: NOOP
         E: TooManyPipelined
         S: -ERR no such message
         S: -ERR no such message
         S: +OK
         S: text
         E: Retr(MessageNumber(1)) -ERR no such message
         E: Dele(MessageNumber(1)) -ERR no such message
         E: Retr(MessageNumber(2)) +OK 
         E: body text\\r\\n
         C: QUIT
         C: NOOP
         E: NotNow
         S: .
         S: +OK bye
         E: Retr(MessageNumber(2)) end
         E: Quit +OK bye
         E: closed",
    );
}

/// RFC 2449 §6.6: where it is not offered, nothing is sent before the last line of
/// an answer; where it is, STLS is not (RFC 2595 §4).
#[test]
fn an_answer_ends_with_its_last_line() {
    transcript(
        everything(),
        Channel::Tls,
        "S: +OK
         E: greeting +OK 
         C: APOP a 00000000000000000000000000000000
         S: +OK
         E: Apop +OK 
         C: LIST
         S: +OK
         S: 1 120
         E: List(None) +OK 
         E: scan 1 120
         C: NOOP
         E: AnswerPending
         C: QUIT
         E: AnswerPending
         S: .
         E: List(None) end
         C: RETR 1
         S: +OK
         S: text
         E: Retr(MessageNumber(1)) +OK 
         E: body text\\r\\n
         C: RETR 2
         E: AnswerPending
         S: .
         E: Retr(MessageNumber(1)) end
         C: NOOP
         S: +OK
         E: Noop +OK ",
    );
    transcript(
        Config::default(),
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: CAPA
         S: +OK
         S: PIPELINING
         E: Capa +OK 
         E: Pipelining
         C: STLS
         E: AnswerPending
         C: LANG
         C: STLS
         E: AnswerPending
         S: .
         S: -ERR what?
         E: Capa end
         E: Languages -ERR what?
         C: STLS
         S: +OK
         E: handshake",
    );
}

/// A server may say no at once, speak unasked, or be none.
#[test]
fn odd_servers() {
    transcript(
        everything(),
        Channel::Tls,
        "S: -ERR [SYS/TEMP] come back later
         E: greeting -ERR [SYS/TEMP] come back later
         E: closed",
    );
    transcript(
        everything(),
        Channel::Tls,
        "C: NOOP
         E: NotNow
         S: 220 mx.example.org ESMTP
         E: junk \"220 mx.example.org ESMTP\": expected \"+OK\" or \"-ERR\" at octet 0
         E: NoGreeting",
    );
    transcript(
        everything(),
        Channel::Tls,
        "S: +OK
         E: greeting +OK 
         S: -ERR Disconnected for inactivity.
         E: unsolicited -ERR Disconnected for inactivity.
         E: closed
         C: QUIT
         E: Closed",
    );
}

/// A connection that ends early is told of.
#[test]
fn the_end_of_the_stream() {
    let mut client = Client::new(everything(), Channel::Tls);
    client.read(b"+OK\r\n");
    client.send("APOP a 00000000000000000000000000000000");
    client.read(b"+OK\r\n");
    client.send("RETR 1");
    client.read(b"+OK\r\nhalf a message");
    assert_eq!(client.session.waiting(), 1);
    assert_eq!(client.session.eof(), Err(ProtocolError::UnexpectedEnd));
    assert_eq!(
        client.session.eof(),
        Err(ProtocolError::UnexpectedEnd),
        "it is no better the second time"
    );
    assert_eq!(client.session.waiting(), 0);

    let mut client = Client::new(everything(), Channel::Tls);
    client.read(b"+OK\r\n");
    client.send("QUIT");
    client.read(b"+OK\r\n");
    assert_eq!(client.session.eof(), Ok(()));
    assert_eq!(client.session.timeout().as_secs(), 60);
}

/// The tickets of one session are not another's.
#[test]
fn wrong_tickets() {
    let challenged = || {
        let mut client = Client::new(everything(), Channel::Tls);
        client.read(b"+OK\r\n");
        client.send("AUTH LOGIN");
        let mut input: &[u8] = b"+ \r\n";
        match client.session.receive(&mut input, &mut client.out) {
            Ok(Event::Challenge(_, ticket)) => (client.session, ticket),
            other => panic!("{other:?}"),
        }
    };
    let ((mut one, _mine), (_, theirs)) = (challenged(), challenged());
    let mut out = BytesMut::new();
    assert!(matches!(one.respond(theirs, b"x", &mut out), Err(Misuse::WrongTicket(_))));
    assert!(out.is_empty());
}

/// An idle session is small: a client of many servers has many.
#[test]
fn an_idle_session_is_small() {
    let size = size_of::<Session>();
    assert!(size <= 256, "{size} octets");
}

proptest! {
    /// Whatever a server sends, in whatever pieces, the client sees the same,
    /// and keeps no more than its limits.
    #[test]
    fn any_input_at_any_split(
        lines in prop::collection::vec(
            prop_oneof![
                8 => prop::sample::select(vec![
                    "+OK\r\n", "-ERR no\r\n", "+OK 1 2\r\n", "1 2\r\n", "1 a\r\n", ".\r\n",
                    "..\r\n", "\r\n", "PIPELINING\r\n", "text\n.\r\n", "\r\r\n.\r\n",
                ]).prop_map(|line| line.as_bytes().to_vec()),
                1 => prop::collection::vec(any::<u8>(), 0..200),
            ],
            0..20,
        ),
        commands in prop::sample::subsequence(
            vec!["CAPA", "LIST", "UIDL", "RETR 1", "TOP 1 1", "STAT", "DELE 1", "LANG", "QUIT"], 0..9,
        ),
        cuts: [u16; 3],
    ) {
        let input = lines.concat();
        let run = |pieces: &[&[u8]]| {
            let mut client = Client::new(everything(), Channel::Tls);
            client.read(b"+OK\r\n");
            client.send("CAPA");
            client.read(b"+OK\r\nPIPELINING\r\n.\r\n");
            client.send("APOP a 00000000000000000000000000000000");
            client.read(b"+OK\r\n");
            for command in &commands {
                client.send(command);
            }
            for piece in pieces {
                client.read(piece);
            }
            client.seen
        };
        let whole = run(&[&input]);
        let mut cuts = cuts.map(|cut| usize::from(cut) % (input.len() + 1));
        cuts.sort_unstable();
        let [a, b, c] = cuts;
        let cut = run(&[&input[..a], &input[a..b], &input[b..c], &input[c..]]);
        prop_assert_eq!(&cut, &whole);
        let octets: Vec<&[u8]> = input.chunks(1).collect();
        prop_assert_eq!(&run(&octets), &whole);
    }
}
