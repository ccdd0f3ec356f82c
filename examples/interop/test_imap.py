"""IMAP sessions, through imaplib and octet by octet."""

import base64
import imaplib
import unittest

from imap_data import fetch, flags, ok, parse
from server import CLEAR, PASSWORD, STARTTLS, TLS, WAYS, ServerTest, message


class ImapTest(ServerTest):
    """Checks that need a raw IMAP connection."""

    def raw(self, user="alice", listener="imap"):
        """A connection, logged in, with the INBOX selected."""
        wire = self.wire(listener)
        self.assertRegex(wire.line(), rb"^\* OK")
        self.assert_ok(wire, b"LOGIN %s %s" % (user.encode(), PASSWORD.encode()))
        self.assert_ok(wire, b"SELECT INBOX")
        return wire

    def ask(self, wire, command):
        """Sends one command; the lines of its response, the tagged one last."""
        wire.send(b"a " + command + b"\r\n")
        return wire.lines(b"a ")

    def assert_ok(self, wire, command):
        lines = self.ask(wire, command)
        self.assertRegex(lines[-1], rb"^a OK ")
        return lines

    def assert_bad(self, wire, command):
        self.assertRegex(self.ask(wire, command)[-1], rb"^a BAD ")


class Session(ImapTest):
    """From the greeting to the goodbye."""

    def test_capabilities(self):
        for way in WAYS:
            with self.subTest(way):
                client = self.imap(way=way)
                offered = ok(client.capability())[0].upper().split()
                for capability in (b"IMAP4REV1", b"AUTH=PLAIN"):
                    self.assertIn(capability, offered)
                self.assertNotIn(b"LOGINDISABLED", offered)
                self.assertEqual(b"STARTTLS" in offered, way == CLEAR)
                client.login("alice", PASSWORD)
                offered = ok(client.capability())[0].upper().split()
                for capability in (
                    b"IDLE", b"NAMESPACE", b"ID", b"ENABLE", b"UNSELECT", b"MOVE",
                ):
                    self.assertIn(capability, offered)
                self.assertNotIn(b"STARTTLS", offered)

    def test_login(self):
        for way in WAYS:
            with self.subTest(way):
                client = self.imap("alice", way)
                self.assertEqual(ok(client.select()), [b"0"])
                self.assertEqual(client.logout()[0], "BYE")

    def test_authenticate_plain(self):
        for way in WAYS:
            with self.subTest(way):
                client = self.imap(way=way)
                ok(client.authenticate("PLAIN", lambda _: b"\0alice\0" + PASSWORD.encode()))
                ok(client.select())

    def test_wrong_password(self):
        for user in ("alice", "nobody"):
            with self.subTest(user):
                client = self.imap()
                with self.assertRaises(imaplib.IMAP4.error):
                    client.login(user, "wrong")
                response = f"\0{user}\0wrong".encode()
                with self.assertRaises(imaplib.IMAP4.error):
                    client.authenticate("PLAIN", lambda _, response=response: response)
                client.login("alice", PASSWORD)

    def test_wrong_sasl_exchanges(self):
        for response in (b"*", b"!", base64.b64encode(b"no nuls")):
            with self.subTest(response):
                wire = self.wire("imap")
                wire.line()
                wire.send(b"a AUTHENTICATE PLAIN\r\n")
                self.assertRegex(wire.line(), rb"^\+ ?$")
                wire.send(response + b"\r\n")
                # RFC 3501 §6.2.2: cancelling is BAD.
                expected = rb"^a BAD" if response in (b"*", b"!") else rb"^a (BAD|NO)"
                self.assertRegex(wire.lines(b"a ")[-1], expected)
                self.assert_ok(wire, b"LOGIN alice secret")
        wire = self.wire("imap")
        wire.line()
        self.assertRegex(self.ask(wire, b"AUTHENTICATE FOO")[-1], rb"^a (NO|BAD) ")

    def test_logout_says_bye_first(self):
        wire = self.wire("imap")
        wire.line()
        wire.send(b"a LOGOUT\r\n")
        self.assertRegex(wire.rest(), rb"^\* BYE [^\r]*\r\na OK [^\r]*\r\n$")

    def test_id_namespace_enable_noop_check(self):
        client = self.imap("alice")
        ok(client.xatom("ID", '("name" "interop")'))
        self.assertIsNotNone(client.response("ID")[1][-1])
        ok(client.xatom("ID", "NIL"))
        personal, others, shared = parse(ok(client.namespace())[0])
        self.assertEqual(personal[0][0], b"")
        self.assertEqual((others, shared), (None, None))
        ok(client.enable("X-UNKNOWN"))
        ok(client.noop())
        ok(client.select())
        ok(client.check())

    def test_pipelined_commands_run_in_order(self):
        self.deliver(message("one"))
        wire = self.wire("imap")
        wire.send(
            b"a LOGIN alice secret\r\nb SELECT INBOX\r\nc FETCH 1 FLAGS\r\n"
            b"d STORE 1 +FLAGS.SILENT (\\Deleted)\r\ne EXPUNGE\r\nf LOGOUT\r\n"
        )
        answer = wire.rest()
        tagged = [line[:4] for line in answer.splitlines() if not line.startswith(b"*")]
        self.assertEqual(tagged, [b"a OK", b"b OK", b"c OK", b"d OK", b"e OK", b"f OK"])
        self.assertRegex(answer, rb"(?s)d OK.*\* 1 EXPUNGE\r\n.*e OK")

    def test_commands_in_the_wrong_state(self):
        wire = self.wire("imap")
        wire.line()
        self.assert_bad(wire, b"SELECT INBOX")
        self.assert_ok(wire, b"LOGIN alice secret")
        self.assert_bad(wire, b"FETCH 1 FLAGS")
        self.assert_bad(wire, b"LOGIN alice secret")
        self.assert_bad(wire, b"STARTTLS")
        self.assert_ok(wire, b"NOOP")

    def test_wrong_commands_get_their_own_tag(self):
        for command in (
            b"FOO", b"SELECT", b"FETCH 1", b"FETCH 0 FLAGS", b"FETCH 1 (FLAGS", b"SEARCH",
            b"STORE 1 FLAGS", b"UID EXAMINE INBOX", b"LIST", b"SEARCH " + b"(" * 10_000,
        ):
            with self.subTest(command[:40]):
                wire = self.raw()
                self.assert_bad(wire, command)
                self.assert_ok(wire, b"NOOP")

    def test_an_overlong_line_is_one_error(self):
        wire = self.raw()
        wire.send(b"a NOOP " + b"x" * 200_000 + b"\r\nb NOOP\r\n")
        self.assertRegex(wire.line(), rb"^(a|\*) BAD ")
        self.assertRegex(wire.line(), rb"^b OK ")

    def test_nested_search(self):
        for depth in (10, 10_000):
            with self.subTest(depth=depth):
                wire = self.raw()
                line = self.ask(wire, b"SEARCH " + b"NOT " * depth + b"ALL")[-1]
                self.assertRegex(line, rb"^a OK" if depth == 10 else rb"^a (BAD|NO)")
                self.assert_ok(wire, b"NOOP")


