//! From the client's octets to events.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::complete;
use mail_wire::{ClientLine, Framed, LineEnding};
use memchr::memchr;

use super::Config;
use super::error::{Error, Misuse, ProtocolError};
use super::event::Event;
use super::offered::offers;
use super::rejection::Rejection;
use super::session::{DONE, Session};
use super::state::{Effect, Message, Refusal, State, Task};
use super::tag::KeptTag;
use crate::command::{Command, CommandKind, parse_tag};
use crate::frame::command::AnnouncedLiteral;
use crate::limits::Limits;
use crate::response::Data;
use crate::response::code::Code;
use crate::response::status_line::{Completion, Condition};
use crate::value::capability::Capability;
use crate::wire::{Arena, Atom, LiteralStyle, NonEmpty, Text, literal_announcement};

const BARE_LF: &str = "a line ends with CRLF";
const MORE_BEHIND_MESSAGE: &str = "expected the end of the command behind the message";
const NUL: &str = "the message has a NUL, which may only come in ~{n}";

impl Session {
    /// Takes what it can off the front of `input`, which is all that was
    /// received and not yet used, and says what it found. Call it again until
    /// it says [`Event::NeedInput`] or [`Event::Closed`].
    ///
    /// Lists and unescaped strings are put into `arena`; reset it whenever the
    /// events that borrow from it are gone.
    ///
    /// Replies are written to `out`; send them before waiting for more input.
    /// While `out` is longer than you like, send it before you call this.
    ///
    /// # Errors
    /// [`Error::Protocol`] ends the session: send `out` and close.
    /// [`Error::Misuse`] while a ticket or an upgrade is out; nothing is taken.
    pub fn receive<'b>(
        &mut self,
        input: &mut &'b [u8],
        arena: &'b Arena,
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        loop {
            let event = match self.task {
                Task::Failed(failure) => return Err(failure.into()),
                Task::Closed => {
                    *input = &[];
                    return Ok(Event::Closed);
                }
                Task::Upgrade if input.is_empty() => return Err(Misuse::UpgradePending.into()),
                Task::Upgrade => return Err(self.plaintext_after_starttls(input, out)),
                _ if self.desk.is_out() => return Err(Misuse::ReplyPending.into()),
                Task::AppendMessage(Message { left: 0, refused, .. }) => {
                    self.task = Task::AppendTail { refused };
                    continue;
                }
                Task::AppendMessage(_) if input.is_empty() => return Ok(Event::NeedInput),
                Task::AppendMessage(message) => self.append_piece(message, input),
                Task::AppendTail { refused } => match self.frames.next(input) {
                    Framed::NeedInput => return Ok(Event::NeedInput),
                    frame => Some(self.append_tail(frame, refused, input, out)),
                },
                Task::AuthenticateResponse(_) | Task::Idling => match self.lines.next(input) {
                    Framed::NeedInput => return Ok(Event::NeedInput),
                    Framed::TooLong { .. } => self.line(None, out),
                    Framed::Whole { ending: LineEnding::Lf, .. }
                        if !self.config.tolerance.bare_lf =>
                    {
                        self.line(None, out)
                    }
                    Framed::Whole { octets: line, .. } => self.line(Some(line), out),
                },
                // The line that was too long for an exchange has an end, too.
                _ if !self.lines.pass_over(input) => return Ok(Event::NeedInput),
                _ => match self.frames.next(input) {
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
    fn frame<'b>(
        &mut self,
        frame: Framed<'b, AnnouncedLiteral>,
        input: &mut &'b [u8],
        arena: &'b Arena,
        out: &mut BytesMut,
    ) -> Result<Option<Event<'b>>, ProtocolError> {
        match frame {
            Framed::NeedInput => {}
            Framed::TooLong { start } => {
                self.keep_tag(start);
                self.refuse_size("the command is too long", out);
            }
            Framed::Ask { octets, ask } => {
                return Ok(self.literal(octets, ask, input, arena, out));
            }
            Framed::Whole { octets, ending: LineEnding::Lf } if !self.config.tolerance.bare_lf => {
                self.keep_tag(octets);
                self.bad(BARE_LF, out);
            }
            Framed::Whole { octets, .. } => match Command::parse(octets, arena) {
                Err(wrong) => {
                    self.tag = wrong.tag.and_then(KeptTag::new).unwrap_or(KeptTag::NONE);
                    self.bad(&alloc::format!("{}", wrong.error), out);
                }
                Ok(command) => return self.command(command, input, arena, out),
            },
        }
        Ok(None)
    }

    /// A command that goes on with a literal: decides whether it is let come.
    fn literal<'b>(
        &mut self,
        octets: &'b [u8],
        ask: AnnouncedLiteral,
        input: &mut &'b [u8],
        arena: &'b Arena,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let AnnouncedLiteral { head, ending, is_first } = ask;
        if is_first {
            // Once: a command may have thousands of literals, and a line of any length
            // before them.
            self.keep_tag(octets);
            self.verb = Verb::of(octets);
        }
        if ending == LineEnding::Lf {
            self.frames.refuse(input);
            self.bad(BARE_LF, out);
            return None;
        }
        if head.non_synchronizing && !offers_non_synchronizing(&self.config, head.octets) {
            self.frames.refuse(input);
            self.bad("such a literal is not offered: ask with {n} first", out);
            return None;
        }
        if self.verb == Verb::Login && !self.config.offers_login(self.channel.is_tls()) {
            // A password is not let come only to be refused.
            self.frames.refuse(input);
            self.refuse_login(out);
            return None;
        }
        // Nothing else is parsed before it is whole: a command may have thousands of
        // literals. An APPEND has one before its message, the name of the mailbox.
        if self.verb == Verb::Append && !(is_first && is_first_argument(octets)) {
            let parsed = Command::parse(octets, arena);
            let Ok(Command { tag, kind: kind @ CommandKind::Append(append) }) = parsed else {
                self.frames.refuse(input);
                self.bad("expected the message behind mailbox, flags and date", out);
                return None;
            };
            if let Err(why) = self.check(KeptTag::new(tag), &kind) {
                self.frames.refuse(input);
                self.bad(why, out);
                return None;
            }
            if head.octets > self.config.limits.message {
                self.frames.refuse(input);
                let end = Completion::no(Some(TOO_BIG), Text::first_line("the message is too big"));
                self.finish(Effect::None, end, out);
                return None;
            }
            self.frames.release(input);
            self.task = Task::AppendDecision(head);
            return Some(Event::Append(append, self.desk.issue(())));
        }
        if head.octets > literal_limit(&self.config.limits, self.state)
            || !self.frames.keep(head.octets)
        {
            self.frames.refuse(input);
            self.refuse_size("the literal is too big", out);
            return None;
        }
        if !head.non_synchronizing {
            out.put_slice(b"+ send the literal\r\n");
        }
        None
    }

