//! LIST and LSUB: what is told of a mailbox.
//!
//! RFC 9051 §7.3.1, RFC 3501 §7.2.3, RFC 5258, RFC 6154.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Names, Parsed, fail};
use nom::Err;

use crate::command::list::{ListSelect, list_select};
use crate::value::delimiter::{Delimiter, delimiter, encode_delimiter};
use crate::value::mailbox::Mailbox;
use crate::wire::{
    ATOM_CHAR, Atom, NonEmpty, Raw, Reader, Style, at, atom, close, encode_list, encode_string,
    non_empty, open,
};

/// A LIST or LSUB response: one mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Listed<'a> {
    /// What kind of mailbox it is.
    pub attributes: &'a [Attribute<'a>],
    /// What divides the levels of its name; `None` if names have no levels.
    pub delimiter: Option<Delimiter>,
    /// Its name.
    pub mailbox: Mailbox<'a>,
    /// What extensions tell of it.
    pub extended: &'a [ListExtended<'a>],
}

/// `mbx-list-flags`: what kind of mailbox it is (RFC 9051 §7.3.1,
/// RFC 6154).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Attribute<'a> {
    /// `\NonExistent`: there is no such mailbox.
    NonExistent,
    /// `\Noinferiors`: there can be no mailboxes below it.
    NoInferiors,
    /// `\Noselect`: it cannot be selected.
    NoSelect,
    /// `\HasChildren`: there are mailboxes below it.
    HasChildren,
    /// `\HasNoChildren`: there are no mailboxes below it.
    HasNoChildren,
    /// `\Marked`: the server thinks there is something new in it.
    Marked,
    /// `\Unmarked`: there is nothing new in it.
    Unmarked,
    /// `\Subscribed`: the user is subscribed to it.
    Subscribed,
    /// `\Remote`: it is on another server.
    Remote,
    /// `\All`: all messages are in it.
    All,
    /// `\Archive`: it holds old messages.
    Archive,
    /// `\Drafts`: it holds messages that are not finished.
    Drafts,
    /// `\Flagged`: all flagged messages are in it.
    Flagged,
    /// `\Junk`: it holds unwanted messages.
    Junk,
    /// `\Sent`: it holds messages that were sent.
    Sent,
    /// `\Trash`: it holds messages that were thrown away.
    Trash,
    /// Any other; the atom is what stands after the backslash.
    Other(Atom<'a>),
    /// What a server sent for an attribute and is none, as it was written.
    Unparsed(Raw<'a>),
}

/// `mbox-list-extended-item`: what an extension tells of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListExtended<'a> {
    /// `CHILDINFO`: mailboxes below it match these selection options
    /// (RFC 9051 §6.3.9.6).
    ChildInfo(NonEmpty<'a, ListSelect>),
    /// `OLDNAME`: what it was called before (RFC 9051 §6.3.9.7).
    OldName(Mailbox<'a>),
    /// Any other: its tag, and its value as it was written.
    Other(Atom<'a>, Raw<'a>),
    /// What a server sent for an item and is none, as it was written.
    Unparsed(Raw<'a>),
}

impl Listed<'_> {
    /// Writes it, from the attributes on.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        encode_list(self.attributes, out, |attribute, out| attribute.encode(out));
        out.put_u8(b' ');
        encode_delimiter(self.delimiter, out);
        out.put_u8(b' ');
        self.mailbox.encode(style, out);
        if !self.extended.is_empty() {
            out.put_u8(b' ');
            encode_list(self.extended, out, |extended, out| extended.encode(style, out));
        }
    }
}

impl Attribute<'_> {
    /// Those that are known.
    const NAMED: [Self; 16] = [
        Self::NonExistent,
        Self::NoInferiors,
        Self::NoSelect,
        Self::HasChildren,
        Self::HasNoChildren,
        Self::Marked,
        Self::Unmarked,
        Self::Subscribed,
        Self::Remote,
        Self::All,
        Self::Archive,
        Self::Drafts,
        Self::Flagged,
        Self::Junk,
        Self::Sent,
        Self::Trash,
    ];

    /// What stands after the backslash.
    const BY_NAME: &'static Names<Attribute<'static>, 64> = &{
        let (mut names, mut rest) = (Names::new(), Attribute::NAMED.as_slice());
        while let [attribute, others @ ..] = rest {
            names = names.with(attribute.name(), *attribute);
            rest = others;
        }
        names
    };

    const fn name(&self) -> &'static str {
        match self {
            Self::NonExistent => "NonExistent",
            Self::NoInferiors => "Noinferiors",
            Self::NoSelect => "Noselect",
            Self::HasChildren => "HasChildren",
            Self::HasNoChildren => "HasNoChildren",
            Self::Marked => "Marked",
            Self::Unmarked => "Unmarked",
            Self::Subscribed => "Subscribed",
            Self::Remote => "Remote",
            Self::All => "All",
            Self::Archive => "Archive",
            Self::Drafts => "Drafts",
            Self::Flagged => "Flagged",
            Self::Junk => "Junk",
            Self::Sent => "Sent",
            Self::Trash => "Trash",
            Self::Other(_) | Self::Unparsed(_) => "",
        }
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Unparsed(raw) => out.put_slice(raw.as_bytes()),
            Self::Other(name) => {
                out.put_u8(b'\\');
                name.encode(out);
            }
            known => {
                out.put_u8(b'\\');
                out.put_slice(known.name().as_bytes());
            }
        }
    }
}