class NoClearTextLogin(ServerTest):
    """Users that somebody chose do not log in without TLS."""

    options = ("--user=carol:pass \"word\\",)

    def test_login_takes_tls(self):
        client = self.imap()
        offered = ok(client.capability())[0].upper().split()
        self.assertIn(b"LOGINDISABLED", offered)
        self.assertNotIn(b"AUTH=PLAIN", offered)
        with self.assertRaises(imaplib.IMAP4.error):
            client.login("carol", 'pass "word\\')
        for way in (STARTTLS, TLS):
            client = self.imap("carol", way, 'pass "word\\')
            self.assertNotIn(b"LOGINDISABLED", ok(client.capability())[0].upper().split())


class StartTls(ImapTest):
    """The upgrade (RFC 3501 §6.2.1)."""

    def test_commands_behind_it_are_not_carried_out(self):
        for behind in (b"b NOOP\r\n", b"b LOGIN alice secret\r\n", b"b NO"):
            with self.subTest(behind):
                wire = self.wire("imap")
                wire.line()
                wire.send(b"a STARTTLS\r\n" + behind)
                answer = wire.line()
                if not answer.startswith(b"a OK"):
                    self.assertNotIn(b"b OK", answer + wire.rest())
                    continue
                # It may end the connection, or forget what came behind.
                try:
                    wire.start_tls()
                    wire.send(b"OP\r\nc SELECT INBOX\r\n")
                    lines = wire.lines(b"c ")
                except (OSError, AssertionError):
                    continue
                self.assertFalse([line for line in lines if line.startswith(b"b ")], lines)
                self.assertRegex(lines[-1], rb"^c BAD")

    def test_only_once(self):
        wire = self.wire("imap")
        wire.line()
        self.assert_ok(wire, b"STARTTLS")
        wire.start_tls()
        self.assert_bad(wire, b"STARTTLS")
        self.assert_ok(wire, b"LOGIN alice secret")


