//! SEARCH: what was found, as RFC 3501 tells it.
//!
//! RFC 3501 §7.2.5, RFC 7162 §3.1.5.

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{Parsed, fail, few_digits};

use crate::wire::{LINE_END, Raw, Reader, atom, close, number63, nz_number, open};

/// What a search without RETURN found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SearchResponse<'a> {
    /// The numbers of the messages, or their UIDs.
    pub numbers: &'a [NonZeroU32],
    /// The highest mod-sequence among them, if the search asked for MODSEQ (RFC 7162 §3.1.5).
    pub modseq: Option<u64>,
    /// All that a server sent, if anything in it was bad and so is not told above. It is then
    /// what is written.
    pub unparsed: Option<Raw<'a>>,
}

impl<'a> SearchResponse<'a> {
    /// These were found.
    #[must_use]
    pub const fn new(numbers: &'a [NonZeroU32]) -> Self {
        Self { numbers, modseq: None, unparsed: None }
    }

    /// Writes it, after `SEARCH`.
    pub(crate) fn encode(self, out: &mut BytesMut) {
        if let Some(raw) = self.unparsed {
            return out.put_slice(raw.as_bytes());
        }
        for number in self.numbers {
            out.put_u8(b' ');
            decimal(number.get().into(), out);
        }
        if let Some(modseq) = self.modseq {
            out.put_slice(b" (MODSEQ ");
            decimal(modseq, out);
            out.put_u8(b')');
        }
    }
}

/// ```abnf
/// mailbox-data         = … "SEARCH" [*(SP nz-number) SP search-sort-mod-seq]
/// search-sort-mod-seq  = "(" "MODSEQ" SP mod-sequence-value ")"
///                                                  ; RFC 3501 §9, RFC 7162 §7
/// ```
pub(crate) fn search_response<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, SearchResponse<'a>> {
    let lost = reader.lost();
    let mut modseq = None;
    let mut numbers = reader.arena.list();
    let mut rest = input;
    // Nearly always there are numbers alone.
    while let [b' ', start @ ..] = rest {
        let (number, after) = match few_digits(start) {
            Some((number, after)) => (NonZeroU32::new(number), after),
            None => match nz_number(start) {
                Ok((after, number)) => (Some(number), after),
                Err(_) => break,
            },
        };
        match (number, after) {
            (Some(number), [] | [b' ', ..]) => numbers.push(number),
            _ => break,
        }
        rest = after;
    }
    let element = |input| match mod_sequence(input, reader) {
        Ok((rest, value)) => {
            modseq = Some(value);
            Ok((rest, ()))
        }
        Err(_) => {
            let (rest, number) = nz_number(input)?;
            if reader.ends(input, rest) {
                numbers.push(number);
            }
            Ok((rest, ()))
        }
    };
    let (rest, _) = reader.each_until(rest, LINE_END, element, |_| None)?;
    let numbers = numbers.end();
    let unparsed = reader.unparsed_since(lost, input, rest);
    Ok((rest, SearchResponse { numbers, modseq, unparsed }))
}

fn mod_sequence<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, u64> {
    let (rest, ()) = open(input)?;
    let start = reader.skip_spaces(rest);
    let (rest, name) = atom(start)?;
    if !name.is("MODSEQ") {
        return fail(start, "MODSEQ");
    }
    let (rest, value) = number63(reader.space(rest)?.0)?;
    let (rest, ()) = close(reader.skip_spaces(rest))?;
    Ok((rest, value))
}
