//! From the greeting to the login.

use pop3_proto::{
    Command, Mechanism, Name, Password,
    client::{Capabilities, Event},
};

use super::{
    Account, Error, Login, Security,
    client::{Client, said, yes_or_no},
};
use crate::apop;

/// Greets, goes over to TLS where that is wanted, and logs in.
pub(super) fn log_in(client: &mut Client, account: &Account) -> Result<(), Error> {
    let timestamp = greeting(client)?;
    capabilities(client)?;
    if account.security == Security::StartTls {
        start_tls(client)?;
        capabilities(client)?;
    }
    let capabilities = client.session.capabilities();
    let how = choose(account, capabilities, timestamp)?;
    if capabilities.utf8 && client.session.allows(Command::Utf8).is_ok() {
        // Mail comes as it is then. Where not, the server makes it ASCII.
        let _ = client.ask(Command::Utf8)?;
    }
    let name = &account.credentials.name;
    let password = &account.credentials.password;
    let unsendable = |what| move |source| Error::Credentials { what, source };
    let answered = match how {
        How::Plain => return plain(client, &format!("\0{name}\0{password}")),
        How::Apop(timestamp) => {
            let name = Name::new(name).map_err(unsendable("name"))?;
            client.ask(Command::Apop { name, digest: apop::digest(&timestamp, password) })?
        }
        How::User => {
            let name = Name::new(name).map_err(unsendable("name"))?;
            let password = Password::new(password.as_bytes()).map_err(unsendable("password"))?;
            // Not at once with PASS: it is not for a server that takes no USER.
            match client.ask(Command::User(name))? {
                Ok(()) => client.ask(Command::Pass(password))?,
                no => no,
            }
        }
    };
    answered.map_err(Error::Login)
}

/// Reads the greeting. Gives its timestamp.
fn greeting(client: &mut Client) -> Result<Option<String>, Error> {
    client.next(|event| match event {
        Event::Greeting(greeting) if greeting.is_ok() => {
            Ok(greeting.timestamp().map(|timestamp| timestamp.as_str().to_owned()))
        }
        Event::Greeting(greeting) => Err(Error::Busy(said(&greeting))),
        _ => Ok(None),
    })?
}

/// Asks what the server can do. One that does not know CAPA can do little.
pub(super) fn capabilities(client: &mut Client) -> Result<(), Error> {
    client.ask(Command::Capa).map(drop)
}

fn start_tls(client: &mut Client) -> Result<(), Error> {
    if !client.session.capabilities().stls {
        return Err(Error::NoStartTls);
    }
    client.send(Command::Stls)?;
    let upgrade = client.next(|event| match event {
        Event::Stls(upgrade) => Ok(upgrade),
        Event::Answer(answer) => Err(Error::StartTlsRefused(said(&answer.response))),
        _ => Err(Error::NoStartTls),
    })?;
    client.upgrade(upgrade?)
}

/// A way to log in.
#[derive(Debug, PartialEq, Eq)]
enum How {
    Plain,
    /// With the greeting's timestamp.
    Apop(String),
    User,
}

fn choose(
    account: &Account,
    capabilities: Capabilities,
    timestamp: Option<String>,
) -> Result<How, Error> {
    let encrypted = account.security != Security::None;
    match (account.login, timestamp) {
        (Login::Plain, _) => Ok(How::Plain),
        (Login::User, _) => Ok(How::User),
        (Login::Apop, Some(timestamp)) => Ok(How::Apop(timestamp)),
        (Login::Apop, None) => Err(Error::NoTimestamp),
        (Login::Auto, timestamp) if encrypted || account.server.is_loopback() => {
            Ok(match timestamp {
                _ if capabilities.has_mechanism(Mechanism::Plain) => How::Plain,
                Some(timestamp) if !encrypted => How::Apop(timestamp),
                _ => How::User,
            })
        }
        (Login::Auto, timestamp) => timestamp.map(How::Apop).ok_or(Error::NoSafeLogin),
    }
}

/// AUTH PLAIN. The message comes behind the challenge: it may be too long for
/// the command.
fn plain(client: &mut Client, message: &str) -> Result<(), Error> {
    let mut message = Some(message);
    client.send(Command::Auth { mechanism: Mechanism::Plain, initial_response: None })?;
    loop {
        let said = client.next(|event| match event {
            Event::Challenge(_, ticket) => Ok(ticket),
            Event::Answer(answer) => Err(yes_or_no(&answer)),
            _ => Err(Err("a challenge that cannot be read".into())),
        })?;
        match (said, message.take()) {
            (Ok(ticket), Some(message)) => client.respond(ticket, message.as_bytes())?,
            (Ok(_), None) => return Err(Error::Login("PLAIN has no second challenge".into())),
            (Err(answered), _) => return answered.map_err(Error::Login),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::{
        client_tls::{Trust, configure},
        sasl::Credentials,
    };

    fn chosen(
        host: &str,
        security: Security,
        login: Login,
        timestamp: Option<&str>,
    ) -> Result<How, String> {
        let account = Account {
            server: host.parse().unwrap(),
            security,
            trust: configure(Trust::Web).unwrap(),
            credentials: Credentials { name: "alice".into(), password: "secret".into() },
            login,
            timeout: Duration::ZERO,
            stop: Arc::default(),
        };
        let how = choose(&account, Capabilities::default(), timestamp.map(str::to_owned));
        how.map_err(|error| error.to_string())
    }

    #[test]
    fn passwords_are_for_tls_and_this_machine_unless_chosen() {
        use Login::{Apop, Auto, Plain, User};
        use Security::{Implicit, None as Clear, StartTls};
        let (here, away, stamp) = ("localhost", "mail.example.org", "<1@a>");
        let apop = || How::Apop(stamp.into());
        for (host, security, login, timestamp, how) in [
            (away, Implicit, Auto, Some(stamp), How::User),
            (away, StartTls, Auto, None, How::User),
            (away, Implicit, Apop, Some(stamp), apop()),
            (here, Clear, Auto, Some(stamp), apop()),
            (here, Clear, Auto, None, How::User),
            (away, Clear, Auto, Some(stamp), apop()),
            (away, Clear, User, Some(stamp), How::User),
            (away, Clear, Plain, None, How::Plain),
        ] {
            assert_eq!(chosen(host, security, login, timestamp), Ok(how), "{host} {security:?}");
        }
        let refused = chosen(away, Clear, Auto, None).unwrap_err();
        assert_eq!(refused, Error::NoSafeLogin.to_string());
        let refused = chosen(here, Clear, Apop, None).unwrap_err();
        assert_eq!(refused, Error::NoTimestamp.to_string());
    }
}
