// SPDX-License-Identifier: MIT
//! Elements of the other byte order.

use crate::element::element;
use crate::{Datetime64, Timedelta64, Typed, Utf32};
use half::f16;
use num_complex::Complex;
use std::fmt;

/// A type that has a byte order.
///
/// # Safety
/// All bits are values of `Stored`, which has no padding.
pub unsafe trait ByteOrder: Copy + Send + Sync + 'static {
    /// Integers of the same size and alignment, which hold the value's bits in big-endian order.
    type Stored: Copy + Send + Sync + 'static;

    /// The value in this machine's byte order.
    fn from_be(stored: Self::Stored) -> Self;

    /// The value in big-endian order.
    fn to_be(self) -> Self::Stored;

    /// The big-endian dtype, or dtypes, in words for messages: `>f8`.
    fn wanted_be() -> String;

    /// Whether elements of this dtype are `Self` in big-endian order.
    fn accepts_be(dtype: &str) -> bool;
}

/// A big-endian element: `Be<f64>` is `>f8`. The bytes stay as they are; [`Be::get`] gives the value.
///
/// ```
/// use cuteshm::Be;
/// let value = Be::from(1.5f64);
/// assert_eq!(value.get(), 1.5);
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Be<T: ByteOrder>(T::Stored);

impl<T: ByteOrder> Be<T> {
    /// The value.
    #[inline]
    pub fn get(self) -> T {
        T::from_be(self.0)
    }
}

impl<T: ByteOrder> From<T> for Be<T> {
    fn from(value: T) -> Self {
        Be(value.to_be())
    }
}

impl<T: ByteOrder + PartialEq> PartialEq for Be<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: ByteOrder + fmt::Debug> fmt::Debug for Be<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<T: ByteOrder + fmt::Display> fmt::Display for Be<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

// All bits are values of `Stored`; no padding.
element!(impl[T: ByteOrder] Be<T>, T::wanted_be(), T::accepts_be);

impl<T: ByteOrder + Typed> Typed for Be<T> {
    fn dtype() -> String {
        T::wanted_be()
    }
}

macro_rules! byte_order {
    ($($type:ty as $stored:ty: $dtype:literal, $from:expr, $to:expr);* $(;)?) => {$(
        // SAFETY: integers.
        unsafe impl ByteOrder for $type {
            type Stored = $stored;

            #[inline]
            fn from_be(stored: $stored) -> Self {
                $from(stored)
            }

            #[inline]
            fn to_be(self) -> $stored {
                $to(self)
            }

            fn wanted_be() -> String {
                $dtype.to_string()
            }

            #[inline]
            fn accepts_be(dtype: &str) -> bool {
                dtype == $dtype
            }
        }
    )*};
}

#[allow(clippy::redundant_closure_call)]
const _: () = {
    byte_order! {
        i16 as i16: ">i2", i16::from_be, i16::to_be;
        i32 as i32: ">i4", i32::from_be, i32::to_be;
        i64 as i64: ">i8", i64::from_be, i64::to_be;
        u16 as u16: ">u2", u16::from_be, u16::to_be;
        u32 as u32: ">u4", u32::from_be, u32::to_be;
        u64 as u64: ">u8", u64::from_be, u64::to_be;
        f16 as u16: ">f2", |bits| f16::from_bits(u16::from_be(bits)), |value: f16| value.to_bits().to_be();
        f32 as u32: ">f4", |bits| f32::from_bits(u32::from_be(bits)), |value: f32| value.to_bits().to_be();
        f64 as u64: ">f8", |bits| f64::from_bits(u64::from_be(bits)), |value: f64| value.to_bits().to_be();
        Complex<f32> as [u32; 2]: ">c8",
            |[re, im]: [u32; 2]| Complex::new(ByteOrder::from_be(re), ByteOrder::from_be(im)),
            |value: Complex<f32>| [value.re.to_be(), value.im.to_be()];
        Complex<f64> as [u64; 2]: ">c16",
            |[re, im]: [u64; 2]| Complex::new(ByteOrder::from_be(re), ByteOrder::from_be(im)),
            |value: Complex<f64>| [value.re.to_be(), value.im.to_be()];
    }
};

macro_rules! time_order {
    ($($type:ident: $kind:literal),*) => {$(
        // SAFETY: an integer.
        unsafe impl ByteOrder for $type {
            type Stored = i64;

            #[inline]
            fn from_be(stored: i64) -> Self {
                $type(i64::from_be(stored))
            }

            #[inline]
            fn to_be(self) -> i64 {
                self.0.to_be()
            }

            fn wanted_be() -> String {
                concat!($kind, "[..]").to_string()
            }

            #[inline]
            fn accepts_be(dtype: &str) -> bool {
                dtype.starts_with($kind)
            }
        }
    )*};
}

time_order!(Datetime64: ">M8", Timedelta64: ">m8");

// SAFETY: integers.
unsafe impl<const N: usize> ByteOrder for Utf32<N> {
    type Stored = [u32; N];

    fn from_be(stored: [u32; N]) -> Self {
        Utf32(stored.map(u32::from_be))
    }

    fn to_be(self) -> [u32; N] {
        self.0.map(u32::to_be)
    }

    fn wanted_be() -> String {
        format!(">U{N}")
    }

    fn accepts_be(dtype: &str) -> bool {
        dtype.strip_prefix(">U").and_then(|length| length.parse().ok()) == Some(N)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Element;

    #[test]
    fn the_bytes_are_big_endian() {
        assert_eq!(Be::from(0x0102i16).0.to_ne_bytes(), [1, 2]);
        assert_eq!(crate::element::bytes_of(&[Be::from(1.0f32)]), 1.0f32.to_be_bytes());
        assert_eq!(crate::element::bytes_of(&[Be::from(Complex::new(1.0f32, 2.0))])[4..], 2.0f32.to_be_bytes());
        assert_eq!(Be::from(Utf32::<2>::try_from("é").unwrap()).0[0].to_ne_bytes(), [0, 0, 0, 0xE9]);
    }

    #[test]
    fn a_value_comes_back() {
        assert_eq!(Be::from(Complex::new(1.5f64, -2.0)).get(), Complex::new(1.5, -2.0));
        assert_eq!(Be::from(f16::from_f32(0.5)).get(), f16::from_f32(0.5));
        assert_eq!(Be::from(Datetime64(7)).get(), Datetime64(7));
        assert!(Be::from(f64::NAN).get().is_nan());
    }

    #[test]
    fn only_the_big_endian_dtype_is_accepted() {
        assert!(Be::<f64>::accepts(">f8") && !Be::<f64>::accepts("<f8"));
        assert!(Be::<Datetime64>::accepts(">M8[ns]") && !Be::<Timedelta64>::accepts(">M8[ns]"));
        assert_eq!(Be::<Utf32<4>>::dtype(), ">U4");
    }
}
