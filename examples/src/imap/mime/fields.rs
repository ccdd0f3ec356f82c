//! The fields of a header (RFC 5322 §2.2).

use imap_proto::{Arena, IString};

/// A field of a header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'m> {
    /// Its name.
    pub(super) name: &'m [u8],
    /// What follows the colon, up to its last line end.
    pub(super) value: &'m [u8],
}

impl Field<'_> {
    /// Whether it has this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The fields of a header, in their order. Lines that are none are left out.
pub(super) fn fields(header: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = header;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (whole, after) = rest.split_at(end_of_field(rest));
            rest = after;
            if let Some(colon) = memchr::memchr(b':', whole) {
                let (name, value) = (&whole[..colon], &whole[colon + 1..]);
                return Some(Field { name: name.trim_ascii_end(), value });
            }
        }
        None
    })
}

/// Where the first field of `header` ends: after the line that no folded
/// line follows.
fn end_of_field(header: &[u8]) -> usize {
    let mut end = 0;
    loop {
        match memchr::memchr(b'\n', &header[end..]) {
            Some(line) => end += line + 1,
            None => return header.len(),
        }
        if !matches!(header.get(end), Some(b' ' | b'\t')) {
            return end;
        }
    }
}

/// The first fields of these names, found in one pass.
pub(super) fn first<'m, const N: usize>(
    header: &'m [u8],
    names: [&str; N],
) -> [Option<&'m [u8]>; N] {
    let mut values = [None; N];
    for field in fields(header) {
        if let Some(at) = names.iter().position(|name| field.is(name)) {
            values[at].get_or_insert(field.value);
        }
    }
    values
}

/// A value without the line ends that fold it, and without NULs, which no
/// string of IMAP has (RFC 9051 §4.3). Nothing else of it is changed.
pub(super) fn unfolded<'a>(value: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    let value = value.trim_ascii();
    let folds = |octet: &u8| matches!(octet, b'\r' | b'\n' | 0);
    if value.iter().any(folds) {
        arena.collect(value.iter().copied().filter(|octet| !folds(octet)))
    } else {
        value
    }
}

/// A string for IMAP. One with a NUL, which [`unfolded`] leaves none, is empty.
pub(super) fn istring(octets: &[u8]) -> IString<'_> {
    const EMPTY: IString<'static> = match IString::new(b"") {
        Ok(empty) => empty,
        Err(_) => unreachable!(),
    };
    IString::new(octets).unwrap_or(EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found() {
        let header = b"Subject: a\r\n b\r\nno field\r\nX-Y : c\n\tc\nLast:\r\n\r\n";
        let arena = Arena::new();
        let found: Vec<_> = fields(header)
            .map(|field| (field.name, unfolded(field.value, &arena)))
            .map(|(name, value)| [name, value].map(|part| std::str::from_utf8(part).unwrap()))
            .collect();
        assert_eq!(found, [["Subject", "a b"], ["X-Y", "c\tc"], ["Last", ""]]);
    }

    #[test]
    fn the_first_field_of_a_name_counts() {
        let found = first(b"B: 1\r\na: 2\r\nA: 3\r\n\r\n", ["A", "B", "C"]);
        assert_eq!(found, [Some(&b" 2\r\n"[..]), Some(b" 1\r\n"), None]);
    }

    #[test]
    fn octets_are_told_as_they_are() {
        let arena = Arena::new();
        assert_eq!(unfolded(b" J\xf8rn\r\n \"\xe2\x82\"\r\n", &arena), b"J\xf8rn \"\xe2\x82\"");
        assert_eq!(unfolded(b"a\0b", &arena), b"ab");
    }
}
