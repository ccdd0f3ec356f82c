"""Postfix 3 as a server of SMTP, with all it needs in a temporary directory.

Its master wants to be started by root.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time

from server import HOST, PATIENCE, free_ports

MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/log
maillog_file_prefixes = {home}

myhostname = {domain}
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [{host}]:{relay}

virtual_mailbox_domains = {domain}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = inline:{{ {{ carol@{domain} = carol/ }} }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}

smtpd_tls_security_level = may
smtpd_tls_cert_file = {home}/cert.pem
smtpd_tls_key_file = {home}/key.pem
smtpd_recipient_restrictions = permit_mynetworks, reject
"""

MASTER = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
proxymap unix - - n - - proxymap
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Postfix, with a mailbox for carol; mail for others it sends to the port `relay`."""

    def __init__(self, domain, relay):
        self.home = tempfile.mkdtemp(prefix="postfix-")
        os.chmod(self.home, 0o755)
        atexit.register(self.remove)
        (self.port,) = free_ports(1)
        for name in ("queue", "data", "mail"):
            os.mkdir(self.file(name))
        shutil.chown(self.file("data"), "postfix", "postfix")
        shutil.chown(self.file("mail"), "nobody", "nogroup")
        status = os.stat(self.file("mail"))
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={domain}",
             "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-keyout", self.file("key.pem"), "-out", self.file("cert.pem")],
            check=True, stderr=subprocess.DEVNULL,
        )
        values = {"home": self.home, "domain": domain, "host": HOST, "relay": relay,
                  "uid": status.st_uid, "gid": status.st_gid, "port": self.port}
        for name, text in (("main.cf", MAIN), ("master.cf", MASTER)):
            with open(self.file(name), "w", encoding="utf-8") as file:
                file.write(text.format(**values))
        self.run("start")

    def file(self, name):
        return os.path.join(self.home, name)

    def run(self, command):
        done = subprocess.run(
            ["postfix", "-c", self.home, command], capture_output=True, check=False, text=True
        )
        if done.returncode != 0:
            raise AssertionError(f"postfix {command}: {done.stderr}{self.said()}")

    def said(self):
        """What it has written to its log."""
        try:
            with open(self.file("log"), encoding="utf-8") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def mail(self, count):
        """All the mail of carol, once there is so much."""
        directory = self.file("mail/carol/new")
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
        if os.path.isdir(self.home):
            self.run("stop")
            shutil.rmtree(self.home)
        atexit.unregister(self.remove)
