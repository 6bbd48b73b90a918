# SPDX-License-Identifier: MIT
"""How projects, groups and arrays look in a notebook: HTML with no script and nothing from outside.

Colours and fonts come from the page around it, so that it is readable in light and dark themes alike. Its style
applies to nothing but itself, and what is important in it is what JupyterLab's style would win over. All text is
escaped. At most `_NODES` nodes are shown, and pictures are drawn from samples: at most `_ARRAY_PAGES` pages of memory
are touched for one array, and `_TOTAL_PAGES` in all.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _sample
from ._array import Row, view
from ._attributes import Attributes
from ._look import ragged_kind, shorten
from ._outline import Outline, outline
from ._picture import picture
from ._units import human_bytes, plural

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._array import Array
    from ._group import Group
    from ._project import Project
    from ._ragged import Ragged

_NODES = 200
_ARRAY_PAGES = (1 << 20) // _sample.PAGE
_TOTAL_PAGES = 8 * _ARRAY_PAGES
_OPEN = 30  # groups are open where all that is shown is no more than this
_ATTRIBUTES = 20  # of a node
_LONGEST_VALUE = 200  # characters
_LONGEST_ELEMENT = 40
_FIELDS = 20  # of a structured dtype
_SKIPPED = 20
_LINES = {ord("\n"): None, ord("\t"): None}  # HTML shows these as they are

_STYLE = """
.cshm-look{--cshm-line:color-mix(in srgb,currentColor 18%,transparent);--cshm-tint:#3d85d6;
 font-size:13px;line-height:1.5;max-width:920px;padding:2px}
.cshm-look *{box-sizing:border-box}
.cshm-look .cshm-mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
 font-size:.95em}
.cshm-look .cshm-head{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 14px;padding:0 6px 6px;
 border-bottom:1px solid var(--cshm-line)}
