//! One message on its way to its recipients.

use alloc::vec;
use alloc::vec::Vec;

use bytes::BytesMut;

use super::envelope::{Envelope, EnvelopeError, Form};
use super::error::{Error, Misuse};
use super::event::{Answer, Event};
use super::outcome::Outcome;
use super::sent::Sent;
use super::session::Session;
use super::state::State;
use crate::command::{Command, Mail, Rcpt};
use crate::reply::{Reply, ReplyBuf};

/// What a transaction comes to, step by step.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransactionStep {
    /// Send what was written, read more, call again.
    NeedInput,
    /// Somebody takes the message: write the next piece of its body with [`Transaction::body`],
    /// and call again. Send what was written before it grows too long.
    Body,
    /// What became of the message for one of the recipients. Each is told once.
    Recipient {
        /// Which of [`Envelope::recipients`].
        index: usize,
        /// What became of it.
        outcome: Outcome,
    },
    /// All of them are told. Where [`Session::close_reason`] is none, the next transaction may
    /// begin.
    Done,
}

/// Sends one message to its recipients: MAIL and RCPT, together where the server takes that (RFC
/// 2920); the body, if somebody is there to take it; and tells what became of it, for each
/// recipient, word for word. That a server says no is an [`Outcome`], and so is a connection that
/// ends: after [`Session::eof`] or [`Session::timed_out`], or an error of the session's, go on
/// calling [`receive`](Self::receive), which tells the rest. Nothing is sent again by itself.
///
/// A machine over a [`Session`], which is driven by `receive` as the session is by its own. The
/// [front page](crate) has the whole of a driver.
///
/// ```text
///   MAIL, RCPT … ─▶ DATA ──── "354" ────▶ body ─▶ its answer, or one for each ─▶ done
///       │  (BDAT: none)  nobody: a dot      │                                     ▲
///       │                                   ├─ a chunk is refused ──▶ RSET ───────┤
///       └─ refused, or nobody is accepted ──┴─────────────────────────────────────┘
/// ```
#[derive(Debug)]
pub struct Transaction<'e> {
    mail: Mail<'e>,
    recipients: &'e [Rcpt<'e>],
    form: Form,
    stage: Stage,
    /// MAIL was sent.
    has_begun: bool,
    /// What has become of each recipient so far.
    fates: Vec<Fate>,
    /// The recipients before these: RCPT was sent for them; RCPT was answered; in LMTP, the
    /// message was answered; all is told.
    sent: usize,
    answered: usize,
    delivered: usize,
    told: usize,
    /// How it ended, for all whose outcome is not told yet.
    end: Option<End>,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Mail,
    Recipients,
    /// DATA was sent.
    Data,
    Body,
    /// The body is over, or nobody takes it: answers may be due.
    Ending,
    /// RSET was sent.
    Reset,
    Over,
}

/// What has become of a recipient so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// RCPT was not sent yet.
    Waits,
    /// It is not to be sent in this transaction.
    Skipped,
    /// RCPT was sent.
    Asked,
    /// RCPT was accepted.
    Accepted,
    Told,
}

/// How a transaction ended for those that are not told otherwise.
#[derive(Debug)]
enum End {
    Reply { by: Option<Sent>, reply: ReplyBuf },
    Unsent,
    Unknown,
}

impl<'e> Transaction<'e> {
    /// A transaction of a session in which none is open. Nothing is sent yet.
    ///
    /// # Errors
    /// [`EnvelopeError`], where the session, or what the server offers, does not let such a
    /// message be sent.
    pub fn new(
        session: &Session,
        envelope: Envelope<'e>,
        form: Form,
    ) -> Result<Self, EnvelopeError> {
        Ok(Self {
            mail: envelope.check(session, form)?,
            recipients: envelope.recipients,
            form,
            stage: Stage::Mail,
            has_begun: false,
            fates: vec![Fate::Waits; envelope.recipients.len()],
            sent: 0,
            answered: 0,
            delivered: 0,
            told: 0,
            end: None,
        })
    }

