"""Exim 4 as a server of SMTP, with all it needs in a temporary directory.

Debian has it in a package that keeps Postfix's out: `EXIM` names the program where it was
unpacked somewhere else. It wants to be started by root, and there to be a user Debian-exim.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time

from server import HOST, PATIENCE, free_ports

PROGRAM = os.environ.get("EXIM") or shutil.which("exim4", path="/usr/sbin")

CONFIGURATION = """\
exim_path = {program}
exim_user = Debian-exim
smtp_accept_queue_per_connection = 0
primary_hostname = {domain}
spool_directory = {home}/spool
log_file_path = {home}/log/%s
pid_file_path = {home}/pid
domainlist local = {domain}
daemon_smtp_ports = {port}
local_interfaces = {host}
acl_smtp_rcpt = check
dsn_advertise_hosts = *
chunking_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = {home}/cert.pem
tls_privatekey = {home}/key.pem
host_lookup =
rfc1413_hosts =

begin acl
check:
  deny domains = +local
       !local_parts = carol
       message = 5.1.1 No such user
  accept

begin routers
here:
  driver = accept
  domains = +local
  transport = maildir
others:
  driver = manualroute
  route_list = * {host}
  transport = relay
  self = send

begin transports
maildir:
  driver = appendfile
  directory = {home}/Maildir
  maildir_format
  user = Debian-exim
relay:
  driver = smtp
  port = {relay}
  allow_localhost
  hosts_try_fastopen =

begin retry
* * F,1h,10s
"""


class Exim:
    """Exim, with a mailbox for carol; mail for others it sends to the port `relay`."""

    def __init__(self, domain, relay):
        self.home = tempfile.mkdtemp(prefix="exim-")
        os.chmod(self.home, 0o755)
        (self.port,) = free_ports(1)
        for name in ("spool", "log"):
            os.mkdir(self.file(name))
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={domain}",
             "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-keyout", self.file("key.pem"), "-out", self.file("cert.pem")],
            check=True, stderr=subprocess.DEVNULL,
        )
        values = {"home": self.home, "domain": domain, "host": HOST, "relay": relay,
                  "port": self.port, "program": PROGRAM}
        with open(self.file("exim.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(**values))
        os.chmod(self.file("exim.conf"), 0o640)
        subprocess.run(["chown", "-R", "Debian-exim", self.home], check=True)
        subprocess.run(["chown", "root:root", self.file("exim.conf")], check=True)
        os.chmod(self.file("exim.conf"), 0o644)
        self.process = subprocess.Popen(
            [PROGRAM, "-C", self.file("exim.conf"), "-bdf", "-q1s"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        atexit.register(self.remove)

    def file(self, name):
        return os.path.join(self.home, name)

    def said(self):
        """What it has written to its logs."""
        said = ""
        for name in os.listdir(self.file("log")):
            with open(self.file(f"log/{name}"), encoding="utf-8") as log:
                said += log.read()
        return said

    def mail(self, count):
        """All the mail of carol, once there is so much."""
        directory = self.file("Maildir/new")
        end = time.monotonic() + PATIENCE
        while not os.path.isdir(directory) or len(os.listdir(directory)) < count:
            if time.monotonic() > end:
                raise AssertionError(f"there is not so much mail\n{self.said()}")
            time.sleep(0.05)
        mails = []
        for name in os.listdir(directory):
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                mails.append(file.read())
        return mails

    def remove(self):
        """Ends it, and removes what is left."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
        atexit.unregister(self.remove)
