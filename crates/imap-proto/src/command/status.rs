//! STATUS: what is known of a mailbox without selecting it.
//!
//! RFC 9051 §6.3.11 and §7.3.3.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Parsed, fail};

use crate::value::mailbox::{Mailbox, mailbox};
use crate::wire::{NonEmpty, Reader, Style, encode_list, keyword};

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
    /// Writes it, from `STATUS` on.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_slice(b"STATUS ");
        self.mailbox.encode(style, out);
        out.put_u8(b' ');
        encode_status_items(self.items, out);
    }
}

impl StatusItem {
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
    const MESSAGES: Keyword = Keyword::new(b"MESSAGES");
    const RECENT: Keyword = Keyword::new(b"RECENT");
    const UIDNEXT: Keyword = Keyword::new(b"UIDNEXT");
    const UIDVALIDITY: Keyword = Keyword::new(b"UIDVALIDITY");
    const UNSEEN: Keyword = Keyword::new(b"UNSEEN");
    const DELETED: Keyword = Keyword::new(b"DELETED");
    const SIZE: Keyword = Keyword::new(b"SIZE");
    let (rest, name) = keyword("an item of STATUS")(input)?;
    let item = match name {
        MESSAGES => StatusItem::Messages,
        RECENT => StatusItem::Recent,
        UIDNEXT => StatusItem::UidNext,
        UIDVALIDITY => StatusItem::UidValidity,
        UNSEEN => StatusItem::Unseen,
        DELETED => StatusItem::Deleted,
        SIZE => StatusItem::Size,
        _ => return fail(input, "an item of STATUS"),
    };
    Ok((rest, item))
}
