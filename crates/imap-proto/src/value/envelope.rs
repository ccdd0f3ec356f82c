//! ENVELOPE: a message's header, taken apart.
//!
//! RFC 9051 sections 7.5.2 and 9: `envelope`.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::Parsed;

use crate::value::address::{Address, addresses};
use crate::wire::lenient::{nstring, spaces};
use crate::wire::{Arena, NString, Style, close, encode_nstring, open};

/// The envelope of a message. Lists of addresses that are `NIL` are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Envelope<'a> {
    /// The Date field, as it is.
    pub date: NString<'a>,
    /// The Subject field, as it is (RFC 2047).
    pub subject: NString<'a>,
    /// The From field.
    pub from: &'a [Address<'a>],
    /// The Sender field; without one, the From field.
    pub sender: &'a [Address<'a>],
    /// The Reply-To field; without one, the From field.
    pub reply_to: &'a [Address<'a>],
    /// The To field.
    pub to: &'a [Address<'a>],
    /// The Cc field.
    pub cc: &'a [Address<'a>],
    /// The Bcc field.
    pub bcc: &'a [Address<'a>],
    /// The In-Reply-To field, as it is.
    pub in_reply_to: NString<'a>,
    /// The Message-ID field, as it is.
    pub message_id: NString<'a>,
}

impl Envelope<'_> {
    /// Writes it, in its parentheses.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b'(');
        encode_nstring(self.date, style, out);
        out.put_u8(b' ');
        encode_nstring(self.subject, style, out);
        for list in [self.from, self.sender, self.reply_to, self.to, self.cc, self.bcc] {
            out.put_slice(if list.is_empty() { b" NIL" } else { b" (" });
            for address in list {
                address.encode(style, out);
            }
            if !list.is_empty() {
                out.put_u8(b')');
            }
        }
        for field in [self.in_reply_to, self.message_id] {
            out.put_u8(b' ');
            encode_nstring(field, style, out);
        }
        out.put_u8(b')');
    }
}

/// ```abnf
/// envelope = "(" env-date SP env-subject SP env-from SP env-sender SP
///            env-reply-to SP env-to SP env-cc SP env-bcc SP
///            env-in-reply-to SP env-message-id ")"         ; RFC 9051 section 9
/// ```
pub(crate) fn envelope<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, &'a Envelope<'a>> {
    let (rest, ()) = open(input)?;
    let (rest, date) = nstring(spaces(rest), arena)?;
    let (rest, subject) = nstring(spaces(rest), arena)?;
    let (rest, from) = addresses(spaces(rest), arena)?;
    let (rest, sender) = addresses(spaces(rest), arena)?;
    let (rest, reply_to) = addresses(spaces(rest), arena)?;
    let (rest, to) = addresses(spaces(rest), arena)?;
    let (rest, cc) = addresses(spaces(rest), arena)?;
    let (rest, bcc) = addresses(spaces(rest), arena)?;
    let (rest, in_reply_to) = nstring(spaces(rest), arena)?;
    let (rest, message_id) = nstring(spaces(rest), arena)?;
    let (rest, ()) = close(spaces(rest))?;
    let envelope =
        Envelope { date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, message_id };
    Ok((rest, arena.alloc(envelope)))
}
