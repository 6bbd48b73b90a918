// SPDX-License-Identifier: MIT
//! Groups, attributes, aliases, notes, listings.

mod common;

use common::{words, TestStore};
use cuteshm::{Lifetime, ManifestFormat, Mode, NodeKind, Order};
use ndarray::arr1;

#[test]
fn nodes_come_in_tree_order() {
    let store = TestStore::new();
    let one = arr1(&[1u8]);
    let builder = store.create("p").array("b/b1", &one).array("a", &one).group("b/c/d").array("/b/b2", &one);
    let project = builder.publish().unwrap();
    let paths: Vec<&str> = project.nodes().map(|node| node.path()).collect();
    assert_eq!(paths, ["", "b", "b/b1", "b/c", "b/c/d", "b/b2", "a"]);
    let b = project.node("/b").unwrap();
    assert_eq!(b.children().map(|node| node.name()).collect::<Vec<_>>(), ["b1", "c", "b2"]);
    assert_eq!(b.descendants().len(), 4);
    assert_eq!((b.kind(), b.parent().path(), b.number()), (NodeKind::Group, "", 1));
    let leaf = project.node("b/b1").unwrap();
    assert_eq!((leaf.kind(), leaf.children().count()), (NodeKind::Array, 0));
    assert_eq!((leaf.array().unwrap().node(), leaf.array().unwrap().path()), (2, "b/b1"));
    words(b.array(), &["b", "group"]);
}

#[test]
fn an_alias_is_the_same_array_under_another_name() {
    let store = TestStore::new();
    let array = arr1(&[1.0, 2.0]);
    let builder = store.create("p").array("x", &array).alias("g/y", "/x").attr("x", "unit", "mm");
    let project = builder.publish().unwrap();
    assert_eq!(project.bytes("x").unwrap().as_ptr(), project.bytes("g/y").unwrap().as_ptr());
    assert_eq!(project.attr("g/y", "unit").unwrap().text().unwrap(), "mm");
    assert_eq!(project.get("g/y").unwrap().path(), "g/y");
    assert_eq!(project.info().unwrap().array_count, 1);
    words(store.create("q").alias("y", "x").publish(), &["project 'q'", "no array 'x'"]);
}

#[test]
fn attributes_keep_their_order_and_type() {
    let store = TestStore::new();
    let builder = store.create("p").group("g").attr("g", "z", 1.5).attr("g", "a", "").attr("g", "", [1u8, 2]);
    let project = builder.attr("", "names", vec!["x".to_string(), "yz".to_string()]).publish().unwrap();
    let names: Vec<&str> = project.attrs("g").unwrap().map(|attribute| attribute.name()).collect();
    assert_eq!(names, ["z", "a", ""]);
    assert_eq!(project.attr("g", "a").unwrap().text().unwrap(), "");
    assert_eq!(project.attr("g", "").unwrap().view::<u8>().unwrap(), arr1(&[1, 2]).into_dyn());
    assert_eq!(project.attr("", "names").unwrap().strings().unwrap()[[1]], "yz");
    words(project.attr("g", "b"), &["\"b\"", "g"]);
    words(project.attr("g", "").unwrap().scalar::<u8>(), &["a scalar", "[2]"]);
}

#[test]
fn notes_tell_where_it_came_from() {
    let store = TestStore::new();
    let builder = store.create("p").origin("instrument", "SEQUOIA").skipped("a/b", "a reference").producer("me (1)");
    let project = builder.publish().unwrap();
    assert_eq!(project.origin("instrument"), Some("SEQUOIA"));
    assert_eq!(project.origin("producer"), Some("me (1)"));
    assert_eq!(project.skipped().collect::<Vec<_>>(), [("a/b", "a reference")]);
    let project = store.create("q").publish().unwrap();
    let producer = project.origin("producer").unwrap();
    assert!(producer.contains("Rust") && producer.contains("tree"), "{producer}");
}

