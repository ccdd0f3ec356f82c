//! Untagged data: what the server tells, and when it may.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use bytes::BytesMut;
use mail_wire::{Direction, Framed};
use memchr::memchr;

use super::error::Misuse;
use super::pending::{Effect, Pending};
use super::session::Session;
use super::state::Expected;
use crate::frame::response::ResponseFramer;
use crate::response::code::Code;
use crate::response::fetch_writer::{FetchWriter, has_nul, holds_octets};
use crate::response::status_line::{Condition, Notice};
use crate::response::{Data, Response};
use crate::wire::{Arena, Style, Text};

impl Session {
    /// Writes untagged data: as often as there is something to tell, in answer
    /// to a command, while IDLE, or between commands.
    ///
    /// ```text
    /// * 172 EXISTS
    /// ```
    ///
    /// The session counts the messages of the mailbox that is selected: EXISTS and EXPUNGE
    /// are what changes their number.
    ///
    /// # Errors
    /// Nothing is written then.
    ///
    /// - [`Misuse::WriterOpen`], [`Misuse::UpgradePending`], [`Misuse::Closed`];
    /// - [`Misuse::SessionWritesThis`] for BYE, PREAUTH and ENABLED;
    /// - [`Misuse::NotLoggedIn`], [`Misuse::NoMailbox`] for what the present state has not;
    /// - [`Misuse::NoSuchMessage`] for EXPUNGE of, and FETCH about, a message past the count,
    ///   [`Misuse::FewerMessages`] for an EXISTS below it;
    /// - [`Misuse::ExpungeNow`] where [`may_expunge`](Self::may_expunge) says no;
    /// - [`Misuse::Nul`] for a NUL where the grammar has none, in what another server sent raw
    ///   too;
    /// - [`Misuse::NotOneResponse`] for what [`Response::parse`] made of something that is not
    ///   one response.
    pub fn data(&mut self, data: &Data<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        self.may_write()?;
        let messages = self.check_data(data)?;
        let start = out.len();
        data.encode(self.style, out);
        let written = out.get(start..).unwrap_or_default();
        if memchr(0, written).is_some() && has_stray_nul(data, self.style) {
            out.truncate(start);
            return Err(Misuse::Nul);
        }
        self.messages = messages;
        match data {
            // Of messages only the size is logged.
            Data::Fetch(fetch) if fetch.data.iter().any(holds_octets) => {
                let octets = u64::try_from(written.len()).unwrap_or(u64::MAX);
                self.log_fetch(fetch.message, octets);
            }
            _ => self.log.lines(Direction::Sent, written),
        }
        Ok(())
    }

    /// Writes an untagged response that this crate does not know: what stands between `* `
    /// and the last CRLF, with literals as they stand on the wire. One that it knows is written
    /// as [`data`](Self::data) would.
    ///
    /// ```text
    /// * XLIST (\Inbox) "/" "INBOX"
    /// ```
    ///
    /// # Errors
    /// As [`data`](Self::data); [`Misuse::NotOneResponse`] where it is more than one line, but
    /// for literals, or one that this crate knows and cannot read.
    pub fn raw_data(&mut self, response: &[u8], out: &mut BytesMut) -> Result<(), Misuse> {
        let (response, arena) = ([b"* ", response].concat(), Arena::new());
        match Response::parse(&response, &arena) {
            Ok(Response::Data(data)) if is_one_response(&response) => self.data(&data, out),
            _ => Err(Misuse::NotOneResponse),
        }
    }

    /// Begins a FETCH response about `message`, which is then written item by
    /// item; bodies go out in pieces. The session does nothing else until the writer is
    /// brought back to [`end_fetch`](Self::end_fetch).
    ///
    /// # Errors
    /// As [`data`](Self::data).
    pub fn fetch(
        &mut self,
        message: NonZeroU32,
        out: &mut BytesMut,
    ) -> Result<FetchWriter, Misuse> {
        self.may_write()?;
        self.check_message(message)?;
        Ok(FetchWriter::begin(self.writers.issue(()), message, self.style, out))
    }

    /// Ends a FETCH response. A session that was ended meanwhile, and has no command to
    /// answer, ends after it.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the writer is another session's, or the session is over.
    pub fn end_fetch(&mut self, writer: FetchWriter, out: &mut BytesMut) -> Result<(), Misuse> {
        let (ticket, open) = writer.into_parts();
        self.writers.redeem(ticket)?;
        let octets = open.end(out);
        self.log_fetch(open.message, octets);
        self.leave_if_due(out);
        Ok(())
    }

