//! The mechanisms that a server offers, and the list of them that it sends.

use alloc::string::String;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use super::mechanism::Mechanism;
use crate::Channel;
use crate::parse::{Class, SyntaxError, run};

/// The mechanisms that a server offers, in the order in which it prefers them.
///
/// ```
/// # use mail_wire::{Channel, Mechanism, OfferedMechanisms};
/// let mut mechanisms = OfferedMechanisms::default();
/// mechanisms.offer("SCRAM-SHA-256")?;
/// mechanisms.offer("PLAIN")?;
/// assert!(mechanisms.on(Channel::Clear, false).eq([Mechanism::ScramSha256]));
/// assert!(mechanisms.on(Channel::Tls, false).eq([Mechanism::ScramSha256, Mechanism::Plain]));
/// # Ok::<(), mail_wire::SyntaxError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OfferedMechanisms(Vec<Offered>);

#[derive(Clone, Debug)]
struct Offered {
    name: String,
    /// Kept, for a server asks it whenever it lists them.
    shows_password: bool,
}

impl OfferedMechanisms {
    /// The most octets of all names together, each with a space before it: they fit
    /// a line of 512 (RFC 5321 §4.5.3.1.5, RFC 2449 §4).
    pub const MAX: usize = 500;

    /// Offers one more mechanism, after those offered before. To offer it twice is to
    /// offer it once.
    ///
    /// # Errors
    /// [`SyntaxError`] where `name` is not one of a mechanism, or all names together
    /// are longer than [`MAX`](Self::MAX).
    pub fn offer(&mut self, name: &str) -> Result<(), SyntaxError> {
        let mechanism = Mechanism::parse(name.as_bytes())?;
        if self.iter().any(|offered| offered == mechanism) {
            return Ok(());
        }
        let names = self.0.iter().map(|offered| offered.name.as_str()).chain([name]);
        if names.map(|name| 1 + name.len()).sum::<usize>() > Self::MAX {
            return Err(SyntaxError { offset: 0, expected: "mechanisms that fit a line" });
        }
        let shows_password = mechanism.shows_password();
        self.0.push(Offered { name: mechanism.as_str().into(), shows_password });
        Ok(())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Mechanism<'_>> {
        self.0.iter().filter_map(|offered| Mechanism::parse(offered.name.as_bytes()).ok())
    }

    /// Those that may be used on `channel`: in clear text, none that
    /// [shows the password](Mechanism::shows_password), unless `plaintext_auth` lets it.
    pub fn on(
        &self,
        channel: Channel,
        plaintext_auth: bool,
    ) -> impl Iterator<Item = Mechanism<'_>> {
        let names = self.names_on(channel, plaintext_auth);
        names.filter_map(|name| Mechanism::parse(name.as_bytes()).ok())
    }

    /// The names of those, as they are written.
    pub fn names_on(&self, channel: Channel, plaintext_auth: bool) -> impl Iterator<Item = &str> {
        let all = plaintext_auth || channel.is_tls();
        let fit = self.0.iter().filter(move |offered| all || !offered.shows_password);
        fit.map(|offered| offered.name.as_str())
    }
}

/// The mechanisms that a server names in its answer to EHLO or CAPA, with spaces between them
/// (RFC 4954 §3, RFC 5034 §3). Two lists are equal where their mechanisms are.
///
/// ```
/// # use mail_wire::{Mechanism, Mechanisms};
/// let mechanisms = Mechanisms::parse(b"SCRAM-SHA-256 PLAIN")?;
/// assert!(mechanisms.iter().eq([Mechanism::ScramSha256, Mechanism::Plain]));
/// # Ok::<(), mail_wire::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Mechanisms<'a>(&'a [u8]);

/// What can stand on a line.
static LINE: Class = Class::new().with_range(0x01, 0xff).without(b"\r\n");

impl<'a> Mechanisms<'a> {
    /// Takes names of mechanisms with spaces between them.
    ///
    /// # Errors
    /// [`SyntaxError`] where there is a CR, LF or NUL among them.
    pub fn parse(names: &'a [u8]) -> Result<Self, SyntaxError> {
        match run(&LINE, names) {
            (names, []) => Ok(Self(names)),
            (names, _) => Err(SyntaxError { offset: names.len(), expected: "no CR, LF or NUL" }),
        }
    }

    /// The mechanisms one by one. What is no name of one is passed over.
    pub fn iter(self) -> impl Iterator<Item = Mechanism<'a>> {
        self.0.split(|&byte| byte == b' ').filter_map(|name| Mechanism::parse(name).ok())
    }
}

impl PartialEq for Mechanisms<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Mechanisms<'_> {}

impl Hash for Mechanisms<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|mechanism| mechanism.hash(state));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_fits_a_line_and_is_offered_once() {
        let mut mechanisms = OfferedMechanisms::default();
        for name in ["x-ours", "plain", "PLAIN", "X-OURS"] {
            mechanisms.offer(name).unwrap();
        }
        let names = |mechanisms: &OfferedMechanisms| -> Vec<String> {
            mechanisms.iter().map(|mechanism| mechanism.as_str().into()).collect()
        };
        assert_eq!(names(&mechanisms), ["x-ours", "PLAIN"]);
        assert_eq!(mechanisms.on(Channel::Clear, false).count(), 0);
        assert!(mechanisms.offer("X OURS").is_err());
        let mut offered = 0;
        while mechanisms.offer(&std::format!("X-{offered:018}")).is_ok() {
            offered += 1;
        }
        let octets: usize = names(&mechanisms).iter().map(|name| 1 + name.len()).sum();
        assert_eq!((offered, octets), (23, 7 + 6 + 23 * 21));
        mechanisms.offer("PLAIN").unwrap();
    }

    #[test]
    fn lists_pass_over_what_is_no_name() {
        let list = Mechanisms::parse(b"CRAM-MD5  plain \xff X").unwrap();
        assert!(list.iter().map(Mechanism::as_str).eq(["CRAM-MD5", "PLAIN", "X"]));
        assert_eq!(list, Mechanisms::parse(b"cram-md5 PLAIN x").unwrap());
        assert_eq!(Mechanisms::parse(b"PLAIN\r\nLOGIN").unwrap_err().offset, 5);
    }
}
