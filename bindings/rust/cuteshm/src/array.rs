// SPDX-License-Identifier: MIT
//! Arrays of a project that is mapped.

use crate::element::bytes_of;
use crate::error::call;
use crate::loans::{Loan, Loans};
use crate::memory::Memory;
use crate::strings::from_c;
use crate::{ffi, Element, Order, Records, Result};
use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD};
use std::ops::Deref;
use std::sync::Arc;
use std::{fmt, ptr, slice};

/// An array of a [`Project`](crate::Project). It keeps its memory mapped, also after the project was dropped, or unlinked.
/// To share it, put it into an [`Arc`].
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// let project = store.create("demo").array("x", &ndarray::arr1(&[1i32, 2, 3])).publish()?;
/// let array = project.get("x")?;
/// drop(project);
/// store.unlink("demo")?;
/// assert_eq!(array.view::<i32>()?.sum(), 6);
/// assert!(matches!(array.view::<f64>(), Err(cuteshm::Error::Type { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A view cannot outlive its array:
///
/// ```compile_fail,E0505
/// # fn view(array: cuteshm::Array) -> cuteshm::Result<f64> {
/// let view = array.view::<f64>()?;
/// drop(array);
/// Ok(view.sum())
/// # }
/// ```
pub struct Array {
    handle: ffi::cshm_array,
    view: ffi::cshm_array_view,
    shape: Box<[usize]>,
    strides: Box<[usize]>,
    // Borrowed from the handle.
    path: *const str,
    dtype: *const str,
    // Given back when the handle is.
    _loan: Option<Loan>,
}

// SAFETY: the pointers are to memory that stays until the handle is released, and that is written through `ArrayMut` only,
// which has it to itself.
unsafe impl Send for Array {}
// SAFETY: as above.
unsafe impl Sync for Array {}

impl Drop for Array {
    fn drop(&mut self) {
        // SAFETY: any handle may be passed; nothing can point into the memory any more, as views borrow `self`.
        unsafe { ffi::cshm_array_release(self.handle, ptr::null_mut()) };
    }
}

/// A new handle. It is released when `Array::new` fails, too.
pub(crate) fn open(
    function: impl FnOnce(*mut ffi::cshm_array, *mut ffi::cshm_error) -> ffi::cshm_status,
) -> Result<ffi::cshm_array> {
    let mut handle = ffi::cshm_array { id: 0 };
    call(|err| function(&mut handle, err))?;
    Ok(handle)
}

impl Array {
    /// Takes the handle over. `loans` is that of a writable attachment.
    pub(crate) fn new(handle: ffi::cshm_array, loans: Option<&Arc<Loans>>) -> Result<Array> {
        let mut array = Array::describe(handle)?;
        array._loan = match loans {
            Some(loans) if array.nbytes() > 0 => Some(loans.read(array.view.offset, array.path())?),
            _ => None,
        };
        Ok(array)
    }

    fn describe(handle: ffi::cshm_array) -> Result<Array> {
        let (shape, strides) = (Box::default(), Box::default());
        let view = ffi::cshm_array_view::default();
        // From here on the handle is released on failure.
        let mut array = Array { handle, view, shape, strides, path: "", dtype: "", _loan: None };
        // SAFETY: the struct is set up.
        call(|err| unsafe { ffi::cshm_array_describe(handle, &mut array.view, err) })?;
        // SAFETY: the library gives `ndim` numbers, none negative, and strings that end with NUL, for as long as the
        // handle lives.
        unsafe {
            array.shape = numbers(array.view.shape, array.view.ndim);
            array.strides = numbers(array.view.strides, array.view.ndim);
            array.path = from_c(array.view.path)?;
            array.dtype = from_c(array.view.dtype)?;
        }
        Ok(array)
    }

    /// Its path in the project.
    pub fn path(&self) -> &str {
        // SAFETY: borrowed from the handle, which lives as long as `self`.
        unsafe { &*self.path }
    }

    /// The dtype of its elements: `<f8`. [`Dtype::parse`](crate::Dtype::parse) takes it apart.
    pub fn dtype(&self) -> &str {
        // SAFETY: as above.
        unsafe { &*self.dtype }
    }

    /// The lengths of its dimensions; none for a single element.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The steps between elements along each dimension, in bytes.
    pub fn strides(&self) -> &[usize] {
        &self.strides
    }

