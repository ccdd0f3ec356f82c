//! The flags of a message (RFC 9051 §2.3.2).

use std::fmt;

use super::Error;

/// How many keywords one message may have.
const MAX_KEYWORDS: usize = 64;
/// The longest keyword, in octets.
const MAX_KEYWORD_LENGTH: usize = 100;

/// The five system flags that are kept, in the order of their bits.
const SYSTEM: [&str; 5] =
    [Flags::SEEN, Flags::ANSWERED, Flags::FLAGGED, Flags::DELETED, Flags::DRAFT];

/// The flags of one message: system flags such as `\Seen`, and keywords such
/// as `$Forwarded`. Both are named as on the wire and compared without regard
/// to case; a keyword keeps the spelling it first came in.
///
/// ```
/// use mail_examples::store::Flags;
///
/// let flags = Flags::from_names(["\\seen", "$Forwarded", "\\Recent"]);
/// assert!(flags.contains(Flags::SEEN) && flags.contains("$FORWARDED"));
/// assert_eq!(flags.to_string(), "\\Seen $Forwarded", "\\Recent is not the client's to set");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    system: u8,
    keywords: Vec<Box<str>>,
}

impl Flags {
    /// `\Seen`: the message has been read.
    pub const SEEN: &'static str = "\\Seen";
    /// `\Answered`: the message has been answered.
    pub const ANSWERED: &'static str = "\\Answered";
    /// `\Flagged`: the message is marked for attention.
    pub const FLAGGED: &'static str = "\\Flagged";
    /// `\Deleted`: the next EXPUNGE removes the message.
    pub const DELETED: &'static str = "\\Deleted";
    /// `\Draft`: the message is not finished.
    pub const DRAFT: &'static str = "\\Draft";

    pub(super) const SEEN_BIT: u8 = 1;
    pub(super) const DELETED_BIT: u8 = 1 << 3;

    /// The flags of these names, as [`Flags::insert`] takes them.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut flags = Self::default();
        for name in names {
            flags.insert(name);
        }
        flags
    }

    /// Why keywords of these names cannot all be kept, if so.
    pub fn check<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
        let mut kept = Self::default();
        for name in names {
            if name.len() > MAX_KEYWORD_LENGTH {
                return Err(Error::Limit("a keyword of 100 octets"));
            }
            if is_keyword(name) && !kept.insert(name) {
                return Err(Error::Limit("64 keywords on a message"));
            }
        }
        Ok(())
    }

    /// Sets a flag. Returns whether the message now has it: names that start
    /// with `\` other than the five above, names that are no atom, and
    /// keywords past the limit of 64 are not kept.
    pub fn insert(&mut self, name: &str) -> bool {
        if let Some(bit) = system_bit(name) {
            self.system |= bit;
            return true;
        }
        if self.contains(name) {
            return true;
        }
        let keep = is_keyword(name) && self.keywords.len() < MAX_KEYWORDS;
        if keep {
            self.keywords.push(name.into());
        }
        keep
    }

    /// Clears a flag, if it is set.
    pub fn remove(&mut self, name: &str) {
        match system_bit(name) {
            Some(bit) => self.system &= !bit,
            None => self.keywords.retain(|keyword| !keyword.eq_ignore_ascii_case(name)),
        }
    }

    /// Whether a flag is set.
    pub fn contains(&self, name: &str) -> bool {
        match system_bit(name) {
            Some(bit) => self.system & bit != 0,
            None => self.keywords.iter().any(|keyword| keyword.eq_ignore_ascii_case(name)),
        }
    }

    /// Whether no flag is set.
    pub fn is_empty(&self) -> bool {
        self.system == 0 && self.keywords.is_empty()
    }

    /// The names of the flags that are set: system flags, then keywords.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let system = SYSTEM.iter().enumerate().filter(|(bit, _)| self.system & (1 << bit) != 0);
        system.map(|(_, name)| *name).chain(self.keywords())
    }

    /// The keywords that are set.
    pub fn keywords(&self) -> impl Iterator<Item = &str> {
        self.keywords.iter().map(AsRef::as_ref)
    }

    /// These flags after `change`.
    ///
    /// # Errors
    /// [`Error::Limit`] when it adds keywords past the limit of 64.
    pub fn changed(&self, change: &FlagChange) -> Result<Self, Error> {
        let mut flags = self.clone();
        match change {
            FlagChange::Replace(new) => flags = new.clone(),
            FlagChange::Add(new) if flags.keywords.is_empty() => {
                flags.system |= new.system;
                flags.keywords.clone_from(&new.keywords);
            }
            FlagChange::Add(new) => {
                for name in new.iter() {
                    if !flags.insert(name) {
                        return Err(Error::Limit("64 keywords on a message"));
                    }
                }
            }
            FlagChange::Remove(old) => old.iter().for_each(|name| flags.remove(name)),
        }
        Ok(flags)
    }

    /// The two columns of the index.
    pub(super) fn to_columns(&self) -> (u8, String) {
        (self.system, self.keywords.join(" "))
    }

    /// The flags from the two columns of the index.
    pub(super) fn from_columns(system: u8, keywords: &str) -> Self {
        Self { system, keywords: keywords.split_ascii_whitespace().map(Into::into).collect() }
    }
}

