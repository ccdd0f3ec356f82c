//! What a POP3 server and a client hear.

use super::{ITEMS, Wire, names};
use crate::random::Random;

/// The commands of clients, one connection after another: most are RETR, UIDL and DELE.
pub fn commands() -> Wire {
    let mut random = Random::new(0x1939);
    let mut lines: Vec<String> = Vec::new();
    while lines.len() < ITEMS {
        lines.push(random.pick(&["CAPA", "CAPA", "CAPA", "capa"]).into());
        if random.in_a_hundred(40) {
            lines.push("STLS".into());
            lines.push("CAPA".into());
        }
        match random.below(10) {
            0..5 => {
                let (name, domain) = (names::local_part(&mut random), names::domain(&mut random));
                lines.push(format!("USER {name}@{domain}"));
                let length = 8 + random.below(12);
                let password = random.word(length, "abcdefghijkmnpqrstuvwxyz23456789 !-_");
                lines.push(format!("PASS x{password}"));
            }
            5..9 => lines.push(format!("AUTH PLAIN {}", names::plain_login(&mut random))),
            _ => {
                let digest = random.word(32, "0123456789abcdef");
                lines.push(format!("APOP {} {digest}", names::local_part(&mut random)));
            }
        }
        lines.extend(["STAT", "LIST", "UIDL"].map(String::from));
        let first = 1 + random.size(1, 10_000);
        for message in first..first + random.below(8) {
            if random.in_a_hundred(20) {
                lines.push(format!("TOP {message} {}", random.below(40)));
            }
            lines.push(format!("RETR {message}"));
            if random.in_a_hundred(60) {
                lines.push(format!("DELE {message}"));
            }
            if random.in_a_hundred(10) {
                lines.push(format!("{} {message}", random.pick(&["UIDL", "LIST"])));
            }
        }
        if random.in_a_hundred(10) {
            lines.push(random.pick(&["NOOP", "RSET", "UTF8", "LANG en"]).into());
        }
        lines.push("QUIT".into());
    }
    lines.truncate(ITEMS);
    lines.into_iter().collect()
}

/// Sizes of messages as they are: most are small, some have attachments.
pub fn sizes() -> Vec<u64> {
    let mut random = Random::new(0x2449);
    (0..ITEMS).map(|_| random.size(1_500, 20_000_000)).collect()
}

/// Unique-ids as servers make them: UID and UIDVALIDITY in hexadecimal, or of other letters.
pub fn unique_ids() -> Vec<String> {
    let mut random = Random::new(0x1d1d);
    (1..=ITEMS)
        .map(|uid| match uid % 4 {
            0 => {
                random.word(22, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
            }
            _ => format!("{:08x}{:08x}", uid * 3, 1_700_000_000),
        })
        .collect()
}

/// The whole answer to LIST.
pub fn list() -> Wire {
    let lines = (1..).zip(sizes()).map(|(message, size)| format!("{message} {size}"));
    listing("+OK the sizes follow", lines)
}

/// The whole answer to UIDL.
pub fn uidl() -> Wire {
    let lines = (1..).zip(unique_ids()).map(|(message, id)| format!("{message} {id}"));
    listing("+OK the unique-ids follow", lines)
}

fn listing(status: &str, lines: impl Iterator<Item = String>) -> Wire {
    [status.into()].into_iter().chain(lines).chain([".".into()]).collect()
}

/// First lines of answers; one in ten is a no with a code (RFC 2449 §8).
pub fn responses() -> Wire {
    let mut random = Random::new(0x3206);
    let mut response = || {
        let count = random.below(7);
        let text = names::words(&mut random, count);
        match random.below(20) {
            0 => format!("-ERR [IN-USE] {text}"),
            1 => format!("-ERR {text}"),
            2..5 => format!("+OK {} {}", random.below(5_000), random.size(2_000, 900_000_000)),
            5 => "+OK".into(),
            _ => format!("+OK {text}"),
        }
    };
    (0..ITEMS).map(|_| response()).collect()
}
