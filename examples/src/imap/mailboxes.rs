//! The names of mailboxes on the wire, and STATUS (RFC 9051 §5.1, §6.3.11).

use std::{borrow::Cow, io};

use imap_proto::{
    AString, Arena, Data, Mailbox, MailboxStatus, StatusItem, StatusValue, modified_utf7,
};

use super::{
    client::{Client, Fault},
    wire::{Wire, number},
};
use crate::store::Error;

/// The name of a mailbox from the wire, where it is UTF-8 or modified UTF-7.
pub(super) fn decode(mailbox: Mailbox<'_>, utf8: bool) -> Result<Cow<'_, str>, Error> {
    let name = mailbox.as_str().ok_or(Error::InvalidName("it is not UTF-8"))?;
    if utf8 {
        return Ok(name.into());
    }
    modified_utf7::decode(name).map_err(|_| Error::InvalidName("it is not modified UTF-7"))
}

/// The name of a mailbox for the wire.
pub(super) fn encode<'a>(name: &str, utf8: bool, arena: &'a Arena) -> Result<Mailbox<'a>, Error> {
    let name = if utf8 { name.into() } else { modified_utf7::encode(name) };
    let name = AString::new(arena.str(&name).as_bytes());
    name.map(Mailbox::new).map_err(|_| Error::InvalidName("it has a NUL"))
}

impl Client<'_> {
    /// Writes a STATUS response.
    pub(super) fn status(
        &self,
        name: &str,
        items: &[StatusItem],
        wire: &mut Wire<'_>,
    ) -> Result<(), Fault> {
        let status = self.store().status(self.store().mailbox(self.user()?, name)?)?;
        let value = |item: &StatusItem| {
            Some(match item {
                StatusItem::Messages => StatusValue::Messages(status.messages),
                StatusItem::Recent => StatusValue::Recent(status.recent),
                StatusItem::UidNext => StatusValue::UidNext(number(status.uidnext)),
                StatusItem::UidValidity => StatusValue::UidValidity(number(status.uidvalidity)),
                StatusItem::Unseen => StatusValue::Unseen(status.unseen),
                StatusItem::Deleted => StatusValue::Deleted(status.deleted),
                StatusItem::Size => StatusValue::Size(status.size),
                _ => return None,
            })
        };
        let values: Vec<_> = items.iter().filter_map(value).collect();
        let arena = Arena::new();
        let mailbox = encode(name, wire.imap.is_utf8(), &arena)?;
        let told: io::Result<()> =
            wire.data(&Data::Status(MailboxStatus { mailbox, values: &values }));
        Ok(told?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_modified_utf7_or_utf8() {
        let arena = Arena::new();
        for (utf8, wire) in [(false, "Entw&APw-rfe"), (true, "Entwürfe")] {
            let mailbox = encode("Entwürfe", utf8, &arena).unwrap();
            assert_eq!(mailbox.as_str(), Some(wire));
            assert_eq!(decode(mailbox, utf8).unwrap(), "Entwürfe");
        }
        let wrong = Mailbox::new(AString::new(b"a&b").unwrap());
        assert!(matches!(decode(wrong, false), Err(Error::InvalidName(_))));
    }
}
