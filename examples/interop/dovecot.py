"""Dovecot 2.3 as a server of POP3, and of LMTP, with all it needs in a temporary directory."""

import atexit
import contextlib
import grp
import os
import signal
import socket
import ssl
import subprocess
import time

from home import Home
from server import HOST, PASSWORD, PATIENCE, free_ports

USER = "alice"

CONFIGURATION = """\
protocols = pop3
listen = {host}
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log

# All its processes run as the user that starts it, in the same root directory.
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
service anvil {{
  chroot =
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}

mail_location = maildir:{home}/Maildir
disable_plaintext_auth = no
auth_mechanisms = plain login apop cram-md5 digest-md5 scram-sha-1 scram-sha-256
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}
}}

ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
"""

# Added for LMTP (RFC 2033), by which it takes mail.
LMTP = """
protocols = pop3 lmtp
auth_username_format = %n
service lmtp {{
  user = {user}
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


class Dovecot:
    """Dovecot as a process, on free ports, with one user: alice, password secret.

    It takes USER and PASS, APOP, and AUTH with all that needs a password, with
    and without TLS: `ports["pop3"]` has STLS, `ports["pop3s"]` TLS from the start.
    With `lmtp`, `ports["lmtp"]` takes mail for her.
    """

    def __init__(self, lmtp=False):
        self.home = Home()
        self.names = ("pop3", "pop3s", "lmtp") if lmtp else ("pop3", "pop3s")
        self.configuration = CONFIGURATION + LMTP if lmtp else CONFIGURATION
        self.process = None
        self.messages = 0
        # For when the checks are interrupted.
        atexit.register(self.remove)
        self.home.maildir("Maildir")
        self.home.write("users", f"{USER}:{{PLAIN}}{PASSWORD}\n")
        self._make_certificate()

    def _make_certificate(self):
        status, said = self.home.run(
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-addext", f"subjectAltName=DNS:localhost,IP:{HOST}"),
            *("-keyout", self.home.file("key.pem"), "-out", self.certificate()),
        )
        if status != 0:
            raise AssertionError(f"openssl made no certificate\n{said}")

    def certificate(self):
        """The file with its certificate, which signs itself."""
        return self.home.file("cert.pem")

    def tls(self):
        """A client's context that trusts this server only."""
        return ssl.create_default_context(cafile=self.certificate())

    def start(self):
        """Starts Dovecot and waits until it accepts connections."""
        # It takes no port 0. Somebody may take a port that was free, hence the tries.
        for _ in range(5):
            self.ports = dict(zip(self.names, free_ports(len(self.names))))
            configuration = self.configuration.format(
                host=HOST,
                home=self.home.path,
                user=self.home.user.pw_name,
                group=grp.getgrgid(self.home.user.pw_gid).gr_name,
                **self.ports,
            )
            path = self.home.write("dovecot.conf", configuration)
            with open(self.home.write("output", ""), "wb") as output:
                self.process = self.home.start(
                    *("dovecot", "-F", "-c", path), stdout=output, start_new_session=True
                )
            if self._accepts():
                return
            self.stop()
            if "Address already in use" not in self.said():
                break
        raise AssertionError(f"Dovecot did not start\n{self.said()}")

    def _accepts(self):
        end = time.monotonic() + PATIENCE
        # It begins to listen on one port after the other, in no order that is told.
        silent = set(self.names)
        while silent and self.process.poll() is None and time.monotonic() < end:
            for name in sorted(silent):
                with contextlib.suppress(ConnectionRefusedError):
                    socket.create_connection((HOST, self.ports[name]), PATIENCE).close()
                    silent.discard(name)
            time.sleep(0.01)
        return not silent

    def said(self):
        """What it has written to its output and its log."""
        said = ""
        for name in ("output", "log"):
            with contextlib.suppress(FileNotFoundError), open(self.home.file(name)) as file:
                said += file.read()
        return said

    def put(self, message):
        """Puts a message, octets with CRLF, into the mailbox, after those in it."""
        self.messages += 1
        name = f"{1_000_000_000 + self.messages}.M0P1Q{self.messages}.localhost"
        # A Maildir has the line ends of the system.
        path = self.home.write(f"Maildir/tmp/{name}", message.replace(b"\r\n", b"\n"))
        os.rename(path, self.home.file(f"Maildir/new/{name}"))

    def stop(self):
        """Ends Dovecot, if it runs; its main process ends the others."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            # All of them: they outlive a main process that is killed.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"Dovecot did not end\n{self.said()}") from None

    def remove(self):
        """Ends Dovecot and removes its directory."""
        atexit.unregister(self.remove)
        try:
            self.stop()
        finally:
            self.home.remove()
