//! The store's queue of mail for others: what is in it after a restart, who gets which
//! message, and when its octets go.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use mail_examples::store::{
    Attempt, FlagChange, Flags, NewMail, Onward, Queued, Store, UidSet, UserId,
};
use time::OffsetDateTime;

const NOT_LONG: Duration = Duration::from_millis(50);

fn mail(store: &Store, text: &str, users: &[UserId], recipients: &[&str]) -> NewMail {
    let mut draft = store.draft().unwrap();
    draft.write_all(text.as_bytes()).unwrap();
    let onward = (!recipients.is_empty()).then(|| Onward {
        mail: "MAIL FROM:<alice@localhost>".into(),
        recipients: recipients.iter().map(|to| format!("RCPT TO:<{to}>")).collect(),
        start: 3,
    });
    NewMail { draft, users: users.to_vec(), onward }
}

/// Notes what came of it, and gives the message back.
fn conclude(store: &Store, queued: Queued, mut attempt: Attempt) {
    store.conclude(&queued, &mut attempt).unwrap();
    assert!(attempt.reports.is_empty());
    drop(queued);
}

fn next(store: &Store) -> Option<Queued> {
    store.next_due(NOT_LONG).unwrap()
}

fn text(store: &Store, queued: &Queued) -> String {
    let mut text = String::new();
    store.queued_body(queued).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text.len() as u64, queued.size());
    text
}

/// All is done, for these.
fn done(numbers: &[u32]) -> Attempt {
    Attempt {
        done: numbers.to_vec(),
        deferred: Vec::new(),
        next: Some(OffsetDateTime::now_utc()),
        delay_told: false,
        reports: Vec::new(),
    }
}

fn deferred(by: Duration, replies: &[(u32, &str)]) -> Attempt {
    let deferred = replies.iter().map(|(number, reply)| (*number, (*reply).to_owned())).collect();
    Attempt { deferred, next: Some(OffsetDateTime::now_utc() + by), delay_told: true, ..done(&[]) }
}

fn subjects(store: &Store, user: UserId) -> Vec<u64> {
    let inbox = store.mailbox(user, "INBOX").unwrap();
    store.messages(inbox, &UidSet::all()).unwrap().iter().map(|message| message.size).collect()
}

fn files(directory: &Path) -> usize {
    fs::read_dir(directory.join("messages")).unwrap().count()
}

#[test]
fn what_is_queued_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let bob = store.set_user("bob", "secret").unwrap();
    let large = format!("RP\n{}", "x".repeat(50_000));
    store.take_in(vec![mail(&store, &large, &[bob], &["a@far", "b@far", "c@far"])]).unwrap();
    let queued = next(&store).unwrap();
    let busy = Attempt { done: vec![1], ..deferred(Duration::ZERO, &[(2, "450 busy")]) };
    conclude(&store, queued, busy);
    // Taken, and never concluded: as if the process had died.
    std::mem::forget(next(&store).unwrap());
    assert!(next(&store).is_none(), "it is taken");
    drop(store);

    let store = Store::open(directory.path()).unwrap();
    assert_eq!((store.queue_len().unwrap(), files(directory.path())), (1, 1));
    let queued = next(&store).unwrap();
    assert_eq!(text(&store, &queued), large[3..]);
    let recipient = |at: usize| {
        let one = &queued.recipients[at];
        (one.number, one.rcpt.as_str(), one.last_reply.as_deref())
    };
    assert_eq!(queued.recipients.len(), 2);
    assert_eq!(recipient(0), (0, "RCPT TO:<a@far>", None));
    assert_eq!(recipient(1), (2, "RCPT TO:<c@far>", Some("450 busy")));
    assert_eq!((queued.attempts, queued.delay_told), (1, true));
    assert_eq!(queued.mail, "MAIL FROM:<alice@localhost>");
    conclude(&store, queued, done(&[0, 2]));
    assert_eq!(store.queue_len().unwrap(), 0);
    // Bob still has it.
    assert_eq!((subjects(&store, bob), files(directory.path())), (vec![large.len() as u64], 1));
}

