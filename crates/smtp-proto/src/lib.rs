//! SMTP (RFC 5321) without I/O: typed commands and replies, parsed zero-copy
//! and encoded, and the server's session.
//!
//! Bytes go in, events and bytes come out. The sockets, the threads or tasks,
//! TLS and the storage are yours.
//!
//! # A server
//!
//! ```
//! use std::io::{self, Read, Write};
//! use std::sync::Arc;
//! use smtp_proto::server::{Channel, Config, Event, Rejection, Session};
//! use smtp_proto::{BytesMut, ReceiveBuffer};
//!
//! /// Serves one connection and hands each message to `deliver`.
//! fn serve(
//!     stream: &mut (impl Read + Write),
//!     config: Arc<Config>,
//!     mut deliver: impl FnMut(&[u8]) -> io::Result<()>,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
//!     let mut smtp = Session::new(config, Channel::Clear, &mut out);
//!     let mut message = Vec::new();
//!     loop {
//!         stream.write_all(&out)?;
//!         out.clear();
//!         let n = stream.read(buffer.space()?)?;
//!         buffer.received(n);
//!         let mut input = buffer.filled();
//!         let end = loop {
//!             match smtp.receive(&mut input, &mut out)? {
//!                 Event::NeedInput => break n == 0,
//!                 Event::Hello(_, ticket) => smtp.accept(ticket, &mut out)?,
//!                 Event::Mail(_, ticket) => smtp.accept(ticket, &mut out)?,
//!                 Event::Rcpt(rcpt, ticket) => match rcpt.to.mailbox() {
//!                     Some(to) if to.domain.as_str() == "example.org" => smtp.accept(ticket, &mut out)?,
//!                     _ => smtp.reject(ticket, Rejection::RELAY_DENIED, &mut out)?,
//!                 },
//!                 Event::Data(ticket) => smtp.accept(ticket, &mut out)?,
//!                 Event::Body(piece) => message.extend_from_slice(piece),
//!                 Event::BodyEnd(ticket) => {
//!                     deliver(&message)?;
//!                     message.clear();
//!                     smtp.accept(ticket, &mut out)?;
//!                 }
//!                 Event::Reset => message.clear(),
//!                 Event::Closed => break true,
//!                 other => smtp.decline(other, &mut out)?,
//!             }
//!         };
//!         let unread = input.len();
//!         buffer.keep_last(unread);
//!         if end {
//!             return Ok(stream.write_all(&out)?);
//!         }
//!     }
//! }
//! # struct Pipe(io::Cursor<Vec<u8>>, Vec<u8>);
//! # impl Read for Pipe { fn read(&mut self, b: &mut [u8]) -> io::Result<usize> { self.0.read(b) } }
//! # impl Write for Pipe {
//! #     fn write(&mut self, b: &[u8]) -> io::Result<usize> { self.1.write(b) }
//! #     fn flush(&mut self) -> io::Result<()> { Ok(()) }
//! # }
//! # let input = b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<x@example.org>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n";
//! # let mut pipe = Pipe(io::Cursor::new(input.to_vec()), Vec::new());
//! # let mut mail = Vec::new();
//! # let config = Arc::new(Config::new("mx.example.org").unwrap());
//! # serve(&mut pipe, config, |m| Ok(mail.extend_from_slice(m))).unwrap();
//! # assert_eq!(mail, b"hi\r\n");
//! # assert!(pipe.1.ends_with(b"221 2.0.0 Bye\r\n"));
//! ```
//!
//! # A client's half of the syntax
//!
//! ```
//! use smtp_proto::{BytesMut, Command, Domain, Extension, Reply, ReplyFramer};
//!
//! let mut out = BytesMut::new();
//! Command::Ehlo(Domain::parse("client.example.org")?).encode(&mut out);
//! assert_eq!(&out[..], b"EHLO client.example.org\r\n");
//!
//! let received = b"250-mx.example.org\r\n250-PIPELINING\r\n250 SIZE 1000\r\n";
//! let mut framer = ReplyFramer::new(65_536);
//! let length = framer.next(received)?.expect("the reply is whole");
//! let reply = Reply::parse(&received[..length])?;
//! assert!(reply.code.is_completion());
//! let offered: Vec<Extension> = reply.lines.iter().skip(1).flat_map(Extension::parse).collect();
//! assert_eq!(offered, [Extension::Pipelining, Extension::Size(Some(1000))]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! | wire | type |
//! |---|---|
//! | commands | [`Command`], [`Mail`], [`Rcpt`], [`Auth`] |
//! | addresses | [`ReversePath`], [`ForwardPath`], [`Mailbox`], [`Domain`] |
//! | parameters of MAIL and RCPT | [`MailParameters`], [`Parameters`] |
//! | replies | [`Reply`], [`ReplyCode`], [`EnhancedCode`], [`ReplyFramer`] |
//! | the answer to EHLO | [`Extension`] |
//! | the server's session | [`server::Session`], [`server::Event`], [`server::Config`] |

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod address;
mod command;
mod extension;
mod parameter;
mod reply;
pub mod server;
mod text;
mod tolerance;

pub use address::{
    DOMAIN_LIMIT, Domain, ForwardPath, Host, LOCAL_PART_LIMIT, LocalPart, Mailbox, PATH_LIMIT,
    ReversePath,
};
pub use bytes::BytesMut;
pub use command::{Auth, Command, CommandError, Mail, Mechanism, Rcpt};
pub use extension::{Extension, Mechanisms};
pub use mail_wire::{Base64, BodyPolicy, BufferFull, ReceiveBuffer, SyntaxError, Ticket};
pub use parameter::{Body, MailParameters, Parameter, Parameters, Xtext};
pub use reply::{EnhancedCode, Reply, ReplyCode, ReplyFramer, ReplyFramingError, ReplyLines};
pub use text::{Text, UnfitText};
pub use tolerance::Tolerance;
