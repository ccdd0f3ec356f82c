//! What an extension is to the rest of the crate.

use bytes::BytesMut;
use mail_wire::Channel;

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use crate::config::Config;
use crate::name::Name;
use crate::reply::Rejection;

/// An extension: its keyword, and what goes with it. All of them stand in
/// [`EXTENSIONS`](super::EXTENSIONS).
#[derive(Debug)]
pub(crate) struct Row {
    /// What a line of the answer to EHLO begins with.
    pub(crate) keyword: Name,
    /// Reads the parameters after the keyword, or says what was expected there.
    pub(crate) parse: for<'a> fn(&'a [u8]) -> Result<Extension<'a>, &'static str>,
    /// Writes the parameters, each with a space before it.
    pub(crate) encode: fn(Extension<'_>, &mut BytesMut),
    /// Whether a server offers it.
    pub(crate) is_offered: fn(&Config, Channel) -> bool,
    /// Writes the parameters that a server offers it with, each with a space before it.
    pub(crate) offer: fn(&Config, Channel, &mut BytesMut),
    /// Its parameter of MAIL, if it has one.
    pub(crate) mail: Option<&'static MailRow>,
}

impl Row {
    /// What most extensions have: no parameters of any kind.
    pub(crate) const BARE: Self = Self {
        keyword: Name::new(""),
        parse: |_| Err("nothing"),
        encode: |_, _| {},
        is_offered: |_, _| false,
        offer: |_, _, _| {},
        mail: None,
    };
}

/// A parameter of MAIL (RFC 5321 §4.1.2).
#[derive(Debug)]
pub(crate) struct MailRow {
    /// Its keyword.
    pub(crate) keyword: Name,
    /// Reads its value, or says what was expected.
    pub(crate) parse: for<'a> fn(Option<&'a str>) -> Result<MailParameter<'a>, &'static str>,
    /// Writes `=` and its value, if it has one.
    pub(crate) encode: fn(MailParameter<'_>, &mut BytesMut),
    /// Whether a server that is configured so knows it.
    pub(crate) is_offered: fn(MailParameter<'_>, &Config) -> bool,
    /// What a server that knows it says no to all the same.
    pub(crate) refuse: fn(MailParameter<'_>, &Config) -> Option<Rejection<'static>>,
}
