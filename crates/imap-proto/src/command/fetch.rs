//! FETCH and UID FETCH: what of which messages.
//!
//! RFC 9051 §6.4.5, RFC 3501 §6.4.5. What the server sends back
//! is a [`FetchResponse`](crate::FetchResponse).

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Parsed, fail, run};

use crate::value::capability_set::CapabilitySet;
use crate::value::modifier::{Modifier, encode_modifiers, modifiers};
use crate::value::section::{
    Partial, Section, encode_section_binary, partial, section, section_binary,
};
use crate::value::sequence::{SequenceSet, sequence_set};
use crate::wire::{KEYWORD_CHAR, NonEmpty, Reader, Style, at, encode_list, keyword, named};

/// FETCH, or UID FETCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fetch<'a> {
    /// Whether `messages` are UIDs.
    pub uid: bool,
    /// Of which messages.
    pub messages: SequenceSet<'a>,
    /// What.
    pub items: FetchItems<'a>,
    /// What extensions add to it.
    pub modifiers: &'a [Modifier<'a>],
}

/// What FETCH asks for: items, or one of the three names for some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FetchItems<'a> {
    /// `ALL`: FLAGS, INTERNALDATE, RFC822.SIZE and ENVELOPE.
    All,
    /// `FAST`: FLAGS, INTERNALDATE and RFC822.SIZE.
    Fast,
    /// `FULL`: those of `ALL` and BODY.
    Full,
    /// These items.
    Items(NonEmpty<'a, FetchItem<'a>>),
}

/// `fetch-att`: one thing to be told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchItem<'a> {
    /// `ENVELOPE`: the header, taken apart.
    Envelope,
    /// `FLAGS`.
    Flags,
    /// `INTERNALDATE`: when the server got the message.
    InternalDate,
    /// `RFC822` (RFC 3501): as `BODY[]`.
    Rfc822,
    /// `RFC822.HEADER` (RFC 3501): as `BODY.PEEK[HEADER]`.
    Rfc822Header,
    /// `RFC822.SIZE`: octets of the message.
    Rfc822Size,
    /// `RFC822.TEXT` (RFC 3501): as `BODY[TEXT]`.
    Rfc822Text,
    /// `BODY`: the MIME structure without what extensions added.
    Body,
    /// `BODYSTRUCTURE`: the MIME structure.
    BodyStructure,
    /// `UID`.
    Uid,
    /// `BODY[…]` or `BODY.PEEK[…]`: octets of the message as they are.
    BodySection {
        /// Which.
        section: Section<'a>,
        /// Whether `\Seen` is left as it is.
        peek: bool,
        /// Only these octets of it.
        partial: Option<Partial>,
    },
    /// `BINARY[…]` or `BINARY.PEEK[…]`: a part without its transfer encoding.
    Binary {
        /// The way to the part; none is the whole message.
        part: &'a [NonZeroU32],
        /// Whether `\Seen` is left as it is.
        peek: bool,
        /// Only these octets of it.
        partial: Option<Partial>,
    },
    /// `BINARY.SIZE[…]`: octets of a part without its transfer encoding.
    BinarySize {
        /// The way to the part; none is the whole message.
        part: &'a [NonZeroU32],
    },
}

impl<'a> FetchItems<'a> {
    /// The names for some items.
    const NAMED: [Self; 3] = [Self::All, Self::Fast, Self::Full];

    const fn name(&self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Fast => "FAST",
            Self::Full => "FULL",
            Self::Items(_) => "",
        }
    }

    /// The items asked for, those that a name stands for one by one.
    #[must_use]
    pub const fn items(self) -> &'a [FetchItem<'a>] {
        use FetchItem::{Body, Envelope, Flags, InternalDate, Rfc822Size};
        match self {
            Self::All => &[Flags, InternalDate, Rfc822Size, Envelope],
            Self::Fast => &[Flags, InternalDate, Rfc822Size],
            Self::Full => &[Flags, InternalDate, Rfc822Size, Envelope, Body],
            Self::Items(items) => items.as_slice(),
        }
    }
}

