"""All three protocols through curl."""

import os
import re
import subprocess
import tempfile
import unittest

from server import CLEAR, HOST, PASSWORD, PATIENCE, STARTTLS, TLS, WAYS, ServerTest, message

# How curl is told to use STARTTLS, and no clear text.
OPTIONS = {CLEAR: [], STARTTLS: ["--ssl-reqd"], TLS: []}


class CurlTest(ServerTest):
    """Checks that run curl."""

    def run_curl(self, *arguments, upload=None):
        """Runs curl, and returns how it ended."""
        command = [
            "curl", "--disable", "--silent", "--show-error", "--noproxy", "*",
            "--max-time", str(PATIENCE), "--cacert", self.server.certificate(), *arguments,
        ]
        with tempfile.NamedTemporaryFile() as file:
            if upload is not None:
                # A file, not standard input: APPEND announces its size first.
                file.write(upload)
                file.flush()
                command += ["--upload-file", file.name]
            return subprocess.run(command, capture_output=True, check=False)

    def curl(self, *arguments, upload=None):
        """Runs curl, which must succeed, and returns its output."""
        ended = self.run_curl(*arguments, upload=upload)
        self.assertEqual(ended.returncode, 0, ended.stderr.decode())
        return ended.stdout

    def url(self, protocol, way, path=""):
        """The options and the URL that reach a protocol."""
        scheme = protocol + "s" if way == TLS else protocol
        return [*OPTIONS[way], f"{scheme}://{HOST}:{self.server.ports[scheme]}/{path}"]

    def read(self, protocol, way, path, *arguments, user="alice"):
        """Runs curl as a user."""
        return self.curl(*self.url(protocol, way, path), "--user", f"{user}:{PASSWORD}", *arguments)


class Smtp(CurlTest):
    """Sending."""

    FROM_TO = ("--mail-from", "sender@example.com", "--mail-rcpt", "alice@example.com")

    def test_send(self):
        mails = []
        for way in WAYS:
            with self.subTest(way):
                mails.append(message(f"sent over {way}", ".dots\r\n..\r\nend\r\n"))
                self.curl(*self.url("smtp", way), *self.FROM_TO, upload=mails[-1])
                self.assert_delivered("alice", mails)

    def test_send_logged_in(self):
        # With AUTH= behind MAIL, which curl writes in angle brackets.
        mail = message("logged in")
        for way, mechanism in ((CLEAR, "*"), (STARTTLS, "PLAIN"), (TLS, "PLAIN")):
            with self.subTest(way):
                self.curl(
                    *self.url("smtp", way), *self.FROM_TO, "--user", f"bob:{PASSWORD}",
                    "--mail-auth", "bob@example.com", "--login-options", f"AUTH={mechanism}",
                    upload=mail,
                )
        self.assert_delivered("alice", [mail] * 3)

    def test_errors(self):
        url = self.url("smtp", TLS)
        ended = self.run_curl(*url, *self.FROM_TO, "--user", "bob:wrong", upload=b"x\r\n")
        self.assertEqual(ended.returncode, 67, ended.stderr)
        unknown = ("--mail-from", "a@example.com", "--mail-rcpt", "nobody@example.com")
        ended = self.run_curl(*url, *unknown, upload=b"x\r\n")
        self.assertEqual(ended.returncode, 55, ended.stderr)
        self.assertIn(b"550", ended.stderr)
        self.assert_delivered("alice", [])

    def test_verify_and_help(self):
        answer = self.curl(*self.url("smtp", CLEAR), "--mail-rcpt", "alice")
        self.assertRegex(answer, rb"^25[02] ")
        self.assertRegex(self.curl(*self.url("smtp", TLS), "--request", "HELP"), rb"^214")


