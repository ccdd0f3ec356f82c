//! Commands that are sent ahead (RFC 2449 §6.6).

use crate::client_side::{everything, transcript};
use pop3_proto::client::{Channel, Config};

/// RFC 2449 §6.6: only where it is offered, and answers find their commands, in
/// order, after failures too.
#[test]
fn pipelining() {
    transcript(
        everything(),
        Channel::Tls,
        "S: +OK
         E: greeting +OK 
         C: USER a
         C: PASS b
         E: AnswerPending
         S: +OK
         E: User +OK 
         C: CAPA
         S: +OK
         S: PIPELINING
         E: Capa +OK 
         E: Pipelining
         C: USER a
         C: PASS b
         C: STAT
         E: NotNow
         C: NOOP
         E: NotNow
         C: LANG
         E: AnswerPending
         S: .
         S: +OK
         S: +OK
         E: Capa end
         E: User +OK 
         E: Pass +OK 
         C: RETR 1
         C: DELE 1
         C: RETR 2
         C: NOOP
         E: TooManyPipelined
         S: -ERR no such message
         S: -ERR no such message
         S: +OK
         S: text
         E: Retr(MessageNumber(1)) -ERR no such message
         E: Dele(MessageNumber(1)) -ERR no such message
         E: Retr(MessageNumber(2)) +OK 
         E: body text\\r\\n
         C: QUIT
         C: NOOP
         E: NotNow
         S: .
         S: +OK bye
         E: Retr(MessageNumber(2)) end
         E: Quit +OK bye
         E: closed",
    );
}

/// RFC 2449 §6.6: where it is not offered, nothing is sent before the last line of
/// an answer; where it is, STLS is not (RFC 2595 §4).
#[test]
fn an_answer_ends_with_its_last_line() {
    transcript(
        everything(),
        Channel::Tls,
        "S: +OK
         E: greeting +OK 
         C: APOP a 00000000000000000000000000000000
         S: +OK
         E: Apop +OK 
         C: LIST
         S: +OK
         S: 1 120
         E: List(None) +OK 
         E: scan 1 120
         C: NOOP
         E: AnswerPending
         C: QUIT
         E: AnswerPending
         S: .
         E: List(None) end
         C: RETR 1
         S: +OK
         S: text
         E: Retr(MessageNumber(1)) +OK 
         E: body text\\r\\n
         C: RETR 2
         E: AnswerPending
         S: .
         E: Retr(MessageNumber(1)) end
         C: NOOP
         S: +OK
         E: Noop +OK ",
    );
    transcript(
        Config::default(),
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: CAPA
         S: +OK
         S: PIPELINING
         E: Capa +OK 
         E: Pipelining
         C: STLS
         E: AnswerPending
         C: LANG
         C: STLS
         E: AnswerPending
         S: .
         S: -ERR what?
         E: Capa end
         E: Languages -ERR what?
         C: STLS
         S: +OK
         E: handshake",
    );
}
