//! What a server offers, and how much it takes.

use alloc::string::String;
use core::num::NonZeroU32;
use core::time::Duration;

use mail_wire::{
    BodyPolicy, Channel, Mechanism, OfferedMechanisms, SyntaxError, UnknownCommands, greeting,
};

use crate::address::Hostname;
use crate::keywords::{EhloLines, Keywords};
use crate::parameter::DateTime;
use crate::protocol::{ENVELOPE, Protocol};
use crate::text::Text;
use crate::tolerance::Tolerance;

/// What a server offers and allows. One serves all sessions.
///
/// ```
/// use smtp_proto::server::Config;
/// let mut config = Config::new("mx.example.org")?;
/// config.max_message_size = Some(10 << 20);
/// config.starttls = true;
/// config.mechanisms.offer("PLAIN")?;
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    hostname: String,
    greeting: Option<String>,
    /// Whether the session speaks SMTP or LMTP. Default: SMTP.
    pub protocol: Protocol,
    /// The most octets that a message may have, its line ends counted and its
    /// stuffed dots not: offered as SIZE and enforced (RFC 1870). None, and 0 as
    /// RFC 1870 §4 has it, offers SIZE without a limit. Default: none.
    pub max_message_size: Option<u64>,
    /// Offer 8BITMIME (RFC 6152). Default: yes.
    pub eight_bit_mime: bool,
    /// Offer SMTPUTF8 (RFC 6531): only where mail is stored and passed on as it
    /// comes, and 8BITMIME is offered. Default: yes.
    pub smtputf8: bool,
    /// Offer CHUNKING (RFC 3030 §2): a body may come by BDAT, as octets that nobody looks at.
    /// Whatever [`body_policy`](Self::body_policy) says of DATA, such a body may have a bare CR, a
    /// bare LF or a NUL, and no end of a line at its end: set it where that can be stored, and is
    /// not passed on as it is to who takes a bare LF for the end of a line. Default: no.
    pub chunking: bool,
    /// Offer BINARYMIME (RFC 3030 §3): only where such mail is stored as it comes, and CHUNKING
    /// is offered. Default: no.
    pub binary_mime: bool,
    /// Offer DSN (RFC 3461): RET, ENVID, NOTIFY and ORCPT reach the driver, which sends the
    /// reports that they ask for, and passes them on. Default: no.
    pub dsn: bool,
    /// Offer DELIVERBY (RFC 2852), with the fewest seconds after which mail can be asked to come
    /// back; 0 names none. Default: not offered.
    pub deliver_by: Option<u32>,
    /// Offer FUTURERELEASE (RFC 4865): for submission alone. Default: not offered.
    pub future_release: Option<FutureRelease>,
    /// Offer MT-PRIORITY (RFC 6710): for submission and LMTP. Default: no.
    pub mt_priority: bool,
    /// Offer REQUIRETLS under TLS (RFC 8689 §2): the driver sends such mail on under TLS alone.
    /// Default: no.
    pub require_tls: bool,
    /// Offer LIMITS (RFC 9422), with [`Limits::recipients`]. Default: no.
    pub advertise_limits: bool,
    /// Offer NO-SOLICITING (RFC 3865), with no classes: the driver decides on those of SOLICIT.
    /// Default: no.
    pub no_soliciting: bool,
    /// Offer MTRK (RFC 3885). Default: no.
    pub mtrk: bool,
    /// Offer CONPERM (RFC 4141 §4). Default: no.
    pub conperm: bool,
    /// Offer CONNEG (RFC 4141 §5): the driver tells the capabilities in its answer to RCPT.
    /// Default: no.
    pub conneg: bool,
    /// Offer RRVS (RFC 7293). Default: no.
    pub rrvs: bool,
    /// Offer STARTTLS in clear text (RFC 3207). Default: no.
    pub starttls: bool,
    /// Let VRFY through as [`Event::Vrfy`](crate::server::Event::Vrfy). Otherwise it is
    /// answered 252, which says nothing. Default: no.
    pub vrfy: bool,
    /// Let EXPN through as [`Event::Expn`](crate::server::Event::Expn). Otherwise it is
    /// answered 502. Default: no.
    pub expn: bool,
    /// Let HELP through as [`Event::Help`](crate::server::Event::Help). Otherwise it is answered
    /// with the place of a description. Default: no.
    pub help: bool,
    /// Offer ETRN (RFC 1985), as [`Event::Etrn`](crate::server::Event::Etrn). Otherwise it is
    /// answered 502. Default: no.
    pub etrn: bool,
    /// Offer ATRN (RFC 2645), as [`Event::Atrn`](crate::server::Event::Atrn), to who has logged
    /// in. Otherwise it is answered 502. Default: no.
    pub atrn: bool,
    /// Offer XCLIENT (Postfix), as [`Event::XClient`](crate::server::Event::XClient): where every
    /// client that can connect is trusted. Otherwise it is answered 502. Default: no.
    pub xclient: bool,
    /// Offer XFORWARD (Postfix), as [`Event::XForward`](crate::server::Event::XForward): where
    /// every client that can connect is trusted. Otherwise it is answered 502. Default: no.
    pub xforward: bool,
    /// The SASL mechanisms of AUTH (RFC 4954 §3), which is offered where there is one.
    /// Default: none.
    pub mechanisms: OfferedMechanisms,
    /// Offer those of them that [show the password](Mechanism::shows_password) on a
    /// connection without TLS too. Default: no.
    pub plaintext_auth: bool,
    /// What to do with bare CR, bare LF and NUL in a body that comes by DATA. Default: reject.
    pub body_policy: BodyPolicy,
    /// What to let pass in commands. Default: blanks at their end (RFC 5321 §4.1.1). A server
    /// that everybody may send mail to takes [`Tolerance::PUBLIC`].
    pub tolerance: Tolerance,
    /// Lines to add to the answer to EHLO, of extensions that the driver knows and this crate does
    /// not, or is not to offer itself. Of what it does offer, on that connection, its own line
    /// stands alone. Default: none.
    pub ehlo_lines: EhloLines,
    /// Parameters of MAIL that the driver knows, beside those of the extensions that are offered.
    /// They reach it in [`MailParameters::other`](crate::MailParameters::other); those that this
    /// crate can read, as `RET` where [`dsn`](Self::dsn) is off, in their fields. All others are
    /// answered 555. Default: none.
    pub mail_parameters: Keywords,
    /// The same for RCPT: [`RcptParameters`](crate::RcptParameters).
    pub rcpt_parameters: Keywords,
    /// Which commands that this crate does not know are given to the driver, as
    /// [`Event::Unknown`](crate::server::Event::Unknown). All others are answered 500. A verb
    /// that it knows (a variant of [`Command`](crate::Command), obsolete ones too) comes to
    /// nothing here: such a command is carried out or refused as the fields above have it, and
    /// TURN, SEND, SOML, SAML and BURL are always answered 502. Default: none.
    pub unknown_commands: UnknownCommands,
    /// How much to take.
    pub limits: Limits,
}

