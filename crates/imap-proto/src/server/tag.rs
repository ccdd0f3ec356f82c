//! The tag of the command that is being answered.

use bytes::{BufMut, BytesMut};

use crate::wire::Tag;

/// A tag, kept for as long as its command takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptTag {
    octets: [u8; KeptTag::LIMIT],
    length: usize,
    /// Whether it is not to be logged.
    secret: bool,
}

impl KeptTag {
    /// The most octets of a tag.
    pub(super) const LIMIT: usize = 64;

    /// No tag: what is answered gets `*`.
    pub(super) const NONE: Self = Self { octets: [0; Self::LIMIT], length: 0, secret: false };

    /// Keeps `tag`; `None` if it is too long.
    pub(super) fn new(tag: Tag<'_>) -> Option<Self> {
        let mut kept = Self::NONE;
        let tag = tag.as_str().as_bytes();
        kept.octets.get_mut(..tag.len())?.copy_from_slice(tag);
        kept.length = tag.len();
        Some(kept)
    }

    /// The same, not to be logged where `secret` says so.
    pub(super) const fn secret_if(self, secret: bool) -> Self {
        Self { secret, ..self }
    }

    pub(super) const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Writes the tag, or `*` where there is none.
    pub(super) fn encode(&self, out: &mut BytesMut) {
        match self.octets.get(..self.length) {
            Some(tag @ [_, ..]) => out.put_slice(tag),
            _ => out.put_u8(b'*'),
        }
    }
}
