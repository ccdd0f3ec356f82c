//! MAIL and RCPT with their parameters, as text that is kept.

use smtp_proto::{BytesMut, Command, Mail, Rcpt, Tolerance};

/// A command as it is sent, without its end.
pub(crate) fn line(command: Command<'_>) -> String {
    let mut out = BytesMut::new();
    command.encode(&mut out);
    String::from_utf8_lossy(out.trim_ascii_end()).into_owned()
}

/// The MAIL that is kept there.
pub(crate) fn mail(line: &str) -> Option<Mail<'_>> {
    match command(line)? {
        Command::Mail(mail) => Some(mail),
        _ => None,
    }
}

/// The RCPT that is kept there.
pub(crate) fn rcpt(line: &str) -> Option<Rcpt<'_>> {
    match command(line)? {
        Command::Rcpt(rcpt) => Some(rcpt),
        _ => None,
    }
}

/// All that is taken from clients can be kept.
fn command(line: &str) -> Option<Command<'_>> {
    Command::parse_tolerant(line.as_bytes(), Tolerance::PUBLIC).ok()
}
