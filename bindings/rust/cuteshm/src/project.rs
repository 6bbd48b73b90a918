// SPDX-License-Identifier: MIT
//! A project that is mapped.

use crate::array::open;
use crate::error::call;
use crate::loans::Loans;
use crate::manifest::text;
use crate::node::{Attributes, Nodes, Notes};
use crate::strings::{from_c, to_c};
use crate::{ffi, Array, ArrayMut, Attribute, Error, ManifestFormat, Node, Note, NoteKind, Result};
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What an attachment may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Reads: [`Store::attach`](crate::Store::attach).
    ReadOnly,
    /// Writes that all see: [`Store::attach_read_write`](crate::Store::attach_read_write).
    ReadWrite,
    /// Writes that only it sees: [`Store::attach_private`](crate::Store::attach_private).
    Private,
}

impl Mode {
    pub(crate) fn to_c(self) -> u32 {
        match self {
            Mode::ReadOnly => ffi::cshm_mode::CSHM_READ_ONLY.0,
            Mode::ReadWrite => ffi::cshm_mode::CSHM_READ_WRITE.0,
            Mode::Private => ffi::cshm_mode::CSHM_PRIVATE.0,
        }
    }
}

/// How long a project lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lifetime {
    /// Until it is unlinked, or the machine restarts.
    #[default]
    Persistent,
    /// Until the process that published it exits, however it exits.
    Owner,
    /// Until the last process that has it attached (a [`Project`], or an [`Array`] of it) lets go or exits, however it exits.
    LastUser,
}

impl Lifetime {
    pub(crate) fn to_c(self) -> u32 {
        match self {
            Lifetime::Persistent => ffi::cshm_lifetime::CSHM_PERSISTENT.0,
            Lifetime::Owner => ffi::cshm_lifetime::CSHM_OWNER.0,
            Lifetime::LastUser => ffi::cshm_lifetime::CSHM_LAST_USER.0,
        }
    }

    pub(crate) fn from_c(lifetime: u32) -> Self {
        match ffi::cshm_lifetime(lifetime) {
            ffi::cshm_lifetime::CSHM_OWNER => Lifetime::Owner,
            ffi::cshm_lifetime::CSHM_LAST_USER => Lifetime::LastUser,
            _ => Lifetime::Persistent,
        }
    }
}

/// A project that this process has mapped. Cloning gives another handle on the same mapping; every call may be made by many
/// threads at once. The memory stays mapped until the last clone and the last array of it are dropped, whatever becomes
/// of the project in the store.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// # let x = ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0]]);
/// store.create("demo").array("b/x", &x).attr("b/x", "unit", "mm").publish()?;
/// let project = store.attach("demo")?;
/// for node in project.nodes() {
///     println!("{} {:?}", node.path(), node.kind());
/// }
/// let array = project.get("b/x")?;
/// assert_eq!(array.view::<f64>()?[[1, 0]], 3.0);
/// assert_eq!(project.attr("b/x", "unit")?.text()?, "mm");
/// # store.unlink("demo")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Project {
    inner: Arc<Attachment>,
}

#[derive(Debug)]
struct Attachment {
    handle: ffi::cshm_attachment,
    mode: Mode,
    loans: Arc<Loans>,
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // SAFETY: any handle may be passed. The memory stays mapped for arrays that were taken from it.
        unsafe { ffi::cshm_detach(self.handle, std::ptr::null_mut()) };
    }
}

/// What there is to know about an attachment.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Info<'p> {
    /// The project's name.
    pub project: &'p str,
    /// The store's root, as it was when the project was published.
    pub root: &'p Path,
    /// The segment's name in /dev/shm; of a sealed project, what `/proc/PID/fd` calls it.
    pub segment: &'p str,
    /// The identity of this creation of the project.
    pub generation: u64,
    /// When it was published.
    pub created: SystemTime,
    /// Bytes mapped, index included.
    pub nbytes: u64,
    /// Groups and arrays, the root included.
    pub node_count: u32,
    /// Arrays; aliases count once.
    pub array_count: u32,
    /// How long it lives; [`Lifetime::LastUser`] for a sealed one.
    pub lifetime: Lifetime,
    /// Whether nobody can change or cut it, and it is in no store: see [`Builder::sealed`](crate::Builder::sealed).
    pub sealed: bool,
}

impl Project {
    pub(crate) fn new(handle: ffi::cshm_attachment, mode: Mode) -> Self {
        Project { inner: Arc::new(Attachment { handle, mode, loans: Arc::default() }) }
    }