impl<'a> Fetch<'a> {
    /// FETCH, by message numbers.
    #[must_use]
    pub const fn new(messages: SequenceSet<'a>, items: FetchItems<'a>) -> Self {
        Self { uid: false, messages, items, modifiers: &[] }
    }
}

impl Fetch<'_> {
    /// What it says that IMAP4rev1 does not have.
    pub(crate) fn needs(&self) -> CapabilitySet {
        let items = self.items.items().iter().map(FetchItem::needs);
        self.messages.needs().and(items.collect())
    }

    /// Writes what comes after the name.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b' ');
        self.messages.encode(out);
        out.put_u8(b' ');
        match self.items {
            FetchItems::All | FetchItems::Fast | FetchItems::Full => {
                out.put_slice(self.items.name().as_bytes());
            }
            FetchItems::Items(items) => match items.as_slice() {
                [item] => item.encode(style, out),
                items => encode_list(items, out, |item, out| item.encode(style, out)),
            },
        }
        encode_modifiers(self.modifiers, out);
    }
}

impl FetchItem<'_> {
    /// Its name, up to the section if it has one.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Envelope => "ENVELOPE",
            Self::Flags => "FLAGS",
            Self::InternalDate => "INTERNALDATE",
            Self::Rfc822 => "RFC822",
            Self::Rfc822Header => "RFC822.HEADER",
            Self::Rfc822Size => "RFC822.SIZE",
            Self::Rfc822Text => "RFC822.TEXT",
            Self::BodyStructure => "BODYSTRUCTURE",
            Self::Uid => "UID",
            Self::Body | Self::BodySection { peek: false, .. } => "BODY",
            Self::BodySection { peek: true, .. } => "BODY.PEEK",
            Self::Binary { peek: false, .. } => "BINARY",
            Self::Binary { peek: true, .. } => "BINARY.PEEK",
            Self::BinarySize { .. } => "BINARY.SIZE",
        }
    }

    const fn keyword(&self) -> Keyword {
        Keyword::new(self.name().as_bytes())
    }

    /// What a client needs that asks for it.
    const fn needs(&self) -> CapabilitySet {
        match self {
            Self::Binary { .. } | Self::BinarySize { .. } => CapabilitySet::BINARY_FETCH,
            Self::Envelope
            | Self::Flags
            | Self::InternalDate
            | Self::Rfc822
            | Self::Rfc822Header
            | Self::Rfc822Size
            | Self::Rfc822Text
            | Self::Body
            | Self::BodyStructure
            | Self::Uid
            | Self::BodySection { .. } => CapabilitySet::NONE,
        }
    }

    /// Whether it names a section, and so is of any number of kinds.
    const fn is_section(&self) -> bool {
        matches!(self, Self::BodySection { .. } | Self::Binary { .. } | Self::BinarySize { .. })
    }

    /// Writes it.
    pub fn encode(&self, style: Style, out: &mut BytesMut) {
        out.put_slice(self.name().as_bytes());
        if self.is_section() {
            self.encode_section(style, out);
        }
    }

    /// Writes what comes after the name.
    #[inline(never)]
    fn encode_section(&self, style: Style, out: &mut BytesMut) {
        let partial = match *self {
            Self::BodySection { section, partial, .. } => {
                section.encode(style, out);
                partial
            }
            Self::Binary { part, partial, .. } => {
                encode_section_binary(part, out);
                partial
            }
            Self::BinarySize { part } => {
                encode_section_binary(part, out);
                None
            }
            _ => None,
        };
        if let Some(partial) = partial {
            partial.encode(out);
        }
    }
}

