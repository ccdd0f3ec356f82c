//! LIST and LSUB: which mailboxes there are.
//!
//! RFC 9051 §6.3.9 and §7.3.1, RFC 3501 §6.3.8 and §6.3.9,
//! RFC 5258, RFC 5819.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Parsed, fail, run};

use crate::command::status::{StatusItem, encode_status_items, status_items};
use crate::value::capability_set::CapabilitySet;
use crate::value::delimiter::Delimiter;
use crate::value::mailbox::{ListPattern, Mailbox, list_pattern, mailbox};
use crate::value::modifier::{Modifier, modifier};
use crate::wire::{
    KEYWORD_CHAR, NonEmpty, Reader, Style, after_space, at, encode_list, encode_separated, keyword,
    named,
};

// The names of return options, and what stands before them.
const CHILDREN: Keyword = Keyword::new(b"CHILDREN");
const RETURN: Keyword = Keyword::new(b"RETURN");
const STATUS: Keyword = Keyword::new(b"STATUS");
const SUBSCRIBED: Keyword = Keyword::new(b"SUBSCRIBED");

/// The LIST command, with what RFC 5258 added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct List<'a> {
    /// Which kinds of mailboxes; none is every kind.
    pub select: &'a [ListSelect],
    /// What else extensions select by (`option-extension`, RFC 9051 §9).
    pub select_modifiers: &'a [Modifier<'a>],
    /// What the patterns are relative to.
    pub reference: Mailbox<'a>,
    /// What the names look like: one of these patterns.
    pub patterns: NonEmpty<'a, ListPattern<'a>>,
    /// What to tell of each besides.
    pub returns: &'a [ListReturn<'a>],
    /// What else extensions tell.
    pub return_modifiers: &'a [Modifier<'a>],
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

/// The LSUB command (RFC 3501 §6.3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lsub<'a> {
    /// What the pattern is relative to.
    pub reference: Mailbox<'a>,
    /// What the names look like.
    pub pattern: ListPattern<'a>,
}

impl<'a> List<'a> {
    /// LIST without options.
    #[must_use]
    pub const fn new(reference: Mailbox<'a>, patterns: NonEmpty<'a, ListPattern<'a>>) -> Self {
        Self {
            select: &[],
            select_modifiers: &[],
            reference,
            patterns,
            returns: &[],
            return_modifiers: &[],
        }
    }
}

impl List<'_> {
    /// What it says that IMAP4rev1 does not have.
    pub(crate) fn needs(&self) -> CapabilitySet {
        let many = self.patterns.as_slice().len() > 1;
        CapabilitySet::LIST_OPTIONS
            .only_if(self.is_extended())
            .and(CapabilitySet::LIST_PATTERNS.only_if(many))
            .and(self.returns.iter().map(ListReturn::needs).collect())
    }

    /// Whether it asks for what the LIST of RFC 3501 does not have, and LIST-EXTENDED
    /// does (RFC 5258): options, or more than one pattern.
    #[must_use]
    pub const fn is_extended(&self) -> bool {
        !self.select.is_empty()
            || !self.select_modifiers.is_empty()
            || !self.returns.is_empty()
            || !self.return_modifiers.is_empty()
            || self.patterns.as_slice().len() > 1
    }

    /// Whether it asks for a mailbox of this name: whether one of its patterns
    /// matches it (see [`ListPattern::matches`]).
    #[must_use]
    pub fn matches(self, mailbox: Mailbox<'_>, delimiter: Option<Delimiter>) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(self.reference, mailbox, delimiter))
    }

    /// Writes what comes after the name.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b' ');
        if !self.select.is_empty() || !self.select_modifiers.is_empty() {
            let encode = |option: ListSelect, out: &mut BytesMut| {
                out.put_slice(option.name().as_bytes());
            };
            encode_options(self.select, encode, self.select_modifiers, out);
            out.put_u8(b' ');
        }
        self.reference.encode(style, out);
        out.put_u8(b' ');
        match self.patterns.as_slice() {
            [pattern] => pattern.encode(style, out),
            patterns => encode_list(patterns, out, |pattern, out| pattern.encode(style, out)),
        }
        if !self.returns.is_empty() || !self.return_modifiers.is_empty() {
            out.put_u8(b' ');
            RETURN.encode(out);
            out.put_u8(b' ');
            encode_options(self.returns, ListReturn::encode, self.return_modifiers, out);
        }
    }
}

