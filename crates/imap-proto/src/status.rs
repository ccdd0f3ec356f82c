//! STATUS: what is known of a mailbox without selecting it.
//!
//! RFC 9051 sections 6.3.11 and 7.3.3.

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{Keyword, Parsed, fail, number32};

use crate::arena::{Arena, NonEmpty};
use crate::lenient;
use crate::lexical::{Atom, Style, atom, encode_list, keyword, list1, number63, nz_number, space};
use crate::mailbox::{Mailbox, mailbox};
use crate::response::Raw;

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

/// What stands behind `STATUS`.
///
/// ```abnf
/// status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"
///                                                          ; RFC 9051 section 9
/// ```
pub(crate) fn status_query<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, StatusQuery<'a>> {
    let (rest, ()) = space(input)?;
    let (rest, mailbox) = mailbox(rest, arena)?;
    let (rest, ()) = space(rest)?;
    let (rest, items) = list1(rest, arena, status_item)?;
    Ok((rest, StatusQuery { mailbox, items }))
}

/// ```abnf
/// status-att = "MESSAGES" / "RECENT" / "UIDNEXT" / "UIDVALIDITY" / "UNSEEN" /
///              "DELETED" / "SIZE"                          ; RFC 9051 section 9
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

/// The STATUS response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MailboxStatus<'a> {
    /// Which mailbox.
    pub mailbox: Mailbox<'a>,
    /// What there is to tell.
    pub values: &'a [StatusValue<'a>],
}

/// `status-att-val`: something told of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusValue<'a> {
    /// How many messages there are.
    Messages(u32),
    /// How many have `\Recent`.
    Recent(u32),
    /// A number that the next message's UID is not below.
    UidNext(NonZeroU32),
    /// Changes when UIDs lose their meaning.
    UidValidity(NonZeroU32),
    /// How many have no `\Seen`.
    Unseen(u32),
    /// How many have `\Deleted`.
    Deleted(u32),
    /// Octets of all messages together.
    Size(u64),
    /// Any other: its name, and its value as it was written.
    Other(Atom<'a>, Raw<'a>),
}

impl MailboxStatus<'_> {
    /// Writes it, from the mailbox on.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        self.mailbox.encode(style, out);
        out.put_u8(b' ');
        encode_list(self.values, out, |value, out| value.encode(out));
    }
}

impl StatusValue<'_> {
    fn encode(self, out: &mut BytesMut) {
        let (item, number) = match self {
            Self::Messages(count) => (StatusItem::Messages, count.into()),
            Self::Recent(count) => (StatusItem::Recent, count.into()),
            Self::UidNext(uid) => (StatusItem::UidNext, uid.get().into()),
            Self::UidValidity(validity) => (StatusItem::UidValidity, validity.get().into()),
            Self::Unseen(count) => (StatusItem::Unseen, count.into()),
            Self::Deleted(count) => (StatusItem::Deleted, count.into()),
            Self::Size(octets) => (StatusItem::Size, octets),
            Self::Other(name, value) => {
                name.encode(out);
                out.put_u8(b' ');
                return out.put_slice(value.as_bytes());
            }
        };
        out.put_slice(item.name().as_bytes());
        out.put_u8(b' ');
        decimal(number, out);
    }
}

/// What stands behind `STATUS` in a response.
///
/// ```abnf
/// mailbox-data    = … "STATUS" SP mailbox SP "(" [status-att-list] ")" …
/// status-att-list = status-att-val *(SP status-att-val)    ; RFC 9051 section 9
/// ```
pub(crate) fn mailbox_status<'a>(
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, MailboxStatus<'a>> {
    let (rest, name) = lenient::astring(lenient::gap(input)?.0, arena)?;
    let (rest, ()) = lenient::gap(rest)?;
    let (rest, values) = lenient::list(rest, arena, |input| {
        let (rest, name) = atom(input)?;
        let (start, ()) = lenient::gap(rest)?;
        match status_value(name, start) {
            Ok((rest, value)) if lenient::value_ends(rest) => Ok((rest, value)),
            _ => {
                let (rest, value) = lenient::value(start)?;
                Ok((rest, StatusValue::Other(name, value)))
            }
        }
    })?;
    Ok((rest, MailboxStatus { mailbox: Mailbox::new(name), values }))
}

/// The value of the item called `name`.
///
/// ```abnf
/// status-att-val = ("MESSAGES" SP number) / ("UIDNEXT" SP nz-number) /
///                  ("UIDVALIDITY" SP nz-number) / ("UNSEEN" SP number) /
///                  ("DELETED" SP number) / ("SIZE" SP number64)
///                                                          ; RFC 9051 section 9
/// ```
fn status_value<'a>(name: Atom<'a>, input: &'a [u8]) -> Parsed<'a, StatusValue<'a>> {
    let count = |value: fn(u32) -> StatusValue<'a>| {
        let (rest, count) = number32(input)?;
        Ok((rest, value(count)))
    };
    let above_0 = |value: fn(NonZeroU32) -> StatusValue<'a>| {
        let (rest, number) = nz_number(input)?;
        Ok((rest, value(number)))
    };
    match status_item(name.as_str().as_bytes()) {
        Ok(([], StatusItem::Messages)) => count(StatusValue::Messages),
        Ok(([], StatusItem::Recent)) => count(StatusValue::Recent),
        Ok(([], StatusItem::UidNext)) => above_0(StatusValue::UidNext),
        Ok(([], StatusItem::UidValidity)) => above_0(StatusValue::UidValidity),
        Ok(([], StatusItem::Unseen)) => count(StatusValue::Unseen),
        Ok(([], StatusItem::Deleted)) => count(StatusValue::Deleted),
        Ok(([], StatusItem::Size)) => {
            let (rest, octets) = number63(input)?;
            Ok((rest, StatusValue::Size(octets)))
        }
        _ => fail(input, "an item of STATUS that is known"),
    }
}
