//! VRFY and EXPN: what is asked of them before the driver is.

use bytes::BytesMut;

use super::event::Event;
use super::faults::UNKNOWN_QUERY_PARAMETER;
use super::manner::Manner;
use super::pending::Pending;
use super::session::Session;
use crate::command::Query;
use crate::ext::smtputf8;
use crate::reply::Rejection;

impl Session {
    pub(super) fn vrfy<'b>(&mut self, query: Query<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        if let Some(fault) = self.fault_of(query) {
            return self.bad(fault, out);
        }
        if !self.config.vrfy {
            self.cannot_verify(out);
            return None;
        }
        Some(Event::Vrfy(query, self.ask(query)))
    }

    pub(super) fn expn<'b>(&mut self, query: Query<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        if !self.config.expn {
            return self.bad(Rejection::NOT_SUPPORTED, out);
        }
        if let Some(fault) = self.fault_of(query) {
            return self.bad(fault, out);
        }
        Some(Event::Expn(query, self.ask(query)))
    }

    /// What is wrong with a query, if anything.
    fn fault_of(&self, query: Query<'_>) -> Option<Rejection<'static>> {
        let offered = self.is_extended() && smtputf8::is_offered(&self.config);
        if query.smtputf8() && !offered {
            return Some(UNKNOWN_QUERY_PARAMETER);
        }
        smtputf8::needed_by(query.string().is_ascii(), query.smtputf8())
    }

    /// RFC 6531 §3.7.4.2: with SMTPUTF8, the reply may be UTF-8.
    fn ask<R>(&mut self, query: Query<'_>) -> mail_wire::Ticket<R> {
        if query.smtputf8() {
            self.manner = Manner::Utf8;
        }
        self.desk.issue(Pending::Query)
    }
}
