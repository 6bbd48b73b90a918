// SPDX-License-Identifier: MIT
//! Creating a project: what is to be in it.

use crate::order::{source, Source};
use crate::value::texts;
use crate::{Element, Error, Lifetime, Manifest, NoteKind, Order, Project, Reserved, Result, Store, Typed, Value};
use ndarray::{ArrayBase, Data, Dimension};

/// A project to be created. Declare groups, arrays and attributes in any order, but an attribute or alias after the node it
/// belongs to; then [`publish`](Builder::publish). Arrays are borrowed until then, not copied.
///
/// Nothing happens before that: errors of a declaration come from [`publish`](Builder::publish) and
/// [`allocate`](Builder::allocate), and name their object.
///
/// Groups above what is declared are made on the way. A name in a path is 1 to 1024 bytes of UTF-8 with no `/` and no NUL.
///
/// ```
/// # let root = tempfile::tempdir()?;
/// # let store = cuteshm::Store::open(root.path().join("store"))?;
/// let image = ndarray::Array2::<f32>::zeros((480, 640));
/// let project = store
///     .create("camera")
///     .overwrite(true)
///     .array("run 1/image", &image)
///     .attr("run 1/image", "unit", "counts")
///     .publish()?;
/// assert_eq!(project.get("run 1/image")?.shape(), [480, 640]);
/// # store.unlink("camera")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is created before `publish`"]
pub struct Builder<'a> {
    pub(crate) store: Store,
    pub(crate) project: String,
    pub(crate) overwrite: bool,
    pub(crate) lifetime: Option<Lifetime>,
    pub(crate) sealed: bool,
    pub(crate) producer: String,
    pub(crate) declared: Vec<Declared<'a>>,
    error: Option<Error>,
}

/// Something of a project to be created.
pub(crate) enum Declared<'a> {
    Group { path: String },
    Array { path: String, dtype: String, shape: Vec<usize>, order: Order, source: Option<Source<'a>> },
    Alias { path: String, of: String },
    Attribute { path: String, name: String, value: Value },
    Note { kind: NoteKind, key: String, text: String },
    Layout(Manifest),
}

impl<'a> Builder<'a> {
    pub(crate) fn new(store: Store, project: &str) -> Self {
        Builder {
            store,
            project: project.to_string(),
            overwrite: false,
            lifetime: None,
            sealed: false,
            producer: this_program(),
            declared: Vec::new(),
            error: None,
        }
    }

