//! APPEND: a message for a mailbox.
//!
//! RFC 9051 §6.3.12.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Parsed, fail};

use crate::value::capability_set::CapabilitySet;
use crate::value::date::{DateTime, date_time};
use crate::value::flag::{Flag, encode_flags, flag_list};
use crate::value::mailbox::{Mailbox, mailbox};
use crate::value::modifier::{Modifier, modifier};
use crate::wire::{LiteralHead, Reader, Style, at, literal_announcement};

/// The APPEND command up to its message, which is streamed after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Append<'a> {
    /// Which mailbox it is for.
    pub mailbox: Mailbox<'a>,
    /// The flags it gets, perhaps none; [`Flag::Recent`] is not to be among them.
    pub flags: &'a [Flag<'a>],
    /// Its internal date; without one, now.
    pub date: Option<DateTime>,
    /// What else extensions tell of it, each with a value (`append-ext`, RFC 4466 §2.3).
    pub modifiers: &'a [Modifier<'a>],
    /// The size of the message, and how it is sent.
    pub message: LiteralHead,
}

impl<'a> Append<'a> {
    /// A message without flags and date.
    #[must_use]
    pub const fn new(mailbox: Mailbox<'a>, message: LiteralHead) -> Self {
        Self { mailbox, flags: &[], date: None, modifiers: &[], message }
    }
}

impl Append<'_> {
    /// What it says that IMAP4rev1 does not have.
    pub(crate) const fn needs(&self) -> CapabilitySet {
        CapabilitySet::BINARY_APPEND.only_if(self.message.binary)
    }

    /// Writes what comes after the name, to the CRLF after which the message follows.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b' ');
        self.mailbox.encode(style, out);
        if !self.flags.is_empty() {
            out.put_u8(b' ');
            encode_flags(self.flags, out);
        }
        if let Some(date) = self.date {
            out.put_u8(b' ');
            date.encode(out);
        }
        for modifier in self.modifiers {
            out.put_u8(b' ');
            modifier.encode(out);
        }
        out.put_u8(b' ');
        self.message.encode(out);
    }
}

/// What comes after `APPEND`, up to the `}` of the message's literal.
///
/// ```abnf
/// append           = "APPEND" SP mailbox [SP flag-list] [SP date-time] *(SP append-ext)
///                    SP literal                      ; RFC 9051 §9, RFC 4466 §2.3
/// append-ext       = append-ext-name SP append-ext-value
/// append-ext-value = tagged-ext-val
/// ```
pub(crate) fn append<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Append<'a>> {
    let (rest, ()) = reader.space(input)?;
    let (rest, mailbox) = mailbox(rest, reader)?;
    let (mut rest, ()) = reader.space(rest)?;
    let mut flags = &[][..];
    if at(b'(', rest) {
        (rest, flags) = flag_list(rest, reader)?;
        (rest, ()) = reader.space(rest)?;
    }
    let mut date = None;
    if at(b'"', rest) {
        let (behind, moment) = date_time(rest, reader)?;
        date = Some(moment);
        (rest, ()) = reader.space(behind)?;
    }
    let mut modifiers = reader.arena.list();
    while !matches!(rest, [b'{', ..] | [b'~', b'{', ..]) {
        let (after, extension) = modifier(rest, reader)?;
        if extension.value.is_none() {
            return fail(rest, "the message, or a name and its value");
        }
        modifiers.push(extension);
        (rest, ()) = reader.space(after)?;
    }
    let modifiers = modifiers.end();
    let (rest, message) = literal_announcement(rest)?;
    Ok((rest, Append { mailbox, flags, date, modifiers, message }))
}
