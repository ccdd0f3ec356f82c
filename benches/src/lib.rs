//! What the benches measure and what they measure it with.
//!
//! [`corpus`] makes what is read and written, [`work`] does it with our crates, a function a row
//! of the table in `README.md`. The benches in `benches/` time the same beside the peers; the
//! program `instructions` counts its instructions and holds them to `budgets.txt`.

#[cfg(feature = "peers")]
pub mod beside;
pub mod corpus;
pub mod random;
pub mod work;
