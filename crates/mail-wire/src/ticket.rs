//! The duty to answer.

use alloc::collections::VecDeque;
use core::fmt;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicU32, Ordering};

/// The duty to answer one request of the peer, exactly once.
///
/// A session hands it out with the event that asks for a decision, and takes it
/// back with the decision. It cannot be copied and is typed by what it answers,
/// so that to answer twice, or a MAIL with the challenge that AUTH asks for, does not
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

/// TLS was agreed on: send what was written, shake hands, and bring this to `upgraded` of the
/// session that gave it out. Where the handshake fails, close the connection instead.
#[derive(Debug)]
#[must_use = "shake hands, then bring this to `upgraded`"]
pub struct Upgrade(Ticket<Upgrade>);

/// What a session has asked and was not answered yet: one thing at a time, of which `P` says
/// what it is.
///
/// This is the session's half; users of a session only meet [`Ticket`].
#[derive(Debug)]
pub struct Desk<P> {
    /// Tells the tickets of one session from those of another.
    desk: u32,
    serial: u32,
    pending: Option<P>,
}

impl<P> Desk<P> {
    /// A desk that has given out nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { desk: next_desk(), serial: 0, pending: None }
    }

    /// Gives out the ticket for `pending`. Any that was out before is good no more.
    pub fn issue<R>(&mut self, pending: P) -> Ticket<R> {
        self.serial = self.serial.wrapping_add(1);
        self.pending = Some(pending);
        Ticket { desk: self.desk, serial: self.serial, request: PhantomData }
    }

    /// Gives out the token of an upgrade, in the same way.
    pub fn issue_upgrade(&mut self, pending: P) -> Upgrade {
        Upgrade(self.issue(pending))
    }

    /// What waits for its answer.
    #[must_use]
    pub const fn pending(&self) -> Option<&P> {
        self.pending.as_ref()
    }

    /// Whether something waits for its answer.
    #[must_use]
    pub const fn is_out(&self) -> bool {
        self.pending.is_some()
    }

    /// Takes a ticket back, and says what it was for.
    ///
    /// # Errors
    /// [`WrongTicket`] where it is not the one that is out here; what waits goes on waiting.
    #[allow(clippy::needless_pass_by_value, reason = "a ticket is used up by its answer")]
    pub fn redeem<R>(&mut self, ticket: Ticket<R>) -> Result<P, WrongTicket> {
        let ours = ticket.desk == self.desk && ticket.serial == self.serial;
        if ours { self.pending.take().ok_or(WrongTicket) } else { Err(WrongTicket) }
    }

    /// Takes the token of an upgrade back, in the same way.
    ///
    /// # Errors
    /// [`WrongTicket`], as for [`redeem`](Self::redeem).
    pub fn redeem_upgrade(&mut self, upgrade: Upgrade) -> Result<P, WrongTicket> {
        self.redeem(upgrade.0)
    }

    /// Nothing waits any more: the connection is closing. The ticket that is out, if any, is
    /// good no more.
    pub fn revoke(&mut self) -> Option<P> {
        self.pending.take()
    }
}

impl<P> Default for Desk<P> {
    fn default() -> Self {
        Self::new()
    }
}

/// Requests that are decided together and answered in the order in which they were made, whichever
/// is decided first. `A` is an answer that waits for those before it.
///
/// This is the session's half, as a [`Desk`] is, which has one ticket out at a time.
///
/// ```
/// # use mail_wire::{Ticket, TicketQueue};
/// let mut queue = TicketQueue::new();
/// let (first, second): (Ticket<u8>, Ticket<u8>) = (queue.issue(), queue.issue());
/// queue.answer(second, "two")?;
/// assert_eq!(queue.pop(), None);
/// queue.answer(first, "one")?;
/// assert_eq!((queue.pop(), queue.pop()), (Some("one"), Some("two")));
/// # Ok::<(), mail_wire::WrongTicket>(())
/// ```
#[derive(Debug)]
pub struct TicketQueue<A> {
    /// Tells the tickets of one queue from those of others, and of desks.
    desk: u32,
    /// The number of the first that waits.
    first: u32,
    /// Those that wait, each with its answer once there is one.
    answers: VecDeque<Option<A>>,
}

