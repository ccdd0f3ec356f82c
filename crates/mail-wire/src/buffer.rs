//! The receive buffer between a socket and a session.

use alloc::vec;
use alloc::vec::Vec;

/// Why a [`ReceiveBuffer`] has no space to read into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BufferError {
    /// It holds as many octets as its limit allows, and the session wants more still. A session
    /// never leaves more unread than its own limits say, so this means that the buffer's limit
    /// was set below them.
    #[error(
        "the receive buffer is full at its limit of {limit} octets: give it the limit that the session's `Limits` ask for"
    )]
    Full {
        /// The limit, in octets.
        limit: usize,
    },
    /// Its octets were shown to a session, and not said how many of them were left unread: they
    /// would be shown twice.
    #[error("say what the session left unread with `keep_last` before reading more")]
    NotKept,
}

/// Octets received and not yet used by a session.
///
/// It starts small, grows to its limit as it must, and never hands out an empty
/// space to read into, so that a read of 0 octets always means the end of the
/// stream.
///
/// ```
/// # use mail_wire::ReceiveBuffer;
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let mut stream: &[u8] = b"NOOP\r\nQU"; // any `std::io::Read`
/// let mut buffer = ReceiveBuffer::new();
/// let n = std::io::Read::read(&mut stream, buffer.space()?)?;
/// buffer.received(n);
///
/// let mut input = buffer.filled();
/// input = &input[6..]; // a session takes the octets of NOOP off the front
/// let unread = input.len();
/// buffer.keep_last(unread);
/// assert_eq!(buffer.filled(), b"QU");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ReceiveBuffer {
    /// Always initialised to its whole length: what is not filled is zeros or old input.
    octets: Vec<u8>,
    start: usize,
    end: usize,
    limit: usize,
    /// [`filled`](Self::filled) was called, and [`keep_last`](Self::keep_last) not since.
    shown: bool,
}

impl ReceiveBuffer {
    /// The limit of [`new`](Self::new): 128 KiB, more than a session with
    /// default limits ever leaves unread.
    pub const DEFAULT_LIMIT: usize = 128 * 1024;

    const FIRST_SIZE: usize = 8 * 1024;

    /// An empty buffer that holds up to [`DEFAULT_LIMIT`](Self::DEFAULT_LIMIT)
    /// octets. It allocates at its first use.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_limit(Self::DEFAULT_LIMIT)
    }

    /// An empty buffer that holds up to `limit` octets (at least one).
    #[must_use]
    pub const fn with_limit(limit: usize) -> Self {
        let limit = if limit == 0 { 1 } else { limit };
        Self { octets: Vec::new(), start: 0, end: 0, limit, shown: false }
    }

    /// Space to read into, never empty. Say with [`received`](Self::received)
    /// how much of it was filled.
    ///
    /// # Errors
    /// [`BufferError::Full`] where the limit is reached and nothing was taken;
    /// [`BufferError::NotKept`] where [`filled`](Self::filled) was called and not
    /// [`keep_last`](Self::keep_last) after it. Nothing is lost by either.
    pub fn space(&mut self) -> Result<&mut [u8], BufferError> {
        if self.shown {
            return Err(BufferError::NotKept);
        }
        if self.end == self.octets.len() {
            // Moving the unread to the front is only worth it while that is the
            // smaller half: so, below the limit, every octet is moved a bounded number
            // of times.
            let unread = self.end - self.start;
            if unread <= self.octets.len() / 2 && self.start > 0 {
                self.octets.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, unread);
            } else if self.octets.len() < self.limit {
                let size = (self.octets.len() * 2).max(Self::FIRST_SIZE).min(self.limit);
                if self.octets.is_empty() {
                    // Memory that is zeros already, if there is such.
                    self.octets = vec![0; size];
                } else {
                    self.octets.reserve_exact(size - self.octets.len());
                    self.octets.resize(size, 0);
                }
            } else if self.start > 0 {
                self.octets.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, unread);
            } else {
                return Err(BufferError::Full { limit: self.limit });
            }
        }
        self.octets.get_mut(self.end..).ok_or(BufferError::Full { limit: self.limit })
    }

    /// Says that the first `n` octets of [`space`](Self::space) were filled.
    /// More than the space holds is taken as all of it.
    pub fn received(&mut self, n: usize) {
        self.end = self.end.saturating_add(n).min(self.octets.len());
    }

    /// The octets received and not yet used, to be shown to a session. Say with
    /// [`keep_last`](Self::keep_last) how many of them it left unread.
    #[must_use]
    pub fn filled(&mut self) -> &[u8] {
        self.shown = self.start < self.end;
        self.octets.get(self.start..self.end).unwrap_or_default()
    }

    /// Forgets all but the last `unread` octets: what a session left.
    pub fn keep_last(&mut self, unread: usize) {
        self.shown = false;
        self.start = self.end.saturating_sub(unread).max(self.start);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Whether nothing is unread.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Gives the memory back while a connection idles. What is unread stays.
    pub fn shrink(&mut self) {
        self.octets.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        self.octets.truncate(self.end);
        self.octets.shrink_to_fit();
    }
}