    /// In which order the elements lie.
    pub fn order(&self) -> Order {
        Order::from_c(self.view.order)
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of one element.
    pub fn itemsize(&self) -> usize {
        self.view.itemsize as usize
    }

    /// Bytes of all elements.
    pub fn nbytes(&self) -> usize {
        self.view.nbytes as usize
    }

    /// The number of its node: see [`Node::number`](crate::Node::number).
    pub fn node(&self) -> u32 {
        self.view.node
    }

    /// Its elements, without a copy, in the order in which they lie. [`Error::Type`](crate::Error::Type): they are no `T`s.
    pub fn view<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        self.memory().view()
    }

    /// The texts of an array of dtype `S` (which must be UTF-8) or `U`, copied. [`Error::Type`](crate::Error::Type).
    pub fn strings(&self) -> Result<ArrayD<String>> {
        self.memory().strings()
    }

    /// The elements of a structured dtype, by their fields' names. [`Error::Type`](crate::Error::Type).
    pub fn records(&self) -> Result<Records<'_>> {
        self.memory().records()
    }

    /// All its bytes, in the order of memory.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `nbytes` bytes are mapped as long as the handle lives; nobody writes while `self` is borrowed.
        unsafe { slice::from_raw_parts(self.view.data.cast(), self.nbytes()) }
    }

    /// Its first byte. For data that others write meanwhile: read it by volatile or atomic reads, as views must not see
    /// a change. Valid as long as the array lives; not to be written through.
    pub fn as_ptr(&self) -> *const u8 {
        self.view.data.cast()
    }

    fn memory(&self) -> Memory<'_> {
        Memory {
            path: self.path(),
            attribute: None,
            dtype: self.dtype(),
            itemsize: self.itemsize(),
            shape: &self.shape,
            strides: &self.strides,
            bytes: self.bytes(),
        }
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, dtype, shape) = (self.path(), self.dtype(), self.shape());
        f.debug_struct("Array").field("path", &path).field("dtype", &dtype).field("shape", &shape).finish()
    }
}

/// An array of a writable attachment, which has it to itself. It is an [`Array`], too.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// store.create("demo").array("x", &ndarray::arr1(&[1i32, 2, 3])).publish()?;
/// let mine = store.attach_private("demo")?;
/// let mut array = mine.get_mut("x")?;
/// array.view_mut::<i32>()?[0] = 10;
/// assert_eq!(array.view::<i32>()?.sum(), 15);
/// assert_eq!(store.attach("demo")?.get("x")?.view::<i32>()?.sum(), 6);
/// # store.unlink("demo")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ArrayMut {
    array: Array,
}

impl ArrayMut {
    pub(crate) fn new(handle: ffi::cshm_array, loans: &Arc<Loans>) -> Result<ArrayMut> {
        let mut array = Array::describe(handle)?;
        if array.nbytes() > 0 {
            array._loan = Some(loans.write(array.view.offset, array.path())?);
        }
        Ok(ArrayMut { array })
    }

    /// Its elements, to be written. [`Error::Type`](crate::Error::Type): they are no `T`s.
    pub fn view_mut<T: Element>(&mut self) -> Result<ArrayViewMutD<'_, T>> {
        let _ = bytes_of::<T>(&[]); // refuses types with padding when it is compiled
        self.memory().expect::<T>()?;
        let layout = self.memory().layout::<T>();
        // SAFETY: the elements are `T`s (just checked), lie in the mapped memory with these strides, and nobody else uses
        // them: `self` is borrowed, and the loan keeps others from it.
        Ok(unsafe { ArrayViewMutD::from_shape_ptr(layout, self.array.view.data.cast()) })
    }

    /// All its bytes, in the order of memory, to be written.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above.
        unsafe { slice::from_raw_parts_mut(self.array.view.data.cast(), self.nbytes()) }
    }
}

impl Deref for ArrayMut {
    type Target = Array;

    fn deref(&self) -> &Array {
        &self.array
    }
}

/// # Safety
/// `first` points to `count` numbers, none of which is negative.
pub(crate) unsafe fn numbers(first: *const i64, count: u32) -> Box<[usize]> {
    // SAFETY: as the caller promises; a NULL of no numbers is not read.
    (0..count as usize).map(|index| unsafe { *first.add(index) } as usize).collect()
}
