//! POP3 (RFC 1939) and its extensions, without I/O: commands and responses,
//! parsed zero-copy and encoded, and the sessions of a server and of a client.
//!
//! # A server
//! [`server::Session`] turns what was read into events, and decisions into what
//! is to be sent. It keeps the three states of RFC 1939, the message numbers
//! and the marks of deletion; who may log in and where messages are kept is the
//! caller's.
//! ```
//! use std::io::{Read, Write};
//! use pop3_proto::server::{Channel, Config, Event, Proof, Rejection, Session};
//! use pop3_proto::{BytesMut, ReceiveBuffer, UniqueId};
//!
//! struct Message { id: UniqueId<'static>, text: &'static [u8] }
//!
//! fn serve(mut stream: impl Read + Write, maildrop: &mut Vec<Message>) -> Result<(), Box<dyn std::error::Error>> {
//!     let mut config = Config::default();
//!     config.plaintext_auth = true;
//!     let (mut buffer, mut out) = (ReceiveBuffer::new(), BytesMut::new());
//!     let mut session = Session::new(config.into(), Channel::Clear, &mut out);
//!     loop {
//!         stream.write_all(&out)?;
//!         out.clear();
//!         let n = stream.read(buffer.space()?)?;
//!         if n == 0 {
//!             return Ok(session.eof()?); // an error, unless QUIT came
//!         }
//!         buffer.received(n);
//!         let mut input = buffer.filled();
//!         loop {
//!             if out.len() > 1 << 16 { // one read may ask for many messages
//!                 stream.write_all(&out)?;
//!                 out.clear();
//!             }
//!             match session.receive(&mut input, &mut out) {
//!                 Ok(Event::NeedInput) => break,
//!                 Ok(Event::Login(login, ticket)) => match login.proof {
//!                     Proof::Password(password) if login.name == "mrose" && password.reveal() == b"secret" => {
//!                         session.open(ticket, maildrop.len(), &mut out)?;
//!                     }
//!                     _ => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, &mut out)?,
//!                 },
//!                 Ok(Event::Sizes(ticket)) => {
//!                     session.sizes(ticket, maildrop.iter().map(|message| message.text.len() as u64), &mut out)?;
//!                 }
//!                 Ok(Event::UniqueIds(ticket)) => {
//!                     session.unique_ids(ticket, maildrop.iter().map(|message| message.id), &mut out)?;
//!                 }
//!                 Ok(Event::Retr(number, ticket) | Event::Top(number, _, ticket)) => {
//!                     let mut body = session.send_message(ticket, &mut out)?;
//!                     body.push(maildrop[number.index()].text, &mut out); // or piece by piece
//!                     session.finish(body, &mut out)?;
//!                 }
//!                 Ok(Event::Update(deleted, ticket)) => {
//!                     for number in deleted.iter().rev() {
//!                         maildrop.remove(number.index());
//!                     }
//!                     session.accept(ticket, &mut out)?;
//!                 }
//!                 Ok(Event::Closed) => return Ok(stream.write_all(&out)?),
//!                 Ok(other) => session.decline(other, &mut out)?,
//!                 Err(error) => {
//!                     stream.write_all(&out)?;
//!                     return Err(error.into());
//!                 }
//!             }
//!         }
//!         let unread = input.len();
//!         buffer.keep_last(unread);
//!     }
//! }
//! # struct Both<'a>(&'a [u8], Vec<u8>);
//! # impl Read for &mut Both<'_> { fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> { self.0.read(to) } }
//! # impl Write for &mut Both<'_> {
//! #     fn write(&mut self, from: &[u8]) -> std::io::Result<usize> { self.1.write(from) }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # let mut stream = Both(b"USER mrose\r\nPASS secret\r\nUIDL\r\nRETR 1\r\nDELE 1\r\nSTAT\r\nQUIT\r\n", vec![]);
//! # let id = |id| UniqueId::new(id).unwrap();
//! # let mut maildrop = vec![Message { id: id("a"), text: b"Hi.\r\n" }, Message { id: id("b"), text: b"Ho!\r\n" }];
//! # serve(&mut stream, &mut maildrop).unwrap();
//! # assert_eq!(maildrop.len(), 1);
//! # let sent = String::from_utf8(stream.1).unwrap();
//! # assert!(sent.contains("\r\n1 a\r\n2 b\r\n.\r\n"), "{sent}");
//! # assert!(sent.contains("\r\nHi.\r\n.\r\n") && sent.contains("\r\n+OK 1 5\r\n"), "{sent}");
//! # let mut stream = Both(b"USER mrose\r\nPASS secret\r\nDELE 1\r\nQUIT", vec![]);
//! # assert!(serve(&mut stream, &mut maildrop).is_err() && maildrop.len() == 1);
//! ```
//!
//! # A client
//! [`client::Session`] writes commands, and turns what was read into their
//! answers: listings entry by entry, messages in pieces as they come. It lets
//! commands be sent ahead where the server takes that, and nothing be sent in
//! clear text that was not allowed. [`client::Opening`] does all up to the open maildrop:
//! STLS, the best login that the server offers.
//! ```
//! use std::io::{Read, Write};
//! use pop3_proto::client::{Answer, Channel, Config, Event, Sent, Session};
//! use pop3_proto::{BytesMut, Command, Name, Password, ReceiveBuffer};
//!
//! fn fetch(mut tls: impl Read + Write) -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
//!     let (name, password) = (Name::new("mrose")?, Password::new(b"secret")?);
//!     let (mut buffer, mut out) = (ReceiveBuffer::new(), BytesMut::new());
//!     let mut pop3 = Session::new(Config::default(), Channel::Tls);
//!     let (mut wanted, mut mail) = (Vec::new(), Vec::<Vec<u8>>::new());
//!     loop {
//!         let mut input = buffer.filled();
//!         loop {
//!             match pop3.receive(&mut input, &mut out)? {
//!                 Event::NeedInput => break,
//!                 Event::Greeting(no) if !no.is_ok() => return Err(no.text.to_string().into()),
//!                 Event::Greeting(_) => pop3.send(Command::User(name), &mut out)?,
//!                 Event::Answer(no) if !no.is_ok() => return Err(no.response.text.to_string().into()),
//!                 Event::Answer(Answer { to: Sent::User, .. }) => pop3.send(Command::Pass(password), &mut out)?,
//!                 Event::Answer(Answer { to: Sent::Pass, .. }) => pop3.send(Command::List(None), &mut out)?,
//!                 Event::Answer(Answer { to: Sent::Retr(_), .. }) => mail.push(Vec::new()),
//!                 Event::Scan(listing) => wanted.push(listing.message),
//!                 Event::Body(piece) => mail.last_mut().ok_or("no RETR")?.extend_from_slice(piece),
//!                 Event::End(_) => match wanted.pop() {
//!                     Some(message) => pop3.send(Command::Retr(message), &mut out)?,
//!                     None => pop3.send(Command::Quit, &mut out)?,
//!                 },
//!                 Event::Closed => return Ok(mail),
//!                 _ => {}
//!             }
//!         }
//!         let unread = input.len();
//!         buffer.keep_last(unread);
//!         tls.write_all(&out)?;
//!         out.clear();
//!         match tls.read(buffer.space()?)? {
//!             0 => pop3.eof()?,
//!             n => buffer.received(n),
//!         }
//!     }
//! }
//! # /// What the server says, a piece for each read; and what it was told.
//! # struct Both<'a>(Vec<&'a str>, Vec<u8>);
//! # impl Read for &mut Both<'_> {
//! #     fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
//! #         if self.0.is_empty() { return Ok(0) }
//! #         self.0.remove(0).as_bytes().read(to)
//! #     }
//! # }
//! # impl Write for &mut Both<'_> {
//! #     fn write(&mut self, from: &[u8]) -> std::io::Result<usize> { self.1.write(from) }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # let list = "+OK\r\n1 5\r\n2 6\r\n.\r\n";
//! # let mail = vec!["+OK\r\n", "+OK\r\n", "+OK\r\n", list, "+OK\r\nb\r\n.\r\n", "+OK\r\n..a\r\n.\r\n", "+OK\r\n"];
//! # let mut stream = Both(mail.clone(), vec![]);
//! # assert_eq!(fetch(&mut stream).unwrap(), [&b"b\r\n"[..], b".a\r\n"]);
//! # assert_eq!(stream.1, b"USER mrose\r\nPASS secret\r\nLIST\r\nRETR 2\r\nRETR 1\r\nQUIT\r\n");
//! # let mut stream = Both(mail[..5].to_vec(), vec![]);
//! # assert!(fetch(&mut stream).is_err(), "the connection broke");
//! # for bad in [&["-ERR too busy\r\n"][..], &["+OK\r\n", "-ERR what?\r\n"]] {
//! #     let no = fetch(&mut Both(bad.to_vec(), vec![])).unwrap_err().to_string();
//! #     assert!(["too busy", "what?"].contains(&no.as_str()), "{no}");
//! # }
//! ```
//!
//! # The syntax
//! | wire | type |
//! |---|---|
//! | what a client sends | [`Command`] |
//! | what a server answers | [`Response`], [`Status`], [`Code`] |
//! | STAT, LIST, UIDL | [`DropListing`], [`ScanListing`], [`UniqueIdListing`] |
//! | CAPA | [`Capability`], [`Mechanisms`], [`Retention`] |
//! | the exchange of AUTH | [`ClientLine`], [`ServerLine`] |
//! | LANG | [`LanguageListing`] |
//! | the server's session | [`server::Session`], [`server::Event`], [`server::Config`] |
//! | the client's session | [`client::Session`], [`client::Event`], [`client::Config`] |
//!
//! Everything parsed is plain data that borrows from the input, and is `Copy`.
//! The same types are parsed and encoded; what would break a line or the framing
//! cannot be built.
//!
//! [`unstuff_line`] reads the lines of a multi-line response where there
//! is no session.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod capability;
pub mod client;
mod code;
mod command;
mod credentials;
mod language;
mod listing;
mod message_number;
mod response;
mod sasl;
mod secrecy;
pub mod server;
mod text;
mod timestamp;
mod tolerance;
mod unique_id;
mod verb;

pub use bytes::BytesMut;
pub use capability::{Capability, Retention};
pub use code::{Code, OtherCode};
pub use command::{Command, UnknownCommand};
pub use credentials::{Digest, Name, Password};
pub use language::{Language, LanguageListing};
pub use listing::{DropListing, ScanListing, UniqueIdListing};
pub use mail_wire::{
    Auth, Base64, BufferError, Caseless, Channel, ClientLine, CloseReason, Direction, InputLost,
    Mechanism, MechanismName, Mechanisms, OfferedMechanisms, ReceiveBuffer, Secret, SyntaxError,
    Ticket, TlsPolicy, Upgrade, WireLine, WireLog, WrongTicket, encode_base64,
};
pub use message_number::MessageNumber;
pub use response::{Response, ResponseBuf, Status, unstuff_line};
pub use sasl::ServerLine;
pub use text::{Text, TextBuf};
pub use timestamp::Timestamp;
pub use tolerance::Tolerance;
pub use unique_id::{UniqueId, UniqueIdBuf};
