"""SIGKILL in the middle of a load: no mail that was answered 250 is lost,
none is there twice, and none by half."""

import hashlib
import imaplib
import itertools
import random
import re
import signal
import smtplib
import ssl
import threading
import time
import unittest

from imap_data import ok, uid_fetch
from server import CLEAR, TLS, ServerTest

ROUNDS = 6
SENDERS = 3
# From nothing to some hundred kilobytes, most of them small.
SIZES = [0, 1, 10, 500, 3000, 3000, 20_000, 20_000, 300_000]

# How clients see that the server is no more.
GONE = (smtplib.SMTPServerDisconnected, imaplib.IMAP4.abort, ConnectionError, ssl.SSLError)


class Sender(threading.Thread):
    """Sends mail until the server is gone, and remembers what was answered."""

    names = itertools.count(1)

    def __init__(self, client, send):
        super().__init__()
        self.client, self.send = client, send
        self.tried, self.answered, self.failure = set(), set(), None

    def run(self):
        try:
            while True:
                name = next(self.names)
                self.tried.add(name)
                self.send(self.client, numbered(name))
                self.answered.add(name)
        except GONE:
            pass
        except Exception as error:  # such as a mail that is refused
            self.failure = error


def numbered(name):
    """A message that can be told from all others, and from a part of itself."""
    size = random.choice(SIZES)
    body = (f"{random.getrandbits(240):060x}\r\n" * (size // 62 + 1)).encode()
    digest = hashlib.sha256(body).hexdigest()
    return f"Subject: number {name}\r\nX-Body: {digest}\r\n\r\n".encode() + body


NUMBERED = re.compile(rb"Subject: number (\d+)\r\nX-Body: ([0-9a-f]{64})\r\n\r\n(.*)\Z", re.DOTALL)


def by_smtp(client, mail):
    client.sendmail("sender@example.com", "alice@example.com", mail)


def by_imap(client, mail):
    ok(client.append("INBOX", None, None, mail))


class Crash(ServerTest):
    """Several clients deliver while the server is killed, again and again."""

    def names(self, mails):
        """The numbers of messages, each of which must be whole."""
        names = []
        for mail in mails:
            found = NUMBERED.search(mail)
            self.assertTrue(found, f"half a message: {mail[:300]!r} … {mail[-100:]!r}")
            name, digest, body = found.groups()
            self.assertEqual(hashlib.sha256(body).hexdigest().encode(), digest, f"number {name}")
            names.append(int(name))
        return names

    def test_sigkill(self):
        tried, answered, uids = set(), set(), {}
        for _ in range(ROUNDS):
            senders = [
                *(Sender(self.smtp(TLS if n == 0 else CLEAR), by_smtp) for n in range(SENDERS)),
                Sender(self.imap("alice"), by_imap),
            ]
            for sender in senders:
                sender.start()
            time.sleep(random.uniform(0.05, 0.8))
            self.server.stop(signal.SIGKILL)
            for sender in senders:
                sender.join()
                self.assertIsNone(sender.failure)
                tried |= sender.tried
                answered |= sender.answered
            self.server.start()

            client = self.imap("alice")
            ok(client.select("INBOX", readonly=True))
            found = uid_fetch(client, "1:*", "(UID BODY.PEEK[])")
            client.logout()
            names = self.names(each[b"BODY[]"] for each in found.values())
            self.assertEqual(len(names), len(set(names)), "some are there twice")
            self.assertEqual(answered - set(names), set(), "answered with yes, and lost")
            self.assertEqual(set(names) - tried, set(), "nobody has sent these")
            # A UID stays with its message.
            now = dict(zip(found, names))
            self.assertLessEqual(uids.items(), now.items())
            uids = now
        self.assertGreater(len(answered), ROUNDS, "there was hardly a load")
        # POP3 has the same.
        self.assertEqual(sorted(self.names(self.mail("alice"))), sorted(uids.values()))
        # And all is well with the store: mail comes in, and goes.
        client = self.imap("alice")
        ok(client.select())
        ok(client.store("1:*", "+FLAGS.SILENT", r"(\Deleted)"))
        ok(client.expunge())
        self.assertEqual(self.mail("alice"), [])
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
