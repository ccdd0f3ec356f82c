//! Which octets of a command a log may show.

use mail_wire::parse::{VCHAR, run};
use mail_wire::{Auth, Direction, SyntaxError, WireLog};

use crate::command::Command;
use crate::verb::Verb;

/// Shows a command's `line` without what is secret in it.
pub(crate) fn log_command(
    log: &mut WireLog,
    direction: Direction,
    line: &[u8],
    command: Result<Command<'_>, SyntaxError>,
) {
    let shown = match command {
        Ok(Command::Pass(_) | Command::Apop { .. }) => keyword(line).saturating_add(1),
        Ok(Command::Auth(Auth { initial_response: Some(response), .. })) => {
            // Nothing follows it but spaces and the end of the line.
            line.trim_ascii_end().len().saturating_sub(response.as_str().len().max(1))
        }
        Ok(Command::Unknown(_)) | Err(_) => keyword(line),
        Ok(_) => return log.lines(direction, line),
    };
    log.secret(direction, line, shown);
}

/// How many octets the keyword of `line` has, if it is one: known, or of at most four octets
/// (RFC 2449 §3). A line of SASL or a password that comes where a command should is none.
pub(crate) fn keyword(line: &[u8]) -> usize {
    let (word, _) = run(&VCHAR, line);
    if Verb::find(word).is_some() || word.len() <= 4 { word.len() } else { 0 }
}
