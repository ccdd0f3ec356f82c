//! What a report says of one recipient (RFC 3464 §2.3).

use bytes::{BufMut, BytesMut};

use super::action::Action;
use super::field::{
    Charset, put_character, put_date_field, put_field, put_folded, put_name, put_text,
};
use super::message::put_mta;
use crate::address::{ForwardPath, Hostname, Mailbox};
use crate::command::RcptParameters;
use crate::parameter::{Notify, OriginalRecipient, put_unitext};
use crate::reply::{EnhancedCode, Reply, encode_codes};
use crate::text::Text;

/// A recipient of a message, and what became of it.
///
/// ```
/// use smtp_proto::{Action, BytesMut, ForwardPath, Hostname, Mailbox, Reply, ReportedRecipient};
/// let bob = ForwardPath::Mailbox(Mailbox::parse(b"bob@example.com")?);
/// let reply = Reply::parse(b"550 5.1.1 No such user here")?;
/// let mut recipient = ReportedRecipient::of_reply(bob, Action::Failed, reply);
/// recipient.remote_mta = Some(Hostname::parse(b"mx.example.com")?);
/// let mut out = BytesMut::new();
/// recipient.encode(false, &mut out);
/// let fields = "Final-Recipient: rfc822; bob@example.com\r\n\
///     Action: failed\r\n\
///     Status: 5.1.1\r\n\
///     Remote-MTA: dns; mx.example.com\r\n\
///     Diagnostic-Code: smtp; 550 5.1.1 No such user here\r\n";
/// assert_eq!(&out[..], fields.as_bytes());
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportedRecipient<'a> {
    /// To whom the message was to go.
    pub to: ForwardPath<'a>,
    /// What NOTIFY said.
    pub notify: Option<Notify>,
    /// What ORCPT said.
    pub original: Option<OriginalRecipient<'a>>,
    /// What became of it.
    pub action: Action,
    /// The same, more closely.
    pub status: EnhancedCode,
    /// The server that answered, where it was another.
    pub remote_mta: Option<Hostname<'a>>,
    /// Why.
    pub diagnostic: Option<Diagnostic<'a>>,
    /// When it was last tried, in seconds from the start of 1970.
    pub last_attempt: Option<i64>,
    /// What the last server knows the message by.
    pub final_log_id: Option<Text<'a>>,
    /// Of what is delayed: until when it is tried, in seconds from the start of 1970.
    pub will_retry_until: Option<i64>,
}

