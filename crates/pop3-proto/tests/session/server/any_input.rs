//! Whatever comes, in whatever pieces.

use crate::server_side::{Server, everything};
use mail_transcript::however_cut;
use pop3_proto::server::Channel;
use proptest::prelude::*;

/// One line of a client, with its end.
#[derive(Clone, Debug)]
struct Line(Vec<u8>);

fn line() -> impl Strategy<Value = Line> {
    let known = prop::sample::select(vec![
        "USER mrose",
        "PASS tan staaf",
        "APOP mrose c4c9334bac560ecc979e58001b3e22fb",
        "AUTH PLAIN",
        "AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=",
        "dGVzdAB0ZXN0AHRlc3Q=",
        "*",
        "CAPA",
        "STAT",
        "LIST",
        "LIST 1",
        "RETR 2",
        "TOP 2 1",
        "UIDL",
        "DELE 1",
        "DELE 2",
        "RSET",
        "UTF8",
        "LANG",
        "QUIT",
    ]);
    prop_oneof![
        12 => known.prop_map(|line| Line([line.as_bytes(), b"\r\n"].concat())),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(Line),
        1 => Just(Line(b"\r\n".to_vec())),
        1 => Just(Line(b"NOOP\n".to_vec())),
    ]
}

proptest! {
    /// Whatever comes, in whatever pieces, the same is answered.
    #[test]
    fn any_input_at_any_split(
        lines in prop::collection::vec(line(), 0..12),
        lengths in prop::collection::vec(1_usize..200, 1..4),
    ) {
        let input: Vec<u8> = lines.iter().flat_map(|line| line.0.clone()).collect();
        let new = || Server::new(everything(), Channel::Clear);
        // STLS is not among the lines, so that the reads make no difference.
        let outcome = however_cut(&new, &input, &lengths).hidden();
        prop_assert!(outcome.error.is_none());
    }
}
