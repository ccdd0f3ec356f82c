//! Who a message is from and for, and whether a server can take it.

use bytes::BytesMut;

use super::error::Misuse;
use super::session::Session;
use crate::address::Mailbox;
use crate::command::{Command, Mail, Rcpt, RcptParameters};
use crate::ext::{MailParameter, RcptParameter};
use crate::parameter::BodyType;
use crate::protocol::ENVELOPE;

/// Who a message is from and for, with what is asked for along with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'e> {
    /// Who it is from. SIZE, BODY=7BIT and AUTH are left out where the server does not offer
    /// what they belong to, since they ask for nothing; SMTPUTF8 is added where an address needs
    /// it (RFC 6531 §3.4). Parameters that are not known here are sent as they are.
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
        if parameters.body == Some(BodyType::SevenBit) && !offered.eight_bit_mime {
            parameters.body = None;
        }
        if parameters.body == Some(BodyType::BinaryMime) && form != Form::Chunks {
            return Err(EnvelopeError::BinaryData);
        }
        let mailboxes = recipients.iter().filter_map(|rcpt| rcpt.to.mailbox());
        parameters.smtputf8 |= !mailboxes.chain(mail.from.mailbox()).all(Mailbox::is_ascii);
        if form == Form::Chunks && !offered.chunking {
            return Err(EnvelopeError::NotOffered("CHUNKING"));
        }
        let mut missing = None;
        let mut need = |extension: Option<&'static str>| {
            let lacks = |extension: &&str| !offered.offers(extension);
            missing = missing.or(extension.filter(lacks));
        };
        mail.parameters.for_each_known(|parameter| need(needed_by_mail(parameter)));
        for rcpt in recipients {
            rcpt.parameters.for_each_known(|parameter| need(needed_by_rcpt(parameter)));
        }
        if let Some(extension) = missing {
            return Err(EnvelopeError::NotOffered(extension));
        }
        check_length(Command::Mail(mail))?;
        // A path alone fits.
        let longer = |rcpt: &&Rcpt<'_>| rcpt.parameters != RcptParameters::default();
        for rcpt in recipients.iter().filter(longer) {
            check_length(Command::Rcpt(*rcpt))?;
        }
        Ok(mail)
    }
}

/// The extension that a parameter of MAIL belongs to, if it asks for something.
const fn needed_by_mail(parameter: MailParameter<'_>) -> Option<&'static str> {
    match parameter {
        MailParameter::Size(_)
        | MailParameter::Auth(_)
        | MailParameter::Body(BodyType::SevenBit) => None,
        MailParameter::Body(BodyType::EightBitMime) => Some("8BITMIME"),
        MailParameter::Body(BodyType::BinaryMime) => Some("BINARYMIME"),
        MailParameter::SmtpUtf8 => Some("SMTPUTF8"),
        MailParameter::Ret(_) | MailParameter::EnvelopeId(_) => Some("DSN"),
        MailParameter::DeliverBy(_) => Some("DELIVERBY"),
        MailParameter::HoldFor(_) | MailParameter::HoldUntil(_) => Some("FUTURERELEASE"),
        MailParameter::Priority(_) => Some("MT-PRIORITY"),
        MailParameter::RequireTls => Some("REQUIRETLS"),
        MailParameter::Solicitation(_) => Some("NO-SOLICITING"),
        MailParameter::Tracking(_) => Some("MTRK"),
        MailParameter::ConversionPermitted => Some("CONPERM"),
    }
}

/// The same of a parameter of RCPT.
const fn needed_by_rcpt(parameter: RcptParameter<'_>) -> Option<&'static str> {
    match parameter {
        RcptParameter::Notify(_) | RcptParameter::OriginalRecipient(_) => Some("DSN"),
        RcptParameter::ValidSince(_) => Some("RRVS"),
        RcptParameter::Capabilities => Some("CONNEG"),
    }
}

fn check_length(command: Command<'_>) -> Result<(), EnvelopeError> {
    let mut line = BytesMut::new();
    command.encode(&mut line);
    if line.len() > ENVELOPE { Err(Misuse::TooLong.into()) } else { Ok(()) }
}
