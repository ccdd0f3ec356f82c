//! What a sender is told of a message: reports of delivery, delay and failure, as messages (RFC
//! 3464, RFC 6522, RFC 6533).

mod action;
mod date;
mod field;
mod message;
mod recipient;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::Class;

pub use action::Action;
pub use message::ReportedMessage;
pub use recipient::{Diagnostic, ReportedRecipient};

use crate::address::{ForwardPath, Mailbox, ReversePath};
use crate::command::{Mail, MailParameters, Rcpt, RcptParameters};
use crate::parameter::{BodyType, Notify, Ret};
use field::{Charset, put_character, put_date_field, put_folded};
use recipient::characters;

/// A report to the sender of a message, of those of its recipients of whom it wants to be told. It
/// is a message in three parts: a text, the fields for programs, and what it was about.
///
/// ```
/// use smtp_proto::{
///     Action, BytesMut, ForwardPath, Hostname, Mailbox, Reply, Report, ReportId, ReportedMessage,
///     ReportedRecipient, Ret, ReversePath,
/// };
/// let from = ReversePath::Mailbox(Mailbox::parse(b"alice@example.org")?);
/// let to = ForwardPath::Mailbox(Mailbox::parse(b"bob@example.com")?);
/// let reply = Reply::parse(b"550 5.1.1 No such user here")?;
/// let recipients = [ReportedRecipient::of_reply(to, Action::Failed, reply)];
/// let message = ReportedMessage::new(Hostname::parse(b"mx.example.org")?);
/// let mut out = BytesMut::new();
/// if let Some(report) = Report::new(from, message, &recipients) {
///     let id = ReportId::new("4TXyZ15")?;
///     report.begin(id, 1_795_910_100, &mut out);
///     // RET did not say FULL: the header alone comes back.
///     assert_eq!(report.returns(), Ret::Headers);
///     out.extend_from_slice(b"Subject: hi\r\nTo: bob@example.com\r\n");
///     report.end(id, &mut out);
///     // To be sent with `report.mail()` and `report.rcpt()`.
/// }
/// assert!(Report::new(ReversePath::Null, message, &recipients).is_none());
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    to: Mailbox<'a>,
    message: ReportedMessage<'a>,
    recipients: &'a [ReportedRecipient<'a>],
}

/// What tells a report from others: a word that nobody can guess and no other report has, of 1 to
/// 40 letters, digits, dots, dashes and underscores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportId<'a>(&'a str);

static ID: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"_-");

impl<'a> ReportId<'a> {
    /// Takes a word for it.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn new(word: &'a str) -> Result<Self, SyntaxError> {
        let words = word.split('.');
        let fits = |word: &str| !word.is_empty() && ID.contains_all(word.as_bytes());
        if word.len() <= 40 && { words }.all(fits) {
            Ok(Self(word))
        } else {
            Err(SyntaxError { offset: 0, expected: "a word of letters and digits" })
        }
    }
}

