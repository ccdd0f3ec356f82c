//! RFC 2920: recipients that come together are decided on together, and answered in order.

use proptest::prelude::*;
use smtp_proto::server::{Config, Event, Misuse, Rejection, Session, State, request};
use smtp_proto::{BytesMut, Channel, Text, Ticket};

use crate::transcript::config;

fn ahead(recipients_ahead: usize) -> Config {
    let mut config = config();
    config.limits.recipients_ahead = recipients_ahead;
    config
}

/// A session with an open transaction.
fn open(config: Config, out: &mut BytesMut) -> Session {
    let mut smtp = Session::new(config.into(), Channel::Clear, out);
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\n"[..];
    loop {
        match smtp.receive(&mut input, out).unwrap() {
            Event::Hello(_, ticket) => smtp.accept(ticket, out).unwrap(),
            Event::Mail(_, ticket) => smtp.accept(ticket, out).unwrap(),
            Event::NeedInput => break,
            other => panic!("{other:?}"),
        }
    }
    out.clear();
    smtp
}

type Tickets = Vec<(String, Ticket<request::Rcpt>)>;

/// Takes RCPTs until there is something else.
fn take(smtp: &mut Session, input: &mut &[u8], out: &mut BytesMut) -> (Tickets, String) {
    let mut tickets = Tickets::new();
    loop {
        match smtp.receive(input, out).unwrap() {
            Event::Rcpt(rcpt, ticket) => {
                tickets.push((rcpt.to.mailbox().unwrap().to_string(), ticket));
            }
            Event::AnswersDue => return (tickets, "AnswersDue".to_owned()),
            other => return (tickets, format!("{other:?}")),
        }
    }
}

fn answer(smtp: &mut Session, to: &str, ticket: Ticket<request::Rcpt>, out: &mut BytesMut) {
    if to.starts_with("nobody@") {
        smtp.reject(ticket, Rejection::NO_SUCH_USER, out).unwrap();
    } else {
        smtp.accept(ticket, out).unwrap();
    }
}

/// Fifty look-ups at once, whichever ends first.
#[test]
fn whichever_is_answered_first() {
    let mut out = BytesMut::new();
    let mut smtp = open(ahead(100), &mut out);
    let mut wire = String::new();
    for number in 0..50 {
        let who = if number % 7 == 3 { "nobody" } else { "user" };
        wire += &format!("RCPT TO:<{who}@d{number}>\r\n");
    }
    wire += "DATA\r\n";
    let mut input = wire.as_bytes();
    let (tickets, last) = take(&mut smtp, &mut input, &mut out);
    assert_eq!((tickets.len(), &*last, input), (50, "AnswersDue", &b"DATA\r\n"[..]));
    for (number, (to, ticket)) in tickets.into_iter().enumerate().rev() {
        assert!(out.is_empty());
        answer(&mut smtp, &to, ticket, &mut out);
        let next = smtp.receive(&mut input, &mut out).unwrap();
        assert_eq!(matches!(next, Event::AnswersDue), number > 0);
    }
    let replies: Vec<_> = (0..50)
        .map(|number| if number % 7 == 3 { "550 5.1.1 No such user here" } else { "250 2.1.5 OK" })
        .collect();
    assert_eq!(out, (replies.join("\r\n") + "\r\n").as_bytes());
}

/// What the session itself says to one of them has its place among the answers.
#[test]
fn faults_have_their_place() {
    let mut config = ahead(10);
    config.limits.recipients = 2;
    let mut out = BytesMut::new();
    let mut smtp = open(config, &mut out);
    let wire = "RCPT TO:<a@b>\r\nRCPT TO:<c@>\r\nRCPT TO:<nobody@e>\r\nRCPT TO:<f@g>\r\n\
        RCPT\r\nrcpt TO:<h@i> X=1\r\nRC";
    let mut input = wire.as_bytes();
    let (tickets, _) = take(&mut smtp, &mut input, &mut out);
    let names: Vec<_> = tickets.iter().map(|(to, _)| &**to).collect();
    // The second is for `nobody`, but that is not known yet: a third might be one too many.
    assert_eq!((names, out.is_empty(), input), (vec!["a@b", "nobody@e"], true, &b"RC"[..]));
    for (to, ticket) in tickets.into_iter().rev() {
        answer(&mut smtp, &to, ticket, &mut out);
    }
    let text = String::from_utf8(out.split().to_vec()).unwrap();
    let codes: Vec<_> = text.lines().map(|line| &line[..9]).collect();
    let expected = ["250 2.1.5", "501 5.5.4", "550 5.1.1", "452 4.5.3", "501 5.5.4", "555 5.5.4"];
    assert_eq!(codes, expected);
    let mut input = &b"RCPT TO:<f@g>\r\nRSET\r\n"[..];
    let (tickets, _) = take(&mut smtp, &mut input, &mut out);
    assert_eq!(tickets.len(), 1);
}

