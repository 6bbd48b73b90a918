// SPDX-License-Identifier: MIT
//! No use after unmap; who may write, and who sees it.

mod common;

use common::{segment_of, words, TestStore};
use cuteshm::{Error, Mode, Order, Project};
use ndarray::{arr1, Array1};

#[test]
fn an_array_outlives_project_store_and_name() {
    let store = TestStore::new();
    let wanted = Array1::linspace(0.0, 1.0, 100_000);
    let array = {
        let project = store.create("p").array("g/x", &wanted).publish().unwrap();
        let segment = segment_of(&project);
        let array = project.get("g/x").unwrap();
        drop(project);
        store.unlink("p").unwrap();
        assert!(!segment.exists());
        array
    };
    drop(store);
    assert_eq!(array.view::<f64>().unwrap(), wanted.view().into_dyn());
    assert_eq!((array.path(), array.dtype(), array.shape()), ("g/x", "<f8", &[100_000][..]));
}

#[test]
fn a_project_outlives_its_name() {
    let store = TestStore::new();
    let project = store.create("p").array("x", &arr1(&[1, 2, 3])).attr("x", "unit", "mm").publish().unwrap();
    assert!(project.is_current().unwrap());
    store.unlink("p").unwrap();
    assert!(!project.is_current().unwrap());
    let again = project.clone();
    drop(project);
    assert_eq!(again.get("x").unwrap().view::<i32>().unwrap().sum(), 6);
    assert_eq!(again.attr("x", "unit").unwrap().text().unwrap(), "mm");
    words(store.attach("p"), &["\"p\""]);
}

#[test]
fn an_overwrite_leaves_the_old_readers_their_tree() {
    let store = TestStore::new();
    let old = store.create("p").array("x", &arr1(&[1u8])).publish().unwrap();
    let new = store.create("p").overwrite(true).array("x", &arr1(&[2u8])).publish().unwrap();
    assert_eq!((old.bytes("x").unwrap(), new.bytes("x").unwrap()), (&[1][..], &[2][..]));
    assert!(!old.is_current().unwrap() && new.is_current().unwrap());
    assert_ne!(old.info().unwrap().generation, new.info().unwrap().generation);
}

#[test]
fn the_newest_generation_is_attached_in_the_same_mode() {
    let store = TestStore::new();
    let publish = |x: i32| store.create("p").overwrite(true).array("x", &arr1(&[x])).publish().unwrap();
    let first_of = |project: &Project| project.get("x").unwrap().view::<i32>().unwrap()[0];
    let old = publish(1);
    assert_eq!(old.reattach().unwrap().info().unwrap().generation, old.info().unwrap().generation);
    let mine = store.attach_private("p").unwrap();
    mine.get_mut("x").unwrap().view_mut::<i32>().unwrap().fill(7);
    // SAFETY: no other view of it is in use while its array is.
    let writer = unsafe { store.attach_read_write("p") }.unwrap();
    let copy = mine.reattach().unwrap();
    assert_eq!((copy.mode(), first_of(&copy), first_of(&mine)), (Mode::Private, 1, 7));
    drop(publish(2));
    let new = old.reattach().unwrap();
    assert_eq!((new.mode(), first_of(&new), first_of(&old)), (Mode::ReadOnly, 2, 1));
    assert!(new.is_current().unwrap() && first_of(&mine.reattach().unwrap()) == 2);

    let error = words(writer.reattach(), &["'p'", "reattach_read_write"]);
    assert!(matches!(error, Error::State(_)), "{error:?}");
    // SAFETY: as above; and the others are read only afterwards.
    let (again, refused) = unsafe { (writer.reattach_read_write().unwrap(), old.reattach_read_write()) };
    again.get_mut("x").unwrap().view_mut::<i32>().unwrap()[0] = 3;
    assert!(matches!(words(refused, &["'p'", "reattach"]), Error::State(_)));
    assert_eq!((again.mode(), first_of(&new)), (Mode::ReadWrite, 3));
    store.unlink("p").unwrap();
    assert!(matches!(words(old.reattach(), &["\"p\""]), Error::NotFound(_)));
}

#[test]
fn what_is_not_published_never_was() {
    let store = TestStore::new();
    let array = arr1(&[1.0]);
    drop(store.create("p").array("x", &array));
    drop(store.create("p").array("x", &array).allocate().unwrap());
    words(store.create("p").array("x", &array).array("x", &array).publish(), &["\"x\""]);
    assert!(store.projects().unwrap().is_empty());
    store.create("p").array("x", &array).publish().unwrap();
}

