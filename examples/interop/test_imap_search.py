"""IMAP SEARCH (RFC 3501 §6.4.4)."""

import unittest

from imap_data import no, numbers, ok
from server import ServerTest

# Flags, internal date and text of each message.
MESSAGES = (
    (
        r"(\Seen \Answered)",
        '"01-Jan-2020 12:00:00 +0000"',
        "Date: Fri, 1 Jan 2010 12:00:00 +0000\r\n"
        "From: Alice <alice@example.com>\r\n"
        "To: bob@example.org\r\n"
        "Subject: Apples and pears\r\n"
        "Message-ID: <1@example.com>\r\n"
        "\r\n"
        "The red fruit.\r\n",
    ),
    (
        r"(\Flagged $Label)",
        '"02-Jan-2020 12:00:00 +0000"',
        "Date: Sat, 2 Jan 2010 12:00:00 +0000\r\n"
        "From: Bob <bob@example.org>\r\n"
        "To: alice@example.com\r\n"
        "Cc: carol@example.net\r\n"
        "Subject: =?utf-8?q?Caf=C3=A9?=\r\n"
        "X-Empty:\r\n"
        "\r\n" + "A long line about coffee.\r\n" * 100,
    ),
    (
        r"(\Seen \Draft \Deleted)",
        '"03-Jan-2020 12:00:00 +0000"',
        "Date: Sun, 3 Jan 2010 12:00:00 +0000\r\n"
        "From: Carol <carol@example.net>\r\n"
        "To: alice@example.com\r\n"
        "Bcc: dave@example.net\r\n"
        "Subject: encoded\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "\r\n"
        "S8OkcyBhbmQgYnJlYWQK\r\n",  # "Käs and bread"
    ),
)


class Search(ServerTest):
    """Which of three messages are found."""

    def setUp(self):
        super().setUp()
        self.client = self.imap("alice")
        for flags, when, text in MESSAGES:
            ok(self.client.append("INBOX", flags, when, text.encode()))
        ok(self.client.select())

    def check(self, *searches):
        for keys, expected in searches:
            with self.subTest(keys):
                self.assertEqual(numbers(ok(self.client.search(None, keys))), expected)

    def test_flags(self):
        self.check(
            ("ALL", [1, 2, 3]),
            ("ANSWERED", [1]), ("UNANSWERED", [2, 3]),
            ("DELETED", [3]), ("UNDELETED", [1, 2]),
            ("DRAFT", [3]), ("UNDRAFT", [1, 2]),
            ("FLAGGED", [2]), ("UNFLAGGED", [1, 3]),
            ("SEEN", [1, 3]), ("UNSEEN", [2]),
            ("KEYWORD $Label", [2]), ("UNKEYWORD $Label", [1, 3]), ("KEYWORD $Other", []),
        )

    def test_header_fields(self):
        self.check(
            ("FROM alice", [1]), ("FROM EXAMPLE.ORG", [2]), ('FROM "Carol"', [3]),
            ("TO alice@example.com", [2, 3]), ("CC carol", [2]), ("BCC dave", [3]),
            ("SUBJECT apples", [1]), ('SUBJECT "and PEARS"', [1]), ("SUBJECT nothing", []),
            ('HEADER Message-ID "<1@example.com>"', [1]),
            # An empty string finds all that have the field.
            ('HEADER Message-ID ""', [1]), ('HEADER X-Empty ""', [2]), ('HEADER X-Other ""', []),
        )

    def test_texts(self):
        self.check(
            ('BODY "red fruit"', [1]), ("BODY pears", []), ("TEXT pears", [1]),
            ("BODY coffee", [2]),
            # Searched as they read, not as they are encoded.
            ("BODY bread", [3]), ("BODY S8OkcyBhb", []),
        )

    def test_charset(self):
        for key, octets, expected in (
            ("SUBJECT", "café", [2]), ("SUBJECT", "cafè", []),
            ("BODY", "käs", [3]), ("TEXT", "KÄS", [3]),
        ):
            with self.subTest(key, octets=octets):
                self.client.literal = octets.encode()
                found = ok(self.client.search("UTF-8", key))
                self.assertEqual(numbers(found), expected)
        self.assertEqual(numbers(ok(self.client.search("US-ASCII", "SUBJECT", "apples"))), [1])
        self.assertRegex(no(self.client.search("X-NONE", "SUBJECT", "apples")), rb"\[BADCHARSET")

    def test_dates(self):
        self.check(
            ("BEFORE 2-Jan-2020", [1]), ("ON 2-Jan-2020", [2]), ("SINCE 2-Jan-2020", [2, 3]),
            ("SENTBEFORE 2-Jan-2010", [1]), ("SENTON 2-Jan-2010", [2]),
            ("SENTSINCE 02-Jan-2010", [2, 3]), ('ON "3-Jan-2020"', [3]),
        )

    def test_sizes(self):
        size = len(MESSAGES[0][2])
        self.check(
            ("LARGER 1000", [2]), ("SMALLER 1000", [1, 3]),
            (f"1 LARGER {size}", []), (f"1 LARGER {size - 1}", [1]),
            (f"1 SMALLER {size}", []), (f"1 SMALLER {size + 1}", [1]),
        )

    def test_sets_and_combinations(self):
        self.check(
            ("2:3", [2, 3]), ("2:*", [2, 3]), ("*", [3]), ("1,3", [1, 3]), ("SEEN 2:3", [3]),
            ("UID 1:*", [1, 2, 3]), ("NOT SEEN", [2]), ("NOT 1", [2, 3]), ("NOT NOT 1", [1]),
            ("OR ANSWERED FLAGGED", [1, 2]),
            ("(SEEN DELETED)", [3]), ("NOT (SEEN DELETED)", [1, 2]),
            ("OR (SEEN ANSWERED) OR DRAFT FROM bob", [1, 2, 3]), ("SEEN UNSEEN", []),
        )

    def test_uids(self):
        ok(self.client.store("1", "+FLAGS.SILENT", r"(\Deleted)"))
        ok(self.client.store("3", "-FLAGS.SILENT", r"(\Deleted)"))
        before = numbers(ok(self.client.uid("SEARCH", "ALL")))
        ok(self.client.expunge())
        self.assertEqual(numbers(ok(self.client.uid("SEARCH", "ALL"))), before[1:])
        self.assertEqual(numbers(ok(self.client.search(None, f"UID {before[2]}"))), [2])

    def test_wrong_keys(self):
        for keys in ("FOO", "BEFORE yesterday", "LARGER -1", "OR SEEN", "NOT", "(SEEN", "0"):
            with self.subTest(keys), self.assertRaisesRegex(self.client.error, "BAD"):
                self.client.search(None, keys)
        ok(self.client.noop())


if __name__ == "__main__":
    unittest.main()
