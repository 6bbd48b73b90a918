// SPDX-License-Identifier: MIT
//! Structured elements: by the fields' names, and as structs of one's own.

mod common;

use common::{words, TestStore};
use cuteshm::{record, Be, Bool8, Bytes, Datetime64, Order, Project};
use ndarray::{arr1, arr2, Array1};

record! {
    /// Padded as C pads it: three bytes after `tag`, four at the end.
    #[derive(Debug, PartialEq)]
    #[repr(C)]
    struct Padded {
        tag: u8,
        count: i32,
        weight: f64,
        ok: Bool8,
    }
}

const PADDED: &str = r#"[["tag","|u1"],["","|V3"],["count","<i4"],["weight","<f8"],["ok","|b1"],["","|V7"]]"#;

record! {
    #[derive(Debug, PartialEq)]
    #[repr(C, packed)]
    struct Point {
        x: Be<f32>,
        name: Bytes<3>,
    }
}

record! {
    #[derive(Debug, PartialEq)]
    #[repr(C, packed)]
    struct Packed {
        flag: u8,
        points: [Point; 2],
        matrix: [[i16; 3]; 2],
        time: Datetime64 = "time of flight",
    }
}

const PACKED: &str = concat!(
    r#"[["flag","|u1"],["points",[["x",">f4"],["name","|S3"]],[2]],"#,
    r#"["matrix","<i2",[2,3]],["time of flight","<M8[ns]"]]"#
);

fn packed(flag: u8) -> Packed {
    let point = |x: f32, name: &str| Point { x: x.into(), name: name.try_into().unwrap() };
    let matrix = [[1, 2, 3], [4, 5, 6]];
    Packed { flag, points: [point(0.5, "a"), point(1.5, "bcd")], matrix, time: Datetime64(99) }
}

fn publish_packed(store: &TestStore) -> Project {
    let elements: Array1<Packed> = (0..4).map(packed).collect();
    store.create("p").array_as("x", PACKED, Order::C, &elements).publish().unwrap()
}

#[test]
fn a_struct_with_the_layout_of_the_dtype_is_a_view() {
    let store = TestStore::new();
    let project = publish_packed(&store);
    let x = project.get("x").unwrap();
    let view = x.view::<Packed>().unwrap();
    assert_eq!(view.len(), 4);
    assert_eq!(view[[3]], packed(3));
}

#[test]
fn padding_is_skipped() {
    let store = TestStore::new();
    let mut bytes = vec![0xEEu8; 48];
    bytes[24] = 7;
    bytes[28..32].copy_from_slice(&(-5i32).to_le_bytes());
    bytes[32..40].copy_from_slice(&2.5f64.to_le_bytes());
    bytes[40] = 1;
    let project = store.create("p").array_raw("x", PADDED, &[2], Order::C, &bytes).publish().unwrap();
    let x = project.get("x").unwrap();
    let wanted = Padded { tag: 7, count: -5, weight: 2.5, ok: true.into() };
    assert_eq!(x.view::<Padded>().unwrap()[[1]], wanted);
    assert_eq!(x.records().unwrap().column::<f64>("weight").unwrap().get(&[1]), Some(2.5));
}

#[test]
fn another_layout_is_a_wrong_type() {
    let store = TestStore::new();
    let others = [
        r#"[["tag","|u1"],["count","<i4"],["weight","<f8"],["ok","|b1"]]"#,
        r#"[["tag","|u1"],["","|V3"],["counts","<i4"],["weight","<f8"],["ok","|b1"],["","|V7"]]"#,
        r#"[["tag","|u1"],["","|V3"],["count",">i4"],["weight","<f8"],["ok","|b1"],["","|V7"]]"#,
        r#"[["tag","|u1"],["","|V3"],["count","<i4"],["weight","<f8"],["ok","|b1"],["more","|V7"]]"#,
    ];
    let bytes = [0; 24];
    for dtype in others {
        let nbytes = cuteshm::Dtype::parse(dtype).unwrap().itemsize();
        let builder = store.create("p").overwrite(true);
        let project = builder.array_raw("x", dtype, &[1], Order::C, &bytes[..nbytes]).publish().unwrap();
        let wanted = ["tag: |u1 at 0", "count: <i4 at 4", "weight: <f8 at 8", "ok: |b1 at 16", dtype];
        words(project.get("x").unwrap().view::<Padded>(), &wanted);
    }
    let elements = arr1(&[packed(1)]);
    words(store.create("q").array_as("x", PADDED, Order::C, &elements).publish(), &["time of flight: <M8[..]", PADDED]);
}

#[test]
fn fields_are_read_by_name() {
    let store = TestStore::new();
    let project = publish_packed(&store);
    let x = project.get("x").unwrap();
    let records = x.records().unwrap();
    assert_eq!((records.len(), records.shape()), (4, &[4][..]));
    assert_eq!(records.column::<u8>("flag").unwrap().iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    let record = records.get(&[2]).unwrap();
    assert_eq!(record.get::<Datetime64>("time of flight").unwrap(), Datetime64(99));
    assert_eq!(record.get::<[[i16; 3]; 2]>("matrix").unwrap(), [[1, 2, 3], [4, 5, 6]]);
    assert_eq!(record.array::<i16>("matrix").unwrap(), arr2(&[[1, 2, 3], [4, 5, 6]]).into_dyn());
    assert_eq!(record.get::<[Point; 2]>("points").unwrap(), packed(2).points);
    let points = record.records("points").unwrap();
    assert_eq!(points[1].strings("name").unwrap()[[]], "bcd");
    assert_eq!(points[1].get::<Be<f32>>("x").unwrap().get(), 1.5);
    assert!(records.get(&[4]).is_none() && records.get(&[0, 0]).is_none());
}

#[test]
fn a_field_that_is_not_there_or_of_another_type_is_an_error() {
    let store = TestStore::new();
    let project = publish_packed(&store);
    let x = project.get("x").unwrap();
    let records = x.records().unwrap();
    let record = records.get(&[0]).unwrap();
    words(record.get::<u8>("flags"), &["array 'x'", "no field 'flags'", "flag, points, matrix, time of flight"]);
    words(records.column::<i8>("flag"), &["|i1", "|u1", "in the field 'flag'"]);
    words(record.get::<[i16; 6]>("matrix"), &["6 x <i2", "2 x 3 x <i2", "in the field 'matrix'"]);
    words(record.array::<u16>("matrix"), &["<u2", "<i2"]);
    words(record.strings("flag"), &["S or U", "|u1"]);
    words(record.records("flag"), &["a structured type", "|u1"]);
}

#[test]
fn records_follow_the_logical_order() {
    let store = TestStore::new();
    let dtype = r#"[["n","<u2"],["s","|S1"]]"#;
    let bytes: Vec<u8> = (0..6u8).flat_map(|n| [n, 0, b'a' + n]).collect();
    let project = store.create("p").array_raw("x", dtype, &[2, 3], Order::Fortran, &bytes).publish().unwrap();
    let x = project.get("x").unwrap();
    let records = x.records().unwrap();
    assert_eq!(records.column::<u16>("n").unwrap().iter().collect::<Vec<_>>(), [0, 2, 4, 1, 3, 5]);
    assert_eq!(records.get(&[1, 2]).unwrap().get::<Bytes<1>>("s").unwrap().as_str(), Ok("f"));
}
