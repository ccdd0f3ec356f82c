//! Removing the files of messages that are gone, after the answer.

use std::{
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread::{self, JoinHandle},
};

use super::bodies::{Bodies, BodyId};

/// A thread that removes files, one after another. Dropping it waits until it
/// is done; what it does not come to, the next start removes.
#[derive(Debug)]
pub(super) struct Removal {
    queue: Option<Sender<Vec<BodyId>>>,
    thread: Option<JoinHandle<()>>,
}

impl Removal {
    pub(super) fn new(bodies: Arc<Bodies>) -> Self {
        let (queue, gone) = mpsc::channel::<Vec<BodyId>>();
        let remove = move || gone.iter().flatten().for_each(|body| bodies.remove(body));
        let thread = thread::Builder::new().name("removal".into()).spawn(remove).ok();
        Self { queue: Some(queue), thread }
    }

    /// Has the files of these removed.
    pub(super) fn remove(&self, gone: Vec<BodyId>) {
        if let (false, Some(queue)) = (gone.is_empty(), &self.queue) {
            // Without the thread, the next start removes them.
            let _ = queue.send(gone);
        }
    }
}

impl Drop for Removal {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
