//! Commands that are not carried out here: those that are obsolete, and those that are not
//! known.

use core::str;

use mail_wire::parse::complete;
use mail_wire::{Caseless, SyntaxError};

use super::argument::{Argument, argument};
use crate::verb::check_unknown;

/// The commands of RFC 821 that no client is to send any more (RFC 5321 appendix F.1 and F.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Obsolete {
    /// `TURN`: the client becomes the server.
    Turn,
    /// `SEND`: as MAIL, but to the user's terminal.
    Send,
    /// `SOML`: to the terminal or the mailbox.
    Soml,
    /// `SAML`: to the terminal and the mailbox.
    Saml,
}

/// A command that [`Command`](crate::Command) does not know. Two are equal where their verbs
/// are, in whichever case, and their arguments, letter by letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownCommand<'a> {
    verb: Caseless<'a>,
    argument: Option<Argument<'a>>,
}

impl<'a> UnknownCommand<'a> {
    /// A command with that verb, perhaps with an argument.
    ///
    /// # Errors
    /// [`SyntaxError`] where the verb is not a letter and letters, digits and `-` after it; or
    /// where it is known here: such a command would do more than what its sender knows of.
    ///
    /// ```
    /// use smtp_proto::UnknownCommand;
    /// assert!(UnknownCommand::new("XWHO", None).is_ok());
    /// assert!(UnknownCommand::new("data", None).is_err());
    /// ```
    pub fn new(verb: &'a str, argument: Option<Argument<'a>>) -> Result<Self, SyntaxError> {
        check_unknown(verb)?;
        Ok(Self { verb: Caseless(verb), argument })
    }

    /// What was received: a verb of the grammar, and the rest of the line.
    pub(super) fn received(verb: &'a [u8], rest: &'a [u8]) -> Result<Self, SyntaxError> {
        let verb = Caseless(str::from_utf8(verb).unwrap_or_default());
        Ok(Self { verb, argument: complete(rest, argument)? })
    }

    /// Its verb, as it was written.
    #[must_use]
    pub const fn verb(self) -> &'a str {
        self.verb.as_str()
    }

    /// What stands after it.
    #[must_use]
    pub const fn argument(self) -> Option<Argument<'a>> {
        self.argument
    }
}
