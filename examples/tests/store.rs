//! The store in a directory: what is left after a restart, a crash, and
//! several threads at once.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use mail_examples::store::{Error, FlagChange, Flags, Store, UidSet, UserId};

fn deliver(store: &Store, to: &[UserId], text: &str) {
    let mut draft = store.draft().unwrap();
    draft.write_all(text.as_bytes()).unwrap();
    store.deliver(draft, to).unwrap();
}

fn inbox(store: &Store, user: &str) -> Vec<(u32, String, String)> {
    let user = store.recipient(user).unwrap().unwrap();
    let inbox = store.mailbox(user, "INBOX").unwrap();
    let messages = store.messages(inbox, &UidSet::all()).unwrap();
    let row = messages.into_iter().map(|message| {
        let octets = store.body(&message).unwrap().into_bytes().unwrap();
        (message.uid, String::from_utf8(octets.into()).unwrap(), message.flags.to_string())
    });
    row.collect()
}

/// A message that is kept in a file.
fn large(text: &str) -> String {
    text.to_owned() + &"x".repeat(40_000)
}

/// Waits until there are these files: they go after the answer.
#[track_caller]
fn wait_for_files(directory: &Path, expected: &[&str]) {
    for _ in 0..500 {
        if files(directory) == expected {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(files(directory), expected);
}

fn files(directory: &Path) -> Vec<String> {
    let entry = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut files: Vec<String> =
        fs::read_dir(directory).unwrap().map(|e| entry(e).into_string().unwrap()).collect();
    files.sort_unstable();
    files
}

#[test]
fn everything_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/mail-data");
    let store = Store::open(&path).unwrap();
    let alice = store.set_user("alice", "secret").unwrap();
    let bob = store.set_user("bob", "secret").unwrap();
    deliver(&store, &[alice, bob], "to both");
    deliver(&store, &[alice], "to alice");
    let box_ = store.mailbox(alice, "INBOX").unwrap();
    let seen = FlagChange::Add(Flags::from_names(["\\Seen", "$Label1"]));
    store.store_flags(box_, &2.into(), &seen).unwrap();
    store.create(alice, "Archive/2024").unwrap();
    store.subscribe(alice, "Archive").unwrap();
    let before = store.select(box_).unwrap();
    let names = store.list(alice).unwrap();
    drop(store);

    let store = Store::open(&path).unwrap();
    assert_eq!(store.authenticate("alice", "secret", &|| false).unwrap(), Some(alice));
    assert_eq!(
        inbox(&store, "alice"),
        [(1, "to both".into(), String::new()), (2, "to alice".into(), "\\Seen $Label1".into())]
    );
    assert_eq!(inbox(&store, "bob"), [(1, "to both".into(), String::new())]);
    let after = store.select(box_).unwrap();
    assert_eq!(
        (after.uidvalidity, after.uidnext, after.modseq, after.uids, after.keywords),
        (before.uidvalidity, 3, before.modseq, vec![1, 2], vec!["$Label1".to_owned()])
    );
    assert_eq!(store.list(alice).unwrap(), names);
    assert_eq!(store.subscriptions(alice).unwrap(), ["Archive"]);
    deliver(&store, &[bob], &large("later"));
    assert_eq!(inbox(&store, "bob").len(), 2);
    // The small ones are in the index.
    assert_eq!(files(&path.join("messages")), ["3.eml"]);
}

#[test]
fn files_go_with_their_messages() {
    let directory = tempfile::tempdir().unwrap();
    let messages = directory.path().join("messages");
    let store = Arc::new(Store::open(directory.path()).unwrap());
    let alice = store.set_user("alice", "secret").unwrap();
    let bob = store.set_user("bob", "secret").unwrap();

    // A connection that breaks off half-way.
    let mut draft = store.draft().unwrap();
    draft.write_all(b"half a mess").unwrap();
    assert!(files(&messages).is_empty());
    draft.write_all(large("age").as_bytes()).unwrap();
    assert_eq!(files(&messages), ["1.eml"]);
    drop(draft);
    assert!(files(&messages).is_empty());

    // A delivery that is refused once the file is in place.
    store.delete(bob, "INBOX").unwrap_err();
    let archive = store.create(bob, "Archive").unwrap();
    store.delete(bob, "Archive").unwrap();
    let mut draft = store.draft().unwrap();
    draft.write_all(large("too late").as_bytes()).unwrap();
    store.append(archive, vec![draft.into()]).unwrap_err();
    assert!(files(&messages).is_empty());

    deliver(&store, &[alice, bob], &large("shared"));
    assert_eq!(files(&messages), ["3.eml"]);
    let one = store.maildrop(alice).unwrap();
    let body = store.body(&one.messages()[0]).unwrap();
    one.delete(&UidSet::all()).unwrap();
    assert_eq!(files(&messages), ["3.eml"]);
    store.maildrop(bob).unwrap().delete(&UidSet::all()).unwrap();
    wait_for_files(&messages, &[]);
    if cfg!(unix) {
        assert_eq!(body.into_bytes().unwrap(), large("shared"), "what is open stays readable");
    }
}

#[test]
fn small_messages_are_shared_and_go_in_the_index() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(directory.path()).unwrap());
    let alice = store.set_user("alice", "secret").unwrap();
    let bob = store.set_user("bob", "secret").unwrap();
    // The largest of them, and the smallest.
    let most = "x".repeat(32 * 1024);
    for text in ["", &most] {
        deliver(&store, &[alice, bob], text);
    }
    assert!(files(&directory.path().join("messages")).is_empty());
    let kept = || {
        let index = rusqlite::Connection::open(directory.path().join("index.sqlite")).unwrap();
        let count = "SELECT count(*) FROM small";
        index.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(kept(), 2);
    let one = store.maildrop(alice).unwrap();
    one.delete(&UidSet::all()).unwrap();
    assert_eq!(kept(), 2);
    let texts: Vec<_> = inbox(&store, "bob").into_iter().map(|(_, text, _)| text).collect();
    assert_eq!(texts, ["", &most]);
    store.maildrop(bob).unwrap().delete(&UidSet::all()).unwrap();
    assert_eq!(kept(), 0);
    let gone = store.body(&one.messages()[0]).unwrap_err();
    assert!(matches!(gone, Error::Expunged), "{gone}");
}

