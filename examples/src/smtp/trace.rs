//! What a server puts before each message (RFC 5321 §4.4).

use std::net::IpAddr;

use smtp_proto::server::Session;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::connection::Peer;

/// ```abnf
/// Return-path-line = "Return-Path:" FWS Reverse-path <CRLF> ; RFC 5321 §4.4
/// ```
pub(super) fn return_path(reverse_path: &str) -> String {
    format!("Return-Path: {reverse_path}\r\n")
}

/// From whom a message came, and how.
pub(super) struct Received<'a> {
    /// The name in its EHLO or HELO.
    pub(super) name: &'a str,
    pub(super) peer: &'a Peer,
    pub(super) session: &'a Session,
    pub(super) lmtp: bool,
    pub(super) smtputf8: bool,
    /// Who has it now.
    pub(super) by: &'a str,
    pub(super) id: u64,
}

impl Received<'_> {
    /// ```abnf
    /// Time-stamp-line  = "Received:" FWS Stamp <CRLF>        ; RFC 5321 §4.4
    /// Stamp            = From-domain By-domain Opt-info [CFWS] ";" FWS date-time
    /// From-domain      = "FROM" FWS Domain FWS "(" TCP-info ")"
    /// Opt-info         = [With] [ID]
    /// ```
    pub(super) fn line(&self) -> String {
        let Self { name, by, id, .. } = self;
        let address = match self.peer.address().ip().to_canonical() {
            IpAddr::V4(address) => format!("[{address}]"),
            IpAddr::V6(address) => format!("[IPv6:{address}]"),
        };
        let protocol = self.protocol();
        let date = OffsetDateTime::now_utc().format(&Rfc2822).unwrap_or_default();
        format!(
            "Received: from {name} ({address})\r\n\
             \tby {by} with {protocol} id {id};\r\n\
             \t{date}\r\n"
        )
    }

    /// The names of protocols are those of RFC 3848 and RFC 6531 §4.3.
    fn protocol(&self) -> String {
        let tls = if self.session.channel().is_tls() { "S" } else { "" };
        let auth = if self.session.is_authenticated() { "A" } else { "" };
        let name = match (self.lmtp, self.smtputf8, self.session.is_extended()) {
            (true, true, _) => "UTF8LMTP",
            (true, false, _) => "LMTP",
            (false, true, _) => "UTF8SMTP",
            (false, false, true) => "ESMTP",
            // After HELO there is this name alone, under TLS too.
            (false, false, false) => return "SMTP".into(),
        };
        format!("{name}{tls}{auth}")
    }
}
