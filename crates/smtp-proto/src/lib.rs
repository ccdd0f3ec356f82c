//! SMTP (RFC 5321) without I/O: typed commands and replies, parsed zero-copy
//! and encoded, and the sessions of a server and of a client.
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
//! # A client
//!
//! [`client::Opening`] comes from the connection to where mail can be sent: EHLO, STARTTLS, the
//! login. [`client::Transaction`] sends a message to its recipients, and tells what became of it
//! for each of them. Both are machines over [`client::Session`], with which any command can be
//! sent by hand.
//!
//! ```
//! use std::io::{self, Read, Write};
//! use smtp_proto::client::{
//!     Channel, Config, Envelope, Form, Opening, Outcome, Plan, Session, Step, Transaction,
//!     TransactionStep,
//! };
//! use smtp_proto::{BytesMut, Command, ReceiveBuffer};
//!
//! /// Sends a message, whose lines end with CRLF; what became of it, for each recipient.
//! fn submit(
//!     tls: &mut (impl Read + Write),
//!     plan: Plan<'_>,
//!     envelope: Envelope<'_>,
//!     message: &mut impl Read,
//! ) -> Result<Vec<Outcome>, Box<dyn std::error::Error>> {
//!     let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
//!     let mut smtp = Session::new(Config::default(), Channel::Tls);
//!     let mut opening = Opening::new(plan);
//!     loop {
//!         let mut input = buffer.filled();
//!         let opened = match opening.receive(&mut smtp, &mut input, &mut out)? {
//!             Step::NeedInput => false,
//!             Step::Opened(_) => true,
//!             other => return Err(format!("{other:?} was not asked for").into()),
//!         };
//!         let unread = input.len();
//!         buffer.keep_last(unread);
//!         if opened {
//!             break;
//!         }
//!         if !exchange(tls, &mut out, &mut buffer)? {
//!             smtp.eof()?;
//!         }
//!     }
//!     let mut transaction = Transaction::new(&smtp, envelope, Form::best(&smtp))?;
//!     let mut outcomes = vec![Outcome::Unsent; envelope.recipients.len()];
//!     let mut piece = [0; 16_384];
//!     loop {
//!         let mut input = buffer.filled();
//!         let step = transaction.receive(&mut smtp, &mut input, &mut out)?;
//!         let unread = input.len();
//!         buffer.keep_last(unread);
//!         match step {
//!             TransactionStep::NeedInput => {
//!                 // A connection that breaks is an outcome, too.
//!                 if !exchange(tls, &mut out, &mut buffer).unwrap_or(false) {
//!                     let _ = smtp.eof();
//!                 }
//!             }
//!             TransactionStep::Body => {
//!                 if tls.write_all(&out.split()).is_err() {
//!                     let _ = smtp.eof();
//!                     continue;
//!                 }
//!                 match message.read(&mut piece) {
//!                     Ok(n) => transaction.body(&mut smtp, &piece[..n], n == 0, &mut out)?,
//!                     Err(_) => transaction.abandon(&mut smtp),
//!                 }
//!             }
//!             TransactionStep::Recipient { index, outcome } => outcomes[index] = outcome,
//!             TransactionStep::Done => break,
//!             _ => {}
//!         }
//!     }
//!     if smtp.send(Command::Quit, &mut out).is_ok() {
//!         let _ = exchange(tls, &mut out, &mut buffer); // it is sent: what comes of it is all one
//!     }
//!     Ok(outcomes)
//! }
//!
//! /// Sends what was written, and reads what comes; says whether anything did.
//! fn exchange(
//!     tls: &mut (impl Read + Write),
//!     out: &mut BytesMut,
//!     buffer: &mut ReceiveBuffer,
//! ) -> Result<bool, Box<dyn std::error::Error>> {
//!     tls.write_all(&out.split())?;
//!     let n = tls.read(buffer.space()?)?;
//!     buffer.received(n);
//!     Ok(n > 0)
//! }
//! # use smtp_proto::client::Login;
//! # use smtp_proto::{Hostname, Mail, MailParameters, Rcpt};
//! # /// What the server says, a piece for each read; and what it was told.
//! # struct Both<'a>(Vec<&'a str>, Vec<u8>);
//! # impl Read for Both<'_> {
//! #     fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
//! #         if self.0.is_empty() { return Ok(0) }
//! #         self.0.remove(0).as_bytes().read(to)
//! #     }
//! # }
//! # impl Write for Both<'_> {
//! #     fn write(&mut self, from: &[u8]) -> io::Result<usize> { self.1.write(from) }
//! #     fn flush(&mut self) -> io::Result<()> { Ok(()) }
//! # }
//! # let mut plan = Plan::new(Hostname::parse(b"client.example.org").unwrap());
//! # plan.login = Some(Login::new("alice", b"secret"));
//! # let command = |line: &'static str| Command::parse(line.as_bytes()).unwrap();
//! # let Command::Mail(mail) = command("MAIL FROM:<alice@example.org>") else { panic!() };
//! # let Command::Rcpt(bob) = command("RCPT TO:<bob@example.org>") else { panic!() };
//! # let Command::Rcpt(carol) = command("RCPT TO:<carol@example.org>") else { panic!() };
//! # let envelope = Envelope { mail, recipients: &[bob, carol] };
//! # let server = vec![
//! #     "220 mx\r\n", "250-mx\r\n250-PIPELINING\r\n250 AUTH LO", "GIN PLAIN\r\n", "235 2.7.0 Welcome\r\n",
//! #     "250 OK\r\n250 OK\r\n550 who?\r\n354 Go on\r\n", "250 Queued\r\n", "221 Bye\r\n",
//! # ];
//! # let mut both = Both(server.clone(), Vec::new());
//! # let outcomes = submit(&mut both, plan, envelope, &mut &b"hi\r\n.dot\r\n"[..]).unwrap();
//! # let told = "EHLO client.example.org\r\nAUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n\
//! #     MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nRCPT TO:<carol@example.org>\r\nDATA\r\n\
//! #     hi\r\n..dot\r\n.\r\nQUIT\r\n";
//! # assert_eq!(String::from_utf8_lossy(&both.1), told);
//! # assert_eq!(outcomes[0].reply().unwrap().to_string(), "250 Queued");
//! # assert!(outcomes[0].is_accepted() && outcomes[1].is_permanent_failure());
//! # let mut both = Both(server[..5].to_vec(), Vec::new());
//! # let outcomes = submit(&mut both, plan, envelope, &mut &b"hi\r\n"[..]).unwrap();
//! # assert_eq!(outcomes[0], Outcome::Unknown);
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
//! | the client's session | [`client::Session`], [`client::Event`], [`client::Config`] |

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod address;
pub mod client;
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
    Auth, Base64, BodyPolicy, BufferError, Channel, ClientLine, CloseReason, Direction, DotStuffer,
    Framed, InputLost, IrregularLineEnding, LineEnding, Mechanism, MechanismName, Mechanisms,
    OfferedMechanisms, ReceiveBuffer, Secret, SendPolicy, SyntaxError, Ticket, TlsPolicy, Upgrade,
    WireLine, WireLog, WrongTicket, encode_base64,
};
pub use parameter::{
    BodyType, DateTime, DeliverBy, Hold, IfLate, Notify, OriginalRecipient, OtherParameters,
    Parameter, Parameters, Priority, Ret, Solicitation, Tracking, ValidSince, Xtext, encode_xtext,
};
pub use protocol::Protocol;
pub use reply::{EnhancedCode, Reply, ReplyBuf, ReplyCode, ReplyFramer, ReplyLines, ReplyRule};
pub use report::{Action, Diagnostic, Report, ReportId, ReportedMessage, ReportedRecipient};
pub use server_line::ServerLine;
pub use text::Text;
pub use tolerance::Tolerance;
