"""Our server as one that sends mail on."""

import smtplib
import socket
import sqlite3
import time

from home import Home
from server import HOST, PASSWORD, PATIENCE, ServerTest

CONNECTIONS = 4
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


def listens(port):
    """Whether somebody listens at a port."""
    try:
        socket.create_connection((HOST, port), PATIENCE).close()
    except ConnectionError:
        return False
    return True


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
