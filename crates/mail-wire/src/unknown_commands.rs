//! Which commands that a protocol crate does not know its driver does.

use alloc::string::String;
use alloc::vec::Vec;

/// Which commands that this crate cannot read are given to the driver, by their names.
///
/// ```
/// # use mail_wire::UnknownCommands;
/// let commands = UnknownCommands::Of(vec!["XCLIENT".into()]);
/// assert!(commands.contains(b"xclient") && !commands.contains(b"XFORWARD"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownCommands {
    /// None: the session says no to them, and counts them as bad.
    #[default]
    None,
    /// Those of these names, in upper or lower case. The name of one that is known here
    /// changes nothing for what can be read of it.
    Of(Vec<String>),
    /// All: for a proxy.
    All,
}

impl UnknownCommands {
    /// Whether the command of that name is given to the driver.
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        *self == Self::All || self.names(name)
    }

    /// Whether it is named here. No other may be shown to a log: a password that went astray
    /// looks like the name of a command, too.
    #[must_use]
    pub fn names(&self, name: &[u8]) -> bool {
        match self {
            Self::Of(names) => names.iter().any(|one| one.as_bytes().eq_ignore_ascii_case(name)),
            Self::None | Self::All => false,
        }
    }
}
