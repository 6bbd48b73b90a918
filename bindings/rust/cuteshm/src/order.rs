// SPDX-License-Identifier: MIT
//! In which order elements lie.

use crate::element::bytes_of;
use crate::{ffi, Element};
use ndarray::{ArrayBase, Data, Dimension};

/// In which order an array's elements lie in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// The last dimension is contiguous.
    #[default]
    C,
    /// The first dimension is contiguous.
    Fortran,
}

impl Order {
    pub(crate) fn to_c(self) -> u32 {
        match self {
            Order::C => ffi::cshm_order::CSHM_ORDER_C.0,
            Order::Fortran => ffi::cshm_order::CSHM_ORDER_FORTRAN.0,
        }
    }

    pub(crate) fn from_c(order: u32) -> Self {
        match ffi::cshm_order(order) {
            ffi::cshm_order::CSHM_ORDER_FORTRAN => Order::Fortran,
            _ => Order::C,
        }
    }

    /// The order of an array that lies in one piece; C for any other, and where both are true.
    pub(crate) fn of<S: Data, D: Dimension>(array: &ArrayBase<S, D>) -> Order {
        match !array.is_standard_layout() && array.t().is_standard_layout() {
            true => Order::Fortran,
            false => Order::C,
        }
    }
}

/// Bytes to be written to shared memory: the caller's own where they lie as wanted, else a copy.
pub(crate) enum Source<'a> {
    Borrowed(&'a [u8]),
    Copied(Box<dyn AsRef<[u8]> + Send + Sync + 'a>),
}

impl Source<'_> {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Source::Borrowed(bytes) => bytes,
            Source::Copied(bytes) => (**bytes).as_ref(),
        }
    }
}

struct Elements<T>(Vec<T>);

impl<T: Element> AsRef<[u8]> for Elements<T> {
    fn as_ref(&self) -> &[u8] {
        bytes_of(&self.0)
    }
}

/// The elements of `array` in that order.
pub(crate) fn source<'a, T, S, D>(array: &'a ArrayBase<S, D>, order: Order) -> Source<'a>
where
    T: Element,
    S: Data<Elem = T>,
    D: Dimension,
{
    let fits = match order {
        Order::C => array.is_standard_layout(),
        Order::Fortran => array.t().is_standard_layout(),
    };
    match array.as_slice_memory_order().filter(|_| fits) {
        Some(elements) => Source::Borrowed(bytes_of(elements)),
        None => Source::Copied(Box::new(Elements::<T>(match order {
            Order::C => array.iter().copied().collect(),
            Order::Fortran => array.t().iter().copied().collect(),
        }))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{arr1, arr2, Array2, ShapeBuilder};

    #[test]
    fn what_lies_as_wanted_is_not_copied() {
        let c = arr2(&[[1u8, 2, 3], [4, 5, 6]]);
        let f = Array2::from_shape_vec((2, 3).f(), vec![1u8, 4, 2, 5, 3, 6]).unwrap();
        assert_eq!((Order::of(&c), Order::of(&f), Order::of(&c.t())), (Order::C, Order::Fortran, Order::Fortran));
        for (array, order) in [(c.view(), Order::C), (f.view(), Order::Fortran)] {
            assert!(matches!(source(&array, order), Source::Borrowed(_)));
        }
        assert_eq!(source(&c, Order::Fortran).bytes(), [1, 4, 2, 5, 3, 6]);
        assert_eq!(source(&f, Order::C).bytes(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(source(&f, Order::Fortran).bytes(), [1, 4, 2, 5, 3, 6]);
    }

    #[test]
    fn a_reversed_or_strided_array_is_written_in_its_logical_order() {
        let array = arr1(&[1u8, 2, 3, 4]);
        assert_eq!(source(&array.slice(ndarray::s![..;-1]), Order::C).bytes(), [4, 3, 2, 1]);
        assert_eq!(source(&array.slice(ndarray::s![..;2]), Order::Fortran).bytes(), [1, 3]);
        assert_eq!(source(&array.slice(ndarray::s![0..0]), Order::C).bytes(), []);
    }
}
