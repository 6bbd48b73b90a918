// SPDX-License-Identifier: MIT
//! From an HDF5 file to a project, and back.

use crate::builder::{check_sealed, this_program};
use crate::error::call;
use crate::store::project_to_c;
use crate::strings::to_c;
use crate::{ffi, Lifetime, Mode, Project, Result, Store};
use std::any::Any;
use std::ffi::{c_void, CStr, CString};
use std::fmt;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::path::Path;
use std::ptr;

/// How [`Store::load_hdf5`] loads.
#[must_use]
pub struct Hdf5Options<'f> {
    overwrite: bool,
    lifetime: Option<Lifetime>,
    sealed: bool,
    strict: bool,
    native_endian: bool,
    isolate: bool,
    external_links: ExternalLinks,
    producer: String,
    select: Vec<String>,
    exclude: Vec<String>,
    max_bytes_per_dataset: u64,
    threads: u32,
    progress: Option<Progress<'f>>,
}

/// Which other files [`Store::load_hdf5`] reads. What a link, a virtual dataset or external storage names was chosen by
/// whoever wrote the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExternalLinks {
    /// Data of virtual datasets and external storage, in the file's folder or below it; no link is followed.
    #[default]
    Data,
    /// And what links into other files lead to, there.
    Folder,
    /// All that anywhere.
    Anywhere,
}

type Progress<'f> = Box<dyn FnMut(u64, u64) -> ControlFlow<()> + 'f>;

impl Default for Hdf5Options<'_> {
    fn default() -> Self {
        Hdf5Options {
            overwrite: false,
            lifetime: None,
            sealed: false,
            strict: false,
            native_endian: false,
            isolate: false,
            external_links: ExternalLinks::Data,
            producer: this_program(),
            select: Vec::new(),
            exclude: Vec::new(),
            max_bytes_per_dataset: 0,
            threads: 0,
            progress: None,
        }
    }
}

impl<'f> Hdf5Options<'f> {
    /// The defaults: as those of [`Builder`](crate::Builder), not strict, no progress.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to replace a project of that name, in one step.
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// How long the project lives.
    pub fn lifetime(mut self, lifetime: Lifetime) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Whether to seal the project: as [`Builder::sealed`](crate::Builder::sealed).
    pub fn sealed(mut self, sealed: bool) -> Self {
        self.sealed = sealed;
        self
    }

    /// Whether an object that cannot be represented makes the whole load fail, before anything is created. If not, it is
    /// left out and told by [`Project::skipped`].
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Whether numbers of the other byte order become those of this machine.
    pub fn native_endian(mut self, native: bool) -> Self {
        self.native_endian = native;
        self
    }

    /// Which other files are read.
    pub fn external_links(mut self, links: ExternalLinks) -> Self {
        self.external_links = links;
        self
    }

    /// Who made it: as [`Builder::producer`](crate::Builder::producer).
    pub fn producer(mut self, producer: &str) -> Self {
        self.producer = producer.to_string();
        self
    }

    /// A glob for paths, in addition to those given before: only what one of them matches is loaded. `*` stands for
    /// anything within a level, `**` across levels, `?` for one character; one that matches a group takes all that is in it.
    pub fn select(mut self, glob: &str) -> Self {
        self.select.push(glob.to_string());
        self
    }

    /// The same of what is left out, whatever is selected.
    pub fn exclude(mut self, glob: &str) -> Self {
        self.exclude.push(glob.to_string());
        self
    }

    /// Leaves out larger datasets; 0: none.
    pub fn max_bytes_per_dataset(mut self, nbytes: u64) -> Self {
        self.max_bytes_per_dataset = nbytes;
        self
    }

    /// How many threads read and inflate; 0, the default: as many as there are cores.
    pub fn threads(mut self, threads: u32) -> Self {
        self.threads = threads;
        self
    }

    /// Whether a process of its own reads the file. A damaged one that makes HDF5 crash, loop or eat memory then ends that
    /// process, and the load with [`Error::Hdf5`](crate::Error::Hdf5), which names the object.
    pub fn isolate(mut self, isolate: bool) -> Self {
        self.isolate = isolate;
        self
    }

