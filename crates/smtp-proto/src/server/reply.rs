//! How the session writes its replies.

use core::fmt::Write as _;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;

use super::error::ProtocolError;
use super::event::Event;
use super::faults::{
    AUTH_ARGUMENT, AUTH_TOO_LONG, LINE_TOO_LONG, MALFORMED, TOO_MANY_BAD_COMMANDS,
    TOO_MANY_REFUSALS, WRONG_ARGUMENT,
};
use super::manner::Manner;
use super::session::Session;
use super::state::State;
use crate::command::CommandError;
use crate::ext::{EXTENSIONS, extension_row};
use crate::reply::{EnhancedCode, Rejection, Reply, ReplyCode, ReplyLines, encode_codes};
use crate::text::Text;

/// What HELP says.
pub(super) const HELP: &str = "See RFC 5321 for the commands of SMTP";

/// What an answer to EHLO takes without lines of the driver's own, more or less, in octets.
const ROOM: usize = 512;

pub(super) const UNDEFINED: Option<EnhancedCode> = Some(EnhancedCode::fixed(2, 0, 0));
pub(super) const SENDER: Option<EnhancedCode> = Some(EnhancedCode::fixed(2, 1, 0));
pub(super) const RECIPIENT: Option<EnhancedCode> = Some(EnhancedCode::fixed(2, 1, 5));
pub(super) const SECURITY: Option<EnhancedCode> = Some(EnhancedCode::fixed(2, 7, 0));

impl Session {
    /// The answer to EHLO or HELO.
    pub(super) fn greet_back(&self, words: Option<ReplyLines<'_>>, out: &mut BytesMut) {
        // All lines but the last have a dash after the code, and which is the last is known only
        // at the end.
        const NEXT: &[u8] = b"\r\n250-";
        let (config, channel) = (&*self.config, self.channel());
        let hostname = config.hostname();
        out.reserve(ROOM);
        out.put_slice(b"250-");
        let mut begun = out.len();
        out.put_slice(hostname.as_bytes());
        if let Some(text) = words.map(ReplyLines::first).filter(|text| text.is_ascii()) {
            // What does not fit is left out: the next line is read as an extension.
            out.put_u8(b' ');
            out.put_slice(text.truncated(Text::MAX.saturating_sub(hostname.len() + 1)).as_bytes());
        }
        if self.is_extended() {
            for row in EXTENSIONS.iter().filter(|row| (row.is_offered)(config, channel)) {
                out.put_slice(NEXT);
                begun = out.len();
                out.put_slice(row.keyword.as_str().as_bytes());
                (row.offer)(config, channel, out);
            }
            // No keyword stands there twice: what the session offers, it carries out as it says.
            let own = |line: &&str| {
                !extension_row(line).is_some_and(|row| (row.is_offered)(config, channel))
            };
            for line in config.ehlo_lines.iter().filter(own) {
                out.put_slice(NEXT);
                begun = out.len();
                out.put_slice(line.as_bytes());
            }
        }
        out.put_slice(b"\r\n");
        if let Some(dash) = out.get_mut(begun - 1) {
            *dash = b' ';
        }
    }

    /// RFC 2034 §4: a reply has its enhanced code whether the client said EHLO or not,
    /// but not where it is to EHLO or HELO.
    fn enhanced(&self, enhanced: Option<EnhancedCode>) -> Option<EnhancedCode> {
        enhanced.filter(|_| self.manner != Manner::Hello)
    }

    /// A positive reply: in the driver's words, or the usual ones where it has none, and where
    /// they are not US-ASCII, as only replies to VRFY and EXPN may be (RFC 6531 §3.7.4.2).
    pub(super) fn yes(
        &self,
        code: u16,
        enhanced: Option<EnhancedCode>,
        words: Option<ReplyLines<'_>>,
        usual: &'static str,
        out: &mut BytesMut,
    ) {
        let usual = Text::fixed(usual).into();
        let lines = words.filter(|&lines| self.takes(lines)).unwrap_or(usual);
        let enhanced = self.enhanced(enhanced);
        Reply { code: ReplyCode::fixed(code), enhanced, lines }.encode(out);
    }

    /// A negative reply, in US-ASCII where it cannot be otherwise (RFC 6531 §3.7.4).
    pub(super) fn no(&self, why: Rejection<'_>, out: &mut BytesMut) {
        let new_address = why.code().get() == 551 && self.in_utf8_transaction();
        let fits = new_address || self.takes(why.lines());
        let why = if fits { why } else { why.in_ascii() };
        let enhanced = self.enhanced(why.enhanced());
        Reply { code: why.code(), enhanced, lines: why.lines() }.encode(out);
    }

