//! What an attempt comes to: what is noted, and what its sender is told.

use std::{
    io::{self, Read},
    sync::atomic::Ordering,
    thread,
    time::Duration,
};

use smtp_proto::{Action, Diagnostic, Hostname, Mail, Protocol, Rcpt, ReportedRecipient};
use time::OffsetDateTime;

use super::{Shared, fate::Fate};
use crate::{
    report::{About, status},
    store::{Attempt, Error, NewMail, Queued},
};

/// Notes what became of a message for each of its recipients, and reports it. It tries that
/// again until it is done, for what is not noted would be sent again.
pub(super) fn conclude(
    shared: &Shared,
    queued: &Queued,
    mail: Mail<'_>,
    recipients: &[Rcpt<'_>],
    fates: &[Fate],
) {
    loop {
        let judged = Judge::new(shared, queued, mail).judge(recipients, fates);
        let noted =
            judged.and_then(|mut attempt| shared.server.store.conclude(queued, &mut attempt));
        match noted {
            Ok(()) => return,
            Err(error) => shared.report(&error),
        }
        if shared.stopping.load(Ordering::Acquire) {
            return;
        }
        thread::sleep(Duration::from_secs(1));
    }
}

/// Who says what fates come to now.
struct Judge<'j> {
    shared: &'j Shared,
    queued: &'j Queued,
    mail: Mail<'j>,
    now: OffsetDateTime,
}

impl<'j> Judge<'j> {
    fn new(shared: &'j Shared, queued: &'j Queued, mail: Mail<'j>) -> Self {
        Self { shared, queued, mail, now: OffsetDateTime::now_utc() }
    }

    fn judge(&self, recipients: &[Rcpt<'_>], fates: &[Fate]) -> Result<Attempt, Error> {
        let schedule = &self.shared.settings.schedule;
        let (mut done, mut deferred, mut reported) = (Vec::new(), Vec::new(), Vec::new());
        let mut delay_told = self.queued.delay_told;
        for ((queued, rcpt), fate) in self.queued.recipients.iter().zip(recipients).zip(fates) {
            match fate {
                Fate::Deferred(reason) if !self.is_over() => {
                    deferred.push((queued.number, reason.text.clone()));
                }
                _ => done.push(queued.number),
            }
            reported.extend(self.reported(rcpt, fate));
        }
        if !deferred.is_empty() && self.is_late() {
            delay_told = true;
        }
        let next = self.now + schedule.wait(self.queued.attempts + 1);
        let reports = Vec::from_iter(self.report(&reported)?);
        Ok(Attempt { done, deferred, next, delay_told, reports })
    }

    /// What there is to tell of a recipient, whether or not its sender wants to know.
    fn reported<'r>(&self, rcpt: &Rcpt<'r>, fate: &'r Fate) -> Option<ReportedRecipient<'r>>
    where
        'j: 'r,
    {
        let schedule = &self.shared.settings.schedule;
        let reported = match fate {
            Fate::Relayed { tells: true } => return None,
            Fate::Relayed { tells: false } => {
                // An LMTP server delivers (RFC 2033 §2).
                let action = match self.shared.settings.account.protocol {
                    Protocol::Lmtp => Action::Delivered,
                    Protocol::Smtp => Action::Relayed,
                };
                ReportedRecipient::new(rcpt.to, action, status(2, 0, 0))
            }
            Fate::Failed(reason) => reason.reported(rcpt.to, Action::Failed),
            Fate::Deferred(reason) if self.is_over() => {
                // RFC 3463 §3.5: the time is over.
                let mut reported = reason.reported(rcpt.to, Action::Failed);
                reported.status = status(5, 4, 7);
                reported
            }
            Fate::Deferred(reason) if self.is_late() && !self.queued.delay_told => {
                let mut reported = reason.reported(rcpt.to, Action::Delayed);
                let until = self.queued.arrived + schedule.give_up;
                reported.will_retry_until = Some(until.unix_timestamp());
                reported
            }
            Fate::Deferred(_) => return None,
        };
        let mut reported = reported.with_parameters(&rcpt.parameters);
        if !matches!(reported.diagnostic, Some(Diagnostic::Own(_))) {
            let host = self.shared.settings.account.server.host.as_bytes();
            reported.remote_mta = Hostname::parse(host).ok();
        }
        reported.last_attempt = Some(self.now.unix_timestamp());
        Some(reported)
    }

    /// Whether it is not tried any more.
    fn is_over(&self) -> bool {
        self.now - self.queued.arrived >= self.shared.settings.schedule.give_up
    }

    /// Whether it takes so long that its sender is told.
    fn is_late(&self) -> bool {
        self.now - self.queued.arrived >= self.shared.settings.schedule.warn_after
    }

    fn report(&self, reported: &[ReportedRecipient<'_>]) -> Result<Option<NewMail>, Error> {
        if !reported.iter().any(ReportedRecipient::is_told) {
            return Ok(None);
        }
        let server = &self.shared.server;
        let about = About { mail: self.mail, arrived: self.queued.arrived };
        let mut original: Box<dyn Read> = match server.store.queued_body(self.queued) {
            Ok(body) => Box::new(body),
            // The sender is told all the same.
            Err(error) => {
                self.shared.report(&error);
                Box::new(io::empty())
            }
        };
        server.report(about, reported, &mut original)
    }
}
