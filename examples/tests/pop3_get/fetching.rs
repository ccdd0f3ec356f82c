//! Against our own server.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use mail_examples::{
    client_tls::{self, Trust},
    listen::{Listeners, Security},
    pop3,
    pop3_get::{self, Account, Delivery, Login, Mailbox, Report, Seen, Summary},
    sasl::Credentials,
    store::Store,
};

use crate::{
    common::{certificate, inbox, listen, server},
    mail, places, program, run, succeeds,
};

/// A server with messages for alice.
fn start(messages: &[&str], security: Security) -> (Listeners, SocketAddr, Arc<Store>) {
    let server = server(Store::in_memory().unwrap());
    let store = Arc::clone(&server.store);
    messages.iter().for_each(|message| deliver(&store, message));
    let (listeners, address) = listen(server, pop3::drive, security);
    (listeners, address, store)
}

fn deliver(store: &Store, message: &str) {
    let alice = store.recipient("alice").unwrap().unwrap();
    let mut draft = store.draft().unwrap();
    draft.write_all(message.as_bytes()).unwrap();
    store.deliver(draft, &[alice]).unwrap();
}

const MESSAGES: [&str; 3] = [
    "Subject: 1\r\n\r\none\r\n.\r\n..two\r\n",
    "Subject: 2\r\n\r\nFrom me\r\n>From you\r\n",
    "Subject: 3\r\n\r\n",
];

#[test]
fn into_a_maildir_under_tls_and_deleted() {
    let (listeners, address, store) = start(&MESSAGES, Security::ImplicitTls);
    let (_directory, maildir, _) = places();
    let ca = certificate();
    let options = ["--ca", ca.to_str().unwrap(), "--maildir", maildir.to_str().unwrap()];
    let mut command = program(address, &options);
    succeeds(&mut command, "3 new messages, 77 B; 0 seen before; 3 deleted on the server");
    let expected = MESSAGES.map(|message| message.replace("\r\n", "\n"));
    assert_eq!(mail(&maildir), expected);
    assert!(inbox(&store, "alice").is_empty());
    // Nothing is left to be known of what is gone.
    let record = fs::read_to_string(maildir.join(".pop3-get-seen")).unwrap();
    assert_eq!(record, format!("# pop3-get: seen of alice@{address}\n"));
    succeeds(&mut command, "0 new messages, 0 B; 0 seen before; 0 deleted on the server");
    listeners.stop();
}

#[test]
fn kept_mail_is_fetched_once() {
    let (listeners, address, store) = start(&MESSAGES, Security::StartTls);
    let (_directory, maildir, _) = places();
    let ca = certificate();
    let ca = ca.to_str().unwrap();
    let keep = ["--tls", "starttls", "--ca", ca, "--maildir", maildir.to_str().unwrap(), "--keep"];
    let mut command = program(address, &keep);
    succeeds(&mut command, "3 new messages, 77 B; 0 seen before; 0 deleted on the server");
    succeeds(&mut command, "0 new messages, 0 B; 3 seen before; 0 deleted on the server");
    deliver(&store, "4\r\n");
    succeeds(&mut command, "1 new message, 3 B; 3 seen before; 0 deleted on the server");
    assert_eq!(mail(&maildir).len(), 4);
    // What was to be kept stays even if new mail is not.
    deliver(&store, "5\r\n");
    let mut command = program(address, &keep[..6]);
    succeeds(&mut command, "1 new message, 3 B; 4 seen before; 1 deleted on the server");
    assert_eq!(inbox(&store, "alice").len(), 4);
    listeners.stop();
}

#[test]
fn into_an_mbox_in_clear_text() {
    let (listeners, address, store) = start(&MESSAGES, Security::StartTls);
    let (directory, _, mbox) = places();
    let seen = directory.path().join("record");
    for (login, keep) in [("auto", true), ("apop", true), ("plain", true), ("user", false)] {
        let mut command = program(address, &["--tls", "none", "--login", login]);
        command.arg("--mbox").arg(&mbox);
        if keep {
            command.arg("--seen").arg(&seen).arg("--keep");
        }
        let (status, _, stderr) = run(&mut command);
        assert_eq!((status, stderr.as_str()), (0, ""), "{login}");
    }
    let text = fs::read_to_string(&mbox).unwrap();
    let quoted = "\nSubject: 2\n\n>From me\n>>From you\n\nFrom MAILER-DAEMON ";
    assert_eq!(text.matches(quoted).count(), 2, "{text}");
    assert_eq!(text.matches("From MAILER-DAEMON ").count(), 6, "{text}");
    assert!(text.ends_with("\nSubject: 3\n\n\n"), "{text}");
    assert_eq!(fs::read_to_string(seen).unwrap().lines().count(), 4);
    assert!(directory.path().join("mbox.seen").exists());
    assert!(inbox(&store, "alice").is_empty());
    listeners.stop();
}

