// SPDX-License-Identifier: MIT
//! Raw declarations of libcuteshm, generated from `<cuteshm/cuteshm.h>`; with the feature `hdf5` those of
//! libcuteshm_hdf5, too. The header is the manual. The crate `cuteshm` is the safe face of this one.
//!
//! Every struct that begins with `size` implements [`Default`], which is the header's `_INIT` macro: all zero, `size` set.
//!
//! ```
//! let mut store = cuteshm_sys::cshm_store { id: 0 };
//! let mut error = cuteshm_sys::cshm_error::default();
//! // SAFETY: a NULL root is the default one, NULL options are the defaults, the others point to live structs.
//! let status = unsafe { cuteshm_sys::cshm_store_open(c"relative/root".as_ptr(), std::ptr::null(), &mut store, &mut error) };
//! assert_eq!(status, cuteshm_sys::cshm_status::CSHM_OK);
//! // SAFETY: any handle may be closed; a stale one is an error.
//! unsafe { cuteshm_sys::cshm_store_close(store, std::ptr::null_mut()) };
//! ```
//!
//! # Linking
//! `CUTESHM_LIB_DIR` and `CUTESHM_INCLUDE_DIR` name a build tree; else pkg-config is asked for `cuteshm` (and
//! `cuteshm_hdf5`). The folders are handed on as `DEP_CUTESHM_LIBDIR` to the build scripts of dependents, for an rpath.
#![no_std]

/// What bindgen wrote.
#[allow(missing_docs, non_camel_case_types, clippy::all)]
mod bindings {
    #[cfg(feature = "bindgen")]
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
    #[cfg(not(feature = "bindgen"))]
    include!("bindings.rs");
}

/// What bindgen wrote from `<cuteshm/hdf5.h>`.
#[cfg(feature = "hdf5")]
#[allow(missing_docs, non_camel_case_types, clippy::all)]
mod bindings_hdf5 {
    #[cfg(feature = "bindgen")]
    include!(concat!(env!("OUT_DIR"), "/bindings_hdf5.rs"));
    #[cfg(not(feature = "bindgen"))]
    include!("bindings_hdf5.rs");
}

pub use bindings::*;
#[cfg(feature = "hdf5")]
pub use bindings_hdf5::*;

/// bindgen cannot translate the `_INIT` macros. tests/init.rs holds this list against the header.
macro_rules! sized {
    ($($name:ident)*) => {$(
        impl Default for $name {
            fn default() -> Self {
                // SAFETY: integers, pointers and optional functions: all zero is a value of each.
                let mut zero: Self = unsafe { core::mem::zeroed() };
                zero.size = size_of::<Self>() as u32;
                zero
            }
        }
    )*};
}

sized! {
    cshm_error cshm_store_options cshm_project cshm_collect_options cshm_builder_options cshm_attach_options
    cshm_attachment_info cshm_node cshm_attribute cshm_note cshm_array_view cshm_dtype cshm_field
}

#[cfg(feature = "hdf5")]
sized! { cshm_hdf5_options cshm_hdf5_save_options }
