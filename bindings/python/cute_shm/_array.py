# SPDX-License-Identifier: MIT
"""Arrays of shared memory: numpy arrays that know what they are in their project."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from . import _core
from ._attributes import Attributes
from ._dtypes import DTYPES
from ._errors import StateError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Row(NamedTuple):
    """A node as the C side gives it; a group has no more than the first five."""

    path: str
    kind: int
    number: int
    end: int
    attribute_count: int
    dtype: str
    shape: tuple[int, ...]
    order: Literal["C", "F"]
    offset: int
    nbytes: int

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


class Array(_core.SharedArray):
    """An array of a project: a `numpy.ndarray` over the shared memory, which it keeps mapped for as long as it lives.

    Views of it (slices, transposes, fields) are Arrays, too, and know the array they are a part of. What is computed
    from it, and every copy, is a plain `numpy.ndarray` with memory of its own, as with `numpy.memmap`. It is read-only
    where its project was opened so.

    Pickled, it is its address, not its data: unpickling attaches the same memory. A copy is pickled by value.

    Attributes:
        path: where it is in its project, such as ``"b/b1"``.
        name: the last part of `path`.
        attrs: its attributes.
    """

    __slots__ = ()
    __array_priority__ = -100.0  # where numpy chooses a class for a result, it is another's

    @property
    def path(self) -> str:
        """Where the array is in its project, such as ``"b/b1"``; of a view, where the array is that it is a part of."""
        return place_of(self).path

    @property
    def name(self) -> str:
        """The last part of `path`."""
        return place_of(self).path.rpartition("/")[2]

    @property
    def attrs(self) -> Attributes:
        """The attributes of the array; of a view, those of the array that it is a part of."""
        place = place_of(self)
        return Attributes(place.memory, place.number, place.attribute_count)

    def _repr_html_(self) -> str | None:
        from ._look_html import array_html  # noqa: PLC0415  for notebooks

        return array_html(self)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """A one-dimensional array as an Arrow array, over the same memory where Arrow has the type.

        Raises:
            BadTypeError: it has more dimensions, or a dtype that Arrow does not have.
        """
        from ._arrow import capsules, column_of  # noqa: PLC0415  few need it

        return capsules(column_of(self, "an array" if _core.origin(self) is None else f"array {self.path!r}"))

    # ---- what is no view of shared memory is a plain array

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = True) -> Any:
        # numpy before 2.0 does not say whether it wants a scalar (of no dimensions, it does), and gives arrays of this
        # class; since 2.0 they are plain, views such as those of squeeze among them.
        if array is self:
            return array
        if return_scalar and array.ndim == 0:
            return array[()]
        return _plain(array) if isinstance(array, Array) else _core.classed(array, type(self))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _plain(super().__array_function__(func, types, args, kwargs))

    # ---- interchange

    def __dlpack__(self, **options: Any) -> Any:
        """The array for libraries that take DLPack, read-only where it is.

        Raises:
            BufferError: it is read-only, and the library (or numpy, before 2.1) is too old to be told.
        """
        try:
            return super().__dlpack__(**options)
        except BufferError as error:
            if self.flags.writeable:
                raise
            raise BufferError(
                f"array {self.path!r} is read-only, and its taker did not say that it can keep that (max_version of "
                "DLPack 1.0, numpy 2.1): open the project with mode 'c' (copy on write) or 'r+', or give it a copy"
            ) from error

    # ---- pickling

    def __reduce_ex__(self, protocol: Any) -> Any:
        if _core.origin(self) is None:
            return np.asarray(self).__reduce_ex__(protocol)
        from ._address import reduce_array  # noqa: PLC0415  which needs this class

        return reduce_array(self)

    def __reduce__(self) -> Any:
        return self.__reduce_ex__(2)


def _plain(result: Any) -> Any:
    """What a function of numpy gave, with each Array that is a copy made plain."""
    if isinstance(result, Array):
        return result if _core.origin(result) is not None else result.view(np.ndarray)
    if type(result) in (tuple, list):
        return type(result)(map(_plain, result))
    return result


def _plain_method(name: str) -> Callable[..., Any]:
    """A method of ndarray that is called on a plain array, and so gives plain copies. What is a view is an Array."""
    method = getattr(np.ndarray, name)

    @wraps(method)
    def call(self: Array, *args: Any, **kwargs: Any) -> Any:
        plain = self.view(np.ndarray)
        result = method(plain, *args, **kwargs)
        return self if result is plain else _core.classed(result, type(self))

    return call


# All that make copies without asking __array_wrap__.
for _name in (
    *("__copy__", "__deepcopy__", "argpartition", "argsort", "astype", "byteswap", "choose", "compress", "copy"),
    *("dot", "flatten", "ravel", "repeat", "reshape", "round", "take"),
):
    setattr(Array, _name, _plain_method(_name))


class Place(NamedTuple):
    """Where an array is: the memory, and the node in it."""

    memory: _core.Memory
    path: str
    number: int
    attribute_count: int


def place_of(array: Array) -> Place:
    """The place of an array, or of the array that it is a part of.

    Raises:
        StateError: it is a copy.
    """
    origin: Array | None = _core.origin(array)
    if origin is None:
        raise StateError(
            "this array is a copy with memory of its own, not a part of a project: "
            "ask the array that project[path] gives for its path and attributes"
        )
    memory: Any = origin.base
    _, path, _, number, _, _, attribute_count = _core.cshm_node_at(memory.attachment, origin._node)
    return Place(memory, path, number, attribute_count)


def view(memory: _core.Memory, row: Row) -> NDArray[Any]:
    """The array of a row as a plain ndarray: a view of the memory, which is its base."""
    buffer: Any = memory  # numpy's stubs name the buffers they know
    array: NDArray[Any] = np.ndarray(row.shape, DTYPES[row.dtype], buffer, row.offset, None, row.order)
    return array


def array_of(memory: _core.Memory, row: Row) -> Array:
    """The array of a row."""
    array: Array = _core.array(Array, row.number, (row.shape, DTYPES[row.dtype], memory, row.offset, None, row.order))
    return array
