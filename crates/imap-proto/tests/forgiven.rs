//! What servers are forgiven: each element of a list for itself. What is bad is raw in its
//! place, or lost alone, and what stands beside it is what it is.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use bytes::BytesMut;
use imap_proto::{Arena, Data, Framed, Response, ResponseFramer, Style};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// `response` as it is sent, without the last CRLF; checks that it is one response to a framer
/// too, whatever is in it.
#[track_caller]
fn written(response: &Response<'_>) -> Vec<u8> {
    let mut out = BytesMut::new();
    response.encode(Style::PLAIN, &mut out);
    let mut input = &out[..];
    let Framed::Whole { octets, .. } = ResponseFramer::new(usize::MAX).next(&mut input) else {
        panic!("no response: {:?}", out.escape_ascii().to_string())
    };
    assert!(input.is_empty(), "two responses: {:?}", out.escape_ascii().to_string());
    octets.to_vec()
}

/// What `wire` tells, as text; checks that it is the same when it is written and read again.
#[track_caller]
fn told(wire: &str) -> String {
    let arena = Arena::new();
    let response = Response::parse(wire.as_bytes(), &arena).unwrap();
    let again = written(&response);
    assert_eq!(Response::parse(&again, &arena), Ok(response), "{wire}");
    match response {
        Response::Data(Data::Fetch(fetch)) => format!("{:?}", fetch.data),
        Response::Data(data) => format!("{data:?}"),
        other => format!("{other:?}"),
    }
}

/// Checks that `wire` tells what `clean` does, which is of the grammar.
#[track_caller]
fn same(wire: &str, clean: &str) {
    assert_eq!(told(wire), told(clean), "{wire}");
}

/// Checks that `wire` tells all of `parts`.
#[track_caller]
fn tells(wire: &str, parts: &[&str]) {
    let told = told(wire);
    for part in parts {
        assert!(told.contains(part), "{wire} tells {told}, and not {part}");
    }
}

/// RFC 9051 §7.1: what begins as a code and is none is text, and told the same once it is written.
#[test]
fn a_quote_right_after_the_name_of_a_code() {
    tells("* OK [CAPABILITY\"\0 IMAP4rev1] ready", &["code: None"]);
}

/// RFC 9051 §7.1: a bad word in a code ends where the code does, with a space before that or
/// without.
#[test]
fn a_bad_word_at_the_end_of_a_code() {
    let clean = "* OK [CAPABILITY IDLE {x] ready";
    tells(clean, &["Capability([Idle, Unparsed(\"{x\")])", "text: \"ready\""]);
    same("* OK [CAPABILITY IDLE {x ] ready", clean);
}

/// RFC 9051 §9, rule 2: one space, and servers send none, or several.
#[test]
fn spaces_that_are_missing_or_doubled() {
    for (wire, clean) in [
        ("*  93 EXISTS", "* 93 EXISTS"),
        ("*   OK  [UIDNEXT 12] well", "* OK [UIDNEXT 12] well"),
        ("* OK  [ALERT] look", "* OK [ALERT] look"),
        ("q7  OK  [READ-ONLY] fine", "q7 OK [READ-ONLY] fine"),
        ("* 8 FETCH(UID 5)", "* 8 FETCH (UID 5)"),
        ("* 8 FETCH (FLAGS(\\Draft)UID 5)", "* 8 FETCH (FLAGS (\\Draft) UID 5)"),
        (
            "* 8 FETCH (FLAGS (\\Draft)BODY[TEXT]{2}\r\nhiUID 5)",
            "* 8 FETCH (FLAGS (\\Draft) BODY[TEXT] {2}\r\nhi UID 5)",
        ),
        (
            "* 8 FETCH (BODY[HEADER.FIELDS(TO  CC )] {1}\r\nx)",
            "* 8 FETCH (BODY[HEADER.FIELDS (TO CC)] {1}\r\nx)",
        ),
        (
            "* 8 FETCH (BODY[HEADER.FIELDS (X{2}\r\nTOCC)] {1}\r\nx)",
            "* 8 FETCH (BODY[HEADER.FIELDS (X TO CC)] {1}\r\nx)",
        ),
        (
            "* 8 FETCH (ENVELOPE (\"d\"  \"s\"((\"n\" NIL \"m\"  \"h\"))NIL NIL NIL NIL NIL NIL \"i\" ))",
            "* 8 FETCH (ENVELOPE (\"d\" \"s\" ((\"n\" NIL \"m\" \"h\")) NIL NIL NIL NIL NIL NIL \"i\"))",
        ),
        ("* STATUS Lists(UNSEEN  3)", "* STATUS Lists (UNSEEN 3)"),
        ("* SEARCH  3   4 ", "* SEARCH 3 4"),
        ("* ESEARCH  (TAG \"a\")UID  COUNT  2", "* ESEARCH (TAG \"a\") UID COUNT 2"),
        ("* LIST(\\Marked)\"/\"{3}\r\nabc", "* LIST (\\Marked) \"/\" {3}\r\nabc"),
        ("* NAMESPACE((\"\" \"/\"))NIL NIL", "* NAMESPACE ((\"\" \"/\")) NIL NIL"),
    ] {
        same(wire, clean);
    }
}

