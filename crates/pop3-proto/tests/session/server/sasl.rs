//! AUTH (RFC 5034).

use crate::server_side::{Server, everything, transcript, with};
use bytes::BytesMut;
use mail_transcript::Peer;
use pop3_proto::OfferedMechanisms;
use pop3_proto::server::{Channel, Event, Limits, Session};

/// RFC 5034 §6, and `*`, `=`, not base64, a second AUTH, a mechanism
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

/// Clear-text mechanisms are not offered without TLS. Those are the ones
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

/// AUTH longer than the limit, then in sync.
#[test]
fn sasl_lines_have_a_limit_of_their_own() {
    let run = |length: usize, piece: usize| {
        let mut server = Server::new(everything(), Channel::Clear);
        let response = "A".repeat(length - 2);
        let input = format!("AUTH PLAIN\r\n{response}\r\nQUIT\r\n");
        for piece in input.as_bytes().chunks(piece) {
            server.receive(piece);
        }
        server.finish().sent.split_once("\r\n").unwrap().1.to_owned()
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

/// RFC 2449 §4: after an exchange of AUTH, however it ends, a command has 255
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

/// An exchange that has no end has one, and cancelling is no way round
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
