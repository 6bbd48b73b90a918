// SPDX-License-Identifier: MIT
//! What can go wrong.

use crate::ffi;
use std::ffi::CStr;
use std::{fmt, io};

/// The result of every call that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the library said about a failure.
#[derive(Debug)]
pub struct Failure {
    message: String,
    os: Option<io::Error>,
}

impl Failure {
    /// One line: the object, what was wanted, what was found, the cure.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The system call's own error, where one was at fault.
    pub fn os_error(&self) -> Option<&io::Error> {
        self.os.as_ref()
    }

    fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into(), os: None }
    }
}

/// Why a call failed: one variant for each status of the C library, and those that only Rust can meet.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// let store = cuteshm::Store::open(root.path().join("store"))?;
/// match store.attach("nothing") {
///     Err(cuteshm::Error::NotFound(failure)) => assert!(failure.message().contains("nothing")),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Programming error: an argument that no call could accept.
    InvalidArgument(Failure),
    /// A handle that was released. Safe code cannot meet it.
    StaleHandle(Failure),
    /// Programming error: not in this order, or not in this mode.
    State(Failure),
    /// No such project, node, attribute or file.
    NotFound(Failure),
    /// A project or node of that name is there already; it is untouched.
    Exists(Failure),
    /// A project's or node's name that is not allowed.
    BadName(Failure),
    /// A dtype that is not understood, or a group where an array was wanted.
    BadType(Failure),
    /// Not enough shared memory: nothing was created.
    NoSpace(Failure),
    /// Not enough memory in this process.
    NoMemory(Failure),
    /// Not allowed, or owned by someone else.
    Permission(Failure),
    /// A segment or manifest that is damaged, truncated or not ours.
    Corrupt(Failure),
    /// A segment or manifest written in a newer format.
    Version(Failure),
    /// Manifest and segment are not of one generation.
    Generation(Failure),
    /// The system or this build of the library cannot do that.
    Unsupported(Failure),
    /// The progress function asked to stop; nothing was created.
    Cancelled(Failure),
    /// A buffer was too small. Safe code cannot meet it.
    BufferTooSmall(Failure),
    /// A system call failed: see [`Failure::os_error`].
    System(Failure),
    /// The HDF5 library could not open or read the file.
    Hdf5(Failure),
    /// More than the format or the library can hold.
    Limit(Failure),
    /// It had not happened when the time was over.
    TimedOut(Failure),
    /// A status that this version of the crate does not know.
    Unknown(i32, Failure),
    /// The elements are not of the Rust type that was asked for.
    Type {
        /// The dtype, or dtypes, that the Rust type can show.
        wanted: String,
        /// The dtype that is there.
        found: String,
        /// Where: an array's path, or `path@name` of an attribute.
        path: String,
    },
    /// A writable array has one user, or any number of readers: others hold it now.
    Borrowed {
        /// The array's path.
        path: String,
    },
}

impl Error {
    /// The line that says it all; what `Display` prints.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// What the library said, where it was the library.
    pub fn failure(&self) -> Option<&Failure> {
        use Error::*;
        match self {
            InvalidArgument(failure)
            | StaleHandle(failure)
            | State(failure)
            | NotFound(failure)
            | Exists(failure)
            | BadName(failure)
            | BadType(failure)
            | NoSpace(failure)
            | NoMemory(failure)
            | Permission(failure)
            | Corrupt(failure)
            | Version(failure)
            | Generation(failure)
            | Unsupported(failure)
            | Cancelled(failure)
            | BufferTooSmall(failure)
            | System(failure)
            | Hdf5(failure)
            | Limit(failure)
            | TimedOut(failure)
            | Unknown(_, failure) => Some(failure),
            Type { .. } | Borrowed { .. } => None,
        }
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Error::InvalidArgument(Failure::new(message))
    }

    pub(crate) fn state(message: impl Into<String>) -> Self {
        Error::State(Failure::new(message))
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Error::NotFound(Failure::new(message))
    }

    pub(crate) fn bad_name(message: impl Into<String>) -> Self {
        Error::BadName(Failure::new(message))
    }

