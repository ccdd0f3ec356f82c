//! LIST and LSUB (RFC 9051 §6.3.9; RFC 3501 §6.3.8, §6.3.9; RFC 5258).
//!
//! Names are told as they are found, one after the other; nothing is kept of them but
//! the two lists of the store, which are in the order of their octets. In that order the
//! names below a name are neighbours.

use std::collections::HashSet;

use imap_proto::{
    AString, Arena, Attribute, Completion, Data, List, ListExtended, ListPattern, ListReturn,
    ListSelect, Listed, Lsub, Mailbox, NonEmpty,
};

use super::{
    client::{Client, Fault, delimiter},
    mailboxes::encode,
    wire::{DONE, Wire},
};
use crate::store::{Error, HIERARCHY_SEPARATOR, ListedMailbox};

/// How many octets of patterns and names one command may hold against each other.
const MOST_WORK: usize = 1 << 30;

/// The patterns that names are held against.
struct Patterns<'l> {
    reference: Mailbox<'l>,
    /// Each once.
    patterns: Vec<ListPattern<'l>>,
    /// How much may still be done.
    left: usize,
}

/// The name of a mailbox, and how it is on the wire.
#[derive(Clone, Copy, Debug)]
struct Name<'n> {
    name: &'n str,
    wire: &'n str,
}

impl<'n> Name<'n> {
    fn new(name: &'n str, utf8: bool, arena: &'n Arena) -> Result<Self, Error> {
        Ok(Self { name, wire: encode(name, utf8, arena)?.as_str().unwrap_or_default() })
    }

    fn mailbox(self) -> Result<Mailbox<'n>, Error> {
        let name = AString::new(self.wire.as_bytes()).map(Mailbox::new);
        name.map_err(|_| Error::InvalidName("it has a NUL"))
    }

    /// The names above this one, the nearest first, but for those that are above
    /// `before` too.
    fn above(self, before: &str) -> impl Iterator<Item = Self> {
        let same = self.name.bytes().zip(before.bytes()).take_while(|(one, other)| one == other);
        let common = same.count();
        let both = superiors(self.name).zip(superiors(self.wire));
        let new = both.take_while(move |(name, _)| name.len() >= common);
        new.map(|(name, wire)| Name { name, wire })
    }
}

/// A name, and what there is to tell of it.
#[derive(Clone, Copy, Debug)]
struct Entry<'n> {
    name: Name<'n>,
    /// The mailbox of this name, if there is one.
    mailbox: Option<&'n ListedMailbox>,
    subscribed: bool,
}

