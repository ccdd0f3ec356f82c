//! What a server forgives its clients.

/// What a server takes from a client although no RFC allows it. Nothing, unless
/// it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tolerance {
    /// A command line may end with LF without a CR.
    pub bare_lf: bool,
    /// There may be several spaces before an argument, and spaces at the end of
    /// a line. (Spaces in a password are always part of it.)
    pub extra_spaces: bool,
    /// Names and passwords may be other than US-ASCII where the server does not
    /// offer `UTF8 USER` (RFC 6856 §2.2). Names must be UTF-8 still.
    pub eight_bit_credentials: bool,
}

impl Tolerance {
    /// Nothing.
    pub const STRICT: Self =
        Self { bare_lf: false, extra_spaces: false, eight_bit_credentials: false };
    /// For a server on the Internet: what clients get wrong without meaning harm, and never what
    /// two servers could read differently, as a bare LF is.
    pub const PUBLIC: Self =
        Self { bare_lf: false, extra_spaces: true, eight_bit_credentials: true };
    /// Everything.
    pub const LENIENT: Self =
        Self { bare_lf: true, extra_spaces: true, eight_bit_credentials: true };
}