impl ListSelect {
    const ALL: [Self; 3] = [Self::Subscribed, Self::Remote, Self::RecursiveMatch];

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
    /// What a client needs that asks for it, besides LIST-EXTENDED.
    fn needs(&self) -> CapabilitySet {
        match self {
            Self::Status(items) => items
                .iter()
                .map(|item| item.needs())
                .fold(CapabilitySet::LIST_STATUS, CapabilitySet::and),
            Self::Subscribed | Self::Children => CapabilitySet::NONE,
        }
    }

    fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Subscribed => SUBSCRIBED.encode(out),
            Self::Children => CHILDREN.encode(out),
            Self::Status(items) => {
                STATUS.encode(out);
                out.put_u8(b' ');
                encode_status_items(items, out);
            }
        }
    }
}

impl Lsub<'_> {
    /// Writes what comes after the name.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b' ');
        self.reference.encode(style, out);
        out.put_u8(b' ');
        self.pattern.encode(style, out);
    }
}

/// What comes after `LIST`.
///
/// ```abnf
/// list             = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat
///                    [SP list-return-opts]                 ; RFC 9051 §9
/// mbox-or-pat      = list-mailbox / patterns
/// patterns         = "(" list-mailbox *(SP list-mailbox) ")"  ; RFC 5258 §6
/// list-return-opts = "RETURN" SP "(" [list-return-opt *(SP list-return-opt)] ")"
/// ```
pub(crate) fn list_command<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, List<'a>> {
    let (start, ()) = reader.space(input)?;
    let (mut select, mut select_modifiers) = (&[][..], &[][..]);
    let mut rest = start;
    if at(b'(', start) {
        (rest, (select, select_modifiers)) = options(start, reader, list_select)?;
        // An option that is not known may be one for it to stand beside.
        let has_base = select.contains(&ListSelect::Subscribed) || !select_modifiers.is_empty();
        if select.contains(&ListSelect::RecursiveMatch) && !has_base {
            return fail(start, "SUBSCRIBED beside RECURSIVEMATCH");
        }
        (rest, ()) = reader.space(rest)?;
    }
    let (rest, reference) = mailbox(rest, reader)?;
    let (rest, ()) = reader.space(rest)?;
    let (rest, patterns) = if at(b'(', rest) {
        reader.list1(rest, |input| list_pattern(input, reader))?
    } else {
        let (rest, pattern) = list_pattern(rest, reader)?;
        (rest, NonEmpty::one(reader.arena.alloc(pattern)))
    };
    let (rest, returns) = match after_space(rest) {
        Some(start) => match keyword("RETURN")(start)? {
            (rest, RETURN) => {
                let (rest, ()) = reader.space(rest)?;
                let (after, (returns, modifiers)) =
                    options(rest, reader, |input| list_return(input, reader))?;
                let is_status = |option: &&ListReturn<'_>| matches!(option, ListReturn::Status(_));
                if returns.iter().filter(is_status).count() > 1 {
                    return fail(rest, "STATUS once");
                }
                (after, (returns, modifiers))
            }
            _ => return fail(start, "RETURN"),
        },
        None => (rest, (&[][..], &[][..])),
    };
    let (returns, return_modifiers) = returns;
    Ok((rest, List { select, select_modifiers, reference, patterns, returns, return_modifiers }))
}