impl ListExtended<'_> {
    fn encode(self, style: Style, out: &mut BytesMut) {
        match self {
            Self::ChildInfo(options) => {
                out.put_slice(b"\"CHILDINFO\" ");
                encode_list(&options, out, |option, out| {
                    encode_string(option.name().as_bytes(), style, out);
                });
            }
            Self::OldName(mailbox) => {
                out.put_slice(b"\"OLDNAME\" (");
                mailbox.encode(style, out);
                out.put_u8(b')');
            }
            Self::Other(tag, value) => {
                tag.encode(out);
                out.put_u8(b' ');
                out.put_slice(value.as_bytes());
            }
            Self::Unparsed(raw) => out.put_slice(raw.as_bytes()),
        }
    }
}

/// What comes after `LIST` or `LSUB` in a response.
///
/// ```abnf
/// mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil)
///                SP mailbox [SP mbox-list-extended]
/// mbox-list-extended = "(" [mbox-list-extended-item
///                      *(SP mbox-list-extended-item)] ")"  ; RFC 9051 §9
/// ```
pub(crate) fn listed<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Listed<'a>> {
    let (rest, ()) = reader.space(input)?;
    let (rest, attributes) = reader.each(rest, attribute, |raw| Some(Attribute::Unparsed(raw)))?;
    let (rest, ()) = reader.space(rest)?;
    let (rest, delimiter) = delimiter(rest, reader)?;
    let (rest, ()) = reader.space(rest)?;
    let (rest, name) = reader.astring(rest)?;
    let behind = reader.skip_spaces(rest);
    let (rest, extended) = if at(b'(', behind) {
        let unparsed = |raw| Some(ListExtended::Unparsed(raw));
        reader.each(behind, |input| list_extended(input, reader), unparsed)?
    } else {
        (rest, &[][..])
    };
    Ok((rest, Listed { attributes, delimiter, mailbox: Mailbox::new(name), extended }))
}

/// `mbx-list-flag = "\" atom`
fn attribute(input: &[u8]) -> Parsed<'_, Attribute<'_>> {
    let [b'\\', rest @ ..] = input else {
        return fail(input, "an attribute of a mailbox");
    };
    let (name, after) = Keyword::read(&ATOM_CHAR, rest);
    match Attribute::BY_NAME.get(name) {
        Some(known) => Ok((after, known)),
        None => atom(rest).map(|(rest, name)| (rest, Attribute::Other(name))),
    }
}

