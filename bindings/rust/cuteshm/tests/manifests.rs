// SPDX-License-Identifier: MIT
//! Manifests as text, in either syntax; and layouts, from which projects are created.

mod common;

use common::{is_child, other_process, words, TestStore};
use cuteshm::{Error, Manifest, ManifestFormat, Order, Store};
use ndarray::{arr0, arr1, arr2, ArrayD};
use std::fs;

const FORMATS: [ManifestFormat; 2] = [ManifestFormat::Yaml, ManifestFormat::Toml];

const YAML: &str = r#"cute-shm-layout: 1
attributes: {title: "no", axes: 7}
groups:
  - {path: "spare", attributes: {limits: {dtype: "<f4", shape: [2], value: [-1.5, 1.5]}}}
arrays:
  - {path: "none", dtype: "<i4", shape: [0, 3]}
  - {path: "nothing", alias: "none"}
  - {path: "image", dtype: uint8, shape: [2, 3], order: "F", fill: 255}
  - {path: "joints", dtype: "<f8", shape: [7], attributes: {units: "rad"}}
  - {path: "again", alias: "joints"}
"#;

const TOML: &str = r#"cute-shm-layout = 1
attributes = {title = "no", axes = 7}

[[groups]]
path = "spare"
attributes.limits = {dtype = "<f4", shape = [2], value = [-1.5, 1.5]}

[[arrays]]
path = "none"
dtype = "<i4"
shape = [0, 3]

[[arrays]]
path = "nothing"
alias = "none"

[[arrays]]
path = "image"
dtype = "uint8"
shape = [2, 3]
order = "F"
fill = 255

[[arrays]]
path = "joints"
dtype = "<f8"
shape = [7]
attributes.units = "rad"

[[arrays]]
path = "again"
alias = "joints"
"#;

fn create_sample(store: &Store) {
    store
        .create("sample")
        .array("b/x", &arr2(&[[1.0f32, 2.0], [3.0, 4.0]]))
        .array("no", &arr0(7u8))
        .attr("", "title", "2024-01-01")
        .attr("b", "nan", f64::NAN)
        .skipped("entry/link", "an external link")
        .publish()
        .unwrap();
}

#[test]
fn a_project_tells_the_manifest_that_its_store_has() {
    let own = TestStore::new();
    for format in FORMATS {
        let store = Store::options().root(own.root().unwrap()).manifest(format).open().unwrap();
        create_sample(&store);
        let written = fs::read_to_string(store.manifest("sample").unwrap()).unwrap();
        assert_eq!(store.attach("sample").unwrap().manifest(format).unwrap(), written);
        store.unlink("sample").unwrap();
    }
}

#[test]
fn the_environment_chooses_the_syntax() {
    if is_child() {
        create_sample(&Store::open_default().unwrap());
        return;
    }
    for syntax in ["yaml", "toml"] {
        let store = TestStore::new();
        let mut child = other_process(&store, "the_environment_chooses_the_syntax");
        assert!(child.env("CUTE_SHM_MANIFEST", syntax).status().unwrap().success());
        let files = fs::read_dir(store.root().unwrap()).unwrap();
        let names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(names, [format!("cute-shm.sample.{syntax}")]);
    }
}

