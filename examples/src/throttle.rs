//! How many passwords may be tried, from an address and for a user.
//!
//! An address, or a user, has [`TRIES`] wrong passwords at once; each comes
//! back after a second. Where somebody has logged in as a user before, this
//! user's tries from there are counted apart, so that those who guess from
//! elsewhere do not keep him out.
//!
//! A try is taken before a password is looked at and given back if it was
//! right. So no address has more than [`TRIES`] passwords looked at at once,
//! and those who are in a hurry wait outside of the queue in which the others
//! have their turn.

use std::{
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How many wrong passwords may be tried at once.
const TRIES: u32 = 10;
/// How long it takes until one of them comes back.
const COMES_BACK: Duration = Duration::from_secs(1);
/// How long a try is waited for. Those that are being looked at come back if they are right, so
/// that a house whose clients all log in at once, each with the right password, has them all in.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether somebody who waits has gone.
const LOOK: Duration = Duration::from_millis(250);
/// How many counters there are. Those who meet in one, by chance, share it:
/// what they try takes no memory, whoever they say they are.
const COUNTERS: usize = 1 << 14;

/// Counts what has been tried.
pub(crate) struct Throttle {
    counters: Mutex<Counters>,
    given_back: Condvar,
    /// Which counter is whose nobody can know from outside.
    state: RandomState,
}

struct Counters {
    /// When all tries will be there again.
    whole_at: Vec<Instant>,
    /// Who has logged in from where, as hashes, each at its place.
    known: Vec<u64>,
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

impl Default for Throttle {
    fn default() -> Self {
        let whole_at = vec![Instant::now(); COUNTERS];
        let counters = Counters { whole_at, known: vec![0; COUNTERS] };
        Self {
            counters: Mutex::new(counters),
            given_back: Condvar::new(),
            state: RandomState::new(),
        }
    }
}

/// What is counted.
#[derive(Hash)]
enum Key<'a> {
    Address(IpAddr),
    User(&'a str),
    Known(IpAddr, &'a str),
}

impl Throttle {
    /// Takes a try for this user, who is in lower case, from this address.
    /// Where there is none it is waited for; `None` if that takes seconds, or
    /// `gone` says meanwhile that nobody wants it any more.
    pub(crate) fn take(
        &self,
        address: IpAddr,
        user: &str,
        gone: &dyn Fn() -> bool,
    ) -> Option<Try<'_>> {
        let address = network(address);
        let hash = |key: Key<'_>| self.state.hash_one(key);
        let known = hash(Key::Known(address, user));
        let end = Instant::now() + PATIENCE;
        let mut counters = self.lock();
        let taken_from = match counters.known[place(known)] == known {
            true => [known, known],
            false => [hash(Key::Address(address)), hash(Key::User(user))],
        }
        .map(place);
        loop {
            let now = Instant::now();
            if taken_from
                .iter()
                .all(|&place| counters.whole_at[place] < now + COMES_BACK * (TRIES - 1))
            {
                break;
            }
            if now >= end || gone() {
                return None;
            }
            let waited = self.given_back.wait_timeout(counters, LOOK);
            counters = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        counters.change(taken_from, |whole_at| whole_at.max(Instant::now()) + COMES_BACK);
        Some(Try { throttle: self, taken_from, known })
    }

    fn lock(&self) -> MutexGuard<'_, Counters> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counters {
    fn change(&mut self, [one, other]: [usize; 2], change: impl Fn(Instant) -> Instant) {
        self.whole_at[one] = change(self.whole_at[one]);
        if other != one {
            self.whole_at[other] = change(self.whole_at[other]);
        }
    }
}

/// A password that may be tried. Dropped, it was a wrong one.
#[derive(Debug)]
#[must_use]
pub(crate) struct Try<'t> {
    throttle: &'t Throttle,
    taken_from: [usize; 2],
    known: u64,
}

impl Try<'_> {
    /// The password was right: this user logs in from this address.
    pub(crate) fn was_right(self) {
        self.throttle.lock().known[place(self.known)] = self.known;
        self.give_back();
    }

    /// No password was looked at.
    pub(crate) fn give_back(self) {
        self.throttle.lock().change(self.taken_from, |whole_at| {
            whole_at.checked_sub(COMES_BACK).unwrap_or(whole_at)
        });
        self.throttle.given_back.notify_all();
    }
}

fn place(hash: u64) -> usize {
    (hash % COUNTERS as u64) as usize
}

/// The address, or the network of one site (RFC 4291 §2.5.4), where one
/// subscriber has as many addresses as he likes.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread};

    use super::*;

    const HERE: &dyn Fn() -> bool = &|| false;
    const GONE: &dyn Fn() -> bool = &|| true;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn an_address_has_ten_wrong_passwords_and_one_more_a_second() {
        let throttle = Throttle::default();
        for n in 0..TRIES {
            let user = format!("user{n}");
            assert!(throttle.take(address(1), &user, GONE).is_some(), "{n}");
        }
        assert!(throttle.take(address(1), "another", GONE).is_none());
        assert!(throttle.take(address(2), "another", GONE).is_some());
        let begun = Instant::now();
        assert!(throttle.take(address(1), "another", HERE).is_some());
        assert!(begun.elapsed() < PATIENCE);
    }

    #[test]
    fn a_user_has_ten_wrong_passwords_and_those_who_know_the_right_one_more() {
        let throttle = Throttle::default();
        throttle.take(address(100), "alice", HERE).unwrap().was_right();
        for n in 1..=10 {
            assert!(throttle.take(address(n), "alice", GONE).is_some(), "{n}");
        }
        assert!(throttle.take(address(11), "alice", GONE).is_none());
        // He who has logged in from there, though others there are guessing.
        for _ in 0..TRIES {
            assert!(throttle.take(address(100), "alice", GONE).is_some());
        }
        assert!(throttle.take(address(100), "alice", GONE).is_none());
    }

    #[test]
    fn what_is_given_back_is_there_at_once() {
        let throttle = Arc::new(Throttle::default());
        let threads: Vec<_> = (0..50)
            .map(|n| {
                let throttle = Arc::clone(&throttle);
                thread::spawn(move || match throttle.take(address(1), "alice", HERE) {
                    Some(taken) if n % 2 == 0 => taken.was_right(),
                    Some(taken) => taken.give_back(),
                    None => panic!("nothing came back"),
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }

    #[test]
    fn a_site_is_one_address() {
        for (one, other, same) in [
            ("2001:db8::1", "2001:db8::ffff:0:0:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
        ] {
            let [one, other] = [one, other].map(|address| network(address.parse().unwrap()));
            assert_eq!(one == other, same, "{one} {other}");
        }
    }
}
