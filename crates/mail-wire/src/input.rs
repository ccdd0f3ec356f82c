//! What a session has seen of its input.

/// Fewer octets were shown to a session than it had left unread at the last call: some of
/// the peer's octets are lost. Nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error(
    "{missing} octets are missing that were left unread: show all of them again, with what was read after them"
)]
pub struct InputLost {
    /// How many, at least.
    pub missing: usize,
}

/// A session's view of what it is shown: how much it has used, and how much it left unread at
/// the last call, which the next call has to begin with.
///
/// What it cannot notice is that octets are shown twice, after those that it used were not
/// taken off: a [`ReceiveBuffer`](crate::ReceiveBuffer) notices that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inbound {
    used: u64,
    unread: usize,
}

impl Inbound {
    /// Checks what is shown at the start of a call.
    ///
    /// # Errors
    /// [`InputLost`] where it is less than was left unread.
    #[inline]
    pub const fn shown(&mut self, input: &[u8]) -> Result<(), InputLost> {
        match self.unread.checked_sub(input.len()) {
            None | Some(0) => {
                self.unread = input.len();
                Ok(())
            }
            Some(missing) => Err(InputLost { missing }),
        }
    }

    /// Takes note of what is left at the end of the call, of what was shown at its start.
    #[inline]
    pub fn left(&mut self, input: &[u8]) {
        let used = self.unread.saturating_sub(input.len());
        self.used = self.used.wrapping_add(u64::try_from(used).unwrap_or(u64::MAX));
        self.unread = input.len();
    }

    /// The octets left unread are not to come again: those in clear text before TLS, say.
    pub const fn forget(&mut self) {
        self.unread = 0;
    }

    /// How many octets the last call left unread.
    #[must_use]
    pub const fn unread(&self) -> usize {
        self.unread
    }

    /// How many octets have been seen, from the start of the connection: used, and left
    /// unread.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.used.wrapping_add(u64::try_from(self.unread).unwrap_or(u64::MAX))
    }

    /// How many octets have been used, where all but `rest` of what is shown is.
    #[must_use]
    pub fn used_but(&self, rest: &[u8]) -> u64 {
        self.seen().wrapping_sub(u64::try_from(rest.len()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_must_be_shown_again() {
        let mut inbound = Inbound::default();
        assert_eq!(inbound.shown(b"abcdef"), Ok(()));
        assert_eq!(inbound.used_but(b"def"), 3);
        inbound.left(b"ef");
        assert_eq!((inbound.unread(), inbound.seen()), (2, 6));
        assert_eq!(inbound.shown(b"f"), Err(InputLost { missing: 1 }));
        assert_eq!(inbound.shown(b""), Err(InputLost { missing: 2 }));
        // The refused calls changed nothing.
        assert_eq!(inbound.shown(b"efg"), Ok(()));
        inbound.left(b"");
        assert_eq!((inbound.unread(), inbound.seen()), (0, 7));
        inbound.shown(b"xyz").unwrap();
        inbound.left(b"xyz");
        inbound.forget();
        assert_eq!(inbound.shown(b""), Ok(()));
    }
}
