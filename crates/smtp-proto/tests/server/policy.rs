//! What a server takes that is not of the grammar, and what it ends.

use smtp_proto::Tolerance;
use smtp_proto::server::ProtocolError;

use crate::transcript::{EHLO, ENVELOPE, config, play};

/// RFC 5321 §4.1.1: "receivers SHOULD tolerate trailing white space before the terminating
/// CRLF".
#[test]
fn blanks_at_the_end() {
    let mut config = config();
    config.vrfy = true;
    let text = "
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org 
        S* 250 mx.example.org
        C: VRFY alice \\t
        S: 250 2.1.5 Alice <alice@example.org>
        C: STARTTLS x 
        S* 501 5.5.4
        C: MAIL FROM:<a@example.com> 
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>\\t
        S: 250 2.1.5 OK
        C: DATA 
        S* 354
        C: . 
        C: .
        S: 250 2.0.0 Queued
        C: SAML 
        S: 502 5.5.1 Command not implemented
        C: QUIT  
        S: 221 2.0.0 Bye
        ";
    let seen = play(config.clone(), &[text]);
    assert_eq!(seen.messages[0].body, b" \r\n");
    config.tolerance = Tolerance::STRICT;
    play(config, &["S* 220\nC: EHLO c \nS* 501\nC: EHLO c\nS* 250\nC: NOOP \nS* 501 5.5.4\n"]);
}

/// What genuine mail comes with is taken by a public server, and not by others; a bare LF by
/// neither.
#[test]
fn a_public_server() {
    let mut public = config();
    public.tolerance = Tolerance::PUBLIC;
    for line in [
        "EHLO mac.local.",
        "EHLO a-.domain",
        "EHLO [::1]",
        "EHLO my_host",
        "MAIL FROM: <a@b>",
        "MAIL FROM:\\t <a@b>",
        "MAIL FROM:<da.me..@x>",
        "MAIL FROM:<a@b_c>",
    ] {
        play(public.clone(), &[EHLO, &format!("C: {line}\nS* 250\n")]);
        play(config(), &[EHLO, &format!("C: {line}\nS* 501\n")]);
    }
    play(public.clone(), &[ENVELOPE, "C: RCPT TO: <c@d>\nS: 250 2.1.5 OK\n"]);
    for line in ["MAIL FROM:a@b", "MAIL FROM:<>>", "EHLO h\\xc3\\xb4te", "EHLO a..", "EHLO [::g]"] {
        play(public.clone(), &[EHLO, &format!("C: {line}\nS* 501\n")]);
    }
    play(public, &[EHLO, "C> NOOP\\n\nS: 500 5.5.2 Lines must end with CRLF\n"]);
}

