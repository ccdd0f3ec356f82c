//! Bodies that end with a dot: SMTP's DATA (RFC 5321 §4.5.2) and POP3's
//! multi-line responses (RFC 1939 §3).
//!
//! On the wire every line that begins with a dot has one more dot before it,
//! and the body ends with a line of one dot. A line ends with CRLF and with
//! nothing else: whoever lets a bare LF or CR end one lets a message smuggle
//! commands past a stricter neighbour.

mod stuff;
mod unstuff;

pub use stuff::{DotStuffer, IrregularLineEnding, SendPolicy};
pub use unstuff::{BodyPolicy, DotUnstuffer, Unstuffed};

/// The end of a line, and the dot that begins the next.
const STUFFED_LINE: &[u8] = b"\r\n.";

/// Does `work`, in which there are loops without branches, compiled so that the compiler makes
/// vectors of them that are as wide as the machine has them. `work` and what it calls must be
/// `inline(always)`.
#[inline(always)]
fn in_vectors<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(feature = "simd")]
    return fearless_simd::dispatch!(fearless_simd::Level::new(), _ => work());
    #[cfg(not(feature = "simd"))]
    work()
}

/// Whether `piece` holds a CR or LF that is not part of a CRLF.
fn has_lone_line_ending(piece: &[u8]) -> bool {
    let after = piece.get(1..).unwrap_or_default();
    in_vectors(|| has_torn_line_ending(piece, after))
        || piece.first() == Some(&b'\n')
        || piece.last() == Some(&b'\r')
}

/// Whether somewhere one of CR and LF stands without the other, in `piece` looked at beside
/// itself without its first octet.
#[inline(always)]
fn has_torn_line_ending(piece: &[u8], after: &[u8]) -> bool {
    let pairs = piece.iter().zip(after);
    pairs.fold(false, |torn, (&before, &after)| torn | ((before == b'\r') != (after == b'\n')))
}

/// Takes `n` octets off the front of `input`.
fn take<'b>(input: &mut &'b [u8], n: usize) -> &'b [u8] {
    let (piece, rest) = input.split_at_checked(n).unwrap_or((input, &[]));
    *input = rest;
    piece
}