impl Config {
    /// The defaults, for a server of that name: a domain of US-ASCII (one past it is
    /// given in A-labels) or an address literal.
    ///
    /// # Errors
    /// [`SyntaxError`] where `hostname` is no [`Hostname`].
    pub fn new(hostname: &str) -> Result<Self, SyntaxError> {
        let hostname = Hostname::parse(hostname.as_bytes())?;
        Ok(Self {
            hostname: hostname.as_str().into(),
            greeting: None,
            protocol: Protocol::Smtp,
            max_message_size: None,
            eight_bit_mime: true,
            smtputf8: true,
            chunking: false,
            binary_mime: false,
            dsn: false,
            deliver_by: None,
            future_release: None,
            mt_priority: false,
            require_tls: false,
            advertise_limits: false,
            no_soliciting: false,
            mtrk: false,
            conperm: false,
            conneg: false,
            rrvs: false,
            starttls: false,
            vrfy: false,
            expn: false,
            help: false,
            etrn: false,
            atrn: false,
            xclient: false,
            xforward: false,
            mechanisms: OfferedMechanisms::default(),
            plaintext_auth: false,
            body_policy: BodyPolicy::default(),
            tolerance: Tolerance::default(),
            ehlo_lines: EhloLines::default(),
            mail_parameters: Keywords::default(),
            rcpt_parameters: Keywords::default(),
            unknown_commands: UnknownCommands::default(),
            limits: Limits::default(),
        })
    }

