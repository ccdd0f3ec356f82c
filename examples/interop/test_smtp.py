"""SMTP, through smtplib and octet by octet."""

import base64
import contextlib
import smtplib
import ssl
import unittest
from email.message import EmailMessage

from server import CLEAR, PASSWORD, STARTTLS, TLS, WAYS, ServerTest, message

ENVELOPE = b"MAIL FROM:<sender@example.com>\r\nRCPT TO:<bob@example.com>\r\n"


def reply(wire):
    """The code of the next reply, which may have several lines."""
    line = wire.line()
    while line[3:4] == b"-":
        line = wire.line()
    if not (line[:3].isdigit() and line[3:4] == b" "):
        raise AssertionError(f"expected a reply, got {line!r}")
    return int(line[:3])


class SmtpTest(ServerTest):
    """Checks that need a raw SMTP connection."""

    def raw(self, listener="smtp"):
        """A connection after its EHLO."""
        wire = self.wire(listener)
        self.assertEqual(reply(wire), 220)
        self.assertEqual(self.ask(wire, b"EHLO client.example"), 250)
        return wire

    def ask(self, wire, command):
        """Sends one command, and returns the code of its reply."""
        wire.send(command + b"\r\n")
        return reply(wire)


class Commands(SmtpTest):
    """The commands, one at a time."""

    def test_ehlo_keywords(self):
        for way in WAYS:
            with self.subTest(way):
                features = self.smtp(way).esmtp_features
                for keyword in ("pipelining", "8bitmime", "smtputf8", "enhancedstatuscodes"):
                    self.assertIn(keyword, features)
                self.assertGreaterEqual(int(features["size"]), 10 * 1024 * 1024)
                self.assertIn("PLAIN", features["auth"].split())
                # RFC 3207 §4.2: not offered under TLS.
                self.assertEqual("starttls" in features, way == CLEAR)

    def test_helo(self):
        wire = self.wire("smtp")
        self.assertRegex(wire.line(), rb"^220 localhost\b")
        wire.send(b"HELO client.example\r\n")
        # RFC 5321 §4.1.1.1: one line, and no extensions.
        self.assertRegex(wire.line(), rb"^250 ")
        # RFC 2034 §4: the enhanced codes are there all the same.
        wire.send(b"MAIL FROM:<a@example.com>\r\n")
        self.assertRegex(wire.line(), rb"^250 2\.1\.0 ")

    def test_names_of_clients(self):
        for name, code in (
            (b"localhost", 250),
            (b"[127.0.0.1]", 250),
            (b"[IPv6:::1]", 250),
            # curl goes by the name of the file that it sends.
            (b"my_mail.eml", 250),
            (b"", 501),
            # RFC 6531 §3.7.1: EHLO comes before SMTPUTF8.
            ("hôte.example".encode(), 501),
            (b"h\xf4te.example", 501),
        ):
            for verb in (b"HELO ", b"EHLO "):
                with self.subTest(verb + name):
                    wire = self.wire("smtp")
                    self.assertEqual(reply(wire), 220)
                    self.assertEqual(self.ask(wire, verb + name), code)

    def test_vrfy_past_ascii(self):
        # RFC 6531 §3.7.4.2.
        wire = self.raw()
        self.assertEqual(self.ask(wire, "VRFY jürgen".encode()), 553)
        self.assertEqual(self.ask(wire, "VRFY jürgen SMTPUTF8".encode()), 550)
        self.assertEqual(self.ask(wire, b"VRFY alice SMTPUTF8"), 250)

    def test_noop_rset_help_vrfy_quit(self):
        client = self.smtp()
        self.assertEqual(client.noop()[0], 250)
        self.assertEqual(client.rset()[0], 250)
        self.assertEqual(client.docmd("HELP")[0], 214)
        self.assertIn(client.verify("alice")[0], (250, 252))
        self.assertEqual(client.quit()[0], 221)

    def test_quit_closes(self):
        wire = self.raw()
        self.assertEqual(self.ask(wire, b"QUIT"), 221)
        self.assertEqual(wire.rest(), b"")

    def test_commands_in_any_case(self):
        wire = self.raw()
        self.assertEqual(self.ask(wire, b"mail from:<a@example.com>"), 250)
        self.assertEqual(self.ask(wire, b"rCPT tO:<bob@example.com>"), 250)
        self.assertEqual(self.ask(wire, b"rset"), 250)

    def test_bad_sequences(self):
        wire = self.raw()
        self.assertEqual(self.ask(wire, b"RCPT TO:<bob@example.com>"), 503)
        self.assertEqual(self.ask(wire, b"DATA"), 503)
        self.assertEqual(self.ask(wire, b"MAIL FROM:<a@example.com>"), 250)
        self.assertEqual(self.ask(wire, b"MAIL FROM:<a@example.com>"), 503)
        self.assertIn(self.ask(wire, b"DATA"), (503, 554))
        self.assertEqual(self.ask(wire, b"NOOP"), 250)

    def test_rset_ends_the_transaction(self):
        wire = self.raw()
        wire.send(ENVELOPE + b"RSET\r\nDATA\r\n")
        self.assertEqual([reply(wire) for _ in range(4)], [250, 250, 250, 503])

    def test_wrong_commands(self):
        for command, code in (
            (b"FOO", 500),
            # RFC 5321 §4.2.4: known, and not done.
            (b"TURN", 502),
            (b"SEND FROM:<a@example.com>", 502),
            (b"SOML FROM:<a@example.com>", 502),
            (b"SAML FROM:<a@example.com>", 502),
            (b"EXPN staff", 502),
            (b"AUTH X-UNKNOWN", 504),
            (b"AUTH PLAIN " + b"A" * 100_000, 500),
            (b"", 500),
            (b"NO\rOP", 500),
            (b"NO\0OP", 500),
            (b"NOOP " + b"x" * 100_000, 500),
            (b"MAIL FROM:a@example.com", 501),
            (b"MAIL FROM:< >", 501),
            (b"MAIL FROM:<a@b@example.com>", 501),
            (b"MAIL FROM:<a@[999.1.1.1]>", 501),
            (b"MAIL FROM:<a@example.com>SIZE=1", 501),
            (b"MAIL FROM:<a@example.com> SIZE=1 SIZE=2", 501),
            (b"MAIL FROM:<a@example.com> AUTH=+0D+0A", 501),
            (b"MAIL FROM:<a@example.com> FOO=bar", 555),
            ("MAIL FROM:<é@example.com>".encode(), 553),
            (b"STARTTLS now", 501),
        ):
            with self.subTest(command[:60]):
                wire = self.raw()
                self.assertEqual(self.ask(wire, command), code)
                self.assertEqual(self.ask(wire, b"NOOP"), 250)

    def test_too_many_wrong_commands_end_the_session(self):
        wire = self.raw()
        wire.send(b"FOO\r\n" * 1000)
        replies = wire.rest().splitlines()
        self.assertRegex(replies[-1], rb"^421 ")
        for line in replies[:-1]:
            self.assertRegex(line, rb"^500 ")


