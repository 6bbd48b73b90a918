// SPDX-License-Identifier: MIT
//! One element: from its text to the Rust type, and what makes two of them the same.

use crate::cases::percent_decoded;
use cuteshm::half::f16;
use cuteshm::num_complex::Complex;
use cuteshm::{Be, ByteOrder, Bytes, Datetime64, Element, Raw, Timedelta64, Utf32};
use std::error::Error;
use std::fmt::Debug;

pub type Parsed<T> = Result<T, Box<dyn Error>>;

/// A native type of Rust for the elements of some dtype.
pub trait Sample: Element + Debug {
    fn parse(text: &str) -> Parsed<Self>;

    /// nan is nan, -0.0 is not 0.0.
    fn same(&self, other: &Self) -> bool;
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Sample for $type {
            fn parse(text: &str) -> Parsed<Self> {
                Ok(text.parse()?)
            }

            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )*};
}

plain!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! float {
    ($($type:ty: $from:expr),*) => {$(
        impl Sample for $type {
            fn parse(text: &str) -> Parsed<Self> {
                Ok($from(text.parse::<f64>()?))
            }

            fn same(&self, other: &Self) -> bool {
                self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
            }
        }
    )*};
}

float!(f16: f16::from_f64, f32: |value| value as f32, f64: |value| value);

impl Sample for bool {
    fn parse(text: &str) -> Parsed<Self> {
        Ok(text == "1")
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl<T: Sample> Sample for Complex<T>
where
    Complex<T>: Element,
{
    fn parse(text: &str) -> Parsed<Self> {
        let (re, im) = text.split_once(';').ok_or("no complex number")?;
        Ok(Complex::new(T::parse(re)?, T::parse(im)?))
    }

    fn same(&self, other: &Self) -> bool {
        self.re.same(&other.re) && self.im.same(&other.im)
    }
}

macro_rules! time {
    ($($type:ident),*) => {$(
        impl Sample for $type {
            fn parse(text: &str) -> Parsed<Self> {
                Ok(if text == "NaT" { $type::NAT } else { $type(text.parse()?) })
            }

            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )*};
}

time!(Datetime64, Timedelta64);

/// The text after its `=`.
fn text_of(text: &str) -> Parsed<&str> {
    Ok(text.strip_prefix('=').ok_or("a text begins with =")?)
}

impl<const N: usize> Sample for Bytes<N> {
    fn parse(text: &str) -> Parsed<Self> {
        Ok(percent_decoded(text_of(text)?)?.as_slice().try_into()?)
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl<const N: usize> Sample for Utf32<N> {
    fn parse(text: &str) -> Parsed<Self> {
        Ok(String::from_utf8(percent_decoded(text_of(text)?)?)?.as_str().try_into()?)
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl<const N: usize> Sample for Raw<N> {
    fn parse(text: &str) -> Parsed<Self> {
        let digits = text_of(text)?;
        let byte = |at| digits.get(at..at + 2).map(|pair| u8::from_str_radix(pair, 16));
        let bytes: Vec<u8> = (0..digits.len()).step_by(2).map_while(byte).collect::<Result<_, _>>()?;
        Ok(Raw(bytes.try_into().map_err(|_| "raw bytes of another length")?))
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl<T: ByteOrder + Sample> Sample for Be<T> {
    fn parse(text: &str) -> Parsed<Self> {
        Ok(T::parse(text)?.into())
    }

    fn same(&self, other: &Self) -> bool {
        self.get().same(&other.get())
    }
}

/// What to do with the elements, once their type is known.
pub trait Visitor {
    type Output;

    fn visit<T: Sample>(self) -> Parsed<Self::Output>;
}

/// Calls the visitor with the type for elements of `dtype`, which is not structured.
pub fn visit<V: Visitor>(dtype: &str, visitor: V) -> Parsed<V::Output> {
    // Texts are as long as a type says, and types are made when this is compiled: these are the lengths of the cases.
    macro_rules! choose {
        ($($type:ty),* $(,)?; $($length:literal)*) => {
            match dtype {
                $(dtype if <$type>::accepts(dtype) => visitor.visit::<$type>(),)*
                $(dtype if Bytes::<$length>::accepts(dtype) => visitor.visit::<Bytes<$length>>(),)*
                $(dtype if Utf32::<$length>::accepts(dtype) => visitor.visit::<Utf32<$length>>(),)*
                $(dtype if Be::<Utf32<$length>>::accepts(dtype) => visitor.visit::<Be<Utf32<$length>>>(),)*
                $(dtype if Raw::<$length>::accepts(dtype) => visitor.visit::<Raw<$length>>(),)*
                _ => Err(format!("no type for {dtype}: see {}", file!()).into()),
            }
        };
    }
    choose! {
        bool, i8, i16, i32, i64, u8, u16, u32, u64, f16, f32, f64, Complex<f32>, Complex<f64>, Datetime64, Timedelta64,
        Be<i16>, Be<i32>, Be<i64>, Be<u16>, Be<u32>, Be<u64>, Be<f16>, Be<f32>, Be<f64>, Be<Complex<f32>>,
        Be<Complex<f64>>, Be<Datetime64>, Be<Timedelta64>;
        1 2 3 4 5 6 7 8 9 10 12 14 16 20 21 24 32 64 100 300 500
    }
}
