//! The server's session, as transcripts. Each is played in one piece, at every
//! split in two, and octet by octet.

use alloc::sync::Arc;

use super::server_side::{Server, every_split, everything, transcript, with};
use bytes::BytesMut;
use pop3_proto::Retention;
use pop3_proto::server::*;
use pop3_proto::*;
use proptest::prelude::*;

/// RFC 1939 §10, with the pieces that the RFC leaves to the server.
#[test]
fn a_session_as_in_the_rfc() {
    let outcome = transcript(
        &everything(),
        Channel::Clear,
        "C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK the maildrop has 2 messages
         C: STAT
         S: +OK 2 73
         C: LIST
         S: +OK the sizes follow
         S: 1 37
         S: 2 36
         S: .
         C: RETR 1
         S: +OK the message follows
         S: Subject: one
         S:
         S: Hello.
         S: Second line
         S: .
         C: DELE 1
         S: +OK deleted
         C: RETR 2
         S: +OK the message follows
         S: ..odd: two
         S:
         S: ..dot
         S: bare
         S: ..
         S: no end
         S: .
         C: DELE 2
         S: +OK deleted
         C: QUIT
         S: +OK goodbye",
    );
    assert_eq!(outcome.deleted, [1, 2]);
    assert!(outcome.closed);
}

/// RFC 1939 §5 and §7: numbers stay the same, marked messages are as good as gone.
#[test]
fn deleted_messages_are_left_out() {
    let outcome = transcript(
        &everything(),
        Channel::Clear,
        "C: USER mrose
         S: +OK send the password
         C: PASS tan staaf
         S: +OK the maildrop has 2 messages
         C: UIDL
         S: +OK the unique-ids follow
         S: 1 whqtswO00WBw418f9t5JxYwZ
         S: 2 QhdPYR:00WBw1Ph7x7
         S: .
         C: DELE 1
         S: +OK deleted
         C: DELE 1
         S: -ERR the message is deleted
         C: RETR 1
         S: -ERR the message is deleted
         C: TOP 1 0
         S: -ERR the message is deleted
         C: LIST 1
         S: -ERR the message is deleted
         C: UIDL 1
         S: -ERR the message is deleted
         C: STAT
         S: +OK 1 36
         C: LIST
         S: +OK the sizes follow
         S: 2 36
         S: .
         C: LIST 2
         S: +OK 2 36
         C: UIDL
         S: +OK the unique-ids follow
         S: 2 QhdPYR:00WBw1Ph7x7
         S: .
         C: UIDL 2
         S: +OK 2 QhdPYR:00WBw1Ph7x7
         C: RSET
         S: +OK nothing is deleted
         C: STAT
         S: +OK 2 73
         C: NOOP
         S: +OK
         C: DELE 2
         S: +OK deleted
         C: QUIT
         S: +OK goodbye",
    );
    assert_eq!(outcome.deleted, [2]);
}

/// HOSTILE: message numbers; `TOP 1 0`, `TOP 1 -1`.
#[test]
fn numbers_of_no_message() {
    transcript(
        &everything(),
        Channel::Clear,
        "C: USER mrose
         S: +OK send the password
         C: PASS tan staaf
         S: +OK the maildrop has 2 messages
         C: LIST 0
         S: -ERR expected a message number from 1 at octet 5
         C: LIST 3
         S: -ERR no such message
         C: LIST 4294967295
         S: -ERR no such message
         C: LIST 4294967296
         S: -ERR expected a number below 2^32 at octet 5
         C: DELE 99999999999999999999999
         S: -ERR expected a number below 2^64 at octet 5
         C: TOP 1 0
         S: +OK the message follows
         S: Subject: one
         S:
         S: .
         C: TOP 1 1
         S: +OK the message follows
         S: Subject: one
         S:
         S: Hello.
         S: .
         C: TOP 2 3
         S: +OK the message follows
         S: ..odd: two
         S:
         S: ..dot
         S: bare
         S: ..
         S: .
         C: TOP 1 -1
         S: -ERR expected a number at octet 6
         C: TOP 1
         S: -ERR expected a space at octet 5
         C: STAT
         S: +OK 2 73",
    );
}

