//! APPEND: decided first, then its message as it comes.

use bytes::BytesMut;
use mail_wire::{Direction, Framed, LineEnding};
use memchr::memchr;

use super::event::Event;
use super::pending::{Effect, Pending};
use super::receive::TOO_BIG;
use super::rejection::Rejection;
use super::session::Session;
use super::state::{Expected, Message, Refusal};
use super::tag::KeptTag;
use crate::command::{Command, CommandKind};
use crate::frame::command::AnnouncedLiteral;
use crate::response::status_line::Completion;
use crate::wire::{Arena, LiteralHead, Text};

const MORE_AFTER_MESSAGE: &str = "expected the end of the command after the message";
const NUL: &str = "the message has a NUL, which may only come in ~{n}";

impl Session {
    /// An APPEND up to its message: whether the server is asked for it.
    pub(super) fn append<'a>(
        &mut self,
        octets: &'a [u8],
        head: LiteralHead,
        input: &mut &[u8],
        arena: &'a Arena,
        out: &mut BytesMut,
    ) -> Option<Event<'a>> {
        let parsed = Command::parse(octets, arena);
        let Ok(Command { tag, kind: kind @ CommandKind::Append(append) }) = parsed else {
            self.log_head(octets);
            self.frames.refuse(input);
            self.bad("expected the message after mailbox, flags and date", out);
            return None;
        };
        self.log.lines(Direction::Received, octets);
        if let Err(why) = self.check(KeptTag::new(tag), &kind) {
            self.frames.refuse(input);
            self.bad(why, out);
            return None;
        }
        if head.octets > self.config.limits.message {
            self.frames.refuse(input);
            let end = Completion::no(Some(TOO_BIG), Text::fixed("the message is too big"));
            self.finish(Effect::None, end, out);
            return None;
        }
        self.frames.release(input);
        Some(Event::Append(append, self.desk.issue(Pending::Append(head))))
    }

    /// A piece of the message. One that must not hold a NUL is handed
    /// out up to it, and read to its end, so that what follows is in sync:
    ///
    /// ```abnf
    /// literal = "{" number64 ["+"] "}" CRLF *CHAR8
    /// CHAR8   = %x01-ff                ; RFC 9051 §9, RFC 3501 §9
    /// ```
    pub(super) fn message<'b>(
        &mut self,
        message: Message,
        input: &mut &'b [u8],
    ) -> Option<Event<'b>> {
        let Message { left, binary, refused, .. } = message;
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
        self.expected = Expected::Message(Message { left, refused, ..message });
        (!piece.is_empty()).then_some(Event::Body(piece))
    }

    /// What follows the message: the end of the line.
    pub(super) fn message_end<'a>(
        &mut self,
        frame: Framed<'_, AnnouncedLiteral>,
        refused: Option<Refusal>,
        input: &mut &[u8],
        out: &mut BytesMut,
    ) -> Event<'a> {
        let ends = match frame {
            Framed::Whole { octets: b"", ending } => {
                ending == LineEnding::Crlf || self.takes_bare_lf()
            }
            Framed::Ask { .. } => {
                self.frames.refuse(input);
                false
            }
            Framed::Whole { .. } | Framed::TooLong { .. } | Framed::NeedInput => false,
        };
        if !ends {
            self.log.secret(Direction::Received, b"", 0);
        }
        match refused {
            None if ends => {
                self.expected = Expected::Command;
                return Event::BodyEnd(self.desk.issue(Pending::Command(Effect::None)));
            }
            Some(Refusal::Declined) if ends => {
                self.finish(Effect::None, Rejection::NOT_SUPPORTED.completion(), out);
            }
            Some(Refusal::Nul) => self.bad(NUL, out),
            None | Some(Refusal::Declined) => self.bad(MORE_AFTER_MESSAGE, out),
        }
        Event::BodyCancelled
    }
}
