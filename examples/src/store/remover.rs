//! Removing files while others go on.

use std::{
    fs,
    path::PathBuf,
    sync::mpsc::{Sender, channel},
    thread::{self, JoinHandle},
};

/// Removes files on a thread of its own, so that nobody waits for it: an EXPUNGE of
/// 10,000 messages is answered before their files are gone.
#[derive(Debug)]
pub(super) struct Remover {
    queue: Option<Sender<PathBuf>>,
    thread: Option<JoinHandle<()>>,
}

impl Remover {
    pub(super) fn new() -> Self {
        let (queue, files) = channel::<PathBuf>();
        let remove_all = move || files.into_iter().for_each(|file| drop(fs::remove_file(file)));
        let thread = thread::Builder::new().name("remover".into()).spawn(remove_all).ok();
        Self { queue: Some(queue), thread }
    }

    /// Removes a file soon. That it may fail does no harm: the next start removes what
    /// is left.
    pub(super) fn remove(&self, file: PathBuf) {
        let Some(queue) = &self.queue else { return };
        // Without the thread it is done here.
        if let Err(unsent) = queue.send(file) {
            drop(fs::remove_file(unsent.0));
        }
    }
}

/// Waits until all is removed.
impl Drop for Remover {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_removed_before_it_ends() {
        let directory = tempfile::tempdir().unwrap();
        let files: Vec<_> = (0..100).map(|at| directory.path().join(at.to_string())).collect();
        files.iter().for_each(|file| fs::write(file, "x").unwrap());
        let remover = Remover::new();
        files.into_iter().for_each(|file| remover.remove(file));
        drop(remover);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
