//! From the connection to where mail can be sent.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use bytes::BytesMut;
use mail_wire::{Base64, Channel, Mechanism, SyntaxError, Ticket, TlsPolicy, Upgrade};

use super::error::{Error, Misuse};
use super::event::{Answer, Event};
use super::plan::{Login, Plan, Way};
use super::request;
use super::sent::Sent;
use super::session::Session;
use crate::command::Command;
use crate::protocol::Protocol;
use crate::reply::{Reply, ReplyBuf};

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
    /// Mail can be sent.
    Opened(Opened<'c>),
}

/// What was had in the end. What the server offers is in [`Session::extensions`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened<'c> {
    /// What carries the connection.
    pub channel: Channel,
    /// How the login was done, if there was one.
    pub way: Option<Way<'c>>,
    /// What the server said last: to the login, or to EHLO, HELO or LHLO.
    pub answer: ReplyBuf,
}

/// Why no mail can be sent. Where [`Session::close_reason`] is none, QUIT may still be said.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// The session's.
    #[error(transparent)]
    Session(#[from] Error),
    /// The greeting is not SMTP's. Its start is told, with what is no visible US-ASCII escaped.
    #[error("the server does not greet as an SMTP server does: {0}")]
    NotSmtp(Box<str>),
    /// The greeting is no, or EHLO is refused and HELO will not do.
    #[error("the server has no service: {0}")]
    Refused(ReplyBuf),
    /// TLS is required, and the server does not offer it.
    #[error("the server does not offer STARTTLS: nothing more is sent in clear text")]
    NoStartTls,
    /// TLS is required, and the server says no to STARTTLS.
    #[error("the server refuses STARTTLS: {0}")]
    StartTlsRefused(ReplyBuf),
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
    LoginRejected(ReplyBuf),
    /// The server said something that it was not asked; 421, that it goes.
    #[error("the server speaks unasked: {0}")]
    Unsolicited(ReplyBuf),
    /// The session is over, or the opening is.
    #[error("the session is over")]
    Closed,
}

impl From<Misuse> for OpeningError {
    fn from(misuse: Misuse) -> Self {
        Self::Session(misuse.into())
    }
}

/// Opens a connection for mail: the greeting, EHLO, STARTTLS by [`Plan::tls`], EHLO again, the
/// login by the first of [`Login::ways`] that will do. A server that does not know EHLO is told
/// HELO (RFC 5321 §3.2), unless TLS or a login is needed, which it cannot have then; in LMTP there
/// is LHLO alone.
///
/// A machine over a [`Session`], which is driven by [`receive`](Self::receive) as the session
/// is by its own. The [front page](crate) has the whole of a driver.
///
/// ```text
///   greeting ─▶ EHLO ─▶ STARTTLS ─▶ handshake ─▶ EHLO ─▶ login ─▶ opened
///                │ │        │ IfOffered, "no"             ▲
///                │ └────────┴─────────────────────────────┘
///                │   inside TLS already, Never, or not offered and IfOffered
///                └─▶ HELO ─▶ opened
/// ```
///
/// After a login EHLO is not said again: only a security layer asks for that (RFC 4954 §4), of
/// which there is none but TLS. Whoever wants to know what is offered to a user that has logged in
/// may send it.
#[derive(Debug)]
pub struct Opening<'c> {
    plan: Plan<'c>,
    stage: Stage,
    /// All that `stage` waited for has come: the next thing is to be done, once nothing
    /// is unread.
    due: bool,
    way: Option<Way<'c>>,
    /// What the server said last.
    answer: Option<ReplyBuf>,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Greeting,
    /// The answer to EHLO or LHLO.
    Hello,
    /// HELO is to be sent.
    Fallback,
    /// The answer to it.
    Helo,
    /// The answer to STARTTLS.
    StartTls,
    Handshake,
    /// The end of AUTH, of which so many challenges were answered. Of PLAIN, the one message
    /// counts too where it went along with the command.
    Login {
        answered: u8,
    },
    /// Nothing any more.
    Over,
}

