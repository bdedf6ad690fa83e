"""Published results beside those of a sweep: tables of errors, joined to the points they belong to."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .columns import require_columns
from .errors import ResultsError
from .load import select_ok
from .selection import comparison
from .words import plural

#: What the names of joined columns begin with.
PREFIX = "published_"

#: A row as it stands in a file: the name of a field, and its value.
Row = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """How a table says the value of a column of results.

    Without `digits` it is the field as it stands, up to the first `until`. With `digits` it is a number:
    each match of `pattern` is one of the words in `digits`, whose place is its value, and the number is
    written with them in the given order (as they stand if there is none), the most significant first.
    """

    field: str
    until: str = ""
    pattern: str = ""
    digits: tuple[str, ...] = ()
    order: tuple[int, ...] = ()

    def value(self, row: Row) -> str:
        text = str(row[self.field]).strip()
        if not self.digits:
            return text.split(self.until)[0] if self.until else text
        words = re.findall(self.pattern, text)
        number = 0
        for place in self.order or range(len(words)):
            number = number * len(self.digits) + self.digits.index(words[place])
        return str(number)


@dataclass(frozen=True)
class Number:
    """A number that a table has of every network."""

    name: str
    """What it is called, behind `published_`."""
    accuracy: bool = False
    """Whether it is a share of right answers in per cent, which is turned into an error."""
    counterpart: str = ""
    """The column of results that says the same, if there is one."""
    factor: float = 1.0
    """What the number is multiplied by, to be in the units of its counterpart."""


@dataclass(frozen=True)
class TableForm:
    """The form of a table that somebody published: which fields say what."""

    name: str
    title: str
    """The field that says what a row is called."""
    numbers: Mapping[str, Number]
    """By field."""
    keys: Mapping[str, Key]
    """By column of results."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Columns of results that have this value for all rows."""
    levels: tuple[str, ...] = ()
    """Fields that the keys of nested JSON objects say, from the outermost."""
    apart: str = ""
    """A field that tells rows of one network apart: its values become parts of the columns' names."""

    def fits(self, fields: set[str], depth: int) -> bool:
        needed = {key.field for key in self.keys.values()} | set(self.numbers)
        return len(self.levels) == depth and needed <= fields | set(self.levels)


_SIZES = {
    "params": Number("params", counterpart="trainable_parameter_count"),
    # One operation for a multiply-add, of which results count two.
    "flops": Number("flops", counterpart="forward_flops", factor=2.0),
}
#: How data sets that are part of a name are written.
_DATA = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "imagenet": "ImageNet"}
_DATA |= {"imagenet16": "ImageNet16", "svhn": "SVHN"}
_CELL_WORDS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")

