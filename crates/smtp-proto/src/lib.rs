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
//! /// Serves one connection, and hands each message and its recipients to `deliver`.
//! fn serve(
//!     stream: &mut (impl Read + Write),
//!     config: Arc<Config>,
//!     mut deliver: impl FnMut(&[String], &[u8]) -> io::Result<()>,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
//!     let mut smtp = Session::new(config, Channel::Clear, &mut out);
//!     let (mut recipients, mut message) = (Vec::new(), Vec::new());
//!     loop {
//!         stream.write_all(&out)?;
//!         out.clear();
//!         let n = stream.read(buffer.space()?)?;
//!         if n == 0 {
//!             return Ok(smtp.eof()?);
//!         }
//!         buffer.received(n);
//!         let mut input = buffer.filled();
//!         loop {
//!             match smtp.receive(&mut input, &mut out) {
//!                 Ok(Event::NeedInput) => break,
//!                 Ok(Event::Mail(_, ticket)) => {
//!                     (recipients, message) = (Vec::new(), Vec::new());
//!                     smtp.accept(ticket, &mut out)?;
//!                 }
//!                 Ok(Event::Rcpt(rcpt, ticket)) => match rcpt.to.mailbox() {
//!                     Some(to) if !to.domain().as_str().eq_ignore_ascii_case("example.org") => {
//!                         smtp.reject(ticket, Rejection::RELAY_DENIED, &mut out)?;
//!                     }
//!                     to => {
//!                         recipients.push(to.map_or("postmaster".into(), |to| to.to_string()));
//!                         smtp.accept(ticket, &mut out)?;
//!                     }
//!                 },
//!                 Ok(Event::Data(ticket)) => smtp.accept(ticket, &mut out)?,
//!                 Ok(Event::Body(piece)) => message.extend_from_slice(piece),
//!                 Ok(Event::BodyEnd(ticket)) => match deliver(&recipients, &message) {
//!                     Ok(()) => smtp.accept(ticket, &mut out)?,
//!                     Err(_) => smtp.reject(ticket, Rejection::LOCAL_ERROR, &mut out)?,
//!                 },
//!                 Ok(Event::Closed) => return Ok(stream.write_all(&out)?),
//!                 Ok(other) => smtp.decline(other, &mut out)?,
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
//!
//! let mut config = Config::new("mx.example.org")?;
//! config.max_message_size = Some(10 << 20); // `message` is held in memory
//! # config.starttls = true;
//! # let config = Arc::new(config);
//! # struct Pipe(io::Cursor<Vec<u8>>, Vec<u8>);
//! # impl Read for Pipe { fn read(&mut self, b: &mut [u8]) -> io::Result<usize> { self.0.read(b) } }
//! # impl Write for Pipe {
//! #     fn write(&mut self, b: &[u8]) -> io::Result<usize> { self.1.write(b) }
//! #     fn flush(&mut self) -> io::Result<()> { Ok(()) }
//! # }
//! # let pipe = |input: &str| Pipe(io::Cursor::new(input.into()), Vec::new());
//! # let envelope = "MAIL FROM:<a@b>\r\nRCPT TO:<x@Example.org>\r\nRCPT TO:<Postmaster>\r\n";
//! # let mail = format!("EHLO c\r\n{envelope}RCPT TO:<x@y>\r\nDATA\r\nhi\r\n.\r\n");
//! # let mut mails = Vec::new();
//! # let mut stream = pipe(&format!("{mail}{mail}QUIT\r\n"));
//! # serve(&mut stream, config.clone(), |to, m| Ok(mails.push((to.to_vec(), m.to_vec())))).unwrap();
//! # let expected = (vec!["x@Example.org".to_owned(), "postmaster".to_owned()], b"hi\r\n".to_vec());
//! # assert_eq!(mails, [expected.clone(), expected]);
//! # assert!(stream.1.ends_with(b"221 2.0.0 Bye\r\n"));
//! # let mut stream = pipe(&mail);
//! # serve(&mut stream, config.clone(), |_, _| Err(io::ErrorKind::StorageFull.into())).unwrap();
//! # assert!(stream.1.ends_with(b"451 4.3.0 Local error, try again later\r\n"));
//! # let mut stream = pipe("EHLO c\r\nSTARTTLS\r\nNOOP\r\n");
//! # assert!(serve(&mut stream, config.clone(), |_, _| Ok(())).is_err());
//! # assert!(stream.1.ends_with(b"554 5.5.1 Nothing may be sent behind STARTTLS\r\n"));
//! # let mut stream = pipe(mail.strip_suffix(".\r\n").unwrap());
//! # assert!(serve(&mut stream, config, |_, _| panic!("it is not whole")).is_err());
//! # Ok::<(), smtp_proto::SyntaxError>(())
//! ```
//!
//! # A client's half of the syntax
//!
//! ```
//! use smtp_proto::{BytesMut, Command, Extension, Hostname, Reply, ReplyFramer};
//!
//! let mut out = BytesMut::new();
//! Command::Ehlo(Hostname::parse("client.example.org")?).encode(&mut out);
//! assert_eq!(&out[..], b"EHLO client.example.org\r\n");
//!
//! let received = b"250-mx.example.org\r\n250-PIPELINING\r\n250 SIZE 1000\r\n";
//! let mut framer = ReplyFramer::new(65_536);
//! let length = framer.next(received)?.expect("the reply is whole");
//! let reply = Reply::parse(&received[..length])?;
//! assert!(reply.code().is_completion());
//! let offered: Vec<Extension> = reply.lines().iter().skip(1).flat_map(Extension::parse).collect();
//! assert_eq!(offered, [Extension::Pipelining, Extension::Size(Some(1000))]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! | wire | type |
//! |---|---|
//! | commands | [`Command`], [`Mail`], [`Rcpt`], [`Auth`], [`Query`] |
//! | addresses and names | [`ReversePath`], [`ForwardPath`], [`Mailbox`], [`Domain`], [`Hostname`] |
//! | parameters of MAIL and RCPT | [`MailParameters`], [`Parameters`] |
//! | replies | [`Reply`], [`ReplyCode`], [`EnhancedCode`], [`ReplyFramer`] |
//! | the answer to EHLO | [`Extension`] |
//! | the server's session | [`server::Session`], [`server::Event`], [`server::Config`] |

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod address;
mod argument;
mod code;
mod command;
mod domain;
mod extension;
mod parameter;
mod reply;
pub mod server;
mod text;
mod tolerance;

pub use address::{ForwardPath, LOCAL_PART_LIMIT, LocalPart, Mailbox, PATH_LIMIT, ReversePath};
pub use argument::{Argument, Query};
pub use bytes::BytesMut;
pub use code::{EnhancedCode, ReplyCode};
pub use command::{Auth, Command, CommandError, Mail, Mechanism, Obsolete, Rcpt};
pub use domain::{DOMAIN_LIMIT, Domain, Host, Hostname};
pub use extension::{Extension, Mechanisms, OtherExtension};
pub use mail_wire::{Base64, BodyPolicy, BufferFull, ReceiveBuffer, SyntaxError, Ticket};
pub use parameter::{Body, MailParameters, OtherParameters, Parameter, Parameters, Xtext};
pub use reply::{Reply, ReplyFramer, ReplyFramingError, ReplyLines};
pub use text::{Text, UnfitText};
pub use tolerance::Tolerance;
