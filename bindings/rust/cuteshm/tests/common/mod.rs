// SPDX-License-Identifier: MIT
//! A store of a test's own, which leaves nothing behind.
#![allow(dead_code)] // each test program uses a part of it

use cuteshm::{Error, Project, Store};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Deref;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct TestStore {
    store: Store,
    root: tempfile::TempDir,
    damaged: bool,
}

impl TestStore {
    pub fn new() -> TestStore {
        let root = tempfile::tempdir().unwrap();
        TestStore { store: Store::open(root.path().join("store")).unwrap(), root, damaged: false }
    }

    /// A store whose files the test will damage, so that unlinking does not find all segments.
    pub fn to_damage() -> TestStore {
        let mut store = TestStore::new();
        store.damaged = true;
        store
    }

    /// A folder for other files of the test.
    pub fn folder(&self) -> &Path {
        self.root.path()
    }

    /// Segments whose header (docs/format.md) names this store.
    pub fn segments(&self) -> Vec<PathBuf> {
        let root = self.folder().join("store").into_os_string().into_encoded_bytes();
        let is_ours = |path: &PathBuf| {
            let mut named = vec![0; root.len() + 1];
            let read = File::open(path).and_then(|file| file.read_exact_at(&mut named, 512));
            read.is_ok() && named.strip_prefix(&root[..]) == Some(&[0])
        };
        let all = std::fs::read_dir("/dev/shm").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
        all.filter(is_ours).collect()
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        for project in self.store.projects().unwrap_or_default() {
            let _ = self.store.unlink(&project.name);
        }
        let left = self.segments();
        left.iter().for_each(|segment| drop(std::fs::remove_file(segment)));
        assert!(left.is_empty() || self.damaged || std::thread::panicking(), "left behind: {left:?}");
    }
}

/// Where a segment can be seen.
pub fn segment_file(segment: &str) -> PathBuf {
    PathBuf::from("/dev/shm").join(segment)
}

/// The project's segment.
pub fn segment_of(project: &Project) -> PathBuf {
    segment_file(project.info().unwrap().segment)
}

/// The error of a call that must fail, in words that hold all of these.
#[track_caller]
pub fn words<T>(result: Result<T, Error>, wanted: &[&str]) -> Error {
    let error = result.err().expect("the call must fail");
    let text = error.to_string();
    for word in wanted {
        assert!(text.contains(word), "{word:?} is not in: {text}");
    }
    assert!(!text.contains('\n'), "more than one line: {text}");
    error
}

/// One test of this program, for another process, which takes the other branch of it.
pub fn this_test(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", test]).env("CUTESHM_TEST_CHILD", "1").stdout(Stdio::piped());
    command
}

pub fn is_child() -> bool {
    std::env::var_os("CUTESHM_TEST_CHILD").is_some()
}

/// [`this_test`], with `store` for its default store and a standard input that ends with the handle.
pub fn other_process(store: &TestStore, test: &str) -> Command {
    let mut command = this_test(test);
    command.env("CUTE_SHM_ROOT", store.root().unwrap()).stdin(Stdio::piped());
    command
}

/// Tells the parent to go on, among the lines that the test's runner prints.
pub fn ready() {
    println!("\nready");
}

pub fn wait_ready(child: &mut Child) {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "ready"), "the child ended before it was ready");
}
