//! What the session answers by itself.

use core::fmt::Write;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;

use super::asked::Asked;
use super::{Event, Rejection, Session, State};
use crate::{CommandError, EnhancedCode, Extension, Reply, ReplyCode, ReplyLines, Text};

impl Session {
    /// The answer to EHLO or HELO.
    pub(super) fn greet_back(&self, text: Option<Text<'_>>, out: &mut BytesMut) {
        let mut last = out.len();
        let hostname = self.config.hostname();
        out.put_slice(b"250 ");
        out.put_slice(hostname.as_bytes());
        if let Some(text) = text.filter(|text| text.is_ascii()) {
            // What does not fit is left out: the next line is read as an extension.
            let (text, _) = text.split(Text::MAX.saturating_sub(hostname.len() + 1));
            out.put_u8(b' ');
            out.put_slice(text.as_bytes());
        }
        out.put_slice(b"\r\n");
        if !self.extended {
            return;
        }
        let config = &*self.config;
        let offered = [
            (true, Extension::Pipelining),
            (true, Extension::Size(config.size_limit())),
            (config.eight_bit_mime, Extension::EightBitMime),
            (config.offers_smtputf8(), Extension::SmtpUtf8),
            (true, Extension::EnhancedStatusCodes),
            (config.starttls && !self.channel.is_tls(), Extension::StartTls),
            (config.vrfy, Extension::Vrfy),
            (config.expn, Extension::Expn),
            (true, Extension::Help),
        ];
        let mut line = |write: &dyn Fn(&mut BytesMut)| {
            // What was the last line is not: its space becomes a dash.
            if let Some(separator) = out.get_mut(last + 3) {
                *separator = b'-';
            }
            last = out.len();
            out.put_slice(b"250 ");
            write(out);
            out.put_slice(b"\r\n");
        };
        for (_, extension) in offered.iter().filter(|(offered, _)| *offered) {
            line(&|out| extension.encode(out));
        }
        if config.mechanisms_on(self.channel).next().is_some() {
            line(&|out| {
                out.put_slice(b"AUTH");
                for mechanism in config.mechanisms_on(self.channel) {
                    out.put_u8(b' ');
                    out.put_slice(mechanism.as_str().as_bytes());
                }
            });
        }
    }

    /// RFC 2034 §4: a reply has its enhanced code whether the client said EHLO or not,
    /// but not where it is to EHLO or HELO.
    pub(super) fn reply(
        &self,
        code: ReplyCode,
        enhanced: Option<EnhancedCode>,
        lines: ReplyLines<'_>,
        out: &mut BytesMut,
    ) {
        let enhanced = enhanced.filter(|_| !matches!(self.asked, Asked::Hello { .. }));
        Reply { code, enhanced, lines }.encode(out);
    }

    /// A positive reply of one line.
    pub(super) fn yes(
        &self,
        code: u16,
        enhanced: Option<EnhancedCode>,
        text: Text<'_>,
        out: &mut BytesMut,
    ) {
        self.reply(ReplyCode::fixed(code), enhanced, text.into(), out);
    }

    /// A negative reply, in US-ASCII where it cannot be otherwise (RFC 6531 §3.7.4).
    pub(super) fn no(&self, why: Rejection<'_>, out: &mut BytesMut) {
        let new_address = why.code().get() == 551 && self.in_utf8_transaction();
        let fits = new_address || self.takes(why.text());
        let why = if fits { why } else { why.in_ascii() };
        self.reply(why.code(), why.enhanced(), why.text().into(), out);
    }

    /// Whether the text can stand in the reply to VRFY or EXPN (RFC 6531 §3.7.4.2).
    pub(super) fn takes(&self, text: Text<'_>) -> bool {
        text.is_ascii() || self.asked == Asked::Utf8
    }

    pub(super) fn cannot_verify(&self, out: &mut BytesMut) {
        let text = Text::fixed("Cannot VRFY user, but will accept message and attempt delivery");
        self.yes(252, Some(EnhancedCode::fixed(2, 5, 0)), text, out);
    }

    /// RFC 6531 §3.7.4.2: the mailbox is not ASCII, and the client takes nothing else.
    pub(super) fn cannot_show(&self, out: &mut BytesMut) {
        let text = Text::fixed("The mailbox is shown to who says SMTPUTF8");
        self.yes(252, Some(EnhancedCode::fixed(2, 6, 8)), text, out);
    }

