//! The parameters that have no field of their own.

use core::fmt;
use core::hash::{Hash, Hasher};

use mail_wire::SyntaxError;

use super::{Parameter, Parameters};

/// Parameters of MAIL or RCPT that this crate does not know. As in [`Parameters`], one may stand
/// there twice.
///
/// Those of MAIL that it knows, but that are seldom said, are kept along with them: see
/// [`MailParameters`](crate::MailParameters).
#[derive(Clone, Copy)]
pub struct OtherParameters<'a> {
    /// All of them, for they need not stand together: those with fields are passed over.
    all: Parameters<'a>,
    place: fn(&str) -> Place,
}

/// Where a parameter is kept, by its keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a field of its own.
    Field,
    /// Here, though it is known: it is seldom said.
    Seldom,
    /// Here, as what is not known.
    Other,
}

impl<'a> OtherParameters<'a> {
    /// No parameters.
    pub const NONE: Self = Self { all: Parameters::NONE, place: |_| Place::Other };

    /// Those of `all` that have no field.
    pub(crate) const fn received(all: Parameters<'a>, place: fn(&str) -> Place) -> Self {
        Self { all, place }
    }

    /// Takes parameters where none has a field.
    pub(crate) fn without_fields(
        all: Parameters<'a>,
        place: fn(&str) -> Place,
    ) -> Result<Self, SyntaxError> {
        if all.iter().any(|parameter| place(parameter.keyword) == Place::Field) {
            return Err(SyntaxError {
                offset: 0,
                expected: "parameters without a field of their own",
            });
        }
        Ok(Self { all, place })
    }

    /// The parameters one by one.
    pub fn iter(self) -> impl Iterator<Item = Parameter<'a>> {
        self.all.iter().filter(move |parameter| (self.place)(parameter.keyword) == Place::Other)
    }

    /// Those that are known, but have no field.
    pub(crate) fn seldom(self) -> impl Iterator<Item = Parameter<'a>> {
        self.all.iter().filter(move |parameter| (self.place)(parameter.keyword) == Place::Seldom)
    }

    /// All that have no field.
    pub(crate) fn kept(self) -> impl Iterator<Item = Parameter<'a>> {
        self.all.iter().filter(move |parameter| (self.place)(parameter.keyword) != Place::Field)
    }

    /// Whether there are none that are not known.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }
}

impl Default for OtherParameters<'_> {
    fn default() -> Self {
        Self::NONE
    }
}

impl PartialEq for OtherParameters<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.kept().eq(other.kept())
    }
}

impl Eq for OtherParameters<'_> {}

impl Hash for OtherParameters<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kept().for_each(|parameter| parameter.hash(state));
    }
}

impl fmt::Debug for OtherParameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kept()).finish()
    }
}
