//! The duty to answer.

use core::fmt;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicU32, Ordering};

/// The duty to answer one request of the peer, exactly once.
///
/// A session hands it out with the event that asks for a decision, and takes it
/// back with the decision. It cannot be copied and is typed by what it answers,
/// so that to answer twice, or an RCPT with the words for DATA, does not
/// compile. It borrows nothing and may be kept as long as it takes.
///
/// A ticket that is dropped leaves its session waiting: it will say that a
/// reply is pending until the connection is closed.
#[must_use = "the peer waits for an answer: accept or reject this ticket"]
pub struct Ticket<R> {
    desk: u32,
    serial: u32,
    request: PhantomData<fn() -> R>,
}

impl<R> fmt::Debug for Ticket<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("serial", &self.serial).finish_non_exhaustive()
    }
}

/// The tickets of one session: at most one is out at a time.
///
/// This is the session's half; users of a session only meet [`Ticket`].
#[derive(Debug)]
pub struct TicketDesk {
    /// Tells the tickets of one session from those of another.
    desk: u32,
    serial: u32,
    out: bool,
}

impl TicketDesk {
    /// A desk that has given out nothing.
    #[must_use]
    pub fn new() -> Self {
        static DESKS: AtomicU32 = AtomicU32::new(0);
        Self { desk: DESKS.fetch_add(1, Ordering::Relaxed), serial: 0, out: false }
    }

    /// Gives out a ticket. Any that was out before is void.
    pub const fn issue<R>(&mut self) -> Ticket<R> {
        self.serial = self.serial.wrapping_add(1);
        self.out = true;
        Ticket { desk: self.desk, serial: self.serial, request: PhantomData }
    }

    /// Whether a ticket is out.
    #[must_use]
    pub const fn is_out(&self) -> bool {
        self.out
    }

    /// Takes a ticket back.
    ///
    /// # Errors
    /// [`WrongTicket`] where it is not the one that is out here.
    #[allow(clippy::needless_pass_by_value, reason = "a ticket is used up by its answer")]
    pub fn redeem<R>(&mut self, ticket: Ticket<R>) -> Result<(), WrongTicket> {
        if self.out && ticket.desk == self.desk && ticket.serial == self.serial {
            self.out = false;
            Ok(())
        } else {
            Err(WrongTicket)
        }
    }

    /// Voids the ticket that is out, if any: the connection is closing.
    pub const fn void(&mut self) {
        self.out = false;
    }
}

impl Default for TicketDesk {
    fn default() -> Self {
        Self::new()
    }
}

/// A ticket was brought to a session that does not wait for it: another
/// session's, or one whose connection has closed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("this session does not wait for this ticket: answer it at the session that gave it out")]
pub struct WrongTicket;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ticket_that_is_out_is_taken() {
        let (mut desk, mut other) = (TicketDesk::new(), TicketDesk::new());
        let first: Ticket<u8> = desk.issue();
        assert!(desk.is_out());
        let _same_serial: Ticket<u8> = other.issue();
        assert_eq!(other.redeem(first), Err(WrongTicket));
        let second: Ticket<u8> = desk.issue();
        assert_eq!(desk.redeem(second), Ok(()));
        assert!(!desk.is_out());
        let late: Ticket<u8> = desk.issue();
        desk.void();
        assert_eq!(desk.redeem(late), Err(WrongTicket));
    }
}