impl<'c> Opening<'c> {
    /// An opening of a session to which nothing was shown yet.
    #[must_use]
    pub const fn new(plan: Plan<'c>) -> Self {
        Self { plan, stage: Stage::Greeting, due: false, way: None, answer: None }
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
                Event::Greeting(greeting) if greeting.code().is_completion() => self.due = true,
                Event::Greeting(no) => return Err(OpeningError::Refused(no.into())),
                Event::Answer(answer) => self.answered(answer, session)?,
                Event::StartTls(upgrade) => {
                    self.stage = Stage::Handshake;
                    return Ok(Step::StartTls(upgrade));
                }
                Event::Challenge(challenge, ticket) => match self.response()? {
                    Response::Send(response) => session.respond(ticket, &response, out)?,
                    Response::Cancel => session.cancel(ticket, out)?,
                    Response::Callers => return Ok(Step::Challenge(challenge, ticket)),
                },
                Event::Unsolicited(said) => return Err(OpeningError::Unsolicited(said.into())),
                Event::Unparsed { line, .. } if self.stage == Stage::Greeting && !self.due => {
                    let line = line.get(..TOLD).unwrap_or(line);
                    return Err(OpeningError::NotSmtp(line.escape_ascii().to_string().into()));
                }
                Event::Unparsed { .. } => {}
                Event::Closed => return Err(OpeningError::Closed),
            }
        }
    }

    /// What an answer means here.
    fn answered(&mut self, answer: Answer<'_>, session: &Session) -> Result<(), OpeningError> {
        let Answer { to, reply } = answer;
        match (to, answer.is_ok()) {
            (Sent::Ehlo, false) if self.helo_will_do(reply, session) => {
                self.stage = Stage::Fallback;
            }
            (Sent::Ehlo | Sent::Helo | Sent::Lhlo, false) => {
                return Err(OpeningError::Refused(reply.into()));
            }
            (Sent::StartTls, _) if self.plan.tls == TlsPolicy::Required => {
                return Err(OpeningError::StartTlsRefused(reply.into()));
            }
            (Sent::StartTls, _) if reply.code().get() == 421 => {
                return Err(OpeningError::Refused(reply.into()));
            }
            (Sent::Auth, false) => return Err(OpeningError::LoginRejected(reply.into())),
            (Sent::Ehlo | Sent::Helo | Sent::Lhlo | Sent::Auth, true) => {
                self.answer = Some(reply.into());
            }
            _ => {}
        }
        self.due = true;
        Ok(())
    }

    /// Whether EHLO was refused by a server that does not know it (RFC 5321 §3.2, §4.1.1.1), and
    /// nothing is wanted that only EHLO brings.
    fn helo_will_do(&self, no: Reply<'_>, session: &Session) -> bool {
        let needs_ehlo = self.plan.login.is_some() || self.needs_tls(session);
        matches!(no.code().get(), 500 | 501 | 502 | 504 | 550) && !needs_ehlo
    }

    fn needs_tls(&self, session: &Session) -> bool {
        self.plan.tls == TlsPolicy::Required && session.channel() == Channel::Clear
    }

    /// Does what comes next, now that nothing is waited for.
    fn go_on<'b>(
        &mut self,
        session: &mut Session,
        out: &mut BytesMut,
    ) -> Result<Option<Step<'b, 'c>>, OpeningError> {
        match self.stage {
            Stage::Greeting | Stage::Handshake => {
                let name = self.plan.hostname;
                session.send(
                    match session.config.protocol {
                        Protocol::Smtp => Command::Ehlo(name),
                        Protocol::Lmtp => Command::Lhlo(name),
                    },
                    out,
                )?;
                self.stage = Stage::Hello;
                Ok(None)
            }
            Stage::Fallback => {
                session.send(Command::Helo(self.plan.hostname), out)?;
                self.stage = Stage::Helo;
                Ok(None)
            }
            Stage::Hello if session.channel() == Channel::Clear => {
                match (self.plan.tls, session.extensions().starttls) {
                    (TlsPolicy::Required, false) => Err(OpeningError::NoStartTls),
                    (TlsPolicy::Required | TlsPolicy::IfOffered, true) => {
                        session.send(Command::StartTls, out)?;
                        self.stage = Stage::StartTls;
                        Ok(None)
                    }
                    (TlsPolicy::IfOffered | TlsPolicy::Never, _) => self.log_in(session, out),
                }
            }
            Stage::Hello | Stage::Helo | Stage::StartTls => self.log_in(session, out),
            Stage::Login { .. } => self.opened(session).map(Some),
            Stage::Over => Err(OpeningError::Closed),
        }
    }

    fn opened<'b>(&mut self, session: &Session) -> Result<Step<'b, 'c>, OpeningError> {
        self.stage = Stage::Over;
        let answer = self.answer.take().ok_or(OpeningError::Closed)?;
        Ok(Step::Opened(Opened { channel: session.channel(), way: self.way, answer }))
    }

    /// Begins the login, by the first way that will do; if there is to be one.
    fn log_in<'b>(
        &mut self,
        session: &mut Session,
        out: &mut BytesMut,
    ) -> Result<Option<Step<'b, 'c>>, OpeningError> {
        let Some(login) = self.plan.login else { return self.opened(session).map(Some) };
        let ways = if login.ways.is_empty() { Way::BEST } else { login.ways };
        let way = ways.iter().copied().find(|way| way.will_do(session));
        let way = way.ok_or(OpeningError::NoLogin)?;
        self.way = Some(way);
        self.stage = Stage::Login { answered: 0 };
        match way {
            Way::Sasl(mechanism) => return Ok(Some(Step::Authenticate(mechanism))),
            Way::Plain => {
                let message = plain_message(login)?;
                match session.authenticate(Mechanism::Plain, Some(&message), out) {
                    // RFC 4954 §4: it comes with the challenge, then.
                    Err(Misuse::TooLong) => session.authenticate(Mechanism::Plain, None, out)?,
                    sent => {
                        sent?;
                        self.stage = Stage::Login { answered: 1 };
                    }
                }
            }
            Way::Login => session.authenticate(Mechanism::Login, None, out)?,
        }
        Ok(None)
    }

    /// What to say to a challenge.
    fn response(&mut self) -> Result<Response, OpeningError> {
        let (Stage::Login { answered }, Some(login)) = (self.stage, self.plan.login) else {
            return Ok(Response::Cancel);
        };
        self.stage = Stage::Login { answered: answered.saturating_add(1) };
        Ok(match (self.way, answered) {
            (Some(Way::Sasl(_)), _) => Response::Callers,
            (Some(Way::Plain), 0) => Response::Send(plain_message(login)?),
            // Whatever it asks with: all servers ask for the name first.
            (Some(Way::Login), 0) => Response::Send(login.name.into()),
            (Some(Way::Login), 1) => Response::Send(login.password.reveal().into()),
            _ => Response::Cancel,
        })
    }
}

/// How many octets are told of a greeting that is none: as many as a line has (RFC 5321
/// §4.5.3.1.5).
const TOLD: usize = 512;

enum Response {
    Send(Vec<u8>),
    /// There is no such challenge.
    Cancel,
    Callers,
}

/// RFC 4616 §2: `message = [authzid] UTF8NUL authcid UTF8NUL passwd`
fn plain_message(login: Login<'_>) -> Result<Vec<u8>, OpeningError> {
    let (name, password) = (login.name.as_bytes(), login.password.reveal());
    let nul = |octets: &[u8]| {
        let offset = octets.iter().position(|&octet| octet == 0);
        offset.map_or(Ok(()), |offset| Err(SyntaxError { offset, expected: "no NUL" }))
    };
    nul(name).map_err(OpeningError::Name)?;
    nul(password).map_err(OpeningError::Password)?;
    Ok([b"\0", name, b"\0", password].concat())
}
