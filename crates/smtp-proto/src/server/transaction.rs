//! What a session keeps of the message that is on its way.

use alloc::boxed::Box;

use mail_wire::TicketQueue;

/// The message that is on its way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Transaction {
    /// How many recipients were accepted and have not been answered for.
    pub(super) recipients: u32,
    /// Its MAIL said SMTPUTF8.
    pub(super) smtputf8: bool,
    /// Its MAIL said BODY=BINARYMIME: only BDAT can bring it.
    pub(super) binary: bool,
    /// How the body comes that is being received.
    pub(super) form: Form,
    /// The driver has no use for its body.
    pub(super) declined: bool,
    /// It was ended by a BDAT that was refused, and more of its chunks may come.
    pub(super) chunk_refused: bool,
}

/// How a body comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// After DATA, with a dot at its end.
    #[default]
    Dots,
    /// In a chunk that is not the last.
    Chunk,
    /// In the last chunk.
    LastChunk,
}

/// What is known of the body that is being received.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Body {
    /// Its octets so far, without stuffed dots.
    pub(super) octets: u64,
    /// Its octets on the wire so far; of a body in chunks, those of the chunk.
    pub(super) wire: u64,
    /// The octets of the chunk that are still to come.
    pub(super) left: u64,
    /// How long it takes, in milliseconds, as far as the session was told.
    pub(super) time: u32,
}

/// RCPTs that were handed to the driver, or answered, while one before them was not answered: each
/// with its reply once it has one.
pub(super) type Ahead = TicketQueue<Box<[u8]>>;

/// What is said of a chunk that is not wanted. It is read past before, for what it holds are no
/// commands, as RFC 3030 §2 asks.
#[derive(Debug)]
pub(super) struct Refusal {
    /// One reply.
    pub(super) words: Box<[u8]>,
    /// How often it is given.
    pub(super) times: u32,
}
