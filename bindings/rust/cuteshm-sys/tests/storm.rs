// SPDX-License-Identifier: MIT
//! Random calls on random handles. In a program of its own: a made-up id may well be another test's.

mod common;

use common::{Fixture, OK, STALE};
use cuteshm_sys::*;
use std::ptr::{null, null_mut};

/// xorshift64*: the same calls in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// One of the ids, perhaps with a bit or two flipped, or any number.
    fn id(&mut self, ids: &[u64]) -> u64 {
        let id = ids[self.below(ids.len())];
        match self.below(4) {
            0 => id ^ (1 << self.below(64)),
            1 => self.next(),
            _ => id,
        }
    }
}

/// Ids that live or lived, and what came of the calls.
struct Storm {
    ids: Vec<u64>,
    good: u64,
    stale: u64,
}

impl Storm {
    fn keep(&mut self, random: &mut Random, id: u64) {
        match self.ids.len() {
            0..=63 => self.ids.push(id),
            full => self.ids[1 + random.below(full - 1)] = id, // [0] is the store
        }
    }

    fn call(&mut self, random: &mut Random) {
        let id = random.id(&self.ids);
        let store = [self.ids[0], id][random.below(2)]; // or hardly any attachment would be made
        let (attachment, array) = (cshm_attachment { id }, cshm_array { id });
        let mut view = cshm_array_view::default();
        let mut node = cshm_node::default();
        let (mut new_attachment, mut new_array) = (cshm_attachment { id: 0 }, cshm_array { id: 0 });
        // SAFETY: this is what is tested: handles may be any number; out-parameters are ours.
        let status = unsafe {
            match random.below(10) {
                0 => cshm_attach(cshm_store { id: store }, c"p".as_ptr(), null(), &mut new_attachment, null_mut()),
                1 => cshm_array_open(attachment, c"x".as_ptr(), &mut new_array, null_mut()),
                2 => cshm_array_release(array, null_mut()),
                3 => cshm_detach(attachment, null_mut()),
                4 => cshm_array_retain(array, null_mut()),
                5 => cshm_attachment_retain(attachment, null_mut()),
                6 => cshm_node_at(attachment, 1, &mut node, null_mut()),
                7 => cshm_builder_abort(cshm_builder { id }, null_mut()),
                8 => cshm_attachment_reattach(attachment, &mut new_attachment, null_mut()),
                _ => cshm_array_describe(array, &mut view, null_mut()),
            }
        };
        match status {
            OK => self.good += 1,
            STALE => self.stale += 1,
            other => panic!("status {} for the handle {id:#x}", other.0),
        }
        if view.ndim == 1 {
            // SAFETY: the array was described, so it lives, and its memory with it.
            assert_eq!(unsafe { *view.data.cast::<f64>() }, 1.0);
        }
        for new in [new_attachment.id, new_array.id].into_iter().filter(|new| *new != 0) {
            self.keep(random, new);
        }
    }
}

#[test]
fn a_million_random_calls_neither_crash_nor_find_a_dead_handle() {
    let fixture = Fixture::new();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut storm = Storm { ids: vec![fixture.store.id], good: 0, stale: 0 };
    for _ in 0..1_000_000 {
        storm.call(&mut random);
    }
    assert!(storm.good > 100_000, "{} calls were good: the storm tests nothing", storm.good);
    assert!(storm.stale > 100_000, "{} calls were stale: the storm tests nothing", storm.stale);
    // What the storm forgot while it lived is let go with the process.
}
