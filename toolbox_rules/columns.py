"""One column of a table, of whatever library -> plain arrays: coded words, numbers, or the items of lists.

Columns may be numpy arrays (masked ones too), lists, pandas Series or Arrow arrays. Neither pandas nor Arrow is
imported: a column that has their methods is asked by them. Missing is None, NaN, NA, NaT, null or masked.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toolbox_rules.problems import Problem, ToolboxError

Integers = npt.NDArray[np.signedinteger[Any]]
MISSING = ("NAType", "NaTType", "MaskedConstant")


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as the number of each value in ``words``, -1 where it is missing."""

    codes: Integers
    words: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A column of lists: ``items`` one after another, ``rows`` the row of each; ``missing`` marks rows without a list.

    ``wrong`` are rows that hold something else than a list.
    """

    rows: npt.NDArray[np.intp]
    items: Coded
    missing: npt.NDArray[np.bool_]
    wrong: Mapping[int, object]


def columns_of(table: Any) -> tuple[dict[str, Any], int]:
    """The columns of a table by name, and how many rows it has.

    A mapping may give one value for all rows.

    >>> columns_of({"a": [1, 2], "b": True})[1]
    2
    """
    if isinstance(table, Mapping):
        found = {str(name): column for name, column in table.items()}
        sizes = {name: len(column) for name, column in found.items() if _is_column(column)}
        count = next(iter(sizes.values()), 0)
        uneven = [name for name, size in sizes.items() if size != count]
        if uneven:
            first = next(iter(sizes))
            message = f"the columns '{first}' ({count} rows) and '{uneven[0]}' ({sizes[uneven[0]]}) differ in length"
            raise ToolboxError([Problem(code="TR201", message=message, location=None)])
        return {name: column if name in sizes else [column] * count for name, column in found.items()}, count
    names = table.schema.names if hasattr(table, "schema") else getattr(table, "columns", None)
    if names is None:
        message = "a table is a mapping of columns, a pandas DataFrame or an Arrow table"
        raise ToolboxError([Problem(code="TR201", message=f"{message}, not a {type(table).__name__}", location=None)])
    names = [str(name) for name in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ToolboxError([Problem(code="TR205", message=f"the column '{twice[0]}' occurs twice", location=None)])
    column = table.column if hasattr(table, "schema") else table.__getitem__
    return {name: column(name) for name in names}, table.num_rows if hasattr(table, "num_rows") else len(table)


def _is_column(value: object) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str | bytes)


def is_missing(value: object) -> bool:
    """Whether a value stands for nothing.

    >>> is_missing(None), is_missing(float("nan")), is_missing(0)
    (True, True, False)
    """
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in MISSING


def coded(column: Any, exact: bool = False) -> Coded:
    """The words of a column and the number of each; ``exact`` keeps True apart from 1 in a column of objects."""
    if hasattr(column, "dictionary_encode"):
        return _coded_arrow(column)
    if hasattr(column, "factorize"):
        if hasattr(column, "cat"):
            return _tidied(column.cat.codes.to_numpy(), list(column.cat.categories))
        if column.dtype.kind not in "biuf" and not exact:
            try:
                codes, words = column.factorize()
                return _tidied(np.asarray(codes), list(words))
            except TypeError:  # lists and other values that cannot be keys
                pass
        column = _from_series(column)
    values, missing = _plain(column)
    if values.dtype.kind == "b":
        codes = values.astype(np.int8)
        codes[missing] = -1
        return Coded(codes, (False, True))
    if values.dtype.kind in "iuf":
        known, inverse = np.unique(values[~missing], return_inverse=True)
        codes = np.full(len(values), -1, np.int64)
        codes[~missing] = inverse
        return Coded(codes, tuple(known.tolist()))
    return _coded_objects([None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)])


def numbers(column: Any) -> npt.NDArray[np.float64] | list[object]:
    """The numbers of a column, NaN where missing; a list of objects where it holds other things than numbers."""
    if hasattr(column, "dictionary_encode"):
        column = _from_arrow(column)
    elif hasattr(column, "factorize"):
        column = _from_series(column)
    values, missing = _plain(column)
    if values.dtype.kind not in "iuf":
        return [None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]
    found = values.astype(np.float64)
    found[missing] = np.nan
    return found


def listed(column: Any) -> Listed:
    """The items of a column of lists, sets, tuples or arrays."""
    if hasattr(column, "value_lengths") or (hasattr(column, "chunks") and "list<" in str(column.type)):
        return _listed_arrow(column)
    values = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    rows: list[int] = []
    items: list[object] = []
    missing = np.zeros(len(values), np.bool_)
    wrong: dict[int, object] = {}
    for row, value in enumerate(values):
        if isinstance(value, list | tuple | set | frozenset | np.ndarray):
            items += list(value)
            rows += [row] * len(value)
        elif is_missing(value):
            missing[row] = True
        else:
            missing[row], wrong[row] = True, value
    return Listed(np.array(rows, np.intp), _coded_objects(items), missing, wrong)


def raw_values(column: Any) -> npt.NDArray[Any]:
    """A column as it is, for keys."""
    if hasattr(column, "dictionary_encode"):
        column = _from_arrow(column)
    elif hasattr(column, "to_numpy"):
        column = column.to_numpy()
    values, missing = _plain(column)
    if missing.any():
        values = values.astype(object)
        values[missing] = None
    return values


def _plain(column: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """A numpy array, and where it is missing."""
    if isinstance(column, np.ma.MaskedArray):
        values, missing = _plain(np.asarray(column.data))
        return values, missing | np.ma.getmaskarray(column)
    if not isinstance(column, np.ndarray):
        column = np.fromiter(column, dtype=object, count=len(column))
    if column.dtype.kind == "f":
        return column, np.isnan(column)
    return column, np.zeros(len(column), np.bool_)


def _coded_objects(values: Iterable[object]) -> Coded:
    table: dict[Hashable, int] = {}
    words: list[object] = []
    codes: list[int] = []
    for value in values:
        key: Hashable = value if isinstance(value, str) else (type(value), value if _can_be_key(value) else repr(value))
        code = table.get(key)
        if code is None:
            code = table[key] = len(words)
            words.append(value)
        codes.append(code)
    return _tidied(np.array(codes, np.int64), words)


def _can_be_key(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _tidied(codes: Integers, words: list[object]) -> Coded:
    """Take missing out of the words, and numpy's own kinds of True and 1."""
    plain = [word.item() if isinstance(word, np.generic) else word for word in words]
    gone = [code for code, word in enumerate(plain) if is_missing(word)]
    if gone:
        codes = np.where(np.isin(codes, gone), -1, codes)
    return Coded(codes, tuple(plain))