    /// A function that is called now and then with bytes done (0 at first, all at last) and bytes in all.
    /// [`ControlFlow::Break`] cancels: [`Error::Cancelled`](crate::Error::Cancelled), nothing is created. A panic in it
    /// cancels, too, and goes on once the library has cleaned up.
    pub fn progress(mut self, progress: impl FnMut(u64, u64) -> ControlFlow<()> + 'f) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }
}

impl Hdf5Options<'_> {
    /// Calls with the options as the library takes them. A panic of the progress function goes on after that.
    fn with_c<T>(self, work: impl FnOnce(&ffi::cshm_hdf5_options) -> Result<T>) -> Result<T> {
        let producer = to_c("producer", &self.producer)?;
        let (select, exclude) = (globs_to_c("select", &self.select)?, globs_to_c("exclude", &self.exclude)?);
        let mut call_back = CallBack { progress: self.progress, panic: None };
        let c_options = ffi::cshm_hdf5_options {
            overwrite: self.overwrite.into(),
            lifetime: self.lifetime.unwrap_or_default().to_c(),
            sealed: self.sealed.into(),
            strict: self.strict.into(),
            native_endian: self.native_endian.into(),
            isolate: self.isolate.into(),
            external_links: self.external_links as u32,
            progress: if call_back.progress.is_some() { Some(on_progress) } else { None },
            user: (&raw mut call_back).cast(),
            producer: producer.as_ptr(),
            select: select.as_ref().map_or(ptr::null(), |globs| globs.as_ptr()),
            exclude: exclude.as_ref().map_or(ptr::null(), |globs| globs.as_ptr()),
            max_bytes_per_dataset: self.max_bytes_per_dataset,
            threads: self.threads,
            ..Default::default()
        };
        let done = work(&c_options);
        match call_back.panic {
            Some(panic) => resume_unwind(panic),
            None => done,
        }
    }
}

impl fmt::Debug for Hdf5Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Hdf5Options");
        shown.field("overwrite", &self.overwrite).field("lifetime", &self.lifetime).field("sealed", &self.sealed);
        shown.field("strict", &self.strict).field("select", &self.select).field("exclude", &self.exclude);
        shown.field("max_bytes_per_dataset", &self.max_bytes_per_dataset).field("threads", &self.threads);
        shown.field("native_endian", &self.native_endian);
        shown.field("isolate", &self.isolate);
        shown.field("external_links", &self.external_links);
        shown.field("producer", &self.producer).field("progress", &self.progress.is_some()).finish()
    }
}

impl Store {
    /// Loads a whole HDF5 file and publishes it as a project. Data is streamed through a buffer of a few MiB, whatever the
    /// file's size. HDF5 itself runs one call at a time: loads in several threads wait for each other.
    ///
    /// On failure nothing is created, and a project that was to be overwritten is whole.
    /// [`Error::NotFound`](crate::Error::NotFound): no such file; [`Error::Hdf5`](crate::Error::Hdf5): not HDF5, truncated,
    /// written by a newer HDF5, or unreadable; [`Error::Cancelled`](crate::Error::Cancelled);
    /// [`Error::Unsupported`](crate::Error::Unsupported): strict, and an object cannot be represented; and those of
    /// [`Builder::publish`](crate::Builder::publish).
    ///
    /// ```no_run
    /// use cuteshm::{Hdf5Options, Store};
    /// use std::ops::ControlFlow;
    /// let options = Hdf5Options::new().progress(|done, total| {
    ///     eprint!("\r{done} of {total} bytes");
    ///     ControlFlow::Continue(())
    /// });
    /// let project = Store::open_default()?.load_hdf5("run 1", "run1.nxs", options)?;
    /// for (path, reason) in project.skipped() {
    ///     eprintln!("left out: {path}: {reason}");
    /// }
    /// # Ok::<(), cuteshm::Error>(())
    /// ```
    pub fn load_hdf5(&self, project: &str, file: impl AsRef<Path>, options: Hdf5Options<'_>) -> Result<Project> {
        check_sealed(project, options.sealed, options.overwrite, options.lifetime)?;
        let project = project_to_c(project)?;
        let file = to_c("file", file.as_ref().as_os_str().as_bytes())?;
        options.with_c(|options| {
            let mut attachment = ffi::cshm_attachment { id: 0 };
            // SAFETY: strings end with NUL; the call-back is called during this call only, by this thread.
            call(|err| unsafe {
                ffi::cshm_hdf5_load(self.handle(), project.as_ptr(), file.as_ptr(), options, &mut attachment, err)
            })?;
            Ok(Project::new(attachment, Mode::ReadOnly))
        })
    }
}

/// How [`Project::save_hdf5`] saves.
#[must_use]
pub struct Hdf5SaveOptions<'f> {
    overwrite: bool,
    deflate: u32,
    shuffle: bool,
    chunk: u64,
    threads: u32,
    progress: Option<Progress<'f>>,
}

impl Default for Hdf5SaveOptions<'_> {
    fn default() -> Self {
        Hdf5SaveOptions { overwrite: false, deflate: 0, shuffle: true, chunk: 0, threads: 0, progress: None }
    }
}

impl<'f> Hdf5SaveOptions<'f> {
    /// The defaults: nothing is replaced, no compression, no chunks, no progress.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to replace a file of that name, as soon as the new one is whole.
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Level of compression, 1 (fast) to 9 (small); 0: none.
    pub fn deflate(mut self, level: u32) -> Self {
        self.deflate = level;
        self
    }

    /// Whether bytes are put in the order that is better to compress, as they are by default. Without
    /// [`deflate`](Self::deflate) it does nothing.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Bytes of a chunk, at most 1 GiB; 0: 1 MiB where there is compression, else no chunks.
    pub fn chunk(mut self, nbytes: u64) -> Self {
        self.chunk = nbytes;
        self
    }

