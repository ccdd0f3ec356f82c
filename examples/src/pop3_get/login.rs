//! From the greeting to the login.

use pop3_proto::client::{Plan, TlsPolicy, Way};

use super::{Account, Error, Login, Security, client::Client};

/// Greets, goes over to TLS where that is wanted, and logs in.
pub(super) fn log_in(client: &mut Client, account: &Account) -> Result<(), Error> {
    let credentials = &account.credentials;
    let mut plan = Plan::new(&credentials.name, credentials.password.as_bytes());
    plan.tls = match account.security {
        Security::Implicit | Security::StartTls => TlsPolicy::Required,
        Security::None => TlsPolicy::Never,
    };
    plan.ways = ways(account);
    // Mail comes as it is then. Where not, the server makes it ASCII.
    plan.utf8 = true;
    client.open(plan).map_err(|error| match (error, account.login) {
        (Error::NoLogin, Login::Apop) => Error::NoTimestamp,
        (Error::NoLogin, Login::Auto) if account.security == Security::None => Error::NoSafeLogin,
        (error, _) => error,
    })
}

/// Which of them may be sent in clear text the session knows.
const fn ways(account: &Account) -> &'static [Way<'static>] {
    match (account.login, account.security) {
        (Login::Auto, Security::Implicit | Security::StartTls) => &[Way::Plain, Way::User],
        (Login::Auto, Security::None) => &[Way::Plain, Way::Apop, Way::User],
        (Login::Plain, _) => &[Way::Plain],
        (Login::Apop, _) => &[Way::Apop],
        (Login::User, _) => &[Way::User],
    }
}
