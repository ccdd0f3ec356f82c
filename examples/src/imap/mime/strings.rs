//! Strings that are looked for in a message, all in one pass (RFC 9051 §6.4.4).
//!
//! However many strings there are, each octet of a message is decoded once and looked
//! at once: the work grows with the strings and with the messages, and not with one
//! times the other.

use std::{borrow::Cow, collections::HashMap};

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};

use super::{
    Layout,
    address::{self, Entry},
    allowance::Allowance,
    fields,
    parts::{Inside, Part},
    text,
};

/// Names a string that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StringId(usize);

/// The strings that are looked for, whatever their case, and where.
#[derive(Debug, Default)]
pub struct Strings {
    count: usize,
    /// By the name of the field, in lower case.
    fields: HashMap<Vec<u8>, Needles>,
    header: Needles,
    body: Needles,
}

/// Which of the strings were found.
#[derive(Clone, Debug)]
pub struct Found(Vec<bool>);

impl Found {
    /// Whether this string was.
    pub fn contains(&self, id: StringId) -> bool {
        self.0.get(id.0).copied().unwrap_or(false)
    }
}

/// Strings that are looked for in the same places.
#[derive(Debug, Default)]
struct Needles {
    ids: HashMap<String, StringId>,
    /// The same, in the order of the patterns of `searcher`.
    order: Vec<(String, StringId)>,
    searcher: Option<AhoCorasick>,
}

impl Strings {
    /// Looks for `text` in the fields of this name: in their text, encoded words
    /// decoded, and if they hold addresses, in these as ENVELOPE tells them. The empty
    /// text is in every field.
    pub fn in_field(&mut self, name: &[u8], text: &[u8]) -> StringId {
        let needles = self.fields.entry(name.to_ascii_lowercase()).or_default();
        needles.insert(text, &mut self.count)
    }

    /// Looks for `text` in the header, as [`Self::in_field`] does.
    pub fn in_header(&mut self, text: &[u8]) -> StringId {
        self.header.insert(text, &mut self.count)
    }

    /// Looks for `text` in the body: in texts, without their transfer encoding and
    /// charset, and in the headers of messages in the message.
    pub fn in_body(&mut self, text: &[u8]) -> StringId {
        self.body.insert(text, &mut self.count)
    }

    /// Makes ready to look.
    ///
    /// # Errors
    /// When the strings are too long together.
    pub fn prepare(&mut self) -> Result<(), BuildError> {
        for needles in self.fields.values_mut().chain([&mut self.header, &mut self.body]) {
            needles.prepare()?;
        }
        Ok(())
    }

    /// Which of the strings that are looked for in the header, or in fields, are in
    /// this one.
    pub fn find_in_header(&self, header: &[u8]) -> Found {
        let mut found = Found(vec![false; self.count]);
        let mut allowance = Allowance::new();
        for field in fields::fields(header) {
            let needles = self.fields.get(&field.name.to_ascii_lowercase());
            if needles.is_none() && self.header.is_empty() {
                continue;
            }
            let text = text_of(&field, &mut allowance);
            if let Some(needles) = needles {
                needles.find(&text, &mut found);
            }
            if !self.header.is_empty() {
                let name = String::from_utf8_lossy(field.name).to_lowercase();
                self.header.find(&format!("{name}: {text}"), &mut found);
            }
        }
        found
    }

    /// Which of the strings that are looked for in the body are in that of this
    /// message.
    pub fn find_in_body(&self, octets: &[u8], layout: &Layout) -> Found {
        let mut found = Found(vec![false; self.count]);
        self.find_in(octets, &layout.root, &mut found);
        found
    }

    fn find_in(&self, octets: &[u8], part: &Part, found: &mut Found) {
        match &part.inside {
            Inside::Parts(parts) => {
                parts.iter().for_each(|part| self.find_in(octets, part, found));
            }
            Inside::Message(message) => {
                let header = octets.get(message.header.clone()).unwrap_or_default();
                let mut allowance = Allowance::new();
                for field in fields::fields(header) {
                    let name = String::from_utf8_lossy(field.name).to_lowercase();
                    self.body.find(&format!("{name}: {}", text_of(&field, &mut allowance)), found);
                }
                self.find_in(octets, message, found);
            }
            Inside::Nothing => {
                if let Some(text) = text::part(octets, part) {
                    self.body.find(&text.to_lowercase(), found);
                }
            }
        }
    }
}

