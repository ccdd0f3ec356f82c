//! IMAP4rev2 (RFC 9051) and IMAP4rev1 (RFC 3501), without I/O: typed commands
//! and responses, parsed zero-copy and encoded, and the session state machines.
//!
//! Everything parsed is plain data that borrows from the input and from an
//! [`Arena`], and is `Copy`. The same types are parsed and encoded.
//!
//! | wire | type |
//! |---|---|
//! | what a client sends, and where it ends | [`Command`], [`CommandFramer`] |
//! | what a server sends, and where it ends | [`Response`], [`ResponseFramer`] |
//! | what is told of a message | [`FetchData`], [`Envelope`], [`BodyStructure`] |
//! | atoms, strings, literals | [`Atom`], [`AString`], [`IString`], [`LiteralHead`] |
//! | the server's session | [`server::Session`], [`server::Event`], [`server::Config`] |
//!
//! # A server
//! [`server::Session`] takes what a client sends and says what it wants; it
//! writes what the client is to get. It does no I/O: this serves any blocking
//! stream, and the same loop is written with `.await` or in an event loop.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::num::NonZeroU32;
//! use imap_proto::{
//!     Arena, Body, BytesMut, Command, CommandKind, Data, Delimiter, Fetch, FetchData, FetchItem,
//!     Flag, Listed, Mailbox, ReceiveBuffer, Ticket,
//! };
//! use imap_proto::server::{Channel, Config, Event, Rejection, Selected, Session, request};
//!
//! type Failure = Box<dyn std::error::Error>;
//!
//! const INBOX: Listed<'static> = Listed {
//!     attributes: &[],
//!     delimiter: Delimiter::new(b'/'),
//!     mailbox: Mailbox::INBOX,
//!     extended: &[],
//! };
//!
//! /// Serves one connection, inside TLS from its first octet.
//! fn serve(mut tls: impl Read + Write, inbox: &mut Vec<Vec<u8>>) -> Result<(), Failure> {
//!     let mut config = Config::default();
//!     config.limits.message = 10 << 20; // `message` is held in memory
//!     let mut buffer = ReceiveBuffer::with_limit(config.limits.buffer());
//!     let (mut arena, mut out, mut message) = (Arena::new(), BytesMut::new(), Vec::new());
//!     let mut imap = Session::new(config.into(), Channel::Tls, &mut out);
//!     loop {
//!         tls.write_all(&out)?;
//!         out.clear();
//!         let n = tls.read(buffer.space()?)?;
//!         if n == 0 {
//!             return Ok(imap.eof()?); // an error where that cut something off
//!         }
//!         buffer.received(n);
//!         let mut input = buffer.filled();
//!         loop {
//!             if out.len() > 1 << 16 { // one read may hold many commands
//!                 tls.write_all(&out)?;
//!                 out.clear();
//!             }
//!             match imap.receive(&mut input, &arena, &mut out) {
//!                 Ok(Event::NeedInput) => break,
//!                 Ok(Event::Command(command, ticket)) => {
//!                     carry_out(&mut imap, command, ticket, inbox, &mut out)?;
//!                 }
//!                 Ok(Event::Select(select, ticket)) if select.mailbox.is_inbox() => {
//!                     let messages = u32::try_from(inbox.len())?;
//!                     let next = NonZeroU32::MIN.saturating_add(messages);
//!                     let mut selected = Selected::new(INBOX, messages, next, NonZeroU32::MIN);
//!                     selected.read_only = true; // STORE and EXPUNGE are not served here
//!                     imap.select(ticket, &selected, &mut out)?;
//!                 }
//!                 Ok(Event::Append(append, ticket)) if append.mailbox.is_inbox() => {
//!                     imap.accept(ticket, &mut out)?;
//!                 }
//!                 Ok(Event::Body(piece)) => message.extend_from_slice(piece),
//!                 Ok(Event::BodyCancelled) => message.clear(),
//!                 Ok(Event::BodyEnd(ticket)) => {
//!                     inbox.push(std::mem::take(&mut message));
//!                     if imap.state().is_selected() {
//!                         imap.data(&Data::Exists(inbox.len().try_into()?), &mut out)?;
//!                     }
//!                     imap.accept(ticket, &mut out)?;
//!                 }
//!                 Ok(Event::Closed) => return Ok(tls.write_all(&out)?),
//!                 Ok(other) => imap.decline(other, &mut out)?,
//!                 Err(error) => {
//!                     tls.write_all(&out)?;
//!                     return Err(error.into());
//!                 }
//!             }
//!             arena.reset(); // the event is gone
//!         }
//!         let unread = input.len();
//!         buffer.keep_last(unread);
//!     }
//! }
//!
//! fn carry_out(
//!     imap: &mut Session,
//!     command: Command<'_>,
//!     ticket: Ticket<request::Command>,
//!     inbox: &[Vec<u8>],
//!     out: &mut BytesMut,
//! ) -> Result<(), Failure> {
//!     match command.kind {
//!         CommandKind::Login { password, .. } if password.reveal() == b"secret" => {}
//!         CommandKind::Login { .. } => {
//!             return Ok(imap.reject(ticket, Rejection::AUTHENTICATION_FAILED, out)?);
//!         }
//!         CommandKind::List(list) => {
//!             let delimiter = INBOX.delimiter;
//!             if list.patterns.iter().any(|p| p.matches(list.reference, INBOX.mailbox, delimiter)) {
//!                 imap.data(&Data::List(INBOX), out)?;
//!             }
//!         }
//!         CommandKind::Fetch(fetch) => {
//!             // The UID of a message is its number here: none is ever expunged.
//!             let messages = u32::try_from(inbox.len())?;
//!             for (number, message) in (1..).zip(inbox) {
//!                 if fetch.messages.contains(number, messages) == Some(true) {
//!                     tell(imap, &fetch, number.try_into()?, message, out)?;
//!                 }
//!             }
//!         }
//!         CommandKind::Noop | CommandKind::Close => {}
//!         _ => return Ok(imap.reject(ticket, Rejection::NOT_SUPPORTED, out)?),
//!     }
//!     Ok(imap.accept(ticket, out)?)
//! }
//!
//! /// Tells what is asked of one message.
//! fn tell(
//!     imap: &mut Session,
//!     asked: &Fetch<'_>,
//!     number: NonZeroU32,
//!     message: &[u8],
//!     out: &mut BytesMut,
//! ) -> Result<(), Failure> {
//!     let mut fetch = imap.fetch(number, out)?;
//!     if asked.uid {
//!         fetch.item(&FetchData::Uid(number), out)?;
//!     }
//!     for &item in asked.items.items() {
//!         match item {
//!             FetchItem::Flags => fetch.item(&FetchData::Flags(&[Flag::Seen]), out)?,
//!             FetchItem::Uid if !asked.uid => fetch.item(&FetchData::Uid(number), out)?,
//!             FetchItem::Rfc822Size => {
//!                 fetch.item(&FetchData::Rfc822Size(message.len().try_into()?), out)?;
//!             }
//!             FetchItem::BodySection { section: imap_proto::Section::Whole, partial: None, .. } => {
//!                 let body = Body::answering(item).ok_or("BODY[] has octets")?;
//!                 let mut body = fetch.body(body, message.len().try_into()?, out);
//!                 body.write(message, out)?;
//!                 fetch = body.end()?;
//!             }
//!             _ => {} // and the others
//!         }
//!     }
//!     Ok(imap.end_fetch(fetch, out)?)
//! }
//! # struct Script(&'static [u8], Vec<u8>);
//! # impl Read for &mut Script {
//! #     fn read(&mut self, space: &mut [u8]) -> std::io::Result<usize> { self.0.read(space) }
//! # }
//! # impl Write for &mut Script {
//! #     fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> { self.1.write(octets) }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # let mut inbox = Vec::new();
//! # let mut stream = Script(b"a LOGIN alice {6+}\r\nsecret\r\nb APPEND INBOX {4+}\r\nHi\r\n\r\nc SELECT INBOX\r\nd LIST \"\" *\r\ne FETCH 1:* (FLAGS BODY[])\r\nf LOGOUT\r\n", vec![]);
//! # serve(&mut stream, &mut inbox).unwrap();
//! # assert_eq!(inbox, [b"Hi\r\n"]);
//! # assert_eq!(String::from_utf8(stream.1).unwrap(), "\
//! # * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE] IMAP server ready\r\n\
//! # a OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE] done\r\nb OK done\r\n\
//! # * FLAGS ()\r\n* 1 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] UIDs valid\r\n\
//! # * OK [UIDNEXT 2] the next UID\r\n* OK [PERMANENTFLAGS ()] flags that are kept\r\n\
//! # c OK [READ-ONLY] done\r\n* LIST () \"/\" INBOX\r\nd OK done\r\n\
//! # * 1 FETCH (FLAGS (\\Seen) BODY[] {4}\r\nHi\r\n)\r\ne OK done\r\n\
//! # * BYE goodbye\r\nf OK done\r\n");
//! # let mut stream = Script(b"a LOGIN alice secret\r\nb APPEND INBOX {4+}\r\nHi\r\n", vec![]);
//! # assert!(serve(&mut stream, &mut inbox).is_err() && inbox.len() == 1);
//! ```
//!
//! It omits STARTTLS, and shutdown by the server: see [`server`].

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod command;
mod ext;
mod frame;
mod limits;
mod response;
pub mod server;
mod tolerance;
mod value;
mod wire;

