//! The texts of a reply.

use core::fmt;
use core::hash::{Hash, Hasher};

use mail_wire::find_line_feed;

use super::enhanced::EnhancedCode;
use crate::scan::find_control;
use crate::text::Text;

/// The lines of text of a reply, without codes: at least one, which may be empty.
#[derive(Clone, Copy)]
pub struct ReplyLines<'a>(Repr<'a>);

#[derive(Clone, Copy)]
enum Repr<'a> {
    One(Text<'a>),
    Many(&'a [Text<'a>]),
    /// As received, checked: each line with its code, and with its end but for the last.
    Wire {
        octets: &'a [u8],
        enhanced: bool,
    },
}

impl<'a> ReplyLines<'a> {
    /// A reply of several lines; of one empty line where there are none.
    #[must_use]
    pub const fn new(lines: &'a [Text<'a>]) -> Self {
        if lines.is_empty() { Self(Repr::One(Text::EMPTY)) } else { Self(Repr::Many(lines)) }
    }

    /// Lines as they were received: checked by [`Reply::parse`](super::Reply::parse).
    pub(super) const fn received(octets: &'a [u8], enhanced: bool) -> Self {
        Self(Repr::Wire { octets, enhanced })
    }

    /// What was received, where they were.
    pub(super) const fn wire(self) -> Option<&'a [u8]> {
        match self.0 {
            Repr::Wire { octets, .. } => Some(octets),
            Repr::One(_) | Repr::Many(_) => None,
        }
    }

    /// Whether all of them can be sent to a client that has not asked for SMTPUTF8.
    pub(crate) fn is_ascii(self) -> bool {
        self.iter().all(Text::is_ascii)
    }

    /// The first of them.
    pub(crate) fn first(self) -> Text<'a> {
        self.iter().next().unwrap_or(Text::EMPTY)
    }

    /// The lines one by one.
    pub fn iter(self) -> impl Iterator<Item = Text<'a>> {
        match self.0 {
            Repr::One(text) => Texts { one: Some(text), many: &[], wire: None, enhanced: false },
            Repr::Many(many) => Texts { one: None, many, wire: None, enhanced: false },
            Repr::Wire { octets, enhanced } => {
                Texts { one: None, many: &[], wire: Some(octets), enhanced }
            }
        }
    }
}

/// The texts that are still to come: of one of these.
struct Texts<'a> {
    one: Option<Text<'a>>,
    many: &'a [Text<'a>],
    wire: Option<&'a [u8]>,
    enhanced: bool,
}

impl<'a> Iterator for Texts<'a> {
    type Item = Text<'a>;

    #[inline]
    fn next(&mut self) -> Option<Text<'a>> {
        if let Some(octets) = self.wire {
            let (line, rest) = split_line(octets);
            self.wire = rest;
            let text = line.get(4..).unwrap_or_default();
            let after = if self.enhanced { EnhancedCode::parse(text) } else { None };
            return Some(Text::received(after.map_or(text, |(_, text)| text)));
        }
        if let Some((&text, rest)) = self.many.split_first() {
            self.many = rest;
            return Some(text);
        }
        self.one.take()
    }
}

/// The first line of `octets`, without its end, and the rest, if there is an end.
#[inline]
pub(super) fn split_line(octets: &[u8]) -> (&[u8], Option<&[u8]>) {
    let Some(end) = find_line_feed(octets) else { return (octets, None) };
    let (line, after) = octets.split_at_checked(end).unwrap_or((octets, &[]));
    (line.strip_suffix(b"\r").unwrap_or(line), after.get(1..))
}

/// The same of octets that were not checked yet; `None` where the line has a NUL, or a CR that is
/// not of its end.
#[inline]
pub(super) fn split_text(octets: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let mut searched = 0;
    while let Some(found) = find_control(octets.get(searched..).unwrap_or_default()) {
        let (line, after) = octets.split_at_checked(searched + found)?;
        match after {
            [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => return Some((line, Some(rest))),
            [0 | b'\r', ..] => return None,
            _ => searched = line.len() + 1,
        }
    }
    Some((octets, None))
}

impl<'a> ReplyLines<'a> {
    pub(super) const fn one(line: Text<'a>) -> Self {
        Self(Repr::One(line))
    }
}

impl<'a> From<Text<'a>> for ReplyLines<'a> {
    fn from(text: Text<'a>) -> Self {
        Self(Repr::One(text))
    }
}

impl PartialEq for ReplyLines<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for ReplyLines<'_> {}

impl Hash for ReplyLines<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|line| line.hash(state));
    }
}

impl fmt::Debug for ReplyLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
