// SPDX-License-Identifier: MIT
//! Handles that were released, or are of another kind: an error, never a crash.

mod common;

use common::{ok, Fixture, STALE};
use cuteshm_sys::*;
use std::ptr::null_mut;

#[test]
fn a_second_release_is_stale() {
    let fixture = Fixture::new();
    let attachment = fixture.attach();
    let array = fixture.array(attachment);
    let mut view = cshm_array_view::default();
    // SAFETY: handles of any kind and age may be passed; out-parameters are ours.
    unsafe {
        ok(|err| cshm_array_retain(array, err));
        ok(|err| cshm_array_release(array, err));
        ok(|err| cshm_array_release(array, err));
        assert_eq!(cshm_array_release(array, null_mut()), STALE);
        assert_eq!(cshm_array_describe(array, &mut view, null_mut()), STALE);
        ok(|err| cshm_detach(attachment, err));
        let mut error = cshm_error::default();
        assert_eq!(cshm_detach(attachment, &mut error), STALE);
        assert_eq!(error.status, STALE.0 as i32);
        assert_ne!(error.message[0], 0, "the error says what is wrong");
        assert_eq!(cshm_detach(cshm_attachment { id: 0 }, null_mut()), STALE);
    }
}

#[test]
fn a_handle_of_another_kind_is_stale() {
    let fixture = Fixture::new();
    let attachment = fixture.attach();
    let array = fixture.array(attachment);
    let mut count = 0;
    // SAFETY: as above.
    unsafe {
        assert_eq!(cshm_array_release(cshm_array { id: attachment.id }, null_mut()), STALE);
        assert_eq!(cshm_detach(cshm_attachment { id: array.id }, null_mut()), STALE);
        assert_eq!(cshm_builder_abort(cshm_builder { id: array.id }, null_mut()), STALE);
        assert_eq!(cshm_listing_count(cshm_listing { id: array.id }, &mut count, null_mut()), STALE);
        assert_eq!(cshm_store_close(cshm_store { id: array.id }, null_mut()), STALE);
        ok(|err| cshm_array_release(array, err));
        ok(|err| cshm_detach(attachment, err));
    }
}