def _from_series(column: Any) -> Any:
    """A numpy array of a pandas Series, masked where it is missing."""
    missing = column.isna().to_numpy()
    kind = getattr(column.dtype, "kind", "O")
    if kind not in "biuf":
        return column.to_numpy(dtype=object)
    types = {"b": np.bool_, "i": np.int64, "u": np.uint64, "f": np.float64}
    nothing = {} if not missing.any() or isinstance(column.dtype, np.dtype) else {"na_value": types[kind](0)}
    return np.ma.MaskedArray(column.to_numpy(dtype=types[kind], **nothing), missing)


def _one_array(column: Any) -> Any:
    return column.combine_chunks() if hasattr(column, "combine_chunks") else column


def _from_arrow(column: Any) -> Any:
    column = _one_array(column)
    if str(column.type) in ("bool", "float", "double") or "int" in str(column.type).split("<", maxsplit=1)[0]:
        zero: object = False if str(column.type) == "bool" else 0
        missing = column.is_null().to_numpy(zero_copy_only=False)
        return np.ma.MaskedArray(column.fill_null(zero).to_numpy(zero_copy_only=False), missing)
    return column.to_pylist()


def _coded_arrow(column: Any) -> Coded:
    column = _one_array(column)
    if str(column.type) == "bool":
        return coded(_from_arrow(column))
    if not str(column.type).startswith("dictionary"):
        if "<" in str(column.type):  # lists and structures have no words
            return _coded_objects(column.to_pylist())
        column = column.dictionary_encode()
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return _tidied(codes.astype(np.int64), column.dictionary.to_pylist())


def _listed_arrow(column: Any) -> Listed:
    column = _one_array(column)
    sizes = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(sizes), dtype=np.intp), sizes)
    return Listed(rows, coded(column.flatten()), column.is_null().to_numpy(zero_copy_only=False), {})
