//! The lexical level: atoms, strings, literals, numbers, lists.
//!
//! RFC 9051 §9 and RFC 3501 §9, of which the second only allows less. Every type here is
//! checked when it is built, so that it can be written whatever it holds. The parsers work on a
//! *complete* command or response, in which the octets of a literal stand after its `{n}` and
//! CRLF, with a [`Reader`] that knows where those are (see [`scan`]).
//!
//! Quoted strings are taken with any octet but NUL, CR and LF: US-ASCII is all that RFC 3501
//! allows, UTF-8 is what RFC 9051 does, and some peers send neither. They are written as RFC
//! 3501 wants them unless the [`Style`] says that the peer takes UTF-8.

pub(crate) mod arena;
mod atom;
mod class;
mod list;
mod literal;
mod number;
mod raw;
mod reader;
mod scan;
mod sign;
mod skip;
mod string;
mod style;
mod text;

pub(crate) use arena::List;
pub use arena::{Arena, NonEmpty};
pub use atom::{Atom, Tag};
pub(crate) use atom::{atom, keyword, named, nil, tag};
pub(crate) use class::{ASTRING_CHAR, ATOM_CHAR, KEYWORD_CHAR, LIST_CHAR, debug_octets};
pub use list::MAX_DEPTH;
pub(crate) use list::{Depth, LINE_END, encode_list, encode_separated, non_empty};
pub use literal::LiteralHead;
pub(crate) use literal::literal_announcement;
pub use number::MAX_NUMBER64;
pub(crate) use number::{number63, nz_number};
pub use raw::Raw;
pub(crate) use reader::{Reader, parse_whole, syntax_error};
pub(crate) use scan::{Announced, LineEnd, LineScan, Side, announces_literal, scan_lines};
pub(crate) use sign::{after_space, at, close, close_bracket, open};
pub(crate) use skip::UNCLOSED_LIST;
pub use string::{AString, IString, NString};
pub(crate) use string::{
    encode_nstring, encode_quoted, encode_string, encode_string_or, usual_nstring,
};
pub use style::{LiteralStyle, Style};
pub use text::Text;
pub(crate) use text::text;
