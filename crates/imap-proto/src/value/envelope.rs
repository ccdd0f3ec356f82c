//! ENVELOPE: a message's header, taken apart.
//!
//! RFC 9051 §7.5.2 and §9: `envelope`.

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Fault, Parsed};
use nom::Err;

use crate::value::address::{Address, addresses};
use crate::wire::{
    Arena, NString, Raw, Reader, Side, Style, encode_nstring, nil, open, parse_whole, usual_nstring,
};

/// The envelope of a message. Lists of addresses that are `NIL` are empty; what a server sent
/// for a field and is not one leaves it empty too, and is in `unparsed`.
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
    /// All of the envelope as a server sent it, if anything in it was bad or missing and so is
    /// not told above. It is then what is written.
    pub unparsed: Option<Raw<'a>>,
}

impl<'a> Envelope<'a> {
    /// Parses an envelope as servers send it, which stands for itself.
    ///
    /// # Errors
    /// Where it is none, and what was expected there.
    pub fn parse(input: &'a [u8], arena: &'a Arena) -> Result<Self, SyntaxError> {
        parse_whole(input, Side::Server, arena, |input, reader| {
            envelope(input, reader).map(|(rest, envelope)| (rest, *envelope))
        })
    }
}

impl Envelope<'_> {
    /// Writes it, in its parentheses.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        if let Some(raw) = self.unparsed {
            return out.put_slice(raw.as_bytes());
        }
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
///            env-in-reply-to SP env-message-id ")"         ; RFC 9051 §9
/// ```
/// A field that is bad or missing is empty, and those beside it are what they are. It is missing
/// where a value of another kind stands in its place, and there are fewer values than fields.
pub(crate) fn envelope<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, &'a Envelope<'a>> {
    let text = |input, left| {
        if let Some((rest, string)) = usual_nstring(input) {
            return Ok((rest, Some(string)));
        }
        let start = after_stray_words(input, reader)?;
        match start {
            [b'(', ..] if has_fewer(start, left, reader) => missing(start, reader),
            _ => reader.field(start, |input| reader.nstring(input)),
        }
    };
    let list = |input: &'a [u8], left| {
        if let Some(rest @ [b' ' | b')', ..]) = input.strip_prefix(b" NIL") {
            return Ok((rest, Some(&[][..])));
        }
        let start = after_stray_words(input, reader)?;
        match start {
            [b'"' | b'{' | b'~', ..] if has_fewer(start, left, reader) => missing(start, reader),
            _ => reader.field(start, |input| addresses(input, reader)),
        }
    };
    let lost = reader.lost();
    let (rest, ()) = open(input)?;
    let (rest, date) = text(rest, 10)?;
    let (rest, subject) = text(rest, 9)?;
    let (rest, from) = list(rest, 8)?;
    let (rest, sender) = list(rest, 7)?;
    let (rest, reply_to) = list(rest, 6)?;
    let (rest, to) = list(rest, 5)?;
    let (rest, cc) = list(rest, 4)?;
    let (rest, bcc) = list(rest, 3)?;
    let (rest, in_reply_to) = text(rest, 2)?;
    let (rest, message_id) = text(rest, 1)?;
    let (rest, ()) = reader.end_of_list(rest)?;
    let envelope = Envelope {
        date: date.flatten(),
        subject: subject.flatten(),
        from: from.unwrap_or_default(),
        sender: sender.unwrap_or_default(),
        reply_to: reply_to.unwrap_or_default(),
        to: to.unwrap_or_default(),
        cc: cc.unwrap_or_default(),
        bcc: bcc.unwrap_or_default(),
        in_reply_to: in_reply_to.flatten(),
        message_id: message_id.flatten(),
        unparsed: reader.unparsed_since(lost, input, rest),
    };
    Ok((rest, reader.arena.alloc(envelope)))
}

/// What comes after words that are no value of an envelope: what is left of a string in which a
/// quote was not escaped. The fields after it are still what they are.
fn after_stray_words<'a>(input: &'a [u8], reader: &Reader<'a>) -> Result<&'a [u8], Err<Fault<'a>>> {
    let mut rest = reader.skip_spaces(input);
    while !matches!(rest, [] | [b'"' | b'(' | b')' | b'{' | b'~', ..]) && nil(rest).is_err() {
        let (after, _) = reader.value(rest)?;
        reader.lose();
        rest = reader.skip_spaces(after);
    }
    Ok(rest)
}

/// Whether there are fewer values up to the end of the envelope than `fields`.
fn has_fewer<'a>(input: &'a [u8], fields: usize, reader: &Reader<'a>) -> bool {
    let mut rest = input;
    for _ in 0..fields {
        match reader.value(rest) {
            Ok((after, _)) => rest = reader.skip_spaces(after),
            Err(_) => return true,
        }
    }
    false
}

/// A field that is not there.
#[allow(clippy::unnecessary_wraps, reason = "as all parsers are")]
fn missing<'a, T>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Option<T>> {
    reader.lose();
    Ok((input, None))
}