#[test]
fn private_writes_are_seen_by_their_attachment_only() {
    let store = TestStore::new();
    let published = store.create("p").array("x", &arr1(&[1, 2, 3])).publish().unwrap();
    let (mine, other) = (store.attach_private("p").unwrap(), store.attach_private("p").unwrap());
    assert_eq!(mine.mode(), Mode::Private);
    mine.get_mut("x").unwrap().view_mut::<i32>().unwrap().fill(7);
    assert_eq!(mine.get("x").unwrap().view::<i32>().unwrap().sum(), 21);
    assert_eq!(other.get("x").unwrap().view::<i32>().unwrap().sum(), 6);
    assert_eq!(published.get("x").unwrap().view::<i32>().unwrap().sum(), 6);
    mine.get_mut("x").unwrap().bytes_mut()[0] = 8;
    assert_eq!(mine.get("x").unwrap().view::<i32>().unwrap()[[0]], 8);
}

#[test]
fn shared_writes_are_seen_by_all() {
    let store = TestStore::new();
    let reader = store.create("p").array("x", &arr1(&[1, 2, 3])).publish().unwrap();
    // SAFETY: the reader takes no view before the writer is dropped.
    let writer = unsafe { store.attach_read_write("p") }.unwrap();
    writer.get_mut("x").unwrap().view_mut::<i32>().unwrap()[[1]] = 20;
    drop(writer);
    assert_eq!(reader.get("x").unwrap().view::<i32>().unwrap().sum(), 24);
}

#[test]
fn an_array_has_one_writer_or_many_readers() {
    let store = TestStore::new();
    let (array, none) = (arr1(&[1, 2, 3]), Array1::<i32>::zeros(0));
    let builder = store.create("p").array("x", &array).alias("alias", "x").array("y", &array).array("none", &none);
    builder.publish().unwrap();
    let mine = store.attach_private("p").unwrap();
    let writer = mine.get_mut("x").unwrap();
    for path in ["x", "alias"] {
        words(mine.get(path), &[path, "in use"]);
        words(mine.get_mut(path), &[path, "in use"]);
    }
    assert!(matches!(mine.clone().node("x").unwrap().array(), Err(Error::Borrowed { path }) if path == "x"));
    let others = [mine.get("y").unwrap(), mine.get("y").unwrap()];
    words(mine.get_mut("y"), &["'y'", "in use"]);
    drop((writer, others));
    assert!(mine.get("alias").is_ok() && mine.get_mut("y").is_ok());
    let empty = [mine.get_mut("none").unwrap(), mine.get_mut("none").unwrap()];
    assert!(empty.iter().all(|array| array.is_empty()));
}

#[test]
fn who_reads_only_cannot_write() {
    let store = TestStore::new();
    let project = store.create("p").array("x", &arr1(&[1])).publish().unwrap();
    let error = words(project.get_mut("x"), &["'p'", "read-only", "'x'", "attach_private"]);
    assert!(matches!(error, Error::State(_)));
    words(store.attach_private("p").unwrap().bytes("x"), &["'x'", "writable", "get('x')"]);
}

#[test]
fn a_project_is_filled_through_an_attachment_that_outlives_its_builder() {
    let store = TestStore::new();
    let reserve = |name| store.create(name).reserve("x", "<f8", &[3], Order::C).allocate().unwrap();
    let fill = |project: &Project, value| project.get_mut("x").unwrap().view_mut::<f64>().unwrap().fill(value);
    let read = |project: &Project| project.get("x").unwrap().view::<f64>().unwrap().sum();

    let reserved = reserve("p");
    // SAFETY: no view of this test lives while another writes.
    let built = unsafe { reserved.attach() }.unwrap();
    assert_eq!((built.mode(), built.is_current().unwrap()), (Mode::ReadWrite, false));
    fill(&built, 1.5);
    let published = reserved.publish().unwrap();
    assert!(built.is_current().unwrap());
    assert_eq!(read(&published), 4.5);
    fill(&built, 2.0);
    assert_eq!(read(&published), 6.0);

    let reserved = reserve("dropped");
    // SAFETY: as above.
    let built = unsafe { reserved.attach() }.unwrap();
    drop(reserved);
    fill(&built, 1.0);
    assert_eq!((read(&built), built.is_current().unwrap()), (3.0, false));
    words(store.attach("dropped"), &["dropped"]);
}
