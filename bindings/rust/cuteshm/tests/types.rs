// SPDX-License-Identifier: MIT
//! Every type comes back as it went in.

mod common;

use common::{words, TestStore};
use cuteshm::half::f16;
use cuteshm::num_complex::Complex;
use cuteshm::*;
use ndarray::{arr0, arr1, arr2, Array1, ArrayD, IxDyn};
use std::fmt::Debug;

#[track_caller]
fn round_trip<T: Typed + PartialEq + Debug>(dtype: &str, elements: &[T]) {
    assert_eq!(T::dtype(), dtype);
    round_trip_as(dtype, elements);
}

#[track_caller]
fn round_trip_as<T: Element + PartialEq + Debug>(dtype: &str, elements: &[T]) {
    let store = TestStore::new();
    let array = Array1::from(elements.to_vec());
    let value = Value::array_as(dtype, &array).unwrap();
    let published = store.create("p").array_as("x", dtype, Order::C, &array).attr("x", "a", value).publish().unwrap();
    let x = published.get("x").unwrap();
    assert_eq!((x.dtype(), x.shape()), (dtype, &[elements.len()][..]));
    assert_eq!(x.view::<T>().unwrap(), array.view().into_dyn());
    assert_eq!(published.attr("x", "a").unwrap().view::<T>().unwrap(), array.view().into_dyn());
}

#[test]
fn numbers() {
    round_trip("|b1", &[true, false]);
    round_trip("|b1", &[Bool8::from(true), Bool8::from(false)]);
    round_trip("|i1", &[i8::MIN, -1, i8::MAX]);
    round_trip("<i2", &[i16::MIN, -1, i16::MAX]);
    round_trip("<i4", &[i32::MIN, -1, i32::MAX]);
    round_trip("<i8", &[i64::MIN, -1, i64::MAX]);
    round_trip("|u1", &[0, u8::MAX]);
    round_trip("<u2", &[0, u16::MAX]);
    round_trip("<u4", &[0, u32::MAX]);
    round_trip("<u8", &[0, u64::MAX]);
    round_trip("<f2", &[f16::from_f32(-0.5), f16::INFINITY]);
    round_trip("<f4", &[0.1f32, f32::MIN_POSITIVE, f32::NEG_INFINITY]);
    round_trip("<f8", &[0.1f64, 5e-324, f64::MAX]);
    round_trip("<c8", &[Complex::new(0.1f32, -2.0)]);
    round_trip("<c16", &[Complex::new(0.1f64, -2.0)]);
}

#[test]
fn big_endian_numbers() {
    round_trip(">i2", &[Be::from(-2i16)]);
    round_trip(">i4", &[Be::from(-2i32)]);
    round_trip(">i8", &[Be::from(-2i64)]);
    round_trip(">u2", &[Be::from(2u16)]);
    round_trip(">u4", &[Be::from(2u32)]);
    round_trip(">u8", &[Be::from(2u64)]);
    round_trip(">f2", &[Be::from(f16::from_f32(0.5))]);
    round_trip(">f4", &[Be::from(0.1f32)]);
    round_trip(">f8", &[Be::from(0.1f64)]);
    round_trip(">c8", &[Be::from(Complex::new(0.1f32, -2.0))]);
    round_trip(">c16", &[Be::from(Complex::new(0.1f64, -2.0))]);
}

#[test]
fn texts_raw_bytes_and_times() {
    round_trip("|S5", &[Bytes::<5>::try_from("ab").unwrap(), Bytes(*b"\xFF\0\xFE\0\x01")]);
    round_trip("<U3", &[Utf32::<3>::try_from("é😀").unwrap(), Utf32::<3>::try_from("").unwrap()]);
    round_trip(">U3", &[Be::from(Utf32::<3>::try_from("é😀").unwrap())]);
    round_trip("|V3", &[Raw([1, 0, 255])]);
    round_trip_as("<M8[25s]", &[Datetime64(-7), Datetime64::NAT]);
    round_trip_as("<m8", &[Timedelta64(7), Timedelta64::NAT]);
    round_trip_as(">M8[us]", &[Be::from(Datetime64(7))]);
    round_trip_as(">m8[D]", &[Be::from(Timedelta64(7))]);
}

#[test]
fn not_a_number_keeps_its_bits() {
    let store = TestStore::new();
    let odd = f64::from_bits(0x7FF0_0000_DEAD_BEEF);
    let project = store.create("p").array("x", &arr1(&[odd, -0.0])).publish().unwrap();
    let bits: Vec<u64> = project.get("x").unwrap().view::<f64>().unwrap().iter().map(|x| x.to_bits()).collect();
    assert_eq!(bits, [odd.to_bits(), (-0.0f64).to_bits()]);
}

#[test]
fn a_bool_that_is_neither_is_refused_and_shown_by_bool8() {
    let store = TestStore::new();
    let project = store.create("p").array_raw("x", "|b1", &[3], Order::C, &[1, 0, 2]).publish().unwrap();
    let x = project.get("x").unwrap();
    words(x.view::<bool>(), &["array 'x'", "|b1", "the value 2 in byte 2", "Bool8"]);
    let values: Vec<bool> = x.view::<Bool8>().unwrap().iter().map(|x| x.get()).collect();
    assert_eq!(values, [true, false, true]);
}

