// SPDX-License-Identifier: MIT
//! However a process ends: what was to go with it goes, what others use stays, and its children hold nothing of it.

mod common;

use common::{is_child, other_process, ready, wait_ready, TestStore};
use cuteshm::{Error, Lifetime, Project, Store};
use ndarray::arr1;
use rustix::process::{getpid, kill_process, Signal};
use std::io::{BufRead, BufReader};
use std::mem::forget;
use std::process::{ChildStdin, Command, Stdio};

/// Ends this process; `project` lives meanwhile, where Rust does not drop it on the way.
fn end(way: &str, project: Project) {
    let array = project.get("x").unwrap();
    match way {
        "returns" => {}
        "forgets" => forget((project, array)),
        "panics" => panic!("on purpose"),
        "panics in a thread" => {
            std::thread::spawn(move || panic!("on purpose: {}", project.nodes().count())).join().unwrap()
        }
        "exits" => std::process::exit(3),
        "aborts" => std::process::abort(),
        "is killed" => kill_process(getpid(), Signal::KILL).unwrap(),
        _ => unreachable!("{way}"),
    }
}

const WAYS: [&str; 7] = ["returns", "forgets", "panics", "panics in a thread", "exits", "aborts", "is killed"];

/// A program of another kind that outlives the process that started it, and inherits what is not closed by exec. What is
/// closed may be so a moment after `spawn` has returned: only what the program says itself tells that it is a program.
#[expect(clippy::zombie_processes, reason = "this process ends before it")]
fn start_program_that_stays() {
    let mut command = Command::new("sh");
    command.args(["-c", "echo runs; exec cat > /dev/null"]).stderr(Stdio::null()).stdout(Stdio::piped());
    let program = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "runs\n");
}

/// What the child does: publishes or attaches, starts a program that stays, and ends.
fn live(role: &str, way: &str) {
    let store = Store::open_default().unwrap();
    let publish = |lifetime| store.create("mine").lifetime(lifetime).array("x", &arr1(&[1, 2])).publish().unwrap();
    let project = match role {
        "owner" => publish(Lifetime::Owner),
        "last user" => publish(Lifetime::LastUser),
        _ => store.attach("theirs").unwrap(),
    };
    start_program_that_stays();
    ready();
    end(way, project);
}

/// Runs the child in a role until it has ended in that way. The program that it started runs on until what is returned, its
/// standard input, is dropped.
fn run(store: &TestStore, role: &str, way: &str) -> ChildStdin {
    let mut command = other_process(store, "however_a_process_ends");
    let mut child =
        command.env("CUTESHM_TEST_ROLE", role).env("CUTESHM_TEST_WAY", way).stderr(Stdio::null()).spawn().unwrap();
    wait_ready(&mut child);
    let stdin = child.stdin.take().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.success(), ["returns", "forgets"].contains(&way), "{way}: {status}");
    stdin
}

#[test]
fn however_a_process_ends() {
    if is_child() {
        let read = |name| std::env::var(name).unwrap();
        return live(&read("CUTESHM_TEST_ROLE"), &read("CUTESHM_TEST_WAY"));
    }
    for way in WAYS {
        let store = TestStore::new();
        for role in ["owner", "last user"] {
            let _program = run(&store, role, way);
            let found = store.attach("mine");
            assert!(matches!(found, Err(Error::NotFound(_))), "{role} {way}: {found:?}");
            assert!(!store.manifest("mine").unwrap().exists(), "{role} {way}: the manifest is still there");
            assert!(store.segments().is_empty(), "{role} {way}: the memory is still there");
        }
        for lifetime in [Lifetime::Persistent, Lifetime::Owner, Lifetime::LastUser] {
            let seven = arr1(&[7]);
            let builder = store.create("theirs").overwrite(true).lifetime(lifetime).array("x", &seven);
            let theirs = builder.publish().unwrap();
            let _program = run(&store, "reader", way);
            assert!(theirs.is_current().unwrap(), "a reader {way}: the project is gone");
            let again = store.attach("theirs").unwrap();
            assert_eq!(again.get("x").unwrap().view::<i32>().unwrap()[0], 7, "a reader {way}");
        }
    }
}
