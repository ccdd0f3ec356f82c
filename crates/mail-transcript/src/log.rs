//! A wire log that keeps what it shows.

use std::sync::{Arc, Mutex, PoisonError};

use mail_wire::WireLog;

/// The lines of a wire log. A clone has the same lines.
#[derive(Clone, Debug, Default)]
pub struct LogLines(Arc<Mutex<Vec<String>>>);

impl LogLines {
    /// A log that adds to the lines.
    #[must_use]
    pub fn log(&self) -> WireLog {
        let lines = Arc::clone(&self.0);
        WireLog::new(move |line| {
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_string());
        })
    }

    /// The lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Asserts that no line of a wire log shows one of `secrets`.
///
/// # Panics
/// Where a line shows one.
#[track_caller]
pub fn assert_hidden<S: AsRef<str>>(secrets: &[S], lines: &[String]) {
    for secret in secrets.iter().map(AsRef::as_ref) {
        let shown = lines.iter().find(|line| line.contains(secret));
        assert_eq!(shown, None, "it shows {secret}: {lines:#?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_wire::Direction;

    #[test]
    fn lines_are_kept() {
        let lines = LogLines::default();
        lines.log().lines(Direction::Received, b"PASS tanstaaf\r\n");
        assert_eq!(lines.lines(), ["< PASS tanstaaf"]);
        assert_hidden(&["secret"], &lines.lines());
    }

    #[test]
    #[should_panic(expected = "it shows tanstaaf")]
    fn a_secret_is_seen() {
        let lines = LogLines::default();
        lines.log().lines(Direction::Received, b"PASS tanstaaf\r\n");
        assert_hidden(&["tanstaaf"], &lines.lines());
    }
}
