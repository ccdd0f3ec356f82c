"""Mail that goes out: a chain of our servers, and other people's servers behind one."""

import email
import email.policy
import itertools
import os
import re
import signal
import smtplib
import sqlite3
import threading
import time
import unittest

import exim
from dovecot import Dovecot
from home import Home
from postfix import Postfix
from server import HOST, PASSWORD, PATIENCE, ServerTest, free_ports

MESSAGES = 5000
CLIENTS = 8
CONNECTIONS = 4
# How long all of them may take, in seconds.
LONG = 600

FAST = ("--retry=100ms", f"--relay-connections={CONNECTIONS}")
USERS = (f"--user=alice:{PASSWORD}", f"--user=bob:{PASSWORD}")


def waiting(server):
    """How many messages a server has in its queue."""
    with sqlite3.connect(f"{server.data}/index.sqlite", timeout=PATIENCE) as index:
        return index.execute("SELECT count(*) FROM queued").fetchone()[0]


def wait_until(condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it takes too long")
        time.sleep(0.02)


class Submitter(threading.Thread):
    """Submits messages, and each that was not answered again."""

    def __init__(self, port, subjects):
        super().__init__()
        self.port, self.subjects = port, subjects
        self.unanswered, self.failure = 0, None

    def run(self):
        try:
            subject = next(self.subjects, None)
            while subject is not None:
                try:
                    with smtplib.SMTP(HOST, self.port, timeout=PATIENCE) as client:
                        client.login("alice", PASSWORD)
                        while subject is not None:
                            self.unanswered += 1
                            client.sendmail(
                                "alice@one.invalid",
                                "bob@three.invalid",
                                f"Subject: {subject}\r\n\r\n{'text ' * 200}\r\n",
                            )
                            self.unanswered -= 1
                            subject = next(self.subjects, None)
                except (smtplib.SMTPServerDisconnected, ConnectionError):
                    time.sleep(0.01)
        except Exception as error:  # such as a message that is refused
            self.failure = error


class Numbers:
    """Subjects, for several threads."""

    def __init__(self, count):
        self.numbers, self.lock = iter(range(count)), threading.Lock()

    def __next__(self):
        with self.lock:
            return next(self.numbers)


class Chain(ServerTest):
    """Clients log in at the first of three servers; bob is at the third."""

    def setUp(self):
        one, two, three = free_ports(3)
        user = ("--relay-user", f"alice:{PASSWORD}")
        self.chain = [
            self.start_server(self.directory(), *options, *USERS, *FAST, fixed=fixed)
            for options, fixed in (
                (
                    ["--hostname=three.invalid"],
                    {"smtp": three},
                ),
                (
                    ["--hostname=two.invalid", f"--relay={HOST}:{three}"],
                    {"smtp": two},
                ),
                (
                    ["--hostname=one.invalid", f"--relay={HOST}:{two}", *user,
                     "--allow-plaintext-auth"],
                    {"submission": one},
                ),
            )
        ][::-1]

    def submit(self, count, meanwhile):
        """Submits so many messages. Returns how often one was not answered."""
        numbers = Numbers(count)
        port = self.chain[0].ports["submission"]
        submitters = [Submitter(port, numbers) for _ in range(CLIENTS)]
        for submitter in submitters:
            submitter.start()
        while any(submitter.is_alive() for submitter in submitters):
            meanwhile()
        for submitter in submitters:
            self.assertIsNone(submitter.failure)
        return sum(submitter.unanswered for submitter in submitters)

    def arrived(self):
        """How often each has come to bob, once nothing is on its way any more."""
        wait_until(lambda: waiting(self.chain[0]) + waiting(self.chain[1]) == 0, LONG)
        self.chain[2].stop()
        with sqlite3.connect(f"{self.chain[2].data}/index.sqlite") as index:
            mails = [mail.decode() for (mail,) in index.execute("SELECT octets FROM small")]
        for mail in mails:
            self.assertEqual(len(re.findall("^Received: ", mail, re.MULTILINE)), 3, mail)
            self.assertTrue(mail.endswith("text \r\n"), mail)
        numbers = [int(re.search(r"^Subject: (\d+)\r$", mail, re.MULTILINE)[1]) for mail in mails]
        return {number: numbers.count(number) for number in set(numbers)}

    def test_all_arrive_once(self):
        unanswered = self.submit(MESSAGES, lambda: time.sleep(0.1))
        self.assertEqual(unanswered, 0)
        self.assertEqual(self.arrived(), dict.fromkeys(range(MESSAGES), 1))

    def test_none_is_lost_whoever_dies(self):
        deaths = 0
        victims = itertools.cycle(self.chain)

        def kill():
            nonlocal deaths
            time.sleep(0.5)
            victim = next(victims)
            victim.stop(signal.SIGKILL)
            victim.start()
            deaths += 1

        unanswered = self.submit(MESSAGES, kill)
        arrived = self.arrived()
        self.assertEqual(sorted(arrived), list(range(MESSAGES)), f"after {deaths} deaths")
        self.assertGreaterEqual(deaths, 3)
        # Those that were on their way to one that died, and from it.
        doubled = sum(arrived.values()) - MESSAGES
        self.assertLessEqual(doubled, unanswered + deaths * 2 * CONNECTIONS)


class Reports(ServerTest):
    """What is told to senders, as Python's email package reads it."""

    def setUp(self):
        (two,) = free_ports(1)
        self.next = self.start_server(
            self.directory(), "--hostname=two.invalid", *USERS, fixed={"smtp": two}
        )
        self.server = self.start_server(
            self.directory(), "--hostname=one.invalid", f"--relay={HOST}:{two}",
            "--allow-plaintext-auth", *USERS, *FAST,
        )

    def submit(self, to, mail_options=(), rcpt_options=(), text="Subject: x\r\n\r\nbody\r\n"):
        with smtplib.SMTP(HOST, self.server.ports["submission"], timeout=PATIENCE) as client:
            client.login("alice", PASSWORD)
            client.sendmail("alice@one.invalid", to, text, mail_options, rcpt_options)

    def report(self):
        """The one report that alice has, as its three parts."""
        wait_until(lambda: len(self.mail("alice")) == 1)
        message = email.message_from_bytes(self.mail("alice")[0], policy=email.policy.default)
        self.assertEqual(message.defects, [])
        self.assertEqual(message.get_content_type(), "multipart/report")
        self.assertEqual(message.get_param("report-type"), "delivery-status")
        self.assertEqual(message["Return-Path"], "<>")
        self.assertRegex(message["Auto-Submitted"], "^auto-")
        text, status, original = message.iter_parts()
        self.assertEqual(text.get_content_type(), "text/plain")
        self.assertEqual(status.get_content_type(), "message/delivery-status")
        return text, status.get_payload(), original

    def test_a_refused_address_comes_back(self):
        self.submit(["nobody@two.invalid", "bob@two.invalid"], ["ENVID=QQ+2B1"])
        text, (message, recipient), original = self.report()
        self.assertIn("nobody@two.invalid", text.get_content())
        self.assertEqual(message["Reporting-MTA"], "dns; one.invalid")
        self.assertEqual(message["Original-Envelope-Id"], "QQ+1")
        self.assertEqual(recipient["Final-Recipient"], "rfc822; nobody@two.invalid")
        self.assertEqual(recipient["Action"], "failed")
        self.assertEqual(recipient["Status"], "5.1.1")
        self.assertEqual(recipient["Diagnostic-Code"], "smtp; 550 5.1.1 No such user here")
        self.assertEqual(original.get_content_type(), "text/rfc822-headers")
        self.assertIn("Subject: x", original.get_content())

    def test_all_of_it_comes_back_where_that_is_wanted(self):
        self.submit(["nobody@two.invalid"], ["RET=FULL"])
        *_, original = self.report()
        self.assertEqual(original.get_content_type(), "message/rfc822")
        self.assertEqual(original.get_content().get_content(), "body\r\n")

    def test_success_is_told_who_wants_to_know(self):
        # The next server has no way back, so that it does not offer DSN.
        self.submit(["bob@two.invalid"], [], ["NOTIFY=SUCCESS", "ORCPT=rfc822;Bob@old.invalid"])
        _, (_, recipient), _ = self.report()
        self.assertEqual(recipient["Action"], "relayed")
        self.assertEqual(recipient["Original-Recipient"], "rfc822; Bob@old.invalid")
        self.assertEqual(recipient["Status"], "2.0.0")

    def test_never_is_never(self):
        self.submit(["nobody@two.invalid"], [], ["NOTIFY=NEVER"])
        wait_until(lambda: waiting(self.server) == 0)
        self.assertEqual(self.mail("alice"), [])

    def test_msmtp_asks_for_it(self):
        home = Home()
        self.addCleanup(home.remove)
        port = self.server.ports["submission"]
        home.write("mail", b"Subject: x\n\nbody\n")
        home.write("rc", (
            f"account default\nhost {HOST}\nport {port}\nfrom alice@one.invalid\ntls off\n"
            f"auth plain\nuser alice\npassword {PASSWORD}\n"
            "dsn_notify failure,delay\ndsn_return full\n"
        ))
        run = "exec msmtp --file=rc nobody@two.invalid < mail"
        status, said = home.run("sh", "-c", run)
        self.assertEqual(status, 0, said)
        *_, original = self.report()
        self.assertEqual(original.get_content().get_content(), "body\r\n")


class OthersTest(ServerTest):
    """Checks with other people's programs behind our server, and in front of it."""

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)

    def relay_to(self, port, *options, way="relay"):
        """A server that sends mail on, and a client that has logged in."""
        server = self.start_server(
            self.directory(),
            *("--hostname=one.invalid", f"--{way}={HOST}:{port}", "--allow-plaintext-auth"),
            *(*USERS, *FAST, *options),
        )
        client = smtplib.SMTP(HOST, server.ports["submission"], timeout=PATIENCE)
        self.addCleanup(client.close)
        client.login("alice", PASSWORD)
        return server, client

    def start(self, *command, ready):
        """Starts a program that listens, and waits until it does."""
        with open(self.home.file("said"), "wb") as said:
            process = self.home.start(*command, stdout=said)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_until(lambda: listens(ready))
        return process

    def said(self):
        with open(self.home.file("said"), encoding="utf-8", errors="replace") as file:
            return file.read()


