//! XCLIENT and XFORWARD (Postfix): what a client that is trusted says of another.

use bytes::BytesMut;

use super::event::Event;
use super::faults::IN_TRANSACTION;
use super::pending::Pending;
use super::session::{Session, greet};
use super::state::State;
use crate::command::{AttributeValue, Attributes};
use crate::reply::Rejection;

impl Session {
    pub(super) fn xclient<'b>(
        &mut self,
        attributes: Attributes<'b>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        if !self.config.xclient {
            return self.bad(Rejection::NOT_SUPPORTED, out);
        }
        if self.in_transaction() {
            return self.bad(IN_TRANSACTION, out);
        }
        let login = matches!(attributes.get("LOGIN"), Some(AttributeValue::Known(_)));
        Some(Event::XClient(attributes, self.desk.issue(Pending::XClient { login })))
    }

    /// The client is another one from now on: it is greeted.
    pub(super) fn begin_anew(&mut self, login: bool, out: &mut BytesMut) {
        self.enter(State::Greeted);
        self.authenticated = login;
        greet(&self.config, out);
    }

    pub(super) fn xforward<'b>(
        &mut self,
        attributes: Attributes<'b>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        if let Some(fault) = self.fault_between_transactions(self.config.xforward) {
            return self.bad(fault, out);
        }
        Some(Event::XForward(attributes, self.desk.issue(Pending::XForward)))
    }
}