    /// A whole command that is of the grammar: whether it is valid here, and
    /// who answers it.
    fn command<'b>(
        &mut self,
        command: Command<'b>,
        input: &mut &'b [u8],
        arena: &'b Arena,
        out: &mut BytesMut,
    ) -> Result<Option<Event<'b>>, ProtocolError> {
        let tag = KeptTag::new(command.tag);
        self.tag = tag.unwrap_or(KeptTag::NONE);
        if let Err(why) = self.check(tag, &command.kind) {
            self.bad(why, out);
            return Ok(None);
        }
        let config = self.config.clone();
        match command.kind {
            CommandKind::Capability => {
                Data::Capability(&self.capabilities(&config)).encode(self.style, out);
                self.finish(Effect::None, DONE, out);
            }
            CommandKind::Noop if self.state == State::NotAuthenticated => {
                self.finish(Effect::None, DONE, out);
            }
            CommandKind::Logout => {
                self.notice(Condition::Bye, None, Text::first_line("goodbye"), out);
                self.finish(Effect::None, DONE, out);
                self.close();
            }
            CommandKind::Enable(wanted) => self.enable(wanted, &config, arena, out),
            CommandKind::StartTls if !input.is_empty() => {
                let Error::Protocol(failure) = self.plaintext_after_starttls(input, out) else {
                    return Ok(None);
                };
                return Err(failure);
            }
            CommandKind::StartTls => {
                self.task = Task::StartTls;
                return Ok(Some(Event::StartTls(self.desk.issue(()))));
            }
            CommandKind::Authenticate { mechanism, initial_response } => {
                if !config.mechanisms(self.channel.is_tls()).any(|offered| offered == mechanism) {
                    let end =
                        Completion::no(None, Text::first_line("the mechanism is not offered here"));
                    self.finish(Effect::LogIn, end, out);
                } else if initial_response.is_some() && !config.offers(Capability::SaslIr) {
                    self.bad("SASL-IR is not offered: wait to be asked for the response", out);
                } else if initial_response
                    .is_some_and(|response| response.as_str().len() > config.limits.auth_line)
                {
                    self.refuse_size("the response is too long", out);
                } else {
                    self.task = Task::AuthenticateDecision(0);
                    let ticket = self.desk.issue(());
                    return Ok(Some(Event::Authenticate { mechanism, initial_response, ticket }));
                }
            }
            CommandKind::Login { .. } if !config.offers_login(self.channel.is_tls()) => {
                self.refuse_login(out);
            }
            CommandKind::Idle => {
                self.task = Task::IdleDecision;
                return Ok(Some(Event::Idle(self.desk.issue(()))));
            }
            CommandKind::Append(_) => self.bad("expected a literal at the end", out),
            kind => {
                let effect = Effect::of(&kind);
                if matches!((effect, self.state), (Effect::Select { .. }, State::Selected { .. })) {
                    // RFC 9051 sections 6.3.2 and 7.1: the old mailbox is closed
                    // whether or not the new one can be opened.
                    self.state = State::Authenticated;
                    let text = Text::first_line("mailbox closed");
                    self.notice(Condition::Ok, Some(Code::Closed), text, out);
                }
                self.task = Task::Command(effect);
                return Ok(Some(Event::Command(command, self.desk.issue(()))));
            }
        }
        Ok(None)
    }

    /// Whether a command can be taken here and now; if not, why not.
    fn check(&self, tag: Option<KeptTag>, command: &CommandKind<'_>) -> Result<(), &'static str> {
        if tag.is_none() {
            return Err("the tag is longer than 64 octets");
        }
        if !self.state.allows(command) {
            return Err(match self.state {
                State::NotAuthenticated => "log in first",
                State::Authenticated if !State::NotAuthenticated.allows(command) => {
                    "select a mailbox first"
                }
                _ => "only before login",
            });
        }
        let offered = match command {
            CommandKind::StartTls => self.config.starttls && !self.channel.is_tls(),
            command => offers(&self.config, command),
        };
        if offered { Ok(()) } else { Err("not offered here") }
    }

    /// ENABLE (RFC 9051 section 6.3.1): what is not known, or not on offer, is
    /// passed over.
    fn enable<'b>(
        &mut self,
        wanted: NonEmpty<'b, Capability<'b>>,
        config: &Config,
        arena: &'b Arena,
        out: &mut BytesMut,
    ) {
        let enabled = arena.collect(
            wanted
                .into_iter()
                .copied()
                .filter(|wanted| config.enable.iter().any(|offered| is_same(*offered, *wanted))),
        );
        let is_utf8 = |capability: &Capability<'_>| {
            matches!(capability, Capability::Imap4Rev2 | Capability::Utf8Accept)
        };
        self.style.utf8 |= enabled.iter().any(is_utf8);
        Data::Enabled(enabled).encode(self.style, out);
        self.finish(Effect::None, DONE, out);
    }

    /// A line of SASL data or the end of IDLE; `None` is one that is neither.
    fn line<'b>(&mut self, line: Option<&'b [u8]>, out: &mut BytesMut) -> Option<Event<'b>> {
        let Task::AuthenticateResponse(rounds) = self.task else {
            match line {
                // RFC 9051 section 6.3.13
                Some(line) if line.eq_ignore_ascii_case(b"DONE") => {
                    self.finish(Effect::None, DONE, out);
                }
                _ => self.bad("expected DONE", out),
            }
            return Some(Event::IdleDone);
        };
        let response = match line {
            None => Err("expected a shorter line that ends with CRLF"),
            Some(line) => match ClientLine::parse(line) {
                Ok(ClientLine::Cancel) => Err("cancelled"),
                _ if rounds >= self.config.limits.auth_rounds => Err("too many responses"),
                Ok(ClientLine::Data(response)) => Ok(response),
                Err(_) => Err("expected base64"),
            },
        };
        match response {
            Ok(response) => {
                self.task = Task::AuthenticateDecision(rounds.saturating_add(1));
                Some(Event::AuthenticateResponse(response, self.desk.issue(())))
            }
            Err(why) => {
                self.bad(why, out);
                Some(Event::AuthenticateCancelled)
            }
        }
    }

    /// A piece of the message of APPEND. One that must not hold a NUL is handed
    /// out up to it, and read to its end, so that what follows is in sync:
    ///
    /// ```abnf
    /// literal = "{" number64 ["+"] "}" CRLF *CHAR8
    /// CHAR8   = %x01-ff                ; RFC 9051 and RFC 3501 section 9
    /// ```
    fn append_piece<'b>(&mut self, message: Message, input: &mut &'b [u8]) -> Option<Event<'b>> {
        let Message { left, binary, refused } = message;
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let (octets, rest) = input.split_at_checked(here).unwrap_or((input, &[]));
        *input = rest;
        let piece = match octets {
            _ if refused.is_some() => &[],
            _ if binary => octets,
            _ => memchr(0, octets).and_then(|end| octets.get(..end)).unwrap_or(octets),
        };
        let left = left.saturating_sub(u64::try_from(octets.len()).unwrap_or(left));
        let refused = refused.or((piece.len() < octets.len()).then_some(Refusal::Nul));
        self.task = Task::AppendMessage(Message { left, binary, refused });
        (!piece.is_empty()).then_some(Event::AppendPiece(piece))
    }

    /// What stands behind the message of APPEND: the end of the line.
    fn append_tail<'b>(
        &mut self,
        frame: Framed<'b, AnnouncedLiteral>,
        refused: Option<Refusal>,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Event<'b> {
        let ends = match frame {
            Framed::Whole { octets: b"", ending } => {
                ending == LineEnding::Crlf || self.config.tolerance.bare_lf
            }
            Framed::Ask { .. } => {
                self.frames.refuse(input);
                false
            }
            _ => false,
        };
        match refused {
            None if ends => {
                self.task = Task::Command(Effect::None);
                return Event::AppendEnd(self.desk.issue(()));
            }
            Some(Refusal::Declined) if ends => {
                self.finish(Effect::None, Rejection::NOT_SERVED.completion(), out);
            }
            Some(Refusal::Nul) => self.bad(NUL, out),
            _ => self.bad(MORE_BEHIND_MESSAGE, out),
        }
        Event::AppendCancelled
    }

    /// Keeps the tag of a command, or of the start of one, for its answer.
    fn keep_tag(&mut self, command: &[u8]) {
        self.tag = parse_tag(command).and_then(KeptTag::new).unwrap_or(KeptTag::NONE);
    }

    /// What is past a limit (RFC 7888 section 4).
    fn refuse_size(&mut self, why: &str, out: &mut BytesMut) {
        self.finish(Effect::None, Completion::bad(Some(TOO_BIG), Text::first_line(why)), out);
    }

    /// LOGIN that would show the password (RFC 9051 section 6.2.3, RFC 5530).
    fn refuse_login(&mut self, out: &mut BytesMut) {
        let code = self.config.offers_login(true).then_some(Code::PrivacyRequired);
        let end = Completion::no(code, Text::first_line("LOGIN is disabled"));
        self.finish(Effect::LogIn, end, out);
    }

    fn plaintext_after_starttls(&mut self, input: &mut &[u8], out: &mut BytesMut) -> Error {
        *input = &[];
        let failure = ProtocolError::PlaintextAfterStartTls;
        if self.task != Task::Upgrade {
            let text = Text::first_line("clear text followed STARTTLS");
            self.notice(Condition::Bye, None, text, out);
        }
        self.close();
        self.task = Task::Failed(failure);
        failure.into()
    }
}

