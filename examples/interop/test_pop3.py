"""POP3, through poplib and octet by octet."""

import poplib
import re
import unittest

from server import CLEAR, PASSWORD, STARTTLS, TLS, WAYS, ServerTest, message, retrieve


class Pop3Test(ServerTest):
    """Checks with some mail for alice."""

    mails = [message(f"number {number}", "x" * number + "\r\n") for number in range(1, 4)]

    def setUp(self):
        super().setUp()
        self.deliver(*self.mails)

    def raw(self):
        """A raw connection, logged in as alice."""
        wire = self.wire("pop3")
        self.assertRegex(wire.line(), rb"^\+OK")
        self.assert_ok(wire, b"USER alice")
        self.assert_ok(wire, b"PASS " + PASSWORD.encode())
        return wire

    def ask(self, wire, command):
        """Sends one command, and returns the first line of its response."""
        wire.send(command + b"\r\n")
        return wire.line()

    def assert_ok(self, wire, command):
        self.assertRegex(self.ask(wire, command), rb"^\+OK")

    def assert_err(self, wire, command):
        self.assertRegex(self.ask(wire, command), rb"^-ERR")


class Commands(Pop3Test):
    """The commands, one at a time."""

    def test_reads_the_mail(self):
        for way in WAYS:
            with self.subTest(way):
                client = self.pop3_when_free("alice", way)
                count, size = client.stat()
                self.assertEqual(count, 3)
                got = [retrieve(client, number) for number in (1, 2, 3)]
                for mail, sent in zip(got, self.mails):
                    self.assert_sent(mail, sent)
                # RFC 1939 §11: sizes count octets, with CRLF, unstuffed.
                sizes = [len(mail) for mail in got]
                self.assertEqual(size, sum(sizes))
                listed = [f"{number} {octets}".encode() for number, octets in enumerate(sizes, 1)]
                self.assertEqual(client.list()[1], listed)
                self.assertEqual(client.list(2).split()[1:3], listed[1].split())
                client.quit()

    def test_capabilities(self):
        for way in WAYS:
            with self.subTest(way):
                offered = self.pop3(way=way).capa()
                for capability in ("USER", "TOP", "UIDL", "RESP-CODES", "PIPELINING"):
                    self.assertIn(capability, offered)
                # RFC 2595 §4: not offered under TLS.
                self.assertEqual("STLS" in offered, way == CLEAR)

    def test_unique_ids(self):
        client = self.pop3("alice")
        listed = [line.split() for line in client.uidl()[1]]
        self.assertEqual([number for number, _ in listed], [b"1", b"2", b"3"])
        ids = [uid for _, uid in listed]
        self.assertEqual(len(set(ids)), 3)
        for uid in ids:
            # RFC 1939 §7.
            self.assertRegex(uid, rb"^[\x21-\x7e]{1,70}$")
        self.assertEqual(client.uidl(2).split()[1:3], [b"2", ids[1]])
        client.dele(1)
        client.quit()
        self.server.restart()
        self.assertEqual([line.split()[1] for line in self.pop3("alice").uidl()[1]], ids[1:])

    def test_top(self):
        self.deliver(message("lines", "one\r\n..two\r\nthree\r\n"))
        client = self.pop3("alice")
        for lines, end in (
            (0, b"\r\n\r\n"),
            (1, b"\r\n\r\none\r\n"),
            (2, b"\r\n\r\none\r\n..two\r\n"),
            (9, b"\r\n\r\none\r\n..two\r\nthree\r\n"),
        ):
            got = b"".join(line + b"\r\n" for line in client.top(4, lines)[1])
            self.assertIn(b"Subject: lines\r\n", got)
            self.assertTrue(got.endswith(end), got)

    def test_wrong_arguments(self):
        wire = self.raw()
        for command in (
            b"RETR 0", b"RETR 4", b"RETR", b"RETR x", b"LIST 0", b"LIST 4294967296", b"LIST -1",
        ):
            with self.subTest(command):
                self.assert_err(wire, command)
        wire = self.raw_again(wire)
        for command in (b"DELE 4", b"TOP 1", b"TOP 1 -1", b"TOP 4 1", b"UIDL 99", b"FOO", b""):
            with self.subTest(command):
                self.assert_err(wire, command)
        self.assert_ok(wire, b"NOOP")

    def raw_again(self, wire):
        """A new connection in the place of one that has had many errors."""
        self.assert_ok(wire, b"QUIT")
        wire.close()
        self.pop3_when_free("alice").quit()
        return self.raw()

    def test_states(self):
        wire = self.wire("pop3")
        wire.line()
        for command in (b"STAT", b"LIST", b"RETR 1", b"DELE 1", b"PASS secret"):
            with self.subTest(command):
                self.assert_err(wire, command)
        self.assert_ok(wire, b"USER alice")
        self.assert_ok(wire, b"PASS secret")
        self.assert_err(wire, b"USER alice")
        self.assert_err(wire, b"STLS")
        self.assert_ok(wire, b"STAT")

    def test_pipelining(self):
        wire = self.wire("pop3")
        wire.send(
            b"USER alice\r\nPASS secret\r\nSTAT\r\nDELE 1\r\nDELE 1\r\nRSET\r\nNOOP\r\nQUIT\r\n"
        )
        answers = [line.split()[0] for line in wire.rest().splitlines()]
        self.assertEqual(answers, [b"+OK"] * 5 + [b"-ERR"] + [b"+OK"] * 3)

    def test_lines_that_begin_with_dots(self):
        mail = message("dots", ".\r\n..\r\n.x\r\n")
        self.deliver(mail)
        wire = self.raw()
        wire.send(b"RETR 4\r\n")
        raw = b"\r\n".join(wire.lines(b"..x"))
        # RFC 1939 §3: each has one more on the wire.
        self.assertTrue(raw.endswith(b"\r\n\r\n..\r\n...\r\n..x"), raw)
        self.assertEqual(wire.line(), b".")

    def test_message_without_a_last_line_end(self):
        client = self.imap("alice")
        client.append("INBOX", None, None, b"Subject: cut\r\n\r\nno line end")
        wire = self.raw()
        wire.send(b"RETR 4\r\nNOOP\r\n")
        self.assertEqual(wire.lines(b".")[-2:], [b"no line end", b"."])
        self.assertRegex(wire.line(), rb"^\+OK")


