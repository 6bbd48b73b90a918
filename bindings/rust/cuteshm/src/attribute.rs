// SPDX-License-Identifier: MIT
//! Small typed arrays with a name, on groups and arrays.

use crate::array::numbers;
use crate::error::call;
use crate::memory::{c_strides, Memory};
use crate::strings::from_c;
use crate::{ffi, Element, Records, Result};
use ndarray::{ArrayD, ArrayViewD};
use std::{fmt, slice};

/// An attribute of a [`Node`](crate::Node). One without dimensions is a scalar or, of dtype `U` or `S`, a string.
#[derive(Clone)]
pub struct Attribute<'p> {
    path: &'p str,
    name: &'p str,
    dtype: &'p str,
    itemsize: usize,
    shape: Box<[usize]>,
    strides: Box<[usize]>,
    bytes: &'p [u8],
}

impl<'p> Attribute<'p> {
    /// The attribute that `function` finds, of the node at `path`; its attachment lives as long as `'p`.
    pub(crate) fn load(
        path: &'p str,
        function: impl FnOnce(*mut ffi::cshm_attribute, *mut ffi::cshm_error) -> ffi::cshm_status,
    ) -> Result<Self> {
        let mut raw = ffi::cshm_attribute::default();
        call(|err| function(&mut raw, err))?;
        // SAFETY: all of it belongs to the attachment; the strings end with NUL, `data` has `nbytes` bytes.
        unsafe {
            let shape = numbers(raw.shape, raw.ndim);
            let bytes = match raw.nbytes as usize {
                0 => &[],
                nbytes => slice::from_raw_parts(raw.data.cast::<u8>(), nbytes),
            };
            let dtype = from_c(raw.dtype)?;
            let itemsize = match bytes.len().checked_div(shape.iter().product()) {
                Some(itemsize) => itemsize,
                None => crate::Dtype::parse(dtype)?.itemsize(),
            };
            let strides = c_strides(&shape, itemsize);
            Ok(Attribute { path, name: from_c(raw.name)?, dtype, itemsize, shape, strides, bytes })
        }
    }

    /// Its name.
    pub fn name(&self) -> &'p str {
        self.name
    }

    /// The dtype of its elements: `<f8`.
    pub fn dtype(&self) -> &'p str {
        self.dtype
    }

    /// The lengths of its dimensions; none for a scalar or string.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Its elements. [`Error::Type`](crate::Error::Type): they are no `T`s.
    pub fn view<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        self.memory().view()
    }

    /// The value of a scalar. [`Error::Type`](crate::Error::Type): it has dimensions, or is no `T`.
    pub fn scalar<T: Element>(&self) -> Result<T> {
        self.no_dimensions("a scalar")?;
        let view = self.view::<T>()?;
        Ok(*view.first().expect("one element"))
    }

    /// The text of a string. [`Error::Type`](crate::Error::Type): it has dimensions, is neither `U` nor `S`, or is not
    /// UTF-8.
    pub fn text(&self) -> Result<String> {
        self.no_dimensions("a string")?;
        Ok(self.strings()?.into_iter().next().expect("one element"))
    }

    /// The texts of elements of dtype `U` or `S`. [`Error::Type`](crate::Error::Type).
    pub fn strings(&self) -> Result<ArrayD<String>> {
        self.memory().strings()
    }

    /// The elements of a structured dtype, by their fields' names. [`Error::Type`](crate::Error::Type).
    pub fn records(&self) -> Result<Records<'_>> {
        self.memory().records()
    }

    /// Its bytes, in C order.
    pub fn bytes(&self) -> &'p [u8] {
        self.bytes
    }

    fn no_dimensions(&self, wanted: &str) -> Result<()> {
        if self.shape.is_empty() {
            return Ok(());
        }
        let found = format!("{} with the shape {:?}", self.dtype, self.shape);
        Err(self.memory().wrong_type(format!("of {wanted}"), found))
    }

    fn memory(&self) -> Memory<'_> {
        Memory {
            path: self.path,
            attribute: Some(self.name),
            dtype: self.dtype,
            itemsize: self.itemsize,
            shape: &self.shape,
            strides: &self.strides,
            bytes: self.bytes,
        }
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Attribute { name, dtype, shape, .. } = self;
        f.debug_struct("Attribute").field("name", name).field("dtype", dtype).field("shape", shape).finish()
    }
}
