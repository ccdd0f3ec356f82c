//! The session.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::time::Duration;

use bytes::BytesMut;
use mail_wire::{Channel, Desk, LineFramer};

use super::config::Config;
use super::error::ProtocolError;
use super::receive::Verb;
use super::request::Upgrade;
use super::state::{State, Task};
use super::tag::KeptTag;
use crate::frame::command::CommandFramer;
use crate::response::status_line::{Completion, Condition};
use crate::wire::{Style, Text};

/// What a client may still read that has sent its last.
const STREAM_ENDED: Text<'static> = Text::first_line("the stream has ended");

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
    pub(super) desk: Desk<()>,
    /// Of the command that is being received or answered.
    pub(super) tag: KeptTag,
    pub(super) frames: CommandFramer,
    /// Of the command that is being received, if it has literals.
    pub(super) verb: Verb,
    /// For lines that are no commands: SASL data and DONE.
    pub(super) lines: LineFramer,
    /// How strings are written to this client.
    pub(super) style: Style,
    pub(super) bad_commands: u32,
    /// Why the session ends behind the answer that is due, if it does.
    pub(super) farewell: Option<Box<[u8]>>,
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
            desk: Desk::new(),
            tag: KeptTag::NONE,
            frames: CommandFramer::new(config.limits.command),
            verb: Verb::Other,
            lines: LineFramer::new(config.limits.auth_line),
            style: Style::PLAIN,
            bad_commands: 0,
            farewell: None,
            config,
        };
        session.greet(out);
        session
    }

    /// Says that the TLS handshake is done. Everything learnt in clear text is
    /// forgotten; so must be what the caller has read and the session has not
    /// (`ReceiveBuffer::keep_last(0)`), and what it has learnt, from ID say. There is no
    /// second greeting. Where the handshake failed, close the connection instead.
    ///
    /// The upgrade of another session, or of one that is over, changes nothing.
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
    /// [`Limits::silence`], or [`Limits::silence_before_login`].
    #[must_use]
    pub fn timeout(&self) -> Duration {
        let limits = &self.config.limits;
        if self.state.is_authenticated() { limits.silence } else { limits.silence_before_login }
    }

    /// Ends the session because the client was silent for too long, as
    /// [`shut_down`](Self::shut_down) does.
    pub fn timed_out(&mut self, out: &mut BytesMut) {
        self.say_goodbye(Text::first_line("silent for too long"), out);
    }

    /// Ends the session because the server wants to, and says `why` with a BYE.
    /// Nothing is written while the TLS handshake is to come, or once it is over.
    ///
    /// What the ticket of a [`request::Command`](super::request::Command) is for may be done by now: its answer
    /// is still written, and the BYE stands behind it. Any other ticket is void.
    pub fn shut_down(&mut self, why: Text<'_>, out: &mut BytesMut) {
        self.say_goodbye(why, out);
    }

    /// Says that the stream has ended: once `receive` has said [`Event::NeedInput`](super::Event::NeedInput),
    /// or while a ticket is out. That of a [`request::Command`](super::request::Command) is still to be
    /// answered, as with [`shut_down`](Self::shut_down); any other is void.
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where that cut something off: a command,
    /// a message, an exchange. It is not an error to go without LOGOUT.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        let cut_off = match self.task {
            Task::Failed(failure) => return Err(failure),
            Task::Command(_) => {
                self.end_behind_answer(STREAM_ENDED);
                return Ok(());
            }
            Task::Closed | Task::Idling => false,
            Task::Idle => self.frames.is_mid_unit(),
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
        if matches!(self.task, Task::Command(_)) {
            return self.end_behind_answer(why);
        }
        if self.may_write().is_ok() {
            self.notice(Condition::Bye, None, why, out);
        }
        self.close();
    }

    /// What is being carried out may have been stored: the client is to learn of it.
    fn end_behind_answer(&mut self, why: Text<'_>) {
        self.farewell.get_or_insert_with(|| why.as_bytes().into());
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.task, Task::Closed | Task::Failed(_))
    }

    pub(super) fn close(&mut self) {
        self.desk.revoke();
        self.state = State::Logout;
        if !matches!(self.task, Task::Failed(_)) {
            self.task = Task::Closed;
        }
    }
}