class Login(Pop3Test):
    """The AUTHORIZATION state."""

    def test_wrong_password(self):
        for user in ("alice", "nobody"):
            with self.subTest(user), self.assertRaisesRegex(poplib.error_proto, "-ERR"):
                self.pop3(user, password="wrong")
        # It has not locked the maildrop.
        self.assertEqual(self.pop3("alice").stat()[0], 3)

    def test_maildrop_is_locked(self):
        # RFC 1939 §4, RFC 2449 §8.1.1.
        first = self.pop3("alice")
        with self.assertRaisesRegex(poplib.error_proto, r"-ERR \[IN-USE\]"):
            self.pop3("alice", TLS)
        self.assertEqual(self.pop3("bob").stat()[0], 0)
        first.quit()
        self.assertEqual(self.pop3_when_free("alice").stat()[0], 3)

    def test_new_mail_waits_for_the_next_session(self):
        client = self.pop3("alice")
        self.deliver(message("late"))
        self.assertEqual(client.stat()[0], 3)
        client.quit()
        self.assertEqual(self.pop3_when_free("alice").stat()[0], 4)

    def test_commands_behind_stls_are_not_carried_out(self):
        for behind in (b"CAPA\r\n", b"USER alice\r\nPASS secret\r\n", b"NO"):
            with self.subTest(behind):
                wire = self.wire("pop3")
                wire.line()
                wire.send(b"STLS\r\n" + behind)
                if not wire.line().startswith(b"+OK"):
                    self.assertEqual(wire.rest(), b"")
                    continue
                # It may end the connection, or forget what came behind.
                try:
                    wire.start_tls()
                    answers = [self.ask(wire, command) for command in (b"OP", b"STAT")]
                except (OSError, AssertionError):
                    continue
                for answer in answers:
                    self.assertRegex(answer, rb"^-ERR")

    def test_stls_forgets_the_user(self):
        wire = self.wire("pop3")
        wire.line()
        self.assert_ok(wire, b"USER alice")
        self.assert_ok(wire, b"STLS")
        wire.start_tls()
        self.assert_err(wire, b"PASS secret")
        self.assert_err(wire, b"STLS")
        self.assert_ok(wire, b"USER alice")
        self.assert_ok(wire, b"PASS secret")


