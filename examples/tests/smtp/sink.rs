//! A server that takes all and keeps nothing.

use std::{io::Read, sync::Arc};

use crate::common::{connect, inbox, play, server};
use mail_examples::{
    listen::{Listeners, Protocol, Security},
    smtp::sink::{self, Sink},
    store::Store,
};

#[test]
fn it_takes_all_but_what_it_is_told_not_to() {
    let mut server = server(Store::in_memory().unwrap());
    let faults = ["rcpt=450:2", "message=554:3", "data=drop:4"];
    server.sink = Sink::new(faults.map(|fault| fault.parse().unwrap()));
    let server = Arc::new(server);
    let mut listeners = Listeners::new(Arc::clone(&server));
    let protocol = Protocol { name: "test", drive: sink::drive, busy: "busy\r\n", alpn: b"test" };
    let address = listeners.open(protocol, Security::StartTls, ([127, 0, 0, 1], 0).into()).unwrap();
    let mut socket = connect(address);
    play(&mut socket, "S: 220 …\nC: HELO c\nS: 250 …");
    for answer in ["250 …", "250 …", "554 5.0.0 As it was told to"] {
        play(
            &mut socket,
            &format!(
                "C: MAIL FROM:<>
                 S: 250 …
                 C: RCPT TO:<any@body.invalid>
                 S: 250 …
                 C: RCPT TO:<bob@localhost>
                 S: 450 4.0.0 As it was told to
                 C: DATA
                 S: 354 …
                 C: ..hi
                 C: .
                 S: {answer}"
            ),
        );
    }
    play(&mut socket, "C: MAIL FROM:<>\nS: 250 …\nC: RCPT TO:<a@b>\nS: 250 …\nC: DATA");
    assert_eq!(socket.read(&mut [0]).unwrap(), 0, "it was to close the connection");
    listeners.stop();
    assert!(inbox(&server.store, "bob").is_empty());
    assert_eq!(server.sink.to_string(), "took 2 messages for 2 recipients, 10 octets");
}
