//! One message, and a server, a connection or a source that fails.

use crate::dialogue::{Machine, Turn, play, turns};
use crate::sender::{CHUNKS, Case, ONE_AT_A_TIME, Player, TO_TWO, transcript, with_players};
use mail_transcript::Cut;
use smtp_proto::client::{Form, Protocol};

/// RFC 5321 §3.8: 421 in between, to whichever command, or unasked.
#[test]
fn the_server_goes() {
    let start = "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: RCPT TO:<e@f>\nC: DATA\n";
    let told = |by: [&str; 2]| {
        let [a, b] = by;
        format!("E: 0 rejected {a} 421 bye\nE: 1 rejected {b} 421 bye\nE: done Some(Goodbye)")
    };
    let (mail, first, second) = ("Some(Mail)", "Some(Rcpt(0))", "Some(Rcpt(1))");
    for (said, by) in [
        ("S: 421 bye\nS: 250 OK\n", [mail, mail]),
        ("S: 250 OK\nS: 421 bye\n", [first, first]),
        ("S: 250 OK\nS: 250 OK\nS: 250 OK\nS: 421 bye\n", ["Some(Data)", "Some(Data)"]),
        (
            "S: 250 OK\nS: 250 OK\nS: 250 OK\nS: 354 go\nC: hi\nC: ..\nC: .\nS: 421 bye\n",
            ["Some(Message)", "Some(Message)"],
        ),
    ] {
        transcript(&TO_TWO, &format!("{start}{said}{}", told(by)));
    }
    let said = "S: 250 OK\nS: 250 OK\nS: 421 bye\n";
    let told = format!(
        "E: 1 rejected {second} 421 bye\nE: 0 rejected {second} 421 bye\nE: done Some(Goodbye)"
    );
    transcript(&TO_TWO, &format!("{start}{said}{told}"));
}

