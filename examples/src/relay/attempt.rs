//! One attempt to send one message.

use std::{
    io::{self, Read},
    sync::atomic::Ordering,
};

use smtp_proto::{
    BodyType, Mail, Rcpt,
    client::{CloseReason, EnvelopeError, Form, Outcome, Sent},
};

use super::{
    Shared,
    conclusion::Conclusion,
    fate::{Fate, Reason},
};
use crate::{
    envelope,
    smtp_client::{Message, Sending, SmtpClient},
    store::{self, Body, Queued},
};

/// Sends a message and notes what came of it.
pub(super) fn attempt(shared: &Shared, queued: &Queued, open: &mut Option<SmtpClient>) {
    match envelope_of(queued) {
        Some((mail, recipients)) => {
            let fates = vec![None; recipients.len()];
            let conclusion = Conclusion { shared, queued, mail, recipients: &recipients };
            Run { conclusion, fates, noted: vec![false; recipients.len()] }.run(open);
        }
        // Only where somebody has edited the index.
        None => {
            shared.report(&format_args!("message {} cannot be read in the queue", queued.id()));
            shared.drop_message(queued);
        }
    }
}

/// MAIL and each RCPT of a message, as they were taken in.
fn envelope_of(queued: &Queued) -> Option<(Mail<'_>, Vec<Rcpt<'_>>)> {
    let rcpts = queued.recipients.iter().map(|recipient| envelope::rcpt(&recipient.rcpt));
    Some((envelope::mail(&queued.mail)?, rcpts.collect::<Option<_>>()?))
}

/// A message on its way.
struct Run<'r> {
    conclusion: Conclusion<'r>,
    /// What has become of it for each recipient, as far as that is known.
    fates: Vec<Option<Fate>>,
    /// For which of them that is noted.
    noted: Vec<bool>,
}

/// How a transaction went, beside what was said of recipients.
enum Went {
    /// To its end.
    Through,
    /// The connection broke.
    Broken(String),
}

impl<'r> Run<'r> {
    /// Sends the message. It may take several transactions, and a new connection where one
    /// that was kept turns out to have ended.
    fn run(mut self, open: &mut Option<SmtpClient>) {
        let shared = self.conclusion.shared;
        let why = loop {
            let kept = open.is_some();
            let mut client = match open.take().map_or_else(|| shared.connect(), Ok) {
                Ok(client) => client,
                Err(why) => break Reason::own((4, 4, 1), why),
            };
            let left = self.left();
            let went = self.transact(&mut client, &left);
            let ended = client.close_reason();
            match ended {
                None => *open = Some(client),
                Some(CloseReason::LimitReached) => client.quit(),
                Some(_) => drop(client),
            }
            let still_left = self.left().len();
            let again = still_left < left.len() || kept && open.is_none();
            let stopped = shared.settings.account.stop.load(Ordering::Relaxed);
            if still_left == 0 || !again || stopped {
                let why = match (went, ended) {
                    (Went::Broken(why), _) => why,
                    (Went::Through, Some(CloseReason::OutOfStep)) => {
                        "what the server said cannot be read".into()
                    }
                    (Went::Through, _) => "the server takes no recipients".into(),
                };
                break Reason::own((4, 4, 2), why);
            }
            self.note_relayed();
        };
        for fate in &mut self.fates {
            fate.get_or_insert_with(|| Fate::Deferred(why.clone()));
        }
        self.note(|_| true, true);
    }

    /// Those for whom it is to be tried.
    fn left(&self) -> Vec<usize> {
        (0..self.fates.len()).filter(|&at| self.fates[at].is_none()).collect()
    }

    /// Notes those who have it, before the others are tried. Of those who do not get it, the
    /// sender is told at the end, of all at once.
    fn note_relayed(&mut self) {
        self.note(|fate| matches!(fate, Fate::Relayed { .. }), false);
    }

    fn note(&mut self, which: impl Fn(&Fate) -> bool, is_last: bool) {
        let new = |at: &usize| !self.noted[*at] && self.fates[*at].as_ref().is_some_and(&which);
        let new: Vec<usize> = (0..self.fates.len()).filter(new).collect();
        if new.is_empty() && !is_last {
            return;
        }
        let fates: Vec<(usize, &Fate)> =
            new.iter().filter_map(|&at| Some((at, self.fates[at].as_ref()?))).collect();
        self.conclusion.note(&fates, is_last);
        new.into_iter().for_each(|at| self.noted[at] = true);
    }