    /// The array at a path such as `b/b1`; `""` and a leading `/` are the root.
    ///
    /// [`Error::NotFound`]: nothing there, the message names the part that is missing; [`Error::BadType`]: it is a group;
    /// [`Error::Borrowed`]: the attachment is writable and an [`ArrayMut`] of it lives.
    pub fn get(&self, path: &str) -> Result<Array> {
        let path = to_c("path", path)?;
        // SAFETY: the string ends with NUL, the out-parameter is ours.
        let handle = open(|out, err| unsafe { ffi::cshm_array_open(self.handle(), path.as_ptr(), out, err) })?;
        Array::new(handle, self.loans())
    }

    /// The array at a path, to be written. Until it is dropped no one else can have it through this attachment.
    ///
    /// [`Error::State`]: the project is attached read-only; [`Error::Borrowed`]: an [`Array`] of it lives, or another
    /// [`ArrayMut`]. Otherwise as [`Project::get`].
    pub fn get_mut(&self, path: &str) -> Result<ArrayMut> {
        let Some(loans) = self.loans() else {
            let name = self.info()?.project;
            let cure = "attach it with attach_private or attach_read_write";
            return Err(Error::state(format!(
                "project '{name}' is attached read-only, array '{path}' not writable: {cure}"
            )));
        };
        let path = to_c("path", path)?;
        // SAFETY: the string ends with NUL, the out-parameter is ours.
        let handle = open(|out, err| unsafe { ffi::cshm_array_open(self.handle(), path.as_ptr(), out, err) })?;
        ArrayMut::new(handle, loans)
    }

    /// The bytes of the array at a path, in the order of memory, without a handle of their own.
    ///
    /// [`Error::State`]: the attachment is writable; take [`Project::get`] and [`Array::bytes`]. Otherwise as
    /// [`Project::get`].
    pub fn bytes(&self, path: &str) -> Result<&[u8]> {
        if self.mode() != Mode::ReadOnly {
            return Err(Error::state(format!("array '{path}' is writable: take get('{path}') and its bytes()")));
        }
        let number = self.node(path)?.number();
        let mut view = ffi::cshm_array_view::default();
        // SAFETY: the struct is set up.
        call(|err| unsafe { ffi::cshm_attachment_view(self.handle(), number, &mut view, err) })?;
        // SAFETY: the memory is mapped as long as `self` lives, and nobody writes: see `Store::attach`.
        Ok(unsafe { std::slice::from_raw_parts(view.data.cast(), view.nbytes as usize) })
    }

