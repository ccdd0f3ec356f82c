"""Dovecot as our tests start it, read with poplib."""

import poplib
import unittest

from dovecot import USER, Dovecot
from server import CLEAR, HOST, PASSWORD, PATIENCE, STARTTLS, TLS, WAYS, message, retrieve


class DovecotTest(unittest.TestCase):
    """Checks that share a Dovecot with some mail in it."""

    mails = [message("first"), message("dots", ".\r\n..\r\n.x\r\n")]

    @classmethod
    def setUpClass(cls):
        cls.dovecot = Dovecot()
        cls.addClassCleanup(cls.dovecot.remove)
        for mail in cls.mails:
            cls.dovecot.put(mail)
        cls.dovecot.start()

    def client(self, way):
        """poplib's client, not logged in."""
        ports, context = self.dovecot.ports, self.dovecot.tls()
        if way == TLS:
            client = poplib.POP3_SSL(HOST, ports["pop3s"], timeout=PATIENCE, context=context)
        else:
            client = poplib.POP3(HOST, ports["pop3"], timeout=PATIENCE)
        self.addCleanup(client.close)
        if way == STARTTLS:
            client.stls(context=context)
        return client

    def test_reads_the_mail(self):
        for way in WAYS:
            with self.subTest(way):
                client = self.client(way)
                client.user(USER)
                client.pass_(PASSWORD)
                self.assertEqual(client.stat(), (2, sum(map(len, self.mails))))
                self.assertEqual([retrieve(client, number) for number in (1, 2)], self.mails)
                client.quit()

    def test_ways_to_log_in(self):
        client = self.client(CLEAR)
        offered = client.capa()
        self.assertIn("USER", offered)
        for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"):
            self.assertIn(mechanism, offered["SASL"])
        client.apop(USER, PASSWORD)
        self.assertEqual(client.stat()[0], 2)
        client.quit()


if __name__ == "__main__":
    unittest.main()
