//! The session.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::BytesMut;
use mail_wire::{
    BadCommands, Channel, Desk, Direction, Farewell, Inbound, LineFramer, Upgrade, WireLog,
};

use super::config::Config;
use super::error::{Misuse, ProtocolError};
use super::head::Verb;
use super::pending::Pending;
use super::rejection::Rejection;
use super::state::{Expected, State};
use super::tag::KeptTag;
use crate::frame::command::CommandFramer;
use crate::response::code::Code;
use crate::response::status_line::{Completion, Condition};
use crate::value::capability::Capability;
use crate::value::capability_set::CapabilitySet;
use crate::wire::{Style, Text};

/// What a client may still read that has sent its last.
const STREAM_ENDED: Text<'static> = Text::fixed("the stream has ended");
const SILENT: Text<'static> = Text::fixed("silent for too long");

/// The OK of a command that has nothing to tell.
pub(super) const DONE: Completion<'static> = Completion::ok(None, Text::fixed("done"));

/// One connection of a client, seen from the server. See the [module](super).
///
/// It goes through the states of [`State`]. It holds no input and no output,
/// and is less than 1 KiB while it idles.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Arc<Config>,
    /// What the client may say beyond IMAP4rev1.
    pub(super) offered: CapabilitySet,
    pub(super) channel: Channel,
    pub(super) state: State,
    pub(super) expected: Expected,
    pub(super) desk: Desk<Pending>,
    /// Gives out the writer of a FETCH response, one at a time.
    pub(super) writers: Desk<()>,
    /// How many messages the mailbox that is selected has, as far as the client was told.
    pub(super) messages: u32,
    /// Of the command that is being received or answered.
    pub(super) tag: KeptTag,
    /// Of the command that is being received, if it has literals.
    pub(super) verb: Verb,
    pub(super) inbound: Inbound,
    pub(super) frames: CommandFramer,
    /// For lines that are no commands: SASL data and DONE.
    pub(super) lines: LineFramer,
    /// How strings are written to this client.
    pub(super) style: Style,
    pub(super) enabled: Vec<Capability<'static>>,
    pub(super) bad_commands: BadCommands,
    pub(super) farewell: Farewell,
    pub(super) log: WireLog,
}

impl Session {
    /// Begins a session and writes its greeting. `channel` says whether the
    /// connection was TLS from its first octet.
    #[must_use]
    pub fn new(config: Arc<Config>, channel: Channel, out: &mut BytesMut) -> Self {
        let mut session = Self::start(config, channel);
        session.greet(Condition::Ok, out);
        session
    }

    /// Begins a session of a client that needs no login, since it is known by other means:
    /// its certificate, or the pipe that it came by. The greeting is PREAUTH (RFC 9051 §7.1.4).
    #[must_use]
    pub fn preauthenticated(config: Arc<Config>, channel: Channel, out: &mut BytesMut) -> Self {
        let mut session = Self::start(config, channel);
        session.enter(State::Authenticated);
        session.greet(Condition::PreAuth, out);
        session
    }

