//! What the session answers by itself.

use alloc::format;

use bytes::{BufMut, BytesMut};

use super::{Event, Rejection, Session, State};
use crate::{CommandError, EnhancedCode, Extension, Mechanisms, Reply, ReplyCode, Text};

impl Session {
    /// The answer to EHLO or HELO.
    pub(super) fn greet_back(&self, text: Option<Text<'_>>, out: &mut BytesMut) {
        let mut last = out.len();
        out.put_slice(b"250 ");
        out.put_slice(self.config.hostname().as_bytes());
        if let Some(text) = text {
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
            (config.starttls && !self.tls, Extension::StartTls),
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
        if config.mechanisms(self.tls).next().is_some() {
            line(&|out| {
                Extension::Auth(Mechanisms::new(Text::EMPTY)).encode(out);
                for name in config.mechanisms(self.tls) {
                    out.put_u8(b' ');
                    out.put_slice(name.as_bytes());
                }
            });
        }
    }

    pub(super) fn reply(
        &self,
        code: u16,
        enhanced: Option<EnhancedCode>,
        text: Text<'_>,
        out: &mut BytesMut,
    ) {
        let enhanced = enhanced.filter(|_| self.extended);
        Reply { code: ReplyCode::fixed(code), enhanced, lines: text.into() }.encode(out);
    }

    pub(super) fn cannot_verify(&self, out: &mut BytesMut) {
        let text = Text::fixed("Cannot VRFY user, but will accept message and attempt delivery");
        self.reply(252, Some(EnhancedCode::fixed(2, 5, 0)), text, out);
    }

    pub(super) fn bad_syntax<'b>(
        &mut self,
        error: CommandError,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let (fault, syntax) = match error {
            CommandError::UnknownVerb => return self.bad(UNKNOWN_VERB, out),
            CommandError::Malformed(syntax) => (MALFORMED, syntax),
            CommandError::Argument(syntax) => (WRONG_ARGUMENT, syntax),
        };
        let text = format!("{}: {syntax}", fault.text());
        self.bad(fault.with_text(Text::new(&text).unwrap_or(fault.text())), out)
    }

    pub(super) fn too_long<'b>(&mut self, out: &mut BytesMut) -> Option<Event<'b>> {
        let authenticating = self.state == State::Authenticating;
        self.bad_line(if authenticating { AUTH_TOO_LONG } else { LINE_TOO_LONG }, out)
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
        fault.encode(self.extended, out);
        None
    }

    pub(super) fn too_many_bad_commands(&mut self, out: &mut BytesMut) {
        self.farewell((4, 7, 0), "Too many bad commands, closing connection", out);
    }
}

pub(super) const MALFORMED: Rejection<'static> = Rejection::fixed(500, (5, 5, 2), "Syntax error");
pub(super) const UNKNOWN_VERB: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 1), "Command not recognized");
pub(super) const WRONG_ARGUMENT: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 4), "Wrong argument");
pub(super) const BARE_LF: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 2), "Lines must end with CRLF");
pub(super) const LINE_TOO_LONG: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 2), "Line too long");
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
pub(super) const UNKNOWN_MECHANISM: Rejection<'static> =
    Rejection::fixed(504, (5, 5, 4), "Mechanism not offered");
pub(super) const NEEDS_TLS: Rejection<'static> =
    Rejection::fixed(538, (5, 7, 11), "Encryption required for this mechanism");
pub(super) const AUTH_CANCELLED: Rejection<'static> =
    Rejection::fixed(501, (5, 0, 0), "Authentication cancelled");
pub(super) const AUTH_TOO_LONG: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 6), "Authentication exchange line is too long");
pub(super) const AUTH_TOO_OFTEN: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 0), "Too many responses: authentication cancelled");
pub(super) const NOT_BASE64: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 2), "Response is not base64");
