//! What SELECT and EXAMINE are answered with.

use core::num::NonZeroU32;

use bytes::BytesMut;
use mail_wire::Ticket;

use super::error::Misuse;
use super::pending::{Effect, Pending};
use super::request;
use super::session::{DONE, Session};
use super::state::State;
use crate::response::Data;
use crate::response::code::Code;
use crate::response::list::Listed;
use crate::response::status_line::{Completion, Condition};
use crate::value::flag::{Flag, PermanentFlag};
use crate::wire::Text;

/// A mailbox that was selected: what the client has to be told of it (RFC 9051 §6.3.2, RFC
/// 3501 §6.3.1). The session writes it in the form that the client has enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Selected<'a> {
    /// How the mailbox is listed: told in IMAP4rev2. A name that the client wrote in another
    /// way than the server does comes with OLDNAME.
    pub mailbox: Listed<'a>,
    /// How many messages there are.
    pub exists: u32,
    /// The UID that the next message will get, or a greater one.
    pub uid_next: NonZeroU32,
    /// What tells these UIDs from those of an earlier mailbox of the name.
    pub uid_validity: NonZeroU32,
    /// The flags that are in use in the mailbox.
    pub flags: &'a [Flag<'a>],
    /// The flags that the client can change for good.
    pub permanent_flags: &'a [PermanentFlag<'a>],
    /// Whether the mailbox can only be read, though SELECT asked for more; that of EXAMINE
    /// always is.
    pub read_only: bool,
    /// How many messages no other session has been told of: told in IMAP4rev1.
    pub recent: u32,
    /// The first message that has not been seen, if there is one and it is known: told in
    /// IMAP4rev1.
    pub unseen: Option<NonZeroU32>,
}

impl<'a> Selected<'a> {
    /// A mailbox without flags, to be filled in field by field.
    ///
    /// ```
    /// use imap_proto::{Delimiter, Flag, Listed, Mailbox, PermanentFlag};
    /// use imap_proto::server::Selected;
    /// # fn main() -> Result<(), Box<dyn core::error::Error>> {
    /// let listed = Listed {
    ///     attributes: &[],
    ///     delimiter: Delimiter::new(b'/'),
    ///     mailbox: Mailbox::INBOX,
    ///     extended: &[],
    /// };
    /// let mut selected = Selected::new(listed, 172, 4392.try_into()?, 3_857_529_045.try_into()?);
    /// selected.flags = &[Flag::Seen, Flag::Deleted];
    /// selected.permanent_flags =
    ///     &[PermanentFlag::Flag(Flag::Seen), PermanentFlag::Flag(Flag::Deleted)];
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn new(
        mailbox: Listed<'a>,
        exists: u32,
        uid_next: NonZeroU32,
        uid_validity: NonZeroU32,
    ) -> Self {
        Self {
            mailbox,
            exists,
            uid_next,
            uid_validity,
            flags: &[],
            permanent_flags: &[],
            read_only: false,
            recent: 0,
            unseen: None,
        }
    }
}

impl Session {
    /// Says yes to SELECT or EXAMINE: writes what is mandatory, and OK. From here on the
    /// session counts the messages, by [`data`](Self::data)'s EXISTS and EXPUNGE.
    ///
    /// ```text
    /// * FLAGS (\Seen \Deleted)
    /// * 172 EXISTS
    /// * 1 RECENT                                 (IMAP4rev1)
    /// * OK [UNSEEN 12] the first unseen message  (IMAP4rev1)
    /// * OK [UIDVALIDITY 3857529045] UIDs valid
    /// * OK [UIDNEXT 4392] the next UID
    /// * OK [PERMANENTFLAGS (\Seen \Deleted)] flags that are kept
    /// * LIST () "/" INBOX                        (IMAP4rev2)
    /// a OK [READ-WRITE] done
    /// ```
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`], [`Misuse::WriterOpen`]; nothing is written then.
    pub fn select(
        &mut self,
        ticket: Ticket<request::Select>,
        selected: &Selected<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let asked = self.redeem(ticket)?;
        let read_only = selected.read_only || asked == Pending::Select { read_only: true };
        self.enter(State::Selected { read_only });
        self.messages = selected.exists;
        let rev2 = self.is_rev2();
        self.untagged(Data::Flags(selected.flags), out);
        self.untagged(Data::Exists(selected.exists), out);
        if !rev2 {
            self.untagged(Data::Recent(selected.recent), out);
        }
        let unseen = selected.unseen.filter(|_| !rev2);
        let codes = [
            unseen.map(|message| (Code::Unseen(message), "the first unseen message")),
            Some((Code::UidValidity(selected.uid_validity), "UIDs valid")),
            Some((Code::UidNext(selected.uid_next), "the next UID")),
            Some((Code::PermanentFlags(selected.permanent_flags), "flags that are kept")),
        ];
        for (code, text) in codes.into_iter().flatten() {
            self.notice(Condition::Ok, Some(code), Text::truncated(text), out);
        }
        if rev2 {
            self.untagged(Data::List(selected.mailbox), out);
        }
        let code = if read_only { Code::ReadOnly } else { Code::ReadWrite };
        self.finish(Effect::None, Completion { code: Some(code), ..DONE }, out);
        Ok(())
    }
}