    /// Turns a client away: the greeting is BYE with the words of `why` (RFC 9051 §7.1.5), and
    /// the session is over.
    #[must_use]
    pub fn refuse(
        config: Arc<Config>,
        channel: Channel,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Self {
        let mut session = Self::start(config, channel);
        let Completion { code, text, .. } = why.completion();
        session.notice(Condition::Bye, code, text, out);
        session.close();
        session
    }

    fn start(config: Arc<Config>, channel: Channel) -> Self {
        let mut session = Self {
            offered: config.offered(),
            channel,
            state: State::NotAuthenticated,
            expected: Expected::Command,
            desk: Desk::new(),
            writers: Desk::new(),
            messages: 0,
            tag: KeptTag::NONE,
            verb: Verb::Other,
            inbound: Inbound::default(),
            frames: CommandFramer::new(config.limits.command),
            lines: LineFramer::new(config.limits.auth_line),
            style: Style::PLAIN,
            enabled: Vec::new(),
            bad_commands: BadCommands::default(),
            farewell: Farewell::default(),
            log: WireLog::default(),
            config,
        };
        session.style.utf8 = session.is_rev2();
        session
    }

    /// Writes the greeting (RFC 9051 §7.1).
    fn greet(&mut self, condition: Condition, out: &mut BytesMut) {
        let config = self.config.clone();
        let capabilities = self.capabilities(&config);
        let code = Some(Code::Capability(&capabilities));
        self.notice(condition, code, Text::truncated(config.greeting()), out);
    }

    /// Shows `log` each line that goes over the wire from here on, and first what is in `out`
    /// already: the greeting. What is secret is not shown: what follows LOGIN, in literals too,
    /// and the exchange of AUTHENTICATE. A command that shows a literal is shown twice: its
    /// first two words when the literal is announced, and all of it once it is there.
    pub fn log_wire(&mut self, log: WireLog, out: &BytesMut) {
        self.log = log;
        self.log.lines(Direction::Sent, out);
    }

    /// Says that the TLS handshake is done. Everything learnt in clear text is
    /// forgotten; so must be what the caller has read and the session has not
    /// (`ReceiveBuffer::keep_last(0)`), and what it has learnt, from ID say. There is no
    /// second greeting. Where the handshake failed, close the connection instead.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the upgrade is another session's, or this one is over.
    pub fn upgraded(&mut self, upgrade: Upgrade) -> Result<(), Misuse> {
        self.desk.redeem_upgrade(upgrade)?;
        // Nothing else is left of the clear text: STARTTLS ended at a line's
        // end, and nothing was taken after it.
        self.channel = Channel::Tls;
        self.inbound.forget();
        Ok(())
    }

    /// How long to wait for the client before [`timed_out`](Self::timed_out):
    /// [`Limits::idle_timeout`](crate::Limits::idle_timeout), or
    /// [`Limits::idle_timeout_before_login`](crate::Limits::idle_timeout_before_login).
    #[must_use]
    pub fn timeout(&self) -> Duration {
        let limits = &self.config.limits;
        if self.state.is_authenticated() {
            limits.idle_timeout
        } else {
            limits.idle_timeout_before_login
        }
    }

    /// Ends the session because the client was silent for too long, as
    /// [`shut_down`](Self::shut_down) does.
    pub fn timed_out(&mut self, out: &mut BytesMut) {
        self.say_goodbye(SILENT, out);
    }

    /// Ends the session because the server wants to, and says `why` with a BYE.
    /// Nothing is written while the TLS handshake is to come, or once it is over.
    ///
    /// What the ticket of a [`request::Command`](super::request::Command) or
    /// [`request::Select`](super::request::Select) is for may be done by now: its answer is
    /// still written, and a FETCH response that is open is still ended; the BYE follows. Any
    /// other ticket is void.
    pub fn shut_down(&mut self, why: Text<'_>, out: &mut BytesMut) {
        self.say_goodbye(why, out);
    }

    /// Says that the stream has ended: once `receive` has said [`Event::NeedInput`](super::Event::NeedInput),
    /// or while a ticket is out. What is being carried out is still to be
    /// answered, as with [`shut_down`](Self::shut_down); any other ticket is void.
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where that cut something off: a command,
    /// a message, an exchange. It is not an error to go without LOGOUT.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        if self.is_busy() {
            self.farewell.defer(STREAM_ENDED.as_bytes());
            return Ok(());
        }
        let cut_off = match self.expected {
            Expected::Failed(failure) => return Err(failure),
            _ if self.desk.is_out() => true,
            Expected::Nothing | Expected::Done => false,
            Expected::Command => self.frames.is_mid_unit(),
            Expected::AuthResponse { .. } | Expected::Message(_) | Expected::MessageEnd { .. } => {
                true
            }
        };
        self.close();
        if cut_off {
            return Err(self.fail(ProtocolError::UnexpectedEnd));
        }
        Ok(())
    }

    /// Ends the session in the middle of a FETCH response, whose writer is lost, or one of
    /// whose bodies cannot be finished: the client would take whatever came next for the octets
    /// that it is owed, so nothing more is written. Send what is in `out`, or do not, and close
    /// the connection.
    pub fn abandon_fetch(&mut self) {
        if self.writers.is_out() {
            self.close();
        }
    }

    /// Where the session stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What the client has turned on with ENABLE, of what [`Config::enable`] lets it.
    #[must_use]
    pub fn enabled(&self) -> &[Capability<'static>] {
        &self.enabled
    }

    /// Whether the session is one of IMAP4rev2: the client has enabled it, or the server
    /// offers nothing else.
    #[must_use]
    pub fn is_rev2(&self) -> bool {
        self.enabled.contains(&Capability::Imap4Rev2)
            || !self.config.capabilities.contains(&Capability::Imap4Rev1)
                && self.config.capabilities.contains(&Capability::Imap4Rev2)
    }

    /// Whether strings may be written to the client in UTF-8: the session is one of IMAP4rev2,
    /// or the client has enabled UTF8=ACCEPT. Names of mailboxes are then UTF-8 as well, and
    /// else modified UTF-7.
    #[must_use]
    pub const fn is_utf8(&self) -> bool {
        self.style.utf8
    }

    /// What carries the connection.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// Ends the session with an untagged BYE: now, or after the answer that is due.
    pub(super) fn say_goodbye(&mut self, why: Text<'_>, out: &mut BytesMut) {
        if self.is_busy() {
            // The client would otherwise not learn what was done.
            return self.farewell.defer(why.as_bytes());
        }
        if self.may_write().is_ok() {
            self.notice(Condition::Bye, None, why, out);
        }
        self.close();
    }

    /// Ends the session, if that was put off until now.
    pub(super) fn leave_if_due(&mut self, out: &mut BytesMut) {
        if self.is_busy() {
            return;
        }
        if let Some(why) = self.farewell.take() {
            self.say_goodbye(Text::from_octets(&why).unwrap_or(Text::EMPTY), out);
        }
    }

    /// Whether the session cannot end yet.
    fn is_busy(&self) -> bool {
        self.writers.is_out() || self.desk.pending().is_some_and(|pending| pending.is_carried_out())
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.expected, Expected::Nothing | Expected::Failed(_))
    }

    /// The one place where the state changes.
    pub(super) fn enter(&mut self, state: State) {
        self.state = state;
    }

    pub(super) fn close(&mut self) {
        self.desk.revoke();
        self.writers.revoke();
        self.enter(State::Logout);
        if !self.is_over() {
            self.expected = Expected::Nothing;
        }
    }

    /// Ends the session by a fault of the client.
    pub(super) fn fail(&mut self, failure: ProtocolError) -> ProtocolError {
        self.close();
        self.expected = Expected::Failed(failure);
        failure
    }
}
