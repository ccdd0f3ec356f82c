"""A mail server to be tried, and the ways to reach it."""

import atexit
import contextlib
import glob
import imaplib
import os
import poplib
import re
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.environ.get("MAILSERVER") or sys.exit("run these through examples/interop/run")
HOST = "127.0.0.1"
PASSWORD = "secret"
# How long any one step may take, in seconds. It only has to be long enough for
# a busy machine: nothing here waits for it to pass.
PATIENCE = 20

# The ways to speak a protocol.
CLEAR, STARTTLS, TLS = "clear text", "STARTTLS", "TLS"
WAYS = (CLEAR, STARTTLS, TLS)

# The listeners, by the names of their options, as the server announces them.
LISTENERS = {
    ("SMTP", False): "smtp",
    ("submission", False): "submission",
    ("LMTP", False): "lmtp",
    ("POP3", False): "pop3",
    ("IMAP", False): "imap",
    ("SMTP", True): "smtps",
    ("POP3", True): "pop3s",
    ("IMAP", True): "imaps",
}
ALL = tuple(LISTENERS.values())
ANNOUNCED = re.compile(r"^(SMTP|submission|LMTP|POP3|IMAP) on \S+:(\d+) \((.*)\)$", re.MULTILINE)


class Server:
    """The mail server as a process, over a data directory.

    Its ports are free ones, or those of `fixed`, which it has again after each start.
    """

    def __init__(self, data, *options, listeners=ALL, fixed=()):
        self.data = data
        self.listeners = tuple(fixed) or listeners
        self.arguments = [f"--data={data}", *options]
        ports = dict.fromkeys(self.listeners, 0) | dict(fixed)
        for name in ALL:
            address = f"{HOST}:{ports[name]}" if name in ports else "none"
            self.arguments.append(f"--{name}={address}")
        self.process = None
        self.start()

    def start(self):
        """Starts the server and waits until it has announced its ports."""
        self.output = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [PROGRAM, *self.arguments],
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.errors,
        )
        RUNNING.add(self)
        self.ports = {}
        self.wait_for(self._announced)

    def _announced(self):
        for protocol, port, security in ANNOUNCED.findall(self.said()):
            self.ports[LISTENERS[protocol, security == "TLS"]] = int(port)
        return len(self.ports) == len(self.listeners)

    def wait_for(self, condition):
        """Waits until something is so, as long as the server runs."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(
                    f"the server is not as it should be\n{self.said()}{self.complained()}"
                )
            time.sleep(0.005)

    def said(self):
        """What it has written to its standard output."""
        return contents(self.output)

    def complained(self):
        """What it has written to its standard error."""
        return contents(self.errors)

    def stop(self, how=signal.SIGTERM):
        """Ends the server, if it runs, and returns its exit status."""
        if self not in RUNNING:
            return 0
        self.process.send_signal(how)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not end on {how.name}") from None
        RUNNING.discard(self)
        complaints = self.complained()
        self.output.close()
        self.errors.close()
        if "panicked" in complaints:
            raise AssertionError(f"the server panicked:\n{complaints}")
        return status

    def restart(self):
        """Ends the server in good order and starts it over the same data."""
        status = self.stop()
        if status != 0:
            raise AssertionError(f"the server ended with status {status}")
        self.start()

    def certificate(self):
        """The file with the certificate that it made at its first start."""
        (certificate,) = glob.glob(os.path.join(self.data, "tls", "*-cert.pem"))
        return certificate

    def tls(self):
        """A client's context that trusts this server only."""
        context = ssl.create_default_context(cafile=self.certificate())
        # A certificate that signs itself is no authority, which this asks for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context


def free_ports(count):
    """Numbers of ports that nobody listens at."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]


RUNNING = set()


@atexit.register
def end_all():
    """Ends the servers that are left when the checks are interrupted."""
    for server in RUNNING:
        server.process.kill()
        server.process.wait()


# So that `atexit` has its turn.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def contents(file):
    """A file that another process writes, without moving its place in it."""
    return os.pread(file.fileno(), 1 << 20, 0).decode()


class Wire:
    """A connection driven octet by octet, for what no mail client would send."""

    def __init__(self, server, listener):
        self.server = server
        self.socket = socket.create_connection((HOST, server.ports[listener]), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if listener.endswith("s"):
            self.start_tls()
        else:
            self.file = self.socket.makefile("rb")

    def start_tls(self):
        """The client's half of the handshake."""
        self.socket = self.server.tls().wrap_socket(self.socket, server_hostname=HOST)
        self.file = self.socket.makefile("rb")

    def send(self, octets):
        """Sends all of them at once."""
        self.socket.sendall(octets)

    def line(self):
        """The next line, without its CRLF."""
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise AssertionError(f"expected a line, got {line!r} and the end")
        return line[:-2]

    def lines(self, last):
        """The lines up to the one that begins with `last`, and that one."""
        lines = [self.line()]
        while not lines[-1].startswith(last):
            lines.append(self.line())
        return lines

    def rest(self):
        """What comes until the server closes the connection."""
        return self.file.read()

    def close(self):
        """Drops the connection, without a word."""
        self.file.close()
        self.socket.close()