impl<'a> Report<'a> {
    /// A report of what became of a message that came from there.
    ///
    /// There is none, where the reverse-path is null, for reports are not reported on (RFC 3461
    /// §5.2); and where the sender does not [want to know](ReportedRecipient::is_told) of any of
    /// the recipients.
    #[must_use]
    pub fn new(
        from: ReversePath<'a>,
        message: ReportedMessage<'a>,
        recipients: &'a [ReportedRecipient<'a>],
    ) -> Option<Self> {
        let to = from.mailbox()?;
        // RFC 6532 §3: an address past US-ASCII stands in UTF-8 alone.
        let smtputf8 = message.smtputf8 || !to.is_ascii();
        let message = ReportedMessage { smtputf8, ..message };
        let any = recipients.iter().any(ReportedRecipient::is_told);
        any.then_some(Self { to, message, recipients })
    }

    /// Those of whom the sender is told.
    fn told(&self) -> impl Iterator<Item = &'a ReportedRecipient<'a>> {
        self.recipients.iter().filter(|recipient| recipient.is_told())
    }

    fn tells_of(&self, action: Action) -> bool {
        self.told().any(|recipient| recipient.action == action)
    }

    /// How much of the message the report returns: all of it only where RET said so, something
    /// failed (RFC 3461 §6.2), and it is not binary, which a relay may not be able to pass on.
    #[must_use]
    pub fn returns(&self) -> Ret {
        let binary = self.message.body == Some(BodyType::BinaryMime);
        match self.message.ret {
            Some(Ret::Full) if self.tells_of(Action::Failed) && !binary => Ret::Full,
            _ => Ret::Headers,
        }
    }

    /// The MAIL of the report: from nobody, so that there is none of a report (RFC 3461 §6.1).
    #[must_use]
    pub fn mail(&self) -> Mail<'static> {
        let mut parameters =
            MailParameters { smtputf8: self.message.smtputf8, ..Default::default() };
        if self.is_eight_bit() {
            parameters.body = Some(BodyType::EightBitMime);
        }
        Mail { from: ReversePath::Null, parameters }
    }

    /// Its RCPT, to the sender; without `NOTIFY=NEVER`, for which DSN must be offered, unless
    /// `dsn` is set.
    #[must_use]
    pub fn rcpt(&self, dsn: bool) -> Rcpt<'a> {
        let notify = dsn.then_some(Notify::NEVER);
        let parameters = RcptParameters { notify, ..Default::default() };
        Rcpt { to: ForwardPath::Mailbox(self.to), parameters }
    }

    fn is_eight_bit(&self) -> bool {
        self.message.smtputf8 || !matches!(self.message.body, None | Some(BodyType::SevenBit))
    }

    /// Writes the start of the report: its header, the text, the fields, and the header of the
    /// part that holds what is [returned](Self::returns). Write that next, in lines that end with
    /// CRLF, and then the [end](Self::end). `date` is in seconds from the start of 1970.
    pub fn begin(&self, id: ReportId<'_>, date: i64, out: &mut BytesMut) {
        self.put_header(id, date, out);
        self.put_boundary(id, out);
        self.put_text(out);
        self.put_boundary(id, out);
        self.put_status(out);
        self.put_boundary(id, out);
        self.put_part_header(
            match (self.returns(), self.message.charset()) {
                (Ret::Full, Charset::Ascii) => "message/rfc822",
                (Ret::Full, Charset::Utf8) => "message/global",
                (Ret::Headers, Charset::Ascii) => "text/rfc822-headers",
                (Ret::Headers, Charset::Utf8) => "message/global-headers",
            },
            out,
        );
    }

    /// Writes the end of the report, after what was returned.
    pub fn end(&self, id: ReportId<'_>, out: &mut BytesMut) {
        out.put_slice(b"\r\n--");
        self.put_boundary_word(id, out);
        out.put_slice(b"--\r\n");
    }

    /// RFC 3461 §6.2, RFC 6522 §3.
    fn put_header(&self, id: ReportId<'_>, date: i64, out: &mut BytesMut) {
        let host = self.message.reporting_mta.as_str().as_bytes();
        out.put_slice(b"From: Mail delivery <postmaster@");
        out.put_slice(host);
        out.put_slice(b">\r\nTo: <");
        self.to.encode(out);
        out.put_slice(b">\r\n");
        put_date_field("Date", date, out);
        out.put_slice(b"Message-ID: <");
        out.put_slice(id.0.as_bytes());
        out.put_u8(b'@');
        out.put_slice(host);
        out.put_slice(b">\r\nSubject: ");
        out.put_slice(self.subject().as_bytes());
        out.put_slice(b"\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n");
        out.put_slice(b"Content-Type: multipart/report; report-type=delivery-status;\r\n");
        out.put_slice(b" boundary=\"");
        self.put_boundary_word(id, out);
        out.put_slice(b"\"\r\n");
        if self.is_eight_bit() {
            out.put_slice(b"Content-Transfer-Encoding: 8bit\r\n");
        }
        out.put_slice(b"\r\n");
    }

    fn subject(&self) -> &'static str {
        if self.tells_of(Action::Failed) {
            "Your message was not delivered"
        } else if self.tells_of(Action::Delayed) {
            "Your message is delayed"
        } else {
            "Your message was delivered"
        }
    }

    /// The part for people.
    fn put_text(&self, out: &mut BytesMut) {
        let charset = self.message.charset();
        out.put_slice(match charset {
            Charset::Ascii => b"Content-Type: text/plain; charset=us-ascii\r\n\r\n",
            Charset::Utf8 => {
                b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            }
        });
        out.put_slice(b"This is the mail server ");
        out.put_slice(self.message.reporting_mta.as_str().as_bytes());
        out.put_slice(b".\r\n");
        for (action, words) in [
            (Action::Failed, "Your message could not be delivered to"),
            (Action::Delayed, "Your message could not be delivered yet, and is tried again, to"),
            (Action::Delivered, "Your message was delivered to"),
            (Action::Relayed, "Your message was passed on, to where no reports come from, to"),
            (Action::Expanded, "Your message was delivered, and passed on to others, to"),
        ] {
            if self.tells_of(action) {
                out.put_slice(b"\r\n");
                out.put_slice(words.as_bytes());
                out.put_slice(b":\r\n");
            }
            let all = self.told().filter(|recipient| recipient.action == action);
            all.for_each(|recipient| put_recipient(recipient, charset, out));
        }
    }

    /// The part for programs.
    fn put_status(&self, out: &mut BytesMut) {
        let utf8 = self.message.charset() == Charset::Utf8;
        out.put_slice(if utf8 {
            b"Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        } else {
            b"Content-Type: message/delivery-status\r\n\r\n"
        });
        self.message.encode(out);
        for recipient in self.told() {
            out.put_slice(b"\r\n");
            recipient.encode(utf8, out);
        }
    }

    fn put_part_header(&self, content_type: &str, out: &mut BytesMut) {
        out.put_slice(b"Content-Type: ");
        out.put_slice(content_type.as_bytes());
        if self.is_eight_bit() {
            out.put_slice(b"\r\nContent-Transfer-Encoding: 8bit");
        }
        out.put_slice(b"\r\n\r\n");
    }

    fn put_boundary(&self, id: ReportId<'_>, out: &mut BytesMut) {
        out.put_slice(b"\r\n--");
        self.put_boundary_word(id, out);
        out.put_slice(b"\r\n");
    }

    fn put_boundary_word(&self, id: ReportId<'_>, out: &mut BytesMut) {
        out.put_slice(b"=_report_");
        out.put_slice(id.0.as_bytes());
    }
}

/// A recipient, and why, for people.
fn put_recipient(recipient: &ReportedRecipient<'_>, charset: Charset, out: &mut BytesMut) {
    out.put_slice(b"\r\n  <");
    match recipient.to {
        ForwardPath::Mailbox(mailbox) => {
            characters(mailbox).for_each(|character| put_character(character, charset, out));
        }
        ForwardPath::Postmaster => out.put_slice(b"postmaster"),
    }
    out.put_slice(b">\r\n");
    let lines = match recipient.diagnostic {
        Some(Diagnostic::Reply(reply)) => reply.lines(),
        Some(Diagnostic::Own(text)) => text.into(),
        None => return,
    };
    if let Some(Diagnostic::Reply(reply)) = recipient.diagnostic {
        out.put_slice(b"  ");
        match recipient.remote_mta {
            Some(host) => out.put_slice(host.as_str().as_bytes()),
            None => out.put_slice(b"The server"),
        }
        out.put_slice(b" said ");
        decimal(reply.code().get().into(), out);
        out.put_slice(b":\r\n");
    }
    for line in lines.iter() {
        out.put_slice(b"    ");
        put_folded(line.as_bytes(), charset, out);
        out.put_slice(b"\r\n");
    }
}
