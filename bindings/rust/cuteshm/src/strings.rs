// SPDX-License-Identifier: MIT
//! Strings across the border.

use crate::error::call;
use crate::{ffi, Error, Result};
use std::ffi::{c_char, CStr, CString};

/// A string for the C library. A NUL inside would cut it short there: [`Error::BadName`].
pub(crate) fn to_c(what: &str, text: impl AsRef<[u8]>) -> Result<CString> {
    let text = text.as_ref();
    CString::new(text).map_err(|error| {
        let shown = String::from_utf8_lossy(text);
        Error::bad_name(format!("{what} {shown:?} holds a NUL byte at {}: not allowed", error.nul_position()))
    })
}

/// A borrowed string of the C library.
///
/// # Safety
/// `text` ends with NUL and lives as long as `'a`.
pub(crate) unsafe fn from_c<'a>(text: *const c_char) -> Result<&'a str> {
    // SAFETY: as the caller promises.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map_err(|_| Error::corrupt(format!("{:?} is not UTF-8", text.to_string_lossy())))
}

/// A string out: asks for its length, then for its bytes (without the NUL).
pub(crate) fn fetch(
    function: impl Fn(*mut c_char, *mut usize, *mut ffi::cshm_error) -> ffi::cshm_status,
) -> Result<Vec<u8>> {
    let mut length = 0;
    match call(|err| function(std::ptr::null_mut(), &mut length, err)) {
        Ok(()) | Err(Error::BufferTooSmall(_)) => {}
        Err(error) => return Err(error),
    }
    let mut buffer = vec![0u8; length + 1];
    length = buffer.len();
    call(|err| function(buffer.as_mut_ptr().cast(), &mut length, err))?;
    buffer.truncate(length);
    Ok(buffer)
}
