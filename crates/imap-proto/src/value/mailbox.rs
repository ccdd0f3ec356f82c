//! Names of mailboxes, and the patterns of LIST.
//!
//! RFC 9051 §5.1, RFC 3501 §5.1.

use core::fmt;

use bytes::BytesMut;
use mail_wire::parse::Parsed;

use crate::value::delimiter::Delimiter;
use crate::wire::{AString, LIST_CHAR, Reader, Style, debug_octets, encode_string_or};

/// The name of a mailbox, as it is on the wire: modified UTF-7 in IMAP4rev1,
/// UTF-8 in IMAP4rev2 (see [`crate::modified_utf7`]).
///
/// `INBOX` in any case is the one name [`Mailbox::INBOX`]; all other names
/// compare octet by octet.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mailbox<'a>(AString<'a>);

impl<'a> Mailbox<'a> {
    /// The user's inbox.
    pub const INBOX: Mailbox<'static> = match AString::new(b"INBOX") {
        Ok(name) => Mailbox(name),
        Err(_) => Self::EMPTY,
    };

    /// The empty name: no mailbox has it, but LIST takes it for its reference.
    pub const EMPTY: Mailbox<'static> = Mailbox(AString::EMPTY);

    /// The mailbox called `name` on the wire.
    #[must_use]
    pub fn new(name: AString<'a>) -> Self {
        if name.as_bytes().eq_ignore_ascii_case(b"INBOX") { Self::INBOX } else { Self(name) }
    }

    /// Whether it is the inbox.
    #[must_use]
    pub fn is_inbox(self) -> bool {
        self == Self::INBOX
    }

    /// Its name, as it is on the wire.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0.as_bytes()
    }

    /// Its name, as it is on the wire, if that is UTF-8 (as it should be).
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        self.0.as_str()
    }

    /// Writes it.
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        self.0.encode(style, out);
    }
}

impl fmt::Debug for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.as_bytes(), f)
    }
}

/// `list-mailbox`: a name in which `*` stands for anything, and `%` for
/// anything but the hierarchy delimiter (RFC 9051 §6.3.9).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListPattern<'a>(AString<'a>);

impl<'a> ListPattern<'a> {
    /// `pattern`, as it is on the wire.
    #[must_use]
    pub const fn new(pattern: AString<'a>) -> Self {
        Self(pattern)
    }

    /// The pattern, as it is on the wire.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0.as_bytes()
    }

    /// The pattern, as it is on the wire, if that is UTF-8 (as it should be).
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        self.0.as_str()
    }

    /// Whether a mailbox is called what the pattern says, where names begin
    /// with `reference` and `delimiter` divides their levels.
    ///
    /// The reference and the pattern are put together as they are. `INBOX`
    /// matches in any case.
    ///
    /// ```
    /// use imap_proto::{AString, Delimiter, ListPattern, Mailbox};
    /// let pattern = ListPattern::new(AString::new(b"work/%")?);
    /// let matches = |name| {
    ///     let name = Mailbox::new(AString::new(name)?);
    ///     Ok::<_, imap_proto::SyntaxError>(pattern.matches(Mailbox::EMPTY, name, Delimiter::new(b'/')))
    /// };
    /// assert!(matches(b"work/todo")?);
    /// assert!(!matches(b"work/todo/later")?);
    /// # Ok::<(), imap_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn matches(
        self,
        reference: Mailbox<'_>,
        mailbox: Mailbox<'_>,
        delimiter: Option<Delimiter>,
    ) -> bool {
        let (start, end) = (reference.as_bytes(), self.as_bytes());
        let pattern = |at: usize| match start.get(at) {
            Some(octet) => Some(*octet),
            None => end.get(at.saturating_sub(start.len())).copied(),
        };
        let inbox = mailbox.is_inbox();
        let delimiter = delimiter.map(Delimiter::get);
        let name = mailbox.as_bytes();
        let (mut at, mut matched) = (0_usize, 0_usize);
        // Where the last `*` and the last `%` after it stand, and how much of
        // the name is matched up to the end of what they stand for.
        let (mut star, mut percent) = (None, None);
        loop {
            let here = name.get(matched).copied();
            match (pattern(at), here) {
                (Some(b'*'), _) => {
                    at = at.saturating_add(1);
                    (star, percent) = (Some((at, matched)), None);
                    continue;
                }
                (Some(b'%'), _) => {
                    at = at.saturating_add(1);
                    percent = Some((at, matched));
                    continue;
                }
                (None, None) => return true,
                (Some(wanted), Some(found))
                    if wanted == found || (inbox && wanted.eq_ignore_ascii_case(&found)) =>
                {
                    at = at.saturating_add(1);
                    matched = matched.saturating_add(1);
                    continue;
                }
                _ => {}
            }
            // One octet more for the last wildcard that can take it.
            percent = percent
                .filter(|&(_, end)| name.get(end).is_some_and(|&octet| Some(octet) != delimiter));
            let wildcard = match (&mut percent, &mut star) {
                (Some(percent), _) => percent,
                (None, Some(star)) if star.1 < name.len() => star,
                _ => return false,
            };
            wildcard.1 = wildcard.1.saturating_add(1);
            (at, matched) = *wildcard;
        }
    }

    /// Writes it.
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        encode_string_or(&LIST_CHAR, self.as_bytes(), style, out);
    }
}