class Pop3(CurlTest):
    """Reading with POP3."""

    def setUp(self):
        super().setUp()
        self.mails = [message("first", ".dot\r\n"), message("second")]
        self.deliver(*self.mails)

    def test_read(self):
        for way in WAYS:
            with self.subTest(way):
                listed = self.read("pop3", way, "")
                self.assertRegex(listed, rb"^1 \d+\r\n2 \d+\r\n$")
                for number, mail in enumerate(self.mails, 1):
                    got = self.read("pop3", way, number)
                    self.assert_sent(got, mail)
                    self.assertIn(b"%d %d\r\n" % (number, len(got)), listed)

    def test_other_commands(self):
        self.assertRegex(self.read("pop3", TLS, "", "--request", "UIDL"), rb"^1 \S+\r\n2 \S+\r\n$")
        top = self.read("pop3", TLS, "", "--request", "TOP 1 0")
        self.assertIn(b"Subject: first\r\n", top)
        self.assertNotIn(b".dot", top)
        self.read("pop3", TLS, "1", "--request", "DELE", "--head")
        self.assert_delivered("alice", self.mails[1:])

    def test_wrong_password(self):
        ended = self.run_curl(*self.url("pop3", TLS, "1"), "--user", "alice:wrong")
        self.assertEqual(ended.returncode, 67, ended.stderr)


class Imap(CurlTest):
    """Reading with IMAP."""

    def setUp(self):
        super().setUp()
        self.mails = [message("apples", ".dot\r\n"), message("pears")]
        self.deliver(*self.mails)

    def test_read(self):
        for way in WAYS:
            with self.subTest(way):
                for number, mail in enumerate(self.mails, 1):
                    got = self.read("imap", way, f"INBOX;MAILINDEX={number}")
                    self.assert_sent(got, mail)
                self.assertEqual(
                    self.read("imap", way, "INBOX;MAILINDEX=1;SECTION=TEXT"), b".dot\r\n"
                )

    def test_search_and_uid(self):
        for way in WAYS:
            with self.subTest(way):
                found = self.read("imap", way, "INBOX?SUBJECT%20pears")
                self.assertEqual(found, b"* SEARCH 2\r\n")
                answer = self.read("imap", way, "INBOX", "--request", "FETCH 2 UID")
                uid = re.search(rb"UID (\d+)", answer).group(1).decode()
                self.assert_sent(self.read("imap", way, f"INBOX;UID={uid}"), self.mails[1])

    def test_list(self):
        for way in WAYS:
            with self.subTest(way):
                listed = self.read("imap", way, "")
                self.assertRegex(listed, rb'^\* LIST \([^)]*\) "[^"]+" "?INBOX"?\r\n$')

    def test_append_and_flags(self):
        self.read("imap", TLS, "", "--request", "CREATE kept")
        mail = message("appended")
        self.curl(*self.url("imap", TLS, "kept"), "--user", f"alice:{PASSWORD}", upload=mail)
        self.assertEqual(self.read("imap", TLS, "kept;MAILINDEX=1"), mail)
        status = self.read("imap", TLS, "", "--request", "STATUS kept (MESSAGES)")
        self.assertRegex(status, rb'^\* STATUS "?kept"? \(MESSAGES 1\)\r\n$')
        stored = self.read("imap", TLS, "kept", "--request", r"STORE 1 +FLAGS (\Deleted)")
        self.assertIn(rb"\Deleted", stored)
        self.assertIn(b"* 1 EXPUNGE", self.read("imap", TLS, "kept", "--request", "EXPUNGE"))

    def test_authenticate(self):
        for mechanism in ("AUTH=PLAIN", "AUTH=*"):
            with self.subTest(mechanism):
                self.read("imap", TLS, "", "--login-options", mechanism)
        ended = self.run_curl(*self.url("imap", TLS), "--user", "alice:wrong")
        self.assertEqual(ended.returncode, 67, ended.stderr)


class TryIt(CurlTest):
    """What the server says at its start works as it stands."""

    def test_the_lines_it_prints(self):
        self.server.wait_for(lambda: "imap://" in self.server.said())
        _, _, lines = self.server.said().partition("Try it:\n")
        commands = lines.replace("\\\n", " ").splitlines()
        self.assertEqual(len(commands), 3)
        for command in commands:
            ended = subprocess.run(
                ["sh", "-c", command], capture_output=True, check=False, timeout=PATIENCE,
                env={"PATH": os.environ["PATH"], "HOME": self.server.data, "no_proxy": "*"},
            )
            self.assertEqual(ended.returncode, 0, f"{command}\n{ended.stderr.decode()}")
            if "--upload-file" not in command:
                self.assertIn(b"It works.", ended.stdout)


if __name__ == "__main__":
    unittest.main()
