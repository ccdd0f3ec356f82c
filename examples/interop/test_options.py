"""The program itself: its options, and how it ends."""

import os
import poplib
import signal
import subprocess
import time
import unittest

from server import ALL, HOST, PATIENCE, PROGRAM, ServerTest, message

OFF = [f"--{name}=none" for name in ALL]


class Ending(ServerTest):
    """SIGTERM and SIGINT."""

    def test_exit_status(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how.name):
                self.assertEqual(self.server.stop(how), 0)
                self.server.start()

    def test_clients_are_told(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how.name):
                smtp, pop3, imap = (self.wire(name) for name in ("smtps", "pop3", "imap"))
                for wire in (smtp, pop3, imap):
                    wire.line()
                started = time.monotonic()
                self.assertEqual(self.server.stop(how), 0)
                self.assertLess(time.monotonic() - started, PATIENCE / 2)
                # RFC 5321 §3.8; POP3 has no word for it; RFC 3501 §7.1.5.
                self.assertRegex(smtp.rest(), rb"^421 ")
                pop3.rest()
                self.assertRegex(imap.rest(), rb"^\* BYE ")
                self.server.start()

    def test_half_a_message_is_dropped(self):
        wire = self.wire("smtp")
        wire.send(
            b"EHLO client.example\r\nMAIL FROM:<a@example.com>\r\n"
            b"RCPT TO:<alice@example.com>\r\nDATA\r\n"
        )
        wire.lines(b"354")
        wire.send(message("half"))
        self.server.restart()
        self.assertEqual(self.mail("alice"), [])


class Choices(ServerTest):
    """Options that change what the server does."""

    def test_hostname(self):
        self.server = self.start_server(self.directory(), "--hostname=mail.internal")
        self.assertRegex(self.wire("smtp").line(), rb"^220 mail\.internal\b")

    def test_own_users(self):
        data, clear = self.directory(), "--allow-plaintext-auth"
        self.server = self.start_server(data, "--user=carol:one", "--user=dave:two", clear)
        self.deliver(message("hello"), to="dave")
        self.assertEqual(self.pop3("dave", password="two").stat()[0], 1)
        with self.assertRaises(poplib.error_proto):
            self.pop3("alice")
        # The next start gives one of them a new password, and leaves the other.
        self.server.stop()
        self.server = self.start_server(data, "--user=carol:three", clear)
        self.pop3("carol", password="three")
        self.pop3("dave", password="two")

    def test_passwords_are_not_kept_as_they_are(self):
        data = self.directory()
        self.start_server(data, "--user=carol:Open-Sesame-4711").stop()
        for directory, _, files in os.walk(data):
            for name in files:
                with open(os.path.join(directory, name), "rb") as file:
                    self.assertNotIn(b"Open-Sesame-4711", file.read(), name)

    def test_memory(self):
        directory = self.directory()
        process = subprocess.Popen(
            [PROGRAM, "--memory", *OFF[1:], f"--smtp={HOST}:0"],
            cwd=directory, stdout=subprocess.PIPE,
        )
        try:
            while b"SMTP on" not in process.stdout.readline():
                self.assertIsNone(process.poll())
        finally:
            process.terminate()
            process.communicate()
        self.assertEqual(process.returncode, 0)
        self.assertEqual(os.listdir(directory), [])

    def test_listeners_can_be_turned_off(self):
        self.server = self.start_server(self.directory(), listeners=("imap", "smtps"))
        self.assertEqual(set(self.server.ports), {"imap", "smtps"})
        self.assertRegex(self.wire("imap").line(), rb"^\* OK")

    def test_given_certificate(self):
        # The other server's, which is for the same names.
        tls = os.path.dirname(self.server.certificate())
        certificate, key = (os.path.join(tls, f"localhost-{part}.pem") for part in ("cert", "key"))
        other = self.start_server(self.directory(), f"--cert={certificate}", f"--key={key}")
        other.certificate = self.server.certificate
        self.server = other
        self.assertRegex(self.wire("imaps").line(), rb"^\* OK")


class Errors(ServerTest):
    """Options that cannot be: a message, and an exit status other than 0."""

    def run_program(self, *options):
        """Runs the server, which ends by itself."""
        return subprocess.run(
            [PROGRAM, *options], cwd=self.directory(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )

    def test_wrong_options(self):
        taken = self.server.ports["smtp"]
        one = [f"--imap={HOST}:0", *(off for off in OFF if not off.startswith("--imap="))]
        nothing = os.path.join(self.directory(), "nothing.pem")
        empty = os.path.join(self.directory(), "empty.pem")
        with open(empty, "w", encoding="ascii"):
            pass
        for options, said in (
            (["--no-such-option"], "--no-such-option"),
            (["stray"], "stray"),
            (OFF, "listener"),
            ([f"--smtp={HOST}:{taken}", *OFF[1:]], str(taken)),
            ([f"--smtp={HOST}", *OFF[1:]], "--smtp"),
            ([f"--smtp={HOST}:99999", *OFF[1:]], "--smtp"),
            (["--smtp=256.0.0.1:25", *OFF[1:]], "--smtp"),
            ([*one, "--user=carol"], "--user"),
            ([*one, "--user=:secret"], "--user"),
            ([*one, "--user=carol:"], "--user"),
            ([*one, "--user=c/../arol:secret"], "--user"),
            ([*one, f"--cert={nothing}", f"--key={nothing}"], nothing),
            ([*one, f"--cert={empty}", f"--key={empty}"], empty),
            ([*one, f"--cert={self.server.certificate()}"], "--key"),
            ([*one, "--max-message-size=0"], "--max-message-size"),
            ([*one, "--max-message-size=many"], "--max-message-size"),
            ([*one, "--hostname=not a name"], "--hostname"),
            ([*one, "--data=/dev/null/mail"], "/dev/null/mail"),
            ([*one, f"--data={self.server.data}"], self.server.data),
            ([*one, "--data=x", "--memory"], "--memory"),
        ):
            with self.subTest(" ".join(options)):
                ended = self.run_program(*options)
                self.assertGreater(ended.returncode, 0)
                self.assertIn(said, ended.stderr)
                self.assertNotIn("panicked", ended.stderr)
        # The running server has not been disturbed.
        self.deliver(message("still here"))

    def test_help_and_version(self):
        ended = self.run_program("--help")
        self.assertEqual(ended.returncode, 0)
        for option in (
            "--data", "--memory", "--hostname", "--smtp", "--pop3", "--imap", "--smtps", "--pop3s",
            "--imaps", "--submission", "--lmtp", "--user", "--users-file", "--cert", "--key", "--max-message-size",
            "--max-connections", "--max-connections-per-address", "--allow-plaintext-auth",
            "--allow-remote-development-users",
        ):
            self.assertIn(option, ended.stdout)
        self.assertRegex(self.run_program("--version").stdout, r"^mailserver \d+\.\d+\.\d+")


if __name__ == "__main__":
    unittest.main()
