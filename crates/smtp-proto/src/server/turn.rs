//! ETRN and ATRN: a client asks for the mail that waits for it.

use bytes::BytesMut;
use mail_wire::Ticket;

use super::error::Misuse;
use super::event::Event;
use super::faults::IN_TRANSACTION;
use super::pending::Pending;
use super::reply::UNDEFINED;
use super::request;
use super::session::Session;
use super::state::State;
use crate::command::{Domains, Etrn};
use crate::reply::Rejection;

impl Session {
    pub(super) fn etrn<'b>(&mut self, etrn: Etrn<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        if let Some(fault) = self.fault_between_transactions(self.config.etrn) {
            return self.bad(fault, out);
        }
        Some(Event::Etrn(etrn, self.desk.issue(Pending::Etrn)))
    }

    pub(super) fn atrn<'b>(
        &mut self,
        domains: Option<Domains<'b>>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        if let Some(fault) = self.fault_between_transactions(self.config.atrn) {
            return self.bad(fault, out);
        }
        // RFC 2645 §5.2.1.
        if !self.is_authenticated() {
            return self.bad(Rejection::AUTH_REQUIRED, out);
        }
        Some(Event::Atrn(domains, self.desk.issue(Pending::Atrn)))
    }

    /// What speaks against a command that is for between transactions (RFC 1985 §5.2), after the
    /// client has said hello.
    pub(super) fn fault_between_transactions(&self, offered: bool) -> Option<Rejection<'static>> {
        if !offered {
            Some(Rejection::NOT_SUPPORTED)
        } else if self.in_transaction() {
            Some(IN_TRANSACTION)
        } else if self.state() == State::Greeted {
            Some(self.need_hello())
        } else {
            None
        }
    }

    /// Says yes to ATRN: 250, and the roles are changed. Send `out`, and go on with a client
    /// session on the same connection, which is greeted by the other side (RFC 2645 §5.3). What
    /// this session has left unread is for that one.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn turn(
        &mut self,
        ticket: Ticket<request::Atrn>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        let start = out.len();
        self.yes(250, UNDEFINED, None, "OK, now reversing the connection", out);
        self.answered(start, out);
        self.enter(State::Turned);
        Ok(())
    }
}