/// RFC 9051 §7.5.2: items of FETCH.
#[test]
fn a_bad_item_of_fetch_takes_no_others_name_or_value() {
    for (bad, raw) in [
        ("(BODY (\"a\"))", "Unparsed { raw: \"(BODY (\\\"a\\\"))\""),
        ("\"stray\"", "Unparsed { raw: \"\\\"stray\\\"\""),
        ("{2}\r\n x", "Unparsed { raw: \"{2}\\r\\n x\""),
        ("X-BAR", "Unparsed { raw: \"X-BAR\""),
        ("X-BAR 7", "Unparsed { raw: \"X-BAR 7\""),
        ("X-BAR(7)", "Unparsed { raw: \"X-BAR(7)\""),
        ("INTERNALDATE", "Unparsed { raw: \"INTERNALDATE\""),
        ("RFC822.SIZE many", "Unparsed { raw: \"RFC822.SIZE many\""),
        ("BODY[3]", "Unparsed { raw: \"BODY[3]\""),
        ("FLAGS (\\Draft [a b])", "[Draft, Keyword(\"[a\"), Unparsed(\"b]\")]"),
        ("FLAGS (\\Draft b\"ar)", "[Draft, Unparsed(\"b\\\"ar\")]"),
        ("FLAGS (\\Draft \"\\\\Seen\" \x07)", "[Draft, Unparsed("),
        ("FLAGS (\\Draft \\*)", "[Draft, Unparsed(\"\\\\*\")]"),
        ("RFC822[] {2}\r\nhi", "Rfc822(Some([104, 105]))"),
        ("BODY[4]<0.512> \"hi\"", "origin: Some(0), octets: Some([104, 105])"),
        ("INTERNALDATE \"3-Mar-2021 04:05:06 +0100\"", "InternalDate("),
        ("INTERNALDATE \"03-Mar-2021 04:05:06 +0100 CET\"", "InternalDate("),
    ] {
        tells(
            &format!("* 2 FETCH (UID 77 {bad} RFC822.SIZE 99)"),
            &["[Uid(77), ", raw, ", Rfc822Size(99)]"],
        );
        tells(&format!("* 2 FETCH ({bad} UID 77)"), &[raw, ", Uid(77)]"]);
        tells(&format!("* 2 FETCH (UID 77 {bad} )"), &["[Uid(77), ", raw]);
    }
    for open in
        ["((((", "X (", "X ((a) b", "FLAGS (\\Seen (x)", "BODY ((\"a\" \"b\"", "[", "X[a(b) c"]
    {
        tells(&format!("* 2 FETCH (UID 77 {open}"), &["[Uid(77), Unparsed {"]);
        tells(&format!("* 2 FETCH (UID 77 {open})"), &["[Uid(77), "]);
    }
}

