// SPDX-License-Identifier: MIT
//! Elements of a structured dtype, by the names of their fields.

use crate::memory::Memory;
use crate::{Dtype, DtypeField, Element, Error, Field, Result};
use ndarray::ArrayD;
use std::fmt;
use std::marker::PhantomData;

/// The elements of a structured array or attribute. Fields are read by copying them out, wherever they lie: numpy packs
/// fields, so they need not be aligned.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// let descr = r#"[["id","|u1"],["position","<f4",[2]]]"#;
/// let bytes = [&[7u8][..], &1.5f32.to_le_bytes(), &2.5f32.to_le_bytes()].concat();
/// let project = store.create("hits").array_raw("hits", descr, &[1], cuteshm::Order::C, &bytes).publish()?;
/// let hits = project.get("hits")?;
/// let records = hits.records()?;
/// assert_eq!(records.column::<u8>("id")?.iter().collect::<Vec<_>>(), [7]);
/// for record in records.iter() {
///     assert_eq!(record.get::<[f32; 2]>("position")?, [1.5, 2.5]);
/// }
/// # store.unlink("hits")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Records<'a> {
    memory: Memory<'a>,
    dtype: Dtype,
}

/// One element of a structured dtype.
#[derive(Clone, Copy)]
pub struct Record<'r> {
    memory: Memory<'r>,
    bytes: &'r [u8],
    dtype: &'r Dtype,
}

/// One field of all elements.
#[derive(Clone, Copy)]
pub struct Column<'a, T> {
    memory: Memory<'a>,
    offset: usize,
    field: PhantomData<T>,
}

impl<'a> Records<'a> {
    pub(crate) fn new(memory: Memory<'a>, dtype: Dtype) -> Self {
        Records { memory, dtype }
    }

    /// The dtype, with its fields.
    pub fn dtype(&self) -> &Dtype {
        &self.dtype
    }

    /// The lengths of the dimensions.
    pub fn shape(&self) -> &'a [usize] {
        self.memory.shape
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.memory.shape.iter().product()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at an index, one number for each dimension; `None` out of range.
    pub fn get(&self, index: &[usize]) -> Option<Record<'_>> {
        Some(self.record(self.memory.element(index)?))
    }

    /// All elements in logical order: the last index runs fastest.
    pub fn iter(&self) -> impl Iterator<Item = Record<'_>> {
        self.memory.elements().map(|bytes| self.record(bytes))
    }

    /// A field of all elements. [`Error::NotFound`], [`Error::Type`].
    pub fn column<T: Field>(&self, name: &str) -> Result<Column<'a, T>> {
        let field = find(&self.memory, &self.dtype, name)?;
        expect::<T>(&self.memory, field)?;
        Ok(Column { memory: self.memory, offset: field.offset(), field: PhantomData })
    }

    fn record<'r>(&'r self, bytes: &'r [u8]) -> Record<'r> {
        Record { memory: self.memory, bytes, dtype: &self.dtype }
    }
}

impl<'r> Record<'r> {
    /// A field's value, or its sub-array's as `[T; N]`. [`Error::NotFound`], [`Error::Type`].
    pub fn get<T: Field>(&self, name: &str) -> Result<T> {
        let field = find(&self.memory, self.dtype, name)?;
        expect::<T>(&self.memory, field)?;
        Ok(read(&self.bytes[field.offset()..]))
    }

    /// A field's sub-array, whatever its shape, copied; 0-d for a plain field. [`Error::NotFound`], [`Error::Type`].
    pub fn array<T: Element>(&self, name: &str) -> Result<ArrayD<T>> {
        let field = find(&self.memory, self.dtype, name)?;
        let bytes = self.field_bytes(field);
        let objection = match T::accepts(field.dtype().as_str()) && size_of::<T>() == field.dtype().itemsize() {
            true => T::check(bytes),
            false => Some(field.dtype().as_str().to_string()),
        };
        if let Some(found) = objection {
            return Err(wrong_type(&self.memory, field, T::wanted(), found));
        }
        // SAFETY: the bytes are those of elements that `T` accepts, and `check` has passed.
        let values =
            bytes.chunks_exact(size_of::<T>()).map(|item| unsafe { item.as_ptr().cast::<T>().read_unaligned() });
        Ok(ArrayD::from_shape_vec(field.shape(), values.collect()).expect("one value for each element"))
    }

