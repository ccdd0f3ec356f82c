//! SEARCH and UID SEARCH: which messages.
//!
//! RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 4731.

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{Keyword, Parsed, fail};

use crate::ext::esearch::{SearchReturn, encode_returns, search_returns};
use crate::value::capability_set::CapabilitySet;
use crate::value::date::{Date, date};
use crate::value::modifier::Modifier;
use crate::value::sequence::{SequenceSet, sequence_set};
use crate::wire::{
    AString, Atom, Depth, NonEmpty, Reader, Style, atom, encode_list, encode_separated, keyword,
    number63,
};

// The names of keys.
const ALL: Keyword = Keyword::new(b"ALL");
const ANSWERED: Keyword = Keyword::new(b"ANSWERED");
const BCC: Keyword = Keyword::new(b"BCC");
const BEFORE: Keyword = Keyword::new(b"BEFORE");
const BODY: Keyword = Keyword::new(b"BODY");
const CC: Keyword = Keyword::new(b"CC");
const DELETED: Keyword = Keyword::new(b"DELETED");
const DRAFT: Keyword = Keyword::new(b"DRAFT");
const FLAGGED: Keyword = Keyword::new(b"FLAGGED");
const FROM: Keyword = Keyword::new(b"FROM");
const HEADER: Keyword = Keyword::new(b"HEADER");
const KEYWORD: Keyword = Keyword::new(b"KEYWORD");
const LARGER: Keyword = Keyword::new(b"LARGER");
const NEW: Keyword = Keyword::new(b"NEW");
const NOT: Keyword = Keyword::new(b"NOT");
const OLD: Keyword = Keyword::new(b"OLD");
const ON: Keyword = Keyword::new(b"ON");
const OR: Keyword = Keyword::new(b"OR");
const RECENT: Keyword = Keyword::new(b"RECENT");
const SEEN: Keyword = Keyword::new(b"SEEN");
const SENTBEFORE: Keyword = Keyword::new(b"SENTBEFORE");
const SENTON: Keyword = Keyword::new(b"SENTON");
const SENTSINCE: Keyword = Keyword::new(b"SENTSINCE");
const SINCE: Keyword = Keyword::new(b"SINCE");
const SMALLER: Keyword = Keyword::new(b"SMALLER");
const SUBJECT: Keyword = Keyword::new(b"SUBJECT");
const TEXT: Keyword = Keyword::new(b"TEXT");
const TO: Keyword = Keyword::new(b"TO");
const UID: Keyword = Keyword::new(b"UID");
const UNANSWERED: Keyword = Keyword::new(b"UNANSWERED");
const UNDELETED: Keyword = Keyword::new(b"UNDELETED");
const UNDRAFT: Keyword = Keyword::new(b"UNDRAFT");
const UNFLAGGED: Keyword = Keyword::new(b"UNFLAGGED");
const UNKEYWORD: Keyword = Keyword::new(b"UNKEYWORD");
const UNSEEN: Keyword = Keyword::new(b"UNSEEN");

/// SEARCH, or UID SEARCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Search<'a> {
    /// Whether UIDs are asked for, and not message numbers.
    pub uid: bool,
    /// `RETURN (…)`: what is asked for, to be answered with ESEARCH. `None` is
    /// a SEARCH without it; an empty list means `ALL`.
    pub returns: Option<&'a [SearchReturn]>,
    /// What else extensions ask for in `RETURN (…)`.
    pub modifiers: &'a [Modifier<'a>],
    /// The charset of the strings in `keys`; without it, US-ASCII in IMAP4rev1
    /// and UTF-8 in IMAP4rev2.
    pub charset: Option<AString<'a>>,
    /// What a message must be, all of it.
    pub keys: NonEmpty<'a, SearchKey<'a>>,
}

