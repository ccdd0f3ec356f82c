//! Content-Type and Content-Disposition: a value with parameters (RFC 2045 §5.1,
//! RFC 2183 §2).
//!
//! Names and values are those that stand in the message: what RFC 2231 splits or
//! encodes stays so, since the client reads it (RFC 9051 §7.5.2).

use std::borrow::Cow;

use super::scan::{skip_cfws, skip_comment, unquote};

/// The longest media type, subtype or disposition (RFC 6838 §4.2).
const MAX_NAME: usize = 127;

/// A media type.
#[derive(Clone, Copy, Debug)]
pub(super) struct MediaType<'m> {
    /// `text`, `multipart`, ….
    pub(super) kind: &'m [u8],
    /// `plain`, `mixed`, ….
    pub(super) subtype: &'m [u8],
    /// What follows, for [`parameters`].
    pub(super) rest: &'m [u8],
}

impl<'m> MediaType<'m> {
    /// The media type in an unfolded field; none where the field does not begin with
    /// one, which is then as if it were not there (RFC 2045 §5.2).
    pub(super) fn read(value: &'m [u8]) -> Option<Self> {
        let (kind, rest) = token(value)?;
        let rest = skip_cfws(rest).strip_prefix(b"/")?;
        let (subtype, rest) = token(rest)?;
        Some(Self { kind, subtype, rest })
    }

    /// Whether it is `kind/subtype`, whatever its case.
    pub(super) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.is_kind(kind) && self.subtype.eq_ignore_ascii_case(subtype.as_bytes())
    }

    /// Whether it is `kind/…`, whatever its case.
    pub(super) fn is_kind(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind.as_bytes())
    }

    /// Whether it is a message that is told with its envelope (RFC 9051 §7.5.2,
    /// RFC 6532 §3.7).
    pub(super) fn is_message(&self) -> bool {
        self.is("message", "rfc822") || self.is("message", "global")
    }

    /// The value of the first parameter of this name.
    pub(super) fn parameter(&self, name: &str) -> Option<Cow<'m, [u8]>> {
        let wanted = |one: &(&[u8], _)| one.0.eq_ignore_ascii_case(name.as_bytes());
        parameters(self.rest).find(wanted).map(|(_, value)| value)
    }
}

/// A word, with what follows it: a media type, a disposition, a name.
pub(super) fn token(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let input = skip_cfws(input);
    let ends = |octet: &u8| octet.is_ascii_whitespace() || b"/;=(\"".contains(octet);
    let (word, rest) = input.split_at(input.iter().position(ends).unwrap_or(input.len()));
    (1..=MAX_NAME).contains(&word.len()).then_some((word, rest))
}

/// The parameters in what follows the first word of an unfolded field. What has no
/// `=` is none.
pub(super) fn parameters(mut rest: &[u8]) -> impl Iterator<Item = (&[u8], Cow<'_, [u8]>)> {
    std::iter::from_fn(move || {
        loop {
            rest = skip_cfws(rest);
            let end = rest.iter().position(|octet| b"=;\"".contains(octet)).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let name = name.trim_ascii();
            match after {
                [] => return None,
                [b'=', after @ ..] => {
                    let value = read_value(after, &mut rest);
                    if !name.is_empty() {
                        return Some((name, value));
                    }
                }
                [b'"', ..] => rest = unquote(after, &mut Vec::new()),
                [_, after @ ..] => rest = after,
            }
        }
    })
}

/// A value: a quoted string, or what stands up to the next `;`, in which a blank and
/// `(` begin a comment. (Many send `name=a file(1).txt`.)
fn read_value<'m>(input: &'m [u8], rest: &mut &'m [u8]) -> Cow<'m, [u8]> {
    let input = skip_cfws(input);
    if input.first() == Some(&b'"') {
        let mut value = Vec::new();
        *rest = unquote(input, &mut value);
        return value.into();
    }
    let end = memchr::memchr(b';', input).unwrap_or(input.len());
    let comment = memchr::memmem::find(&input[..end], b" (");
    *rest = match comment {
        Some(at) => skip_comment(&input[at + 1..]),
        None => &input[end..],
    };
    input[..comment.unwrap_or(end)].trim_ascii().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(value: &str) -> String {
        let Some(media) = MediaType::read(value.as_bytes()) else { return "-".into() };
        let mut shown = vec![[media.kind, media.subtype].join(&b'/').escape_ascii().to_string()];
        for (name, value) in parameters(media.rest) {
            shown.push(format!("{}={}", name.escape_ascii(), value.escape_ascii()));
        }
        shown.join("|")
    }

    #[test]
    fn parameters_are_those_of_the_message() {
        for (value, shown) in [
            ("Text/Plain", "Text/Plain"),
            ("text/plain; charset=us-ascii (Plain text)", "text/plain|charset=us-ascii"),
            ("text/plain (a;b) ; (c) charset = \"UTF-8\" ;", "text/plain|charset=UTF-8"),
            // RFC 2231 §3, §4: for the client to put together.
            (
                "application/x; name*0*=utf-8''a%20; name*1=\"b;c\"; name*2=\".txt\"",
                "application/x|name*0*=utf-8\\'\\'a%20|name*1=b;c|name*2=.txt",
            ),
            ("a/b; name=\"=?utf-8?q?=C3=A4?=\"", "a/b|name==?utf-8?q?=C3=A4?="),
            ("a/b; name=\"q\\\"\\\\\"; x", "a/b|name=q\\\"\\\\"),
            ("a/b; name=a file(1).txt; size=3", "a/b|name=a file(1).txt|size=3"),
            ("a/b; name=\"not closed; x=y", "a/b|name=not closed; x=y"),
            ("a/b; ; =x; n=; \"q\"=2; m=1", "a/b|n=|m=1"),
            ("a/b charset=x", "a/b|charset=x"),
            ("a/b; n=\"1\" junk; m=2", "a/b|n=1|m=2"),
            ("text", "-"),
            ("text/", "-"),
            ("", "-"),
        ] {
            assert_eq!(show(value), shown, "{value}");
        }
        let raw = MediaType::read(b"a/b; name=\"J\xf8rn\"").unwrap().parameter("NAME");
        assert_eq!(raw.unwrap(), &b"J\xf8rn"[..]);
    }
}
