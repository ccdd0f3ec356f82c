//! What an IMAP server and a client hear.

use std::fmt::Write as _;

use super::{ITEMS, Wire, names};
use crate::random::Random;

const MONTHS: &[&str] =
    &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const FLAGS: &[&str] = &[
    "\\Seen",
    "\\Seen",
    "\\Seen",
    "\\Answered",
    "\\Flagged",
    "\\Deleted",
    "$Forwarded",
    "$Junk",
    "NonJunk",
    "$MDNSent",
    "$label1",
];
const MAILBOXES: &[&str] = &[
    "INBOX",
    "INBOX",
    "INBOX",
    "Sent",
    "Drafts",
    "Trash",
    "Archive/2025",
    "\"Sent Items\"",
    "\"Deleted Items\"",
    "Lists/rust-users",
    "\"[Gmail]/All Mail\"",
    "&AMQ-rger",
    "\"Projects/Budget & plan\"",
];
/// What clients ask for of a message, as common ones do.
const ASKED: &[&str] = &[
    "(FLAGS)",
    "(UID FLAGS)",
    "(UID FLAGS)",
    "(UID FLAGS INTERNALDATE RFC822.SIZE)",
    "(UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (From To Cc Bcc Subject Date Message-ID \
     Priority X-Priority References Newsgroups In-Reply-To Content-Type Reply-To)])",
    "(FLAGS UID RFC822.SIZE INTERNALDATE ENVELOPE BODYSTRUCTURE)",
    "(UID BODY.PEEK[])",
    "(UID BODY.PEEK[1.2]<0.65536>)",
    "BODY.PEEK[TEXT]",
];

/// So many of what `make` makes.
pub fn lines(seed: u64, mut make: impl FnMut(&mut Random) -> String) -> Wire {
    let mut random = Random::new(seed);
    (0..ITEMS).map(|_| make(&mut random)).collect()
}

/// The commands of a client that has logged in, without literals: of a hundred, 40 are FETCH, 15
/// STORE, ten STATUS, ten NOOP, eight SEARCH, five SELECT; the rest of all kinds.
pub fn command(random: &mut Random) -> String {
    let tag = tag(random);
    match random.below(100) {
        0..40 => format!("{tag} {}", fetch(random)),
        40..55 => format!("{tag} {}", store(random)),
        55..65 => format!("{tag} STATUS {} (MESSAGES UNSEEN UIDNEXT)", random.pick(MAILBOXES)),
        65..75 => format!("{tag} NOOP"),
        75..83 => format!("{tag} {}", search(random)),
        83..88 => format!("{tag} SELECT {}", random.pick(MAILBOXES)),
        88..91 => format!("{tag} LIST \"\" {}", random.pick(&["*", "%", "\"*\"", "\"INBOX/%\""])),
        91..93 => format!("{tag} UID COPY {} {}", set(random), random.pick(MAILBOXES)),
        93..95 => format!("{tag} {}", random.pick(&["CAPABILITY", "NOOP"])),
        95..97 => format!("{tag} {}", random.pick(&["EXPUNGE", "CAPABILITY"])),
        97 => format!("{tag} EXAMINE {}", random.pick(MAILBOXES)),
        98 => format!("{tag} CREATE Archive/{}", 2000 + random.below(30)),
        _ => format!("{tag} SUBSCRIBE {}", random.pick(MAILBOXES)),
    }
}

fn tag(random: &mut Random) -> String {
    match random.below(3) {
        0 => format!("A{:04}", random.below(10_000)),
        1 => random.below(10_000).to_string(),
        _ => format!("{}.{}", random.word(4, "abcdefghij"), random.below(200)),
    }
}

/// A STORE with its tag.
pub fn tagged_store(random: &mut Random) -> String {
    format!("{} {}", tag(random), store(random))
}

/// A UID FETCH with its tag.
pub fn tagged_fetch(random: &mut Random) -> String {
    format!("{} UID FETCH {} {}", tag(random), set(random), random.pick(ASKED))
}

/// A SEARCH with its tag.
pub fn tagged_search(random: &mut Random) -> String {
    format!("{} {}", tag(random), search(random))
}

fn store(random: &mut Random) -> String {
    let uid = random.pick(&["UID ", "UID ", "UID ", ""]);
    let action = random.pick(&["+FLAGS", "+FLAGS.SILENT", "-FLAGS", "-FLAGS.SILENT", "FLAGS"]);
    format!("{uid}STORE {} {action} {}", set(random), flags(random, 1))
}

