//! What is known of a command by its name alone: its row in the table of commands.

use mail_wire::parse::{Keyword, Parsed};

use super::kind::CommandKind;
use crate::value::capability_set::CapabilitySet;
use crate::wire::Reader;

/// Parses what comes after the name of a command.
pub(crate) type Parse = for<'a> fn(&'a [u8], &Reader<'a>) -> Parsed<'a, CommandKind<'a>>;

/// A command: what it is called, where it is valid, what it does to the session, and how it is
/// read. Its arguments are written by its own type.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    keyword: Keyword,
    pub(crate) states: States,
    pub(crate) effect: Effect,
    /// Of which extension it is.
    pub(crate) needs: CapabilitySet,
    pub(crate) parse: Parse,
    /// How what comes after `UID` and its name is read, if there is such a form of it.
    pub(crate) parse_uid: Option<Parse>,
}

/// Where a command is valid (RFC 9051 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum States {
    /// `command-any`: everywhere.
    Any,
    /// `command-nonauth`: before login.
    NotAuthenticated,
    /// `command-auth`: after login.
    Authenticated,
    /// `command-select`: with a mailbox selected.
    Selected,
}

/// What a command that the server carries out does to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Nothing, and message numbers must not change on the way (RFC 9051 §7.5.1: FETCH, STORE
    /// and SEARCH, not their UID forms).
    KeepNumbers,
    /// LOGIN: OK logs the client in.
    LogIn,
    /// CLOSE and UNSELECT: after OK no mailbox is selected.
    Unselect,
}

impl Row {
    /// A command of IMAP4rev1 that does nothing to the session and has no UID form.
    pub(crate) const fn new(name: &'static str, states: States, parse: Parse) -> Self {
        Self {
            name,
            keyword: Keyword::new(name.as_bytes()),
            states,
            effect: Effect::None,
            needs: CapabilitySet::NONE,
            parse,
            parse_uid: None,
        }
    }

    pub(crate) const fn with_effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    pub(crate) const fn of(self, needs: CapabilitySet) -> Self {
        Self { needs, ..self }
    }

    pub(crate) const fn or_uid(self, parse: Parse) -> Self {
        Self { parse_uid: Some(parse), ..self }
    }

    /// Whether it is called so, in upper or lower case.
    pub(crate) fn is(&self, name: Keyword) -> bool {
        self.keyword == name
    }
}
