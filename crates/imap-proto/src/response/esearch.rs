//! What a search found, as RFC 9051 section 7.3.4 and RFC 4731 tell it.

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{Parsed, fail, number32};

use crate::value::sequence::{UidSet, encode_uid_set, uid_set};
use crate::wire::lenient::{astring, gap, spaces, value, value_ends};
use crate::wire::{
    AString, Arena, Atom, Raw, Style, at, atom, close, encode_string, nz_number, open,
};

/// ESEARCH: what a search with RETURN found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ESearch<'a> {
    /// The tag of the search. It is a string here, as tags of others are.
    pub tag: Option<AString<'a>>,
    /// Whether the numbers are UIDs.
    pub uid: bool,
    /// What was asked for.
    pub results: &'a [SearchResult<'a>],
}

/// `search-return-data`: one thing that a search returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchResult<'a> {
    /// The smallest number.
    Min(NonZeroU32),
    /// The largest number.
    Max(NonZeroU32),
    /// All numbers.
    All(UidSet<'a>),
    /// How many there are.
    Count(u32),
    /// Any other: its name, and its value as it was written.
    Other(Atom<'a>, Raw<'a>),
}

impl ESearch<'_> {
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_slice(b"ESEARCH");
        if let Some(tag) = self.tag {
            out.put_slice(b" (TAG ");
            encode_string(tag.as_bytes(), style, out);
            out.put_u8(b')');
        }
        if self.uid {
            out.put_slice(b" UID");
        }
        for result in self.results {
            let (name, number): (&[u8], u32) = match *result {
                SearchResult::Min(number) => (b" MIN ", number.get()),
                SearchResult::Max(number) => (b" MAX ", number.get()),
                SearchResult::Count(count) => (b" COUNT ", count),
                SearchResult::All(set) => {
                    out.put_slice(b" ALL ");
                    encode_uid_set(set, out);
                    continue;
                }
                SearchResult::Other(name, value) => {
                    out.put_u8(b' ');
                    name.encode(out);
                    out.put_u8(b' ');
                    out.put_slice(value.as_bytes());
                    continue;
                }
            };
            out.put_slice(name);
            decimal(number.into(), out);
        }
    }
}

/// ```abnf
/// esearch-response   = "ESEARCH" [search-correlator] [SP "UID"]
///                      *(SP search-return-data)
/// search-correlator  = SP "(" "TAG" SP tag-string ")"
/// search-return-data = "MIN" SP nz-number / "MAX" SP nz-number /
///                      "ALL" SP sequence-set / "COUNT" SP number /
///                      search-ret-data-ext                 ; RFC 9051 section 9
/// ```
pub(crate) fn esearch<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, ESearch<'a>> {
    let mut rest = spaces(input);
    let mut found = ESearch::default();
    if at(b'(', rest) {
        let (behind, ()) = open(rest)?;
        let start = spaces(behind);
        let (behind, name) = atom(start)?;
        if !name.is("TAG") {
            return fail(start, "TAG");
        }
        let (behind, tag) = astring(gap(behind)?.0, arena)?;
        let (behind, ()) = close(spaces(behind))?;
        found.tag = Some(tag);
        rest = spaces(behind);
    }
    let mut results = arena.list();
    let mut first = true;
    while !rest.is_empty() {
        let (behind, name) = atom(rest)?;
        if first && name.is("UID") {
            found.uid = true;
            rest = spaces(behind);
        } else {
            let (start, ()) = gap(behind)?;
            let (behind, result) = search_result(name, start, arena)?;
            results.push(result);
            rest = spaces(behind);
        }
        first = false;
    }
    found.results = results.into_bump_slice();
    Ok((rest, found))
}

/// The value of the result called `name`.
fn search_result<'a>(
    name: Atom<'a>,
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, SearchResult<'a>> {
    let known = if name.is("MIN") {
        nz_number(input).map(|(rest, number)| (rest, SearchResult::Min(number)))
    } else if name.is("MAX") {
        nz_number(input).map(|(rest, number)| (rest, SearchResult::Max(number)))
    } else if name.is("ALL") {
        uid_set(input, arena).map(|(rest, set)| (rest, SearchResult::All(set)))
    } else if name.is("COUNT") {
        number32(input).map(|(rest, count)| (rest, SearchResult::Count(count)))
    } else {
        fail(input, "a result of SEARCH that is known")
    };
    match known {
        Ok((rest, result)) if value_ends(rest) => Ok((rest, result)),
        _ => {
            let (rest, value) = value(input)?;
            Ok((rest, SearchResult::Other(name, value)))
        }
    }
}
