//! What a [`Ticket`](crate::Ticket) is the duty to answer.

use bytes::BytesMut;

use super::body::Body;
use super::session::{Session, Upgrade};

/// Something that can be answered with no. Only the types of this module are.
pub trait Request: sealed::Sealed {}

/// A [`Request`] that is answered with a plain yes.
pub trait Acceptable: Request {
    /// What the yes gives.
    type Granted;

    #[doc(hidden)]
    fn grant(session: &mut Session, out: &mut BytesMut, yes: sealed::Redeemed) -> Self::Granted;
}

/// A [`Request`] whose yes opens a maildrop.
pub trait LogIn: Request {}

/// USER and PASS, or APOP.
#[derive(Debug)]
pub enum Login {}

/// AUTH, and each line of its exchange.
#[derive(Debug)]
pub enum Auth {}

/// STLS.
#[derive(Debug)]
pub enum Stls {}

/// STAT and LIST.
#[derive(Debug)]
pub enum Sizes {}

/// UIDL.
#[derive(Debug)]
pub enum UniqueIds {}

/// RETR and TOP.
#[derive(Debug)]
pub enum Message {}

/// QUIT, where there is something to delete.
#[derive(Debug)]
pub enum Update {}

impl LogIn for Login {}
impl LogIn for Auth {}

impl Acceptable for Stls {
    type Granted = Upgrade;

    fn grant(session: &mut Session, out: &mut BytesMut, _: sealed::Redeemed) -> Upgrade {
        session.grant_upgrade(out)
    }
}

impl Acceptable for Message {
    type Granted = Body;

    fn grant(session: &mut Session, out: &mut BytesMut, _: sealed::Redeemed) -> Body {
        session.grant_body(out)
    }
}

impl Acceptable for Update {
    type Granted = ();

    fn grant(session: &mut Session, out: &mut BytesMut, _: sealed::Redeemed) {
        session.grant_update(out);
    }
}

impl Request for Login {}
impl Request for Auth {}
impl Request for Stls {}
impl Request for Sizes {}
impl Request for UniqueIds {}
impl Request for Message {}
impl Request for Update {}

pub(super) mod sealed {
    /// Keeps the traits of this module to its types.
    pub trait Sealed {}

    /// Only a session that has taken the ticket back has one.
    #[derive(Debug)]
    pub struct Redeemed(pub(in super::super) ());

    impl Sealed for super::Login {}
    impl Sealed for super::Auth {}
    impl Sealed for super::Stls {}
    impl Sealed for super::Sizes {}
    impl Sealed for super::UniqueIds {}
    impl Sealed for super::Message {}
    impl Sealed for super::Update {}
}
