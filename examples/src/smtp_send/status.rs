//! The exit status, as sysexits(3) has it.

use std::io;

use smtp_proto::{
    EnhancedCode, ReplyBuf,
    client::{EnvelopeError, Misuse, OpeningError, Outcome, Sent},
};

use crate::smtp_client::Error;

/// How it went, for who called the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everybody gets it.
    Ok = 0,
    /// Wrong options.
    Usage = 64,
    /// The message, or its envelope, is not such as the server takes.
    Data = 65,
    /// The message cannot be read.
    NoInput = 66,
    /// There is no such user.
    NoUser = 67,
    /// There is no such server.
    NoHost = 68,
    /// The server does not do it.
    Unavailable = 69,
    /// It may work later.
    TemporaryFailure = 75,
    /// The server does not speak the protocol.
    Protocol = 76,
    /// The server does not let this client do it.
    NoPermission = 77,
}

impl Status {
    /// Of several recipients: that it may work later for some comes first, for then the program
    /// is to be called again; then whatever went wrong first.
    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Ok, other) => other,
            (_, Self::TemporaryFailure) => other,
            (this, _) => this,
        }
    }
}

impl From<&Outcome> for Status {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Accepted(_) => Self::Ok,
            Outcome::Rejected { by, reply } if reply.code().is_permanent_failure() => {
                refused(*by, reply)
            }
            // Whatever was not answered may still be done.
            _ => Self::TemporaryFailure,
        }
    }
}

/// By the subject of RFC 3463 §3 where the server says it, else by what RFC 5321 §4.2.3 has
/// the code for.
fn refused(by: Option<Sent>, reply: &ReplyBuf) -> Status {
    let subject = reply.enhanced().map(EnhancedCode::subject).filter(|&subject| subject > 0);
    match (subject, by, reply.code().get()) {
        (Some(7), ..) | (None, _, 530 | 534 | 535 | 538) => Status::NoPermission,
        (Some(1), Some(Sent::Rcpt(_)), _) | (None, Some(Sent::Rcpt(_)), 550 | 551 | 553) => {
            Status::NoUser
        }
        (Some(6), ..) | (_, _, 552) => Status::Data,
        _ => Status::Unavailable,
    }
}

impl From<&Error> for Status {
    fn from(error: &Error) -> Self {
        match error {
            Error::Connect(error) => match error.kind() {
                io::ErrorKind::NotFound => Self::NoHost,
                _ => Self::TemporaryFailure,
            },
            Error::Tls(_) => Self::Unavailable,
            Error::Broken(_) | Error::Ended | Error::Silent(_) | Error::Stopped => {
                Self::TemporaryFailure
            }
            Error::Hostname(_) => Self::Usage,
            Error::Protocol(_) | Error::Misuse(_) | Error::LongReply(_) => Self::Protocol,
            Error::Opening(error) => match error {
                OpeningError::LoginRejected(no) if no.code().is_permanent_failure() => {
                    Self::NoPermission
                }
                OpeningError::Refused(no) | OpeningError::StartTlsRefused(no)
                    if no.code().is_permanent_failure() =>
                {
                    Self::Unavailable
                }
                OpeningError::LoginRejected(_)
                | OpeningError::Refused(_)
                | OpeningError::StartTlsRefused(_)
                | OpeningError::Unsolicited(_) => Self::TemporaryFailure,
                OpeningError::NoStartTls | OpeningError::NoLogin => Self::Unavailable,
                OpeningError::Name(_) | OpeningError::Password(_) => Self::Usage,
                _ => Self::Protocol,
            },
        }
    }
}

impl From<&EnvelopeError> for Status {
    fn from(error: &EnvelopeError) -> Self {
        match error {
            EnvelopeError::NoRecipients | EnvelopeError::Session(Misuse::TooLong) => Self::Usage,
            EnvelopeError::Session(_) => Self::TemporaryFailure,
            EnvelopeError::TooBig { .. } => Self::Data,
            _ => Self::Unavailable,
        }
    }
}
