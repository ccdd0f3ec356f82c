//! LMTP (RFC 2033).

use crate::client_side::{everything, transcript};
use smtp_proto::client::{Channel, Config, Protocol};

fn lmtp() -> Config {
    let mut config = everything();
    config.protocol = Protocol::Lmtp;
    config
}

/// RFC 2033 §4.2: one reply for each recipient that was accepted, in their order.
#[test]
fn a_reply_for_each_recipient() {
    transcript(
        lmtp(),
        Channel::Clear,
        &["S: 220 foo.edu LMTP server ready
           E: greeting 220 foo.edu LMTP server ready
           C: EHLO foo.edu
           E: NotNow
           C: LHLO foo.edu
           S: 250-foo.edu
           S: 250-PIPELINING
           S: 250 SIZE
           E: Lhlo 250 foo.edu PIPELINING SIZE
           C: MAIL FROM:<chris@bar.com>
           C: RCPT TO:<pat@foo.edu>
           C: RCPT TO:<jones@foo.edu>
           S: 250 OK
           S: 250 OK
           S: 550 No such user here
           E: Mail 250 OK
           E: Rcpt(0) 250 OK
           E: Rcpt(1) 550 No such user here
           C: RCPT TO:<green@foo.edu>
           C: DATA
           S: 250 OK
           S: 354 Start mail input; end with <CRLF>.<CRLF>
           E: Rcpt(2) 250 OK
           E: Data 354 Start mail input; end with <CRLF>.<CRLF>
           C: Blah blah blah...
           C: .
           C: MAIL FROM:<>
           S: 250-OK
           S: 250 really
           S: 452 <green@foo.edu> is temporarily over quota
           S: 250 OK
           E: Delivery(0) 250 OK really
           E: Delivery(2) 452 <green@foo.edu> is temporarily over quota
           E: Mail 250 OK
           C: QUIT
           S: 221 foo.edu closing connection
           E: Quit 221 foo.edu closing connection
           E: closed"],
    );
}

/// RFC 2033 §4.3: the same after the last chunk; RFC 2033 §4.2: one more is unasked.
#[test]
fn after_chunks_too() {
    transcript(
        lmtp(),
        Channel::Clear,
        &["S: 220 foo.edu
           E: greeting 220 foo.edu
           C: LHLO c
           S: 250-foo.edu
           S: 250 CHUNKING
           E: Lhlo 250 foo.edu CHUNKING
           C: MAIL FROM:<chris@bar.com>
           S: 250 OK
           E: Mail 250 OK
           C: RCPT TO:<pat@foo.edu>
           S: 250 OK
           E: Rcpt(0) 250 OK
           C: RCPT TO:<pat@foo.edu>
           S: 250 OK
           E: Rcpt(1) 250 OK
           C: BDAT 5
           C: abc
           S: 250 OK
           E: Chunk 250 OK
           C: BDAT 0 LAST
           S: 250 OK
           S: 250 OK
           S: 250 OK
           E: Delivery(0) 250 OK
           E: Delivery(1) 250 OK
           E: unsolicited 250 OK
           E: Unsolicited"],
    );
}
