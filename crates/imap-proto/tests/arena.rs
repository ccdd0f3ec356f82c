//! What is parsed takes memory in proportion to its octets on the wire.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use core::fmt::Write as _;

use imap_proto::{Arena, Command, Data, Response};

/// What one is made of: how it begins, what is in it over and over, and how it ends; and how many
/// octets of the arena, which grows by doubling, each of its octets may take.
type Kind = (&'static str, &'static str, &'static str, usize);

/// About so many octets of each kind.
const OCTETS: usize = 100_000;

/// As servers send them, and as one would that means harm.
const RESPONSES: &[Kind] = &[
    ("* SEARCH", " 12345", "", 6),
    ("* SEARCH", " 1", "", 11),
    ("* FLAGS (", "$Label1 ", "x)", 11),
    ("* FLAGS (", "a ", "x)", 42),
    ("* CAPABILITY", " X", "", 42),
    ("* LIST (", "\\Marked ", "\\Sent) \"/\" INBOX", 11),
    ("* STATUS x (", "UNSEEN 1 ", "UNSEEN 1)", 21),
    ("* ESEARCH UID ALL 1", ",3", "", 21),
    ("* OK [COPYUID 1 1", ",3", " 1] x", 21),
    ("* 1 FETCH (", "UID 123456 ", "UID 1)", 42),
    ("* 1 FETCH (", "X 1 ", "UID 1)", 84),
    ("* 1 FETCH (", "BODY[1] {1}\r\nx ", "UID 1)", 42),
    ("* 1 FETCH (", "BODY[1] \"\\\\\" ", "UID 1)", 21),
    ("* 1 FETCH (BODY[HEADER.FIELDS (", "a ", "a)] NIL)", 42),
    (
        "* 1 FETCH (",
        "ENVELOPE (\"Mon, 7 Feb 1994 21:52:25 -0800\" \"about\" ((\"Alice\" NIL \"alice\" \
         \"example.org\")) NIL NIL ((NIL NIL \"bob\" \"example.com\")(NIL NIL \"carol\" \
         \"example.com\")) NIL NIL NIL \"<abc@example.org>\") ",
        "UID 1)",
        11,
    ),
    ("* 1 FETCH (ENVELOPE (NIL NIL (", "(NIL NIL NIL NIL)", ") NIL NIL NIL NIL NIL NIL NIL))", 21),
    ("* 1 FETCH (ENVELOPE (NIL \"", "\\\\", "\" NIL NIL NIL NIL NIL NIL NIL NIL))", 3),
    (
        "* 1 FETCH (BODYSTRUCTURE (",
        "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"7BIT\" 1152 23)",
        " \"MIXED\"))",
        11,
    ),
    ("* 1 FETCH (BODYSTRUCTURE (", "(\"A\" \"B\" NIL NIL NIL \"C\" 1)", " \"D\"))", 21),
    ("* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" (", "\"c\" \"\" ", "\"c\" \"\") NIL NIL \"D\" 1))", 21),
];

/// As clients send them, and as one would that means harm.
const COMMANDS: &[Kind] = &[
    ("a FETCH 1", ",3", " FLAGS", 21),
    ("a FETCH 1 (", "UID ", "UID)", 84),
    ("a FETCH 1 (", "BODY[1] ", "UID)", 84),
    ("a FETCH 1 BODY[HEADER.FIELDS (", "a ", "a)]", 42),
    ("a SEARCH", " 1", "", 84),
    ("a SEARCH", " ALL", "", 42),
    ("a SEARCH", " OR 1 1", "", 42),
    ("a SEARCH", " (1)", "", 84),
    ("a STORE 1 FLAGS (", "a ", "a)", 42),
    ("a LIST (SUBSCRIBED) \"\" (", "x ", "x)", 42),
    ("a ID (", "\"a\" NIL ", "\"b\" NIL)", 21),
    ("a LOGIN x \"", "\\\"", "\"", 3),
    ("a SEARCH", " TEXT {1+}\r\nx", "", 21),
    ("a ENABLE", " X", "", 42),
];

/// Those of `kinds` that take more of the arena than they may.
fn beyond(kinds: &[Kind], parse: fn(&[u8], &Arena) -> bool) -> String {
    let mut beyond = String::new();
    for (start, again, end, most) in kinds {
        let wire = [start, &*again.repeat(OCTETS / again.len()), end].concat();
        let arena = Arena::new();
        if !parse(wire.as_bytes(), &arena) {
            let _ = writeln!(beyond, "{start}{again}…{end} is not parsed");
        }
        let octets = arena.capacity().div_ceil(wire.len());
        if octets > *most {
            let _ = writeln!(beyond, "{start}{again}…{end} takes {octets} an octet, not {most}");
        }
    }
    beyond
}

#[test]
fn responses() {
    let beyond = beyond(RESPONSES, |wire, arena| {
        !matches!(Response::parse(wire, arena).unwrap(), Response::Data(Data::Unparsed { .. }))
    });
    assert!(beyond.is_empty(), "{beyond}");
}

#[test]
fn commands() {
    let beyond = beyond(COMMANDS, |wire, arena| Command::parse(wire, arena).is_ok());
    assert!(beyond.is_empty(), "{beyond}");
}
