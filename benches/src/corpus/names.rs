//! People, hosts and words, from which the items are made.

use bytes::BytesMut;
use mail_wire::encode_base64;

use crate::random::Random;

const FIRST: &[&str] = &[
    "alice", "bob", "carol", "dmitri", "eve", "frank", "grace", "henrik", "ines", "jonas", "katya",
    "liam", "maria", "nils", "olga", "pedro", "quentin", "rosa", "sven", "tomasz", "ursula",
    "viktor", "wei", "xavier", "yuki", "zoe",
];
const LAST: &[&str] = &[
    "adams",
    "brown",
    "castillo",
    "dubois",
    "eriksson",
    "fischer",
    "garcia",
    "hansen",
    "ivanova",
    "jansen",
    "kowalski",
    "larsen",
    "martin",
    "nguyen",
    "okafor",
    "petrov",
    "rossi",
    "schmidt",
    "tanaka",
    "ueda",
    "virtanen",
    "wagner",
    "yamamoto",
    "zimmermann",
];
const PLACES: &[&str] = &[
    "example",
    "mail",
    "lists",
    "northwind",
    "contoso",
    "fabrikam",
    "acme",
    "initech",
    "hooli",
    "university",
    "cs-dept",
    "newsletter",
    "shop24",
    "bank",
    "town-hall",
    "relay",
    "cloudhost",
];
const ENDS: &[&str] = &["com", "org", "net", "de", "co.uk", "fr", "io", "edu", "jp", "info"];
const WORDS: &[&str] = &[
    "the", "meeting", "tomorrow", "report", "about", "invoice", "your", "order", "has", "been",
    "shipped", "please", "find", "attached", "minutes", "of", "last", "week", "question", "patch",
    "review", "and", "release", "notes", "for", "version", "holiday", "plan", "budget", "we",
    "should", "talk", "on", "Monday", "a", "reminder", "that", "account", "password", "summer",
];

/// A person's name, as it stands before an address.
pub fn person(random: &mut Random) -> String {
    let mut name = String::new();
    for part in [random.pick(FIRST), random.pick(LAST)] {
        let (initial, rest) = part.split_at(1);
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(&initial.to_uppercase());
        name.push_str(rest);
    }
    name
}

/// A domain, mostly of two labels.
pub fn domain(random: &mut Random) -> String {
    let mut domain = format!("{}.{}", random.pick(PLACES), random.pick(ENDS));
    if random.in_a_hundred(40) {
        domain.insert_str(
            0,
            random.pick(&["mail.", "eu.", "lists.", "bounce.", "mx1.", "students."]),
        );
    }
    domain
}

/// The name of a host that sends mail.
pub fn host(random: &mut Random) -> String {
    match random.below(4) {
        0 => format!("mail-{}.{}", random.word(5, "abcdefghijkl0123456789"), domain(random)),
        1 => format!("mx{}.{}", random.below(30), domain(random)),
        2 => format!(
            "{}-{}-{}-{}.outbound.{}",
            random.below(256),
            random.below(256),
            random.below(256),
            random.below(256),
            domain(random)
        ),
        _ => domain(random),
    }
}

/// The local part of an address.
pub fn local_part(random: &mut Random) -> String {
    let (first, last) = (random.pick(FIRST), random.pick(LAST));
    match random.below(20) {
        0..8 => format!("{first}.{last}"),
        8..12 => first.into(),
        12..14 => format!("{}{last}{}", &first[..1], random.below(100)),
        14..16 => format!("{first}+{}", random.pick(WORDS).to_lowercase()),
        16 => format!("{first}_{last}"),
        17 => {
            random.pick(&["info", "noreply", "postmaster", "sales", "no-reply", "support"]).into()
        }
        _ => format!(
            "bounces+{}-{}-{first}={}",
            random.below(10_000_000),
            random.word(4, "0123456789abcdef"),
            domain(random)
        ),
    }
}

/// An address.
pub fn address(random: &mut Random) -> String {
    let local_part = local_part(random);
    if random.in_a_hundred(1) {
        format!("\"{local_part} at home\"@{}", domain(random))
    } else {
        format!("{local_part}@{}", domain(random))
    }
}

/// So many words with spaces between.
pub fn words(random: &mut Random, count: u64) -> String {
    let mut words = String::new();
    for _ in 0..count {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(random.pick(WORDS));
    }
    words
}

/// What logs in with `AUTH PLAIN` (RFC 4616 §2), in base64.
pub fn plain_login(random: &mut Random) -> String {
    const LETTERS: &str = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!-_";
    let length = 8 + random.below(12);
    let login = format!("\0{}\0{}", local_part(random), random.word(length, LETTERS));
    let mut out = BytesMut::new();
    encode_base64(login.as_bytes(), &mut out);
    String::from_utf8(out.to_vec()).expect("base64 is US-ASCII")
}
