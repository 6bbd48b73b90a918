// SPDX-License-Identifier: MIT
//! Loading and saving HDF5 files (feature `hdf5`).
//!
//! data/small.h5 was written by h5py with `libver="earliest"`: attribute title="small"; x = arange(6, dtype=">i2") as
//! 2 x 3 with unit="mm"; g/y = arange(1000.) in chunks of 100, shuffled and deflated; g/words of HDF5's time type, which
//! cannot be represented.

mod common;

use common::{words, TestStore};
use cuteshm::{hdf5_nbytes, hdf5_version, Be, Error, Hdf5Options, Hdf5SaveOptions, Lifetime, Mode, Project};
use ndarray::{arr2, Array1};
use std::ops::ControlFlow;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/small.h5");
const DEADLY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/deadly.h5");

#[test]
fn a_file_becomes_a_project() {
    let store = TestStore::new();
    let options = Hdf5Options::new().lifetime(Lifetime::Owner).producer("me (1)");
    let project = store.load_hdf5("small", SMALL, options).unwrap();
    assert_eq!(project.mode(), Mode::ReadOnly);
    assert_eq!(project.info().unwrap().lifetime, Lifetime::Owner);
    let x = project.get("x").unwrap();
    let values = x.view::<Be<i16>>().unwrap().mapv(|value| value.get());
    assert_eq!(values, arr2(&[[0, 1, 2], [3, 4, 5]]).into_dyn());
    assert_eq!(
        project.get("g/y").unwrap().view::<f64>().unwrap(),
        Array1::from_iter((0..1000).map(f64::from)).into_dyn()
    );
    assert_eq!(project.attr("", "title").unwrap().text().unwrap(), "small");
    assert_eq!(project.attr("x", "unit").unwrap().text().unwrap(), "mm");
    assert_eq!(project.origin("producer"), Some("me (1)"));
    assert_eq!(hdf5_nbytes(SMALL, Hdf5Options::new()).unwrap(), 12 + 8000);
    assert_eq!(hdf5_nbytes(SMALL, Hdf5Options::new().exclude("g").isolate(true)).unwrap(), 12);
    assert!(hdf5_version().starts_with("1.") || hdf5_version().starts_with("2."));
}

#[test]
fn only_what_is_selected_is_loaded() {
    let store = TestStore::new();
    let options = Hdf5Options::new().select("g").select("x").exclude("**/words").max_bytes_per_dataset(100);
    let project = store.load_hdf5("small", SMALL, options.threads(1).strict(true)).unwrap();
    assert!(project.get("x").is_ok() && project.get("g/y").is_err());
    assert_eq!(project.skipped().count(), 0);
    assert_eq!(project.origin("hdf5.select"), Some("g\nx"));
    let nothing = store.load_hdf5("nothing", SMALL, Hdf5Options::new().select("no/such"));
    assert!(matches!(nothing, Err(Error::NotFound(_))));
}

#[test]
fn a_file_becomes_a_sealed_project() {
    let store = TestStore::new();
    let fd = store.load_hdf5("small", SMALL, Hdf5Options::new().sealed(true)).unwrap().export_fd().unwrap();
    let project = Project::from_fd(fd).unwrap();
    assert_eq!(project.get("g/y").unwrap().view::<f64>().unwrap()[999], 999.0);
    assert!(project.info().unwrap().sealed && store.projects().unwrap().is_empty());
    for (options, word) in [
        (Hdf5Options::new().overwrite(true), "overwrite"),
        (Hdf5Options::new().lifetime(Lifetime::Persistent), "lifetime"),
    ] {
        let error = words(store.load_hdf5("small", SMALL, options.sealed(true)), &["'small'", "sealed", word]);
        assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
    }
}

