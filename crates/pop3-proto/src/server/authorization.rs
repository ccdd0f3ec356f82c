//! The AUTHORIZATION state (RFC 1939 §4): who is it, and may it be trusted?
//! And CAPA and LANG, which every state answers.

use alloc::borrow::Cow;

use bytes::{BufMut, BytesMut};
use mail_wire::{Base64, Channel, ClientLine, Mechanism};

use super::asked::Asked;
use super::error::{Error, ProtocolError};
use super::event::{Event, Login, Proof};
use super::session::{Session, err, ok};
use super::state::State;
use crate::capability::Capability;
use crate::command::Command;
use crate::credentials::{Name, Password};
use crate::language::{Language, LanguageListing};
use crate::text::Text;

/// The language of all that this crate says.
const ENGLISH: &str = "en";

impl Session {
    pub(super) fn authorization<'b>(
        &mut self,
        command: Command<'b>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        match command {
            Command::User(name) => self.user_command(name, out),
            Command::Pass(password) => return self.pass(password, out),
            Command::Apop { .. } if !self.apop => self.refuse("APOP is not offered", out),
            Command::Apop { name, .. } if !self.takes_octets(name.as_str().as_bytes()) => {
                self.refuse_credentials("the name is not US-ASCII", out);
            }
            Command::Apop { name, digest } => {
                let login =
                    Login { name: Cow::Borrowed(name.as_str()), proof: Proof::Apop(digest) };
                return Some(self.login(login));
            }
            Command::Auth { mechanism, initial_response } => {
                return self.auth(mechanism, initial_response, out);
            }
            Command::Utf8 if !self.config.utf8 => self.refuse("UTF8 is not offered", out),
            Command::Utf8 => {
                self.utf8 = true;
                ok("UTF8 enabled", out);
            }
            Command::Quit => {
                ok("goodbye", out);
                self.enter(State::Closed);
            }
            _ => self.refuse("log in first", out),
        }
        None
    }

    /// Always yes: who has a maildrop here is not told before the password.
    fn user_command(&mut self, name: Name<'_>, out: &mut BytesMut) {
        if !self.takes_user() {
            self.refuse(self.why_not("USER is not offered"), out);
        } else if !self.takes_octets(name.as_str().as_bytes()) {
            self.refuse_credentials("the name is not US-ASCII", out);
        } else {
            self.user = Some(name.as_str().into());
            ok("send the password", out);
        }
    }

    fn pass<'b>(&mut self, password: Password<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let Some(name) = self.user.take() else {
            self.refuse("send USER first", out);
            return None;
        };
        if !self.takes_octets(password.reveal()) {
            self.refuse_credentials("the password is not of the right character set", out);
            return None;
        }
        let name = Cow::Owned(name.into());
        Some(self.login(Login { name, proof: Proof::Password(password) }))
    }

    fn login<'b>(&mut self, login: Login<'b>) -> Event<'b> {
        self.asked = Asked::Login;
        Event::Login(login, self.desk.issue())
    }

    fn auth<'b>(
        &mut self,
        mechanism: Mechanism<'b>,
        initial_response: Option<Base64<'b>>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let offered =
            |passwords| self.config.mechanisms.iter(passwords).any(|name| name == mechanism);
        if !offered(self.takes_passwords()) {
            let unknown = "the mechanism is not offered";
            let why = if offered(true) { self.why_not(unknown) } else { unknown };
            self.refuse(why, out);
            return None;
        }
        self.auth_rounds = 0;
        self.enter(State::Authenticating);
        Some(Event::Auth { mechanism, initial_response, ticket: self.desk.issue() })
    }

    /// A line of the exchange that AUTH began (RFC 5034 §4).
    pub(super) fn auth_line<'b>(
        &mut self,
        line: &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let why = match ClientLine::parse(line) {
            Ok(ClientLine::Data(data)) if self.auth_rounds < self.config.limits.auth_rounds => {
                self.auth_rounds += 1;
                return Some(Event::AuthResponse(data, self.desk.issue()));
            }
            Ok(ClientLine::Data(_)) => "too many responses: authentication cancelled",
            Ok(ClientLine::Cancel) => "authentication cancelled",
            Err(_) => "not base64: authentication cancelled",
        };
        self.cancel_auth(why, out)
    }

    /// RFC 2595 §4. Nothing may follow the command before the handshake.
    pub(super) fn stls<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Option<Event<'b>>, Error> {
        if self.channel.is_tls() {
            self.refuse("TLS is active already", out);
        } else if !self.config.stls {
            self.refuse("STLS is not offered", out);
        } else if self.utf8 {
            // RFC 6856 §2.1
            self.refuse("STLS comes before UTF8", out);
        } else if !input.is_empty() {
            *input = &[];
            err("octets in clear text behind STLS: goodbye", out);
            return Err(self.fail(ProtocolError::PlaintextAfterStartTls));
        } else {
            return Ok(Some(Event::Stls(self.desk.issue())));
        }
        Ok(None)
    }

    /// RFC 2449 §5. What is offered before login is told after it, too, but for
    /// STLS, which says that it "is present and permitted in the current state".
    pub(super) fn capa(&self, out: &mut BytesMut) {
        let config = &*self.config;
        ok("the capabilities follow", out);
        let capabilities = [
            Some(Capability::Top),
            Some(Capability::Uidl),
            Some(Capability::RespCodes),
            Some(Capability::AuthRespCode),
            Some(Capability::Pipelining),
            self.takes_user().then_some(Capability::User),
            self.offers_stls().then_some(Capability::Stls),
            config.utf8.then_some(Capability::Utf8 { user: config.utf8_user }),
            config.lang.then_some(Capability::Lang),
            config.expire.map(|retention| Capability::Expire { retention, user: false }),
            config.login_delay.map(|seconds| Capability::LoginDelay { seconds, user: false }),
            config.implementation.as_ref().map(|name| Capability::Implementation(name.as_text())),
        ];
        for capability in capabilities.into_iter().flatten() {
            capability.encode(out);
        }
        let mut mechanisms = config.mechanisms.iter(self.takes_passwords()).peekable();
        if mechanisms.peek().is_some() {
            out.put_slice(b"SASL");
            for mechanism in mechanisms {
                out.put_u8(b' ');
                out.put_slice(mechanism.as_str().as_bytes());
            }
            out.put_slice(b"\r\n");
        }
        out.put_slice(b".\r\n");
    }

    /// RFC 6856 §3. There is one language here.
    pub(super) fn lang(&mut self, language: Option<Language<'_>>, out: &mut BytesMut) {
        match language {
            _ if !self.config.lang => self.refuse("LANG is not offered", out),
            None => {
                ok("the languages follow", out);
                if let Ok(language) = Language::new(ENGLISH) {
                    LanguageListing { language, description: Text::literal("English") }.encode(out);
                }
                out.put_slice(b".\r\n");
            }
            Some(language) if language.is_served_by(ENGLISH) => ok("en I speak English", out),
            Some(_) => err("I only speak English", out),
        }
    }

    fn offers_stls(&self) -> bool {
        self.config.stls && self.channel == Channel::Clear && self.state() == State::Authorization
    }

    fn takes_passwords(&self) -> bool {
        self.channel.is_tls() || self.config.plaintext_auth
    }

    fn takes_user(&self) -> bool {
        self.config.user && self.takes_passwords()
    }

    /// Whether these octets may be of a name or password (RFC 6856 §2.2).
    fn takes_octets(&self, octets: &[u8]) -> bool {
        octets.is_ascii()
            || self.config.tolerance.eight_bit_credentials
            || self.config.utf8 && self.config.utf8_user && core::str::from_utf8(octets).is_ok()
    }

    /// `otherwise`, unless TLS is what is missing.
    fn why_not(&self, otherwise: &'static str) -> &'static str {
        if self.takes_passwords() { otherwise } else { "no passwords in clear text: use TLS" }
    }
}