/// Whatever others may do in the directory that was given.
#[test]
#[cfg(unix)]
fn only_the_owner_may_read_any_of_it() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let set =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(directory.path(), 0o755);
    for _ in 0..2 {
        let store = Store::open(directory.path()).unwrap();
        let alice = store.set_user("alice", "secret").unwrap();
        deliver(&store, &[alice], &large("private"));
        let mut seen = 0;
        let mut directories = vec![directory.path().to_owned()];
        while let Some(next) = directories.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let (path, kind) = entry.map(|e| (e.path(), e.file_type().unwrap())).unwrap();
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                assert_eq!(mode, if kind.is_dir() { 0o700 } else { 0o600 }, "{path:?}");
                seen += 1;
                directories.extend(kind.is_dir().then_some(path));
            }
        }
        assert!(seen >= 4, "{seen}");
        drop(store);
        // As an earlier version left them.
        set(&directory.path().join("index.sqlite"), 0o644);
        set(&directory.path().join("messages"), 0o755);
    }
}

#[test]
fn ten_thousand_expunged_messages_do_not_hold_up_the_answer() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let alice = store.set_user("alice", "secret").unwrap();
    let inbox = store.mailbox(alice, "INBOX").unwrap();
    let message = |size| {
        let mut draft = store.draft().unwrap();
        draft.write_all("x".repeat(size).as_bytes()).unwrap();
        let mut new = mail_examples::store::NewMessage::from(draft);
        new.flags = Flags::from_names(["\\Deleted"]);
        new
    };
    for _ in 0..10 {
        store.append(inbox, (0..1000).map(|_| message(100)).collect()).unwrap();
    }
    let begun = std::time::Instant::now();
    assert_eq!(store.expunge(inbox, &UidSet::all()).unwrap().len(), 10_000);
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn what_was_arriving_is_removed_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let messages = directory.path().join("messages");
    let store = Store::open(directory.path()).unwrap();
    let alice = store.set_user("alice", "secret").unwrap();
    deliver(&store, &[alice], &large("kept"));
    drop(store);
    fs::write(messages.join("7.eml"), "written but never committed").unwrap();
    fs::write(messages.join("notes.txt"), "not ours").unwrap();
    let store = Store::open(directory.path()).unwrap();
    assert_eq!(files(&messages), ["1.eml", "notes.txt"]);
    assert_eq!(inbox(&store, "alice").len(), 1);
}

#[test]
fn one_server_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let second = Store::open(directory.path());
    assert!(matches!(&second, Err(Error::DirectoryInUse(path)) if path == directory.path()));
    drop(store);
    Store::open(directory.path()).unwrap();
}