/// RFC 1939 §4 and §6: what is for one state is not for another; §7: PASS comes
/// "immediately after a successful USER command".
#[test]
fn commands_out_of_place() {
    transcript(
        &everything(),
        Channel::Clear,
        "C: STAT
         S: -ERR log in first
         C: NOOP
         S: -ERR log in first
         C: PASS tan staaf
         S: -ERR send USER first
         C: XTND XMIT
         S: -ERR unknown command
         C: USER nobody
         S: +OK send the password
         C: PASS tan staaf
         S: -ERR [AUTH] invalid name or password
         C: PASS tan staaf
         S: -ERR send USER first
         C: APOP mrose 00000000000000000000000000000000
         S: -ERR [AUTH] invalid name or password
         C: USER mrose
         S: +OK send the password
         C: LANG en
         S: +OK en I speak English
         C: PASS tan staaf
         S: -ERR send USER first
         C: user mrose
         S: +OK send the password
         C: pass tan staaf
         S: +OK the maildrop has 2 messages
         C: USER mrose
         S: -ERR logged in already
         C: AUTH PLAIN
         S: -ERR logged in already
         C: STLS
         S: -ERR logged in already
         C: UTF8
         S: -ERR logged in already",
    );
}

/// HOSTILE: QUIT before login, and a connection that breaks, delete nothing.
#[test]
fn only_quit_in_transaction_deletes() {
    let outcome = transcript(&everything(), Channel::Clear, "C: QUIT\nS: +OK goodbye");
    assert!(outcome.closed && outcome.deleted.is_empty());

    let mut server = Server::new(everything(), Channel::Clear);
    server.read(b"USER mrose\r\nPASS tan staaf\r\nDELE 1\r\nQUIT");
    assert_eq!(server.session.marks().len(), 1);
    assert_eq!(server.session.eof(), Err(ProtocolError::UnexpectedEnd));
    server.read(b"\r\n");
    let outcome = server.end();
    assert_eq!(outcome.error, Some(ProtocolError::UnexpectedEnd.into()));
    assert!(outcome.deleted.is_empty());

    let mut server = Server::new(everything(), Channel::Clear);
    server.read(b"USER mrose\r\nPASS tan staaf\r\nDELE 1\r\n");
    let sent = server.out.len();
    assert_eq!(server.session.timeout().as_secs(), 600);
    server.session.timed_out(&mut server.out);
    server.read(b"QUIT\r\n");
    assert_eq!(server.out.len(), sent, "a time-out writes nothing (RFC 1939 §3)");
    assert!(server.end().deleted.is_empty());

    let mut server = Server::new(everything(), Channel::Clear);
    server.read(b"USER mrose\r\nPASS tan staaf\r\nDELE 1\r\nQUIT\r\n");
    assert_eq!(server.session.eof(), Ok(()));
    assert_eq!(server.end().deleted, [1]);
}

/// RFC 1939 §6: the server says if it could not delete all.
#[test]
fn a_rejected_update_closes_too() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 1, &mut out).unwrap();
    out.clear();
    let mut input: &[u8] = b"DELE 1\r\nQUIT\r\nSTAT\r\n";
    let Ok(Event::Update(deleted, ticket)) = session.receive(&mut input, &mut out) else {
        panic!("no update");
    };
    assert_eq!(deleted.len(), 1);
    assert_eq!(session.state(), State::Update);
    session.reject(ticket, Rejection::UNAVAILABLE, &mut out).unwrap();
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Closed)));
    assert_eq!(&out[..], b"+OK deleted\r\n-ERR [SYS/TEMP] try again later\r\n");
}

/// RFC 5034 §6, and HOSTILE: `*`, `=`, not base64, a second AUTH, a mechanism
/// that is not offered.
#[test]
fn sasl() {
    let config = everything();
    transcript(
        &config,
        Channel::Clear,
        "C: AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=
         S: +OK the maildrop has 2 messages
         C: AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=
         S: -ERR logged in already",
    );
    let outcome = transcript(
        &config,
        Channel::Clear,
        "C: AUTH cram-md5
         S: + PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+
         C: *
         S: -ERR authentication cancelled
         C: AUTH PLAIN
         S: +_
         C: QUIT!
         S: -ERR not base64: authentication cancelled
         C: AUTH PLAIN =
         S: -ERR [AUTH] invalid name or password
         C: AUTH PLAIN =AAA
         S: -ERR expected base64 at octet 11
         C: AUTH PLAIN
         S: +_
         C: AAA=BBB
         S: -ERR not base64: authentication cancelled
         C: AUTH GSSAPI
         S: -ERR the mechanism is not offered
         C: AUTH
         S: -ERR expected a space at octet 4
         C: AUTH PLAIN
         S: +_
         C:
         S: -ERR [AUTH] invalid name or password
         C: AUTH PLAIN
         S: +_
         C: dGVzdAB0ZXN0AHRlc3Q=
         S: +OK the maildrop has 2 messages"
            .replace("+_", "+ ")
            .as_str(),
    );
    assert_eq!(outcome.cancelled, 3);
}