    /// The same to a line that is not of the grammar, with what was expected, and where.
    fn no_since(&self, why: Rejection<'static>, error: SyntaxError, out: &mut BytesMut) {
        encode_codes(why.code(), false, self.enhanced(why.enhanced()), out);
        out.put_slice(why.lines().first().as_bytes());
        // It grows as it must: this cannot fail.
        let _ = write!(out, ": {error}\r\n");
    }

    /// Whether the texts can stand in the reply to VRFY or EXPN (RFC 6531 §3.7.4.2).
    fn takes(&self, lines: ReplyLines<'_>) -> bool {
        lines.is_ascii() || self.manner == Manner::Utf8
    }

    /// The yes to VRFY and EXPN: what they asked for, if it is told and can be shown.
    pub(super) fn show(&self, found: Option<ReplyLines<'_>>, out: &mut BytesMut) {
        match found.filter(|found| found.iter().any(|line| !line.is_empty())) {
            None => self.cannot_verify(out),
            Some(found) if self.takes(found) => self.yes(250, RECIPIENT, Some(found), "OK", out),
            // RFC 6531 §3.7.4.2: the mailbox is not ASCII, and the client takes nothing else.
            Some(_) => {
                let code = Some(EnhancedCode::fixed(2, 6, 8));
                self.yes(252, code, None, "The mailbox is shown to who says SMTPUTF8", out);
            }
        }
    }

    pub(super) fn cannot_verify(&self, out: &mut BytesMut) {
        let text = "Cannot VRFY user, but will accept message and attempt delivery";
        self.yes(252, Some(EnhancedCode::fixed(2, 5, 0)), None, text, out);
    }

    pub(super) fn bad_syntax<'b>(
        &mut self,
        error: CommandError,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let (fault, syntax) = match error {
            CommandError::Malformed(syntax) => (MALFORMED, syntax),
            CommandError::Argument(syntax) if self.manner == Manner::Auth => {
                (AUTH_ARGUMENT, syntax)
            }
            CommandError::Argument(syntax) => (WRONG_ARGUMENT, syntax),
        };
        let over = self.one_more_bad(out);
        if over.is_none() {
            self.no_since(fault, syntax, out);
            self.end_where_lost();
        }
        over
    }

    pub(super) fn too_long<'b>(&mut self, out: &mut BytesMut) -> Option<Event<'b>> {
        let auth = self.manner == Manner::Auth;
        self.bad_line(if auth { AUTH_TOO_LONG } else { LINE_TOO_LONG }, out)
    }

    /// Answers a line that is none. It ends an AUTH exchange, too: after the answer
    /// the client goes on with commands.
    pub(super) fn bad_line<'b>(
        &mut self,
        fault: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        if self.state() == State::Authenticating {
            self.enter(State::Ready);
            return self.bad(fault, out).or(Some(Event::AuthCancelled));
        }
        let over = self.bad(fault, out);
        if over.is_none() {
            self.end_where_lost();
        }
        over
    }

    /// Ends the session after a BDAT that could not be read: what comes next may be a chunk.
    fn end_where_lost(&mut self) {
        if self.manner == Manner::Bdat {
            self.fail(ProtocolError::UnreadableBdat);
        }
    }

    /// Answers a bad command, and ends the session where it was one too many.
    pub(super) fn bad<'b>(
        &mut self,
        fault: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let over = self.one_more_bad(out);
        if over.is_none() {
            self.no(fault, out);
        }
        over
    }

    /// Counts a bad command; if it was one too many, that is the end.
    pub(super) fn one_more_bad<'b>(&mut self, out: &mut BytesMut) -> Option<Event<'b>> {
        let too_many = self.bad_commands.one_more(self.config.limits.bad_commands);
        self.over(too_many, TOO_MANY_BAD_COMMANDS, out)
    }

    /// Answers a request that is refused, and ends the session where it was one too many.
    pub(super) fn refused<'b>(
        &mut self,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let over = self.one_more_refused(out);
        if over.is_none() {
            self.no(why, out);
        }
        over
    }

    /// Counts a refusal; if it was one too many, that is the end.
    pub(super) fn one_more_refused<'b>(&mut self, out: &mut BytesMut) -> Option<Event<'b>> {
        let too_many = self.refusals.one_more(self.config.limits.refusals);
        self.over(too_many, TOO_MANY_REFUSALS, out)
    }

    fn over<'b>(
        &mut self,
        too_many: bool,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        too_many.then(|| {
            self.say_goodbye(why, out);
            Event::Closed
        })
    }

    /// What a stranger cannot do for nothing makes up for faults before it.
    pub(super) const fn forgive(&mut self) {
        self.bad_commands.forgive();
        self.refusals.forgive();
    }
}
