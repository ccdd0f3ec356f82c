//! What a sender is told of its mail: that it failed, takes long, or has arrived.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, Read, Write},
};

use smtp_proto::{
    BytesMut, Command, EnhancedCode, Hostname, Mail, Report, ReportId, ReportedMessage,
    ReportedRecipient, Ret, ReversePath,
};
use time::OffsetDateTime;

use crate::{
    envelope::line,
    server::Server,
    store::{Error, NewMail, Onward},
};

/// How much of a header comes back, at most.
const HEADER: u64 = 64 * 1024;

/// A message of which there is something to report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'m> {
    /// How it began.
    pub(crate) mail: Mail<'m>,
    /// When it came.
    pub(crate) arrived: OffsetDateTime,
}

impl Server {
    /// A report to the sender of a message, of those of these recipients of whom it wants to
    /// be told. `original` is the message.
    ///
    /// There is none where nobody wants to be told, nobody is there to be told, or there is no
    /// way to tell him: mail of this server goes to its users, and, where it relays, to others.
    pub(crate) fn report(
        &self,
        about: About<'_>,
        recipients: &[ReportedRecipient<'_>],
        original: &mut dyn Read,
    ) -> Result<Option<NewMail>, Error> {
        let Ok(hostname) = Hostname::parse(self.hostname.as_bytes()) else { return Ok(None) };
        let mut message = ReportedMessage::new(hostname).with_parameters(&about.mail.parameters);
        message.arrived = Some(about.arrived.unix_timestamp());
        let Some(report) = Report::new(about.mail.from, message, recipients) else {
            return Ok(None);
        };
        let Some((users, is_onward)) = self.way_to(about.mail.from)? else { return Ok(None) };

        let mut draft = self.store.draft()?;
        let word = format!("{}.{:016x}", draft.id(), random());
        let Ok(id) = ReportId::new(&word) else { return Ok(None) };
        let mut out = BytesMut::new();
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let written = (|| -> io::Result<u64> {
            draft.write_all(b"Return-Path: <>\r\n")?;
            let start = draft.size();
            report.begin(id, now, &mut out);
            draft.write_all(&out)?;
            match report.returns() {
                Ret::Full => drop(io::copy(original, &mut draft)?),
                Ret::Headers => draft.write_all(&header(original)?)?,
            }
            out.clear();
            report.end(id, &mut out);
            draft.write_all(&out)?;
            Ok(start)
        })();
        let start = written.map_err(Error::at("a report"))?;
        let onward = is_onward.then(|| Onward {
            mail: line(Command::Mail(report.mail())),
            recipients: vec![line(Command::Rcpt(report.rcpt(true)))],
            start,
        });
        Ok(Some(NewMail { draft, users, onward }))
    }

    /// The user at a reverse-path, or that the way there leads through the queue.
    fn way_to(
        &self,
        path: ReversePath<'_>,
    ) -> Result<Option<(Vec<crate::store::UserId>, bool)>, Error> {
        let Some(mailbox) = path.mailbox() else { return Ok(None) };
        if !self.serves(mailbox.domain().as_str()) {
            return Ok(self.relays.then(|| (Vec::new(), true)));
        }
        let user = self.store.recipient(&mailbox.local_part().unquoted())?;
        Ok(user.map(|user| (vec![user], false)))
    }
}

/// The header of a message, or of what there is of it, in whole lines.
fn header(original: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    original.take(HEADER).read_to_end(&mut octets)?;
    let end = memchr::memmem::find(&octets, b"\r\n\r\n");
    let end = end.or_else(|| memchr::memmem::rfind(&octets, b"\r\n"));
    octets.truncate(end.map_or(0, |end| end + 2));
    Ok(octets)
}

/// What nobody can guess.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A code of RFC 3463, of a class that there is.
pub(crate) fn status(class: u8, subject: u16, detail: u16) -> EnhancedCode {
    EnhancedCode::new(class, subject, detail).expect("a class of 2, 4 or 5")
}
