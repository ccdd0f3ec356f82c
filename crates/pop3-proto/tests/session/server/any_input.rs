//! Whatever comes, in whatever pieces.

use crate::server_side::{Server, everything};
use mail_transcript::Peer;
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
    fn any_input_at_any_split(lines in prop::collection::vec(line(), 0..12), cuts: [u16; 3]) {
        let input: Vec<u8> = lines.iter().flat_map(|line| line.0.clone()).collect();
        let run = |pieces: &[&[u8]]| {
            let mut server = Server::new(everything(), Channel::Clear);
            for piece in pieces {
                server.receive(piece);
            }
            server.finish()
        };
        let whole = run(&[&input]);
        let mut cuts = cuts.map(|cut| usize::from(cut) % (input.len() + 1));
        cuts.sort_unstable();
        let [a, b, c] = cuts;
        let cut = run(&[&input[..a], &input[a..b], &input[b..c], &input[c..]]);
        prop_assert_eq!(&cut, &whole);
        prop_assert!(whole.error.is_none());
    }
}
