//! SELECT and EXAMINE: opening a mailbox.
//!
//! RFC 9051 §6.3.2 and §6.3.3, RFC 4466 §2.1.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::Parsed;

use crate::value::mailbox::{Mailbox, mailbox};
use crate::value::modifier::{Modifier, encode_modifiers, modifiers};
use crate::wire::{Reader, Style};

/// SELECT or EXAMINE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Select<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// EXAMINE: only to be read.
    pub read_only: bool,
    /// What extensions add to it.
    pub parameters: &'a [Modifier<'a>],
}

impl<'a> Select<'a> {
    /// SELECT of `mailbox`.
    #[must_use]
    pub const fn new(mailbox: Mailbox<'a>) -> Self {
        Self { mailbox, read_only: false, parameters: &[] }
    }

    /// EXAMINE of `mailbox`.
    #[must_use]
    pub const fn examine(mailbox: Mailbox<'a>) -> Self {
        Self { read_only: true, ..Self::new(mailbox) }
    }
}

impl Select<'_> {
    /// Writes what comes after the name.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b' ');
        self.mailbox.encode(style, out);
        encode_modifiers(self.parameters, out);
    }
}

/// What comes after `SELECT` or `EXAMINE`.
///
/// ```abnf
/// select        = "SELECT" SP mailbox [select-params]
/// examine       = "EXAMINE" SP mailbox [select-params]
/// select-params = SP "(" select-param *(SP select-param) ")"   ; RFC 4466 §6
/// ```
pub(crate) fn select<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
    read_only: bool,
) -> Parsed<'a, Select<'a>> {
    let (rest, mailbox) = mailbox(reader.space(input)?.0, reader)?;
    let (rest, parameters) = modifiers(rest, reader)?;
    Ok((rest, Select { mailbox, read_only, parameters }))
}