.cshm-look .cshm-title{font-weight:600;font-size:1.1em}
.cshm-look .cshm-soft{opacity:.7}
.cshm-look .cshm-warn{color:#d9822b;font-weight:600}
.cshm-look ul{list-style:none;margin:0!important;padding:0!important}
.cshm-look ul ul{margin-left:10px!important;padding-left:10px!important;border-left:1px solid var(--cshm-line)}
.cshm-look li{margin:0;padding:0}
.cshm-look details{margin:0;padding:0;border:0;background:none}
.cshm-look summary{display:grid;grid-template-columns:8px minmax(6em,1fr) minmax(5em,10em) minmax(4em,8em) 5.5em 84px;
 grid-template-rows:minmax(22px,auto);align-items:center;gap:0 12px;padding:1px 6px;border-radius:4px;
 cursor:pointer;list-style:none}
.cshm-look .cshm-wide>summary{grid-template-columns:8px minmax(6em,1fr) auto}
.cshm-look summary::-webkit-details-marker{display:none}
.cshm-look summary:hover{background:color-mix(in srgb,var(--cshm-tint) 14%,transparent)}
.cshm-look summary:focus-visible{outline:2px solid var(--cshm-tint)}
.cshm-look summary::before{content:"";justify-self:center;width:0;height:0;border:4px solid transparent;
 border-left:6px solid currentColor;border-right:0;opacity:.55}
.cshm-look details[open]>summary::before{transform:rotate(90deg)}
.cshm-look .cshm-name,.cshm-look .cshm-shape,.cshm-look .cshm-dtype{overflow-wrap:anywhere}
.cshm-look .cshm-name{white-space:pre-wrap}
.cshm-look .cshm-group>summary>.cshm-name{font-weight:600}
.cshm-look .cshm-dtype{color:var(--cshm-tint)}
.cshm-look .cshm-size{text-align:right;opacity:.7;white-space:nowrap}
.cshm-look .cshm-picture{display:block;max-height:20px;overflow:hidden}
.cshm-look .cshm-histogram{display:block;width:84px;height:20px;fill:var(--cshm-tint);
 border-bottom:1px solid var(--cshm-line)}
.cshm-look .cshm-image{display:block;height:20px;width:auto;max-width:84px;margin:0;border-radius:2px;
 image-rendering:pixelated}
.cshm-look details[open]>summary>.cshm-picture{grid-row:2;grid-column:2/-1;max-height:none;padding:4px 0}
.cshm-look details[open]>summary>.cshm-picture>.cshm-histogram{width:320px;max-width:100%;height:72px}
.cshm-look details[open]>summary>.cshm-picture>.cshm-image{height:auto;max-width:100%;
 width:calc(var(--cshm-w)*288px/max(var(--cshm-w),var(--cshm-h)));
 aspect-ratio:var(--cshm-w)/var(--cshm-h)}
.cshm-look .cshm-body{padding:0 6px 6px 26px;overflow-wrap:anywhere}
.cshm-look table{border-collapse:collapse;margin:4px 6px 4px 0;border:0;font-size:1em;background:none}
.cshm-look tr{background:none!important}
.cshm-look th,.cshm-look td{padding:1px 12px 1px 0;border:0;text-align:left;vertical-align:top;font-weight:400;
 white-space:pre-wrap;background:none;max-width:none}
.cshm-look th{opacity:.7;white-space:nowrap}
.cshm-look .cshm-head+table{margin-left:6px}
.cshm-look .cshm-more{padding:2px 6px 2px 26px;opacity:.7;font-style:italic}
"""


def project_html(project: Project) -> str:
    """A project: what is known about the whole, and its tree."""
    if project.closed:
        return _page(_title("Project", project.name) + _span("cshm-warn", "closed"))
    created = time.strftime("%Y-%m-%d %H:%M", time.localtime(project.created_ns // 10**9))
    facts = [
        plural(project._info.array_count, "array"),
        human_bytes(project.nbytes),
        f"opened {project.mode!r}",
        f"created {created}",
        f"in {project.root}",
    ]
    head = _title("Project", project.name) + "".join(_span("cshm-soft", fact) for fact in facts)
    if not project.is_current:
        head += _span("cshm-warn", "overwritten or unlinked since")
    return _page(head, _contents(project) + _skipped(project.skipped))


def group_html(group: Group) -> str:
    """A group and its tree."""
    return _page(_title("Group", group.path) + _span("cshm-soft", _inside(group._row)), _contents(group))


def array_html(array: Array) -> str | None:
    """An array; a view shows path and attributes of the array that it is a part of. A copy has none: it gives None."""
    if _core.origin(array) is None:
        return None
    budget = _sample.Budget(_ARRAY_PAGES, _ARRAY_PAGES)
    return _page(_title("Array", array.path), f"<ul>{_array(array, array.name, array.attrs, budget, True)}</ul>")


def ragged_html(ragged: Ragged) -> str:
    """An array of strings or sequences."""
    budget = _sample.Budget(_ARRAY_PAGES, _ARRAY_PAGES)
    return _page(_title("Ragged", ragged.path), f"<ul>{_ragged(ragged, budget, True)}</ul>")


def _page(head: str, body: str = "") -> str:
    return f'<div class="cshm-look"><style>{_STYLE}</style><div class="cshm-head">{head}</div>{body}</div>'


def _title(kind: str, name: str) -> str:
    return f'<span class="cshm-title"><span class="cshm-soft">cute_shm.{kind}</span> {_text(name)}</span>'


def _span(kind: str, text: str) -> str:
    return f'<span class="{kind}">{_text(text)}</span>'


def _text(text: str, longest: int = _LONGEST_VALUE) -> str:
    text = shorten(text, longest)
    return escape(text if text.translate(_LINES).isprintable() else repr(text))


# ---- the tree


def _contents(group: Group) -> str:
    memory = group._memory
    shown = outline(memory, group._row, _NODES)
    budget = _sample.Budget(_ARRAY_PAGES, _TOTAL_PAGES)
    opened = _count(shown) <= _OPEN
    return _attributes(group.attrs) + "".join(_children(memory, shown, budget, opened))


def _count(shown: Outline) -> int:
    return len(shown.children) + sum(map(_count, shown.children))


def _children(memory: _core.Memory, group: Outline, budget: _sample.Budget, opened: bool) -> Iterator[str]:
    yield "<ul>"
    for child in group.children:
        attributes = Attributes(memory, child.row.number, child.row.attribute_count)
        if child.is_group:
            yield f'<li><details class="cshm-group cshm-wide"{" open" * opened}><summary>'
            yield _span("cshm-name cshm-mono", f"{child.name}/") + _span("cshm-soft", _inside(child.row))
            yield "</summary>"
            if len(attributes) > 0:
                yield f'<div class="cshm-body">{_attributes(attributes)}</div>'
            yield from _children(memory, child, budget, opened)
            yield "</details></li>"
        elif child.ragged is not None:
            yield _ragged(child.ragged, budget, False)
        else:
            yield _array(view(memory, child.row), child.name, attributes, budget, False)
    if group.hidden:
        yield f"<li>{_more(group.hidden)}</li>"
    yield "</ul>"


def _inside(row: Row) -> str:
    below = row.end - row.number - 1
    return f"{plural(below, 'node')} inside" if below else "empty"


def _array(array: NDArray[Any], name: str, attributes: Attributes, budget: _sample.Budget, opened: bool) -> str:
    array = array.view(np.ndarray)
    first, last = _sample.ends(array, budget)
    values = _listed(first, last)
    drawn = picture(array, budget) if array.size > 1 else None
    fields = array.dtype.names
    beside, body = "", ""
    if drawn:
        beside = f'<span class="cshm-picture">{drawn.html}</span>'
        body = f'<div class="cshm-soft">{_text(drawn.caption)}</div>' if drawn.caption else ""
    if array.size == 1:
        beside = f'<span class="cshm-picture cshm-mono">{values}</span>'
    else:
        body += f'<div class="cshm-mono">{values}</div>'
    if fields:
        # No numpy of today agrees with its stubs on what a field looks like.
        kinds: Any = array.dtype.fields
        body += _table((field, str(kinds[field][0])) for field in fields[:_FIELDS]) + _more(len(fields) - _FIELDS)
    kind = plural(len(fields), "field") if fields else str(array.dtype)
    return _leaf(
        [name, str(array.shape), kind, human_bytes(array.nbytes)], beside, body + _attributes(attributes), opened
    )


def _ragged(ragged: Ragged, budget: _sample.Budget, opened: bool) -> str:
    budget.spend(4)  # `ragged_of` has looked at both ends of the offsets
    size = ragged.size
    numbers = [*range(min(size, 3)), *range(max(size - 3, 3), size)]
    if 6 * len(numbers) > budget.for_array():
        numbers = []
    budget.spend(6 * len(numbers))
    shown = [_beginning(ragged, number) for number in numbers]
    values = _listed(shown[:3], shown[3:]) if size > 6 else _listed(shown, [])
    body = f'<div class="cshm-mono">{values}</div>' + _attributes(ragged.attrs)
    return _leaf([ragged.name, str(ragged.shape), ragged_kind(ragged), human_bytes(ragged.nbytes)], "", body, opened)


def _beginning(ragged: Ragged, number: int) -> str:
    """The words for an element; of a long one, for its beginning: no more than two pages are read."""
    if not isinstance(ragged.values, np.ndarray):
        return shorten(repr(np.asarray(ragged[number]).tolist() if ragged.ndim == 1 else "..."))
    begin, end = int(ragged.offsets[number]), int(ragged.offsets[number + 1])
    most = max(1, 4 * _LONGEST_ELEMENT // ragged.values.itemsize)
    values = np.asarray(ragged.values[begin : min(end, begin + most)])
    more = "…" if end - begin > most else ""
    if ragged.kind == "sequence":
        return "[" + ", ".join(map(_element_words, values[:8])) + (", …]" if end - begin > 8 else "]")
    data = values.tobytes()
    return (data.decode("utf-8", "replace") if ragged.kind == "utf8" else repr(data)) + more


def _leaf(words: list[str], beside: str, body: str, opened: bool) -> str:
    """The line of an array: name, shape, dtype, size, and what is beside these; and what is seen when it is open."""
    kinds = "cshm-name cshm-mono", "cshm-shape cshm-mono", "cshm-dtype cshm-mono", "cshm-size"
    cells = "".join(_span(kind, text) for kind, text in zip(kinds, words, strict=True))
    return (
        f'<li><details class="cshm-array"{" open" * opened}><summary>{cells}{beside}</summary>'
        f'<div class="cshm-body">{body}</div></details></li>'
    )


def _listed(first: list[Any], last: list[Any]) -> str:
    """The first and the last elements."""
    words = [", ".join(_text(_element_words(value), _LONGEST_ELEMENT) for value in part) for part in (first, last)]
    return ", … ".join(filter(None, words))


def _element_words(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, np.inexact) else str(value)


# ---- tables


def _attributes(attributes: Mapping[str, Any]) -> str:
    if not len(attributes):
        return ""
    names = [name for name, _ in zip(attributes, range(_ATTRIBUTES), strict=False)]
    table = _table((name, _value_words(attributes[name])) for name in names)
    return table + _more(len(attributes) - _ATTRIBUTES)


def _value_words(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return np.array2string(value, threshold=20, edgeitems=3, separator=", ")
    return str(value)


def _skipped(skipped: list[tuple[str, str]]) -> str:
    """What a load had to leave out."""
    if not skipped:
        return ""
    title = _span("cshm-warn", f"{plural(len(skipped), 'object')} of the source left out")
    body = _table(skipped[:_SKIPPED]) + _more(len(skipped) - _SKIPPED)
    return f'<details class="cshm-wide"><summary>{title}</summary><div class="cshm-body">{body}</div></details>'


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in rows)
    return f'<table class="cshm-mono"><tbody>{cells}</tbody></table>'


def _more(count: int) -> str:
    return f'<div class="cshm-more">and {count:,} more</div>' if count > 0 else ""
