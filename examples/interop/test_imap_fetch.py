"""IMAP FETCH: the parts of a message (RFC 3501 §6.4.5)."""

import base64
import imaplib
import os
import unittest

from imap_data import fetch, flags, no, ok, uid_fetch
from server import ServerTest

INNER = (
    b"From: inner@example.com\r\n"
    b"Subject: the message inside\r\n"
    b"\r\n"
    b"inside\r\n"
)
PLAIN = b"one\r\ntwo\r\n"
HTML = b"<p>one</p>\r\n"
# Base64 of 0 to 11, and the line end.
IMAGE = b"AAECAwQFBgcICQoL\r\n"
HEADER = (
    b"Date: Mon, 7 Feb 2022 21:52:25 -0800\r\n"
    b"From: \"Fred \\\"F\\\" Foobar\" <foobar@example.com>\r\n"
    b"Subject: =?utf-8?q?caf=C3=A9?= (raw)\r\n"
    b"To: mooch@example.org, Friends: a@example.net, b@example.net;\r\n"
    b"Cc: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\n"
    b"Message-ID: <1@example.com>\r\n"
    b"In-Reply-To: <0@example.com>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=\"outer\"\r\n"
    b"X-Folded: first\r\n"
    b"\tsecond\r\n"
    b"\r\n"
)
PLAIN_MIME = (
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n"
)
IMAGE_MIME = (
    b"Content-Type: image/png; name=\"dot.png\"\r\n"
    b"Content-Disposition: attachment; filename=\"dot.png\"\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    b"Content-ID: <dot@example.com>\r\n"
    b"Content-Description: a dot\r\n"
    b"\r\n"
)
TEXT = (
    b"preamble\r\n"
    b"--outer\r\n"
    b"Content-Type: multipart/alternative; boundary=inner\r\n\r\n"
    b"--inner\r\n" + PLAIN_MIME + PLAIN + b"\r\n"
    b"--inner\r\n"
    b"Content-Type: text/html\r\n\r\n" + HTML + b"\r\n"
    b"--inner--\r\n"
    b"--outer\r\n" + IMAGE_MIME + IMAGE + b"\r\n"
    b"--outer\r\n"
    b"Content-Type: message/rfc822\r\n\r\n" + INNER + b"\r\n"
    b"--outer--\r\n"
    b"epilogue\r\n"
)
WHOLE = HEADER + TEXT


def lowered(value):
    """With all octets in lower case: MIME names have none."""
    if isinstance(value, list):
        return [lowered(each) for each in value]
    return value.lower() if isinstance(value, bytes) else value


class FetchTest(ServerTest):
    """Checks with a client that has selected a mailbox of two messages: one of
    every kind of part, and one that is not even MIME."""

    def setUp(self):
        super().setUp()
        self.client = self.imap("alice")
        ok(self.client.append("INBOX", None, '"01-Jan-2020 12:00:00 +0000"', WHOLE))
        ok(self.client.append("INBOX", r"(\Seen)", None, b"Subject: bare\r\n\r\nhello\r\n"))
        ok(self.client.select())

    def one(self, item, number=1):
        """One item of a message, by the name the response gives it."""
        found = fetch(self.client, str(number), f"({item})")[number]
        if len(found) > 1:
            found.pop(b"FLAGS", None)  # told along when it has changed
        self.assertEqual(len(found), 1, found.keys())
        return found.popitem()


