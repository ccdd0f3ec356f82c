//! Reports of delivery (RFC 3464, RFC 3461 §6, RFC 6522, RFC 6533).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]
#![allow(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::print_stdout,
    reason = "tests have an operating system"
)]

use proptest::prelude::*;
use smtp_proto::{
    Action, BodyType, BytesMut, Command, Diagnostic, EnhancedCode, ForwardPath, Hostname, Mailbox,
    Notify, OriginalRecipient, Reply, Report, ReportId, ReportedMessage, ReportedRecipient, Ret,
    ReversePath, Text,
};

fn mailbox(text: &str) -> Mailbox<'_> {
    Mailbox::parse(text.as_bytes()).unwrap()
}

fn from(text: &str) -> ReversePath<'_> {
    ReversePath::Mailbox(mailbox(text))
}

fn to(text: &str) -> ForwardPath<'_> {
    ForwardPath::Mailbox(mailbox(text))
}

fn host(name: &str) -> Hostname<'_> {
    Hostname::parse(name.as_bytes()).unwrap()
}

fn reply(octets: &[u8]) -> Reply<'_> {
    Reply::parse(octets).unwrap()
}

fn written(report: &Report<'_>, returned: &str) -> String {
    let mut out = BytesMut::new();
    let id = ReportId::new("4TXyZ15.1").unwrap();
    report.begin(id, 1_795_910_100, &mut out);
    out.extend_from_slice(returned.as_bytes());
    report.end(id, &mut out);
    String::from_utf8(out.to_vec()).unwrap()
}

/// What a relay got and what became of it, by the commands and replies themselves.
#[test]
fn a_report_of_failure_and_delay() {
    let commands = [
        "MAIL FROM:<alice@example.org> RET=FULL ENVID=QQ+2B314159 BODY=8BITMIME",
        "RCPT TO:<bob@example.com> ORCPT=rfc822;Bob+2Bhome@example.org",
        "RCPT TO:<carol@example.com> NOTIFY=FAILURE,DELAY",
        "RCPT TO:<dave@example.com> NOTIFY=NEVER",
    ];
    let commands = commands.map(|line| Command::parse(line.as_bytes()).unwrap());
    let [Command::Mail(mail), Command::Rcpt(bob), Command::Rcpt(carol), Command::Rcpt(dave)] =
        commands
    else {
        panic!()
    };
    let refused = reply(b"550-5.1.1 No such user here.\r\n550 5.1.1 Ask the postmaster.");
    let mut failed = ReportedRecipient::of_reply(bob.to, Action::Failed, refused);
    failed.remote_mta = Some(host("mx.example.com"));
    failed.last_attempt = Some(1_795_910_090);
    let mut delayed =
        ReportedRecipient::new(carol.to, Action::Delayed, EnhancedCode::new(4, 4, 1).unwrap());
    delayed.diagnostic = Some(Diagnostic::Own(Text::new("Connection refused").unwrap()));
    delayed.will_retry_until = Some(1_796_342_100);
    let never = ReportedRecipient::of_reply(dave.to, Action::Failed, refused);
    let recipients = [
        failed.with_parameters(&bob.parameters),
        delayed.with_parameters(&carol.parameters),
        never.with_parameters(&dave.parameters),
    ];
    let mut message = ReportedMessage::new(host("mx.example.org"));
    message.received_from = Some(host("client.example.org"));
    message.arrived = Some(1_795_910_000);
    let message = message.with_parameters(&mail.parameters);
    let report = Report::new(mail.from, message, &recipients).unwrap();

    assert_eq!(report.returns(), Ret::Full);
    let expected = "From: Mail delivery <postmaster@mx.example.org>\r
To: <alice@example.org>\r
Date: Sat, 28 Nov 2026 23:55:00 +0000\r
Message-ID: <4TXyZ15.1@mx.example.org>\r
Subject: Your message was not delivered\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status;\r
 boundary=\"=_report_4TXyZ15.1\"\r
Content-Transfer-Encoding: 8bit\r
\r
\r
--=_report_4TXyZ15.1\r
Content-Type: text/plain; charset=us-ascii\r
\r
This is the mail server mx.example.org.\r
\r
Your message could not be delivered to:\r
\r
  <bob@example.com>\r
  mx.example.com said 550:\r
    No such user here.\r
    Ask the postmaster.\r
\r
Your message could not be delivered yet, and is tried again, to:\r
\r
  <carol@example.com>\r
    Connection refused\r
\r
--=_report_4TXyZ15.1\r
Content-Type: message/delivery-status\r
\r
Original-Envelope-Id: QQ+314159\r
Reporting-MTA: dns; mx.example.org\r
Received-From-MTA: dns; client.example.org\r
Arrival-Date: Sat, 28 Nov 2026 23:53:20 +0000\r
\r
Original-Recipient: rfc822; Bob+home@example.org\r
Final-Recipient: rfc822; bob@example.com\r
Action: failed\r
Status: 5.1.1\r
Remote-MTA: dns; mx.example.com\r
Diagnostic-Code: smtp; 550-5.1.1 No such user here.\r
 550 5.1.1 Ask the postmaster.\r
Last-Attempt-Date: Sat, 28 Nov 2026 23:54:50 +0000\r
\r
Final-Recipient: rfc822; carol@example.com\r
Action: delayed\r
Status: 4.4.1\r
Diagnostic-Code: X-Local; Connection refused\r
Will-Retry-Until: Thu, 03 Dec 2026 23:55:00 +0000\r
\r
--=_report_4TXyZ15.1\r
Content-Type: message/rfc822\r
Content-Transfer-Encoding: 8bit\r
\r
Subject: hi\r\n\r\nBob!\r
\r
--=_report_4TXyZ15.1--\r
";
    assert_eq!(written(&report, "Subject: hi\r\n\r\nBob!\r\n"), expected);

    let mut out = BytesMut::new();
    Command::Mail(report.mail()).encode(&mut out);
    Command::Rcpt(report.rcpt(true)).encode(&mut out);
    Command::Rcpt(report.rcpt(false)).encode(&mut out);
    let envelope = "MAIL FROM:<> BODY=8BITMIME\r\nRCPT TO:<alice@example.org> NOTIFY=NEVER\r\n\
        RCPT TO:<alice@example.org>\r\n";
    assert_eq!(&out[..], envelope.as_bytes());
}