#[test]
fn conversion_gives_the_other_syntax_byte_for_byte() {
    let store = TestStore::new();
    create_sample(&store);
    let project = store.attach("sample").unwrap();
    let texts = FORMATS.map(|format| project.manifest(format).unwrap());
    assert_ne!(texts[0], texts[1]);
    for (text, (format, extension)) in texts.iter().zip(FORMATS.into_iter().zip(["yaml", "toml"])) {
        let file = store.folder().join(format!("converted.{extension}"));
        fs::write(&file, text).unwrap();
        for manifest in [Manifest::read(&file).unwrap(), Manifest::parse(text, format).unwrap()] {
            assert_eq!(FORMATS.map(|format| manifest.clone().to_text(format).unwrap()), texts);
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let store = TestStore::new();
    let file = store.folder().join("robot.yaml");
    fs::write(&file, "cute-shm-layout: 1\narrays:\n  - {path: a, dtype: \"<f3\", shape: []}\n").unwrap();
    let error = words(Manifest::read(&file), &["robot.yaml:3:", "<f3"]);
    assert!(matches!(error, Error::BadType(_)), "{error:?}");
    let error = words(Manifest::parse("cute-shm-layout: 2\n", ManifestFormat::Yaml), &["manifest:1:18"]);
    assert!(matches!(error, Error::Version(_)), "{error:?}");
    let error = words(Manifest::parse(b"a = \xff\n", ManifestFormat::Toml), &["manifest"]);
    assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
    let error = words(Manifest::read(store.folder().join("absent.toml")), &["absent.toml"]);
    assert!(matches!(error, Error::NotFound(_)), "{error:?}");
}

#[test]
fn a_project_is_created_from_a_layout() {
    let store = TestStore::new();
    for (text, format) in [(YAML, ManifestFormat::Yaml), (TOML, ManifestFormat::Toml)] {
        let layout = Manifest::parse(text, format).unwrap();
        let more = arr1(&[1i64, 2]);
        let mut reserved = store
            .create("robot")
            .overwrite(true)
            .array("before", &more)
            .layout(&layout)
            .array("spare/after", &more)
            .reserve("last", "<u2", &[0], Order::C)
            .attr("image", "lens", "wide")
            .allocate()
            .unwrap();
        drop(layout);
        reserved.view_mut::<f64>("again").unwrap()[1] = 2.5;
        reserved.write("/joints", 0, &1.5f64.to_le_bytes()).unwrap();
        assert_eq!(reserved.view_mut::<u8>("image").unwrap().shape(), [2, 3]);
        assert_eq!(reserved.view_mut::<i32>("nothing").unwrap().shape(), [0, 3]);
        words(reserved.write("image", 4, &[0; 3]), &["6 bytes"]);
        let project = reserved.publish().unwrap();
        assert_eq!(project.get("joints").unwrap().view::<f64>().unwrap().sum(), 4.0);
        let image = project.get("image").unwrap();
        assert_eq!(
            (image.order(), image.view::<u8>().unwrap().to_owned()),
            (Order::Fortran, ArrayD::from_elem(vec![2, 3], 255))
        );
        for path in ["before", "spare/after"] {
            assert_eq!(project.get(path).unwrap().view::<i64>().unwrap().sum(), 3);
        }
        assert_eq!(project.attr("", "title").unwrap().text().unwrap(), "no");
        assert_eq!(project.attr("again", "units").unwrap().text().unwrap(), "rad");
        assert_eq!(project.attr("image", "lens").unwrap().text().unwrap(), "wide");
        assert_eq!(project.attrs("spare").unwrap().count(), 1);
    }
}

#[test]
fn a_layout_can_be_sealed_and_a_manifest_is_one() {
    let store = TestStore::new();
    let project =
        store.create("robot").layout(&Manifest::parse(YAML, ManifestFormat::Yaml).unwrap()).publish().unwrap();
    let manifest = Manifest::parse(project.manifest(ManifestFormat::Toml).unwrap(), ManifestFormat::Toml).unwrap();
    let mut reserved = store.create("another").sealed(true).layout(&manifest).allocate().unwrap();
    reserved.view_mut::<f64>("joints").unwrap().fill(1.0);
    let sealed = reserved.publish().unwrap();
    assert!(sealed.info().unwrap().sealed);
    assert_eq!(sealed.get("again").unwrap().view::<f64>().unwrap().sum(), 7.0);
    let paths = |project: &cuteshm::Project| project.nodes().map(|node| node.path().to_string()).collect::<Vec<_>>();
    assert_eq!(paths(&sealed), paths(&project));
}

#[test]
fn a_bad_layout_leaves_nothing() {
    let store = TestStore::new();
    let layout = Manifest::parse(YAML, ManifestFormat::Yaml).unwrap();
    let error = words(store.create("robot").group("image").layout(&layout).publish(), &["image"]);
    assert!(matches!(error, Error::Exists(_)), "{error:?}");
    assert!(store.segments().is_empty() && store.projects().unwrap().is_empty());
}
