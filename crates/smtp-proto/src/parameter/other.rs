//! The parameters that this crate does not know.

use core::fmt;
use core::hash::{Hash, Hasher};

use mail_wire::SyntaxError;

use super::{Parameter, Parameters};

/// Parameters of MAIL or RCPT that have no field of their own. As in [`Parameters`], one that is
/// not known may stand there twice; those with a field never do.
#[derive(Clone, Copy)]
pub struct OtherParameters<'a> {
    /// All of them, for they need not stand together: those with fields are passed over.
    all: Parameters<'a>,
    has_field: fn(&str) -> bool,
}

impl<'a> OtherParameters<'a> {
    /// No parameters.
    pub const NONE: Self = Self { all: Parameters::NONE, has_field: |_| false };

    /// Those of `all` that have no field.
    pub(crate) const fn received(all: Parameters<'a>, has_field: fn(&str) -> bool) -> Self {
        Self { all, has_field }
    }

    /// Takes parameters where none has a field.
    pub(crate) fn unknown(
        all: Parameters<'a>,
        has_field: fn(&str) -> bool,
    ) -> Result<Self, SyntaxError> {
        if all.iter().any(|parameter| has_field(parameter.keyword)) {
            return Err(SyntaxError {
                offset: 0,
                expected: "parameters without a field of their own",
            });
        }
        Ok(Self { all, has_field })
    }

    /// The parameters one by one.
    pub fn iter(self) -> impl Iterator<Item = Parameter<'a>> {
        self.all.iter().filter(move |parameter| !(self.has_field)(parameter.keyword))
    }

    /// Whether there are none.
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
        self.iter().eq(other.iter())
    }
}

impl Eq for OtherParameters<'_> {}

impl Hash for OtherParameters<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|parameter| parameter.hash(state));
    }
}

impl fmt::Debug for OtherParameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