impl<'l> Patterns<'l> {
    fn new(reference: Mailbox<'l>, patterns: &[ListPattern<'l>]) -> Self {
        let mut known = HashSet::new();
        let once = patterns.iter().filter(|pattern| known.insert(pattern.as_bytes()));
        let patterns = once.copied().collect();
        Self { reference, patterns, left: MOST_WORK }
    }

    /// Whether one of the patterns matches a name.
    ///
    /// # Errors
    /// [`Error::Limit`] when too much was held against each other.
    fn matches(&mut self, name: Name<'_>) -> Result<bool, Error> {
        let mailbox = name.mailbox()?;
        for pattern in &self.patterns {
            let octets = self.reference.as_bytes().len() + pattern.as_bytes().len();
            let wildcard = pattern.as_bytes().iter().position(|octet| b"*%".contains(octet));
            let work = match wildcard.is_none_or(|at| at + 1 == pattern.as_bytes().len()) {
                true => octets + name.wire.len(),
                // Each wildcard tries again from each octet.
                false => octets.saturating_mul(name.wire.len()),
            };
            let left = self.left.checked_sub(work);
            self.left = left.ok_or(Error::Limit("patterns and names of 1 GiB"))?;
            if pattern.matches(self.reference, mailbox, delimiter()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Client<'_> {
    pub(super) fn list<'b>(
        &self,
        list: &List<'_>,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        if list.patterns.as_slice().iter().all(|pattern| pattern.as_bytes().is_empty()) {
            // What divides names, and where they begin (RFC 9051 §6.3.9).
            let (attributes, mailbox) = (&[Attribute::NoSelect][..], Mailbox::EMPTY);
            let delimiter = delimiter();
            wire.data(&Data::List(Listed { attributes, delimiter, mailbox, extended: &[] }))?;
            return Ok(DONE);
        }
        let mut patterns = Patterns::new(list.reference, &list.patterns);
        let (utf8, mut arena) = (wire.imap.is_utf8(), Arena::new());
        let only_subscribed = list.select.contains(&ListSelect::Subscribed);
        let recursive = list.select.contains(&ListSelect::RecursiveMatch);
        let user = self.user()?;
        let mailboxes = self.store().list(user)?;
        let names = match only_subscribed {
            true => self.store().subscriptions(user)?,
            false => Vec::new(),
        };
        let subscriptions = match recursive {
            true => Subscriptions::recursive(&names, &mut patterns, utf8)?,
            false => Subscriptions { names: &names, hidden: Vec::new() },
        };

        for mailbox in &mailboxes {
            wire.check()?;
            arena.reset();
            let name = Name::new(&mailbox.name, utf8, &arena)?;
            let (child_info, subscribed) = (subscriptions.below(name.name), mailbox.subscribed);
            if (only_subscribed && !subscribed && !child_info.is_hidden)
                || !patterns.matches(name)?
            {
                continue;
            }
            let entry = Entry { name, mailbox: Some(mailbox), subscribed };
            self.tell_listed(entry, child_info.is_any, list, wire)?;
        }
        // What there is only as a subscription, and above one.
        let is_mailbox = |name: &str| {
            mailboxes.binary_search_by(|mailbox| mailbox.name.as_str().cmp(name)).is_ok()
        };
        let mut before = "";
        for (at, name) in names.iter().enumerate() {
            wire.check()?;
            arena.reset();
            let name_here = Name::new(name, utf8, &arena)?;
            for above in name_here.above(before).filter(|_| recursive) {
                if subscriptions.hides_below(above.name, at)
                    && patterns.matches(above)?
                    && !is_mailbox(above.name)
                    && !subscriptions.contains(above.name)
                {
                    let entry = Entry { name: above, mailbox: None, subscribed: false };
                    self.tell_listed(entry, true, list, wire)?;
                }
            }
            before = name;
            if !is_mailbox(name) && patterns.matches(name_here)? {
                let entry = Entry { name: name_here, mailbox: None, subscribed: true };
                self.tell_listed(entry, subscriptions.below(name).is_any, list, wire)?;
            }
        }
        Ok(DONE)
    }

    /// Writes a LIST response, and the STATUS that is asked for with it.
    fn tell_listed(
        &self,
        Entry { name, mailbox, subscribed }: Entry<'_>,
        child_info: bool,
        list: &List<'_>,
        wire: &mut Wire<'_>,
    ) -> Result<(), Fault> {
        const CHILD_INFO: [ListExtended<'static>; 1] =
            [ListExtended::ChildInfo(NonEmpty::one(&ListSelect::Subscribed))];
        let (only_subscribed, noselect) =
            (ListSelect::Subscribed, mailbox.is_some_and(|mailbox| mailbox.noselect));
        let tell_subscribed = list.select.contains(&only_subscribed)
            || list.returns.contains(&ListReturn::Subscribed);
        let children = mailbox.map(|mailbox| match mailbox.has_children {
            true => Attribute::HasChildren,
            false => Attribute::HasNoChildren,
        });
        let attributes: Vec<_> = [
            mailbox.is_none().then_some(Attribute::NonExistent),
            noselect.then_some(Attribute::NoSelect),
            children,
            (tell_subscribed && subscribed).then_some(Attribute::Subscribed),
        ]
        .into_iter()
        .flatten()
        .collect();
        wire.data(&Data::List(Listed {
            attributes: &attributes,
            delimiter: delimiter(),
            mailbox: name.mailbox()?,
            extended: if child_info { &CHILD_INFO } else { &[] },
        }))?;
        for item in list.returns {
            match item {
                ListReturn::Status(items) if mailbox.is_some() && !noselect => {
                    self.status(name.name, items.as_slice(), wire)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// LSUB: what is subscribed to, and with `\Noselect` what is above that and
    /// matches where it does not itself (RFC 3501 §6.3.9).
    pub(super) fn lsub<'b>(
        &self,
        lsub: &Lsub<'_>,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let utf8 = wire.imap.is_utf8();
        let mut patterns = Patterns::new(lsub.reference, &[lsub.pattern]);
        let names = self.store().subscriptions(self.user()?)?;
        let subscriptions = Subscriptions { names: &names, hidden: Vec::new() };
        let tell = |name: Name<'_>, attributes: &[Attribute<'_>], wire: &mut Wire<'_>| {
            let (mailbox, delimiter) = (name.mailbox()?, delimiter());
            wire.data(&Data::Lsub(Listed { attributes, delimiter, mailbox, extended: &[] }))?;
            Ok::<_, Fault>(())
        };
        // The last name of which all that is above it was looked at.
        let (mut before, mut arena) = ("", Arena::new());
        for name in &names {
            wire.check()?;
            arena.reset();
            let name_here = Name::new(name, utf8, &arena)?;
            if patterns.matches(name_here)? {
                tell(name_here, &[], wire)?;
                continue;
            }
            for above in name_here.above(before) {
                if patterns.matches(above)? && !subscriptions.contains(above.name) {
                    tell(above, &[Attribute::NoSelect], wire)?;
                }
            }
            before = name;
        }
        Ok(DONE)
    }
}

/// The names that a user has subscribed to.
struct Subscriptions<'n> {
    /// In the order of their octets.
    names: &'n [String],
    /// For RECURSIVEMATCH, how many before each of them, and before the end, match no
    /// pattern.
    hidden: Vec<u32>,
}

/// What there is below a name, for RECURSIVEMATCH (RFC 5258 §3.5).
#[derive(Clone, Copy, Debug, Default)]
struct Below {
    /// Whether any subscribed name is.
    is_any: bool,
    /// Whether one is that is not told itself. Only then is a name told for it that
    /// would not be told else.
    is_hidden: bool,
}

impl<'n> Subscriptions<'n> {
    fn recursive(
        names: &'n [String],
        patterns: &mut Patterns<'_>,
        utf8: bool,
    ) -> Result<Self, Error> {
        let (mut hidden, mut count, mut arena) = (vec![0], 0, Arena::new());
        for name in names {
            arena.reset();
            count += u32::from(!patterns.matches(Name::new(name, utf8, &arena)?)?);
            hidden.push(count);
        }
        Ok(Self { names, hidden })
    }

    fn contains(&self, name: &str) -> bool {
        self.names.binary_search_by(|other| other.as_str().cmp(name)).is_ok()
    }

    /// Whether a name that is not told itself is among those below this one, the first
    /// of which is at `first`. Each is looked at once for each name above it.
    fn hides_below(&self, name: &str, first: usize) -> bool {
        let is_below = |other: &str| {
            other.strip_prefix(name).is_some_and(|rest| rest.starts_with(HIERARCHY_SEPARATOR))
        };
        let names = self.names.get(first..).unwrap_or_default();
        let counts = self.hidden.get(first..).unwrap_or_default().windows(2);
        let mut below = names.iter().zip(counts).take_while(|(other, _)| is_below(other));
        below.any(|(_, counts)| counts.first() < counts.last())
    }

    /// What is below a name; nothing unless that was asked for.
    fn below(&self, name: &str) -> Below {
        if self.hidden.is_empty() {
            return Below::default();
        }
        let above = format!("{name}{HIERARCHY_SEPARATOR}");
        let first = self.names.partition_point(|other| *other < above);
        let rest = self.names.get(first..).unwrap_or_default();
        let end = first + rest.partition_point(|other| other.starts_with(&above));
        let is_hidden = self.hidden.get(first) < self.hidden.get(end);
        Below { is_any: first < end, is_hidden }
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
    fn superiors_go_up() {
        assert_eq!(superiors("a/b/c").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(superiors("a").count(), 0);
        let above = |name, before| {
            let arena = Arena::new();
            let name = Name::new(name, false, &arena).unwrap();
            name.above(before).map(|above| above.name.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(above("ä/ö/c", ""), ["ä/ö", "ä"]);
        assert_eq!(above("a/b/c", "a"), ["a/b", "a"], "it is not above itself");
        assert_eq!(above("a/b/c", "a/bd"), ["a/b"]);
        assert_eq!(above("a/b/c", "a/b/d"), [""; 0]);
    }
}
