//! ENVELOPE (RFC 9051 §7.5.2).

use imap_proto::{Address, Arena, Envelope};
use mail_parser::{Addr, Group};

use super::fields;

/// The envelope of the message with this header.
pub(super) fn envelope<'a>(header: &[u8], arena: &'a Arena) -> Envelope<'a> {
    let string = |name| fields::string(header, name, arena);
    let from = addresses(header, "From", arena);
    // "If the Sender or Reply-To header fields are absent [or] empty, the
    // server sets the corresponding member … to be the same value as from."
    let or_from = |list: &'a [Address<'a>]| if list.is_empty() { from } else { list };
    Envelope {
        date: string("Date"),
        subject: string("Subject"),
        from,
        sender: or_from(addresses(header, "Sender", arena)),
        reply_to: or_from(addresses(header, "Reply-To", arena)),
        to: addresses(header, "To", arena),
        cc: addresses(header, "Cc", arena),
        bcc: addresses(header, "Bcc", arena),
        in_reply_to: string("In-Reply-To"),
        message_id: string("Message-ID"),
        unparsed: None,
    }
}

/// The addresses in all fields of this name.
fn addresses<'a>(header: &[u8], name: &str, arena: &'a Arena) -> &'a [Address<'a>] {
    let mut list = Vec::new();
    for field in fields::named(header, name) {
        match fields::addresses(field.value) {
            Some(mail_parser::Address::List(addresses)) => {
                list.extend(addresses.iter().filter_map(|one| address(one, arena)));
            }
            Some(mail_parser::Address::Group(groups)) => {
                groups.iter().for_each(|each| group(each, &mut list, arena));
            }
            None => {}
        }
    }
    arena.slice(&list)
}

/// A group between the addresses that mark its ends; addresses that are in no
/// group come as one without a name.
fn group<'a>(group: &Group<'_>, list: &mut Vec<Address<'a>>, arena: &'a Arena) {
    const END: Address<'static> = Address { name: None, route: None, mailbox: None, host: None };
    let name = group.name.as_deref().and_then(|name| string(name, arena));
    if name.is_some() {
        list.push(Address { mailbox: name, ..END });
    }
    list.extend(group.addresses.iter().filter_map(|one| address(one, arena)));
    if name.is_some() {
        list.push(END);
    }
}

/// An address. One without a domain has an empty one: an address without `host`
/// would be the end of a group.
fn address<'a>(address: &Addr<'_>, arena: &'a Arena) -> Option<Address<'a>> {
    let (name, whole) = match (address.name.as_deref(), address.address.as_deref()) {
        // `"John Q"@example.org` and a bare `root`.
        (Some(local), Some(host)) if host.starts_with('@') && !host.contains(':') => {
            (None, format!("{local}{host}"))
        }
        (Some(local), None) => (None, local.to_owned()),
        (name, whole) => (name, whole?.to_owned()),
    };
    // `<@relay.example:user@example.org>`
    let (route, whole) = match whole.split_once(':') {
        Some((route, whole)) if route.starts_with('@') => (Some(route), whole),
        _ => (None, whole.as_str()),
    };
    let (local, host) = whole.rsplit_once('@').unwrap_or((whole, ""));
    let unquoted = local.strip_prefix('"').and_then(|local| local.strip_suffix('"'));
    Some(Address {
        name: name.and_then(|name| string(name, arena)),
        route: route.and_then(|route| string(route, arena)),
        mailbox: Some(string(unquoted.unwrap_or(local), arena)?),
        host: Some(string(host, arena)?),
    })
}

fn string<'a>(text: &str, arena: &'a Arena) -> Option<imap_proto::IString<'a>> {
    fields::istring(fields::unmask(text).as_bytes(), arena)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(value: &str) -> String {
        let arena = Arena::new();
        let list = addresses(format!("To: {value}\r\n\r\n").as_bytes(), "to", &arena);
        let text = |part: imap_proto::NString<'_>| match part {
            Some(text) => text.as_str().unwrap().to_owned(),
            None => "NIL".to_owned(),
        };
        let one = |a: &Address<'_>| [a.name, a.route, a.mailbox, a.host].map(text).join("/");
        list.iter().map(one).collect::<Vec<_>>().join(", ")
    }

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
            ("Old <@relay.example,@b.example:u@x.org>", "Old/@relay.example,@b.example/u/x.org"),
            ("\"Fred \\\"F\\\" Foobar\" <f@x.org>", "Fred \"F\" Foobar/NIL/f/x.org"),
            ("root", "NIL/NIL/root/"),
            ("Jörn <j@x.no>", "Jörn/NIL/j/x.no"),
            (
                "Friends: a@b.org, C <c@d.org>; e@f.org",
                "NIL/NIL/Friends/NIL, NIL/NIL/a/b.org, C/NIL/c/d.org, NIL/NIL/NIL/NIL, NIL/NIL/e/f.org",
            ),
            ("undisclosed-recipients:;", "NIL/NIL/undisclosed-recipients/NIL, NIL/NIL/NIL/NIL"),
            ("", ""),
        ] {
            assert_eq!(show(value), parts, "{value}");
        }
    }

    #[test]
    fn sender_and_reply_to_are_from_unless_given() {
        let arena = Arena::new();
        let header =
            b"from: a@b\r\nReply-To: c@d\r\nSubject: one\r\n two\r\nsubject: not this\r\n\r\n";
        let envelope = envelope(header, &arena);
        assert_eq!(envelope.sender, envelope.from);
        assert_eq!(envelope.reply_to[0].mailbox.unwrap().as_bytes(), b"c");
        assert_eq!(envelope.subject.unwrap().as_bytes(), b"one two");
        assert_eq!((envelope.date, envelope.to), (None, &[][..]));
    }
}
