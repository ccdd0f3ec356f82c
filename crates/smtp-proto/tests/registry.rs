//! What IANA registers of SMTP ("MAIL Parameters"), and what this crate makes of it: keywords of the
//! answer to EHLO, and parameters of MAIL and RCPT.

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

use smtp_proto::{BytesMut, Command, Extension, Mail};

/// What becomes of a registered name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It has a type.
    Typed,
    /// It is kept as it came, since nobody sends it any more.
    Obsolete,
}

use Standing::{Obsolete, Typed};

/// Lines of the answer to EHLO, by the RFC that registers their keyword.
const EXTENSIONS: [(&str, &str, Standing); 35] = [
    ("SEND", "RFC 821", Obsolete),
    ("SOML", "RFC 821", Obsolete),
    ("SAML", "RFC 821", Obsolete),
    ("VRFY", "RFC 5321", Typed),
    ("EXPN", "RFC 5321", Typed),
    ("HELP", "RFC 5321", Typed),
    ("TURN", "RFC 821", Obsolete),
    ("8BITMIME", "RFC 6152", Typed),
    ("SIZE 1000", "RFC 1870", Typed),
    // Of Sendmail, without an RFC.
    ("VERB", "Eric Allman", Obsolete),
    ("ONEX", "Eric Allman", Obsolete),
    ("CHUNKING", "RFC 3030", Typed),
    ("BINARYMIME", "RFC 3030", Typed),
    ("CHECKPOINT", "RFC 1845", Obsolete),
    ("DELIVERBY 240", "RFC 2852", Typed),
    ("PIPELINING", "RFC 2920", Typed),
    ("DSN", "RFC 3461", Typed),
    ("ETRN", "RFC 1985", Typed),
    ("ENHANCEDSTATUSCODES", "RFC 2034", Typed),
    ("STARTTLS", "RFC 3207", Typed),
    ("NO-SOLICITING net.example:ADV", "RFC 3865", Typed),
    ("MTRK", "RFC 3885", Typed),
    // Of Sender ID, which was an experiment.
    ("SUBMITTER", "RFC 4405", Obsolete),
    ("ATRN", "RFC 2645", Typed),
    ("AUTH PLAIN", "RFC 4954", Typed),
    ("FUTURERELEASE 86400 2026-12-01T00:00:00Z", "RFC 4865", Typed),
    ("BURL imap", "RFC 4468", Typed),
    ("CONPERM", "RFC 4141", Typed),
    ("CONNEG", "RFC 4141", Typed),
    // SMTPUTF8 stands in its place.
    ("UTF8SMTP", "RFC 5336", Obsolete),
    ("SMTPUTF8", "RFC 6531", Typed),
    ("MT-PRIORITY MIXER", "RFC 6710", Typed),
    ("RRVS", "RFC 7293", Typed),
    ("REQUIRETLS", "RFC 8689", Typed),
    ("LIMITS RCPTMAX=100", "RFC 9422", Typed),
];

/// Parameters of MAIL and RCPT, each with a value where it has one.
const PARAMETERS: [(&str, &str, &str, Standing); 23] = [
    ("MAIL", "SIZE=1000", "RFC 1870", Typed),
    ("MAIL", "BODY=8BITMIME", "RFC 6152, RFC 3030", Typed),
    ("MAIL", "TRANSID=<12345@claremont.edu>", "RFC 1845", Obsolete),
    ("MAIL", "BY=120;R", "RFC 2852", Typed),
    ("RCPT", "NOTIFY=SUCCESS", "RFC 3461", Typed),
    ("RCPT", "ORCPT=rfc822;a@b", "RFC 3461, RFC 6533", Typed),
    ("MAIL", "RET=HDRS", "RFC 3461", Typed),
    ("MAIL", "ENVID=QQ314159", "RFC 3461", Typed),
    ("MAIL", "SOLICIT=net.example:ADV", "RFC 3865", Typed),
    ("MAIL", "MTRK=mQzb", "RFC 3885", Typed),
    ("MAIL", "SUBMITTER=a@b", "RFC 4405", Obsolete),
    ("MAIL", "AUTH=<>", "RFC 4954", Typed),
    ("MAIL", "HOLDFOR=60", "RFC 4865", Typed),
    ("MAIL", "HOLDUNTIL=2026-12-01T00:00:00Z", "RFC 4865", Typed),
    ("MAIL", "CONPERM", "RFC 4141", Typed),
    ("RCPT", "CONNEG", "RFC 4141", Typed),
    ("MAIL", "ALT-ADDRESS=a@b", "RFC 5336", Obsolete),
    ("RCPT", "ALT-ADDRESS=a@b", "RFC 5336", Obsolete),
    ("MAIL", "SMTPUTF8", "RFC 6531", Typed),
    ("MAIL", "MT-PRIORITY=3", "RFC 6710", Typed),
    ("RCPT", "RRVS=2014-04-03T23:01:00Z", "RFC 7293", Typed),
    ("MAIL", "REQUIRETLS", "RFC 8689", Typed),
    ("MAIL", "X-OURS=1", "not registered", Obsolete),
];

#[test]
fn keywords_of_ehlo() {
    for (line, _, standing) in EXTENSIONS {
        let extension = Extension::parse(line.as_bytes()).unwrap();
        assert_eq!(matches!(extension, Extension::Other(_)), standing == Obsolete, "{line}");
        let mut out = BytesMut::new();
        extension.encode(&mut out);
        assert_eq!(out, line.as_bytes());
    }
}

#[test]
fn parameters_of_mail_and_rcpt() {
    for (verb, parameter, _, standing) in PARAMETERS {
        let path = if verb == "MAIL" { "FROM:<a@b>" } else { "TO:<a@b>" };
        let line = format!("{verb} {path} {parameter}");
        let command = Command::parse(line.as_bytes()).unwrap();
        let typed = match command {
            Command::Mail(Mail { parameters, .. }) => {
                let rare = parameters.hold().is_some()
                    || parameters.solicitation().is_some()
                    || parameters.tracking().is_some();
                rare || parameters.other.is_empty()
            }
            Command::Rcpt(rcpt) => rcpt.parameters.other.is_empty(),
            other => panic!("{other:?}"),
        };
        assert_eq!(typed, standing == Typed, "{line}");
        let mut out = BytesMut::new();
        command.encode(&mut out);
        assert_eq!(out, (line + "\r\n").as_bytes());
    }
}

/// The tables are whole: each name stands in them once.
#[test]
fn no_name_stands_there_twice() {
    let mut keywords: Vec<&str> =
        EXTENSIONS.iter().map(|(line, ..)| line.split(' ').next().unwrap()).collect();
    keywords.sort_unstable();
    keywords.dedup();
    assert_eq!(keywords.len(), EXTENSIONS.len());
    let mut parameters: Vec<(&str, &str)> = PARAMETERS
        .iter()
        .map(|&(verb, parameter, ..)| (verb, parameter.split('=').next().unwrap()))
        .collect();
    parameters.sort_unstable();
    parameters.dedup();
    assert_eq!(parameters.len(), PARAMETERS.len());
}
