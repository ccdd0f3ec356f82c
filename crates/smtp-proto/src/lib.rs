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
//!                     Some(to) if !to.domain().is("example.org") => {
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
//!                     Err(_) => smtp.reject(ticket, Rejection::UNAVAILABLE, &mut out)?,
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
//! # assert!(stream.1.ends_with(b"554 5.5.1 Nothing may be sent after STARTTLS\r\n"));
//! # let mut stream = pipe(mail.strip_suffix(".\r\n").unwrap());
//! # assert!(serve(&mut stream, config, |_, _| panic!("it is not whole")).is_err());
//! # Ok::<(), smtp_proto::SyntaxError>(())
//! ```
//!
//! # A client's half of the syntax
//!
//! There is no session for clients yet. What one says and hears is here:
//! ```
//! use std::error::Error;
//! use std::io::{Read, Write};
//! use smtp_proto::{
//!     Auth, Base64, BytesMut, Command, DotStuffer, Extension, ForwardPath, Framed, Hostname, Mail,
//!     MailParameters, Mailbox, Mechanism, Rcpt, RcptParameters, Reply, ReplyFramer, ReversePath,
//!     SendPolicy, Text, encode_base64,
//! };
//!
//! /// Sends a message, whose lines end with CRLF.
//! fn submit(tls: &mut (impl Read + Write), message: &[u8]) -> Result<(), Box<dyn Error>> {
//!     let (mut out, mut unread) = (BytesMut::new(), Vec::new());
//!     expect(220, tls, &mut out, &mut unread)?;
//!
//!     Command::Ehlo(Hostname::parse(b"client.example.org")?).encode(&mut out);
//!     let greeting = expect(250, tls, &mut out, &mut unread)?;
//!     let lines = Reply::parse(&greeting)?.lines();
//!     let plain = lines.iter().skip(1).map(Text::as_bytes).flat_map(Extension::parse).any(
//!         |offered| match offered {
//!             Extension::Auth(mechanisms) => mechanisms.iter().any(|name| name == Mechanism::Plain),
//!             _ => false,
//!         },
//!     );
//!     if plain {
//!         let mut response = BytesMut::new();
//!         encode_base64(b"\0alice\0secret", &mut response);
//!         let initial_response = Some(Base64::parse(&response)?);
//!         Command::Auth(Auth { mechanism: Mechanism::Plain, initial_response }).encode(&mut out);
//!         expect(235, tls, &mut out, &mut unread)?;
//!     }
//!
//!     let from = ReversePath::Mailbox(Mailbox::parse(b"alice@example.org")?);
//!     Command::Mail(Mail { from, parameters: MailParameters::default() }).encode(&mut out);
//!     expect(250, tls, &mut out, &mut unread)?;
//!     let to = ForwardPath::Mailbox(Mailbox::parse(b"bob@example.org")?);
//!     Command::Rcpt(Rcpt { to, parameters: RcptParameters::default() }).encode(&mut out);
//!     expect(250, tls, &mut out, &mut unread)?;
//!
//!     Command::Data.encode(&mut out);
//!     expect(354, tls, &mut out, &mut unread)?;
//!     let mut stuffer = DotStuffer::new(SendPolicy::Reject);
//!     stuffer.push(message, &mut out)?; // or piece by piece
//!     stuffer.finish(&mut out)?;
//!     expect(250, tls, &mut out, &mut unread)?;
//!
//!     Command::Quit.encode(&mut out);
//!     expect(221, tls, &mut out, &mut unread).map(drop)
//! }
//!
//! /// Sends `out`, and waits for a reply of that code.
//! fn expect(
//!     code: u16,
//!     tls: &mut (impl Read + Write),
//!     out: &mut BytesMut,
//!     unread: &mut Vec<u8>,
//! ) -> Result<Vec<u8>, Box<dyn Error>> {
//!     tls.write_all(out)?;
//!     out.clear();
//!     let mut replies = ReplyFramer::new(65_536);
//!     let octets = loop {
//!         let mut input = &unread[..];
//!         match replies.next(&mut input) {
//!             Framed::Whole { octets, .. } => {
//!                 let octets = octets.to_vec();
//!                 unread.drain(..unread.len() - input.len());
//!                 break octets;
//!             }
//!             Framed::NeedInput => {}
//!             _ => return Err("the reply is too long".into()),
//!         }
//!         let mut space = [0; 4096];
//!         match tls.read(&mut space)? {
//!             0 => return Err("the connection broke".into()),
//!             n => unread.extend_from_slice(&space[..n]),
//!         }
//!     };
//!     let reply = Reply::parse(&octets)?;
//!     if reply.code().get() == code { Ok(octets) } else { Err(format!("{reply:?}").into()) }
//! }
//! # /// What the server says, a piece for each read; and what it was told.
//! # struct Both<'a>(Vec<&'a str>, Vec<u8>);
//! # impl Read for Both<'_> {
//! #     fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
//! #         if self.0.is_empty() { return Ok(0) }
//! #         self.0.remove(0).as_bytes().read(to)
//! #     }
//! # }
//! # impl Write for Both<'_> {
//! #     fn write(&mut self, from: &[u8]) -> std::io::Result<usize> { self.1.write(from) }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # let server = vec![
//! #     "220 mx\r\n", "250-mx\r\n250 AUTH LO", "GIN PLAIN\r\n", "235 2.7.0 Welcome\r\n", "250 OK\r\n",
//! #     "250 OK\r\n", "354 Go on\r\n", "250 OK\r\n", "221 Bye\r\n",
//! # ];
//! # let mut both = Both(server.clone(), Vec::new());
//! # submit(&mut both, b"hi\r\n.dot\r\n").unwrap();
//! # let told = "EHLO client.example.org\r\nAUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n\
//! #     MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nhi\r\n..dot\r\n.\r\nQUIT\r\n";
//! # assert_eq!(String::from_utf8_lossy(&both.1), told);
//! # assert!(submit(&mut Both(server[..5].to_vec(), Vec::new()), b"").is_err());
//! ```
//!
//! # Where things are
//!
//! | wire | type |
//! |---|---|
//! | commands | [`Command`], [`Mail`], [`Rcpt`], [`Auth`], [`Query`], [`Etrn`], [`Attributes`], …, [`UnknownCommand`] |
//! | addresses and names | [`ReversePath`], [`ForwardPath`], [`Mailbox`], [`Domain`], [`Hostname`] |
//! | parameters of MAIL and RCPT | [`MailParameters`], [`RcptParameters`], [`Notify`], [`OriginalRecipient`], … |
//! | what is let pass that the grammar does not | [`Tolerance`] |
//! | replies | [`Reply`], [`ReplyCode`], [`EnhancedCode`], [`ReplyFramer`] |
//! | the answer to EHLO | [`Extension`], [`Mechanisms`], [`ServerLimits`], [`Words`] |
//! | reports of delivery and failure | [`Report`], [`ReportedMessage`], [`ReportedRecipient`] |
//! | the exchange of AUTH | [`ClientLine`], [`ServerLine`] |
//! | bodies as they are sent | [`DotStuffer`] |
//! | the server's session | [`server::Session`], [`server::Event`], [`server::Config`] |

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod address;
mod command;
mod config;
mod ext;
mod keywords;
mod name;
mod parameter;
mod protocol;
mod reply;
mod report;
mod scan;
pub mod server;
mod server_line;
mod text;
mod tolerance;
mod verb;

