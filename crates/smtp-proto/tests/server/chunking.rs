//! Any input, cut anywhere, gives what it gives whole, and nothing panics.

use std::sync::Arc;

use mail_transcript::however_cut;
use proptest::prelude::*;
use smtp_proto::BodyPolicy;
use smtp_proto::server::{Channel, Protocol, UnknownCommands};

use crate::transcript::{Server, config};

/// What is likely to lead somewhere.
fn words() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => prop::sample::select(vec![
            &b"EHLO c\r\n"[..], b"HELO c\r\n", b"MAIL FROM:<a@b>\r\n", b"MAIL FROM:<>", b"RCPT TO:<c@d>\r\n",
            b"RCPT TO:<nobody@d>\r\n", b"DATA\r\n", b"\r\n.\r\n", b".\r\n", b"RSET\r\n", b"NOOP\r\n",
            b"AUTH LOGIN\r\n", b"AUTH PLAIN\r\n", b"YWxpY2U=\r\n", b"c2VjcmV0\r\n", b"*\r\n", b"HELP\r\n", b"VRFY x\r\n",
            b"EHLO", b"AUTH ", b"VRFY jose SMTPUTF8\r\n", b"VRFY jos\xc3\xa9\r\n", b"EHLO \xc3\xa9\r\n", b"SAML x\r\n",
            b"EXPN staff\r\n", b"XWHO a\r\n", b"BDAT 3\r\nabc", b"BDAT 30 LAST\r\n", b"BDAT 0 LAST\r\n", b"BDAT 41\r\n", b"BDAT x\r\n",
            b"MAIL FROM:<blind@b>\r\n", b"LHLO c\r\n", b"ETRN d\r\n", b"ETRN #q\r\n", b"ATRN\r\n", b"ATRN d\r\n", b"XCLIENT LOGIN=a\r\n",
            b"XCLIENT ADDR=1\r\n", b"XFORWARD ADDR=1\r\n", b"HELP x\r\n", b"GET / HTTP/1.1\r\n", b" RET=HDRS\r\n", b" X-RET BY=9;R\r\n", b" NOTIFY=NEVER\r\n", b" SIZE=9 BODY=7BIT\r\n", b"hi", b"REFUSE", b"..", b"\r", b"\n", b"\0", b"\r\n", b" ",
            b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

fn play(protocol: Protocol, policy: BodyPolicy, input: &[u8], lengths: &[usize]) {
    let mut config = config();
    config.protocol = protocol;
    config.chunking = true;
    config.binary_mime = true;
    config.starttls = false;
    config.vrfy = true;
    config.expn = true;
    config.body_policy = policy;
    config.plaintext_auth = true;
    config.max_message_size = Some(40);
    config.limits.command_line = 64;
    config.limits.auth_line = 80;
    config.limits.recipients = 2;
    config.limits.refusals = 5;
    config.unknown_commands = UnknownCommands::Of(vec!["XWHO".into()]);
    config.mail_parameters.add("X-RET").unwrap();
    config.ehlo_lines.add("X-DSN").unwrap();
    config.dsn = true;
    config.help = true;
    config.etrn = true;
    config.atrn = true;
    config.xclient = true;
    config.xforward = true;
    config.deliver_by = Some(9);
    config.mechanisms.offer("PLAIN").unwrap();
    config.mechanisms.offer("LOGIN").unwrap();
    let config = Arc::new(config);
    however_cut(&|| Server::new(Channel::Clear, config.clone()), input, lengths);
}

fn policies() -> impl Strategy<Value = BodyPolicy> {
    prop::sample::select(vec![BodyPolicy::Reject, BodyPolicy::Keep, BodyPolicy::Normalize])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn likely_input(lmtp: bool, policy in policies(), input in words(), lengths: Vec<u8>) {
        let (protocol, hello) =
            if lmtp { (Protocol::Lmtp, "LHLO c\r\n") } else { (Protocol::Smtp, "EHLO c\r\n") };
        let lengths: Vec<usize> = lengths.into_iter().map(usize::from).collect();
        play(protocol, policy, &[hello.as_bytes(), &input[..]].concat(), &lengths);
    }

    #[test]
    fn any_input(input: Vec<u8>, lengths: Vec<u8>) {
        let lengths: Vec<usize> = lengths.into_iter().map(usize::from).collect();
        play(Protocol::Smtp, BodyPolicy::Reject, &input, &lengths);
    }
}
