"""POP3 with the clients of a Debian system: mpop, fetchmail and getmail."""

import os
import re
import unittest

from home import Home
from server import CLEAR, HOST, PASSWORD, STARTTLS, TLS, WAYS, ServerTest, message

# After how many seconds a client gives up; it should do so before we lose patience.
TIMEOUT = 10


class ClientTest(ServerTest):
    """Checks with some mail for alice, and a home for the client that fetches it."""

    bodies = (
        "It works.\r\n",
        # RFC 1939 §3: each has one dot more on the wire.
        ".\r\n..\r\n.x\r\n...\r\nx.\r\n\r\n.",
        "From here\r\n>From there\r\n",
        "\r\n\r\nempty lines around\r\n\r\n\r\n",
        "\xe4\xf6\xfc \u20ac \U0001f600\r\n",
        "",
        "x" * 998 + "\r\n",
        ".a line of a large message\r\n" * 10_000,
    )

    def setUp(self):
        super().setUp()
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.certificate = self.home.trust(self.server)
        self.send_anew()

    def send_anew(self):
        """Delivers the messages of these checks to a mailbox that is empty."""
        self.sent = []
        self.send(*self.bodies)

    def send(self, *bodies):
        """Delivers a message with each of these bodies."""
        first = len(self.sent) + 1
        mails = [message(f"mail {number}", body) for number, body in enumerate(bodies, first)]
        # `sendmail` ends the last line if nobody has.
        self.deliver(*mails)
        self.sent += [mail if mail.endswith(b"\r\n") else mail + b"\r\n" for mail in mails]

    def port(self, way):
        return self.server.ports["pop3s" if way == TLS else "pop3"]

    def execute(self, *command, status=0):
        """Runs a client, and returns what it says."""
        ended, said = self.home.run(*command)
        self.assertEqual(ended, status, said)
        return said

    def fetched(self, maildir):
        """The messages in a Maildir, in the order they were sent, and with the
        line ends they had then."""
        found = {}
        directory = os.path.join(maildir, "new")
        for name in os.listdir(directory):
            with open(os.path.join(directory, name), "rb") as file:
                mail = file.read()
            number = int(re.search(rb"^Subject: mail (\d+)$", mail, re.MULTILINE).group(1))
            self.assertNotIn(number, found)
            found[number] = mail.replace(b"\n", b"\r\n")
        return [found[number] for number in sorted(found)]

    def assert_fetched(self, maildir, sent):
        """A Maildir holds exactly these, each behind its trace fields."""
        found = self.fetched(maildir)
        self.assertEqual(len(found), len(sent))
        for got, mail in zip(found, sent):
            self.assert_sent(got, mail)


