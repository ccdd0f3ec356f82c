//! The mailboxes of a user: LIST, LSUB, STATUS, and their names on the wire
//! (RFC 9051 §5.1, §6.3.9, §6.3.11; RFC 3501 §6.3.9; RFC 5258).

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    io,
};

use imap_proto::{
    AString, Arena, Attribute, Completion, Data, List, ListExtended, ListReturn, ListSelect,
    Listed, Lsub, Mailbox, MailboxStatus, NonEmpty, StatusItem, StatusValue, modified_utf7,
};

use super::{
    client::{Client, Fault, delimiter},
    wire::{DONE, Wire, number},
};
use crate::store::{Error, HIERARCHY_SEPARATOR};

/// The name of a mailbox from the wire, where it is UTF-8 or modified UTF-7.
pub(super) fn decode(mailbox: Mailbox<'_>, utf8: bool) -> Result<Cow<'_, str>, Error> {
    let name = mailbox.as_str().ok_or(Error::InvalidName("it is not UTF-8"))?;
    if utf8 {
        return Ok(name.into());
    }
    modified_utf7::decode(name).map_err(|_| Error::InvalidName("it is not modified UTF-7"))
}

/// The name of a mailbox for the wire.
fn encode<'a>(name: &str, utf8: bool, arena: &'a Arena) -> Result<Mailbox<'a>, Error> {
    let name = if utf8 { name.into() } else { modified_utf7::encode(name) };
    let name = AString::new(arena.str(&name).as_bytes());
    name.map(Mailbox::new).map_err(|_| Error::InvalidName("it has a NUL"))
}

/// One name that LIST may show.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    exists: bool,
    noselect: bool,
    subscribed: bool,
    has_children: bool,
}

