"""Mail that goes out: a chain of our servers, others behind one, and what comes back."""

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
from home import Home
from postfix import Postfix
from relaying import CONNECTIONS, FAST, USERS, listens, wait_until, waiting
from server import HOST, PASSWORD, PATIENCE, ServerTest, free_ports

MESSAGES = 5000
CLIENTS = 8
# How long all of them may take, in seconds.
LONG = 600


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
            self.start_server(self.directory(), *options, *USERS, fixed=fixed)
            for options, fixed in (
                (
                    ["--hostname=three.invalid"],
                    {"smtp": three},
                ),
                (
                    ["--hostname=two.invalid", f"--relay={HOST}:{three}", *FAST],
                    {"smtp": two},
                ),
                (
                    ["--hostname=one.invalid", f"--relay={HOST}:{two}", *user, *FAST,
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
        # The next server offers DSN to those alone who submit.
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


if __name__ == "__main__":
    unittest.main()
