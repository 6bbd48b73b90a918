// SPDX-License-Identifier: MIT
//! Creating a project: filling it.

use crate::builder::Declared;
use crate::element::bytes_of;
use crate::error::call;
use crate::memory::{c_strides, Memory};
use crate::store::project_to_c;
use crate::strings::to_c;
use crate::{ffi, Builder, Dtype, Element, Error, Mode, NodeKind, NoteKind, Order, Project, Result, Value};
use ndarray::ArrayViewMutD;
use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;

/// A project that has its memory and is not visible yet. Fill it, then [`publish`](Reserved::publish); dropped, nothing of
/// it remains. It may be filled by many threads at once.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// use cuteshm::Order;
/// let mut reserved = store
///     .create("demo")
///     .reserve("squares", "<i8", &[100], Order::C)
///     .reserve("pieces", "|u1", &[1 << 20], Order::C)
///     .allocate()?;
/// for (index, square) in reserved.view_mut::<i64>("squares")?.iter_mut().enumerate() {
///     *square = (index * index) as i64;
/// }
/// for offset in (0..1 << 20).step_by(4096) {
///     reserved.write("pieces", offset, &[7; 4096])?;
/// }
/// let project = reserved.publish()?;
/// assert_eq!(project.get("squares")?.view::<i64>()?[9], 81);
/// # store.unlink("demo")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What is published is not written any more: a view to fill it cannot outlive that.
///
/// ```compile_fail,E0505
/// # fn publish(mut reserved: cuteshm::Reserved) -> cuteshm::Result<cuteshm::Project> {
/// let mut squares = reserved.view_mut::<i64>("squares")?;
/// let project = reserved.publish()?;
/// squares[9] = 82;
/// # Ok(project)
/// # }
/// ```
#[must_use = "nothing is visible before `publish`"]
#[derive(Debug)]
pub struct Reserved {
    handle: ffi::cshm_builder,
    project: String,
    arrays: HashMap<String, Slot>,
}

/// A declared array: its number, and what it holds.
#[derive(Clone, Debug)]
struct Slot {
    number: u32,
    dtype: String,
    shape: Vec<usize>,
    order: Order,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // SAFETY: any handle may be passed; that of a published builder is stale, which is well.
        unsafe { ffi::cshm_builder_abort(self.handle, ptr::null_mut()) };
    }
}

impl Reserved {
    pub(crate) fn new(builder: Builder<'_>) -> Result<Reserved> {
        let mut reserved = Reserved::open(&builder)?;
        for declared in &builder.declared {
            reserved.declare(declared)?;
        }
        // SAFETY: any handle may be passed.
        call(|err| unsafe { ffi::cshm_builder_allocate(reserved.handle, err) })?;
        if builder.declared.iter().any(|declared| matches!(declared, Declared::Layout(_))) {
            reserved.find_arrays()?;
        }
        for declared in &builder.declared {
            if let Declared::Array { path, source: Some(source), .. } = declared {
                reserved.write_whole(path, source.bytes())?;
            }
        }
        Ok(reserved)
    }

    fn open(builder: &Builder<'_>) -> Result<Reserved> {
        let project = project_to_c(&builder.project)?;
        let producer = to_c("producer", &builder.producer)?;
        let options = ffi::cshm_builder_options {
            overwrite: builder.overwrite.into(),
            lifetime: builder.lifetime.unwrap_or_default().to_c(),
            sealed: builder.sealed.into(),
            producer: producer.as_ptr(),
            ..Default::default()
        };
        let mut handle = ffi::cshm_builder { id: 0 };
        let store = builder.store.handle();
        // SAFETY: strings end with NUL, the struct is set up.
        call(|err| unsafe { ffi::cshm_builder_open(store, project.as_ptr(), &options, &mut handle, err) })?;
        Ok(Reserved { handle, project: builder.project.clone(), arrays: HashMap::new() })
    }

    fn declare(&mut self, declared: &Declared<'_>) -> Result<()> {
        match declared {
            Declared::Group { path } => {
                let path = to_c("path", path)?;
                // SAFETY: the string ends with NUL.
                call(|err| unsafe { ffi::cshm_builder_group(self.handle, path.as_ptr(), err) })
            }
            Declared::Array { path, dtype, shape, order, .. } => self.declare_array(path, dtype, shape, *order),
            Declared::Alias { path, of } => self.declare_alias(path, of),
            Declared::Attribute { path, name, value } => self.declare_attribute(path, name, value),
            Declared::Note { kind, key, text } => self.declare_note(*kind, key, text),
            Declared::Layout(layout) => {
                // SAFETY: any handle may be passed.
                call(|err| unsafe { ffi::cshm_builder_layout(self.handle, layout.handle(), err) })
            }
        }
    }