/// What comes after `FETCH`.
///
/// ```abnf
/// fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" /
///         fetch-att / "(" fetch-att *(SP fetch-att) ")")
///         [fetch-modifiers]                        ; RFC 9051 §9, RFC 4466 §6
/// ```
pub(crate) fn fetch<'a>(input: &'a [u8], reader: &Reader<'a>, uid: bool) -> Parsed<'a, Fetch<'a>> {
    let (rest, ()) = reader.space(input)?;
    let (rest, messages) = sequence_set(rest, reader)?;
    let (start, ()) = reader.space(rest)?;
    let (rest, items) = if at(b'(', start) {
        let (rest, items) = reader.list1(start, |input| fetch_item(input, reader))?;
        let items = reader.once(items.as_slice(), |item| !item.is_section());
        let Some(items) = NonEmpty::new(items) else { return fail(start, "what to fetch") };
        (rest, FetchItems::Items(items))
    } else {
        let (name, rest) = run(&KEYWORD_CHAR, start);
        match named(&FetchItems::NAMED, |known| known.name(), name) {
            Some(items) => (rest, items),
            None => {
                let (rest, item) = fetch_item(start, reader)?;
                (rest, FetchItems::Items(NonEmpty::one(reader.arena.alloc(item))))
            }
        }
    };
    let (rest, modifiers) = modifiers(rest, reader)?;
    Ok((rest, Fetch { uid, messages, items, modifiers }))
}

pub(crate) const ENVELOPE: Keyword = FetchItem::Envelope.keyword();
pub(crate) const FLAGS: Keyword = FetchItem::Flags.keyword();
pub(crate) const INTERNALDATE: Keyword = FetchItem::InternalDate.keyword();
pub(crate) const RFC822: Keyword = FetchItem::Rfc822.keyword();
pub(crate) const RFC822_HEADER: Keyword = FetchItem::Rfc822Header.keyword();
pub(crate) const RFC822_SIZE: Keyword = FetchItem::Rfc822Size.keyword();
pub(crate) const RFC822_TEXT: Keyword = FetchItem::Rfc822Text.keyword();
pub(crate) const BODY: Keyword = FetchItem::Body.keyword();
pub(crate) const BODYSTRUCTURE: Keyword = FetchItem::BodyStructure.keyword();
pub(crate) const UID: Keyword = FetchItem::Uid.keyword();
const BODY_PEEK: Keyword =
    FetchItem::BodySection { section: Section::Whole, peek: true, partial: None }.keyword();
pub(crate) const BINARY: Keyword =
    FetchItem::Binary { part: &[], peek: false, partial: None }.keyword();
const BINARY_PEEK: Keyword = FetchItem::Binary { part: &[], peek: true, partial: None }.keyword();
pub(crate) const BINARY_SIZE: Keyword = FetchItem::BinarySize { part: &[] }.keyword();

/// ```abnf
/// fetch-att = "ENVELOPE" / "FLAGS" / "INTERNALDATE" /
///             "RFC822" [".HEADER" / ".SIZE" / ".TEXT"] /   ; RFC 3501 §9
///             "BODY" ["STRUCTURE"] / "UID" /
///             "BODY" section [partial] / "BODY.PEEK" section [partial] /
///             "BINARY" [".PEEK"] section-binary [partial] /
///             "BINARY.SIZE" section-binary                 ; RFC 9051 §9
/// ```
fn fetch_item<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, FetchItem<'a>> {
    let (rest, name) = keyword("what to fetch")(input)?;
    let item = match name {
        ENVELOPE => FetchItem::Envelope,
        FLAGS => FetchItem::Flags,
        INTERNALDATE => FetchItem::InternalDate,
        RFC822 => FetchItem::Rfc822,
        RFC822_HEADER => FetchItem::Rfc822Header,
        RFC822_SIZE => FetchItem::Rfc822Size,
        RFC822_TEXT => FetchItem::Rfc822Text,
        BODY if !at(b'[', rest) => FetchItem::Body,
        BODYSTRUCTURE => FetchItem::BodyStructure,
        UID => FetchItem::Uid,
        BODY | BODY_PEEK => {
            let (rest, section) = section(rest, reader)?;
            let (rest, partial) = partial(rest)?;
            let peek = name == BODY_PEEK;
            return Ok((rest, FetchItem::BodySection { section, peek, partial }));
        }
        BINARY | BINARY_PEEK => {
            let (rest, part) = section_binary(rest, reader)?;
            let (rest, partial) = partial(rest)?;
            return Ok((rest, FetchItem::Binary { part, peek: name == BINARY_PEEK, partial }));
        }
        BINARY_SIZE => {
            let (rest, part) = section_binary(rest, reader)?;
            return Ok((rest, FetchItem::BinarySize { part }));
        }
        _ => return fail(input, "what to fetch"),
    };
    Ok((rest, item))
}
