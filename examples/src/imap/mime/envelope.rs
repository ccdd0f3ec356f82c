//! ENVELOPE (RFC 9051 §7.5.2).

use imap_proto::{Address, Arena, Envelope, NString};

use super::{
    address::{self, Entry},
    allowance::Allowance,
    fields,
};

/// The envelope of the message with this header.
///
/// The strings are the octets of the message, 8-bit ones too. What is told is
/// bounded by an [`Allowance`].
pub(super) fn envelope<'a>(
    header: &'a [u8],
    allowance: &mut Allowance,
    arena: &'a Arena,
) -> Envelope<'a> {
    const STRINGS: [&str; 4] = ["Date", "Subject", "In-Reply-To", "Message-ID"];
    const LISTS: [&str; 6] = ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"];
    let [date, subject, in_reply_to, message_id] =
        fields::first(header, STRINGS).map(|value| string(value, allowance, arena));
    // A field that should be there once, and is there again, adds to the list.
    let mut lists: [Vec<Address<'a>>; 6] = Default::default();
    for field in fields::fields(header) {
        if let Some(at) = LISTS.iter().position(|name| field.is(name)) {
            addresses(field.value, &mut lists[at], allowance, arena);
        }
    }
    let [from, sender, reply_to, to, cc, bcc] = lists.map(|list| arena.slice(&list));
    // "If the Sender or Reply-To header fields are absent [or] empty, the
    // server sets the corresponding member … to be the same value as from."
    let or_from = |list: &'a [Address<'a>]| if list.is_empty() { from } else { list };
    let (sender, reply_to) = (or_from(sender), or_from(reply_to));
    Envelope {
        date,
        subject,
        from,
        sender,
        reply_to,
        to,
        cc,
        bcc,
        in_reply_to,
        message_id,
        unparsed: None,
    }
}

/// The value of a field as a string, if it may be told.
pub(super) fn string<'a>(
    value: Option<&'a [u8]>,
    allowance: &mut Allowance,
    arena: &'a Arena,
) -> NString<'a> {
    let value = value.filter(|value| allowance.take(value.trim_ascii().len()))?;
    Some(fields::istring(fields::unfolded(value, arena)))
}

/// Adds the addresses of a field to a list, as many as may be told; a group between
/// the two addresses that mark its ends.
fn addresses<'a>(
    value: &'a [u8],
    list: &mut Vec<Address<'a>>,
    allowance: &mut Allowance,
    arena: &'a Arena,
) {
    const END: Address<'static> = Address { name: None, route: None, mailbox: None, host: None };
    let string = |octets: &[u8]| fields::istring(arena.slice(octets));
    let optional = |octets: &[u8]| (!octets.is_empty()).then(|| string(octets));
    list.extend(address::told(value, allowance, arena).map(|entry| match entry {
        Entry::GroupEnd => END,
        Entry::GroupStart(name) => Address { mailbox: Some(string(&name)), ..END },
        // An address without `host` would be the end of a group.
        Entry::Mailbox(one) => Address {
            name: optional(&one.name),
            route: optional(&one.route),
            mailbox: Some(string(&one.local)),
            host: Some(string(&one.domain)),
        },
    }));
}

#[cfg(test)]
mod tests {
    use imap_proto::IString;

    use super::*;