fn fetch(random: &mut Random) -> String {
    let uid = random.pick(&["UID ", "UID ", ""]);
    format!("{uid}FETCH {} {}", set(random), random.pick(ASKED))
}

fn search(random: &mut Random) -> String {
    let uid = random.pick(&["UID ", "UID ", ""]);
    let keys = match random.below(6) {
        0 => "UNSEEN".into(),
        1 => format!("SINCE {}", date(random)),
        2 => format!("UID {} NOT DELETED", set(random)),
        3 => format!(
            "OR FROM {} SUBJECT \"{}\"",
            names::local_part(random).replace('=', "-"),
            names::words(random, 2)
        ),
        4 => format!("HEADER Message-ID <{}>", names::domain(random)),
        _ => format!("CHARSET UTF-8 TEXT \"{}\" UNDELETED", names::words(random, 1)),
    };
    format!("{uid}SEARCH {keys}")
}

/// A set of numbers: mostly one or a range.
fn set(random: &mut Random) -> String {
    let first = random.size(1, 200_000);
    match random.below(10) {
        0..5 => first.to_string(),
        5..8 => format!("{first}:{}", first + random.below(500)),
        8 => format!("{first}:*"),
        _ => {
            let mut set = first.to_string();
            let mut last = first;
            for _ in 0..2 + random.below(8) {
                last += 1 + random.below(40);
                write!(set, ",{last}").expect("a string takes everything");
            }
            set
        }
    }
}

fn date(random: &mut Random) -> String {
    format!("{}-{}-{}", 1 + random.below(28), random.pick(MONTHS), 2000 + random.below(26))
}

/// A list of at least so many flags.
fn flags(random: &mut Random, least: u64) -> String {
    let count = least + random.below(3);
    let flags: Vec<&str> = (0..count).map(|_| random.pick(FLAGS)).collect();
    format!("({})", flags.join(" "))
}

/// A response to FETCH (UID FLAGS).
pub fn fetch_flags(random: &mut Random) -> String {
    let message = random.size(1, 50_000);
    format!("* {message} FETCH (UID {} FLAGS {})", message + random.below(99_999), flags(random, 0))
}

/// A response to FETCH of all that a client shows in its list: UID, FLAGS, INTERNALDATE,
/// RFC822.SIZE, ENVELOPE and BODYSTRUCTURE.
pub fn fetch_full(random: &mut Random) -> String {
    let message = random.size(1, 50_000);
    let uid = message + random.below(99_999);
    let (flags, envelope, structure) = (flags(random, 0), envelope(random), structure(random, 0));
    format!(
        "* {message} FETCH (UID {uid} FLAGS {flags} INTERNALDATE \"{}-{}-{} {:02}:{:02}:{:02} \
         +0{}00\" RFC822.SIZE {} ENVELOPE {envelope} BODYSTRUCTURE {structure})",
        10 + random.below(19),
        random.pick(MONTHS),
        2000 + random.below(26),
        random.below(24),
        random.below(60),
        random.below(60),
        random.below(10),
        random.size(1_500, 20_000_000),
    )
}

