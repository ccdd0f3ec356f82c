//! Modified UTF-7: how IMAP4rev1 writes mailbox names past US-ASCII.
//!
//! RFC 3501 §5.1.3: UTF-16 in base64 with `,` for `/`, between `&` and
//! `-`; `&-` is `&`; the rest stands for itself.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use mail_wire::SyntaxError;

static BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// `name` in modified UTF-7: what it is on the wire in IMAP4rev1.
///
/// ```
/// use imap_proto::modified_utf7::encode;
/// assert_eq!(encode("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
/// assert_eq!(encode("R&D"), "R&-D");
/// ```
#[must_use]
pub fn encode(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|byte| is_direct(byte.into()) && byte != b'&') {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len().saturating_add(8));
    let mut shifted = Vec::new();
    for character in name.chars() {
        if is_direct(character) {
            unshift(&mut shifted, &mut out);
            out.push(character);
            if character == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                shifted.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    unshift(&mut shifted, &mut out);
    Cow::Owned(out)
}

/// The name that `wire`, which is modified UTF-7, stands for.
///
/// ```
/// use imap_proto::modified_utf7::decode;
/// assert_eq!(decode("~peter/mail/&U,BTFw-/&ZeVnLIqe-")?, "~peter/mail/台北/日本語");
/// assert!(decode("&Jjo!").is_err());
/// # Ok::<(), imap_proto::SyntaxError>(())
/// ```
///
/// # Errors
/// Where it is not modified UTF-7, or not the one way to write this name: base64
/// for what stands for itself, or two shifts for one (RFC 3501 §5.1.3).
pub fn decode(wire: &str) -> Result<Cow<'_, str>, SyntaxError> {
    if wire.bytes().all(|byte| is_direct(byte.into()) && byte != b'&') {
        return Ok(Cow::Borrowed(wire));
    }
    let mut out = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((direct, behind)) = rest.split_once('&') {
        out.push_str(direct);
        let offset = wire.len().saturating_sub(behind.len());
        let Some((base64, behind)) = behind.split_once('-') else {
            return Err(SyntaxError { offset, expected: "base64 and \"-\"" });
        };
        if base64.is_empty() {
            out.push('&');
        } else if unbase64(base64, &mut out).is_none() {
            return Err(SyntaxError { offset, expected: "UTF-16 in modified base64" });
        }
        rest = behind;
    }
    out.push_str(rest);
    // There is one way to write a name: the one that the encoder takes.
    let canonical = encode(&out);
    if canonical == wire {
        return Ok(Cow::Owned(out));
    }
    let same = canonical.bytes().zip(wire.bytes()).take_while(|(a, b)| a == b).count();
    Err(SyntaxError { offset: same, expected: "the shortest modified UTF-7" })
}

/// Whether `character` stands for itself (`&` does, with a `-` after it).
const fn is_direct(character: char) -> bool {
    matches!(character, ' '..='~')
}

/// Ends a run of characters in base64, if there is one.
fn unshift(shifted: &mut Vec<u8>, out: &mut String) {
    if !shifted.is_empty() {
        out.push('&');
        BASE64.encode_string(&shifted, out);
        out.push('-');
        shifted.clear();
    }
}

/// The characters of one run in base64.
fn unbase64(base64: &str, out: &mut String) -> Option<()> {
    let octets = BASE64.decode(base64).ok()?;
    if octets.len() % 2 != 0 {
        return None;
    }
    let units = octets.chunks_exact(2).map(|pair| match pair {
        [high, low] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    });
    for character in char::decode_utf16(units) {
        out.push(character.ok()?);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_are_not_modified_utf7() {
        for wire in [
            "&",
            "a&",
            "&AGE-",          // `a` stands for itself
            "&U,BTFw",        // no end
            "&U,BTFw-&ZeVn-", // two shifts for one
            "&U,BTF-",        // an octet too few
            "&2AA-",          // half of a surrogate pair
            "&U/BTFw-",       // the base64 of everyone else
            "ü",
            "a\tb",
        ] {
            assert!(decode(wire).is_err(), "{wire}");
        }
        // RFC 3501 §5.1.3.
        assert!(decode("&Jjo!").is_err());
        assert!(decode("&Jjo-!").is_ok());
        assert!(decode("&U,BTFw-&ZeVnLIqe-").is_err());
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in ".*|[a-c&\u{1}ü𝄞]*") {
            let wire = encode(&name);
            prop_assert!(wire.is_ascii());
            prop_assert_eq!(decode(&wire).unwrap(), name.as_str());
        }

        #[test]
        fn no_name_has_two_forms(wire in "[ABU&,/+w-]*") {
            if let Ok(name) = decode(&wire) {
                prop_assert_eq!(encode(&name), wire.as_str());
            }
        }
    }
}
