//! A message and its envelope, on the way in.

use std::io::{self, Write};

use smtp_proto::{Action, Command, Mail, MailParameters, Rcpt, RcptParameters, server::Rejection};

use super::{header::Header, line_ends::LineEnds};
use crate::{
    envelope::{self, line},
    store::{Body, Draft, NewMail, Onward, UserId},
};

/// A message and its envelope, on the way in.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// With its angle brackets.
    pub(super) reverse_path: String,
    pub(super) smtputf8: bool,
    /// MAIL, as it is sent on.
    mail: String,
    users: Vec<UserId>,
    /// RCPT for those users of whom the sender wants to know that they have it.
    told: Vec<String>,
    /// RCPT for those who are not here, as it is sent on.
    others: Vec<String>,
    pub(super) message: Incoming,
}

/// The octets of a message.
#[derive(Debug, Default)]
pub(super) enum Incoming {
    /// None are expected: it is before DATA.
    #[default]
    None,
    /// They come.
    Begun(Box<Begun>),
    /// They could not be written, and what comes is read past.
    Failed(Rejection<'static>),
}

/// Why a message is not taken.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// It holds a bare CR, a bare LF or a NUL.
    Irregular,
    /// It could not be written.
    NotWritten(io::Error),
}

impl From<io::Error> for NotTaken {
    fn from(error: io::Error) -> Self {
        Self::NotWritten(error)
    }
}

/// A message that comes.
#[derive(Debug)]
pub(super) struct Begun {
    draft: Draft,
    line_ends: LineEnds,
    header: Header,
    /// How many octets are before what the client sent, for copies that stay here alone.
    start: u64,
}

impl Begun {
    /// Begins with the fields that the last server adds, and those that each adds.
    pub(super) fn new(
        mut draft: Draft,
        return_path: &str,
        received: &str,
        header: Header,
    ) -> io::Result<Self> {
        draft.write_all(return_path.as_bytes())?;
        let start = draft.size();
        draft.write_all(received.as_bytes())?;
        Ok(Self { draft, line_ends: LineEnds::default(), header, start })
    }

    /// Takes the next octets that the client sends.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), NotTaken> {
        if !self.line_ends.are_good(piece) {
            return Err(NotTaken::Irregular);
        }
        Ok(self.header.push(piece, &mut self.draft)?)
    }

    /// The message is whole.
    pub(super) fn finish(&mut self) -> Result<(), NotTaken> {
        if !self.line_ends.end_well() {
            return Err(NotTaken::Irregular);
        }
        Ok(self.header.finish(&mut self.draft)?)
    }

    /// What is to be returned of it, with what came before it here.
    pub(super) fn octets(&mut self) -> io::Result<Body> {
        self.draft.octets()
    }

    /// The number of the message in the store.
    pub(super) fn id(&self) -> u64 {
        self.draft.id()
    }

    /// How many servers the message has passed.
    pub(super) fn hops(&self) -> u32 {
        self.header.hops()
    }
}

impl Transaction {
    /// Begins with MAIL.
    pub(super) fn new(mail: Mail<'_>) -> Self {
        let mut parameters = MailParameters::default();
        // The size changes on the way, and who logged in here is nobody's business.
        parameters.body = mail.parameters.body;
        parameters.smtputf8 = mail.parameters.smtputf8;
        parameters.ret = mail.parameters.ret;
        parameters.envelope_id = mail.parameters.envelope_id;
        Self {
            reverse_path: mail.from.to_string(),
            smtputf8: mail.parameters.smtputf8,
            mail: line(Command::Mail(Mail { from: mail.from, parameters })),
            ..Self::default()
        }
    }

    /// Adds a user of this server.
    pub(super) fn add_user(&mut self, user: UserId, rcpt: Rcpt<'_>) {
        self.users.push(user);
        if Action::Delivered.is_told(rcpt.parameters.notify) {
            self.told.push(line(Command::Rcpt(rcpt)));
        }
    }

    /// Adds somebody who is elsewhere.
    pub(super) fn add_other(&mut self, rcpt: Rcpt<'_>) {
        let mut parameters = RcptParameters::default();
        parameters.notify = rcpt.parameters.notify;
        parameters.original_recipient = rcpt.parameters.original_recipient;
        self.others.push(line(Command::Rcpt(Rcpt { to: rcpt.to, parameters })));
    }

    /// MAIL, and RCPT for each of whom the sender wants to know that it was delivered.
    pub(super) fn told(&self) -> Option<(Mail<'_>, Vec<Rcpt<'_>>)> {
        let told: Vec<_> = self.told.iter().filter_map(|line| envelope::rcpt(line)).collect();
        let mail = envelope::mail(&self.mail)?;
        (!told.is_empty()).then_some((mail, told))
    }

    /// The whole message, for all its recipients.
    pub(super) fn into_mail(self, message: Begun) -> NewMail {
        let Begun { draft, start, .. } = message;
        let Self { mail, users, others, .. } = self;
        let onward = (!others.is_empty()).then_some(Onward { mail, recipients: others, start });
        NewMail { draft, users, onward }
    }
}
