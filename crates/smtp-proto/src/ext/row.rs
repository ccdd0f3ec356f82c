//! What an extension is to the rest of the crate.

use bytes::{BufMut, BytesMut};
use mail_wire::Channel;
use mail_wire::parse::number32;

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::rcpt_parameter::RcptParameter;
use super::words::Words;
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
}

impl Row {
    /// What most extensions have: no parameters of any kind.
    pub(crate) const BARE: Self = Self {
        keyword: Name::new(""),
        parse: |_| Err("nothing"),
        encode: |_, _| {},
        is_offered: |_, _| false,
        offer: |_, _, _| {},
    };
}

/// A parameter of MAIL (RFC 5321 §4.1.2).
#[derive(Debug)]
pub(crate) struct MailRow {
    /// Its keyword.
    pub(crate) keyword: Name,
    /// Few send it: it has no field of its own, so that MAIL stays small.
    pub(crate) is_rare: bool,
    /// Reads its value, or says what was expected.
    pub(crate) parse: for<'a> fn(Option<&'a str>) -> Result<MailParameter<'a>, &'static str>,
    /// Writes `=` and its value, if it has one. One that is rare is written as it came.
    pub(crate) encode: fn(MailParameter<'_>, &mut BytesMut),
    /// Whether a server that is configured so knows it, on such a connection.
    pub(crate) is_offered: fn(MailParameter<'_>, &Config, Channel) -> bool,
    /// What a server that knows it says no to all the same.
    pub(crate) refuse: fn(MailParameter<'_>, &Config) -> Option<Rejection<'static>>,
}

impl MailRow {
    /// What most have: no value, and nothing that is refused.
    pub(super) const BARE: Self = Self {
        keyword: Name::new(""),
        is_rare: false,
        parse: |_| Err("nothing"),
        encode: |_, _| {},
        is_offered: |_, _, _| false,
        refuse: |_, _| None,
    };
}

/// A parameter of RCPT (RFC 5321 §4.1.2).
#[derive(Debug)]
pub(crate) struct RcptRow {
    /// Its keyword.
    pub(crate) keyword: Name,
    /// Reads its value, or says what was expected.
    pub(crate) parse: for<'a> fn(Option<&'a str>) -> Result<RcptParameter<'a>, &'static str>,
    /// Writes `=` and its value, if it has one.
    pub(crate) encode: fn(RcptParameter<'_>, &mut BytesMut),
    /// Whether a server that is configured so knows it.
    pub(crate) is_offered: fn(&Config) -> bool,
}

/// Writes words, each with a space before it.
pub(super) fn put_words(words: Words<'_>, out: &mut BytesMut) {
    for word in words.iter() {
        out.put_u8(b' ');
        out.put_slice(word.as_bytes());
    }
}

/// `1*9DIGIT`, a number of seconds.
pub(super) fn seconds(digits: &[u8]) -> Option<u32> {
    match number32(digits) {
        Ok(([], seconds)) if digits.len() <= 9 => Some(seconds),
        _ => None,
    }
}