/// RFC 9051 §7.5.2: an envelope tells what is clear of it, and keeps all of it raw.
#[test]
fn a_bad_field_of_an_envelope_costs_that_field() {
    let one = "((\"n\" NIL \"m\" \"h\"))";
    for (bad, parts) in [
        (
            format!("(\"d\" \"s\" (NIL) (7) NIL {one} NIL () NIL \"<i>\")"),
            &[
                "date: Some(\"d\"), subject: Some(\"s\"), from: [], sender: []",
                "to: [Address",
                "message_id: Some(\"<i>\")",
            ][..],
        ),
        (
            format!(
                "(\"d\" (\"s\") {one} ((\"b \\\" NIL \"c\" \"e\")) NIL NIL NIL NIL NIL \"<i>\")"
            ),
            &["subject: None, from: [Address", "sender: []", "message_id: Some(\"<i>\")"],
        ),
        (
            format!("(\"d\" \"s\" {one} NIL NIL NIL NIL NIL NIL)"),
            &["subject: Some(\"s\"), from: [Address", "message_id: None"],
        ),
        // Nine values: one is missing, where the next is of another kind.
        (
            format!("(\"d\" \"s\" {one} NIL NIL NIL NIL \"<r>\" \"<i>\")"),
            &["from: [Address", "in_reply_to: Some(\"<r>\")", "message_id: Some(\"<i>\")"],
        ),
        (
            format!("(\"d\" {one} {one} NIL NIL NIL NIL NIL \"<i>\")"),
            &["subject: None, from: [Address", "in_reply_to: None", "message_id: Some(\"<i>\")"],
        ),
        (
            format!("(\"d\" \"s\" {one} {one} {one} {one} NIL NIL \"<i>\")"),
            &["bcc: []", "in_reply_to: Some(\"<i>\")", "message_id: None"],
        ),
        (
            format!("(\"d\" \"5\" disk\" {one} NIL NIL NIL NIL NIL NIL \"<i>\")"),
            &["from: [Address", "message_id: Some(\"<i>\")"],
        ),
        (
            format!("(\"d\" \"s\" {one} NIL NIL NIL NIL NIL NIL \"<i>\" \"more\")"),
            &["from: [Address", "message_id: Some(\"<i>\")"],
        ),
    ] {
        let wire = format!("* 2 FETCH (ENVELOPE {bad} UID 77)");
        tells(&wire, parts);
        tells(&wire, &[", Uid(77)]", "unparsed: Some(\"(\\\"d\\\" "]);
        assert_eq!(
            written(&Response::parse(wire.as_bytes(), &Arena::new()).unwrap()),
            wire.as_bytes()
        );
    }
}

/// RFC 9051 §7.5.2: parts of a message, and their fields.
#[test]
fn a_bad_field_of_a_part_costs_that_field() {
    let good = "(\"TEXT\" \"HTML\" NIL NIL NIL \"8BIT\" 21 1)";
    for (bad, parts) in [
        (
            "(\"TEXT\" (\"CHARSET\" \"q\") NIL NIL \"base64\" 30 5)",
            "content: Text { lines: Some(5) }, subtype: None, parameters: [Parameter",
        ),
        ("(\"IMAGE\" NIL NIL NIL \"base64\" 30)", "media: \"IMAGE\" }, subtype: None"),
        ("(\"IMAGE\" NIL NIL NIL NIL \"base64\" 30)", "media: \"IMAGE\" }, subtype: None"),
        (
            "(\"IMAGE\" \"PNG\" NIL NIL NIL \"base64\" -1)",
            "encoding: Some(\"base64\"), octets: None",
        ),
        (
            "(\"TEXT\" \"CSV\" NIL NIL NIL \"7BIT\" 1.5e+06 2)",
            "Text { lines: Some(2) }, subtype: Some(\"CSV\")",
        ),
        (
            "(\"TEXT\" \"CSV\" NIL NIL NIL \"7BIT\" 8 -1)",
            "Text { lines: None }, subtype: Some(\"CSV\")",
        ),
        (
            "(\"IMAGE\" \"PNG\" NIL NIL NIL \"base64\" 30 (1) (\"inline\" NIL))",
            "md5: None, tail: ExtensionTail { disposition: Some(Disposition { kind: \"inline\"",
        ),
        (
            "(\"IMAGE\" \"PNG\" NIL NIL NIL \"base64\" 30 NIL \"inline\" \"de\")",
            "kind: \"inline\", parameters: [] }), languages: [\"de\"]",
        ),
        (
            "(\"IMAGE\" \"PNG\" NIL NIL NIL \"base64\" 30 NIL (NIL NIL) (\"de\" NIL) () 9)",
            "disposition: None, languages: [\"de\"], location: None, more: Some(\"9\")",
        ),
        (
            "(\"multipart\" \"signed\" (\"boundary\" \"q\") NIL NIL \"7BIT\" -1 NIL NIL NIL NIL)",
            "subtype: Some(\"signed\"), parameters: [Parameter",
        ),
        (
            "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) NIL 2)",
            "subject: Some(\"s\")",
        ),
        (
            "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) () x)",
            "body: None, lines: None",
        ),
        (
            "((\"A\" \"B\" NIL NIL NIL NIL 1) NIL)",
            "octets: Some(1), extension: None, unparsed: None })], subtype: None",
        ),
        (
            "((\"A\" \"B\" NIL NIL NIL NIL 1) \"mixed\" (\"boundary\" \"q\") \"text\" NIL)",
            "subtype: Some(\"mixed\")",
        ),
        ("(NIL)", "Unparsed(\"(NIL)\")"),
    ] {
        let wire = format!("* 2 FETCH (BODYSTRUCTURE ({good}{bad} {good} \"MIXED\") UID 77)");
        let good = "Text { lines: Some(1) }, subtype: Some(\"HTML\")";
        assert_eq!(told(&wire).matches(good).count(), 2, "{bad}: {}", told(&wire));
        tells(&wire, &[parts, "subtype: Some(\"MIXED\")", ", Uid(77)]"]);
    }
}