    /// Takes what the server says off the front of `input`, and writes what is to be said next,
    /// until something is the caller's to do. Call it again after each step but the last; after
    /// [`TransactionStep::NeedInput`], once more was read after what it left of `input`.
    ///
    /// # Errors
    /// [`Misuse`], as from [`Session::receive`]; or where something else was sent on the session
    /// in between, and does not let this transaction go on.
    pub fn receive(
        &mut self,
        session: &mut Session,
        input: &mut &[u8],
        out: &mut BytesMut,
    ) -> Result<TransactionStep, Misuse> {
        loop {
            if let Some(step) = self.tell(session) {
                return Ok(step);
            }
            if self.stage == Stage::Over {
                return Ok(TransactionStep::Done);
            }
            self.send_what_may(session, out)?;
            if self.stage == Stage::Over {
                continue;
            }
            match session.receive(input, out) {
                Ok(Event::NeedInput) if self.takes_body(session) => {
                    return Ok(TransactionStep::Body);
                }
                Ok(Event::NeedInput) => return Ok(TransactionStep::NeedInput),
                Ok(Event::Answer(answer)) => {
                    if let Some(step) = self.answer(answer, session, out)? {
                        return Ok(step);
                    }
                }
                Ok(Event::Unsolicited(said)) => {
                    // Of a message that is there it does not speak.
                    if !self.is_complete(session) && !said.code().is_completion() {
                        self.end_by(None, said);
                    }
                }
                // A line that is none, or one that ends the session: the next call says so.
                Ok(Event::Unparsed { .. }) => {}
                Ok(Event::Closed) | Err(Error::Protocol(_)) => self.stage = Stage::Over,
                Err(Error::Misuse(misuse)) => return Err(misuse),
                Ok(Event::Greeting(_) | Event::Challenge(..) | Event::StartTls(_)) => {
                    return Err(Misuse::NotNow);
                }
            }
        }
    }

    /// Writes the next piece of the body, of any length; with `last`, all of it has been given
    /// then, and the piece may be empty. Call it once for each [`TransactionStep::Body`].
    ///
    /// # Errors
    /// [`Misuse::NotNow`] where no body is asked for. [`Misuse::IrregularBody`], by
    /// [`Config::body_policy`](super::Config::body_policy): nothing but [`abandon`](Self::abandon)
    /// is left.
    pub fn body(
        &mut self,
        session: &mut Session,
        piece: &[u8],
        last: bool,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        if self.stage != Stage::Body {
            return Err(Misuse::NotNow);
        }
        match self.form {
            Form::Data => {
                session.body(piece, out)?;
                if last {
                    session.end_body(out)?;
                }
            }
            Form::Chunks if piece.is_empty() && !last => {}
            Form::Chunks => session.chunk(piece, last, out)?,
        }
        Ok(())
    }

    /// Gives the message up, since its source has failed, say. Where nobody was asked to take
    /// its body yet, or between chunks, the session goes on after RSET; in the middle of a body
    /// that follows DATA, the connection must be closed ([`Session::abandon`]). What is not told
    /// yet is [`Outcome::Unsent`]. It comes too late where all of the body has been given.
    ///
    /// Go on calling [`receive`](Self::receive).
    pub fn abandon(&mut self, session: &mut Session) {
        if self.is_complete(session) {
            return;
        }
        self.end.get_or_insert(End::Unsent);
        if session.state() == State::Body {
            session.abandon();
        }
    }

    /// Writes what may be sent now.
    fn send_what_may(&mut self, session: &mut Session, out: &mut BytesMut) -> Result<(), Misuse> {
        if self.stage == Stage::Mail
            && self.end.is_none()
            && self.try_send(Command::Mail(self.mail), session, out)?
        {
            self.stage = Stage::Recipients;
            self.has_begun = true;
        }
        while let (Stage::Recipients, None, Some(rcpt)) =
            (self.stage, &self.end, self.recipients.get(self.sent))
        {
            let fate = match session.allows(Command::Rcpt(*rcpt)) {
                // RFC 9422 §4: another transaction, or connection, may take it.
                Err(Misuse::LimitReached) => Fate::Skipped,
                _ if self.try_send(Command::Rcpt(*rcpt), session, out)? => Fate::Asked,
                _ => break,
            };
            self.set(self.sent, fate);
            self.sent += 1;
        }
        let (decided, accepted) = (session.undecided == 0, session.transaction.accepted);
        if self.stage == Stage::Recipients && self.end.is_none() && self.sent == self.fates.len() {
            if decided && accepted == 0 {
                self.stage = Stage::Ending;
            } else if self.form == Form::Chunks {
                if decided {
                    self.stage = Stage::Body;
                }
            } else if self.try_send(Command::Data, session, out)? {
                self.stage = Stage::Data;
            }
        }
        let over = self.end.is_some() || self.stage == Stage::Ending;
        if over && session.waiting() == 0 && !matches!(self.stage, Stage::Reset | Stage::Over) {
            self.stage = match session.state() {
                State::Transaction if self.try_send(Command::Rset, session, out)? => Stage::Reset,
                State::Transaction | State::Body => self.stage,
                _ => Stage::Over,
            };
        }
        Ok(())
    }

    /// Whether a command was sent; not, while it has to wait.
    fn try_send(
        &self,
        command: Command<'_>,
        session: &mut Session,
        out: &mut BytesMut,
    ) -> Result<bool, Misuse> {
        match session.send(command, out) {
            Ok(()) => Ok(true),
            // What is in the way is received next.
            Err(
                Misuse::AnswerPending
                | Misuse::TooManyPipelined
                | Misuse::Unread
                | Misuse::Closed
                | Misuse::BodyOpen,
            ) => Ok(false),
            Err(misuse) => Err(misuse),
        }
    }