class Mail(SmtpTest):
    """What is sent is what is delivered."""

    def test_seven_bit(self):
        for way in WAYS:
            with self.subTest(way):
                mail = EmailMessage()
                mail["From"], mail["To"] = "alice@example.com", "bob@example.com"
                mail["Subject"] = f"over {way}"
                mail.set_content("Hello\nworld\n")
                client = self.smtp(way)
                self.assertEqual(client.send_message(mail), {})
                client.quit()
                got = self.mail("bob")[-1]
                self.assertIn(f"Subject: over {way}\r\n".encode(), got)
                self.assertTrue(got.endswith(b"\r\n\r\nHello\r\nworld\r\n"), got)

    def test_trace_fields(self):
        # RFC 5321 §4.4.
        self.deliver(message("trace"), to="bob")
        head, _, _ = self.mail("bob")[0].partition(b"Date: ")
        self.assertIn(b"Return-Path: <sender@example.com>\r\n", head)
        self.assertRegex(head, rb"(?m)^Received: from ")

    def test_eight_bit(self):
        mail = message("8-bit", "Käse, 日本\r\n") + bytes(range(0x80, 0x100)) + b"\r\n"
        self.smtp().sendmail("a@example.com", "bob@example.com", mail, ["BODY=8BITMIME"])
        self.assert_delivered("bob", [mail])

    def test_internationalised_sender(self):
        # RFC 6531.
        mail = message("grüße")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
        self.smtp().sendmail("jürgen@example.com", "bob@example.com", mail, options)
        self.assert_delivered("bob", [mail])
        self.assertIn("<jürgen@example.com>".encode(), self.mail("bob")[0])

    def test_lines_that_begin_with_dots(self):
        mails = [
            message("dots", ".\r\n..\r\n...\r\n.x\r\n. \r\nx.\r\n.\r\n"),
            b"..first line\r\n",
            b".\r\n",
            b"\r\n.\r\n",
        ]
        client = self.smtp()
        for mail in mails:
            client.sendmail("a@example.com", "bob@example.com", mail)
        self.assert_delivered("bob", mails)

    def test_empty_message(self):
        wire = self.raw()
        wire.send(ENVELOPE + b"DATA\r\n.\r\n")
        self.assertEqual([reply(wire) for _ in range(4)], [250, 250, 354, 250])
        self.assertEqual(len(self.mail("bob")), 1)

    def test_long_lines(self):
        # RFC 5321 §4.5.3.1.6: a text line has 1000 octets, and poplib takes
        # twice as many.
        mail = message("long", f"{'x' * 998}\r\n{'y' * 997}.\r\n")
        self.deliver(mail, to="bob")
        self.assert_delivered("bob", [mail])

    def test_five_mebibytes(self):
        line = "0123456789abcdef" * 4 + "\r\n"
        mail = message("large", line * (5 * 1024 * 1024 // len(line)))
        for way in (CLEAR, TLS):
            client = self.smtp(way)
            client.sendmail("a@example.com", "bob@example.com", mail)
            client.quit()
        self.assert_delivered("bob", [mail, mail])

    def test_several_recipients(self):
        mail = message("to both")
        refused = self.smtp().sendmail(
            "a@example.com", ["alice@example.com", "nobody@example.com", "bob@localhost"], mail
        )
        self.assertEqual(list(refused), ["nobody@example.com"])
        self.assertEqual(refused["nobody@example.com"][0], 550)
        self.assert_delivered("alice", [mail])
        self.assert_delivered("bob", [mail])

    def test_no_recipient_is_known(self):
        client = self.smtp()
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as caught:
            client.sendmail("a@example.com", ["x@example.com", "y@example.com"], message("none"))
        for code, text in caught.exception.recipients.values():
            self.assertEqual(code, 550)
            # RFC 2034 §4: a status code of the same class.
            self.assertRegex(text, rb"^5\.\d+\.\d+ ")
        # The same connection is good for the next mail.
        mail = message("next")
        client.sendmail("a@example.com", "bob@example.com", mail)
        self.assert_delivered("bob", [mail])

    def test_no_relay(self):
        wire = self.raw()
        self.assertEqual(self.ask(wire, b"MAIL FROM:<a@example.com>"), 250)
        self.assertEqual(self.ask(wire, b"RCPT TO:<bob@elsewhere.invalid>"), 550)

    def test_null_sender_and_postmaster(self):
        # RFC 5321 §4.5.5 and §4.5.1.
        mail = message("bounce")
        client = self.smtp()
        client.sendmail("", "bob@example.com", mail)
        self.assert_delivered("bob", [mail])
        self.assertIn(b"Return-Path: <>\r\n", self.mail("bob")[0])
        self.assertEqual(client.mail("a@example.com")[0], 250)
        self.assertEqual(client.rcpt("<Postmaster>")[0], 250)

    def test_the_recipients_of_a_transaction_that_is_over(self):
        # RFC 5321 §4.1.4: EHLO ends it as RSET does.
        mail = message("for alice alone")
        for end in (b"EHLO client.example\r\n", b"HELO client.example\r\n", b"RSET\r\n"):
            wire = self.raw()
            wire.send(ENVELOPE + end + ENVELOPE.replace(b"bob", b"alice"))
            wire.send(b"DATA\r\n" + mail + b".\r\n")
            self.assertEqual([reply(wire) for _ in range(7)], [250] * 5 + [354, 250])
        self.assert_delivered("alice", [mail] * 3)
        self.assertEqual(self.mail("bob"), [])

    def test_several_mails_in_one_session(self):
        mails = [message(f"number {number}") for number in range(5)]
        self.deliver(*mails, to="bob")
        self.assert_delivered("bob", mails)


class Size(SmtpTest):
    """The limit on a message (RFC 1870)."""

    options = ("--max-message-size=100000",)

    def of_size(self, octets):
        """A message of so many octets."""
        head = message("sized", "")
        lines = b"x" * 98 + b"\r\n"
        body = lines * ((octets - len(head)) // len(lines) + 1)
        mail = head + body[-(octets - len(head)):]
        self.assertEqual(len(mail), octets)
        return mail

    def test_declared(self):
        client = self.smtp()
        self.assertEqual(client.esmtp_features["size"], "100000")
        with self.assertRaises(smtplib.SMTPSenderRefused) as caught:
            client.sendmail("a@example.com", "bob@example.com", self.of_size(100_001))
        self.assertEqual(caught.exception.smtp_code, 552)
        mail = self.of_size(100_000)
        client.sendmail("a@example.com", "bob@example.com", mail)
        self.assert_delivered("bob", [mail])

    def test_not_declared(self):
        wire = self.raw()
        for octets, code in ((100_001, 552), (3_000_000, 552), (100_000, 250)):
            wire.send(ENVELOPE + b"DATA\r\n")
            self.assertEqual([reply(wire) for _ in range(3)], [250, 250, 354])
            wire.send(self.of_size(octets) + b".\r\n")
            self.assertEqual(reply(wire), code, f"for {octets} octets")
        self.assert_delivered("bob", [self.of_size(100_000)])


class Authentication(SmtpTest):
    """AUTH (RFC 4954)."""

    PLAIN = base64.b64encode(b"\0alice\0" + PASSWORD.encode())

    def test_every_mechanism_that_smtplib_knows(self):
        offered = self.smtp().esmtp_features["auth"].split()
        for way in WAYS:
            for mechanism in {"PLAIN", "LOGIN"}.intersection(offered):
                for initial in (True, False):
                    with self.subTest(f"{mechanism} over {way}, initial response: {initial}"):
                        client = self.smtp(way)
                        client.user, client.password = "alice", PASSWORD
                        method = getattr(client, f"auth_{mechanism.lower()}")
                        code, _ = client.auth(mechanism, method, initial_response_ok=initial)
                        self.assertEqual(code, 235)
                        mail = message("logged in")
                        client.sendmail("alice@example.com", "bob@example.com", mail)

    def test_wrong_password(self):
        for user in ("alice", "nobody"):
            client = self.smtp()
            with self.assertRaises(smtplib.SMTPAuthenticationError) as caught:
                client.login(user, "wrong")
            self.assertEqual(caught.exception.smtp_code, 535)

    def test_wrong_exchanges(self):
        for exchange, codes in (
            ([b"AUTH PLAIN", b"*"], [334, 501]),
            ([b"AUTH PLAIN", b"!"], [334, 501]),
            ([b"AUTH PLAIN !"], [501]),
            ([b"AUTH FOO"], [504]),
            ([b"AUTH"], [501]),
            ([b"AUTH PLAIN " + b"A" * 20_000], [500]),
            ([b"AUTH PLAIN " + self.PLAIN, b"AUTH PLAIN " + self.PLAIN], [235, 503]),
            ([b"MAIL FROM:<a@example.com>", b"AUTH PLAIN " + self.PLAIN], [250, 503]),
        ):
            with self.subTest(exchange[0][:60]):
                wire = self.raw()
                self.assertEqual([self.ask(wire, line) for line in exchange], codes)
                self.assertEqual(self.ask(wire, b"NOOP"), 250)


class NoClearTextAuthentication(SmtpTest):
    """Users that somebody chose do not log in without TLS."""

    options = ("--user=carol:pass word",)

    def test_auth_takes_tls(self):
        self.assertNotIn("auth", self.smtp().esmtp_features)
        plain = base64.b64encode(b"\0carol\0pass word")
        # RFC 4954 §6: encryption is required for the mechanism.
        self.assertEqual(self.ask(self.raw(), b"AUTH PLAIN " + plain), 538)
        for way in (STARTTLS, TLS):
            self.assertEqual(self.smtp(way).login("carol", "pass word")[0], 235)


class Pipelining(SmtpTest):
    """Many commands in one write (RFC 2920)."""

    def test_whole_session(self):
        wire = self.raw()
        mail = message("pipelined")
        wire.send(ENVELOPE + b"DATA\r\n" + mail + b".\r\n" + ENVELOPE + b"RSET\r\nNOOP\r\nQUIT\r\n")
        codes = [reply(wire) for _ in range(9)]
        self.assertEqual(codes, [250, 250, 354, 250, 250, 250, 250, 250, 221])
        self.assert_delivered("bob", [mail])

    def test_no_recipient_then_data(self):
        wire = self.raw()
        wire.send(
            b"MAIL FROM:<a@example.com>\r\nRCPT TO:<nobody@example.com>\r\nDATA\r\n"
            b"Subject: lost\r\n\r\nhi\r\n.\r\nNOOP\r\nQUIT\r\n"
        )
        codes = [reply(wire) for _ in range(9)]
        self.assertEqual(codes[:3], [250, 550, 503])
        for code in codes[3:7]:
            # The body's lines are commands, and bad ones.
            self.assertIn(code, range(500, 504))
        self.assertEqual(codes[7:], [250, 221])
        self.assertEqual(self.mail("alice") + self.mail("bob"), [])


class Smuggling(SmtpTest):
    """What does not end a message, and what does (RFC 5321 §4.1.1.4)."""

    SECOND = ENVELOPE + b"DATA\r\nSubject: smuggled\r\n\r\nevil\r\n.\r\n"

    def test_sequences_that_end_nothing(self):
        for end in (
            b"\n.\r\n", b"\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r",
            b"\r\n.\r\r\n", b"\r\n.\0\r\n", b"\r\n\0.\r\n", b"\r\n..\r\n",
        ):
            for piecewise in (False, True):
                with self.subTest(end, piecewise=piecewise):
                    before = len(self.mail("bob"))
                    wire = self.raw()
                    wire.send(ENVELOPE + b"DATA\r\n")
                    self.assertEqual([reply(wire) for _ in range(3)], [250, 250, 354])
                    mail = b"Subject: first\r\n\r\nhi" + end + self.SECOND + b"NOOP\r\nQUIT\r\n"
                    step = 1 if piecewise else len(mail)
                    for at in range(0, len(mail), step):
                        wire.send(mail[at : at + step])
                    # One message, taken or refused as a whole; then in sync.
                    first = reply(wire)
                    self.assertTrue(first == 250 or first >= 500, first)
                    self.assertEqual([reply(wire) for _ in range(2)], [250, 221])
                    found = self.mail("bob")[before:]
                    self.assertEqual(len(found), 1 if first == 250 else 0)
                    for got in found:
                        self.assertIn(b"Subject: first", got)

    def test_a_bare_cr_before_the_end(self):
        wire = self.raw()
        wire.send(ENVELOPE + b"DATA\r\nhi\r\r\n.\r\nNOOP\r\n")
        codes = [reply(wire) for _ in range(5)]
        self.assertTrue(codes[3] == 250 or codes[3] >= 500, codes)
        self.assertEqual(codes[:3] + codes[4:], [250, 250, 354, 250])


class StartTls(SmtpTest):
    """The upgrade (RFC 3207)."""

    def test_forgets_what_came_before(self):
        wire = self.raw()
        wire.send(ENVELOPE + b"STARTTLS\r\n")
        codes = [reply(wire) for _ in range(3)]
        if codes[2] != 220:
            # Refused inside a transaction.
            self.assertEqual(codes[2], 503)
            self.assertEqual([self.ask(wire, c) for c in (b"RSET", b"STARTTLS")], [250, 220])
        wire.start_tls()
        self.assertEqual(self.ask(wire, b"DATA"), 503)
        self.assertEqual(self.ask(wire, b"EHLO client.example"), 250)
        self.assertEqual(self.ask(wire, b"DATA"), 503)
        self.assertGreaterEqual(self.ask(wire, b"STARTTLS"), 500)
        self.assertEqual(self.ask(wire, b"NOOP"), 250)

    def test_commands_behind_it_are_not_carried_out(self):
        for behind in (b"NOOP\r\n", ENVELOPE, b"NO"):
            with self.subTest(behind):
                wire = self.raw()
                wire.send(b"STARTTLS\r\n" + behind)
                first = reply(wire)
                if first != 220:
                    self.assertGreaterEqual(first, 400)
                    self.assertEqual(wire.rest(), b"")
                    continue
                # It may end the connection, or forget what came behind.
                try:
                    wire.start_tls()
                    wire.send(b"OP\r\nDATA\r\n")
                    codes = [reply(wire) for _ in range(2)]
                except (ssl.SSLError, OSError, AssertionError):
                    continue
                self.assertEqual(codes, [500, 503])

    def test_a_failed_handshake_ends_the_connection(self):
        wire = self.raw()
        self.assertEqual(self.ask(wire, b"STARTTLS"), 220)
        wire.send(b"NOOP\r\nNOOP\r\n")
        with contextlib.suppress(ConnectionResetError):
            self.assertNotIn(b"250", wire.rest())


class BrokenOff(SmtpTest):
    """A connection that ends half-way delivers nothing."""

    def test_at_every_stage(self):
        mail = message("half")
        for listener in ("smtp", "smtps"):
            for sent in (b"", mail[:40], mail[:-1], mail, mail + b".", mail + b".\r"):
                with self.subTest(listener, sent=sent[-10:]):
                    wire = self.raw(listener)
                    wire.send(ENVELOPE + b"DATA\r\n")
                    self.assertEqual([reply(wire) for _ in range(3)], [250, 250, 354])
                    wire.send(sent)
                    wire.close()
        # The next one is the first that counts.
        whole = message("whole")
        self.deliver(whole, to="bob")
        self.assert_delivered("bob", [whole])
        self.server.restart()
        self.assert_delivered("bob", [whole])


if __name__ == "__main__":
    unittest.main()