fn skip(input: &mut &[u8], n: usize) {
    take(input, n);
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::unstuff::BLOCK;
    use super::*;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// What a receiver gets: the body, whether it was refused, and what is left
    /// after it; `None` while the end has not come.
    fn unstuff(policy: BodyPolicy, pieces: &[&[u8]]) -> Option<(Vec<u8>, bool, Vec<u8>)> {
        let mut unstuffer = DotUnstuffer::new(policy);
        let (mut unread, mut body) = (Vec::new(), Vec::new());
        let mut ended = None;
        for piece in pieces {
            unread.extend_from_slice(piece);
            let mut input = &unread[..];
            while ended.is_none() {
                match unstuffer.next(&mut input) {
                    Unstuffed::Piece(piece) => body.extend_from_slice(piece),
                    Unstuffed::End { refused } => ended = Some(refused),
                    Unstuffed::NeedInput => {
                        assert!(input.len() <= 2, "holds back {input:?}");
                        break;
                    }
                }
            }
            unread = input.to_vec();
        }
        ended.map(|refused| (body, refused, unread))
    }

    /// Where the body is refused, how much was handed out before depends on the split.
    fn told(seen: Option<(Vec<u8>, bool, Vec<u8>)>) -> Option<(Vec<u8>, bool, Vec<u8>)> {
        seen.map(|(body, refused, rest)| (if refused { Vec::new() } else { body }, refused, rest))
    }

    /// Part of a long body: something to be looked at closer, or much that is not.
    fn part() -> impl Strategy<Value = String> {
        prop_oneof![
            "(\r\n|\r\n\\.|\r|\n|\0|\\.|a)",
            (0..2 * BLOCK).prop_map(|octets| "a".repeat(octets)),
            (0..BLOCK / 4).prop_map(|lines| "line\r\n".repeat(lines)),
        ]
    }

    /// At every split in two, and octet by octet.
    fn unstuff_split(policy: BodyPolicy, input: &[u8]) -> Option<(Vec<u8>, bool, Vec<u8>)> {
        let whole = unstuff(policy, &[input]);
        let refused = whole.as_ref().is_some_and(|(_, refused, _)| *refused);
        for at in 0..=input.len() {
            let split = unstuff(policy, &[&input[..at], &input[at..]]);
            assert_eq!(told(split), told(whole.clone()), "split at {at}, refused: {refused}");
        }
        let octets: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(told(unstuff(policy, &octets)), told(whole.clone()));
        whole
    }

    /// RFC 5321 §4.1.1.4: only CRLF.CRLF ends a message.
    #[test]
    fn nothing_but_the_true_end_ends_a_body() {
        for odd in [
            &b"\n.\r\n"[..],
            b"\n.\n",
            b"\r.\r",
            b"\r.\r\n",
            b"\r\n.\n",
            b"\r\n.\r",
            b"\n.\r",
            b"\r.\n",
            b"\r\n.\r\r\n",
            b"\r\n.\0\r\n",
            b"\r\n\0.\r\n",
        ] {
            let input = [b"hi", odd].concat();
            assert_eq!(unstuff_split(BodyPolicy::Keep, &input), None, "{odd:?}");
            let input = [b"hi", odd, b"\r\n.\r\nQUIT\r\n"].concat();
            let (body, refused, rest) = unstuff_split(BodyPolicy::Keep, &input).unwrap();
            let stuffed = odd.starts_with(b"\r\n.");
            let kept = if stuffed { [b"\r\n", &odd[3..]].concat() } else { odd.to_vec() };
            assert_eq!(body, [b"hi", &kept[..], b"\r\n"].concat(), "{odd:?}");
            assert!(!refused);
            assert_eq!(rest, b"QUIT\r\n");
            let (_, refused, rest) = unstuff_split(BodyPolicy::Reject, &input).unwrap();
            assert!(refused, "{odd:?}");
            assert_eq!(rest, b"QUIT\r\n");
        }
    }

    /// The same where the LF is the first octet of a read, and a body of
    /// more than one block is after it.
    #[test]
    fn nothing_smuggles_a_line_past_the_blocks() {
        let after = [b"\n.\r\nMAIL FROM:<a@b>\r\n", &[b'a'; 3 * BLOCK][..], b"\r\n.\r\n"].concat();
        for before in [&b"hi"[..], b"", b"hi\r\n..", b"hi\r\n."] {
            let (_, refused, rest) = unstuff(BodyPolicy::Reject, &[before, &after]).unwrap();
            assert!(refused && rest.is_empty(), "{before:?}");
        }
        let whole = unstuff(BodyPolicy::Reject, &[b"hi\r", &after]).unwrap();
        assert_eq!((whole.0, whole.1), (b"hi\r\n".to_vec(), false));
        assert!(whole.2.starts_with(b"MAIL FROM"));
    }

    /// The same where a block ends.
    #[test]
    fn nothing_hides_where_a_block_ends() {
        let odds: [&[u8]; 12] = [
            b"\n", b"\r", b"\0", b"\r\n.", b"\r\n", b"\rX\n", b"\r\n\n", b"\r\n\0", b"\r\r\n",
            b"\n\r\n", b"\r\n.\n", b".",
        ];
        for odd in odds {
            for at in (BLOCK - 4..BLOCK + 3).chain(2 * BLOCK - 4..2 * BLOCK + 3) {
                let before = "a".repeat(at);
                let wire = [before.as_bytes(), odd, &[b'a'; 3 * BLOCK], b"\r\n.\r\n"].concat();
                let seen = told(unstuff(BodyPolicy::Reject, &[&wire]));
                assert_eq!(seen, told(naive(BodyPolicy::Reject, &wire)), "{odd:?} at {at}");
            }
        }
        for run in [&b"\n"[..], b"\r", b"\n\r", b"a\n", b"\r\n\n", b"\0"] {
            let wire = [b"a", &run.repeat(3 * BLOCK)[..], b"\r\n.\r\n"].concat();
            assert!(unstuff(BodyPolicy::Reject, &[&wire]).unwrap().1, "{run:?}");
        }
        // A block of nothing else, and plain text after it.
        for (odd, count) in [(b'\r', BLOCK), (b'\n', BLOCK), (b'\r', 2 * BLOCK), (0, BLOCK)] {
            let wire = [&vec![odd; count][..], &[b'a'; 3 * BLOCK], b"\r\n.\r\n"].concat();
            assert!(unstuff(BodyPolicy::Reject, &[&wire]).unwrap().1, "{odd} {count} times");
        }
    }

    #[test]
    fn ends_and_dots() {
        for (wire, body) in [
            (&b".\r\n"[..], &b""[..]),
            (b"..x\r\n.\r\n", b".x\r\n"),
            (b".x\r\n.\r\n", b"x\r\n"),
            (b"hi\r\n.x\r\n.\r\n", b"hi\r\nx\r\n"),
            (b"hi\r\n..\r\n.\r\n", b"hi\r\n.\r\n"),
            (b"hi\r\n\r\n.\r\n", b"hi\r\n\r\n"),
        ] {
            for policy in [BodyPolicy::Reject, BodyPolicy::Keep, BodyPolicy::Normalize] {
                let seen = unstuff_split(policy, wire);
                assert_eq!(seen, Some((body.to_vec(), false, Vec::new())), "{wire:?} {policy:?}");
            }
        }
        let seen = unstuff_split(BodyPolicy::Keep, b"hi\r\r\n.\r\n");
        assert_eq!(seen, Some((b"hi\r\r\n".to_vec(), false, Vec::new())));
    }

    #[test]
    fn normalizing_makes_every_line_end_crlf_and_drops_nul() {
        let seen = unstuff_split(BodyPolicy::Normalize, b"a\nb\rc\r\n..d\0\r\r\n\n.e\r\n.\r\n");
        let body = b"a\r\nb\r\nc\r\n.d\r\n\r\n\r\n.e\r\n";
        assert_eq!(seen, Some((body.to_vec(), false, Vec::new())));
    }

    fn stuff(policy: SendPolicy, pieces: &[&[u8]]) -> Result<Vec<u8>, IrregularLineEnding> {
        let mut out = BytesMut::new();
        let mut stuffer = DotStuffer::new(policy);
        for piece in pieces {
            stuffer.push(piece, &mut out)?;
        }
        stuffer.finish(&mut out)?;
        Ok(out.to_vec())
    }

    /// RFC 5321 §4.5.2, of a body that a client sends.
    #[test]
    fn sent_bodies() {
        for (body, wire) in [
            (&b""[..], &b".\r\n"[..]),
            (b".", b"..\r\n.\r\n"),
            (b".\r\nQUIT\r\n", b"..\r\nQUIT\r\n.\r\n"),
            (b"a", b"a\r\n.\r\n"),
            (b"a\r\n.b\r\n..c\r\n", b"a\r\n..b\r\n...c\r\n.\r\n"),
        ] {
            for policy in [SendPolicy::Reject, SendPolicy::Normalize] {
                for at in 0..=body.len() {
                    let sent = stuff(policy, &[&body[..at], &[], &body[at..]]);
                    assert_eq!(sent.as_deref(), Ok(wire), "{body:?} at {at}");
                }
            }
        }
        for body in [&b"a\n.\nb"[..], b"\n", b"\r", b"a\r.\rb", b"\r\r\n"] {
            for at in 0..=body.len() {
                let pieces = [&body[..at], &body[at..]];
                assert_eq!(stuff(SendPolicy::Reject, &pieces), Err(IrregularLineEnding));
            }
        }
        for at in 0..=11 {
            let body = b"a\n.\nb\r.\r\nc\r";
            let sent = stuff(SendPolicy::Normalize, &[&body[..at], &body[at..]]);
            assert_eq!(sent.as_deref(), Ok(&b"a\r\n..\r\nb\r\n..\r\nc\r\n.\r\n"[..]), "at {at}");
        }
    }

    /// Half a message never ends as a whole one, whoever forgets to look.
    #[test]
    fn a_refused_body_is_never_ended() {
        for refused in [&b"a\nb"[..], b"\r.", b"\n"] {
            let mut out = BytesMut::new();
            let mut stuffer = DotStuffer::new(SendPolicy::Reject);
            assert_eq!(stuffer.push(b"whole\r\n", &mut out), Ok(()));
            assert_eq!(stuffer.push(refused, &mut out), Err(IrregularLineEnding));
            assert_eq!(stuffer.push(b"whole\r\n", &mut out), Err(IrregularLineEnding));
            assert_eq!(stuffer.finish(&mut out), Err(IrregularLineEnding));
            assert_eq!(&out[..], b"whole\r\n");
        }
    }

    /// A body off the wire, octet by octet: what [`unstuff`] returns.
    fn naive(policy: BodyPolicy, wire: &[u8]) -> Option<(Vec<u8>, bool, Vec<u8>)> {
        let (mut body, mut refused) = (Vec::new(), false);
        let mut at = 0;
        let mut line_start = true;
        while at < wire.len() {
            if line_start && wire[at..].starts_with(b".\r\n") {
                return Some((body, refused, wire[at + 3..].to_vec()));
            }
            if line_start && wire[at] == b'.' {
                if b".\r\n".starts_with(&wire[at..]) {
                    return None;
                }
                at += 1;
            }
            line_start = false;
            match wire[at..] {
                [b'\r', b'\n', ..] => {
                    body.extend_from_slice(b"\r\n");
                    line_start = true;
                    at += 1;
                }
                [b'\r' | b'\n', ..] if policy == BodyPolicy::Normalize => {
                    body.extend_from_slice(b"\r\n");
                }
                [0, ..] if policy == BodyPolicy::Normalize => {}
                [octet, ..] => {
                    refused |= policy == BodyPolicy::Reject && matches!(octet, b'\r' | b'\n' | 0);
                    body.push(octet);
                }
                [] => {}
            }
            at += 1;
        }
        None
    }

    proptest! {
        #[test]
        fn bodies_are_those_of_the_plain_way(
            wire in "([ab.]{0,3}\\.?(\r\n|\r\n\\.|\r|\n|\0)){0,8}",
            cuts in prop::collection::vec(0_usize..6, 0..12),
        ) {
            let mut rest = wire.as_bytes();
            let mut pieces = Vec::new();
            for cut in cuts {
                pieces.push(take(&mut rest, cut));
            }
            pieces.push(rest);
            for policy in [BodyPolicy::Reject, BodyPolicy::Keep, BodyPolicy::Normalize] {
                prop_assert_eq!(
                    told(unstuff(policy, &pieces)),
                    told(naive(policy, wire.as_bytes()))
                );
            }
        }

        /// As above, where whole blocks are looked at in one go.
        #[test]
        fn long_bodies_are_those_of_the_plain_way(
            parts in prop::collection::vec(part(), 0..12),
            cuts in prop::collection::vec(0_usize..4 * BLOCK, 0..4),
        ) {
            let wire = parts.concat() + "\r\n.\r\n";
            let mut rest = wire.as_bytes();
            let mut pieces = Vec::new();
            for cut in cuts {
                pieces.push(take(&mut rest, cut));
            }
            pieces.push(rest);
            for policy in [BodyPolicy::Reject, BodyPolicy::Keep, BodyPolicy::Normalize] {
                prop_assert_eq!(
                    told(unstuff(policy, &pieces)),
                    told(naive(policy, wire.as_bytes()))
                );
            }
        }

        #[test]
        fn what_is_stuffed_is_unstuffed(lines in "([.ab]{0,3}\r\n){0,5}", cuts: [u8; 2]) {
            let body = lines.as_bytes();
            let cut = usize::from(cuts[0]) % (body.len() + 1);
            let wire = stuff(SendPolicy::Reject, &[&body[..cut], &body[cut..]]).unwrap();
            let cut = usize::from(cuts[1]) % (wire.len() + 1);
            let seen = unstuff(BodyPolicy::Reject, &[&wire[..cut], &wire[cut..]]);
            prop_assert_eq!(seen, Some((body.to_vec(), false, Vec::new())));
        }

        #[test]
        fn any_octets_are_safe_to_send_normalized(octets in "[.a\r\n]{0,12}") {
            let wire = stuff(SendPolicy::Normalize, &[octets.as_bytes()]).unwrap();
            let (body, refused, rest) = unstuff(BodyPolicy::Reject, &[&wire]).unwrap();
            prop_assert!(!refused && rest.is_empty());
            let plain = octets.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
            let plain = if plain.is_empty() || plain.ends_with("\r\n") { plain } else { plain + "\r\n" };
            prop_assert_eq!(body, plain.as_bytes());
        }
    }
}
