//! Extensions, one file each: types, parsers, encoders, and what they need of a server. A row of
//! [`EXTENSIONS`] hands their commands and responses to the parsers.

use mail_wire::parse::{Keyword, Parsed};

use crate::command::row::Row;
use crate::response::Data;
use crate::wire::Reader;

pub(crate) mod esearch;
pub(crate) mod id;

/// What an extension adds to the grammar.
#[derive(Debug)]
pub(crate) struct Extension {
    /// Its commands.
    pub(crate) commands: &'static [&'static Row],
    /// Its untagged responses.
    pub(crate) responses: &'static [&'static ResponseRow],
}

/// An untagged response that begins with its name.
#[derive(Debug)]
pub(crate) struct ResponseRow {
    pub(crate) name: &'static str,
    keyword: Keyword,
    /// Parses what comes after the name.
    pub(crate) parse: for<'a> fn(&'a [u8], &Reader<'a>) -> Parsed<'a, Data<'a>>,
}

impl ResponseRow {
    pub(crate) const fn new(
        name: &'static str,
        parse: for<'a> fn(&'a [u8], &Reader<'a>) -> Parsed<'a, Data<'a>>,
    ) -> Self {
        Self { name, keyword: Keyword::new(name.as_bytes()), parse }
    }
}

/// All of them.
pub(crate) static EXTENSIONS: [&Extension; 2] = [&esearch::EXTENSION, &id::EXTENSION];

/// The response of that name, if it is of an extension.
pub(crate) fn response_named(name: Keyword) -> Option<&'static ResponseRow> {
    let responses = EXTENSIONS.iter().flat_map(|extension| extension.responses);
    responses.copied().find(|row| row.keyword == name)
}