impl Default for ReceiveBuffer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Read(usize),
        Keep(usize),
        Shrink,
    }

    proptest! {
        /// It holds what a plain vector would, never more than its limit, and takes
        /// no more memory than that.
        #[test]
        fn it_holds_what_was_received_and_not_used(
            limit in prop_oneof![0_usize..40, 8_190_usize..8_200, Just(20_000)],
            steps in prop::collection::vec(
                prop_oneof![
                    (0_usize..30_000).prop_map(Step::Read),
                    (0_usize..30_000).prop_map(Step::Keep),
                    Just(Step::Shrink),
                ],
                0..60,
            ),
        ) {
            let mut buffer = ReceiveBuffer::with_limit(limit);
            let limit = limit.max(1);
            let (mut held, mut octet) = (Vec::new(), 0_u8);
            for step in steps {
                match step {
                    Step::Read(most) => match buffer.space() {
                        Ok(space) => {
                            prop_assert!(!space.is_empty() && held.len() + space.len() <= limit);
                            let read = most.min(space.len());
                            for slot in &mut space[..read] {
                                *slot = octet;
                                held.push(octet);
                                octet = octet.wrapping_add(1);
                            }
                            buffer.received(read);
                        }
                        Err(full) => {
                            prop_assert_eq!((held.len(), full), (limit, BufferError::Full { limit }));
                        }
                    },
                    Step::Keep(most) => {
                        let kept = most.min(held.len());
                        buffer.keep_last(kept);
                        held.drain(..held.len() - kept);
                    }
                    Step::Shrink => buffer.shrink(),
                }
                prop_assert_eq!(buffer.filled(), &held[..]);
                prop_assert!(held.is_empty() || buffer.space() == Err(BufferError::NotKept));
                buffer.keep_last(held.len());
                prop_assert_eq!(buffer.is_empty(), held.is_empty());
                prop_assert!(buffer.octets.capacity() <= limit);
            }
        }
    }

    #[test]
    fn the_space_is_never_empty_below_the_limit() {
        let mut buffer = ReceiveBuffer::with_limit(20_000);
        let mut filled = 0;
        while filled < 20_000 {
            let space = buffer.space().unwrap().len();
            assert!(space > 0);
            buffer.received(space.min(777));
            filled += space.min(777);
            assert_eq!(buffer.filled().len(), filled);
            buffer.keep_last(filled);
        }
        assert_eq!(buffer.space(), Err(BufferError::Full { limit: 20_000 }));
        buffer.keep_last(19_999);
        assert_eq!(buffer.space().unwrap().len(), 1);
    }

    #[test]
    fn octets_come_out_in_order_whatever_is_taken() {
        let sent: Vec<u8> = (0..100_000_u32).map(|i| (i % 251) as u8).collect();
        let mut buffer = ReceiveBuffer::with_limit(9_000);
        let (mut written, mut got) = (0, Vec::new());
        let mut step = 1;
        while got.len() < sent.len() {
            let space = buffer.space().unwrap();
            let n = space.len().min(sent.len() - written).min(1 + step % 700);
            space[..n].copy_from_slice(&sent[written..written + n]);
            buffer.received(n);
            written += n;
            let take = if written == sent.len() { usize::MAX } else { step % 300 };
            let input = buffer.filled();
            let take = take.min(input.len());
            got.extend_from_slice(&input[..take]);
            let unread = input.len() - take;
            buffer.keep_last(unread);
            step = (step * 31 + 7) % 10_007;
            if buffer.filled().len() > 8_000 {
                got.extend_from_slice(buffer.filled());
                buffer.keep_last(0);
            }
            let unread = buffer.filled().len();
            buffer.keep_last(unread);
        }
        assert_eq!(got, sent);
    }

    #[test]
    fn what_was_shown_must_be_kept_before_more_is_read() {
        let mut buffer = ReceiveBuffer::new();
        buffer.space().unwrap()[..4].copy_from_slice(b"NOOP");
        buffer.received(4);
        assert_eq!(buffer.filled(), b"NOOP");
        assert_eq!(buffer.space(), Err(BufferError::NotKept));
        assert_eq!(buffer.filled(), b"NOOP");
        buffer.keep_last(4);
        assert!(buffer.space().is_ok());
        assert_eq!(buffer.filled(), b"NOOP");
        buffer.keep_last(0);
        // There is nothing to keep of nothing.
        assert_eq!(buffer.filled(), b"");
        assert!(buffer.space().is_ok());
    }

    #[test]
    fn shrinking_keeps_the_unread() {
        let mut buffer = ReceiveBuffer::new();
        buffer.space().unwrap()[..6].copy_from_slice(b"abcdef");
        buffer.received(6);
        buffer.keep_last(2);
        buffer.shrink();
        assert_eq!(buffer.filled(), b"ef");
        buffer.keep_last(2);
        assert!(!buffer.space().unwrap().is_empty());
    }
}