#[test]
fn what_cannot_be_represented_is_told_or_refused() {
    let store = TestStore::new();
    let project = store.load_hdf5("small", SMALL, Hdf5Options::new()).unwrap();
    let skipped: Vec<(&str, &str)> = project.skipped().collect();
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert!(skipped[0].0.contains("g/words") && !skipped[0].1.is_empty(), "{skipped:?}");
    let error = words(store.load_hdf5("strict", SMALL, Hdf5Options::new().strict(true)), &["g/words"]);
    assert!(matches!(error, Error::Unsupported(_)), "{error:?}");
    words(store.attach("strict"), &["strict"]);
}

#[test]
fn a_file_that_another_process_reads_is_the_same_project() {
    let store = TestStore::new();
    let mut seen = Vec::new();
    let options = Hdf5Options::new().isolate(true).progress(|done, total| {
        seen.push((done, total));
        ControlFlow::Continue(())
    });
    let project = store.load_hdf5("small", SMALL, options).unwrap();
    let here = store.load_hdf5("here", SMALL, Hdf5Options::new()).unwrap();
    let values = |project: &Project| project.get("g/y").unwrap().view::<f64>().unwrap().to_owned();
    assert_eq!(values(&project), values(&here));
    assert_eq!(project.attr("x", "unit").unwrap().text().unwrap(), "mm");
    assert!(project.skipped().eq(here.skipped()));
    assert_eq!(seen.first().unwrap().0, 0); // of how much is not known yet where the other process is slow to tell
    assert_eq!(seen.last(), Some(&(8012, 8012)));
}

/// In data/deadly.h5 the tree of the group "group" has itself as a branch: HDF5 climbs it until it has no stack left.
#[test]
fn a_file_that_kills_hdf5_is_an_error_that_names_the_object() {
    let store = TestStore::new();
    let load = |options: Hdf5Options| store.load_hdf5("p", DEADLY, options.isolate(true));
    let error = words(load(Hdf5Options::new()), &["deadly.h5", "crashed", "'group'"]);
    assert!(matches!(error, Error::Hdf5(_)), "{error:?}");
    assert!(store.projects().unwrap().is_empty() && store.segments().is_empty());
    let project = load(Hdf5Options::new().exclude("group")).unwrap();
    assert_eq!(project.get("good").unwrap().view::<i64>().unwrap().sum(), 3);
}

#[test]
fn progress_may_cancel_and_panic_while_another_process_reads() {
    let store = TestStore::new();
    let options = Hdf5Options::new().isolate(true).progress(|_, _| ControlFlow::Break(()));
    let error = words(store.load_hdf5("p", SMALL, options), &["cancelled"]);
    assert!(matches!(error, Error::Cancelled(_)), "{error:?}");
    let options = Hdf5Options::new().isolate(true).progress(|_, _| panic!("on purpose"));
    catch_unwind(AssertUnwindSafe(|| store.load_hdf5("p", SMALL, options))).unwrap_err();
    assert!(store.projects().unwrap().is_empty() && store.segments().is_empty());
}

#[test]
fn progress_goes_from_nothing_to_all() {
    let store = TestStore::new();
    let mut seen = Vec::new();
    let options = Hdf5Options::new().progress(|done, total| {
        seen.push((done, total));
        ControlFlow::Continue(())
    });
    store.load_hdf5("small", SMALL, options).unwrap();
    assert_eq!((seen.first(), seen.last()), (Some(&(0, 8012)), Some(&(8012, 8012))));
    assert!(seen.windows(2).all(|pair| pair[0].0 <= pair[1].0));
}

#[test]
fn progress_may_cancel() {
    let store = TestStore::new();
    let options = Hdf5Options::new().progress(|_, _| ControlFlow::Break(()));
    let error = words(store.load_hdf5("small", SMALL, options), &["cancelled"]);
    assert!(matches!(error, Error::Cancelled(_)), "{error:?}");
    assert!(store.projects().unwrap().is_empty());
}

