//! What a ticket answers: the marker types of [`Ticket`](crate::Ticket).

/// A request that the driver decides on, and can [reject](super::Session::reject).
///
/// Sealed: the requests are those of this module.
pub trait Request: sealed::Sealed {}

/// A request to which there is a [plain yes](super::Session::accept).
///
/// STARTTLS and ATRN are none: saying yes to them changes who speaks
/// ([`start_tls`](super::Session::start_tls), [`turn`](super::Session::turn)).
pub trait Acceptable: Request {}

/// A request that can be answered with [any reply](super::Session::reply).
pub trait Open: Request {}

/// EHLO, HELO or LHLO. Yes: 250, and after EHLO the extensions.
#[derive(Debug)]
pub enum Hello {}
/// AUTH and the responses to its challenges. Yes: 235, and the client is logged in.
#[derive(Debug)]
pub enum Auth {}
/// STARTTLS. Yes, by [`start_tls`](super::Session::start_tls): 220, and the token of the
/// upgrade.
#[derive(Debug)]
pub enum StartTls {}
/// MAIL. Yes: 250, and a transaction is open.
#[derive(Debug)]
pub enum Mail {}
/// RCPT. Yes: 250, and the transaction has one more recipient.
#[derive(Debug)]
pub enum Rcpt {}
/// DATA, or the first BDAT of a message. Yes: 354 to DATA, nothing to BDAT, and the body comes.
#[derive(Debug)]
pub enum Data {}
/// The whole message. Yes: 250, and it is this server's; in LMTP, for all its recipients.
#[derive(Debug)]
pub enum Message {}
/// VRFY. Yes: 252 without a text, 250 with the mailbox as text; 252 too where it is past
/// US-ASCII and the client did not say SMTPUTF8 (RFC 6531 §3.7.4.2).
#[derive(Debug)]
pub enum Vrfy {}
/// EXPN. Yes: as for VRFY, with the members as lines of text.
#[derive(Debug)]
pub enum Expn {}
/// HELP. Yes: 214, with the text.
#[derive(Debug)]
pub enum Help {}
/// ETRN. Yes: 250; for any other reply see [`reply`](super::Session::reply).
#[derive(Debug)]
pub enum Etrn {}
/// ATRN. Yes, by [`turn`](super::Session::turn): 250, and the roles are changed.
#[derive(Debug)]
pub enum Atrn {}
/// XCLIENT. Yes: 220, the greeting, and the session begins anew.
#[derive(Debug)]
pub enum XClient {}
/// XFORWARD. Yes: 250.
#[derive(Debug)]
pub enum XForward {}
/// A command that this crate does not know. Yes: 250; for any other reply see
/// [`reply`](super::Session::reply).
#[derive(Debug)]
pub enum Unknown {}

impl Request for Hello {}
impl Request for Auth {}
impl Request for StartTls {}
impl Request for Mail {}
impl Request for Rcpt {}
impl Request for Data {}
impl Request for Message {}
impl Request for Vrfy {}
impl Request for Expn {}
impl Request for Help {}
impl Request for Etrn {}
impl Request for Atrn {}
impl Request for XClient {}
impl Request for XForward {}
impl Request for Unknown {}

impl Acceptable for Hello {}
impl Acceptable for Auth {}
impl Acceptable for Mail {}
impl Acceptable for Rcpt {}
impl Acceptable for Data {}
impl Acceptable for Message {}
impl Acceptable for Vrfy {}
impl Acceptable for Expn {}
impl Acceptable for Help {}
impl Acceptable for Etrn {}
impl Acceptable for XClient {}
impl Acceptable for XForward {}
impl Acceptable for Unknown {}

impl Open for Etrn {}
impl Open for Unknown {}

mod sealed {
    /// Keeps [`Request`](super::Request) to the types of this module.
    pub trait Sealed {}

    impl Sealed for super::Hello {}
    impl Sealed for super::Auth {}
    impl Sealed for super::StartTls {}
    impl Sealed for super::Mail {}
    impl Sealed for super::Rcpt {}
    impl Sealed for super::Data {}
    impl Sealed for super::Message {}
    impl Sealed for super::Vrfy {}
    impl Sealed for super::Expn {}
    impl Sealed for super::Help {}
    impl Sealed for super::Etrn {}
    impl Sealed for super::Atrn {}
    impl Sealed for super::XClient {}
    impl Sealed for super::XForward {}
    impl Sealed for super::Unknown {}
}
