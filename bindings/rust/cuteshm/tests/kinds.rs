// SPDX-License-Identifier: MIT
//! Every kind of thing that an HDF5 file can hold, loaded from Rust (feature `hdf5`), and strings, sequences and tables as
//! Rust has them. The file, and what is to be found in it, are told in tests/hdf5/hdf5_kinds.py.

mod common;

use common::{words, TestStore};
use cuteshm::{Be, Error, ExternalLinks, Hdf5Options, Part, Project, RaggedKind};
use ndarray::arr1;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/hdf5/kinds/kinds.h5");
const LINES: &str = include_str!("../../../../tests/hdf5/kinds/kinds.tsv");

fn load(store: &TestStore) -> Project {
    store.load_hdf5("kinds", FILE, Hdf5Options::new()).unwrap()
}

fn shape_text(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    if lengths.is_empty() {
        "-".to_string()
    } else {
        lengths.join(",")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares one line with what is there.
fn check(project: &Project, fields: &[&str]) {
    match *fields {
        ["group", path] => assert!(project.node(path).is_ok() && project.get(path).is_err(), "{path}"),
        ["array", path, dtype, shape, bytes] => {
            let array = project.get(path).unwrap();
            let found = (array.dtype(), shape_text(array.shape()), hex(array.bytes()));
            assert_eq!(found, (dtype, shape.to_string(), bytes.to_string()), "{path}");
        }
        ["attr", place, dtype, shape, bytes] => {
            let (path, name) = place.split_once('@').unwrap();
            let attribute = project.attr(path, name).unwrap();
            let found = (attribute.dtype(), shape_text(attribute.shape()), hex(attribute.bytes()));
            assert_eq!(found, (dtype, shape.to_string(), bytes.to_string()), "{place}");
        }
        ["skip", path, reason] => {
            let found = project.skipped().find(|(skipped, _)| *skipped == path);
            assert!(found.is_some_and(|(_, words)| words.contains(reason)), "{path}: {found:?}");
        }
        _ => panic!("{fields:?}"),
    }
}

#[test]
fn every_kind_of_thing_is_loaded_and_nothing_else() {
    let store = TestStore::new();
    let project = load(&store);
    let lines: Vec<Vec<&str>> = LINES.lines().map(|line| line.split('\t').collect()).collect();
    lines.iter().for_each(|fields| check(&project, fields));
    let count = |kinds: &[&str]| lines.iter().filter(|fields| kinds.contains(&fields[0])).count();
    assert_eq!(project.nodes().len(), count(&["group", "array"]));
    assert_eq!(project.nodes().map(|node| node.attrs().len()).sum::<usize>(), count(&["attr"]));
    assert_eq!(project.skipped().count(), count(&["skip"]));
    assert!(count(&["array"]) > 75 && count(&["attr"]) > 75);
}

#[test]
fn numbers_of_the_other_order_become_native() {
    let store = TestStore::new();
    let project = store.load_hdf5("kinds", FILE, Hdf5Options::new().native_endian(true)).unwrap();
    assert_eq!(project.get("numbers/big-i2").unwrap().view::<i16>().unwrap()[[1, 2]], 5);
    assert!(project.nodes().filter_map(|node| node.array().ok()).all(|array| !array.dtype().contains('>')));
}

#[test]
fn links_into_other_files_are_followed_where_that_is_asked_for() {
    let store = TestStore::new();
    let options = Hdf5Options::new().external_links(ExternalLinks::Folder);
    let project = store.load_hdf5("kinds", FILE, options).unwrap();
    assert_eq!(project.get("links/out").unwrap().view::<i32>().unwrap(), arr1(&[0, 1, 2]).into_dyn());
}

#[test]
fn a_file_that_was_left_open_is_refused_with_the_cure() {
    let store = TestStore::new();
    let left = FILE.replace("kinds.h5", "left_open.h5");
    assert!(matches!(words(store.load_hdf5("left", left, Hdf5Options::new()), &["h5clear -s"]), Error::Hdf5(_)));
}

#[test]
fn strings_are_read_where_they_lie() {
    let store = TestStore::new();
    let project = load(&store);
    let strings = project.ragged("texts/words").unwrap();
    assert_eq!((strings.kind(), strings.shape(), strings.len()), (RaggedKind::Utf8, &[3][..], 3));
    let texts = strings.texts().unwrap();
    assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "", "é€😀"]);
    let memory = project.bytes("texts/words/values").unwrap().as_ptr_range();
    assert!(memory.contains(&texts[2].as_ptr()), "not a copy");
    let latin = project.ragged("texts/latin").unwrap();
    assert_eq!(latin.bytes().unwrap().iter().collect::<Vec<_>>(), [&b"ok"[..], b"caf\xe9"]);
    assert!(matches!(words(latin.texts(), &["Utf8", "Bytes", "texts/latin"]), Error::Type { .. }));
    assert_eq!(project.ragged("texts/grid").unwrap().shape(), [2, 3]);
}

