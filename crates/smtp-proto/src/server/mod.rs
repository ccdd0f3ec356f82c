//! The server's side of a connection.

mod asked;
mod config;
mod error;
mod event;
mod receive;
mod rejection;
mod reply;
pub mod request;
mod session;
mod state;

pub use config::{Config, Limits};
pub use error::{Error, Misuse, ProtocolError};
pub use event::{Event, Hello};
pub use mail_wire::Channel;
pub use rejection::Rejection;
pub use session::{Session, Upgrade};
pub use state::State;
