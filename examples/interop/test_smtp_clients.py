"""SMTP with a client of a Debian system: msmtp."""

import unittest
from concurrent.futures import ThreadPoolExecutor

from home import Home
from server import CLEAR, HOST, PASSWORD, STARTTLS, TLS, WAYS, ServerTest

# After how many seconds the client gives up; it should do so before we lose patience.
TIMEOUT = 10

# How msmtp ends (sysexits.h).
EX_DATAERR, EX_UNAVAILABLE, EX_NOPERM = 65, 69, 77


def message(subject, body="It works.\r\n"):
    """A message to which msmtp has nothing to add."""
    text = (
        "Date: Mon, 7 Feb 2022 21:52:25 -0800\r\n"
        "From: Sender <sender@example.com>\r\n"
        f"Message-ID: <{subject.replace(' ', '.')}@example.com>\r\n"
        f"Subject: {subject}\r\n"
        "\r\n"
        f"{body}"
    )
    return text.encode()


class MsmtpTest(ServerTest):
    """Checks that run msmtp, which trusts our certificate and no other."""

    def setUp(self):
        super().setUp()
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.certificate = self.home.trust(self.server)

    def msmtp(self, mail, way=CLEAR, to=("alice@example.com",), status=0, name="mail", **settings):
        """Sends a message from a file, whose lines end in LF, and returns what
        msmtp says."""
        settings = {
            "host": HOST,
            "port": self.server.ports["smtps" if way == TLS else "smtp"],
            "timeout": TIMEOUT,
            "from": "sender@example.com",
            "domain": "client.example",
            "auth": "off",
            "user": "bob",
            "password": PASSWORD,
            "tls": "off" if way == CLEAR else "on",
            "tls_starttls": "on" if way == STARTTLS else "off",
            "tls_trust_file": self.certificate,
            **settings,
        }
        lines = [f"{setting} {value}\n" for setting, value in settings.items()]
        self.home.write(f"{name}.rc", "account default\n" + "".join(lines))
        self.home.write(name, mail.replace(b"\r\n", b"\n"))
        # It reads the message from its standard input.
        run = f'exec msmtp --file={name}.rc --debug "$@" < {name}'
        ended, said = self.home.run("sh", "-c", run, "sh", *to)
        self.assertEqual(ended, status, said)
        return said


class Msmtp(MsmtpTest):
    """msmtp, which sends ahead where it may."""

    bodies = (
        "It works.\r\n",
        # RFC 5321 §4.5.2: each has one dot more on the wire.
        ".\r\n..\r\n.x\r\n...\r\nx.\r\n\r\n.\r\n",
        "\r\n\r\nempty lines around\r\n\r\n\r\n",
        "\xe4\xf6\xfc \u20ac \U0001f600\r\n",
        "",
        "x" * 998 + "\r\n",
        ".a line of a large message\r\n" * 30_000,
    )

    def test_sends_mail(self):
        sent = []
        for way in WAYS:
            for auth in ("off", "plain", "login"):
                with self.subTest(way, auth=auth):
                    mail = message(f"{way} {auth}", ".dots\r\n..\r\n")
                    said = self.msmtp(mail, way, auth=auth)
                    self.assertEqual("--> STARTTLS" in said, way == STARTTLS)
                    self.assertEqual("--> AUTH" in said, auth != "off")
                    sent.append(mail)
        self.assert_delivered("alice", sent)

    def test_sends_any_body(self):
        sent = [message(f"mail {number}", body) for number, body in enumerate(self.bodies)]
        for way in WAYS:
            with self.subTest(way):
                for mail in sent:
                    self.msmtp(mail, way)
                self.assert_delivered("alice", sent)
                self.empty("alice")

    def empty(self, user):
        """Deletes all the mail of a user."""
        client = self.pop3_when_free(user)
        for number in range(1, client.stat()[0] + 1):
            client.dele(number)
        client.quit()

    def test_pipelining(self):
        # RFC 2920 §3.1: it waits for nothing between MAIL and DATA.
        to = ["alice@example.com", "bob@example.com"] * 20
        mail = message("many")
        said = self.msmtp(mail, STARTTLS, to=to)
        self.assertRegex(said, r"--> MAIL FROM:\S+(\s+--> RCPT TO:\S+){40}\s+--> DATA\s+<-- 250")
        # A recipient that is named again gets the message once.
        self.assert_delivered("alice", [mail])
        self.assert_delivered("bob", [mail])

    def test_recipients_that_are_not_here(self):
        for to, code in (("nobody@example.com", "550 5.1.1"), ("a@elsewhere.org", "550 5.7.1")):
            with self.subTest(to):
                # It sends to all of them or to none, though its DATA went ahead.
                to = ("alice@example.com", to)
                self.assertIn(code, self.msmtp(message("mail"), to=to, status=EX_DATAERR))
        self.assert_delivered("alice", [])

    def test_login_that_fails(self):
        for auth in ("plain", "login"):
            with self.subTest(auth):
                mail = message("mail")
                said = self.msmtp(mail, STARTTLS, status=EX_NOPERM, auth=auth, password="wrong")
                self.assertIn("535 5.7.8", said)
        self.assert_delivered("alice", [])

    def test_many_at_once(self):
        def send(number):
            mail = message(f"mail {number:02}", "a line of it\r\n" * 1000)
            self.msmtp(mail, WAYS[number % 3], name=f"mail-{number}")
            return mail

        with ThreadPoolExecutor(10) as threads:
            sent = list(threads.map(send, range(40)))
        self.assertEqual(len(sent), 40)
        got = sorted(self.mail("alice"), key=lambda mail: mail.partition(b"\r\nSubject: ")[2])
        self.assertEqual(len(got), 40)
        for one, mail in zip(got, sent):
            self.assert_sent(one, mail)


class TooLarge(MsmtpTest):
    """A server that takes small messages."""

    options = ("--max-message-size=10000",)

    def test_what_is_too_large(self):
        mail = message("small")
        self.msmtp(mail, STARTTLS)
        said = self.msmtp(message("large", "x\r\n" * 10_000), STARTTLS, status=EX_UNAVAILABLE)
        self.assertIn("552 5.3.4", said)
        self.assert_delivered("alice", [mail])


if __name__ == "__main__":
    unittest.main()