pub use bytes::BytesMut;
pub use command::append::Append;
pub use command::create::Create;
pub use command::fetch::{Fetch, FetchItem, FetchItems};
pub use command::list::{List, ListReturn, ListSelect, Lsub};
pub use command::login::Password;
pub use command::search::{Search, SearchKey};
pub use command::select::Select;
pub use command::status::{StatusItem, StatusQuery};
pub use command::store::{Store, StoreAction};
pub use command::{Command, CommandError, CommandKind, parse_tag};
pub use ext::esearch::{ESearch, SearchResult, SearchReturn};
pub use ext::id::IdField;
pub use frame::command::{AnnouncedLiteral, CommandFramer, CommandRule};
pub use frame::response::{ResponseFramer, ResponseRule};
pub use limits::Limits;
pub use mail_wire::{
    Auth, Base64, BufferError, Channel, ClientLine, Direction, Framed, InputLost, LineEnding,
    Mechanism, MechanismName, Mechanisms, OfferedMechanisms, ReceiveBuffer, Secret, SyntaxError,
    Ticket, UnitFramer, Upgrade, WireLine, WireLog, WrongTicket, encode_base64,
};
pub use response::body::Body;
pub use response::code::{Code, CodeText};
pub use response::fetch::{FetchData, FetchResponse};
pub use response::fetch_writer::{BodyError, BodyWriter, FetchWriter};
pub use response::list::{Attribute, ListExtended, Listed};
pub use response::namespace::{Namespace, Namespaces};
pub use response::search::SearchResponse;
pub use response::status::{MailboxStatus, StatusValue};
pub use response::status_line::{Completion, Condition, Notice, Outcome};
pub use response::{Data, Response};
pub use tolerance::Tolerance;
pub use value::address::Address;
pub use value::body_structure::{
    BodyStructure, Content, Disposition, ExtensionTail, MultiExtension, MultiPart, Parameter,
    SingleExtension, SinglePart,
};
pub use value::capability::Capability;
pub use value::date::{Date, DateTime, Month};
pub use value::delimiter::Delimiter;
pub use value::envelope::Envelope;
pub use value::flag::{Flag, PermanentFlag};
pub use value::mailbox::{ListPattern, Mailbox};
pub use value::modified_utf7;
pub use value::modifier::{Modifier, ModifierValue};
pub use value::section::{HeaderList, Part, Partial, Section};
pub use value::sequence::{SeqNumber, SeqRange, SequenceSet, UidRange, UidSet};
pub use wire::{
    AString, Arena, Atom, IString, LiteralHead, LiteralStyle, MAX_DEPTH, MAX_NUMBER64, NString,
    NonEmpty, Raw, Style, Tag, Text,
};
