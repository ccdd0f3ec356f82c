//! From the connection to the open maildrop.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::BytesMut;
use mail_wire::{Base64, Channel, Mechanism, SyntaxError, Ticket, TlsPolicy, Upgrade};

use super::error::{Error, Misuse};
use super::event::{Answer, Event};
use super::plan::{Plan, Way};
use super::request;
use super::sent::Sent;
use super::session::Session;
use crate::command::Command;
use crate::credentials::{Digest, Name, Password};
use crate::response::ResponseBuf;
use crate::text::{Text, TextBuf};
use crate::timestamp::Timestamp;

/// What an opening comes to, step by step.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step<'b, 'c> {
    /// Send what was written, read more, call again.
    NeedInput,
    /// Send what was written, shake hands, bring this to [`Session::upgraded`], and call
    /// again, before anything is read.
    StartTls(Upgrade),
    /// Log in with this mechanism, by [`Session::authenticate`], and call again.
    Authenticate(Mechanism<'c>),
    /// A challenge of that mechanism's, to be answered by [`Session::respond`] or
    /// [`Session::cancel`]. Call again.
    Challenge(Base64<'b>, Ticket<request::Challenge>),
    /// The maildrop is open.
    Opened(Opened<'c>),
}

/// What was had in the end. What the server can do is in [`Session::capabilities`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened<'c> {
    /// What the login went over.
    pub channel: Channel,
    /// How it was done.
    pub way: Way<'c>,
    /// Whether the server said yes to UTF8.
    pub utf8: bool,
    /// What the server said to the login.
    pub answer: ResponseBuf,
}

/// Why there is no open maildrop. Where [`Session::close_reason`] is none, QUIT may still be
/// said.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// The session's.
    #[error(transparent)]
    Session(#[from] Error),
    /// The greeting is not POP3's. The line is told, up to what no text can hold.
    #[error("the server does not greet as a POP3 server does: {0}")]
    NotPop3(TextBuf),
    /// The greeting is no.
    #[error("the server takes no connection: {0}")]
    Refused(ResponseBuf),
    /// TLS is required, and the server offers no STLS.
    #[error("the server does not offer STLS: nothing secret is sent in clear text")]
    NoStartTls,
    /// TLS is required, and the server says no to STLS.
    #[error("the server refuses STLS: {0}")]
    StartTlsRefused(ResponseBuf),
    /// None of the ways is offered, or may be used on this channel.
    #[error("the server offers no way to log in that may be used here")]
    NoLogin,
    /// The name cannot be sent in the way that was chosen.
    #[error("the name cannot be sent: {0}")]
    Name(SyntaxError),
    /// The password cannot be sent in the way that was chosen.
    #[error("the password cannot be sent: {0}")]
    Password(SyntaxError),
    /// The server says no to the login.
    #[error("the login is rejected: {0}")]
    LoginRejected(ResponseBuf),
    /// The server said something that it was not asked.
    #[error("the server speaks unasked: {0}")]
    Unsolicited(ResponseBuf),
    /// The session is over, or the opening is.
    #[error("the session is over")]
    Closed,
}

impl From<Misuse> for OpeningError {
    fn from(misuse: Misuse) -> Self {
        Self::Session(misuse.into())
    }
}

/// Opens a maildrop: the greeting, CAPA, STLS by [`Plan::tls`], CAPA again, the login by the
/// first of [`Plan::ways`] that will do, CAPA once more, for servers may say more then
/// (RFC 2449 §5). A server that says no to CAPA is not asked twice on the same channel.
///
/// A machine over a [`Session`], which is driven by [`receive`](Self::receive) as the session
/// is by its own.
///
/// ```text
///   greeting ─▶ CAPA ─▶ STLS ─▶ handshake ─▶ CAPA ─▶ UTF8 ─▶ login ─▶ CAPA ─▶ opened
///                 │       │ IfOffered, "-ERR"         ▲
///                 └───────┴───────────────────────────┘
///                   inside TLS already, Never, or not offered and IfOffered
/// ```
///
/// ```
/// use std::io::{Read, Write};
/// use pop3_proto::client::{Channel, Config, Opened, Opening, Plan, Session, Step};
/// use pop3_proto::{BytesMut, ReceiveBuffer};
///
/// fn open<'c>(
///     mut stream: impl Read + Write, buffer: &mut ReceiveBuffer, session: &mut Session, plan: Plan<'c>,
/// ) -> Result<Opened<'c>, Box<dyn std::error::Error>> {
///     let (mut opening, mut out) = (Opening::new(plan), BytesMut::new());
///     loop {
///         let mut input = buffer.filled();
///         loop {
///             match opening.receive(session, &mut input, &mut out)? {
///                 Step::NeedInput => break,
///                 Step::StartTls(upgrade) => {
///                     stream.write_all(&out)?;
///                     out.clear();
///                     // Here the stream shakes hands.
///                     session.upgraded(upgrade)?;
///                 }
///                 Step::Opened(opened) => {
///                     let unread = input.len();
///                     buffer.keep_last(unread);
///                     return Ok(opened);
///                 }
///                 other => return Err(format!("no mechanism was given: {other:?}").into()),
///             }
///         }
///         let unread = input.len();
///         buffer.keep_last(unread);
///         stream.write_all(&out)?;
///         out.clear();
///         match stream.read(buffer.space()?)? {
///             0 => session.eof()?,
///             n => buffer.received(n),
///         }
///     }
/// }
/// # struct Both<'a>(Vec<&'a str>, Vec<u8>);
/// # impl Read for &mut Both<'_> {
/// #     fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
/// #         if self.0.is_empty() { return Ok(0) }
/// #         self.0.remove(0).as_bytes().read(to)
/// #     }
/// # }
/// # impl Write for &mut Both<'_> {
/// #     fn write(&mut self, from: &[u8]) -> std::io::Result<usize> { self.1.write(from) }
/// #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
/// # }
/// # let plan = Plan::new("mrose", b"secret");
/// # let mut session = Session::new(Config::default(), Channel::Clear);
/// # let capa = "+OK\r\nUSER\r\nSTLS\r\n.\r\n";
/// # let mut stream = Both(vec!["+OK\r\n", capa, "+OK\r\n", capa, "+OK\r\n", "+OK\r\n", "+OK\r\nUIDL\r\n.\r\n"], vec![]);
/// # let opened = open(&mut stream, &mut ReceiveBuffer::new(), &mut session, plan).unwrap();
/// # assert!(opened.channel.is_tls() && session.capabilities().uidl);
/// # assert_eq!(stream.1, b"CAPA\r\nSTLS\r\nCAPA\r\nUSER mrose\r\nPASS secret\r\nCAPA\r\n");
/// ```
#[derive(Debug)]
pub struct Opening<'c> {
    plan: Plan<'c>,
    stage: Stage,
    /// All that `stage` waited for has come: the next thing is to be done, once nothing
    /// is unread.
    due: bool,
    /// The greeting's, until STLS.
    timestamp: Option<Box<str>>,
    /// The server has answered CAPA on this channel.
    knows_capa: bool,
    way: Way<'c>,
    utf8: bool,
    /// What the server said to the login.
    answer: Option<ResponseBuf>,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Greeting,
    /// The answer to CAPA, before the login.
    Capabilities,
    /// The answer to STLS.
    StartTls,
    Handshake,
    /// The answer to UTF8.
    Utf8,
    /// The answer to USER.
    User,
    /// The end of AUTH PLAIN, whose message is sent, or is to be sent with a challenge.
    Plain {
        sent: bool,
    },
    /// The answer to PASS or APOP, or the end of the caller's AUTH.
    Login,
    /// The answer to CAPA, after the login.
    CapabilitiesAgain,
    /// Nothing any more.
    Over,
}

