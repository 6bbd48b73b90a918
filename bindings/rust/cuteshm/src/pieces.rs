// SPDX-License-Identifier: MIT
//! Values that lie one after the other, cut where offsets say.

use crate::{Error, Result};
use std::fmt;
use std::ops::{Index, Range};

/// What can be cut: `str` and slices.
pub trait Cut: private::Sealed {
    #[doc(hidden)]
    fn cut(&self, range: Range<usize>) -> Option<&Self>;
}

impl Cut for str {
    fn cut(&self, range: Range<usize>) -> Option<&str> {
        self.get(range)
    }
}

impl<T> Cut for [T] {
    fn cut(&self, range: Range<usize>) -> Option<&[T]> {
        self.get(range)
    }
}

mod private {
    pub trait Sealed {}
    impl Sealed for str {}
    impl<T> Sealed for [T] {}
}

/// The elements of a [`Ragged`](crate::Ragged) array, in C order, as `&str` or `&[T]`, without a copy.
pub struct Pieces<'a, V: ?Sized> {
    offsets: &'a [i64],
    values: &'a V,
}

fn range(offsets: &[i64], index: usize) -> Option<Range<usize>> {
    let end = offsets.get(index.checked_add(1)?)?;
    Some(usize::try_from(offsets[index]).ok()?..usize::try_from(*end).ok()?)
}

impl<'a, V: Cut + ?Sized> Pieces<'a, V> {
    /// Goes through all offsets. [`Error::Corrupt`].
    pub(crate) fn new(path: &str, offsets: &'a [i64], values: &'a V) -> Result<Self> {
        let pieces = Pieces { offsets, values };
        match (0..pieces.len()).find(|index| pieces.get(*index).is_none()) {
            None => Ok(pieces),
            Some(index) => Err(Error::corrupt(format!(
                "ragged array '{path}' is damaged: its element {index} does not lie in its values; write it again"
            ))),
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An element; `None` out of range.
    pub fn get(&self, index: usize) -> Option<&'a V> {
        self.values.cut(range(self.offsets, index)?)
    }

    /// All elements.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a V> + DoubleEndedIterator + use<'a, V> {
        let Pieces { offsets, values } = *self;
        (0..offsets.len() - 1).map(move |index| Pieces { offsets, values }.get(index).expect(CHECKED))
    }
}

// They do not change while they are borrowed: see `Store::attach`.
const CHECKED: &str = "all offsets were checked";

impl<V: ?Sized> Clone for Pieces<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: ?Sized> Copy for Pieces<'_, V> {}

impl<V: Cut + ?Sized> Index<usize> for Pieces<'_, V> {
    type Output = V;

    fn index(&self, index: usize) -> &V {
        let len = self.len();
        self.get(index).unwrap_or_else(|| panic!("element {index} of {len}"))
    }
}

impl<V: Cut + fmt::Debug + ?Sized> fmt::Debug for Pieces<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_lie_between_their_offsets() {
        let texts = Pieces::new("x", &[0, 1, 1, 3], "aé").unwrap();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "", "é"]);
        assert_eq!((texts.len(), texts.get(3), &texts[2]), (3, None, "é"));
        assert_eq!(Pieces::new("x", &[0, 2], &[1, 2][..]).unwrap().iter().next_back(), Some(&[1, 2][..]));
        assert!(Pieces::new("x", &[0], "").unwrap().is_empty());
    }

    #[test]
    fn offsets_that_lead_elsewhere_are_refused() {
        for offsets in [[0, 4], [2, 1], [-1, 2], [0, 2]] {
            assert!(matches!(Pieces::new("x", &offsets, "aé"), Err(Error::Corrupt(_))), "{offsets:?}");
        }
    }
}