    /// Whether EXPUNGE may be told now: a mailbox is selected, and a command is in progress,
    /// which it is not "until the complete command has been received", and which is not FETCH,
    /// STORE or SEARCH by number (RFC 9051 §7.5.1).
    #[must_use]
    pub fn may_expunge(&self) -> bool {
        let in_progress = match self.desk.pending() {
            Some(Pending::Command(effect)) => match effect {
                Effect::None | Effect::LogIn | Effect::Unselect => true,
                Effect::KeepNumbers => false,
            },
            Some(Pending::Idle) => true,
            Some(
                Pending::Select { .. }
                | Pending::StartTls
                | Pending::Upgrade
                | Pending::Auth { .. }
                | Pending::Append(_),
            ) => false,
            None => self.expected == Expected::Done,
        };
        self.state.is_selected() && in_progress
    }

    /// Whether an untagged response may begin here.
    pub(super) fn may_write(&self) -> Result<(), Misuse> {
        match self.desk.pending() {
            _ if self.is_over() => Err(Misuse::Closed),
            _ if self.writers.is_out() => Err(Misuse::WriterOpen),
            Some(Pending::Upgrade) => Err(Misuse::UpgradePending),
            _ => Ok(()),
        }
    }

    /// How many messages the mailbox has after these data, if the present state has such data
    /// and the client can have them.
    fn check_data(&self, data: &Data<'_>) -> Result<u32, Misuse> {
        match data {
            Data::Notice(Notice { condition: Condition::Bye | Condition::PreAuth, .. })
            | Data::Enabled(_) => return Err(Misuse::SessionWritesThis),
            Data::Notice(_) | Data::Capability(_) | Data::Id(_) => {}
            Data::List(_)
            | Data::Lsub(_)
            | Data::Status(_)
            | Data::ESearch(_)
            | Data::Namespace(_) => {
                if !self.state.is_authenticated() {
                    return Err(Misuse::NotLoggedIn);
                }
            }
            Data::Flags(_) | Data::Recent(_) | Data::Search(_) => self.check_selected()?,
            Data::Exists(messages) => {
                self.check_selected()?;
                if *messages < self.messages {
                    return Err(Misuse::FewerMessages);
                }
                return Ok(*messages);
            }
            Data::Expunge(message) => {
                self.check_message(*message)?;
                if !self.may_expunge() {
                    return Err(Misuse::ExpungeNow);
                }
                return Ok(self.messages.saturating_sub(1));
            }
            Data::Fetch(fetch) => self.check_message(fetch.message)?,
            // What is known by name and could not be read is not of the grammar.
            Data::Unparsed { raw, error } => {
                let octets = raw.as_bytes();
                let known = error.offset > 0 || octets.first().is_none_or(u8::is_ascii_digit);
                if known || !is_one_response(&[b"* ", octets].concat()) {
                    return Err(Misuse::NotOneResponse);
                }
            }
        }
        Ok(self.messages)
    }

    fn check_selected(&self) -> Result<(), Misuse> {
        if self.state.is_selected() { Ok(()) } else { Err(Misuse::NoMailbox) }
    }

    fn check_message(&self, message: NonZeroU32) -> Result<(), Misuse> {
        self.check_selected()?;
        if message.get() > self.messages { Err(Misuse::NoSuchMessage) } else { Ok(()) }
    }

    /// Writes an untagged response.
    pub(super) fn untagged(&mut self, data: Data<'_>, out: &mut BytesMut) {
        let style = self.style;
        self.send(out, |out| data.encode(style, out));
    }

    /// Writes an untagged status.
    pub(super) fn notice(
        &mut self,
        condition: Condition,
        code: Option<Code<'_>>,
        text: Text<'_>,
        out: &mut BytesMut,
    ) {
        self.untagged(Data::Notice(Notice { condition, code, text }), out);
    }

    /// Logs a FETCH response of so many octets.
    fn log_fetch(&mut self, message: NonZeroU32, octets: u64) {
        if self.log.is_on() {
            let line = alloc::format!("* {message} FETCH ");
            self.log.secret(Direction::Sent, line.as_bytes(), line.len());
            self.log.octets(Direction::Sent, octets);
        }
    }
}

/// Whether data that are written with a NUL have one where the grammar has none.
fn has_stray_nul(data: &Data<'_>, style: Style) -> bool {
    match data {
        Data::Fetch(fetch) => fetch.data.iter().any(|item| has_nul(item, style)),
        _ => true,
    }
}

/// Whether a client finds one response in these octets, to which CRLF is added: lines end only
/// where a literal begins.
fn is_one_response(octets: &[u8]) -> bool {
    let one_line = memchr(b'\n', octets).is_none();
    if memchr(0, octets).is_some() || one_line && memchr(b'\r', octets).is_some() {
        return false;
    }
    let whole: Vec<u8> = [octets, b"\r\n"].concat();
    let mut rest = whole.as_slice();
    let found = ResponseFramer::new(whole.len()).next(&mut rest);
    rest.is_empty() && matches!(found, Framed::Whole { octets: found, .. } if found == octets)
}