#: The forms that are recognised by their fields.
FORMS = (
    TableForm(
        "NAS-Bench-Macro",
        title="network",
        numbers={"mean_acc": Number("cifar10_error", accuracy=True), **_SIZES},
        keys={"preset_index": Key("network", pattern=r"\d", digits=("0", "1", "2"))},
        fixed={"preset": "nas_bench_macro"},
        levels=("network",),
    ),
    TableForm(
        "NATS-Bench's topologies",
        title="ArchitectureString",
        numbers={
            f"{word}TestAccuracy200Epochs": Number(f"{name}_error", accuracy=True)
            for word, name in (
                ("CIFAR10", "cifar10"),
                ("CIFAR100", "cifar100"),
                ("ImageNet", "imagenet16_120"),
            )
        },
        keys={
            "preset_index": Key("ArchitectureString", pattern=r"(\w+)~\d", digits=_CELL_WORDS)
        },
        fixed={"preset": "nas_bench_201"},
    ),
    TableForm(
        "NASLib's scores of NAS-Bench-201",
        title="cell",
        numbers={
            "val_accuracy": Number("validation_error", accuracy=True),
            "params": Number("params", counterpart="trainable_parameter_count", factor=1e6),
            "flops": Number("flops", counterpart="forward_flops", factor=2e6),
            "synflow": Number("synflow", counterpart="synflow_log"),
            "snip": Number("snip", counterpart="snip"),
            "grad_norm": Number("grad_norm", counterpart="gradient_norm"),
            **{
                name: Number(name)
                for name in ("jacov", "plain", "epe_nas", "fisher", "grasp", "l2_norm")
            },
        },
        # Its edges are in the order 0-1, 0-2, 0-3, 1-2, 1-3, 2-3, and its operations in another one:
        # skip_connect, none, nor_conv_3x3, nor_conv_1x1, avg_pool_3x3 are 0 … 4.
        keys={
            "preset_index": Key(
                "cell", pattern=r"\d", digits=("1", "0", "3", "2", "4"), order=(0, 1, 3, 2, 4, 5)
            )
        },
        fixed={"preset": "nas_bench_201"},
        levels=("benchmark", "dataset", "cell"),
        apart="dataset",
    ),
    TableForm(
        "torchvision",
        title="model",
        numbers={
            "acc1": Number("imagenet_error", accuracy=True),
            "gflops": Number("flops", counterpart="forward_flops", factor=2e9),
        },
        keys={"trainable_parameter_count": Key("num_params")},
    ),
    TableForm(
        "timm",
        title="model",
        numbers={
            "top1": Number("imagenet_error", accuracy=True),
            "param_count": Number("params", counterpart="trainable_parameter_count", factor=1e6),
        },
        keys={"preset": Key("model", until=".")},
    ),
)


@dataclass(frozen=True)
class PublishedJoin:
    """Results with the columns of a table beside them."""

    dataset: xr.Dataset
    """The points that have a row."""
    table: str
    missing: list[str]
    """Ok points without a row."""
    left_over: list[str]
    """Rows without a point."""

    def __str__(self) -> str:
        text = f"{self.table}: {plural(self.dataset.sizes['point'], 'point')} with a row"
        for names, words in ((self.missing, "without a row"), (self.left_over, "without a point")):
            if names:
                noun = "point" if words == "without a row" else "row"
                more = ", …" if len(names) > 5 else ""
                text += f"; {plural(len(names), noun)} {words}: {', '.join(names[:5])}{more}"
        return text