/// RFC 2449 §5: by state and channel.
#[test]
fn capabilities() {
    let config = with(everything(), |config| {
        config.expire = Some(Retention::Days(60));
        config.login_delay = Some(900);
        config.implementation = Some(Text::new("Shlemazle-Plotz-v302").unwrap().into());
        config.utf8_user = true;
        config.plaintext_auth = false;
    });
    transcript(
        &config,
        Channel::Clear,
        "C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: STLS
         S: UTF8 USER
         S: LANG
         S: EXPIRE 60
         S: LOGIN-DELAY 900
         S: IMPLEMENTATION Shlemazle-Plotz-v302
         S: SASL CRAM-MD5
         S: .",
    );
    transcript(
        &with(Config::default(), |config| config.stls = true),
        Channel::Clear,
        "C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: STLS
         S: .
         C: USER mrose
         S: -ERR no passwords in clear text: use TLS
         C: AUTH PLAIN
         S: -ERR the mechanism is not offered
         C: UTF8
         S: -ERR UTF8 is not offered
         C: LANG
         S: -ERR LANG is not offered",
    );
    transcript(
        &with(everything(), |config| {
            config.utf8 = false;
            config.lang = false;
        }),
        Channel::Tls,
        "C: AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=
         S: +OK the maildrop has 2 messages
         C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN CRAM-MD5
         S: .",
    );
}

/// RFC 2449 §5 and RFC 2595 §4: STLS is told where it is permitted. Clear text is
/// not enough for it, once the client is logged in; nor is it to come before login.
#[test]
fn stls_is_told_by_state_and_by_channel() {
    let config = with(everything(), |config| {
        config.utf8 = false;
        config.lang = false;
    });
    transcript(
        &config,
        Channel::Clear,
        "C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK the maildrop has 2 messages
         C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN CRAM-MD5
         S: .",
    );
    transcript(
        &config,
        Channel::Tls,
        "C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN CRAM-MD5
         S: .",
    );
}

/// RFC 2449 §6.2: without USER there is neither USER nor PASS. The other ways to
/// log in are there still.
#[test]
fn no_user_no_pass() {
    let config = with(everything(), |config| {
        config.user = false;
        config.stls = false;
        config.utf8 = false;
        config.lang = false;
    });
    for channel in [Channel::Clear, Channel::Tls] {
        transcript(
            &config,
            channel,
            "C: CAPA
             S: +OK the capabilities follow
             S: TOP
             S: UIDL
             S: RESP-CODES
             S: AUTH-RESP-CODE
             S: PIPELINING
             S: SASL PLAIN CRAM-MD5
             S: .
             C: USER mrose
             S: -ERR USER is not offered
             C: PASS tan staaf
             S: -ERR send USER first
             C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
             S: +OK the maildrop has 2 messages",
        );
    }
}

#[test]
fn clear_text_mechanisms_wait_for_tls() {
    let config = with(everything(), |config| config.plaintext_auth = false);
    transcript(
        &config,
        Channel::Clear,
        "C: AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=
         S: -ERR no passwords in clear text: use TLS
         C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK the maildrop has 2 messages",
    );
    transcript(
        &config,
        Channel::Tls,
        "C: STLS
         S: -ERR TLS is active already
         C: AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=
         S: +OK the maildrop has 2 messages",
    );
}

/// HOSTILE: clear-text mechanisms are not offered without TLS. Those are the ones
/// that show a password or a token, and those of which no one knows what they show.
#[test]
fn mechanisms_that_show_what_they_prove_with() {
    let config = with(everything(), |config| {
        config.stls = false;
        config.plaintext_auth = false;
        config.utf8 = false;
        config.lang = false;
        config.mechanisms = OfferedMechanisms::default();
        for name in
            ["PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2", "X-OURS", "CRAM-MD5", "SCRAM-SHA-256"]
        {
            config.mechanisms.offer(name).unwrap();
        }
    });
    transcript(
        &config,
        Channel::Clear,
        "C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: SASL CRAM-MD5 SCRAM-SHA-256
         S: .
         C: AUTH LOGIN AAAA
         S: -ERR no passwords in clear text: use TLS
         C: AUTH OAUTHBEARER AAAA
         S: -ERR no passwords in clear text: use TLS
         C: AUTH XOAUTH2 AAAA
         S: -ERR no passwords in clear text: use TLS
         C: AUTH X-OURS AAAA
         S: -ERR no passwords in clear text: use TLS
         C: AUTH CRAM-MD5 AAAA
         S: -ERR [AUTH] invalid name or password
         C: AUTH SCRAM-SHA-256 AAAA
         S: -ERR [AUTH] invalid name or password",
    );
    transcript(
        &config,
        Channel::Tls,
        "C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN LOGIN OAUTHBEARER XOAUTH2 X-OURS CRAM-MD5 SCRAM-SHA-256
         S: .
         C: AUTH X-OURS AAAA
         S: -ERR [AUTH] invalid name or password",
    );
}

