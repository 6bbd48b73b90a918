// SPDX-License-Identifier: MIT
//! Other processes: the examples, run as users run them.

mod common;

use common::{is_child, other_process, ready, wait_ready, TestStore};
use cuteshm::{Error, Lifetime};
use ndarray::{arr1, Array2};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

/// Cargo builds the examples with the tests, beside their folder.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is missing: cargo build --examples", program.display());
    program
}

fn run(store: &TestStore, name: &str, arguments: &[&str]) -> Output {
    let root = store.root().unwrap();
    // The library is found by the example's own rpath.
    let command =
        Command::new(example(name)).args(arguments).env("CUTE_SHM_ROOT", root).env_remove("LD_LIBRARY_PATH").output();
    command.unwrap()
}

#[test]
fn a_child_attaches_what_this_process_published() {
    let store = TestStore::new();
    let image = Array2::from_shape_fn((3, 4), |(y, x)| (x + y) as f32);
    let one = arr1(&[1u8]);
    let builder = store.create("run 7").array("b/image", &image).group("c").array("n", &one);
    let project = builder.publish().unwrap();
    let output = run(&store, "attach", &["run 7"]);
    let crc = crc32fast::hash(project.bytes("b/image").unwrap());
    let wanted = format!("b\tgroup\nb/image\t<f4\t(3, 4)\nc\tgroup\nn\t|u1\t(1)\ncrc32 b/image {crc:08x}\n");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), wanted);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.starts_with("rust: attached in ") && errors.ends_with(" us\n"), "{errors}");
    assert!(output.status.success());
    let output = run(&store, "attach", &["run 7", "n"]);
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("crc32 n a505df1b\n"));
}

#[test]
fn a_child_s_errors_name_the_store_and_near_matches() {
    let store = TestStore::new();
    store.create("run 7").publish().unwrap();
    let output = run(&store, "attach", &["run 8"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains("run 7") && errors.contains(store.root().unwrap().to_str().unwrap()), "{errors}");
    assert_eq!(run(&store, "attach", &[]).status.code(), Some(2));
}

#[test]
fn what_a_child_published_is_there_when_it_is_gone() {
    let store = TestStore::new();
    let output = run(&store, "produce", &["made"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let project = store.attach("made").unwrap();
    let image = project.get("camera/image").unwrap();
    assert_eq!(image.view::<f32>().unwrap()[[47, 63]], 2961.0);
    assert_eq!(project.get("names").unwrap().strings().unwrap()[[2]], "日本");
    assert_eq!(project.get("computed").unwrap().view::<i64>().unwrap()[[4097]], 1);
    assert!(project.origin("producer").unwrap().starts_with("produce (Rust"));
}

#[test]
fn a_project_lives_until_its_last_user() {
    if is_child() {
        let store = cuteshm::Store::open_default().unwrap();
        let x = arr1(&[1, 2]);
        let project = store.create("shared").lifetime(Lifetime::LastUser).array("x", &x).publish().unwrap();
        assert_eq!(project.info().unwrap().lifetime, Lifetime::LastUser);
        ready();
        std::io::stdin().read_line(&mut String::new()).unwrap();
        return;
    }
    let store = TestStore::new();
    let mut child = other_process(&store, "a_project_lives_until_its_last_user").spawn().unwrap();
    wait_ready(&mut child);
    let array = store.attach("shared").unwrap().get("x").unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert_eq!(store.projects().unwrap()[0].lifetime, Lifetime::LastUser);
    assert_eq!(array.view::<i32>().unwrap().sum(), 3);
    drop(array);
    // At once, or by this look: a child that another test's thread is just making has the lease until it is exec'ed.
    assert!(matches!(store.attach("shared"), Err(Error::NotFound(_))));
    assert!(!store.manifest("shared").unwrap().exists());
}

#[test]
fn a_process_waits_for_what_another_publishes() {
    if is_child() {
        let store = cuteshm::Store::open_default().unwrap();
        let project = store.attach("p").unwrap();
        ready();
        project.wait_newer(Some(Duration::from_secs(60))).unwrap();
        assert!(!project.is_current().unwrap());
        assert_eq!(store.attach("p").unwrap().get("x").unwrap().view::<i32>().unwrap()[0], 2);
        return;
    }
    let store = TestStore::new();
    let old = store.create("p").array("x", &arr1(&[1])).publish().unwrap();
    let mut child = other_process(&store, "a_process_waits_for_what_another_publishes").spawn().unwrap();
    wait_ready(&mut child);
    let new = store.create("p").overwrite(true).array("x", &arr1(&[2])).publish().unwrap();
    assert!(child.wait().unwrap().success());
    old.wait_newer(None).unwrap();
    for timeout in [Duration::ZERO, Duration::from_millis(20)] {
        assert!(matches!(new.wait_newer(Some(timeout)), Err(Error::TimedOut(_))));
    }
    store.unlink("p").unwrap();
    new.wait_newer(Some(Duration::MAX)).unwrap();
}

#[test]
fn the_conformance_program_agrees_with_itself_and_sees_differences() {
    let store = TestStore::new();
    let root = store.root().unwrap().to_str().unwrap().to_string();
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/conformance/cases.tsv");
    for command in ["write", "read"] {
        let output = run(&store, "conform", &[command, &root, "c", cases]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && said.starts_with("ok "),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let changed = store.folder().join("changed.tsv");
    let text =
        std::fs::read_to_string(cases).unwrap().replacen("types/b1\t|b1\t3\tC\t1 0 1", "types/b1\t|b1\t3\tC\t1 1 1", 1);
    std::fs::write(&changed, text).unwrap();
    let output = run(&store, "conform", &["read", &root, "c", changed.to_str().unwrap()]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), said.as_str()),
        (Some(1), "types/b1[1]: wanted true, found false\nfailed: 1 mismatches\n")
    );
}
