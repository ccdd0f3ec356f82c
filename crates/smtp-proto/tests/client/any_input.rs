//! Whatever a server sends, in whatever pieces.

use crate::client_side::{Client, everything};
use mail_transcript::{Client as _, Peer};
use proptest::prelude::*;

proptest! {
    /// Whatever a server sends, in whatever pieces, the client sees the same,
    /// and keeps no more than its limits.
    #[test]
    fn any_input_at_any_split(
        lines in prop::collection::vec(
            prop_oneof![
                8 => prop::sample::select(vec![
                    "250 OK\r\n", "250-a\r\n", "550 no\r\n", "354 go on\r\n", "334 AAAA\r\n",
                    "421 bye\r\n", "\r\n", "250\r\n", "250-PIPELINING\r\n", "text\n.\r\n", "999 a\r\n",
                ]).prop_map(|line| line.as_bytes().to_vec()),
                1 => prop::collection::vec(any::<u8>(), 0..200),
            ],
            0..20,
        ),
        commands in prop::sample::subsequence(
            vec![
                "RSET", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<e@f>", "RSET", "HELP", "DATA",
                "EHLO c", "AUTH PLAIN", "VRFY a", "X-OURS", "QUIT",
            ],
            0..12,
        ),
        cuts: [u16; 3],
    ) {
        let input = lines.concat();
        let run = |pieces: &[&[u8]]| {
            let mut client = Client::greeted(everything(), &["PIPELINING"]);
            for command in &commands {
                client.send(command.as_bytes());
            }
            for piece in pieces {
                client.receive(piece);
            }
            client.seen
        };
        let whole = run(&[&input]);
        let mut cuts = cuts.map(|cut| usize::from(cut) % (input.len() + 1));
        cuts.sort_unstable();
        let [a, b, c] = cuts;
        let cut = run(&[&input[..a], &input[a..b], &input[b..c], &input[c..]]);
        prop_assert_eq!(&cut, &whole);
        let octets: Vec<&[u8]> = input.chunks(1).collect();
        prop_assert_eq!(&run(&octets), &whole);
    }
}
