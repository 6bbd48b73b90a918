// SPDX-License-Identifier: MIT
//! A namespace of projects.

use crate::error::call;
use crate::strings::{fetch, to_c};
use crate::{ffi, listing, Builder, Leftover, Listed, Mode, Project, Repaired, Result};
use std::ffi::{CString, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A store: a directory that holds the manifests of projects. Cloning gives another handle on the same one; every call
/// may be made by many threads at once.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let root = root.path().join("store");
/// use cuteshm::Store;
/// let store = Store::open(&root)?;
/// store.create("demo").array("x", &ndarray::arr1(&[1.0, 2.0])).publish()?;
/// let names: Vec<String> = store.projects()?.into_iter().map(|project| project.name).collect();
/// assert_eq!(names, ["demo"]);
/// store.unlink("demo")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Handle>,
}

#[derive(Debug)]
struct Handle(ffi::cshm_store);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: any handle may be closed.
        unsafe { ffi::cshm_store_close(self.0, std::ptr::null_mut()) };
    }
}

/// A syntax of manifests: of those that a store writes, which reads every one, and of [`Manifest`](crate::Manifest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ManifestFormat {
    /// YAML, in a subset that 1.1 and 1.2 read alike.
    Yaml,
    /// TOML 1.0.
    Toml,
}

/// What the users of a store's group may do with its projects: see [`StoreOptions::group`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// List, and attach with [`Store::attach`] and [`Store::attach_private`].
    Read,
    /// All that the owner may: attach to write, create, overwrite, unlink.
    ReadWrite,
}

/// Opens a store that is not as others are.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// use cuteshm::{ManifestFormat, Store};
/// let store = Store::options().root(root.path()).manifest(ManifestFormat::Toml).open()?;
/// assert!(store.manifest("demo")?.ends_with("cute-shm.demo.toml"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StoreOptions {
    root: Option<PathBuf>,
    prefix: Option<String>,
    manifest: Option<ManifestFormat>,
    group: Option<(String, Access)>,
}

impl StoreOptions {
    /// The directory; by default that of [`Store::open_default`].
    pub fn root(mut self, root: impl AsRef<Path>) -> Self {
        self.root = Some(root.as_ref().into());
        self
    }

    /// What the file names of manifests begin with; by default `cute-shm.`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// The syntax of manifests; by default what `$CUTE_SHM_MANIFEST` says (`yaml` or `toml`), else YAML.
    pub fn manifest(mut self, format: ManifestFormat) -> Self {
        self.manifest = Some(format);
        self
    }

    /// Shares the store with a group of the system, by its name or number; all who use the store must name the same one.
    /// An empty name shares it with nobody. By default it is what `$CUTE_SHM_GROUP` and `$CUTE_SHM_ACCESS` (`r` or `rw`)
    /// say, else nobody.
    ///
    /// The directory is then the group's (02750 or 02770, where it is 0700 without one), manifests and segments are 0640
    /// or 0660 (0600 without one), and what other members of the group have put there is trusted.
    ///
    /// ```no_run
    /// use cuteshm::{Access, Store};
    /// let store = Store::options().root("/srv/measurements").group("lab", Access::Read).open()?;
    /// # Ok::<(), cuteshm::Error>(())
    /// ```
    pub fn group(mut self, name: impl Into<String>, access: Access) -> Self {
        self.group = Some((name.into(), access));
        self
    }

    /// As [`Store::open_default`]; and [`Error::BadName`](crate::Error::BadName): the prefix is empty or holds a `/`;
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument): `$CUTE_SHM_MANIFEST` names no syntax, or
    /// `$CUTE_SHM_ACCESS` no access; [`Error::NotFound`](crate::Error::NotFound): no such group.
    pub fn open(&self) -> Result<Store> {
        let root = self.root.as_ref().map(|root| to_c("store", root.as_os_str().as_bytes())).transpose()?;
        let prefix = self.prefix.as_ref().map(|prefix| to_c("prefix", prefix.as_str())).transpose()?;
        let group = self.group.as_ref().map(|(name, _)| to_c("group", name.as_str())).transpose()?;
        let or_null = |text: &Option<CString>| text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
        let default = ffi::cshm_manifest_format::CSHM_MANIFEST_DEFAULT.0;
        let access = match self.group {
            None => ffi::cshm_access::CSHM_ACCESS_DEFAULT,
            Some((_, Access::Read)) => ffi::cshm_access::CSHM_ACCESS_READ,
            Some((_, Access::ReadWrite)) => ffi::cshm_access::CSHM_ACCESS_READ_WRITE,
        };
        let options = ffi::cshm_store_options {
            prefix: or_null(&prefix),
            manifest: self.manifest.map_or(default, ManifestFormat::to_c),
            group: or_null(&group),
            access: access.0,
            ..Default::default()
        };
        let mut store = ffi::cshm_store { id: 0 };
        // SAFETY: strings end with NUL or are NULL, the struct is set up.
        call(|err| unsafe { ffi::cshm_store_open(or_null(&root), &options, &mut store, err) })?;
        Ok(Store { inner: Arc::new(Handle(store)) })
    }
}

