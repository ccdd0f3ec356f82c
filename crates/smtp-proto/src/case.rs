//! Names that are the same in upper and lower case.

use core::hash::Hasher;

/// Hashes a name so that it counts as [`eq_ignore_ascii_case`](str::eq_ignore_ascii_case)
/// compares.
pub(crate) fn hash<H: Hasher>(name: &[u8], state: &mut H) {
    name.iter().for_each(|octet| state.write_u8(octet.to_ascii_lowercase()));
    // As `str` does, so that where a name ends counts too.
    state.write_u8(0xff);
}

#[cfg(test)]
pub(crate) mod tests {
    use core::fmt::Debug;
    use core::hash::{Hash, Hasher};
    use std::hash::DefaultHasher;

    /// Asserts that two values are equal, and hash so.
    #[track_caller]
    pub(crate) fn assert_same<T: Copy + Debug + Eq + Hash>(one: T, other: T) {
        let hash = |value: &T| {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(one, other);
        assert_eq!(hash(&one), hash(&other), "{one:?} and {other:?}");
    }
}
