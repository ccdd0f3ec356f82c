//! The STATUS response: what is told of a mailbox.
//!
//! RFC 9051 §7.3.3.

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{Keyword, Parsed, number32};

use crate::command::status::{StatusItem, status_item};
use crate::value::mailbox::Mailbox;
use crate::wire::{ATOM_CHAR, Atom, Raw, Reader, Style, atom, encode_list, number63, nz_number};

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
    /// Any other: its name, and its value as it was written, empty if there is none.
    Other(Atom<'a>, Raw<'a>),
    /// What a server sent for an item and is none, as it was written.
    Unparsed(Raw<'a>),
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
            Self::Unparsed(raw) => return out.put_slice(raw.as_bytes()),
        };
        out.put_slice(item.name().as_bytes());
        out.put_u8(b' ');
        decimal(number, out);
    }
}

/// What comes after `STATUS` in a response.
///
/// ```abnf
/// mailbox-data    = … "STATUS" SP mailbox SP "(" [status-att-list] ")" …
/// status-att-list = status-att-val *(SP status-att-val)    ; RFC 9051 §9
/// ```
pub(crate) fn mailbox_status<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, MailboxStatus<'a>> {
    let (rest, name) = reader.astring(reader.space(input)?.0)?;
    let (rest, ()) = reader.space(rest)?;
    let value = |input| {
        let (name, rest) = Keyword::read(&ATOM_CHAR, input);
        let start = reader.value_after(rest)?;
        if let Some(item) = StatusItem::named(name) {
            match status_value(item, start) {
                Ok((rest, value)) if reader.ends(start, rest) => return Ok((rest, value)),
                _ => {}
            }
        }
        let (_, name) = atom(input)?;
        // A value that is missing takes no other's name for it.
        if is_missing(start) {
            return Ok((rest, StatusValue::Other(name, Raw::EMPTY)));
        }
        let (rest, value) = reader.value(start)?;
        Ok((rest, StatusValue::Other(name, value)))
    };
    let (rest, values) = reader.each(rest, value, |raw| Some(StatusValue::Unparsed(raw)))?;
    Ok((rest, MailboxStatus { mailbox: Mailbox::new(name), values }))
}

/// Whether no value of STATUS stands here, but the end or another's name.
fn is_missing(input: &[u8]) -> bool {
    matches!(input, [] | [b')', ..]) || status_item(input).is_ok()
}

/// The value of `item`.
///
/// ```abnf
/// status-att-val = ("MESSAGES" SP number) / ("UIDNEXT" SP nz-number) /
///                  ("UIDVALIDITY" SP nz-number) / ("UNSEEN" SP number) /
///                  ("DELETED" SP number) / ("SIZE" SP number64)
///                                                          ; RFC 9051 §9
/// ```
#[inline]
fn status_value<'a>(item: StatusItem, input: &'a [u8]) -> Parsed<'a, StatusValue<'a>> {
    let count = |value: fn(u32) -> StatusValue<'a>| {
        let (rest, count) = number32(input)?;
        Ok((rest, value(count)))
    };
    let above_0 = |value: fn(NonZeroU32) -> StatusValue<'a>| {
        let (rest, number) = nz_number(input)?;
        Ok((rest, value(number)))
    };
    match item {
        StatusItem::Messages => count(StatusValue::Messages),
        StatusItem::Recent => count(StatusValue::Recent),
        StatusItem::UidNext => above_0(StatusValue::UidNext),
        StatusItem::UidValidity => above_0(StatusValue::UidValidity),
        StatusItem::Unseen => count(StatusValue::Unseen),
        StatusItem::Deleted => count(StatusValue::Deleted),
        StatusItem::Size => {
            let (rest, octets) = number63(input)?;
            Ok((rest, StatusValue::Size(octets)))
        }
    }
}
