// SPDX-License-Identifier: MIT
//! Arrays whose elements have different lengths, and tables with such in them. In the tree they are groups: docs/format.md.

use crate::pieces::Pieces;
use crate::{Array, Element, Error, Node, NodeKind, Project, Result};
use std::fmt;

const KIND: &str = "cute_shm.ragged";
const SHAPE: &str = "cute_shm.shape";
const FIELD: &str = "cute_shm.field";
const MAX_DEPTH: usize = 64; // twice as deep as anything that is loaded

/// What lies at a path: [`Project::part`], [`Node::part`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Part {
    /// Elements of one size.
    Array(Array),
    /// Strings, or sequences of different lengths.
    Ragged(Ragged),
    /// Records with such in them.
    Table(Table),
}

/// What the elements of a [`Ragged`] array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RaggedKind {
    /// Strings: [`Ragged::texts`].
    Utf8,
    /// Strings that are not UTF-8: [`Ragged::bytes`].
    Bytes,
    /// Sequences: [`Ragged::slices`] and, where they are of strings, of sequences or of records, [`Ragged::values`].
    Sequence,
}

/// An array of strings, or of sequences of different lengths. Element `i`, in C order, is `values[offsets[i]..offsets[i + 1]]`.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// # let project = store
/// #     .create("demo")
/// #     .array("names/offsets", &ndarray::arr1(&[0i64, 2, 3]))
/// #     .array("names/values", &ndarray::arr1(b"abc"))
/// #     .attr("names", "cute_shm.ragged", "utf8")
/// #     .attr("names", "cute_shm.shape", [2i64])
/// #     .publish()?;
/// let names = project.ragged("names")?;
/// for name in names.texts()?.iter() {
///     println!("{name}"); // a &str in shared memory
/// }
/// assert_eq!(&names.texts()?[1], "c");
/// # store.unlink("demo")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Ragged {
    path: Box<str>,
    kind: RaggedKind,
    shape: Box<[usize]>,
    offsets: Array,
    values: Box<Part>,
}

/// Records with strings or sequences in them: a column for each field, whose shape begins with that of the table.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// # let project = store
/// #     .create("demo")
/// #     .group("runs")
/// #     .attr("runs", "cute_shm.ragged", "record")
/// #     .attr("runs", "cute_shm.shape", [2i64])
/// #     .array("runs/id", &ndarray::arr1(&[7i32, 8]))
/// #     .array("runs/name/offsets", &ndarray::arr1(&[0i64, 2, 3]))
/// #     .array("runs/name/values", &ndarray::arr1(b"abc"))
/// #     .attr("runs/name", "cute_shm.ragged", "utf8")
/// #     .attr("runs/name", "cute_shm.shape", [2i64])
/// #     .publish()?;
/// let runs = project.table("runs")?;
/// let (ids, names) = (runs.column("id")?.array()?, runs.column("name")?.ragged()?);
/// for (id, name) in ids.view::<i32>()?.iter().zip(names.texts()?.iter()) {
///     println!("{id}: {name}");
/// }
/// # assert_eq!(runs.len(), 2);
/// # store.unlink("demo")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Table {
    path: Box<str>,
    shape: Box<[usize]>,
    columns: Vec<(Box<str>, Part)>,
}

impl Project {
    /// The array, ragged array or table at a path. [`Error::BadType`]: it is just a group. Otherwise as [`Project::get`].
    pub fn part(&self, path: &str) -> Result<Part> {
        self.node(path)?.part()
    }

    /// The ragged array at a path. [`Error::BadType`]: it is something else. Otherwise as [`Project::get`].
    pub fn ragged(&self, path: &str) -> Result<Ragged> {
        match self.part(path)? {
            Part::Ragged(ragged) => Ok(ragged),
            other => Err(other.is_not("a ragged array")),
        }
    }

    /// The table at a path. [`Error::BadType`]: it is something else. Otherwise as [`Project::get`].
    pub fn table(&self, path: &str) -> Result<Table> {
        match self.part(path)? {
            Part::Table(table) => Ok(table),
            other => Err(other.is_not("a table")),
        }
    }
}