def listens(port):
    """Whether somebody listens at a port."""
    try:
        smtplib.socket.create_connection((HOST, port), PATIENCE).close()
    except ConnectionError:
        return False
    return True


class SmtpSink(OthersTest):
    """Postfix's smtp-sink behind our relay."""

    def sink(self, *options):
        (port,) = free_ports(1)
        self.dump = self.home.file(f"dump-{port}")
        self.start("smtp-sink", "-D", self.dump, *options, f"{HOST}:{port}", "100", ready=port)
        return port

    def dumped(self):
        with open(self.dump, encoding="utf-8") as dump:
            return dump.read()

    def check(self, port, way="relay"):
        server, client = self.relay_to(port, way=way)
        for number in range(20):
            to = [f"{name}-{number}@far.invalid" for name in "abc"]
            client.sendmail("alice@one.invalid", to, f"Subject: {number}\r\n\r\n.dot\r\n")
        wait_until(lambda: waiting(server) == 0)
        server.stop()
        dumped = self.dumped()
        for name, number in itertools.product("abc", range(20)):
            self.assertGreaterEqual(dumped.count(f"X-Rcpt-Args: <{name}-{number}@far.invalid>"), 1)
        self.assertEqual(len(re.findall("^.dot$", dumped, re.MULTILINE)), 20)

    def test_takes_all(self):
        self.check(self.sink())

    def test_without_pipelining_or_esmtp(self):
        for option in ("-p", "-e", "-8"):
            with self.subTest(option):
                self.check(self.sink(option))

    def test_lmtp(self):
        self.check(self.sink("-L"), way="relay-lmtp")

    def test_soft_faults(self):
        # smtp-sink makes these in every session, so that nothing ever arrives.
        for fault in ("RCPT", "DATA", ".", "MAIL"):
            with self.subTest(fault):
                server, client = self.relay_to(self.sink("-r", fault))
                client.sendmail("alice@one.invalid", "a@far.invalid", "Subject: x\r\n\r\nx\r\n")
                time.sleep(0.3)
                self.assertEqual(waiting(server), 1)
                with sqlite3.connect(f"{server.data}/index.sqlite") as index:
                    (said,) = index.execute("SELECT last_reply FROM queued_recipient").fetchone()
                self.assertEqual(said, "450 4.3.0 Error: command failed")

    def test_ends_in_between(self):
        for fault in ("RCPT", "DATA", ".", "MAIL", "EHLO", "CONNECT"):
            for option in ("-q", "-Q"):
                with self.subTest(option + fault):
                    server, client = self.relay_to(self.sink(option, fault))
                    client.sendmail("alice@one.invalid", "a@far.invalid", "Subject: x\r\n\r\n")
                    time.sleep(0.2)
                    self.assertEqual(waiting(server), 1)
                    self.assertEqual(server.stop(), 0)