/// ```abnf
/// mbox-list-extended-item = mbox-list-extended-item-tag SP tagged-ext-val
/// childinfo-extended-item = "CHILDINFO" SP "(" list-select-base-opt-quoted
///                           *(SP list-select-base-opt-quoted) ")"
/// oldname-extended-item   = "OLDNAME" SP "(" mailbox ")"   ; RFC 9051 §9
/// ```
fn list_extended<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, ListExtended<'a>> {
    let (rest, tag) = reader.atom_or_quoted(input)?;
    let start =
        if at(b'"', input) { reader.skip_spaces(rest) } else { reader.value_after(rest)? };
    let known = if tag.is("CHILDINFO") {
        child_info(start, reader)
    } else if tag.is("OLDNAME") {
        old_name(start, reader)
    } else {
        fail(start, "an item of LIST that is known")
    };
    match known {
        Ok((rest, known)) if reader.ends(start, rest) => return Ok((rest, known)),
        Err(Err::Failure(fault)) => return Err(Err::Failure(fault)),
        _ => {}
    }
    let (rest, value) = reader.value(start)?;
    Ok((rest, ListExtended::Other(tag, value)))
}

fn child_info<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, ListExtended<'a>> {
    let (rest, ()) = open(input)?;
    let mut options = reader.arena.list();
    let mut rest = reader.skip_spaces(rest);
    while !at(b')', rest) {
        let (behind, name) = reader.atom_or_quoted(rest)?;
        match list_select(name.as_str().as_bytes()) {
            Ok(([], Some(option))) => options.push(option),
            _ => return fail(rest, "a selection option of LIST"),
        }
        rest = reader.skip_spaces(behind);
    }
    let (rest, ()) = close(rest)?;
    let (rest, options) = non_empty(rest, options)?;
    Ok((rest, ListExtended::ChildInfo(options)))
}

fn old_name<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, ListExtended<'a>> {
    let (rest, ()) = open(input)?;
    let (rest, name) = reader.astring(reader.skip_spaces(rest))?;
    let (rest, ()) = close(reader.skip_spaces(rest))?;
    Ok((rest, ListExtended::OldName(Mailbox::new(name))))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use mail_wire::parse::complete;

    use super::*;

    #[test]
    fn every_attribute_is_read_and_written() {
        // Whoever adds an attribute is told here.
        let next = |attribute: Attribute<'static>| match attribute {
            Attribute::NonExistent => Some(Attribute::NoInferiors),
            Attribute::NoInferiors => Some(Attribute::NoSelect),
            Attribute::NoSelect => Some(Attribute::HasChildren),
            Attribute::HasChildren => Some(Attribute::HasNoChildren),
            Attribute::HasNoChildren => Some(Attribute::Marked),
            Attribute::Marked => Some(Attribute::Unmarked),
            Attribute::Unmarked => Some(Attribute::Subscribed),
            Attribute::Subscribed => Some(Attribute::Remote),
            Attribute::Remote => Some(Attribute::All),
            Attribute::All => Some(Attribute::Archive),
            Attribute::Archive => Some(Attribute::Drafts),
            Attribute::Drafts => Some(Attribute::Flagged),
            Attribute::Flagged => Some(Attribute::Junk),
            Attribute::Junk => Some(Attribute::Sent),
            Attribute::Sent => Some(Attribute::Trash),
            Attribute::Trash | Attribute::Other(_) | Attribute::Unparsed(_) => None,
        };
        let mut attribute = Some(Attribute::NonExistent);
        let mut known = Vec::new();
        while let Some(value) = attribute {
            let mut out = BytesMut::new();
            value.encode(&mut out);
            let lower = out.to_ascii_lowercase();
            let read = complete(&lower, super::attribute).unwrap();
            assert_eq!(read, value);
            known.push(value);
            attribute = next(value);
        }
        assert_eq!(known, Attribute::NAMED);
    }
}