impl Node<'_> {
    /// The array, ragged array or table it is. [`Error::BadType`]: it is just a group; [`Error::Corrupt`]: it calls itself one
    /// of these, and its parts do not fit.
    pub fn part(&self) -> Result<Part> {
        self.part_within(MAX_DEPTH)
    }

    /// The same, with so many levels below it at most: a hostile segment may have more than the stack.
    fn part_within(&self, depth: usize) -> Result<Part> {
        if self.kind() == NodeKind::Array {
            return Ok(Part::Array(self.array()?));
        }
        let below = depth.checked_sub(1).ok_or_else(|| self.damaged("it nests too deep"))?;
        let (kind, shape) = match (self.attr(KIND), self.attr(SHAPE)) {
            (Ok(kind), Ok(shape)) => (kind.text()?, shape),
            _ => return Err(Error::bad_type(format!("'{}' is a group, not an array, ragged or not", self.path()))),
        };
        let lengths = shape.view::<i64>()?.iter().map(|length| usize::try_from(*length)).collect::<Result<Box<_>, _>>();
        let shape = lengths.map_err(|_| self.damaged("a length is negative"))?;
        match kind.as_str() {
            "utf8" => self.ragged(RaggedKind::Utf8, shape, below),
            "bytes" => self.ragged(RaggedKind::Bytes, shape, below),
            "sequence" => self.ragged(RaggedKind::Sequence, shape, below),
            "record" => self.table(shape, below),
            other => Err(Error::bad_type(format!("'{}' is ragged of kind '{other}', which is not known", self.path()))),
        }
    }

    fn ragged(&self, kind: RaggedKind, shape: Box<[usize]>, depth: usize) -> Result<Part> {
        let offsets = self.child("offsets")?.array()?;
        let values = Box::new(self.child("values")?.part_within(depth)?);
        let ragged = Ragged { path: self.path().into(), kind, shape, offsets, values };
        let (first, last) = match ragged.offsets.view::<i64>()?.to_slice() {
            Some([first, .., last]) => (*first, *last),
            Some([only]) => (*only, *only),
            _ => return Err(self.damaged("it has no offsets")),
        };
        let count = ragged.shape.iter().try_fold(1usize, |count, length| count.checked_mul(*length));
        let fits = count.and_then(|count| count.checked_add(1)) == Some(ragged.offsets.len());
        let values = ragged.values.shape().first().and_then(|length| i64::try_from(*length).ok());
        if !fits || first != 0 || Some(last) != values {
            return Err(self.damaged("its offsets fit neither its shape nor its values"));
        }
        Ok(Part::Ragged(ragged))
    }

    fn table(&self, shape: Box<[usize]>, depth: usize) -> Result<Part> {
        let mut columns = Vec::new();
        for child in self.children() {
            let name = match child.attr(FIELD) {
                Ok(name) => name.text()?,
                Err(_) => child.name().to_string(),
            };
            let column = child.part_within(depth)?;
            if !column.shape().starts_with(&shape) {
                return Err(child.damaged("it has not the shape of its table"));
            }
            columns.push((name.into(), column));
        }
        Ok(Part::Table(Table { path: self.path().into(), shape, columns }))
    }

    fn damaged(&self, what: &str) -> Error {
        Error::corrupt(format!("'{}' is damaged: {what}; write it again", self.path()))
    }
}

impl Part {
    /// The array. [`Error::BadType`]: it is something else.
    pub fn array(&self) -> Result<&Array> {
        match self {
            Part::Array(array) => Ok(array),
            other => Err(other.is_not("an array of elements of one size")),
        }
    }

    /// The ragged array. [`Error::BadType`]: it is something else.
    pub fn ragged(&self) -> Result<&Ragged> {
        match self {
            Part::Ragged(ragged) => Ok(ragged),
            other => Err(other.is_not("a ragged array")),
        }
    }

    /// The table. [`Error::BadType`]: it is something else.
    pub fn table(&self) -> Result<&Table> {
        match self {
            Part::Table(table) => Ok(table),
            other => Err(other.is_not("a table")),
        }
    }

    /// Its path in the project.
    pub fn path(&self) -> &str {
        match self {
            Part::Array(array) => array.path(),
            Part::Ragged(ragged) => ragged.path(),
            Part::Table(table) => table.path(),
        }
    }