/// RFC 6856 §2 and §3.
#[test]
fn utf8_and_lang() {
    transcript(
        &everything(),
        Channel::Clear,
        "C: UTF8
         S: +OK UTF8 enabled
         C: STLS
         S: -ERR STLS comes before UTF8
         C: USER jürgen
         S: -ERR [AUTH] the name is not US-ASCII
         C: APOP jürgen c4c9334bac560ecc979e58001b3e22fb
         S: -ERR [AUTH] the name is not US-ASCII
         C: LANG
         S: +OK the languages follow
         S: en English
         S: .
         C: LANG MUL
         S: -ERR I only speak English
         C: LANG *
         S: +OK en I speak English
         C: LANG en-GB
         S: +OK en I speak English",
    );
    transcript(
        &with(everything(), |config| config.utf8_user = true),
        Channel::Clear,
        "C: USER jürgen
         S: +OK send the password
         C: PASS grüße
         S: -ERR [AUTH] invalid name or password
         C: APOP jürgen c4c9334bac560ecc979e58001b3e22fb
         S: -ERR [AUTH] invalid name or password",
    );
    let mut server = Server::new(everything(), Channel::Clear);
    assert!(!server.session.is_utf8());
    server.read(b"UTF8\r\n");
    assert!(server.session.is_utf8());
    // An octet that is not UTF-8 is in no name or password, unless tolerated.
    let tolerance = with(Tolerance::default(), |tolerance| tolerance.eight_bit_credentials = true);
    for (config, answer) in [
        (everything(), "-ERR [AUTH] the password is not of the right character set\r\n"),
        (
            with(everything(), |config| config.utf8_user = true),
            "-ERR [AUTH] the password is not of the right character set\r\n",
        ),
        (
            with(everything(), |config| config.tolerance = tolerance),
            "-ERR [AUTH] invalid name or password\r\n",
        ),
    ] {
        let mut server = Server::new(config, Channel::Clear);
        server.read(b"USER mrose\r\nPASS gr\xfc\xdfe\r\n");
        assert!(server.end().sent.ends_with(answer));
    }
}

