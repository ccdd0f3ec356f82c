//! RFC 6531: what is past US-ASCII, in commands and in replies.

use std::sync::Arc;

use smtp_proto::server::{Channel, Event, Rejection, Session};
use smtp_proto::{BytesMut, EnhancedCode, Text};

use crate::transcript::{EHLO, config, play};

/// RFC 6531 §3.7.4.2: what is not ASCII is asked with SMTPUTF8, and shown with it.
#[test]
fn verifying_past_ascii() {
    let mut config = config();
    config.vrfy = true;
    config.expn = true;
    play(
        config.clone(),
        &[
            EHLO,
            "
        C: VRFY jos\\xc3\\xa9
        S: 553 5.6.7 A non-ASCII address needs SMTPUTF8
        C: VRFY jos\\xc3\\xa9 SMTPUTF8
        S: 250 2.1.5 José <josé@example.org>
        C: VRFY jose smtputf8
        S: 250 2.1.5 José <josé@example.org>
        C: VRFY jose
        S: 252 2.6.8 The mailbox is shown to who says SMTPUTF8
        C: VRFY alice SMTPUTF8
        S: 250 2.1.5 Alice <alice@example.org>
        C: VRFY SMTPUTF8
        S* 252 2.5.0
        C: VRFY jos\\xe9 SMTPUTF8
        S* 501 5.5.4
        C: VRFY jose SMTPUTF8=1
        S* 252 2.5.0
        C: EXPN \\xc3\\xa9quipe
        S: 553 5.6.7 A non-ASCII address needs SMTPUTF8
        C: EXPN \\xc3\\xa9quipe SMTPUTF8
        S: 250-2.1.5 <alice@example.org>
        S: 250 2.1.5 <josé@example.org>
        C: EXPN team
        S: 252 2.6.8 The mailbox is shown to who says SMTPUTF8
        C: EXPN staff SMTPUTF8
        S* 250 2.1.5
        ",
        ],
    );
    // The parameter is for clients that were offered it.
    let not_offered = "C: VRFY jose SMTPUTF8\nS: 504 5.5.4 Parameter not offered\n\
        C: EXPN team SMTPUTF8\nS: 504 5.5.4 Parameter not offered\n\
        C: VRFY jos\\xc3\\xa9\nS: 553 5.6.7 A non-ASCII address needs SMTPUTF8\n";
    play(config.clone(), &["S* 220\nC: HELO c\nS: 250 mx.example.org\n", not_offered]);
    config.smtputf8 = false;
    play(config.clone(), &[EHLO, not_offered]);
    // VRFY says nothing, EXPN is not there.
    config.vrfy = false;
    config.expn = false;
    config.smtputf8 = true;
    play(
        config,
        &[
            EHLO,
            "
        C: VRFY jose SMTPUTF8
        S* 252 2.5.0
        C: VRFY jos\\xc3\\xa9
        S* 553 5.6.7
        C: EXPN jos\\xc3\\xa9
        S* 502 5.5.1
        ",
        ],
    );
}

/// RFC 6531 §3.4: SMTPUTF8 is said for one message at a time.
#[test]
fn smtputf8_is_forgotten() {
    let open = "C: MAIL FROM:<a@b> SMTPUTF8\nS: 250 2.1.0 OK\n";
    let delivered = "
        C: RCPT TO:<\\xc3\\xbc@b>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: .
        S* 250 2.0.0
        ";
    let next = "
        C: MAIL FROM:<a@b>
        S: 250 2.1.0 OK
        C: RCPT TO:<\\xc3\\xbc@b>
        S* 553 5.6.7
        ";
    for end in [delivered, "C: RSET\nS* 250\n", "C: EHLO c\nS* 250\n"] {
        play(config(), &[EHLO, open, end, next]);
    }
}

/// RFC 6531 §3.7.4: a driver's text past ASCII is sent where the client asked for it.
#[test]
fn texts_past_ascii() {
    let mut config = config();
    config.vrfy = true;
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(config), Channel::Clear, &mut out);
    out.clear();
    let text = Text::new("Zoë <zoë@b>").unwrap();
    let moved = Rejection::new(551, EnhancedCode::new(5, 1, 6), text).unwrap();
    let full = Rejection::MAILBOX_FULL.with_text(text);
    let mut recipients = [full, moved].into_iter().cycle();
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<c@d>\r\nRSET\r\n\
        MAIL FROM:<a@b> SMTPUTF8\r\nRCPT TO:<c@d>\r\nRCPT TO:<c@d>\r\nRSET\r\n\
        VRFY c\r\nVRFY c SMTPUTF8\r\n"[..];
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Hello(_, ticket) => {
                session.accept_with(ticket, text, &mut out).unwrap();
                assert!(out.starts_with(b"250-mx.example.org\r\n"));
                out.clear();
            }
            Event::Mail(_, ticket) => session.accept_with(ticket, text, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => {
                session.reject(ticket, recipients.next().unwrap(), &mut out).unwrap();
            }
            Event::Vrfy(_, ticket) => session.reject(ticket, moved, &mut out).unwrap(),
            Event::NeedInput => break,
            _ => {}
        }
    }
    session.shut_down(text, &mut out);
    let replies = "250 2.1.0 OK\r\n452 4.2.2 Try again later\r\n550 5.1.6 Refused\r\n250 2.0.0 OK\r\n\
        250 2.1.0 OK\r\n452 4.2.2 Try again later\r\n551 5.1.6 Zoë <zoë@b>\r\n250 2.0.0 OK\r\n\
        550 5.1.6 Refused\r\n551 5.1.6 Zoë <zoë@b>\r\n421 4.3.2 Try again later\r\n";
    assert_eq!(String::from_utf8_lossy(&out), replies);
}
