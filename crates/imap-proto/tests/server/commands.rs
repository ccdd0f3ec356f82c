//! Commands and the states they are valid in (RFC 9051 §3 and 6).

use std::sync::Arc;

use imap_proto::server::{Channel, Event, Misuse, Session};
use imap_proto::{Arena, Atom, BytesMut, Capability, Data};

use crate::transcript::{LOGIN, SELECTED, config, play, selected};

#[test]
fn a_whole_session() {
    play(
        config(),
        &["
        S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE MOVE NAMESPACE UIDPLUS UNSELECT] IMAP server ready
        C: a1 capability
        S: * CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE MOVE NAMESPACE UIDPLUS UNSELECT
        S: a1 OK done
        C: a2 NOOP
        S: a2 OK done
        C: a3 LOGIN alice secret
        S* a3 OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE MOVE
        C: a4 SELECT inbox
        S@ 3
        S: a4 OK [READ-WRITE] done
        C: a5 FETCH 1 (UID BODY[])
        S: * 1 FETCH (UID 1 BODY[] {5}
        S: hello)
        S: a5 OK done
        C: a6 UID FETCH 1 (UID BODY[])
        S: * 1 EXPUNGE
        S: * 1 FETCH (UID 1 BODY[] {5}
        S: hello)
        S: a6 OK done
        C: a7 EXPUNGE
        S: * 2 EXPUNGE
        S: a7 OK done
        C: a8 LOGOUT
        S: * BYE goodbye
        S: a8 OK done
        C: a9 NOOP
        "],
    );
}

