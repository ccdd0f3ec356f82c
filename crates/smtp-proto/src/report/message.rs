//! What a report says of the message itself (RFC 3464 §2.2).

use bytes::{BufMut, BytesMut};

use super::field::{Charset, put_character, put_date_field, put_name};
use crate::address::Hostname;
use crate::command::MailParameters;
use crate::parameter::{BodyType, Ret, Xtext};

/// A message of which there is something to report.
///
/// ```
/// use smtp_proto::{BytesMut, Hostname, ReportedMessage};
/// let mut message = ReportedMessage::new(Hostname::parse(b"mx.example.org")?);
/// message.arrived = Some(1_795_910_100);
/// let mut out = BytesMut::new();
/// message.encode(&mut out);
/// let fields = "Reporting-MTA: dns; mx.example.org\r\n\
///     Arrival-Date: Sat, 28 Nov 2026 23:55:00 +0000\r\n";
/// assert_eq!(&out[..], fields.as_bytes());
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportedMessage<'a> {
    /// The server that reports.
    pub reporting_mta: Hostname<'a>,
    /// What ENVID said.
    pub envelope_id: Option<Xtext<'a>>,
    /// What RET said.
    pub ret: Option<Ret>,
    /// What BODY said.
    pub body: Option<BodyType>,
    /// Whether MAIL said SMTPUTF8: the report is UTF-8 then, too, and needs SMTPUTF8.
    pub smtputf8: bool,
    /// What the client called itself from which the message came.
    pub received_from: Option<Hostname<'a>>,
    /// When it came, in seconds from the start of 1970.
    pub arrived: Option<i64>,
}

impl<'a> ReportedMessage<'a> {
    /// A message that this server reports of.
    #[must_use]
    pub const fn new(reporting_mta: Hostname<'a>) -> Self {
        Self {
            reporting_mta,
            envelope_id: None,
            ret: None,
            body: None,
            smtputf8: false,
            received_from: None,
            arrived: None,
        }
    }

    /// The same with what MAIL said of it.
    #[must_use]
    pub const fn with_parameters(self, mail: &MailParameters<'a>) -> Self {
        Self {
            envelope_id: mail.envelope_id,
            ret: mail.ret,
            body: mail.body,
            smtputf8: mail.smtputf8,
            ..self
        }
    }

    pub(super) const fn charset(&self) -> Charset {
        if self.smtputf8 { Charset::Utf8 } else { Charset::Ascii }
    }

    /// Writes its fields in a `message/delivery-status`, without an empty line after them: more
    /// can be added.
    ///
    /// ```abnf
    /// per-message-fields =
    ///       [ original-envelope-id-field CRLF ]               ; RFC 3464 §2.2
    ///       reporting-mta-field CRLF
    ///       [ dsn-gateway-field CRLF ]
    ///       [ received-from-mta-field CRLF ]
    ///       [ arrival-date-field CRLF ]
    ///       *( extension-field CRLF )
    /// ```
    pub fn encode(&self, out: &mut BytesMut) {
        let charset = self.charset();
        if let Some(id) = self.envelope_id {
            put_name("Original-Envelope-Id", out);
            id.octets().for_each(|octet| put_character(octet.into(), charset, out));
            out.put_slice(b"\r\n");
        }
        put_mta("Reporting-MTA", self.reporting_mta, out);
        if let Some(client) = self.received_from {
            put_mta("Received-From-MTA", client, out);
        }
        if let Some(time) = self.arrived {
            put_date_field("Arrival-Date", time, out);
        }
    }
}

/// A field that names a server, or a client.
pub(super) fn put_mta(name: &str, host: Hostname<'_>, out: &mut BytesMut) {
    put_name(name, out);
    out.put_slice(b"dns; ");
    out.put_slice(host.as_str().as_bytes());
    out.put_slice(b"\r\n");
}