/// Options in parentheses: those that `known` gives, each of them once, and those that it does
/// not know.
///
/// ```abnf
/// option-extension = (option-standard-tag / option-vendor-tag) [SP option-value]
/// option-value     = "(" option-val-comp ")"               ; RFC 9051 §9
/// ```
fn options<'a, T: Copy + PartialEq>(
    input: &'a [u8],
    reader: &Reader<'a>,
    known: impl Fn(&'a [u8]) -> Parsed<'a, Option<T>>,
) -> Parsed<'a, (&'a [T], &'a [Modifier<'a>])> {
    let mut modifiers = reader.arena.list();
    let (rest, options) = reader.list(input, |input| match known(input)? {
        (rest, Some(option)) => Ok((rest, Some(option))),
        (_, None) => {
            let (rest, option) = modifier(input, reader)?;
            modifiers.push(option);
            Ok((rest, None))
        }
    })?;
    let options = reader.arena.collect(options.iter().copied().flatten());
    Ok((rest, (reader.once(options, |_| true), modifiers.end())))
}

/// Writes options in parentheses.
fn encode_options<T: Copy>(
    options: &[T],
    encode: impl Fn(T, &mut BytesMut),
    modifiers: &[Modifier<'_>],
    out: &mut BytesMut,
) {
    out.put_u8(b'(');
    encode_separated(options, out, |option, out| encode(*option, out));
    if !options.is_empty() && !modifiers.is_empty() {
        out.put_u8(b' ');
    }
    encode_separated(modifiers, out, |modifier, out| modifier.encode(out));
    out.put_u8(b')');
}

/// ```abnf
/// list-select-opts = "(" [… "SUBSCRIBED" / "REMOTE" / "RECURSIVEMATCH" / option-extension …] ")"
///                                                          ; RFC 9051 §9
/// ```
/// None where it is none of the three.
pub(crate) fn list_select(input: &[u8]) -> Parsed<'_, Option<ListSelect>> {
    let (name, rest) = run(&KEYWORD_CHAR, input);
    Ok((rest, named(&ListSelect::ALL, ListSelect::name, name)))
}

/// ```abnf
/// return-option = "SUBSCRIBED" / "CHILDREN" / status-option / option-extension
/// status-option = "STATUS" SP "(" status-att *(SP status-att) ")"
///                                                          ; RFC 9051 §9
/// ```
/// None where it is none of the three.
fn list_return<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Option<ListReturn<'a>>> {
    let (rest, name) = keyword("a return option of LIST")(input)?;
    match name {
        SUBSCRIBED => Ok((rest, Some(ListReturn::Subscribed))),
        CHILDREN => Ok((rest, Some(ListReturn::Children))),
        STATUS => {
            let (rest, ()) = reader.space(rest)?;
            let (rest, items) = status_items(rest, reader)?;
            Ok((rest, Some(ListReturn::Status(items))))
        }
        _ => Ok((rest, None)),
    }
}

/// What comes after `LSUB`.
///
/// ```abnf
/// lsub = "LSUB" SP mailbox SP list-mailbox                 ; RFC 3501 §9
/// ```
pub(crate) fn lsub<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Lsub<'a>> {
    let (rest, ()) = reader.space(input)?;
    let (rest, reference) = mailbox(rest, reader)?;
    let (rest, ()) = reader.space(rest)?;
    let (rest, pattern) = list_pattern(rest, reader)?;
    Ok((rest, Lsub { reference, pattern }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_found_by_its_name() {
        // Whoever adds one is told here.
        let place = |option: ListSelect| match option {
            ListSelect::Subscribed => 0,
            ListSelect::Remote => 1,
            ListSelect::RecursiveMatch => 2,
        };
        for (index, option) in ListSelect::ALL.into_iter().enumerate() {
            assert_eq!(place(option), index);
            let name = option.name().to_ascii_lowercase();
            assert_eq!(named(&ListSelect::ALL, ListSelect::name, name.as_bytes()), Some(option));
        }
        assert_eq!(place(ListSelect::RecursiveMatch), ListSelect::ALL.len() - 1);
    }
}