class SmtpSource(ServerTest):
    """Postfix's smtp-source as a load on our ports."""

    def load(self, port, *options):
        home = Home()
        self.addCleanup(home.remove)
        status, said = home.run(
            *("smtp-source", "-s", "10", "-m", "1000", "-l", "5000", *options),
            *("-f", "sender@example.com", "-t", "bob@localhost", f"{HOST}:{port}"),
        )
        self.assertEqual((status, said), (0, ""))

    def test_smtp_and_lmtp(self):
        self.load(self.server.ports["smtp"])
        self.load(self.server.ports["smtp"], "-d")
        self.load(self.server.ports["lmtp"], "-L", "-d")
        client = self.imap("bob")
        self.assertEqual(client.select()[1], [b"3000"])


class Swaks(ServerTest):
    """swaks, which says all that there is to say."""

    def swaks(self, listener, *options, status=0):
        home = Home()
        self.addCleanup(home.remove)
        ended, said = home.run(
            *("swaks", "--server", f"{HOST}:{self.server.ports[listener]}", "--from"),
            *("alice@localhost", "--to", "bob@localhost", "--helo", "client.invalid", *options),
        )
        self.assertEqual(ended, status, said)
        return said

    def test_ways(self):
        login = ("--auth-user", "alice", "--auth-password", PASSWORD)
        for listener, options in (
            ("smtp", ()),
            ("smtp", ("--pipeline",)),
            ("smtp", ("-tls", "--pipeline")),
            ("smtps", ("-tlsc",)),
            ("submission", ("--auth", "PLAIN", *login)),
            ("submission", ("-tls", "--auth", "LOGIN", *login)),
            ("lmtp", ("--protocol", "LMTP")),
            ("lmtp", ("--protocol", "LMTP", "--pipeline")),
        ):
            with self.subTest(f"{listener} {options}"):
                self.swaks(listener, *options)
        self.assertEqual(len(self.mail("bob")), 8)

    def test_refusals(self):
        # No login; a recipient that is none.
        self.swaks("submission", status=23)
        self.swaks("smtp", "--to", "nobody@localhost", status=24)
        said = self.swaks("lmtp", "--protocol", "LMTP", "--to", "nobody@localhost,bob@localhost")
        self.assertIn("550 5.1.1", said)


