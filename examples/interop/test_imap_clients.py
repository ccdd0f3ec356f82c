"""IMAP with the clients of a Debian system: mbsync and fetchmail."""

import os
import re
import subprocess
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from home import Home
from imap_data import fetch, ok, responses
from server import (
    CLEAR, HOST, PASSWORD, PATIENCE, STARTTLS, TLS, WAYS, ServerTest, contents, message,
)

# After how many seconds a client gives up; it should do so before we lose patience.
TIMEOUT = 10


class ClientTest(ServerTest):
    """Checks with a home for the client."""

    def setUp(self):
        super().setUp()
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.certificate = self.home.trust(self.server)

    def port(self, way):
        return self.server.ports["imaps" if way == TLS else "imap"]

    def append(self, mailbox, *subjects, flags=None, date=None):
        """Puts messages into a mailbox on the server."""
        client = self.imap("alice")
        for each in subjects:
            ok(client.append(f'"{mailbox}"', flags, date, message(each)))
        client.logout()

    def remote(self, mailbox="INBOX"):
        """The messages that the server has, by their subjects: flags and octets.

        What has been synchronized once may have a line of mbsync's own.
        """
        client = self.imap("alice")
        found = {}
        if int(ok(client.select(f'"{mailbox}"', readonly=True))[0]):
            for items in fetch(client, "1:*", "(FLAGS BODY.PEEK[])").values():
                mail = re.sub(rb"^X-TUID: .*\r\n", b"", items[b"BODY[]"], flags=re.MULTILINE)
                flags = {flag.decode() for flag in items[b"FLAGS"]}
                self.assertNotIn(subject(mail), found)
                found[subject(mail)] = (flags, mail)
        client.logout()
        return found

    def names(self):
        """The names of the mailboxes that the server has."""
        client = self.imap("alice")
        found = {name.decode() for _, _, name in responses(ok(client.list()))}
        client.logout()
        return found


def subject(mail):
    """What a message is called."""
    return re.search(rb"^Subject: ([^\r\n]*)", mail, re.MULTILINE)[1].decode()


class Maildirs:
    """Mailboxes below a directory of a home, as mbsync keeps them."""

    # The letters of Maildir, and the flags of IMAP.
    LETTERS = {"D": r"\Draft", "F": r"\Flagged", "R": r"\Answered", "S": r"\Seen", "T": r"\Deleted"}

    def __init__(self, home, name):
        self.home = home
        self.name = name
        self.path = home.file(name)
        home.run("mkdir", name)
        self.count = 0

    def make(self, mailbox):
        """Makes a mailbox."""
        return self.home.maildir(f"{self.name}/{mailbox}")

    def names(self):
        """The names of the mailboxes."""
        return {
            os.path.relpath(path, self.path)
            for path, directories, _ in os.walk(self.path)
            if "cur" in directories
        }

    def put(self, mailbox, *subjects, letters="", mail=message):
        """Makes messages, whose lines end in LF here."""
        for each in subjects:
            self.count += 1
            name = f"{self.name}/{mailbox}/cur/1.{self.count}.here:2,{letters}"
            self.home.write(name, mail(each).replace(b"\r\n", b"\n"))

    def files(self, mailbox="INBOX"):
        """The files of the messages, by their subjects."""
        found = {}
        for part in ("cur", "new"):
            directory = os.path.join(self.path, mailbox, part)
            for name in os.listdir(directory):
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    key = subject(file.read())
                assert key not in found, f"{key} is there twice"
                found[key] = path
        return found

    def messages(self, mailbox="INBOX"):
        """The messages by their subjects: flags and octets, as `remote` has them."""
        found = {}
        for key, path in self.files(mailbox).items():
            with open(path, "rb") as file:
                mail = file.read().replace(b"\n", b"\r\n")
            mail = re.sub(rb"^X-TUID: .*\r\n", b"", mail, flags=re.MULTILINE)
            letters = path.partition(":2,")[2]
            found[key] = ({self.LETTERS[letter] for letter in letters}, mail)
        return found

    def mark(self, key, letters, mailbox="INBOX"):
        """Gives a message these flags and no others."""
        path = self.files(mailbox)[key]
        name = os.path.basename(path).partition(":2,")[0]
        os.rename(path, os.path.join(self.path, mailbox, "cur", f"{name}:2,{letters}"))

    def age(self):
        """Lets the directories seem old: mbsync waits a second for one that
        has just changed."""
        for path, _, _ in os.walk(self.path):
            os.utime(path, (1_000_000_000, 1_000_000_000))