impl fmt::Debug for ListPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.as_bytes(), f)
    }
}

/// ```abnf
/// mailbox = "INBOX" / astring                      ; RFC 9051 §9
/// ```
pub(crate) fn mailbox<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Mailbox<'a>> {
    let (rest, name) = reader.astring(input)?;
    Ok((rest, Mailbox::new(name)))
}

/// ```abnf
/// list-mailbox = 1*list-char / string
/// list-char    = ATOM-CHAR / list-wildcards / resp-specials    ; RFC 9051 §9
/// ```
pub(crate) fn list_pattern<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, ListPattern<'a>> {
    let (rest, pattern) = reader.string_or(&LIST_CHAR, input)?;
    Ok((rest, ListPattern(pattern)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(name: &str) -> Mailbox<'_> {
        Mailbox::new(AString::new(name.as_bytes()).unwrap())
    }

    fn matches(reference: &str, pattern: &str, mailbox: &str) -> bool {
        ListPattern::new(AString::new(pattern.as_bytes()).unwrap()).matches(
            name(reference),
            name(mailbox),
            Delimiter::new(b'/'),
        )
    }

    /// The definition of the two wildcards, tried out in full.
    fn matches_naively(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            ([wildcard @ (b'*' | b'%'), behind @ ..], _) => {
                matches_naively(behind, name)
                    || name.split_first().is_some_and(|(first, name)| {
                        (*wildcard == b'*' || *first != b'/') && matches_naively(pattern, name)
                    })
            }
            ([a, pattern @ ..], [b, name @ ..]) => a == b && matches_naively(pattern, name),
            _ => false,
        }
    }

    #[test]
    fn inbox_has_one_name() {
        assert_eq!(name("iNbOx"), Mailbox::INBOX);
        assert!(name("inbox").is_inbox() && !name("inbox/a").is_inbox());
        assert_eq!(name("Inbox").as_bytes(), b"INBOX");
    }

    #[test]
    fn patterns_match() {
        assert!(matches("", "*", "a/b") && matches("", "%", "a") && !matches("", "%", "a/b"));
        assert!(matches("a/", "%", "a/b") && !matches("a/", "%", "b"));
        assert!(matches("", "inbox", "INBOX") && !matches("", "a", "A"));
        assert!(matches("", "", "") && !matches("", "", "a"));
        assert!(matches("", "%/%", "a/b") && matches("", "*%", "a/b/"));
    }

    #[test]
    fn a_pattern_of_many_wildcards_does_not_take_for_ever() {
        let pattern = "*a%".repeat(2000) + "b";
        assert!(!matches("", &pattern, &"a".repeat(4000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn patterns_match_as_defined(pattern in "[ab/%*]{0,8}", mailbox in "[ab/]{0,10}") {
            let expected = matches_naively(pattern.as_bytes(), mailbox.as_bytes());
            prop_assert_eq!(matches("", &pattern, &mailbox), expected);
        }
    }
}
