//! A client's SMTP or LMTP session on its connection: the relay's, and `smtp-send`'s.

mod error;
mod message;
mod patience;

use std::{
    io::ErrorKind,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rustls::ClientConfig;
use smtp_proto::{
    Command, Hostname, ReceiveBuffer, SendPolicy, WireLine, WireLog,
    client::{
        self, Channel, ClearText, CloseReason, Config, Event, Opening, OpeningError, Plan,
        Protocol, Session, Step, TlsPolicy,
    },
};

use self::patience::Patience;
pub use self::{
    error::Error,
    message::{Message, Sending},
};
use crate::{
    client_connection::{ClientConnection, ServerAddress},
    sasl::Credentials,
};

/// How the connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// By TLS from the start (RFC 8314 §3).
    Implicit,
    /// By STARTTLS, or there is no connection.
    Required,
    /// By STARTTLS where the server offers it (RFC 7435).
    Opportunistic,
    /// Not at all.
    Never,
}

/// A server, and how to get at it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The server.
    pub server: ServerAddress,
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// How the connection is kept from being read.
    pub security: Security,
    /// Which servers are trusted.
    pub trust: Arc<ClientConfig>,
    /// Who logs in, if somebody does.
    pub credentials: Option<Credentials>,
    /// What the client calls itself.
    pub hostname: String,
    /// What is done with lone CR and LF in a body.
    pub line_ends: SendPolicy,
    /// Who is shown each line that goes over the wire, without what is secret in it.
    pub log_wire: Option<fn(WireLine<'_>)>,
    /// Once it is set, waiting ends.
    pub stop: Arc<AtomicBool>,
}

impl Account {
    fn port(&self) -> u16 {
        let usual = match (self.protocol, self.security) {
            (Protocol::Lmtp, _) => 24,
            (Protocol::Smtp, Security::Implicit) => 465,
            // RFC 6409 §3.1.
            (Protocol::Smtp, _) if self.credentials.is_some() => 587,
            (Protocol::Smtp, _) => 25,
        };
        self.server.port.unwrap_or(usual)
    }

    /// What may be sent in clear text: mail where somebody chose so, and a password to this
    /// machine alone.
    fn clear_text(&self) -> ClearText {
        match self.security {
            Security::Implicit | Security::Required => ClearText::Nothing,
            _ if self.server.is_loopback() => ClearText::Everything,
            Security::Opportunistic | Security::Never => ClearText::NoPasswords,
        }
    }
}

/// A session: sends messages, reads what the server says.
#[derive(Debug)]
pub struct SmtpClient {
    connection: ClientConnection,
    session: Session,
    buffer: ReceiveBuffer,
    out: BytesMut,
    patience: Patience,
    stop: Arc<AtomicBool>,
}

impl SmtpClient {
    /// Connects, greets, goes over to TLS and logs in, each where it is wanted.
    ///
    /// # Errors
    /// [`Error`]; there is no connection then.
    pub fn connect(account: &Account) -> Result<Self, Error> {
        let trust = Arc::clone(&account.trust);
        let mut connection = ClientConnection::connect(&account.server.host, account.port(), trust)
            .map_err(Error::Connect)?;
        let implicit = account.security == Security::Implicit;
        if implicit {
            connection.start_tls().map_err(Error::Tls)?;
        }
        let mut config = Config::default();
        config.protocol = account.protocol;
        config.clear_text = account.clear_text();
        config.body_policy = account.line_ends;
        let channel = if implicit { Channel::Tls } else { Channel::Clear };
        let (mut session, out) = (Session::new(config, channel), BytesMut::new());
        if let Some(show) = account.log_wire {
            session.log_wire(WireLog::new(show), &out);
        }
        let (buffer, stop) = (ReceiveBuffer::new(), Arc::clone(&account.stop));
        let patience = Patience::default();
        let mut client = Self { connection, session, buffer, out, patience, stop };
        client.open(account)?;
        Ok(client)
    }

    fn open(&mut self, account: &Account) -> Result<(), Error> {
        let hostname = Hostname::parse(account.hostname.as_bytes()).map_err(Error::Hostname)?;
        let mut plan = Plan::new(hostname);
        plan.tls = match account.security {
            Security::Implicit | Security::Required => TlsPolicy::Required,
            Security::Opportunistic => TlsPolicy::IfOffered,
            Security::Never => TlsPolicy::Never,
        };
        plan.login = account
            .credentials
            .as_ref()
            .map(|who| client::Login::new(&who.name, who.password.as_bytes()));
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
                Ok(_) => return Err(OpeningError::NoLogin.into()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The session, for what it knows of the server.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Why the connection is of no more use; none while it is.
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.session.close_reason()
    }

    /// Sends what was written, and reads what comes then. Where that fails, the session is
    /// over.
    fn read(&mut self) -> Result<(), Error> {
        let read = self.exchange();
        match &read {
            Ok(()) => {}
            Err(Error::Silent(_)) => self.session.timed_out(&mut self.out),
            Err(_) => {
                let _ = self.session.eof();
            }
        }
        read
    }

    fn exchange(&mut self) -> Result<(), Error> {
        self.connection.send(&mut self.out).map_err(Error::Broken)?;
        let limit = self.session.timeout();
        let unread = self.buffer.filled().len();
        self.buffer.keep_last(unread);
        let left = self.patience.left(Instant::now(), limit, unread);
        match self.connection.receive(self.buffer.space()?, left, &self.stop) {
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

    /// Says QUIT if that may be said, waits a little for the answer, and closes the
    /// connection.
    pub fn quit(mut self) {
        if self.session.send(Command::Quit, &mut self.out).is_ok() {
            // Nothing depends on the answer.
            let _ = self.connection.send(&mut self.out);
            let _ = self.farewell();
        }
        self.connection.close();
    }

    fn farewell(&mut self) -> Result<(), Error> {
        const PATIENCE: Duration = Duration::from_secs(5);
        loop {
            let mut input = self.buffer.filled();
            let event = self.session.receive(&mut input, &mut self.out);
            let unread = input.len();
            let over = !matches!(event, Ok(Event::NeedInput | Event::Answer(_)));
            self.buffer.keep_last(unread);
            if over {
                return Ok(());
            }
            let space = self.buffer.space()?;
            match self.connection.receive(space, PATIENCE, &self.stop) {
                Ok(count @ 1..) => self.buffer.received(count),
                _ => return Ok(()),
            }
        }
    }
}