#[test]
fn a_wrong_element_type_is_an_error() {
    let store = TestStore::new();
    let (text, value) = (arr1(&[Bytes(*b"abc")]), arr1(&[1.0]));
    let project = store.create("p").array("g/x", &value).array("s", &text).attr("g", "a", 1i32).publish().unwrap();
    let x = project.get("g/x").unwrap();
    match x.view::<f32>() {
        Err(Error::Type { wanted, found, path }) => assert_eq!([wanted, found, path], ["<f4", "<f8", "g/x"]),
        other => panic!("{other:?}"),
    }
    words(x.view::<Be<f64>>(), &["array 'g/x'", "wanted elements of dtype >f8", "found <f8"]);
    words(x.view::<Datetime64>(), &["<M8[..]"]);
    words(x.strings(), &["S or U", "<f8"]);
    words(x.records(), &["a structured type", "<f8"]);
    words(project.get("s").unwrap().view::<Bytes<4>>(), &["|S4", "|S3"]);
    words(project.attr("g", "a").unwrap().scalar::<i64>(), &["'g@a'", "<i8", "<i4"]);
    words(project.attr("g", "a").unwrap().text(), &["'g@a'", "S or U", "<i4"]);
    words(store.create("q").array_as("t", "<M8[s]", Order::C, &value).publish(), &["array 't'", "<f8", "<M8[s]"]);
}

#[test]
fn both_orders_are_kept() {
    let store = TestStore::new();
    let c = arr2(&[[1i16, 2, 3], [4, 5, 6]]);
    let f = c.t(); // 3 x 2, the first dimension contiguous
    let strided = c.slice(ndarray::s![.., ..;2]);
    let builder = store.create("p").array("c", &c).array("f", &f).array("strided", &strided);
    let project = builder.array_as("turned", "<i2", Order::Fortran, &c).publish().unwrap();
    for (path, wanted, order, strides) in [
        ("c", c.view().into_dyn(), Order::C, [6, 2]),
        ("f", f.into_dyn(), Order::Fortran, [2, 6]),
        ("strided", strided.into_dyn(), Order::C, [4, 2]),
        ("turned", c.view().into_dyn(), Order::Fortran, [2, 4]),
    ] {
        let array = project.get(path).unwrap();
        assert_eq!(array.view::<i16>().unwrap(), wanted, "{path}");
        assert_eq!((array.order(), array.strides()), (order, &strides[..]), "{path}");
    }
    assert_eq!(project.get("f").unwrap().bytes(), project.get("c").unwrap().bytes());
}

#[test]
fn scalars_and_arrays_without_elements_are_ordinary() {
    let store = TestStore::new();
    let (scalar, none) = (arr0(2.5), ArrayD::<f32>::zeros(IxDyn(&[3, 0, 2])));
    let project = store.create("p").array("scalar", &scalar).array("none", &none).publish().unwrap();
    let (scalar, none) = (project.get("scalar").unwrap(), project.get("none").unwrap());
    assert_eq!(scalar.view::<f64>().unwrap()[[]], 2.5);
    assert_eq!((scalar.shape(), scalar.len()), (&[][..], 1));
    assert_eq!(none.view::<f32>().unwrap().shape(), [3, 0, 2]);
    assert!(none.is_empty() && none.bytes().is_empty() && project.bytes("none").unwrap().is_empty());
    words(none.view::<f64>(), &["<f8", "<f4"]);
}

#[test]
fn an_array_has_up_to_64_dimensions() {
    let store = TestStore::new();
    let mut shape = [1; 64];
    (shape[0], shape[63]) = (2, 3);
    let array = ArrayD::from_shape_vec(IxDyn(&shape), (0..6u8).collect()).unwrap();
    let turned = array.t();
    let project = store.create("p").array("c", &array).array("f", &turned).publish().unwrap();
    assert_eq!(project.get("c").unwrap().view::<u8>().unwrap(), array.view());
    assert_eq!(project.get("f").unwrap().view::<u8>().unwrap(), turned);
    assert_eq!(project.get("f").unwrap().order(), Order::Fortran);
    let more = ArrayD::<u8>::zeros(IxDyn(&[1; 65]));
    words(store.create("q").array("x", &more).publish(), &["65", "64"]);
}

#[test]
fn names_are_any_utf8() {
    let store = TestStore::new();
    let names =
        ["a b", " x ", "a.b", "#", "\"q'", "back\\slash", "line\nbreak", "é", "日本", "😀", "null", "1e5", "..."];
    let (paths, one) = (names.map(|name| format!("group é/{name}")), arr1(&[1u8]));
    let builder =
        paths.iter().fold(store.create("ü #1"), |builder, path| builder.array(path, &one).attr(path, path, 1u8));
    builder.publish().unwrap();
    let project = store.attach("ü #1").unwrap();
    let group = project.node("group é").unwrap();
    assert_eq!(group.children().map(|node| node.name()).collect::<Vec<_>>(), names);
    for path in &paths {
        assert_eq!(project.get(path).unwrap().path(), path);
        assert_eq!(project.attr(path, path).unwrap().scalar::<u8>().unwrap(), 1);
    }
}

#[test]
fn texts_of_any_length_are_strings() {
    let store = TestStore::new();
    let names = arr2(&[["a", "日本😀"], ["", "é"]]);
    let bytes = arr1(&[Bytes(*b"ab\0"), Bytes(*b"\xC3\xA9!")]);
    let big = arr1(&[Be::from(Utf32::<2>::try_from("é").unwrap())]);
    let builder = store.create("p").strings("names", &names).array("bytes", &bytes).array("big", &big);
    let project = builder.array("bad", &arr1(&[Bytes(*b"\xFF")])).publish().unwrap();
    let names_read = project.get("names").unwrap();
    assert_eq!((names_read.dtype(), names_read.strings().unwrap()), ("<U3", names.mapv(str::to_string).into_dyn()));
    assert_eq!(project.get("bytes").unwrap().strings().unwrap().into_raw_vec_and_offset().0, ["ab", "é!"]);
    assert_eq!(project.get("big").unwrap().strings().unwrap()[[0]], "é");
    words(project.get("bad").unwrap().strings(), &["not UTF-8", "[255]"]);
}