/// No more than so many, and nothing but RCPT.
#[test]
fn how_far_ahead() {
    let mut out = BytesMut::new();
    let mut smtp = open(ahead(2), &mut out);
    let rcpt = "RCPT TO:<a@b>\r\n";
    let wire = rcpt.repeat(3) + "RCPTS\r\n" + rcpt;
    let mut input = wire.as_bytes();
    let (mut tickets, _) = take(&mut smtp, &mut input, &mut out);
    assert_eq!(tickets.len(), 2);
    let (to, second) = tickets.pop().unwrap();
    answer(&mut smtp, &to, second, &mut out);
    // It waits for the first.
    assert!(matches!(smtp.receive(&mut input, &mut out), Ok(Event::AnswersDue)));
    let (to, first) = tickets.pop().unwrap();
    answer(&mut smtp, &to, first, &mut out);
    let (mut tickets, _) = take(&mut smtp, &mut input, &mut out);
    assert_eq!(tickets.len(), 1);
    let (to, third) = tickets.pop().unwrap();
    answer(&mut smtp, &to, third, &mut out);
    let (tickets, _) = take(&mut smtp, &mut input, &mut out);
    assert_eq!(tickets.len(), 1);
    let replies = "250 2.1.5 OK\r\n".repeat(3) + "500 5.5.1 Command not recognized\r\n";
    assert_eq!(out, replies.as_bytes());
    // One at a time is as before.
    let mut smtp = open(ahead(1), &mut out);
    let mut input = rcpt.as_bytes();
    let Event::Rcpt(_, _ticket) = smtp.receive(&mut input, &mut out).unwrap() else { panic!() };
    let pending = smtp.receive(&mut input, &mut out).unwrap_err();
    assert_eq!(pending, Misuse::ReplyPending.into());
}

/// The end of a session is said at once, and its tickets are good no more.
#[test]
fn ends_among_answers() {
    let wire = "RCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\n";
    let mut out = BytesMut::new();
    let mut smtp = open(ahead(5), &mut out);
    let (mut tickets, _) = take(&mut smtp, &mut wire.as_bytes(), &mut out);
    smtp.timed_out(&mut out);
    assert_eq!(&out[..], b"421 4.4.2 Timeout, closing connection\r\n");
    let (_, ticket) = tickets.pop().unwrap();
    assert!(matches!(smtp.accept(ticket, &mut out), Err(Misuse::WrongTicket(_))));

    let mut smtp = open(ahead(5), &mut out);
    let (mut tickets, _) = take(&mut smtp, &mut wire.as_bytes(), &mut out);
    let closing = Rejection::new(421, None, Text::new("Bye").unwrap()).unwrap();
    let (_, second) = tickets.pop().unwrap();
    smtp.reject(second, closing, &mut out).unwrap();
    assert_eq!((&out[..], smtp.state()), (&b"421 Bye\r\n"[..], State::Closed));
    let (_, first) = tickets.pop().unwrap();
    assert!(matches!(smtp.accept(first, &mut out), Err(Misuse::WrongTicket(_))));

    let mut config = ahead(5);
    config.limits.bad_commands = 1;
    let mut smtp = open(config, &mut out);
    let bad = wire.to_owned() + "RCPT\r\nRCPT\r\n";
    let (tickets, last) = take(&mut smtp, &mut bad.as_bytes(), &mut out);
    assert_eq!((tickets.len(), &*last), (2, "Closed"));
    assert_eq!(&out[..], b"421 4.7.0 Too many bad commands, closing connection\r\n");
}

/// What is written where `answered` says how soon each is answered: the more, the later.
fn run(recipients_ahead: usize, wire: &str, cuts: &[u8], answered: &[u8]) -> String {
    let mut out = BytesMut::new();
    let mut smtp = open(ahead(recipients_ahead), &mut out);
    let (mut unread, mut rest) = (Vec::new(), wire.as_bytes());
    let mut waiting: Vec<(u8, String, Ticket<request::Rcpt>)> = Vec::new();
    let mut hurry = answered.iter().copied().cycle();
    let mut cuts = cuts.iter();
    loop {
        let (piece, after) = match cuts.next() {
            Some(&cut) => rest.split_at(usize::from(cut) % (rest.len() + 1)),
            None => (rest, &rest[..0]),
        };
        unread.extend_from_slice(piece);
        let done = after.is_empty();
        rest = after;
        let mut input = &unread[..];
        loop {
            match smtp.receive(&mut input, &mut out).unwrap() {
                Event::Rcpt(rcpt, ticket) => {
                    let to = rcpt.to.mailbox().unwrap().to_string();
                    waiting.push((hurry.next().unwrap_or(0), to, ticket));
                    if recipients_ahead == 1 {
                        let (_, to, ticket) = waiting.pop().unwrap();
                        answer(&mut smtp, &to, ticket, &mut out);
                    }
                }
                Event::AnswersDue => {
                    waiting.sort_by_key(|(hurry, ..)| *hurry);
                    let (_, to, ticket) = waiting.remove(0);
                    answer(&mut smtp, &to, ticket, &mut out);
                }
                Event::Mail(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
                Event::Data(ticket) => smtp.reject(ticket, Rejection::REFUSED, &mut out).unwrap(),
                Event::NeedInput => break,
                _ => {}
            }
        }
        unread = input.to_vec();
        if done {
            return String::from_utf8(out.to_vec()).unwrap();
        }
    }
}

proptest! {
    /// In whatever order they are answered, and however the input comes, the replies are those of
    /// one at a time.
    #[test]
    fn replies_are_in_order(
        lines in prop::collection::vec(prop::sample::select(vec![
            "RCPT TO:<a@b>\r\n", "RCPT TO:<nobody@b>\r\n", "RCPT TO:<x>\r\n", "NOOP\r\n", "rcpt\r\n",
            "RCPTX\r\n", "RSET\r\n", "MAIL FROM:<a@b>\r\n", "DATA\r\n",
        ]), 0..20),
        cuts: Vec<u8>,
        answered in prop::collection::vec(any::<u8>(), 1..8),
        recipients_ahead in 2_usize..9,
    ) {
        let wire = lines.concat();
        let expected = run(1, &wire, &[], &[0]);
        prop_assert_eq!(run(recipients_ahead, &wire, &cuts, &answered), expected);
    }
}
