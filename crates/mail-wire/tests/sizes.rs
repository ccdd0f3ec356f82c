//! What each public type takes of memory.
#![cfg(target_pointer_width = "64")]

use mail_transcript::{Size, assert_sizes};
use mail_wire::{
    Auth, BadCommands, Base64, BodyPolicy, BufferError, Caseless, Channel, ClientLine, CloseReason,
    Desk, Direction, DotStuffer, DotUnstuffer, Farewell, Framed, InFlight, Inbound, InputLost,
    IrregularLineEnding, LineEnding, LineFramer, Mechanism, MechanismName, Mechanisms, Next,
    OfferedMechanisms, OneLine, ReceiveBuffer, Secret, SendPolicy, SyntaxError, Ticket,
    TicketQueue, TlsPolicy, UnitFramer, UnknownCommands, Unstuffed, Upgrade, WireLine, WireLog,
    WrongTicket,
};

/// In octets.
#[rustfmt::skip]
const SIZES: &[Size] = &[
    ("BufferError",                 16, size_of::<BufferError>()),
    ("ReceiveBuffer",               56, size_of::<ReceiveBuffer>()),
    ("Caseless",                    16, size_of::<Caseless>()),
    ("Channel",                      1, size_of::<Channel>()),
    ("TlsPolicy",                    1, size_of::<TlsPolicy>()),
    ("BodyPolicy",                   1, size_of::<BodyPolicy>()),
    ("DotStuffer",                   4, size_of::<DotStuffer>()),
    ("DotUnstuffer",               320, size_of::<DotUnstuffer>()),
    ("IrregularLineEnding",          0, size_of::<IrregularLineEnding>()),
    ("SendPolicy",                   1, size_of::<SendPolicy>()),
    ("Unstuffed",                   24, size_of::<Unstuffed>()),
    ("BadCommands",                  4, size_of::<BadCommands>()),
    ("Farewell",                    16, size_of::<Farewell>()),
    ("CloseReason",                  1, size_of::<CloseReason>()),
    ("InFlight",                    32, size_of::<InFlight<()>>()),
    ("Inbound",                     16, size_of::<Inbound>()),
    ("InputLost",                    8, size_of::<InputLost>()),
    ("SyntaxError",                 24, size_of::<SyntaxError>()),
    ("Auth",                        40, size_of::<Auth>()),
    ("Base64",                      16, size_of::<Base64>()),
    ("ClientLine",                  16, size_of::<ClientLine>()),
    ("Mechanism",                   24, size_of::<Mechanism>()),
    ("MechanismName",               16, size_of::<MechanismName>()),
    ("Mechanisms",                  16, size_of::<Mechanisms>()),
    ("OfferedMechanisms",           24, size_of::<OfferedMechanisms>()),
    ("Secret",                      16, size_of::<Secret>()),
    ("Desk",                        12, size_of::<Desk<()>>()),
    ("Ticket",                       8, size_of::<Ticket<()>>()),
    ("TicketQueue",                 40, size_of::<TicketQueue<()>>()),
    ("Upgrade",                      8, size_of::<Upgrade>()),
    ("WrongTicket",                  0, size_of::<WrongTicket>()),
    ("Framed",                      24, size_of::<Framed>()),
    ("LineEnding",                   1, size_of::<LineEnding>()),
    ("LineFramer",                  40, size_of::<LineFramer>()),
    ("Next",                        16, size_of::<Next<u64>>()),
    ("OneLine",                      0, size_of::<OneLine>()),
    ("UnitFramer",                  40, size_of::<UnitFramer<OneLine>>()),
    ("UnknownCommands",             24, size_of::<UnknownCommands>()),
    ("Direction",                    1, size_of::<Direction>()),
    ("WireLine",                    24, size_of::<WireLine>()),
    ("WireLog",                     16, size_of::<WireLog>()),
    ("TicketQueue",                 40, size_of::<TicketQueue<()>>()),
];

#[test]
fn public_types() {
    let modules = [("", include_str!("../src/lib.rs"))];
    assert_sizes(SIZES, &modules, &["Rule"]);
}
