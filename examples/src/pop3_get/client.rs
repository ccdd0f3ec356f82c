//! A client's session on its connection.

use std::{
    io::ErrorKind,
    sync::{Arc, atomic::AtomicBool},
};

use bytes::BytesMut;
use pop3_proto::{
    Command, ReceiveBuffer, Response, Ticket,
    client::{self, Answer, Channel, Config, Event, Misuse, Session},
};

use super::{Account, Error, Security};
use crate::client_connection::ClientConnection;

/// How many commands are on their way at a time: enough to wait for the server
/// but once, and few enough not to fetch much in vain when the disk is full.
const PIPELINED: usize = 16;

/// A session: sends commands, reads what the server says.
pub(super) struct Client {
    connection: ClientConnection,
    pub(super) session: Session,
    buffer: ReceiveBuffer,
    /// How much of `buffer` the session has left.
    unread: usize,
    out: BytesMut,
    /// What the server said last without having been asked.
    notice: Option<String>,
    stop: Arc<AtomicBool>,
}

impl Client {
    /// Connects, and goes over to TLS at once where that is wanted.
    pub(super) fn connect(account: &Account) -> Result<Self, Error> {
        let (host, port) = (&account.server.host, account.port());
        let config = Arc::clone(&account.trust);
        let mut connection =
            ClientConnection::connect(host, port, config).map_err(Error::Connect)?;
        let implicit = account.security == Security::Implicit;
        if implicit {
            connection.start_tls().map_err(Error::Tls)?;
        }
        let mut config = Config::default();
        config.clear_text = account.clear_text();
        config.limits.pipelined = PIPELINED;
        config.limits.silence = account.timeout;
        let channel = if implicit { Channel::Tls } else { Channel::Clear };
        Ok(Self {
            connection,
            session: Session::new(Arc::new(config), channel),
            buffer: ReceiveBuffer::new(),
            unread: 0,
            out: BytesMut::new(),
            notice: None,
            stop: Arc::clone(&account.stop),
        })
    }

    /// Sends a command, which must be allowed now.
    pub(super) fn send(&mut self, command: Command<'_>) -> Result<(), Error> {
        Ok(self.session.send(command, &mut self.out)?)
    }

    /// Sends a command unless another has to be answered before.
    pub(super) fn try_send(&mut self, command: Command<'_>) -> Result<bool, Error> {
        match self.session.send(command, &mut self.out) {
            Ok(()) => Ok(true),
            Err(Misuse::AnswerPending | Misuse::TooManyPipelined) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the next thing that the server says to `take`. What it says
    /// without having been asked is kept for the error that will follow.
    pub(super) fn next<T>(&mut self, take: impl FnOnce(Event<'_>) -> T) -> Result<T, Error> {
        loop {
            let filled = self.buffer.filled();
            let mut input = filled.get(filled.len() - self.unread..).unwrap_or_default();
            let event = self.session.receive(&mut input, &mut self.out);
            self.unread = input.len();
            match event {
                Ok(Event::NeedInput) => {}
                Ok(Event::Notice(response)) => {
                    self.notice = Some(said(&response));
                    continue;
                }
                Ok(event) => return Ok(take(event)),
                Err(client::Error::Protocol(error)) => return Err(error.into()),
                Err(client::Error::Misuse(error)) => return Err(error.into()),
            }
            self.buffer.keep_last(self.unread);
            self.read()?;
        }
    }

    /// Sends what was written, and reads what comes then.
    fn read(&mut self) -> Result<(), Error> {
        let read = self.exchange();
        if read.is_err() {
            // QUIT need not be tried any more.
            let _ = self.session.eof();
        }
        read
    }

    fn exchange(&mut self) -> Result<(), Error> {
        self.connection.send(&mut self.out).map_err(Error::Broken)?;
        let limit = self.session.timeout();
        match self.connection.receive(self.buffer.space()?, limit, &self.stop) {
            Ok(0) => Err(self.notice.take().map_or(Error::Ended, Error::EndedSaying)),
            Ok(count) => {
                self.buffer.received(count);
                self.unread += count;
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => Err(Error::Silent(limit)),
            Err(error) if error.kind() == ErrorKind::Interrupted => Err(Error::Stopped),
            Err(error) => Err(Error::Broken(error)),
        }
    }

    /// Sends a command while no other waits for its answer, and reads all of
    /// that. Gives what the server says where that is no.
    pub(super) fn ask(&mut self, command: Command<'_>) -> Result<Result<(), String>, Error> {
        self.send(command)?;
        let mut answered = Ok(());
        while self.session.waiting() > 0 {
            self.next(|event| {
                if let Event::Answer(answer) = event {
                    answered = yes_or_no(&answer);
                }
            })?;
        }
        Ok(answered)
    }

    /// Says that the SASL exchange goes on with `response`.
    pub(super) fn respond(
        &mut self,
        ticket: Ticket<client::request::Challenge>,
        response: &[u8],
    ) -> Result<(), Error> {
        Ok(self.session.respond(ticket, response, &mut self.out)?)
    }

    /// Does the handshake of STLS.
    pub(super) fn upgrade(&mut self, upgrade: client::Upgrade) -> Result<(), Error> {
        self.connection.start_tls().map_err(Error::Tls)?;
        self.session.upgraded(upgrade);
        Ok(())
    }

    /// Says QUIT, and closes the connection.
    pub(super) fn quit(mut self) -> Result<Result<(), String>, Error> {
        let answered = self.ask(Command::Quit)?;
        self.connection.close();
        Ok(answered)
    }
}

/// What the server says where its answer is no.
pub(super) fn yes_or_no(answer: &Answer<'_>) -> Result<(), String> {
    if answer.is_ok() { Ok(()) } else { Err(said(&answer.response)) }
}

/// What the server sent, so that it can be shown.
pub(super) fn shown(line: &[u8]) -> String {
    line.escape_ascii().to_string()
}

/// What a response says, so that it can be shown.
pub(super) fn said(response: &Response<'_>) -> String {
    let text = shown(response.text.as_bytes());
    match response.code {
        Some(code) if text.is_empty() => format!("[{}]", code.as_str()),
        Some(code) => format!("[{}] {text}", code.as_str()),
        None if text.is_empty() => "no reason given".into(),
        None => text,
    }
}