    /// The most octets of a message, where there is a limit.
    pub(crate) fn size_limit(&self) -> Option<u64> {
        self.max_message_size.filter(|&limit| limit > 0)
    }

    /// RFC 3030 §3: BINARYMIME is of no use without BDAT.
    pub(crate) const fn offers_binary_mime(&self) -> bool {
        self.binary_mime && self.chunking
    }

    /// The name that the server goes by.
    #[must_use]
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// What the greeting says after the server's name. Default: `ESMTP`, or `LMTP`.
    #[must_use]
    pub fn greeting(&self) -> &str {
        match (&self.greeting, self.protocol) {
            (Some(greeting), _) => greeting,
            (None, Protocol::Smtp) => "ESMTP",
            (None, Protocol::Lmtp) => "LMTP",
        }
    }

    /// Sets what the greeting says after the server's name: visible US-ASCII, spaces and tabs. It
    /// should begin with `ESMTP` (RFC 5321 §3.1), by which old clients know that they may say
    /// EHLO.
    ///
    /// # Errors
    /// Where it is of anything else, empty, or too long for a line of 512 octets beside the name.
    pub fn set_greeting(&mut self, text: &str) -> Result<(), SyntaxError> {
        let room = Text::MAX.saturating_sub(self.hostname.len());
        self.greeting = Some(greeting(text, room)?);
        Ok(())
    }

    /// The mechanisms that are offered on such a connection.
    pub(crate) fn mechanisms_on(&self, channel: Channel) -> impl Iterator<Item = Mechanism<'_>> {
        self.mechanisms.on(channel, self.plaintext_auth)
    }

    /// Their names.
    pub(crate) fn mechanism_names_on(&self, channel: Channel) -> impl Iterator<Item = &str> {
        self.mechanisms.names_on(channel, self.plaintext_auth)
    }
}

/// How long a server holds mail back at most (RFC 4865 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FutureRelease {
    interval: u32,
    until: String,
}

impl FutureRelease {
    /// For at most `interval` seconds, and until the date and time `until`, which is in UTC.
    ///
    /// ```
    /// use smtp_proto::server::{Config, FutureRelease};
    /// let mut config = Config::new("mx.example.org")?;
    /// config.future_release = Some(FutureRelease::new(86_400, "2036-01-01T00:00:00Z")?);
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where the seconds are not from 1 to 999999999, or `until` is no such time.
    pub fn new(interval: u32, until: &str) -> Result<Self, SyntaxError> {
        if !(1..=999_999_999).contains(&interval) {
            return Err(SyntaxError { offset: 0, expected: "seconds from 1 to 999999999" });
        }
        if !DateTime::parse(until.as_bytes())?.is_utc() {
            return Err(SyntaxError { offset: 0, expected: "a time in UTC" });
        }
        Ok(Self { interval, until: until.into() })
    }

    pub(crate) const fn interval(&self) -> u32 {
        self.interval
    }

    pub(crate) fn until(&self) -> DateTime<'_> {
        DateTime::checked(&self.until)
    }
}