#[test]
fn the_octets_go_with_the_last_that_needs_them() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let bob = store.set_user("bob", "secret").unwrap();
    for text in ["RP\nsmall".to_owned(), format!("RP\n{}", "x".repeat(50_000))] {
        store.take_in(vec![mail(&store, &text, &[bob], &["a@far"])]).unwrap();
        let inbox = store.mailbox(bob, "INBOX").unwrap();
        let all = UidSet::all();
        let deleted = FlagChange::Add(Flags::from_names(["\\Deleted"]));
        store.store_flags(inbox, &all, &deleted).unwrap();
        store.expunge(inbox, &all).unwrap();
        let queued = next(&store).unwrap();
        assert_eq!(self::text(&store, &queued), text[3..], "the queue has it still");
        conclude(&store, queued, done(&[0]));
    }
    drop(store);
    assert_eq!(files(directory.path()), 0);
    let index = rusqlite::Connection::open(directory.path().join("index.sqlite")).unwrap();
    let rows = |table: &str| -> i64 {
        index.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!(["small", "queued", "queued_recipient"].map(rows), [0, 0, 0]);
}

#[test]
fn one_message_is_in_one_hand() {
    let store = Store::in_memory().unwrap();
    for subject in ["RP\none", "RP\ntwo"] {
        store.take_in(vec![mail(&store, subject, &[], &["a@far"])]).unwrap();
    }
    let (one, two) = (next(&store).unwrap(), next(&store).unwrap());
    assert_eq!([text(&store, &one), text(&store, &two)], ["one", "two"]);
    assert!(next(&store).is_none());
    // Given back without a word, it is the next again.
    drop(one);
    assert_eq!(text(&store, &next(&store).unwrap()), "one");
    // One that was put off waits for its time, and the others do not wait for it.
    let later = Duration::from_millis(300);
    let start = Instant::now();
    conclude(&store, two, deferred(later, &[(0, "450 later")]));
    let one = next(&store).unwrap();
    assert!(next(&store).is_none());
    let two = store.next_due(Duration::from_secs(20)).unwrap().unwrap();
    // The index has whole milliseconds.
    assert!(start.elapsed() + Duration::from_millis(1) >= later);
    assert_eq!((text(&store, &two), text(&store, &one)), ("two".into(), "one".into()));
}

#[test]
fn whoever_waits_is_woken() {
    let store = Arc::new(Store::in_memory().unwrap());
    let waiter = {
        let store = Arc::clone(&store);
        thread::spawn(move || store.next_due(Duration::from_secs(60)).unwrap().is_some())
    };
    thread::sleep(NOT_LONG);
    store.take_in(vec![mail(&store, "RP\none", &[], &["a@far"])]).unwrap();
    assert!(waiter.join().unwrap());
}

#[test]
fn a_report_comes_with_what_it_reports() {
    let store = Store::in_memory().unwrap();
    let alice = store.set_user("alice", "secret").unwrap();
    store.take_in(vec![mail(&store, "RP\nmail", &[], &["a@far"])]).unwrap();
    // To nobody that there is: then nothing of it is noted.
    let nobody = store.set_user("bob", "secret").unwrap();
    let nobody = {
        let other = Store::in_memory().unwrap();
        (0..3).fold(nobody, |_, n| other.set_user(&format!("u{n}"), "x").unwrap())
    };
    let lost = mail(&store, "report", &[nobody], &[]);
    let queued = next(&store).unwrap();
    let mut attempt = Attempt { reports: vec![lost], ..done(&[0]) };
    store.conclude(&queued, &mut attempt).unwrap_err();
    assert_eq!((attempt.reports.len(), store.queue_len().unwrap()), (1, 1));

    let to_alice = mail(&store, "report", &[alice], &[]);
    let to_carol = mail(&store, "RP\nother", &[], &["carol@far"]);
    let reports = vec![to_alice, to_carol];
    conclude(&store, queued, Attempt { reports, ..done(&[0]) });
    assert_eq!(subjects(&store, alice), [6]);
    assert_eq!(text(&store, &next(&store).unwrap()), "other");
}

#[test]
fn an_index_of_version_3_gets_a_queue() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let bob = store.set_user("bob", "secret").unwrap();
    store.deliver(mail(&store, "RP\nhello", &[], &[]).draft, &[bob]).unwrap();
    drop(store);
    let index = rusqlite::Connection::open(directory.path().join("index.sqlite")).unwrap();
    index.execute_batch("DROP TABLE queued_recipient; DROP TABLE queued").unwrap();
    index.pragma_update(None, "user_version", 3).unwrap();
    drop(index);
    for _ in 0..2 {
        let store = Store::open(directory.path()).unwrap();
        assert_eq!(subjects(&store, bob), [8]);
        store.take_in(vec![mail(&store, "RP\nhi", &[], &["a@far"])]).unwrap();
        let queued = next(&store).unwrap();
        assert_eq!(text(&store, &queued), "hi");
        conclude(&store, queued, done(&[0]));
    }
}