/// RFC 9051 §7.2, §7.3 and §7.1: the other lists.
#[test]
fn a_bad_element_of_a_list_costs_that_element() {
    for (wire, parts) in [
        ("* FLAGS (\\Draft \\* ok)", &["[Draft, Unparsed(\"\\\\*\"), Keyword(\"ok\")]"][..]),
        (
            "* CAPABILITY IMAP4rev2 \"QUOTA=9\" IDLE",
            &["[Imap4Rev2, Unparsed(\"\\\"QUOTA=9\\\"\"), Idle]"],
        ),
        (
            "b OK [CAPABILITY IMAP4rev2 \"QUOTA=9\" IDLE] in",
            &["Imap4Rev2, Unparsed(", "Idle]", "text: \"in\""],
        ),
        (
            "* OK [PERMANENTFLAGS (\\Draft [a] \\*)] some",
            &["Flag(Draft), Flag(Unparsed(\"[a]\")), NewKeywords", "text: \"some\""],
        ),
        (
            "b NO [BADCHARSET (UTF-8 \"[q r]\" 7) ] no",
            &["BadCharset([\"UTF-8\", \"[q r]\", \"7\"])", "text: \"no\""],
        ),
        (
            "* LIST (\\Marked \\ x) \".\" \"Fig\"",
            &["[Marked, Unparsed(\"\\\\\"), Unparsed(\"x\")]", "mailbox: \"Fig\""],
        ),
        ("* LIST () NIL Fig ((a) \"OLDNAME\" (Plum))", &["Unparsed(\"(a)\"), OldName(\"Plum\")"]),
        ("* SEARCH 0 12", &["numbers: [12], modseq: None, unparsed: Some(\" 0 12\")"]),
        ("* SEARCH 7 12 (MODSEQ 3000)", &["numbers: [7, 12], modseq: Some(3000), unparsed: None"]),
        (
            "* ID (site https://q.example name Q os \"Plan 9\")",
            &["name: \"name\", value: Some(\"Q\")", "\"Plan 9\""],
        ),
        (
            "* ID (\"name\" \"Q\" (x) \"os\" NIL)",
            &["name: \"name\", value: Some(\"Q\")", "name: \"os\""],
        ),
        ("* STATUS Fig (MESSAGES 4 UIDNEXT )", &["Messages(4), Other(\"UIDNEXT\", \"\")"]),
        (
            "* STATUS Fig (MESSAGES UIDNEXT 9 (x) UNSEEN -1)",
            &[
                "Other(\"MESSAGES\", \"\"), UidNext(9), Unparsed(\"(x)\"), Other(\"UNSEEN\", \"-1\")",
            ],
        ),
        ("* ESEARCH (TAG \"b\") (x) COUNT 4", &["Unparsed(\"(x)\"), Count(4)"]),
        // The value ends where the string begins, so that it is the same with a space between.
        (
            "* ESEARCH X a]\"q\" COUNT 4",
            &["Other(\"X\", \"a]\"), Unparsed(\"\\\"q\\\"\"), Count(4)"],
        ),
    ] {
        tells(wire, parts);
    }
}

