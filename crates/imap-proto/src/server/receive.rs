//! From the client's octets to events: lines and literals.

use bytes::{BufMut, BytesMut};
use mail_wire::{Auth, Direction, Framed, LineEnding, is_http_request, starts_http_request};

use super::error::{Error, Misuse, ProtocolError};
use super::event::Event;
use super::head::{self, Verb};
use super::pending::{Effect, Pending};
use super::session::Session;
use super::state::Expected;
use super::tag::KeptTag;
use super::unknown::UnknownCommand;
use crate::command::{Command, CommandKind, parse_tag};
use crate::frame::command::AnnouncedLiteral;
use crate::response::code::Code;
use crate::response::status_line::{Completion, Condition};
use crate::value::capability_set::CapabilitySet;
use crate::wire::{Arena, Atom, LiteralStyle, Text};

const BARE_LF: &str = "a line ends with CRLF";

/// The code of a literal or a command past a limit (RFC 7888 §4).
pub(super) const TOO_BIG: Code<'static> = match Atom::new("TOOBIG") {
    Ok(name) => Code::Other(name, None),
    Err(_) => Code::Limit,
};

impl Session {
    /// Takes what it can off the front of `input`, which is all that was
    /// received and not yet used, and says what it found. Call it again until
    /// it says [`Event::NeedInput`] or [`Event::Closed`].
    ///
    /// Lists and unescaped strings are put into `arena`. Reset it when the event is answered,
    /// before the next call: one read may hold thousands of commands.
    ///
    /// Replies are written to `out`; send them before waiting for more input.
    /// While `out` is longer than you like, send it before you call this.
    ///
    /// # Async code
    /// An event is `Send` and may be held across an `.await`, while the arena that it borrows
    /// from stays where it is: an owned variable of the future. A reference to the arena is
    /// not `Send`: give it to no function that awaits. To keep a command for longer, keep its
    /// octets and parse them again, or copy what you need.
    ///
    /// # Errors
    /// [`Error::Protocol`] ends the session: send `out` and close.
    /// [`Error::Misuse`] while a ticket, an upgrade or the writer of a FETCH response is out, and
    /// where octets are missing that the last call left unread; nothing is taken.
    #[allow(single_use_lifetimes, reason = "the arena may be reset while the input stays")]
    pub fn receive<'b: 'a, 'a>(
        &mut self,
        input: &mut &'b [u8],
        arena: &'a Arena,
        out: &mut BytesMut,
    ) -> Result<Event<'a>, Error> {
        self.inbound.shown(input)?;
        let event = self.next_event(input, arena, out);
        self.inbound.left(input);
        event
    }

    #[allow(single_use_lifetimes, reason = "the arena may be reset while the input stays")]
    fn next_event<'b: 'a, 'a>(
        &mut self,
        input: &mut &'b [u8],
        arena: &'a Arena,
        out: &mut BytesMut,
    ) -> Result<Event<'a>, Error> {
        loop {
            if self.writers.is_out() {
                return Err(Misuse::WriterOpen.into());
            }
            match self.desk.pending() {
                Some(Pending::Upgrade) if input.is_empty() => {
                    return Err(Misuse::UpgradePending.into());
                }
                Some(Pending::Upgrade) => {
                    *input = &[];
                    return Err(self.fail(ProtocolError::PlaintextAfterStartTls).into());
                }
                Some(_) => return Err(Misuse::ReplyPending.into()),
                None => {}
            }
            let event = match self.expected {
                Expected::Failed(failure) => {
                    *input = &[];
                    return Err(failure.into());
                }
                Expected::Nothing => {
                    *input = &[];
                    return Ok(Event::Closed);
                }
                Expected::Message(message) if message.left == 0 => {
                    self.log.octets(Direction::Received, message.octets);
                    self.expected = Expected::MessageEnd { refused: message.refused };
                    None
                }
                Expected::Message(_) if input.is_empty() => return Ok(Event::NeedInput),
                Expected::Message(message) => self.message(message, input),
                Expected::MessageEnd { refused } => match self.frames.next(input) {
                    Framed::NeedInput => return Ok(Event::NeedInput),
                    frame => Some(self.message_end(frame, refused, input, out)),
                },
                Expected::AuthResponse { .. } | Expected::Done => match self.lines.next(input) {
                    Framed::NeedInput => return Ok(Event::NeedInput),
                    Framed::TooLong { start } => self.line(Err(start), out),
                    Framed::Whole { octets, ending: LineEnding::Lf } if !self.takes_bare_lf() => {
                        self.line(Err(octets), out)
                    }
                    Framed::Whole { octets, .. } => self.line(Ok(octets), out),
                },
                // The line that was too long for an exchange has an end, too.
                Expected::Command if !self.lines.pass_over(input) => return Ok(Event::NeedInput),
                Expected::Command => match self.frames.next(input) {
                    Framed::NeedInput => return Ok(Event::NeedInput),
                    frame => self.frame(frame, input, arena, out)?,
                },
            };
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }

    /// A command, or as much of one as there will be.
    fn frame<'a>(
        &mut self,
        frame: Framed<'a, AnnouncedLiteral>,
        input: &mut &[u8],
        arena: &'a Arena,
        out: &mut BytesMut,
    ) -> Result<Option<Event<'a>>, ProtocolError> {
        match frame {
            Framed::NeedInput => {}
            Framed::TooLong { start } => {
                self.log_head(start);
                if starts_http_request(start) {
                    return Err(self.http_request(input));
                }
                self.keep_tag(start);
                self.refuse_size("the command is too long", out);
            }
            Framed::Ask { octets, ask } => {
                return Ok(self.literal(octets, ask, input, arena, out));
            }
            Framed::Whole { octets, ending: LineEnding::Lf } if !self.takes_bare_lf() => {
                self.log_head(octets);
                if is_http_request(octets) {
                    return Err(self.http_request(input));
                }
                self.keep_tag(octets);
                self.bad(BARE_LF, out);
            }
            Framed::Whole { octets, .. } => match Command::parse(octets, arena) {
                Ok(command) => {
                    self.log_command(octets, &command.kind);
                    return self.command(command, input, arena, out);
                }
                Err(wrong) => {
                    self.log_head(octets);
                    if is_http_request(octets) {
                        return Err(self.http_request(input));
                    }
                    self.keep_tag(octets);
                    match self.unknown(octets) {
                        Some(command) if KeptTag::new(command.tag).is_some() => {
                            let ticket = self.desk.issue(Pending::Command(Effect::None));
                            return Ok(Some(Event::Unknown(command, ticket)));
                        }
                        _ => self.bad(&alloc::format!("{}", wrong.error), out),
                    }
                }
            },
        }
        Ok(None)
    }

    /// A command that goes on with a literal: decides whether it is let come.
    fn literal<'a>(
        &mut self,
        octets: &'a [u8],
        ask: AnnouncedLiteral,
        input: &mut &[u8],
        arena: &'a Arena,
        out: &mut BytesMut,
    ) -> Option<Event<'a>> {
        let AnnouncedLiteral { head, ending, is_first } = ask;
        if is_first {
            // Once: a command may have thousands of literals, and a line of any length
            // before them.
            self.keep_tag(octets);
            self.verb = Verb::of(octets);
            if self.verb != Verb::Append {
                self.log_head(octets);
            }
        }
        if ending == LineEnding::Lf {
            self.frames.refuse(input);
            self.bad(BARE_LF, out);
            return None;
        }
        if head.non_synchronizing && !self.offers_non_synchronizing(head.octets) {
            self.frames.refuse(input);
            self.bad("such a literal is not offered: ask with {n} first", out);
            return None;
        }
        if self.verb == Verb::Login && !self.config.offers_login(self.channel) {
            self.frames.refuse(input);
            self.refuse_login(out);
            return None;
        }
        // An APPEND has one literal before its message, the name of the mailbox. Nothing else
        // is parsed before it is whole.
        if self.verb == Verb::Append && !(is_first && head::is_first_argument(octets)) {
            return self.append(octets, head, input, arena, out);
        }
        let limits = &self.config.limits;
        let limit = if self.state.is_authenticated() {
            limits.literal
        } else {
            limits.literal_before_login
        };
        let fits = usize::try_from(head.octets).is_ok_and(|octets| octets <= limit);
        if !fits || !self.frames.keep(head.octets) {
            self.frames.refuse(input);
            self.refuse_size("the literal is too big", out);
            return None;
        }
        if !head.non_synchronizing {
            self.send(out, |out| out.put_slice(b"+ send the literal\r\n"));
        }
        None
    }

    /// The command in `octets`, if it is one that the server wants though this crate cannot
    /// read it.
    fn unknown<'a>(&self, octets: &'a [u8]) -> Option<UnknownCommand<'a>> {
        let command = UnknownCommand::parse(octets)?;
        let wanted = self.config.unknown_commands.contains(command.name.as_str().as_bytes());
        wanted.then_some(command)
    }

    pub(super) fn takes_bare_lf(&self) -> bool {
        self.config.tolerance.bare_lf
    }

    /// Keeps the tag of a command, or of the start of one, for its answer.
    fn keep_tag(&mut self, command: &[u8]) {
        let tag = parse_tag(command).and_then(KeptTag::new);
        self.begin(tag.map(|tag| tag.secret_if(head::length(command) == 0)));
    }

    /// What is answered from here on has this tag, or none.
    pub(super) fn begin(&mut self, tag: Option<KeptTag>) {
        self.tag = tag.unwrap_or(KeptTag::NONE);
    }

    /// What is past a limit (RFC 7888 §4).
    pub(super) fn refuse_size(&mut self, why: &str, out: &mut BytesMut) {
        self.finish(Effect::None, Completion::bad(Some(TOO_BIG), Text::truncated(why)), out);
    }

    /// A request of HTTP. What follows it is not read.
    fn http_request(&mut self, input: &mut &[u8]) -> ProtocolError {
        *input = &[];
        self.fail(ProtocolError::HttpRequest)
    }

    /// STARTTLS, and something after it.
    pub(super) fn plaintext_after_starttls(
        &mut self,
        input: &mut &[u8],
        out: &mut BytesMut,
    ) -> ProtocolError {
        *input = &[];
        let text = Text::fixed("clear text followed STARTTLS");
        self.notice(Condition::Bye, None, text, out);
        self.fail(ProtocolError::PlaintextAfterStartTls)
    }

    /// Logs a command that could be read.
    fn log_command(&mut self, octets: &[u8], command: &CommandKind<'_>) {
        match command {
            CommandKind::Login { .. } => self.log_head(octets),
            CommandKind::Authenticate(Auth { mechanism, initial_response: Some(_) }) => {
                let mechanism = mechanism.as_str().len().saturating_add(1);
                let shown = head::length(octets).saturating_add(mechanism);
                self.log.secret(Direction::Received, octets, shown);
            }
            _ => self.log.lines(Direction::Received, octets),
        }
    }

    /// Logs what could not be read, or not yet: no more than tag and verb.
    pub(super) fn log_head(&mut self, octets: &[u8]) {
        if self.log.is_on() {
            self.log.secret(Direction::Received, octets, head::length(octets));
        }
    }

    /// Whether literals of `octets` octets may be sent unasked (RFC 7888).
    const fn offers_non_synchronizing(&self, octets: u64) -> bool {
        let style = if self.offered.includes(CapabilitySet::LITERAL_PLUS) {
            LiteralStyle::Plus
        } else if self.offered.includes(CapabilitySet::LITERAL_MINUS) {
            LiteralStyle::Minus
        } else {
            LiteralStyle::Synchronizing
        };
        style.is_non_synchronizing(octets)
    }
}
