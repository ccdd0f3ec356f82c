//! The AUTHORIZATION state (RFC 1939 §4): who is it, and may it be trusted?

use alloc::borrow::Cow;

use bytes::BytesMut;
use mail_wire::{Auth, ClientLine, Mechanism};

use super::ending::{err, ok};
use super::error::{Error, ProtocolError};
use super::event::{Event, Login, Proof};
use super::pending::Pending;
use super::session::Session;
use super::state::State;
use crate::command::Command;
use crate::credentials::{Name, Password};

impl Session {
    pub(super) fn authorization<'b>(
        &mut self,
        command: Command<'b>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        match command {
            Command::User(name) => self.user_command(name, out),
            Command::Pass(password) => return self.pass(password, out),
            Command::Apop { .. } if !self.apop => self.say_no("APOP is not offered", out),
            Command::Apop { name, .. } if !self.takes_octets(name.as_str().as_bytes()) => {
                self.refuse_credentials("the name is not US-ASCII", out);
            }
            Command::Apop { name, digest } => {
                let login =
                    Login { name: Cow::Borrowed(name.as_str()), proof: Proof::Apop(digest) };
                return Some(self.login(login));
            }
            Command::Auth(auth) => return self.auth(auth, out),
            Command::Utf8 if !self.config.utf8 => self.say_no("UTF8 is not offered", out),
            Command::Utf8 => {
                self.utf8 = true;
                ok("UTF8 enabled", out);
            }
            Command::Quit => {
                ok("goodbye", out);
                self.enter(State::Closed);
            }
            _ => self.say_no("log in first", out),
        }
        None
    }

    /// Always yes: who has a maildrop here is not told before the password.
    fn user_command(&mut self, name: Name<'_>, out: &mut BytesMut) {
        if !self.takes_user() {
            self.say_no(self.why_not("USER is not offered"), out);
        } else if !self.takes_octets(name.as_str().as_bytes()) {
            self.refuse_credentials("the name is not US-ASCII", out);
        } else {
            self.user = Some(name.as_str().into());
            ok("send the password", out);
        }
    }

    fn pass<'b>(&mut self, password: Password<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let Some(name) = self.user.take() else {
            self.say_no("send USER first", out);
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
        Event::Login(login, self.desk.issue(Pending::Login))
    }

    fn auth<'b>(&mut self, auth: Auth<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let is_it = |name: Mechanism<'_>| name == auth.mechanism;
        let mechanisms = &self.config.mechanisms;
        if !mechanisms.on(self.channel, self.config.plaintext_auth).any(is_it) {
            let unknown = "the mechanism is not offered";
            let why = if mechanisms.iter().any(is_it) { self.why_not(unknown) } else { unknown };
            self.say_no(why, out);
            return None;
        }
        self.auth_rounds = 0;
        self.enter(State::Authenticating);
        Some(Event::Auth(auth, self.desk.issue(Pending::Auth)))
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
                return Some(Event::AuthResponse(data, self.desk.issue(Pending::Auth)));
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
            self.say_no("TLS is active already", out);
        } else if !self.config.stls {
            self.say_no("STLS is not offered", out);
        } else if self.utf8 {
            // RFC 6856 §2.1
            self.say_no("STLS comes before UTF8", out);
        } else if !input.is_empty() {
            *input = &[];
            err("octets in clear text after STLS: goodbye", out);
            return Err(self.fail(ProtocolError::PlaintextAfterStartTls));
        } else {
            return Ok(Some(Event::StartTls(self.desk.issue(Pending::StartTls))));
        }
        Ok(None)
    }

    pub(super) fn takes_passwords(&self) -> bool {
        self.channel.is_tls() || self.config.plaintext_auth
    }

    pub(super) fn takes_user(&self) -> bool {
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
