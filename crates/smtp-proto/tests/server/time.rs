//! RFC 5321 §4.5.3.2: how long a server waits; and clients that do not.

use std::num::NonZeroU32;
use std::time::Duration;

use smtp_proto::server::{Config, Event, Session};
use smtp_proto::{BytesMut, Channel};

use crate::transcript::config;

const IDLE: Duration = Duration::from_secs(300);

/// Takes all of `wire`, and says yes to it.
fn take(smtp: &mut Session, wire: &[u8], out: &mut BytesMut) {
    let mut input = wire;
    loop {
        match smtp.receive(&mut input, out).unwrap() {
            Event::Hello(_, ticket) => smtp.accept(ticket, out).unwrap(),
            Event::Mail(_, ticket) => smtp.accept(ticket, out).unwrap(),
            Event::Rcpt(_, ticket) => smtp.accept(ticket, out).unwrap(),
            Event::Data(ticket) => smtp.accept(ticket, out).unwrap(),
            Event::BodyEnd(ticket) => smtp.accept(ticket, out).unwrap(),
            Event::NeedInput | Event::Closed => break,
            _ => {}
        }
    }
    assert!(input.is_empty());
}

fn begun(config: Config) -> (Session, BytesMut) {
    let mut out = BytesMut::new();
    let mut smtp = Session::new(config.into(), Channel::Clear, &mut out);
    out.clear();
    take(&mut smtp, b"EHLO c\r\n", &mut out);
    (smtp, out)
}

/// RFC 5321 §4.5.3.2.7: five minutes, whatever passes, where nothing else is asked for.
#[test]
fn silence() {
    let (mut smtp, _) = begun(config());
    assert_eq!(smtp.timeout(), IDLE);
    smtp.time_passed(Duration::from_secs(86_400));
    assert_eq!(smtp.timeout(), IDLE);
}

/// A session lasts no longer than it may.
#[test]
fn the_longest_session() {
    let mut config = config();
    config.limits.session = Some(Duration::from_secs(1000));
    let (mut smtp, mut out) = begun(config);
    smtp.time_passed(Duration::from_secs(600));
    assert_eq!(smtp.timeout(), IDLE);
    take(&mut smtp, b"NOOP\r\n", &mut out);
    smtp.time_passed(Duration::from_millis(399_500));
    assert_eq!(smtp.timeout(), Duration::from_millis(500));
    smtp.time_passed(Duration::MAX);
    assert_eq!(smtp.timeout(), Duration::ZERO);
    out.clear();
    smtp.timed_out(&mut out);
    assert_eq!(&out[..], b"421 4.4.2 Timeout, closing connection\r\n");
}

/// A body that trickles in is not waited for without end, with DATA and with BDAT.
#[test]
fn the_lowest_rate() {
    for begin in ["DATA\r\n", "BDAT 1000000 LAST\r\n"] {
        let mut config = config();
        config.chunking = true;
        config.limits.body_rate = NonZeroU32::new(10);
        let (mut smtp, mut out) = begun(config);
        smtp.time_passed(Duration::from_secs(10_000));
        assert_eq!(smtp.timeout(), IDLE);
        let envelope = format!("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n{begin}");
        take(&mut smtp, envelope.as_bytes(), &mut out);
        assert_eq!(smtp.timeout(), IDLE);
        for _ in 0..5 {
            smtp.time_passed(Duration::from_secs(50));
            take(&mut smtp, b"0123456789", &mut out);
        }
        // 250 seconds, in which 5 were paid for.
        assert_eq!(smtp.timeout(), Duration::from_secs(55), "{begin}");
        take(&mut smtp, &[b'x'; 10_000], &mut out);
        assert_eq!(smtp.timeout(), IDLE);
        smtp.time_passed(Duration::from_secs(2000));
        assert_eq!(smtp.timeout(), Duration::ZERO);
    }
}

/// The next body has its own time.
#[test]
fn each_body_has_its_time() {
    let mut config = config();
    config.limits.body_rate = NonZeroU32::new(1000);
    let (mut smtp, mut out) = begun(config);
    for _ in 0..3 {
        take(&mut smtp, b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n", &mut out);
        smtp.time_passed(Duration::from_secs(290));
        assert_eq!(smtp.timeout(), Duration::from_secs(10));
        take(&mut smtp, b"x\r\n.\r\n", &mut out);
        assert_eq!(smtp.timeout(), IDLE);
    }
}

/// RFC 5321 §4.3.1, RFC 2920 §3.1: who does not wait where everybody has to.
#[test]
fn early_talkers() {
    let spoke_early = |sent_first: bool, writes: &[&str]| {
        let mut out = BytesMut::new();
        let mut smtp = Session::new(config().into(), Channel::Clear, &mut out);
        if sent_first {
            out.clear();
        }
        for wire in writes {
            take(&mut smtp, wire.as_bytes(), &mut out);
            out.clear();
        }
        smtp.spoke_early()
    };
    let envelope = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
    assert!(!spoke_early(true, &["EHLO c\r\n", envelope, "x\r\n.\r\nRSET\r\nQUIT\r\n"]));
    assert!(!spoke_early(true, &["HELO c\r\n", "MAIL FROM:<a@b>\r\n", "QUIT\r\n"]));
    // Before the greeting.
    assert!(spoke_early(false, &["EHLO c\r\n"]));
    // Before the answer to EHLO, the 354, and any answer after HELO.
    assert!(spoke_early(true, &[&("EHLO c\r\n".to_owned() + envelope)]));
    assert!(spoke_early(true, &["EHLO c\r\n", &(envelope.to_owned() + "x")]));
    assert!(spoke_early(true, &["HELO c\r\n", envelope]));
}