/// Responses as they come from servers, in pieces that mean something.
const REAL: [&str; 16] = [
    "* 12 FETCH (FLAGS (\\Seen $Junk) UID 9 RFC822.SIZE 4286 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")",
    "* 1 FETCH (UID 3 BODY[HEADER.FIELDS (DATE FROM)] {5}\r\na) b\n BODY[]<0> \"x\")",
    "* 1 FETCH (ENVELOPE (\"d\" {3}\r\ns\"( ((\"n\" NIL \"m\" \"h\")(NIL NIL \"g\" NIL)) NIL NIL () NIL NIL NIL \"<i>\") UID 3)",
    "* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"x\") NIL NIL \"7BIT\" 3 1 NIL (\"inline\" (\"a\" \"b\")) (\"en\" \"de\") NIL)(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"A\" \"B\" NIL NIL NIL NIL 1) 2) \"MIXED\" (\"boundary\" \"q\") NIL NIL NIL))",
    "* 1 FETCH (X-GM-LABELS (\\Inbox \"a b\") MODSEQ (12) BINARY[1] ~{2}\r\n\0) BINARY.SIZE[1.2] 7)",
    "* LIST (\\HasNoChildren \\Marked) \"/\" \"a b\" (\"OLDNAME\" (c) CHILDINFO (\"SUBSCRIBED\"))",
    "* STATUS {3}\r\na b (MESSAGES 2 UIDVALIDITY 7 HIGHESTMODSEQ 9)",
    "* SEARCH 2 3 (MODSEQ 4)",
    "* ESEARCH (TAG \"a\") UID ALL 2:4,6 COUNT 4 X (y)",
    "* NAMESPACE ((\"\" \"/\")(\"#m/\" NIL \"X\" (\"y\"))) NIL NIL",
    "* ID (\"name\" \"Q\" \"version\" NIL)",
    "* OK [BADCHARSET (UTF-8 \"x\")] [text] \"{3}",
    "* CAPABILITY IMAP4rev1 AUTH=PLAIN LITERAL+ X]",
    "a OK [COPYUID 3 1:2 4,5] done",
    "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN ] ready",
    "* OK [PERMANENTFLAGS (\\Seen a \\*)] kept",
];

#[derive(Clone, Debug)]
enum Change {
    Insert(&'static str),
    Remove(usize),
    Repeat(usize),
    Cut,
}

fn changes() -> impl Strategy<Value = Vec<(Index, Change)>> {
    let signs = [
        " ", "(", ")", "\"", "\\", "[", "]", "{", "}", "{2}\r\n", "{0}\r\n", "NIL", "\r", "\n",
        "\r\n", "~", "7", "-", "x", "é", "<", ">", "*", "\0", "UID", "FLAGS ", "\"q\" ", "()",
        "(NIL)",
    ];
    let change = prop_oneof![
        select(signs.to_vec()).prop_map(Change::Insert),
        (1..4_usize).prop_map(Change::Remove),
        (1..12_usize).prop_map(Change::Repeat),
        Just(Change::Cut),
    ];
    prop::collection::vec((any::<Index>(), change), 0..5)
}

fn change(wire: &mut Vec<u8>, at: Index, change: &Change) {
    let at = at.index(wire.len() + 1);
    let end = |length: &usize| (at + *length).min(wire.len());
    match change {
        Change::Insert(sign) => drop(wire.splice(at..at, sign.bytes())),
        Change::Remove(length) => drop(wire.drain(at..end(length))),
        Change::Repeat(length) => {
            let piece = wire[at..end(length)].to_vec();
            drop(wire.splice(at..at, piece));
        }
        Change::Cut if at > 4 => wire.truncate(at),
        Change::Cut => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Whatever is read, framed before or not, is written as one response, and is then read as
    /// what it was.
    #[test]
    fn whatever_is_read_comes_back(real in select(REAL.to_vec()), changes in changes()) {
        let mut wire = real.as_bytes().to_vec();
        changes.into_iter().for_each(|(at, how)| change(&mut wire, at, &how));
        let arena = Arena::new();
        let mut units = vec![&wire[..]];
        let sent = [&wire[..], b"\r\n* 2 EXISTS\r\n"].concat();
        let mut input = &sent[..];
        let mut framer = ResponseFramer::new(usize::MAX);
        while let Framed::Whole { octets, .. } = framer.next(&mut input) {
            units.push(octets);
        }
        for unit in units {
            if let Ok(response) = Response::parse(unit, &arena) {
                let again = written(&response);
                prop_assert_eq!(Response::parse(&again, &arena), Ok(response), "{:?}", unit.escape_ascii().to_string());
            }
        }
    }
}
