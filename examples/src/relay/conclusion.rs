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

/// A message, of which is noted and reported what became of it.
#[derive(Clone, Copy)]
pub(super) struct Conclusion<'c> {
    pub(super) shared: &'c Shared,
    pub(super) queued: &'c Queued,
    pub(super) mail: Mail<'c>,
    /// Those of the message, in their order.
    pub(super) recipients: &'c [Rcpt<'c>],
}

impl<'c> Conclusion<'c> {
    /// Notes what became of the message for some recipients, by their place, and reports it;
    /// `is_last` says that there is no more to come of this attempt. It tries that again until
    /// it is done, for what is not noted would be sent again.
    pub(super) fn note(&self, fates: &[(usize, &Fate)], is_last: bool) {
        loop {
            let noted = self.judge(fates, is_last).and_then(|mut attempt| {
                self.shared.server.store.conclude(self.queued, &mut attempt)
            });
            match noted {
                Ok(()) => return,
                Err(error) => self.shared.report(&error),
            }
            if self.shared.stopping.load(Ordering::Acquire) {
                return;
            }
            thread::sleep(Duration::from_secs(1));
        }
    }

    /// What the fates come to now.
    fn judge(&self, fates: &[(usize, &Fate)], is_last: bool) -> Result<Attempt, Error> {
        let now = OffsetDateTime::now_utc();
        let judge = Judge { conclusion: *self, now };
        let (mut done, mut deferred, mut reported) = (Vec::new(), Vec::new(), Vec::new());
        for &(at, fate) in fates {
            let (Some(queued), Some(rcpt)) =
                (self.queued.recipients.get(at), self.recipients.get(at))
            else {
                continue;
            };
            match fate {
                Fate::Deferred(reason) if !judge.is_over() => {
                    deferred.push((queued.number, reason.text.clone()));
                }
                _ => done.push(queued.number),
            }
            reported.extend(judge.reported(rcpt, fate));
        }
        let delay_told = self.queued.delay_told || !deferred.is_empty() && judge.is_late();
        let schedule = &self.shared.settings.schedule;
        let mut next = now + schedule.wait(self.queued.attempts + 1);
        // The sender is told when it was to be told, not when it is tried once more after that.
        let warning = (!delay_told).then_some(schedule.warn_after);
        for told_after in [Some(schedule.give_up), warning].into_iter().flatten() {
            next = next.min(self.queued.arrived + told_after);
        }
        let next = is_last.then_some(next);
        let reports = Vec::from_iter(self.report(&reported)?);
        Ok(Attempt { done, deferred, next, delay_told, reports })
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

/// Who says what a fate comes to now.
struct Judge<'c> {
    conclusion: Conclusion<'c>,
    now: OffsetDateTime,
}

impl<'c> Judge<'c> {
    /// What there is to tell of a recipient, whether or not its sender wants to know.
    fn reported<'r>(&self, rcpt: &Rcpt<'r>, fate: &'r Fate) -> Option<ReportedRecipient<'r>>
    where
        'c: 'r,
    {
        let schedule = &self.conclusion.shared.settings.schedule;
        let reported = match fate {
            Fate::Relayed { tells: true } => return None,
            Fate::Relayed { tells: false } => {
                // An LMTP server delivers (RFC 2033 §2).
                let action = match self.conclusion.shared.settings.account.protocol {
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
            Fate::Deferred(reason) if self.is_late() && !self.conclusion.queued.delay_told => {
                let mut reported = reason.reported(rcpt.to, Action::Delayed);
                let until = self.conclusion.queued.arrived + schedule.give_up;
                reported.will_retry_until = Some(until.unix_timestamp());
                reported
            }
            Fate::Deferred(_) => return None,
        };
        let mut reported = reported.with_parameters(&rcpt.parameters);
        if !matches!(reported.diagnostic, Some(Diagnostic::Own(_))) {
            let host = self.conclusion.shared.settings.account.server.host.as_bytes();
            reported.remote_mta = Hostname::parse(host).ok();
        }
        reported.last_attempt = Some(self.now.unix_timestamp());
        Some(reported)
    }

    /// Whether it is not tried any more.
    fn is_over(&self) -> bool {
        self.now - self.conclusion.queued.arrived
            >= self.conclusion.shared.settings.schedule.give_up
    }

    /// Whether it takes so long that its sender is told.
    fn is_late(&self) -> bool {
        self.now - self.conclusion.queued.arrived
            >= self.conclusion.shared.settings.schedule.warn_after
    }
}