    /// Threads that compress; 0: as many as there are cores.
    pub fn threads(mut self, threads: u32) -> Self {
        self.threads = threads;
        self
    }

    /// As [`Hdf5Options::progress`].
    pub fn progress(mut self, progress: impl FnMut(u64, u64) -> ControlFlow<()> + 'f) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }
}

impl fmt::Debug for Hdf5SaveOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Hdf5SaveOptions");
        shown.field("overwrite", &self.overwrite).field("deflate", &self.deflate).field("shuffle", &self.shuffle);
        shown.field("chunk", &self.chunk).field("threads", &self.threads);
        shown.field("progress", &self.progress.is_some()).finish()
    }
}

impl Project {
    /// Writes the project to an HDF5 file: groups, arrays and attributes. Loaded again, they are the same, but for the order
    /// of arrays that are in Fortran's. The file gets its name when it is whole and on the disk: on failure nothing of it
    /// remains, and a file that was to be overwritten is whole.
    ///
    /// [`Error::Exists`](crate::Error::Exists): the file is there already; [`Error::NotFound`](crate::Error::NotFound): no
    /// such folder; [`Error::NoSpace`](crate::Error::NoSpace): the disk is full; [`Error::Hdf5`](crate::Error::Hdf5): HDF5
    /// has no room for an array or attribute, which is named; [`Error::Cancelled`](crate::Error::Cancelled);
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument): an option out of its range;
    /// [`Error::Permission`](crate::Error::Permission).
    ///
    /// ```no_run
    /// use cuteshm::{Hdf5SaveOptions, Store};
    /// let project = Store::open_default()?.attach("run 1")?;
    /// project.save_hdf5("run1.h5", Hdf5SaveOptions::new().deflate(4))?;
    /// # Ok::<(), cuteshm::Error>(())
    /// ```
    pub fn save_hdf5(&self, file: impl AsRef<Path>, options: Hdf5SaveOptions<'_>) -> Result<()> {
        let file = to_c("file", file.as_ref().as_os_str().as_bytes())?;
        let mut call_back = CallBack { progress: options.progress, panic: None };
        let c_options = ffi::cshm_hdf5_save_options {
            overwrite: options.overwrite.into(),
            deflate: options.deflate,
            shuffle: options.shuffle.into(),
            chunk: options.chunk,
            threads: options.threads,
            progress: if call_back.progress.is_some() { Some(on_progress) } else { None },
            user: (&raw mut call_back).cast(),
            ..Default::default()
        };
        // SAFETY: the string ends with NUL; the call-back is called during this call only, by this thread.
        let done = call(|err| unsafe { ffi::cshm_hdf5_save(self.handle(), file.as_ptr(), &c_options, err) });
        match call_back.panic {
            Some(panic) => resume_unwind(panic),
            None => done,
        }
    }
}

/// Globs as the library takes them, one a line.
fn globs_to_c(what: &'static str, globs: &[String]) -> Result<Option<CString>> {
    if globs.is_empty() {
        return Ok(None);
    }
    to_c(what, globs.join("\n")).map(Some)
}

struct CallBack<'f> {
    progress: Option<Progress<'f>>,
    panic: Option<Box<dyn Any + Send>>,
}

/// No panic may cross the border: it is kept, and the load cancelled.
unsafe extern "C" fn on_progress(user: *mut c_void, done: u64, total: u64) -> i32 {
    // SAFETY: `load_hdf5` or `save_hdf5` gave it, and does not touch it during the call.
    let call_back = unsafe { &mut *user.cast::<CallBack<'_>>() };
    let Some(progress) = &mut call_back.progress else { return 0 };
    match catch_unwind(AssertUnwindSafe(|| progress(done, total))) {
        Ok(ControlFlow::Continue(())) => 0,
        Ok(ControlFlow::Break(())) => 1,
        Err(panic) => {
            call_back.panic = Some(panic);
            1
        }
    }
}

/// The data in an HDF5 file, in bytes: what [`Store::load_hdf5`] with the same options would put into arrays. Those of the
/// project, and [`strict`](Hdf5Options::strict), mean nothing here.
/// [`Error::NotFound`](crate::Error::NotFound), [`Error::Hdf5`](crate::Error::Hdf5),
/// [`Error::Cancelled`](crate::Error::Cancelled).
pub fn hdf5_nbytes(file: impl AsRef<Path>, options: Hdf5Options<'_>) -> Result<u64> {
    let file = to_c("file", file.as_ref().as_os_str().as_bytes())?;
    options.with_c(|options| {
        let mut nbytes = 0;
        // SAFETY: the string ends with NUL, the out-parameter is ours, the call-back is called during this call only.
        call(|err| unsafe { ffi::cshm_hdf5_nbytes(file.as_ptr(), options, &mut nbytes, err) })?;
        Ok(nbytes)
    })
}

/// The version of the HDF5 library in use: `1.10.8`.
pub fn hdf5_version() -> String {
    // SAFETY: a static string.
    unsafe { CStr::from_ptr(ffi::cshm_hdf5_version()) }.to_string_lossy().into_owned()
}
