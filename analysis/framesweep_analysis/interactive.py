"""The part of a report that answers: its data, its scripts, and the library that draws."""

from __future__ import annotations

import base64
import gzip
import json
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import yaml

from .columns import PLAN_COLUMNS, axis_label, in_file_order, is_squared, repeated_values
from .errors import ResultsError
from .figures.style import FAMILY_COLOURS, FROM_FILES, OTHER_COLOUR, family_order, family_text
from .groups import Provenance, network_texts

#: BokehJS's markers in the shapes of the other figures.
_MARKERS = {"chain": "circle", "residual": "triangle", "dense": "diamond"}
_OTHER_MARKER = "square"
#: Columns of how a point was computed or found, which nobody plots first.
_LATER = ("minimum_iterations", "minimum_restarts", "minimum_gradient_norm", "minimum_spread")
#: The main figures: what is shown over what, where the file has both.
_PAIRS = (
    ("test_error", "deep_frame_potential"),
    ("test_error", "parameter_count"),
    ("min_deep_frame_potential", "parameter_count"),
    ("deep_frame_potential", "min_deep_frame_potential"),
    ("deep_frame_potential", "parameter_count"),
    ("mutual_coherence", "parameter_count"),
    ("forward_flops", "parameter_count"),
)


def page_file(name: str) -> str:
    """A file that every page has: its style or its script."""
    return (resources.files(__package__) / "page" / name).read_text(encoding="utf-8")


def packed(text: str) -> str:
    """A text as gzip in base64; the same text gives the same letters."""
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


@cache
def _library() -> str:
    folder = Path(str(resources.files("bokeh"))) / "server" / "static" / "js"
    parts = [
        (folder / f"{name}.min.js").read_text(encoding="utf-8") for name in ("bokeh", "bokeh-api")
    ]
    return packed(";\n".join(parts))


def explorers(dataset: xr.Dataset, path: Path, source: Provenance) -> tuple[str, str]:
    """The interactive figures, and the scripts that the page needs at its end.

    Both are empty where no point has a number to show.
    """
    columns = _columns(dataset)
    pairs = [pair for pair in _PAIRS if all(name in columns for name in pair)][:2]
    if not pairs:
        names = [name for name in columns if name != "parameter_count"]
        pairs = [(names[0], "parameter_count")] if names and "parameter_count" in columns else []
    if not pairs:
        return "", ""
    forms = set(dataset["form"].to_numpy().tolist())
    # Minima are exact in the synthesis form, and say more there.
    common = "synthesis" if "synthesis" in forms else min(forms)
    text = (
        '<p id="explore-note" class="soft">Each mark is a point. Hover to see which; click to see its '
        "architecture and a sweep file of it. Drag to move, and use the tools to zoom.</p>"
        '<div id="detail" hidden></div><div class="explorers">'
    )
    for y, x in pairs:
        form = common if any("potential" in name or "coherence" in name for name in (x, y)) else ""
        form = "" if form == "none" else form
        text += (
            f'<div class="explorer" data-x="{escape(x)}" data-y="{escape(y)}" data-form="{form}">'
            '<div class="controls"><label>show <select class="keep" aria-label="vertical axis"></select></label>'
            '<label>over <select class="keep" aria-label="horizontal axis"></select></label>'
            '<label>form <select class="keep" aria-label="form"><option value="">both</option></select></label>'
            '</div><div class="legend"></div><div class="plot"></div></div>'
        )
    text += "</div>"
    data = json.dumps(
        _data(dataset, path, source, columns), ensure_ascii=False, separators=(",", ":")
    )
    scripts = (
        f'<script type="text/plain" id="report-data">{packed(data)}</script>'
        f'<script type="text/plain" id="report-bokeh">{_library()}</script>'
    )
    return text, scripts


