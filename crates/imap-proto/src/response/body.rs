//! The items of the FETCH response whose value is octets of the message.
//!
//! RFC 9051 §7.5.2.

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;

use crate::command::fetch::FetchItem;
use crate::value::section::{Section, encode_section_binary};
use crate::wire::{LiteralHead, Style};

/// The items of FETCH whose value is octets of the message.
///
/// Only that of `BINARY[…]` may hold a NUL (RFC 9051 §4.3): the others go
/// out as a literal, which has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Body<'a> {
    /// `BODY[…]`
    Section {
        /// Which.
        section: Section<'a>,
        /// Where the octets begin in it, if only some were asked for.
        origin: Option<u64>,
    },
    /// `BINARY[…]`
    Binary {
        /// The way to the part; none is the whole message.
        part: &'a [NonZeroU32],
        /// Where the octets begin in it, if only some were asked for.
        origin: Option<u64>,
        /// Whether there may be a NUL among them: they go out as a `literal8`,
        /// and else as a literal, by which the client knows that there is none
        /// (RFC 9051 §7.5.2).
        nul: bool,
    },
    /// `RFC822` (RFC 3501)
    Rfc822,
    /// `RFC822.HEADER` (RFC 3501)
    Rfc822Header,
    /// `RFC822.TEXT` (RFC 3501)
    Rfc822Text,
}

impl<'a> Body<'a> {
    /// What answers `item`, if its value is octets of the message. `BINARY[…]` may
    /// hold a NUL.
    #[must_use]
    pub fn answering(item: FetchItem<'a>) -> Option<Self> {
        match item {
            FetchItem::BodySection { section, partial, .. } => {
                Some(Self::Section { section, origin: partial.map(|partial| partial.offset) })
            }
            FetchItem::Binary { part, partial, .. } => {
                let origin = partial.map(|partial| partial.offset);
                Some(Self::Binary { part, origin, nul: true })
            }
            FetchItem::Rfc822 => Some(Self::Rfc822),
            FetchItem::Rfc822Header => Some(Self::Rfc822Header),
            FetchItem::Rfc822Text => Some(Self::Rfc822Text),
            _ => None,
        }
    }

    /// What it answers, but for what is asked for of it.
    const fn item(self) -> FetchItem<'a> {
        match self {
            Self::Section { section, .. } => {
                FetchItem::BodySection { section, peek: false, partial: None }
            }
            Self::Binary { part, .. } => FetchItem::Binary { part, peek: false, partial: None },
            Self::Rfc822 => FetchItem::Rfc822,
            Self::Rfc822Header => FetchItem::Rfc822Header,
            Self::Rfc822Text => FetchItem::Rfc822Text,
        }
    }

    /// Writes its name and a space.
    fn encode_name(self, style: Style, out: &mut BytesMut) {
        out.put_slice(self.item().name().as_bytes());
        let origin = match self {
            Self::Section { section, origin } => {
                section.encode(style, out);
                origin
            }
            Self::Binary { part, origin, .. } => {
                encode_section_binary(part, out);
                origin
            }
            Self::Rfc822 | Self::Rfc822Header | Self::Rfc822Text => None,
        };
        if let Some(origin) = origin {
            out.put_u8(b'<');
            decimal(origin, out);
            out.put_u8(b'>');
        }
        out.put_u8(b' ');
    }

    /// Writes its name and the start of its literal.
    pub(super) fn encode_head(self, octets: u64, style: Style, out: &mut BytesMut) {
        self.encode_name(style, out);
        let binary = self.may_hold_nul();
        LiteralHead { octets, non_synchronizing: false, binary }.encode(out);
    }

    /// Whether it goes out as a `literal8`.
    pub(super) const fn may_hold_nul(self) -> bool {
        matches!(self, Self::Binary { nul: true, .. })
    }

    pub(super) fn encode_whole(self, octets: Option<&[u8]>, style: Style, out: &mut BytesMut) {
        match octets {
            Some(octets) => {
                self.encode_head(u64::try_from(octets.len()).unwrap_or(u64::MAX), style, out);
                out.put_slice(octets);
            }
            None => {
                self.encode_name(style, out);
                out.put_slice(b"NIL");
            }
        }
    }
}
