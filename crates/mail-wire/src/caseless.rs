//! Names that are the same in upper and lower case.

use core::fmt;
use core::hash::{Hash, Hasher};

/// A name of US-ASCII letters that is the same in upper and lower case: it keeps its wire form,
/// and compares and hashes without regard to case. Octets past US-ASCII compare as they are.
///
/// ```
/// # use mail_wire::Caseless;
/// assert_eq!(Caseless("x-mark"), Caseless("X-Mark"));
/// assert_ne!(Caseless("X-MARK"), Caseless("X-MARKS"));
/// ```
#[derive(Clone, Copy)]
pub struct Caseless<'a>(pub &'a str);

impl<'a> Caseless<'a> {
    /// The name as it was written.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

impl PartialEq for Caseless<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Caseless<'_> {}

impl Hash for Caseless<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.bytes().for_each(|octet| state.write_u8(octet.to_ascii_lowercase()));
        // As `str` does, so that where a name ends counts too.
        state.write_u8(0xff);
    }
}

impl fmt::Debug for Caseless<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::DefaultHasher;

    #[test]
    fn equal_names_hash_alike() {
        let hash = |names: &[Caseless<'_>]| {
            let mut hasher = DefaultHasher::new();
            names.iter().for_each(|name| name.hash(&mut hasher));
            hasher.finish()
        };
        assert_eq!(hash(&[Caseless("X-mark")]), hash(&[Caseless("x-MARK")]));
        assert_ne!(hash(&[Caseless("ab"), Caseless("c")]), hash(&[Caseless("a"), Caseless("bc")]));
        assert_ne!(Caseless("grü"), Caseless("grÜ"));
    }
}