#[test]
fn a_panic_in_progress_goes_on_after_the_library_has_cleaned_up() {
    let store = TestStore::new();
    let load = || {
        let options = Hdf5Options::new().progress(|_, _| panic!("on purpose"));
        store.load_hdf5("small", SMALL, options)
    };
    let panic = catch_unwind(AssertUnwindSafe(load)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
    assert!(store.projects().unwrap().is_empty());
    store.load_hdf5("small", SMALL, Hdf5Options::new()).unwrap();
}

#[test]
fn files_that_cannot_be_loaded() {
    let store = TestStore::new();
    let load = |file: &Path| store.load_hdf5("p", file, Hdf5Options::new());
    let missing = store.folder().join("missing.h5");
    assert!(matches!(words(load(&missing), &["missing.h5"]), Error::NotFound(_)));
    let bytes = std::fs::read(SMALL).unwrap();
    let [text, cut] = ["text.h5", "cut.h5"].map(|name| store.folder().join(name));
    std::fs::write(&text, "not HDF5").unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(words(load(&text), &["text.h5", "HDF5"]), Error::Hdf5(_)));
    assert!(matches!(words(load(&cut), &["cut.h5"]), Error::Hdf5(_)));
    assert!(hdf5_nbytes(&text, Hdf5Options::new()).is_err());
    assert!(store.projects().unwrap().is_empty());
}

#[test]
fn a_project_that_exists_is_replaced_only_when_asked() {
    let store = TestStore::new();
    store.create("small").attr("", "old", true).publish().unwrap();
    let error = words(store.load_hdf5("small", SMALL, Hdf5Options::new()), &["\"small\""]);
    assert!(matches!(error, Error::Exists(_)), "{error:?}");
    assert!(store.attach("small").unwrap().attr("", "old").is_ok());
    let project = store.load_hdf5("small", SMALL, Hdf5Options::new().overwrite(true)).unwrap();
    assert!(project.is_current().unwrap() && project.attr("", "old").is_err());
}

#[test]
fn a_project_saved_and_loaded_again_is_the_same() {
    let store = TestStore::new();
    let folder = store.root().unwrap().join("files");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("saved.h5");
    let project = store.load_hdf5("small", SMALL, Hdf5Options::new()).unwrap();
    let mut last = (1, 0);
    let options = Hdf5SaveOptions::new().deflate(4).threads(2).progress(|done, total| {
        last = (done, total);
        ControlFlow::Continue(())
    });
    project.save_hdf5(&file, options).unwrap();
    assert!(last.0 == last.1 && last.0 >= 8012, "{last:?}");
    let again = store.load_hdf5("again", &file, Hdf5Options::new().strict(true)).unwrap();
    for path in ["x", "g/y"] {
        assert_eq!(again.get(path).unwrap().dtype(), project.get(path).unwrap().dtype());
    }
    assert_eq!(
        again.get("g/y").unwrap().view::<f64>().unwrap(),
        Array1::from_iter((0..1000).map(f64::from)).into_dyn()
    );
    assert_eq!(again.attr("x", "unit").unwrap().text().unwrap(), "mm");
}

#[test]
fn a_save_that_fails_leaves_what_was_there() {
    let store = TestStore::new();
    let folder = store.root().unwrap().join("files");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("saved.h5");
    std::fs::write(&file, "old").unwrap();
    let project = store.load_hdf5("small", SMALL, Hdf5Options::new()).unwrap();
    assert!(matches!(words(project.save_hdf5(&file, Hdf5SaveOptions::new()), &["saved.h5"]), Error::Exists(_)));
    let options = Hdf5SaveOptions::new().overwrite(true).progress(|_, _| ControlFlow::Break(()));
    assert!(matches!(words(project.save_hdf5(&file, options), &["cancelled"]), Error::Cancelled(_)));
    let options = Hdf5SaveOptions::new().overwrite(true).progress(|_, _| panic!("mine"));
    catch_unwind(AssertUnwindSafe(|| project.save_hdf5(&file, options))).unwrap_err();
    let options = Hdf5SaveOptions::new().overwrite(true).deflate(10);
    assert!(matches!(words(project.save_hdf5(&file, options), &["10"]), Error::InvalidArgument(_)));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}
