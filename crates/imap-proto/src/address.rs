//! Addresses in an envelope.
//!
//! RFC 9051 sections 7.5.2 and 9: `address`.

use bytes::{BufMut, BytesMut};

use crate::lexical::{NString, Style, encode_nstring};

/// An address, or one end of a group of them.
///
/// A group begins with an address that has no `host` and its name for
/// `mailbox`, and ends with one that has neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address<'a> {
    /// `addr-name`: the name for people, as it is in the header (RFC 2047).
    pub name: NString<'a>,
    /// `addr-adl`: the route of RFC 822's times.
    pub route: NString<'a>,
    /// `addr-mailbox`: the local part, unquoted, or the name of a group.
    pub mailbox: NString<'a>,
    /// `addr-host`: the domain.
    pub host: NString<'a>,
}

impl Address<'_> {
    /// Writes it.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        let fields =
            [(b'(', self.name), (b' ', self.route), (b' ', self.mailbox), (b' ', self.host)];
        for (before, field) in fields {
            out.put_u8(before);
            encode_nstring(field, style, out);
        }
        out.put_u8(b')');
    }
}
