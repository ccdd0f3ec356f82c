//! The two protocols that have SMTP's commands.

/// Which protocol a session speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// SMTP (RFC 5321), and submission (RFC 6409), which is the same on the wire.
    #[default]
    Smtp,
    /// LMTP (RFC 2033): LHLO in the place of EHLO and HELO, and a reply for each recipient once
    /// the message is there.
    Lmtp,
}

/// The most octets of MAIL or RCPT with its CRLF: 512 (RFC 5321 §4.5.3.1.4), and what all
/// extensions that are known here add.
pub(crate) const ENVELOPE: usize = 2400;
