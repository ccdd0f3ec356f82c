//! Lists of addresses (RFC 5322 §3.4), whose octets are told as they stand.

use imap_proto::Arena;

use super::{
    allowance::Allowance,
    fields,
    scan::{skip_cfws, skip_comment, unquote},
};

/// What a list of addresses is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A mailbox.
    Mailbox(Mailbox),
    /// The name of a group, whose members follow.
    GroupStart(Vec<u8>),
    /// The end of a group.
    GroupEnd,
}

/// An address, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mailbox {
    /// The name for people, with its encoded words (RFC 2047); empty if there is
    /// none.
    pub(super) name: Vec<u8>,
    /// The route of RFC 822's times, `@a,@b`; empty if there is none.
    pub(super) route: Vec<u8>,
    /// The local part, unquoted.
    pub(super) local: Vec<u8>,
    /// The domain; empty if there is none.
    pub(super) domain: Vec<u8>,
}

/// The entries of the list of addresses in a field, as many as may be told. A group that
/// is begun is ended.
pub(super) fn told<'m>(
    value: &'m [u8],
    allowance: &'m mut Allowance,
    arena: &'m Arena,
) -> impl Iterator<Item = Entry> + 'm {
    // No more octets are looked at than may be told, up to a comma.
    let value = match value.get(..allowance.left()) {
        Some(beginning) => &beginning[..memchr::memrchr(b',', beginning).unwrap_or(0)],
        None => value,
    };
    let mut addresses = Addresses::new(fields::unfolded(value, arena));
    let mut in_group = false;
    std::iter::from_fn(move || {
        let entry = addresses.next().filter(|entry| match entry {
            Entry::Mailbox(Mailbox { name, route, local, domain }) => {
                let octets = name.len() + route.len() + local.len() + domain.len();
                allowance.take(octets + Allowance::ADDRESS)
            }
            // Its end takes as much room as its start.
            Entry::GroupStart(name) => allowance.take(name.len() + 2 * Allowance::ADDRESS),
            Entry::GroupEnd => true,
        });
        match &entry {
            Some(Entry::GroupStart(_)) => in_group = true,
            Some(Entry::GroupEnd) => in_group = false,
            Some(Entry::Mailbox(_)) => {}
            None => {
                addresses = Addresses::new(&[]);
                return std::mem::take(&mut in_group).then_some(Entry::GroupEnd);
            }
        }
        entry
    })
}

/// The entries of a list of addresses, from the unfolded value of a field.
#[derive(Debug)]
pub(super) struct Addresses<'m> {
    rest: &'m [u8],
    in_group: bool,
}

impl<'m> Addresses<'m> {
    pub(super) fn new(value: &'m [u8]) -> Self {
        Self { rest: value, in_group: false }
    }

    /// The address in angle brackets that the rest begins with. One that is not closed
    /// ends at the next comma that is in no route.
    fn angle(&mut self, name: Vec<u8>) -> Mailbox {
        let mut route = Vec::new();
        self.rest = skip_cfws(self.rest.strip_prefix(b"<").unwrap_or(self.rest));
        if self.rest.first() == Some(&b'@') {
            route = Words::read(&mut self.rest, b":>").text;
            self.rest = skip_cfws(self.rest.strip_prefix(b":").unwrap_or(self.rest));
        }
        let mailbox = Words::read(&mut self.rest, b">,").mailbox(name, route);
        self.rest = self.rest.strip_prefix(b">").unwrap_or(self.rest);
        mailbox
    }
}

impl Iterator for Addresses<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        const ENDS: &[u8] = b"<,:;";
        loop {
            self.rest = skip_cfws(self.rest);
            let words = Words::read(&mut self.rest, ENDS);
            let (end, after) = match self.rest.split_first() {
                Some((end, after)) => (Some(*end), after),
                None => (None, self.rest),
            };
            match end {
                Some(b'<') => {
                    let mut mailbox = self.angle(words.text);
                    let after = Words::read(&mut self.rest, ENDS);
                    if mailbox.name.is_empty() {
                        mailbox.name = after.comment;
                    }
                    return Some(Entry::Mailbox(mailbox));
                }
                Some(b':') if !self.in_group => {
                    (self.rest, self.in_group) = (after, true);
                    return Some(Entry::GroupStart(words.text));
                }
                _ if !words.text.is_empty() => {
                    // `a@b (Name)`
                    let name = words.comment.clone();
                    return Some(Entry::Mailbox(words.mailbox(name, Vec::new())));
                }
                Some(b';') | None if self.in_group => {
                    (self.rest, self.in_group) = (after, false);
                    return Some(Entry::GroupEnd);
                }
                Some(_) => self.rest = after,
                None => return None,
            }
        }
    }
}

/// What stands before a delimiter.
#[derive(Debug, Default)]
struct Words {
    /// Without quotes and comments, and without the blanks at its ends.
    text: Vec<u8>,
    /// Where the last `@` that is not quoted is in `text`.
    at: Option<usize>,
    /// The first comment.
    comment: Vec<u8>,
}

impl Words {
    /// Takes what stands before the next of `ends`, which is left, or the end.
    fn read(rest: &mut &[u8], ends: &[u8]) -> Self {
        let (mut words, mut solid) = (Self::default(), 0);
        while let Some(&octet) = rest.first() {
            match octet {
                _ if ends.contains(&octet) => break,
                b'(' => {
                    let after = skip_comment(rest);
                    if words.comment.is_empty() {
                        let comment = &rest[1..rest.len() - after.len()];
                        words.comment = comment.strip_suffix(b")").unwrap_or(comment).to_vec();
                    }
                    *rest = after.trim_ascii_start();
                    continue;
                }
                b'"' => *rest = unquote(rest, &mut words.text),
                b'[' => {
                    let end = memchr::memchr(b']', rest).map_or(rest.len(), |end| end + 1);
                    words.text.extend_from_slice(&rest[..end]);
                    *rest = &rest[end..];
                }
                _ => {
                    if octet == b'@' {
                        words.at = Some(words.text.len());
                    }
                    words.text.push(octet);
                    *rest = &rest[1..];
                    if octet.is_ascii_whitespace() {
                        continue;
                    }
                }
            }
            solid = words.text.len();
        }
        words.text.truncate(solid);
        words
    }

    /// The address that this is.
    fn mailbox(mut self, name: Vec<u8>, route: Vec<u8>) -> Mailbox {
        let mut domain = match self.at {
            Some(at) => self.text.split_off(at).split_off(1),
            None => Vec::new(),
        };
        domain.retain(|octet| !octet.is_ascii_whitespace());
        if self.at.is_some() {
            self.text.truncate(self.text.trim_ascii_end().len());
        }
        Mailbox { name, route, local: self.text, domain }
    }
}
