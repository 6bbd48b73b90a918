// SPDX-License-Identifier: MIT
//! Nothing is left when all is dropped. A program of its own: handles are counted for the whole process.

mod common;

use common::TestStore;
use cuteshm::{live_handles, Order};
use ndarray::arr1;

#[test]
fn every_handle_is_released() {
    assert_eq!(live_handles(), 0);
    {
        let store = TestStore::new();
        assert_eq!(live_handles(), 1);
        let array = arr1(&[1.0]);
        let project = store.create("p").array("x", &array).attr("x", "a", 1).publish().unwrap();
        assert_eq!(live_handles(), 2);
        let clones = (project.clone(), store.clone());
        let arrays = (project.get("x").unwrap(), project.node("x").unwrap().array().unwrap());
        assert_eq!(live_handles(), 4);
        let mine = store.attach_private("p").unwrap();
        let writer = mine.get_mut("x").unwrap();
        // Each of these fails half-way, with a handle in its hands.
        assert!(mine.get("x").is_err() && mine.get_mut("x").is_err() && project.get("y").is_err());
        assert!(store.create("q").array("x", &array).array("x", &array).publish().is_err());
        assert!(store.create("p").array("x", &array).publish().is_err());
        drop(store.create("q").reserve("x", "<f8", &[1], Order::C).allocate().unwrap());
        store.projects().unwrap();
        assert_eq!(live_handles(), 6);
        drop((project, clones, mine));
        assert_eq!(live_handles(), 4);
        drop((arrays, writer));
        assert_eq!(live_handles(), 1);
    }
    assert_eq!(live_handles(), 0);
}
