//! Whether a server can take a message, which is known before anything is sent.

use crate::sender::{Case, TO_TWO, greeted, mail, rcpt, transcript};
use bytes::BytesMut;
use smtp_proto::client::{
    Channel, ClearText, Config, Envelope, EnvelopeError, Form, Misuse, Protocol, Session,
    Transaction,
};
use smtp_proto::{Command, Hostname, Rcpt};

/// What a message needs and the server does not offer is said before anything is sent.
#[test]
fn what_cannot_be_met() {
    let all = [
        "SIZE 1000",
        "8BITMIME",
        "SMTPUTF8",
        "CHUNKING",
        "BINARYMIME",
        "DSN",
        "DELIVERBY",
        "FUTURERELEASE 60 2030-01-01T00:00:00Z",
        "MT-PRIORITY",
        "REQUIRETLS",
        "NO-SOLICITING",
        "MTRK",
        "CONPERM",
        "CONNEG",
        "RRVS",
        "AUTH PLAIN",
    ];
    for (mail_line, rcpt_line, form, needs) in [
        ("MAIL FROM:<a@b> BODY=8BITMIME", "RCPT TO:<c@d>", Form::Data, "8BITMIME"),
        ("MAIL FROM:<a@b> BODY=BINARYMIME", "RCPT TO:<c@d>", Form::Chunks, "BINARYMIME"),
        ("MAIL FROM:<a@b> SMTPUTF8", "RCPT TO:<c@d>", Form::Data, "SMTPUTF8"),
        ("MAIL FROM:<\u{e9}@b>", "RCPT TO:<c@d>", Form::Data, "SMTPUTF8"),
        ("MAIL FROM:<>", "RCPT TO:<\u{e9}@d>", Form::Data, "SMTPUTF8"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@\u{e9}.example>", Form::Data, "SMTPUTF8"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d>", Form::Chunks, "CHUNKING"),
        ("MAIL FROM:<a@b> RET=HDRS", "RCPT TO:<c@d>", Form::Data, "DSN"),
        ("MAIL FROM:<a@b> ENVID=x", "RCPT TO:<c@d>", Form::Data, "DSN"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d> NOTIFY=NEVER", Form::Data, "DSN"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d> ORCPT=rfc822;c@d", Form::Data, "DSN"),
        ("MAIL FROM:<a@b> BY=120;R", "RCPT TO:<c@d>", Form::Data, "DELIVERBY"),
        ("MAIL FROM:<a@b> HOLDFOR=60", "RCPT TO:<c@d>", Form::Data, "FUTURERELEASE"),
        ("MAIL FROM:<a@b> MT-PRIORITY=3", "RCPT TO:<c@d>", Form::Data, "MT-PRIORITY"),
        ("MAIL FROM:<a@b> RequireTLS", "RCPT TO:<c@d>", Form::Data, "REQUIRETLS"),
        ("MAIL FROM:<a@b> SOLICIT=a.b:ADV", "RCPT TO:<c@d>", Form::Data, "NO-SOLICITING"),
        ("MAIL FROM:<a@b> MTRK=YWJj", "RCPT TO:<c@d>", Form::Data, "MTRK"),
        ("MAIL FROM:<a@b> CONPERM", "RCPT TO:<c@d>", Form::Data, "CONPERM"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d> CONNEG", Form::Data, "CONNEG"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d> RRVS=2014-04-03T23:01:00Z", Form::Data, "RRVS"),
    ] {
        let recipients = [rcpt(rcpt_line)];
        let envelope = Envelope { mail: mail(mail_line), recipients: &recipients };
        let without: Vec<_> = all.iter().copied().filter(|line| !line.starts_with(needs)).collect();
        let session = greeted(Protocol::Smtp, &without);
        let error = Transaction::new(&session, envelope, form).unwrap_err();
        assert_eq!(error, EnvelopeError::NotOffered(needs), "{mail_line} {rcpt_line}");
        let session = greeted(Protocol::Smtp, &all);
        assert!(Transaction::new(&session, envelope, form).is_ok(), "{mail_line} {rcpt_line}");
    }
}

