// SPDX-License-Identifier: MIT
//! Groups, arrays and notes of a project.

use crate::array::open;
use crate::error::call;
use crate::strings::{from_c, to_c};
use crate::{ffi, Array, Attribute, Project, Result};
use std::fmt;
use std::ops::Range;

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// It holds other nodes.
    Group,
    /// It holds elements.
    Array,
}

/// A group or an array of a [`Project`].
#[derive(Clone, Copy)]
pub struct Node<'p> {
    project: &'p Project,
    path: &'p str,
    name: &'p str,
    kind: NodeKind,
    number: u32,
    parent: u32,
    end: u32,
    attribute_count: u32,
}

// Why numbers in range do not fail: attach has checked the whole index, and it cannot change.
const CHECKED: &str = "the index was checked at attach";

impl<'p> Node<'p> {
    pub(crate) fn find(project: &'p Project, path: &str) -> Result<Self> {
        let path = to_c("path", path)?;
        // SAFETY: the string ends with NUL, the struct is set up.
        Node::load(project, |node, err| unsafe { ffi::cshm_node_find(project.handle(), path.as_ptr(), node, err) })
    }

    fn at(project: &'p Project, number: u32) -> Self {
        // SAFETY: the struct is set up.
        Node::load(project, |node, err| unsafe { ffi::cshm_node_at(project.handle(), number, node, err) })
            .expect(CHECKED)
    }

    fn load(
        project: &'p Project,
        function: impl FnOnce(*mut ffi::cshm_node, *mut ffi::cshm_error) -> ffi::cshm_status,
    ) -> Result<Self> {
        let mut raw = ffi::cshm_node::default();
        call(|err| function(&mut raw, err))?;
        // SAFETY: the strings belong to the attachment, which `project` keeps.
        let (path, name) = unsafe { (from_c(raw.path)?, from_c(raw.name)?) };
        let kind = match ffi::cshm_node_kind(raw.kind) {
            ffi::cshm_node_kind::CSHM_ARRAY => NodeKind::Array,
            _ => NodeKind::Group,
        };
        let ffi::cshm_node { number, parent, end, attribute_count, .. } = raw;
        Ok(Node { project, path, name, kind, number, parent, end, attribute_count })
    }

    /// Its path, such as `b/b1`; empty for the root.
    pub fn path(&self) -> &'p str {
        self.path
    }

    /// Its own name, such as `b1`; empty for the root.
    pub fn name(&self) -> &'p str {
        self.name
    }

    /// Whether it is a group or an array.
    pub fn kind(&self) -> NodeKind {
        self.kind
    }

    /// Its number in tree order; 0 is the root.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The group it lies in; the root is its own.
    pub fn parent(&self) -> Node<'p> {
        Node::at(self.project, self.parent)
    }

    /// The nodes that lie in this group itself; none for an array.
    pub fn children(&self) -> impl Iterator<Item = Node<'p>> {
        let (project, end) = (self.project, self.end);
        let child = move |number: u32| (number < end).then(|| Node::at(project, number));
        std::iter::successors(child(self.number + 1), move |before| child(before.end))
    }

    /// The node of that name in this group itself. [`Error::NotFound`](crate::Error::NotFound).
    pub(crate) fn child(&self, name: &str) -> Result<Node<'p>> {
        self.project.node(&format!("{}/{name}", self.path))
    }

    /// All nodes below this one, in tree order.
    pub fn descendants(&self) -> Nodes<'p> {
        Nodes { project: self.project, numbers: self.number + 1..self.end }
    }

    /// Its attributes, in the order they were added.
    pub fn attrs(&self) -> Attributes<'p> {
        Attributes { node: *self, indices: 0..self.attribute_count }
    }

    /// The attribute of that name. [`Error::NotFound`](crate::Error::NotFound).
    pub fn attr(&self, name: &str) -> Result<Attribute<'p>> {
        let name = to_c("attribute", name)?;
        let (attachment, number) = (self.project.handle(), self.number());
        // SAFETY: the string ends with NUL, the struct is set up.
        Attribute::load(self.path, |attribute, err| unsafe {
            ffi::cshm_attribute_find(attachment, number, name.as_ptr(), attribute, err)
        })
    }

    /// The array it is: as [`Project::get`]. [`Error::BadType`](crate::Error::BadType): it is a group.
    pub fn array(&self) -> Result<Array> {
        let attachment = self.project.handle();
        // SAFETY: the out-parameter is ours.
        let handle = open(|out, err| unsafe { ffi::cshm_array_at(attachment, self.number(), out, err) })?;
        Array::new(handle, self.project.loans())
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("path", &self.path).field("kind", &self.kind()).finish()
    }
}

