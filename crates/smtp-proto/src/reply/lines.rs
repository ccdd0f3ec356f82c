//! The texts of a reply.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter;

use super::enhanced::EnhancedCode;
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
        let (one, many, wire, enhanced) = match self.0 {
            Repr::One(text) => (Some(text), &[][..], None, false),
            Repr::Many(lines) => (None, lines, None, false),
            Repr::Wire { octets, enhanced } => (None, &[][..], Some(octets), enhanced),
        };
        let wire = wire_lines(wire).map(move |line| {
            let text = line.get(4..).unwrap_or_default();
            let after = if enhanced { EnhancedCode::parse(text) } else { None };
            Text::received(after.map_or(text, |(_, text)| text))
        });
        one.into_iter().chain(many.iter().copied()).chain(wire)
    }
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

/// The lines of `octets`, each without its end.
pub(super) fn wire_lines(octets: Option<&[u8]>) -> impl Iterator<Item = &[u8]> {
    let mut rest = octets;
    iter::from_fn(move || {
        let octets = rest?;
        let Some(end) = memchr::memchr(b'\n', octets) else { return rest.take() };
        let (line, after) = octets.split_at_checked(end)?;
        rest = after.get(1..);
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}
