// SPDX-License-Identifier: MIT
//! Which Rust types show which dtypes: the numbers.

use crate::Bool8;
use half::f16;
use num_complex::Complex;

/// A type that can be laid over elements in shared memory, without a copy.
///
/// | dtype | types |
/// | --- | --- |
/// | `\|b1` | [`bool`] (each byte is looked at), [`Bool8`] (none is) |
/// | `\|i1` `<i2` `<i4` `<i8`, `\|u1` `<u2` `<u4` `<u8` | [`i8`] to [`i64`], [`u8`] to [`u64`] |
/// | `<f2` `<f4` `<f8` | [`half::f16`], [`f32`], [`f64`] |
/// | `<c8` `<c16` | [`num_complex::Complex`] of [`f32`], [`f64`] |
/// | `\|S<n>` `<U<n>` `\|V<n>` | [`Bytes`](crate::Bytes), [`Utf32`](crate::Utf32), [`Raw`](crate::Raw), each `<n>` |
/// | `<M8[..]` `<m8[..]` | [`Datetime64`](crate::Datetime64), [`Timedelta64`](crate::Timedelta64) of any unit |
/// | `>` in place of `<` | [`Be`](crate::Be) of the type above |
/// | structured | a struct made by [`record!`](crate::record); or [`Records`](crate::Records), by the fields' names |
///
/// # Safety
/// For every dtype that `accepts` says yes to:
/// - an element of it has `size_of::<Self>()` bytes, and `Self` asks for an alignment of at most 64;
/// - any bytes for which `check` gives no objection are a value of `Self`. Others may have written them;
/// - where `PADDED` is false, every byte of a `Self` is initialised.
pub unsafe trait Element: Copy + Send + Sync + 'static {
    /// Whether a value may hold bytes that mean nothing. Such types can be read, but not written as they are.
    const PADDED: bool;

    /// The dtype, or dtypes, in words for messages: `<f8`.
    fn wanted() -> String;

    /// Whether elements of this dtype can be seen as `Self`.
    fn accepts(dtype: &str) -> bool;

    /// An objection to the bytes of some elements, where not all bytes are values: what was found.
    #[inline]
    fn check(_bytes: &[u8]) -> Option<String> {
        None
    }
}

/// An [`Element`] whose dtype follows from the Rust type alone, so that arrays and attributes of it can be written
/// without naming a dtype.
pub trait Typed: Element {
    /// The dtype: `<f8`.
    fn dtype() -> String;
}

/// A type of a field in a [`record!`](crate::record): an [`Element`] of which all bytes are values, or an array `[T; N]`
/// of such (a sub-array, in C order).
///
/// # Safety
/// As for [`Element`], with `matches` for `accepts` and no `check`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a record",
    note = "for `bool` take `cuteshm::Bool8`: others may have written bytes that are neither 0 nor 1"
)]
pub unsafe trait Field: Copy + Send + Sync + 'static {
    /// As in [`Element`].
    const PADDED: bool;

    /// As in [`Element`], with the shape.
    fn wanted() -> String;

    /// Whether a field of this dtype and sub-array shape can be seen as `Self`.
    fn matches(dtype: &str, shape: &[usize]) -> bool;
}

// SAFETY: an array is its elements, one after the other: a sub-array in C order.
unsafe impl<T: Field, const N: usize> Field for [T; N] {
    const PADDED: bool = T::PADDED;

    fn wanted() -> String {
        format!("{N} x {}", T::wanted())
    }

    fn matches(dtype: &str, shape: &[usize]) -> bool {
        matches!(shape, [first, rest @ ..] if *first == N && T::matches(dtype, rest))
    }
}

/// Makes `$type` an `Element` and a `Field`. In `unsafe { }` because the caller vouches for the contract of both.
macro_rules! element {
    (impl[$($generic:tt)*] $type:ty, $wanted:expr, $accepts:expr) => {
        // SAFETY: see where the macro is used: all bytes are values of the type, and it has no padding.
        unsafe impl <$($generic)*> $crate::Element for $type {
            const PADDED: bool = false;

            fn wanted() -> String {
                $wanted
            }

            #[inline]
            fn accepts(dtype: &str) -> bool {
                #[allow(clippy::redundant_closure_call)]
                $accepts(dtype)
            }
        }

        // SAFETY: as above.
        unsafe impl <$($generic)*> $crate::Field for $type {
            const PADDED: bool = false;

            fn wanted() -> String {
                <Self as $crate::Element>::wanted()
            }

            fn matches(dtype: &str, shape: &[usize]) -> bool {
                shape.is_empty() && <Self as $crate::Element>::accepts(dtype)
            }
        }
    };
}
pub(crate) use element;

/// Numbers: any bits are a value.
macro_rules! numbers {
    ($($type:ty: $dtype:literal),* $(,)?) => {$(
        element!(impl[] $type, $dtype.to_string(), |dtype| dtype == $dtype);

        impl Typed for $type {
            fn dtype() -> String {
                $dtype.to_string()
            }
        }
    )*};
}

numbers! {
    Bool8: "|b1",
    i8: "|i1", i16: "<i2", i32: "<i4", i64: "<i8",
    u8: "|u1", u16: "<u2", u32: "<u4", u64: "<u8",
    f16: "<f2", f32: "<f4", f64: "<f8",
    Complex<f32>: "<c8", Complex<f64>: "<c16",
}

// SAFETY: one byte; `check` lets only 0 and 1 pass.
unsafe impl Element for bool {
    const PADDED: bool = false;

    fn wanted() -> String {
        "|b1".to_string()
    }

    #[inline]
    fn accepts(dtype: &str) -> bool {
        dtype == "|b1"
    }

    fn check(bytes: &[u8]) -> Option<String> {
        let at = bytes.iter().position(|byte| *byte > 1)?;
        Some(format!("|b1 with the value {} in byte {at} (Bool8 shows any value)", bytes[at]))
    }
}

impl Typed for bool {
    fn dtype() -> String {
        "|b1".to_string()
    }
}

/// The bytes of elements that have no padding.
pub(crate) fn bytes_of<T: Element>(elements: &[T]) -> &[u8] {
    const { assert!(!T::PADDED, "this type has padding: its bytes cannot be written as they are") };
    // SAFETY: without padding every byte is initialised; the bytes live as long as the elements.
    unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), size_of_val(elements)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_accepts_its_own_dtype_only() {
        assert!(f64::accepts("<f8") && !f64::accepts(">f8") && !f64::accepts("<f4"));
        assert!(Complex::<f32>::accepts("<c8") && u8::accepts("|u1") && f16::accepts("<f2"));
        assert_eq!((i64::dtype(), i8::dtype()), ("<i8".to_string(), "|i1".to_string()));
    }

    #[test]
    fn a_bool_is_zero_or_one() {
        assert_eq!(bool::check(&[0, 1, 1]), None);
        assert!(bool::check(&[0, 1, 2]).unwrap().contains("the value 2 in byte 2"));
    }

    #[test]
    fn a_sub_array_matches_its_whole_shape() {
        assert!(<[[i32; 3]; 2]>::matches("<i4", &[2, 3]));
        assert!(!<[[i32; 3]; 2]>::matches("<i4", &[3, 2]));
        assert!(!<[i32; 3]>::matches("<i4", &[3, 1]) && !i32::matches("<i4", &[1]));
    }
}
