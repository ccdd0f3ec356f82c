//! LIST and LSUB: which mailboxes there are.
//!
//! RFC 9051 sections 6.3.9 and 7.3.1, RFC 3501 sections 6.3.8 and 6.3.9,
//! RFC 5258, RFC 5819.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Parsed, fail};

use crate::arena::{Arena, NonEmpty};
use crate::lenient;
use crate::lexical::{
    Atom, Style, after_space, at, atom, close, encode_list, encode_string, keyword, list, list1,
    nil, non_empty, open, space,
};
use crate::mailbox::{ListPattern, Mailbox, list_pattern, mailbox};
use crate::response::Raw;
use crate::status::{StatusItem, encode_status_items, status_item};

/// The LIST command, with what RFC 5258 added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct List<'a> {
    /// Which kinds of mailboxes; none is every kind.
    pub select: &'a [ListSelect],
    /// What the patterns are relative to.
    pub reference: Mailbox<'a>,
    /// What the names look like: one of these patterns.
    pub patterns: NonEmpty<'a, ListPattern<'a>>,
    /// What to tell of each besides.
    pub returns: &'a [ListReturn<'a>],
}

/// `list-select-opt`: which kinds of mailboxes are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListSelect {
    /// `SUBSCRIBED`: those that the user is subscribed to, even if they no
    /// longer exist.
    Subscribed,
    /// `REMOTE`: those on other servers too.
    Remote,
    /// `RECURSIVEMATCH`: those with a match below them too.
    RecursiveMatch,
}

/// `list-return-opt`: what is told of each mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListReturn<'a> {
    /// `SUBSCRIBED`: whether the user is subscribed to it.
    Subscribed,
    /// `CHILDREN`: whether there are mailboxes below it.
    Children,
    /// `STATUS (…)`: a STATUS response for it (RFC 5819).
    Status(NonEmpty<'a, StatusItem>),
}

/// The LSUB command (RFC 3501 section 6.3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lsub<'a> {
    /// What the pattern is relative to.
    pub reference: Mailbox<'a>,
    /// What the names look like.
    pub pattern: ListPattern<'a>,
}

impl List<'_> {
    /// Whether it asks for what the LIST of RFC 3501 does not have, and LIST-EXTENDED
    /// does (RFC 5258): options, or more than one pattern.
    #[must_use]
    pub const fn is_extended(&self) -> bool {
        !self.select.is_empty() || !self.returns.is_empty() || self.patterns.as_slice().len() > 1
    }

    /// Whether it asks for a mailbox of this name: whether one of its patterns
    /// matches it (see [`ListPattern::matches`]).
    #[must_use]
    pub fn matches(self, mailbox: Mailbox<'_>, delimiter: Option<Delimiter>) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(self.reference, mailbox, delimiter))
    }

    /// Writes it, from `LIST` on.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_slice(b"LIST ");
        if !self.select.is_empty() {
            encode_list(self.select, out, |option, out| out.put_slice(option.name().as_bytes()));
            out.put_u8(b' ');
        }
        self.reference.encode(style, out);
        out.put_u8(b' ');
        match self.patterns.as_slice() {
            [pattern] => pattern.encode(style, out),
            patterns => encode_list(patterns, out, |pattern, out| pattern.encode(style, out)),
        }
        if !self.returns.is_empty() {
            out.put_slice(b" RETURN ");
            encode_list(self.returns, out, |option, out| option.encode(out));
        }
    }
}

impl ListSelect {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subscribed => "SUBSCRIBED",
            Self::Remote => "REMOTE",
            Self::RecursiveMatch => "RECURSIVEMATCH",
        }
    }
}

impl ListReturn<'_> {
    fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Subscribed => out.put_slice(b"SUBSCRIBED"),
            Self::Children => out.put_slice(b"CHILDREN"),
            Self::Status(items) => {
                out.put_slice(b"STATUS ");
                encode_status_items(items, out);
            }
        }
    }
}

impl Lsub<'_> {
    /// Writes it, from `LSUB` on.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_slice(b"LSUB ");
        self.reference.encode(style, out);
        out.put_u8(b' ');
        self.pattern.encode(style, out);
    }
}