    /// What an answer means here.
    fn answer(
        &mut self,
        answer: Answer<'_>,
        session: &mut Session,
        out: &mut BytesMut,
    ) -> Result<Option<TransactionStep>, Misuse> {
        let Answer { to, reply } = answer;
        let goes = reply.code().get() == 421;
        match (to, answer.is_ok()) {
            (Sent::Mail, false) => self.end_by(Some(to), reply),
            (Sent::Rcpt(_), ok) => {
                let Some(index) = self.next(self.answered, Fate::Asked) else { return Ok(None) };
                self.answered = index + 1;
                if ok {
                    self.set(index, Fate::Accepted);
                } else if self.end.is_none() {
                    return Ok(Some(self.reject(index, to, reply)));
                }
            }
            (Sent::Data, true) if session.transaction.accepted == 0 => {
                // RFC 2920 §3.1: the server waits for a message that is for nobody.
                session.end_body(out)?;
                self.stage = Stage::Ending;
            }
            (Sent::Data, true) if self.end.is_some() => session.abandon(),
            (Sent::Data, true) => self.stage = Stage::Body,
            (Sent::Data | Sent::Chunk, false) => self.end_by(Some(to), reply),
            (Sent::Message, _) => self.end_by(Some(to), reply),
            (Sent::Delivery(_), ok) => {
                let Some(index) = self.next(self.delivered, Fate::Accepted) else {
                    return Ok(None);
                };
                self.delivered = index + 1;
                self.stage = Stage::Ending;
                if !ok {
                    return Ok(Some(self.reject(index, to, reply)));
                }
                self.set(index, Fate::Told);
                let outcome = Outcome::Accepted(reply.into());
                return Ok(Some(TransactionStep::Recipient { index, outcome }));
            }
            (Sent::Rset, _) => self.stage = Stage::Over,
            _ => {}
        }
        // It goes before it could say more. But of a message that is there, in LMTP, it speaks
        // for one recipient alone.
        if goes {
            self.end_by(Some(to), reply);
        }
        Ok(None)
    }

    fn reject(&mut self, index: usize, to: Sent, reply: Reply<'_>) -> TransactionStep {
        self.set(index, Fate::Told);
        if reply.code().get() == 421 && !matches!(to, Sent::Delivery(_)) {
            self.end_by(Some(to), reply);
        }
        let outcome = Outcome::Rejected { by: Some(to), reply: reply.into() };
        TransactionStep::Recipient { index, outcome }
    }

    /// The server has said what is to be told to all that are left.
    fn end_by(&mut self, by: Option<Sent>, reply: Reply<'_>) {
        if self.end.is_none() {
            self.end = Some(End::Reply { by, reply: reply.into() });
        }
    }

    /// Whether a piece of the body can go out.
    fn takes_body(&self, session: &Session) -> bool {
        let chunk = Command::Bdat { size: 0, last: false };
        let is_asked = || self.end.is_none() && session.allows(chunk).is_ok();
        self.stage == Stage::Body && (session.state() == State::Body || is_asked())
    }

    /// Tells the next outcome, once it is known how it ended.
    fn tell(&mut self, session: &Session) -> Option<TransactionStep> {
        if self.stage == Stage::Over && self.end.is_none() {
            self.end = Some(if self.is_complete(session) { End::Unknown } else { End::Unsent });
        }
        let end = self.end.as_ref()?;
        let left = self.fates.get(self.told..)?;
        let index = self.told + left.iter().position(|&fate| fate != Fate::Told)?;
        let outcome = match (end, self.fates.get(index)) {
            (End::Reply { by: Some(Sent::Message), reply }, Some(Fate::Accepted))
                if reply.code().is_completion() =>
            {
                Outcome::Accepted(reply.clone())
            }
            (End::Reply { by, reply }, fate) if fate != Some(&Fate::Skipped) => {
                Outcome::Rejected { by: *by, reply: reply.clone() }
            }
            (End::Unknown, Some(Fate::Accepted)) => Outcome::Unknown,
            _ => Outcome::Unsent,
        };
        self.set(index, Fate::Told);
        self.told = index + 1;
        Some(TransactionStep::Recipient { index, outcome })
    }

    /// The first recipient from `start` on of which that has become.
    fn next(&self, start: usize, fate: Fate) -> Option<usize> {
        let found = self.fates.get(start..)?.iter().position(|&one| one == fate)?;
        Some(start + found)
    }

    /// Whether all of the message has been written.
    fn is_complete(&self, session: &Session) -> bool {
        self.has_begun && session.transaction.complete
    }

    fn set(&mut self, index: usize, fate: Fate) {
        if let Some(one) = self.fates.get_mut(index) {
            *one = fate;
        }
    }
}
