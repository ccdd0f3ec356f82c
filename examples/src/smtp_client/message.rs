//! One message on its way to its recipients.

use std::io::Read;

use smtp_proto::{
    Mail, Rcpt,
    client::{Envelope, EnvelopeError, Form, Outcome, Transaction, TransactionStep},
};

use super::{Error, SmtpClient};

/// How many octets of a body are read at a time: a chunk, where chunks are sent.
const PIECE: usize = 64 * 1024;

/// A message, and who gets it.
pub struct Message<'m> {
    /// Who it is from.
    pub mail: Mail<'m>,
    /// Who it is for.
    pub recipients: &'m [Rcpt<'m>],
    /// How the body goes out.
    pub form: Form,
    /// The body, with line ends of CRLF.
    pub body: &'m mut dyn Read,
}

/// What came of sending, beside the outcomes.
#[derive(Debug)]
pub enum Sending {
    /// All is told.
    Done,
    /// The connection broke, and those that were not told before were told what is known.
    Broken(Error),
    /// The body could not be read, and was given up.
    Unreadable(std::io::Error),
}

impl SmtpClient {
    /// Sends a message. `tell` is told what became of it for each recipient, by its number
    /// in [`Message::recipients`], as soon as that is known; `sent` how many octets more
    /// have gone out.
    ///
    /// # Errors
    /// [`EnvelopeError`] where the server does not take such a message: nothing was sent.
    pub fn send(
        &mut self,
        message: Message<'_>,
        tell: &mut dyn FnMut(usize, Outcome),
        sent: &mut dyn FnMut(usize),
    ) -> Result<Sending, EnvelopeError> {
        let Message { mail, recipients, form, body } = message;
        let envelope = Envelope { mail, recipients };
        let mut transaction = Transaction::new(&self.session, envelope, form)?;
        let mut piece = vec![0; PIECE];
        let mut sending = Sending::Done;
        loop {
            let mut input = self.buffer.filled();
            let step = transaction.receive(&mut self.session, &mut input, &mut self.out);
            let unread = input.len();
            self.buffer.keep_last(unread);
            match step {
                Ok(TransactionStep::NeedInput) => {
                    if let Err(error) = self.read() {
                        sending = Sending::Broken(error);
                    }
                }
                Ok(TransactionStep::Body) => match fill(body, &mut piece) {
                    Ok(count) => {
                        let (read, last) = (&piece[..count], count < PIECE);
                        let written =
                            transaction.body(&mut self.session, read, last, &mut self.out);
                        if let Err(misuse) = written {
                            transaction.abandon(&mut self.session);
                            sending = Sending::Unreadable(std::io::Error::other(misuse));
                        } else if let Err(error) = self.connection.send(&mut self.out) {
                            let _ = self.session.eof();
                            sending = Sending::Broken(Error::Broken(error));
                        }
                        sent(count);
                    }
                    Err(error) => {
                        transaction.abandon(&mut self.session);
                        sending = Sending::Unreadable(error);
                    }
                },
                Ok(TransactionStep::Recipient { index, outcome }) => tell(index, outcome),
                Ok(TransactionStep::Done) => return Ok(sending),
                Ok(_) => {}
                Err(misuse) => return Ok(Sending::Broken(misuse.into())),
            }
        }
    }
}

/// Reads until the space is full or there is nothing more.
fn fill(from: &mut dyn Read, space: &mut [u8]) -> std::io::Result<usize> {
    let mut count = 0;
    while count < space.len() {
        match from.read(&mut space[count..]) {
            Ok(0) => break,
            Ok(read) => count += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}