#[test]
fn sequences_are_slices() {
    let store = TestStore::new();
    let project = load(&store);
    let lists = project.ragged("texts/lists").unwrap();
    let sums: Vec<i16> =
        lists.slices::<Be<i16>>().unwrap().iter().map(|list| list.iter().map(|x| x.get()).sum()).collect();
    assert_eq!(sums, [3, 0]);
    words(lists.slices::<i16>(), &["<i2", ">i2"]);
    let outer = project.ragged("texts/lists of lists").unwrap();
    let inner = outer.values().ragged().unwrap();
    assert_eq!((outer.offsets(), inner.len()), (&[0i64, 2, 3][..], 3));
    assert_eq!(inner.slices::<i32>().unwrap().iter().collect::<Vec<_>>(), [&[0, 1][..], &[0], &[0, 1]]);
    words(outer.slices::<i32>(), &["texts/lists of lists/values", "not an array"]);
}

#[test]
fn tables_have_a_column_for_each_field() {
    let store = TestStore::new();
    let project = load(&store);
    let table = project.table("records/table").unwrap();
    assert_eq!((table.len(), table.shape()), (2, &[2][..]));
    assert_eq!(table.columns().map(|(name, _)| name).collect::<Vec<_>>(), ["id", "name", "xs", "to/at"]);
    let ids = table.column("id").unwrap().array().unwrap();
    assert_eq!(ids.view::<i32>().unwrap(), arr1(&[0, 1]).into_dyn());
    assert_eq!(table.column("xs").unwrap().ragged().unwrap().slices::<f64>().unwrap()[1], [0.0, 1.0]);
    let targets = table.column("to/at").unwrap().ragged().unwrap();
    assert_eq!((targets.shape(), &targets.texts().unwrap()[2]), (&[2, 2][..], "/target"));
    words(table.column("none"), &["records/table", "id, name, xs, to/at"]);
}

#[test]
fn a_part_is_what_it_is() {
    let store = TestStore::new();
    let project = load(&store);
    assert!(matches!(project.part("target"), Ok(Part::Array(_))));
    words(project.ragged("target"), &["target", "<i4", "a ragged array"]);
    words(project.table("texts/words"), &["texts/words", "Utf8", "a table"]);
    assert!(matches!(words(project.part("texts"), &["'texts' is a group"]), Error::BadType(_)));
}

#[test]
fn a_ragged_array_whose_parts_do_not_fit_is_refused() {
    let store = TestStore::new();
    let text = arr1(b"abc");
    for (kind, offsets) in [("utf8", [0, 2, 4]), ("utf8", [1, 2, 3]), ("sequence", [0, 5, 3]), ("odd", [0, 1, 3])] {
        let offsets = arr1(&offsets.map(i64::from));
        let made = store.create("p").overwrite(true).array("x/offsets", &offsets).array("x/values", &text);
        let made = made.attr("x", "cute_shm.ragged", kind).attr("x", "cute_shm.shape", [2i64]).publish().unwrap();
        let found = made.ragged("x").and_then(|ragged| ragged.slices::<u8>().map(|slices| slices.len()));
        words(found, &["'x'"]);
    }
}
