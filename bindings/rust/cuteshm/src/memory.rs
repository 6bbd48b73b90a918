// SPDX-License-Identifier: MIT
//! Where elements lie: what arrays and attributes have in common.

use crate::text::{to_char, trim};
use crate::{Dtype, Element, Error, Kind, Records, Result};
use ndarray::{ArrayD, ArrayViewD, IxDyn, ShapeBuilder, StrideShape};

/// Elements in memory, and whose they are.
#[derive(Clone, Copy)]
pub(crate) struct Memory<'a> {
    pub path: &'a str,
    /// The attribute of that path; `None` for the array itself.
    pub attribute: Option<&'a str>,
    pub dtype: &'a str,
    pub itemsize: usize,
    pub shape: &'a [usize],
    /// In bytes.
    pub strides: &'a [usize],
    /// All elements, in the order of memory.
    pub bytes: &'a [u8],
}

impl<'a> Memory<'a> {
    pub fn view<T: Element>(&self) -> Result<ArrayViewD<'a, T>> {
        self.expect::<T>()?;
        let data = match self.bytes.is_empty() {
            true => std::ptr::NonNull::<T>::dangling().as_ptr(),
            false => self.bytes.as_ptr().cast::<T>(),
        };
        // SAFETY: the elements are `T`s (just checked), lie inside `bytes` with these strides, and live as long as it.
        Ok(unsafe { ArrayViewD::from_shape_ptr(self.layout::<T>(), data) })
    }

    /// Whether the elements are `T`s.
    pub fn expect<T: Element>(&self) -> Result<()> {
        // Dtype and format promise both; who made an `Element` by hand may have promised too much.
        let aligned = self.bytes.is_empty() || self.bytes.as_ptr().cast::<T>().is_aligned();
        let fits = size_of::<T>() == self.itemsize && aligned;
        let objection = match T::accepts(self.dtype) && fits {
            true => T::check(self.bytes),
            false => Some(self.dtype.to_string()),
        };
        match objection {
            None => Ok(()),
            Some(found) => Err(self.wrong_type(T::wanted(), found)),
        }
    }

    pub fn layout<T>(&self) -> StrideShape<IxDyn> {
        if self.bytes.is_empty() {
            return IxDyn(self.shape).into_shape_with_order().into();
        }
        let strides: Vec<usize> = self.strides.iter().map(|stride| stride / size_of::<T>()).collect();
        IxDyn(self.shape).strides(IxDyn(&strides))
    }

    pub fn strings(&self) -> Result<ArrayD<String>> {
        let dtype = Dtype::parse(self.dtype)?;
        let texts: Result<Vec<String>> = self.elements().map(|element| self.string(&dtype, element)).collect();
        Ok(ArrayD::from_shape_vec(self.shape, texts?).expect("one text for each element"))
    }

    /// One element of a dtype `S` or `U`.
    pub fn string(&self, dtype: &Dtype, element: &[u8]) -> Result<String> {
        match dtype.kind() {
            Kind::Bytes => String::from_utf8(trim(element, 0).to_vec()).map_err(|error| {
                let found = format!("{} with bytes that are not UTF-8: {:?}", dtype.as_str(), error.as_bytes());
                self.wrong_type("S or U".to_string(), found)
            }),
            Kind::Utf32 => Ok(utf32(element, dtype.is_big_endian())),
            _ => Err(self.wrong_type("S or U".to_string(), dtype.as_str().to_string())),
        }
    }

    pub fn records(&self) -> Result<Records<'a>> {
        let dtype = Dtype::parse(self.dtype)?;
        match dtype.kind() {
            Kind::Structured => Ok(Records::new(*self, dtype)),
            _ => Err(self.wrong_type("a structured type".to_string(), self.dtype.to_string())),
        }
    }

    /// The bytes of each element, in logical order: the last index runs fastest.
    pub fn elements(&self) -> impl Iterator<Item = &'a [u8]> + 'a {
        let Memory { bytes, itemsize, .. } = *self;
        Offsets::new(self.shape, self.strides).map(move |offset| &bytes[offset..offset + itemsize])
    }

    /// The bytes of the element at an index; `None` out of range.
    pub fn element(&self, index: &[usize]) -> Option<&'a [u8]> {
        let inside = index.len() == self.shape.len() && index.iter().zip(self.shape).all(|(at, length)| at < length);
        let offset: usize = inside.then(|| index.iter().zip(self.strides).map(|(at, stride)| at * stride).sum())?;
        self.bytes.get(offset..offset + self.itemsize)
    }

    pub fn wrong_type(&self, wanted: String, found: String) -> Error {
        let path = match self.attribute {
            Some(name) => format!("{}@{name}", self.path),
            None => self.path.to_string(),
        };
        Error::Type { wanted, found, path }
    }
}

fn utf32(element: &[u8], big_endian: bool) -> String {
    let read = if big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
    let codes: Vec<u32> = element.chunks_exact(4).map(|code| read([code[0], code[1], code[2], code[3]])).collect();
    trim(&codes, 0).iter().map(|code| to_char(*code)).collect()
}

/// Strides in bytes of elements that lie in C order.
pub(crate) fn c_strides(shape: &[usize], itemsize: usize) -> Box<[usize]> {
    let mut strides = vec![itemsize; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis].max(1);
    }
    strides.into()
}

/// The offset of each element in bytes, in logical order.
struct Offsets<'a> {
    shape: &'a [usize],
    strides: &'a [usize],
    index: Vec<usize>,
    next: Option<usize>,
}

impl<'a> Offsets<'a> {
    fn new(shape: &'a [usize], strides: &'a [usize]) -> Self {
        let next = (!shape.contains(&0)).then_some(0);
        Offsets { shape, strides, index: vec![0; shape.len()], next }
    }

    /// The offset after `offset`: the last axis that has not come to its end goes on, those after it start again.
    fn step(&mut self, mut offset: usize) -> Option<usize> {
        for axis in (0..self.shape.len()).rev() {
            self.index[axis] += 1;
            offset += self.strides[axis];
            if self.index[axis] < self.shape[axis] {
                return Some(offset);
            }
            offset -= self.strides[axis] * self.shape[axis];
            self.index[axis] = 0;
        }
        None
    }
}

impl Iterator for Offsets<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let offset = self.next?;
        self.next = self.step(offset);
        Some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_logical_order() {
        let offsets = |shape, strides| Offsets::new(shape, strides).collect::<Vec<_>>();
        assert_eq!(offsets(&[2, 3], &[24, 8]), [0, 8, 16, 24, 32, 40]);
        assert_eq!(offsets(&[2, 3], &[8, 16]), [0, 16, 32, 8, 24, 40]);
        assert_eq!(offsets(&[], &[]), [0]);
        assert_eq!(offsets(&[4, 0], &[8, 8]), []);
    }

    #[test]
    fn c_strides_of_an_empty_axis_do_not_vanish() {
        assert_eq!(*c_strides(&[2, 3, 4], 8), [96, 32, 8]);
        assert_eq!(*c_strides(&[2, 0, 4], 8), [32, 32, 8]);
        assert_eq!(*c_strides(&[], 8), []);
    }
}
