//! RFC 5321 §4.2: a text that somebody chose, the sender of a mail or another server, is never
//! a reply, nor a line of one, nor a code: whatever it is made of, whoever says it, and however
//! it is cut on its way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]
#![allow(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::print_stdout,
    reason = "tests have an operating system"
)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use smtp_proto::server::{Channel, Config, Event, Rejection, Session, UnknownCommands};
use smtp_proto::{BytesMut, EnhancedCode, Framed, Reply, ReplyCode, ReplyFramer, ReplyLines, Text};

/// Whole replies in what a client receives piece by piece: their codes, and their texts.
fn replies(pieces: &[&[u8]]) -> Vec<(u16, Vec<Vec<u8>>)> {
    let (mut framer, mut unread, mut seen) = (ReplyFramer::new(65_536), Vec::new(), Vec::new());
    for piece in pieces {
        unread.extend_from_slice(piece);
        let mut input = &unread[..];
        while let Framed::Whole { octets, .. } = framer.next(&mut input) {
            let reply = Reply::parse(octets).expect("the session writes replies");
            let lines = reply.lines().iter().map(|line| line.as_bytes().to_vec());
            seen.push((reply.code().get(), lines.collect()));
        }
        unread = input.to_vec();
    }
    assert!(unread.is_empty() && !framer.is_mid_unit(), "{unread:?}");
    seen
}

/// The same at every split in two, and octet by octet, each time with the same result.
fn at_every_split(wire: &[u8]) -> Vec<(u16, Vec<Vec<u8>>)> {
    let whole = replies(&[wire]);
    for at in 1..wire.len() {
        assert_eq!(replies(&[&wire[..at], &wire[at..]]), whole, "split at {at}");
    }
    assert_eq!(replies(&wire.chunks(1).collect::<Vec<_>>()), whole);
    whole
}

/// What would like to be a reply.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => prop::sample::select(vec![
            "250 ", "250-", "250", "354 Go on", "221 2.0.0 Bye", "\r\n", "\r", "\n", "\0", "5.1.1 ", "2.0.0 ", " ",
            "-", "\t", "550 5.1.1", "é", "\u{85}", "\u{2028}", "STARTTLS", "421 ",
        ]).prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        1 => (1..600_usize).prop_map(|length| "x".repeat(length)),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// A local part in quotes, in which nearly anything may stand.
