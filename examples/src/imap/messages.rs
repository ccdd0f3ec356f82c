//! Reading messages from the store.

use super::mime::Mime;
use crate::store::{Error, Message, Store};

/// Reads a message whole, and finds its parts.
pub(super) fn read(store: &Store, message: &Message) -> Result<Mime, Error> {
    let octets = store.body(message)?.into_bytes();
    let unreadable =
        |source| Error::File { path: format!("message {}", message.uid).into(), source };
    Ok(Mime::parse(octets.map_err(unreadable)?))
}