/// Why a message was not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnostic<'a> {
    /// A server said so.
    Reply(Reply<'a>),
    /// This one knows without: it found no server, say.
    Own(Text<'a>),
}

impl<'a> ReportedRecipient<'a> {
    /// What became of the message for this recipient.
    #[must_use]
    pub const fn new(to: ForwardPath<'a>, action: Action, status: EnhancedCode) -> Self {
        Self {
            to,
            notify: None,
            original: None,
            action,
            status,
            remote_mta: None,
            diagnostic: None,
            last_attempt: None,
            final_log_id: None,
            will_retry_until: None,
        }
    }

    /// The same by what a server answered: its enhanced code, or `n.0.0` of the class of its code.
    #[must_use]
    pub fn of_reply(to: ForwardPath<'a>, action: Action, reply: Reply<'a>) -> Self {
        let class = match reply.code().get() / 100 {
            4 => 4,
            5 => 5,
            _ => 2,
        };
        let status = reply.enhanced().unwrap_or(EnhancedCode::fixed(class, 0, 0));
        Self { diagnostic: Some(Diagnostic::Reply(reply)), ..Self::new(to, action, status) }
    }

    /// The same with what RCPT said of it.
    #[must_use]
    pub const fn with_parameters(self, rcpt: &RcptParameters<'a>) -> Self {
        Self { notify: rcpt.notify, original: rcpt.original_recipient, ..self }
    }

    /// Whether its sender wants to know.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.action.is_told(self.notify)
    }

    /// Writes its fields in a `message/delivery-status`, or in a `message/global-delivery-status`
    /// where `utf8` is set, without an empty line before or after them: more can be added.
    ///
    /// ```abnf
    /// per-recipient-fields =
    ///       [ original-recipient-field CRLF ]                 ; RFC 3464 §2.3
    ///       final-recipient-field CRLF
    ///       action-field CRLF
    ///       status-field CRLF
    ///       [ remote-mta-field CRLF ]
    ///       [ diagnostic-code-field CRLF ]
    ///       [ last-attempt-date-field CRLF ]
    ///       [ final-log-id-field CRLF ]
    ///       [ will-retry-until-field CRLF ]
    ///       *( extension-field CRLF )
    /// ```
    pub fn encode(&self, utf8: bool, out: &mut BytesMut) {
        let charset = if utf8 { Charset::Utf8 } else { Charset::Ascii };
        if let Some(original) = self.original {
            put_name("Original-Recipient", out);
            put_address(original.address_type(), original.characters(), charset, out);
        }
        put_name("Final-Recipient", out);
        match self.to {
            ForwardPath::Mailbox(mailbox) => {
                let kind = if mailbox.is_ascii() { "rfc822" } else { "utf-8" };
                put_address(kind, characters(mailbox), charset, out);
            }
            ForwardPath::Postmaster => put_address("rfc822", "postmaster".chars(), charset, out),
        }
        put_field("Action", self.action.as_str(), charset, out);
        put_name("Status", out);
        self.status.encode(out);
        out.put_slice(b"\r\n");
        if let Some(host) = self.remote_mta {
            put_mta("Remote-MTA", host, out);
        }
        match self.diagnostic {
            Some(Diagnostic::Reply(reply)) => {
                out.put_slice(b"Diagnostic-Code: smtp; ");
                put_reply(reply, charset, out);
                out.put_slice(b"\r\n");
            }
            Some(Diagnostic::Own(text)) => {
                out.put_slice(b"Diagnostic-Code: X-Local; ");
                put_folded(text.as_bytes(), charset, out);
                out.put_slice(b"\r\n");
            }
            None => {}
        }
        if let Some(time) = self.last_attempt {
            put_date_field("Last-Attempt-Date", time, out);
        }
        if let Some(id) = self.final_log_id {
            put_name("Final-Log-ID", out);
            put_folded(id.as_bytes(), charset, out);
            out.put_slice(b"\r\n");
        }
        // RFC 3464 §2.3.9: of nothing else.
        if let Some(time) = self.will_retry_until.filter(|_| self.action == Action::Delayed) {
            put_date_field("Will-Retry-Until", time, out);
        }
    }
}

/// The characters of a mailbox.
pub(super) fn characters(mailbox: Mailbox<'_>) -> impl Iterator<Item = char> {
    let (local_part, domain) = (mailbox.local_part().as_str(), mailbox.domain().as_str());
    local_part.chars().chain(['@']).chain(domain.chars())
}

/// An address with its type (RFC 3464 §2.3.1); one of `utf-8` in US-ASCII, where it must be, in the
/// form of RFC 6533 §3 that is.
fn put_address(
    kind: &str,
    address: impl Iterator<Item = char>,
    charset: Charset,
    out: &mut BytesMut,
) {
    put_text(kind.as_bytes(), Charset::Ascii, out);
    out.put_slice(b"; ");
    if charset == Charset::Ascii && kind.eq_ignore_ascii_case("utf-8") {
        address.for_each(|character| put_unitext(character, out));
    } else {
        address.for_each(|character| put_character(character, charset, out));
    }
    out.put_slice(b"\r\n");
}

/// A reply as the code of a diagnosis: each of its lines with the codes, and a fold between them
/// (RFC 3461 §9.2).
fn put_reply(reply: Reply<'_>, charset: Charset, out: &mut BytesMut) {
    let mut lines = reply.lines().iter().flat_map(Text::wrapped).peekable();
    while let Some(line) = lines.next() {
        let more = lines.peek().is_some();
        encode_codes(reply.code(), more, reply.enhanced(), out);
        put_text(line.as_bytes(), charset, out);
        if more {
            out.put_slice(b"\r\n ");
        }
    }
}