class ServerTest(unittest.TestCase):
    """Checks that each have a server of their own, whose store is empty.

    Its users are alice and bob, unless the options make others.
    """

    options = ()

    def setUp(self):
        self.server = self.start_server(self.directory(), *self.options)

    def directory(self):
        """A new temporary directory."""
        path = tempfile.mkdtemp(prefix="mailserver-")
        self.addCleanup(shutil.rmtree, path)
        return path

    def start_server(self, data, *options, **more):
        """A server that ends with the test."""
        server = Server(data, *options, **more)
        self.addCleanup(server.stop)
        return server

    def wire(self, listener):
        """A raw connection."""
        wire = Wire(self.server, listener)
        self.addCleanup(wire.close)
        return wire

    def smtp(self, way=CLEAR):
        """smtplib's client, after EHLO."""
        ports, context = self.server.ports, self.server.tls()
        if way == TLS:
            client = smtplib.SMTP_SSL(HOST, ports["smtps"], timeout=PATIENCE, context=context)
        else:
            client = smtplib.SMTP(HOST, ports["smtp"], timeout=PATIENCE)
        self.addCleanup(client.close)
        if way == STARTTLS:
            client.starttls(context=context)
        client.ehlo_or_helo_if_needed()
        return client

    def pop3(self, user=None, way=CLEAR, password=PASSWORD):
        """poplib's client, logged in if there is a user."""
        ports, context = self.server.ports, self.server.tls()
        if way == TLS:
            client = poplib.POP3_SSL(HOST, ports["pop3s"], timeout=PATIENCE, context=context)
        else:
            client = poplib.POP3(HOST, ports["pop3"], timeout=PATIENCE)
        self.addCleanup(client.close)
        if way == STARTTLS:
            client.stls(context=context)
        if user:
            client.user(user)
            client.pass_(password)
        return client

    def pop3_when_free(self, user, way=CLEAR):
        """The same, once the session before has let go of the maildrop: the
        server does so after it has answered QUIT (RFC 1939 §6)."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.pop3(user, way)
            except poplib.error_proto as error:
                if time.monotonic() > end or "[IN-USE]" not in str(error):
                    raise
                time.sleep(0.01)

    def imap(self, user=None, way=CLEAR, password=PASSWORD):
        """imaplib's client, logged in if there is a user."""
        ports, context = self.server.ports, self.server.tls()
        if way == TLS:
            client = imaplib.IMAP4_SSL(HOST, ports["imaps"], timeout=PATIENCE, ssl_context=context)
        else:
            client = imaplib.IMAP4(HOST, ports["imap"], timeout=PATIENCE)
        self.addCleanup(hang_up, client)
        if way == STARTTLS:
            client.starttls(ssl_context=context)
        if user:
            client.login(user, password)
        return client

    def deliver(self, *messages, to="alice"):
        """Sends mail from sender@example.com."""
        client = self.smtp()
        for message in messages:
            client.sendmail("sender@example.com", f"{to}@example.com", message, ["BODY=8BITMIME"])
        client.quit()

    def mail(self, user):
        """All the mail in a user's INBOX, oldest first, as POP3 has it."""
        client = self.pop3_when_free(user, TLS)
        count, _ = client.stat()
        messages = [retrieve(client, number) for number in range(1, count + 1)]
        client.quit()
        return messages

    def assert_delivered(self, user, messages):
        """A user's INBOX holds exactly these, each behind its trace fields."""
        found = self.mail(user)
        self.assertEqual(len(found), len(messages), f"messages for {user}")
        for got, sent in zip(found, messages):
            self.assert_sent(got, sent)

    def assert_sent(self, got, sent):
        """A message as delivered is the one sent, but for its trace fields."""
        if not got.endswith(sent):
            # Whole megabytes help nobody.
            self.fail(f"expected at the end {sent[:400]!r}, got {got[:800]!r}")
        for line in got[: len(got) - len(sent)].splitlines():
            # RFC 5321 §4.4: these go above the message; some are folded.
            self.assertRegex(line, rb"^(Return-Path|Delivered-To|Received):|^[ \t]")


def hang_up(client):
    """Drops an imaplib connection, if there still is one."""
    with contextlib.suppress(OSError):
        client.shutdown()


def retrieve(client, number):
    """A message through poplib, with its line ends back."""
    _, lines, _ = client.retr(number)
    return b"".join(line + b"\r\n" for line in lines)


def message(subject, body="It works.\r\n"):
    """A small message, as octets with CRLF."""
    text = (
        "Date: Mon, 7 Feb 2022 21:52:25 -0800\r\n"
        "From: Sender <sender@example.com>\r\n"
        f"Subject: {subject}\r\n"
        "\r\n"
        f"{body}"
    )
    return text.encode()
