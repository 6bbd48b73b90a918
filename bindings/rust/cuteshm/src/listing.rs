// SPDX-License-Identifier: MIT
//! The projects of a store.

use crate::error::call;
use crate::project::system_time;
use crate::strings::from_c;
use crate::{ffi, Error, Lifetime, Result};
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::SystemTime;

/// A project of a [`Store`](crate::Store), as [`Store::projects`](crate::Store::projects) found it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// The absolute path of its manifest.
    pub manifest: PathBuf,
    /// The segment's name in /dev/shm; empty where the manifest is damaged.
    pub segment: String,
    /// Why it cannot be attached, if it cannot.
    pub problem: Option<Error>,
    /// The identity of this creation of the project; 0 where not known.
    pub generation: u64,
    /// Bytes of shared memory, index included; 0 where not known.
    pub nbytes: u64,
    /// When it was published; 1970 where not known.
    pub created: SystemTime,
    /// How many arrays it holds; 0 where not known.
    pub array_count: u32,
    /// How long it lives.
    pub lifetime: Lifetime,
}

struct Listing(ffi::cshm_listing);

impl Drop for Listing {
    fn drop(&mut self) {
        // SAFETY: any handle may be closed.
        unsafe { ffi::cshm_listing_close(self.0, std::ptr::null_mut()) };
    }
}

pub(crate) fn list(store: ffi::cshm_store) -> Result<Vec<Listed>> {
    let mut listing = Listing(ffi::cshm_listing { id: 0 });
    let mut count = 0;
    // SAFETY: out-parameters are ours.
    call(|err| unsafe { ffi::cshm_list(store, &mut listing.0, err) })?;
    // SAFETY: as above.
    call(|err| unsafe { ffi::cshm_listing_count(listing.0, &mut count, err) })?;
    (0..count).map(|index| listed(&listing, index)).collect()
}

fn listed(listing: &Listing, index: u64) -> Result<Listed> {
    let mut project = ffi::cshm_project::default();
    // SAFETY: the struct is set up.
    call(|err| unsafe { ffi::cshm_listing_project(listing.0, index, &mut project, err) })?;
    // SAFETY: the strings belong to the listing, which lives until they are copied.
    let (name, segment, message, manifest) = unsafe {
        (from_c(project.name)?, from_c(project.segment)?, from_c(project.message)?, CStr::from_ptr(project.manifest))
    };
    Ok(Listed {
        name: name.to_string(),
        manifest: OsStr::from_bytes(manifest.to_bytes()).into(),
        segment: segment.to_string(),
        problem: Error::from_listing(project.status, message),
        generation: project.generation,
        nbytes: project.nbytes,
        created: system_time(project.created_ns),
        array_count: project.array_count,
        lifetime: Lifetime::from_c(project.lifetime),
    })
}
