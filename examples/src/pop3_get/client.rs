//! A client's session on its connection.

use std::{
    io::ErrorKind,
    sync::{Arc, atomic::AtomicBool},
};

use bytes::BytesMut;
use pop3_proto::{
    Command, ReceiveBuffer, Response, WireLog,
    client::{self, Answer, Channel, Config, Event, Misuse, Opening, Plan, Session, Step},
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
    out: BytesMut,
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
        config.limits.idle_timeout = account.timeout;
        let channel = if implicit { Channel::Tls } else { Channel::Clear };
        let (mut session, out) = (Session::new(config, channel), BytesMut::new());
        if let Some(show) = account.log_wire {
            session.log_wire(WireLog::new(show), &out);
        }
        Ok(Self {
            connection,
            session,
            buffer: ReceiveBuffer::new(),
            out,
            stop: Arc::clone(&account.stop),
        })
    }

    /// Does all up to the open maildrop.
    pub(super) fn open(&mut self, plan: Plan<'_>) -> Result<(), Error> {
        let mut opening = Opening::new(plan);
        loop {
            let mut input = self.buffer.filled();
            let step = opening.receive(&mut self.session, &mut input, &mut self.out);
            let unread = input.len();
            match step {
                Ok(Step::NeedInput) => {
                    self.buffer.keep_last(unread);
                    self.read()?;
                }
                Ok(Step::StartTls(upgrade)) => {
                    self.buffer.keep_last(unread);
                    self.connection.send(&mut self.out).map_err(Error::Broken)?;
                    self.connection.start_tls().map_err(Error::Tls)?;
                    self.session.upgraded(upgrade)?;
                }
                Ok(Step::Opened(_)) => {
                    self.buffer.keep_last(unread);
                    return Ok(());
                }
                // Only of mechanisms that are in the plan, where there are none.
                Ok(_) => return Err(Error::NoLogin),
                Err(error) => {
                    self.buffer.keep_last(unread);
                    return Err(error.into());
                }
            }
        }
    }

    /// Sends a command, which must be allowed now.
    pub(super) fn send(&mut self, command: Command<'_>) -> Result<(), Error> {
        loop {
            match self.session.send(command, &mut self.out) {
                // Nothing is asked for: it is junk, or ends the session.
                Err(Misuse::Unread) => self.next(|_| ())?,
                sent => return Ok(sent?),
            }
        }
    }

    /// Sends a command unless another has to be answered before.
    pub(super) fn try_send(&mut self, command: Command<'_>) -> Result<bool, Error> {
        match self.session.allows(command) {
            Err(Misuse::AnswerPending | Misuse::TooManyPipelined) => Ok(false),
            _ => self.send(command).map(|()| true),
        }
    }

    /// Gives the next thing that the server says to `take`.
    pub(super) fn next<T>(&mut self, take: impl FnOnce(Event<'_>) -> T) -> Result<T, Error> {
        loop {
            let mut input = self.buffer.filled();
            let event = self.session.receive(&mut input, &mut self.out);
            let unread = input.len();
            match event {
                Ok(Event::NeedInput) => {}
                Ok(Event::Unsolicited(response)) => return Err(Error::Unasked(said(&response))),
                Ok(event) => {
                    let taken = take(event);
                    self.buffer.keep_last(unread);
                    return Ok(taken);
                }
                Err(client::Error::Protocol(error)) => return Err(error.into()),
                Err(client::Error::Misuse(error)) => return Err(error.into()),
            }
            self.buffer.keep_last(unread);
            self.read()?;
        }
    }

    /// Sends what was written, and reads what comes then. Where that fails, the session is
    /// over: QUIT need not be tried any more.
    fn read(&mut self) -> Result<(), Error> {
        let read = self.exchange();
        match &read {
            Ok(()) => {}
            Err(Error::Silent(_)) => self.session.timed_out(&mut self.out),
            Err(_) => drop(self.session.eof()),
        }
        read
    }

    fn exchange(&mut self) -> Result<(), Error> {
        self.connection.send(&mut self.out).map_err(Error::Broken)?;
        let limit = self.session.timeout();
        match self.connection.receive(self.buffer.space()?, limit, &self.stop) {
            Ok(0) => Err(Error::Ended),
            Ok(count) => {
                self.buffer.received(count);
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