pub use address::{Domain, ForwardPath, Host, Hostname, LocalPart, Mailbox, ReversePath};
pub use bytes::BytesMut;
pub use command::{
    Argument, AttributeValue, Attributes, Burl, Command, CommandError, Domains, Etrn, Mail,
    MailParameters, Obsolete, Query, QueueName, Rcpt, RcptParameters, UnknownCommand,
};
pub use ext::{Extension, OtherExtension, ServerLimits, Words};
pub use mail_wire::{
    Auth, Base64, BodyPolicy, BufferError, Channel, ClientLine, Direction, DotStuffer, Framed,
    InputLost, IrregularLineEnding, LineEnding, Mechanism, MechanismName, Mechanisms,
    OfferedMechanisms, ReceiveBuffer, SendPolicy, SyntaxError, Ticket, Upgrade, WireLine, WireLog,
    WrongTicket, encode_base64,
};
pub use parameter::{
    BodyType, DateTime, DeliverBy, Hold, IfLate, Notify, OriginalRecipient, OtherParameters,
    Parameter, Parameters, Priority, Ret, Solicitation, Tracking, ValidSince, Xtext, encode_xtext,
};
pub use protocol::Protocol;
pub use reply::{EnhancedCode, Reply, ReplyCode, ReplyFramer, ReplyLines, ReplyRule};
pub use report::{Action, Diagnostic, Report, ReportId, ReportedMessage, ReportedRecipient};
pub use server_line::ServerLine;
pub use text::Text;
pub use tolerance::Tolerance;