/// The text of a field in lower case: what it says, and then, on lines of their own,
/// the addresses in it.
fn text_of(field: &fields::Field<'_>, allowance: &mut Allowance) -> String {
    const LISTS: [&str; 6] = ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"];
    let mut text = text::field(field.value);
    if LISTS.iter().any(|name| field.is(name)) {
        let arena = imap_proto::Arena::new();
        for entry in address::told(field.value, allowance, &arena) {
            let line = match entry {
                Entry::Mailbox(one) => [
                    &text::field(&one.name).into_bytes(),
                    &b"\n"[..],
                    &one.local,
                    b"@",
                    &one.domain,
                ]
                .concat(),
                Entry::GroupStart(name) => name,
                Entry::GroupEnd => continue,
            };
            text.push('\n');
            text.push_str(&String::from_utf8_lossy(&line));
        }
    }
    text.to_lowercase()
}

impl Needles {
    /// Looks for a string, which is UTF-8; octets that are not match nothing.
    fn insert(&mut self, text: &[u8], count: &mut usize) -> StringId {
        *self.ids.entry(String::from_utf8_lossy(text).to_lowercase()).or_insert_with(|| {
            *count += 1;
            StringId(*count - 1)
        })
    }

    fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn prepare(&mut self) -> Result<(), BuildError> {
        self.order = self.ids.iter().map(|(text, id)| (text.clone(), *id)).collect();
        self.searcher = Some(searcher_for(&self.order)?);
        Ok(())
    }

    /// Notes which of the strings are in `text`, which is in lower case.
    fn find(&self, text: &str, found: &mut Found) {
        let Some(searcher) = &self.searcher else { return };
        let text = text.as_bytes();
        // Where there is less to look at than to look for, it costs less to look.
        if text.len() > self.order.len() && self.order.iter().all(|(_, id)| found.contains(*id)) {
            return;
        }
        // Strings that are in one another may each be found at every octet: what is found
        // again and again is left out from there on.
        let octets =
            |order: &[(String, StringId)]| order.iter().map(|(text, _)| text.len()).sum::<usize>();
        let most_repeats = 10_000 + 16 * octets(&self.order);
        let (mut searcher, mut order) = (Cow::Borrowed(searcher), Cow::Borrowed(&self.order));
        let mut start = 0;
        loop {
            let (mut repeats, mut again) = (0, None);
            for one in searcher.find_overlapping_iter(&text[start..]) {
                let Some((_, StringId(id))) = order.get(one.pattern().as_usize()) else { continue };
                if std::mem::replace(&mut found.0[*id], true) {
                    repeats += 1;
                    if repeats > most_repeats {
                        again = Some(start + one.end());
                        break;
                    }
                }
            }
            let Some(end) = again else { return };
            order.to_mut().retain(|(_, id)| !found.contains(*id));
            let longest = order.iter().map(|(text, _)| text.len()).max().unwrap_or(0);
            start = end.saturating_sub(longest);
            match searcher_for(&order) {
                Ok(smaller) if longest > 0 => searcher = Cow::Owned(smaller),
                _ => return,
            }
        }
    }
}

fn searcher_for(order: &[(String, StringId)]) -> Result<AhoCorasick, BuildError> {
    let texts = order.iter().map(|(text, _)| text);
    AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(texts)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// Which of the strings are in the body `text`.
    fn find(strings: &[&str], text: &str) -> Vec<bool> {
        let mut wanted = Strings::default();
        let ids: Vec<_> = strings.iter().map(|text| wanted.in_body(text.as_bytes())).collect();
        wanted.prepare().unwrap();
        let message = format!("\r\n{text}");
        let layout = Layout::parse(message.as_bytes());
        let found = wanted.find_in_body(message.as_bytes(), &layout);
        ids.into_iter().map(|id| found.contains(id)).collect()
    }

    #[test]
    fn strings_are_found_in_any_case_and_one_in_another() {
        let strings = ["ÜBER", "ber", "", "x", "Ü", "ü"];
        assert_eq!(find(&strings, "hinüber"), [true, true, true, false, true, true]);
    }

    /// What is found again and again neither costs what it is found times, nor keeps
    /// the rest from being found.
    #[test]
    fn strings_in_one_another_take_no_more_than_one() {
        let text = format!("{}b", "a".repeat(4_000_000));
        let time = |strings: &[&str]| {
            let start = Instant::now();
            assert!(find(strings, &text).iter().all(|found| *found));
            start.elapsed()
        };
        let nested: Vec<_> = (1..=300).map(|length| "a".repeat(length)).collect();
        let mut strings: Vec<_> = nested.iter().map(String::as_str).collect();
        strings.push("aab");
        let (one, many) = (time(&["aab"]), time(&strings));
        assert!(many <= 4 * one + Duration::from_millis(200), "{many:?} beside {one:?}");
    }
}
