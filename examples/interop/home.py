"""Other people's programs, run by an unprivileged user in a home of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile

from server import PATIENCE


class Home:
    """A temporary home directory, and the programs that run in it.

    Some programs refuse to work for root, so root lends them to nobody.
    """

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="mail-home-")
        self.user = pwd.getpwuid(os.geteuid())
        self.identity = {}
        if os.geteuid() == 0:
            self.user = pwd.getpwnam("nobody")
            self.identity = {
                "user": self.user.pw_uid,
                "group": self.user.pw_gid,
                "extra_groups": [],
            }
        self._give(self.path)

    def _give(self, path):
        os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def file(self, name):
        """The path of a file in this home."""
        return os.path.join(self.path, name)

    def write(self, name, contents):
        """Makes a file that the user alone may read, and returns its path."""
        path = self.file(name)
        with open(path, "w" if isinstance(contents, str) else "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(contents)
        self._give(path)
        return path

    def trust(self, server):
        """Puts the certificate of a server here, and returns its path."""
        with open(server.certificate(), "rb") as file:
            return self.write("trusted.pem", file.read())

    def maildir(self, name):
        """Makes an empty Maildir, and returns its path."""
        for part in ("", "cur", "new", "tmp"):
            os.mkdir(self.file(os.path.join(name, part)), 0o700)
            self._give(self.file(os.path.join(name, part)))
        return self.file(name)

    def start(self, *command, **more):
        """Starts a program, which knows nothing of the caller's settings."""
        return subprocess.Popen(
            command,
            cwd=self.path,
            env={"HOME": self.path, "PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            **self.identity,
            **more,
        )

    def run(self, *command):
        """Runs a program to its end, and returns its exit status and output."""
        with self.start(*command, stdout=subprocess.PIPE) as process:
            try:
                output, _ = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
                raise AssertionError(
                    f"{command[0]} did not end\n{output.decode(errors='replace')}"
                ) from None
        return process.returncode, output.decode(errors="replace")

    def remove(self):
        """Removes it, with all that is in it."""
        shutil.rmtree(self.path)