/// What stands behind `LIST`.
///
/// ```abnf
/// list             = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat
///                    [SP list-return-opts]                 ; RFC 9051 section 9
/// mbox-or-pat      = list-mailbox / patterns
/// patterns         = "(" list-mailbox *(SP list-mailbox) ")"  ; RFC 5258 section 6
/// list-return-opts = "RETURN" SP "(" [list-return-opt *(SP list-return-opt)] ")"
/// ```
pub(crate) fn list_command<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, List<'a>> {
    const RETURN: Keyword = Keyword::new(b"RETURN");
    let (start, ()) = space(input)?;
    let (rest, select) = if at(b'(', start) {
        let (rest, select) = list(start, arena, list_select)?;
        if select.contains(&ListSelect::RecursiveMatch) && !select.contains(&ListSelect::Subscribed)
        {
            return fail(start, "SUBSCRIBED beside RECURSIVEMATCH");
        }
        let (rest, ()) = space(rest)?;
        (rest, select)
    } else {
        (start, &[][..])
    };
    let (rest, reference) = mailbox(rest, arena)?;
    let (rest, ()) = space(rest)?;
    let (rest, patterns) = if at(b'(', rest) {
        list1(rest, arena, |input| list_pattern(input, arena))?
    } else {
        let (rest, pattern) = list_pattern(rest, arena)?;
        (rest, NonEmpty::one(arena.alloc(pattern)))
    };
    let (rest, returns) = match after_space(rest) {
        Some(start) => match keyword("RETURN")(start)? {
            (rest, RETURN) => {
                let (rest, ()) = space(rest)?;
                list(rest, arena, |input| list_return(input, arena))?
            }
            _ => return fail(start, "RETURN"),
        },
        None => (rest, &[][..]),
    };
    Ok((rest, List { select, reference, patterns, returns }))
}

/// ```abnf
/// list-select-opts = "(" [… "SUBSCRIBED" / "REMOTE" / "RECURSIVEMATCH" …] ")"
///                                                          ; RFC 9051 section 9
/// ```
pub(crate) fn list_select(input: &[u8]) -> Parsed<'_, ListSelect> {
    const SUBSCRIBED: Keyword = Keyword::new(b"SUBSCRIBED");
    const REMOTE: Keyword = Keyword::new(b"REMOTE");
    const RECURSIVEMATCH: Keyword = Keyword::new(b"RECURSIVEMATCH");
    let (rest, name) = keyword("a selection option of LIST")(input)?;
    match name {
        SUBSCRIBED => Ok((rest, ListSelect::Subscribed)),
        REMOTE => Ok((rest, ListSelect::Remote)),
        RECURSIVEMATCH => Ok((rest, ListSelect::RecursiveMatch)),
        _ => fail(input, "a selection option of LIST"),
    }
}

/// ```abnf
/// return-option = "SUBSCRIBED" / "CHILDREN" / status-option
/// status-option = "STATUS" SP "(" status-att *(SP status-att) ")"
///                                                          ; RFC 9051 section 9
/// ```
fn list_return<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, ListReturn<'a>> {
    const SUBSCRIBED: Keyword = Keyword::new(b"SUBSCRIBED");
    const CHILDREN: Keyword = Keyword::new(b"CHILDREN");
    const STATUS: Keyword = Keyword::new(b"STATUS");
    let (rest, name) = keyword("a return option of LIST")(input)?;
    match name {
        SUBSCRIBED => Ok((rest, ListReturn::Subscribed)),
        CHILDREN => Ok((rest, ListReturn::Children)),
        STATUS => {
            let (rest, ()) = space(rest)?;
            let (rest, items) = list1(rest, arena, status_item)?;
            Ok((rest, ListReturn::Status(items)))
        }
        _ => fail(input, "a return option of LIST"),
    }
}

/// What stands behind `LSUB`.
///
/// ```abnf
/// lsub = "LSUB" SP mailbox SP list-mailbox                 ; RFC 3501 section 9
/// ```
pub(crate) fn lsub<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Lsub<'a>> {
    let (rest, ()) = space(input)?;
    let (rest, reference) = mailbox(rest, arena)?;
    let (rest, ()) = space(rest)?;
    let (rest, pattern) = list_pattern(rest, arena)?;
    Ok((rest, Lsub { reference, pattern }))
}

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

/// What divides the levels of mailbox names: one US-ASCII character that is not
/// NUL, CR or LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delimiter(u8);

impl Delimiter {
    /// `character` as a delimiter; `None` if it cannot be one.
    #[must_use]
    pub const fn new(character: u8) -> Option<Self> {
        match character {
            0 | b'\r' | b'\n' | 0x80.. => None,
            _ => Some(Self(character)),
        }
    }

