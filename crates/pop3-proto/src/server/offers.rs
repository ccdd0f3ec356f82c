//! CAPA and LANG, which every state answers: what is offered.

use bytes::{BufMut, BytesMut};
use mail_wire::Channel;

use super::ending::{err, ok};
use super::session::Session;
use super::state::State;
use crate::capability::Capability;
use crate::language::{Language, LanguageListing};
use crate::text::Text;

/// The language of all that this crate says.
const ENGLISH: &str = "en";

impl Session {
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
        let mut mechanisms = config.mechanisms.on(self.channel, config.plaintext_auth).peekable();
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
            _ if !self.config.lang => self.say_no("LANG is not offered", out),
            None => {
                ok("the languages follow", out);
                if let Ok(language) = Language::new(ENGLISH) {
                    LanguageListing { language, description: Text::fixed("English") }.encode(out);
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
}
