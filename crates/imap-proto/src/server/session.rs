//! The session.

use alloc::sync::Arc;
use core::time::Duration;

use bytes::BytesMut;
use mail_wire::{Channel, LineFramer, TicketDesk};

use super::config::Config;
use super::error::ProtocolError;
use super::request::Upgrade;
use super::state::{State, Task};
use super::tag::KeptTag;
use crate::frame::{FrameLimits, Framer};
use crate::lexical::{Style, Text};
use crate::limits::Limits;
use crate::response::{Completion, Condition};

/// The OK of a command that has nothing to tell.
pub(super) const DONE: Completion<'static> = Completion::ok(None, Text::first_line("done"));

/// One connection of a client, seen from the server. See the [module](super).
///
/// It goes through the states of [`State`]. It holds no input and no output,
/// and is less than 1 KiB while it idles.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Arc<Config>,
    pub(super) channel: Channel,
    pub(super) state: State,
    pub(super) task: Task,
    pub(super) desk: TicketDesk,
    /// Of the command that is being received or answered.
    pub(super) tag: KeptTag,
    pub(super) frames: Framer,
    /// For lines that are no commands: SASL data and DONE.
    pub(super) lines: LineFramer,
    /// How strings are written to this client.
    pub(super) style: Style,
    pub(super) bad_commands: u16,
}

impl Session {
    /// Begins a session and writes its greeting. `channel` says whether the
    /// connection was TLS from its first octet.
    #[must_use]
    pub fn new(config: Arc<Config>, channel: Channel, out: &mut BytesMut) -> Self {
        let session = Self {
            channel,
            state: State::NotAuthenticated,
            task: Task::Idle,
            desk: TicketDesk::new(),
            tag: KeptTag::NONE,
            frames: Framer::new(frame_limits(&config.limits, State::NotAuthenticated)),
            lines: LineFramer::new(config.limits.auth_line),
            style: Style::PLAIN,
            bad_commands: 0,
            config,
        };
        session.greet(out);
        session
    }

    /// Says that the TLS handshake is done. Everything learnt in clear text is
    /// forgotten; so must be what the caller has read and the session has not.
    /// There is no second greeting.
    ///
    /// The upgrade of another session changes nothing.
    pub fn upgraded(&mut self, upgrade: Upgrade) {
        if self.desk.redeem(upgrade.0).is_ok() {
            // Nothing else is left of the clear text: STARTTLS ended at a line's
            // end, and nothing was taken behind it.
            self.channel = Channel::Tls;
            self.task = Task::Idle;
            self.bad_commands = 0;
        }
    }

    /// How long to wait for the client before [`timed_out`](Self::timed_out):
    /// 30 minutes once it has logged in (RFC 9051 section 5.4), 3 before.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        let minutes = if self.state.is_authenticated() { 30 } else { 3 };
        Duration::from_secs(minutes * 60)
    }

    /// Ends the session because the client was silent for too long.
    pub fn timed_out(&mut self, out: &mut BytesMut) {
        self.say_goodbye(Text::first_line("silent for too long"), out);
    }

    /// Ends the session because the server wants to, and says `why` with a BYE.
    /// Nothing is written while the TLS handshake is to come, or once it is over.
    pub fn shut_down(&mut self, why: Text<'_>, out: &mut BytesMut) {
        self.say_goodbye(why, out);
    }

    /// Says that the stream has ended. Any ticket that is out is void.
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where that cut something off: a command,
    /// a message, an answer. It is not an error to go without LOGOUT.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        let cut_off = match self.task {
            Task::Failed(failure) => return Err(failure),
            Task::Closed | Task::Idling => false,
            Task::Idle => self.frames.is_mid_command(),
            _ => true,
        };
        self.close();
        if cut_off {
            self.task = Task::Failed(ProtocolError::UnexpectedEnd);
            return Err(ProtocolError::UnexpectedEnd);
        }
        Ok(())
    }

    /// Where the session stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether strings may be written to the client in UTF-8: it has enabled
    /// IMAP4rev2 or UTF8=ACCEPT. Names of mailboxes are then UTF-8 as well, and
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

    /// Ends the session with an untagged BYE.
    pub(super) fn say_goodbye(&mut self, why: Text<'_>, out: &mut BytesMut) {
        if self.may_write().is_ok() {
            self.notice(Condition::Bye, None, why, out);
        }
        self.close();
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.task, Task::Closed | Task::Failed(_))
    }

    pub(super) fn close(&mut self) {
        self.desk.void();
        self.state = State::Logout;
        if !matches!(self.task, Task::Failed(_)) {
            self.task = Task::Closed;
        }
    }
}

/// What is kept of a command in this state.
pub(super) fn frame_limits(limits: &Limits, state: State) -> FrameLimits {
    let literal =
        if state.is_authenticated() { limits.literal } else { limits.literal_before_login };
    FrameLimits { command: limits.command, literal: u64::try_from(literal).unwrap_or(u64::MAX) }
}
