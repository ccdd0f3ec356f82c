//! The octets that types take, as a table that a test holds to.

use std::fmt::Write as _;

/// A type's name, the octets that it is to take, and those that it takes.
pub type Size = (&'static str, usize, usize);

/// Asserts that each type of `table` takes what is written there, no more and no less, so that the
/// table stays true; and that it has every type that the sources of `modules` re-export from this
/// crate, each after the name of its module (`server::Session`; the root has the empty name).
/// Traits and constants are not in it.
#[track_caller]
pub fn assert_sizes(table: &[Size], modules: &[(&str, &str)], traits: &[&str]) {
    let mut wrong = String::new();
    for (name, expected, now) in table {
        if expected != now {
            let _ = writeln!(wrong, "{name} takes {now} octets, and {expected} in the table");
        }
    }
    for (module, source) in modules {
        for name in re_exported(source) {
            let name = if module.is_empty() { name.into() } else { format!("{module}::{name}") };
            let known = table.iter().any(|(known, ..)| *known == name);
            if !known && !traits.contains(&&*name) {
                let _ = writeln!(wrong, "{name} is not in the table");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The names of types that `source` re-exports from modules of its own crate.
fn re_exported(source: &str) -> impl Iterator<Item = &str> {
    source
        .split("\npub use ")
        .skip(1)
        .filter_map(|item| item.split_once(';'))
        .map(|(item, _)| item)
        .filter(|item| !item.starts_with("mail_wire::") && !item.starts_with("bytes::"))
        .flat_map(|item| item.split(['{', '}', ',', ':']))
        .map(str::trim)
        .filter(|name| {
            let mut letters = name.chars();
            letters.next().is_some_and(char::is_uppercase) && letters.any(char::is_lowercase)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_the_crate_alone() {
        let source = "mod a;\npub use a::{Alpha, beta, GAMMA,\n    Delta};\npub use mail_wire::Text;\npub use b::c::Epsilon;\n";
        assert!(re_exported(source).eq(["Alpha", "Delta", "Epsilon"]));
    }

    #[test]
    #[should_panic(expected = "Alpha takes 1 octets, and 2 in the table\nBeta is not in the table")]
    fn what_differs_and_what_is_missing() {
        assert_sizes(&[("Alpha", 2, 1)], &[("", "\npub use a::{Alpha, Beta, Trait};")], &["Trait"]);
    }
}
