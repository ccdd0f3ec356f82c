//! MAIL, RCPT, DATA and RSET: what is asked of them before the driver is.

use bytes::BytesMut;

use super::event::{Event, HelloVerb};
use super::faults::{
    BINARY_NEEDS_BDAT, DATA_AFTER_BDAT, NEED_HELLO, NEED_LHLO, NEED_MAIL, NEED_RCPT, NESTED_MAIL,
    NESTED_RCPT, TOO_MANY_RECIPIENTS, UNKNOWN_PARAMETER,
};
use super::pending::Pending;
use super::reply::UNDEFINED;
use super::session::Session;
use super::state::State;
use crate::address::Mailbox;
use crate::command::{Mail, MailParameters, Rcpt};
use crate::ext::{MailParameter, smtputf8};
use crate::parameter::BodyType;
use crate::protocol::Protocol;
use crate::reply::Rejection;

impl Session {
    pub(super) fn mail<'b>(&mut self, mail: Mail<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let parameters = mail.parameters;
        let is_ascii = mail.from.mailbox().is_none_or(Mailbox::is_ascii);
        if self.state() == State::Greeted {
            return self.bad(self.need_hello(), out);
        }
        if self.in_transaction() {
            return self.bad(NESTED_MAIL, out);
        }
        if !self.knows(parameters) {
            return self.bad(UNKNOWN_PARAMETER, out);
        }
        if let Some(fault) = smtputf8::needed_by(is_ascii, parameters.smtputf8) {
            return self.bad(fault, out);
        }
        let refuse = |known: MailParameter<'_>| (known.row().refuse)(known, &self.config);
        if let Some(why) = parameters.known().find_map(refuse) {
            return self.refused(why, out);
        }
        let pending = Pending::Mail {
            smtputf8: parameters.smtputf8,
            binary: parameters.body == Some(BodyType::BinaryMime),
        };
        Some(Event::Mail(mail, self.desk.issue(pending)))
    }

    /// The no to who has not said hello.
    pub(super) fn need_hello(&self) -> Rejection<'static> {
        match self.config.protocol {
            Protocol::Smtp => NEED_HELLO,
            Protocol::Lmtp => NEED_LHLO,
        }
    }

    /// Whether this server offers all of them, or its driver knows them. HELO offers none.
    fn knows(&self, parameters: MailParameters<'_>) -> bool {
        let config = &*self.config;
        let offers = |known: MailParameter<'_>| {
            self.is_extended() && (known.row().is_offered)(known, config)
        };
        parameters.known().all(offers)
            && parameters
                .other
                .iter()
                .all(|other| self.is_extended() && config.mail_parameters.contains(other.keyword))
    }

    pub(super) fn rcpt<'b>(&mut self, rcpt: Rcpt<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let is_ascii = rcpt.to.mailbox().is_none_or(Mailbox::is_ascii);
        let known = &self.config.rcpt_parameters;
        let knows = |keyword| self.is_extended() && known.contains(keyword);
        if self.state() == State::Chunks {
            return self.bad(NESTED_RCPT, out);
        }
        if self.state() != State::Transaction {
            return self.bad(NEED_MAIL, out);
        }
        if !rcpt.parameters.other.iter().all(|parameter| knows(parameter.keyword)) {
            return self.bad(UNKNOWN_PARAMETER, out);
        }
        if let Some(fault) = smtputf8::needed_by(is_ascii, self.transaction.smtputf8) {
            return self.bad(fault, out);
        }
        if self.transaction.recipients >= self.config.limits.recipients {
            return self.refused(TOO_MANY_RECIPIENTS, out);
        }
        Some(Event::Rcpt(rcpt, self.desk.issue(Pending::Rcpt)))
    }

    pub(super) fn data<'b>(&mut self, out: &mut BytesMut) -> Option<Event<'b>> {
        if self.state() == State::Chunks {
            return self.bad(DATA_AFTER_BDAT, out);
        }
        if self.state() != State::Transaction {
            return self.bad(NEED_MAIL, out);
        }
        if self.transaction.recipients == 0 {
            return self.bad(NEED_RCPT, out);
        }
        if self.transaction.binary {
            return self.bad(BINARY_NEEDS_BDAT, out);
        }
        Some(Event::Data(self.desk.issue(Pending::Data)))
    }

    pub(super) fn rset<'b>(&mut self, out: &mut BytesMut) -> Option<Event<'b>> {
        self.yes(250, UNDEFINED, None, "OK", out);
        let open = self.in_transaction();
        if open {
            self.enter(State::Ready);
        }
        open.then_some(Event::Reset)
    }

    /// Whether a message has begun, and is to be told of if it does not come.
    pub(super) const fn in_transaction(&self) -> bool {
        matches!(self.state(), State::Transaction | State::Chunks)
    }

    /// Whether UTF-8 may stand in a 551 (RFC 6531 §3.7.4.1).
    pub(super) fn in_utf8_transaction(&self) -> bool {
        self.in_transaction() && self.transaction.smtputf8
    }

    /// Whether the client said EHLO, or LHLO.
    #[must_use]
    pub fn is_extended(&self) -> bool {
        matches!(self.hello, Some(HelloVerb::Ehlo | HelloVerb::Lhlo))
    }
}