#[test]
fn many_messages_and_large_ones() {
    let large = format!("Subject: large\r\n\r\n{}", ".line\r\nFrom me\r\n".repeat(40_000));
    let mut messages = vec!["Subject: small\r\n\r\nsmall\r\n"; 60];
    messages[30] = &large;
    let (listeners, address, store) = start(&messages, Security::ImplicitTls);
    let (_directory, maildir, _) = places();
    let mut command = program(address, &["--insecure", "--quiet"]);
    let (status, said, _) = run(command.arg("--maildir").arg(&maildir));
    assert_eq!(status, 0);
    assert!(said.starts_with("60 new messages, 641.4"), "{said}");
    assert!(mail(&maildir).contains(&large.replace("\r\n", "\n")));
    assert!(inbox(&store, "alice").is_empty());
    listeners.stop();
}

#[test]
fn a_wrong_password_and_a_wrong_certificate() {
    let (listeners, address, _) = start(&MESSAGES, Security::ImplicitTls);
    let (directory, maildir, _) = places();
    let file = directory.path().join("password");
    fs::write(&file, "wrong\n").unwrap();
    for (options, expected) in [
        (&["--insecure"][..], "the login is rejected: [AUTH] invalid name or password"),
        (&[], "TLS: invalid peer certificate: "),
    ] {
        let mut command = program(address, options);
        command.arg("--password-file").arg(&file).arg("--maildir").arg(&maildir);
        let (status, said, stderr) = run(&mut command);
        assert_eq!(status, 1, "{stderr}");
        assert!(stderr.starts_with(&format!("pop3-get: {address}: ")), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert_eq!(said, "");
    }
    listeners.stop();
}

/// Has room for so many messages.
#[derive(Debug)]
struct Full(usize);

impl Mailbox for Full {
    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        if self.0 == 0 { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn commit(&mut self) -> io::Result<()> {
        self.0 -= 1;
        Ok(())
    }

    fn abort(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps what is told.
#[derive(Default)]
struct Told(Vec<String>);

impl Report for Told {
    fn begins(&mut self, messages: usize, octets: u64) {
        self.0.push(format!("{messages}, {octets}"));
    }

    fn received(&mut self, _: u64) {}

    fn problem(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }
}

#[test]
fn a_full_disk_ends_the_fetching_and_what_came_is_deleted() {
    let (listeners, address, store) = start(&["message\r\n"; 40], Security::StartTls);
    let (directory, ..) = places();
    let account = Account {
        server: address.to_string().parse().unwrap(),
        security: pop3_get::Security::None,
        trust: client_tls::configure(Trust::Anyone).unwrap(),
        credentials: Credentials { name: "alice".into(), password: "secret".into() },
        login: Login::Auto,
        log_wire: None,
        timeout: Duration::from_secs(20),
        stop: Arc::default(),
    };
    let mut seen = Seen::open(&directory.path().join("seen"), "alice@host").unwrap();
    let mut mailbox = Full(3);
    let mut delivery = Delivery { mailbox: &mut mailbox, seen: &mut seen, keep: false };
    let (mut told, mut summary) = (Told::default(), Summary::default());
    pop3_get::get(&account, &mut delivery, &mut told, &mut summary).unwrap();
    // What was asked for already is lost with it.
    let told = told.0;
    assert_eq!(told[0], "40, 360");
    assert!(told[1].starts_with("message 4 ("), "{told:?}");
    assert!(told[1..].iter().all(|text| text.ends_with(": no storage space")), "{told:?}");
    assert!((1..=16).contains(&summary.problems), "{summary:?}");
    assert_eq!((summary.new, summary.deleted), (3, 3));
    assert_eq!(inbox(&store, "alice").len(), 37);
    listeners.stop();
}