#[test]
fn a_project_is_described_and_listed() {
    let store = TestStore::new();
    let before = std::time::SystemTime::now();
    let project = store.create("p").reserve("x", "<f8", &[1000], Order::C).publish().unwrap();
    let info = project.info().unwrap();
    assert_eq!((info.project, info.root), ("p", store.root().unwrap().as_path()));
    assert_eq!((info.node_count, info.array_count, info.lifetime), (2, 1, Lifetime::Persistent));
    assert!(info.nbytes >= 8000 && info.created >= before && info.generation != 0);
    assert_eq!(project.mode(), Mode::ReadOnly);
    assert!(common::segment_of(&project).exists());
    store.create("a").lifetime(Lifetime::Owner).publish().unwrap();
    let listed = store.projects().unwrap();
    assert_eq!(listed.iter().map(|project| project.name.as_str()).collect::<Vec<_>>(), ["a", "p"]);
    assert!(listed.iter().all(|project| project.problem.is_none() && project.manifest.exists()));
    assert_eq!((listed[0].lifetime, listed[1].generation), (Lifetime::Owner, info.generation));
    assert_eq!(listed[1].manifest, store.manifest("p").unwrap());
}

#[test]
fn a_store_may_have_a_prefix_of_its_own() {
    let store = TestStore::new();
    let root = store.root().unwrap();
    let mine = cuteshm::Store::options().root(&root).prefix("mine-").manifest(ManifestFormat::Yaml).open().unwrap();
    mine.create("p").publish().unwrap();
    assert!(mine.manifest("p").unwrap().ends_with("mine-p.yaml"));
    assert!(store.projects().unwrap().is_empty());
    mine.unlink("p").unwrap();
    words(cuteshm::Store::options().root(&root).prefix("a/b").open(), &["a/b"]);
}

#[test]
fn a_store_writes_the_syntax_that_was_asked_for_and_reads_both() {
    let store = TestStore::new();
    let of = |format| cuteshm::Store::options().root(store.root().unwrap()).manifest(format).open().unwrap();
    let (yaml, toml) = (of(ManifestFormat::Yaml), of(ManifestFormat::Toml));
    let first = toml.create("p").array("x", &arr1(&[1u8])).publish().unwrap();
    assert!(yaml.manifest("p").unwrap().ends_with("cute-shm.p.toml"));
    assert_eq!(yaml.attach("p").unwrap().bytes("x").unwrap(), [1]);
    let second = yaml.create("p").array("x", &arr1(&[2u8])).overwrite(true).publish().unwrap();
    assert!(toml.manifest("p").unwrap().ends_with("cute-shm.p.yaml"));
    assert!(second.is_current().unwrap() && !first.is_current().unwrap());
    assert_eq!(toml.projects().unwrap().len(), 1);
    toml.unlink("p").unwrap();
}

#[test]
fn what_was_reserved_is_zero_until_it_is_filled() {
    let store = TestStore::new();
    let builder = store.create("p").reserve("f", "<i4", &[2, 3], Order::Fortran).reserve("x", "<f8", &[3], Order::C);
    let mut reserved = builder.array("given", &arr1(&[7u8])).allocate().unwrap();
    assert!(store.projects().unwrap().is_empty());
    reserved.view_mut::<i32>("f").unwrap()[[1, 2]] = 5;
    reserved.write("/x", 8, &1.5f64.to_le_bytes()).unwrap();
    words(reserved.view_mut::<f32>("x"), &["array 'x'", "<f4", "<f8"]);
    words(reserved.view_mut::<f32>("y"), &["project 'p'", "no array 'y'"]);
    words(reserved.write("x", 24, &[1]), &["24"]);
    let project = reserved.publish().unwrap();
    assert_eq!(project.bytes("f").unwrap()[20..], 5i32.to_le_bytes());
    assert_eq!(project.get("f").unwrap().view::<i32>().unwrap().sum(), 5);
    assert_eq!(project.get("x").unwrap().view::<f64>().unwrap(), arr1(&[0.0, 1.5, 0.0]).into_dyn());
    assert_eq!(project.bytes("given").unwrap(), [7]);
}
