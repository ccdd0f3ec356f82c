//! Hashing passwords with Argon2: in what memory, how many at once, and who
//! waits.
//!
//! A hash takes 7 MiB and some ten milliseconds of a processor. As many are
//! made at once as there are processors, four at most, each in a block of
//! memory that the next one uses again. The others wait for their turn, first
//! come, first served: when a server has been started anew all its clients
//! log in at once, and a mail program that is told "not now" shows its user an
//! error. Who waits has a connection, and these are bounded.

use std::{
    collections::VecDeque,
    fmt,
    sync::Mutex,
    thread::{self, Thread},
    time::{Duration, Instant},
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{self, PasswordHasher, phc::PasswordHash},
};
use subtle::ConstantTimeEq;

use super::{Error, lock};

/// Argon2id's cost: the least memory of those that OWASP recommends (7 MiB,
/// five passes), some ten milliseconds.
const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;

/// How many hashes are made at once at most, whatever the machine.
const AT_ONCE: usize = 4;
/// How long a turn is waited for: a thousand clients have theirs in less, and mail
/// programs wait longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether somebody who waits has gone.
const LOOK: Duration = Duration::from_millis(250);

/// Those who hash, and those who wait for it.
#[derive(Default)]
pub(super) struct Hashing(Mutex<Turns>);

struct Turns {
    /// Memory that nobody uses now.
    idle: Vec<Vec<Block>>,
    /// How many more may hash.
    free: usize,
    /// Who waits, the next one first.
    waiting: VecDeque<Thread>,
}

impl Turns {
    /// Whether it is the turn of `thread`.
    fn is_of(&self, thread: &Thread) -> bool {
        self.free > 0 && self.waiting.front().is_some_and(|first| first.id() == thread.id())
    }

    /// Wakes the one whose turn it is.
    fn call(&self) {
        if let (1.., Some(first)) = (self.free, self.waiting.front()) {
            first.unpark();
        }
    }
}

impl fmt::Debug for Hashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing").finish_non_exhaustive()
    }
}

impl Default for Turns {
    fn default() -> Self {
        let free = thread::available_parallelism().map_or(1, |count| count.get().min(AT_ONCE));
        Self { idle: Vec::new(), free, waiting: VecDeque::new() }
    }
}

impl Hashing {
    /// The hash of a new password, as it is stored.
    pub(super) fn hash(&self, password: &str) -> Result<String, Error> {
        let hash = argon2()?.hash_password(password.as_bytes()).map_err(Error::Password)?;
        Ok(hash.to_string())
    }

    /// Whether this is the password of a stored hash. Without a hash it takes
    /// as long, and is no.
    ///
    /// # Errors
    /// [`Error::Busy`] when it is not its turn in half a minute, or `gone` says
    /// meanwhile that nobody wants to know any more.
    pub(super) fn verify(
        &self,
        password: &str,
        hash: Option<&str>,
        gone: &dyn Fn() -> bool,
    ) -> Result<bool, Error> {
        let hash = hash.map(PasswordHash::new).transpose();
        let hash = hash.map_err(|e| Error::Password(e.into()))?;
        let mut turn = self.turn(gone)?;
        let Some(hash) = hash else {
            derive(&argon2()?, password, &[0; 16], &mut [0; 32], &mut turn.memory)?;
            return Ok(false);
        };
        let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
            return Err(Error::Password(password_hash::Error::Internal));
        };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str());
        let algorithm = algorithm.map_err(Error::Password)?;
        let version = hash.version.map_or(Ok(Version::default()), Version::try_from);
        let version = version.map_err(|e| Error::Password(e.into()))?;
        let params = Params::try_from(&hash).map_err(Error::Password)?;
        let mut found = vec![0; expected.len()];
        let argon2 = Argon2::new(algorithm, version, params);
        derive(&argon2, password, salt, &mut found, &mut turn.memory)?;
        Ok(found.ct_eq(expected.as_bytes()).into())
    }

    /// Waits until it may be hashed.
    fn turn(&self, gone: &dyn Fn() -> bool) -> Result<Turn<'_>, Error> {
        let (me, end) = (thread::current(), Instant::now() + PATIENCE);
        let mut turns = lock(&self.0);
        turns.waiting.push_back(me.clone());
        let mut given_up = false;
        while !given_up && !turns.is_of(&me) {
            drop(turns);
            thread::park_timeout(LOOK);
            given_up = Instant::now() >= end || gone();
            turns = lock(&self.0);
        }
        turns.waiting.retain(|other| other.id() != me.id());
        let memory = (!given_up).then(|| {
            turns.free -= 1;
            turns.idle.pop().unwrap_or_default()
        });
        // There may be a turn for the one behind, too.
        turns.call();
        match memory {
            Some(memory) => Ok(Turn { hashing: self, memory }),
            None => Err(Error::Busy("too many log in at once")),
        }
    }
}

/// Leave to hash, and the memory to do it in.
struct Turn<'h> {
    hashing: &'h Hashing,
    memory: Vec<Block>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut turns = lock(&self.hashing.0);
        turns.idle.push(std::mem::take(&mut self.memory));
        turns.free += 1;
        turns.call();
    }
}

fn derive(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &[u8],
    hash: &mut [u8],
    memory: &mut Vec<Block>,
) -> Result<(), Error> {
    memory.resize(argon2.params().block_count(), Block::new());
    let derived =
        argon2.hash_password_into_with_memory(password.as_bytes(), salt, hash, &mut memory[..]);
    derived.map_err(|e| Error::Password(e.into()))
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.map_err(|e| Error::Password(e.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const HERE: &dyn Fn() -> bool = &|| false;

    #[test]
    fn hashes_are_verified() {
        let hashing = Hashing::default();
        let hash = hashing.hash("one").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=7168,t=5,p=1$"), "{hash}");
        for (password, hash, good) in
            [("one", Some(&*hash), true), ("two", Some(&hash), false), ("one", None, false)]
        {
            assert_eq!(hashing.verify(password, hash, HERE).unwrap(), good);
        }
        // Of other costs, as another version might have written.
        let other = "$argon2i$v=19$m=16,t=2,p=1$MTIzNDU2Nzg$1Wku2OYzRSTLq5t1tJQyMQ";
        assert!(!hashing.verify("one", Some(other), HERE).unwrap());
        for broken in ["", "x", "$argon2id$v=19$m=16,t=2,p=1", "$scrypt$x$x"] {
            let refused = hashing.verify("one", Some(broken), HERE);
            assert!(matches!(refused, Err(Error::Password(_))), "{broken:?}");
        }
    }

    #[test]
    fn all_have_their_turn_and_who_waits_may_go() {
        const MANY: usize = 500;
        let hashing = Arc::new(Hashing::default());
        let free = lock(&hashing.0).free;
        let all: Vec<_> = (0..free).map(|_| hashing.turn(HERE).unwrap()).collect();
        let waiting: Vec<_> = (0..MANY)
            .map(|n| {
                let hashing = Arc::clone(&hashing);
                thread::spawn(move || hashing.turn(&|| n % 10 == 0).map(drop))
            })
            .collect();
        // Those who go leave the line.
        while lock(&hashing.0).waiting.len() != MANY - MANY / 10 {
            thread::yield_now();
        }
        drop(all);
        for (n, waited) in waiting.into_iter().enumerate() {
            assert_eq!(waited.join().unwrap().is_err(), n % 10 == 0, "{n}");
        }
        assert_eq!(lock(&hashing.0).free, free);
    }
}