def join_published(
    dataset: xr.Dataset, path: str | os.PathLike[str], *, where: Sequence[str] = ()
) -> PublishedJoin:
    """The ok points that a table of published results has a row for, with its columns beside theirs.

    The table is CSV, or JSON: a list of objects, or objects in an object whose keys name them. Tables of
    NAS-Bench-Macro, NATS-Bench's topologies, NASLib's scores of NAS-Bench-201, torchvision and timm are
    recognised by their fields. In any other, the fields that are called as columns of the results, or as
    their `id`, say which points a row belongs to; labels are compared without regard to case and
    signs. Of the other fields, numbers are joined as `published_NAME`. Where the name ends in `error`
    they are errors in per cent, and where it ends in `accuracy`, 100 less it is. `where` takes only rows
    for which conditions such as `dataset=cifar10` hold.

    A row can belong to several points, such as those of several seeds.

    Raises `ResultsError` if the table cannot be read or has no errors in per cent, if two rows belong to
    one point, and if no row belongs to any.
    """
    path = Path(path)
    rows, levels = _rows(path)
    form = _form(rows[0], levels, dataset, path)
    if not any(_column(number, "").endswith("error") for number in form.numbers.values()):
        raise ResultsError(
            f"{path}: no field with numbers ends in error or accuracy; the fields are "
            f"{_fields(rows[0])}"
        )
    named = [dict(zip(form.levels, row.pop(""), strict=False)) | row for row in rows]
    named = [row for row in named if all(_holds(row, condition, path) for condition in where)]
    if not named:
        raise ResultsError(f"{path}: no row has {' and '.join(where)}")
    ok = select_ok(dataset)
    columns = [*form.keys, *form.fixed]
    require_columns(ok, *columns)
    points = list(zip(*(_texts(ok, name) for name in columns), strict=True))
    known = set(points)
    values: dict[tuple[str, ...], dict[str, float]] = {}
    left_over, sources = {}, {}
    for row in named:
        key = _key(form, row, path)
        group = str(row[form.apart]) if form.apart else ""
        source = sources.setdefault((key, group), row)
        if source is not row:
            raise ResultsError(
                f"{path}: {source[form.title]} and {row[form.title]} belong to one point; "
                "choose among them with --where, as in --where FIELD=VALUE"
            )
        if key not in known:
            left_over[key] = str(row[form.title])
            continue
        found = values.setdefault(key, {})
        for name, number in form.numbers.items():
            found[_column(number, group)] = _number(row, name, number, form, path)
    if not values:
        raise ResultsError(
            f"{path}: none of {plural(len(named), 'row')} belongs to a point. "
            f"Rows say {_said(columns, _key(form, named[0], path))}, points {_said(columns, points[0])}"
        )
    has = np.array([key in values for key in points])
    kept = ok.isel(point=np.flatnonzero(has))
    chosen = [values[key] for key in points if key in values]
    added = {}
    for field_name, number in form.numbers.items():
        groups = dict.fromkeys(str(r[form.apart]) for r in named) if form.apart else {"": None}
        for group in groups:
            column = _column(number, group)
            if column in dataset.variables:
                raise ResultsError(f"{path}: the results have a column {column} already")
            data = np.array([row.get(column, np.nan) for row in chosen])
            added[column] = ("point", data, _attributes(column, number, group, field_name, form))
    missing = [_point_title(ok, index) for index in np.flatnonzero(~has)]
    return PublishedJoin(kept.assign(added), path.name, missing, list(left_over.values()))


def outcomes(dataset: xr.Dataset) -> list[str]:
    """The columns of published errors."""
    return [str(n) for n, v in dataset.variables.items() if "published_outcome" in v.attrs]