class BehindReal:
    """Checks with somebody else's mail server behind our relay, which sends its reports to us."""

    def start_behind(self, make):
        (one,) = free_ports(1)
        self.behind = make("two.invalid", one)
        self.addCleanup(self.behind.remove)
        wait_until(lambda: listens(self.behind.port))
        self.server = self.start_server(
            self.directory(), "--hostname=one.invalid", f"--relay={HOST}:{self.behind.port}",
            "--allow-plaintext-auth", *USERS, *FAST,
            fixed={"smtp": one, "submission": 0, "pop3s": 0},
        )

    def test_a_refused_address_comes_back(self):
        self.submit(["nobody@two.invalid", "carol@two.invalid"], ["ENVID=QQ+2B1"])
        _, (message, recipient), _ = self.report()
        self.assertEqual(message["Reporting-MTA"], "dns; one.invalid")
        self.assertEqual(recipient["Status"], "5.1.1")
        self.assertIn(self.unknown, recipient["Diagnostic-Code"])
        (mail,) = self.behind.mail(1)
        self.assertRegex(mail, r"(?i)with (esmtps|utf8smtps|esmtp \(TLS)")

    def test_success_is_told_who_wants_to_know(self):
        self.submit(["carol@two.invalid"], ["ENVID=QQ"],
                    ["NOTIFY=SUCCESS", "ORCPT=rfc822;Carol@old.invalid"])
        _, (message, recipient, *_), _ = self.report()
        # It is that server's own.
        self.assertEqual(message["Reporting-MTA"], "dns; two.invalid")
        self.assertEqual(message["Original-Envelope-Id"], "QQ")
        self.assertEqual(recipient["Action"], "delivered")
        self.assertRegex(recipient["Original-Recipient"], "rfc822; ?Carol@old.invalid")

    def test_many(self):
        for number in range(50):
            self.submit(["carol@two.invalid"], text=f"Subject: {number}\r\n\r\n.dot\r\n..\r\n")
        mails = self.behind.mail(50)
        subjects = {re.search(r"^Subject: (\d+)$", mail, re.MULTILINE)[1] for mail in mails}
        self.assertEqual(len(subjects), 50)
        self.assertTrue(all(mail.endswith("\n\n.dot\n..\n") for mail in mails), mails[0])