impl<'c> Opening<'c> {
    /// An opening of a session to which nothing was shown yet.
    #[must_use]
    pub const fn new(plan: Plan<'c>) -> Self {
        Self {
            plan,
            stage: Stage::Greeting,
            due: false,
            timestamp: None,
            knows_capa: false,
            way: Way::User,
            utf8: false,
            answer: None,
        }
    }

    /// Takes what the server says off the front of `input`, and writes what is to be said
    /// next, until something is the caller's to do. Call it again after each step but the
    /// last; after [`Step::NeedInput`], once more was read after what it left of `input`.
    ///
    /// # Errors
    /// [`OpeningError`]: the opening is over, unless it is a [`Misuse`].
    pub fn receive<'b>(
        &mut self,
        session: &mut Session,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Step<'b, 'c>, OpeningError> {
        let step = self.step(session, input, out);
        if step.is_err() && !matches!(step, Err(OpeningError::Session(Error::Misuse(_)))) {
            self.stage = Stage::Over;
        }
        step
    }

    fn step<'b>(
        &mut self,
        session: &mut Session,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Step<'b, 'c>, OpeningError> {
        if self.stage == Stage::Over {
            return Err(OpeningError::Closed);
        }
        // The handshake is over.
        self.due |= self.stage == Stage::Handshake && session.channel().is_tls();
        loop {
            // What lies there is told before anything is sent: it answers nothing.
            if self.due && session.has_read_all() {
                self.due = false;
                if let Some(step) = self.go_on(session, out)? {
                    return Ok(step);
                }
            }
            match session.receive(input, out)? {
                Event::NeedInput => return Ok(Step::NeedInput),
                Event::Greeting(greeting) if greeting.is_ok() => {
                    let timestamp = greeting.timestamp();
                    self.timestamp = timestamp.map(|timestamp| timestamp.as_str().into());
                    self.due = true;
                }
                Event::Greeting(no) => return Err(OpeningError::Refused(no.into())),
                Event::Answer(answer) => self.answered(answer)?,
                Event::End(_) => self.due = true,
                Event::StartTls(upgrade) => {
                    // RFC 2595 §4: what was learnt in clear text is forgotten.
                    self.timestamp = None;
                    self.stage = Stage::Handshake;
                    return Ok(Step::StartTls(upgrade));
                }
                Event::Challenge(challenge, ticket) => match self.stage {
                    Stage::Plain { sent: false } => {
                        self.stage = Stage::Plain { sent: true };
                        session.respond(ticket, &self.plain_message()?, out)?;
                    }
                    // PLAIN has no second challenge.
                    Stage::Plain { sent: true } => session.cancel(ticket, out)?,
                    _ => return Ok(Step::Challenge(challenge, ticket)),
                },
                Event::Unsolicited(said) => return Err(OpeningError::Unsolicited(said.into())),
                Event::Unparsed { line, .. } if self.stage == Stage::Greeting && !self.due => {
                    return Err(OpeningError::NotPop3(Text::truncated(line).into()));
                }
                Event::Closed => return Err(OpeningError::Closed),
                Event::Unparsed { .. }
                | Event::Capability(_)
                | Event::Scan(_)
                | Event::UniqueId(_)
                | Event::Language(_)
                | Event::Body(_) => {}
            }
        }
    }