def _rows(path: Path) -> tuple[list[Row], int]:
    """The rows of a file, each with the keys that lead to it as the field with the empty name."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() != ".json":
            rows = list(csv.DictReader(line for line in text.splitlines() if line[:1] != "#"))
            found = [((), dict(row)) for row in rows]
        else:
            found = list(_objects(json.loads(text)))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror}") from error
    except (ValueError, csv.Error) as error:
        raise ResultsError(f"{path}: cannot be read as a table: {error}") from error
    if not found or any(None in row for _, row in found):
        raise ResultsError(f"{path}: expected rows of one length below a line with their names")
    depths = {len(keys) for keys, _ in found}
    if len(depths) != 1:
        raise ResultsError(f"{path}: expected objects of one depth, got {sorted(depths)}")
    return [{"": keys, **row} for keys, row in found], depths.pop()


def _objects(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Row]]:
    """The innermost objects of JSON, with the keys that lead to each."""
    if isinstance(value, list):
        for entry in value:
            yield from _objects(entry, keys)
    elif isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values()):
        for key, entry in value.items():
            yield from _objects(entry, (*keys, key))
    elif isinstance(value, dict):
        yield keys, value
    else:
        raise ValueError("expected objects")


def _holds(row: Row, condition: str, path: Path) -> bool:
    name, sign, wanted = comparison("--where", condition)
    if name not in row:
        raise ResultsError(f"{path}: there is no field {name}, expected one of {_fields(row)}")
    if sign not in ("=", "!="):
        raise ResultsError(f"--where is {condition}, expected = or !=")
    return (str(row[name]).strip() in wanted.split(",")) == (sign == "=")


def _form(row: Row, depth: int, dataset: xr.Dataset, path: Path) -> TableForm:
    fields = set(row) - {""}
    for form in FORMS:
        if form.fits(fields, depth):
            return form
    keys = {name: Key(name) for name in row if name in dataset.variables}
    if not keys:
        raise ResultsError(
            f"{path}: no field is called as a column of the results, such as preset or "
            f"parameter_count; the fields are {_fields(row)}"
        )
    numbers = {name: _plain(name) for name in fields - set(keys) if _is_number(row[name])}
    if not numbers:
        raise ResultsError(f"{path}: no field has numbers beside {', '.join(keys)}")
    order = {name: numbers[name] for name in row if name in numbers}
    levels = tuple(f"level_{place}" for place in range(depth))
    title = next((name for name in row if name and not _is_number(row[name])), next(iter(keys)))
    return TableForm("", title, order, keys, levels=levels)


def _plain(name: str) -> Number:
    accuracy = name.endswith("accuracy")
    return Number(f"{name.removesuffix('accuracy')}error" if accuracy else name, accuracy=accuracy)


def _is_number(value: object) -> bool:
    try:
        float(str(value) or "nan")
    except ValueError:
        return False
    return True


def _number(row: Row, name: str, number: Number, form: TableForm, path: Path) -> float:
    try:
        found = float(str(row[name]).strip() or "nan") * number.factor
    except ValueError:
        raise ResultsError(
            f"{path}: {row[form.title]} has {row[name]!r} for {name}, expected a number"
        ) from None
    outcome = number.accuracy or number.name.endswith("error")
    if outcome and not np.isnan(found) and not 0 <= found <= 100:
        raise ResultsError(
            f"{path}: {row[form.title]} has {found:g} for {name}, expected per cent from 0 to 100"
        )
    return 100.0 - found if number.accuracy else found


def _column(number: Number, group: str) -> str:
    part = re.sub(r"\W+", "_", group).lower()
    return f"{PREFIX}{f'{part}_' if part else ''}{number.name}"


def _attributes(
    column: str, number: Number, group: str, field_name: str, form: TableForm
) -> dict[str, str]:
    words = column.removeprefix(PREFIX).replace("_", " ")
    title = " ".join([_DATA.get(word, word) for word in words.split()])
    title = title.replace("ImageNet16 120", "ImageNet16-120")
    found = {
        "units": "1",
        "long_name": f"{title}, published",
        "description": f"{field_name} of {form.name or 'a table'}{f', {group}' if group else ''}",
    }
    if column.endswith("error"):
        found |= {"units": "%", "published_outcome": words.removesuffix("error").strip()}
    if number.counterpart:
        found["counterpart"] = number.counterpart
    if group:
        found["published_group"] = re.sub(r"\W+", " ", group).lower()
    return found


def _key(form: TableForm, row: Row, path: Path) -> tuple[str, ...]:
    try:
        said = [key.value(row) for key in form.keys.values()]
    except (ValueError, IndexError):
        raise ResultsError(f"{path}: {row[form.title]} is not a network of {form.name}") from None
    return tuple(_plainly(text) for text in (*said, *form.fixed.values()))


def _texts(dataset: xr.Dataset, name: str) -> list[str]:
    values: NDArray[Any] = dataset[name].to_numpy()
    if dataset[name].dims != ("point",):
        raise ResultsError(f"{name} has several values per point, expected a column with one")
    return [_plainly(str(value)) for value in values]


def _plainly(text: str) -> str:
    """A number without needless digits, or a label without case and signs."""
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return re.sub(r"[^a-z0-9]+", "", text.lower())


def _point_title(dataset: xr.Dataset, index: int) -> str:
    point = int(dataset["point"].to_numpy()[index])
    for name in ("preset", "family"):
        if name in dataset and (label := str(dataset[name].to_numpy()[index])) != "none":
            return f"{point} ({label})"
    return str(point)


def _said(columns: Sequence[str], values: Sequence[str]) -> str:
    return " ".join(f"{name}={value}" for name, value in zip(columns, values, strict=True))


def _fields(row: Row) -> str:
    return ", ".join(name for name in row if name)