@unittest.skipIf(os.geteuid() != 0, "Postfix is started by root")
class RealPostfix(BehindReal, Reports):
    """Postfix: TLS, chunks, and reports both ways."""

    unknown = "User unknown in virtual mailbox table"

    def setUp(self):
        self.start_behind(Postfix)


@unittest.skipIf(os.geteuid() != 0 or not exim.PROGRAM, "there is no Exim, or no root")
class RealExim(BehindReal, Reports):
    """The same with Exim."""

    unknown = "No such user"

    def setUp(self):
        self.start_behind(exim.Exim)


class Aiosmtpd(OthersTest):
    """aiosmtpd, as Debian has it, behind our relay."""

    def test_takes_mail(self):
        (port,) = free_ports(1)
        self.start("/usr/bin/python3", "-u", "-m", "aiosmtpd", "-n", "-l", f"{HOST}:{port}",
                   ready=port)
        server, client = self.relay_to(port)
        client.sendmail("alice@one.invalid", ["a@far.invalid", "b@far.invalid"],
                        "Subject: aio\r\n\r\n.dot\r\n")
        wait_until(lambda: waiting(server) == 0)
        wait_until(lambda: "END MESSAGE" in self.said())
        self.assertRegex(self.said(), r"Subject: aio\n[^$]*\n\n\.dot\n")


class DovecotLmtp(OthersTest):
    """Dovecot, which takes mail by LMTP."""

    def test_takes_mail(self):
        dovecot = Dovecot(lmtp=True)
        self.addCleanup(dovecot.remove)
        dovecot.start()
        server, client = self.relay_to(dovecot.ports["lmtp"], way="relay-lmtp")
        to = ["alice@far.invalid", "nobody@far.invalid"]
        for number in range(10):
            client.sendmail("alice@one.invalid", to, f"Subject: {number}\r\n\r\n.dot\r\n")
        wait_until(lambda: waiting(server) == 0)
        kept = os.listdir(dovecot.home.file("Maildir/new"))
        self.assertEqual(len(kept), 10, dovecot.said())


if __name__ == "__main__":
    unittest.main()
