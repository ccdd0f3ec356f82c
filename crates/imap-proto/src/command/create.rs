//! CREATE: a new mailbox.
//!
//! RFC 9051 §6.3.4, RFC 4466 §2.2.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::Parsed;

use crate::value::mailbox::{Mailbox, mailbox};
use crate::value::modifier::{Modifier, encode_modifiers, modifiers};
use crate::wire::{Reader, Style};

/// CREATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Create<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// What extensions add to it.
    pub parameters: &'a [Modifier<'a>],
}

impl<'a> Create<'a> {
    /// CREATE of `mailbox`.
    #[must_use]
    pub const fn new(mailbox: Mailbox<'a>) -> Self {
        Self { mailbox, parameters: &[] }
    }
}

impl Create<'_> {
    /// Writes what comes after the name.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b' ');
        self.mailbox.encode(style, out);
        encode_modifiers(self.parameters, out);
    }
}

/// What comes after `CREATE`.
///
/// ```abnf
/// create        = "CREATE" SP mailbox [create-params]
/// create-params = SP "(" create-param *(SP create-param) ")"   ; RFC 4466 §6
/// ```
pub(crate) fn create<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Create<'a>> {
    let (rest, mailbox) = mailbox(reader.space(input)?.0, reader)?;
    let (rest, parameters) = modifiers(rest, reader)?;
    Ok((rest, Create { mailbox, parameters }))
}
