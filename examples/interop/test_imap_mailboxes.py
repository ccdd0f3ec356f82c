"""IMAP mailboxes: what there is, and what it is called."""

import contextlib
import unittest

from imap_data import no, numbers, ok, parse, responses
from server import ServerTest, message


class MailboxTest(ServerTest):
    """Checks with a client that is logged in as alice."""

    def setUp(self):
        super().setUp()
        self.client = self.imap("alice")

    def names(self, pattern="*", reference='""', command="list"):
        """The names that LIST or LSUB gives, sorted."""
        data = ok(getattr(self.client, command)(reference, pattern))
        return sorted(name.decode() for _, _, name in responses(data))

    def status(self, name, items):
        """STATUS, as a dictionary of numbers."""
        (got, values), = responses(ok(self.client.status(name, f"({items})")))
        self.assertEqual(got.decode(), name.strip('"'))
        return {key.decode(): int(value) for key, value in zip(values[::2], values[1::2])}


class Names(MailboxTest):
    """CREATE, DELETE, RENAME, LIST."""

    def test_create_list_rename_delete(self):
        self.assertEqual(self.names(), ["INBOX"])
        ok(self.client.create("drafts"))
        self.assertEqual(self.names(), ["INBOX", "drafts"])
        no(self.client.create("drafts"))
        no(self.client.create("inbox"))
        ok(self.client.rename("drafts", '"old drafts"'))
        self.assertEqual(self.names(), ["INBOX", "old drafts"])
        no(self.client.rename("nowhere", "somewhere"))
        ok(self.client.delete('"old drafts"'))
        self.assertEqual(self.names(), ["INBOX"])
        no(self.client.delete('"old drafts"'))
        no(self.client.delete("INBOX"))

    def test_hierarchy(self):
        # RFC 3501 §6.3.8: an empty name asks for the delimiter.
        (attributes, delimiter, root), = responses(ok(self.client.list('""', '""')))
        self.assertIn(rb"\Noselect".lower(), [each.lower() for each in attributes])
        self.assertEqual(root, b"")
        d = delimiter.decode()
        ok(self.client.create(f"a{d}b{d}c"))
        self.assertLess({f"a{d}b{d}c"}, set(self.names()))
        self.assertIn("a", self.names("%"))
        self.assertNotIn(f"a{d}b{d}c", self.names("%"))
        self.assertEqual(self.names(f"a{d}b{d}%"), [f"a{d}b{d}c"])
        self.assertEqual(self.names(f"%{d}c", f"a{d}b{d}"), [])
        self.assertEqual(self.names("%", f"a{d}b{d}"), [f"a{d}b{d}c"])
        # RFC 3501 §6.3.5: what is below goes along.
        ok(self.client.rename("a", "z"))
        self.assertIn(f"z{d}b{d}c", self.names())
        self.assertNotIn(f"a{d}b{d}c", self.names())

    def test_renaming_the_inbox_moves_its_mail(self):
        # RFC 3501 §6.3.5.
        self.deliver(message("one"))
        ok(self.client.rename("INBOX", "kept"))
        self.assertEqual(self.names(), ["INBOX", "kept"])
        self.assertEqual(self.status("INBOX", "MESSAGES"), {"MESSAGES": 0})
        self.assertEqual(self.status("kept", "MESSAGES"), {"MESSAGES": 1})

    def test_modified_utf_7(self):
        # RFC 3501 §5.1.3.
        for name in ("&AOk-t&AOk-", "&ZeVnLIqe-", "Q&-A"):
            with self.subTest(name):
                ok(self.client.create(f'"{name}"'))
                self.assertIn(name, self.names())
                ok(self.client.select(f'"{name}"'))
        self.server.restart()
        self.client = self.imap("alice")
        self.assertIn("&AOk-t&AOk-", self.names())

    def test_names_as_literals(self):
        name = b'a "strange" \\ name'
        self.client.literal = name
        ok(self.client.xatom("CREATE"))
        self.assertIn(name.decode(), self.names())

    def test_a_new_mailbox_of_an_old_name_is_another(self):
        # RFC 3501 §2.3.1.1: its UIDs must not be mistaken for the old ones.
        ok(self.client.create("again"))
        ok(self.client.append("again", None, None, message("old")))
        first = self.status("again", "UIDVALIDITY UIDNEXT")
        ok(self.client.delete("again"))
        ok(self.client.create("again"))
        second = self.status("again", "UIDVALIDITY UIDNEXT")
        self.assertTrue(
            second["UIDVALIDITY"] > first["UIDVALIDITY"] or second["UIDNEXT"] >= first["UIDNEXT"]
        )

    def test_each_user_has_their_own(self):
        ok(self.client.create("mine"))
        self.client = self.imap("bob")
        self.assertEqual(self.names(), ["INBOX"])


