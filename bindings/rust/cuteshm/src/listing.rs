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
    /// Whether some process has it attached, this one included; false also where that is not known.
    pub in_use: bool,
}

/// What the dead have left in a [`Store`](crate::Store), as [`Store::collect`](crate::Store::collect) found it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Leftover {
    /// The project it was of, where that is known.
    pub project: Option<String>,
    /// The absolute path of the manifest, where there was one.
    pub manifest: Option<PathBuf>,
    /// The segment's name in /dev/shm, where there was one.
    pub segment: Option<String>,
    /// Bytes of shared memory given back.
    pub nbytes: u64,
    /// Why it is one; or what `problem` says.
    pub reason: String,
    /// Why it could not be removed, if it could not.
    pub problem: Option<Error>,
}

/// A project whose manifest was written anew by [`Store::repair`](crate::Store::repair).
#[derive(Debug)]
#[non_exhaustive]
pub struct Repaired {
    /// Its name.
    pub project: String,
    /// The absolute path of its manifest.
    pub manifest: PathBuf,
    /// The segment's name in /dev/shm.
    pub segment: String,
    /// Bytes of shared memory, index included.
    pub nbytes: u64,
    /// What was wrong; or what `problem` says.
    pub reason: String,
    /// Why it could not be repaired, if it could not.
    pub problem: Option<Error>,
}

struct Listing(ffi::cshm_listing);

impl Drop for Listing {
    fn drop(&mut self) {
        // SAFETY: any handle may be closed.
        unsafe { ffi::cshm_listing_close(self.0, std::ptr::null_mut()) };
    }
}

pub(crate) fn list(store: ffi::cshm_store) -> Result<Vec<Listed>> {
    // SAFETY: the out-parameter is ours.
    entries(|listing, err| unsafe { ffi::cshm_list(store, listing, err) }, listed)
}

pub(crate) fn collect(store: ffi::cshm_store, dry_run: bool) -> Result<Vec<Leftover>> {
    let options = ffi::cshm_collect_options { dry_run: dry_run.into(), ..Default::default() };
    // SAFETY: the struct is set up, the out-parameter is ours.
    entries(|listing, err| unsafe { ffi::cshm_store_collect(store, &options, listing, err) }, leftover)
}

pub(crate) fn repair(store: ffi::cshm_store, project: Option<&CStr>) -> Result<Vec<Repaired>> {
    let project = project.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: the string ends with NUL or is NULL, the out-parameter is ours.
    entries(|listing, err| unsafe { ffi::cshm_store_repair(store, project, listing, err) }, repaired)
}

/// An entry of a listing, with its strings.
struct Entry<'l> {
    project: ffi::cshm_project,
    name: &'l str,
    segment: &'l str,
    message: &'l str,
    manifest: &'l OsStr,
}

/// All entries of the listing that `list` makes.
fn entries<T>(
    list: impl FnOnce(*mut ffi::cshm_listing, *mut ffi::cshm_error) -> ffi::cshm_status,
    each: impl Fn(Entry<'_>) -> T,
) -> Result<Vec<T>> {
    let mut listing = Listing(ffi::cshm_listing { id: 0 });
    let mut count = 0;
    call(|err| list(&mut listing.0, err))?;
    // SAFETY: the out-parameter is ours.
    call(|err| unsafe { ffi::cshm_listing_count(listing.0, &mut count, err) })?;
    (0..count).map(|index| Ok(each(listing.entry(index)?))).collect()
}

impl Listing {
    fn entry(&self, index: u64) -> Result<Entry<'_>> {
        let mut project = ffi::cshm_project::default();
        // SAFETY: the struct is set up.
        call(|err| unsafe { ffi::cshm_listing_project(self.0, index, &mut project, err) })?;
        // SAFETY: the strings belong to the listing, which the entry borrows.
        let (name, segment, message, manifest) = unsafe {
            (
                from_c(project.name)?,
                from_c(project.segment)?,
                from_c(project.message)?,
                CStr::from_ptr(project.manifest),
            )
        };
        Ok(Entry { project, name, segment, message, manifest: OsStr::from_bytes(manifest.to_bytes()) })
    }
}

impl Entry<'_> {
    fn problem(&self) -> Option<Error> {
        Error::from_listing(self.project.status, self.message)
    }
}

fn listed(entry: Entry<'_>) -> Listed {
    Listed {
        name: entry.name.to_string(),
        manifest: entry.manifest.into(),
        segment: entry.segment.to_string(),
        problem: entry.problem(),
        generation: entry.project.generation,
        nbytes: entry.project.nbytes,
        created: system_time(entry.project.created_ns),
        array_count: entry.project.array_count,
        lifetime: Lifetime::from_c(entry.project.lifetime),
        in_use: entry.project.in_use != 0,
    }
}

fn leftover(entry: Entry<'_>) -> Leftover {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_string());
    Leftover {
        project: known(entry.name),
        manifest: (!entry.manifest.is_empty()).then(|| entry.manifest.into()),
        segment: known(entry.segment),
        nbytes: entry.project.nbytes,
        reason: entry.message.to_string(),
        problem: entry.problem(),
    }
}

fn repaired(entry: Entry<'_>) -> Repaired {
    Repaired {
        project: entry.name.to_string(),
        manifest: entry.manifest.into(),
        segment: entry.segment.to_string(),
        nbytes: entry.project.nbytes,
        reason: entry.message.to_string(),
        problem: entry.problem(),
    }
}