/// RFC 3461 §5.2, §4.1: no report of a report, and none that is not wanted.
#[test]
fn no_report_where_none_may_be() {
    let message = ReportedMessage::new(host("mx.example.org"));
    let answer = reply(b"250 2.1.5 OK");
    let recipient = |action, notify| {
        let mut recipient = ReportedRecipient::of_reply(to("b@example.com"), action, answer);
        recipient.notify = notify;
        [recipient]
    };
    let failed = recipient(Action::Failed, None);
    assert!(Report::new(from("a@example.org"), message, &failed).is_some());
    assert!(Report::new(ReversePath::Null, message, &failed).is_none());
    assert!(Report::new(from("a@example.org"), message, &[]).is_none());
    for (action, notify) in [
        (Action::Failed, Some(Notify::NEVER)),
        (Action::Delayed, Some(Notify::FAILURE)),
        (Action::Delivered, None),
        (Action::Relayed, Some(Notify::FAILURE.and(Notify::DELAY))),
    ] {
        let unwanted = recipient(action, notify);
        assert!(Report::new(from("a@example.org"), message, &unwanted).is_none(), "{action:?}");
    }
}

/// RFC 3461 §6.2: all of a message comes back where RET said so and it failed; else the header.
#[test]
fn what_is_returned() {
    let returns = |ret, action, body| {
        let mut message = ReportedMessage::new(host("mx.example.org"));
        message.ret = ret;
        message.body = body;
        let answer = reply(b"450 No");
        let mut recipient = ReportedRecipient::of_reply(to("b@example.com"), action, answer);
        recipient.notify = Some(Notify::FAILURE.and(Notify::DELAY).and(Notify::SUCCESS));
        let recipients = [recipient];
        let report = Report::new(from("a@example.org"), message, &recipients).unwrap();
        let text = written(&report, "Subject: hi\r\n");
        assert_eq!(text.contains("message/rfc822"), report.returns() == Ret::Full);
        assert_eq!(text.contains("text/rfc822-headers"), report.returns() == Ret::Headers);
        assert!(text.contains("Status: 4.0.0\r\n"));
        report.returns()
    };
    assert_eq!(returns(Some(Ret::Full), Action::Failed, None), Ret::Full);
    assert_eq!(returns(Some(Ret::Headers), Action::Failed, None), Ret::Headers);
    assert_eq!(returns(None, Action::Failed, None), Ret::Headers);
    assert_eq!(returns(Some(Ret::Full), Action::Delayed, None), Ret::Headers);
    assert_eq!(returns(Some(Ret::Full), Action::Delivered, None), Ret::Headers);
    let binary = Some(BodyType::BinaryMime);
    assert_eq!(returns(Some(Ret::Full), Action::Failed, binary), Ret::Headers);
}