/// HOSTILE: what comes in clear text behind STLS is never carried out, in the same
/// read or in a later one, during the handshake.
#[test]
fn nothing_may_follow_stls() {
    let start: &[u8] = b"USER mrose\r\nSTLS\r\n";
    for behind in [&b"PASS tan staaf\r\nDELE 1\r\nQUIT\r\n"[..], b"C", b"\n", b"\x16\x03\x01"] {
        let wire = [start, behind].concat();
        let cuts = (1..=wire.len()).map(|at| vec![&wire[..at], &wire[at..]]);
        for pieces in cuts.chain([wire.chunks(1).collect()]) {
            let mut out = BytesMut::new();
            let mut session = Session::new(everything().into(), Channel::Clear, &mut out);
            let (mut unread, mut upgrade, mut failed) = (Vec::new(), None, None);
            for piece in &pieces {
                unread.extend_from_slice(piece);
                let mut input = &unread[..];
                match session.receive(&mut input, &mut out) {
                    Ok(Event::NeedInput) => {}
                    Ok(Event::StartTls(ticket)) => {
                        upgrade = Some(session.start_tls(ticket, &mut out).unwrap());
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
            let answer = match upgrade.is_some() {
                true => "+OK begin the TLS negotiation",
                false => "-ERR octets in clear text after STLS: goodbye",
            };
            let alone = pieces.len() == wire.len() || pieces[0] == start;
            assert_eq!(upgrade.is_some(), alone, "{pieces:?}");
            if let Some(upgrade) = upgrade {
                let late = session.upgraded(upgrade);
                assert_eq!(late, Err(Misuse::WrongTicket(WrongTicket)), "it came too late");
            }
            assert_eq!(session.state(), State::Closed);
            let again = session.receive(&mut &b"CAPA\r\n"[..], &mut out).unwrap_err();
            assert_eq!(again, ProtocolError::PlaintextAfterStartTls.into());
            let sent = format!("+OK POP3 server ready\r\n+OK send the password\r\n{answer}\r\n");
            assert_eq!(&out[..], sent.as_bytes(), "{pieces:?}");
        }
    }
}

/// RFC 1939 §6: once QUIT came, the deletions are carried out, whether the
/// connection ends meanwhile, or the server; before it, none is.
#[test]
fn what_ends_behind_quit() {
    let opened = |out: &mut BytesMut, input: &[u8]| {
        let mut session = Session::new(everything().into(), Channel::Tls, out);
        let mut input = input;
        let Ok(Event::Login(_, ticket)) = session.receive(&mut input, out) else {
            panic!("no login");
        };
        session.open(ticket, 2, out).unwrap();
        let event = session.receive(&mut input, out).unwrap();
        let ticket = match event {
            Event::Update(_, ticket) => Some(ticket),
            _ => None,
        };
        (session, ticket)
    };
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out, b"USER a\r\nPASS b\r\nDELE 1\r\nQUIT\r\n");
    let written = out.len();
    assert_eq!(session.eof(), Ok(()));
    session.timed_out(&mut out);
    session.shut_down(Text::new("the server is shutting down").unwrap(), &mut out);
    assert_eq!((session.state(), out.len()), (State::Update, written));
    session.accept(ticket.unwrap(), &mut out).unwrap();
    assert_eq!(&out[written..], b"+OK goodbye\r\n");
    assert_eq!((session.state(), session.eof()), (State::Closed, Ok(())));

    let (mut session, _) = opened(&mut out, b"USER a\r\nPASS b\r\nDELE 1\r\n");
    assert_eq!(session.eof(), Err(ProtocolError::UnexpectedEnd));
    assert_eq!(session.eof(), Err(ProtocolError::UnexpectedEnd), "it is no better the second time");
}

/// HOSTILE: what was learnt in clear text is forgotten, and STLS takes no argument.
#[test]
fn the_handshake_forgets() {
    let clear: &[u8] = b"USER mrose\r\nSTLS x\r\nSTLS\r\n";
    let inside: &[u8] = b"PASS tan staaf\r\nSTLS\r\nUTF8\r\n";
    for at in 0..clear.len().max(inside.len()) {
        let mut server = Server::new(everything(), Channel::Clear);
        for side in [clear, inside] {
            let (before, after) = side.split_at(at.min(side.len()));
            server.read(before);
            server.read(after);
        }
        let sent = server.end().sent;
        let sent: Vec<&str> = sent.lines().skip(1).collect();
        assert_eq!(
            sent,
            [
                "+OK send the password",
                "-ERR expected the end at octet 4",
                "+OK begin the TLS negotiation",
                "-ERR send USER first",
                "-ERR TLS is active already",
                "+OK UTF8 enabled",
            ],
            "split at {at}"
        );
    }
    // Where it is not offered, it is an unkept promise of no one.
    transcript(
        &with(everything(), |config| config.stls = false),
        Channel::Clear,
        "C: STLS
         S: -ERR STLS is not offered
         C: QUIT
         S: +OK goodbye",
    );
}

/// HOSTILE: one limit for whole and split input, and the tail of a line that is
/// too long is never a command.
#[test]
fn lines_that_are_too_long() {
    let line = |length: usize, tail: &str| {
        let mut line = "X".repeat(length - 2 - tail.len()) + tail;
        line += "\r\n";
        line
    };
    let config = everything();
    let sent = |input: &str| {
        let outcome = every_split(&config, Channel::Clear, input.as_bytes());
        outcome.sent.split_once("\r\n").unwrap().1.to_owned()
    };
    assert_eq!(sent(&line(255, "")), "-ERR unknown command\r\n");
    let too_long = "-ERR the line is too long\r\n";
    assert_eq!(sent(&line(256, "")), too_long);
    assert_eq!(sent(&(line(600, " QUIT") + "UTF8\r\n")), format!("{too_long}+OK UTF8 enabled\r\n"));
    let name = "n".repeat(245);
    assert_eq!(sent(&format!("USER {name}\r\n")), "+OK send the password\r\n");
}

/// HOSTILE: AUTH longer than the limit, then in sync.
#[test]
fn sasl_lines_have_a_limit_of_their_own() {
    let run = |length: usize, piece: usize| {
        let mut server = Server::new(everything(), Channel::Clear);
        let response = "A".repeat(length - 2);
        let input = format!("AUTH PLAIN\r\n{response}\r\nQUIT\r\n");
        for piece in input.as_bytes().chunks(piece) {
            server.read(piece);
        }
        server.end().sent.split_once("\r\n").unwrap().1.to_owned()
    };
    for piece in [1, 7, 4096, 100_000] {
        // 12288 octets with CRLF are taken (but are no groups of four).
        let answer = "+ \r\n-ERR not base64: authentication cancelled\r\n+OK goodbye\r\n";
        assert_eq!(run(12288, piece), answer);
        let answer = "+ \r\n-ERR [AUTH] invalid name or password\r\n+OK goodbye\r\n";
        assert_eq!(run(12286, piece), answer);
        let answer = "+ \r\n-ERR the line is too long\r\n+OK goodbye\r\n";
        assert_eq!(run(12289, piece), answer);
        assert_eq!(run(50_000, piece), answer);
    }
}

/// RFC 2449 §4: behind an exchange of AUTH, however it ends, a command has 255
/// octets again.
#[test]
fn commands_behind_sasl_have_their_limit_again() {
    let (fits, too_long) = ("X".repeat(253), "X".repeat(254));
    for (line, answer, cancelled) in [
        ("*", "-ERR authentication cancelled", 1),
        ("QUIT!", "-ERR not base64: authentication cancelled", 1),
        ("AAAA", "-ERR [AUTH] invalid name or password", 0),
        ("dGVzdAB0ZXN0AHRlc3Q=", "+OK the maildrop has 2 messages", 0),
    ] {
        let script = format!(
            "C: AUTH CRAM-MD5
             S: + PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+
             C: {line}
             S: {answer}
             C: {fits}
             S: -ERR unknown command
             C: {too_long}
             S: -ERR the line is too long
             C: QUIT
             S: +OK goodbye"
        );
        assert_eq!(transcript(&everything(), Channel::Clear, &script).cancelled, cancelled);
    }
}

/// Bare LF, NUL and a CR in a command.
#[test]
fn odd_octets_in_commands() {
    let input = b"CAPA\nNO\rOP\r\nNOOP\0\r\n\r\nQUIT\r\n";
    let sent = every_split(&everything(), Channel::Clear, input).sent;
    let sent: Vec<&str> = sent.lines().skip(1).collect();
    assert_eq!(
        sent,
        [
            "-ERR a line ends with CR LF",
            "-ERR expected a space at octet 2",
            "-ERR expected the end at octet 4",
            "-ERR expected a command at octet 0",
            "+OK goodbye",
        ]
    );
    let tolerance = with(Tolerance::default(), |tolerance| tolerance.bare_lf = true);
    let config = with(everything(), |config| config.tolerance = tolerance);
    let sent = every_split(&config, Channel::Clear, b"UTF8\nQUIT\n").sent;
    assert!(sent.ends_with("+OK UTF8 enabled\r\n+OK goodbye\r\n"));
}

/// Too much of it ends the session politely; rejected logins count.
#[test]
fn bad_commands_are_counted() {
    let limits = with(Limits::default(), |limits| limits.bad_commands = 3);
    let config = with(everything(), |config| config.limits = limits);
    let outcome = transcript(
        &config,
        Channel::Clear,
        "C: X
         S: -ERR unknown command
         C: USER a b
         S: -ERR expected the end at octet 6
         C: AUTH PLAIN AAAA
         S: -ERR [AUTH] invalid name or password
         C: CAPAX
         S: -ERR too many bad commands: goodbye
         C: CAPA",
    );
    assert!(outcome.closed);
    let outcome = transcript(
        &with(config, |config| {
            config.limits = limits;
            config.limits.bad_commands = 1;
        }),
        Channel::Clear,
        "C: X
         S: -ERR unknown command
         C: APOP mrose 00000000000000000000000000000000
         S: -ERR too many bad commands: goodbye
         C: APOP mrose c4c9334bac560ecc979e58001b3e22fb",
    );
    assert!(outcome.closed);
}

/// HOSTILE: an exchange that has no end has one, and cancelling is no way round
/// the limit on bad commands.
#[test]
fn endless_authentication() {
    let limits = with(Limits::default(), |limits| {
        limits.auth_rounds = 2;
        limits.bad_commands = 2;
    });
    let mut session = Session::new(
        with(everything(), |config| config.limits = limits).into(),
        Channel::Clear,
        &mut BytesMut::new(),
    );
    let mut out = BytesMut::new();
    let mut input: &[u8] =
        b"AUTH PLAIN\r\nAAAA\r\nAAAA\r\nAAAA\r\nAUTH PLAIN\r\n*\r\nAUTH PLAIN\r\n*\r\nCAPA\r\n";
    let mut cancelled = 0;
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Auth(_, ticket) | Event::AuthResponse(_, ticket) => {
                session.challenge(ticket, b"", &mut out).unwrap();
            }
            Event::AuthCancelled => cancelled += 1,
            Event::Closed => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(cancelled, 3);
    let sent = core::str::from_utf8(&out).unwrap();
    assert_eq!(
        sent,
        "+ \r\n+ \r\n+ \r\n-ERR too many responses: authentication cancelled\r\n\
         + \r\n-ERR authentication cancelled\r\n+ \r\n-ERR too many bad commands: goodbye\r\n"
    );
}

/// APOP is there only with a timestamp in the greeting.
#[test]
fn no_timestamp_no_apop() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(everything()), Channel::Clear, &mut out);
    assert_eq!(&out[..], b"+OK POP3 server ready\r\n");
    out.clear();
    let mut input: &[u8] = b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::NeedInput)));
    assert_eq!(&out[..], b"-ERR APOP is not offered\r\n");
}

