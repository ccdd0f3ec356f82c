//! SASL, as the mail protocols carry it (RFC 4422).

mod base64;
mod exchange;
mod mechanism;
mod offered;

pub use base64::{Base64, encode_base64};
pub use exchange::{Auth, ClientLine, auth, encode_challenge};
pub use mechanism::{Mechanism, MechanismName, mechanism};
pub use offered::{Mechanisms, OfferedMechanisms};
