//! Who a message is from and for, and whether a server can take it.

use bytes::BytesMut;

use super::error::Misuse;
use super::extensions::Extensions;
use super::send::ENVELOPE;
use super::session::Session;
use crate::address::Mailbox;
use crate::command::{Command, Mail, Rcpt};
use crate::parameter::BodyType;

/// Who a message is from and for, with what is asked for along with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'e> {
    /// Who it is from. SIZE, BODY=7BIT and AUTH are left out where the server does not offer
    /// what they belong to, since they ask for nothing; SMTPUTF8 is added where an address needs
    /// it (RFC 6531 §3.4).
    pub mail: Mail<'e>,
    /// Who it is for.
    pub recipients: &'e [Rcpt<'e>],
}

/// How a body goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// After DATA: lines of text, whose dots are stuffed.
    #[default]
    Data,
    /// In chunks, each with BDAT (RFC 3030), as it is: lines must end with CRLF. It costs no look
    /// at each octet. After DATA, the 354 shows that a server which says too much or too little is
    /// out of step; here nothing does.
    Chunks,
}

impl Form {
    /// The one that costs less of those that the server takes: chunks where it offers CHUNKING.
    #[must_use]
    pub fn best(session: &Session) -> Self {
        if session.extensions().chunking { Self::Chunks } else { Self::Data }
    }
}

/// Why a message cannot be sent on a connection. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The session lets no transaction begin now: for [`Misuse::LimitReached`], on another
    /// connection.
    #[error(transparent)]
    Session(#[from] Misuse),
    /// There are no recipients.
    #[error("the message has no recipients")]
    NoRecipients,
    /// It is bigger than the server takes (RFC 1870 §6.2): by what
    /// [`MailParameters::size`](crate::MailParameters::size) says.
    #[error("the message has {size} octets, and the server takes {limit}")]
    TooBig {
        /// How many octets the message has.
        size: u64,
        /// How many the server takes.
        limit: u64,
    },
    /// The message, or what is asked for along with it, needs an extension that the server does
    /// not offer: its keyword.
    #[error("the message needs {0}, which the server does not offer")]
    NotOffered(&'static str),
    /// BODY=BINARYMIME goes with chunks alone (RFC 3030 §3).
    #[error("a body of BINARYMIME goes out in chunks: `Form::Chunks`")]
    BinaryData,
}

/// Which extension a parameter of MAIL or RCPT needs that is not in the fields of
/// [`MailParameters`](crate::MailParameters). Those of extensions that are not known here are
/// sent as they are.
const NEEDS: [(&str, &str); 14] = [
    ("RET", "DSN"),
    ("ENVID", "DSN"),
    ("NOTIFY", "DSN"),
    ("ORCPT", "DSN"),
    ("BY", "DELIVERBY"),
    ("HOLDFOR", "FUTURERELEASE"),
    ("HOLDUNTIL", "FUTURERELEASE"),
    ("MT-PRIORITY", "MT-PRIORITY"),
    ("REQUIRETLS", "REQUIRETLS"),
    ("SOLICIT", "NO-SOLICITING"),
    ("MTRK", "MTRK"),
    ("CONPERM", "CONPERM"),
    ("CONNEG", "CONNEG"),
    ("RRVS", "RRVS"),
];

impl<'e> Envelope<'e> {
    /// Checks that the server can take such a message, and gives MAIL as it is to be sent.
    pub(super) fn check(&self, session: &Session, form: Form) -> Result<Mail<'e>, EnvelopeError> {
        let Self { mut mail, recipients } = *self;
        session.allows(Command::Mail(mail))?;
        if recipients.is_empty() {
            return Err(EnvelopeError::NoRecipients);
        }
        let offered = session.extensions();
        let parameters = &mut mail.parameters;
        match (parameters.size, offered.size_limit) {
            (Some(size), Some(limit)) if size > limit => {
                return Err(EnvelopeError::TooBig { size, limit });
            }
            _ => {}
        }
        if !offered.offers("SIZE") {
            parameters.size = None;
        }
        if !offered.offers("AUTH") {
            parameters.auth = None;
        }
        match parameters.body {
            Some(BodyType::SevenBit) if !offered.eight_bit_mime => parameters.body = None,
            Some(BodyType::SevenBit) | None => {}
            Some(BodyType::EightBitMime) => need(offered, "8BITMIME")?,
            Some(BodyType::BinaryMime) => {
                need(offered, "BINARYMIME")?;
                if form != Form::Chunks {
                    return Err(EnvelopeError::BinaryData);
                }
            }
        }
        let mailboxes = recipients.iter().filter_map(|rcpt| rcpt.to.mailbox());
        parameters.smtputf8 |= !mailboxes.chain(mail.from.mailbox()).all(Mailbox::is_ascii);
        if parameters.smtputf8 {
            need(offered, "SMTPUTF8")?;
        }
        if form == Form::Chunks {
            need(offered, "CHUNKING")?;
        }
        for parameter in mail.parameters.other.iter() {
            need_of(offered, parameter.keyword)?;
        }
        check_length(Command::Mail(mail))?;
        for rcpt in recipients.iter().filter(|rcpt| !rcpt.parameters.other.is_empty()) {
            for parameter in rcpt.parameters.other.iter() {
                need_of(offered, parameter.keyword)?;
            }
            check_length(Command::Rcpt(*rcpt))?;
        }
        Ok(mail)
    }
}

fn need(offered: &Extensions, extension: &'static str) -> Result<(), EnvelopeError> {
    if offered.offers(extension) { Ok(()) } else { Err(EnvelopeError::NotOffered(extension)) }
}

fn need_of(offered: &Extensions, keyword: &str) -> Result<(), EnvelopeError> {
    let needs = NEEDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(keyword));
    needs.map_or(Ok(()), |(_, extension)| need(offered, extension))
}

fn check_length(command: Command<'_>) -> Result<(), EnvelopeError> {
    let mut line = BytesMut::new();
    command.encode(&mut line);
    if line.len() > ENVELOPE { Err(Misuse::TooLong.into()) } else { Ok(()) }
}
