//! LOGIN and AUTHENTICATE (RFC 9051 §6.2.2, §6.2.3).

use std::io;

use imap_proto::server::{Rejection, request};
use imap_proto::{AString, Arena, Code, Completion, Password, Text, Ticket};

use super::{
    client::{Client, Fault},
    wire::{Wire, ok},
};
use crate::{sasl::Step, store};

impl Client<'_> {
    pub(super) fn login<'b>(
        &mut self,
        user: AString<'_>,
        password: Password<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let (name, password) = (user.as_str(), std::str::from_utf8(password.reveal()));
        let known = match (name, password) {
            (Some(name), Ok(password)) => self.check(name, password)?,
            _ => false,
        };
        Ok(match known {
            true => ok("logged in"),
            false => Completion::no(
                Some(Code::AuthenticationFailed),
                Text::truncated("wrong name or password"),
            ),
        })
    }

    /// Goes on with a SASL exchange. No step: the mechanism is not known.
    pub(super) fn authenticate(
        &mut self,
        step: Option<Step>,
        ticket: Ticket<request::Auth>,
        wire: &mut Wire<'_>,
    ) -> io::Result<()> {
        let (imap, out) = (&mut wire.imap, &mut wire.out);
        let answered = match step {
            Some(Step::Challenge(exchange, challenge)) => {
                self.exchange = Some(exchange);
                imap.challenge(ticket, challenge.as_bytes(), out)
            }
            Some(Step::Check(credentials)) => {
                match self.check(&credentials.name, &credentials.password) {
                    Ok(true) => imap.accept(ticket, out),
                    Ok(false) => imap.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
                    Err(error) => {
                        let arena = Arena::new();
                        imap.reject(ticket, self.rejection(&error, false, &arena), out)
                    }
                }
            }
            Some(Step::ForAnother) => imap.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
            Some(Step::Malformed) => imap.reject(
                ticket,
                Rejection::bad(None, Text::truncated("not what the mechanism says")),
                out,
            ),
            None => imap.reject(ticket, Rejection::NOT_SUPPORTED, out),
        };
        answered.map_err(io::Error::other)
    }

    /// Logs in with this name and password.
    fn check(&mut self, name: &str, password: &str) -> Result<bool, store::Error> {
        self.user = self.server.log_in(&self.peer, name, password)?;
        Ok(self.user.is_some())
    }
}