class Mpop(ClientTest):
    """mpop, which trusts our certificate and no other."""

    def mpop(self, maildir, way=CLEAR, status=0, **settings):
        """Fetches into a Maildir, which has its own memory of what was fetched."""
        settings = {
            "host": HOST,
            "port": self.port(way),
            "timeout": TIMEOUT,
            "user": "alice",
            "password": PASSWORD,
            "auth": "user",
            "tls": "off" if way == CLEAR else "on",
            "tls_starttls": "on" if way == STARTTLS else "off",
            "tls_trust_file": self.certificate,
            "pipelining": "on",
            "keep": "on",
            "received_header": "off",
            "delivery": f"maildir {maildir}",
            "uidls_file": f"{maildir}.uidls",
            **settings,
        }
        lines = [f"{name} {value}\n" for name, value in settings.items()]
        self.home.write("mpoprc", "account default\n" + "".join(lines))
        return self.execute("mpop", "--file=mpoprc", "--debug", status=status)

    def test_reads_the_mail(self):
        for way in WAYS:
            for auth in ("user", "plain", "login"):
                with self.subTest(way, auth=auth):
                    maildir = self.home.maildir(f"{way} {auth}".replace(" ", "-"))
                    said = self.mpop(maildir, way, auth=auth)
                    self.assertIn("--> USER" if auth == "user" else "--> AUTH", said)
                    self.assert_fetched(maildir, self.sent)
        self.assert_delivered("alice", self.sent)

    def test_pipelining(self):
        self.send(*(f"{number}\r\n" for number in range(200)))
        for pipelining in ("on", "off", "auto"):
            with self.subTest(pipelining):
                maildir = self.home.maildir(pipelining)
                said = self.mpop(maildir, STARTTLS, pipelining=pipelining)
                # Whether it waits for the first answer.
                piped = re.search(r"--> RETR 1\s+--> RETR 2\s", said) is not None
                self.assertEqual(piped, pipelining != "off")
                self.assert_fetched(maildir, self.sent)

    def test_keeps_the_mail_and_fetches_only_what_is_new(self):
        maildir = self.home.maildir("Maildir")
        self.mpop(maildir)
        for way in WAYS:
            with self.subTest(way):
                self.assertNotIn("RETR", self.mpop(maildir, way))
                self.assert_fetched(maildir, self.sent)
        # The unique-ids are those that were.
        self.server.restart()
        self.assertNotIn("RETR", self.mpop(maildir))
        self.send("new\r\n")
        self.assertEqual(self.mpop(maildir).count("--> RETR"), 1)
        self.assert_fetched(maildir, self.sent)

    def test_deletes_the_mail(self):
        for way in WAYS:
            with self.subTest(way):
                maildir = self.home.maildir(way.replace(" ", "-"))
                self.mpop(maildir, way, keep="off")
                self.assert_fetched(maildir, self.sent)
                self.assert_delivered("alice", [])
                self.assertIn("no messages", self.mpop(maildir, way))
                self.send_anew()

    def test_deletes_what_it_has_skipped(self):
        # `--killsize` deletes without fetching: nothing but DELE and QUIT.
        maildir = self.home.maildir("Maildir")
        self.mpop(maildir, keep="off", killsize=100_000)
        self.assert_fetched(maildir, self.sent[:-1])
        self.assert_delivered("alice", [])

    def test_reads_the_headers_first(self):
        # A filter sees what TOP gives; status 2 leaves the mail where it is.
        maildir = self.home.maildir("Maildir")
        seen = self.home.file("headers")
        self.mpop(maildir, filter=f"cat >> {seen}; exit 2", keep="off")
        self.assert_fetched(maildir, [])
        with open(seen) as file:
            subjects = re.findall(r"^Subject: mail (\d+)$", file.read(), re.MULTILINE)
        self.assertEqual(subjects, [str(number) for number in range(1, len(self.sent) + 1)])
        self.assert_delivered("alice", self.sent)

    def test_login_that_fails(self):
        maildir = self.home.maildir("Maildir")
        for auth in ("user", "plain", "login"):
            with self.subTest(auth):
                # EX_NOPERM.
                self.mpop(maildir, STARTTLS, 77, auth=auth, password="wrong")
        with self.subTest("in use"):
            client = self.pop3("alice")
            self.assertIn("[IN-USE]", self.mpop(maildir, status=77))
            client.quit()
        self.mpop(maildir)
        self.assert_fetched(maildir, self.sent)


class Fetchmail(ClientTest):
    """fetchmail, whose delivery program writes each message to a file."""

    def fetchmail(self, maildir, way=CLEAR, *options, status=0, password=PASSWORD):
        """Fetches into a Maildir, which has its own memory of what was fetched."""
        security = {
            CLEAR: "sslproto '' no sslcertck",
            STARTTLS: "sslproto 'auto' sslcertck",
            TLS: "ssl sslcertck",
        }[way]
        self.home.write(
            "fetchmailrc",
            f"""
            set pidfile "{maildir}.pid"
            set idfile "{maildir}.ids"
            set no bouncemail
            set invisible
            poll {HOST} protocol pop3 service {self.port(way)} timeout {TIMEOUT} uidl
              user "alice" password "{password}" is "{self.home.user.pw_name}" here
              {security} sslcertfile "{self.certificate}" sslcommonname "localhost"
              no rewrite mda "cat > $(mktemp {maildir}/new/XXXXXXXXXX)"
            """,
        )
        return self.execute(
            *("fetchmail", "--fetchmailrc=fetchmailrc", "--nosyslog", "--verbose", *options),
            status=status,
        )

    def test_reads_and_keeps_the_mail(self):
        for way in WAYS:
            with self.subTest(way):
                maildir = self.home.maildir(way.replace(" ", "-"))
                said = self.fetchmail(maildir, way, "--keep")
                # Its way to read without marking the message as read.
                self.assertIn("POP3> TOP 1 99999999", said)
                self.assertEqual("POP3> STLS" in said, way == STARTTLS)
                self.assert_fetched(maildir, self.sent)
                # 1: no new mail. The server has the same unique-ids as before.
                self.server.restart()
                self.assertNotIn("POP3> TOP", self.fetchmail(maildir, way, "--keep", status=1))
                self.send("new\r\n")
                self.assertEqual(self.fetchmail(maildir, way, "--keep").count("POP3> TOP"), 1)
                self.assert_fetched(maildir, self.sent)
        self.assert_delivered("alice", self.sent)

    def test_deletes_the_mail(self):
        for way in WAYS:
            with self.subTest(way):
                maildir = self.home.maildir(way.replace(" ", "-"))
                said = self.fetchmail(maildir, way, "--nokeep", "--fetchall")
                self.assertIn("POP3> RETR 1", said)
                self.assert_fetched(maildir, self.sent)
                self.assert_delivered("alice", [])
                self.fetchmail(maildir, way, "--nokeep", "--fetchall", status=1)
                self.send_anew()

    def test_login_that_fails(self):
        maildir = self.home.maildir("Maildir")
        self.fetchmail(maildir, STARTTLS, "--keep", status=3, password="wrong")
        client = self.pop3("alice")
        # 9: another session has the maildrop.
        self.fetchmail(maildir, STARTTLS, "--keep", status=9)
        client.quit()
        self.fetchmail(maildir, STARTTLS, "--keep")
        self.assert_fetched(maildir, self.sent)