#[test]
fn the_servers_own_end() {
    let mut server = Server::new(everything(), Channel::Clear);
    server.read(b"USER mrose\r\nPASS tan staaf\r\nDELE 1\r\n");
    server.session.shut_down(Text::new("the server is shutting down").unwrap(), &mut server.out);
    server.read(b"QUIT\r\n");
    let outcome = server.end();
    assert!(outcome.sent.ends_with("-ERR [SYS/TEMP] the server is shutting down\r\n"));
    assert!(outcome.closed && outcome.deleted.is_empty());

    // Words in the middle of a message would be taken for a part of it.
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 1, &mut out).unwrap();
    let Ok(Event::Retr(_, ticket)) = session.receive(&mut &b"RETR 1\r\n"[..], &mut out) else {
        panic!("no RETR");
    };
    let mut body = session.send_message(ticket, &mut out).unwrap();
    body.push(b"half", &mut out);
    out.clear();
    session.shut_down(Text::new("the server is shutting down").unwrap(), &mut out);
    assert!(out.is_empty());
    let late = session.finish(body, &mut out);
    assert_eq!(late, Err(Misuse::WrongTicket(WrongTicket)));
    assert!(out.is_empty());
}

/// A session behind APOP, and the ticket of the login.
fn opened(out: &mut BytesMut) -> (Session, Ticket<request::Login>) {
    let mut session = Server::new(everything(), Channel::Clear).session;
    let mut input: &[u8] = b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n";
    match session.receive(&mut input, out) {
        Ok(Event::Login(_, ticket)) => (session, ticket),
        other => panic!("{other:?}"),
    }
}