class Subscriptions(MailboxTest):
    """SUBSCRIBE, UNSUBSCRIBE, LSUB."""

    def test_subscribe(self):
        before = self.names(command="lsub")
        ok(self.client.create("news"))
        ok(self.client.subscribe("news"))
        self.assertEqual(self.names(command="lsub"), sorted([*before, "news"]))
        self.server.restart()
        self.client = self.imap("alice")
        self.assertEqual(self.names(command="lsub"), sorted([*before, "news"]))
        ok(self.client.unsubscribe("news"))
        self.assertEqual(self.names(command="lsub"), before)

    def test_subscriptions_outlive_their_mailboxes(self):
        # RFC 3501 §6.3.6.
        ok(self.client.create("news"))
        ok(self.client.subscribe("news"))
        ok(self.client.delete("news"))
        self.assertIn("news", self.names(command="lsub"))


class Selecting(MailboxTest):
    """SELECT, EXAMINE, CLOSE, UNSELECT, STATUS."""

    def setUp(self):
        super().setUp()
        self.deliver(message("one"), message("two"))

    def test_select(self):
        self.assertEqual(ok(self.client.select()), [b"2"])
        self.assertTrue(int(self.client.response("UIDVALIDITY")[1][0]) > 0)
        uids = numbers(ok(self.client.uid("SEARCH", "ALL")))
        self.assertGreater(int(self.client.response("UIDNEXT")[1][0]), max(uids))
        flags = set(parse(self.client.response("FLAGS")[1][0])[0])
        system = {rb"\Answered", rb"\Flagged", rb"\Deleted", rb"\Seen", rb"\Draft"}
        self.assertLessEqual(system, flags)
        permanent = set(parse(self.client.response("PERMANENTFLAGS")[1][0])[0])
        self.assertLessEqual(system | {rb"\*"}, permanent)
        self.assertIsNotNone(self.client.response("READ-WRITE")[1][0])
        # INBOX in any case, quoted or not.
        for name in ("inbox", '"InBox"'):
            self.assertEqual(ok(self.client.select(name)), [b"2"])

    def test_select_of_nothing_deselects(self):
        # RFC 3501 §6.3.1.
        ok(self.client.select())
        no(self.client.select("nowhere"))
        self.client.state = "SELECTED"  # imaplib would not even send it
        with self.assertRaises(self.client.error):
            self.client.fetch("1", "(FLAGS)")

    def test_examine_changes_nothing(self):
        self.assertEqual(ok(self.client.select(readonly=True)), [b"2"])
        self.assertIsNotNone(self.client.response("READ-ONLY")[1][0])
        ok(self.client.fetch("1", "(BODY[])"))
        for change in (
            lambda: self.client.store("1", "+FLAGS", r"(\Deleted)"),
            lambda: self.client.expunge(),
        ):
            with contextlib.suppress(self.client.error):  # for BAD
                self.assertEqual(change()[0], "NO")
        ok(self.client.close())
        self.assertEqual(self.status("INBOX", "MESSAGES UNSEEN"), {"MESSAGES": 2, "UNSEEN": 2})

    def test_close_expunges_in_silence(self):
        ok(self.client.select())
        ok(self.client.store("1", "+FLAGS", r"(\Deleted)"))
        ok(self.client.close())
        self.assertEqual(self.client.response("EXPUNGE")[1], [None])
        self.assertEqual(self.status("INBOX", "MESSAGES"), {"MESSAGES": 1})

    def test_unselect_does_not(self):
        ok(self.client.select())
        ok(self.client.store("1", "+FLAGS", r"(\Deleted)"))
        ok(self.client.unselect())
        self.assertEqual(self.status("INBOX", "MESSAGES"), {"MESSAGES": 2})
        self.client.state = "SELECTED"
        with self.assertRaises(self.client.error):
            self.client.fetch("1", "(FLAGS)")

    def test_status(self):
        ok(self.client.create('"some where"'))
        status = self.status("INBOX", "MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN")
        self.assertEqual(status["MESSAGES"], 2)
        self.assertEqual(status["UNSEEN"], 2)
        # RFC 3501 §2.3.2: recent until a session has selected them.
        self.assertEqual(status["RECENT"], 2)
        ok(self.client.select())
        self.assertEqual(ok(self.client.recent()), [b"2"])
        self.assertEqual(self.status("INBOX", "RECENT"), {"RECENT": 0})
        self.assertGreater(status["UIDNEXT"], 2)
        self.assertEqual(self.status('"some where"', "MESSAGES"), {"MESSAGES": 0})
        no(self.client.status("nowhere", "(MESSAGES)"))


if __name__ == "__main__":
    unittest.main()