impl<A> TicketQueue<A> {
    /// One that has given out nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { desk: next_desk(), first: 0, answers: VecDeque::new() }
    }

    /// How many requests wait, for their own answer or for those before it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// How many of them have no answer yet.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.answers.iter().filter(|answer| answer.is_none()).count()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// Gives out the ticket for one more request.
    pub fn issue<R>(&mut self) -> Ticket<R> {
        let after = u32::try_from(self.answers.len()).unwrap_or(u32::MAX);
        self.answers.push_back(None);
        let serial = self.first.wrapping_add(after);
        Ticket { desk: self.desk, serial, request: PhantomData }
    }

    /// Adds a request that is answered already.
    pub fn push(&mut self, answer: A) {
        self.answers.push_back(Some(answer));
    }

    /// Whether it waits for this ticket.
    pub fn holds<R>(&self, ticket: &Ticket<R>) -> bool {
        ticket.desk == self.desk
            && self.answers.get(self.place_of(ticket)).is_some_and(Option::is_none)
    }

    /// Takes a ticket back, with the answer.
    ///
    /// # Errors
    /// [`WrongTicket`] where it does not wait for that.
    #[allow(clippy::needless_pass_by_value, reason = "a ticket is used up by its answer")]
    pub fn answer<R>(&mut self, ticket: Ticket<R>, answer: A) -> Result<(), WrongTicket> {
        let place = self.place_of(&ticket);
        match self.answers.get_mut(place) {
            Some(slot @ None) if ticket.desk == self.desk => {
                *slot = Some(answer);
                Ok(())
            }
            _ => Err(WrongTicket),
        }
    }

    /// Takes the answer of the first request that waits, if it is there.
    pub fn pop(&mut self) -> Option<A> {
        let answer = self.answers.front_mut()?.take()?;
        self.answers.pop_front();
        self.first = self.first.wrapping_add(1);
        Some(answer)
    }

    fn place_of<R>(&self, ticket: &Ticket<R>) -> usize {
        usize::try_from(ticket.serial.wrapping_sub(self.first)).unwrap_or(usize::MAX)
    }
}

impl<A> Default for TicketQueue<A> {
    fn default() -> Self {
        Self::new()
    }
}

/// A number that no other desk has.
fn next_desk() -> u32 {
    static DESKS: AtomicU32 = AtomicU32::new(0);
    DESKS.fetch_add(1, Ordering::Relaxed)
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
        let (mut desk, mut other) = (Desk::new(), Desk::new());
        let first: Ticket<u8> = desk.issue('a');
        assert_eq!(desk.pending(), Some(&'a'));
        let _same_serial: Ticket<u8> = other.issue('b');
        assert_eq!(other.redeem(first), Err(WrongTicket));
        assert!(other.is_out());
        let second: Ticket<u8> = desk.issue('c');
        assert_eq!(desk.redeem(second), Ok('c'));
        assert!(!desk.is_out());
        let late: Ticket<u8> = desk.issue('d');
        assert_eq!(desk.revoke(), Some('d'));
        assert_eq!(desk.redeem(late), Err(WrongTicket));
    }

    #[test]
    fn a_queue_takes_each_of_its_tickets_once() {
        let (mut queue, mut other, mut desk) =
            (TicketQueue::new(), TicketQueue::<char>::new(), Desk::new());
        let first: Ticket<u8> = queue.issue();
        let (stray, of_desk): (Ticket<u8>, Ticket<u8>) = (other.issue(), desk.issue(()));
        assert!(queue.holds(&first) && !queue.holds(&stray) && !queue.holds(&of_desk));
        assert_eq!(queue.answer(stray, 'x'), Err(WrongTicket));
        assert_eq!(queue.answer(of_desk, 'x'), Err(WrongTicket));
        queue.push('b');
        let third: Ticket<u8> = queue.issue();
        assert_eq!((queue.pop(), queue.len(), queue.undecided()), (None, 3, 2));
        assert_eq!(queue.answer(third, 'c'), Ok(()));
        assert_eq!(queue.answer(first, 'a'), Ok(()));
        assert_eq!(
            [queue.pop(), queue.pop(), queue.pop(), queue.pop()],
            [Some('a'), Some('b'), Some('c'), None]
        );
        assert!(queue.is_empty());
        let late: Ticket<u8> = other.issue();
        let same_serial: Ticket<u8> = queue.issue();
        assert!(!queue.holds(&late) && queue.holds(&same_serial));
    }

    #[test]
    fn upgrades_are_bound_to_their_session_too() {
        let (mut desk, mut other) = (Desk::new(), Desk::new());
        let upgrade = desk.issue_upgrade('a');
        let stray = other.issue_upgrade('b');
        assert_eq!(desk.redeem_upgrade(stray), Err(WrongTicket));
        assert_eq!(desk.redeem_upgrade(upgrade), Ok('a'));
    }
}