/// `search-key`: what a message must be to be found.
///
/// Strings match anywhere in what they are looked for in, whatever their case.
/// Trees are at most [`MAX_DEPTH`](crate::MAX_DEPTH) deep when parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchKey<'a> {
    /// All messages.
    All,
    /// With `\Answered`.
    Answered,
    /// With this in the Bcc field.
    Bcc(AString<'a>),
    /// With an internal date before this day.
    Before(Date),
    /// With this in the body.
    Body(AString<'a>),
    /// With this in the Cc field.
    Cc(AString<'a>),
    /// With `\Deleted`.
    Deleted,
    /// With `\Draft`.
    Draft,
    /// With `\Flagged`.
    Flagged,
    /// With this in the From field.
    From(AString<'a>),
    /// With a header field of this name that has this in it; the empty string
    /// is in every field.
    Header(AString<'a>, AString<'a>),
    /// With this keyword.
    Keyword(Atom<'a>),
    /// With more octets than this.
    Larger(u64),
    /// `NEW` (RFC 3501): recent and not seen.
    New,
    /// All but those of this key.
    Not(&'a SearchKey<'a>),
    /// `OLD` (RFC 3501): not recent.
    Old,
    /// With an internal date on this day.
    On(Date),
    /// Those of either key.
    Or(&'a SearchKey<'a>, &'a SearchKey<'a>),
    /// `RECENT` (RFC 3501): with `\Recent`.
    Recent,
    /// With `\Seen`.
    Seen,
    /// With a Date field before this day.
    SentBefore(Date),
    /// With a Date field on this day.
    SentOn(Date),
    /// With a Date field on this day or later.
    SentSince(Date),
    /// With an internal date on this day or later.
    Since(Date),
    /// With fewer octets than this.
    Smaller(u64),
    /// With this in the Subject field.
    Subject(AString<'a>),
    /// With this in the header or the body.
    Text(AString<'a>),
    /// With this in the To field.
    To(AString<'a>),
    /// With one of these UIDs.
    Uid(SequenceSet<'a>),
    /// Without `\Answered`.
    Unanswered,
    /// Without `\Deleted`.
    Undeleted,
    /// Without `\Draft`.
    Undraft,
    /// Without `\Flagged`.
    Unflagged,
    /// Without this keyword.
    Unkeyword(Atom<'a>),
    /// Without `\Seen`.
    Unseen,
    /// With one of these message numbers.
    Messages(SequenceSet<'a>),
    /// `(…)`: those of all these keys.
    And(NonEmpty<'a, SearchKey<'a>>),
}

impl<'a> Search<'a> {
    /// SEARCH for message numbers, to be answered with SEARCH.
    #[must_use]
    pub const fn new(keys: NonEmpty<'a, SearchKey<'a>>) -> Self {
        Self { uid: false, returns: None, modifiers: &[], charset: None, keys }
    }
}

impl Search<'_> {
    /// What it says that IMAP4rev1 does not have.
    pub(crate) fn needs(&self) -> CapabilitySet {
        let returns = match self.returns {
            Some(returns) => returns
                .iter()
                .map(|option| option.needs())
                .fold(CapabilitySet::ESEARCH, CapabilitySet::and),
            None => CapabilitySet::NONE,
        };
        returns.and(self.keys.iter().map(SearchKey::needs).collect())
    }

    /// Writes what comes after the name.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        encode_returns(self.returns, self.modifiers, out);
        out.put_u8(b' ');
        if let Some(charset) = self.charset {
            out.put_slice(b"CHARSET ");
            charset.encode(style, out);
            out.put_u8(b' ');
        }
        encode_separated(&self.keys, out, |key, out| key.encode(style, out));
    }
}

impl SearchKey<'_> {
    /// What a client needs that searches for it. As deep as keys nest, which is bounded where
    /// they are parsed.
    fn needs(&self) -> CapabilitySet {
        match self {
            Self::Messages(set) | Self::Uid(set) => set.needs(),
            Self::Not(key) => key.needs(),
            Self::Or(one, other) => one.needs().and(other.needs()),
            Self::And(keys) => keys.iter().map(Self::needs).collect(),
            Self::All
            | Self::Answered
            | Self::Bcc(_)
            | Self::Before(_)
            | Self::Body(_)
            | Self::Cc(_)
            | Self::Deleted
            | Self::Draft
            | Self::Flagged
            | Self::From(_)
            | Self::Header(..)
            | Self::Keyword(_)
            | Self::Larger(_)
            | Self::New
            | Self::Old
            | Self::On(_)
            | Self::Recent
            | Self::Seen
            | Self::SentBefore(_)
            | Self::SentOn(_)
            | Self::SentSince(_)
            | Self::Since(_)
            | Self::Smaller(_)
            | Self::Subject(_)
            | Self::Text(_)
            | Self::To(_)
            | Self::Unanswered
            | Self::Undeleted
            | Self::Undraft
            | Self::Unflagged
            | Self::Unkeyword(_)
            | Self::Unseen => CapabilitySet::NONE,
        }
    }

    /// Writes it. The depth of what was not parsed is the caller's care.
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        let name = |name: Keyword, out: &mut BytesMut| {
            name.encode(out);
            out.put_u8(b' ');
        };
        let string = |key: Keyword, string: AString<'_>, out: &mut BytesMut| {
            name(key, out);
            string.encode(style, out);
        };
        let day = |key: Keyword, date: Date, out: &mut BytesMut| {
            name(key, out);
            date.encode(out);
        };
        match self {
            Self::All => ALL.encode(out),
            Self::Answered => ANSWERED.encode(out),
            Self::Bcc(text) => string(BCC, text, out),
            Self::Before(date) => day(BEFORE, date, out),
            Self::Body(text) => string(BODY, text, out),
            Self::Cc(text) => string(CC, text, out),
            Self::Deleted => DELETED.encode(out),
            Self::Draft => DRAFT.encode(out),
            Self::Flagged => FLAGGED.encode(out),
            Self::From(text) => string(FROM, text, out),
            Self::Header(field, text) => {
                string(HEADER, field, out);
                out.put_u8(b' ');
                text.encode(style, out);
            }
            Self::Keyword(keyword) => {
                name(KEYWORD, out);
                keyword.encode(out);
            }
            Self::Larger(octets) => {
                name(LARGER, out);
                decimal(octets, out);
            }
            Self::New => NEW.encode(out),
            Self::Not(key) => {
                name(NOT, out);
                key.encode(style, out);
            }
            Self::Old => OLD.encode(out),
            Self::On(date) => day(ON, date, out),
            Self::Or(one, other) => {
                name(OR, out);
                one.encode(style, out);
                out.put_u8(b' ');
                other.encode(style, out);
            }
            Self::Recent => RECENT.encode(out),
            Self::Seen => SEEN.encode(out),
            Self::SentBefore(date) => day(SENTBEFORE, date, out),
            Self::SentOn(date) => day(SENTON, date, out),
            Self::SentSince(date) => day(SENTSINCE, date, out),
            Self::Since(date) => day(SINCE, date, out),
            Self::Smaller(octets) => {
                name(SMALLER, out);
                decimal(octets, out);
            }
            Self::Subject(text) => string(SUBJECT, text, out),
            Self::Text(text) => string(TEXT, text, out),
            Self::To(text) => string(TO, text, out),
            Self::Uid(uids) => {
                name(UID, out);
                uids.encode(out);
            }
            Self::Unanswered => UNANSWERED.encode(out),
            Self::Undeleted => UNDELETED.encode(out),
            Self::Undraft => UNDRAFT.encode(out),
            Self::Unflagged => UNFLAGGED.encode(out),
            Self::Unkeyword(keyword) => {
                name(UNKEYWORD, out);
                keyword.encode(out);
            }
            Self::Unseen => UNSEEN.encode(out),
            Self::Messages(messages) => messages.encode(out),
            Self::And(keys) => encode_list(&keys, out, |key, out| key.encode(style, out)),
        }
    }
}

/// What comes after `SEARCH`.
///
/// ```abnf
/// search             = "SEARCH" [search-return-opts] SP search-program
/// search-return-opts = SP "RETURN" SP "(" [search-return-opt
///                      *(SP search-return-opt)] ")"
/// search-program     = ["CHARSET" SP charset SP] search-key *(SP search-key)
///                                                          ; RFC 9051 §9
/// ```
pub(crate) fn search<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
    uid: bool,
) -> Parsed<'a, Search<'a>> {
    const RETURN: Keyword = Keyword::new(b"RETURN");
    const CHARSET: Keyword = Keyword::new(b"CHARSET");
    let (mut rest, ()) = reader.space(input)?;
    let (mut returns, mut modifiers) = (None, &[][..]);
    if let Ok((after, RETURN)) = keyword("RETURN")(rest) {
        let (after, options) = search_returns(after, reader)?;
        (returns, modifiers) = (Some(options.0), options.1);
        (rest, ()) = reader.space(after)?;
    }
    let mut charset = None;
    if let Ok((behind, CHARSET)) = keyword("CHARSET")(rest) {
        let (behind, ()) = reader.space(behind)?;
        let (behind, name) = reader.astring(behind)?;
        charset = Some(name);
        (rest, ()) = reader.space(behind)?;
    }
    let (rest, keys) = reader.separated(rest, |input| search_key(input, reader, Depth::TOP))?;
    Ok((rest, Search { uid, returns, modifiers, charset, keys }))
}

/// ```abnf
/// search-key = "ALL" / "ANSWERED" / "BCC" SP astring / "BEFORE" SP date /
///              "BODY" SP astring / "CC" SP astring / "DELETED" / "FLAGGED" /
///              "FROM" SP astring / "KEYWORD" SP flag-keyword / "NEW" / "OLD" /
///              "ON" SP date / "RECENT" / "SEEN" / "SINCE" SP date /
///              "SUBJECT" SP astring / "TEXT" SP astring / "TO" SP astring /
///              "UNANSWERED" / "UNDELETED" / "UNFLAGGED" /
///              "UNKEYWORD" SP flag-keyword / "UNSEEN" / "DRAFT" /
///              "HEADER" SP header-fld-name SP astring / "LARGER" SP number64 /
///              "NOT" SP search-key / "OR" SP search-key SP search-key /
///              "SENTBEFORE" SP date / "SENTON" SP date / "SENTSINCE" SP date /
///              "SMALLER" SP number64 / "UID" SP sequence-set / "UNDRAFT" /
///              sequence-set / "(" search-key *(SP search-key) ")"
///                             ; RFC 9051 §9; NEW, OLD, RECENT: RFC 3501
/// ```
fn search_key<'a>(input: &'a [u8], reader: &Reader<'a>, depth: Depth) -> Parsed<'a, SearchKey<'a>> {
    match input.first() {
        Some(b'0'..=b'9' | b'*' | b'$') => {
            let (rest, messages) = sequence_set(input, reader)?;
            return Ok((rest, SearchKey::Messages(messages)));
        }
        Some(b'(') => {
            let depth = depth.down(input)?;
            let (rest, keys) = reader.list1(input, |input| search_key(input, reader, depth))?;
            return Ok((rest, SearchKey::And(keys)));
        }
        _ => {}
    }
    let string = |input: &'a [u8], key: fn(AString<'a>) -> SearchKey<'a>| {
        let (rest, text) = reader.astring(reader.space(input)?.0)?;
        Ok((rest, key(text)))
    };
    let day = |input: &'a [u8], key: fn(Date) -> SearchKey<'a>| {
        let (rest, date) = date(reader.space(input)?.0)?;
        Ok((rest, key(date)))
    };
    let flag = |input: &'a [u8], key: fn(Atom<'a>) -> SearchKey<'a>| {
        let (rest, keyword) = atom(reader.space(input)?.0)?;
        Ok((rest, key(keyword)))
    };
    let size = |input: &'a [u8], key: fn(u64) -> SearchKey<'a>| {
        let (rest, octets) = number63(reader.space(input)?.0)?;
        Ok((rest, key(octets)))
    };
    let inner = |input: &'a [u8]| {
        let (start, ()) = reader.space(input)?;
        let (rest, key) = search_key(start, reader, depth.down(start)?)?;
        Ok((rest, reader.arena.alloc(key)))
    };
    let (rest, name) = keyword("a search key")(input)?;
    let key = match name {
        ALL => SearchKey::All,
        ANSWERED => SearchKey::Answered,
        BCC => return string(rest, SearchKey::Bcc),
        BEFORE => return day(rest, SearchKey::Before),
        BODY => return string(rest, SearchKey::Body),
        CC => return string(rest, SearchKey::Cc),
        DELETED => SearchKey::Deleted,
        DRAFT => SearchKey::Draft,
        FLAGGED => SearchKey::Flagged,
        FROM => return string(rest, SearchKey::From),
        HEADER => {
            let (rest, name) = reader.astring(reader.space(rest)?.0)?;
            let (rest, text) = reader.astring(reader.space(rest)?.0)?;
            return Ok((rest, SearchKey::Header(name, text)));
        }
        KEYWORD => return flag(rest, SearchKey::Keyword),
        LARGER => return size(rest, SearchKey::Larger),
        NEW => SearchKey::New,
        NOT => {
            let (rest, key) = inner(rest)?;
            return Ok((rest, SearchKey::Not(key)));
        }
        OLD => SearchKey::Old,
        ON => return day(rest, SearchKey::On),
        OR => {
            let (rest, one) = inner(rest)?;
            let (rest, other) = inner(rest)?;
            return Ok((rest, SearchKey::Or(one, other)));
        }
        RECENT => SearchKey::Recent,
        SEEN => SearchKey::Seen,
        SENTBEFORE => return day(rest, SearchKey::SentBefore),
        SENTON => return day(rest, SearchKey::SentOn),
        SENTSINCE => return day(rest, SearchKey::SentSince),
        SINCE => return day(rest, SearchKey::Since),
        SMALLER => return size(rest, SearchKey::Smaller),
        SUBJECT => return string(rest, SearchKey::Subject),
        TEXT => return string(rest, SearchKey::Text),
        TO => return string(rest, SearchKey::To),
        UID => {
            let (rest, uids) = sequence_set(reader.space(rest)?.0, reader)?;
            return Ok((rest, SearchKey::Uid(uids)));
        }
        UNANSWERED => SearchKey::Unanswered,
        UNDELETED => SearchKey::Undeleted,
        UNDRAFT => SearchKey::Undraft,
        UNFLAGGED => SearchKey::Unflagged,
        UNKEYWORD => return flag(rest, SearchKey::Unkeyword),
        UNSEEN => SearchKey::Unseen,
        _ => return fail(input, "a search key"),
    };
    Ok((rest, key))
}