/// What the caller does wrong does no harm.
#[test]
fn misuse_is_harmless() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    let mut input: &[u8] = b"STAT\r\n";
    let pending = session.receive(&mut input, &mut out);
    assert!(matches!(pending, Err(Error::Misuse(Misuse::ReplyPending))));
    assert_eq!(input, b"STAT\r\n");
    session.open(ticket, 1, &mut out).unwrap();
    let Ok(Event::Sizes(ticket)) = session.receive(&mut input, &mut out) else {
        panic!("no STAT");
    };
    session.timed_out(&mut out);
    let late = session.sizes(ticket, [1], &mut out);
    assert_eq!(late, Err(Misuse::WrongTicket(WrongTicket)));
}

/// A driver that knows less of its maildrop than it said gets no one into
/// trouble: each command has one answer, and none lets a client take for deleted
/// what is only not known.
#[test]
fn short_lists() {
    for known in [0, 1] {
        let mut out = BytesMut::new();
        let (mut session, ticket) = opened(&mut out);
        session.open(ticket, 3, &mut out).unwrap();
        out.clear();
        let mut input: &[u8] =
            b"LIST 3\r\nLIST 2\r\nLIST\r\nSTAT\r\nUIDL 3\r\nUIDL 2\r\nUIDL\r\nNOOP\r\n";
        loop {
            match session.receive(&mut input, &mut out).unwrap() {
                Event::Sizes(ticket) => session.sizes(ticket, vec![7; known], &mut out).unwrap(),
                Event::UniqueIds(ticket) => {
                    let ids = vec![UniqueId::new("a").unwrap(); known];
                    session.unique_ids(ticket, ids, &mut out).unwrap();
                }
                Event::NeedInput => break,
                other => panic!("{other:?}"),
            }
        }
        let sent = String::from_utf8(out.to_vec()).unwrap();
        let no = "-ERR [SYS/TEMP] try again later\r\n";
        assert_eq!(sent, no.repeat(7) + "+OK\r\n");
    }
    // What is deleted need not be known.
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 2, &mut out).unwrap();
    out.clear();
    let mut input: &[u8] = b"DELE 2\r\nLIST\r\nSTAT\r\n";
    while let Event::Sizes(ticket) = session.receive(&mut input, &mut out).unwrap() {
        session.sizes(ticket, [7], &mut out).unwrap();
    }
    assert_eq!(&out[..], b"+OK deleted\r\n+OK the sizes follow\r\n1 7\r\n.\r\n+OK 1 7\r\n");
}

