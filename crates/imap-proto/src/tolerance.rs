//! What a server lets pass that the grammar does not.

/// Deviations from the grammar that are let pass, each named after what it lets
/// pass. All are off by default: a server that is strict finds its clients'
/// faults early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tolerance {
    /// A line of a client that ends with LF alone. (One that announces a literal
    /// never may.)
    pub bare_lf: bool,
}

impl Tolerance {
    /// Nothing but the grammar.
    pub const STRICT: Self = Self { bare_lf: false };

    /// Everything that this type can name.
    pub const LENIENT: Self = Self { bare_lf: true };
}
