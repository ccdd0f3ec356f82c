//! What can go wrong with a server.

use std::{io, time::Duration};

use pop3_proto::{
    BufferError, SyntaxError,
    client::{self, Misuse, OpeningError, ProtocolError},
};

use super::client::{said, shown};

/// Why the mail was not fetched, or not all of it. What the server said in it is
/// escaped, so that it can be shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no connection.
    #[error("cannot connect: {0}")]
    Connect(io::Error),
    /// The TLS handshake failed, or the server is not whom it should be.
    #[error("TLS: {0}")]
    Tls(io::Error),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(io::Error),
    /// The server closed the connection before QUIT.
    #[error("the server closed the connection")]
    Ended,
    /// The server said something that it was not asked: that it goes, mostly.
    #[error("the server speaks unasked: {0}")]
    Unasked(String),
    /// The server was silent for so long.
    #[error("the server has said nothing for {} seconds", .0.as_secs())]
    Silent(Duration),
    /// [`Account::stop`](super::Account::stop) was set.
    #[error("stopped")]
    Stopped,
    /// The server is out of step.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// A command cannot be sent: its argument is at fault, or the session is.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// A line of the server's is longer than any should be.
    #[error(transparent)]
    LongLine(#[from] BufferError),
    /// It is no POP3 server.
    #[error("the server does not greet as a POP3 server does: {0}")]
    NotPop3(String),
    /// The greeting was no.
    #[error("the server takes no connection: {0}")]
    Busy(String),
    /// STLS is not offered.
    #[error("the server does not offer STLS: the password is not sent in clear text")]
    NoStartTls,
    /// STLS was answered with no.
    #[error("the server refuses STLS: {0}")]
    StartTlsRefused(String),
    /// The login that is wanted is not offered.
    #[error("the server does not offer that login")]
    NoLogin,
    /// In clear text, to another machine, without APOP.
    #[error(
        "the server offers no APOP: the password is not sent in clear text unless --login says so"
    )]
    NoSafeLogin,
    /// APOP is wanted, and not there.
    #[error("the server's greeting has no timestamp: it does not take APOP")]
    NoTimestamp,
    /// The name or the password has octets that cannot be sent.
    #[error("the {what} cannot be sent: {source}")]
    Credentials {
        /// Which of the two.
        what: &'static str,
        /// What is wrong with it.
        source: SyntaxError,
    },
    /// The login was rejected.
    #[error("the login is rejected: {0}")]
    Login(String),
    /// Mail is to be kept, and cannot be told apart.
    #[error("the server has no unique-ids (UIDL): --keep would fetch all mail again each time")]
    NoUniqueIds,
    /// LIST was answered with no.
    #[error("the mail cannot be listed: {0}")]
    List(String),
    /// It went wrong while a message was received.
    #[error("message {number}: {source}")]
    Message {
        /// Which.
        number: u32,
        /// What.
        source: Box<Error>,
    },
    /// The record of what was seen cannot be written.
    #[error("the record of what was fetched: {0}")]
    Seen(io::Error),
}

impl From<OpeningError> for Error {
    fn from(error: OpeningError) -> Self {
        match error {
            OpeningError::Session(client::Error::Protocol(error)) => error.into(),
            OpeningError::Session(client::Error::Misuse(error)) => error.into(),
            OpeningError::NotPop3(line) => Self::NotPop3(shown(line.as_text().as_bytes())),
            OpeningError::Refused(no) => Self::Busy(said(&no.as_response())),
            OpeningError::NoStartTls => Self::NoStartTls,
            OpeningError::StartTlsRefused(no) => Self::StartTlsRefused(said(&no.as_response())),
            OpeningError::Name(source) => Self::Credentials { what: "name", source },
            OpeningError::Password(source) => Self::Credentials { what: "password", source },
            OpeningError::LoginRejected(no) => Self::Login(said(&no.as_response())),
            OpeningError::Unsolicited(what) => Self::Unasked(said(&what.as_response())),
            OpeningError::NoLogin => Self::NoLogin,
            _ => Self::Ended,
        }
    }
}
