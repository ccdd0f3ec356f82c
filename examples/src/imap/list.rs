//! LIST and LSUB (RFC 9051 §6.3.9; RFC 3501 §6.3.8, §6.3.9; RFC 5258).
//!
//! Names are told as they are found, one after the other; nothing is kept of them but
//! the two lists of the store, which are in the order of their octets. In that order the
//! names below a name are neighbours.

use std::collections::HashSet;

use imap_proto::{
    Arena, Mailbox, NonEmpty,
    list::{Attribute, List, ListExtended, ListReturn, ListSelect, Listed, Lsub},
    mailbox::ListPattern,
    response::{Completion, Data},
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
    utf8: bool,
    arena: Arena,
    /// How much may still be done.
    left: usize,
}

/// A name, and what there is to tell of it.
#[derive(Clone, Copy, Debug, Default)]
struct Entry<'n> {
    name: &'n str,
    /// The mailbox of this name, if there is one.
    mailbox: Option<&'n ListedMailbox>,
    subscribed: bool,
}

impl<'l> Patterns<'l> {
    fn new(reference: Mailbox<'l>, patterns: &[ListPattern<'l>], utf8: bool) -> Self {
        let mut known = HashSet::new();
        let once = patterns.iter().filter(|pattern| known.insert(pattern.as_bytes()));
        let patterns = once.copied().collect();
        Self { reference, patterns, utf8, arena: Arena::new(), left: MOST_WORK }
    }

    /// Whether one of the patterns matches a name.
    ///
    /// # Errors
    /// [`Error::Limit`] when too much was held against each other.
    fn matches(&mut self, name: &str) -> Result<bool, Error> {
        self.arena.reset();
        let mailbox = encode(name, self.utf8, &self.arena)?;
        for pattern in &self.patterns {
            let octets = self.reference.as_bytes().len() + pattern.as_bytes().len();
            let wildcard = pattern.as_bytes().iter().position(|octet| b"*%".contains(octet));
            let work = match wildcard.is_none_or(|at| at + 1 == pattern.as_bytes().len()) {
                true => octets + name.len(),
                // Each wildcard tries again from each octet.
                false => octets.saturating_mul(name.len()),
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
        let mut patterns = Patterns::new(list.reference, &list.patterns, wire.imap.is_utf8());
        let only_subscribed = list.select.contains(&ListSelect::Subscribed);
        let recursive = list.select.contains(&ListSelect::RecursiveMatch);
        let user = self.user()?;
        let mailboxes = self.store().list(user)?;
        let names = match only_subscribed {
            true => self.store().subscriptions(user)?,
            false => Vec::new(),
        };
        let subscriptions = Subscriptions::new(&names, recursive, &mut patterns)?;

        for mailbox in &mailboxes {
            wire.check()?;
            let (name, subscribed) = (mailbox.name.as_str(), mailbox.subscribed);
            let child_info = subscriptions.below(name);
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
        for name in &names {
            wire.check()?;
            for above in superiors(name).filter(|above| recursive && !is_below(before, above)) {
                let is_known = is_mailbox(above) || subscriptions.contains(above);
                if !is_known && subscriptions.below(above).is_hidden && patterns.matches(above)? {
                    let entry = Entry { name: above, ..Entry::default() };
                    self.tell_listed(entry, true, list, wire)?;
                }
            }
            before = name;
            if !is_mailbox(name) && patterns.matches(name)? {
                let entry = Entry { name, mailbox: None, subscribed: true };
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
        let arena = Arena::new();
        wire.data(&Data::List(Listed {
            attributes: &attributes,
            delimiter: delimiter(),
            mailbox: encode(name, wire.imap.is_utf8(), &arena)?,
            extended: if child_info { &CHILD_INFO } else { &[] },
        }))?;
        for item in list.returns {
            match item {
                ListReturn::Status(items) if mailbox.is_some() && !noselect => {
                    self.status(name, items.as_slice(), wire)?;
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
        let mut patterns = Patterns::new(lsub.reference, &[lsub.pattern], utf8);
        let names = self.store().subscriptions(self.user()?)?;
        let subscriptions = Subscriptions { names: &names, hidden: Vec::new() };
        let tell = |name: &str, attributes: &[Attribute<'_>], wire: &mut Wire<'_>| {
            let arena = Arena::new();
            let mailbox = encode(name, utf8, &arena)?;
            let delimiter = delimiter();
            wire.data(&Data::Lsub(Listed { attributes, delimiter, mailbox, extended: &[] }))?;
            Ok::<_, Fault>(())
        };
        // The last name of which all that is above it was looked at.
        let mut before = "";
        for name in &names {
            wire.check()?;
            if patterns.matches(name)? {
                tell(name, &[], wire)?;
                continue;
            }
            for above in superiors(name).filter(|above| !is_below(before, above)) {
                if !subscriptions.contains(above) && patterns.matches(above)? {
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
    fn new(
        names: &'n [String],
        recursive: bool,
        patterns: &mut Patterns<'_>,
    ) -> Result<Self, Error> {
        let mut hidden = Vec::new();
        if recursive {
            let mut count = 0;
            hidden.push(count);
            for name in names {
                count += u32::from(!patterns.matches(name)?);
                hidden.push(count);
            }
        }
        Ok(Self { names, hidden })
    }

    fn contains(&self, name: &str) -> bool {
        self.names.binary_search_by(|other| other.as_str().cmp(name)).is_ok()
    }

    /// What is below a name; nothing unless that was asked for.
    fn below(&self, name: &str) -> Below {
        // From `name/` to `name0`, as `0` comes after `/`.
        let place = |end: u8| {
            let bound = || name.bytes().chain([end]);
            self.names.partition_point(|other| other.bytes().lt(bound()))
        };
        if self.hidden.is_empty() {
            return Below::default();
        }
        let (first, end) = (place(HIERARCHY_SEPARATOR as u8), place(HIERARCHY_SEPARATOR as u8 + 1));
        let is_hidden = self.hidden.get(first) < self.hidden.get(end);
        Below { is_any: first < end, is_hidden }
    }
}

/// The names above a name, the nearest first.
fn superiors(name: &str) -> impl Iterator<Item = &str> {
    name.rmatch_indices(HIERARCHY_SEPARATOR).map(|(end, _)| &name[..end])
}

/// Whether a name is below another.
fn is_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|rest| rest.starts_with(HIERARCHY_SEPARATOR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn superiors_go_up() {
        assert_eq!(superiors("a/b/c").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(superiors("a").count(), 0);
        assert!(is_below("a/b", "a") && !is_below("ab", "a") && !is_below("a", "a"));
    }
}
