"""How many messages a second are taken, one session at a time: the mail server, and
Dovecot by LMTP, each with its mail in a temporary directory of the same disk.

    MAILSERVER=target/release/mailserver python3 examples/interop/delivery.py [MESSAGES [RUNS]]

Every message has a connection of its own, and is acknowledged before the next one
begins. The runs of the two servers alternate. It needs the Debian packages
dovecot-pop3d and dovecot-lmtpd.
"""

import os
import shutil
import socket
import statistics
import sys
import tempfile
import time

# Debian has dovecot there, out of the way of its users.
os.environ["PATH"] += ":/usr/sbin"

from dovecot import Dovecot
from server import HOST, PATIENCE, Server, message

MESSAGE = message("delivery", "It works, and this is a line of it.\r\n" * 50)


def deliver(port, hello, recipient):
    """Delivers a message."""
    with socket.create_connection((HOST, port), PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = connection.makefile("rb")

        def expect(code):
            reply = replies.readline()
            while reply[3:4] == b"-":
                reply = replies.readline()
            if reply[:3] != code:
                raise AssertionError(f"expected {code}, got {reply}")

        expect(b"220")
        for command, code in (
            (hello + b" client.example.org", b"250"),
            (b"MAIL FROM:<sender@example.com>", b"250"),
            (b"RCPT TO:<" + recipient + b">", b"250"),
            (b"DATA", b"354"),
            (MESSAGE + b".", b"250"),
            (b"QUIT", b"221"),
        ):
            connection.sendall(command + b"\r\n")
            expect(code)


def rate(messages, *how):
    """Messages a second."""
    begin = time.monotonic()
    for _ in range(messages):
        deliver(*how)
    return messages / (time.monotonic() - begin)


def ours(messages):
    data = tempfile.mkdtemp(prefix="mailserver-")
    server = Server(data, listeners=("smtp",))
    try:
        return rate(messages, server.ports["smtp"], b"EHLO", b"alice@localhost")
    finally:
        server.stop()
        shutil.rmtree(data)


def dovecots(messages):
    dovecot = Dovecot(lmtp=True)
    try:
        dovecot.start()
        found = rate(messages, dovecot.ports["lmtp"], b"LHLO", b"alice")
        kept = os.listdir(dovecot.home.file("Maildir/new"))
        if len(kept) != messages:
            raise AssertionError(f"Dovecot kept {len(kept)} messages of {messages}")
        return found
    except BaseException:
        print(dovecot.said())
        raise
    finally:
        dovecot.remove()


def main(messages=10_000, runs=3):
    servers = {"mailserver": ours, "Dovecot LMTP": dovecots}
    rates = {name: [] for name in servers}
    for _ in range(runs):
        for name, measure in servers.items():
            rates[name].append(measure(messages))
            print(f"{name}: {rates[name][-1]:.0f} messages/s", flush=True)
    for name, found in rates.items():
        print(f"{name}: median of {runs}: {statistics.median(found):.0f} messages/s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
