//! What a [`Ticket`](crate::Ticket) is the duty to answer.

/// Something that can be answered with no. Only the types of this module are.
pub trait Request: sealed::Sealed {}

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
pub enum StartTls {}

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

/// A command that the crate does not know.
#[derive(Debug)]
pub enum Unknown {}

impl LogIn for Login {}
impl LogIn for Auth {}

impl Request for Login {}
impl Request for Auth {}
impl Request for StartTls {}
impl Request for Sizes {}
impl Request for UniqueIds {}
impl Request for Message {}
impl Request for Update {}
impl Request for Unknown {}

mod sealed {
    /// Keeps the traits of this module to its types.
    pub trait Sealed {}

    impl Sealed for super::Login {}
    impl Sealed for super::Auth {}
    impl Sealed for super::StartTls {}
    impl Sealed for super::Sizes {}
    impl Sealed for super::UniqueIds {}
    impl Sealed for super::Message {}
    impl Sealed for super::Update {}
    impl Sealed for super::Unknown {}
}