#[test]
fn an_index_of_version_1_gets_what_it_lacks() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let alice = store.set_user("alice", "secret").unwrap();
    let bob = store.set_user("bob", "secret").unwrap();
    deliver(&store, &[alice, bob], "1\n\nno end");
    deliver(&store, &[alice], "2\r\n\r\n");
    deliver(&store, &[alice], "3\n");
    drop(store);
    let messages = directory.path().join("messages");
    let index = rusqlite::Connection::open(directory.path().join("index.sqlite")).unwrap();
    // Every message was in a file.
    let mut small = index.prepare("SELECT body, octets FROM small").unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?));
    for row in small.query_map([], row).unwrap() {
        let (body, octets) = row.unwrap();
        fs::write(messages.join(format!("{body}.eml")), octets).unwrap();
    }
    drop(small);
    index
        .execute_batch("DROP TABLE small; DROP TABLE queued_recipient; DROP TABLE queued")
        .unwrap();
    let without = "ALTER TABLE message DROP COLUMN crlf_size;
                   ALTER TABLE mailbox DROP COLUMN recent";
    index.execute_batch(without).unwrap();
    index.pragma_update(None, "user_version", 1).unwrap();
    drop(index);
    // It need not keep the others from being used.
    fs::remove_file(messages.join("3.eml")).unwrap();

    for _ in 0..2 {
        let store = Arc::new(Store::open(directory.path()).unwrap());
        let sizes = |user| {
            let maildrop = store.maildrop(user).unwrap();
            let sizes = maildrop.messages().iter().map(|message| (message.size, message.crlf_size));
            sizes.collect::<Vec<_>>()
        };
        assert_eq!(sizes(alice)[..3], [(9, 13), (5, 5), (2, 2)]);
        assert_eq!(sizes(bob)[0], (9, 13));
        let mailbox = store.mailbox(alice, "INBOX").unwrap();
        assert!(store.take_recent(mailbox).unwrap().is_empty(), "what was there is not recent");
        deliver(&store, &[alice, bob], "later");
        assert_eq!(sizes(bob).last(), Some(&(5, 7)));
        assert_eq!(store.take_recent(mailbox).unwrap().len(), 1);
        // What is in its file stays there.
        assert_eq!(inbox(&store, "bob")[0].1, "1\n\nno end");
        assert_eq!(files(&messages), ["1.eml", "2.eml"]);
    }
}

#[test]
fn an_index_of_another_version_is_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    drop(Store::open(directory.path()).unwrap());
    let index = directory.path().join("index.sqlite");
    let connection = rusqlite::Connection::open(&index).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    let refused = Store::open(directory.path()).unwrap_err();
    assert!(matches!(refused, Error::Version { found: 999, .. }));
    assert!(refused.to_string().contains("index version 999"), "{refused}");
}

#[test]
fn what_is_no_directory_or_no_index_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "x").unwrap();
    let refused = Store::open(&file).unwrap_err();
    assert!(refused.to_string().contains("file"), "{refused}");
    fs::write(directory.path().join("index.sqlite"), "this is no database".repeat(99)).unwrap();
    let refused = Store::open(directory.path()).unwrap_err();
    assert!(matches!(refused, Error::Index(_)), "{refused}");
}

#[test]
fn threads_do_not_lose_or_double_anything() {
    const EACH: usize = 25;
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let alice = store.set_user("alice", "secret").unwrap();
    let inbox = store.mailbox(alice, "INBOX").unwrap();
    let archive = store.create(alice, "Archive").unwrap();
    thread::scope(|scope| {
        for writer in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..EACH {
                    deliver(store, &[alice], &format!("{writer}.{n}"));
                }
            });
        }
        // Meanwhile one session follows the mailbox and moves what comes.
        scope.spawn(|| {
            let (watch, mut modseq, mut moved) = (store.watch(inbox), 0, 0);
            while moved < 4 * EACH {
                assert!(watch.wait(modseq, std::time::Duration::from_secs(30)));
                let changes = store.changes(inbox, modseq).unwrap();
                let new: UidSet = changes.messages.iter().map(|message| message.uid).collect();
                moved += store.move_messages(inbox, &new, archive).unwrap().to.len();
                modseq = changes.modseq;
            }
        });
    });
    assert!(store.select(inbox).unwrap().uids.is_empty());
    let messages = store.messages(archive, &UidSet::all()).unwrap();
    let mut texts: Vec<_> =
        messages.iter().map(|m| store.body(m).unwrap().into_bytes().unwrap()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!((messages.len(), texts.len()), (4 * EACH, 4 * EACH));
}

/// Where the process that is killed has its store.
const DIRECTORY: &str = "MAIL_EXAMPLES_STORE_TO_KILL";

#[test]
#[ignore = "runs as a process of its own, until `a_kill_loses_nothing` kills it"]
fn deliver_until_killed() {
    let directory = std::env::var(DIRECTORY).unwrap();
    let store = Store::open(Path::new(&directory)).unwrap();
    let alice = store.set_user("alice", "secret").unwrap();
    for n in 0.. {
        let text = format!("message {n}");
        deliver(&store, &[alice], &if n % 2 == 0 { text } else { large(&text) });
        eprintln!("committed {n}");
    }
}

#[test]
fn a_kill_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut committed = 0;
    for _ in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "deliver_until_killed", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        // SIGKILL on Unix, at whatever the process is doing then.
        let told = lines.by_ref().take(20).count();
        child.kill().unwrap();
        child.wait().unwrap();
        committed += told + lines.count();

        let store = Store::open(directory.path()).unwrap();
        let there = inbox(&store, "alice");
        // One more may have been committed and not told.
        assert!((committed..=committed + 1).contains(&there.len()), "{committed} {}", there.len());
        committed = there.len();
        assert!(there.iter().all(|(_, text, _)| text.starts_with("message ")));
        let in_files = there.iter().filter(|(_, text, _)| text.len() > 32 * 1024).count();
        assert_eq!(files(&directory.path().join("messages")).len(), in_files);
    }
}