    fn list<'a>(value: &str, arena: &'a Arena) -> &'a [Address<'a>] {
        let header = format!("To: {value}\r\n\r\n");
        let header = arena.slice(header.as_bytes());
        envelope(header, &mut Allowance::new(), arena).to
    }

    fn show(value: &str) -> String {
        let arena = Arena::new();
        let text = |part: NString<'_>| match part {
            Some(text) => text.as_str().unwrap().to_owned(),
            None => "NIL".to_owned(),
        };
        let one = |a: &Address<'_>| [a.name, a.route, a.mailbox, a.host].map(text).join("/");
        list(value, &arena).iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// RFC 5322 §3.4, §4.4; what is told stands so in the message.
    #[test]
    fn addresses_are_taken_apart() {
        for (value, parts) in [
            ("a@b.example", "NIL/NIL/a/b.example"),
            ("Terry Gray <gray@cac.washington.edu>", "Terry Gray/NIL/gray/cac.washington.edu"),
            ("\"Q, J.\" <q@x.org>,\r\n r@y.org", "Q, J./NIL/q/x.org, NIL/NIL/r/y.org"),
            (
                "=?iso-8859-1?Q?J=F8rn?= =?a?q?b?= <j@x.no>",
                "=?iso-8859-1?Q?J=F8rn?= =?a?q?b?=/NIL/j/x.no",
            ),
            ("\"John Q\"@x.org", "NIL/NIL/John Q/x.org"),
            ("<\"John Q\"@x.org>", "NIL/NIL/John Q/x.org"),
            ("<\"a@b\"@x.org>", "NIL/NIL/a@b/x.org"),
            ("Old <@relay.example,@b.example:u@x.org>", "Old/@relay.example,@b.example/u/x.org"),
            ("\"Fred \\\"F\\\" Foobar\" <f@x.org>", "Fred \"F\" Foobar/NIL/f/x.org"),
            ("\"Joe\tQ\" X  Public <j@x>", "Joe\tQ X  Public/NIL/j/x"),
            ("\" J \" <j@x>", " J /NIL/j/x"),
            ("root", "NIL/NIL/root/"),
            ("Jörn <j@x.no>", "Jörn/NIL/j/x.no"),
            ("Joe (a (b) \\)) Doe <(c) j (d) @ (e) x . org> (f)", "Joe Doe/NIL/j/x.org"),
            ("j@x.org (Joe Doe)", "Joe Doe/NIL/j/x.org"),
            (
                "a@[IPv6:2001:db8::1], b@[192.0.2.1]",
                "NIL/NIL/a/[IPv6:2001:db8::1], NIL/NIL/b/[192.0.2.1]",
            ),
            (
                "Friends: a@b.org, C <c@d.org>; e@f.org",
                "NIL/NIL/Friends/NIL, NIL/NIL/a/b.org, C/NIL/c/d.org, NIL/NIL/NIL/NIL, NIL/NIL/e/f.org",
            ),
            ("undisclosed-recipients:;", "NIL/NIL/undisclosed-recipients/NIL, NIL/NIL/NIL/NIL"),
            // RFC 5322 §3.4 `group-list = … / CFWS`: nobody is in it.
            ("group:(comment);", "NIL/NIL/group/NIL, NIL/NIL/NIL/NIL"),
            // What is wrong costs no more than itself.
            ("g: a@b", "NIL/NIL/g/NIL, NIL/NIL/a/b, NIL/NIL/NIL/NIL"),
            ("a@b; c@d", "NIL/NIL/a/b, NIL/NIL/c/d"),
            ("A <a@b, C <c@d>", "A/NIL/a/b, C/NIL/c/d"),
            (",, a@b,", "NIL/NIL/a/b"),
            ("\"not closed <a@b>", "NIL/NIL/not closed <a@b>/"),
            ("", ""),
            ("(nobody)", ""),
        ] {
            assert_eq!(show(value), parts, "{value}");
        }
    }

    #[test]
    fn octets_past_ascii_are_told_as_they_stand() {
        let arena = Arena::new();
        let header = b"From: J\xf8rn <j\xf8@x\xe6.no>\r\nSubject: gr\xfc\xdfe\xff\r\n\r\n";
        let envelope = envelope(header, &mut Allowance::new(), &arena);
        let octets = |string: NString<'_>| string.map(IString::as_bytes).unwrap().to_vec();
        assert_eq!(octets(envelope.subject), b"gr\xfc\xdfe\xff");
        assert_eq!(octets(envelope.from[0].name), b"J\xf8rn");
        assert_eq!(octets(envelope.from[0].mailbox), b"j\xf8");
        assert_eq!(octets(envelope.from[0].host), b"x\xe6.no");
    }

    #[test]
    fn sender_and_reply_to_are_from_unless_given() {
        let arena = Arena::new();
        let header =
            b"from: a@b\r\nReply-To: c@d\r\nSubject: one\r\n two\r\nsubject: not this\r\n\r\n";
        let envelope = envelope(header, &mut Allowance::new(), &arena);
        assert_eq!(envelope.sender, envelope.from);
        assert_eq!(envelope.reply_to[0].mailbox.unwrap().as_bytes(), b"c");
        assert_eq!(envelope.subject.unwrap().as_bytes(), b"one two");
        assert_eq!((envelope.date, envelope.to), (None, &[][..]));
    }

    /// Those who announce things to everybody do so in one field of 100 kB.
    #[test]
    fn a_long_list_is_told_and_a_monstrous_one_up_to_a_limit() {
        let arena = Arena::new();
        let many = |count: usize| {
            let all: Vec<_> = (0..count).map(|at| format!("user{at}@example.org")).collect();
            list(&all.join(",\r\n "), &arena).len()
        };
        assert_eq!(many(5_000), 5_000);
        let told = many(100_000);
        assert!((5_000..10_000).contains(&told), "{told}");
        let group = format!("g: {}", "a,".repeat(100_000));
        assert_eq!(*list(&group, &arena).last().unwrap(), list("g:;", &arena)[1]);
    }

    /// Fields that repeat share the one limit, and so do strings.
    #[test]
    fn many_fields_take_no_more_than_one() {
        let header = format!("From: {}\r\n", "a,".repeat(30_000)).repeat(100);
        let arena = Arena::new();
        let envelope = envelope(header.as_bytes(), &mut Allowance::new(), &arena);
        assert!(envelope.from.len() < 10_000);
        let subject = format!("Subject: {}\r\n", "x".repeat(1_000_000));
        assert_eq!(
            super::envelope(subject.as_bytes(), &mut Allowance::new(), &arena).subject,
            None
        );
    }
}
