//! STORE and UID STORE: changing flags.
//!
//! RFC 9051 §6.4.6.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Parsed, fail};

use crate::value::flag::{Flag, encode_flags, flag, flag_list};
use crate::value::modifier::{Modifier, encode_modifiers, modifiers};
use crate::value::sequence::{SequenceSet, sequence_set};
use crate::wire::{Reader, at, keyword};

/// STORE, or UID STORE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Store<'a> {
    /// Whether `messages` are UIDs.
    pub uid: bool,
    /// Whose flags.
    pub messages: SequenceSet<'a>,
    /// What extensions add to it.
    pub modifiers: &'a [Modifier<'a>],
    /// What is done with `flags`.
    pub action: StoreAction,
    /// `.SILENT`: the client does not want to be told the outcome.
    pub silent: bool,
    /// The flags, perhaps none; [`Flag::Recent`] is not to be among them.
    pub flags: &'a [Flag<'a>],
}

/// What STORE does with the flags it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreAction {
    /// `FLAGS`: the messages have these flags and no others.
    Replace,
    /// `+FLAGS`: the messages have these flags too.
    Add,
    /// `-FLAGS`: the messages no longer have these flags.
    Remove,
}

impl<'a> Store<'a> {
    /// STORE, by message numbers, that tells the outcome.
    #[must_use]
    pub const fn new(
        messages: SequenceSet<'a>,
        action: StoreAction,
        flags: &'a [Flag<'a>],
    ) -> Self {
        Self { uid: false, messages, modifiers: &[], action, silent: false, flags }
    }
}

impl Store<'_> {
    /// Writes what comes after the name.
    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b' ');
        self.messages.encode(out);
        encode_modifiers(self.modifiers, out);
        out.put_slice(match self.action {
            StoreAction::Replace => b" FLAGS",
            StoreAction::Add => b" +FLAGS",
            StoreAction::Remove => b" -FLAGS",
        });
        out.put_slice(if self.silent { b".SILENT " } else { b" " });
        encode_flags(self.flags, out);
    }
}

/// What comes after `STORE`.
///
/// ```abnf
/// store           = "STORE" SP sequence-set [store-modifiers] SP store-att-flags
///                                                          ; RFC 4466 §6
/// store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP
///                   (flag-list / (flag *(SP flag)))        ; RFC 9051 §9
/// ```
pub(crate) fn store<'a>(input: &'a [u8], reader: &Reader<'a>, uid: bool) -> Parsed<'a, Store<'a>> {
    const FLAGS: Keyword = Keyword::new(b"FLAGS");
    const FLAGS_SILENT: Keyword = Keyword::new(b"FLAGS.SILENT");
    const ADD: Keyword = Keyword::new(b"+FLAGS");
    const ADD_SILENT: Keyword = Keyword::new(b"+FLAGS.SILENT");
    const REMOVE: Keyword = Keyword::new(b"-FLAGS");
    const REMOVE_SILENT: Keyword = Keyword::new(b"-FLAGS.SILENT");
    let (rest, ()) = reader.space(input)?;
    let (rest, messages) = sequence_set(rest, reader)?;
    let (rest, modifiers) = modifiers(rest, reader)?;
    let (start, ()) = reader.space(rest)?;
    let (rest, name) = keyword("FLAGS, +FLAGS or -FLAGS")(start)?;
    let (action, silent) = match name {
        FLAGS => (StoreAction::Replace, false),
        FLAGS_SILENT => (StoreAction::Replace, true),
        ADD => (StoreAction::Add, false),
        ADD_SILENT => (StoreAction::Add, true),
        REMOVE => (StoreAction::Remove, false),
        REMOVE_SILENT => (StoreAction::Remove, true),
        _ => return fail(start, "FLAGS, +FLAGS or -FLAGS"),
    };
    let (rest, ()) = reader.space(rest)?;
    let (rest, flags) = if at(b'(', rest) {
        flag_list(rest, reader)?
    } else {
        let (rest, flags) = reader.separated(rest, flag)?;
        (rest, flags.as_slice())
    };
    Ok((rest, Store { uid, messages, modifiers, action, silent, flags }))
}