impl fmt::Display for Flags {
    /// The names with a space between them, as in a FETCH response.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.iter().enumerate() {
            write!(f, "{}{name}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// What STORE does to the flags (RFC 9051 §6.4.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagChange {
    /// `FLAGS`: exactly these.
    Replace(Flags),
    /// `+FLAGS`: these as well.
    Add(Flags),
    /// `-FLAGS`: not these.
    Remove(Flags),
}

fn system_bit(name: &str) -> Option<u8> {
    SYSTEM.iter().position(|flag| flag.eq_ignore_ascii_case(name)).map(|bit| 1 << bit)
}

/// `flag-keyword = … / atom` (RFC 9051 §9): no list wildcards, no quotes, no
/// `]`, nothing but printable ASCII.
fn is_keyword(name: &str) -> bool {
    let atom_char = |c: u8| c.is_ascii_graphic() && !b"(){%*\"\\]".contains(&c);
    !name.is_empty() && name.len() <= MAX_KEYWORD_LENGTH && name.bytes().all(atom_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_and_the_first_spelling_stays() {
        let mut flags = Flags::from_names(["$MDNSent", "$mdnsent", "\\DELETED"]);
        assert_eq!(flags.to_string(), "\\Deleted $MDNSent");
        flags.remove("$MDNSENT");
        flags.remove("\\deleted");
        assert!(flags.is_empty());
    }

    #[test]
    fn what_is_no_flag_is_not_kept() {
        let mut flags = Flags::default();
        for name in ["", "\\Recent", "\\*", "a b", "x]", "é", &"k".repeat(101)] {
            assert!(!flags.insert(name), "{name:?}");
        }
        assert!(flags.is_empty());
    }

    #[test]
    fn the_number_of_keywords_is_bounded() {
        let names: Vec<String> = (0..100).map(|n| format!("k{n}")).collect();
        let flags = Flags::from_names(names.iter().map(String::as_str));
        assert_eq!(flags.iter().count(), MAX_KEYWORDS);
    }

    #[test]
    fn changes_are_those_of_store() {
        let flags = Flags::from_names(["\\Seen", "a"]);
        let other = Flags::from_names(["\\Draft", "A"]);
        let changed = |change: FlagChange| flags.changed(&change).unwrap();
        assert_eq!(changed(FlagChange::Add(other.clone())).to_string(), "\\Seen \\Draft a");
        assert_eq!(changed(FlagChange::Remove(other.clone())).to_string(), "\\Seen");
        assert_eq!(changed(FlagChange::Replace(other.clone())), other);
    }

    #[test]
    fn columns_round_trip() {
        let flags = Flags::from_names(["\\Seen", "\\Draft", "one", "two"]);
        let (system, keywords) = flags.to_columns();
        assert_eq!(Flags::from_columns(system, &keywords), flags);
    }
}
