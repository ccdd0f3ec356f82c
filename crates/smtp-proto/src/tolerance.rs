//! What a parser of commands lets pass that the grammar does not.

use mail_wire::parse::{Class, run};

/// Deviations from the grammar of commands that are let pass, each named after
/// what it lets pass. All are off by default: a server that is strict finds its
/// clients' faults early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tolerance {
    /// `MAIL FROM: <a@b>`, `RCPT TO: <a@b>`: spaces and tabs behind the colon.
    pub space_after_colon: bool,
    /// Spaces and tabs at the end of a command.
    pub trailing_space: bool,
    /// `MAIL FROM:a@b`: a path without its angle brackets.
    pub missing_brackets: bool,
    /// `EHLO my_host`: an underscore in a domain.
    pub underscore_in_domain: bool,
    /// `EHLO hôte`: a name past US-ASCII, in UTF-8, for the client itself.
    pub utf8_in_hello: bool,
    /// A command line that ends with LF alone. (A body never does.)
    pub bare_lf: bool,
}

impl Tolerance {
    /// Nothing but the grammar.
    pub const STRICT: Self = Self {
        space_after_colon: false,
        trailing_space: false,
        missing_brackets: false,
        underscore_in_domain: false,
        utf8_in_hello: false,
        bare_lf: false,
    };

    /// Everything that this type can name.
    pub const LENIENT: Self = Self {
        space_after_colon: true,
        trailing_space: true,
        missing_brackets: true,
        underscore_in_domain: true,
        utf8_in_hello: true,
        bare_lf: true,
    };

    /// `line` without the blanks at its end, where they are let pass.
    pub(crate) fn before_blanks(self, line: &[u8]) -> &[u8] {
        if !self.trailing_space {
            return line;
        }
        let last = line.iter().rposition(|&byte| !BLANK.contains(byte));
        last.and_then(|last| line.get(..=last)).unwrap_or_default()
    }

    /// What stands behind a colon, without the blanks before it, where they are let pass.
    pub(crate) fn behind_blanks(self, input: &[u8]) -> &[u8] {
        if self.space_after_colon { run(&BLANK, input).1 } else { input }
    }
}

static BLANK: Class = Class::new().with(b" \t");
