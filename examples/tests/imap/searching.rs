//! SEARCH (RFC 9051 §6.4.4).

use crate::common::play;

use super::{deliver, select, start};

#[test]
fn rev2_answers_searches_with_esearch() {
    let (listeners, address, store) = start();
    for text in ["Subject: one\r\n\r\n", "Subject: two\r\n\r\n", "Subject: three\r\n\r\n"] {
        deliver(&store, text);
    }
    let mut socket = select(address, 3);
    play(
        &mut socket,
        "C: d SEARCH SUBJECT t
         S: * SEARCH 2 3
         S: d OK done
         C: e SEARCH RETURN (SAVE COUNT) NOT SUBJECT two
         S: * ESEARCH (TAG \"e\") COUNT 2
         S: e OK done
         C: f FETCH $ UID
         S: * 1 FETCH (UID 1)
         S: * 3 FETCH (UID 3)
         S: f OK done
         C: g ENABLE IMAP4rev2
         S: * ENABLED IMAP4rev2
         S: g OK …
         C: h UID SEARCH 2:*
         S: * ESEARCH (TAG \"h\") UID ALL 2:3
         S: h OK done
         C: i SEARCH CHARSET x-none TEXT x
         S: i NO [BADCHARSET…",
    );
    listeners.stop();
}

/// The same string is looked for once, however often it is asked for, and not too many
/// strings are.
#[test]
fn not_thousands_of_strings_are_looked_for() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    let mut socket = select(address, 1);
    let same = "(OR TEXT x NOT BODY y) ".repeat(1_000);
    let others: String = (0..1_001).map(|at| format!("NOT FROM z{at} ")).collect();
    play(
        &mut socket,
        &format!(
            "C: d SEARCH {same}ALL
             S: * SEARCH 1
             S: d OK done
             C: e SEARCH {others}ALL
             S: e NO [LIMIT] …"
        ),
    );
    listeners.stop();
}

/// RFC 9051 §6.4.4.1: what ends with NO leaves nothing saved.
#[test]
fn a_failed_search_saves_nothing() {
    let (listeners, address, store) = start();
    deliver(&store, "one");
    let mut socket = select(address, 1);
    play(
        &mut socket,
        "C: d SEARCH RETURN (SAVE) ALL
         S: d OK done
         C: e UID FETCH $ (FLAGS)
         S: * 1 FETCH …
         S: e OK done
         C: f SEARCH RETURN (SAVE) CHARSET KOI8-R ALL
         S: f NO [BADCHARSET] …
         C: g UID FETCH $ (FLAGS)
         S: g OK done",
    );
    listeners.stop();
}