/// RFC 9051 §3: a command in the wrong state is BAD, under its own tag.
#[test]
fn commands_in_the_wrong_state() {
    play(
        config(),
        &["
        S* * OK
        C: a SELECT INBOX
        S: a BAD log in first
        C: b FETCH 1 FLAGS
        S: b BAD log in first
        C: c ID NIL
        S: c OK done
        C: d APPEND INBOX {5}
        S: d BAD log in first
        C: e IDLE
        S: e BAD log in first
        C: l LOGIN alice secret
        S* l OK
        C: m LOGIN alice secret
        S: m BAD only before login
        C: n AUTHENTICATE PLAIN
        S: n BAD only before login
        C: o STARTTLS
        S: o BAD only before login
        C: p FETCH 1 FLAGS
        S: p BAD select a mailbox first
        C: q CLOSE
        S: q BAD select a mailbox first
        C: r LIST \"\" *
        S: r NO [CANNOT] not supported here
        "],
    );
}

/// RFC 9051 §6.3.2, 6.4.1, 6.4.2 and 7.1.
#[test]
fn selecting_and_closing() {
    play(
        config(),
        &[
            SELECTED,
            "
        C: a SELECT Other
        S: * OK [CLOSED] mailbox closed
        S@ 3
        S: a OK [READ-WRITE] done
        C: b EXAMINE Other
        S: * OK [CLOSED] mailbox closed
        S@ 3
        S: b OK [READ-ONLY] done
        C: c SELECT Missing
        S: * OK [CLOSED] mailbox closed
        S: c NO [NONEXISTENT] no
        C: d EXPUNGE
        S: d BAD select a mailbox first
        C: e SELECT Archive
        S@ 3
        S: e OK [READ-ONLY] done
        C: f CLOSE
        S: f OK done
        C: g UNSELECT
        S: g BAD select a mailbox first
        C: h SELECT INBOX
        S@ 3
        S: h OK [READ-WRITE] done
        C: i SELECT
        S* i BAD
        C: j UNSELECT
        S: j OK done
        C: k CHECK
        S: k BAD select a mailbox first
        ",
        ],
    );
}

/// LOGIN and SELECT in one write work in order; pipelined commands are carried
/// out one after another (RFC 9051 §5.5).
#[test]
fn pipelining() {
    let seen = play(
        config(),
        &["
        S* * OK
        C> a LOGIN alice secret\\r\\nb SELECT INBOX\\r\\nc FETCH 1 UID\\r\\nd LOGOUT\\r\\ne NOOP\\r\\n
        S* a OK [CAPABILITY
        S@ 3
        S: b OK [READ-WRITE] done
        S: * 1 FETCH (UID 1 BODY[] {5}
        S: hello)
        S: c OK done
        S: * BYE goodbye
        S: d OK done
        "],
    );
    assert_eq!(seen.events.last().map(String::as_str), Some("Closed"));
}

/// A command that does not parse is answered with its own tag, if it has one.
#[test]
fn what_is_no_command() {
    let mut config = config();
    config.limits.bad_commands = 100;
    play(
        config,
        &[
            SELECTED,
            "
        C: a XYZZY
        S* a BAD expected a command
        C: b FETCH 1
        S* b BAD expected
        C: (c) NOOP
        S* * BAD
        C:
        S* * BAD
        C: d
        S: d BAD expected a space at octet 1
        C: d\\x20
        S: d BAD expected a command at octet 2
        C: d\\x20\\x20NOOP
        S: d BAD expected a command at octet 2
        C: d\\x20{3}
        S: + send the literal
        C: abc
        S: d BAD expected a command at octet 2
        C> d\\n
        S: d BAD a line ends with CRLF
        C: d+
        S* * BAD
        C: d(
        S* * BAD
        C: d\\xff NOOP
        S* * BAD
        C: e SEARCH ALL\\x20
        S* e BAD
        C: f STORE 1 FLAGS (\\\\Seen )
        S* f BAD
        C: f STORE 1 FLAGS (\\\\Recent)
        S: f BAD expected a flag that can be set at octet 17
        C: f STORE 1 +FLAGS.SILENT \\\\Seen \\\\recent
        S* f BAD expected a flag that can be set
        C: f UID STORE 1 -FLAGS (\\\\*)
        S* f BAD
        C: g NO\\0OP
        S* g BAD
        C: h\\0 NOOP
        S* * BAD
        C> i NOOP\\n
        S: i BAD a line ends with CRLF
        C: 0123456789012345678901234567890123456789012345678901234567890123 NOOP
        S: 0123456789012345678901234567890123456789012345678901234567890123 OK done
        C: 01234567890123456789012345678901234567890123456789012345678901234 NOOP
        S: * BAD the tag is longer than 64 octets
        C: k NOOP
        S: k OK done
        ",
        ],
    );
}

/// RFC 9051 §6.3.13: DONE in any case; anything else is BAD and ends it.
#[test]
fn idle() {
    let seen = play(
        config(),
        &[
            SELECTED,
            "
        C: a IDLE
        S: + idling
        S: * 4 EXISTS
        S: * 1 EXPUNGE
        C: dOnE
        S: a OK done
        C: b idle
        S: + idling
        S: * 4 EXISTS
        S: * 1 EXPUNGE
        C: c NOOP
        S: b BAD expected DONE
        C: d NOOP
        S: d OK done
        ",
        ],
    );
    assert_eq!(seen.events.iter().filter(|event| *event == "IdleDone").count(), 2);
}

/// What is not offered is BAD.
#[test]
fn commands_that_are_not_offered() {
    let mut config = config();
    config.capabilities = vec![Capability::Imap4Rev1];
    play(
        config,
        &[
            SELECTED,
            "
        C: a IDLE
        S: a BAD not offered here
        C: b MOVE 1 x
        S: b BAD not offered here
        C: c UNSELECT
        S: c BAD not offered here
        C: d NAMESPACE
        S: d BAD not offered here
        C: e UID EXPUNGE 1
        S: e BAD not offered here
        C: f ENABLE IMAP4rev2
        S: f BAD not offered here
        C: g ID NIL
        S: g BAD not offered here
        C: g LIST \"\" (a b)
        S: g BAD not offered here
        C: g LIST (SUBSCRIBED) \"\" *
        S: g BAD not offered here
        C: g LIST \"\" * RETURN (CHILDREN)
        S: g BAD not offered here
        C: g LIST \"\" a
        S: g NO [CANNOT] not supported here
        C: h EXPUNGE
        S: * 2 EXPUNGE
        S: h OK done
        ",
        ],
    );
}

/// What a command says beyond IMAP4rev1 is BAD, too, unless all that it is of is
/// offered, by name or as a part of IMAP4rev2.
#[test]
fn arguments_that_are_not_offered() {
    use Capability::*;
    for (command, extensions) in [
        ("FETCH 1 BINARY[1]", &[Binary][..]),
        ("UID FETCH 1 (UID BINARY.SIZE[1])", &[Binary]),
        ("FETCH $ UID", &[SearchRes]),
        ("STORE $ FLAGS ()", &[SearchRes]),
        ("UID COPY $ x", &[SearchRes]),
        ("MOVE $ x", &[Move, SearchRes]),
        ("UID EXPUNGE $", &[UidPlus, SearchRes]),
        ("SEARCH $", &[SearchRes]),
        ("SEARCH OR ALL NOT (SEEN UID $)", &[SearchRes]),
        ("SEARCH RETURN (COUNT) ALL", &[ESearch]),
        ("SEARCH RETURN (SAVE) ALL", &[ESearch, SearchRes]),
        ("STATUS x (MESSAGES SIZE)", &[StatusSize]),
        ("STATUS x (DELETED)", &[Imap4Rev2]),
        ("LIST \"\" * RETURN (STATUS (UNSEEN))", &[ListExtended, ListStatus]),
        ("LIST \"\" * RETURN (STATUS (SIZE))", &[ListExtended, ListStatus, StatusSize]),
    ] {
        assert!(is_taken(extensions, command), "{command}");
        assert!(is_taken(&[Imap4Rev2], command), "{command}");
        for missing in extensions {
            let others = extensions.iter().filter(|other| *other != missing).copied();
            let others: Vec<_> = others.collect();
            assert!(!is_taken(&others, command), "{command} without {missing:?}");
        }
    }
    // RFC 9051 appendices B and C: what IMAP4rev2 left out.
    for (command, extension) in [("APPEND x ~{1}", Binary), ("LIST \"\" (a b)", ListExtended)] {
        assert!(!is_taken(&[Imap4Rev2], command), "{command}");
        assert!(is_taken(&[extension], command), "{command}");
    }
}

/// Whether a server that offers `extensions` takes `command`, with a mailbox selected.
fn is_taken(extensions: &[Capability<'static>], command: &str) -> bool {
    let mut config = config();
    config.capabilities = vec![Capability::Imap4Rev1];
    config.capabilities.extend(extensions);
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let mut session = Session::new(Arc::new(config), Channel::Tls, &mut out);
    let input = format!("a LOGIN u p\r\nb SELECT x\r\nc {command}\r\n");
    let mut unread = input.as_bytes();
    loop {
        match session.receive(&mut unread, &arena, &mut out).unwrap() {
            Event::NeedInput => return !out.ends_with(b"c BAD not offered here\r\n"),
            Event::Command(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Select(select, ticket) => {
                session.select(ticket, &selected(select, 3), &mut out).unwrap();
            }
            other => session.decline(other, &mut out).unwrap(),
        }
    }
}

/// RFC 9051 §6.3.1: what is not known is passed over.
#[test]
fn enable() {
    let mut config = config();
    config.capabilities.push(Capability::Imap4Rev2);
    config.enable.push(Capability::Imap4Rev2);
    play(
        config,
        &[
            LOGIN,
            "
        C: a ENABLE X-UNKNOWN
        S: * ENABLED
        S: a OK done
        C: b ENABLE imap4rev2 CONDSTORE
        S: * ENABLED IMAP4rev2
        S: b OK done
        ",
        ],
    );
}

/// What lets strings go out in UTF-8, in any case (RFC 9051 §6.3.1,
/// RFC 6855 §3).
#[test]
fn utf8_is_enabled() {
    for (offered, wanted, is_utf8) in [
        (Capability::Utf8Accept, "utf8=accept", true),
        (Capability::Imap4Rev2, "IMAP4REV2", true),
        (Capability::Imap4Rev2, "UTF8=ACCEPT", false),
        (Capability::Other(Atom::new("CONDSTORE").unwrap()), "CONDSTORE", false),
    ] {
        let (mut out, arena) = (BytesMut::new(), Arena::new());
        let mut config = config();
        config.enable.push(offered);
        let mut session = Session::new(config.into(), Channel::Tls, &mut out);
        let octets = format!("a LOGIN u p\r\nb ENABLE {wanted}\r\n");
        let mut input = octets.as_bytes();
        let Ok(Event::Command(_, ticket)) = session.receive(&mut input, &arena, &mut out) else {
            panic!("{octets}")
        };
        session.accept(ticket, &mut out).unwrap();
        let event = session.receive(&mut input, &arena, &mut out);
        assert!(matches!(event, Ok(Event::NeedInput)) && input.is_empty());
        assert_eq!(session.is_utf8(), is_utf8, "{wanted}");
    }
}

/// RFC 9051 §7.5.1: message numbers do not change while FETCH, STORE or
/// SEARCH by number is answered; with any other command they may.
#[test]
fn message_numbers_stay_while_they_are_used() {
    let config = Arc::new(config());
    for (command, may_change) in [
        ("FETCH 1 UID", false),
        ("STORE 1 FLAGS ()", false),
        ("SEARCH ALL", false),
        ("UID FETCH 1 UID", true),
        ("UID STORE 1 FLAGS ()", true),
        ("UID SEARCH ALL", true),
        ("NOOP", true),
        ("CHECK", true),
        ("COPY 1 x", true),
        ("MOVE 1 x", true),
    ] {
        let (mut out, arena) = (BytesMut::new(), Arena::new());
        let mut session = Session::new(config.clone(), Channel::Tls, &mut out);
        let octets = format!("a LOGIN u p\r\nb SELECT x\r\nc {command}\r\n");
        let mut input = octets.as_bytes();
        let expunge = Data::Expunge(1.try_into().unwrap());
        loop {
            match session.receive(&mut input, &arena, &mut out).unwrap() {
                Event::Select(select, ticket) => {
                    session.select(ticket, &selected(select, 3), &mut out).unwrap();
                }
                Event::Command(command, ticket) if command.tag.as_str() == "c" => {
                    let expected = if may_change { Ok(()) } else { Err(Misuse::ExpungeNow) };
                    assert_eq!(session.may_expunge(), may_change, "{octets}");
                    assert_eq!(session.data(&expunge, &mut out), expected, "{octets}");
                    session.accept(ticket, &mut out).unwrap();
                    break;
                }
                Event::Command(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(session.data(&expunge, &mut out), Err(Misuse::ExpungeNow));
    }
}

/// A command "is not in progress until the complete command has been received":
/// no EXPUNGE before the message of APPEND is there.
#[test]
fn message_numbers_stay_while_a_message_comes() {
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let mut session = Session::new(config().into(), Channel::Tls, &mut out);
    let mut input = &b"a LOGIN u p\r\nb SELECT x\r\nc APPEND x {1+}\r\n!\r\n"[..];
    let mut may_change = Vec::new();
    loop {
        let event = session.receive(&mut input, &arena, &mut out).unwrap();
        let expunge = Data::Expunge(1.try_into().unwrap());
        may_change.push(session.data(&expunge, &mut out).is_ok());
        match event {
            Event::NeedInput => break,
            Event::Command(_, ticket) | Event::BodyEnd(ticket) => {
                session.accept(ticket, &mut out).unwrap();
            }
            Event::Select(select, ticket) => {
                session.select(ticket, &selected(select, 3), &mut out).unwrap();
            }
            Event::Append(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Body(_) => {}
            other => panic!("{other:?}"),
        }
    }
    // LOGIN, Select, Append, Body, BodyEnd, NeedInput
    assert_eq!(may_change, [false, false, false, false, true, false]);
}
