//! The protocol crates wired to std sockets.
