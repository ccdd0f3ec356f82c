//! What a client may send, and its limits.

use core::time::Duration;

use mail_wire::SendPolicy;

use crate::protocol::Protocol;

/// What a client speaks and may send, and its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// SMTP or LMTP. Default: SMTP.
    pub protocol: Protocol,
    /// What may be sent while the connection is in clear text.
    pub clear_text: ClearText,
    /// What is done with a bare CR or LF in a body that follows DATA. Default: it is an error.
    /// What follows BDAT goes out as it is.
    pub body_policy: SendPolicy,
    /// The limits.
    pub limits: Limits,
}

/// What a client may send while the connection is in clear text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClearText {
    /// EHLO, HELO, LHLO, STARTTLS, NOOP, RSET, HELP and QUIT: a server that offers no STARTTLS,
    /// or seems to offer none because somebody took it out of its answer, gets no mail (RFC 8314
    /// §3).
    #[default]
    Nothing,
    /// Everything but passwords: mail, and AUTH with mechanisms that
    /// [do not show them](crate::Mechanism::shows_password). So do relays between servers, where
    /// TLS is had if it can be (RFC 7435).
    NoPasswords,
    /// Everything: for a server on the same machine.
    Everything,
}

/// How much a server may ask of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a whole reply, all its lines with their ends: 65536. RFC 5321 §4.5.3.1.5 has
    /// 512 for a line, which servers exceed.
    pub reply: usize,
    /// Octets of commands that wait for their answers: 8192. While there are as many, no more
    /// are sent ahead. They fit what a connection holds on its way, even where the server is
    /// writing and does not read (RFC 2920 §3.1).
    pub pipelined: usize,
    /// Lines that are no reply in the place of one answer: 100. With one more the session ends.
    pub junk_lines: u32,
    /// How long the server may say nothing.
    pub timeouts: Timeouts,
}

impl Default for Limits {
    fn default() -> Self {
        Self { reply: 65_536, pipelined: 8192, junk_lines: 100, timeouts: Timeouts::default() }
    }
}

impl Limits {
    /// The most octets that a session ever leaves unread.
    #[must_use]
    pub const fn buffer(&self) -> usize {
        if self.reply < 8 { 8 } else { self.reply }
    }
}

/// How long a server may say nothing, in each state. The defaults are the least that RFC 5321
/// §4.5.3.2 lets a client wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Before the greeting: 5 minutes (§4.5.3.2.1).
    pub greeting: Duration,
    /// Before the answer to MAIL: 5 minutes (§4.5.3.2.2).
    pub mail: Duration,
    /// Before the answer to RCPT: 5 minutes (§4.5.3.2.3).
    pub rcpt: Duration,
    /// Before the answer to DATA: 2 minutes (§4.5.3.2.4).
    pub data: Duration,
    /// While a block of the body is on its way out: 3 minutes (§4.5.3.2.5).
    pub block: Duration,
    /// Before the answer to the end of a message, or to a chunk: 10 minutes (§4.5.3.2.6). Who
    /// gives up sooner has messages delivered twice (RFC 1047).
    pub message: Duration,
    /// Before all other answers, and how long an idle connection may be kept: 5 minutes.
    pub other: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            greeting: minutes(5),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            block: minutes(3),
            message: minutes(10),
            other: minutes(5),
        }
    }
}
