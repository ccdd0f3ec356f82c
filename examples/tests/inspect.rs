//! The inspector as a program: what it prints of what it reads.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    fs,
    io::Write,
    process::{Command, Output, Stdio},
};

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_inspect"));
    let piped = inspect.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.args(arguments).spawn().unwrap();
    // It may have gone for its options before it reads.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// The lines it prints.
fn json(arguments: &[&str], input: &[u8]) -> Vec<String> {
    let Output { status, stdout, stderr } = run(&[arguments, &["--json"]].concat(), input);
    assert_eq!((status.code(), stderr), (Some(0), Vec::new()));
    assert!(stdout.is_ascii());
    String::from_utf8(stdout).unwrap().lines().map(str::to_owned).collect()
}

/// `Kind` of an item that was read, `error at` of one that was not.
fn summary(arguments: &[&str], input: &[u8]) -> Vec<String> {
    let field = |line: &str, name: &str| {
        let value = line.split_once(&format!("\"{name}\":"))?.1;
        Some(value.split([',', '}']).next()?.trim_matches('"').to_owned())
    };
    let summary = |line: String| match field(&line, "kind") {
        Some(kind) => kind,
        None => format!("at {}", field(&line, "at").unwrap()),
    };
    json(arguments, input).into_iter().map(summary).collect()
}

#[test]
fn json_has_these_fields_and_no_others() {
    let input = b"VRFY \xc3\xa9\r\nRCPT TO: <x>\r\nVRFY \"\\\x7f\r\n";
    assert_eq!(
        json(&["smtp-command"], input),
        [
            concat!(
                r#"{"offset":0,"length":9,"ok":true,"kind":"Vrfy","value":"#,
                r#""Vrfy(Query { string: \"\u00e9\", smtputf8: false })","#,
                r#""encoded":"VRFY \u00c3\u00a9\u000d\u000a"}"#
            ),
            r#"{"offset":9,"ok":false,"error":"wrong argument: expected \"<\" at octet 8","at":17}"#,
            concat!(
                r#"{"offset":23,"ok":false,"error":"wrong argument: expected an argument "#,
                r#"without control characters at octet 7","at":30}"#
            ),
        ]
    );
}

#[test]
fn without_json_it_is_a_tree() {
    let Output { stdout, .. } = run(&["smtp-command"], b"EHLO a\r\nFOO\r\n");
    let expected = "octet 0, 8 octets: Ehlo\n    Ehlo(\n        Hostname(\n            \"a\",\n        ),\n    )\n    \
        = EHLO a\\r\\n\noctet 8, 5 octets: at octet 8: the verb is not known\n";
    assert_eq!(String::from_utf8(stdout).unwrap(), expected);
}

#[test]
fn it_goes_on_behind_what_it_cannot_read() {
    let input = b"noop\nEHLO\r\nMA\rIL\r\nAUTH PLAIN AGFs\r\nQUIT\r\nNOOP";
    let kinds = ["Noop", "at 9", "at 13", "Auth", "Quit", "at 45"];
    assert_eq!(summary(&["smtp-command"], input), kinds);

    let input =
        b"220 a\r\n250-a\r\n250 b\r\nhello\r\n250-a\r\n550 b\r\n250-a\r\nfoo\r\n221-\r\n221\r\n421";
    let kinds = ["Reply", "Reply", "at 21", "at 35", "at 49", "Reply", "at 68"];
    assert_eq!(summary(&["smtp-reply"], input), kinds);

    let input = b"USER a\r\nRETR 0\r\nXTND a\r\nSTLS x\r\nUIDL 1\r\n";
    let kinds = ["User", "at 13", "Unknown", "at 28", "Uidl"];
    assert_eq!(summary(&["pop3-command"], input), kinds);
}

#[test]
fn pop3_responses_depend_on_what_they_answer() {
    let after = |command, input: &str| {
        summary(&["pop3-response", "--after", command], input.replace('\n', "\r\n").as_bytes())
    };
    assert_eq!(
        summary(&["pop3-response"], b"+OK\r\n-ERR [AUTH] no\r\n1 2\r\n"),
        ["Ok", "Err", "at 21"]
    );
    let message = "+OK\nSubject: x\n\n..dot\n.\n-ERR no\n+OK\n.\n+OK\nno end\n";
    assert_eq!(after("RETR 1", message), ["Ok", "Err", "Ok", "at 59"]);
    assert_eq!(after("UIDL", "+OK\n1 a\n2 \n.\n+OK\n.\n"), ["Ok", "Ok"]);
    assert_eq!(after("LIST", "+OK\n1 120\nx\n2 y\n.\n-ERR\n"), ["Ok", "Err"]);
    assert_eq!(after("LIST 1", "+OK 1 120\n+OK 1\n"), ["Ok", "at 16"]);
    assert_eq!(after("STAT", "+OK 2 320 and more\n+OK 2 x\n-ERR\n"), ["Ok", "at 26", "Err"]);
    assert_eq!(after("AUTH PLAIN", "+ \n+ !\n+OK\n"), ["Challenge", "at 6", "Ok"]);
    assert_eq!(after("CAPA", "+OK\nTOP\nEXPIRE 0\nX-A b\n.\n"), ["Ok"]);
    assert_eq!(after("LANG", "+OK\nen English\n.\n"), ["Ok"]);
    assert_eq!(after("NOOP", "+OK\n"), ["Ok"]);
}