    /// The texts of a field of dtype `S` or `U`; 0-d for a plain field. [`Error::NotFound`], [`Error::Type`].
    pub fn strings(&self, name: &str) -> Result<ArrayD<String>> {
        let field = find(&self.memory, self.dtype, name)?;
        let items = self.field_bytes(field).chunks_exact(field.dtype().itemsize());
        let texts: Result<Vec<String>> = items.map(|item| self.memory.string(field.dtype(), item)).collect();
        Ok(ArrayD::from_shape_vec(field.shape(), texts?).expect("one text for each element"))
    }

    /// The elements of a field that is structured itself, in C order; one for a plain field. [`Error::NotFound`],
    /// [`Error::Type`].
    pub fn records(&self, name: &str) -> Result<Vec<Record<'r>>> {
        let field = find(&self.memory, self.dtype, name)?;
        if field.dtype().fields().is_empty() {
            let found = field.dtype().as_str().to_string();
            return Err(wrong_type(&self.memory, field, "a structured type".to_string(), found));
        }
        let items = self.field_bytes(field).chunks_exact(field.dtype().itemsize());
        Ok(items.map(|bytes| Record { memory: self.memory, bytes, dtype: field.dtype() }).collect())
    }

    /// The element's bytes, padding included.
    pub fn bytes(&self) -> &'r [u8] {
        self.bytes
    }

    /// The dtype, with its fields.
    pub fn dtype(&self) -> &'r Dtype {
        self.dtype
    }

    fn field_bytes(&self, field: &DtypeField) -> &'r [u8] {
        &self.bytes[field.offset()..][..field.nbytes()]
    }
}

impl<'a, T: Field> Column<'a, T> {
    /// The value at an index, one number for each dimension; `None` out of range.
    pub fn get(&self, index: &[usize]) -> Option<T> {
        Some(read(&self.memory.element(index)?[self.offset..]))
    }

    /// All values in logical order: the last index runs fastest.
    pub fn iter(&self) -> impl Iterator<Item = T> + 'a {
        let offset = self.offset;
        self.memory.elements().map(move |bytes| read(&bytes[offset..]))
    }
}

impl fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("shape", &self.shape()).field("dtype", &self.dtype.as_str()).finish()
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("dtype", &self.dtype.as_str()).field("bytes", &self.bytes).finish()
    }
}

impl<T> fmt::Debug for Column<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Column").field("shape", &self.memory.shape).field("offset", &self.offset).finish()
    }
}

fn find<'d>(memory: &Memory<'_>, dtype: &'d Dtype, name: &str) -> Result<&'d DtypeField> {
    dtype.field(name).ok_or_else(|| {
        let names: Vec<&str> = dtype.fields().iter().map(DtypeField::name).collect();
        Error::not_found(format!("array '{}' has no field '{name}': it has {}", memory.path, names.join(", ")))
    })
}

fn expect<T: Field>(memory: &Memory<'_>, field: &DtypeField) -> Result<()> {
    let dtype = field.dtype().as_str();
    if T::matches(dtype, field.shape()) && size_of::<T>() == field.nbytes() {
        return Ok(());
    }
    let found = field.shape().iter().map(|length| format!("{length} x ")).collect::<String>() + dtype;
    Err(wrong_type(memory, field, T::wanted(), found))
}

fn wrong_type(memory: &Memory<'_>, field: &DtypeField, wanted: String, found: String) -> Error {
    memory.wrong_type(wanted, format!("{found} in the field '{}'", field.name()))
}

/// The value at the beginning of `bytes`. Only after `expect::<T>` of the field that lies there.
fn read<T: Field>(bytes: &[u8]) -> T {
    let bytes = &bytes[..size_of::<T>()];
    // SAFETY: long enough, and all bytes are values of a `Field`.
    unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }
}