/// RFC 6533 §4: a message with SMTPUTF8 is reported on in UTF-8; others in US-ASCII, whatever
/// their fields hold.
#[test]
fn past_ascii() {
    let answer = reply("550 5.1.1 Kein Zugang für é".as_bytes());
    let mut recipient = ReportedRecipient::of_reply(to("jösé@exämple.org"), Action::Failed, answer);
    recipient.original = Some(OriginalRecipient::parse(br"utf-8;\x{E9}@b").unwrap());
    let recipients = [recipient];
    let mut message = ReportedMessage::new(host("mx.example.org"));
    message.smtputf8 = true;
    let report = Report::new(from("a@example.org"), message, &recipients).unwrap();
    let text = written(&report, "Subject: é\r\n");
    for part in [
        "Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n",
        "Content-Type: message/global-headers\r\n",
        "Original-Recipient: utf-8; é@b\r\n",
        "Final-Recipient: utf-8; jösé@exämple.org\r\n",
        "Diagnostic-Code: smtp; 550 5.1.1 Kein Zugang für é\r\n",
        "charset=utf-8",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(report.mail().parameters.smtputf8);

    message.smtputf8 = false;
    let report = Report::new(from("a@example.org"), message, &recipients).unwrap();
    let text = written(&report, "");
    assert!(text.is_ascii(), "{text}");
    for part in [
        "Content-Type: message/delivery-status\r\n",
        "Original-Recipient: utf-8; \\x{E9}@b\r\n",
        "Final-Recipient: utf-8; j\\x{F6}s\\x{E9}@ex\\x{E4}mple.org\r\n",
        "Diagnostic-Code: smtp; 550 5.1.1 Kein Zugang f?r ?\r\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // A sender past US-ASCII is written to in UTF-8.
    let report = Report::new(from("é@example.org"), message, &recipients).unwrap();
    assert!(report.mail().parameters.smtputf8);
}

#[test]
fn ids_are_words() {
    for word in ["4TXyZ15", "a.b-c_d", &"x".repeat(40)] {
        assert!(ReportId::new(word).is_ok(), "{word}");
    }
    for word in ["", "a b", "a\r\n", "a@b", ".a", "a.", "a..b", "\"", "é", &"x".repeat(41)] {
        assert!(ReportId::new(word).is_err(), "{word:?}");
    }
}

proptest! {
    /// Whatever a server says, and a sender asks for, a report has three parts and no line or
    /// field that somebody else put there.
    #[test]
    fn nothing_can_be_put_into_a_report(
        said in prop::collection::vec("[ -~\t\u{7f}-\u{85}ü\u{1b}]{0,600}", 1..4),
        envelope_id in "([!-*,-<>-~]|\\+[2-6][0-9A-F]){1,33}",
        original in "(rfc822|x400|utf-8);[!-*,-<>-\\[\\]-~]{1,60}",
        own: bool,
        smtputf8: bool,
    ) {
        let last = said.len() - 1;
        let wire = said.iter().enumerate().map(|(number, line)| {
            format!("550{}{line}", if number == last { ' ' } else { '-' })
        });
        let wire = wire.collect::<Vec<_>>().join("\r\n");
        let wire = wire.replace('\0', " ");
        let answer = Reply::parse(wire.as_bytes()).unwrap();
        let mut recipient = ReportedRecipient::of_reply(to("b@example.com"), Action::Failed, answer);
        let first = answer.lines().iter().next().unwrap();
        if own {
            recipient.diagnostic = Some(Diagnostic::Own(first));
        }
        recipient.final_log_id = Some(first);
        recipient.original = OriginalRecipient::parse(original.as_bytes()).ok();
        let recipients = [recipient];
        let line = format!("MAIL FROM:<a@b> ENVID={envelope_id}");
        let Ok(Command::Mail(mail)) = Command::parse(line.as_bytes()) else { panic!("{line}") };
        let mut message = ReportedMessage::new(host("mx.example.org"));
        message = message.with_parameters(&mail.parameters);
        message.smtputf8 = smtputf8;
        let report = Report::new(from("a@example.org"), message, &recipients).unwrap();
        let text = written(&report, "Subject: hi\r\n");

        prop_assert!(smtputf8 || text.is_ascii());
        let lines: Vec<&str> = text.strip_suffix("\r\n").unwrap().split("\r\n").collect();
        prop_assert!(lines.iter().all(|line| line.len() <= 998 && !line.contains(char::is_control)));
        prop_assert_eq!(lines.iter().filter(|line| line.starts_with("--=_report")).count(), 4);
        let status = lines.iter().position(|line| line.ends_with("delivery-status")).unwrap();
        let fields = lines[status..].iter().skip_while(|line| !line.is_empty()).skip(1);
        let fields = fields.take_while(|line| !line.starts_with("--")).filter(|line| !line.is_empty());
        let names = fields.filter(|line| !line.starts_with(' ')).map(|line| {
            line.split(": ").next().unwrap()
        });
        let mut expected = vec![
            "Original-Envelope-Id", "Reporting-MTA", "Original-Recipient", "Final-Recipient", "Action",
            "Status", "Diagnostic-Code", "Final-Log-ID",
        ];
        if recipient.original.is_none() {
            expected.remove(2);
        }
        prop_assert_eq!(names.collect::<Vec<_>>(), expected);
    }
}
