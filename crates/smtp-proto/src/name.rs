//! The names of the protocol: verbs, keywords of extensions, parameters.

use mail_wire::parse::Keyword;

/// A name that this crate knows: as it is written, and folded, to be found in any case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    text: &'static str,
    folded: Keyword,
}

impl Name {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, folded: Keyword::new(text.as_bytes()) }
    }

    /// As it is written.
    pub(crate) const fn as_str(self) -> &'static str {
        self.text
    }

    /// Whether it is that word.
    #[inline]
    pub(crate) fn is(self, word: Keyword) -> bool {
        self.folded == word
    }
}