/// Groups and arrays in tree order: a group, then all below it.
#[derive(Clone, Debug)]
pub struct Nodes<'p> {
    project: &'p Project,
    numbers: Range<u32>,
}

impl<'p> Nodes<'p> {
    pub(crate) fn all(project: &'p Project, count: u32) -> Self {
        Nodes { project, numbers: 0..count }
    }
}

impl<'p> Iterator for Nodes<'p> {
    type Item = Node<'p>;

    fn next(&mut self) -> Option<Node<'p>> {
        self.numbers.next().map(|number| Node::at(self.project, number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.numbers.size_hint()
    }
}

impl ExactSizeIterator for Nodes<'_> {}

/// The attributes of a node, in the order they were added.
#[derive(Clone, Debug)]
pub struct Attributes<'p> {
    node: Node<'p>,
    indices: Range<u32>,
}

impl<'p> Iterator for Attributes<'p> {
    type Item = Attribute<'p>;

    fn next(&mut self) -> Option<Attribute<'p>> {
        let index = self.indices.next()?;
        let (attachment, number) = (self.node.project.handle(), self.node.number());
        // SAFETY: the struct is set up.
        let attribute = Attribute::load(self.node.path, |attribute, err| unsafe {
            ffi::cshm_attribute_at(attachment, number, index, attribute, err)
        });
        Some(attribute.expect(CHECKED))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indices.size_hint()
    }
}

impl ExactSizeIterator for Attributes<'_> {}

/// What a [`Note`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteKind {
    /// Where the data came from: a key such as `producer` or `hdf5.path`, and its value.
    Origin,
    /// An object of the source that is not in the project: its path, and the reason.
    Skipped,
    /// Something that this version of the crate does not know.
    Other,
}

/// What a reader should know about where a project came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'p> {
    /// What the note tells.
    pub kind: NoteKind,
    /// What, or the path.
    pub key: &'p str,
    /// The value, or the reason.
    pub text: &'p str,
}

/// The notes of a project.
#[derive(Clone, Debug)]
pub struct Notes<'p> {
    project: &'p Project,
    indices: Range<u32>,
}

impl<'p> Notes<'p> {
    pub(crate) fn all(project: &'p Project, count: u32) -> Self {
        Notes { project, indices: 0..count }
    }

    fn load(&self, index: u32) -> Result<Note<'p>> {
        let mut note = ffi::cshm_note::default();
        // SAFETY: the struct is set up.
        call(|err| unsafe { ffi::cshm_note_at(self.project.handle(), index, &mut note, err) })?;
        let kind = match ffi::cshm_note_kind(note.kind) {
            ffi::cshm_note_kind::CSHM_NOTE_ORIGIN => NoteKind::Origin,
            ffi::cshm_note_kind::CSHM_NOTE_SKIPPED => NoteKind::Skipped,
            _ => NoteKind::Other,
        };
        // SAFETY: the strings belong to the attachment, which `project` keeps.
        unsafe { Ok(Note { kind, key: from_c(note.key)?, text: from_c(note.text)? }) }
    }
}

impl<'p> Iterator for Notes<'p> {
    type Item = Note<'p>;

    fn next(&mut self) -> Option<Note<'p>> {
        let index = self.indices.next()?;
        Some(self.load(index).expect(CHECKED))
    }
}
