//! How long a session waits, and lasts.

use core::time::Duration;

use super::session::Session;
use super::state::State;
use super::transaction::Form;

impl Session {
    /// How long to wait for the client before [`timed_out`](Self::timed_out): the
    /// [`idle_timeout`](super::Limits::idle_timeout) of the configuration, in every state; and
    /// less, where [`time_passed`](Self::time_passed) is called, towards the end of the
    /// [longest session](super::Limits::session), and where a body comes more slowly than the
    /// [lowest rate](super::Limits::body_rate). Zero: now.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        let limits = &self.config.limits;
        let idle = limits.idle_timeout;
        let session = limits.session.map(|longest| longest.saturating_sub(millis(self.age)));
        let body = self.time_for_body().map(|time| time.saturating_sub(millis(self.body.time)));
        idle.min(session.unwrap_or(idle)).min(body.unwrap_or(idle))
    }

    /// Tells the session, which has no clock, that so much time has passed since the last call,
    /// or since its start. Who calls this after every read and every wait has the limits on the
    /// [session](super::Limits::session) and on the [rate](super::Limits::body_rate) of bodies
    /// kept: [`timeout`](Self::timeout) becomes shorter by them.
    pub fn time_passed(&mut self, time: Duration) {
        let time = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        self.age = self.age.saturating_add(time);
        if matches!(self.state(), State::Body | State::Chunks) {
            self.body.time = self.body.time.saturating_add(time);
        }
    }

    /// How long what has come of a body may take: at the lowest rate, and one time-out more.
    fn time_for_body(&self) -> Option<Duration> {
        let limits = &self.config.limits;
        let rate = u64::from(limits.body_rate?.get());
        if !matches!(self.state(), State::Body | State::Chunks) {
            return None;
        }
        let of_chunk = match self.transaction.form {
            Form::Dots => 0,
            Form::Chunk | Form::LastChunk => self.body.wire.saturating_sub(self.body.left),
        };
        let octets = self.body.octets.saturating_add(of_chunk);
        Some(limits.idle_timeout.saturating_add(Duration::from_secs(octets / rate)))
    }
}

fn millis(time: u32) -> Duration {
    Duration::from_millis(time.into())
}