class Literals(ImapTest):
    """Arguments as literals (RFC 3501 §4.3, RFC 7888)."""

    def test_synchronising(self):
        wire = self.wire("imap")
        wire.line()
        for octets, answer in (
            (b"a LOGIN {5}\r\n", rb"^\+ "),
            (b"alice {6}\r\n", rb"^\+ "),
            (b"secret\r\n", rb"^a OK "),
        ):
            wire.send(octets)
            line = wire.line()
            while line.startswith(b"* "):
                line = wire.line()
            self.assertRegex(line, answer)

    def test_non_synchronising(self):
        wire = self.wire("imap")
        wire.line()
        offered = b" ".join(self.ask(wire, b"CAPABILITY")).upper()
        if b"LITERAL+" not in offered and b"LITERAL-" not in offered:
            self.skipTest("the server offers neither LITERAL+ nor LITERAL-")
        wire.send(b"b LOGIN {5+}\r\nalice {6+}\r\nsecret\r\nc SELECT {5+}\r\ninbox\r\n")
        self.assertRegex(wire.lines(b"b ")[-1], rb"^b OK ")
        self.assertRegex(wire.lines(b"c ")[-1], rb"^c OK ")

    def test_a_refused_literal_leaves_both_in_sync(self):
        wire = self.raw()
        # Nobody has such a mailbox: refused before its octets are asked for.
        lines = self.ask(wire, b"APPEND nowhere {100}")
        self.assertRegex(lines[-1], rb"^a NO \[TRYCREATE\]")
        self.assert_ok(wire, b"NOOP")

    def test_literals_out_of_bounds(self):
        for literal in (b"{99999999999}", b"{4294967296}", b"{-1}", b"{}"):
            with self.subTest(literal):
                wire = self.wire("imap")
                wire.line()
                wire.send(b"a LOGIN alice " + literal + b"\r\n")
                answer = wire.line()
                self.assertFalse(answer.startswith(b"+"), answer)
                self.assertRegex(answer, rb"^(a (BAD|NO)|\* (BAD|BYE)) ")

    def test_octets_of_a_literal_are_no_commands(self):
        wire = self.raw()
        inside = b"b LOGOUT\r\nc NOOP\r\n"
        wire.send(b"a SELECT {%d}\r\n" % len(inside))
        if wire.line().startswith(b"+"):
            wire.send(inside + b"\r\n")
            self.assertRegex(wire.lines(b"a ")[-1], rb"^a (NO|BAD) ")
        self.assert_ok(wire, b"NOOP")


