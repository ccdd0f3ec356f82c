//! The first two words of a command: its tag and its verb.

use mail_wire::parse::{Keyword, complete};

use crate::command::parse_tag;
use crate::command::table::{APPEND, LOGIN};
use crate::wire::literal_announcement;

/// The commands whose literals are not only kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// APPEND: its message is streamed.
    Append,
    /// LOGIN: a password is not let come only to be refused.
    Login,
    /// Any other.
    Other,
}

impl Verb {
    /// The verb of a command, or of the start of one.
    pub(super) fn of(octets: &[u8]) -> Self {
        let name = Keyword::new(words(octets).nth(1).unwrap_or_default());
        if APPEND.is(name) {
            Self::Append
        } else if LOGIN.is(name) {
            Self::Login
        } else {
            Self::Other
        }
    }
}

/// How many octets tag and verb are, with a space after each; none where it is not clear
/// that they are a tag and a verb. A line of an exchange that the client takes to go on, say,
/// is no command.
pub(super) fn length(octets: &[u8]) -> usize {
    match (parse_tag(octets), words(octets).nth(1)) {
        (Some(tag), Some(verb)) if verb.iter().all(u8::is_ascii_alphabetic) => {
            tag.as_str().len().saturating_add(verb.len()).saturating_add(2)
        }
        _ => 0,
    }
}

/// Whether all that follows the verb is the announcement of a literal.
pub(super) fn is_first_argument(octets: &[u8]) -> bool {
    let argument = octets.splitn(3, |&octet| octet == b' ').nth(2).unwrap_or_default();
    complete(argument, literal_announcement).is_ok()
}

fn words(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    octets.split(|octet| b" \r\n".contains(octet))
}
