//! BDAT (RFC 3030 §2).

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{Parsed, letters, number64};

use super::argument::space;

/// ```abnf
/// bdat-cmd   = "BDAT" SP chunk-size [ SP end-marker ] CRLF   ; RFC 3030 §2
/// chunk-size = 1*DIGIT
/// end-marker = "LAST"
/// ```
pub(super) fn bdat(input: &[u8]) -> Parsed<'_, (u64, bool)> {
    let (rest, ()) = space(input)?;
    let (rest, size) = number64(rest)?;
    if rest.is_empty() {
        return Ok((rest, (size, false)));
    }
    let (rest, ()) = letters(b" LAST", "\" LAST\"")(rest)?;
    Ok((rest, (size, true)))
}

pub(super) fn encode(size: u64, last: bool, out: &mut BytesMut) {
    out.put_u8(b' ');
    decimal(size, out);
    if last {
        out.put_slice(b" LAST");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_wire::parse::complete;

    #[test]
    fn sizes_and_marks() {
        assert_eq!(complete(b" 0 last", bdat), Ok((0, true)));
        assert_eq!(complete(b" 18446744073709551615", bdat), Ok((u64::MAX, false)));
        for odd in ["", " ", " -1", " 5LAST", " 5 FIRST", " 5 LAST x", " 5  LAST", " LAST", " +5"] {
            assert!(complete(odd.as_bytes(), bdat).is_err(), "{odd:?}");
        }
        assert!(complete(b" 18446744073709551616", bdat).is_err());
    }
}
