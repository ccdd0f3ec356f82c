//! What a parser of commands lets pass that the grammar does not.

use mail_wire::parse::Class;

/// Deviations from the grammar of commands that are let pass, each named after
/// what it lets pass. By default there is one, [`trailing_space`](Self::trailing_space), that
/// RFC 5321 §4.1.1 asks for: a server that is strict otherwise finds its clients' faults early.
///
/// ```
/// use smtp_proto::{Command, Tolerance};
/// let line = b"MAIL FROM: <a@example.org>";
/// assert!(Command::parse(line).is_err());
/// assert!(Command::parse_tolerant(line, Tolerance::PUBLIC).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tolerance {
    /// Spaces and tabs at the end of a command.
    pub trailing_space: bool,
    /// `MAIL FROM: <a@b>`, `RCPT TO: <a@b>`: spaces and tabs after the colon.
    pub space_after_colon: bool,
    /// `EHLO my_host`: an underscore in a domain.
    pub underscore_in_domain: bool,
    /// `EHLO mac.local.`: a dot after the client's own name.
    pub dot_after_hello: bool,
    /// `EHLO a-.domain`: a hyphen at the end or the start of a label of the client's own name.
    pub hyphen_in_hello: bool,
    /// `EHLO [::1]`: an address of IPv6 without its tag, for the client itself.
    pub untagged_ipv6_in_hello: bool,
    /// `<da.me..@x>`: dots next to each other, or at the start or the end of a local part.
    pub dots_in_local_part: bool,
    /// `MAIL FROM:a@b`: a path without its angle brackets.
    pub missing_brackets: bool,
    /// `EHLO hôte`: a name past US-ASCII, in UTF-8, for the client itself.
    pub utf8_in_hello: bool,
    /// A command line that ends with LF alone. (A body never does.)
    pub bare_lf: bool,
}

impl Tolerance {
    /// Nothing but the grammar.
    pub const STRICT: Self = Self {
        trailing_space: false,
        space_after_colon: false,
        underscore_in_domain: false,
        dot_after_hello: false,
        hyphen_in_hello: false,
        untagged_ipv6_in_hello: false,
        dots_in_local_part: false,
        missing_brackets: false,
        utf8_in_hello: false,
        bare_lf: false,
    };

    /// For a server that everybody may send mail to: what programs that send genuine mail are
    /// known to get wrong, and what cannot be taken for something else. A command still ends
    /// with CRLF and nothing else.
    pub const PUBLIC: Self = Self {
        trailing_space: true,
        space_after_colon: true,
        underscore_in_domain: true,
        dot_after_hello: true,
        hyphen_in_hello: true,
        untagged_ipv6_in_hello: true,
        dots_in_local_part: true,
        ..Self::STRICT
    };

    /// Everything that this type can name.
    pub const LENIENT: Self =
        Self { missing_brackets: true, utf8_in_hello: true, bare_lf: true, ..Self::PUBLIC };

    /// `line` without the blanks at its end, where they are let pass.
    pub(crate) fn before_blanks(self, line: &[u8]) -> &[u8] {
        match line {
            [.., b' ' | b'\t'] if self.trailing_space => {
                let last = line.iter().rposition(|&byte| !BLANK.contains(byte));
                last.and_then(|last| line.get(..=last)).unwrap_or_default()
            }
            _ => line,
        }
    }

    /// What stands after a colon, without the blanks before it, where they are let pass.
    pub(crate) fn after_blanks(self, input: &str) -> &str {
        if self.space_after_colon { input.trim_start_matches([' ', '\t']) } else { input }
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { trailing_space: true, ..Self::STRICT }
    }
}

static BLANK: Class = Class::new().with(b" \t");
