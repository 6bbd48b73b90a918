// SPDX-License-Identifier: MIT
//! Values of attributes that are to be written.

use crate::element::bytes_of;
use crate::order::source;
use crate::{Element, Error, Order, Result, Typed};
use ndarray::{ArrayBase, Data, Dimension};

/// The value of an attribute: what [`Builder::attr`](crate::Builder::attr) takes. Made from
/// - texts (`&str`, `String`; dtype `U`), and slices, arrays and vectors of them;
/// - scalars, and slices, arrays, vectors and [`ndarray`] arrays of any [`Typed`] element;
/// - [`Value::array_as`] where the dtype does not follow from the Rust type, and [`Value::raw`] for all else.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// let project = store
///     .create("demo")
///     .attr("", "title", "Zoë's data")
///     .attr("", "gain", 1.5)
///     .attr("", "range", [0i64, 100])
///     .attr("", "axes", ["x", "time"])
///     .attr("", "matrix", &ndarray::arr2(&[[1u8, 0], [0, 1]]))
///     .publish()?;
/// assert_eq!(project.attr("", "title")?.text()?, "Zoë's data");
/// assert_eq!(project.attr("", "gain")?.scalar::<f64>()?, 1.5);
/// assert_eq!(project.attr("", "axes")?.dtype(), "<U4");
/// # store.unlink("demo")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Value {
    /// Elements of any dtype as bytes in C order; as many as dtype and shape make, which the library checks.
    pub fn raw(dtype: &str, shape: &[usize], bytes: &[u8]) -> Value {
        Value { dtype: dtype.to_string(), shape: shape.to_vec(), bytes: bytes.to_vec() }
    }

    /// Elements whose dtype does not follow from the Rust type: times with their unit, records.
    /// [`Error::Type`]: the dtype is not one that a `T` can show.
    ///
    /// ```
    /// use cuteshm::{Datetime64, Value};
    /// let started = Value::array_as("<M8[s]", &ndarray::arr0(Datetime64(1_700_000_000)))?;
    /// assert_eq!(started.bytes().len(), 8);
    /// # Ok::<(), cuteshm::Error>(())
    /// ```
    pub fn array_as<T, S, D>(dtype: &str, array: &ArrayBase<S, D>) -> Result<Value>
    where
        T: Element,
        S: Data<Elem = T>,
        D: Dimension,
    {
        if !T::accepts(dtype) {
            return Err(Error::Type {
                wanted: T::wanted(),
                found: dtype.to_string(),
                path: "an attribute".to_string(),
            });
        }
        Ok(Value::raw(dtype, array.shape(), source(array, Order::C).bytes()))
    }

    /// The dtype.
    pub fn dtype(&self) -> &str {
        &self.dtype
    }

    /// The lengths of the dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements in C order.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<T: Typed> From<T> for Value {
    fn from(scalar: T) -> Self {
        Value::raw(&T::dtype(), &[], bytes_of(&[scalar]))
    }
}

impl<T: Typed> From<&[T]> for Value {
    fn from(elements: &[T]) -> Self {
        Value::raw(&T::dtype(), &[elements.len()], bytes_of(elements))
    }
}

impl<T: Typed> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        elements.as_slice().into()
    }
}

impl<T: Typed, const N: usize> From<[T; N]> for Value {
    fn from(elements: [T; N]) -> Self {
        elements.as_slice().into()
    }
}

impl<T: Typed, S: Data<Elem = T>, D: Dimension> From<&ArrayBase<S, D>> for Value {
    fn from(array: &ArrayBase<S, D>) -> Self {
        Value::raw(&T::dtype(), array.shape(), source(array, Order::C).bytes())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        texts(&[], std::iter::once(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&[&str]> for Value {
    fn from(all: &[&str]) -> Self {
        texts(&[all.len()], all.iter().copied())
    }
}

impl From<Vec<String>> for Value {
    fn from(all: Vec<String>) -> Self {
        texts(&[all.len()], all.iter().map(String::as_str))
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(all: [&str; N]) -> Self {
        all.as_slice().into()
    }
}

/// Texts as UTF-32, each padded to the longest of them, which has at least one character: there is no `U0`.
pub(crate) fn texts<'t>(shape: &[usize], all: impl Iterator<Item = &'t str> + Clone) -> Value {
    let longest = all.clone().map(|text| text.chars().count()).max().unwrap_or(0).max(1);
    let mut bytes = Vec::new();
    for text in all {
        let codes = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(longest);
        bytes.extend(codes.flat_map(u32::to_le_bytes));
    }
    Value { dtype: format!("<U{longest}"), shape: shape.to_vec(), bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_padded_to_the_longest() {
        let value = Value::from(["é", "abc"]);
        assert_eq!((value.dtype.as_str(), &value.shape[..], value.bytes.len()), ("<U3", &[2][..], 24));
        assert_eq!(value.bytes[..8], [0xE9, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(Value::from("").dtype, "<U1");
        assert_eq!(Value::from(Vec::<String>::new()).shape, [0]);
    }

    #[test]
    fn elements_bring_their_dtype() {
        assert_eq!(Value::from(true), Value::raw("|b1", &[], &[1]));
        assert_eq!(Value::from([1u16, 2]), Value::raw("<u2", &[2], &[1, 0, 2, 0]));
        assert_eq!(Value::from(&ndarray::arr2(&[[1i8, 2], [3, 4]]).t()), Value::raw("|i1", &[2, 2], &[1, 3, 2, 4]));
    }
}