    /// All groups and arrays in tree order: a group, then all below it. The first is the root.
    pub fn nodes(&self) -> Nodes<'_> {
        Nodes::all(self, self.describe().node_count)
    }

    /// The group or array at a path; `""` is the root. [`Error::NotFound`].
    pub fn node(&self, path: &str) -> Result<Node<'_>> {
        Node::find(self, path)
    }

    /// The attributes of the group or array at a path; `""` for the project's own. [`Error::NotFound`].
    pub fn attrs(&self, path: &str) -> Result<Attributes<'_>> {
        Ok(self.node(path)?.attrs())
    }

    /// An attribute of the group or array at a path. [`Error::NotFound`].
    pub fn attr(&self, path: &str, name: &str) -> Result<Attribute<'_>> {
        self.node(path)?.attr(name)
    }

    /// What a reader should know about where the project came from.
    pub fn notes(&self) -> Notes<'_> {
        Notes::all(self, self.describe().note_count)
    }

    /// Objects of the source that are not in the project: path and reason.
    pub fn skipped(&self) -> impl Iterator<Item = (&str, &str)> {
        let skipped = self.notes().filter(|note| note.kind == NoteKind::Skipped);
        skipped.map(|Note { key, text, .. }| (key, text))
    }

    /// Where the project came from: the note of that key, such as `producer` or `hdf5.path`.
    pub fn origin(&self, key: &str) -> Option<&str> {
        let origin = self.notes().find(|note| note.kind == NoteKind::Origin && note.key == key);
        origin.map(|note| note.text)
    }

    /// The project's manifest as text, whatever the store has: a full table of contents, written from what is in memory.
    /// [`Error::State`]: the project is being built, and not published yet.
    pub fn manifest(&self, format: ManifestFormat) -> Result<String> {
        // SAFETY: the buffer is as long as the length says.
        text(|buffer, length, err| unsafe {
            ffi::cshm_attachment_manifest(self.handle(), format.to_c(), buffer, length, err)
        })
    }

    /// Name, size, identity and so on.
    pub fn info(&self) -> Result<Info<'_>> {
        let info = self.describe();
        // SAFETY: the strings belong to the attachment, which `self` keeps.
        let (project, segment, root) =
            unsafe { (from_c(info.project)?, from_c(info.segment)?, CStr::from_ptr(info.root)) };
        Ok(Info {
            project,
            root: Path::new(OsStr::from_bytes(root.to_bytes())),
            segment,
            generation: info.generation,
            created: system_time(info.created_ns),
            nbytes: info.nbytes,
            node_count: info.node_count,
            array_count: info.array_count,
            lifetime: Lifetime::from_c(info.lifetime),
            sealed: info.sealed != 0,
        })
    }

    /// Whether this is still the generation that a new attach would get: false after an overwrite or an unlink.
    pub fn is_current(&self) -> Result<bool> {
        let mut current = 0;
        // SAFETY: the out-parameter is ours.
        call(|err| unsafe { ffi::cshm_attachment_is_current(self.handle(), &mut current, err) })?;
        Ok(current != 0)
    }

    /// Waits until [`Project::is_current`] is false: the project was overwritten or unlinked, or its owner is gone.
    /// [`Project::reattach`] gives the newer one. `None` waits for ever. [`Error::TimedOut`]: it still is current.
    pub fn wait_newer(&self, timeout: Option<Duration>) -> Result<()> {
        let timeout = timeout.map_or(-1, |timeout| i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX));
        // SAFETY: any handle may be passed.
        call(|err| unsafe { ffi::cshm_attachment_wait_newer(self.handle(), timeout, err) })
    }

    /// Attaches the newest generation of the same project, in the same mode, from the store that this one came from. This
    /// one stays as it is, whole. Where it still is the newest, that is one more attachment of it, and of
    /// [`Mode::Private`] one more copy.
    ///
    /// [`Error::Unsupported`]: it is sealed, so there is never a newer one; [`Error::State`]: it is attached to be written:
    /// [`Project::reattach_read_write`]; otherwise as [`Store::attach`](crate::Store::attach).
    ///
    /// ```
    /// # let root = tempfile::tempdir()?;
    /// # let store = cuteshm::Store::open(root.path().join("store"))?;
    /// let mut project = store.create("demo").array("x", &ndarray::arr1(&[1])).publish()?;
    /// store.create("demo").overwrite(true).array("x", &ndarray::arr1(&[2])).publish()?;
    /// if !project.is_current()? {
    ///     project = project.reattach()?;
    /// }
    /// assert_eq!(project.get("x")?.view::<i32>()?[0], 2);
    /// # store.unlink("demo")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reattach(&self) -> Result<Project> {
        if self.mode() == Mode::ReadWrite {
            let name = self.info()?.project;
            return Err(Error::state(format!(
                "project '{name}' is attached to be written, for which a new promise is needed: reattach_read_write"
            )));
        }
        self.attach_newest()
    }

    /// As [`Project::reattach`], for a project that is attached to be written. [`Error::State`]: this one is not.
    ///
    /// # Safety
    /// As [`Store::attach_read_write`](crate::Store::attach_read_write), for the new attachment; where this one still is the
    /// newest, its own arrays count as those of another attachment.
    pub unsafe fn reattach_read_write(&self) -> Result<Project> {
        if self.mode() != Mode::ReadWrite {
            let name = self.info()?.project;
            return Err(Error::state(format!("project '{name}' is not attached to be written: take reattach")));
        }
        self.attach_newest()
    }

    fn attach_newest(&self) -> Result<Project> {
        let mut newer = ffi::cshm_attachment { id: 0 };
        // SAFETY: the out-parameter is ours.
        call(|err| unsafe { ffi::cshm_attachment_reattach(self.handle(), &mut newer, err) })?;
        Ok(Project::new(newer, self.mode()))
    }

    /// What this attachment may do.
    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    pub(crate) fn handle(&self) -> ffi::cshm_attachment {
        self.inner.handle
    }

    /// Who holds which array; `None` where nobody can write.
    pub(crate) fn loans(&self) -> Option<&Arc<Loans>> {
        (self.inner.mode != Mode::ReadOnly).then_some(&self.inner.loans)
    }

    fn describe(&self) -> ffi::cshm_attachment_info {
        let mut info = ffi::cshm_attachment_info::default();
        // SAFETY: the struct is set up.
        let done = call(|err| unsafe { ffi::cshm_attachment_describe(self.handle(), &mut info, err) });
        done.expect("an attachment that lives can be described");
        info
    }
}

pub(crate) fn system_time(ns: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(ns)
}
