//! The benches are in `benches/`; `README.md` tells how to run them and what
//! they measured.
