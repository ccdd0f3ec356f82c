"""IMAP messages: how they come in, are marked, go from one mailbox to another,
and go."""

import re
import unittest

from imap_data import fetch, flags, no, numbers, ok, responses, uid_fetch
from server import TLS, WAYS, ServerTest, message


class MessageTest(ServerTest):
    """Checks with a client that has selected alice's INBOX, of three messages."""

    def setUp(self):
        super().setUp()
        self.client = self.imap("alice")
        for number in (1, 2, 3):
            ok(self.client.append("INBOX", None, None, message(f"number {number}")))
        ok(self.client.select())

    def uids(self):
        """The UIDs in the mailbox."""
        return numbers(ok(self.client.uid("SEARCH", "ALL")))

    def subjects(self, mailbox):
        """The numbers in the subjects of the messages in a mailbox."""
        client = self.imap("alice")
        if ok(client.select(mailbox, readonly=True)) == [b"0"]:
            return []
        found = fetch(client, "1:*", "(BODY.PEEK[])")
        client.logout()
        subject = re.compile(rb"Subject: number (\d+)")
        return [int(subject.search(found[number][b"BODY[]"]).group(1)) for number in sorted(found)]

    def offers(self, capability):
        return capability in ok(self.client.capability())[0].upper().split()


class Append(MessageTest):
    """APPEND (RFC 3501 §6.3.11)."""

    def test_what_is_appended_is_what_is_fetched(self):
        for way in WAYS:
            with self.subTest(way):
                client = self.imap("alice", way)
                mail = message("näive", f"Käse over {way}\r\n.\r\n")
                when = '"17-Jul-1996 02:44:25 -0700"'
                ok(client.append("INBOX", r"(\Seen \Flagged $Label)", when, mail))
                number = int(ok(client.select())[0])
                items = "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"
                got = fetch(client, str(number), items)[number]
                self.assertEqual(got[b"BODY[]"], mail)
                self.assertEqual(int(got[b"RFC822.SIZE"]), len(mail))
                expected = {rb"\Seen", rb"\Flagged", b"$Label"}
                self.assertEqual(set(got[b"FLAGS"]) - {rb"\Recent"}, expected)
                # The same moment, if in another zone; servers give it in theirs.
                moment = rb"17-Jul-1996 (02:44:25 -0700|09:44:25 \+0000)"
                self.assertRegex(got[b"INTERNALDATE"], moment)

    def test_five_mebibytes(self):
        mail = message("large", ("x" * 70 + "\r\n") * (5 * 1024 * 1024 // 72))
        client = self.imap("alice", TLS)
        ok(client.append("INBOX", None, None, mail))
        ok(client.select())
        self.assertTrue(fetch(client, "4", "(BODY.PEEK[])")[4][b"BODY[]"] == mail)

    def test_to_the_selected_mailbox(self):
        # RFC 3501 §6.3.11: told at once.
        ok(self.client.append("INBOX", None, None, message("number 4")))
        self.assertEqual(self.client.response("EXISTS")[1][-1], b"4")

    def test_to_nowhere(self):
        text = no(self.client.append("nowhere", None, None, message("lost")))
        self.assertRegex(text, rb"\[TRYCREATE\]")

    def test_uid(self):
        if not self.offers(b"UIDPLUS"):
            self.skipTest("the server does not offer UIDPLUS")
        text = ok(self.client.append("INBOX", None, None, message("number 4")))[-1]
        uid = int(re.search(rb"\[APPENDUID \d+ (\d+)\]", text).group(1))
        ok(self.client.noop())
        self.assertEqual(self.uids()[-1], uid)

    def test_a_connection_that_breaks_off_appends_nothing(self):
        client = self.imap("alice")
        client.send(b"x APPEND INBOX {1000}\r\n")
        self.assertRegex(client.readline(), rb"^\+ ")
        client.send(message("number 4"))
        client.shutdown()
        ok(self.client.noop())
        self.assertEqual(self.subjects("INBOX"), [1, 2, 3])


class AppendLimit(ServerTest):
    """A message that is too large is refused before it is sent."""

    options = ("--max-message-size=100000",)

    def test_too_large(self):
        # Users by the defaults, so clear text will do.
        client = self.imap("alice")
        client.send(b"x APPEND INBOX {100001}\r\n")
        self.assertRegex(client.readline(), rb"^x NO ")
        self.assertEqual(ok(client.select()), [b"0"])


class Flags(MessageTest):
    """STORE, and who sets \\Seen."""

    def test_store(self):
        for how, given, expected in (
            ("+FLAGS", r"(\Seen $Label)", {rb"\Seen", b"$Label"}),
            ("+FLAGS", r"(\Seen \Draft)", {rb"\Seen", b"$Label", rb"\Draft"}),
            ("-FLAGS", r"(\Seen \Answered)", {b"$Label", rb"\Draft"}),
            ("FLAGS", r"(\Flagged)", {rb"\Flagged"}),
            ("FLAGS", r"()", set()),
        ):
            with self.subTest(how, given=given):
                (number, items), = responses(ok(self.client.store("2", how, given)))
                self.assertEqual(number, b"2")
                self.assertEqual(set(items[items.index(b"FLAGS") + 1]) - {rb"\Recent"}, expected)
                self.assertEqual(flags(self.client, 2), expected)
        self.assertEqual(flags(self.client, 1), set())

    def test_store_silent_and_by_uid(self):
        data = ok(self.client.store("1:3", "+FLAGS.SILENT", r"(\Flagged)"))
        self.assertEqual(data, [None])
        (number, items), = responses(
            ok(self.client.uid("STORE", str(self.uids()[2]), "-FLAGS", r"(\Flagged)"))
        )
        self.assertEqual(number, b"3")
        # RFC 3501 §6.4.8: with the UID.
        self.assertEqual(int(items[items.index(b"UID") + 1]), self.uids()[2])
        self.assertEqual([flags(self.client, n) for n in (1, 3)], [{rb"\Flagged"}, set()])

    def test_fetching_a_body_marks_it_seen(self):
        for item, seen in (
            ("BODY.PEEK[]", False), ("RFC822.HEADER", False), ("ENVELOPE", False),
            ("BODYSTRUCTURE", False), ("BODY[TEXT]", True), ("RFC822.TEXT", True),
            ("RFC822", True), ("BODY[]<0.5>", True),
        ):
            with self.subTest(item):
                ok(self.client.store("1", "FLAGS.SILENT", "()"))
                ok(self.client.fetch("1", f"({item})"))
                self.assertEqual(flags(self.client, 1), {rb"\Seen"} if seen else set())


class Moving(MessageTest):
    """COPY and MOVE."""

    def setUp(self):
        super().setUp()
        ok(self.client.create("other"))
        ok(self.client.store("2", "+FLAGS.SILENT", r"(\Flagged $Label)"))

    def test_copy(self):
        ok(self.client.copy("2:3", "other"))
        self.assertEqual(self.subjects("INBOX"), [1, 2, 3])
        self.assertEqual(self.subjects("other"), [2, 3])
        when = fetch(self.client, "2", "(INTERNALDATE)")[2][b"INTERNALDATE"]
        ok(self.client.select("other"))
        # RFC 3501 §6.4.7: with its flags and its internal date.
        self.assertEqual(flags(self.client, 1), {rb"\Flagged", b"$Label"})
        self.assertEqual(fetch(self.client, "1", "(INTERNALDATE)")[1][b"INTERNALDATE"], when)

    def test_copy_to_nowhere(self):
        self.assertRegex(no(self.client.copy("1", "nowhere")), rb"\[TRYCREATE\]")

    def test_copy_to_the_same_mailbox(self):
        ok(self.client.copy("1", "INBOX"))
        ok(self.client.noop())
        self.assertEqual(self.subjects("INBOX"), [1, 2, 3, 1])

    def test_move(self):
        # RFC 6851.
        ok(self.client._simple_command("MOVE", "1:2", "other"))
        self.assertEqual(self.client.response("EXPUNGE")[1], [b"1", b"1"])
        self.assertEqual(self.subjects("INBOX"), [3])
        self.assertEqual(self.subjects("other"), [1, 2])
        ok(self.client.select("other"))
        self.assertEqual(flags(self.client, 2), {rb"\Flagged", b"$Label"})

    def test_uid_copy_and_move(self):
        uids = self.uids()
        ok(self.client.uid("COPY", str(uids[0]), "other"))
        ok(self.client.uid("MOVE", f"{uids[1]},{uids[2]}", "other"))
        self.assertEqual(self.client.response("EXPUNGE")[1], [b"2", b"2"])
        self.assertEqual(self.subjects("INBOX"), [1])
        self.assertEqual(self.subjects("other"), [1, 2, 3])

    def test_move_to_nowhere(self):
        text = no(self.client._simple_command("MOVE", "1", "nowhere"))
        self.assertRegex(text, rb"\[TRYCREATE\]")
        self.assertEqual(self.subjects("INBOX"), [1, 2, 3])


class Expunging(MessageTest):
    """EXPUNGE (RFC 3501 §6.4.3)."""

    def test_expunge(self):
        ok(self.client.store("1,3", "+FLAGS.SILENT", r"(\Deleted)"))
        # Each number counts after those before it are gone.
        self.assertEqual(self.replay(3, numbers(ok(self.client.expunge()))), [2])
        self.assertEqual(self.subjects("INBOX"), [2])
        self.assertEqual(self.client.expunge()[1], [None])

    def replay(self, count, expunged):
        """Which of so many messages are left."""
        left = list(range(1, count + 1))
        for number in expunged:
            del left[number - 1]
        return left

    def test_uids_are_never_used_again(self):
        before = self.uids()
        ok(self.client.store("3", "+FLAGS.SILENT", r"(\Deleted)"))
        ok(self.client.expunge())
        ok(self.client.append("INBOX", None, None, message("number 4")))
        ok(self.client.noop())
        self.assertEqual(self.uids()[:2], before[:2])
        self.assertGreater(self.uids()[2], before[2])

    def test_uid_expunge(self):
        if not self.offers(b"UIDPLUS"):
            self.skipTest("the server does not offer UIDPLUS")
        ok(self.client.store("1:3", "+FLAGS.SILENT", r"(\Deleted)"))
        ok(self.client.uid("EXPUNGE", str(self.uids()[1])))
        self.assertEqual(self.subjects("INBOX"), [1, 3])


class Restart(MessageTest):
    """What must be as it was when the server comes back."""

    def look(self):
        """All there is to see of the INBOX."""
        client = self.imap("alice")
        ok(client.select())
        validity = client.response("UIDVALIDITY")[1]
        found = uid_fetch(client, "1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
        for each in found.values():
            each[b"FLAGS"] = set(each[b"FLAGS"]) - {rb"\Recent"}
        client.logout()
        return validity, found

    def test_restart(self):
        ok(self.client.store("1", "+FLAGS", r"(\Seen \Answered)"))
        ok(self.client.store("2", "+FLAGS", r"($Label \Deleted)"))
        ok(self.client.store("3", "+FLAGS", r"(\Deleted)"))
        ok(self.client.expunge())
        ok(self.client.append("INBOX", None, None, message("number 4")))
        before = self.look()
        self.assertEqual(len(before[1]), 2)
        self.server.restart()
        self.assertEqual(self.look(), before)
        # New mail goes behind, also behind what has been expunged.
        self.deliver(message("number 5"))
        _, after = self.look()
        self.assertEqual(len(after), 3)
        self.assertEqual(max(after), sorted(after)[-1])
        self.assertGreater(sorted(after)[2], max(before[1]))


if __name__ == "__main__":
    unittest.main()
