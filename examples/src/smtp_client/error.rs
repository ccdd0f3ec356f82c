//! What can go wrong with a server before it takes a message.

use std::{io, time::Duration};

use smtp_proto::{
    BufferError, SyntaxError,
    client::{Misuse, OpeningError, ProtocolError},
};

/// Why there is no connection, or no more. What the server said in it is escaped, so
/// that it can be shown.
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
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Ended,
    /// The server was silent for so long.
    #[error("the server has said nothing for {} seconds", .0.as_secs())]
    Silent(Duration),
    /// [`Account::stop`](super::Account::stop) was set.
    #[error("stopped")]
    Stopped,
    /// The client's own name cannot be said.
    #[error("the client's name: {0}")]
    Hostname(SyntaxError),
    /// The server is out of step.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// A command cannot be sent.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// A reply of the server's is longer than any should be.
    #[error(transparent)]
    LongReply(#[from] BufferError),
    /// The server does not let mail be sent.
    #[error(transparent)]
    Opening(#[from] OpeningError),
}
