//! Where mailboxes are: what NAMESPACE tells.
//!
//! RFC 9051 §7.3.2, RFC 2342.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::Parsed;

use crate::value::delimiter::{Delimiter, delimiter, encode_delimiter};
use crate::wire::{IString, Raw, Reader, Style, close, open};

/// NAMESPACE (RFC 2342, RFC 9051 §7.3.2): where mailboxes are. A
/// namespace that is `NIL` is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Namespaces<'a> {
    /// The user's own.
    pub personal: &'a [Namespace<'a>],
    /// Other users'.
    pub other_users: &'a [Namespace<'a>],
    /// Shared by users.
    pub shared: &'a [Namespace<'a>],
}

/// One namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Namespace<'a> {
    /// What the names in it begin with.
    pub prefix: IString<'a>,
    /// What divides the levels of names in it.
    pub delimiter: Option<Delimiter>,
    /// What extensions tell of it, as it was written, without the first space.
    pub extensions: Option<Raw<'a>>,
}

impl Namespaces<'_> {
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        for namespaces in [self.personal, self.other_users, self.shared] {
            out.put_slice(if namespaces.is_empty() { b" NIL" } else { b" (" });
            for namespace in namespaces {
                namespace.encode(style, out);
            }
            if !namespaces.is_empty() {
                out.put_u8(b')');
            }
        }
    }
}

impl Namespace<'_> {
    fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b'(');
        self.prefix.encode(style, out);
        out.put_u8(b' ');
        encode_delimiter(self.delimiter, out);
        if let Some(extensions) = self.extensions {
            out.put_u8(b' ');
            out.put_slice(extensions.as_bytes());
        }
        out.put_u8(b')');
    }
}

/// ```abnf
/// namespace-response = "NAMESPACE" SP namespace SP namespace SP namespace
/// namespace          = nil / "(" 1*namespace-descr ")"     ; RFC 9051 §9
/// ```
/// A namespace that is bad is dropped.
pub(crate) fn namespaces<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Namespaces<'a>> {
    let namespaces = |input: &'a [u8]| {
        let (input, ()) = reader.space(input)?;
        reader.each_or_nil(input, |input| namespace(input, reader), |_| None)
    };
    let (rest, personal) = namespaces(input)?;
    let (rest, other_users) = namespaces(rest)?;
    let (rest, shared) = namespaces(rest)?;
    Ok((rest, Namespaces { personal, other_users, shared }))
}

/// ```abnf
/// namespace-descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil)
///                   [namespace-response-extensions] ")"    ; RFC 9051 §9
/// ```
fn namespace<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Namespace<'a>> {
    let (rest, ()) = open(input)?;
    let (rest, prefix) = reader.string(reader.skip_spaces(rest))?;
    let (rest, delimiter) = delimiter(reader.space(rest)?.0, reader)?;
    let (rest, extensions) = match reader.values(reader.skip_spaces(rest))? {
        (rest, extensions) if extensions.as_bytes().is_empty() => (rest, None),
        (rest, extensions) => (rest, Some(extensions)),
    };
    let (rest, ()) = close(rest)?;
    Ok((rest, Namespace { prefix, delimiter, extensions }))
}
