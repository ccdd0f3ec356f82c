//! What brings a session to its end.

use alloc::boxed::Box;

/// The goodbye of a session that is to end, and cannot yet: something is carried out for its
/// peer, which would do it again if it were told of the end first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Farewell(Option<Box<[u8]>>);

impl Farewell {
    /// The session is to end after the answer that is due, with these words; none at all, to go
    /// silently. The first call counts.
    pub fn defer(&mut self, words: &[u8]) {
        self.0.get_or_insert_with(|| words.into());
    }

    /// Whether the session is to end.
    #[must_use]
    pub const fn is_due(&self) -> bool {
        self.0.is_some()
    }

    /// The words, if the session is to end: now it may.
    pub fn take(&mut self) -> Option<Box<[u8]>> {
        self.0.take()
    }
}

/// How many bad commands a peer has sent since the last good one.
///
/// Which are bad and which good is the session's to say. One that guesses passwords, or
/// speaks another protocol, is not talked to for ever; one that makes a mistake now and then
/// is, however long its session lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BadCommands(u32);

impl BadCommands {
    /// Counts one more; whether it is one more than `limit`.
    #[must_use]
    pub const fn one_more(&mut self, limit: u32) -> bool {
        self.0 = self.0.saturating_add(1);
        self.0 > limit
    }

    /// Forgets those before: a good one came.
    pub const fn forgive(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_are_said() {
        let mut farewell = Farewell::default();
        assert!(!farewell.is_due() && farewell.take().is_none());
        farewell.defer(b"going down");
        farewell.defer(b"silent for too long");
        assert!(farewell.is_due());
        assert_eq!(farewell.take().as_deref(), Some(&b"going down"[..]));
        assert_eq!(farewell.take(), None);
    }

    #[test]
    fn good_commands_make_up_for_bad_ones() {
        let mut bad = BadCommands::default();
        assert!(!bad.one_more(2) && !bad.one_more(2) && bad.one_more(2));
        bad.forgive();
        assert!(!bad.one_more(2));
    }
}