class Idle(ImapTest):
    """Waiting for news (RFC 2177)."""

    def idle(self, listener="imap"):
        """A connection that idles over alice's INBOX."""
        wire = self.raw(listener=listener)
        wire.send(b"i IDLE\r\n")
        self.assertRegex(wire.line(), rb"^\+")
        return wire

    def done(self, wire):
        wire.send(b"DONE\r\n")
        self.assertRegex(wire.lines(b"i ")[-1], rb"^i OK ")

    def test_new_mail(self):
        for number, listener in enumerate(("imap", "imaps"), 1):
            with self.subTest(listener):
                wire = self.idle(listener)
                self.deliver(message("news"))
                wire.lines(b"* %d EXISTS" % number)
                self.done(wire)
                self.assertIn(b"RFC822.SIZE", self.assert_ok(wire, b"FETCH * FAST")[0])

    def test_what_another_session_does(self):
        self.deliver(message("one"), message("two"))
        wire = self.idle()
        client = self.imap("alice")
        ok(client.select())
        ok(client.store("2", "+FLAGS", r"(\Flagged)"))
        self.assertIn(rb"\Flagged", wire.lines(b"* 2 FETCH")[-1])
        ok(client.store("1", "+FLAGS", r"(\Deleted)"))
        ok(client.expunge())
        wire.lines(b"* 1 EXPUNGE")
        self.done(wire)

    def test_done_in_any_case(self):
        wire = self.idle()
        wire.send(b"done\r\n")
        self.assertRegex(wire.lines(b"i ")[-1], rb"^i OK ")

    def test_anything_else_than_done(self):
        wire = self.idle()
        wire.send(b"b NOOP\r\n")
        self.assertRegex(wire.lines(b"i ")[-1], rb"^i BAD ")


class TwoSessions(ServerTest):
    """What one session does, the other is told in its time."""

    def test_new_mail_at_noop(self):
        client = self.imap("alice")
        self.assertEqual(ok(client.select()), [b"0"])
        self.deliver(message("news"))
        ok(client.noop())
        self.assertEqual(client.response("EXISTS")[1][-1], b"1")

    def test_flags_at_noop(self):
        self.deliver(message("one"))
        first, second = self.imap("alice"), self.imap("alice")
        ok(first.select())
        ok(second.select())
        ok(first.store("1", "+FLAGS", r"(\Answered)"))
        ok(second.noop())
        self.assertIn(rb"\Answered", second.response("FETCH")[1][-1])

    def test_no_expunge_while_numbers_are_in_use(self):
        # RFC 3501 §7.4.1: not during FETCH, STORE or SEARCH.
        self.deliver(message("one"), message("two"))
        first, second = self.imap("alice"), self.imap("alice")
        ok(first.select())
        ok(second.select())
        ok(first.store("1", "+FLAGS.SILENT", r"(\Deleted)"))
        ok(first.expunge())
        subject = "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])"
        got = fetch(second, "2", subject)[2][b"BODY[HEADER.FIELDS (SUBJECT)]"]
        self.assertIn(b"two", got)
        ok(second.search(None, "ALL"))
        self.assertEqual(second.response("EXPUNGE")[1], [None])
        ok(second.noop())
        self.assertEqual(second.response("EXPUNGE")[1], [b"1"])
        self.assertIn(b"two", fetch(second, "1", subject)[1][b"BODY[HEADER.FIELDS (SUBJECT)]"])

    def test_pop3_and_imap(self):
        self.deliver(message("one"), message("two"))
        client = self.imap("alice")
        ok(client.select())
        reader = self.pop3("alice")
        reader.dele(1)
        reader.quit()
        ok(client.noop())
        self.assertEqual(client.response("EXPUNGE")[1], [b"1"])
        self.assertEqual(flags(client, 1), set())
        ok(client.store("1", "+FLAGS", r"(\Deleted)"))
        ok(client.expunge())
        self.assertEqual(self.mail("alice"), [])


if __name__ == "__main__":
    unittest.main()
