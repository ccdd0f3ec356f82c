//! Whatever a server sends, in whatever pieces.

use crate::client_side::{Client, everything};
use mail_transcript::{Client as _, Cut, Peer};
use pop3_proto::client::Channel;
use proptest::prelude::*;

proptest! {
    /// Whatever a server sends, in whatever pieces, the client sees the same,
    /// and keeps no more than its limits.
    #[test]
    fn any_input_at_any_split(
        lines in prop::collection::vec(
            prop_oneof![
                8 => prop::sample::select(vec![
                    "+OK\r\n", "-ERR no\r\n", "+OK 1 2\r\n", "1 2\r\n", "1 a\r\n", ".\r\n",
                    "..\r\n", "\r\n", "PIPELINING\r\n", "text\n.\r\n", "\r\r\n.\r\n",
                ]).prop_map(|line| line.as_bytes().to_vec()),
                1 => prop::collection::vec(any::<u8>(), 0..200),
            ],
            0..20,
        ),
        commands in prop::sample::subsequence(
            vec!["CAPA", "LIST", "UIDL", "RETR 1", "TOP 1 1", "STAT", "DELE 1", "LANG", "QUIT"], 0..9,
        ),
        lengths in prop::collection::vec(1_usize..200, 1..4),
    ) {
        let input = lines.concat();
        let run = |cut: Cut<'_>| {
            let mut client = Client::new(everything(), Channel::Tls);
            client.receive(b"+OK\r\n");
            client.send(b"CAPA");
            client.receive(b"+OK\r\nPIPELINING\r\n.\r\n");
            client.send(b"APOP a 00000000000000000000000000000000");
            client.receive(b"+OK\r\n");
            for command in &commands {
                client.send(command.as_bytes());
            }
            for piece in cut.pieces(&input) {
                client.receive(piece);
            }
            client.seen
        };
        let whole = run(Cut::Nowhere);
        for cut in [Cut::Lengths(&lengths), Cut::Everywhere] {
            prop_assert_eq!(&run(cut), &whole);
        }
    }
}
