//! The program that fetches mail.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[allow(dead_code, reason = "it is for all the tests")]
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod fetching;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The program, for alice's mail at this address.
fn program(address: SocketAddr, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pop3-get"));
    command.arg(address.to_string()).args(["--user", "alice"]).args(options);
    command.env("POP3_PASSWORD", "secret");
    command
}

/// Runs it: its exit status, what it says, and what it complains of.
#[track_caller]
fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[track_caller]
fn succeeds(command: &mut Command, said: &str) {
    assert_eq!(run(command), (0, format!("{said}\n"), String::new()));
}

/// What is in a Maildir, as text.
fn mail(maildir: &Path) -> Vec<String> {
    assert_eq!(fs::read_dir(maildir.join("tmp")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(maildir.join("cur")).unwrap().count(), 0);
    let files = fs::read_dir(maildir.join("new")).unwrap();
    let text = |file: fs::DirEntry| fs::read_to_string(file.path()).unwrap();
    let mut mail: Vec<String> = files.map(|file| text(file.unwrap())).collect();
    mail.sort();
    mail
}

/// A directory, and the paths of a Maildir and an mbox in it.
fn places() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let (maildir, mbox) = (directory.path().join("mail"), directory.path().join("mbox"));
    (directory, maildir, mbox)
}

#[test]
fn wrong_options_are_told_with_status_2() {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    for (options, expected) in [
        (&[][..], "--maildir"),
        (&["--maildir", "a", "--mbox", "b"], "cannot be used with"),
        (&["--mbox", "b", "--tls", "maybe"], "invalid value"),
        (&["--mbox", "b", "--insecure", "--ca", "c"], "cannot be used with"),
    ] {
        let (status, _, stderr) = run(&mut program(address, options));
        assert_eq!(status, 2, "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }
    let (directory, _, mbox) = places();
    let mut command = program(address, &["--tls", "none", "--mbox", mbox.to_str().unwrap()]);
    let (status, _, stderr) = run(command.env_remove("POP3_PASSWORD"));
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("--password-file FILE or set POP3_PASSWORD"), "{stderr}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}