class Getmail(ClientTest):
    """getmail, which has TLS from the start or none."""

    ways = (CLEAR, TLS)

    def getmail(self, maildir, way=CLEAR, status=0, delete=False, password=PASSWORD):
        """Fetches into a Maildir, where it also remembers what was fetched."""
        retriever = "SimplePOP3SSLRetriever" if way == TLS else "SimplePOP3Retriever"
        settings = (
            *("[retriever]", f"type = {retriever}", f"server = {HOST}", f"port = {self.port(way)}"),
            *(f"timeout = {TIMEOUT}", "username = alice", f"password = {password}"),
            *([f"ca_certs = {self.certificate}"] if way == TLS else []),
            *("[destination]", "type = Maildir", f"path = {maildir}/"),
            *("[options]", "verbose = 2", "read_all = false", f"delete = {delete}"),
            *("received = false", "delivered_to = false"),
        )
        self.home.write(f"{maildir}/getmailrc", "\n".join(settings))
        before = f"{maildir}.before"
        for _ in range(5):
            self.execute("rm", "-rf", before)
            self.execute("cp", "-a", maildir, before)
            ended, said = self.home.run("getmail", f"--getmaildir={maildir}")
            if "waiting child pid" not in said:
                break
            # It has missed the end of its own process that delivers, as it
            # does at times (issue 226 of getmail6), and has sent RSET and QUIT.
            self.execute("rm", "-r", maildir)
            self.execute("mv", before, maildir)
        self.assertEqual(ended, status, said)
        return said

    def test_reads_and_keeps_the_mail(self):
        for way in self.ways:
            with self.subTest(way):
                maildir = self.home.maildir(way.replace(" ", "-"))
                self.getmail(maildir, way)
                self.assert_fetched(maildir, self.sent)
                self.assertIn("0 messages (0 bytes) retrieved", self.getmail(maildir, way))
                self.send("new\r\n")
                self.assertIn("1 messages", self.getmail(maildir, way))
                self.assert_fetched(maildir, self.sent)
        self.assert_delivered("alice", self.sent)

    def test_deletes_the_mail(self):
        for way in self.ways:
            with self.subTest(way):
                maildir = self.home.maildir(way.replace(" ", "-"))
                said = self.getmail(maildir, way, delete=True)
                self.assertEqual(said.count(", deleted"), len(self.sent))
                self.assert_fetched(maildir, self.sent)
                self.assert_delivered("alice", [])
                self.send_anew()

    def test_login_that_fails(self):
        maildir = self.home.maildir("Maildir")
        for way in self.ways:
            self.assertIn("[AUTH]", self.getmail(maildir, way, 127, password="wrong"))
        client = self.pop3("alice")
        self.assertIn("[IN-USE]", self.getmail(maildir, status=127))
        client.quit()
        self.getmail(maildir)
        self.assert_fetched(maildir, self.sent)


if __name__ == "__main__":
    unittest.main()
