//! STATUS: what is known of a mailbox without selecting it.
//!
//! RFC 9051 §6.3.11 and §7.3.3.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Names, Parsed, fail};

use crate::value::capability_set::CapabilitySet;
use crate::value::mailbox::{Mailbox, mailbox};
use crate::wire::{KEYWORD_CHAR, NonEmpty, Reader, Style, encode_list};

/// The STATUS command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatusQuery<'a> {
    /// Which mailbox.
    pub mailbox: Mailbox<'a>,
    /// What is asked about it.
    pub items: NonEmpty<'a, StatusItem>,
}

/// `status-att`: something to be told of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusItem {
    /// `MESSAGES`: how many messages there are.
    Messages,
    /// `RECENT` (RFC 3501): how many have `\Recent`.
    Recent,
    /// `UIDNEXT`: a number that the next message's UID is not below.
    UidNext,
    /// `UIDVALIDITY`: changes when UIDs lose their meaning.
    UidValidity,
    /// `UNSEEN`: how many have no `\Seen`.
    Unseen,
    /// `DELETED`: how many have `\Deleted`.
    Deleted,
    /// `SIZE`: octets of all messages together.
    Size,
}

impl StatusQuery<'_> {
    /// What it says that IMAP4rev1 does not have.
    pub(crate) fn needs(&self) -> CapabilitySet {
        self.items.iter().map(|item| item.needs()).collect()
    }

    /// Writes what comes after the name.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b' ');
        self.mailbox.encode(style, out);
        out.put_u8(b' ');
        encode_status_items(self.items, out);
    }
}

impl StatusItem {
    const ALL: [Self; 7] = [
        Self::Messages,
        Self::Recent,
        Self::UidNext,
        Self::UidValidity,
        Self::Unseen,
        Self::Deleted,
        Self::Size,
    ];

    const BY_NAME: &Names<Self, 16> = &{
        let (mut names, mut rest) = (Names::new(), Self::ALL.as_slice());
        while let [item, others @ ..] = rest {
            names = names.with(item.name(), *item);
            rest = others;
        }
        names
    };

    /// The one that is called so, in upper or lower case.
    #[inline]
    pub(crate) fn named(name: Keyword) -> Option<Self> {
        Self::BY_NAME.get(name)
    }

    /// What a client needs that asks for it (RFC 9051 appendix E, 3: SIZE is of RFC 8438,
    /// DELETED is new).
    pub(crate) const fn needs(self) -> CapabilitySet {
        match self {
            Self::Size => CapabilitySet::STATUS_SIZE,
            Self::Deleted => CapabilitySet::IMAP4REV2,
            Self::Messages | Self::Recent | Self::UidNext | Self::UidValidity | Self::Unseen => {
                CapabilitySet::NONE
            }
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "MESSAGES",
            Self::Recent => "RECENT",
            Self::UidNext => "UIDNEXT",
            Self::UidValidity => "UIDVALIDITY",
            Self::Unseen => "UNSEEN",
            Self::Deleted => "DELETED",
            Self::Size => "SIZE",
        }
    }
}

/// Writes `items` in parentheses.
pub(crate) fn encode_status_items(items: NonEmpty<'_, StatusItem>, out: &mut BytesMut) {
    encode_list(&items, out, |item, out| out.put_slice(item.name().as_bytes()));
}

/// What comes after `STATUS`.
///
/// ```abnf
/// status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"
///                                                          ; RFC 9051 §9
/// ```
pub(crate) fn status_query<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, StatusQuery<'a>> {
    let (rest, ()) = reader.space(input)?;
    let (rest, mailbox) = mailbox(rest, reader)?;
    let (rest, ()) = reader.space(rest)?;
    let (rest, items) = status_items(rest, reader)?;
    Ok((rest, StatusQuery { mailbox, items }))
}

/// `"(" status-att *(SP status-att) ")"`; what is asked for twice is told once.
pub(crate) fn status_items<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, NonEmpty<'a, StatusItem>> {
    let (rest, items) = reader.list1(input, status_item)?;
    match NonEmpty::new(reader.once(items.as_slice(), |_| true)) {
        Some(items) => Ok((rest, items)),
        None => fail(input, "an item of STATUS"),
    }
}

/// ```abnf
/// status-att = "MESSAGES" / "RECENT" / "UIDNEXT" / "UIDVALIDITY" / "UNSEEN" /
///              "DELETED" / "SIZE"                          ; RFC 9051 §9
/// ```
pub(crate) fn status_item(input: &[u8]) -> Parsed<'_, StatusItem> {
    let (name, rest) = Keyword::read(&KEYWORD_CHAR, input);
    match StatusItem::named(name) {
        Some(item) => Ok((rest, item)),
        None => fail(input, "an item of STATUS"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_found_by_its_name() {
        // Whoever adds one is told here.
        let place = |item: StatusItem| match item {
            StatusItem::Messages => 0,
            StatusItem::Recent => 1,
            StatusItem::UidNext => 2,
            StatusItem::UidValidity => 3,
            StatusItem::Unseen => 4,
            StatusItem::Deleted => 5,
            StatusItem::Size => 6,
        };
        for (index, item) in StatusItem::ALL.into_iter().enumerate() {
            assert_eq!(place(item), index);
            let name = item.name().to_ascii_lowercase();
            assert_eq!(StatusItem::named(Keyword::new(name.as_bytes())), Some(item));
        }
        assert_eq!(place(StatusItem::Size), StatusItem::ALL.len() - 1);
    }
}
