// SPDX-License-Identifier: MIT
//! dtypes, taken apart.

use crate::error::call;
use crate::strings::to_c;
use crate::time::TimeBase;
use crate::{ffi, Error, Result, TimeUnit};
use std::ffi::CStr;

/// What kind of elements a [`Dtype`] describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `|b1`
    Bool,
    /// `<i4` and the like
    Int,
    /// `<u4` and the like
    Uint,
    /// `<f8` and the like
    Float,
    /// `<c16` and the like
    Complex,
    /// `|S12`: bytes, padded with NULs
    Bytes,
    /// `<U12`: UTF-32, padded with NULs
    Utf32,
    /// `<M8[ns]`
    Datetime,
    /// `<m8[ns]`
    Timedelta,
    /// `|V12`: bytes that mean nothing to the library
    Raw,
    /// fields with names
    Structured,
}

/// A dtype: numpy's typestring, or its descr list as JSON.
///
/// ```
/// use cuteshm::{Dtype, Kind};
/// let dtype = Dtype::parse(r#"[["x","<f8"],["v",">i4",[3]],["","|V4"]]"#)?;
/// assert_eq!((dtype.kind(), dtype.itemsize()), (Kind::Structured, 24));
/// assert_eq!((dtype.fields()[1].name(), dtype.fields()[1].offset()), ("v", 8));
/// assert_eq!(dtype.fields()[1].shape(), [3]);
/// # Ok::<(), cuteshm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dtype {
    text: String,
    kind: Kind,
    big_endian: bool,
    itemsize: usize,
    unit: Option<TimeUnit>,
    fields: Vec<DtypeField>,
}

/// A field of a structured [`Dtype`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DtypeField {
    name: String,
    offset: usize,
    shape: Vec<usize>,
    dtype: Dtype,
}

impl Dtype {
    /// Takes a dtype apart. [`Error::BadType`] says where it is not understood.
    pub fn parse(text: &str) -> Result<Dtype> {
        let c_text = to_c("dtype", text)?;
        let mut parts = ffi::cshm_dtype::default();
        // SAFETY: the string ends with NUL, the struct is set up.
        call(|err| unsafe { ffi::cshm_dtype_parse(c_text.as_ptr(), &mut parts, err) })?;
        let fields = (0..parts.field_count).map(|index| field(&c_text, index)).collect::<Result<_>>()?;
        Ok(Dtype {
            text: text.to_string(),
            kind: kind(&parts)?,
            big_endian: parts.byte_order == u32::from(b'>'),
            itemsize: size(parts.itemsize)?,
            unit: time_unit(&parts)?,
            fields,
        })
    }

    /// The dtype as it is written: `<f8`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What kind of elements it describes.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether its elements are big-endian. Of a structured type, ask its fields.
    pub fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// Bytes of one element.
    pub fn itemsize(&self) -> usize {
        self.itemsize
    }

    /// What a datetime or timedelta counts; `None` for the other kinds.
    pub fn time_unit(&self) -> Option<TimeUnit> {
        self.unit
    }

    /// The fields of a structured type in order, padding left out; empty for the other kinds.
    pub fn fields(&self) -> &[DtypeField] {
        &self.fields
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&DtypeField> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl DtypeField {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes from the beginning of the element.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The lengths of the sub-array (C order); empty for a plain field.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The dtype of the field, or of the elements of its sub-array.
    pub fn dtype(&self) -> &Dtype {
        &self.dtype
    }

    /// Bytes of the field.
    pub fn nbytes(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.itemsize
    }
}

fn size(bytes: u64) -> Result<usize> {
    usize::try_from(bytes).map_err(|_| Error::invalid_argument(format!("{bytes} bytes are more than this machine has")))
}

fn kind(parts: &ffi::cshm_dtype) -> Result<Kind> {
    Ok(match u8::try_from(parts.kind).unwrap_or(0) {
        b'b' => Kind::Bool,
        b'i' => Kind::Int,
        b'u' => Kind::Uint,
        b'f' => Kind::Float,
        b'c' => Kind::Complex,
        b'S' => Kind::Bytes,
        b'U' => Kind::Utf32,
        b'M' => Kind::Datetime,
        b'm' => Kind::Timedelta,
        b'V' if parts.field_count > 0 => Kind::Structured,
        b'V' => Kind::Raw,
        _ => return Err(Error::corrupt(format!("dtype of the unknown kind {}", parts.kind))),
    })
}

fn time_unit(parts: &ffi::cshm_dtype) -> Result<Option<TimeUnit>> {
    if ![u32::from(b'M'), u32::from(b'm')].contains(&parts.kind) {
        return Ok(None);
    }
    let name: Vec<u8> = parts.unit.iter().map(|unit| *unit as u8).take_while(|unit| *unit != 0).collect();
    let name = String::from_utf8_lossy(&name);
    let base = TimeBase::from_name(&name).ok_or_else(|| Error::corrupt(format!("unknown unit of time {name:?}")))?;
    Ok(Some(TimeUnit { multiple: parts.multiple, base }))
}

fn field(dtype: &CStr, index: u32) -> Result<DtypeField> {
    let mut parts = ffi::cshm_field::default();
    // Both are pieces of the dtype's text, so neither can be longer.
    let room = dtype.count_bytes() + 1;
    let (mut name, mut format) = (vec![0u8; room], vec![0u8; room]);
    let (mut name_length, mut format_length) = (room, room);
    let (name_out, format_out) = (name.as_mut_ptr().cast(), format.as_mut_ptr().cast());
    let lengths = (&mut name_length, &mut format_length);
    // SAFETY: the string ends with NUL, the struct is set up, the buffers are as long as the lengths say.
    call(|err| unsafe {
        ffi::cshm_dtype_field(dtype.as_ptr(), index, &mut parts, name_out, lengths.0, format_out, lengths.1, err)
    })?;
    name.truncate(name_length);
    format.truncate(format_length);
    let text = |bytes| String::from_utf8(bytes).map_err(|_| Error::corrupt("a field that is not UTF-8"));
    let shape = parts.shape[..parts.ndim as usize].iter().map(|length| size(*length as u64));
    let dtype = Dtype::parse(&text(format)?)?;
    Ok(DtypeField { name: text(name)?, offset: size(parts.offset)?, shape: shape.collect::<Result<_>>()?, dtype })
}
