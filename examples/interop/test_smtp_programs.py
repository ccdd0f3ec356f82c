"""Other people's programs in front of our server and behind it, and smtp-send."""

import itertools
import os
import re
import smtplib
import sqlite3
import time
import unittest

from dovecot import Dovecot
from home import Home
from postfix import Postfix
from relaying import OthersTest, wait_until, waiting
from server import HOST, PASSWORD, PROGRAM, ServerTest, free_ports, message

SEND = os.path.join(os.path.dirname(PROGRAM), "smtp-send")


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


class SmtpSend(OthersTest):
    """smtp-send to servers of others."""

    def send(self, port, *options, to=("a@far.invalid",), status=0, mail=message("sent", ".dot\r\n")):
        self.home.write("mail", mail)
        recipients = [option for address in to for option in ("--to", address)]
        run = f'exec {SEND} "$@" < mail'
        ended, said = self.home.run(
            *("sh", "-c", run, "sh", "--server", f"localhost:{port}", "--helo", "client.invalid"),
            *("--from", "alice@one.invalid", *recipients, *options),
        )
        self.assertEqual(ended, status, said)
        return said

    def sink(self, *options):
        (port,) = free_ports(1)
        self.start("smtp-sink", *options, f"{HOST}:{port}", "100", ready=port)
        return port

    def test_smtp_sink(self):
        never = ("--tls", "never")
        for option in ("-p", "-e", "-8", "-E"):
            with self.subTest(option):
                self.send(self.sink(option), *never, to=("a@x.invalid", "b@x.invalid"))
        self.send(self.sink("-L"), "--lmtp", *never, to=("a@x.invalid", "b@x.invalid"))
        for options, status in (
            (("-r", "RCPT"), 75),
            (("-f", "RCPT"), 69),
            (("-q", "."), 75),
            (("-Q", "DATA"), 75),
            (("-f", "CONNECT"), 69),
        ):
            with self.subTest(options):
                self.send(self.sink(*options), *never, status=status)

    @unittest.skipIf(os.geteuid() != 0, "Postfix is started by root")
    def test_postfix(self):
        postfix = Postfix("two.invalid", 9)
        self.addCleanup(postfix.remove)
        self.send(postfix.port, "--insecure", "--bdat", to=["carol@two.invalid"])
        self.send(postfix.port, "--insecure", "--dsn", "never", "--ret", "hdrs", "--envid", "a b",
                  to=["carol@two.invalid"])
        said = self.send(postfix.port, "--tls", "opportunistic", status=67,
                         to=["nobody@two.invalid", "carol@two.invalid"])
        self.assertRegex(said, "(?m)^<nobody@two.invalid>: 550 5.1.1 ")
        self.assertRegex(said, "(?m)^<carol@two.invalid>: 250 2.0.0 Ok: queued as ")
        mails = postfix.mail(3)
        self.assertTrue(all(mail.endswith("\n\n.dot\n") for mail in mails), mails[0])


if __name__ == "__main__":
    unittest.main()
