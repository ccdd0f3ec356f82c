//! LMTP (RFC 2033): what a mail server in front of this one speaks, and the relay's half of it.

use std::{sync::Arc, time::Duration};

use mail_examples::{
    relay::Relay,
    smtp::{
        self,
        sink::{self, Sink},
    },
};
use smtp_proto::client::Protocol;

use crate::{
    common::{connect, inbox, play},
    relay::{Next, enqueue, first, is_empty, settings, wait_until},
};

#[test]
fn a_message_is_answered_for_each_recipient() {
    let next = Next::start(smtp::drive_lmtp, |_| {});
    let mut socket = connect(next.address);
    play(
        &mut socket,
        "S: 220 mx.example.org LMTP
         C: EHLO front.invalid
         S: 500 …
         C: LHLO front.invalid",
    );
    while crate::common::read_line(&mut socket).starts_with("250-") {}
    play(
        &mut socket,
        "C: MAIL FROM:<carol@far.invalid>
         S: 250 2.1.0 OK
         C: RCPT TO:<alice@localhost>
         S: 250 2.1.5 OK
         C: RCPT TO:<nobody@localhost>
         S: 550 5.1.1 …
         C: RCPT TO:<dave@far.invalid>
         S: 550 5.7.1 …
         C: RCPT TO:<bob@localhost>
         S: 250 2.1.5 OK
         C: DATA
         S: 354 …
         C: hi
         C: .
         S: 250 2.0.0 OK, queued as 1
         S: 250 2.0.0 OK, queued as 1
         C: MAIL FROM:<>
         S: 250 2.1.0 OK
         C: DATA
         S: 503 …
         C: QUIT
         S: 221 …",
    );
    for user in ["alice", "bob"] {
        let [message] = &inbox(&next.server.store, user)[..] else { panic!() };
        assert!(message.starts_with("Return-Path: <carol@far.invalid>\r\n"), "{message}");
        assert!(message.contains(" with LMTP id 1;"), "{message}");
    }
}

/// RFC 2033 §4.2: whom it was not delivered to gets it again, and nobody else.
#[test]
fn each_recipient_is_tried_again_for_itself() {
    let next = Next::start(sink::drive_lmtp, |server| {
        server.sink = Sink::new(["message=450:3".parse().unwrap()]);
    });
    let first = first();
    (0..10).for_each(|_| enqueue(&first, "hi\r\n", &["a@x", "b@x", "c@x", "d@x"]));
    let mut settings = settings(next.address);
    settings.account.protocol = Protocol::Lmtp;
    settings.schedule.retry = vec![Duration::from_millis(20)];
    let relay = Relay::start(Arc::clone(&first), settings).unwrap();
    wait_until(|| is_empty(&first));
    relay.stop();
    let said = next.server.sink.to_string();
    assert!(said.contains(" for 40 recipients, "), "{said}");
}
