//! What a tried password leaves in memory, in a process of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    fs,
    sync::{Arc, Barrier},
    thread,
};

use mail_examples::store::{Error, Store};

const THREADS: usize = 40;
/// The memory that one password is hashed in, and how many are hashed at once at most.
const HASHING: usize = 4 * 7 * 1024 * 1024;

fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// The threads are those of connections that go on.
#[test]
fn a_tried_password_leaves_no_memory_behind() {
    let store = Arc::new(Store::in_memory().unwrap());
    store.set_user("alice", "secret").unwrap();
    assert!(store.authenticate("alice", "secret", &|| false).unwrap().is_some());
    let before = resident();
    let (tried, end) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let tries = || store.authenticate("alice", "wrong", &|| false);
                while let Err(Error::Busy(_)) = tries() {}
                tried.wait();
                end.wait();
            });
        }
        tried.wait();
        let grown = resident().saturating_sub(before);
        end.wait();
        let bound = HASHING + 20 * 1024 * 1024;
        assert!(grown < bound, "{grown} octets for {THREADS} passwords");
    });
}
