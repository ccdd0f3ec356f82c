//! RFC 5321 §4.1 and appendix D: sessions as they should be, and each command.

use crate::transcript::{EHLO, Message, config, play};

/// RFC 5321 §4.5.1 and appendix D.1.
#[test]
fn a_message() {
    let seen = play(
        config(),
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO bar.com
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250 HELP
        C: MAIL FROM:<Smith@bar.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<Jones@foo.com>
        S: 250 2.1.5 OK
        C: RCPT TO:<nobody@foo.com>
        S: 550 5.1.1 No such user here
        C: RCPT TO:<Brown@foo.com>
        S: 250 2.1.5 OK
        C: DATA
        S: 354 End data with <CRLF>.<CRLF>
        C: Blah blah blah...
        C: ...etc. etc. etc.
        C: .
        S: 250 2.0.0 Queued
        C: QUIT
        S: 221 2.0.0 Bye
        "],
    );
    let message = Message {
        from: "Smith@bar.com".into(),
        to: vec!["Jones@foo.com".into(), "Brown@foo.com".into()],
        body: b"Blah blah blah...\r\n..etc. etc. etc.\r\n".to_vec(),
    };
    assert_eq!(seen.messages, [message]);
    assert_eq!(seen.events.last().unwrap(), "Closed");
}