/// What ends the connection tells each recipient what is certain: before the end of the message,
/// nothing was sent; after it, nobody knows.
#[test]
fn the_connection_ends() {
    const SCRIPT: &str = "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: DATA
         S: 250 OK
         S: 250 OK
         S: 550 who?
         S: 354 go
         C: hi
         C: ..
         C: .";
    let ends: [fn(&mut Player<'_>); 4] = [
        |player| assert!(player.session.eof().is_err()),
        |player| player.session.timed_out(&mut player.out),
        |player| player.read(b"250-a\r\n550 b\r\n"),
        |player| player.read(&b"x".repeat(70_000)),
    ];
    let (turns, _) = turns(SCRIPT);
    for (number, end) in ends.iter().enumerate() {
        for upto in [1, turns.len()] {
            with_players(&TO_TWO, |new, _| {
                let mut player = new();
                play(&mut player, &turns[..upto], Cut::Nowhere);
                end(&mut player);
                player.read(b"");
                let told = player.outcome();
                assert_eq!(told.len(), 3, "{told:?}");
                let is_over = upto > 1;
                let first = if is_over { "0 Unknown" } else { "0 Unsent" };
                let second = if is_over { "1 rejected Some(Rcpt(1)) 550 who?" } else { "1 Unsent" };
                assert!(
                    told.contains(&first.into()) && told.contains(&second.into()),
                    "{number} {upto} {told:?}"
                );
                assert!(told[2].starts_with("done Some("));
            });
        }
    }
}

/// RFC 2033 §4.2: a server that says less than there are recipients has answered those of whom it
/// did say something; of the others nobody knows, whatever it says too late.
#[test]
fn fewer_replies_than_recipients() {
    let ends: [fn(&mut Player<'_>); 3] = [
        |player| assert!(player.session.eof().is_err()),
        |player| player.session.timed_out(&mut player.out),
        |player| player.read(b"\0\r\n999 b\r\n"),
    ];
    for end in ends {
        for (said, accepted) in [("", 0), ("250 a\r\n", 1), ("250 a\r\n250-b\r\n250", 1)] {
            with_players(&LMTP_TO_TWO, |new, recipients| {
                let mut player = new();
                player.read(b"250 OK\r\n250 OK\r\n250 OK\r\n354 go\r\n");
                player.read(said.as_bytes());
                end(&mut player);
                player.read(b"\r\n250 late\r\n250 later\r\n");
                let told = player.outcome();
                assert_eq!(told.len(), recipients + 1, "{told:?}");
                for (index, line) in told[..recipients].iter().enumerate() {
                    let what = if index < accepted { "accepted 250 a" } else { "Unknown" };
                    assert_eq!(*line, format!("{index} {what}"));
                }
                assert!(told[recipients].starts_with("done Some("), "{told:?}");
            });
        }
    }
}

/// RFC 5321 §4.5.3.2.6: a 250 that comes after the time-out says nothing any more: the message may
/// have been sent again.
#[test]
fn a_yes_after_the_time_out() {
    for case in [&TO_TWO, &CHUNKS] {
        with_players(case, |new, _| {
            let mut player = new();
            player.read(b"250 OK\r\n250 OK\r\n250 OK\r\n");
            let chunks = player.out.windows(4).any(|start| start == b"BDAT");
            player.read(if chunks { b"250 a\r\n250 b\r\n" } else { b"354 go\r\n" });
            assert!(player.out.ends_with(b"\r\n.\r\n") || player.out.ends_with(b" LAST\r\n"));
            let sent = player.out.len();
            player.session.timed_out(&mut player.out);
            player.read(b"250 stored\r\n");
            assert_eq!(player.told, ["0 Unknown", "1 Unknown", "done Some(Overdue)"]);
            assert_eq!(player.out.len(), sent);
        });
    }
}

/// A body whose end has not gone out comes to nothing, whatever the server says meanwhile.
#[test]
fn a_reply_in_the_middle_of_the_body() {
    for (said, told) in [
        ("552 too big", "0 rejected None 552 too big"),
        ("421 bye", "0 rejected None 421 bye"),
        ("250 forged", "0 Unsent"),
    ] {
        with_players(&TO_TWO, |new, _| {
            let mut player = new();
            player.body = [].iter();
            let said = format!("250 OK\r\n250 OK\r\n550 who?\r\n354 go\r\n{said}\r\n");
            player.read(said.as_bytes());
            assert_eq!(player.told[1], told);
            assert!(!player.out.ends_with(b"\r\n.\r\n"));
        });
    }
}

/// A reply that lay there before the end of the message says nothing of it: nobody knows.
#[test]
fn a_reply_from_before_the_end() {
    with_players(&TO_TWO, |new, _| {
        let mut player = new();
        player.read(b"250 OK\r\n250 OK\r\n550 who?\r\n354 go\r\n4");
        assert!(player.out.ends_with(b"\r\n.\r\n"));
        player.read(b"51 x\r\n");
        let told = ["1 rejected Some(Rcpt(1)) 550 who?", "0 Unknown", "done Some(Unsolicited)"];
        assert_eq!(player.told, told);
    });
}

static LMTP_TO_TWO: Case<'static> = Case { protocol: Protocol::Lmtp, ..TO_TWO };
static BROKEN_SOURCE: Case<'static> = Case { body: &[Some("hi"), None], ..TO_TWO };
static BROKEN_CHUNKS: Case<'static> =
    Case { extensions: &["CHUNKING"], form: Form::Chunks, ..BROKEN_SOURCE };

/// A message whose source fails is never delivered: after DATA the connection ends, between
/// chunks it is reset.
#[test]
fn the_source_fails() {
    transcript(
        &BROKEN_SOURCE,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: DATA
         S: 250 OK
         S: 250 OK
         S: 550 who?
         S: 354 go
         C> hi
         E: 1 rejected Some(Rcpt(1)) 550 who?
         E: 0 Unsent
         E: done Some(Abandoned)",
    );
    transcript(
        &BROKEN_CHUNKS,
        "C: MAIL FROM:<a@b>
         S: 250 OK
         C: RCPT TO:<c@d>
         S: 250 OK
         C: RCPT TO:<e@f>
         S: 250 OK
         C: BDAT 2
         C> hi
         S: 250 OK
         C: RSET
         S: 250 OK
         E: 0 Unsent
         E: 1 Unsent
         E: done None",
    );
    // Before anybody was asked to take it, and after all of it has gone.
    with_players(&BROKEN_SOURCE, |new, _| {
        let mut player = new();
        player.transaction.abandon(&mut player.session);
        player.read(b"250 OK\r\n250 OK\r\n250 OK\r\n354 go\r\n");
        assert_eq!(player.told, ["0 Unsent", "1 Unsent", "done Some(Abandoned)"]);
    });
    with_players(&TO_TWO, |new, _| {
        let mut player = new();
        player.read(b"250 OK\r\n250 OK\r\n250 OK\r\n354 go\r\n");
        player.transaction.abandon(&mut player.session);
        player.read(b"250 stored\r\n");
        assert_eq!(player.told[..2], ["0 accepted 250 stored", "1 accepted 250 stored"]);
    });
}

/// Each reply replaced by a no, a 421, a line of junk, or what cannot be read, or said twice: one
/// outcome for each recipient all the same, and nobody is told that it has what it has not.
#[test]
fn faults_at_every_reply() {
    let replies = ["250 a", "250 b", "250 c", "354 d", "250 e"];
    let script = "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: RCPT TO:<e@f>\nC: DATA";
    let (turns, _) = turns(script);
    for form in [&TO_TWO, &CHUNKS, &ONE_AT_A_TIME, &BROKEN_CHUNKS] {
        for at in 0..replies.len() {
            for fault in [
                "550 no",
                "451 no",
                "421 no",
                "",
                "junk\r\n",
                "250-a\r\n550 b",
                "999 x",
                "354 x",
                "250 x\r\n250 y",
            ] {
                with_players(form, |new, recipients| {
                    let mut player = new();
                    for (number, reply) in replies.iter().enumerate() {
                        let said = if number == at { fault } else { reply };
                        if player.told.last().is_some_and(|last| last.starts_with("done")) {
                            break;
                        }
                        player.read(format!("{said}\r\n").as_bytes());
                    }
                    let _ = player.session.eof();
                    player.read(b"");
                    let told = &player.told;
                    assert_eq!(told.len(), recipients + 1, "{at} {fault} {told:?}");
                    for index in 0..recipients {
                        let start = format!("{index} ");
                        let of = told.iter().filter(|line| line.starts_with(&start)).count();
                        assert_eq!(of, 1, "{told:?}");
                    }
                    let complete =
                        player.out.ends_with(b"\r\n.\r\n") || player.out.ends_with(b" LAST\r\n");
                    let accepted = told.iter().any(|line| line.contains("accepted"));
                    assert!(complete || !accepted, "{at} {fault} {told:?}");
                });
            }
        }
    }
    assert!(matches!(turns[0], Turn::Client(_)));
}
