//! Sends one message to some recipients, and tells what became of it for each.

mod crlf;
mod status;

use std::{
    fmt,
    io::{BufRead, Read},
};

use smtp_proto::{
    BodyType, Command, CommandError, Mail, Rcpt, Tolerance,
    client::{Form, Outcome},
};

use self::crlf::ToCrlf;
pub use self::status::Status;
use crate::smtp_client::{Account, Message, Sending, SmtpClient};

/// Who a message is from and for, with what is asked for along with that: the commands as they
/// are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    mail: String,
    rcpts: Vec<String>,
}

/// What is asked for along with a message (RFC 3461).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// NOTIFY: when to report.
    pub notify: Option<String>,
    /// RET: what a report brings back.
    pub ret: Option<String>,
    /// ENVID: what a report calls the message. It is written as it is meant.
    pub envid: Option<String>,
}

impl Envelope {
    /// One from an address, which may be empty, to others.
    ///
    /// # Errors
    /// With what is wrong, where an address or a value is none.
    pub fn new(from: &str, to: &[String], requests: &Requests) -> Result<Self, String> {
        let Requests { notify, ret, envid } = requests;
        let mut mail = format!("MAIL FROM:<{}>", unbracketed(from));
        if let Some(ret) = ret {
            mail.push_str(&format!(" RET={ret}"));
        }
        if let Some(envid) = envid {
            mail.push_str(&format!(" ENVID={}", xtext(envid)));
        }
        let notify = notify.as_ref().map_or(String::new(), |when| format!(" NOTIFY={when}"));
        let rcpts = to.iter().map(|to| format!("RCPT TO:<{}>{notify}", unbracketed(to))).collect();
        let envelope = Self { mail, rcpts };
        envelope.commands()?;
        Ok(envelope)
    }

    fn commands(&self) -> Result<(Mail<'_>, Vec<Rcpt<'_>>), String> {
        let wrong = |line: &str, error: CommandError| format!("{line}: {error}");
        let mail = match parse(&self.mail).map_err(|error| wrong(&self.mail, error))? {
            Command::Mail(mail) => mail,
            _ => return Err(format!("{}: it is another command", self.mail)),
        };
        let rcpt = |line| match parse(line).map_err(|error| wrong(line, error))? {
            Command::Rcpt(rcpt) => Ok(rcpt),
            _ => Err(format!("{line}: it is another command")),
        };
        let rcpts = self.rcpts.iter().map(|line| rcpt(line)).collect::<Result<_, _>>()?;
        Ok((mail, rcpts))
    }
}

/// Addresses of servers that exist are not all of the grammar.
fn parse(line: &str) -> Result<Command<'_>, CommandError> {
    Command::parse_tolerant(line.as_bytes(), Tolerance::PUBLIC)
}

fn unbracketed(address: &str) -> &str {
    address.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(address)
}

/// ```abnf
/// xtext   = *( xchar / hexchar )                              ; RFC 3461 §4
/// hexchar = ASCII "+" immediately followed by two upper case hexadecimal digits
/// ```
fn xtext(text: &str) -> String {
    let octet = |octet: u8| match octet {
        b'!'..=b'~' if octet != b'+' && octet != b'=' => char::from(octet).to_string(),
        _ => format!("+{octet:02X}"),
    };
    text.bytes().map(octet).collect()
}

/// Who is told how it goes.
pub trait Report {
    /// So many octets more have gone out.
    fn sent(&mut self, octets: usize);

    /// What became of it for a recipient. The text can be shown as it is.
    fn outcome(&mut self, recipient: &str, outcome: &dyn fmt::Display);
}

/// Sends a message, whose lines may end with LF; `size` is how many octets it has, if that is
/// known, and `chunks` whether it goes out in chunks (RFC 3030).
///
/// # Errors
/// With what is wrong, and the status for it, where nothing was sent. Otherwise the status
/// alone says how it went.
pub fn send(
    account: &Account,
    envelope: &Envelope,
    message: &mut dyn BufRead,
    size: Option<u64>,
    chunks: bool,
    report: &mut dyn Report,
) -> Result<Status, (Status, String)> {
    let failed = |status: Status, error: &dyn fmt::Display| (status, error.to_string());
    let (mut mail, recipients) =
        envelope.commands().map_err(|error| failed(Status::Usage, &error))?;
    let mut client =
        SmtpClient::connect(account).map_err(|error| failed(Status::from(&error), &error))?;
    // Line ends may make it more, and what is too big now is so then, too.
    mail.parameters.size = size;
    if client.session().extensions().eight_bit_mime {
        mail.parameters.body = Some(BodyType::EightBitMime);
    }
    let form = if chunks { Form::Chunks } else { Form::Data };
    let body: &mut dyn Read = &mut ToCrlf::new(message);
    let letter = Message { mail, recipients: &recipients, form, body };
    let mut outcomes = Vec::new();
    let mut tell = |index, outcome| outcomes.push((index, outcome));
    let sending = client.send(letter, &mut tell, &mut |octets| report.sent(octets));
    let sending = sending.map_err(|error| failed(Status::from(&error), &error));
    client.quit();
    let mut status = Status::Ok;
    for (index, outcome) in outcomes {
        status = status.with(Status::from(&outcome));
        if let Some(rcpt) = recipients.get(index) {
            report.outcome(&rcpt.to.to_string(), &Told(&outcome));
        }
    }
    match sending? {
        Sending::Done => Ok(status),
        Sending::Broken(error) => Err(failed(status.with(Status::from(&error)), &error)),
        Sending::Unreadable(error) => Err(failed(Status::NoInput, &error)),
    }
}

/// An outcome, as it is shown.
struct Told<'o>(&'o Outcome);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Outcome::Accepted(reply) => reply.fmt(f),
            Outcome::Rejected { reply, .. } => reply.fmt(f),
            Outcome::Unknown => f.write_str("not known: the server has not answered"),
            _ => f.write_str("not sent"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(from: &str, to: &str, requests: &Requests) -> Result<Envelope, String> {
        Envelope::new(from, &[to.to_owned()], requests)
    }

    #[test]
    fn what_is_asked_for_goes_along() {
        let requests = Requests {
            notify: Some("SUCCESS,FAILURE".into()),
            ret: Some("HDRS".into()),
            envid: Some("a+b =".into()),
        };
        let envelope = new("<>", "<bob@example.org>", &requests).unwrap();
        assert_eq!(envelope.mail, "MAIL FROM:<> RET=HDRS ENVID=a+2Bb+20+3D");
        assert_eq!(envelope.rcpts, ["RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE"]);
    }

    #[test]
    fn what_is_no_address_is_told() {
        for (from, to) in [("a b@c", "x@y"), ("", "x"), ("", ""), ("a@b>\r\nQUIT", "x@y")] {
            assert!(new(from, to, &Requests::default()).is_err(), "{from} {to}");
        }
        new("", "postmaster", &Requests::default()).unwrap();
        let odd = Requests { envid: Some("é".into()), ..Requests::default() };
        assert!(new("", "x@y", &odd).is_err());
    }
}
