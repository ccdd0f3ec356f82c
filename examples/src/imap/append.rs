//! APPEND (RFC 9051 §6.3.12): a message is decided on, streamed into a draft,
//! and kept.

use std::{io, io::Write};

use imap_proto::{Append, Arena, Code, Completion, DateTime, Text};
use memchr::memchr;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

use super::{
    client::Client,
    mailboxes, messages,
    wire::{Wire, no, number, ok},
};
use crate::store::{Draft, Error, Flags, MailboxId, NewMessage};

/// The answer to a message that is to be kept with a NUL (RFC 3516 §4.4).
const HAS_NUL: Completion<'static> = Completion::no(
    Some(Code::UnknownCte),
    Text::truncated("a message with a NUL cannot be kept: encode it"),
);

/// A message that is being appended.
#[derive(Debug)]
pub(super) struct Appending {
    mailbox: MailboxId,
    flags: Flags,
    date: OffsetDateTime,
    draft: Draft,
    /// What went wrong while its octets were written.
    failed: Option<io::Error>,
    /// Whether it has a NUL, which BODY[] could not tell.
    has_nul: bool,
}

impl Appending {
    /// Takes octets of the message. A failure is told at its end.
    pub(super) fn write(&mut self, piece: &[u8]) {
        self.has_nul |= memchr(0, piece).is_some();
        if self.failed.is_none() && !self.has_nul {
            self.failed = self.draft.write_all(piece).err();
        }
    }
}

impl Client<'_> {
    /// Decides on a message before it comes.
    pub(super) fn begin_append(
        &self,
        append: &Append<'_>,
        wire: &Wire<'_>,
    ) -> Result<Appending, Error> {
        let name = mailboxes::decode(append.mailbox, wire.imap.is_utf8())?;
        let mailbox = self.store().mailbox(self.user()?, &name)?;
        let date = match append.date {
            Some(given) => internal_date(given).ok_or(Error::InvalidDate)?,
            None => OffsetDateTime::now_utc(),
        };
        Ok(Appending {
            mailbox,
            flags: messages::flags_to_keep(append.flags)?,
            date,
            draft: self.store().draft()?,
            failed: None,
            has_nul: false,
        })
    }

    /// Keeps the message, which has come whole.
    pub(super) fn end_append<'b>(&mut self, arena: &'b Arena) -> Result<Completion<'b>, Error> {
        let Some(Appending { mailbox, flags, date, draft, failed, has_nul }) =
            self.appending.take()
        else {
            return Ok(no("there is no message"));
        };
        if has_nul {
            return Ok(HAS_NUL);
        }
        if let Some(source) = failed {
            return Err(Error::File { path: "a message that arrives".into(), source });
        }
        let appended = self.store().append(mailbox, vec![NewMessage { draft, flags, date }])?;
        let uids = messages::uid_set(&appended.uids, arena);
        Ok(match uids {
            Some(uids) => {
                let validity = number(appended.uidvalidity);
                Completion::ok(
                    Some(Code::AppendUid { validity, uids }),
                    Text::truncated("appended"),
                )
            }
            None => ok("appended"),
        })
    }
}

/// The moment that a client gives a message for its INTERNALDATE.
fn internal_date(given: DateTime) -> Option<OffsetDateTime> {
    let day = given.date();
    let month = Month::try_from(day.month() as u8 + 1).ok()?;
    let date = Date::from_calendar_date(day.year().into(), month, day.day()).ok()?;
    // There is no second 60 here, which a leap second is.
    let time = Time::from_hms(given.hour(), given.minute(), given.second().min(59)).ok()?;
    let zone = UtcOffset::from_whole_seconds(i32::from(given.zone()) * 60).ok()?;
    let moment = date.with_time(time).assume_offset(zone);
    // Kept in Universal Time, where a moment at the end of year 9999 may be past it.
    moment.checked_to_offset(UtcOffset::UTC).map(|_| moment)
}