/// The code of a literal or a command past a limit (RFC 7888 section 4).
const TOO_BIG: Code<'static> = match Atom::new("TOOBIG") {
    Ok(name) => Code::Other(name, None),
    Err(_) => Code::Limit,
};

/// Whether literals of `octets` octets may be sent unasked (RFC 7888).
fn offers_non_synchronizing(config: &Config, octets: u64) -> bool {
    let style = if config.offers(Capability::LiteralPlus) {
        LiteralStyle::Plus
    } else if config.offers(Capability::LiteralMinus) {
        LiteralStyle::Minus
    } else {
        LiteralStyle::Synchronizing
    };
    style.is_non_synchronizing(octets)
}

/// What a command is called, as far as that decides about its literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Login,
    Append,
    Other,
}

impl Verb {
    /// That of the command that `octets` begin.
    fn of(octets: &[u8]) -> Self {
        let verb = octets.split(|&octet| octet == b' ').nth(1).unwrap_or_default();
        match verb {
            verb if verb.eq_ignore_ascii_case(b"LOGIN") => Self::Login,
            verb if verb.eq_ignore_ascii_case(b"APPEND") => Self::Append,
            _ => Self::Other,
        }
    }
}

/// Octets of one literal that is an argument.
fn literal_limit(limits: &Limits, state: State) -> u64 {
    let octets =
        if state.is_authenticated() { limits.literal } else { limits.literal_before_login };
    u64::try_from(octets).unwrap_or(u64::MAX)
}

/// Whether all that stands behind the command's name is the announcement of a literal.
fn is_first_argument(octets: &[u8]) -> bool {
    let argument = octets.splitn(3, |&octet| octet == b' ').nth(2).unwrap_or_default();
    complete(argument, literal_announcement).is_ok()
}

/// Whether two capabilities are the same but for upper and lower case.
fn is_same(one: Capability<'_>, other: Capability<'_>) -> bool {
    match (one, other) {
        (Capability::Other(one), Capability::Other(other)) => one.is(other.as_str()),
        (one, other) => one == other,
    }
}
