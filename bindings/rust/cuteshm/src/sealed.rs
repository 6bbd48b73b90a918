// SPDX-License-Identifier: MIT
//! Sealed projects, which go from process to process by a descriptor.

use crate::error::call;
use crate::{ffi, Mode, Project, Result};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

impl Project {
    /// A descriptor of a [sealed](crate::Builder::sealed) project's memory, to be handed to another process: as its standard
    /// input, through a Unix socket (`SCM_RIGHTS`), or as `/proc/PID/fd/N`, which those may open who may trace this process.
    /// It is read-only, closed by exec, and independent of this attachment.
    ///
    /// [`Error::State`](crate::Error::State): the project is not sealed; [`Error::System`](crate::Error::System): no
    /// descriptors are left.
    ///
    /// ```no_run
    /// # fn hand_over(project: cuteshm::Project) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::process::Command;
    /// Command::new("reader").stdin(project.export_fd()?).status()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// And the reader:
    ///
    /// ```no_run
    /// let project = cuteshm::Project::from_fd(std::io::stdin())?;
    /// # Ok::<(), cuteshm::Error>(())
    /// ```
    pub fn export_fd(&self) -> Result<OwnedFd> {
        let mut fd = -1;
        // SAFETY: the out-parameter is ours.
        call(|err| unsafe { ffi::cshm_attachment_export_fd(self.handle(), &mut fd, err) })?;
        // SAFETY: it is open, and nobody else's.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }

    /// Maps a sealed project that another process has handed over, to be read. The descriptor stays the caller's, and may be
    /// closed afterwards.
    ///
    /// It does not matter who made it: seals, header and index are checked before any byte is used, what is not sealed is
    /// refused, and what is sealed never changes. So, unlike with [`Store::attach`](crate::Store::attach), views of it
    /// rest on no one's promise.
    ///
    /// [`Error::Permission`](crate::Error::Permission): not sealed; [`Error::Corrupt`](crate::Error::Corrupt): no segment of
    /// ours, or damaged; [`Error::Version`](crate::Error::Version).
    pub fn from_fd(fd: impl AsFd) -> Result<Project> {
        attach_fd(fd, Mode::ReadOnly)
    }

    /// Maps a sealed project copy-on-write: what is written through [`Project::get_mut`] is seen through this attachment only.
    /// Otherwise as [`Project::from_fd`].
    pub fn from_fd_private(fd: impl AsFd) -> Result<Project> {
        attach_fd(fd, Mode::Private)
    }
}

fn attach_fd(fd: impl AsFd, mode: Mode) -> Result<Project> {
    let options = ffi::cshm_attach_options { mode: mode.to_c(), ..Default::default() };
    let mut attachment = ffi::cshm_attachment { id: 0 };
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: the descriptor is borrowed for the call, the struct is set up.
    call(|err| unsafe { ffi::cshm_attach_fd(fd, &options, &mut attachment, err) })?;
    Ok(Project::new(attachment, mode))
}