class MbsyncTest(ClientTest):
    """Checks that run mbsync."""

    def setUp(self):
        super().setUp()
        self.here = Maildirs(self.home, "Mail")

    def command(self, way=CLEAR, here=None, password=PASSWORD, mechanism="LOGIN", more=()):
        """How to start it."""
        here = here or self.here
        settings = (
            "IMAPStore there",
            f"Host {HOST}",
            f"Port {self.port(way)}",
            "User alice",
            f"Pass {password}",
            # TLSType in newer versions, which know both.
            f"SSLType {({CLEAR: 'None', STARTTLS: 'STARTTLS', TLS: 'IMAPS'})[way]}",
            f"CertificateFile {self.certificate}",
            "SystemCertificates no",
            f"AuthMechs {mechanism}",
            f"Timeout {TIMEOUT}",
            *more,
            "",
            "MaildirStore here",
            f"Path {here.path}/",
            f"Inbox {here.path}/INBOX",
            "SubFolders Verbatim",
            "",
            "Channel all",
            "Far :there:",
            "Near :here:",
            "Patterns *",
            *("Create Both", "Remove Both", "Expunge Both", "CopyArrivalDate yes", "SyncState *"),
            "",
        )
        self.home.write("mbsyncrc", "\n".join(settings))
        here.age()
        # It tells all that it says and hears.
        return "mbsync", "--config=mbsyncrc", "--debug-net", "--all"

    def mbsync(self, *arguments, status=0, **more):
        """Synchronizes all mailboxes both ways, and returns what mbsync says."""
        ended, said = self.home.run(*self.command(*arguments, **more))
        self.assertEqual(ended, status, said)
        return said

    def assert_same(self, mailbox="INBOX", subjects=None, here=None):
        """Both sides have the same messages; if told, those of these subjects."""
        there = self.remote(mailbox)
        self.assertEqual((here or self.here).messages(mailbox), there)
        if subjects is not None:
            self.assertEqual(set(there), set(subjects))


