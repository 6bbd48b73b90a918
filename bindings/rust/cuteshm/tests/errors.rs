// SPDX-License-Identifier: MIT
//! What a user meets, in its words: the variant, the object, what was wanted, what was found.

mod common;

use common::{segment_of, words, TestStore};
use cuteshm::{Dtype, Error, Order, Store};
use ndarray::arr1;
use std::error::Error as _;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;

macro_rules! fails {
    ($call:expr, $variant:ident, $($word:expr),+) => {{
        let error = words($call, &[$($word),+]);
        assert!(matches!(error, Error::$variant(..)), "{error:?}");
        error
    }};
}

fn with_project() -> TestStore {
    let store = TestStore::to_damage();
    store.create("measurement").array("g/x", &arr1(&[1.0; 100])).publish().unwrap();
    store
}

/// Overwrites bytes of the project's segment.
fn damage(store: &Store, offset: u64, bytes: &[u8]) {
    let segment = segment_of(&store.attach("measurement").unwrap());
    OpenOptions::new().write(true).open(segment).unwrap().write_all_at(bytes, offset).unwrap();
}

#[test]
fn an_unknown_project_names_the_store_and_near_matches() {
    let store = with_project();
    let root = store.root().unwrap();
    fails!(store.attach("measurment"), NotFound, "\"measurment\"", root.to_str().unwrap(), "\"measurement\"");
    fails!(store.unlink("measurment"), NotFound, "\"measurment\"", "\"measurement\"");
}

#[test]
fn an_unknown_node_names_what_is_missing() {
    let project = with_project().attach("measurement").unwrap();
    fails!(project.get("g/y"), NotFound, "\"measurement\"", "\"y\"", "\"g\"");
    fails!(project.node("h/x"), NotFound, "\"h\"");
    fails!(project.attr("g", "unit"), NotFound, "unit");
    fails!(project.get("g"), BadType, "g", "group");
    fails!(project.get("g/\0"), BadName, "NUL", "at 2");
}

#[test]
fn a_project_that_exists_is_untouched() {
    let store = with_project();
    fails!(store.create("measurement").publish(), Exists, "\"measurement\"");
    assert_eq!(store.attach("measurement").unwrap().get("g/x").unwrap().len(), 100);
}

#[test]
fn names_that_are_not_allowed() {
    let store = TestStore::new();
    for name in ["", "a/b", ".hidden", &"x".repeat(201)] {
        fails!(store.create(name).publish(), BadName, "name");
        fails!(store.attach(name), BadName, "name");
    }
    fails!(store.attach("a\0b"), BadName, "\"a\\0b\"", "NUL");
    fails!(store.create("p").group("a//b").publish(), BadName, "a//b");
    fails!(store.create("p").group(&"n".repeat(1025)).publish(), BadName, "1024");
}

