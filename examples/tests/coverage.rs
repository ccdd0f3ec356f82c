//! COVERAGE.md names files and tests that are there.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

/// All files in `directory` and below.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// The functions of a source of Rust, as they are written.
fn functions(source: &str) -> impl Iterator<Item = &str> {
    source.split("fn ").skip(1).filter_map(|behind| behind.split(['(', '<']).next())
}

#[test]
fn what_it_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let found =
        [files(&root.join("crates")).unwrap(), files(&root.join("examples")).unwrap()].concat();
    let mut tests = HashSet::new();
    for file in found.iter().filter(|file| file.extension().is_some_and(|kind| kind == "rs")) {
        let source = fs::read_to_string(file).unwrap();
        tests.extend(functions(&source).map(str::to_owned));
    }

    let coverage = fs::read_to_string(root.join("COVERAGE.md")).unwrap();
    let mut named = 0;
    // What stands between backticks: a file, a file and a test, or a test.
    for quoted in coverage.lines().flat_map(|line| line.split('`').skip(1).step_by(2)) {
        let (file, test) = match quoted.split_once(": ") {
            Some((file, test)) => (Some(file), Some(test)),
            None if quoted.contains('/') || quoted.ends_with(".rs") => (Some(quoted), None),
            None if quoted.contains('_') => (None, Some(quoted)),
            None => continue,
        };
        if let Some(file) = file {
            let is_it = |path: &PathBuf| path.to_string_lossy().replace('\\', "/").contains(file);
            assert!(found.iter().any(is_it), "there is no file {file}");
        }
        if let Some(test) = test {
            assert!(tests.contains(test), "there is no test {test}");
            named += 1;
        }
    }
    assert!(named > 100, "only {named} tests were found in the table");
}