#[test]
fn imap_commands_have_their_literals() {
    let input = b"a1 LOGIN {5}\r\nalice {6+}\r\nsecret\r\na2 FOO\r\na3 APPEND x {3}\r\nabc\r\n\
        a4 APPEND x {3}\r\nabcx\r\na5 SELECT {99}\r\na6 NOOP\r\na7 SELECT {99+}\r\na8 NOOP\r\n";
    let kinds = ["Login", "at 37", "Append", "at 84", "at 101", "Noop", "at 127"];
    assert_eq!(summary(&["imap-command"], input), kinds);
}

#[test]
fn imap_responses_are_named_after_what_they_tell() {
    let input = b"* OK odd {5}\r\n* 172 EXISTS\r\n* 1 FETCH (UID 7 BODY[] {4}\r\n)\r\n!)\r\n\
        * XPIG-LATIN ay\r\n+ go\r\na1 NO [TRYCREATE] no\r\nx\r\na2 OK\r\n* 1 FETCH (BODY[] {9}\r\n";
    let kinds = ["Notice", "Exists", "Fetch", "Unparsed", "Continue", "Tagged", "at 110", "Tagged"];
    let unfinished = format!("at {}", input.len());
    let kinds: Vec<&str> = kinds.into_iter().chain([unfinished.as_str()]).collect();
    assert_eq!(summary(&["imap-response"], input), kinds);
}

/// RFC 1939 §5: a line of a listing that cannot be read costs the others nothing.
#[test]
fn a_bad_line_of_a_listing_costs_that_line() {
    let input = b"+OK\r\n1 120\r\nmany x\r\n 2  50\r\n.\r\n";
    let [item] = &json(&["pop3-response", "--after", "LIST"], input)[..] else { panic!("one") };
    for told in ["octets: 120", "Unparsed { line: \\\"many x\\\"", "octets: 50"] {
        assert!(item.contains(told), "{told}: {item}");
    }
    let encoded = item.split_once(r#""encoded":""#).unwrap().1.strip_suffix("\"}").unwrap();
    assert_eq!(unescape(encoded), b"+OK\r\n1 120\r\nmany x\r\n2 50\r\n.\r\n");
}

/// What is read and written again comes out as it was.
#[test]
fn what_is_canonical_stays_as_it_is() {
    for (arguments, input) in [
        (&["smtp-command"][..], &b"EHLO [127.0.0.1]\r\nMAIL FROM:<> SIZE=1 BODY=8BITMIME X=y\r\nDATA\r\n"[..]),
        (&["smtp-reply"], b"250-mx\r\n250 \xff\r\n550 5.1.1 no\r\n"),
        (&["pop3-command"], b"AUTH PLAIN =\r\nTOP 1 0\r\nPASS  x \r\n"),
        (&["pop3-response", "--after", "TOP 1 2"], b"+OK x\r\n\xe9\r\n..\r\n...\r\n\r\n.\r\n"),
        (&["pop3-response", "--after", "CAPA"], b"+OK\r\nSASL PLAIN LOGIN\r\nEXPIRE NEVER\r\n..X\r\n.\r\n"),
        (&["pop3-response", "--after", "UIDL"], b"+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n.\r\n"),
        (&["imap-command"], b"a LOGIN a \"b c\"\r\nb APPEND x (\\Seen) {5}\r\n\0\xff\r\n.\r\nc UID FETCH 1:* (FLAGS UID)\r\n"),
        (&["imap-response"], b"* FLAGS (\\Seen x)\r\n* 2 FETCH (UID 7 FLAGS ())\r\n* LIST () \"/\" INBOX\r\na OK [UIDNEXT 4] ok\r\n"),
    ] {
        let mut again = Vec::new();
        for line in json(arguments, input) {
            let encoded = line.split_once(r#""encoded":""#).unwrap().1.strip_suffix("\"}").unwrap();
            again.extend(unescape(encoded));
        }
        assert_eq!(again.escape_ascii().to_string(), input.escape_ascii().to_string());
    }
}

/// The octets of `encoded`.
fn unescape(encoded: &str) -> Vec<u8> {
    let (mut octets, mut rest) = (Vec::new(), encoded);
    while let Some(letter) = rest.chars().next() {
        let (octet, length) = match (letter, rest.get(1..2)) {
            ('\\', Some("u")) => (u8::from_str_radix(&rest[2..6], 16).unwrap(), 6),
            ('\\', Some(escaped)) => (escaped.as_bytes()[0], 2),
            _ => (u8::try_from(letter).unwrap(), 1),
        };
        octets.push(octet);
        rest = &rest[length..];
    }
    octets
}

#[test]
fn files_and_options() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("commands");
    fs::write(&file, "NOOP\r\n").unwrap();
    assert_eq!(summary(&["smtp-command", file.to_str().unwrap()], b"QUIT\r\n"), ["Noop"]);
    assert!(summary(&["smtp-command"], b"").is_empty());

    let missing = directory.path().join("missing");
    for (arguments, status, said) in [
        (&["smtp-command", missing.to_str().unwrap()][..], 1, "missing: "),
        (&["smtp"], 2, "smtp-command, smtp-reply"),
        (&[], 2, "KIND"),
        (&["smtp-reply", "--after", "RETR 1"], 2, "--after is for pop3-response"),
        (&["pop3-response", "--after", "RETR"], 2, "expected a space at octet 4"),
    ] {
        let output = run(arguments, b"");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}
