//! What a session has left unread.

/// The octets that a session has left unread, and is shown again before those that come next.
#[derive(Debug)]
pub struct Unread {
    octets: Vec<u8>,
    limit: usize,
}

impl Unread {
    /// Nothing yet. `limit` is what the session's `Limits` say a buffer has to hold.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { octets: Vec::new(), limit }
    }

    /// All that the session is to be shown, with what came now.
    #[must_use]
    pub fn with(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut shown = std::mem::take(&mut self.octets);
        shown.extend_from_slice(octets);
        shown
    }

    /// Keeps what the session has left of it.
    ///
    /// # Panics
    /// Where that leaves no room for one octet more within the limit.
    #[track_caller]
    pub fn keep(&mut self, left: &[u8]) {
        assert!(left.len() < self.limit, "{} octets are left of {}", left.len(), self.limit);
        self.octets = left.to_vec();
    }

    /// Keeps what the session is not to read yet, however much it is.
    pub fn put_off(&mut self, left: &[u8]) {
        self.octets = left.to_vec();
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_comes_again() {
        let mut unread = Unread::new(4);
        assert_eq!(unread.with(b"NO"), b"NO");
        unread.keep(b"NO");
        assert!(!unread.is_empty());
        assert_eq!(unread.with(b"OP"), b"NOOP");
        assert!(unread.is_empty());
    }

    #[test]
    #[should_panic(expected = "4 octets are left of 4")]
    fn a_buffer_that_is_full_is_no_room() {
        Unread::new(4).keep(b"NOOP");
    }
}
