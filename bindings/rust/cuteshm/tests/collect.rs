// SPDX-License-Identifier: MIT
//! What the dead have left, what a cleaner took, and whom a store is shared with.

mod common;

use common::{is_child, other_process, segment_file, segment_of, words, TestStore};
use cuteshm::{Access, Error, Leftover, Lifetime, Store};
use ndarray::{arr1, Array1};
use rustix::process::{getgid, getpid, kill_process, Signal};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Another process publishes its own and is killed at once.
fn orphan(store: &TestStore) {
    let status = other_process(store, "what_the_dead_have_left_is_told_then_removed").spawn().unwrap().wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
}

fn names(leftovers: &[Leftover]) -> Vec<&str> {
    let mut names: Vec<&str> = leftovers.iter().map(|left| left.project.as_deref().unwrap_or_default()).collect();
    names.sort_unstable();
    names
}

#[test]
fn what_the_dead_have_left_is_told_then_removed() {
    if is_child() {
        let (store, zeros) = (Store::open_default().unwrap(), Array1::<u8>::zeros(10_000));
        let _orphan = store.create("orphan").lifetime(Lifetime::Owner).array("x", &zeros).publish().unwrap();
        kill_process(getpid(), Signal::KILL).unwrap();
    }
    let store = TestStore::new();
    assert!(store.collect().unwrap().is_empty());
    let one = arr1(&[1]);
    let alive = store.create("alive").array("x", &one).publish().unwrap();
    let lost = segment_of(&store.create("lost").array("x", &one).publish().unwrap());
    let draft = store.create("draft").array("x", &one).allocate().unwrap();
    orphan(&store);
    fs::remove_file(lost).unwrap();

    let found = store.collect_dry_run().unwrap();
    assert_eq!(names(&found), ["lost", "orphan"], "{found:?}");
    let orphan = found.iter().find(|left| left.project.as_deref() == Some("orphan")).unwrap();
    assert!(orphan.nbytes >= 10_000 && orphan.problem.is_none() && !orphan.reason.is_empty(), "{orphan:?}");
    let (manifest, segment) = (orphan.manifest.as_deref().unwrap(), segment_file(orphan.segment.as_deref().unwrap()));
    assert!(manifest.exists() && segment.exists());

    let removed = store.collect().unwrap();
    assert_eq!(names(&removed), ["lost", "orphan"], "{removed:?}");
    assert!(!manifest.exists() && !segment.exists() && !store.manifest("lost").unwrap().exists());
    assert!(store.collect().unwrap().is_empty() && alive.is_current().unwrap());
    draft.publish().unwrap();
}

#[test]
fn lost_manifests_are_brought_back() {
    let store = TestStore::new();
    let one = arr1(&[1]);
    for name in ["whole", "swept", "broken", "met"] {
        store.create(name).array("x", &one).publish().unwrap();
    }
    let manifest = |name| store.manifest(name).unwrap();
    fs::remove_file(manifest("swept")).unwrap();
    fs::write(manifest("broken"), "not: [a manifest").unwrap();
    let repaired = store.repair(Some("broken")).unwrap();
    assert_eq!(repaired.iter().map(|one| one.project.as_str()).collect::<Vec<_>>(), ["broken"]);
    assert!(!manifest("swept").exists());
    let repaired = store.repair(None).unwrap();
    assert_eq!(repaired.len(), 1, "{repaired:?}");
    assert_eq!((repaired[0].project.as_str(), &repaired[0].manifest), ("swept", &manifest("swept")));
    assert!(!repaired[0].reason.is_empty() && repaired[0].problem.is_none() && repaired[0].nbytes > 0, "{repaired:?}");
    assert!(segment_file(&repaired[0].segment).exists() && store.repair(None).unwrap().is_empty());
    fs::remove_file(manifest("met")).unwrap();
    for name in ["whole", "swept", "broken", "met"] {
        assert_eq!(store.attach(name).unwrap().get("x").unwrap().view::<i32>().unwrap()[0], 1, "{name}");
        assert!(manifest(name).exists(), "{name}");
    }
    store.unlink("swept").unwrap();
    assert!(matches!(words(store.repair(Some("swept")), &["swept"]), Error::NotFound(_)));
    assert!(matches!(store.repair(Some("a/b")), Err(Error::BadName(_))));
}

#[test]
fn who_is_attached_shows_in_the_listing() {
    let store = TestStore::new();
    let project = store.create("p").array("x", &arr1(&[1])).publish().unwrap();
    let in_use = || store.projects().unwrap()[0].in_use;
    let array = project.get("x").unwrap();
    drop(project);
    assert!(in_use());
    drop(array);
    // A child that another test's thread is just making has the attachment until it is exec'ed.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while in_use() {
        assert!(std::time::Instant::now() < until, "nobody has it attached");
    }
}

/// Permissions and group of a file.
fn rights(path: &Path) -> (u32, u32) {
    let found = fs::metadata(path).unwrap();
    (found.mode() & 0o7777, found.gid())
}

#[test]
fn a_store_is_shared_with_a_group() {
    let group = getgid().as_raw();
    let named = group.to_string();
    let cases = [
        (named.as_str(), Access::Read, 0o2750, 0o640),
        (named.as_str(), Access::ReadWrite, 0o2770, 0o660),
        ("", Access::ReadWrite, 0o700, 0o600),
    ];
    for (name, access, of_root, of_file) in cases {
        let folder = TestStore::new();
        let root = folder.folder().join("store");
        let store = Store::options().root(&root).group(name, access).open().unwrap();
        let project = store.create("p").publish().unwrap();
        assert_eq!(rights(&root), (of_root, group), "{access:?}");
        assert_eq!(rights(&store.manifest("p").unwrap()), (of_file, group), "{access:?}");
        assert_eq!(rights(&segment_of(&project)), (of_file, group), "{access:?}");
        store.unlink("p").unwrap();
    }
    let nobody = Store::options().root("/nowhere").group("no-such-group", Access::Read).open();
    assert!(matches!(words(nobody, &["no-such-group"]), Error::NotFound(_)));
    assert!(Store::options().group("a\0b", Access::Read).open().is_err());
}
