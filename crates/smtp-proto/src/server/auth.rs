//! AUTH, and the exchange after it (RFC 4954 §4).

use bytes::BytesMut;
use mail_wire::{Auth, Channel, ClientLine, Direction};

use super::event::Event;
use super::faults::{
    AUTH_CANCELLED, AUTH_IN_TRANSACTION, AUTH_TOO_LONG, AUTH_TOO_OFTEN, AUTH_TWICE, NEEDS_TLS,
    NOT_BASE64, UNKNOWN_MECHANISM,
};
use super::pending::Pending;
use super::session::Session;
use super::state::State;
use crate::reply::Rejection;

impl Session {
    pub(super) fn auth<'b>(&mut self, auth: Auth<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        if let Some(fault) = self.fault_of_auth(auth) {
            return self.bad(fault, out);
        }
        self.auth_rounds = 0;
        Some(Event::Auth(auth, self.desk.issue(Pending::Auth)))
    }

    fn fault_of_auth(&self, auth: Auth<'_>) -> Option<Rejection<'static>> {
        let config = &*self.config;
        let offers = |channel| config.mechanisms_on(channel).any(|name| name == auth.mechanism);
        if config.mechanisms.is_empty() {
            Some(Rejection::NOT_SUPPORTED)
        } else if self.state() == State::Greeted {
            Some(self.need_hello())
        } else if self.in_transaction() {
            Some(AUTH_IN_TRANSACTION)
        } else if self.is_authenticated() {
            Some(AUTH_TWICE)
        } else if offers(self.channel()) {
            None
        } else if offers(Channel::Tls) {
            Some(NEEDS_TLS)
        } else {
            Some(UNKNOWN_MECHANISM)
        }
    }

    /// A line in answer to a challenge.
    pub(super) fn receive_response<'b>(
        &mut self,
        line: &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        self.log.secret(Direction::Received, line, 0);
        self.enter(State::Ready);
        let limits = &self.config.limits;
        let parsed = ClientLine::parse(line);
        let fault = if parsed == Ok(ClientLine::Cancel) {
            AUTH_CANCELLED
        } else if line.len() + 2 > limits.auth_line {
            AUTH_TOO_LONG
        } else if self.auth_rounds >= limits.auth_rounds {
            AUTH_TOO_OFTEN
        } else if let Ok(ClientLine::Data(response)) = parsed {
            self.auth_rounds += 1;
            return Some(Event::AuthResponse(response, self.desk.issue(Pending::Auth)));
        } else {
            NOT_BASE64
        };
        self.bad(fault, out).or(Some(Event::AuthCancelled))
    }
}
