//! Literals that are arguments (RFC 9051 §4.3, RFC 7888).

use imap_proto::Capability;

use crate::transcript::{LOGIN, config, play};

#[test]
fn both_kinds() {
    play(
        config(),
        &["
        S* * OK
        C: a LOGIN {5}
        S: + send the literal
        C: alice {6}
        S: + send the literal
        C: secret
        S* a OK
        C: b SELECT {5+}
        C: INBOX
        S@ 3
        S: b OK [READ-WRITE] done
        "],
    );
}

/// Past the limit, not offered, or no number: the connection stays in sync.
#[test]
fn refused() {
    play(
        config(),
        &[
            "
        S* * OK
        C: a LOGIN {4097}
        S: a BAD [TOOBIG] the literal is too big
        ",
            &format!(
                "C: b LOGIN {{4097+}}\nS* b BAD\nC> {}\nC: {{3+}}\nC> x\\r\\n\nC:",
                "x".repeat(4097)
            ),
            "
        C: c LOGIN {99999999999}
        S: c BAD [TOOBIG] the literal is too big
        C: d LOGIN {4294967296}
        S: d BAD [TOOBIG] the literal is too big
        C: e LOGIN {-1}
        S* e BAD
        C: f NOOP
        S: f OK done
        ",
        ],
    );
}

#[test]
fn not_offered() {
    let mut config = config();
    config.capabilities = vec![Capability::Imap4Rev1];
    play(
        config.clone(),
        &[
            LOGIN,
            "
        C: a SELECT {11+}
        S: a BAD such a literal is not offered: ask with {n} first
        C: b LOGOUT\\r\\n
        C: c APPEND INBOX {11+}
        S: c BAD such a literal is not offered: ask with {n} first
        C: d LOGOUT\\r\\n
        C: e NOOP
        S: e OK done
        ",
        ],
    );
    config.capabilities.push(Capability::LiteralMinus);
    play(
        config,
        &[
            LOGIN,
            "C: a SELECT {5+}\nC: INBOX\nS@ 3\nS: a OK [READ-WRITE] done",
            &format!("C: b APPEND INBOX {{4097+}}\nS* b BAD\nC: {}\n", "x".repeat(4097)),
            "C: c NOOP\nS: c OK done",
        ],
    );
}

/// A `literal8` is no string (RFC 9051 §9): it is read all the same, so
/// that it is not taken for a command.
#[test]
fn binary_literals_are_no_strings() {
    play(
        config(),
        &[
            LOGIN,
            "
        C: a SELECT ~{5}
        S: + send the literal
        C: INBOX
        S: a BAD expected a string at octet 9
        C: b STATUS ~{10+}
        C> c LOGOUT\\r\\n
        C:  (MESSAGES)
        S* b BAD expected a string
        C: d SEARCH SUBJECT ~{3+}
        C: abc
        S* d BAD expected a string
        C: e APPEND ~{5+}
        C: INBOX {3+}
        S* e BAD
        C: abc
        C: f SELECT a~{4}
        S: + send the literal
        C: abcd
        S* f BAD
        C: g NOOP
        S: g OK done
        ",
        ],
    );
}

/// The limit before login and the one after it.
#[test]
fn a_login_lets_longer_literals_come() {
    let mut config = config();
    config.limits.literal_before_login = 10;
    config.limits.literal = 20;
    play(
        config,
        &["
        S* * OK
        C: a LOGIN {11}
        S: a BAD [TOOBIG] the literal is too big
        C: b LOGIN {5}
        S: + send the literal
        C: alice secret
        S* b OK
        C: c CREATE {20}
        S: + send the literal
        C: 12345678901234567890
        S: c OK done
        C: d CREATE {21}
        S: d BAD [TOOBIG] the literal is too big
        "],
    );
}