    /// What an answer means here.
    fn answered(&mut self, Answer { to, response }: Answer<'_>) -> Result<(), OpeningError> {
        match (to, response.is_ok()) {
            (Sent::Capa, ok) => {
                self.knows_capa = ok;
                // After a yes, with its last line.
                self.due = !ok;
            }
            (Sent::Stls, _) if self.plan.tls == TlsPolicy::Required => {
                return Err(OpeningError::StartTlsRefused(response.into()));
            }
            (Sent::Utf8, ok) => (self.utf8, self.due) = (ok, true),
            (Sent::User | Sent::Pass | Sent::Apop | Sent::Auth, false) => {
                return Err(OpeningError::LoginRejected(response.into()));
            }
            (Sent::Pass | Sent::Apop | Sent::Auth, true) => {
                self.answer = Some(response.into());
                self.stage = Stage::Login;
                self.due = true;
            }
            _ => self.due = true,
        }
        Ok(())
    }

    /// Does what comes next, now that nothing is waited for.
    fn go_on<'b>(
        &mut self,
        session: &mut Session,
        out: &mut BytesMut,
    ) -> Result<Option<Step<'b, 'c>>, OpeningError> {
        match self.stage {
            Stage::Greeting | Stage::Handshake => {
                session.send(Command::Capa, out)?;
                self.stage = Stage::Capabilities;
            }
            Stage::Capabilities if session.channel() == Channel::Clear => {
                let offered = session.capabilities().stls;
                match self.plan.tls {
                    TlsPolicy::Required if offered || !self.knows_capa => {
                        session.send(Command::Stls, out)?;
                        self.stage = Stage::StartTls;
                    }
                    TlsPolicy::Required => return Err(OpeningError::NoStartTls),
                    TlsPolicy::IfOffered if offered => {
                        session.send(Command::Stls, out)?;
                        self.stage = Stage::StartTls;
                    }
                    TlsPolicy::IfOffered | TlsPolicy::Never => return self.choose(session, out),
                }
            }
            Stage::Capabilities | Stage::StartTls => return self.choose(session, out),
            Stage::Utf8 => return self.log_in(session, out),
            Stage::User => {
                session.send(Command::Pass(self.password()?), out)?;
                self.stage = Stage::Login;
            }
            Stage::Login | Stage::Plain { .. } if self.knows_capa => {
                session.send(Command::Capa, out)?;
                self.stage = Stage::CapabilitiesAgain;
            }
            Stage::Login | Stage::Plain { .. } | Stage::CapabilitiesAgain => {
                self.stage = Stage::Over;
                let answer = self.answer.take().ok_or(OpeningError::Closed)?;
                let (channel, way, utf8) = (session.channel(), self.way, self.utf8);
                return Ok(Some(Step::Opened(Opened { channel, way, utf8, answer })));
            }
            Stage::Over => return Err(OpeningError::Closed),
        }
        Ok(None)
    }

    /// Chooses the way to log in, and asks for UTF8 before it.
    fn choose<'b>(
        &mut self,
        session: &mut Session,
        out: &mut BytesMut,
    ) -> Result<Option<Step<'b, 'c>>, OpeningError> {
        let ways = match self.plan.ways {
            [] => Way::best(session.channel()),
            ways => ways,
        };
        let will_do = |way: &Way<'c>| self.is_offered(*way, session) && way.may_be_used(session);
        let way = ways.iter().copied().find(will_do);
        self.way = way.ok_or(OpeningError::NoLogin)?;
        if self.plan.utf8 && session.capabilities().utf8 && session.allows(Command::Utf8).is_ok() {
            session.send(Command::Utf8, out)?;
            self.stage = Stage::Utf8;
            return Ok(None);
        }
        self.log_in(session, out)
    }

    /// Whether the server offers a way. One that does not know CAPA is as RFC 1939 has it.
    fn is_offered(&self, way: Way<'_>, session: &Session) -> bool {
        let capabilities = session.capabilities();
        match way {
            Way::Apop => self.timestamp.is_some(),
            Way::Plain => capabilities.has_mechanism(Mechanism::Plain),
            Way::Sasl(mechanism) => capabilities.has_mechanism(mechanism),
            // Nor need one name it that names nothing else.
            Way::User => !self.knows_capa || capabilities.user || !capabilities.sasl,
        }
    }

    fn log_in<'b>(
        &mut self,
        session: &mut Session,
        out: &mut BytesMut,
    ) -> Result<Option<Step<'b, 'c>>, OpeningError> {
        self.stage = Stage::Login;
        match self.way {
            Way::Sasl(mechanism) => return Ok(Some(Step::Authenticate(mechanism))),
            Way::Plain => {
                let message = self.plain_message()?;
                let sent = match session.authenticate(Mechanism::Plain, Some(&message), out) {
                    Err(Misuse::TooLong) => {
                        session.authenticate(Mechanism::Plain, None, out)?;
                        false
                    }
                    sent => {
                        sent?;
                        true
                    }
                };
                self.stage = Stage::Plain { sent };
            }
            Way::Apop => {
                let name = self.name()?;
                let timestamp = self.timestamp.as_deref().unwrap_or_default();
                let timestamp = Timestamp::parse(timestamp).map_err(|_| OpeningError::NoLogin)?;
                let digest = Digest::new(timestamp, self.plan.password.reveal());
                session.send(Command::Apop { name, digest }, out)?;
            }
            Way::User => {
                let name = self.name()?;
                // Before its name is sent: without a password that comes to nothing.
                self.password()?;
                session.send(Command::User(name), out)?;
                self.stage = Stage::User;
            }
        }
        Ok(None)
    }

    fn name(&self) -> Result<Name<'c>, OpeningError> {
        Name::new(self.plan.name).map_err(OpeningError::Name)
    }

    fn password(&self) -> Result<Password<'c>, OpeningError> {
        Password::new(self.plan.password.reveal()).map_err(OpeningError::Password)
    }

    /// RFC 4616 §2: `message = [authzid] UTF8NUL authcid UTF8NUL passwd`
    fn plain_message(&self) -> Result<Vec<u8>, OpeningError> {
        let (name, password) = (self.plan.name.as_bytes(), self.plan.password.reveal());
        let nul = |octets: &[u8]| {
            let offset = octets.iter().position(|&octet| octet == 0);
            offset.map_or(Ok(()), |offset| Err(SyntaxError { offset, expected: "no NUL" }))
        };
        nul(name).map_err(OpeningError::Name)?;
        nul(password).map_err(OpeningError::Password)?;
        Ok([b"\0", name, b"\0", password].concat())
    }
}