class NoClearTextLogin(ServerTest):
    """Users that somebody chose do not log in without TLS."""

    options = ("--user=carol:pass  word ",)

    def test_login_takes_tls(self):
        self.assertNotIn("USER", self.pop3().capa())
        with self.assertRaisesRegex(poplib.error_proto, "-ERR"):
            self.pop3("carol", CLEAR, "pass  word ")
        for way in (STARTTLS, TLS):
            # RFC 1939 §7: spaces are part of the password.
            client = self.pop3("carol", way, "pass  word ")
            self.assertIn("USER", client.capa())
            client.quit()


class Deleting(Pop3Test):
    """Only QUIT deletes, and only what is marked then."""

    def subjects(self):
        """The numbers in the subjects of what alice has."""
        client = self.pop3_when_free("alice")
        found = [
            int(re.search(rb"Subject: number (\d+)", retrieve(client, number)).group(1))
            for number in range(1, client.stat()[0] + 1)
        ]
        client.quit()
        return found

    def test_quit_deletes(self):
        for way, left in zip(WAYS, ([2, 3], [3], [])):
            with self.subTest(way):
                client = self.pop3_when_free("alice", way)
                client.dele(1)
                self.assertRegex(client.quit(), rb"^\+OK")
                self.assertEqual(self.subjects(), left)
        self.server.restart()
        self.assertEqual(self.subjects(), [])

    def test_deleted_messages_are_gone_from_the_session(self):
        client = self.pop3("alice")
        client.dele(2)
        for command in (client.retr, client.dele, client.list, client.uidl):
            with self.subTest(command.__name__), self.assertRaises(poplib.error_proto):
                command(2)
        self.assertEqual(client.stat()[0], 2)
        self.assertEqual([line.split()[0] for line in client.list()[1]], [b"1", b"3"])
        self.assertEqual([line.split()[0] for line in client.uidl()[1]], [b"1", b"3"])

    def test_rset_undeletes(self):
        client = self.pop3("alice")
        client.dele(1)
        client.dele(3)
        client.rset()
        self.assertEqual(client.stat()[0], 3)
        client.quit()
        self.assertEqual(self.subjects(), [1, 2, 3])

    def test_a_dropped_connection_deletes_nothing(self):
        for way in WAYS:
            with self.subTest(way):
                client = self.pop3_when_free("alice", way)
                client.dele(1)
                client.close()
                self.assertEqual(self.subjects(), [1, 2, 3])

    def test_the_end_of_the_server_deletes_nothing(self):
        client = self.pop3("alice")
        client.dele(1)
        self.server.restart()
        self.assertEqual(self.subjects(), [1, 2, 3])

    def test_quit_before_login(self):
        wire = self.wire("pop3")
        wire.line()
        self.assert_ok(wire, b"USER alice")
        self.assert_ok(wire, b"QUIT")
        self.assertEqual(wire.rest(), b"")
        self.assertEqual(self.subjects(), [1, 2, 3])


if __name__ == "__main__":
    unittest.main()
