//! What a ticket answers: the marker types of [`Ticket`](crate::Ticket), and
//! what saying yes or no to each does.

use bytes::BytesMut;

use self::sealed::Redeemed;
use super::asked::Asked;
use super::{Rejection, Session, State, Upgrade};
use crate::{EnhancedCode, Text};

/// A request that the driver decides on.
///
/// Sealed: the requests are those of this module.
pub trait Request: sealed::Sealed {
    /// What [`accept`](Session::accept) gives.
    type Granted;

    /// Carries out a yes.
    #[doc(hidden)]
    fn grant(
        session: &mut Session,
        text: Option<Text<'_>>,
        out: &mut BytesMut,
        redeemed: Redeemed,
    ) -> Self::Granted;

    /// What a no changes.
    #[doc(hidden)]
    fn deny(_session: &mut Session, _: Redeemed) {}

    /// The no of a driver that has no use for the request.
    #[doc(hidden)]
    const DECLINED: Rejection<'static> = Rejection::NOT_IMPLEMENTED;
}

/// EHLO or HELO: 250, and after EHLO the extensions.
#[derive(Debug)]
pub enum Hello {}
/// AUTH and the responses to its challenges: 235, and the client is logged in.
#[derive(Debug)]
pub enum Auth {}
/// STARTTLS: 220, and the [`Upgrade`] token.
#[derive(Debug)]
pub enum StartTls {}
/// MAIL: 250, and a transaction is open.
#[derive(Debug)]
pub enum Mail {}
/// RCPT: 250, and the transaction has one more recipient.
#[derive(Debug)]
pub enum Rcpt {}
/// DATA: 354, and the body comes.
#[derive(Debug)]
pub enum Data {}
/// The whole message: 250, and it is this server's.
#[derive(Debug)]
pub enum Message {}
/// VRFY: 252 without a text, 250 with the mailbox as text; 252 too where it is past
/// US-ASCII and the client did not say SMTPUTF8 (RFC 6531 §3.7.4.2).
#[derive(Debug)]
pub enum Vrfy {}
/// EXPN: as VRFY, with the member as text; for more than one see [`Session::expand`].
#[derive(Debug)]
pub enum Expn {}

/// The driver's words, or the usual ones: where it has none, and where they are not
/// US-ASCII, as only replies to VRFY and EXPN may be (RFC 6531 §3.7.4.2).
fn words<'t>(text: Option<Text<'t>>, usual: &'static str) -> Text<'t> {
    text.filter(|text| text.is_ascii()).unwrap_or(Text::fixed(usual))
}

const SECURITY: Option<EnhancedCode> = Some(EnhancedCode::fixed(2, 7, 0));
pub(super) const UNDEFINED: Option<EnhancedCode> = Some(EnhancedCode::fixed(2, 0, 0));
const SENDER: Option<EnhancedCode> = Some(EnhancedCode::fixed(2, 1, 0));
pub(super) const RECIPIENT: Option<EnhancedCode> = Some(EnhancedCode::fixed(2, 1, 5));

impl Request for Hello {
    type Granted = ();

    fn grant(session: &mut Session, text: Option<Text<'_>>, out: &mut BytesMut, _: Redeemed) {
        if let Asked::Hello { extended } = session.asked {
            session.extended = extended;
        }
        session.reset_due = session.state == State::Transaction;
        session.end_transaction();
        session.greet_back(text, out);
    }
}

impl Request for Auth {
    type Granted = ();
    const DECLINED: Rejection<'static> = Rejection::AUTH_UNAVAILABLE;

    fn grant(session: &mut Session, text: Option<Text<'_>>, out: &mut BytesMut, _: Redeemed) {
        session.authenticated = true;
        session.yes(235, SECURITY, words(text, "Authentication successful"), out);
    }

    fn deny(session: &mut Session, _: Redeemed) {
        session.bad_commands = session.bad_commands.saturating_add(1);
    }
}

impl Request for StartTls {
    type Granted = Upgrade;
    const DECLINED: Rejection<'static> = Rejection::TLS_UNAVAILABLE;

    fn grant(
        session: &mut Session,
        text: Option<Text<'_>>,
        out: &mut BytesMut,
        _: Redeemed,
    ) -> Upgrade {
        session.reset_due = session.state == State::Transaction;
        session.state = State::Handshake;
        session.yes(220, UNDEFINED, words(text, "Ready to start TLS"), out);
        Upgrade(session.desk.issue())
    }
}

impl Request for Mail {
    type Granted = ();

    fn grant(session: &mut Session, text: Option<Text<'_>>, out: &mut BytesMut, _: Redeemed) {
        session.state = State::Transaction;
        session.yes(250, SENDER, words(text, "OK"), out);
    }
}

impl Request for Rcpt {
    type Granted = ();

    fn grant(session: &mut Session, text: Option<Text<'_>>, out: &mut BytesMut, _: Redeemed) {
        session.recipients = session.recipients.saturating_add(1);
        session.yes(250, RECIPIENT, words(text, "OK"), out);
    }
}

impl Request for Data {
    type Granted = ();

    fn grant(session: &mut Session, text: Option<Text<'_>>, out: &mut BytesMut, _: Redeemed) {
        session.begin_body();
        session.yes(354, None, words(text, "End data with <CRLF>.<CRLF>"), out);
    }
}

impl Request for Message {
    type Granted = ();
    const DECLINED: Rejection<'static> = Rejection::LOCAL_ERROR;

    fn grant(session: &mut Session, text: Option<Text<'_>>, out: &mut BytesMut, _: Redeemed) {
        session.end_transaction();
        session.yes(250, UNDEFINED, words(text, "OK"), out);
    }

    fn deny(session: &mut Session, _: Redeemed) {
        session.end_transaction();
    }
}

impl Request for Vrfy {
    type Granted = ();

    fn grant(session: &mut Session, text: Option<Text<'_>>, out: &mut BytesMut, _: Redeemed) {
        match text {
            Some(mailbox) if session.takes(mailbox) => session.yes(250, RECIPIENT, mailbox, out),
            Some(_) => session.cannot_show(out),
            None => session.cannot_verify(out),
        }
    }
}

impl Request for Expn {
    type Granted = ();

    fn grant(session: &mut Session, text: Option<Text<'_>>, out: &mut BytesMut, yes: Redeemed) {
        Vrfy::grant(session, text, out, yes);
    }
}

pub(super) mod sealed {
    /// Keeps [`Request`](super::Request) to the types of this module.
    pub trait Sealed {}

    /// A ticket was taken back: only a session that has done so has one.
    #[derive(Debug)]
    pub struct Redeemed(pub(in super::super) ());

    impl Sealed for super::Hello {}
    impl Sealed for super::Auth {}
    impl Sealed for super::StartTls {}
    impl Sealed for super::Mail {}
    impl Sealed for super::Rcpt {}
    impl Sealed for super::Data {}
    impl Sealed for super::Message {}
    impl Sealed for super::Vrfy {}
    impl Sealed for super::Expn {}
}