    /// One transaction, for these of the recipients. Those for whom it is to be tried again
    /// at once get no fate.
    fn transact(&mut self, client: &mut SmtpClient, left: &[usize]) -> Went {
        let Conclusion { shared, recipients, .. } = self.conclusion;
        let mut recipients: Vec<Rcpt<'_>> = left.iter().map(|&at| recipients[at]).collect();
        let tells = client.session().extensions().dsn;
        if !tells {
            // RFC 3461 §5.2.2.
            for rcpt in &mut recipients {
                rcpt.parameters.notify = None;
                rcpt.parameters.original_recipient = None;
            }
        }
        let (mail, mut body) = match self.message_for(client) {
            Ok(message) => message,
            Err(error) => {
                shared.report(&error);
                let reason = Reason::own((4, 3, 0), "the message cannot be read");
                self.decide(left, &Fate::Deferred(reason));
                return Went::Through;
            }
        };
        let form = Form::best(client.session());
        let message = Message { mail, recipients: &recipients, form, body: &mut body };
        let mut outcomes = Vec::with_capacity(left.len());
        let mut tell = |index, outcome| outcomes.push((index, shortened(outcome)));
        let went = match client.send(message, &mut tell, &mut |_| {}) {
            Ok(Sending::Done) => Went::Through,
            Ok(Sending::Broken(error)) => Went::Broken(error.to_string()),
            Ok(Sending::Unreadable(error)) => {
                shared.report(&error);
                Went::Broken("the message cannot be read".into())
            }
            Err(EnvelopeError::Session(misuse)) => Went::Broken(misuse.to_string()),
            Err(error) => {
                self.decide(left, &Fate::Failed(refused(&error)));
                Went::Through
            }
        };
        let some_accepted = outcomes.iter().any(|(_, outcome)| outcome.is_accepted());
        for (index, outcome) in outcomes {
            let again = match &outcome {
                Outcome::Unsent => true,
                // It takes no more of them at once (RFC 5321 §4.5.3.1.10).
                Outcome::Rejected { by: Some(Sent::Rcpt(_)), reply } => {
                    some_accepted && reply.code().get() == 452
                }
                _ => false,
            };
            if let (false, Some(&at)) = (again, left.get(index)) {
                self.fates[at] = Some(Fate::new(outcome, tells));
            }
        }
        went
    }

    /// The same for all of them.
    fn decide(&mut self, recipients: &[usize], fate: &Fate) {
        recipients.iter().for_each(|&at| self.fates[at] = Some(fate.clone()));
    }

    /// MAIL as it can be said to this server, and the octets.
    fn message_for(&self, client: &SmtpClient) -> Result<(Mail<'r>, Body), store::Error> {
        let Conclusion { shared, queued, mut mail, .. } = self.conclusion;
        let store = &shared.server.store;
        mail.parameters.size = Some(queued.size());
        if !client.session().extensions().dsn {
            (mail.parameters.ret, mail.parameters.envelope_id) = (None, None);
        }
        let takes_all = client.session().extensions().eight_bit_mime;
        if mail.parameters.body == Some(BodyType::EightBitMime) && !takes_all {
            // Many say so of every message.
            let mut body = store.queued_body(queued)?;
            if is_ascii(&mut body).map_err(store::Error::at("the message"))? {
                mail.parameters.body = None;
            }
        }
        Ok((mail, store.queued_body(queued)?))
    }
}

/// As much of what the server said as is kept and told of each recipient, of whom there may be
/// many.
fn shortened(outcome: Outcome) -> Outcome {
    const KEPT: usize = 1024;
    match outcome {
        Outcome::Accepted(reply) => Outcome::Accepted(reply.truncated(KEPT)),
        Outcome::Rejected { by, reply } => Outcome::Rejected { by, reply: reply.truncated(KEPT) },
        other => other,
    }
}

/// Why the server cannot take such a message (RFC 6152 §3, RFC 6531 §3.4, RFC 1870 §6).
fn refused(error: &EnvelopeError) -> Reason {
    let status = match error {
        EnvelopeError::TooBig { .. } => (5, 3, 4),
        EnvelopeError::NotOffered("SMTPUTF8") => (5, 6, 7),
        EnvelopeError::NotOffered(_) | EnvelopeError::BinaryData => (5, 6, 3),
        _ => (5, 5, 4),
    };
    Reason::own(status, error.to_string())
}

fn is_ascii(body: &mut dyn Read) -> io::Result<bool> {
    let mut piece = vec![0; 64 * 1024];
    loop {
        match body.read(&mut piece)? {
            0 => return Ok(true),
            count if piece[..count].is_ascii() => {}
            _ => return Ok(false),
        }
    }
}
