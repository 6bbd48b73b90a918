// SPDX-License-Identifier: MIT
//! Manifests and layouts as text.

use crate::error::call;
use crate::strings::{fetch, to_c};
use crate::{ffi, Error, ManifestFormat, Result};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

impl ManifestFormat {
    pub(crate) fn to_c(self) -> u32 {
        match self {
            ManifestFormat::Yaml => ffi::cshm_manifest_format::CSHM_MANIFEST_YAML.0,
            ManifestFormat::Toml => ffi::cshm_manifest_format::CSHM_MANIFEST_TOML.0,
        }
    }
}

/// A manifest, or a layout that was written by hand, which was read and checked. It can be written in either syntax, and
/// [`Builder::layout`](crate::Builder::layout) declares what it tells. Cloning gives another handle on the same one.
///
/// ```
/// use cuteshm::{Manifest, ManifestFormat};
/// let layout = "cute-shm-layout: 1\narrays:\n  - {path: \"state/joints\", dtype: float64, shape: [7]}\n";
/// let toml = Manifest::parse(layout, ManifestFormat::Yaml)?.to_text(ManifestFormat::Toml)?;
/// assert!(toml.contains("[[arrays]]\npath = \"state/joints\"\n"));
/// # Ok::<(), cuteshm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Manifest {
    inner: Arc<Handle>,
}

#[derive(Debug)]
struct Handle(ffi::cshm_manifest);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: any handle may be closed.
        unsafe { ffi::cshm_manifest_close(self.0, std::ptr::null_mut()) };
    }
}

impl Manifest {
    /// Reads a file: TOML where its name ends in `.toml`, else YAML.
    ///
    /// [`Error::NotFound`]: no such file; [`Error::Corrupt`]: neither YAML nor TOML, neither manifest nor layout, or with
    /// what is refused: anchors, aliases, tags, merge keys, keys that come twice, arrays that overlap;
    /// [`Error::Version`]: written for a newer cute-shm; [`Error::BadType`], [`Error::BadName`]: a dtype, path or name in
    /// it; [`Error::Limit`]: more than 64 MiB, 64 levels or a million values; [`Error::Permission`]. The message names
    /// file, line and column, what was wanted and what was found.
    pub fn read(path: impl AsRef<Path>) -> Result<Manifest> {
        let path = to_c("file", path.as_ref().as_os_str().as_bytes())?;
        // SAFETY: the string ends with NUL.
        Manifest::made(|manifest, err| unsafe { ffi::cshm_manifest_read(path.as_ptr(), manifest, err) })
    }

    /// Reads a text in UTF-8. Errors as of [`Manifest::read`]; messages call it `manifest`.
    pub fn parse(text: impl AsRef<[u8]>, format: ManifestFormat) -> Result<Manifest> {
        let (text, name) = (text.as_ref(), std::ptr::null());
        Manifest::made(|manifest, err| {
            // SAFETY: as many bytes as is said.
            unsafe { ffi::cshm_manifest_parse(text.as_ptr().cast(), text.len(), format.to_c(), name, manifest, err) }
        })
    }

    fn made(make: impl FnOnce(*mut ffi::cshm_manifest, *mut ffi::cshm_error) -> ffi::cshm_status) -> Result<Manifest> {
        let mut manifest = ffi::cshm_manifest { id: 0 };
        call(|err| make(&mut manifest, err))?;
        Ok(Manifest { inner: Arc::new(Handle(manifest)) })
    }

    /// The whole as text, keys and values in the order in which they were read; of comments only those on top. What
    /// cute-shm has written comes out byte for byte, from either syntax into either.
    ///
    /// [`Error::Unsupported`]: under a key that cute-shm does not know there is what the syntax has not, such as null in
    /// TOML.
    pub fn to_text(&self, format: ManifestFormat) -> Result<String> {
        // SAFETY: the buffer is as long as the length says.
        text(|buffer, length, err| unsafe {
            ffi::cshm_manifest_text(self.handle(), format.to_c(), buffer, length, err)
        })
    }

    pub(crate) fn handle(&self) -> ffi::cshm_manifest {
        self.inner.0
    }
}

/// A manifest's text, which is UTF-8.
pub(crate) fn text(
    write: impl Fn(*mut std::ffi::c_char, *mut usize, *mut ffi::cshm_error) -> ffi::cshm_status,
) -> Result<String> {
    String::from_utf8(fetch(write)?).map_err(|_| Error::corrupt("the text of a manifest is not UTF-8"))
}