/// RFC 5321 §4.1.1.1: HELO, and no extensions, so no parameters; but the enhanced codes
/// are there "regardless of whether or not EHLO is employed" (RFC 2034 §4).
#[test]
fn helo() {
    let seen = play(
        config(),
        &["
        S: 220 mx.example.org ESMTP
        C: HELO client.example.org
        S: 250 mx.example.org
        C: MAIL FROM:<a@example.com> SIZE=10
        S* 555 5.5.4 Parameter
        C: MAIL FROM:<>
        S: 250 2.1.0 OK
        C: RCPT TO:<postmaster>
        S: 250 2.1.5 OK
        C: DATA
        S: 354 End data with <CRLF>.<CRLF>
        C: .
        S: 250 2.0.0 Queued
        C: QUIT
        S: 221 2.0.0 Bye
        "],
    );
    let message = Message { from: String::new(), to: vec!["Postmaster".into()], body: Vec::new() };
    assert_eq!(seen.messages, [message]);
}

/// RFC 5321 §3.3 and §4.1.4: MAIL, RCPT, DATA in this order.
#[test]
fn commands_out_of_order() {
    play(
        config(),
        &[
            EHLO,
            "
        C: RCPT TO:<b@example.org>
        S: 503 5.5.1 Send MAIL first
        C: DATA
        S: 503 5.5.1 Send MAIL first
        C: MAIL FROM:<spammer@example.com>
        S: 554 5.7.1 Refused
        C: RCPT TO:<b@example.org>
        S: 503 5.5.1 Send MAIL first
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: MAIL FROM:<a@example.com>
        S: 503 5.5.1 A transaction is open already
        C: DATA
        S: 503 5.5.1 No valid recipients
        C: RCPT TO:<full@example.org>
        S: 452 4.2.2 Mailbox full
        C: DATA
        S: 503 5.5.1 No valid recipients
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: hi
        C: .
        S: 250 2.0.0 Queued
        C: DATA
        S: 503 5.5.1 Send MAIL first
        ",
        ],
    );
}

/// RFC 5321 §4.1.1.6 to §4.1.1.10.
#[test]
fn small_commands() {
    play(
        config(),
        &[
            EHLO,
            "
        C: NOOP
        S: 250 2.0.0 OK
        C: noop any thing
        S: 250 2.0.0 OK
        C: HELP
        S* 214 2.0.0
        C: HELP MAIL
        S* 214 2.0.0
        C: VRFY alice
        S* 252 2.5.0
        C: EXPN staff
        S: 502 5.5.1 Command not implemented
        C: VRFY
        S* 501 5.5.4
        C: RSET x
        S* 501 5.5.4
        C: DATA x
        S* 501 5.5.4
        C: QUIT x
        S* 501 5.5.4
        C: BDAT 0 LAST
        S* 502 5.5.1
        C: LHLO client.example.org
        S: 500 Command not recognized
        C: 
        S* 500 5.5.2
        C:  NOOP
        S* 500 5.5.2
        C: qUiT
        S: 221 2.0.0 Bye
        ",
        ],
    );
}

/// RFC 5321 §3.5: where the server says so, VRFY and EXPN are answered.
#[test]
fn verifying() {
    let mut config = config();
    config.vrfy = true;
    config.expn = true;
    play(
        config,
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250-VRFY
        S: 250-EXPN
        S: 250 HELP
        C: VRFY alice
        S: 250 2.1.5 Alice <alice@example.org>
        C: VRFY somebody
        S* 252 2.5.0
        C: EXPN staff
        S: 250-2.1.5 <alice@example.org>
        S: 250 2.1.5 <bob@example.org>
        C: EXPN others
        S: 502 5.5.1 Command not implemented
        "],
    );
}

/// What is offered where something else is not.
#[test]
fn no_size_limit() {
    let mut config = config();
    // RFC 1870 §4: 0 says that there is none.
    config.max_message_size = Some(0);
    config.eight_bit_mime = false;
    // RFC 6531 §3.1: who offers SMTPUTF8 offers 8BITMIME.
    config.smtputf8 = true;
    play(
        config,
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250 HELP
        C: MAIL FROM:<a@example.com> SIZE=99999999999
        S: 250 2.1.0 OK
        C: RSET
        S: 250 2.0.0 OK
        C: MAIL FROM:<a@example.com> SMTPUTF8
        S* 555 5.5.4
        "],
    );
}

/// RFC 1870 §6: SIZE is offered, and declared sizes are held to it; so is each
/// message that comes.
#[test]
fn size() {
    let mut config = config();
    config.max_message_size = Some(1000);
    play(
        config.clone(),
        &[
            EHLO,
            "
        C: MAIL FROM:<a@example.com> SIZE=1001
        S: 552 5.3.4 Message too big for this server
        C: MAIL FROM:<a@example.com> SIZE=18446744073709551615
        S: 552 5.3.4 Message too big for this server
        C: MAIL FROM:<a@example.com> SIZE=18446744073709551616
        S* 501 5.5.4
        C: MAIL FROM:<a@example.com> SIZE=1000
        S: 250 2.1.0 OK
        ",
        ],
    );
    config.max_message_size = Some(7);
    let seen = play(
        config,
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE 7
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250 HELP
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: ..2345
        C: .
        S: 250 2.0.0 Queued
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: 12345
        C: .
        S: 250 2.0.0 Queued
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: 123456
        C: .
        S: 552 5.3.4 Message too big for this server
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: 123
        C: 1
        C: RSET
        C: .
        S: 552 5.3.4 Message too big for this server
        C: DATA
        S: 503 5.5.1 Send MAIL first
        "],
    );
    let bodies: Vec<&[u8]> = seen.messages.iter().map(|message| &message.body[..]).collect();
    assert_eq!(bodies, [b".2345\r\n", b"12345\r\n"]);
}

/// RFC 6152 §3 and RFC 6531 §3.4: parameters that were offered, and that were not.
#[test]
fn parameters() {
    let mut config = config();
    let accepted = [
        EHLO,
        "
        C: MAIL FROM:<a@example.com> BODY=8BITMIME SMTPUTF8 SIZE=10
        S: 250 2.1.0 OK
        C: RSET
        S: 250 2.0.0 OK
        C: MAIL FROM:<a@example.com> body=7bit
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org> NOTIFY=NEVER
        S* 555 5.5.4
        C: RSET
        S: 250 2.0.0 OK
        C: MAIL FROM:<a@example.com> BODY=BINARYMIME
        S* 555 5.5.4
        C: MAIL FROM:<a@example.com> BODY=9BIT
        S* 501 5.5.4
        C: MAIL FROM:<a@example.com> X-UNKNOWN=1
        S* 555 5.5.4
        C: MAIL FROM:<a@example.com> AUTH=<>
        S* 555 5.5.4
        C: MAIL FROM:<a@example.com> SIZE=1 SIZE=2
        S* 501 5.5.4
        C: MAIL FROM:<a@example.com>SIZE=1
        S* 501 5.5.4
        C: MAIL FROM:<a@example.com>  SIZE=1
        S* 501 5.5.4
        ",
    ];
    play(config.clone(), &accepted);

    config.eight_bit_mime = false;
    config.smtputf8 = false;
    config.starttls = false;
    play(
        config.clone(),
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-ENHANCEDSTATUSCODES
        S: 250 HELP
        C: MAIL FROM:<a@example.com> BODY=8BITMIME
        S* 555 5.5.4
        C: MAIL FROM:<a@example.com> SMTPUTF8
        S* 555 5.5.4
        C: STARTTLS
        S: 502 5.5.1 Command not implemented
        "],
    );

    // RFC 4954 §5: AUTH= is for servers that offer AUTH. curl sends `AUTH=<x@y>`.
    config.mechanisms.offer("PLAIN").unwrap();
    play(
        config,
        &[
            EHLO,
            "
        C: MAIL FROM:<a@example.com> AUTH=<x@y>
        S: 250 2.1.0 OK
        C: RSET
        S: 250 2.0.0 OK
        C: MAIL FROM:<a@example.com> AUTH=e+3Dmc2@example.com
        S: 250 2.1.0 OK
        C: RSET
        S: 250 2.0.0 OK
        C: MAIL FROM:<a@example.com> AUTH=+4z
        S* 501 5.5.4
        C: MAIL FROM:<a@example.com> AUTH=+0D+0A
        S* 501 5.5.4
        ",
        ],
    );
}

/// RFC 5321 §4.2.4: what is known and not done is answered 502, whatever its argument.
#[test]
fn obsolete() {
    play(
        config(),
        &[
            EHLO,
            "
        C: TURN
        S: 502 5.5.1 Command not implemented
        C: SEND FROM:<a@example.com>
        S: 502 5.5.1 Command not implemented
        C: soml
        S: 502 5.5.1 Command not implemented
        C: SAML from nobody
        S: 502 5.5.1 Command not implemented
        C: SENDER
        S: 500 5.5.1 Command not recognized
        C: RCPT TO:<b@example.org>
        S: 503 5.5.1 Send MAIL first
        ",
        ],
    );
}