impl Client<'_> {
    pub(super) fn list<'b>(
        &self,
        list: &List<'_>,
        arena: &Arena,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let utf8 = wire.imap.is_utf8();
        if list.patterns.as_slice().iter().all(|pattern| pattern.as_bytes().is_empty()) {
            // What divides names, and where they begin (RFC 9051 §6.3.9).
            let (attributes, mailbox) = (&[Attribute::NoSelect][..], Mailbox::EMPTY);
            let delimiter = delimiter();
            wire.data(&Data::List(Listed { attributes, delimiter, mailbox, extended: &[] }))?;
            return Ok(DONE);
        }
        let only_subscribed = list.select.contains(&ListSelect::Subscribed);
        let recursive = list.select.contains(&ListSelect::RecursiveMatch);
        let tell_subscribed = only_subscribed || list.returns.contains(&ListReturn::Subscribed);
        let mut entries = self.entries(only_subscribed)?;
        // The names above a subscribed one, which need not exist either.
        let subscribed = entries.iter().filter(|(_, entry)| recursive && entry.subscribed);
        let above: HashSet<String> =
            subscribed.flat_map(|(name, _)| superiors(name)).map(Into::into).collect();
        for name in &above {
            entries.entry(name.clone()).or_default();
        }
        let child_info = [ListExtended::ChildInfo(NonEmpty::one(&ListSelect::Subscribed))];
        for (name, entry) in &entries {
            let mailbox = encode(name, utf8, arena)?;
            let matches = list
                .patterns
                .into_iter()
                .any(|pattern| pattern.matches(list.reference, mailbox, delimiter()));
            let has_subscribed = above.contains(name.as_str());
            if !matches || (only_subscribed && !entry.subscribed && !has_subscribed) {
                continue;
            }
            let mut attributes = Vec::new();
            if !entry.exists {
                attributes.push(Attribute::NonExistent);
            }
            if entry.noselect {
                attributes.push(Attribute::NoSelect);
            }
            if entry.exists {
                attributes.push(match entry.has_children {
                    true => Attribute::HasChildren,
                    false => Attribute::HasNoChildren,
                });
            }
            if tell_subscribed && entry.subscribed {
                attributes.push(Attribute::Subscribed);
            }
            wire.data(&Data::List(Listed {
                attributes: &attributes,
                delimiter: delimiter(),
                mailbox,
                extended: if has_subscribed { &child_info } else { &[] },
            }))?;
            for item in list.returns {
                match item {
                    ListReturn::Status(items) if entry.exists && !entry.noselect => {
                        self.status(name, items.as_slice(), arena, wire)?;
                    }
                    _ => {}
                }
            }
        }
        Ok(DONE)
    }

    /// All names that there are, and that the user is subscribed to.
    fn entries(&self, subscribed: bool) -> Result<BTreeMap<String, Entry>, Error> {
        let user = self.user()?;
        let mut entries = BTreeMap::new();
        for mailbox in self.store().list(user)? {
            let entry = Entry {
                exists: true,
                noselect: mailbox.noselect,
                subscribed: mailbox.subscribed,
                has_children: mailbox.has_children,
            };
            entries.insert(mailbox.name, entry);
        }
        if subscribed {
            for name in self.store().subscriptions(user)? {
                entries.entry(name).or_insert(Entry { subscribed: true, ..Entry::default() });
            }
        }
        Ok(entries)
    }

    /// LSUB: what is subscribed to, and with `\Noselect` what is above that and
    /// matches where it does not itself (RFC 3501 §6.3.9).
    pub(super) fn lsub<'b>(
        &self,
        lsub: &Lsub<'_>,
        arena: &Arena,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let utf8 = wire.imap.is_utf8();
        let matches = |name: &str| -> Result<bool, Error> {
            let mailbox = encode(name, utf8, arena)?;
            Ok(lsub.pattern.matches(lsub.reference, mailbox, delimiter()))
        };
        let mut found = BTreeMap::new();
        for name in self.store().subscriptions(self.user()?)? {
            if matches(&name)? {
                found.insert(name, &[][..]);
                continue;
            }
            for above in superiors(&name) {
                if matches(above)? {
                    found.entry(above.to_owned()).or_insert(&[Attribute::NoSelect]);
                }
            }
        }
        for (name, attributes) in found {
            let mailbox = encode(&name, utf8, arena)?;
            let delimiter = delimiter();
            wire.data(&Data::Lsub(Listed { attributes, delimiter, mailbox, extended: &[] }))?;
        }
        Ok(DONE)
    }

    /// Writes a STATUS response.
    pub(super) fn status(
        &self,
        name: &str,
        items: &[StatusItem],
        arena: &Arena,
        wire: &mut Wire<'_>,
    ) -> Result<(), Fault> {
        let status = self.store().status(self.store().mailbox(self.user()?, name)?)?;
        let value = |item: &StatusItem| {
            Some(match item {
                StatusItem::Messages => StatusValue::Messages(status.messages),
                StatusItem::Recent => StatusValue::Recent(0),
                StatusItem::UidNext => StatusValue::UidNext(number(status.uidnext)),
                StatusItem::UidValidity => StatusValue::UidValidity(number(status.uidvalidity)),
                StatusItem::Unseen => StatusValue::Unseen(status.unseen),
                StatusItem::Deleted => StatusValue::Deleted(status.deleted),
                StatusItem::Size => StatusValue::Size(status.size),
                _ => return None,
            })
        };
        let values: Vec<_> = items.iter().filter_map(value).collect();
        let mailbox = encode(name, wire.imap.is_utf8(), arena)?;
        let told: io::Result<()> =
            wire.data(&Data::Status(MailboxStatus { mailbox, values: &values }));
        Ok(told?)
    }
}

/// The names above a name, the nearest first.
fn superiors(name: &str) -> impl Iterator<Item = &str> {
    name.rmatch_indices(HIERARCHY_SEPARATOR).map(|(end, _)| &name[..end])
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

    #[test]
    fn superiors_go_up() {
        assert_eq!(superiors("a/b/c").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(superiors("a").count(), 0);
    }
}
