// SPDX-License-Identifier: MIT
//! Elements of a fixed number of bytes or characters.

use crate::element::element;
use crate::Typed;
use std::fmt;

/// The number at the end of a dtype such as `|S12`, if it begins with `kind`.
fn length(dtype: &str, kind: &str) -> Option<usize> {
    dtype.strip_prefix(kind)?.parse().ok()
}

/// Why a text does not go into a [`Bytes`] or [`Utf32`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    wanted: usize,
    room: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text of {} units does not go into {}: take a longer type", self.wanted, self.room)
    }
}

impl std::error::Error for TooLong {}

/// `N` bytes, `|S<N>`: a text, followed by NULs up to `N`.
///
/// ```
/// use cuteshm::Bytes;
/// let name = Bytes::<8>::try_from("Ada")?;
/// assert_eq!(name.as_bytes(), b"Ada");
/// assert_eq!(name.as_str()?, "Ada");
/// assert!(Bytes::<2>::try_from("Ada").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Bytes<const N: usize>(pub [u8; N]);

impl<const N: usize> Bytes<N> {
    /// The bytes without the NULs at their end.
    pub fn as_bytes(&self) -> &[u8] {
        trim(&self.0, 0)
    }

    /// The text, where it is UTF-8.
    pub fn as_str(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(self.as_bytes())
    }
}

// All bytes are values; no padding.
element!(impl[const N: usize] Bytes<N>, format!("|S{N}"), |dtype| length(dtype, "|S") == Some(N));

impl<const N: usize> Typed for Bytes<N> {
    fn dtype() -> String {
        format!("|S{N}")
    }
}

impl<const N: usize> TryFrom<&[u8]> for Bytes<N> {
    type Error = TooLong;

    fn try_from(text: &[u8]) -> Result<Self, TooLong> {
        let mut bytes = [0; N];
        let part = bytes.get_mut(..text.len()).ok_or(TooLong { wanted: text.len(), room: N })?;
        part.copy_from_slice(text);
        Ok(Bytes(bytes))
    }
}

impl<const N: usize> TryFrom<&str> for Bytes<N> {
    type Error = TooLong;

    fn try_from(text: &str) -> Result<Self, TooLong> {
        text.as_bytes().try_into()
    }
}

impl<const N: usize> fmt::Debug for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.as_bytes().escape_ascii())
    }
}

/// `N` characters of UTF-32, `<U<N>`: a text, followed by NULs up to `N`. `Display` shows it.
///
/// ```
/// use cuteshm::Utf32;
/// let name = Utf32::<8>::try_from("Zoë")?;
/// assert_eq!(name.to_string(), "Zoë");
/// # Ok::<(), cuteshm::TooLong>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Utf32<const N: usize>(pub [u32; N]);

impl<const N: usize> Utf32<N> {
    /// The characters without the NULs at their end. What is not a character is shown as U+FFFD.
    pub fn chars(&self) -> impl Iterator<Item = char> + '_ {
        trim(&self.0, 0).iter().map(|code| to_char(*code))
    }
}

// All bits are values: a code is an integer until it is shown. No padding.
element!(impl[const N: usize] Utf32<N>, format!("<U{N}"), |dtype| length(dtype, "<U") == Some(N));

impl<const N: usize> Typed for Utf32<N> {
    fn dtype() -> String {
        format!("<U{N}")
    }
}

impl<const N: usize> TryFrom<&str> for Utf32<N> {
    type Error = TooLong;

    fn try_from(text: &str) -> Result<Self, TooLong> {
        let mut codes = [0; N];
        let wanted = text.chars().count();
        let part = codes.get_mut(..wanted).ok_or(TooLong { wanted, room: N })?;
        part.iter_mut().zip(text.chars()).for_each(|(code, character)| *code = character.into());
        Ok(Utf32(codes))
    }
}

impl<const N: usize> fmt::Display for Utf32<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.chars().collect::<String>())
    }
}

impl<const N: usize> fmt::Debug for Utf32<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// `N` bytes that mean nothing to the library, `|V<N>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Raw<const N: usize>(pub [u8; N]);

// All bytes are values; no padding.
element!(impl[const N: usize] Raw<N>, format!("|V{N}"), |dtype| length(dtype, "|V") == Some(N));

impl<const N: usize> Typed for Raw<N> {
    fn dtype() -> String {
        format!("|V{N}")
    }
}

/// A code of UTF-32 as a character; U+FFFD where it is none.
pub(crate) fn to_char(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A text without the padding at its end.
pub(crate) fn trim<T: PartialEq>(text: &[T], padding: T) -> &[T] {
    let end = text.iter().rposition(|unit| *unit != padding).map_or(0, |last| last + 1);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Element;

    #[test]
    fn the_length_must_be_the_same() {
        assert!(Bytes::<12>::accepts("|S12"));
        assert!(!Bytes::<1>::accepts("|S12") && !Bytes::<12>::accepts("|V12") && !Raw::<12>::accepts("|S12"));
        assert!(Utf32::<3>::accepts("<U3") && !Utf32::<3>::accepts(">U3"));
        assert_eq!(Utf32::<3>::dtype(), "<U3");
    }

    #[test]
    fn a_text_keeps_the_nuls_inside_it() {
        let text = Bytes::<6>::try_from(&b"a\0b"[..]).unwrap();
        assert_eq!(text.as_bytes(), b"a\0b");
        assert_eq!(format!("{text:?}"), r#"b"a\x00b""#);
    }

    #[test]
    fn a_code_that_is_no_character_is_replaced() {
        assert_eq!(Utf32::<3>([0x41, 0xD800, 0x110000]).to_string(), "A\u{FFFD}\u{FFFD}");
        assert_eq!(Utf32::<4>::try_from("").unwrap().to_string(), "");
    }
}