def _columns(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Every number of a point, means over draws; plots show the square root of potentials."""
    ok = dataset["status"].to_numpy() == "ok"
    first: dict[str, dict[str, Any]] = {}
    last: dict[str, dict[str, Any]] = {}
    for name in in_file_order(dataset):
        column = dataset[name]
        if name == "point" or column.dtype.kind not in "iuf" or "point" not in column.dims:
            continue
        if any(d not in ("point", "draw") for d in column.dims):
            continue
        values = repeated_values(dataset, name)
        known = np.isfinite(values)
        sums, counts = np.where(known, values, 0).sum(axis=1), known.sum(axis=1)
        means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
        if name not in (*PLAN_COLUMNS, "parameter_count"):
            means = np.where(ok, means, np.nan)
        if not np.isfinite(means).any() or name == "seed":
            continue
        whole = column.dtype.kind in "iu" and "draw" not in column.dims
        entry = {
            "label": axis_label(dataset, name, root=is_squared(name)),
            "root": is_squared(name),
            "values": [_number(value, whole=whole) for value in means.tolist()],
        }
        # Keys that nothing varies are of no use on an axis.
        constant = name in PLAN_COLUMNS and len(set(entry["values"])) == 1
        if not constant:
            (last if name in _LATER else first)[name] = entry
    return first | last


def _number(value: float, *, whole: bool) -> float | int | None:
    if not np.isfinite(value):
        return None
    return int(value) if whole else float(f"{value:.6g}")


def _data(
    dataset: xr.Dataset, path: Path, source: Provenance, columns: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    family = np.array([family_text(name) for name in dataset["family"].to_numpy().astype(str)])
    form = dataset["form"].to_numpy().astype(str)
    families, forms = family_order(family), sorted(set(form.tolist()), reverse=True)
    points = dataset["point"].to_numpy()
    try:
        architectures = network_texts(path, points)
    except (ResultsError, IndexError):
        architectures = [""] * len(points)
    swept = [name for name in str(dataset.attrs.get("swept", "")).split() if name in dataset]
    shown = {
        name: dataset[name].to_numpy()
        for name in swept
        if dataset[name].dims == ("point",) and name not in ("family", "form")
    }
    about = [
        ", ".join(
            (
                [family[row], form[row]]
                if family[row] != FROM_FILES
                else [architectures[row] or FROM_FILES]
            )
            + [
                f"{name} {values[row]}"
                for name, values in shown.items()
                if str(values[row]) not in ("-1", "none")
            ]
        )
        for row in range(len(points))
    ]
    listed = [name for name in columns if name in swept]
    listed += [
        n
        for n in (
            "parameter_count",
            "min_deep_frame_potential",
            "deep_frame_potential",
            "mutual_coherence",
            "test_error",
        )
        if n in columns and n not in listed
    ]
    return {
        "point": [int(point) for point in points],
        "family": [families.index(name) for name in family],
        "families": families,
        "colours": [FAMILY_COLOURS.get(name, OTHER_COLOUR) for name in families],
        "markers": [_MARKERS.get(name, _OTHER_MARKER) for name in families],
        "form": [forms.index(name) for name in form],
        "forms": forms,
        "status": dataset["status"].to_numpy().astype(str).tolist(),
        "seed": dataset["seed"].to_numpy().tolist() if "seed" in dataset else [0] * len(points),
        "about": about,
        "architecture": architectures,
        "columns": columns,
        "listed": listed,
        "yaml": _sweep_around(source.sweep),
    }


def _sweep_around(text: str) -> list[str]:
    """What stands before and after the point in a sweep file that has it alone."""
    try:
        sweep = yaml.safe_load(text)
    except yaml.YAMLError:
        sweep = None
    sweep = sweep if isinstance(sweep, dict) else {}
    rest = {key: sweep[key] for key in ("weights", "measure") if key in sweep}
    tail = yaml.safe_dump(rest, default_flow_style=None, sort_keys=False, width=96) if rest else ""
    return ["format: 1\nname: point-{point}\nseed: {seed}\n", tail]