#[test]
fn a_dtype_that_is_not_understood() {
    let store = TestStore::new();
    fails!(Dtype::parse("<f3"), BadType, "<f3");
    fails!(Dtype::parse(r#"[["x","<f8"],["x","<f8"]]"#), BadType, "x");
    fails!(store.create("p").reserve("x", "float", &[1], Order::C).publish(), BadType, "float");
}

#[test]
fn not_enough_shared_memory_says_how_much() {
    let store = TestStore::new();
    let error = fails!(store.create("p").reserve("x", "|u1", &[1 << 50], Order::C).publish(), NoSpace, "free");
    assert!(error.to_string().contains(|digit: char| digit.is_ascii_digit()), "{error}");
    assert!(store.projects().unwrap().is_empty());
    fails!(store.create("p").reserve("x", "<f8", &[1 << 40, 1 << 40], Order::C).publish(), Limit, "x");
    fails!(store.create("p").reserve("x", "<f8", &[usize::MAX], Order::C).publish(), InvalidArgument, "length");
}

#[test]
fn bytes_that_do_not_fit_the_shape() {
    let store = TestStore::new();
    let few = store.create("p").array_raw("x", "<f8", &[2], Order::C, &[0; 8]).publish();
    fails!(few, InvalidArgument, "'x'", "[2]", "16 bytes", "8 were given");
    let value = cuteshm::Value::raw("<f8", &[2], &[0; 8]);
    fails!(store.create("p").attr("", "a", value).publish(), InvalidArgument, "a", "16", "8");
}

#[test]
fn a_node_that_was_not_declared() {
    let store = TestStore::new();
    fails!(store.create("p").attr("x", "a", 1).publish(), NotFound, "x");
    let array = arr1(&[1]);
    fails!(store.create("p").array("x", &array).array("x/y", &array).publish(), Exists, "x");
    fails!(store.create("p").attr("", "a", 1).attr("", "a", 1).publish(), Exists, "a");
}

#[test]
fn a_truncated_segment() {
    let store = with_project();
    let segment = segment_of(&store.attach("measurement").unwrap());
    OpenOptions::new().write(true).open(segment).unwrap().set_len(100).unwrap();
    fails!(store.attach("measurement"), Corrupt, "100");
}

#[test]
fn a_wrong_magic() {
    let store = with_project();
    damage(&store, 0, b"NOTOURS\n");
    fails!(store.attach("measurement"), Corrupt, "cute-shm.measurement.");
}

#[test]
fn a_newer_format() {
    let store = with_project();
    damage(&store, 8, &[2, 0]);
    fails!(store.attach("measurement"), Version, "2");
}

#[test]
fn a_damaged_index() {
    let store = with_project();
    damage(&store, 4096 + 200, &[0xFF; 64]);
    fails!(store.attach("measurement"), Corrupt, "index");
}

#[test]
fn a_manifest_of_another_generation() {
    let store = with_project();
    let manifest = store.manifest("measurement").unwrap();
    let old = fs::read_to_string(&manifest).unwrap();
    store.create("measurement").overwrite(true).publish().unwrap();
    let new = fs::read_to_string(&manifest).unwrap();
    let generation = |text: &str| text.lines().find(|line| line.starts_with("generation")).unwrap().to_string();
    fs::write(&manifest, new.replace(&generation(&new), &generation(&old))).unwrap();
    fails!(store.attach("measurement"), Generation, "generation");
}

#[test]
fn a_damaged_manifest_is_listed_with_what_is_wrong() {
    let store = with_project();
    let manifest = store.manifest("measurement").unwrap();
    fs::write(&manifest, "not: [a manifest").unwrap();
    fails!(store.attach("measurement"), Corrupt, "cute-shm.measurement.yaml");
    let listed = store.projects().unwrap();
    assert!(matches!(listed[0].problem, Some(Error::Corrupt(_))), "{listed:?}");
    fs::remove_file(&manifest).unwrap();
    assert!(store.attach("measurement").is_err() || store.unlink("measurement").is_ok());
}

#[test]
fn a_segment_that_is_gone() {
    let store = with_project();
    fs::remove_file(segment_of(&store.attach("measurement").unwrap())).unwrap();
    let error = fails!(store.attach("measurement"), NotFound, "measurement");
    assert!(store.unlink("measurement").is_ok(), "{error}");
}

#[test]
fn a_root_that_is_a_symlink_or_no_directory() {
    let store = TestStore::new();
    let (link, file) = (store.folder().join("link"), store.folder().join("file"));
    std::os::unix::fs::symlink(store.folder(), &link).unwrap();
    fs::write(&file, "").unwrap();
    fails!(Store::open(&link).and_then(|store| store.create("p").publish()), Permission, "link", "symbolic link");
    fails!(Store::open(&file).and_then(|store| store.create("p").publish()), BadName, "file");
    fails!(Store::open("a\0b"), BadName, "NUL");
}

#[test]
fn a_system_call_s_own_error_is_the_source() {
    let store = with_project();
    fs::remove_file(segment_of(&store.attach("measurement").unwrap())).unwrap();
    let error = store.attach("measurement").err().unwrap();
    if let Some(os) = error.failure().unwrap().os_error() {
        assert_eq!(error.source().unwrap().to_string(), os.to_string());
    }
    let error = Store::open(store.folder()).unwrap().attach("p").err().unwrap();
    assert_eq!(error.to_string(), error.failure().unwrap().message());
}