impl Store {
    /// Opens the default store, which all languages share: `$CUTE_SHM_ROOT`, else `/tmp/cute-shm-<uid>` if it is there
    /// and ours, else `/tmp/cute-shm` if it is ours or absent, else `/tmp/cute-shm-<uid>`.
    ///
    /// Nothing is created until a project is. [`Error::Permission`](crate::Error::Permission): the root is a symlink, or
    /// owned by another user; [`Error::BadName`](crate::Error::BadName): it is no directory.
    pub fn open_default() -> Result<Store> {
        Store::options().open()
    }

    /// Opens the store at `root`: as [`Store::open_default`].
    pub fn open(root: impl AsRef<Path>) -> Result<Store> {
        Store::options().root(root).open()
    }

    /// For a store that is not as others are: see [`StoreOptions`].
    pub fn options() -> StoreOptions {
        StoreOptions::default()
    }

    /// The root directory, absolute.
    pub fn root(&self) -> Result<PathBuf> {
        // SAFETY: the buffer is as long as the length says.
        let root = fetch(|buffer, length, err| unsafe { ffi::cshm_store_root(self.handle(), buffer, length, err) })?;
        Ok(OsString::from_vec(root).into())
    }

    /// The path of the manifest that `project` has, or would be given. [`Error::BadName`](crate::Error::BadName).
    pub fn manifest(&self, project: &str) -> Result<PathBuf> {
        let project = project_to_c(project)?;
        let manifest = fetch(|buffer, length, err| {
            // SAFETY: the string ends with NUL, the buffer is as long as the length says.
            unsafe { ffi::cshm_store_manifest(self.handle(), project.as_ptr(), buffer, length, err) }
        })?;
        Ok(OsString::from_vec(manifest).into())
    }

    /// Maps a project to be read.
    ///
    /// Nobody may write to a project while views of it are in use: Rust's `&[T]` says that its elements do not change.
    /// Published data never changes, unless a process attaches it to be written. That is `unsafe` in Rust
    /// ([`Store::attach_read_write`]), and in the other languages the one who does it takes on the same duty; to read
    /// data that someone writes at the same time, take [`Array::as_ptr`](crate::Array::as_ptr) and volatile or atomic
    /// reads, not views. Where no duty of others shall be relied on, the project can be [sealed](Builder::sealed): the
    /// kernel then lets nobody write.
    ///
    /// [`Error::NotFound`](crate::Error::NotFound): no such project, the message names the store and near matches;
    /// [`Error::Corrupt`](crate::Error::Corrupt), [`Error::Version`](crate::Error::Version),
    /// [`Error::Generation`](crate::Error::Generation): not what it should be;
    /// [`Error::Permission`](crate::Error::Permission); [`Error::BadName`](crate::Error::BadName).
    pub fn attach(&self, project: &str) -> Result<Project> {
        self.attach_as(project, Mode::ReadOnly)
    }

    /// Maps a project copy-on-write: what is written through [`Project::get_mut`] is seen through this attachment only.
    /// Attaching again gives another copy. Otherwise as [`Store::attach`].
    pub fn attach_private(&self, project: &str) -> Result<Project> {
        self.attach_as(project, Mode::Private)
    }

    /// Maps a project to be written: others see what is written through [`Project::get_mut`]. Otherwise as
    /// [`Store::attach`].
    ///
    /// # Safety
    /// While an [`ArrayMut`](crate::ArrayMut) of this attachment is in use, no other view of the same array may be: in no
    /// process, in no language, and not through another attachment in this one. Order readers and writers by means of
    /// your own.
    pub unsafe fn attach_read_write(&self, project: &str) -> Result<Project> {
        self.attach_as(project, Mode::ReadWrite)
    }