    fn declare_array(&mut self, path: &str, dtype: &str, shape: &[usize], order: Order) -> Result<()> {
        let (c_path, c_dtype, lengths) = (to_c("path", path)?, to_c("dtype", dtype)?, lengths(shape)?);
        let mut number = 0;
        // SAFETY: strings end with NUL, there are as many lengths as is said.
        call(|err| unsafe {
            let (path, dtype, ndim) = (c_path.as_ptr(), c_dtype.as_ptr(), lengths.len() as u32);
            ffi::cshm_builder_array(self.handle, path, dtype, ndim, lengths.as_ptr(), order.to_c(), &mut number, err)
        })?;
        let slot = Slot { number, dtype: dtype.to_string(), shape: shape.to_vec(), order };
        self.arrays.insert(key(path).to_string(), slot);
        Ok(())
    }

    fn declare_alias(&mut self, path: &str, of: &str) -> Result<()> {
        let slot = self.slot(of)?.clone();
        let c_path = to_c("path", path)?;
        // SAFETY: the string ends with NUL.
        call(|err| unsafe { ffi::cshm_builder_alias(self.handle, c_path.as_ptr(), slot.number, err) })?;
        self.arrays.insert(key(path).to_string(), slot);
        Ok(())
    }

    fn declare_attribute(&mut self, path: &str, name: &str, value: &Value) -> Result<()> {
        let (path, name) = (to_c("path", path)?, to_c("attribute", name)?);
        let (dtype, shape, bytes) = (to_c("dtype", &value.dtype)?, lengths(&value.shape)?, &value.bytes);
        // SAFETY: strings end with NUL, there are as many lengths and bytes as is said.
        call(|err| unsafe {
            ffi::cshm_builder_attribute(
                self.handle,
                path.as_ptr(),
                name.as_ptr(),
                dtype.as_ptr(),
                shape.len() as u32,
                shape.as_ptr(),
                bytes.as_ptr().cast(),
                bytes.len() as u64,
                err,
            )
        })
    }

    fn declare_note(&mut self, kind: NoteKind, key: &str, text: &str) -> Result<()> {
        let kind = match kind {
            NoteKind::Skipped => ffi::cshm_note_kind::CSHM_NOTE_SKIPPED,
            _ => ffi::cshm_note_kind::CSHM_NOTE_ORIGIN,
        };
        let (key, text) = (to_c("note", key)?, to_c("note", text)?);
        // SAFETY: strings end with NUL.
        call(|err| unsafe { ffi::cshm_builder_note(self.handle, kind.0, key.as_ptr(), text.as_ptr(), err) })
    }

    /// Finds the arrays of a layout, which were declared without a word of what they are. Their numbers are those of the
    /// arrays that lie where theirs do: a builder has one mapping for all who fill it in place.
    fn find_arrays(&mut self) -> Result<()> {
        // SAFETY: nothing is read or written through it.
        let built = unsafe { self.attach() }?;
        let mut numbers = HashMap::new();
        for number in 0..built.info()?.array_count {
            numbers.insert(self.map(number)?, number);
        }
        for node in built.nodes().filter(|node| node.kind() == NodeKind::Array) {
            let array = built.get(node.path())?;
            let number = numbers[&(array.as_ptr().cast_mut().cast(), array.nbytes() as u64)];
            let slot =
                Slot { number, dtype: array.dtype().to_string(), shape: array.shape().to_vec(), order: array.order() };
            self.arrays.insert(node.path().to_string(), slot);
        }
        Ok(())
    }

    /// An array's first byte, and its bytes.
    fn map(&self, number: u32) -> Result<(*mut c_void, u64)> {
        let (mut data, mut nbytes) = (ptr::null_mut(), 0);
        // SAFETY: out-parameters are ours.
        call(|err| unsafe { ffi::cshm_builder_map(self.handle, number, &mut data, &mut nbytes, err) })?;
        Ok((data, nbytes))
    }

