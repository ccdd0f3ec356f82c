//! Commands that this crate does not know.

use crate::wire::{Atom, Tag, after_space, atom, tag};

/// A command that this crate cannot read: [`Event::Unknown`](super::Event::Unknown).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UnknownCommand<'a> {
    /// What its answer is called.
    pub tag: Tag<'a>,
    /// Its name, as the client wrote it: compare it with [`Atom::is`].
    pub name: Atom<'a>,
    /// What follows the name and a space, without the last CRLF: literals as they stand on
    /// the wire, their `{n}` CRLF and their octets.
    pub arguments: &'a [u8],
}

impl<'a> UnknownCommand<'a> {
    /// ```abnf
    /// tag SP atom [SP *OCTET]
    /// ```
    pub(super) fn parse(octets: &'a [u8]) -> Option<Self> {
        let (rest, tag) = tag(octets).ok()?;
        let (rest, name) = atom(after_space(rest)?).ok()?;
        match rest {
            [] => Some(Self { tag, name, arguments: &[] }),
            rest => after_space(rest).map(|arguments| Self { tag, name, arguments }),
        }
    }
}
