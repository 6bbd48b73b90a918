// SPDX-License-Identifier: MIT
//! Structs of the user's own that structured elements can be seen as.

use crate::{Dtype, Field};

/// Declares a struct that structured elements can be seen as, without a copy.
///
/// The struct needs a `#[repr(C)]`, or `#[repr(C, packed)]` for numpy's usual, unaligned layout. The dtype's fields must be
/// those of the struct: the same names (`name: type = "name in the dtype"` where it is no Rust name), offsets and types, in
/// any order, and nothing else but padding. [`Error::Type`](crate::Error::Type) if not. Every type must be a
/// [`Field`](crate::Field).
///
/// ```
/// use cuteshm::{record, Be, Order};
/// record! {
///     /// A hit in the detector.
///     #[derive(Debug, PartialEq)]
///     #[repr(C, packed)]
///     pub struct Hit {
///         /// which wire
///         pub wire: u8,
///         /// where, mm
///         pub position: [f32; 2],
///         time: Be<f64> = "time of flight",
///     }
/// }
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// let hits = ndarray::arr1(&[Hit { wire: 3, position: [1.0, 2.0], time: 0.5.into() }]);
/// let descr = r#"[["wire","|u1"],["position","<f4",[2]],["time of flight",">f8"]]"#;
/// let project = store.create("hits").array_as("hits", descr, Order::C, &hits).publish()?;
/// assert_eq!(project.get("hits")?.view::<Hit>()?, hits.view().into_dyn());
/// # store.unlink("hits")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! record {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $name:ident {
            $($(#[$field_attribute:meta])* $field_visible:vis $field:ident: $type:ty $(= $rename:literal)?),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy)]
        $visible struct $name {
            $($(#[$field_attribute])* $field_visible $field: $type),+
        }

        const _: () = {
            const FIELDS_PADDED: bool = false $(|| <$type as $crate::Field>::PADDED)+;
            const FIELDS_SIZE: usize = 0 $(+ ::core::mem::size_of::<$type>())+;
            const RECORD_PADDED: bool = FIELDS_PADDED || FIELDS_SIZE != ::core::mem::size_of::<$name>();

            fn fields() -> ::std::vec::Vec<$crate::RecordField> {
                ::std::vec![$($crate::RecordField::new::<$type>(
                    $crate::record!(@name $field $($rename)?),
                    ::core::mem::offset_of!($name, $field),
                )),+]
            }

            // SAFETY: the fields are all there are; of each, the dtype has one of the same type at the same place; all
            // bytes are values of a `Field`, and padding has no values.
            unsafe impl $crate::Element for $name {
                const PADDED: bool = RECORD_PADDED;

                fn wanted() -> ::std::string::String {
                    $crate::RecordField::wanted(&fields())
                }

                fn accepts(dtype: &str) -> bool {
                    $crate::RecordField::accept(&fields(), ::core::mem::size_of::<Self>(), dtype)
                }
            }

            // SAFETY: as above.
            unsafe impl $crate::Field for $name {
                const PADDED: bool = RECORD_PADDED;

                fn wanted() -> ::std::string::String {
                    <Self as $crate::Element>::wanted()
                }

                fn matches(dtype: &str, shape: &[usize]) -> bool {
                    shape.is_empty() && <Self as $crate::Element>::accepts(dtype)
                }
            }
        };
    };
    (@name $field:ident) => { ::core::stringify!($field) };
    (@name $field:ident $rename:literal) => { $rename };
}

/// A field of a struct of [`record!`]. Of use to that macro only.
#[doc(hidden)]
pub struct RecordField {
    name: &'static str,
    offset: usize,
    matches: fn(&str, &[usize]) -> bool,
    wanted: fn() -> String,
}

#[doc(hidden)]
impl RecordField {
    pub fn new<T: Field>(name: &'static str, offset: usize) -> Self {
        RecordField { name, offset, matches: T::matches, wanted: T::wanted }
    }

    pub fn wanted(fields: &[RecordField]) -> String {
        let field = |field: &RecordField| format!("{}: {} at {}", field.name, (field.wanted)(), field.offset);
        format!("a record of {}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
    }

    pub fn accept(fields: &[RecordField], size: usize, dtype: &str) -> bool {
        let Ok(dtype) = Dtype::parse(dtype) else { return false };
        dtype.itemsize() == size
            && dtype.fields().len() == fields.len()
            && fields.iter().all(|field| {
                dtype.field(field.name).is_some_and(|found| {
                    found.offset() == field.offset && (field.matches)(found.dtype().as_str(), found.shape())
                })
            })
    }
}
