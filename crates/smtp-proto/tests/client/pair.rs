//! A client and a server wired together in memory, over every fragmentation, and with faults on
//! the way back.

use crate::wired::{Fault, Letter, Scene, check, play};
use proptest::prelude::*;
use smtp_proto::Hostname;
use smtp_proto::client::{Login, Outcome, Plan, Protocol, TlsPolicy};

/// SMTP and LMTP, with DATA and with BDAT.
fn scenes(tls: TlsPolicy) -> [Scene; 4] {
    let mut plan = Plan::new(Hostname::parse(b"c.example").unwrap());
    plan.tls = tls;
    let scene = |(protocol, chunking)| Scene { plan, protocol, chunking };
    [
        (Protocol::Smtp, false),
        (Protocol::Smtp, true),
        (Protocol::Lmtp, false),
        (Protocol::Lmtp, true),
    ]
    .map(scene)
}

fn letters() -> Vec<Letter> {
    let letter =
        |from, to: &[&'static str], body: &str| Letter { from, to: to.to_vec(), body: body.into() };
    vec![
        letter(
            "a@b",
            &["c@d", "nobody@d", "late@f", "full@d"],
            "Subject: hi\r\n\r\n.\r\n..dots\r\nno end",
        ),
        letter("spammer@b", &["c@d", "e@f"], "x"),
        letter("a@b", &["nobody@d", "full@d"], "x"),
        letter("a@b", &["c@d"], "REFUSE\r\n"),
        letter("a@b", &["c@d", "e@f", "g@h", "i@j", "k@l"], ""),
    ]
}

#[test]
fn mail_goes_over_at_every_fragmentation() {
    for tls in [TlsPolicy::Required, TlsPolicy::Never, TlsPolicy::IfOffered] {
        for mut scene in scenes(tls) {
            if tls == TlsPolicy::Required {
                scene.plan.login = Some(Login::new("alice", b"secret"));
            }
            let whole = play(scene, &letters(), Fault::None, &[usize::MAX]);
            check(scene, &letters(), &whole, true);
            assert_eq!(whole.messages.len(), 2);
            let told: Vec<Vec<bool>> = whole
                .outcomes
                .iter()
                .map(|outcomes| outcomes.iter().map(Outcome::is_accepted).collect())
                .collect();
            assert_eq!(told[0], [true, false, scene.protocol == Protocol::Smtp, false]);
            assert!(whole.outcomes[1][0].is_permanent_failure());
            assert_eq!(whole.outcomes[2][1].reply().unwrap().code().get(), 452);
            assert_eq!(told[3..], [vec![false], vec![true; 5]]);
            for length in 1..60 {
                let cut = play(scene, &letters(), Fault::None, &[length]);
                assert_eq!(cut, whole, "{scene:?} in pieces of {length}");
            }
        }
    }
}

/// Whether a client can know that a reply is not its server's: nothing in SMTP says which command
/// one answers. A reply that is said twice shifts those after it, which the 354 of DATA brings to
/// light; BDAT has nothing like it. In LMTP the last replies are as many as the client believes to
/// be accepted.
fn is_told_apart(scene: Scene, fault: Fault) -> bool {
    match fault {
        Fault::None => true,
        Fault::Lost(_) | Fault::Replaced(..) => scene.protocol == Protocol::Smtp,
        Fault::Doubled(_) => scene.protocol == Protocol::Smtp && !scene.chunking,
    }
}

/// Each reply lost, said twice, or replaced: nobody is told that a message was taken that was not,
/// each recipient is told once, and a connection that is out of step is not used again.
#[test]
fn each_reply_with_each_fault() {
    const REPLACED: [&str; 10] = [
        "550 no\r\n",
        "450 no\r\n",
        "421 bye\r\n",
        "354 what\r\n",
        "junk\r\n",
        "999 x\r\n",
        "250-a\r\n550 b\r\n",
        "\r\n",
        "250",
        "550-a\r\n550 b\r\n",
    ];
    for scene in scenes(TlsPolicy::Never) {
        let replies = play(scene, &letters(), Fault::None, &[usize::MAX]).replies;
        for at in 0..replies {
            let replaced = REPLACED.map(|said| Fault::Replaced(at, said));
            for fault in [Fault::Lost(at), Fault::Doubled(at)].into_iter().chain(replaced) {
                for pieces in [&[usize::MAX][..], &[3, 17]] {
                    let result = play(scene, &letters(), fault, pieces);
                    if is_told_apart(scene, fault) {
                        check(scene, &letters(), &result, false);
                    }
                }
            }
        }
    }
}

fn letter() -> impl Strategy<Value = Letter> {
    let names = vec!["c@d", "late@f", "nobody@d", "full@d", "g@h"];
    (
        prop::sample::select(vec!["a@b", "spammer@b", "z@y"]),
        prop::sample::subsequence(names, 1..5),
        "([a-z.]{0,3}\r\n|\\.\r\n|REFUSE|\\.\\.){0,6}",
    )
        .prop_map(|(from, to, body)| Letter { from, to, body })
}

proptest! {
    #[test]
    fn any_letters_over_any_fragmentation(
        letters in prop::collection::vec(letter(), 0..5),
        pieces in prop::collection::vec(1_usize..60, 1..8),
        fault in prop_oneof![
            Just(Fault::None),
            (0_usize..30).prop_map(Fault::Lost),
            (0_usize..30).prop_map(Fault::Doubled),
            (0_usize..30).prop_map(|at| Fault::Replaced(at, "451 no\r\n")),
        ],
    ) {
        for scene in scenes(TlsPolicy::Never) {
            let result = play(scene, &letters, fault, &pieces);
            if is_told_apart(scene, fault) {
                check(scene, &letters, &result, matches!(fault, Fault::None));
            }
            if let Fault::None = fault {
                prop_assert_eq!(&play(scene, &letters, fault, &[usize::MAX]), &result);
                prop_assert_eq!(result.outcomes.len(), letters.len());
            }
        }
    }
}
