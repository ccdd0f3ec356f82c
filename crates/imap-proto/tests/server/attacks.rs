//! What an attacker would send: other protocols, odd line ends, and work out of proportion.

use std::sync::Arc;
use std::time::{Duration, Instant};

use imap_proto::server::{Channel, Error, Event, ProtocolError, Session, State};
use imap_proto::{Arena, BytesMut, Tolerance};

use crate::transcript::{LOGIN, config, play};

/// A browser that was led here (ALPACA): nothing is answered, and nothing that follows is read,
/// before login and after it.
#[test]
fn a_request_of_http() {
    for (before, line) in [
        ("", "GET / HTTP/1.1"),
        ("", "POST /a b HTTP/1.0"),
        ("", "HEAD / HTTP/1.1\n"),
        ("l LOGIN u p\r\n", "OPTIONS * HTTP/2.0"),
    ] {
        let input = format!("{before}{line}\r\nHost: x\r\n\r\na LOGIN alice secret\r\n");
        for split in 0..input.len() {
            let (mut out, arena) = (BytesMut::new(), Arena::new());
            let mut session = Session::new(Arc::new(config()), Channel::Tls, &mut out);
            let (mut start, mut failure) = (0, None);
            for end in [split, input.len()] {
                let mut unread = &input.as_bytes()[start..end];
                let written = loop {
                    let before = out.len();
                    match session.receive(&mut unread, &arena, &mut out) {
                        Ok(Event::NeedInput) => break None,
                        Ok(Event::Command(_, ticket)) => session.accept(ticket, &mut out).unwrap(),
                        Ok(other) => panic!("{other:?}"),
                        Err(Error::Protocol(error)) => {
                            failure = Some(error);
                            break Some(out.len() - before);
                        }
                        Err(Error::Misuse(misuse)) => panic!("{misuse}"),
                    }
                };
                assert!(written.is_none_or(|octets| octets == 0));
                start = end - unread.len();
            }
            assert_eq!(failure, Some(ProtocolError::HttpRequest), "split at {split}");
            assert_eq!(session.state(), State::Logout);
            assert_eq!(session.eof(), Err(ProtocolError::HttpRequest));
        }
    }
}

/// The request may be longer than a command can be. A method may be a tag, too.
#[test]
fn a_long_request_of_http() {
    for (start, failure) in [
        ("POST /", Some(ProtocolError::HttpRequest)),
        ("GET http://example.org/", Some(ProtocolError::HttpRequest)),
        ("POST SELECT ", None),
    ] {
        let input = format!("{start}{} HTTP/1.1\r\na LOGOUT\r\n", "x".repeat(70_000));
        let (mut out, arena) = (BytesMut::new(), Arena::new());
        let mut session = Session::new(Arc::new(config()), Channel::Tls, &mut out);
        out.clear();
        let mut unread = input.as_bytes();
        let event = session.receive(&mut unread, &arena, &mut out);
        match failure {
            Some(failure) => {
                assert!(matches!(event, Err(Error::Protocol(error)) if error == failure));
                assert!(out.is_empty() && unread.is_empty());
            }
            None => assert!(out.starts_with(b"POST BAD [TOOBIG] "), "{out:?}"),
        }
    }
}

/// A line that announces a literal ends with CRLF, whatever is tolerated; what it announces is
/// read past where it comes unasked.
#[test]
fn a_bare_lf_where_a_literal_is_announced() {
    let transcript = "
        C> a APPEND INBOX {5+}\\n
        S: a BAD a line ends with CRLF
        C> x NO\\n
        C:
        C> b APPEND INBOX {5}\\n
        S: b BAD a line ends with CRLF
        C> c CREATE {11+}\\n
        S: c BAD a line ends with CRLF
        C> d LOGOUT\\r\\nx
        C:
        C: e NOOP
        S: e OK done
        ";
    for tolerance in [Tolerance::STRICT, Tolerance::LENIENT] {
        let mut config = config();
        config.tolerance = tolerance;
        let seen = play(config, &[LOGIN, transcript]);
        assert!(seen.messages.is_empty());
    }
}

/// How long the session takes for `input`.
fn time(input: &str) -> Duration {
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let mut session = Session::new(Arc::new(config()), Channel::Tls, &mut out);
    let mut unread = input.as_bytes();
    let start = Instant::now();
    loop {
        match session.receive(&mut unread, &arena, &mut out).unwrap() {
            Event::NeedInput | Event::Closed => return start.elapsed(),
            event => session.decline(event, &mut out).unwrap(),
        }
    }
}

/// Tag and verb are looked for once, however many literals a command has: what a stranger's
/// command costs grows with its octets.
#[test]
fn many_literals_after_a_long_word() {
    let command = |word: usize, literals: usize| {
        format!("a {}{}\r\n", "X".repeat(word), "{1+}\r\nx".repeat(literals))
    };
    // As many literals, and a short word before them. The machine may do other things in the
    // middle: once in twenty times is enough.
    let (harmless, attack) = (command(10, 4_300), command(30_000, 4_300));
    let expected = (0..3).map(|_| time(&harmless)).min().unwrap();
    let most = 8 * expected + Duration::from_millis(5);
    assert!((0..20).any(|_| time(&attack) < most), "it never takes less than {most:?}");
}