/// How much a server takes from one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// The longest command line, CRLF included, in octets. Default: 2400, which has room for 512
    /// (RFC 5321 §4.5.3.1.4) and what all extensions that can be offered add to MAIL: 26 for SIZE,
    /// 17 for BODY, 10 for SMTPUTF8, 500 for AUTH, 115 for RET and ENVID, 17 for BY, 34 for
    /// HOLDUNTIL, 15 for MT-PRIORITY, 11 for REQUIRETLS, 1007 for SOLICIT, 40 for MTRK and 8 for
    /// CONPERM.
    pub command_line: usize,
    /// The longest line of an AUTH exchange, the command with its initial
    /// response too, in octets. Default: 12288 (RFC 4954 §4).
    pub auth_line: usize,
    /// The most responses in one AUTH exchange; with one more it is cancelled.
    /// Default: 32.
    pub auth_rounds: u16,
    /// The most recipients of one message; the next is answered 452. Default:
    /// 1000. No less than 100 should be set (RFC 5321 §4.5.3.1.8).
    pub recipients: u32,
    /// The most recipients that are given to the driver before the first of them is answered,
    /// where the client sends them together (RFC 2920): fifty that are looked up at the same time
    /// take as long as one. Whichever is answered first, the replies are sent in order. Default:
    /// 1, one after the other.
    pub recipients_ahead: usize,
    /// The most bad commands: those that the session itself says no to, for their syntax, their
    /// place or because they are not offered, and logins that are rejected; with the next the
    /// connection ends with 421. The count starts again where the client does what a stranger
    /// cannot do for nothing: with a login, with a message that is accepted, and, once it has
    /// logged in, with every request that the driver accepts. Default: 20.
    pub bad_commands: u32,
    /// The most requests that are refused otherwise: by the driver (messages and logins are not
    /// among them), or because a message is too big or has too many recipients; with the next the
    /// connection ends with 421. The same as for bad commands makes up for those before. So nobody
    /// tries a dictionary of recipients on one connection. Default: 1000.
    pub refusals: u32,
    /// How long the client may be silent. Default: 5 minutes, the least that RFC 5321
    /// §4.5.3.2.7 allows.
    pub idle_timeout: Duration,
    /// How long a session may last, where the driver tells it of
    /// [time](crate::server::Session::time_passed). Default: no limit.
    pub session: Option<Duration>,
    /// The fewest octets of a body that come a second on average, where the driver tells the session
    /// of [time](crate::server::Session::time_passed); the first
    /// [`idle_timeout`](Self::idle_timeout) is not counted. Default: no limit.
    pub body_rate: Option<NonZeroU32>,
}

impl Limits {
    /// The most octets that a session with these limits leaves unread: what a
    /// [`ReceiveBuffer`](crate::ReceiveBuffer) must be able to hold.
    #[must_use]
    pub const fn buffer(&self) -> usize {
        if self.command_line > self.auth_line { self.command_line } else { self.auth_line }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            command_line: ENVELOPE,
            auth_line: 12_288,
            auth_rounds: 32,
            recipients: 1000,
            recipients_ahead: 1,
            bad_commands: 20,
            refusals: 1000,
            idle_timeout: Duration::from_secs(5 * 60),
            session: None,
            body_rate: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that the documentation names.
    #[test]
    fn default_limits() {
        let limits = Limits::default();
        assert_eq!((limits.command_line, limits.auth_line), (2400, 12_288));
        assert_eq!((limits.auth_rounds, limits.bad_commands), (32, 20));
        assert_eq!((limits.recipients, limits.idle_timeout.as_secs()), (1000, 300));
        assert_eq!((limits.refusals, limits.buffer()), (1000, 12_288));
        assert_eq!(limits.recipients_ahead, 1);
        assert_eq!(Limits { command_line: 20_000, ..limits }.buffer(), 20_000);
    }

    #[test]
    fn servers_have_names_of_ascii() {
        for name in ["mx.example.org", "localhost", "[192.0.2.1]", "xn--mller-kva.example"] {
            assert_eq!(Config::new(name).unwrap().hostname(), name);
        }
        for name in ["", "müller.example", "mx_1.example", "mx.example.", "a b", "a\r\nb"] {
            assert!(Config::new(name).is_err(), "{name}");
        }
    }

    /// RFC 5321 §4.2, §4.5.3.1.5.
    #[test]
    fn greetings_fit_a_line() {
        let mut config = Config::new("mx.example.org").unwrap();
        assert_eq!(config.greeting(), "ESMTP");
        config.set_greeting("ESMTP ready").unwrap();
        for odd in ["ESMTP\r\n250 x", "grüß", "\x07"] {
            assert!(config.set_greeting(odd).is_err(), "{odd:?}");
        }
        assert_eq!(config.greeting(), "ESMTP ready");
        let room = 512 - "220 mx.example.org \r\n".len();
        assert!(config.set_greeting(&"x".repeat(room + 1)).is_err());
        config.set_greeting(&"x".repeat(room - 9)).unwrap();
    }
}