/// A driver that declines everything is still a server.
#[test]
fn declined_events() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 3, &mut out).unwrap();
    out.clear();
    let mut input: &[u8] = b"LIST\r\nUIDL\r\nUIDL 3\r\nRETR 1\r\nTOP 1 1\r\nDELE 1\r\nQUIT\r\n";
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Closed => break,
            event => session.decline(event, &mut out).unwrap(),
        }
    }
    let sent = String::from_utf8(out.to_vec()).unwrap();
    let no = "-ERR not supported\r\n";
    assert_eq!(sent, format!("{no}{no}{no}{no}{no}+OK deleted\r\n{no}"));
}

/// RFC 1939 §5: no sum of sizes is smaller than what is in it.
#[test]
fn sizes_beyond_all_numbers() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 2, &mut out).unwrap();
    let Ok(Event::Sizes(ticket)) = session.receive(&mut &b"STAT\r\n"[..], &mut out) else {
        panic!("no STAT");
    };
    out.clear();
    session.sizes(ticket, [u64::MAX - 1, 3], &mut out).unwrap();
    assert_eq!(&out[..], b"+OK 2 18446744073709551615\r\n");
}

/// LIST of many messages is written from the iterator, with marks anywhere.
#[test]
fn long_listings() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 10_000, &mut out).unwrap();
    let marks: String = (1..=10_000).step_by(3).map(|n| format!("DELE {n}\r\n")).collect();
    let input = marks + "LIST\r\n";
    let mut input = input.as_bytes();
    let Ok(Event::Sizes(ticket)) = session.receive(&mut input, &mut out) else {
        panic!("no LIST");
    };
    out.clear();
    session.sizes(ticket, (1..).map(|n| n * 2), &mut out).unwrap();
    let sent = String::from_utf8(out.to_vec()).unwrap();
    let listed: Vec<_> = sent.lines().skip(1).filter_map(|l| unstuff_line(l.as_bytes())).collect();
    assert_eq!(listed.len(), 6666);
    for line in listed {
        let entry = ScanListing::parse(line).unwrap();
        assert_eq!(entry.octets, u64::from(entry.message.get()) * 2);
        assert_ne!(entry.message.get() % 3, 1);
    }
}

/// One line of a client, with its end.
#[derive(Clone, Debug)]
struct Line(Vec<u8>);

fn line() -> impl Strategy<Value = Line> {
    let known = prop::sample::select(vec![
        "USER mrose",
        "PASS tan staaf",
        "APOP mrose c4c9334bac560ecc979e58001b3e22fb",
        "AUTH PLAIN",
        "AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=",
        "dGVzdAB0ZXN0AHRlc3Q=",
        "*",
        "CAPA",
        "STAT",
        "LIST",
        "LIST 1",
        "RETR 2",
        "TOP 2 1",
        "UIDL",
        "DELE 1",
        "DELE 2",
        "RSET",
        "UTF8",
        "LANG",
        "QUIT",
    ]);
    prop_oneof![
        12 => known.prop_map(|line| Line([line.as_bytes(), b"\r\n"].concat())),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(Line),
        1 => Just(Line(b"\r\n".to_vec())),
        1 => Just(Line(b"NOOP\n".to_vec())),
    ]
}

proptest! {
    /// Whatever comes, in whatever pieces, the same is answered.
    #[test]
    fn any_input_at_any_split(lines in prop::collection::vec(line(), 0..12), cuts: [u16; 3]) {
        let input: Vec<u8> = lines.iter().flat_map(|line| line.0.clone()).collect();
        let run = |pieces: &[&[u8]]| {
            let mut server = Server::new(everything(), Channel::Clear);
            for piece in pieces {
                server.read(piece);
            }
            server.end()
        };
        let whole = run(&[&input]);
        let mut cuts = cuts.map(|cut| usize::from(cut) % (input.len() + 1));
        cuts.sort_unstable();
        let [a, b, c] = cuts;
        let cut = run(&[&input[..a], &input[a..b], &input[b..c], &input[c..]]);
        prop_assert_eq!(&cut, &whole);
        prop_assert!(whole.error.is_none());
    }
}

/// An idle session is small: thousands of them cost next to nothing.
#[test]
fn an_idle_session_is_small() {
    let size = size_of::<Session>();
    assert!(size <= 256, "{size} octets");
}
