// SPDX-License-Identifier: MIT
//! A project to make calls on.
#![allow(dead_code)] // each test program uses a part of it

use cuteshm_sys::*;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::ptr::{null, null_mut};

pub const STALE: cshm_status = cshm_status::CSHM_ERR_STALE_HANDLE;
pub const OK: cshm_status = cshm_status::CSHM_OK;

/// A store in a folder of its own with one project, `p`, that holds the array `x` of four doubles.
pub struct Fixture {
    pub store: cshm_store,
    _root: tempfile::TempDir,
}

impl Fixture {
    pub fn new() -> Fixture {
        let root = tempfile::tempdir().unwrap();
        let path = CString::new(root.path().join("store").as_os_str().as_bytes()).unwrap();
        let mut store = cshm_store { id: 0 };
        // SAFETY: strings end with NUL, the out-parameter is ours.
        ok(|err| unsafe { cshm_store_open(path.as_ptr(), null(), &mut store, err) });
        let fixture = Fixture { store, _root: root };
        fixture.publish();
        fixture
    }

    fn publish(&self) {
        let mut builder = cshm_builder { id: 0 };
        let (data, mut x) = ([1.0f64, 2.0, 3.0, 4.0], 0);
        // SAFETY: strings end with NUL, lengths are those of the buffers.
        unsafe {
            ok(|err| cshm_builder_open(self.store, c"p".as_ptr(), null(), &mut builder, err));
            ok(|err| cshm_builder_array(builder, c"x".as_ptr(), c"<f8".as_ptr(), 1, &4, 0, &mut x, err));
            ok(|err| cshm_builder_allocate(builder, err));
            ok(|err| cshm_builder_write(builder, x, 0, data.as_ptr().cast(), 32, err));
            ok(|err| cshm_builder_publish(builder, null_mut(), err));
        }
    }

    pub fn attach(&self) -> cshm_attachment {
        let mut attachment = cshm_attachment { id: 0 };
        // SAFETY: as above.
        ok(|err| unsafe { cshm_attach(self.store, c"p".as_ptr(), null(), &mut attachment, err) });
        attachment
    }

    pub fn array(&self, attachment: cshm_attachment) -> cshm_array {
        let mut array = cshm_array { id: 0 };
        // SAFETY: as above.
        ok(|err| unsafe { cshm_array_open(attachment, c"x".as_ptr(), &mut array, err) });
        array
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // SAFETY: any handle may be passed, also a stale one.
        unsafe {
            cshm_unlink(self.store, c"p".as_ptr(), null_mut());
            cshm_store_close(self.store, null_mut());
        }
    }
}

pub fn ok(call: impl FnOnce(&mut cshm_error) -> cshm_status) {
    let mut error = cshm_error::default();
    let status = call(&mut error);
    // SAFETY: the library ends the message with NUL.
    assert_eq!(status, OK, "{}", unsafe { CStr::from_ptr(error.message.as_ptr()) }.to_string_lossy());
}