/// What stands in an argument can be shown: no control characters.
#[test]
fn control_characters() {
    let mut config = config();
    config.vrfy = true;
    config.expn = true;
    play(
        config,
        &[
            EHLO,
            "
        C: VRFY \"\\x01\"
        S* 501 5.5.4
        C: EXPN a\\x7f
        S* 501 5.5.4
        C: HELP \\x01
        S* 501 5.5.4
        C: NOOP a\\x1b[0m
        S* 501 5.5.4
        C: NOOP a\\tb \\xff
        S: 250 2.0.0 OK
        ",
        ],
    );
}

/// RFC 9112 §3: a browser that was led here is not talked to, whatever comes after its request.
#[test]
fn http() {
    for request in ["GET / HTTP/1.1", "POST /x HTTP/1.0", "CONNECT mx:25 HTTP/1.1"] {
        for before in ["S: 220 mx.example.org ESMTP\n", EHLO, ENVELOPE] {
            let text = format!(
                "C: {request}\nC: EHLO c\nC: MAIL FROM:<a@b>\n\
                 S: 421 4.7.0 This is no HTTP server, closing connection\n"
            );
            let seen = play(config(), &[before, &text]);
            assert_eq!(seen.failure, Some(ProtocolError::HttpRequest));
        }
    }
    // It may be longer than a command can be, and end with LF alone.
    let long = format!("C: GET /{} HTTP/1.1\nS* 421 4.7.0\n", "x".repeat(2000));
    for auth_line in [12_288, 600] {
        let mut config = config();
        config.limits.auth_line = auth_line;
        assert_eq!(play(config, &[EHLO, &long]).failure, Some(ProtocolError::HttpRequest));
    }
    let bare = "C> GET / HTTP/1.1\\n\nS* 421 4.7.0\n";
    assert_eq!(play(config(), &[EHLO, bare]).failure, Some(ProtocolError::HttpRequest));
    // In a message it is text.
    let text = "C: DATA\nS* 354\nC: GET / HTTP/1.1\nC: .\nS: 250 2.0.0 Queued\n";
    assert_eq!(play(config(), &[ENVELOPE, text]).failure, None);
}

/// Nobody tries a dictionary of recipients on one connection: what the driver refuses is
/// counted, across transactions.
#[test]
fn too_many_refusals() {
    let mut config = config();
    config.limits.refusals = 3;
    config.vrfy = true;
    let nobody = "C: RCPT TO:<nobody@example.org>\nS: 550 5.1.1 No such user here\n";
    let last = "C: RCPT TO:<nobody@example.org>\n\
        S: 421 4.7.0 Too many requests were refused, closing connection\nC: NOOP\n";
    play(config.clone(), &[ENVELOPE, nobody, nobody, nobody, last]);
    let mail = "C: RSET\nS* 250\nC: MAIL FROM:<a@b>\nS: 250 2.1.0 OK\n";
    play(config.clone(), &[ENVELOPE, nobody, mail, nobody, mail, nobody, mail, last]);
    // One recipient too many is a refusal, too.
    config.limits.recipients = 1;
    let many = "C: RCPT TO:<c@d>\nS* 452 4.5.3\n";
    play(
        config.clone(),
        &[
            ENVELOPE,
            many,
            nobody.replace("550 5.1.1 No such user here", "452 4.5.3 Too many recipients").as_str(),
            many,
            last,
        ],
    );
    // A message that is accepted makes up for them.
    config.limits.recipients = 1000;
    let message = "C: DATA\nS* 354\nC: .\nS: 250 2.0.0 Queued\n\
        C: MAIL FROM:<a@b>\nS: 250 2.1.0 OK\n";
    play(
        config.clone(),
        &[ENVELOPE, nobody, nobody, nobody, message, nobody, nobody, nobody, last],
    );
}

/// With the limits of default: 2,000 refused recipients are not answered one by one.
#[test]
fn a_dictionary_of_recipients() {
    use smtp_proto::BytesMut;
    use smtp_proto::server::{Channel, Event, Rejection, Session};

    let mut out = BytesMut::new();
    let mut session = Session::new(config().into(), Channel::Clear, &mut out);
    let words = "RCPT TO:<a@b>\r\n".repeat(2000);
    let input = format!("EHLO c\r\nMAIL FROM:<a@b>\r\n{words}");
    let (mut input, mut refused) = (input.as_bytes(), 0);
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Rcpt(_, ticket) => {
                refused += 1;
                session.reject(ticket, Rejection::NO_SUCH_USER, &mut out).unwrap();
            }
            Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Closed => break,
            other => session.decline(other, &mut out).unwrap(),
        }
    }
    assert_eq!(refused, 1001);
    assert!(out.ends_with(b"421 4.7.0 Too many requests were refused, closing connection\r\n"));
}

/// A login, and then every command that is accepted, makes up for bad commands before it; a
/// NOOP does not.
#[test]
fn what_makes_up_for_bad_commands() {
    let mut config = config();
    config.starttls = false;
    config.plaintext_auth = true;
    config.mechanisms.offer("PLAIN").unwrap();
    config.limits.bad_commands = 1;
    let bad = "C: WHAT\nS* 500 5.5.1\n";
    let last = "C: WHAT\nS* 421 4.7.0\n";
    play(config.clone(), &[EHLO, bad, "C: NOOP\nS* 250\nC: EHLO c\nS* 250\n", last]);
    let login = "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS* 235 2.7.0\n";
    let mail = "C: MAIL FROM:<a@b>\nS: 250 2.1.0 OK\n";
    play(config, &[EHLO, bad, login, bad, mail, bad, "C: NOOP\nS* 250\n", last]);
}
