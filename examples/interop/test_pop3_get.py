"""pop3-get, which has our client's session, against Dovecot."""

import contextlib
import os
import pty
import shutil
import subprocess
import tempfile
import unittest

from dovecot import USER, Dovecot
from server import CLEAR, HOST, PASSWORD, PATIENCE, STARTTLS, TLS, WAYS, message

# Cargo puts both programs in the same place.
PROGRAM = os.path.join(os.path.dirname(os.environ["MAILSERVER"]), "pop3-get")
OPTIONS = {CLEAR: "none", STARTTLS: "starttls", TLS: "implicit"}


class Pop3Get(unittest.TestCase):
    """Checks with a Dovecot each, that has some mail."""

    mails = [
        message("plain"),
        message("dots", ".\r\n..\r\n.x\r\n...\r\n"),
        message("from", "From here\r\n>From there\r\n"),
        message("empty", ""),
        message("large", ".a line of a large message\r\n" * 20_000),
    ]

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="mail-fetched-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.dovecot = Dovecot()
        self.addCleanup(self.dovecot.remove)
        for mail in self.mails:
            self.dovecot.put(mail)
        self.dovecot.start()

    def file(self, name):
        return os.path.join(self.directory, name)

    def command(self, *options, way=CLEAR):
        """What runs pop3-get."""
        port = self.dovecot.ports["pop3s" if way == TLS else "pop3"]
        command = [PROGRAM, f"{HOST}:{port}", f"--user={USER}", f"--tls={OPTIONS[way]}", *options]
        if way != CLEAR and "--insecure" not in options:
            command.append(f"--ca={self.dovecot.certificate()}")
        return command

    def get(self, *options, way=CLEAR, password=PASSWORD, status=0):
        """Runs pop3-get, and returns what it says."""
        ended = subprocess.run(
            self.command(*options, way=way),
            env={**os.environ, "POP3_PASSWORD": password},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        said = ended.stdout.decode()
        self.assertEqual(ended.returncode, status, f"{said}\n{self.dovecot.said()}")
        return said

    def get_on_a_terminal(self, *options):
        """Runs pop3-get with its messages on a terminal, and returns what that shows."""
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            with subprocess.Popen(
                self.command(*options),
                env={**os.environ, "POP3_PASSWORD": PASSWORD, "TERM": "xterm"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=theirs,
            ) as running:
                os.close(theirs)
                shown = bytearray()
                # A terminal that nobody writes to any more is an error to read.
                with contextlib.suppress(OSError):
                    while piece := terminal.read(4096):
                        shown += piece
                self.assertEqual(running.wait(PATIENCE), 0, shown)
        return shown.decode()

    def fetched(self, maildir):
        """The messages in a Maildir, with the line ends of the wire, sorted."""
        directory = os.path.join(maildir, "new")
        found = []
        for name in os.listdir(directory):
            with open(os.path.join(directory, name), "rb") as file:
                found.append(file.read().replace(b"\n", b"\r\n"))
        return sorted(found)

    def test_keeps_and_fetches_once(self):
        for way in WAYS:
            with self.subTest(way):
                maildir = self.file(way)
                self.get(f"--maildir={maildir}", "--keep", way=way)
                self.assertEqual(self.fetched(maildir), sorted(self.mails))
                said = self.get(f"--maildir={maildir}", "--keep", way=way)
                self.assertIn("0 new messages", said)
                self.assertIn("5 seen before", said)
                self.assertEqual(self.fetched(maildir), sorted(self.mails))

    def test_deletes_what_it_has_fetched(self):
        mbox = self.file("mbox")
        said = self.get(f"--mbox={mbox}", way=STARTTLS)
        self.assertIn("5 new messages", said)
        self.assertIn("5 deleted on the server", said)
        with open(mbox, "rb") as file:
            contents = file.read()
        self.assertEqual(contents.count(b"\nFrom MAILER-DAEMON "), 4)
        self.assertIn(b"\n>From here\n>>From there\n", contents)
        self.assertIn(b"\n.\n..\n.x\n...\n", contents)
        said = self.get(f"--mbox={mbox}", way=STARTTLS)
        self.assertIn("0 new messages", said)

    def test_ways_to_log_in(self):
        for login in ("plain", "apop", "user"):
            with self.subTest(login):
                maildir = self.file(login)
                self.get(f"--maildir={maildir}", "--keep", f"--login={login}")
                self.assertEqual(self.fetched(maildir), sorted(self.mails))

    def test_draws_a_bar_on_a_terminal_only(self):
        maildir = f"--maildir={self.file('drawn')}"
        shown = self.get_on_a_terminal(maildir, "--keep")
        self.assertRegex(shown, r"[█░]{40} [\d.]+ \wi?B/[\d.]+ \wi?B")
        self.assertEqual(self.get_on_a_terminal(maildir, "--keep"), "", "there was nothing new")
        quiet = f"--maildir={self.file('quiet')}"
        self.assertEqual(self.get_on_a_terminal(quiet, "--keep", "--quiet"), "")
        said = self.get(f"--maildir={self.file('file')}", "--keep")
        self.assertNotIn("█", said)

    def test_says_what_is_wrong(self):
        maildir = f"--maildir={self.file('none')}"
        said = self.get(maildir, way=TLS, password="guess", status=1)
        self.assertIn("[AUTH]", said)
        said = self.get(maildir, "--insecure", "--tls=implicit", way=CLEAR, status=2)
        self.assertIn("--tls", said)


if __name__ == "__main__":
    unittest.main()
