//! A content filter in front of a mail server: it passes on what either side says, whether
//! it knows it or not, and rejects a message that has a certain line.

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, atomic::AtomicBool},
    thread,
};

use clap::Parser;
use mail_examples::{
    client_connection::{ClientConnection, ServerAddress},
    client_tls::{self, Trust},
};
use smtp_proto::{
    BytesMut, Command, Extension, Hostname, ReceiveBuffer, Reply, ReplyBuf, SyntaxError, Text,
    Ticket,
    client::{self, Channel, ClearText, State},
    server::{self, Config, Event, Rejection, UnknownCommands, request},
};

/// Passes SMTP on to a mail server, but no message that has a certain line.
///
/// Both connections are in clear text: it is for one machine.
#[derive(Debug, Parser)]
#[command(name = "filter-proxy", version, max_term_width = 100)]
struct Options {
    /// Where to listen: HOST:PORT
    listen: String,

    /// The mail server behind it: HOST:PORT
    server: ServerAddress,

    /// A message with this line is rejected
    line: String,
}

fn main() -> io::Result<()> {
    let options = Arc::new(Options::parse());
    let listener = TcpListener::bind(&options.listen)?;
    println!("SMTP on {}", listener.local_addr()?);
    loop {
        let (socket, peer) = listener.accept()?;
        let options = Arc::clone(&options);
        thread::spawn(move || {
            if let Err(error) = proxy(socket, &options) {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

/// Serves one client, with one connection to the server behind.
fn proxy(mut front: TcpStream, options: &Options) -> io::Result<()> {
    let (mut back, config) = match Back::connect(options) {
        Ok(back) => back,
        Err(error) => {
            front.write_all(b"421 4.3.2 The mail server is not there, try again later\r\n")?;
            return Err(error);
        }
    };
    let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
    let mut smtp = server::Session::new(Arc::new(config), Channel::Clear, &mut out);
    let mut filter = Filter::new(&options.line);
    loop {
        front.write_all(&out)?;
        out.clear();
        match front.read(buffer.space().map_err(io::Error::other)?)? {
            0 => return smtp.eof().map_err(io::Error::other),
            count => buffer.received(count),
        }
        let mut input = buffer.filled();
        loop {
            let event = smtp.receive(&mut input, &mut out);
            match event.map_err(io::Error::other)? {
                Event::NeedInput => break,
                Event::Closed => return front.write_all(&out),
                Event::Hello(_, ticket) => smtp.accept(ticket, &mut out),
                Event::Mail(mail, ticket) => {
                    pass(&mut smtp, ticket, &back.ask(Command::Mail(mail))?, &mut out)
                }
                Event::Rcpt(rcpt, ticket) => {
                    pass(&mut smtp, ticket, &back.ask(Command::Rcpt(rcpt))?, &mut out)
                }
                Event::Data(ticket) => {
                    filter = Filter::new(&options.line);
                    let reply = back.ask(Command::Data)?;
                    match reply.code().is_intermediate() {
                        true => smtp.accept(ticket, &mut out),
                        false => smtp.reject(ticket, no(&reply), &mut out),
                    }
                }
                Event::Body(piece) => {
                    filter.look_at(piece);
                    back.body(piece)?;
                    Ok(())
                }
                Event::BodyEnd(ticket) if filter.found() => {
                    back.give_up(options)?;
                    smtp.reject(ticket, Rejection::REFUSED, &mut out)
                }
                Event::BodyEnd(ticket) => pass(&mut smtp, ticket, &back.end_body()?, &mut out),
                Event::Reset => {
                    back.give_up(options)?;
                    Ok(())
                }
                Event::Vrfy(query, ticket) => {
                    pass(&mut smtp, ticket, &back.ask(Command::Vrfy(query))?, &mut out)
                }
                Event::Unknown(command, ticket) => {
                    let reply = back.ask(Command::Unknown(command))?;
                    smtp.reply(ticket, reply.as_reply(), &mut out)
                }
                other => smtp.decline(other, &mut out),
            }
            .map_err(io::Error::other)?;
        }
        let unread = input.len();
        buffer.keep_last(unread);
    }
}

/// Answers as the server has answered.
fn pass<R: request::Acceptable>(
    smtp: &mut server::Session,
    ticket: Ticket<R>,
    reply: &ReplyBuf,
    out: &mut BytesMut,
) -> Result<(), server::Misuse> {
    match reply.code().is_completion() {
        true => smtp.accept_with(ticket, reply.as_reply().lines(), out),
        false => smtp.reject(ticket, no(reply), out),
    }
}

/// The same no.
fn no(reply: &ReplyBuf) -> Rejection<'_> {
    let no = Rejection::new(reply.code().get(), reply.enhanced(), Text::EMPTY);
    no.map_or(Rejection::UNAVAILABLE, |no| no.with_lines(reply.as_reply().lines()))
}

/// The server behind.
struct Back {
    connection: ClientConnection,
    smtp: client::Session,
    buffer: ReceiveBuffer,
    out: BytesMut,
}

impl Back {
    /// Connects, says EHLO, and gives what the server in front offers then.
    fn connect(options: &Options) -> io::Result<(Self, Config)> {
        let ServerAddress { host, port } = &options.server;
        let trust = client_tls::configure(Trust::Anyone).map_err(io::Error::other)?;
        let connection = ClientConnection::connect(host, port.unwrap_or(25), trust)?;
        let mut config = client::Config::default();
        config.clear_text = ClearText::Everything;
        let smtp = client::Session::new(config, Channel::Clear);
        let (buffer, out) = (ReceiveBuffer::new(), BytesMut::new());
        let mut back = Self { connection, smtp, buffer, out };
        back.next()?;
        let name = Hostname::parse(b"localhost").map_err(io::Error::other)?;
        let answer = back.ask(Command::Ehlo(name))?;
        let config = offers(answer.as_reply()).map_err(io::Error::other)?;
        Ok((back, config))
    }

    /// Sends a command and waits for its answer.
    fn ask(&mut self, command: Command<'_>) -> io::Result<ReplyBuf> {
        self.smtp.send(command, &mut self.out).map_err(io::Error::other)?;
        self.next()
    }

    fn body(&mut self, piece: &[u8]) -> io::Result<()> {
        self.smtp.body(piece, &mut self.out).map_err(io::Error::other)?;
        self.connection.send(&mut self.out)
    }

    fn end_body(&mut self) -> io::Result<ReplyBuf> {
        self.smtp.end_body(&mut self.out).map_err(io::Error::other)?;
        self.next()
    }

    /// Gives up the message that is on its way: one that is not ended is not delivered.
    fn give_up(&mut self, options: &Options) -> io::Result<()> {
        match self.smtp.state() {
            State::Body => *self = Self::connect(options)?.0,
            _ => drop(self.ask(Command::Rset)?),
        }
        Ok(())
    }

    /// The next that the server says.
    fn next(&mut self) -> io::Result<ReplyBuf> {
        let never = AtomicBool::new(false);
        loop {
            let mut input = self.buffer.filled();
            let event = self.smtp.receive(&mut input, &mut self.out);
            let reply = match event.map_err(io::Error::other)? {
                client::Event::NeedInput => None,
                client::Event::Greeting(no) if !no.code().is_completion() => {
                    let said = format!("the server says {}", ReplyBuf::from(no));
                    return Err(io::Error::other(said));
                }
                client::Event::Greeting(reply) => Some(ReplyBuf::from(reply)),
                client::Event::Answer(answer) => Some(ReplyBuf::from(answer.reply)),
                other => return Err(io::Error::other(format!("the server says {other:?}"))),
            };
            let unread = input.len();
            self.buffer.keep_last(unread);
            if let Some(reply) = reply {
                return Ok(reply);
            }
            self.connection.send(&mut self.out)?;
            let limit = self.smtp.timeout();
            let space = self.buffer.space().map_err(io::Error::other)?;
            match self.connection.receive(space, limit, &never)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.buffer.received(count),
            }
        }
    }
}

/// What is offered in front of a server that has answered EHLO so: what the server offers,
/// but for what is between it and the proxy alone, and what it is not known how to pass on.
fn offers(answer: Reply<'_>) -> Result<Config, SyntaxError> {
    let mut config = Config::new("localhost")?;
    (config.eight_bit_mime, config.smtputf8) = (false, false);
    config.unknown_commands = UnknownCommands::All;
    for line in answer.lines().iter().skip(1) {
        match Extension::parse(line.as_bytes()) {
            Ok(Extension::Size(size)) => config.max_message_size = size,
            Ok(Extension::EightBitMime) => config.eight_bit_mime = true,
            Ok(Extension::SmtpUtf8) => config.smtputf8 = true,
            Ok(Extension::Dsn) => config.dsn = true,
            Ok(Extension::Vrfy) => config.vrfy = true,
            Ok(Extension::Other(other)) => {
                config.ehlo_lines.add(&line.to_string())?;
                // Whose parameters are named as it is, more often than not.
                config.mail_parameters.add(other.keyword())?;
                config.rcpt_parameters.add(other.keyword())?;
            }
            _ => {}
        }
    }
    Ok(config)
}

/// Looks for a line.
struct Filter<'l> {
    line: &'l [u8],
    /// How many octets of this line are those; none, where it is another line.
    matched: Option<usize>,
    found: bool,
}

impl<'l> Filter<'l> {
    fn new(line: &'l str) -> Self {
        Self { line: line.as_bytes(), matched: Some(0), found: false }
    }

    fn look_at(&mut self, piece: &[u8]) {
        for &octet in piece {
            self.matched = match (octet, self.matched) {
                (b'\n', matched) => {
                    self.found |= matched == Some(self.line.len());
                    Some(0)
                }
                (b'\r', matched) => matched,
                (octet, Some(at)) if self.line.get(at) == Some(&octet) => Some(at + 1),
                _ => None,
            };
        }
    }

    fn found(&self) -> bool {
        self.found
    }
}