class Sections(FetchTest):
    """BODY[section]<partial>."""

    def test_sections(self):
        for section, expected in (
            ("", WHOLE),
            ("HEADER", HEADER),
            ("TEXT", TEXT),
            ("1.1", PLAIN),
            ("1.1.MIME", PLAIN_MIME),
            ("1.2", HTML),
            ("2", IMAGE),
            ("2.MIME", IMAGE_MIME),
            ("3", INNER),
            ("3.HEADER", INNER[: -len(b"inside\r\n")]),
            ("3.TEXT", b"inside\r\n"),
            ("3.1", b"inside\r\n"),
        ):
            with self.subTest(section):
                name, value = self.one(f"BODY.PEEK[{section}]")
                self.assertEqual(name, f"BODY[{section}]".encode())
                self.assertEqual(value, expected)

    def test_parts_of_what_has_none(self):
        self.assertEqual(self.one("BODY.PEEK[1]", 2)[1], b"hello\r\n")
        for section in ("9", "1.9", "3.9.MIME"):
            with self.subTest(section):
                self.assertIn(self.one(f"BODY.PEEK[{section}]")[1], (None, b""))

    def test_header_fields(self):
        name, value = self.one("BODY.PEEK[HEADER.FIELDS (Subject x-folded NONE)]")
        self.assertEqual(name, b"BODY[HEADER.FIELDS (SUBJECT X-FOLDED NONE)]")
        expected = b"Subject: =?utf-8?q?caf=C3=A9?= (raw)\r\nX-Folded: first\r\n\tsecond\r\n\r\n"
        self.assertEqual(value, expected)
        _, value = self.one("BODY.PEEK[HEADER.FIELDS.NOT (Subject X-Folded)]")
        self.assertNotIn(b"Subject", value)
        self.assertNotIn(b"second", value)
        self.assertTrue(value.startswith(b"Date: ") and value.endswith(b"\r\n\r\n"), value)
        _, value = self.one("BODY.PEEK[3.HEADER.FIELDS (SUBJECT)]")
        self.assertEqual(value, b"Subject: the message inside\r\n\r\n")

    def test_partial(self):
        for section, part, origin, expected in (
            ("", "0.10", 0, WHOLE[:10]),
            ("", "5.10", 5, WHOLE[5:15]),
            ("TEXT", "0.999999", 0, TEXT),
            ("2", "4.4", 4, IMAGE[4:8]),
            ("", "999999.10", 999999, b""),
            ("", f"{len(WHOLE) - 3}.10", len(WHOLE) - 3, WHOLE[-3:]),
        ):
            with self.subTest(section, part=part):
                name, value = self.one(f"BODY.PEEK[{section}]<{part}>")
                self.assertEqual(name, f"BODY[{section}]<{origin}>".encode())
                self.assertEqual(value, expected)

    def test_obsolete_names(self):
        self.assertEqual(self.one("RFC822"), (b"RFC822", WHOLE))
        self.assertEqual(self.one("RFC822.HEADER"), (b"RFC822.HEADER", HEADER))
        self.assertEqual(self.one("RFC822.TEXT"), (b"RFC822.TEXT", TEXT))

    def test_several_at_once(self):
        found = fetch(self.client, "1", "(BODY.PEEK[2] UID BODY.PEEK[3.TEXT] RFC822.SIZE)")[1]
        self.assertEqual(found[b"BODY[2]"], IMAGE)
        self.assertEqual(found[b"BODY[3.TEXT]"], b"inside\r\n")
        self.assertEqual(int(found[b"RFC822.SIZE"]), len(WHOLE))


class Structures(FetchTest):
    """ENVELOPE, BODYSTRUCTURE, BODY."""

    def test_envelope(self):
        fred = [[b'Fred "F" Foobar', None, b"foobar", b"example.com"]]
        self.assertEqual(
            self.one("ENVELOPE")[1],
            [
                b"Mon, 7 Feb 2022 21:52:25 -0800",
                # RFC 3501 §2.3.5: as it stands, not decoded.
                b"=?utf-8?q?caf=C3=A9?= (raw)",
                fred,
                # RFC 3501 §7.4.2: the Sender and the Reply-To default to From.
                fred,
                fred,
                [
                    [None, None, b"mooch", b"example.org"],
                    [None, None, b"Friends", None],
                    [None, None, b"a", b"example.net"],
                    [None, None, b"b", b"example.net"],
                    [None, None, None, None],
                ],
                [[b"=?utf-8?q?J=C3=BCrgen?=", None, b"j", b"example.org"]],
                None,
                b"<0@example.com>",
                b"<1@example.com>",
            ],
        )

    def test_envelope_of_little(self):
        self.assertEqual(self.one("ENVELOPE", 2)[1], [None, b"bare"] + [None] * 8)

    def test_body_structure(self):
        structure = lowered(self.one("BODYSTRUCTURE")[1])
        alternative, image, inner = structure[:3]
        self.assertEqual(structure[3], b"mixed")
        self.assertEqual(structure[4], [b"boundary", b"outer"])
        plain, html = alternative[:2]
        self.assertEqual(alternative[2], b"alternative")
        self.assertEqual(
            plain[:8],
            [
                b"text", b"plain", [b"charset", b"utf-8"], None, None, b"8bit",
                b"%d" % len(PLAIN), b"2",
            ],
        )
        self.assertEqual(html[:2] + html[5:8], [b"text", b"html", b"7bit", b"%d" % len(HTML), b"1"])
        self.assertEqual(
            image[:7],
            [
                b"image", b"png", [b"name", b"dot.png"], b"<dot@example.com>", b"a dot", b"base64",
                b"%d" % len(IMAGE),
            ],
        )
        # RFC 3501 §7.4.2: MD5, then the disposition.
        self.assertEqual(image[7:9], [None, [b"attachment", [b"filename", b"dot.png"]]])
        self.assertEqual(inner[:2] + inner[6:7], [b"message", b"rfc822", b"%d" % len(INNER)])
        envelope, text, lines = inner[7:10]
        self.assertEqual(envelope[1], b"the message inside")
        self.assertEqual(text[:2] + text[6:8], [b"text", b"plain", b"8", b"1"])
        self.assertEqual(lines, b"%d" % INNER.count(b"\r\n"))

    def test_body_is_the_same_without_extensions(self):
        structure = lowered(self.one("BODY")[1])
        self.assertEqual(len(structure), 4)
        self.assertEqual(structure[3], b"mixed")
        self.assertEqual([len(part) for part in structure[0][:2]], [8, 8])
        self.assertEqual([len(part) for part in structure[1:3]], [7, 10])

    def test_body_structure_of_what_is_not_mime(self):
        # RFC 2045 §5.2.
        structure = lowered(self.one("BODYSTRUCTURE", 2)[1])
        self.assertEqual(
            structure[:8],
            [b"text", b"plain", [b"charset", b"us-ascii"], None, None, b"7bit", b"7", b"1"],
        )


