//! How long a server may take for a reply.

use std::time::{Duration, Instant};

/// How long it may still take until there is a whole reply. A server that sends its octets one
/// by one says something each time, and would be waited for without end.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// Since when the reply is waited for whose start is there.
    since: Option<Instant>,
    /// How much of it there was.
    unread: usize,
}

impl Patience {
    /// How long to wait for more where a reply may take `limit` and `unread` octets of it are
    /// there.
    pub(super) fn left(&mut self, now: Instant, limit: Duration, unread: usize) -> Duration {
        if unread == 0 || unread < self.unread {
            self.since = None;
        }
        self.unread = unread;
        let since = *self.since.get_or_insert(now);
        limit.saturating_sub(now.saturating_duration_since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_comes_octet_by_octet_does_not_take_for_ever() {
        let (start, seconds) = (Instant::now(), Duration::from_secs);
        let mut patience = Patience::default();
        let mut left =
            |at, unread| patience.left(start + seconds(at), seconds(300), unread).as_secs();
        assert_eq!([left(0, 0), left(100, 1), left(200, 2), left(300, 3)], [300, 200, 100, 0]);
        // Once there is one, the next has all the time: where nothing is left of it, and where
        // the start of the next is.
        assert_eq!([left(300, 0), left(400, 0), left(500, 70)], [300, 300, 200]);
        assert_eq!([left(600, 20), left(650, 30), left(1000, 31)], [300, 250, 0]);
    }
}