/// The same of what is not an extension.
#[test]
fn what_cannot_be_sent() {
    let recipients = [rcpt("RCPT TO:<c@d>")];
    let session = greeted(Protocol::Smtp, &["SIZE 1000", "CHUNKING", "BINARYMIME"]);
    let error = |session: &Session, line: &str, recipients: &[Rcpt<'_>]| {
        let envelope = Envelope { mail: mail(line), recipients };
        Transaction::new(session, envelope, Form::Data).err()
    };
    let too_big = EnvelopeError::TooBig { size: 1001, limit: 1000 };
    assert_eq!(error(&session, "MAIL FROM:<a@b> SIZE=1001", &recipients), Some(too_big));
    assert_eq!(error(&session, "MAIL FROM:<a@b> SIZE=1000", &recipients), None);
    assert_eq!(error(&session, "MAIL FROM:<a@b>", &[]), Some(EnvelopeError::NoRecipients));
    let binary = error(&session, "MAIL FROM:<a@b> BODY=BINARYMIME", &recipients);
    assert_eq!(binary, Some(EnvelopeError::BinaryData));
    let long = format!("MAIL FROM:<a@b> X-OURS={}", "x".repeat(2500));
    let too_long = EnvelopeError::Session(Misuse::TooLong);
    assert_eq!(error(&session, &long, &recipients), Some(too_long));
    let long = format!("RCPT TO:<a@b> X-OURS={}", "x".repeat(2500));
    assert_eq!(error(&session, "MAIL FROM:<a@b>", &[rcpt(&long)]), Some(too_long));
    let fresh = Session::new(Config::default(), Channel::Tls);
    let not_now = EnvelopeError::Session(Misuse::NotNow);
    assert_eq!(error(&fresh, "MAIL FROM:<a@b>", &recipients), Some(not_now));
    let full = greeted(Protocol::Smtp, &["LIMITS MAILMAX=1"]);
    let mut session = full;
    session.send(Command::Mail(mail("MAIL FROM:<a@b>")), &mut BytesMut::new()).unwrap();
    session.receive(&mut &b"550 no\r\n"[..], &mut BytesMut::new()).unwrap();
    let reached = EnvelopeError::Session(Misuse::LimitReached);
    assert_eq!(error(&session, "MAIL FROM:<a@b>", &recipients), Some(reached));
    let mut clear = Config::default();
    clear.clear_text = ClearText::Nothing;
    let mut session = Session::new(clear, Channel::Clear);
    session.receive(&mut &b"220 mx\r\n"[..], &mut BytesMut::new()).unwrap();
    let helo = Command::Helo(Hostname::parse(b"c").unwrap());
    session.send(helo, &mut BytesMut::new()).unwrap();
    session.receive(&mut &b"250 mx\r\n"[..], &mut BytesMut::new()).unwrap();
    let in_clear = EnvelopeError::Session(Misuse::ClearText);
    assert_eq!(error(&session, "MAIL FROM:<a@b>", &recipients), Some(in_clear));
}

static HINTS: Case<'static> = Case {
    extensions: &["PIPELINING"],
    mail: "MAIL FROM:<a@b> SIZE=10 BODY=7BIT AUTH=<> X-OURS=1",
    recipients: &["RCPT TO:<c@d>"],
    ..TO_TWO
};
static HINTS_OFFERED: Case<'static> =
    Case { extensions: &["PIPELINING", "SIZE", "8BITMIME", "AUTH PLAIN"], ..HINTS };
static UTF8: Case<'static> = Case {
    extensions: &["PIPELINING", "SMTPUTF8", "8BITMIME"],
    recipients: &["RCPT TO:<\u{e9}@d>"],
    ..TO_TWO
};

/// What asks for nothing is left out where it is not known; SMTPUTF8 is added where it is needed.
#[test]
fn parameters_by_what_is_offered() {
    for (case, mail_line, rcpt_line) in [
        (&HINTS, "MAIL FROM:<a@b> X-OURS=1", "RCPT TO:<c@d>"),
        (&HINTS_OFFERED, "MAIL FROM:<a@b> SIZE=10 BODY=7BIT AUTH=<> X-OURS=1", "RCPT TO:<c@d>"),
        (&UTF8, "MAIL FROM:<a@b> SMTPUTF8", "RCPT TO:<\u{e9}@d>"),
    ] {
        transcript(
            case,
            &format!(
                "C: {mail_line}
                 C: {rcpt_line}
                 C: DATA
                 S: 250 OK
                 S: 550 who?
                 S: 503 no
                 C: RSET
                 S: 250 OK
                 E: 0 rejected Some(Rcpt(0)) 550 who?
                 E: done None"
            ),
        );
    }
}