fn envelope(random: &mut Random) -> String {
    let date = format!(
        "{}, {} {} {} {:02}:{:02}:{:02} +0{}00",
        random.pick(&["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
        1 + random.below(28),
        random.pick(MONTHS),
        2000 + random.below(26),
        random.below(24),
        random.below(60),
        random.below(60),
        random.below(10),
    );
    let words = 2 + random.below(7);
    let subject = match random.below(10) {
        0 => format!("=?UTF-8?B?{}=?=", random.word(24, "ABCDEFabcdef0123456789+/")),
        1 => format!("Re: \\\"{}\\\"", names::words(random, words)),
        _ => names::words(random, words),
    };
    let from = addresses(random, 1);
    let reply_to = if random.in_a_hundred(80) { from.clone() } else { addresses(random, 1) };
    let to = 1 + random.below(3);
    let to = addresses(random, to);
    let cc = random.below(2) * random.below(5);
    let cc = addresses(random, cc);
    let in_reply_to =
        if random.in_a_hundred(40) { format!("\"{}\"", message_id(random)) } else { "NIL".into() };
    let message_id = message_id(random);
    format!(
        "(\"{date}\" \"{subject}\" {from} {from} {reply_to} {to} {cc} NIL {in_reply_to} \
         \"{message_id}\")"
    )
}

fn message_id(random: &mut Random) -> String {
    format!("<{}@{}>", random.word(24, "0123456789abcdefABCDEF.-"), names::host(random))
}

fn addresses(random: &mut Random, count: u64) -> String {
    if count == 0 {
        return "NIL".into();
    }
    let mut list = String::from("(");
    for _ in 0..count {
        let name = match random.below(4) {
            0 => "NIL".into(),
            _ => format!("\"{}\"", names::person(random)),
        };
        let (local_part, domain) = (names::local_part(random), names::domain(random));
        write!(list, "({name} NIL \"{local_part}\" \"{domain}\")")
            .expect("a string takes everything");
    }
    list + ")"
}

/// The structure of a message: text, text and HTML, or those with one to three files.
fn structure(random: &mut Random, depth: u32) -> String {
    let choice = if depth > 0 { random.below(7) } else { random.below(10) };
    match choice {
        0..3 => text_part(random, "PLAIN"),
        3..7 => {
            let boundary = boundary(random);
            format!(
                "({}{} \"ALTERNATIVE\" {boundary} NIL NIL NIL)",
                text_part(random, "PLAIN"),
                text_part(random, "HTML")
            )
        }
        _ => {
            let mut parts = structure(random, depth + 1);
            for _ in 0..1 + random.below(3) {
                parts.push_str(&file_part(random));
            }
            format!("({parts} \"MIXED\" {} NIL NIL NIL)", boundary(random))
        }
    }
}

fn boundary(random: &mut Random) -> String {
    format!("(\"BOUNDARY\" \"----=_Part_{}\")", random.word(20, "0123456789abcdef._"))
}

fn text_part(random: &mut Random, subtype: &str) -> String {
    let octets = random.size(200, 100_000);
    format!(
        "(\"TEXT\" \"{subtype}\" (\"CHARSET\" \"{}\") NIL NIL \"{}\" {octets} {} NIL NIL NIL NIL)",
        random.pick(&["UTF-8", "utf-8", "US-ASCII", "iso-8859-1"]),
        random.pick(&["7BIT", "QUOTED-PRINTABLE", "8BIT", "BASE64"]),
        octets / 60,
    )
}

fn file_part(random: &mut Random) -> String {
    let (kind, end) = *random.pick::<(&str, &str)>(&[
        &("\"APPLICATION\" \"PDF\"", "pdf"),
        &("\"IMAGE\" \"PNG\"", "png"),
        &("\"IMAGE\" \"JPEG\"", "jpg"),
        &("\"APPLICATION\" \"OCTET-STREAM\"", "bin"),
    ]);
    let name = format!("{}.{end}", names::words(random, 2));
    format!(
        "({kind} (\"NAME\" \"{name}\") NIL NIL \"BASE64\" {} NIL (\"ATTACHMENT\" (\"FILENAME\" \
         \"{name}\" \"SIZE\" \"{}\")) NIL NIL)",
        random.size(10_000, 9_000_000),
        random.size(10_000, 9_000_000),
    )
}

/// A response to LIST.
pub fn list(random: &mut Random) -> String {
    let attributes = random.pick(&[
        "\\HasNoChildren",
        "\\HasNoChildren",
        "\\HasChildren",
        "\\HasNoChildren \\Sent",
        "\\HasNoChildren \\Trash",
        "\\Noselect \\HasChildren",
        "\\HasNoChildren \\Marked",
        "",
    ]);
    let delimiter = random.pick(&["\"/\"", "\"/\"", "\".\""]);
    format!("* LIST ({attributes}) {delimiter} {}", random.pick(MAILBOXES))
}

/// What stands between the others: counts, flags, capabilities, ends of commands with codes, and
/// what a search with RETURN found.
pub fn other_response(random: &mut Random) -> String {
    let number = random.size(1, 50_000);
    match random.below(12) {
        0..2 => format!("* {number} EXISTS"),
        2 => format!("* {number} EXPUNGE"),
        3 => format!("* OK [UIDNEXT {number}] the next UID"),
        4 => "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Seen \\*)] Flags permitted.".into(),
        5 => "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded NonJunk)".into(),
        6 => {
            "* CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE IDLE MOVE UIDPLUS SORT ID QUOTA".into()
        }
        7 => {
            format!("* ESEARCH (TAG \"{}\") UID COUNT {number} ALL {}", tag(random), set_of(random))
        }
        8 => format!("{} OK [READ-WRITE] SELECT completed", tag(random)),
        9 => format!("{} OK [COPYUID 1700000000 {number} {}] done", tag(random), number + 1),
        _ => format!("{} OK {}", tag(random), names::words(random, 3)),
    }
}

/// A set in which numbers stand alone, as servers write it.
fn set_of(random: &mut Random) -> String {
    let first = random.size(1, 50_000);
    format!("{first}:{},{}", first + 10, first + 20 + random.below(100))
}

/// A command with literals, which are not waited for.
pub fn command_with_literals(random: &mut Random) -> String {
    let literal = |text: String| format!("{{{}+}}\r\n{text}", text.len());
    let (tag, words) = (tag(random), names::words(random, 4));
    match random.below(2) {
        0 => format!("{tag} SEARCH CHARSET UTF-8 TEXT {}", literal(words)),
        _ => format!("{tag} LOGIN {} {}", literal(names::local_part(random)), literal(words)),
    }
}

/// A response to STATUS.
pub fn status(random: &mut Random) -> String {
    let messages = random.size(1, 100_000);
    let mailbox = random.pick(MAILBOXES);
    let (unseen, next) = (random.below(messages), messages + random.below(90_000));
    let validity = 1_000_000_000 + random.below(800_000_000);
    match random.below(3) {
        0 => format!("* STATUS {mailbox} (MESSAGES {messages} UNSEEN {unseen})"),
        1 => format!("* STATUS {mailbox} (MESSAGES {messages} UIDNEXT {next} UNSEEN {unseen})"),
        _ => format!(
            "* STATUS {mailbox} (MESSAGES {messages} RECENT 0 UIDNEXT {next} UIDVALIDITY \
             {validity} UNSEEN {unseen})"
        ),
    }
}

/// Numbers in the response [`found`].
pub const FOUND: usize = 10_000;

/// A response to SEARCH with ten thousand numbers.
pub fn found() -> Wire {
    let mut random = Random::new(0x5ea4c4);
    let mut response = String::from("* SEARCH");
    let mut number = 0;
    for _ in 0..FOUND {
        number += 1 + random.below(30);
        write!(response, " {number}").expect("a string takes everything");
    }
    [response].into_iter().collect()
}

/// A response to FETCH (UID BODY[HEADER]): a literal of about 1,500 octets.
pub fn header(random: &mut Random) -> String {
    let mut header = String::new();
    for _ in 0..3 {
        write!(
            header,
            "Received: from {} ({} [192.0.2.{}])\r\n\tby {} with ESMTPS id {}\r\n",
            names::host(random),
            names::host(random),
            random.below(256),
            names::host(random),
            random.word(12, "0123456789abcdef"),
        )
        .expect("a string takes everything");
    }
    for field in ["From", "To", "Reply-To"] {
        let (person, address) = (names::person(random), names::address(random));
        write!(header, "{field}: {person} <{address}>\r\n").expect("a string takes everything");
    }
    write!(header, "Message-ID: {}\r\n", message_id(random)).expect("a string takes everything");
    while header.len() < 1_400 {
        let words = 3 + random.below(8);
        let (name, value) = (random.word(9, "abcdefgh-"), names::words(random, words));
        write!(header, "X-{name}: {value}\r\n").expect("a string takes everything");
    }
    header.push_str("\r\n");
    let message = random.size(1, 50_000);
    let uid = message + random.below(99_999);
    format!("* {message} FETCH (UID {uid} BODY[HEADER] {{{}}}\r\n{header})", header.len())
}

/// An APPEND of a message of 2,000 to 50,000 octets, with a literal that is not waited for.
pub fn append(random: &mut Random) -> String {
    let octets = random.size(2_000, 50_000);
    let mut message = String::from("Subject: hello\r\n\r\n");
    while (message.len() as u64) < octets {
        message.push_str(&names::words(random, 10));
        message.push_str("\r\n");
    }
    format!(
        "{} APPEND {} (\\Seen) \"{:02}-{}-2025 10:11:12 +0100\" {{{}+}}\r\n{message}",
        tag(random),
        random.pick(MAILBOXES),
        1 + random.below(28),
        random.pick(MONTHS),
        message.len()
    )
}