class Items(FetchTest):
    """The rest, and which messages."""

    def test_macros(self):
        fast = {b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"}
        for macro, names in (
            ("FAST", fast),
            ("ALL", fast | {b"ENVELOPE"}),
            ("FULL", fast | {b"ENVELOPE", b"BODY"}),
        ):
            with self.subTest(macro):
                self.assertEqual(fetch(self.client, "1", macro)[1].keys(), names)

    def test_internal_date(self):
        self.assertRegex(self.one("INTERNALDATE")[1], rb"^[ 0]1-Jan-2020 12:00:00 \+0000$")

    def test_sets(self):
        for numbers, expected in (
            ("1", [1]), ("*", [2]), ("1,2", [1, 2]),
            ("1:*", [1, 2]), ("*:1", [1, 2]), ("2:1", [1, 2]),
        ):
            with self.subTest(numbers):
                self.assertEqual(sorted(fetch(self.client, numbers, "(FLAGS)")), expected)

    def test_uids(self):
        uids = [int(self.one("UID", number)[1]) for number in (1, 2)]
        self.assertEqual(list(uid_fetch(self.client, "1:4294967295", "(FLAGS)")), uids)
        self.assertEqual(list(uid_fetch(self.client, str(uids[1]), "(FLAGS)")), uids[1:])
        # RFC 3501 §6.4.8: a UID that there is not is no error; but the last is
        # always in n:*.
        self.assertEqual(uid_fetch(self.client, "4000000000", "(FLAGS)"), {})
        self.assertEqual(list(uid_fetch(self.client, "4000000000:*", "(FLAGS)")), uids[1:])

    def test_numbers_that_there_are_not(self):
        # RFC 9051 §9, `seq-number`.
        for command in (
            lambda: self.client.fetch("3", "(FLAGS)"),
            lambda: self.client.store("1:3", "+FLAGS", "(\\Seen)"),
            lambda: self.client.copy("3", "INBOX"),
        ):
            with self.assertRaisesRegex(imaplib.IMAP4.error, "BAD"):
                command()
        # But for SEARCH, which finds nothing by it.
        self.assertEqual(ok(self.client.search(None, "3")), [b""])
        self.assertEqual(ok(self.client.search(None, "NOT", "2:3")), [b"1"])


class Encoded(ServerTest):
    """Parts whose transfer encoding is undone (RFC 3516)."""

    def append(self, encoding, body):
        """A client that has selected a mailbox of one unseen message."""
        client = self.imap("alice")
        header = b"Content-Type: application/x\r\nContent-Transfer-Encoding: " + encoding
        ok(client.append("INBOX", None, None, header + b"\r\n\r\n" + body))
        ok(client.select("INBOX"))
        return client

    def test_an_unknown_encoding_shows_nothing(self):
        client = self.append(b"x-odd", b"odd")
        self.assertIn(b"[UNKNOWN-CTE]", no(client.fetch("1", "BINARY[1]")))
        self.assertEqual(flags(client, 1), set())

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "memory is told in /proc")
    def test_one_value_at_a_time(self):
        size = 4_000_000
        client = self.append(b"base64", base64.encodebytes(bytes(size)).replace(b"\n", b"\r\n"))
        before = self.most_memory()
        items = " ".join(f"BINARY.PEEK[1]<{origin}.{size}>" for origin in range(31))
        told = [piece[1] for piece in ok(client.fetch("1", f"({items})")) if len(piece) == 2]
        self.assertEqual([len(octets) for octets in told], [size - at for at in range(31)])
        self.assertLess(self.most_memory() - before, 8 * size)

    def most_memory(self):
        """The most octets of memory that the server has had so far."""
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            most = next(line for line in status if line.startswith("VmHWM:"))
        return int(most.split()[1]) * 1024


if __name__ == "__main__":
    unittest.main()