    pub(super) fn bad_syntax<'b>(
        &mut self,
        error: CommandError,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let (fault, syntax) = match error {
            CommandError::UnknownVerb => return self.bad(UNKNOWN_VERB, out),
            CommandError::Malformed(syntax) => (MALFORMED, syntax),
            CommandError::Argument(syntax) if self.asked == Asked::Auth => (AUTH_ARGUMENT, syntax),
            CommandError::Argument(syntax) => (WRONG_ARGUMENT, syntax),
        };
        let event = self.bad(fault, out);
        if event.is_none() {
            explain(syntax, out);
        }
        event
    }

    pub(super) fn too_long<'b>(&mut self, out: &mut BytesMut) -> Option<Event<'b>> {
        let auth = self.asked == Asked::Auth;
        self.bad_line(if auth { AUTH_TOO_LONG } else { LINE_TOO_LONG }, out)
    }

    /// Answers a line that is none. It ends an AUTH exchange, too: behind the answer
    /// the client goes on with commands.
    pub(super) fn bad_line<'b>(
        &mut self,
        fault: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        if self.state == State::Authenticating {
            self.state = State::Ready;
            return self.bad(fault, out).or(Some(Event::AuthCancelled));
        }
        self.bad(fault, out)
    }

    /// Answers a bad command, and ends the session where it was one too many.
    pub(super) fn bad<'b>(
        &mut self,
        fault: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        self.bad_commands = self.bad_commands.saturating_add(1);
        if self.bad_commands > self.config.limits.bad_commands {
            self.too_many_bad_commands(out);
            return Some(Event::Closed);
        }
        self.no(fault, out);
        None
    }

    pub(super) fn too_many_bad_commands(&mut self, out: &mut BytesMut) {
        self.farewell(TOO_MANY_BAD_COMMANDS, out);
    }
}

/// Puts what was expected where behind the text of the reply that was just written.
fn explain(error: SyntaxError, out: &mut BytesMut) {
    out.truncate(out.len().saturating_sub(2));
    // It grows as it must: this cannot fail.
    let _ = write!(out, ": {error}\r\n");
}

const MALFORMED: Rejection<'static> = Rejection::fixed(500, (5, 5, 2), "Syntax error");
const UNKNOWN_VERB: Rejection<'static> = Rejection::fixed(500, (5, 5, 1), "Command not recognized");
const WRONG_ARGUMENT: Rejection<'static> = Rejection::fixed(501, (5, 5, 4), "Wrong argument");
pub(super) const BARE_LF: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 2), "Lines must end with CRLF");
const LINE_TOO_LONG: Rejection<'static> = Rejection::fixed(500, (5, 5, 2), "Line too long");
/// RFC 5321 §4.3.2 has no 555 for VRFY and EXPN.
pub(super) const UNKNOWN_QUERY_PARAMETER: Rejection<'static> =
    Rejection::fixed(504, (5, 5, 4), "Parameter not offered");
pub(super) const UNKNOWN_PARAMETER: Rejection<'static> =
    Rejection::fixed(555, (5, 5, 4), "Parameter not recognized or not offered");
pub(super) const NEED_HELLO: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "Send EHLO or HELO first");
pub(super) const NEED_MAIL: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "Send MAIL first");
pub(super) const NEED_RCPT: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "No valid recipients");
pub(super) const NESTED_MAIL: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "A transaction is open already");
pub(super) const NEEDS_SMTPUTF8: Rejection<'static> =
    Rejection::fixed(553, (5, 6, 7), "A non-ASCII address needs SMTPUTF8");
pub(super) const TOO_MANY_RECIPIENTS: Rejection<'static> =
    Rejection::fixed(452, (4, 5, 3), "Too many recipients");
pub(super) const IRREGULAR_BODY: Rejection<'static> =
    Rejection::fixed(554, (5, 6, 0), "Message has a bare CR, a bare LF or a NUL");
pub(super) const TLS_ALREADY: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "TLS is active already");
pub(super) const PIPELINED_STARTTLS: Rejection<'static> =
    Rejection::fixed(554, (5, 5, 1), "Nothing may be sent behind STARTTLS");
pub(super) const AUTH_TWICE: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "Authenticated already");
pub(super) const AUTH_IN_TRANSACTION: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "No AUTH in a mail transaction");
/// RFC 4954 §4: one that needs TLS is answered so too; 538 is history (§6).
pub(super) const UNKNOWN_MECHANISM: Rejection<'static> =
    Rejection::fixed(504, (5, 5, 4), "Mechanism not offered");
pub(super) const AUTH_CANCELLED: Rejection<'static> =
    Rejection::fixed(501, (5, 0, 0), "Authentication cancelled");
pub(super) const AUTH_TOO_LONG: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 6), "Authentication exchange line is too long");
pub(super) const AUTH_TOO_OFTEN: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 0), "Too many responses: authentication cancelled");
pub(super) const NOT_BASE64: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 2), "Response is not base64");
/// RFC 4954 §4: what is not base64 is told by 5.5.2, not as other arguments are.
const AUTH_ARGUMENT: Rejection<'static> = Rejection::fixed(501, (5, 5, 2), "Wrong argument");
const TOO_MANY_BAD_COMMANDS: Rejection<'static> =
    Rejection::fixed(421, (4, 7, 0), "Too many bad commands, closing connection");
pub(super) const TIMEOUT: Rejection<'static> =
    Rejection::fixed(421, (4, 4, 2), "Timeout, closing connection");
pub(super) const SHUTTING_DOWN: Rejection<'static> =
    Rejection::fixed(421, (4, 3, 2), "Service shutting down");