class Mbsync(MbsyncTest):
    """mbsync, which keeps Maildirs and the server's mailboxes the same."""

    def test_reads_the_mail(self):
        bodies = (
            ".\r\n..\r\n.x\r\n\r\n.\r\n",
            "\r\n\r\nempty lines around\r\n\r\n",
            "\xe4\xf6\xfc \u20ac \U0001f600\r\n",
            "",
            "a line without an end",
            "x" * 998 + "\r\n",
            "a line of a large message\r\n" * 10_000,
        )
        self.deliver(*(message(f"mail {at}", body) for at, body in enumerate(bodies)))
        for way, mechanism in ((CLEAR, "LOGIN"), (STARTTLS, "PLAIN"), (TLS, "LOGIN")):
            with self.subTest(way):
                here = Maildirs(self.home, way.replace(" ", "-"))
                said = self.mbsync(way, here, mechanism=mechanism)
                self.assertIn("AUTHENTICATE" if mechanism == "PLAIN" else "LOGIN", said)
                self.assert_same("INBOX", {f"mail {at}" for at in range(len(bodies))}, here)

    def test_dates_and_flags_come_along(self):
        date = '"01-Feb-2003 04:05:06 +0200"'
        self.append("INBOX", "old", flags=r"(\Seen \Flagged)", date=date)
        self.mbsync()
        self.assert_same("INBOX", {"old"})
        self.assertEqual(os.stat(self.here.files()["old"]).st_mtime, 1_044_065_106)
        # And the other way.
        self.here.put("INBOX", "older", letters="RS")
        os.utime(self.here.files()["older"], (1_000_000_000, 1_000_000_000))
        self.mbsync()
        self.assert_same("INBOX", {"old", "older"})
        client = self.imap("alice")
        ok(client.select())
        old, older = (
            datetime.strptime(items[b"INTERNALDATE"].decode(), " %d-%b-%Y %H:%M:%S %z")
            for items in fetch(client, "1:*", "INTERNALDATE").values()
        )
        self.assertEqual(old.timestamp(), 1_044_065_106)
        self.assertEqual(older.timestamp(), 1_000_000_000)

    def test_mailboxes_of_both_sides(self):
        there = {"Entw&APw-rfe", "&U,BTFw-/&ZeVnLIqe-", "Q&-A", "two words", 'q"uote', "a/b/c"}
        client = self.imap("alice")
        for name in there:
            ok(client.create('"{}"'.format(name.replace('"', '\\"'))))
        self.append("Entw&APw-rfe", "draft", flags=r"(\Draft)")
        self.append("&U,BTFw-/&ZeVnLIqe-", "from there")
        here = {"&AOQ-", "&AOQ-/sub", "and here"}
        for name in sorted(here):
            self.here.make(name)
        self.here.put("&AOQ-/sub", "from here", letters="F")

        self.mbsync(STARTTLS)
        both = there | here | {"INBOX", "&U,BTFw-", "a", "a/b"}
        self.assertEqual(self.names(), both)
        self.assertEqual(self.here.names(), both)
        self.assert_same("Entw&APw-rfe", {"draft"})
        self.assert_same("&U,BTFw-/&ZeVnLIqe-", {"from there"})
        self.assert_same("&AOQ-/sub", {"from here"})

        # One goes, and one gets another name, which is a new one for mbsync.
        ok(client.delete("a/b/c"))
        ok(client.rename('"and here"', "&AOQ-/moved"))
        self.mbsync()
        both = both - {"a/b/c", "and here"} | {"&AOQ-/moved"}
        self.assertEqual(self.here.names(), both)
        self.assertEqual(self.names(), both)

    def test_changes_of_both_sides(self):
        self.append("INBOX", *(f"mail {at}" for at in range(6)))
        self.mbsync()
        self.assert_same("INBOX", {f"mail {at}" for at in range(6)})

        client = self.imap("alice")
        ok(client.select())
        ok(client.store("1", "+FLAGS", r"(\Seen)"))
        ok(client.store("2", "+FLAGS", r"(\Deleted)"))
        ok(client.expunge())
        self.append("INBOX", "new there")
        self.here.mark("mail 0", "F")
        self.here.mark("mail 3", "RS")
        self.here.mark("mail 4", "T")
        os.remove(self.here.files()["mail 5"])
        # More than a batch of them, and one that is large.
        self.here.put("INBOX", *(f"new here {at}" for at in range(30)), letters="S")
        self.here.put("INBOX", "large", mail=lambda key: message(key, "..x\r\n" * 100_000))
        self.mbsync()
        new = {f"new here {at}" for at in range(30)} | {"new there", "large"}
        self.assert_same("INBOX", {"mail 0", "mail 2", "mail 3"} | new)
        flags = {key: flags for key, (flags, _) in self.remote().items()}
        self.assertEqual(flags["mail 0"], {r"\Seen", r"\Flagged"})
        self.assertEqual(flags["mail 2"], set())
        self.assertEqual(flags["mail 3"], {r"\Seen", r"\Answered"})
        # The client that had it open was told.
        ok(client.noop())
        self.assertEqual(client.response("EXISTS")[1][-1], b"35")

        # Nothing is left to do, and the UIDs are those of before.
        for way in WAYS:
            self.server.restart()
            said = self.mbsync(way)
            self.assertNotRegex(said, r">>> \d+ (APPEND|UID STORE|UID FETCH .*BODY)")
        self.assert_same("INBOX", {"mail 0", "mail 2", "mail 3"} | new)

    def test_without_what_the_server_offers(self):
        # Literals that wait, and messages that are found again by their lines.
        for number, more in enumerate((
            ("PipelineDepth 1",),
            ("DisableExtensions LITERAL+",),
            ("DisableExtensions UIDPLUS",),
            ("DisableExtensions LITERAL+ UIDPLUS MOVE NAMESPACE", "PipelineDepth 1"),
        )):
            with self.subTest(more):
                here = Maildirs(self.home, f"Mail-{number}")
                self.append("INBOX", f"there {number}")
                here.make("INBOX")
                here.put("INBOX", f"here {number}", f"as well {number}")
                said = self.mbsync(STARTTLS, here, more=more)
                waits = re.search(r">>> \d+ APPEND .*\{\d+\}\s", said) is not None
                self.assertEqual(waits, "LITERAL+" in more[0])
                self.assert_same("INBOX", None, here)
                self.assertNotRegex(self.mbsync(TLS, here, more=more), r">>> \d+ APPEND")
        self.assertEqual(len(self.remote()), 12)

    def test_what_is_deleted_goes_to_the_trash(self):
        # By MOVE, or by COPY and UID EXPUNGE; the mailbox is made when it is needed.
        self.append("INBOX", "mail 0", "mail 1", "mail 2")
        self.mbsync()
        ways = (("MOVE", ()), ("COPY", ("DisableExtensions MOVE",)))
        for uid, (command, more) in enumerate(ways, 1):
            with self.subTest(command):
                self.here.mark(f"mail {uid - 1}", "ST")
                said = self.mbsync(more=("Trash Papier&APw-korb", *more))
                self.assertRegex(said, rf">>> \d+ UID {command} {uid} ")
        self.assert_same("INBOX", {"mail 2"})
        self.assertEqual(set(self.remote("Papier&APw-korb")), {"mail 0", "mail 1"})

    def test_two_of_them(self):
        # Each sees what the other has done, by way of the server.
        other = Maildirs(self.home, "Other")
        for here in (self.here, other):
            here.make("INBOX")
        self.here.put("INBOX", "one", "two", "three")
        self.mbsync()
        self.mbsync(TLS, other)
        other.mark("one", "S")
        other.mark("two", "T")
        other.put("INBOX", "four")
        self.here.mark("three", "F")
        self.mbsync(TLS, other)
        self.mbsync()
        self.mbsync(TLS, other)
        self.assert_same("INBOX", {"one", "three", "four"})
        self.assert_same("INBOX", {"one", "three", "four"}, other)
        self.assertEqual(other.messages()["three"][0], {r"\Flagged"})

    def test_one_that_is_killed(self):
        # No message is there twice, or not at all, wherever it was.
        self.here.make("INBOX")
        for run, milliseconds in enumerate((10, 30, 50, 70)):
            self.append("INBOX", f"there {run}", f"there as well {run}")
            self.here.put("INBOX", *(f"here {run} {at}" for at in range(40)))
            with self.home.start(*self.command(), stdout=subprocess.DEVNULL) as process:
                time.sleep(milliseconds / 1000)
                process.kill()
            # What it had sent has arrived, or will not.
            self.server.restart()
        self.mbsync()
        self.assert_same()
        self.assertEqual(len(self.remote()), 4 * 42)

    def test_a_mailbox_that_is_another_one(self):
        # RFC 3501 §2.3.1.1: the same name and the same UIDs, but another UIDVALIDITY.
        client = self.imap("alice")
        ok(client.create("box"))
        self.append("box", "one", "two")
        self.mbsync()
        ok(client.delete("box"))
        ok(client.create("box"))
        self.append("box", "other", "another")
        self.assertIn("UIDVALIDITY", self.mbsync(status=1))
        self.assertEqual(set(self.here.files("box")), {"one", "two"})

    def test_login_that_fails(self):
        self.append("INBOX", "mail")
        for mechanism in ("LOGIN", "PLAIN"):
            said = self.mbsync(STARTTLS, status=1, password="wrong", mechanism=mechanism)
            self.assertIn("AUTHENTICATIONFAILED", said)
        self.mbsync(STARTTLS)
        self.assert_same("INBOX", {"mail"})

    def test_while_mail_arrives(self):
        # Whatever it finds each time, in the end it has all of it, once.
        def send(sender):
            client = self.smtp()
            for number in range(60):
                mail = message(f"{sender} {number}", "a line of it\r\n" * 300)
                client.sendmail("sender@example.com", "alice@example.com", mail)

        with ThreadPoolExecutor() as threads:
            senders = [threads.submit(send, sender) for sender in range(5)]
            while not all(sender.done() for sender in senders):
                self.mbsync()
            for sender in senders:
                sender.result()
        self.mbsync()
        self.assert_same()
        self.assertEqual(len(self.remote()), 5 * 60)