fn local_part() -> impl Strategy<Value = String> {
    prop_oneof![
        "\"([ !#-\\[\\]-~]|\\\\[ -~]){0,30}\"",
        Just("\"250 OK\"".to_owned()),
        Just("\"550-5.1.1\"".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever a driver says, in whichever answer, is what it was meant for.
    #[test]
    fn what_a_server_says(texts in prop::collection::vec(text(), 1..4), to in local_part()) {
        // What is no text cannot be said; what another server said can be, if it was a reply.
        let wire: Vec<Vec<u8>> = texts.iter().map(|text| format!("250 {text}").into()).collect();
        let said = wire.iter().flat_map(|wire| Reply::parse(wire)).flat_map(|reply| reply.lines().iter().next());
        let built = texts.iter().filter_map(|text| Text::new(text).ok());
        let lines: Vec<Text<'_>> = built.chain(said).collect();
        let all = ReplyLines::new(&lines);
        let one = lines.first().copied().unwrap_or(Text::EMPTY);

        let mut config = Config::new("mx.example.org").unwrap();
        (config.vrfy, config.expn) = (true, true);
        config.unknown_commands = UnknownCommands::All;
        let _ = config.set_greeting(&texts[0]);
        // Nine lines are the session's own; of two with one keyword, one is said.
        let mut keywords = BTreeSet::new();
        for line in &texts {
            if config.ehlo_lines.add(line).is_ok() {
                keywords.extend(line.split(' ').next().map(str::to_ascii_uppercase));
            }
        }
        let offered = 9 + keywords.len();
        let mut out = BytesMut::new();
        let mut session = Session::new(config.into(), Channel::Clear, &mut out);
        let input = format!(
            "EHLO c\r\nVRFY a SMTPUTF8\r\nEXPN a\r\nXYES\r\nXNO\r\nXANY\r\nMAIL FROM:<a@b> SMTPUTF8\r\n\
             RCPT TO:<{to}@c>\r\nRCPT TO:<{to}@c>\r\nRCPT TO:<{to}@c>\r\nDATA\r\n"
        );
        let (mut input, mut recipients) = (input.as_bytes(), 0);
        let code = |code| ReplyCode::new(code).unwrap();
        loop {
            match session.receive(&mut input, &mut out).unwrap() {
                Event::Hello(_, ticket) => session.accept_with(ticket, all, &mut out),
                Event::Mail(_, ticket) => session.accept_with(ticket, all, &mut out),
                Event::Data(ticket) => session.accept_with(ticket, all, &mut out),
                Event::Vrfy(_, ticket) => session.accept_with(ticket, one, &mut out),
                Event::Expn(_, ticket) => session.reject(ticket, Rejection::REFUSED.with_lines(all), &mut out),
                Event::Unknown(command, ticket) => match command.verb() {
                    "XYES" => session.accept_with(ticket, all, &mut out),
                    "XNO" => session.reject(ticket, Rejection::UNAVAILABLE.with_text(one), &mut out),
                    _ => {
                        let enhanced = EnhancedCode::new(2, 0, 0);
                        let reply = Reply::new(code(250), None, all)
                            .unwrap_or(Reply::new(code(250), enhanced, all).unwrap());
                        session.reply(ticket, reply, &mut out)
                    }
                },
                Event::Rcpt(rcpt, ticket) => {
                    // An address, back to who sent it.
                    let echo = format!("{}: no such user", rcpt.to.mailbox().unwrap());
                    let echo = Text::new(&echo).unwrap();
                    recipients += 1;
                    match recipients {
                        1 => session.accept_with(ticket, echo, &mut out),
                        2 => session.reject(ticket, Rejection::NO_SUCH_USER.with_text(echo), &mut out),
                        _ => {
                            let moved = Rejection::new(551, None, echo).unwrap();
                            session.reject(ticket, moved.with_lines(all), &mut out)
                        }
                    }
                }
                _ => break,
            }
            .unwrap();
        }
        session.shut_down(one, &mut out);
        let seen = at_every_split(&out);
        // Past US-ASCII, 551 becomes 550, and VRFY may say that it cannot tell.
        let codes: Vec<u16> = seen.iter().map(|(code, _)| *code).collect();
        let vrfy = if one.is_empty() { 252 } else { 250 };
        let expected = [220, 250, vrfy, 554, 250, 451, 250, 250, 250, 550, 551, 354, 421];
        prop_assert_eq!(codes, expected);
        prop_assert_eq!(seen[1].1.len(), offered);
        // A text is there once, as it was said, where it fits a line and may be said.
        prop_assert!(seen[9].1[0].ends_with(b"@c: no such user"));
    }

    /// A reply parser never reads a code, or the end of a reply, out of a text.
    #[test]
    fn what_a_client_hears(
        said in prop::collection::vec((200_u16..600, prop::collection::vec(text(), 1..4)), 1..5),
    ) {
        let mut wire = Vec::new();
        let mut expected = Vec::new();
        for (code, texts) in &said {
            // On one line, and with no octets that a reply cannot have.
            let lines: Vec<String> = texts.iter().map(|text| text.replace(['\r', '\n', '\0'], "/")).collect();
            for (number, line) in lines.iter().enumerate() {
                let dash = if number + 1 < lines.len() { "-" } else { " " };
                wire.extend_from_slice(format!("{code}{dash}{line}\r\n").as_bytes());
            }
            expected.push((*code, lines.len()));
        }
        let seen = at_every_split(&wire);
        prop_assert!(seen.iter().map(|(code, lines)| (*code, lines.len())).eq(expected));
    }
}