    /// Whether to replace a project of that name, in one step at publish. Default: no, that is [`Error::Exists`].
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// How long the project lives. Default: [`Lifetime::Persistent`].
    pub fn lifetime(mut self, lifetime: Lifetime) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Whether to seal the project. Default: no.
    ///
    /// A sealed project is in no store, has no name that could be guessed, and once it is published nobody, this process
    /// included, can change, cut or grow it: the kernel refuses. It is handed over by its descriptor, from
    /// [`Project::export_fd`] to [`Project::from_fd`], and lives as long as a process has it attached or holds a descriptor
    /// of it. Those who get it need no trust in other readers, nor in its producer's good behaviour: it crosses users and
    /// containers, and a view of it needs no promise that nobody writes.
    ///
    /// [`overwrite`](Builder::overwrite) and [`lifetime`](Builder::lifetime) have no meaning then, and are refused.
    ///
    /// ```
    /// # let root = tempfile::tempdir()?;
    /// # let store = cuteshm::Store::open(root.path().join("store"))?;
    /// use cuteshm::Project;
    /// let project = store.create("run 7").sealed(true).array("x", &ndarray::arr1(&[1.0, 2.0])).publish()?;
    /// let fd = project.export_fd()?;
    /// drop(project);
    /// let received = Project::from_fd(&fd)?; // in any process that was given the descriptor
    /// assert_eq!(received.get("x")?.view::<f64>()?.sum(), 3.0);
    /// assert!(received.info()?.sealed && store.projects()?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sealed(mut self, sealed: bool) -> Self {
        self.sealed = sealed;
        self
    }

    /// Who made it: `program (language version)`. Default: this program.
    pub fn producer(mut self, producer: &str) -> Self {
        self.producer = producer.to_string();
        self
    }

    /// Declares a group. One that is there already stays as it is.
    pub fn group(self, path: &str) -> Self {
        self.declare(Declared::Group { path: path.to_string() })
    }

    /// Declares an array, with the elements of `array` in the order in which they lie: C, or Fortran where they lie so. One
    /// that does not lie in one piece (a slice with steps, say) is copied, in C order.
    pub fn array<T, S, D>(self, path: &str, array: &'a ArrayBase<S, D>) -> Self
    where
        T: Typed,
        S: Data<Elem = T>,
        D: Dimension,
    {
        self.array_as(path, &T::dtype(), Order::of(array), array)
    }

    /// Declares an array whose dtype does not follow from the Rust type (times with their unit, records), or whose order
    /// shall be another: it is copied, then. [`Error::Type`]: the dtype is not one that a `T` can show.
    pub fn array_as<T, S, D>(mut self, path: &str, dtype: &str, order: Order, array: &'a ArrayBase<S, D>) -> Self
    where
        T: Element,
        S: Data<Elem = T>,
        D: Dimension,
    {
        if !T::accepts(dtype) {
            let (wanted, found, path) = (T::wanted(), dtype.to_string(), path.to_string());
            self.error.get_or_insert(Error::Type { wanted, found, path });
            return self;
        }
        let shape = array.shape().to_vec();
        self.declare_array(path, dtype, shape, order, Some(source(array, order)))
    }

    /// Declares an array by its bytes, in that order and the dtype's byte order.
    /// [`Error::InvalidArgument`]: they are not as many as dtype and shape make.
    pub fn array_raw(self, path: &str, dtype: &str, shape: &[usize], order: Order, bytes: &'a [u8]) -> Self {
        self.declare_array(path, dtype, shape.to_vec(), order, Some(Source::Borrowed(bytes)))
    }

    /// Declares an array of texts: dtype `U`, as long as the longest of them. They are copied.
    pub fn strings<T, S, D>(self, path: &str, array: &ArrayBase<S, D>) -> Self
    where
        T: AsRef<str>,
        S: Data<Elem = T>,
        D: Dimension,
    {
        let Value { dtype, shape, bytes } = texts(array.shape(), array.iter().map(AsRef::as_ref));
        self.declare_array(path, &dtype, shape, Order::C, Some(Source::Copied(Box::new(bytes))))
    }

    /// Declares an array to be filled after [`allocate`](Builder::allocate). Its elements are zero at first.
    pub fn reserve(self, path: &str, dtype: &str, shape: &[usize], order: Order) -> Self {
        self.declare_array(path, dtype, shape.to_vec(), order, None)
    }

    /// Declares all groups, arrays and attributes of a layout, or of a manifest. The arrays can be filled after
    /// [`allocate`](Builder::allocate); at first their elements are what the layout's fill says, or zero. What is an alias
    /// of them has to be told by the layout, too.
    ///
    /// ```
    /// # let root = tempfile::tempdir()?;
    /// # let store = cuteshm::Store::open(root.path().join("store"))?;
    /// # let file = root.path().join("robot.yaml");
    /// # std::fs::write(&file, "cute-shm-layout: 1\narrays:\n  - {path: joints, dtype: float64, shape: [7], fill: 0.5}\n")?;
    /// let mut reserved = store.create("robot").layout(&cuteshm::Manifest::read(&file)?).allocate()?;
    /// reserved.view_mut::<f64>("joints")?[0] = 1.5;
    /// let project = reserved.publish()?;
    /// assert_eq!(project.get("joints")?.view::<f64>()?.sum(), 4.5);
    /// # store.unlink("robot")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn layout(self, layout: &Manifest) -> Self {
        self.declare(Declared::Layout(layout.clone()))
    }

    /// Declares a second path to the array at the path `of`: one copy of data and attributes, two names.
    pub fn alias(self, path: &str, of: &str) -> Self {
        self.declare(Declared::Alias { path: path.to_string(), of: of.to_string() })
    }

    /// Adds an attribute to a group or array; `""` is the project itself.
    pub fn attr(self, path: &str, name: &str, value: impl Into<Value>) -> Self {
        self.declare(Declared::Attribute { path: path.to_string(), name: name.to_string(), value: value.into() })
    }

    /// Notes something that a reader should know about where the data came from.
    pub fn origin(self, key: &str, text: &str) -> Self {
        self.declare(Declared::Note { kind: NoteKind::Origin, key: key.to_string(), text: text.to_string() })
    }

    /// Notes an object of the source that is not in the project, and why.
    pub fn skipped(self, path: &str, reason: &str) -> Self {
        self.declare(Declared::Note { kind: NoteKind::Skipped, key: path.to_string(), text: reason.to_string() })
    }

    /// Creates the project with all that was declared, visible to all in one step. On failure nothing was created, and a
    /// project that was to be overwritten is whole.
    ///
    /// [`Error::Exists`]: a project of that name is there, or a path is taken; [`Error::NoSpace`]: not enough shared
    /// memory, the message says which limit it was; [`Error::BadName`]; [`Error::BadType`]; [`Error::NotFound`]: an
    /// attribute or alias of a node that was not declared; [`Error::Permission`]; [`Error::Limit`];
    /// [`Error::InvalidArgument`]: sealed, and to overwrite or with a lifetime.
    pub fn publish(self) -> Result<Project> {
        self.allocate()?.publish()
    }

    /// Reserves the memory and writes the arrays that were given, so that the others can be filled piece by piece. Errors as
    /// of [`publish`](Builder::publish).
    pub fn allocate(mut self) -> Result<Reserved> {
        check_sealed(&self.project, self.sealed, self.overwrite, self.lifetime)?;
        match self.error.take() {
            Some(error) => Err(error),
            None => Reserved::new(self),
        }
    }

    fn declare_array(
        self,
        path: &str,
        dtype: &str,
        shape: Vec<usize>,
        order: Order,
        source: Option<Source<'a>>,
    ) -> Self {
        self.declare(Declared::Array { path: path.to_string(), dtype: dtype.to_string(), shape, order, source })
    }

    fn declare(mut self, declared: Declared<'a>) -> Self {
        self.declared.push(declared);
        self
    }
}

/// What has no meaning for a sealed project is refused, not ignored.
pub(crate) fn check_sealed(project: &str, sealed: bool, overwrite: bool, lifetime: Option<Lifetime>) -> Result<()> {
    if !sealed || (!overwrite && lifetime.is_none()) {
        return Ok(());
    }
    let given = if overwrite { "overwrite" } else { "lifetime" };
    Err(Error::invalid_argument(format!(
        "project '{project}' is to be sealed, and {given} was asked for: a sealed project is in no store, and lives as long \
         as someone holds it; leave one of the two out"
    )))
}

pub(crate) fn this_program() -> String {
    let program = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = program.as_deref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    format!("{} (Rust, cuteshm {})", name.unwrap_or_else(|| "a program".to_string()), env!("CARGO_PKG_VERSION"))
}
