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
use crate::wire::{
    KEYWORD_CHAR, NonEmpty, Reader, Style, after_space, at, encode_list, keyword, named,
};

/// The LIST command, with what RFC 5258 added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
        Self { select: &[], reference, patterns, returns: &[] }
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
        !self.select.is_empty() || !self.returns.is_empty() || self.patterns.as_slice().len() > 1
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
    /// Its name on the wire.
    const fn name(&self) -> &'static str {
        match self {
            Self::Subscribed => "SUBSCRIBED",
            Self::Children => "CHILDREN",
            Self::Status(_) => "STATUS",
        }
    }

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
        out.put_slice(self.name().as_bytes());
        match self {
            Self::Subscribed | Self::Children => {}
            Self::Status(items) => {
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
    const RETURN: Keyword = Keyword::new(b"RETURN");
    let (start, ()) = reader.space(input)?;
    let (rest, select) = if at(b'(', start) {
        let (rest, select) = reader.list(start, list_select)?;
        if select.contains(&ListSelect::RecursiveMatch) && !select.contains(&ListSelect::Subscribed)
        {
            return fail(start, "SUBSCRIBED beside RECURSIVEMATCH");
        }
        let (rest, ()) = reader.space(rest)?;
        (rest, reader.once(select, |_| true))
    } else {
        (start, &[][..])
    };
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
                let (after, returns) = reader.list(rest, |input| list_return(input, reader))?;
                let is_status = |option: &&ListReturn<'_>| matches!(option, ListReturn::Status(_));
                if returns.iter().filter(is_status).count() > 1 {
                    return fail(rest, "STATUS once");
                }
                (after, reader.once(returns, |_| true))
            }
            _ => return fail(start, "RETURN"),
        },
        None => (rest, &[][..]),
    };
    Ok((rest, List { select, reference, patterns, returns }))
}

/// ```abnf
/// list-select-opts = "(" [… "SUBSCRIBED" / "REMOTE" / "RECURSIVEMATCH" …] ")"
///                                                          ; RFC 9051 §9
/// ```
pub(crate) fn list_select(input: &[u8]) -> Parsed<'_, ListSelect> {
    let (name, rest) = run(&KEYWORD_CHAR, input);
    match named(&ListSelect::ALL, ListSelect::name, name) {
        Some(option) => Ok((rest, option)),
        None => fail(input, "a selection option of LIST"),
    }
}

/// ```abnf
/// return-option = "SUBSCRIBED" / "CHILDREN" / status-option
/// status-option = "STATUS" SP "(" status-att *(SP status-att) ")"
///                                                          ; RFC 9051 §9
/// ```
fn list_return<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, ListReturn<'a>> {
    const SUBSCRIBED: Keyword = Keyword::new(ListReturn::Subscribed.name().as_bytes());
    const CHILDREN: Keyword = Keyword::new(ListReturn::Children.name().as_bytes());
    const STATUS: Keyword = Keyword::new(b"STATUS");
    let (rest, name) = keyword("a return option of LIST")(input)?;
    match name {
        SUBSCRIBED => Ok((rest, ListReturn::Subscribed)),
        CHILDREN => Ok((rest, ListReturn::Children)),
        STATUS => {
            let (rest, ()) = reader.space(rest)?;
            let (rest, items) = status_items(rest, reader)?;
            Ok((rest, ListReturn::Status(items)))
        }
        _ => fail(input, "a return option of LIST"),
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
