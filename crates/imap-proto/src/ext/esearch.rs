//! ESEARCH: SEARCH with RETURN, and what it found (RFC 4731; RFC 9051 §6.4.4 and §7.3.4).

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{Parsed, fail, number32};

use crate::value::capability_set::CapabilitySet;
use crate::value::modifier::{Modifier, modifier};
use crate::value::sequence::{UidSet, encode_uid_set, uid_set};
use crate::wire::{
    AString, Atom, LINE_END, Raw, Reader, Style, atom, close, encode_separated, encode_string,
    named, nz_number, open,
};

/// `search-return-opt`: what SEARCH is to return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchReturn {
    /// `MIN`: the smallest number found.
    Min,
    /// `MAX`: the largest number found.
    Max,
    /// `ALL`: all numbers found.
    All,
    /// `COUNT`: how many were found.
    Count,
    /// `SAVE`: nothing, but remember what was found as `$`.
    Save,
}

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
    /// What a server sent for a result and is none, as it was written.
    Unparsed(Raw<'a>),
}

impl SearchReturn {
    const ALL: [Self; 5] = [Self::Min, Self::Max, Self::All, Self::Count, Self::Save];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Min => "MIN",
            Self::Max => "MAX",
            Self::All => "ALL",
            Self::Count => "COUNT",
            Self::Save => "SAVE",
        }
    }

    /// What a client needs that asks for it.
    pub(crate) const fn needs(self) -> CapabilitySet {
        match self {
            Self::Min | Self::Max | Self::All | Self::Count => CapabilitySet::ESEARCH,
            Self::Save => CapabilitySet::ESEARCH.and(CapabilitySet::SEARCHRES),
        }
    }
}

/// Writes ` RETURN (…)`, if anything is asked for.
pub(crate) fn encode_returns(
    returns: Option<&[SearchReturn]>,
    modifiers: &[Modifier<'_>],
    out: &mut BytesMut,
) {
    if returns.is_none() && modifiers.is_empty() {
        return;
    }
    out.put_slice(b" RETURN (");
    let returns = returns.unwrap_or_default();
    encode_separated(returns, out, |option, out| out.put_slice(option.name().as_bytes()));
    if !returns.is_empty() && !modifiers.is_empty() {
        out.put_u8(b' ');
    }
    encode_separated(modifiers, out, |modifier, out| modifier.encode(out));
    out.put_u8(b')');
}

/// What comes after `RETURN`, and what other extensions ask for. What is asked for twice is
/// told once.
///
/// ```abnf
/// SP "(" [search-return-opt *(SP search-return-opt)] ")"
/// search-return-opt = "MIN" / "MAX" / "ALL" / "COUNT" / "SAVE" / search-ret-opt-ext
/// search-ret-opt-ext = search-modifier-name [SP search-mod-params]
///                                                          ; RFC 9051 §9
/// ```
pub(crate) fn search_returns<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, (&'a [SearchReturn], &'a [Modifier<'a>])> {
    let mut modifiers = reader.arena.list();
    let (rest, returns) = reader.list(reader.space(input)?.0, |input| {
        let (rest, option) = modifier(input, reader)?;
        match named(&SearchReturn::ALL, SearchReturn::name, option.name.as_str().as_bytes()) {
            Some(known) if option.value.is_none() => Ok((rest, Some(known))),
            Some(_) => fail(input, "a return option of SEARCH"),
            None => {
                modifiers.push(option);
                Ok((rest, None))
            }
        }
    })?;
    let returns = reader.arena.collect(returns.iter().copied().flatten());
    Ok((rest, (reader.once(returns, |_| true), modifiers.end())))
}

impl ESearch<'_> {
    /// Writes what comes after the name.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
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
                SearchResult::Unparsed(raw) => {
                    out.put_u8(b' ');
                    out.put_slice(raw.as_bytes());
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
///                      search-ret-data-ext                 ; RFC 9051 §9
/// ```
pub(crate) fn esearch<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, ESearch<'a>> {
    let mut rest = reader.skip_spaces(input);
    let mut found = ESearch::default();
    if let Ok((after, tag)) = correlator(rest, reader) {
        found.tag = Some(tag);
        rest = reader.skip_spaces(after);
    }
    if let Ok((after, name)) = atom(rest) {
        if name.is("UID") && reader.value_after(after).is_ok() {
            found.uid = true;
            rest = after;
        }
    }
    let unparsed = |raw| Some(SearchResult::Unparsed(raw));
    let (rest, results) =
        reader.each_until(rest, LINE_END, |input| search_result(input, reader), unparsed)?;
    found.results = results;
    Ok((rest, found))
}

/// `"(" "TAG" SP tag-string ")"`
fn correlator<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, AString<'a>> {
    let (rest, ()) = open(input)?;
    let start = reader.skip_spaces(rest);
    let (rest, name) = atom(start)?;
    if !name.is("TAG") {
        return fail(start, "TAG");
    }
    let (rest, tag) = reader.astring(reader.space(rest)?.0)?;
    let (rest, ()) = close(reader.skip_spaces(rest))?;
    Ok((rest, tag))
}

/// One result: its name and its value.
fn search_result<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, SearchResult<'a>> {
    let (rest, name) = atom(input)?;
    let start = reader.value_after(rest)?;
    let known = if name.is("MIN") {
        nz_number(start).map(|(rest, number)| (rest, SearchResult::Min(number)))
    } else if name.is("MAX") {
        nz_number(start).map(|(rest, number)| (rest, SearchResult::Max(number)))
    } else if name.is("ALL") {
        uid_set(start, reader).map(|(rest, set)| (rest, SearchResult::All(set)))
    } else if name.is("COUNT") {
        number32(start).map(|(rest, count)| (rest, SearchResult::Count(count)))
    } else {
        fail(start, "a result of SEARCH that is known")
    };
    match known {
        Ok((rest, result)) if reader.ends(start, rest) => Ok((rest, result)),
        _ => {
            let (rest, value) = reader.value(start)?;
            Ok((rest, SearchResult::Other(name, value)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_found_by_its_name() {
        // Whoever adds one is told here.
        let place = |option: SearchReturn| match option {
            SearchReturn::Min => 0,
            SearchReturn::Max => 1,
            SearchReturn::All => 2,
            SearchReturn::Count => 3,
            SearchReturn::Save => 4,
        };
        for (index, option) in SearchReturn::ALL.into_iter().enumerate() {
            assert_eq!(place(option), index);
            let name = option.name().to_ascii_lowercase();
            assert_eq!(
                named(&SearchReturn::ALL, SearchReturn::name, name.as_bytes()),
                Some(option)
            );
        }
        assert_eq!(place(SearchReturn::Save), SearchReturn::ALL.len() - 1);
    }
}
