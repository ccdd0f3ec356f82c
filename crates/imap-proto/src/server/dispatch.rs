//! Whole commands: whether each is valid here, and who answers it.

use alloc::vec::Vec;

use bytes::BytesMut;
use mail_wire::{Auth, Channel, ClientLine, Direction};

use super::config::Config;
use super::error::ProtocolError;
use super::event::Event;
use super::pending::{Effect, Pending};
use super::session::{DONE, Session};
use super::state::{Expected, State};
use super::tag::KeptTag;
use crate::command::select::Select;
use crate::command::{Command, CommandKind};
use crate::response::Data;
use crate::response::code::Code;
use crate::response::status_line::{Completion, Condition};
use crate::value::capability::Capability;
use crate::value::capability_set::CapabilitySet;
use crate::value::modifier::Modifier;
use crate::wire::{Arena, NonEmpty, Text};

impl Session {
    /// A whole command that is of the grammar.
    pub(super) fn command<'a>(
        &mut self,
        command: Command<'a>,
        input: &mut &[u8],
        arena: &'a Arena,
        out: &mut BytesMut,
    ) -> Result<Option<Event<'a>>, ProtocolError> {
        let tag = KeptTag::new(command.tag);
        self.begin(tag);
        if let Err(why) = self.check(tag, &command.kind) {
            self.bad(why, out);
            return Ok(None);
        }
        Ok(match command.kind {
            CommandKind::Capability => {
                let config = self.config.clone();
                self.untagged(Data::Capability(&self.capabilities(&config)), out);
                self.finish(Effect::None, DONE, out);
                None
            }
            CommandKind::Noop if self.state == State::NotAuthenticated => {
                self.finish(Effect::None, DONE, out);
                None
            }
            CommandKind::Logout => {
                self.notice(Condition::Bye, None, Text::fixed("goodbye"), out);
                self.finish(Effect::None, DONE, out);
                self.close();
                None
            }
            CommandKind::Enable(wanted) => {
                self.enable(wanted, arena, out);
                None
            }
            CommandKind::StartTls if !input.is_empty() => {
                return Err(self.plaintext_after_starttls(input, out));
            }
            CommandKind::StartTls => Some(Event::StartTls(self.desk.issue(Pending::StartTls))),
            CommandKind::Authenticate(auth) => self.authenticate(auth, out),
            CommandKind::Login { .. } if !self.config.offers_login(self.channel) => {
                self.refuse_login(out);
                None
            }
            CommandKind::Select(select) => Some(self.begin_select(select, out)),
            CommandKind::Idle => Some(Event::Idle(self.desk.issue(Pending::Idle))),
            CommandKind::Append(_) => {
                self.bad("expected a literal at the end", out);
                None
            }
            kind => {
                let ticket = self.desk.issue(Pending::Command(kind.effect()));
                Some(Event::Command(command, ticket))
            }
        })
    }

    /// Whether a command can be taken here and now; if not, why not.
    pub(super) fn check(
        &self,
        tag: Option<KeptTag>,
        command: &CommandKind<'_>,
    ) -> Result<(), &'static str> {
        if tag.is_none() {
            return Err("the tag is longer than 64 octets");
        }
        if !self.state.allows(command) {
            return Err(match self.state {
                State::NotAuthenticated => "log in first",
                State::Authenticated if !State::NotAuthenticated.allows(command) => {
                    "select a mailbox first"
                }
                State::Authenticated | State::Selected { .. } | State::Logout => {
                    "only before login"
                }
            });
        }
        let offered = match command {
            CommandKind::StartTls => self.config.starttls && !self.channel.is_tls(),
            command => self.offers(command),
        };
        if offered { Ok(()) } else { Err("not offered here") }
    }

    /// Whether a command is offered with all that it says.
    fn offers(&self, command: &CommandKind<'_>) -> bool {
        let is_let_through = |modifier: &Modifier<'_>| {
            self.config.modifiers.iter().any(|name| modifier.name.is(name))
        };
        self.offered.includes(command.needs()) && command.modifiers().all(is_let_through)
    }

    /// ENABLE (RFC 9051 §6.3.1): what is not known, or not on offer, is
    /// passed over.
    fn enable<'a>(
        &mut self,
        wanted: NonEmpty<'a, Capability<'a>>,
        arena: &'a Arena,
        out: &mut BytesMut,
    ) {
        let config = self.config.clone();
        let enabled = arena.collect(
            wanted
                .into_iter()
                .copied()
                .filter(|wanted| config.enable.iter().any(|offered| is_same(*offered, *wanted))),
        );
        for &capability in &config.enable {
            if enabled.iter().any(|enabled| is_same(*enabled, capability))
                && !self.enabled.contains(&capability)
            {
                self.enabled.push(capability);
            }
        }
        self.style.utf8 = self.is_rev2() || self.enabled.contains(&Capability::Utf8Accept);
        self.untagged(Data::Enabled(enabled), out);
        self.finish(Effect::None, DONE, out);
    }

    /// SELECT and EXAMINE.
    fn begin_select<'a>(&mut self, select: Select<'a>, out: &mut BytesMut) -> Event<'a> {
        if self.state.is_selected() {
            // RFC 9051 §6.3.2, §7.1: the old mailbox is closed whether or not the new one
            // can be opened.
            self.enter(State::Authenticated);
            let text = Text::fixed("mailbox closed");
            self.notice(Condition::Ok, Some(Code::Closed), text, out);
        }
        let ticket = self.desk.issue(Pending::Select { read_only: select.read_only });
        Event::Select(select, ticket)
    }

    /// AUTHENTICATE (RFC 9051 §6.2.2, RFC 4959).
    fn authenticate<'a>(&mut self, auth: Auth<'a>, out: &mut BytesMut) -> Option<Event<'a>> {
        let config = self.config.clone();
        if !config.mechanisms_on(self.channel).any(|offered| offered == auth.mechanism) {
            let text = Text::fixed("the mechanism is not offered here");
            self.finish(Effect::LogIn, Completion::no(None, text), out);
            return None;
        }
        if let Some(response) = auth.initial_response {
            if !self.offered.includes(CapabilitySet::SASL_IR) {
                self.bad("SASL-IR is not offered: wait to be asked for the response", out);
                return None;
            }
            if response.as_str().len() > config.limits.auth_line {
                self.refuse_size("the response is too long", out);
                return None;
            }
        }
        Some(Event::Auth(auth, self.desk.issue(Pending::Auth { rounds: 0 })))
    }

    /// A line of SASL data or the end of IDLE; `Err` is one that is neither.
    pub(super) fn line<'a>(
        &mut self,
        line: Result<&'a [u8], &'a [u8]>,
        out: &mut BytesMut,
    ) -> Option<Event<'a>> {
        if let Expected::AuthResponse { rounds } = self.expected {
            return Some(self.auth_response(rounds, line, out));
        }
        // RFC 9051 §6.3.13
        match line {
            Ok(line) if line.eq_ignore_ascii_case(b"DONE") => {
                self.log.lines(Direction::Received, line);
                self.finish(Effect::None, DONE, out);
            }
            Ok(line) | Err(line) => {
                self.log_head(line);
                self.bad("expected DONE", out);
            }
        }
        Some(Event::IdleDone)
    }

    /// The client's response to a challenge.
    fn auth_response<'a>(
        &mut self,
        rounds: u16,
        line: Result<&'a [u8], &'a [u8]>,
        out: &mut BytesMut,
    ) -> Event<'a> {
        self.log.secret(Direction::Received, b"", 0);
        let response = match line.map(ClientLine::parse) {
            Err(_) => Err("expected a shorter line that ends with CRLF"),
            Ok(Ok(ClientLine::Cancel)) => Err("cancelled"),
            Ok(_) if rounds >= self.config.limits.auth_rounds => Err("too many responses"),
            Ok(Ok(ClientLine::Data(response))) => Ok(response),
            Ok(Err(_)) => Err("expected base64"),
        };
        match response {
            Ok(response) => {
                self.expected = Expected::Command;
                let rounds = rounds.saturating_add(1);
                Event::AuthResponse(response, self.desk.issue(Pending::Auth { rounds }))
            }
            Err(why) => {
                self.bad(why, out);
                Event::AuthCancelled
            }
        }
    }

    /// LOGIN that would show the password (RFC 9051 §6.2.3, RFC 5530 §3).
    pub(super) fn refuse_login(&mut self, out: &mut BytesMut) {
        let code = self.config.offers_login(Channel::Tls).then_some(Code::PrivacyRequired);
        let end = Completion::no(code, Text::fixed("LOGIN is disabled"));
        self.finish(Effect::LogIn, end, out);
    }

    /// What the server can do, here and now (RFC 9051 §6.1.1, §6.2.3).
    pub(super) fn capabilities<'c>(&self, config: &'c Config) -> Vec<Capability<'c>> {
        let mut capabilities: Vec<Capability<'c>> = config.capabilities.clone();
        if self.state == State::NotAuthenticated {
            if config.starttls && !self.channel.is_tls() {
                capabilities.push(Capability::StartTls);
            }
            if !config.offers_login(self.channel) {
                capabilities.push(Capability::LoginDisabled);
            }
            capabilities.extend(config.mechanisms_on(self.channel).map(Capability::Auth));
        }
        capabilities
    }
}

/// Whether two capabilities are the same but for upper and lower case.
fn is_same(one: Capability<'_>, other: Capability<'_>) -> bool {
    match (one, other) {
        (Capability::Other(one), Capability::Other(other)) => one.is(other.as_str()),
        (one, other) => one == other,
    }
}