    /// Writes a piece of an array: the fastest way to fill it. `offset` is in bytes; the bytes are in the array's own order
    /// and byte order. [`Error::NotFound`]: no such array; [`Error::InvalidArgument`]: outside of it.
    pub fn write(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<()> {
        let number = self.slot(path)?.number;
        let (data, nbytes) = (bytes.as_ptr().cast(), bytes.len() as u64);
        // SAFETY: as many bytes as is said.
        call(|err| unsafe { ffi::cshm_builder_write(self.handle, number, offset, data, nbytes, err) })
    }

    /// An array's elements, to be filled in place. [`Error::NotFound`]: no such array; [`Error::Type`]: they are no `T`s.
    pub fn view_mut<T: Element>(&mut self, path: &str) -> Result<ArrayViewMutD<'_, T>> {
        let _ = bytes_of::<T>(&[]); // refuses types with padding when it is compiled
        let slot = self.slot(path)?;
        let (data, nbytes) = self.map(slot.number)?;
        let itemsize = Dtype::parse(&slot.dtype)?.itemsize();
        let strides = slot.order.strides(&slot.shape, itemsize);
        // SAFETY: the library has mapped as many bytes, for as long as the builder lives.
        let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), nbytes as usize) };
        let (dtype, shape, strides) = (slot.dtype.as_str(), &slot.shape[..], &strides[..]);
        let memory = Memory { path, attribute: None, dtype, itemsize, shape, strides, bytes };
        memory.expect::<T>()?;
        let layout = memory.layout::<T>();
        // SAFETY: the elements are `T`s (just checked) with these strides; `self` is borrowed, so nobody else has them.
        Ok(unsafe { ArrayViewMutD::from_shape_ptr(layout, data.cast()) })
    }

    /// The project as it is being built, attached read-write: its arrays can be filled through [`Project::get_mut`], also
    /// after it was published. It keeps its memory mapped, whatever becomes of this builder; after a drop of it nobody
    /// else will see that memory, and [`Project::is_current`] is false, as it is before `publish`.
    ///
    /// # Safety
    /// As [`Store::attach_read_write`](crate::Store::attach_read_write); other attachments of this builder and what
    /// [`Reserved::view_mut`] gives count as views of the same arrays.
    pub unsafe fn attach(&self) -> Result<Project> {
        let mut attachment = ffi::cshm_attachment { id: 0 };
        // SAFETY: the out-parameter is ours.
        call(|err| unsafe { ffi::cshm_builder_attach(self.handle, &mut attachment, err) })?;
        Ok(Project::new(attachment, Mode::ReadWrite))
    }

    /// Makes the project visible to all, in one step; or, a [sealed](Builder::sealed) one, unchangeable. On failure nothing
    /// was created. [`Error::Exists`]: another process published that name first; [`Error::Permission`]; [`Error::State`]:
    /// it is to be sealed, and what [`Reserved::attach`] gave, or an array of that, lives: it could be written by it.
    pub fn publish(self) -> Result<Project> {
        let mut attachment = ffi::cshm_attachment { id: 0 };
        // SAFETY: the out-parameter is ours.
        call(|err| unsafe { ffi::cshm_builder_publish(self.handle, &mut attachment, err) })?;
        Ok(Project::new(attachment, Mode::ReadOnly))
    }

    /// All of an array at once: fewer bytes than it has would leave zeros without a word.
    fn write_whole(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let slot = self.slot(path)?;
        let wanted = slot.shape.iter().product::<usize>() * Dtype::parse(&slot.dtype)?.itemsize();
        if bytes.len() != wanted {
            let Slot { dtype, shape, .. } = slot;
            let found = bytes.len();
            return Err(Error::invalid_argument(format!(
                "array '{path}' of dtype {dtype} and shape {shape:?} has {wanted} bytes, but {found} were given"
            )));
        }
        self.write(path, 0, bytes)
    }

    fn slot(&self, path: &str) -> Result<&Slot> {
        let slot = self.arrays.get(key(path));
        slot.ok_or_else(|| {
            let project = &self.project;
            Error::not_found(format!("project '{project}': no array '{path}' was declared: declare it before"))
        })
    }
}

impl Order {
    fn strides(self, shape: &[usize], itemsize: usize) -> Box<[usize]> {
        let reversed = |items: &[usize]| items.iter().rev().copied().collect::<Box<[usize]>>();
        match self {
            Order::C => c_strides(shape, itemsize),
            Order::Fortran => reversed(&c_strides(&reversed(shape), itemsize)),
        }
    }
}

/// One leading `/` of a path is ignored.
fn key(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

fn lengths(shape: &[usize]) -> Result<Vec<i64>> {
    let length = |length: &usize| i64::try_from(*length);
    shape
        .iter()
        .map(length)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::invalid_argument(format!("shape {shape:?}: a length is more than {}", i64::MAX)))
}
