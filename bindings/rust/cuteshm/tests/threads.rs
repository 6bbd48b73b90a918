// SPDX-License-Identifier: MIT
//! Handles are used by many threads at once.

mod common;

use common::TestStore;
use cuteshm::{Array, ArrayMut, Attribute, Error, Node, Order, Project, Reserved, Store};
use ndarray::Array1;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;

#[test]
fn handles_go_to_other_threads() {
    fn both<T: Send + Sync>() {}
    both::<Store>();
    both::<Project>();
    both::<Array>();
    both::<ArrayMut>();
    both::<Reserved>();
    both::<Node<'_>>();
    both::<Attribute<'_>>();
    both::<Error>();
}

#[test]
fn many_threads_read_one_array() {
    let store = TestStore::new();
    let project = store.create("p").array("x", &Array1::from_iter(0..100_000i64)).publish().unwrap();
    let array = Arc::new(project.get("x").unwrap());
    drop(project);
    let sums = (0..8).map(|_| {
        let array = array.clone();
        thread::spawn(move || array.view::<i64>().unwrap().sum())
    });
    let sums: Vec<i64> = sums.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(sums, [4_999_950_000; 8]);
}

#[test]
fn many_threads_attach_take_and_let_go() {
    let store = TestStore::new();
    let (x, y) = (Array1::from_elem(1000, 1i32), Array1::from_elem(1000, 2i32));
    store.create("p").array("x", &x).array("y", &y).publish().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let project = store.attach("p").unwrap();
                    let (x, y) = (project.get("x").unwrap(), project.clone().get("y").unwrap());
                    drop(project);
                    assert_eq!(x.view::<i32>().unwrap().sum() + y.view::<i32>().unwrap().sum(), 3000);
                }
            });
        }
    });
}

#[test]
fn only_one_thread_at_a_time_writes() {
    let store = TestStore::new();
    store.create("p").array("x", &Array1::<i64>::zeros(1)).publish().unwrap();
    let mine = store.attach_private("p").unwrap();
    let turns = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut done = 0;
                while done < 500 {
                    let Ok(mut array) = mine.get_mut("x") else { continue };
                    array.view_mut::<i64>().unwrap()[0] += 1;
                    turns.fetch_add(1, Ordering::Relaxed);
                    done += 1;
                }
            });
        }
    });
    assert_eq!(mine.get("x").unwrap().view::<i64>().unwrap()[0], turns.load(Ordering::Relaxed) as i64);
}

#[test]
fn many_threads_fill_one_project() {
    let store = TestStore::new();
    let reserved = store.create("p").reserve("x", "|u1", &[8, 1 << 16], Order::C).allocate().unwrap();
    thread::scope(|scope| {
        for part in 0..8u8 {
            let reserved = &reserved;
            scope.spawn(move || reserved.write("x", u64::from(part) << 16, &[part; 1 << 16]).unwrap());
        }
    });
    let x = reserved.publish().unwrap().get("x").unwrap();
    for (part, row) in x.view::<u8>().unwrap().outer_iter().enumerate() {
        assert!(row.iter().all(|value| usize::from(*value) == part));
    }
}
