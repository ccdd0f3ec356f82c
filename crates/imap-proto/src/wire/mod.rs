//! The lexical level: atoms, strings, literals, numbers, lists.
//!
//! RFC 9051 section 9 and RFC 3501 section 9, of which the second only allows
//! less. Every type here is checked when it is built, so that it can be written
//! whatever it holds; the parsers work on a *complete* command or response, in
//! which the octets of a literal stand behind its `{n}` CRLF.
//!
//! Quoted strings are taken with any octet but NUL, CR and LF: US-ASCII is all
//! that RFC 3501 allows, UTF-8 is what RFC 9051 does, and some peers send
//! neither. They are written as RFC 3501 wants them unless the [`Style`] says
//! that the peer takes UTF-8.

pub(crate) mod arena;
mod atom;
mod class;
pub(crate) mod lenient;
mod list;
mod literal;
mod number;
mod raw;
mod sign;
mod string;
mod style;
mod text;

pub use arena::{Arena, NonEmpty};
pub use atom::{Atom, Tag};
pub(crate) use atom::{atom, keyword, nil, tag};
pub(crate) use class::{KEYWORD_CHAR, LIST_CHAR, debug_octets};
pub use list::MAX_DEPTH;
pub(crate) use list::{Depth, encode_list, encode_separated, list, list1, non_empty, separated};
pub use literal::LiteralHead;
pub(crate) use literal::literal_announcement;
pub use number::MAX_NUMBER64;
pub(crate) use number::{number63, nz_number};
pub use raw::Raw;
pub(crate) use sign::{after_space, at, close, close_bracket, open, space};
pub use string::{AString, IString, NString};
pub(crate) use string::{
    astring, encode_nstring, encode_string, encode_string_or, nstring, string, string_or,
};
pub use style::{LiteralStyle, Style};
pub use text::Text;
pub(crate) use text::text;
