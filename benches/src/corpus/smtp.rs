//! What an SMTP server and a client hear.

use super::{ITEMS, Wire, names};
use crate::random::Random;

/// The commands of deliveries, one connection after another: of each ten lines some one is EHLO,
/// two are MAIL, four RCPT and two DATA.
pub fn commands() -> Wire {
    let mut random = Random::new(0x5321);
    let mut lines: Vec<String> = Vec::new();
    while lines.len() < ITEMS {
        let hello = ehlo(&mut random);
        lines.push(hello.clone());
        if random.in_a_hundred(50) {
            lines.push("STARTTLS".into());
            lines.push(hello);
        }
        if random.in_a_hundred(30) {
            lines.push(auth(&mut random));
        }
        for _ in 0..1 + random.below(3) {
            lines.push(mail(&mut random));
            for _ in 0..1 + random.below(3) * random.below(3) {
                lines.push(rcpt(&mut random));
            }
            lines.push(random.pick(&["DATA", "DATA", "DATA", "DATA", "data"]).into());
        }
        if random.in_a_hundred(20) {
            lines.push(random.pick(&["RSET", "NOOP", "NOOP", "VRFY postmaster", "HELP"]).into());
        }
        lines.push(random.pick(&["QUIT", "QUIT", "quit"]).into());
    }
    lines.truncate(ITEMS);
    lines.into_iter().collect()
}

/// So many of what `make` makes.
pub fn lines(seed: u64, mut make: impl FnMut(&mut Random) -> String) -> Wire {
    let mut random = Random::new(seed);
    (0..ITEMS).map(|_| make(&mut random)).collect()
}

/// An EHLO.
pub fn ehlo(random: &mut Random) -> String {
    if random.in_a_hundred(5) {
        format!("EHLO [192.0.2.{}]", random.below(256))
    } else {
        format!("EHLO {}", names::host(random))
    }
}

/// A login with the mechanism PLAIN.
pub fn auth(random: &mut Random) -> String {
    format!("AUTH PLAIN {}", names::plain_login(random))
}

/// A MAIL, one in ten for a bounce; most have parameters.
pub fn mail(random: &mut Random) -> String {
    let mut line = String::from("MAIL FROM:<");
    if random.in_a_hundred(90) {
        line.push_str(&names::address(random));
    }
    line.push('>');
    if random.in_a_hundred(85) {
        line.push_str(&format!(" SIZE={}", random.size(1_000, 30_000_000)));
    }
    if random.in_a_hundred(60) {
        line.push_str(" BODY=8BITMIME");
    }
    if random.in_a_hundred(5) {
        line.push_str(" SMTPUTF8");
    }
    if random.in_a_hundred(3) {
        line.push_str(" AUTH=<>");
    }
    if random.in_a_hundred(10) {
        line.push_str(&format!(" RET=HDRS ENVID={}", random.word(16, "0123456789ABCDEF")));
    }
    line
}

/// A RCPT; few have parameters.
pub fn rcpt(random: &mut Random) -> String {
    let address = names::address(random);
    if random.in_a_hundred(10) {
        let notify = random.pick(&["NEVER", "FAILURE", "SUCCESS,FAILURE,DELAY"]);
        format!("RCPT TO:<{address}> NOTIFY={notify}")
    } else {
        format!("RCPT TO:<{address}>")
    }
}

/// Replies, one in six of more lines than one; most have an enhanced code.
pub fn reply(random: &mut Random) -> String {
    let lines = if random.in_a_hundred(17) { 2 + random.below(3) } else { 1 };
    reply_of(random, lines)
}

/// Replies of one line.
pub fn reply_of_a_line(random: &mut Random) -> String {
    reply_of(random, 1)
}

fn reply_of(random: &mut Random, lines: u64) -> String {
    let (code, enhanced) = *random.pick::<(&str, &str)>(&[
        &("250", "2.1.0"),
        &("250", "2.1.5"),
        &("250", "2.0.0"),
        &("354", ""),
        &("221", "2.0.0"),
        &("235", "2.7.0"),
        &("220", ""),
        &("550", "5.1.1"),
        &("451", "4.7.1"),
        &("250", ""),
    ]);
    let mut reply = String::new();
    for left in (0..lines).rev() {
        reply.push_str(code);
        reply.push(if left > 0 { '-' } else { ' ' });
        if !enhanced.is_empty() {
            reply.push_str(enhanced);
            reply.push(' ');
        }
        let count = 1 + random.below(8);
        reply.push_str(&names::words(random, count));
        if left > 0 {
            reply.push_str("\r\n");
        }
    }
    reply
}

/// Answers to EHLO, of five to twelve lines.
pub fn ehlo_answer(random: &mut Random) -> String {
    let mut lines = vec![format!("{} at your service", names::host(random))];
    lines.push(format!("SIZE {}", random.size(10_000_000, 150_000_000)));
    lines.extend(["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"].map(String::from));
    for offered in [
        "STARTTLS",
        "SMTPUTF8",
        "CHUNKING",
        "DSN",
        "AUTH PLAIN LOGIN",
        "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER PLAIN-CLIENTTOKEN",
        "VRFY",
        "HELP",
        "LIMITS RCPTMAX=100",
    ] {
        if random.in_a_hundred(45) {
            lines.push(offered.into());
        }
    }
    let last = lines.len() - 1;
    let lines: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| format!("250{}{line}", if at < last { '-' } else { ' ' }))
        .collect();
    lines.join("\r\n")
}