class Fetchmail(ClientTest):
    """fetchmail, whose delivery program writes each message to a file."""

    def setUp(self):
        super().setUp()
        self.maildir = self.home.maildir("Maildir")

    def command(self, way, *options, password=PASSWORD, idle=""):
        """How to start it."""
        security = {
            CLEAR: "sslproto '' no sslcertck",
            STARTTLS: "sslproto 'auto' sslcertck",
            TLS: "ssl sslcertck",
        }[way]
        write = f"f=$(mktemp {self.maildir}/tmp/XXXXXXXXXX) && cat > $f && mv $f {self.maildir}/new"
        self.home.write(
            "fetchmailrc",
            f"""
            set pidfile "{self.maildir}.pid"
            set no bouncemail
            set invisible
            poll {HOST} protocol imap service {self.port(way)} timeout {TIMEOUT}
              user "alice" password "{password}" is "{self.home.user.pw_name}" here
              {security} sslcertfile "{self.certificate}" sslcommonname "localhost" {idle}
              no rewrite mda "{write}"
            """,
        )
        return "fetchmail", "--fetchmailrc=fetchmailrc", "--nosyslog", "--verbose", *options

    def fetchmail(self, way, *options, status=0, **more):
        """Fetches what is unread, and returns what it says."""
        ended, said = self.home.run(*self.command(way, *options, **more))
        self.assertEqual(ended, status, said)
        return said

    def fetched(self):
        """The messages that it has written, in the order they were sent."""
        directory, found = os.path.join(self.maildir, "new"), []
        for name in os.listdir(directory):
            with open(os.path.join(directory, name), "rb") as file:
                found.append(file.read().replace(b"\n", b"\r\n"))
        return sorted(found, key=subject)

    def assert_fetched(self, sent):
        """It has written exactly these, each behind its trace fields."""
        found = self.fetched()
        self.assertEqual(len(found), len(sent))
        for got, mail in zip(found, sent):
            self.assert_sent(got, mail)

    def test_reads_and_keeps_the_mail(self):
        sent = []
        for number, way in enumerate(WAYS):
            with self.subTest(way):
                sent += [message(f"{number} {at}", ".\r\n.x\r\n\xe4\r\n") for at in range(5)]
                self.deliver(*sent[-5:])
                said = self.fetchmail(way, "--keep")
                commands = re.findall(r"IMAP> \S+ (\S+)", said)
                self.assertEqual("STARTTLS" in commands, way == STARTTLS)
                self.assert_fetched(sent)
                for flags, _ in self.remote().values():
                    self.assertEqual(flags, {r"\Seen"})
                # 1: no new mail.
                self.server.restart()
                self.fetchmail(way, "--keep", status=1)
        self.assert_delivered("alice", sent)

    def test_deletes_the_mail(self):
        sent = [message(f"mail {at}") for at in range(5)]
        self.deliver(*sent)
        self.fetchmail(STARTTLS)
        self.assert_fetched(sent)
        self.assert_delivered("alice", [])

    def test_login_that_fails(self):
        self.fetchmail(STARTTLS, status=3, password="wrong")

    def test_idles(self):
        # It sees the mail that comes while it waits, and goes on waiting.
        for way in WAYS:
            with self.subTest(way):
                self.idles(way)

    def idles(self, way):
        """Delivers mail to a fetchmail that has nothing to do."""
        before = len(self.fetched())
        with open(self.home.file("said"), "w+b") as said:
            process = self.home.start(*self.command(way, idle="idle"), stdout=said)
            try:
                for number in range(1, 3):
                    wait_for(process, said, lambda: contents(said).count("IMAP< + ") == number)
                    self.deliver(message(f"{way} {number}"))
                    wait_for(process, said, lambda: len(self.fetched()) == before + number)
                wait_for(process, said, lambda: contents(said).count("IMAP< + ") == 3)
            finally:
                process.terminate()
                process.wait(PATIENCE)
        self.assert_delivered("alice", [])


def wait_for(process, said, condition):
    """Waits until something is so, as long as the program runs."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"the client is not as it should be\n{contents(said)}")
        time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
