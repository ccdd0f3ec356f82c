//! SELECT and EXAMINE: what is mandatory is told (RFC 9051 §6.3.2, RFC 3501 §6.3.1).

use std::sync::Arc;

use imap_proto::server::{Channel, Config, Event, Session, State};
use imap_proto::{Arena, BytesMut, Capability};

use crate::transcript::selected;

/// What a server writes that answers `command` after `before`.
fn select(config: Config, before: &str, command: &str) -> (String, Session) {
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let mut session = Session::preauthenticated(Arc::new(config), Channel::Tls, &mut out);
    let octets = format!("{before}{command}\r\n");
    let mut input = octets.as_bytes();
    let Ok(Event::Select(asked, ticket)) = session.receive(&mut input, &arena, &mut out) else {
        panic!("{octets}")
    };
    out.clear();
    let mut answer = selected(asked, 172);
    answer.recent = 1;
    answer.unseen = Some(12.try_into().unwrap());
    session.select(ticket, &answer, &mut out).unwrap();
    (String::from_utf8_lossy(&out).into_owned(), session)
}

#[test]
fn the_form_of_imap4rev1() {
    let (written, session) = select(Config::default(), "", "a SELECT Other");
    assert_eq!(
        written,
        "* FLAGS (\\Seen \\Deleted)\r\n* 172 EXISTS\r\n* 1 RECENT\r\n\
         * OK [UNSEEN 12] the first unseen message\r\n* OK [UIDVALIDITY 7] UIDs valid\r\n\
         * OK [UIDNEXT 4] the next UID\r\n\
         * OK [PERMANENTFLAGS (\\Seen \\*)] flags that are kept\r\na OK [READ-WRITE] done\r\n"
    );
    assert_eq!(session.state(), State::Selected { read_only: false });
    assert!(!session.is_rev2());
}

/// Once it is enabled, and where nothing else is offered.
#[test]
fn the_form_of_imap4rev2() {
    let mut both = Config::default();
    both.capabilities.push(Capability::Imap4Rev2);
    both.enable.push(Capability::Imap4Rev2);
    let mut rev2_only = Config::default();
    rev2_only.capabilities = vec![Capability::Imap4Rev2];
    for (config, before) in [(both, "e ENABLE IMAP4rev2\r\n"), (rev2_only, "")] {
        let (written, session) = select(config, before, "a EXAMINE Other");
        assert_eq!(
            written,
            "* FLAGS (\\Seen \\Deleted)\r\n* 172 EXISTS\r\n* OK [UIDVALIDITY 7] UIDs valid\r\n\
             * OK [UIDNEXT 4] the next UID\r\n\
             * OK [PERMANENTFLAGS (\\Seen \\*)] flags that are kept\r\n\
             * LIST () \"/\" Other\r\na OK [READ-ONLY] done\r\n"
        );
        assert_eq!(session.state(), State::Selected { read_only: true });
        assert!(session.is_rev2() && session.is_utf8());
    }
}

/// What ENABLE turned on, each once.
#[test]
fn enabled() {
    let mut config = Config::default();
    config.enable = vec![Capability::Imap4Rev2, Capability::Utf8Accept];
    let (_, session) = select(config.clone(), "a ENABLE X-NONE\r\n", "b SELECT x");
    assert!(session.enabled().is_empty());
    let twice = "a ENABLE utf8=accept\r\nb ENABLE UTF8=ACCEPT CONDSTORE\r\n";
    let (_, session) = select(config, twice, "c SELECT x");
    assert_eq!(session.enabled(), [Capability::Utf8Accept]);
    assert!(session.is_utf8() && !session.is_rev2());
}