    /// The lengths of its dimensions.
    pub fn shape(&self) -> &[usize] {
        match self {
            Part::Array(array) => array.shape(),
            Part::Ragged(ragged) => ragged.shape(),
            Part::Table(table) => table.shape(),
        }
    }

    fn is_not(&self, wanted: &str) -> Error {
        let found = match self {
            Part::Array(array) => format!("an array of dtype {}", array.dtype()),
            Part::Ragged(ragged) => format!("a ragged array of kind {:?}", ragged.kind),
            Part::Table(_) => "a table".to_string(),
        };
        Error::bad_type(format!("'{}' is {found}, not {wanted}", self.path()))
    }
}

impl Ragged {
    /// Its path in the project.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What its elements are.
    pub fn kind(&self) -> RaggedKind {
        self.kind
    }

    /// The lengths of its dimensions; none for a single element.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the elements begin and end in the values; one more than there are elements.
    pub fn offsets(&self) -> &[i64] {
        self.offsets.view::<i64>().expect("checked").to_slice().expect("one dimension")
    }

    /// All elements, one after the other: bytes of the strings, or items of the sequences, which may be ragged themselves.
    pub fn values(&self) -> &Part {
        &self.values
    }

    /// The elements as `&str`. [`Error::Type`]: it is not of [`RaggedKind::Utf8`]; [`Error::Corrupt`].
    pub fn texts(&self) -> Result<Pieces<'_, str>> {
        if self.kind != RaggedKind::Utf8 {
            return Err(self.wrong_type("Utf8"));
        }
        let text = std::str::from_utf8(self.values.array()?.bytes());
        let text = text.map_err(|error| Error::corrupt(format!("ragged array '{}' is damaged: {error}", self.path)))?;
        Pieces::new(&self.path, self.offsets(), text)
    }

    /// The elements as bytes. [`Error::Type`]: they are no strings; [`Error::Corrupt`].
    pub fn bytes(&self) -> Result<Pieces<'_, [u8]>> {
        if self.kind == RaggedKind::Sequence {
            return Err(self.wrong_type("Utf8 or Bytes"));
        }
        Pieces::new(&self.path, self.offsets(), self.values.array()?.bytes())
    }

    /// The elements as slices. [`Error::Type`]: they are no sequences of `T`s, or each item has dimensions of its own;
    /// [`Error::BadType`]: the items have different lengths, take [`Ragged::values`]; [`Error::Corrupt`].
    pub fn slices<T: Element>(&self) -> Result<Pieces<'_, [T]>> {
        if self.kind != RaggedKind::Sequence {
            return Err(self.wrong_type("Sequence"));
        }
        let array = self.values.array()?;
        match array.view::<T>()?.to_slice() {
            Some(items) if array.shape().len() == 1 => Pieces::new(&self.path, self.offsets(), items),
            _ => Err(Error::Type {
                wanted: format!("{} in one dimension", T::wanted()),
                found: format!("{} with the shape {:?}", array.dtype(), array.shape()),
                path: array.path().to_string(),
            }),
        }
    }

    fn wrong_type(&self, wanted: &str) -> Error {
        Error::Type { wanted: wanted.to_string(), found: format!("{:?}", self.kind), path: self.path.to_string() }
    }
}

impl Table {
    /// Its path in the project.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The lengths of its dimensions; none for a single record.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many records it has.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns by the names of the fields, in their order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&str, &Part)> {
        self.columns.iter().map(|(name, column)| (&**name, column))
    }

    /// The column of a field. [`Error::NotFound`].
    pub fn column(&self, name: &str) -> Result<&Part> {
        let found = self.columns().find(|(field, _)| *field == name);
        found.map(|(_, column)| column).ok_or_else(|| {
            let names: Vec<&str> = self.columns().map(|(field, _)| field).collect();
            Error::not_found(format!("table '{}' has no field '{name}': it has {}", self.path, names.join(", ")))
        })
    }
}

impl fmt::Debug for Ragged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ragged { path, kind, shape, .. } = self;
        f.debug_struct("Ragged").field("path", path).field("kind", kind).field("shape", shape).finish()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.columns().map(|(name, _)| name).collect();
        f.debug_struct("Table").field("path", &self.path).field("shape", &self.shape).field("columns", &names).finish()
    }
}