    /// The character.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// `mbx-list-flags`: what kind of mailbox it is (RFC 9051 section 7.3.1,
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
    /// Any other; the atom is what stands behind the backslash.
    Other(Atom<'a>),
}

/// `mbox-list-extended-item`: what an extension tells of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListExtended<'a> {
    /// `CHILDINFO`: mailboxes below it match these selection options
    /// (RFC 9051 section 6.3.9.6).
    ChildInfo(NonEmpty<'a, ListSelect>),
    /// `OLDNAME`: what it was called before (RFC 9051 section 6.3.9.7).
    OldName(Mailbox<'a>),
    /// Any other: its tag, and its value as it was written.
    Other(Atom<'a>, Raw<'a>),
}

/// The attributes that are known, and their names.
const ATTRIBUTES: [(Attribute<'static>, &str); 16] = [
    (Attribute::NonExistent, "NonExistent"),
    (Attribute::NoInferiors, "Noinferiors"),
    (Attribute::NoSelect, "Noselect"),
    (Attribute::HasChildren, "HasChildren"),
    (Attribute::HasNoChildren, "HasNoChildren"),
    (Attribute::Marked, "Marked"),
    (Attribute::Unmarked, "Unmarked"),
    (Attribute::Subscribed, "Subscribed"),
    (Attribute::Remote, "Remote"),
    (Attribute::All, "All"),
    (Attribute::Archive, "Archive"),
    (Attribute::Drafts, "Drafts"),
    (Attribute::Flagged, "Flagged"),
    (Attribute::Junk, "Junk"),
    (Attribute::Sent, "Sent"),
    (Attribute::Trash, "Trash"),
];

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
    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_u8(b'\\');
        match self {
            Self::Other(name) => name.encode(out),
            known => {
                let name = ATTRIBUTES.iter().find(|(attribute, _)| *attribute == known);
                out.put_slice(name.map_or("", |(_, name)| name).as_bytes());
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
        }
    }
}

/// Writes a delimiter in quotes, or `NIL`.
pub(crate) fn encode_delimiter(delimiter: Option<Delimiter>, out: &mut BytesMut) {
    match delimiter {
        Some(delimiter) => encode_string(&[delimiter.get()], Style::PLAIN, out),
        None => out.put_slice(b"NIL"),
    }
}

/// What stands behind `LIST` or `LSUB` in a response.
///
/// ```abnf
/// mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil)
///                SP mailbox [SP mbox-list-extended]
/// mbox-list-extended = "(" [mbox-list-extended-item
///                      *(SP mbox-list-extended-item)] ")"  ; RFC 9051 section 9
/// ```
pub(crate) fn listed<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Listed<'a>> {
    let (rest, ()) = lenient::gap(input)?;
    let (rest, attributes) = lenient::list(rest, arena, attribute)?;
    let (rest, ()) = lenient::gap(rest)?;
    let (rest, delimiter) = delimiter(rest, arena)?;
    let (rest, ()) = lenient::gap(rest)?;
    let (rest, name) = lenient::astring(rest, arena)?;
    let behind = lenient::spaces(rest);
    let (rest, extended) = if at(b'(', behind) {
        lenient::list(behind, arena, |input| list_extended(input, arena))?
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
    let (rest, name) = atom(rest)?;
    let known = ATTRIBUTES.iter().find(|(_, known)| name.is(known));
    Ok((rest, known.map_or(Attribute::Other(name), |(attribute, _)| *attribute)))
}

/// `DQUOTE QUOTED-CHAR DQUOTE / nil`; `""` is taken for `NIL`.
pub(crate) fn delimiter<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Option<Delimiter>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    match lenient::string_octets(input, arena)? {
        (rest, []) => Ok((rest, None)),
        (rest, [character]) if Delimiter::new(*character).is_some() => {
            Ok((rest, Delimiter::new(*character)))
        }
        _ => fail(input, "a delimiter"),
    }
}

/// ```abnf
/// mbox-list-extended-item = mbox-list-extended-item-tag SP tagged-ext-val
/// childinfo-extended-item = "CHILDINFO" SP "(" list-select-base-opt-quoted
///                           *(SP list-select-base-opt-quoted) ")"
/// oldname-extended-item   = "OLDNAME" SP "(" mailbox ")"   ; RFC 9051 section 9
/// ```
fn list_extended<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, ListExtended<'a>> {
    let (rest, tag) = lenient::atom_or_quoted(input, arena)?;
    let (start, ()) = lenient::gap(rest)?;
    let known = if tag.is("CHILDINFO") {
        child_info(start, arena)
    } else if tag.is("OLDNAME") {
        old_name(start, arena)
    } else {
        fail(start, "an item of LIST that is known")
    };
    if let Ok(known) = known {
        return Ok(known);
    }
    let (rest, value) = lenient::value(start)?;
    Ok((rest, ListExtended::Other(tag, value)))
}

fn child_info<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, ListExtended<'a>> {
    let (rest, ()) = open(input)?;
    let mut options = arena.list();
    let mut rest = lenient::spaces(rest);
    while !at(b')', rest) {
        let (behind, name) = lenient::atom_or_quoted(rest, arena)?;
        match list_select(name.as_str().as_bytes()) {
            Ok(([], option)) => options.push(option),
            _ => return fail(rest, "a selection option of LIST"),
        }
        rest = lenient::spaces(behind);
    }
    let (rest, ()) = close(rest)?;
    let (rest, options) = non_empty(rest, options)?;
    Ok((rest, ListExtended::ChildInfo(options)))
}

fn old_name<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, ListExtended<'a>> {
    let (rest, ()) = open(input)?;
    let (rest, name) = lenient::astring(lenient::spaces(rest), arena)?;
    let (rest, ()) = close(lenient::spaces(rest))?;
    Ok((rest, ListExtended::OldName(Mailbox::new(name))))
}
