//! Commands that wait for their answers.

use crate::command::Command;

/// What was sent and is answered, without what was secret or long in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sent {
    /// `EHLO`.
    Ehlo,
    /// `HELO`.
    Helo,
    /// `LHLO`.
    Lhlo,
    /// `STARTTLS`.
    StartTls,
    /// `AUTH`, and the exchange after it.
    Auth,
    /// `MAIL`.
    Mail,
    /// `RCPT`: which of those of the transaction, counted from 0 in the order in which they were
    /// sent.
    Rcpt(u32),
    /// `DATA`.
    Data,
    /// `BDAT` and its octets, but for the last.
    Chunk,
    /// The end of a message: the dot, or the last chunk.
    Message,
    /// The same in LMTP, for one of the recipients that were accepted: which, as for
    /// [`Rcpt`](Self::Rcpt).
    Delivery(u32),
    /// `RSET`.
    Rset,
    /// `VRFY`.
    Vrfy,
    /// `EXPN`.
    Expn,
    /// `HELP`.
    Help,
    /// `NOOP`.
    Noop,
    /// `QUIT`.
    Quit,
    /// `BURL`.
    Burl,
    /// `ETRN`.
    Etrn,
    /// `ATRN`.
    Atrn,
    /// `XCLIENT`.
    XClient,
    /// `XFORWARD`.
    XForward,
    /// One of RFC 821 that is obsolete.
    Obsolete,
    /// One that the crate does not know.
    Unknown,
}

impl Sent {
    /// What a command is, which is the `next` RCPT of its transaction if it is one.
    pub(super) const fn new(command: Command<'_>, next: u32) -> Self {
        match command {
            Command::Ehlo(_) => Self::Ehlo,
            Command::Helo(_) => Self::Helo,
            Command::Lhlo(_) => Self::Lhlo,
            Command::StartTls => Self::StartTls,
            Command::Auth(_) => Self::Auth,
            Command::Mail(_) => Self::Mail,
            Command::Rcpt(_) => Self::Rcpt(next),
            Command::Data => Self::Data,
            Command::Bdat { last: false, .. } => Self::Chunk,
            Command::Bdat { last: true, .. } => Self::Message,
            Command::Rset => Self::Rset,
            Command::Vrfy(_) => Self::Vrfy,
            Command::Expn(_) => Self::Expn,
            Command::Help(_) => Self::Help,
            Command::Noop(_) => Self::Noop,
            Command::Quit => Self::Quit,
            Command::Burl(_) => Self::Burl,
            Command::Etrn(_) => Self::Etrn,
            Command::Atrn(_) => Self::Atrn,
            Command::XClient(_) => Self::XClient,
            Command::XForward(_) => Self::XForward,
            Command::Obsolete(..) => Self::Obsolete,
            Command::Unknown(_) => Self::Unknown,
        }
    }

    /// Whether nothing may be sent until it is answered: what follows depends on the answer
    /// (RFC 2920 §3.1, RFC 3207 §4, RFC 4954 §4). Of commands that are not known, nobody knows.
    pub(super) const fn is_last(self) -> bool {
        match self {
            Self::Ehlo | Self::Helo | Self::Lhlo | Self::StartTls | Self::Auth | Self::Data => true,
            Self::Vrfy | Self::Expn | Self::Noop | Self::Quit => true,
            Self::Burl | Self::Etrn | Self::Atrn | Self::XClient | Self::XForward => true,
            Self::Obsolete | Self::Unknown => true,
            Self::Mail | Self::Rcpt(_) | Self::Rset | Self::Help => false,
            Self::Chunk | Self::Message | Self::Delivery(_) => false,
        }
    }

    /// Whether nothing may wait for its answer when it is sent.
    pub(super) const fn is_alone(self) -> bool {
        matches!(self, Self::StartTls | Self::Auth | Self::XClient)
    }

    /// Whether its answer says who is in the envelope.
    pub(super) const fn is_of_envelope(self) -> bool {
        matches!(self, Self::Mail | Self::Rcpt(_))
    }
}
