// SPDX-License-Identifier: MIT
//! cute-shm: a nested tree of n-dimensional arrays (or a whole HDF5 file) in shared memory, put there once and used by any
//! number of processes in C, Python, Rust and Julia with no copy, no server and no serialisation.
//!
//! | word | type | meaning |
//! | --- | --- | --- |
//! | store | [`Store`] | a namespace of projects: a directory with their manifests |
//! | project | [`Project`] | a named tree of groups and arrays that this process has mapped |
//! | node | [`Node`] | a group or an array of that tree |
//! | array | [`Array`], [`ArrayMut`] | a handle on an array, which keeps its memory mapped |
//! | ragged array | [`Ragged`] | an array of strings, or of sequences of different lengths |
//! | table | [`Table`] | records with such in them: a column for each field |
//! | attribute | [`Attribute`] | a small typed array with a name, on a node |
//! | manifest | [`Manifest`] | what a manifest, or a layout written by hand, says |
//! | builder | [`Builder`], [`Reserved`] | a project to be created |
//!
//! One process shares:
//!
//! ```
//! # let root = tempfile::tempdir()?;
//! # std::env::set_var("CUTE_SHM_ROOT", root.path().join("store"));
//! let store = cuteshm::Store::open_default()?;
//! let spectrum = ndarray::Array1::linspace(0.0f64, 1.0, 1000);
//! store.create("run 7").array("detector/spectrum", &spectrum).attr("detector", "distance", 2.5).publish()?;
//! # let project = store.attach("run 7")?;
//! # assert_eq!(project.get("detector/spectrum")?.view::<f64>()?.len(), 1000);
//! # store.unlink("run 7")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Any number of others read, each at memory speed:
//!
//! ```no_run
//! let project = cuteshm::Store::open_default()?.attach("run 7")?;
//! let array = project.get("detector/spectrum")?;
//! let spectrum = array.view::<f64>()?; // an ndarray view: no copy
//! println!("{}", spectrum.sum());
//! # Ok::<(), cuteshm::Error>(())
//! ```
//!
//! # What is safe
//! An [`Array`] keeps its memory mapped, whatever becomes of the project; a view borrows its array; a wrong element type is
//! [`Error::Type`]. Published data does not change unless a process attaches it to be written, which is `unsafe` here and a
//! promise in the other languages: see [`Store::attach`]. A process that truncates a segment by hand
//! (`truncate /dev/shm/...`) kills its readers with SIGBUS; nothing in this library does that.
//!
//! Of a [sealed](Builder::sealed) project neither can happen. The kernel refuses every write, cut and growth, to its
//! producer, too, and [`Project::from_fd`] maps nothing else: a view of it does not change for as long as it lives, without
//! any trust in others.
//!
//! # Features
//! `hdf5`: `Store::load_hdf5` and `Project::save_hdf5`, which link libcuteshm_hdf5. To attach a project that came from an HDF5 file it
//! is not needed.

#[cfg(not(all(target_endian = "little", target_pointer_width = "64")))]
compile_error!("cuteshm needs a little-endian machine with 64-bit pointers: dtypes such as <f8 are its own there");

use cuteshm_sys as ffi;

mod array;
mod attribute;
mod boolean;
mod builder;
mod dtype;
mod element;
mod endian;
mod error;
#[cfg(feature = "hdf5")]
mod hdf5;
mod listing;
mod loans;
mod manifest;
mod memory;
mod node;
mod order;
mod pieces;
mod project;
mod ragged;
mod record;
mod records;
mod reserved;
mod sealed;
mod store;
mod strings;
mod text;
mod time;
mod value;

pub use array::{Array, ArrayMut};
pub use attribute::Attribute;
pub use boolean::Bool8;
pub use builder::Builder;
pub use dtype::{Dtype, DtypeField, Kind};
pub use element::{Element, Field, Typed};
pub use endian::{Be, ByteOrder};
pub use error::{Error, Failure, Result};
#[cfg(feature = "hdf5")]
pub use hdf5::{hdf5_nbytes, hdf5_version, ExternalLinks, Hdf5Options, Hdf5SaveOptions};
pub use listing::{Leftover, Listed, Repaired};
pub use manifest::Manifest;
pub use node::{Attributes, Node, NodeKind, Nodes, Note, NoteKind, Notes};
pub use order::Order;
pub use pieces::Pieces;
pub use project::{Info, Lifetime, Mode, Project};
pub use ragged::{Part, Ragged, RaggedKind, Table};
#[doc(hidden)]
pub use record::RecordField;
pub use records::{Column, Record, Records};
pub use reserved::Reserved;
pub use store::{Access, ManifestFormat, Store, StoreOptions};
pub use text::{Bytes, Raw, TooLong, Utf32};
pub use time::{Datetime64, TimeBase, TimeUnit, Timedelta64};
pub use value::Value;

// Types of these crates are part of this one's.
pub use {half, ndarray, num_complex};

/// The version of the C library in use: `2.0.0`.
pub fn library_version() -> &'static str {
    // SAFETY: a static string.
    unsafe { std::ffi::CStr::from_ptr(ffi::cshm_version()) }.to_str().unwrap_or("")
}

/// How many handles of all kinds live in this process: 0 when everything was dropped.
pub fn live_handles() -> u64 {
    // SAFETY: never fails.
    unsafe { ffi::cshm_live_handles() }
}