    fn attach_as(&self, project: &str, mode: Mode) -> Result<Project> {
        let name = project_to_c(project)?;
        let options = ffi::cshm_attach_options { mode: mode.to_c(), ..Default::default() };
        let mut attachment = ffi::cshm_attachment { id: 0 };
        // SAFETY: the string ends with NUL, the struct is set up.
        call(|err| unsafe { ffi::cshm_attach(self.handle(), name.as_ptr(), &options, &mut attachment, err) })?;
        Ok(Project::new(attachment, mode))
    }

    /// Begins a project: declare groups, arrays and attributes, then [`Builder::publish`].
    pub fn create<'a>(&self, project: &str) -> Builder<'a> {
        Builder::new(self.clone(), project)
    }

    /// The projects of this store, ordered by name, damaged ones included. Those whose owner died, or whose last user is
    /// gone, are removed first.
    /// [`Error::Permission`](crate::Error::Permission): the root cannot be read.
    pub fn projects(&self) -> Result<Vec<Listed>> {
        listing::list(self.handle())
    }

    /// Removes a project: its name at once, its memory as soon as the last process lets go. Those who are attached keep a
    /// whole tree. [`Error::NotFound`](crate::Error::NotFound): no such project, the message names near matches;
    /// [`Error::BadName`](crate::Error::BadName); [`Error::Permission`](crate::Error::Permission).
    pub fn unlink(&self, project: &str) -> Result<()> {
        let project = project_to_c(project)?;
        // SAFETY: the string ends with NUL.
        call(|err| unsafe { ffi::cshm_unlink(self.handle(), project.as_ptr(), err) })
    }

    /// Removes what the dead have left in this store, and tells what that was: projects whose owner died or whose last user
    /// is gone, segments of this store that are no project (half-built, overwritten, unlinked), manifests whose segment is
    /// gone. What is alive, in the making, or belongs to someone else is not touched. Other calls do the same for
    /// what they meet, so nobody has to call this. Safe beside every other call, in any process.
    ///
    /// [`Error::Permission`](crate::Error::Permission), [`Error::System`](crate::Error::System): the root or /dev/shm
    /// cannot be read.
    ///
    /// ```
    /// # let root = tempfile::tempdir()?;
    /// # let store = cuteshm::Store::open(root.path().join("store"))?;
    /// for left in store.collect()? {
    ///     println!("{} bytes of {:?}: {}", left.nbytes, left.project, left.reason);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn collect(&self) -> Result<Vec<Leftover>> {
        listing::collect(self.handle(), false)
    }

    /// What [`Store::collect`] would remove, without removing it.
    pub fn collect_dry_run(&self) -> Result<Vec<Leftover>> {
        listing::collect(self.handle(), true)
    }

    /// Writes manifests anew, from the segments, where they are gone, damaged, or of another generation than their segment:
    /// after a cleaner swept the store's directory, say. `None` stands for all projects of the store; what was repaired is
    /// returned. ([`Store::attach`] does it for a project whose manifest is gone.)
    ///
    /// [`Error::NotFound`](crate::Error::NotFound): the project that was named has no segment to repair it from;
    /// [`Error::BadName`](crate::Error::BadName); [`Error::Permission`](crate::Error::Permission).
    ///
    /// ```
    /// # let root = tempfile::tempdir()?;
    /// # let store = cuteshm::Store::open(root.path().join("store"))?;
    /// store.create("demo").array("x", &ndarray::arr1(&[1.0, 2.0])).publish()?;
    /// std::fs::remove_file(store.manifest("demo")?)?;
    /// let repaired = store.repair(None)?;
    /// assert_eq!(repaired[0].project, "demo");
    /// assert!(store.manifest("demo")?.exists());
    /// # store.unlink("demo")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn repair(&self, project: Option<&str>) -> Result<Vec<Repaired>> {
        let project = project.map(project_to_c).transpose()?;
        listing::repair(self.handle(), project.as_deref())
    }

    pub(crate) fn handle(&self) -> ffi::cshm_store {
        self.inner.0
    }
}

pub(crate) fn project_to_c(name: &str) -> Result<CString> {
    to_c("project", name)
}