    pub(crate) fn bad_type(message: impl Into<String>) -> Self {
        Error::BadType(Failure::new(message))
    }

    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        Error::Corrupt(Failure::new(message))
    }

    /// What is wrong with a project of a listing.
    pub(crate) fn from_listing(status: i32, message: &str) -> Option<Self> {
        let fine = status == ffi::cshm_status::CSHM_OK.0 as i32;
        (!fine).then(|| Error::from_status(status, Failure::new(message)))
    }

    /// A status and what came with it.
    fn from_status(status: i32, failure: Failure) -> Self {
        use ffi::cshm_status as status_of;
        match status_of(status as _) {
            status_of::CSHM_ERR_INVALID_ARGUMENT => Error::InvalidArgument(failure),
            status_of::CSHM_ERR_STALE_HANDLE => Error::StaleHandle(failure),
            status_of::CSHM_ERR_STATE => Error::State(failure),
            status_of::CSHM_ERR_NOT_FOUND => Error::NotFound(failure),
            status_of::CSHM_ERR_EXISTS => Error::Exists(failure),
            status_of::CSHM_ERR_BAD_NAME => Error::BadName(failure),
            status_of::CSHM_ERR_BAD_TYPE => Error::BadType(failure),
            status_of::CSHM_ERR_NO_SPACE => Error::NoSpace(failure),
            status_of::CSHM_ERR_NO_MEMORY => Error::NoMemory(failure),
            status_of::CSHM_ERR_PERMISSION => Error::Permission(failure),
            status_of::CSHM_ERR_CORRUPT => Error::Corrupt(failure),
            status_of::CSHM_ERR_VERSION => Error::Version(failure),
            status_of::CSHM_ERR_GENERATION => Error::Generation(failure),
            status_of::CSHM_ERR_UNSUPPORTED => Error::Unsupported(failure),
            status_of::CSHM_ERR_CANCELLED => Error::Cancelled(failure),
            status_of::CSHM_ERR_BUFFER_TOO_SMALL => Error::BufferTooSmall(failure),
            status_of::CSHM_ERR_SYSTEM => Error::System(failure),
            status_of::CSHM_ERR_HDF5 => Error::Hdf5(failure),
            status_of::CSHM_ERR_LIMIT => Error::Limit(failure),
            status_of::CSHM_ERR_TIMEOUT => Error::TimedOut(failure),
            _ => Error::Unknown(status, failure),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Type { wanted, found, path } => {
                write!(f, "array '{path}': wanted elements of dtype {wanted}, found {found}")
            }
            Error::Borrowed { path } => {
                write!(f, "array '{path}' is writable and in use: drop its other handle first")
            }
            Error::Unknown(status, failure) => write!(f, "status {status}: {}", failure.message),
            other => f.write_str(other.failure().map_or("", Failure::message)),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let os = self.failure()?.os_error()?;
        Some(os)
    }
}

/// Makes one call of the C library.
pub(crate) fn call(function: impl FnOnce(*mut ffi::cshm_error) -> ffi::cshm_status) -> Result<()> {
    let mut error = std::mem::MaybeUninit::<ffi::cshm_error>::uninit();
    let err = error.as_mut_ptr();
    // A kibibyte of message that only a failure fills is not worth clearing in every call.
    // SAFETY: the fields lie inside; nothing is read.
    unsafe {
        (&raw mut (*err).size).write(size_of::<ffi::cshm_error>() as u32);
        (&raw mut (*err).sys_errno).write(0);
        (&raw mut (*err).message).cast::<u8>().write(0);
    }
    let status = function(err);
    if status == ffi::cshm_status::CSHM_OK {
        return Ok(());
    }
    // SAFETY: both were set above, and perhaps by the library, which ends the message with NUL.
    let (message, sys_errno) =
        unsafe { (CStr::from_ptr((&raw const (*err).message).cast()), (&raw const (*err).sys_errno).read()) };
    let os = (sys_errno != 0).then(|| io::Error::from_raw_os_error(sys_errno));
    let failure = Failure { message: message.to_string_lossy().into_owned(), os };
    Err(Error::from_status(status.0 as i32, failure))
}
