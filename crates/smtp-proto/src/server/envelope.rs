//! MAIL, RCPT, DATA and RSET: what is asked of them before the driver is.

use bytes::BytesMut;

use super::event::{Event, HelloVerb};
use super::faults::{
    BINARY_NEEDS_BDAT, DATA_AFTER_BDAT, HELD_TOO_LONG, NEED_HELLO, NEED_LHLO, NEED_MAIL, NEED_RCPT,
    NESTED_MAIL, NESTED_RCPT, TOO_MANY_RECIPIENTS, UNKNOWN_PARAMETER,
};
use super::pending::Pending;
use super::reply::UNDEFINED;
use super::session::Session;
use super::state::State;
use crate::address::Mailbox;
use crate::command::{Mail, MailParameters, Rcpt};
use crate::ext::smtputf8;
use crate::parameter::{BodyType, Hold};
use crate::protocol::Protocol;
use crate::reply::Rejection;

impl Session {
    pub(super) fn mail<'b>(&mut self, mail: Mail<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let parameters = &mail.parameters;
        let is_ascii = mail.from.mailbox().is_none_or(Mailbox::is_ascii);
        if self.state() == State::Greeted {
            return self.bad(self.need_hello(), out);
        }
        if self.in_transaction() {
            return self.bad(NESTED_MAIL, out);
        }
        let (config, channel) = (&*self.config, self.channel());
        // HELO offers none.
        let (extended, mut offered, mut refusal) = (self.is_extended(), true, None);
        let knows = |keyword: &str| extended && config.mail_parameters.contains(keyword);
        parameters.for_each_known(|known| {
            let row = known.row();
            let is_offered = extended && (row.is_offered)(known, config, channel);
            offered &= is_offered || knows(row.keyword.as_str());
            refusal = refusal.or_else(|| (row.refuse)(known, config));
        });
        if !offered || !parameters.unknown().all(|other| knows(other.keyword)) {
            return self.bad(UNKNOWN_PARAMETER, out);
        }
        if let Some(fault) = smtputf8::needed_by(is_ascii, parameters.smtputf8) {
            return self.bad(fault, out);
        }
        if is_held_too_long(parameters) {
            return self.bad(HELD_TOO_LONG, out);
        }
        if let Some(why) = refusal {
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

    pub(super) fn rcpt<'b>(&mut self, rcpt: Rcpt<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let is_ascii = rcpt.to.mailbox().is_none_or(Mailbox::is_ascii);
        let parameters = &rcpt.parameters;
        let (config, extended, mut offered) = (&*self.config, self.is_extended(), true);
        let knows = |keyword: &str| extended && config.rcpt_parameters.contains(keyword);
        parameters.for_each_known(|known| {
            let row = known.row();
            offered &= extended && (row.is_offered)(config) || knows(row.keyword.as_str());
        });
        offered &= parameters.other.iter().all(|other| knows(other.keyword));
        // RFC 6533 §3: in UTF-8 itself, where the message may have it.
        let original = parameters.original_recipient;
        let is_ascii = is_ascii && original.is_none_or(|original| original.as_str().is_ascii());
        if self.state() == State::Chunks {
            return self.bad(NESTED_RCPT, out);
        }
        if self.state() != State::Transaction {
            return self.bad(NEED_MAIL, out);
        }
        if !offered {
            return self.bad(UNKNOWN_PARAMETER, out);
        }
        if let Some(fault) = smtputf8::needed_by(is_ascii, self.transaction.smtputf8) {
            return self.bad(fault, out);
        }
        let undecided = u32::try_from(self.recipients_undecided()).unwrap_or(u32::MAX);
        let recipients = self.transaction.recipients.saturating_add(undecided);
        if recipients >= self.config.limits.recipients {
            return self.refused(TOO_MANY_RECIPIENTS, out);
        }
        Some(Event::Rcpt(rcpt, self.issue_rcpt()))
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

/// RFC 4865 §5.2.2: whether a message is to be late before it is sent on.
fn is_held_too_long(parameters: &MailParameters<'_>) -> bool {
    match (parameters.deliver_by, parameters.hold()) {
        (Some(by), Some(Hold::For(seconds))) => i64::from(seconds) > i64::from(by.seconds),
        _ => false,
    }
}
